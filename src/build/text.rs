//! A draft as the text of a description, of which each part knows where in Rust it was said.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hcl::edit::structure::Structure;

use super::parts::{Content, Entry, Parts, Place};
use crate::diagnostic::{Diagnostic, FileId, Sources, Span, codes};
use crate::hcl::Expr;
use crate::hcl::print::{is_identifier, print_expr};
use crate::value::{Label, Scalar as _};

/// A draft's text.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    pub(crate) text: Arc<str>,
    /// What was said where; what is inside of another comes after it.
    said: Vec<Said>,
}

/// A part of the text.
#[derive(Debug, Clone)]
struct Said {
    range: Range<usize>,
    place: Place,
    /// Where the source of an expression stands.
    expression: Option<Range<usize>>,
    /// A block's label.
    label: Option<String>,
}

/// Where a part of a description was said in Rust.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    /// The part.
    pub(crate) range: Range<usize>,
    /// `src/main.rs:12:10`
    pub(crate) place: String,
    /// The call there: its name, and the whole of it. `None` where the source cannot be read.
    pub(crate) call: Option<(Span, Span)>,
}

impl Described {
    pub(crate) fn of(blocks: &Parts) -> Self {
        // What is missing is missing from the whole.
        let whole = Said { range: 0..0, place: blocks.place, expression: None, label: None };
        let mut writer = Writer { text: String::new(), said: vec![whole], depth: 0 };
        for entry in &blocks.entries {
            if !writer.text.is_empty() {
                writer.text.push('\n');
            }
            writer.entry(entry);
        }
        writer.said[0].range.end = writer.text.len() + 1;
        Self { text: writer.text.into(), said: writer.said }
    }

    /// Makes the text known, with the sources in Rust as far as they can be read: below where the
    /// program runs, where cargo says that the package is, or in the project.
    pub(crate) fn add_to(
        &self,
        sources: &mut Sources,
        path: &str,
        project: Option<&Path>,
    ) -> FileId {
        let mut folders = vec![PathBuf::new()];
        // A path is relative to the workspace, which is at or above the package.
        for folder in std::env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .iter()
            .map(PathBuf::as_path)
            .chain(project)
        {
            folders.extend(folder.ancestors().map(Path::to_owned));
        }
        let mut known: Vec<(&str, Option<FileId>)> = Vec::new();
        for said in &self.said {
            let file = said.place.file();
            if known.iter().all(|(name, _)| *name != file) {
                let text =
                    folders.iter().find_map(|it| std::fs::read_to_string(it.join(file)).ok());
                known.push((file, text.map(|text| sources.add(file, text))));
            }
        }
        let spots = self.said.iter().map(|Said { range, place, .. }| {
            let file = known.iter().find(|(name, _)| *name == place.file()).and_then(|it| it.1);
            let call = file.and_then(|file| {
                let (name, whole) = call(&sources.get(file).text, place.line(), place.column())?;
                Some((Span::new(file, name), Span::new(file, whole)))
            });
            Spot { range: range.clone(), place: place.to_string(), call }
        });
        let spots = spots.collect();
        sources.add_described(path, Arc::clone(&self.text), spots)
    }

