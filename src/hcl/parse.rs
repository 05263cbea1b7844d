//! HCL text to hcl-edit's tree, or to every syntax error of the file.

use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::{Expression, ObjectKey};
use hcl::edit::structure::Body;

use crate::diagnostic::{Diagnostic, FileId, Span, codes};

/// Syntax errors reported for one file; more would be echoes of the first ones.
const MAX_ERRORS: usize = 20;

/// Parses a whole file.
///
/// # Errors
/// One diagnostic for each top-level block that is not HCL: hcl-edit stops at the first error, so
/// the block at fault is blanked out and the rest is tried again.
pub fn parse(file: FileId, text: &str) -> Result<Body, Vec<Diagnostic>> {
    let error = match hcl::edit::parser::parse_body(text) {
        Ok(body) => return Ok(body),
        Err(error) => error,
    };
    let mut diagnostics = vec![diagnostic(file, text, &error)];
    let mut rest = text.to_owned();
    let mut offset = error.location().offset();
    for _ in 1..MAX_ERRORS {
        if !blank_block(&mut rest, offset) {
            break;
        }
        match hcl::edit::parser::parse_body(&rest) {
            Ok(_) => break,
            Err(error) => {
                offset = error.location().offset();
                let again = diagnostic(file, text, &error);
                if !diagnostics.contains(&again) {
                    diagnostics.push(again);
                }
            }
        }
    }
    Err(diagnostics)
}

/// What can be read of a text, and whether that is all of it: top-level blocks that are not HCL are
/// left out. Places are those of the text.
pub(crate) fn parse_rest(text: &str) -> (Body, bool) {
    // Somebody waits for it.
    const LARGE: usize = 1 << 20;
    let most = if text.len() > LARGE { 2 } else { MAX_ERRORS };
    let mut rest = std::borrow::Cow::Borrowed(text);
    for tries in 0..most {
        match hcl::edit::parser::parse_body(&rest) {
            Ok(body) => return (body, tries == 0),
            Err(error) => {
                if !blank_block(rest.to_mut(), error.location().offset()) {
                    break;
                }
            }
        }
    }
    (Body::default(), false)
}

fn diagnostic(file: FileId, text: &str, error: &hcl::edit::parser::Error) -> Diagnostic {
    // hcl-edit's offset can be inside a character.
    let start = text.floor_char_boundary(error.location().offset());
    let rest = &text[start..];
    if error.message().contains("redefined") {
        let length = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let name = &rest[..length];
        return Diagnostic::error(codes::DUPLICATE, format!("`{name}` is set twice"))
            .at(Span::new(file, start..start + length), "set again here")
            .help("keep one of them");
    }
    let fault = explain(text, start, error.message());
    let width = text[fault.at..].chars().next().filter(|&c| c != '\n').map_or(0, char::len_utf8);
    let diagnostic = Diagnostic::error(codes::SYNTAX, fault.message)
        .at(Span::new(file, fault.at..fault.at + width), "");
    fault.help.into_iter().fold(diagnostic, Diagnostic::help)
}

/// A syntax error in people's words.
struct Fault {
    at: usize,
    message: String,
    help: Option<&'static str>,
}

/// hcl-edit says what its grammar could have gone on with; people want to know what they did.
fn explain(text: &str, at: usize, message: &str) -> Fault {
    let fault = |at: usize, message: &str, help: &'static str| Fault {
        at,
        message: message.to_owned(),
        help: Some(help),
    };
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let found = text[at..].chars().next();
    if let Some(quote) = unclosed_quote(text, at) {
        return fault(
            quote,
            "the string is not closed on its line",
            "end it with `\"`; text over several lines is a heredoc, `<<EOT`",
        );
    }
    if found == Some('\'') {
        return fault(at, "strings stand in double quotes", "write `\"…\"`");
    }
    if message.contains("nested levels") {
        return fault(at, "nested more than 64 levels deep", "name a part of it in `locals`");
    }
    if message.contains("heredoc end") {
        return fault(at, "the heredoc is not closed", "end it with its word alone on a line");
    }
    if text[at..].trim().is_empty() && message.contains("block body") {
        let open = unclosed_block(text).unwrap_or(at);
        return fault(open, "this block is not closed", "add the missing `}`");
    }
    match (message.as_str(), found) {
        ("unexpected token", Some('}')) => {
            fault(at, "there is a `}` too many", "take it out, or add the block that it closes")
        }
        ("expected `]`", _) => fault(at, "expected `,` or `]`", "elements are separated by commas"),
        ("expected newline or eof", _) => {
            fault(at, "expected the end of the line", "write one argument a line")
        }
        (message, Some(':')) if message.starts_with("invalid structure") => {
            fault(at, "expected `=`, found `:`", "write `name = value`")
        }
        (message, _) if message.starts_with("invalid structure") => {
            fault(at, "expected `=` or `{`", "write `name = value` or `name { … }`")
        }
        (message, _) if message.starts_with("invalid expression") => {
            fault(at, "expected a value", "write text in quotes, a number, a list or a reference")
        }
        (message, _) if message.starts_with("invalid block body") => {
            fault(at, "expected the end of the block", "write one argument a line")
        }
        (message, _) if message.starts_with("invalid attribute") => fault(
            at,
            "a block on one line holds one argument and no block",
            "write it over several lines",
        ),
        (message, _) => Fault { at, message: message.to_owned(), help: None },
    }
}

