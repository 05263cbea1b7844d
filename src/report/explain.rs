//! What a rule is, why, and how to keep it: for a terminal, as Markdown, for other programs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Colour};
use serde::{Deserialize, Serialize};

use super::json::{Problem, VERSION};
use super::snippet::Style;
use super::terminal::{self, paint};
use super::{diagnostics, markdown};
use crate::Program;
use crate::diagnostic::{ALL_CODES, Code};
use crate::explain::{Checked, Example, Explanation, File, Kind, PAGE, Part, family};
use crate::project::DESCRIPTION;

/// For people at a terminal of so many columns.
pub fn terminal(
    explanation: &Explanation,
    program: &Program,
    style: Style,
    columns: usize,
) -> String {
    let Explanation { code, rule, parts } = explanation;
    let severity = explanation.severity(program).map(|it| format!(" ({})", it.name()));
    let title = format!("{} {}{}", code.id, code.name, severity.unwrap_or_default());
    let mut out = paint(&title, Colour::new().bold(), style) + "\n\n" + &wrapped(rule, columns);
    for part in parts {
        out.push('\n');
        match part {
            Part::Text(text) => {
                // An item of a list belongs to the one above it.
                if text.starts_with("- ") && out.ends_with("\n\n") {
                    out.pop();
                }
                out.push_str(&wrapped(text, columns));
            }
            Part::Code { text, .. } => out.push_str(&indented(text)),
            Part::Example(example) => {
                let colour = match example.kind {
                    Kind::Wrong => AnsiColor::Red,
                    Kind::Right => AnsiColor::Green,
                };
                for (at, file) in example.files.iter().enumerate() {
                    if at > 0 {
                        out.push('\n');
                    }
                    out.push_str(&paint(
                        &caption(example, file),
                        colour.on_default().bold(),
                        style,
                    ));
                    out.push_str("\n\n");
                    out.push_str(&indented(&file.text));
                }
                if example.kind == Kind::Wrong {
                    let Checked { diagnostics, sources } = example.check(program);
                    let said = terminal::diagnostics(&diagnostics, &sources, style);
                    let _ = write!(out, "\n{}\n", said.trim_end());
                }
            }
        }
    }
    if ALL_CODES.contains(code) {
        let _ = write!(out, "\nmore: {PAGE}#{}\n", anchor(*code));
    }
    out
}

/// One line a code, by family; cut where a terminal of so many columns would break it.
pub fn list(codes: &[Code], style: Style, columns: Option<usize>) -> String {
    let mut out = String::new();
    for (family, codes) in families(codes) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&paint(family, Colour::new().bold(), style));
        out.push('\n');
        let width = |of: fn(&Code) -> usize| codes.iter().map(of).max().unwrap_or_default();
        let (ids, names) = (width(|it| it.id.len()), width(|it| it.name.len()));
        for code in &codes {
            let summary = Explanation::of(*code).summary();
            let line = format!("  {:ids$}  {:names$}  {summary}", code.id, code.name);
            out.push_str(&columns.map_or_else(|| line.clone(), |columns| cut(&line, columns)));
            out.push('\n');
        }
    }
    out
}

/// Whole explanations as Markdown, each under a heading by which it is linked to.
pub fn sections(codes: &[Code], program: &Program, level: usize) -> String {
    let mut out = String::new();
    for code in codes {
        let explanation = Explanation::of(*code);
        let severity = explanation.severity(program).map(|it| format!(", {}", it.name()));
        let head = format!("**{}**{}", code.name, severity.unwrap_or_default());
        if !out.is_empty() {
            out.push('\n');
        }
        let text = text(&explanation, Some(program));
        let _ = write!(out, "{} {}\n\n{head}\n\n{text}", "#".repeat(level), code.id);
    }
    out
}

/// Codes with what they are about, in one table a family.
pub fn tables(codes: &[Code]) -> String {
    let mut out = String::new();
    for (family, codes) in families(codes) {
        let _ = write!(out, "\n### {family}\n\n| code | name | rule |\n| --- | --- | --- |\n");
        for code in codes {
            let summary = Explanation::of(code).summary().replace('|', "\\|");
            let _ = writeln!(
                out,
                "| [`{}`](#{}) | {} | {summary}. |",
                code.id,
                anchor(code),
                code.name
            );
        }
    }
    out
}

/// The text of an explanation as Markdown.
pub fn body(explanation: &Explanation) -> String {
    text(explanation, None)
}