    /// Complains about expressions that are none: with one of them, the text would say something
    /// else than the draft.
    pub(crate) fn check(&self, file: FileId) -> Result<(), Vec<Diagnostic>> {
        // Where a label is none, neither is what refers to it.
        let labels = self.said.iter().filter_map(|said| Some((said, said.label.as_ref()?)));
        let wrong = labels.filter_map(|(said, label)| {
            let invalid = Label::parse(label).err()?;
            let span = Span::new(file, said.range.clone());
            let diagnostic = Diagnostic::error(codes::BAD_LABEL, invalid.message).at(span, "");
            Some(invalid.help.into_iter().fold(diagnostic, Diagnostic::help))
        });
        let wrong: Vec<Diagnostic> = wrong.collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let expressions = self.said.iter().filter_map(|said| said.expression.clone());
        let wrong = expressions.filter(|range| !is_expression(&self.text[range.clone()]));
        let wrong: Vec<Diagnostic> = wrong
            .map(|range| {
                Diagnostic::error(codes::SYNTAX, "this is no expression")
                    .at(Span::new(file, range), "")
                    .help("write one expression of Terraform's language: `upper(local.name)`")
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

/// True for the source of one expression and nothing else.
fn is_expression(source: &str) -> bool {
    let body = hcl::edit::parser::parse_body(&format!("x = {source}\n"));
    body.is_ok_and(|body| {
        let mut structures = body.iter();
        matches!(structures.next(), Some(Structure::Attribute(_))) && structures.next().is_none()
    })
}

struct Writer {
    text: String,
    said: Vec<Said>,
    depth: usize,
}

impl Writer {
    fn entry(&mut self, Entry { name, place, comment, content }: &Entry) {
        comment.iter().for_each(|line| self.line(line));
        self.indent();
        let start = self.text.len();
        match content {
            Content::Value(value) => {
                self.text.push_str(name);
                self.text.push_str(" = ");
                let value_start = self.text.len();
                self.text.push_str(&print_expr(value));
                let range = value_start..self.text.len();
                let expression = has_source(value).then_some(range);
                self.said.push(Said {
                    range: start..self.text.len(),
                    place,
                    expression,
                    label: None,
                });
                self.text.push('\n');
            }
            Content::Block(block) => {
                self.text.push_str(name);
                if let Some(label) = &block.label {
                    self.text.push(' ');
                    self.text.push_str(&print_expr(&Expr::from(label.as_str())));
                }
                let at = self.said.len();
                self.said.push(Said {
                    range: start..start,
                    place,
                    expression: None,
                    label: block.label.clone(),
                });
                self.text.push_str(" {\n");
                self.depth += 1;
                block.entries.iter().for_each(|entry| self.entry(entry));
                block.comment.iter().for_each(|line| self.line(line));
                self.depth -= 1;
                self.indent();
                self.text.push_str("}\n");
                self.said[at].range.end = self.text.len();
            }
        }
    }

    fn line(&mut self, line: &str) {
        self.indent();
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.depth));
    }
}

/// True for what holds source that nobody has parsed.
fn has_source(value: &Expr) -> bool {
    match value {
        Expr::Raw(_) | Expr::Number(_) => true,
        Expr::List(items) => items.iter().any(has_source),
        Expr::Object(properties) => {
            properties.iter().any(|it| has_source(&it.value) || !is_identifier(&it.key))
        }
        Expr::Null | Expr::Bool(_) | Expr::String(_) => false,
    }
}

/// The bytes of the call at a line and column of Rust, both from 1: of its name, and of the whole
/// with its arguments.
fn call(text: &str, line: u32, column: u32) -> Option<(Range<usize>, Range<usize>)> {
    let (line, column) = (usize::try_from(line).ok()?, usize::try_from(column).ok()?);
    let above: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let here = text.get(above..)?.lines().next()?;
    let start = above + here.char_indices().nth(column.checked_sub(1)?)?.0;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '!' | '#');
    let rest = &text[start..];
    let name = start..start + rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let end = closing(text, name.end).unwrap_or(above + here.len());
    Some((name.clone(), start..end.max(name.end)))
}

/// One past the bracket that closes the one that is opened at `start`.
fn closing(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'r' if !is_word(bytes, at) => {
                let marks = bytes[at + 1..].iter().take_while(|&&byte| byte == b'#').count();
                if bytes.get(at + 1 + marks) == Some(&b'"') {
                    let end = format!("\"{}", "#".repeat(marks));
                    at += 2 + marks;
                    at += text.get(at..)?.find(&end)? + end.len();
                    continue;
                }
            }
            b'"' => {
                at += 1;
                while *bytes.get(at)? != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => at += text.get(at..)?.find('\n')?,
            _ if depth == 0 => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// True where a byte goes on with a name.
fn is_word(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| bytes[before].is_ascii_alphanumeric() || bytes[before] == b'_')
}
