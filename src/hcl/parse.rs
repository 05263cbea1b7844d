//! HCL text to hcl-edit's tree, or to every syntax error of the file.

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
    while diagnostics.len() < MAX_ERRORS {
        if !blank_block(&mut rest, offset) {
            break;
        }
        match hcl::edit::parser::parse_body(&rest) {
            Ok(_) => break,
            Err(error) => {
                offset = error.location().offset();
                diagnostics.push(diagnostic(file, text, &error));
            }
        }
    }
    Err(diagnostics)
}

fn diagnostic(file: FileId, text: &str, error: &hcl::edit::parser::Error) -> Diagnostic {
    let start = error.location().offset().min(text.len());
    let rest = &text[start..];
    let redefined = error.message().contains("redefined");
    let length = if redefined {
        rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len())
    } else {
        rest.chars().next().filter(|&c| c != '\n').map_or(0, char::len_utf8)
    };
    let span = Span::new(file, start..start + length);
    if redefined {
        let name = &rest[..length];
        return Diagnostic::error(codes::DUPLICATE, format!("`{name}` is set twice"))
            .at(span, "set again here")
            .help("keep one of them");
    }
    let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
    let message = message.replace("; expected", ": expected");
    Diagnostic::error(codes::SYNTAX, message).at(span, "")
}

/// Blanks the top-level block around `offset`: from the last line before it that starts at the
/// margin with a name, to the next such line. False when nothing was left to blank.
fn blank_block(text: &mut String, offset: usize) -> bool {
    let starts_item = |line: &str| line.starts_with(|c: char| c.is_alphabetic() || c == '_');
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