fn text(explanation: &Explanation, program: Option<&Program>) -> String {
    let mut out = format!("{}\n", explanation.rule);
    for part in &explanation.parts {
        match part {
            Part::Text(text) if text.starts_with("- ") && !out.ends_with("```\n") => {
                let after_item = out.lines().last().is_some_and(|line| line.starts_with("- "));
                let _ = writeln!(out, "{}{text}", if after_item { "" } else { "\n" });
            }
            Part::Text(text) => {
                let _ = write!(out, "\n{text}\n");
            }
            Part::Code { language, text } => out.push_str(&fenced(language, text)),
            Part::Example(example) => {
                for file in &example.files {
                    let _ = write!(out, "\n{}\n", caption(example, file));
                    out.push_str(&fenced(&file.language, &file.text));
                }
                if let (Some(program), Kind::Wrong) = (program, example.kind) {
                    let Checked { diagnostics, sources } = example.check(program);
                    let said = terminal::diagnostics(&diagnostics, &sources, Style::Plain);
                    out.push_str(&fenced("text", &format!("{}\n", said.trim_end())));
                }
            }
        }
    }
    out
}

/// Where a code's section is on the page of all codes.
pub fn anchor(code: Code) -> String {
    code.id.to_ascii_lowercase()
}

/// Explanations as one JSON value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// Of the shape: 1.
    pub version: u32,
    /// What was asked for; every code where nothing was.
    pub codes: Vec<Rule>,
}

/// One code, explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// `SW204`
    pub code: String,
    /// `bad-schedule`
    pub name: String,
    /// What it is about.
    pub family: String,
    /// `error` or `warning`, where an example shows it.
    pub severity: Option<String>,
    /// The rule, and the page that it comes from.
    pub rule: String,
    /// The whole explanation as Markdown.
    pub markdown: String,
    /// What breaks the rule, and what does not.
    pub examples: Vec<Shown>,
}

/// An example, read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// `wrong` or `right`.
    pub kind: String,
    /// Its files.
    pub files: Vec<Text>,
    /// What Stackwright says to it.
    pub diagnostics: Vec<Problem>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// Its name in the stack's folder.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl Explained {
    /// These codes, with their examples as a program reads them.
    pub fn of(codes: &[Code], program: &Program) -> Self {
        let codes = codes.iter().map(|code| {
            let explanation = Explanation::of(*code);
            let shown = |example: &Example| {
                let Checked { diagnostics, sources } = example.check(program);
                let file = |file: &File| Text { name: file.name.clone(), text: file.text.clone() };
                Shown {
                    kind: example.kind.name().to_owned(),
                    files: example.files.iter().map(file).collect(),
                    diagnostics: diagnostics::json(&diagnostics, &sources),
                }
            };
            Rule {
                code: code.id.to_owned(),
                name: code.name.to_owned(),
                family: family(*code).to_owned(),
                severity: explanation.severity(program).map(|it| it.name().to_owned()),
                rule: explanation.rule.clone(),
                markdown: body(&explanation),
                examples: explanation.examples().map(shown).collect(),
            }
        });
        Self { version: VERSION, codes: codes.collect() }
    }
}

/// Codes by what they are about, in the order of their ids.
fn families(codes: &[Code]) -> Vec<(&'static str, Vec<Code>)> {
    let mut families: Vec<(&'static str, Vec<Code>)> = Vec::new();
    for code in codes {
        let name = family(*code);
        match families.iter_mut().find(|(family, _)| *family == name) {
            Some((_, codes)) => codes.push(*code),
            None => families.push((name, vec![*code])),
        }
    }
    families
}

/// What stands above a file of an example.
fn caption(example: &Example, file: &File) -> String {
    let kind = match example.kind {
        Kind::Wrong => "Wrong",
        Kind::Right => "Right",
    };
    match file.name.as_str() {
        DESCRIPTION => format!("{kind}:"),
        name => format!("{kind}, in `{name}`:"),
    }
}

fn fenced(language: &str, text: &str) -> String {
    format!("\n{}", markdown::fenced(language, text))
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    text.lines().map(line).collect()
}

/// A paragraph in lines of at most so many columns, as far as its words allow.
fn wrapped(text: &str, columns: usize) -> String {
    let hang = if text.starts_with("- ") { "  " } else { "" };
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let length = line.chars().count() + 1 + word.chars().count();
        if line.is_empty() {
            line.push_str(word);
        } else if length <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            out.push_str(&line);
            out.push('\n');
            line = format!("{hang}{word}");
        }
    }
    out + &line + "\n"
}

/// A line of at most so many columns.
fn cut(line: &str, columns: usize) -> String {
    if line.chars().count() <= columns {
        return line.to_owned();
    }
    let kept: String = line.chars().take(columns.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{cut, wrapped};

    #[test]
    fn a_paragraph_is_wrapped_between_words_and_an_item_hangs() {
        assert_eq!(wrapped("one two three", 8), "one two\nthree\n");
        assert_eq!(wrapped("- one two three", 9), "- one two\n  three\n");
        assert_eq!(wrapped("incomprehensibilities", 8), "incomprehensibilities\n");
        assert_eq!(wrapped("é é é", 3), "é é\né\n");
    }

    #[test]
    fn a_long_line_of_a_list_is_cut() {
        assert_eq!(cut("one two", 7), "one two");
        assert_eq!(cut("one two", 5), "one…");
    }
}
