//! One diagnostic for people: the source with the places underlined, as rustc shows it.
//!
//! annotate-snippets draws; this file decides what it gets to see. That is never a whole file but
//! excerpts: the lines from the first place to the last, long lines cut down to the text around
//! the places, control characters made visible. So the work is bounded whatever the file is, and
//! a description cannot speak to the terminal.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, FileId, Label, Severity, Sources, Span, Suggestion};

/// Whether the text is for a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Only text.
    Plain,
    /// With ANSI colours.
    Colored,
}

/// Places further apart than so many lines get excerpts of their own, and of a longer place only
/// the first line is underlined.
const MAX_LINES: usize = 500;
/// A line of at most so many bytes is shown as it is.
const MAX_LINE_BYTES: usize = 140;
/// Of a longer one, what is shown before and after each end of a place: little enough that a
/// place with both its ends fits a terminal.
const BEFORE_BYTES: usize = 40;
const AFTER_BYTES: usize = 80;

/// Draws a diagnostic; ends with a line feed.
///
/// ```
/// use stackwright::diagnostic::{Diagnostic, Sources, Span, codes};
/// use stackwright::report::snippet::{Style, render};
///
/// let mut sources = Sources::default();
/// let file = sources.add("main.hcl", "cpu = 300\n");
/// let problem = Diagnostic::error(codes::FARGATE_SIZE, "Fargate has no size with 300 CPU units")
///     .at(Span::new(file, 6..9), "");
/// assert_eq!(
///     render(&problem, &sources, Style::Plain),
///     "\
/// error[SW301]: Fargate has no size with 300 CPU units
///  --> main.hcl:1:7
///   |
/// 1 | cpu = 300
///   |       ^^^
/// "
/// );
/// ```
pub fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let excerpts = excerpts(diagnostic, sources);
    let title = level.primary_title(one_line(&diagnostic.message)).id(diagnostic.code.id);
    // The last help is the title of the patch, where there is one; a suggestion has a help.
    let mut help = diagnostic.help.as_slice();
    let repair = diagnostic.suggestion.as_ref().and_then(|repair| {
        let (title, rest) = help.split_last()?;
        help = rest;
        patch(repair, one_line(title), sources, excerpts.first())
    });
    let problem = Group::with_title(title)
        .elements(excerpts.iter().map(|excerpt| excerpt.snippet(sources)))
        .elements(help.iter().map(|help| Level::HELP.message(lines(help))));
    let report: Vec<_> = std::iter::once(problem).chain(repair).collect();
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
    with_true_places(&renderer.render(&report)) + "\n"
}

/// Some lines of a file with the places in them.
struct Excerpt<'a> {
    file: FileId,
    lines: Range<usize>,
    places: Vec<Place<'a>>,
}

struct Place<'a> {
    kind: AnnotationKind,
    range: Range<usize>,
    text: &'a str,
}

/// The excerpts that show every place; the one with the primary place comes first.
fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &Sources) -> Vec<Excerpt<'a>> {
    let primary = diagnostic.primary.iter().map(|label| (AnnotationKind::Primary, label));
    let related = diagnostic.related.iter().map(|label| (AnnotationKind::Context, label));
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
    for (kind, Label { span, text }) in primary.chain(related) {
        let source = &sources.get(span.file).text;
        let range = underlined(source, *span);
        let lines = whole_lines(source, &range);
        let place = Place { kind, range, text };
        let near = |excerpt: &&mut Excerpt<'_>| {
            excerpt.file == span.file && line_feeds(source, gap(&excerpt.lines, &lines)) < MAX_LINES
        };
        match excerpts.iter_mut().find(near) {
            Some(excerpt) => {
                excerpt.lines.start = excerpt.lines.start.min(lines.start);
                excerpt.lines.end = excerpt.lines.end.max(lines.end);
                excerpt.places.push(place);
            }
            None => excerpts.push(Excerpt { file: span.file, lines, places: vec![place] }),
        }
    }
    excerpts
}

impl<'a> Excerpt<'a> {
    fn snippet(&self, sources: &Sources) -> Snippet<'a, Annotation<'a>> {
        let ends: Vec<_> = self.places.iter().flat_map(|p| [p.range.start, p.range.end]).collect();
        let shown = Shown::new(&sources.get(self.file).text, self.lines.clone(), &ends);
        let annotations = self.places.iter().map(|place| {
            let text = (!place.text.is_empty()).then(|| one_line(place.text));
            place.kind.span(shown.range(&place.range)).label(text)
        });
        let annotations: Vec<_> = annotations.collect();
        Snippet::source(shown.text)
            .line_start(shown.first_line)
            .path(self.path(sources))
            .annotations(annotations)
    }

