//! What Terraform says, in its machine-readable form (Terraform, "Machine-Readable UI" and
//! "Command: validate"), as diagnostics with places in the user's own files.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use hcl::edit::Span as _;
use serde::Deserialize;
use serde_json::Value;

use super::error::Error;
use super::root::{join, joined};
use super::scan::STUBS;
use super::terraform::Answer;
use crate::diagnostic::{Code, Diagnostic, FileId, Severity, Sources, Span, codes};

/// A message of Terraform's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Message {
    severity: String,
    summary: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    range: Option<Range>,
    #[serde(default)]
    snippet: Option<Snippet>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Range {
    filename: String,
    start: Position,
    end: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Snippet {
    #[serde(default)]
    context: Option<String>,
}

/// What stands before the place of a variable's condition.
const RULE: &str = "This was checked by the validation rule at ";

impl Message {
    pub fn is_error(&self) -> bool {
        self.severity == "error"
    }

    /// The condition that it says is not met, where that ends a plan: its file as Terraform names
    /// it, and its place.
    fn unmet(&self) -> Option<Range> {
        let ends = ["precondition failed", "postcondition failed"];
        if self.is_error() && ends.iter().any(|end| self.summary.ends_with(end)) {
            return self.range.clone();
        }
        // A variable's is only named in words: `main.tf:3,3-13.`
        let (_, place) = self.detail.rsplit_once(RULE).filter(|_| self.is_error())?;
        let (filename, place) = place.trim().trim_end_matches('.').rsplit_once(':')?;
        let (line, columns) = place.split_once(',')?;
        let (start, end) = columns.split_once('-')?;
        let line = line.parse().ok()?;
        let position = |column: &str| Some(Position { line, column: column.parse().ok()? });
        let range = Range {
            filename: filename.to_owned(),
            start: position(start)?,
            end: position(end).or(position(start))?,
        };
        Some(range)
    }

    /// The file and line of the condition that it says is not met, as [`Message::unmet`].
    pub fn unmet_condition(&self) -> Option<(String, usize)> {
        self.unmet().map(|range| (range.filename, range.start.line))
    }

    /// The order of the files: Terraform says messages as its walk of the graph comes by.
    pub fn by_place(&self, other: &Self) -> Ordering {
        let place = |it: &Self| {
            let range = it.range.as_ref();
            range.map(|it| (it.filename.clone(), it.start.line, it.start.column))
        };
        let rest = |it: &Self| (it.summary.clone(), it.address.clone());
        (place(self), rest(self)).cmp(&(place(other), rest(other)))
    }

    /// The same as a warning, at the condition.
    pub fn doubted(mut self) -> Self {
        self.range = self.unmet();
        self.severity = "warning".to_owned();
        if let Some((detail, _)) = self.detail.rsplit_once(RULE) {
            self.detail = detail.trim().to_owned();
        }
        self
    }

    /// True for what Terraform says of how we call it.
    fn is_ours(&self) -> bool {
        !self.is_error() && self.summary.starts_with("Deprecated flag: -state")
    }
}

/// The messages among the lines that `plan -json` and `apply -json` print.
pub(super) fn of_lines(answer: &Answer) -> Result<Vec<Message>, Error> {
    let text = String::from_utf8_lossy(&answer.stdout);
    let mut messages = Vec::new();
    for line in text.lines() {
        let Ok(Value::Object(mut line)) = serde_json::from_str(line) else { continue };
        if let Some(message) = line.remove("diagnostic") {
            messages.extend(serde_json::from_value::<Message>(message).ok());
        }
    }
    said(answer, messages)
}

/// The messages that `validate -json` prints.
pub(super) fn of_validation(answer: &Answer) -> Result<Vec<Message>, Error> {
    #[derive(Deserialize)]
    struct Validation {
        #[serde(default)]
        diagnostics: Vec<Message>,
    }
    let validation = serde_json::from_slice::<Validation>(&answer.stdout);
    said(answer, validation.map(|validation| validation.diagnostics).unwrap_or_default())
}

/// A command that fails says why.
fn said(answer: &Answer, mut messages: Vec<Message>) -> Result<Vec<Message>, Error> {
    messages.retain(|message| !message.is_ours());
    if answer.code == 0 || messages.iter().any(Message::is_error) {
        return Ok(messages);
    }
    Err(Error::Crash {
        command: answer.command.clone(),
        how: format!("ended with exit code {}", answer.code),
        said: answer
            .stderr
            .lines()
            .filter(|line| !line.trim().is_empty())
            .take(12)
            .collect::<Vec<_>>()
            .join("\n"),
    })
}

/// Where the files of a root are that messages are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places<'a> {
    /// The files as the user has them.
    pub top: &'a Path,
    /// The root, below the top.
    pub folder: &'a str,
    /// The description that the root is rendered from, below the top.
    pub description: Option<&'a str>,
    /// All files that were read.
    pub sources: &'a Mutex<Sources>,
}