/// The last quote of the line around `at`, when the line has an odd number of them.
fn unclosed_quote(text: &str, at: usize) -> Option<usize> {
    let start = text[..at].rfind('\n').map_or(0, |feed| feed + 1);
    let end = text[at..].find('\n').map_or(text.len(), |feed| at + feed);
    let line = &text[start..end];
    let mut quotes = Vec::new();
    let mut escaped = false;
    for (i, c) in line.char_indices() {
        match c {
            '#' if quotes.len() % 2 == 0 => break,
            '"' if !escaped => quotes.push(start + i),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    if quotes.len() % 2 == 1 { quotes.pop() } else { None }
}

/// The head of the top-level block before which braces still balance and after which they do not.
fn unclosed_block(text: &str) -> Option<usize> {
    let (mut depth, mut head, mut at) = (0_i64, None, 0);
    for line in text.split_inclusive('\n') {
        if starts_item(line) {
            if depth > 0 {
                break;
            }
            head = Some(at);
        }
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                '#' if !quoted => break,
                '{' if !quoted => depth += 1,
                '}' if !quoted => depth -= 1,
                _ => {}
            }
        }
        at += line.len();
    }
    head.filter(|_| depth > 0)
}

/// True for a line that begins a top-level block: a name at the margin.
fn starts_item(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Blanks the top-level block around `offset`: from the last line before it that starts at the
/// margin with a name, to the next such line. False when nothing was left to blank.
fn blank_block(text: &mut String, offset: usize) -> bool {
    let (mut start, mut end, mut at) = (0, text.len(), 0);
    for line in text.split_inclusive('\n') {
        if starts_item(line) {
            if at <= offset {
                start = at;
            } else {
                end = at;
                break;
            }
        }
        at += line.len();
    }
    let blanked: String = text[start..end]
        .chars()
        .flat_map(|c| std::iter::repeat_n(if c == '\n' { '\n' } else { ' ' }, c.len_utf8()))
        .collect();
    if blanked.trim().is_empty() && text[start..end].trim().is_empty() {
        return false;
    }
    text.replace_range(start..end, &blanked);
    true
}

/// The name that an object's key is, and its bytes; `None` for one that is worked out.
pub(crate) fn key_name(key: &ObjectKey) -> Option<(String, Range<usize>)> {
    match key {
        ObjectKey::Ident(ident) => Some((ident.as_str().to_owned(), ident.span()?)),
        ObjectKey::Expression(Expression::String(text)) => {
            Some((text.as_str().to_owned(), text.span()?))
        }
        ObjectKey::Expression(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;

    /// The problems of a text, one a line.
    fn problems(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("t", text);
        let problems = parse(file, text).err().unwrap_or_default();
        let lines = problems.iter().map(|problem| {
            let place = problem.primary.as_ref().map(|label| sources.place(label.span));
            format!("{} {}", place.unwrap_or_default(), problem.message)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_people_mistype_is_said_in_their_words() {
        let cases = [
            "a {\n  b = \"x\n}\n",
            "a {\n  b = 'x'\n}\n",
            "a {\n  b: 1\n}\n",
            "a {\n  b 1\n}\n",
            "a {\n  b =\n}\n",
            "a {\n  b = 1 c = 2\n}\n",
            "a {\n  b = [1 2]\n}\n",
            "a {\n  b = 1\n}\n}\n",
            "a {\n  b = 1\n\nc \"d\" {\n  e = \"}\" # }\n}\n",
            "a {\n  b = <<EOT\nx\n}\n",
            "a { b { c = 1 } }\n",
            "a {\n  b = 1\n  b = 2\n}\n",
        ];
        let said: Vec<String> = cases.iter().map(|case| problems(case)).collect();
        insta::assert_snapshot!(said.join("\n"), @"
        t:2:7 the string is not closed on its line
        t:2:7 strings stand in double quotes
        t:2:4 expected `=`, found `:`
        t:2:5 expected `=` or `{`
        t:2:6 expected a value
        t:2:9 expected the end of the line
        t:2:10 expected `,` or `]`
        t:4:1 there is a `}` too many
        t:1:1 this block is not closed
        t:3:1 the heredoc is not closed
        t:3:2 the heredoc is not closed
        t:1:7 a block on one line holds one argument and no block
        t:3:3 `b` is set twice
        ");
    }

    #[test]
    fn each_wrong_block_is_told_once_and_right_ones_are_not() {
        let text = "a {\n  b = \n}\nc {\n  d = 1\n}\ne {\n  f = \n}\n";
        insta::assert_snapshot!(problems(text), @"
        t:2:7 expected a value
        t:8:7 expected a value
        ");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a{}\\[\\]=\"#<\\$\\n é'%E]{0,60}") {
            let mut sources = Sources::default();
            let file = sources.add("t", text.as_str());
            for problem in parse(file, &text).err().unwrap_or_default() {
                let span = problem.primary.expect("a syntax error has a place").span;
                proptest::prop_assert!(text.get(span.range()).is_some());
            }
        }
    }
}