    /// Where its first place is. Also the excerpt's name: a patch of the same file takes it over
    /// so that it is not announced again.
    fn path(&self, sources: &Sources) -> String {
        let first = self.places.iter().min_by_key(|place| (place.kind, place.range.start));
        marked(sources, self.file, first.map_or(0, |place| place.range.start))
    }
}

/// The source before and after a repair; `None` when it changes nothing or is too long to read.
fn patch<'a>(
    repair: &'a Suggestion,
    title: String,
    sources: &Sources,
    first: Option<&Excerpt<'_>>,
) -> Option<Group<'a>> {
    let source = &sources.get(repair.span.file).text;
    let mut range = clamped(source, repair.span);
    let mut replacement = repair.replacement.as_str();
    if source.as_bytes()[range.clone()].ends_with(b"\n")
        && (replacement.is_empty() || replacement.ends_with('\n'))
    {
        range.end -= 1;
        replacement = replacement.strip_suffix('\n').unwrap_or_default();
    }
    let nothing = range.is_empty() && replacement.is_empty();
    if nothing || line_feeds(source, range.clone()) >= MAX_LINES {
        return None;
    }
    let shown = Shown::new(source, whole_lines(source, &range), &[range.start, range.end]);
    let path = match first {
        Some(excerpt) if excerpt.file == repair.span.file => excerpt.path(sources),
        _ => marked(sources, repair.span.file, range.start),
    };
    let replacement: String =
        replacement.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect();
    let patch = Patch::new(shown.range(&range), replacement);
    let title = Level::HELP.secondary_title(title);
    let snippet = Snippet::source(shown.text).line_start(shown.first_line).path(path).patch(patch);
    Some(Group::with_title(title).element(snippet))
}

/// Source text as it is shown.
struct Shown {
    text: String,
    /// Number of its first line in the source.
    first_line: usize,
    /// For each character that is shown, and the end of each line: its offset in the source and
    /// in `text`.
    offsets: Vec<(usize, usize)>,
}

impl Shown {
    /// The whole lines at `lines`, which has no line feed at its end, with the text around `ends`.
    fn new(source: &str, lines: Range<usize>, ends: &[usize]) -> Self {
        let first_line = line_feeds(source, 0..lines.start) + 1;
        let mut shown = Self { text: String::new(), first_line, offsets: Vec::new() };
        let mut start = lines.start;
        for line in source[lines].split('\n') {
            let end = start + line.len();
            let ends = ends.iter().filter(|at| (start..=end).contains(at)).map(|at| at - start);
            let mut done = 0;
            for piece in pieces(line, ends.collect()) {
                shown.elision(done..piece.start);
                for (at, char) in line[piece.clone()].char_indices() {
                    shown.offsets.push((start + piece.start + at, shown.text.len()));
                    shown.text.push(visible(char));
                }
                done = piece.end;
            }
            shown.elision(done..line.len());
            shown.offsets.push((end, shown.text.len()));
            shown.text.push('\n');
            start = end + 1;
        }
        shown
    }

    fn elision(&mut self, left_out: Range<usize>) {
        if !left_out.is_empty() {
            self.text.push_str("...");
        }
    }

    /// Where a range of the source stands in the text, widened to whole characters.
    fn range(&self, range: &Range<usize>) -> Range<usize> {
        let after_start = self.offsets.partition_point(|&(from, _)| from <= range.start);
        let end = self.offsets.partition_point(|&(from, _)| from < range.end);
        let shown = |at: usize| self.offsets.get(at).map_or(self.text.len(), |&(_, shown)| shown);
        let start = shown(after_start.saturating_sub(1));
        start..shown(end).max(start)
    }
}

/// The parts of a line that are worth showing when places begin or end at `ends`.
fn pieces(line: &str, mut ends: Vec<usize>) -> Vec<Range<usize>> {
    let whole = 0..line.len();
    if whole.len() <= MAX_LINE_BYTES {
        return vec![whole];
    }
    if ends.is_empty() {
        ends.push(0);
    }
    ends.sort_unstable();
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for at in ends {
        let start = char_start(line, at.saturating_sub(BEFORE_BYTES));
        let end = char_start(line, (at + AFTER_BYTES).min(line.len()));
        match pieces.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => pieces.push(start..end),
        }
    }
    pieces
}