impl Places<'_> {
    pub fn diagnostics(&self, messages: &[Message]) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        for message in messages {
            let diagnostic = self.diagnostic(message);
            // Terraform says it once for each instance.
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        diagnostics
    }

    fn diagnostic(&self, message: &Message) -> Diagnostic {
        let code = code(message);
        let mut diagnostic = Diagnostic::error(code, lower(&message.summary));
        if !message.is_error() {
            diagnostic.severity = Severity::Warning;
        }
        let detail = message.detail.trim();
        if !detail.is_empty() {
            diagnostic = diagnostic.help(detail);
        }
        if code == codes::NO_PROVIDER {
            diagnostic = diagnostic.help(
                "either the root has a slip, or the facts about its providers are too old or too few: \
                 add some with `--facts <file>`, made by `stackwright provider distill`",
            );
        }
        // Only a live plan hears of it from Terraform, which does not say why.
        if code == codes::PROTECTED {
            diagnostic = diagnostic
                .help("`stackwright plan` without `--live` tells by which attribute")
                .help("if it is really meant, write `protect = false`, or take out its `prevent_destroy`, apply that, and then this");
        }
        let place = message.range.as_ref().and_then(|range| self.place(range));
        let cause = self.cause(message);
        match (cause, place) {
            (Some(cause), place) => {
                diagnostic = diagnostic.at(cause, "described here");
                diagnostic.also(place, "and rendered here")
            }
            (None, Some(place)) => diagnostic.at(place, ""),
            (None, None) => match &message.address {
                Some(address) => diagnostic.help(format!("at `{address}`")),
                None => diagnostic,
            },
        }
    }

    fn place(&self, range: &Range) -> Option<Span> {
        if range.filename.contains(STUBS) {
            return None;
        }
        let path = joined(self.folder, &range.filename)?;
        let (file, text) = self.file(&path)?;
        let start = offset(&text, range.start);
        let end = offset(&text, range.end).max(start);
        Some(Span::new(file, start..end))
    }

    /// The component of the description that a message is about: a module call is named
    /// `<kind>_<label>`.
    fn cause(&self, message: &Message) -> Option<Span> {
        let (file, text) = self.file(self.description?)?;
        let context = message.snippet.as_ref().and_then(|snippet| snippet.context.as_deref());
        let range = message.range.as_ref();
        let called =
            context.and_then(|context| context.strip_prefix("module \"")?.strip_suffix('"'));
        let label = called.map(str::to_owned).or_else(|| {
            let rest = message.address.as_deref()?.strip_prefix("module.")?;
            Some(rest.split(['.', '[']).next()?.to_owned())
        });
        let label = match label {
            Some(label) => label,
            // Inside a module that one component calls, Terraform names no address.
            None => self.only_caller(range?)?,
        };
        let body = hcl::edit::parser::parse_body(&text).ok()?;
        let block = body.blocks().find(|block| match block.labels.as_slice() {
            [name] => format!("{}_{}", block.ident.as_str(), name.as_str()) == label,
            _ => false,
        })?;
        // The argument is a field of the same name, if it is one.
        let field = range.and_then(|range| {
            let (_, rendered) = self.file(&joined(self.folder, &range.filename)?)?;
            let line = rendered.lines().nth(range.start.line.checked_sub(1)?)?;
            let name = line.split('=').next()?.trim().to_owned();
            block.body.get_attribute(&name)?.span()
        });
        let head = block.ident.span()?.start..hcl_end(block)?;
        Some(Span::new(file, field.filter(|_| called.is_some()).unwrap_or(head)))
    }

    fn only_caller(&self, range: &Range) -> Option<String> {
        let folder = joined(self.folder, &range.filename)?;
        let folder = folder.rsplit_once('/')?.0.to_owned();
        if folder == self.folder {
            return None;
        }
        let mut found = None;
        for name in super::root::terraform_files(&self.top.join(self.folder)).ok()? {
            let text = fs::read_to_string(self.top.join(join(self.folder, &name))).ok()?;
            let mut names = super::scan::Names::default();
            let _ = names.add(&name, &text);
            for (label, call) in names.calls {
                if joined(self.folder, &call.source).as_deref() == Some(folder.as_str())
                    && found.replace(label).is_some()
                {
                    return None;
                }
            }
        }
        found
    }

    /// A file of the user's, made known under the path that they know.
    fn file(&self, path: &str) -> Option<(FileId, String)> {
        let text = fs::read_to_string(self.top.join(path)).ok()?;
        let file = self
            .sources
            .lock()
            .expect("no thread panics while it holds this")
            .add(path, text.as_str());
        Some((file, text))
    }
}

/// Where a block's head ends.
fn hcl_end(block: &hcl::edit::structure::Block) -> Option<usize> {
    use hcl::edit::structure::BlockLabel;
    match block.labels.last() {
        Some(BlockLabel::String(label)) => Some(label.span()?.end),
        Some(BlockLabel::Ident(label)) => Some(label.span()?.end),
        None => Some(block.ident.span()?.end),
    }
}

/// The byte of a line and column from 1.
fn offset(text: &str, Position { line, column }: Position) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text[start..].split('\n').next().unwrap_or_default();
    let column = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    start + column
}

fn code(message: &Message) -> Code {
    let unknown = [
        "Invalid resource type",
        "Invalid data source",
        "Missing required provider",
        "Inconsistent dependency lock file",
        "Required plugins are not installed",
        "Invalid provider",
        "Failed to load plugin schemas",
        "Call to unknown provider-contributed function",
    ];
    if unknown.iter().any(|start| message.summary.starts_with(start)) {
        codes::NO_PROVIDER
    } else if message.summary == "Instance cannot be destroyed" {
        codes::PROTECTED
    } else {
        codes::BAD_ROOT
    }
}

/// Terraform's own words in our voice.
fn lower(summary: &str) -> String {
    let mut chars = summary.chars();
    let first = chars.next();
    let rest = chars.as_str();
    match first {
        // Not an abbreviation.
        Some(first) if !rest.starts_with(char::is_uppercase) => {
            format!("{}{rest}", first.to_lowercase())
        }
        _ => summary.to_owned(),
    }
}
