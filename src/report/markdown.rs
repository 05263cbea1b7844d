//! GitHub-flavoured Markdown out of texts that others wrote: nothing breaks out of its place, nobody
//! is mentioned, and no issue is referred to.

use super::json::Problem;
use super::snippet::one_line;

/// A code span in a cell of a table.
pub(crate) fn code(text: &str) -> String {
    match text.contains('|') {
        true => span(&text.replace('|', "\\|")),
        false => span(text),
    }
}

/// A code span, anywhere but in a table.
pub(super) fn span(text: &str) -> String {
    if text.is_empty() {
        return "\\`\\`".to_owned();
    }
    let text = one_line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Our own wording, anywhere but in a table: what stands in backquotes stays code, everything else is
/// only text.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<_> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text); // a backquote without a partner
    }
    let parts = parts.into_iter().enumerate();
    parts.map(|(n, part)| if n % 2 == 0 { escaped(part) } else { span(part) }).collect()
}

/// Text and nothing else. An empty comment of HTML parts what GitHub or GitLab would make a mention,
/// a reference or a link of (GitHub Docs, "Autolinked references and URLs"; GitLab Docs, "GitLab
/// Flavored Markdown").
pub(super) fn escaped(text: &str) -> String {
    const APART: &str = "<!-- -->";
    let mut safe = String::new();
    let text = one_line(text);
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => {
                safe.extend(['\\', char]);
            }
            '@' | '#' => {
                safe.push(char);
                safe += APART;
            }
            '!' | '%' if rest.peek().is_some_and(|next| next.is_alphanumeric() || *next == '"') => {
                safe.push(char);
                safe += APART;
            }
            // `GH-1`, `https://`, `www.`
            '-' if safe.ends_with("GH") || safe.ends_with("gh") => {
                safe += APART;
                safe.push(char);
            }
            // A quick action of GitLab begins a line.
            '/' if safe.is_empty() || safe.ends_with(':') => {
                safe += APART;
                safe.push(char);
            }
            '.' if safe.to_ascii_lowercase().ends_with("www") => {
                safe += APART;
                safe.push(char);
            }
            _ => safe.push(char),
        }
    }
    safe
}

/// Text inside HTML, on one line.
pub(super) fn escape(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text as a block of code, whatever is in it.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// Where a problem is, as a link where it is known to where the files are.
pub(super) fn place(
    path: &str,
    line_column: Option<(usize, usize)>,
    files: Option<&str>,
) -> String {
    let text = match line_column {
        Some((line, column)) => format!("{path}:{line}:{column}"),
        None => path.to_owned(),
    };
    let Some(files) = files else { return span(&text) };
    let line = line_column.map(|(line, _)| format!("#L{line}")).unwrap_or_default();
    format!("[{}]({files}{}{line})", span(&text), crate::web::url_path(path))
}

/// An item of a list for a problem: how bad, which rule, where, what. A phone has no room for a table
/// of all that.
pub(super) fn problem(
    problem: &Problem,
    files: Option<&str>,
    cut: &dyn Fn(&str) -> String,
) -> String {
    let position = |at: Option<super::json::Position>| at.map(|at| (at.line, at.column));
    let mut lines = vec![prose(&cut(&problem.message))];
    lines.extend(problem.related.iter().map(|related| {
        let place = place(&cut(&related.path), position(related.start), files);
        match related.message.as_str() {
            "" => format!("see {place}"),
            text => format!("see {place}: {}", prose(&cut(text))),
        }
    }));
    lines.extend(problem.help.iter().map(|help| format!("help: {}", prose(&cut(help)))));
    let at = problem.path.as_deref().map(|path| place(&cut(path), position(problem.start), files));
    let at = at.map(|at| format!("{at} ")).unwrap_or_default();
    format!(
        "- {at}**{}** {}<br>{} {}\n",
        escaped(&cut(&problem.severity)),
        lines.join("<br>"),
        escaped(&cut(&problem.code)),
        escaped(&cut(&problem.name)),
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn code_spans_hold_backquotes() {
        assert_eq!(span("a``b`"), "``` a``b` ```");
        assert_eq!(span(" a "), "`  a  `");
        assert_eq!(code("a|b"), "`a\\|b`");
    }

    #[test]
    fn nobody_is_mentioned_and_nothing_is_referred_to() {
        assert_snapshot!(escaped("@ada #12 acme/shop#3 GH-4 !5 %6 https://github.com/a/b/issues/7 www.a.io <b> 5%, no!"),
            @r"@<!-- -->ada #<!-- -->12 acme/shop#<!-- -->3 GH<!-- -->-4 !<!-- -->5 %<!-- -->6 https:<!-- -->//github.com/a/b/issues/7 www<!-- -->.a.io \<b\> 5%, no!");
        assert_eq!(escaped("/merge"), "<!-- -->/merge");
        assert_eq!(prose("see `@ada` @ada"), "see `@ada` @<!-- -->ada");
    }

    #[test]
    fn a_place_is_a_link_that_nothing_breaks_out_of() {
        assert_eq!(place("a b)/c.hcl", Some((3, 7)), None), "`a b)/c.hcl:3:7`");
        assert_eq!(
            place("a b)/c|.hcl", Some((3, 7)), Some("https://github.com/o/r/blob/abc/")),
            "[`a b)/c|.hcl:3:7`](https://github.com/o/r/blob/abc/a%20b%29/c%7C.hcl#L3)"
        );
    }

    #[test]
    fn a_block_of_code_holds_fences() {
        assert_eq!(fenced("text", "a\n```\n</details>"), "````text\na\n```\n</details>\n````\n");
    }
}