/// What is underlined for a span: without the line feed at its end, and not more than a reader
/// can take in.
fn underlined(source: &str, span: Span) -> Range<usize> {
    let mut range = clamped(source, span);
    if source.as_bytes()[range.clone()].ends_with(b"\n") {
        range.end -= 1;
    }
    if line_feeds(source, range.clone()) >= MAX_LINES {
        range.end = whole_lines(source, &(range.start..range.start)).end;
    }
    range
}

/// The bytes of a span that exist.
fn clamped(source: &str, span: Span) -> Range<usize> {
    let start = span.start.min(source.len());
    start..span.end.clamp(start, source.len())
}

/// The lines that a range touches, without the last one's line feed.
fn whole_lines(source: &str, range: &Range<usize>) -> Range<usize> {
    let bytes = source.as_bytes();
    let start = bytes[..range.start].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let rest = bytes[range.end..].iter().position(|&b| b == b'\n');
    start..rest.map_or(bytes.len(), |at| range.end + at)
}

/// What lies between two ranges; empty when they touch.
fn gap(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    a.end.min(b.end)..a.start.max(b.start)
}

fn line_feeds(source: &str, range: Range<usize>) -> usize {
    source.as_bytes().get(range).map_or(0, |bytes| bytes.iter().filter(|&&b| b == b'\n').count())
}

fn char_start(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A place for annotate-snippets, between marks that no other text can contain: it adds a line
/// and a column as counted in the excerpt, and [`with_true_places`] takes them off again.
fn marked(sources: &Sources, file: FileId, offset: usize) -> String {
    format!("\0{}\0", one_line(&sources.place(Span::new(file, offset..offset))))
}

fn with_true_places(drawn: &str) -> String {
    let parts = drawn.split('\0').enumerate().map(|(n, part)| match (n, n % 2) {
        (0, _) | (_, 1) => part,
        _ => part.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()),
    });
    parts.collect()
}

/// Help of several lines, such as a piece of a file to copy, each line made safe.
fn lines(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

/// Text that stays on its line and cannot speak to the terminal.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t' | '\r') { ' ' } else { visible(c) }).collect()
}

/// A character that shows itself: control characters as their pictures, and what reorders or
/// breaks lines (Unicode Standard Annex #9, table 4; Unicode Technical Report #36, 2.10) as the
/// replacement character.
pub(crate) fn visible(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\x1f' => char::from_u32(u32::from(c) + 0x2400).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::codes;

    const MAIN: &str = "\
service \"web\" {
  netwrk = network.main
  cpu    = 256
}
";

    fn at(file: FileId, source: &str, needle: &str) -> Span {
        let start = source.find(needle).unwrap();
        Span::new(file, start..start + needle.len())
    }

    fn main() -> (Sources, FileId) {
        let mut sources = Sources::default();
        let file = sources.add("shop/main.hcl", MAIN);
        (sources, file)
    }

    fn plain(diagnostic: &Diagnostic, sources: &Sources) -> String {
        render(diagnostic, sources, Style::Plain)
    }

    /// One error at a range of a text.
    fn drawn(text: &str, range: Range<usize>) -> String {
        let mut sources = Sources::default();
        let file = sources.add("a.hcl", text);
        let problem =
            Diagnostic::error(codes::SYNTAX, "unexpected").at(Span::new(file, range), "here");
        plain(&problem, &sources)
    }

    #[test]
    fn one_span() {
        let (sources, file) = main();
        let problem = Diagnostic::error(codes::UNKNOWN_FIELD, "unknown field `netwrk`")
            .at(at(file, MAIN, "netwrk"), "not a field of `service`");
        assert_snapshot!(plain(&problem, &sources), @r"
        error[SW102]: unknown field `netwrk`
         --> shop/main.hcl:2:3
          |
        2 |   netwrk = network.main
          |   ^^^^^^ not a field of `service`
        ");
    }

    #[test]
    fn two_spans_in_one_file() {
        let (sources, file) = main();
        let problem = Diagnostic::warning(codes::CONFLICT, "`cpu` without `memory`")
            .at(at(file, MAIN, "cpu"), "")
            .also(at(file, MAIN, "service \"web\""), "in this service");
        assert_snapshot!(plain(&problem, &sources), @r#"
        warning[SW312]: `cpu` without `memory`
         --> shop/main.hcl:3:3
          |
        1 | service "web" {
          | ------------- in this service
        2 |   netwrk = network.main
        3 |   cpu    = 256
          |   ^^^
        "#);
    }

    #[test]
    fn two_files() {
        let (mut sources, file) = main();
        let other = "\n\nnetwork \"main\" {}\n";
        let other_file = sources.add("net/main.hcl", other);
        let problem = Diagnostic::error(codes::OTHER_NETWORK, "two networks")
            .at(at(file, MAIN, "network.main"), "this one")
            .also(at(other_file, other, "\"main\""), "declared here")
            .help("use one network");
        assert_snapshot!(plain(&problem, &sources), @r#"
        error[SW305]: two networks
         --> shop/main.hcl:2:12
          |
        2 |   netwrk = network.main
          |            ^^^^^^^^^^^^ this one
          |
         ::: net/main.hcl:3:9
          |
        3 | network "main" {}
          |         ------ declared here
          |
          = help: use one network
        "#);
    }

    #[test]
    fn a_suggestion() {
        let (sources, file) = main();
        let problem = Diagnostic::error(codes::UNKNOWN_FIELD, "unknown field `netwrk`")
            .at(at(file, MAIN, "netwrk"), "")
            .help("there is a field `network`")
            .suggest(at(file, MAIN, "netwrk"), "network");
        assert_snapshot!(plain(&problem, &sources), @"
        error[SW102]: unknown field `netwrk`
         --> shop/main.hcl:2:3
          |
        2 |   netwrk = network.main
          |   ^^^^^^
          |
        help: there is a field `network`
          |
        2 |   network = network.main
          |       +
        ");
    }

    #[test]
    fn suggestions_that_add_and_remove_lines() {
        let (mut sources, file) = main();
        let end = Span::new(file, MAIN.len() - 2..MAIN.len() - 2);
        let other = sources.add("b.hcl", "a = 1\nb = 2\nc = 3\n");
        let problem = |span, text: &str| {
            Diagnostic::error(codes::MISSING_FIELD, "no `memory_mib`").suggest(span, text)
        };
        assert_snapshot!(plain(&problem(end, "  memory_mib = 512\n"), &sources), @"error[SW103]: no `memory_mib`");
        assert_snapshot!(plain(&problem(Span::new(other, 6..12), ""), &sources), @"error[SW103]: no `memory_mib`");
        assert_snapshot!(plain(&problem(Span::new(other, 6..12), "b = 4\n"), &sources), @"error[SW103]: no `memory_mib`");
        let nothing = Span::new(other, 6..6);
        assert_snapshot!(plain(&problem(nothing, ""), &sources), @"error[SW103]: no `memory_mib`");
    }

    #[test]
    fn no_place() {
        let problem = Diagnostic::error(codes::UNREADABLE, "cannot read `shop`")
            .help("check its permissions");
        assert_snapshot!(plain(&problem, &Sources::default()), @r"
        error[SW001]: cannot read `shop`
         |
         = help: check its permissions
        ");
    }

    #[test]
    fn several_help_lines() {
        let (sources, file) = main();
        let problem = Diagnostic::error(codes::MISSING_FIELD, "`service` needs `memory_mib`")
            .at(at(file, MAIN, "service"), "")
            .help("write `memory_mib = 512`")
            .help("see the Amazon ECS Developer Guide");
        assert_snapshot!(plain(&problem, &sources), @r#"
        error[SW103]: `service` needs `memory_mib`
         --> shop/main.hcl:1:1
          |
        1 | service "web" {
          | ^^^^^^^
          |
          = help: write `memory_mib = 512`
          = help: see the Amazon ECS Developer Guide
        "#);
    }

    #[test]
    fn the_end_of_a_file() {
        assert_snapshot!(drawn("a = {\n", 6..6), @r"
        error[SW005]: unexpected
         --> a.hcl:2:1
          |
        2 |
          | ^ here
        ");
        assert_snapshot!(drawn("a = {", 5..5), @r"
        error[SW005]: unexpected
         --> a.hcl:1:6
          |
        1 | a = {
          |      ^ here
        ");
        assert_snapshot!(drawn("", 0..0), @r"
        error[SW005]: unexpected
         --> a.hcl:1:1
          |
        1 |
          | ^ here
        ");
        assert_snapshot!(drawn("a\nb", 7..99), @r"
        error[SW005]: unexpected
         --> a.hcl:2:2
          |
        2 | b
          |  ^ here
        ");
    }

    #[test]
    fn a_place_of_several_lines() {
        assert_snapshot!(drawn(MAIN, 0..MAIN.len()), @r#"
        error[SW005]: unexpected
         --> a.hcl:1:1
          |
        1 | / service "web" {
        2 | |   netwrk = network.main
        3 | |   cpu    = 256
        4 | | }
          | |_^ here
        "#);
        assert_snapshot!(drawn(&"x = 1\n".repeat(9999), 6..59_000), @r"
        error[SW005]: unexpected
         --> a.hcl:2:1
          |
        2 | x = 1
          | ^^^^^ here
        ");
    }

    #[test]
    fn places_far_apart_get_excerpts_of_their_own() {
        let mut sources = Sources::default();
        let file = sources.add("a.hcl", "x = 1\n".repeat(9999));
        let problem = Diagnostic::error(codes::DUPLICATE, "`x` twice")
            .at(Span::new(file, 54_000..54_001), "again")
            .also(Span::new(file, 0..1), "first");
        assert_snapshot!(plain(&problem, &sources), @r"
        error[SW104]: `x` twice
            --> a.hcl:9001:1
             |
        9001 | x = 1
             | ^ again
             |
            ::: a.hcl:1:1
             |
           1 | x = 1
             | - first
        ");
    }

    #[test]
    fn tabs_and_wide_characters() {
        assert_snapshot!(drawn("\ta = \"日本\" é", 8..14), @r#"
        error[SW005]: unexpected
         --> a.hcl:1:7
          |
        1 |     a = "日本" é
          |          ^^^^^^ here
        "#);
    }

    #[test]
    fn control_characters_are_made_visible() {
        assert_snapshot!(drawn("a = \"\u{1b}[31m\u{9b}m\u{202e}\0\"\r\n", 5..9), @r#"
        error[SW005]: unexpected
         --> a.hcl:1:6
          |
        1 | a = "␛[31m�m�␀"␍
          |      ^^^^ here
        "#);
    }

    #[test]
    fn a_very_long_line_is_cut_and_the_column_is_the_true_one() {
        let text = format!("a = \"{}!{}\"", "é".repeat(1_000_000), "x".repeat(2_000_000));
        let bang = text.find('!').unwrap();
        assert_snapshot!(drawn(&text, bang..bang + 1), @r"
        error[SW005]: unexpected
         --> a.hcl:1:1000006
          |
        1 | ...éééééééééééééééééééé!xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
          |                        ^ here
        ");
        assert_snapshot!(drawn(&text, 4..text.len()), @r#"
        error[SW005]: unexpected
         --> a.hcl:1:5
          |
        1 | a = "ééééééééééééééééééééééééééééééééééééééé...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
        "#);
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let (sources, file) = main();
        let problem = Diagnostic::error(codes::UNKNOWN_FIELD, "unknown field `netwrk`")
            .at(at(file, MAIN, "netwrk"), "not a field")
            .suggest(at(file, MAIN, "netwrk"), "network");
        let colored = render(&problem, &sources, Style::Colored);
        assert_ne!(colored, plain(&problem, &sources));
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain(&problem, &sources));
    }

    proptest! {
        #[test]
        fn nothing_panics_or_speaks_to_the_terminal(
            lines in prop::collection::vec("[a \té日\u{301}\u{1b}\r{\"]{0,200}", 0..9),
            primary in (0..2000_usize, 0..2000_usize),
            related in prop::collection::vec((0..2000_usize, 0..2000_usize), 0..4),
            repair in (0..2000_usize, 0..2000_usize),
            replacement in "[a\n\té\u{1b}]{0,9}",
        ) {
            let mut sources = Sources::default();
            let file = sources.add("a\u{1b}.hcl", lines.join("\n"));
            let span = |(start, end)| Span { file, start, end };
            let mut problem = Diagnostic::error(codes::SYNTAX, "a\n\u{1b}b")
                .at(span(primary), "x\n\u{1b}y")
                .suggest(span(repair), replacement)
                .help("\u{7}");
            for place in related {
                problem = problem.also(span(place), "é");
            }
            let text = plain(&problem, &sources);
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}
