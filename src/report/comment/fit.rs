//! What fits, and what is left out first: the harmless.

use super::folded;
use crate::report::plan::json::Root;

/// How bad it is to leave something out, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Data goes, may go, or something is denied.
    Data,
    /// Something goes, or there is no plan.
    Goes,
    /// Nothing goes.
    Harmless,
    /// A section of others.
    Section,
    /// A file that a render would write.
    Drift,
}

/// A root in the table.
pub(super) struct Line<'a> {
    pub root: &'a Root,
    pub rank: Rank,
    /// One row.
    pub short: String,
    /// A row for each component.
    pub rows: String,
}

/// Something to unfold.
pub(super) struct Fold {
    pub rank: Rank,
    /// As HTML.
    pub title: String,
    pub text: String,
    /// That of a block of code; Markdown where it is `None`.
    pub language: Option<&'static str>,
}

/// The first lines that fit, and how many do not.
pub(super) fn whole_lines(lines: &[String], room: usize) -> (String, usize) {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        if out.len() + line.len() > room {
            return (out, lines.len() - at);
        }
        out.push_str(line);
    }
    (out, 0)
}

/// A table of roots, the worst first: those that lose data get all of their rows, each other one a
/// row while there is room, and then all of its rows. Takes from the room what it needs, and tells
/// whether it is everything; `more` says what is left out.
pub(super) fn lines(
    lines: &mut [Line<'_>],
    room: &mut usize,
    more: &dyn Fn(&[&Root]) -> String,
) -> (String, bool) {
    const HEAD: &str = "\n| root | component | what happens |\n| --- | --- | --- |\n";
    if lines.is_empty() {
        return (String::new(), true);
    }
    lines.sort_by_key(|line| line.rank);
    let mut left = room.saturating_sub(HEAD.len());
    let mut shown: Vec<&str> = Vec::new();
    let mut whole = true;
    for line in &*lines {
        let rows = (line.rank == Rank::Data).then_some(line.rows.as_str());
        let fits = |text: &&str| text.len() <= left;
        let Some(text) = rows.filter(fits).or(Some(line.short.as_str()).filter(fits)) else {
            whole = false;
            break;
        };
        left -= text.len();
        shown.push(text);
    }
    for (line, shown) in lines.iter().zip(&mut shown) {
        let rest = (left + shown.len()).checked_sub(line.rows.len());
        match rest.filter(|_| whole) {
            Some(rest) => (left, *shown) = (rest, line.rows.as_str()),
            None => whole = false,
        }
    }
    let mut out = String::new();
    if !shown.is_empty() {
        out.push_str(HEAD);
        out.extend(shown.iter().copied());
        *room = left;
    }
    let left_out: Vec<&Root> = lines[shown.len()..].iter().map(|line| line.root).collect();
    if !left_out.is_empty() {
        out.push_str(&more(&left_out));
    }
    (out, whole)
}

/// What can be unfolded, the worst first, and whether it is everything. The first that does not fit
/// is cut, and all that matter less are left out.
pub(super) fn folds(folds: &mut [Fold], mut room: usize) -> (String, bool) {
    /// Less of a text is not worth a fold.
    const LEAST: usize = 400;
    folds.sort_by_key(|fold| fold.rank);
    let mut out = String::new();
    for Fold { title, text, language, .. } in folds {
        let fold = folded(title, text, *language);
        if let Some(rest) = room.checked_sub(fold.len()) {
            room = rest;
            out.push_str(&fold);
            continue;
        }
        // Markdown of others cannot be cut just anywhere.
        let around = folded(title, "", *language).len() + LEAST / 2;
        if let (Some(rest @ LEAST..), Some(_)) = (room.checked_sub(around), &language) {
            let end = text[..text.floor_char_boundary(rest.min(text.len()))].rfind('\n');
            let kept = &text[..end.map_or(0, |end| end + 1)];
            let lines = text[kept.len()..].lines().count();
            let fold = folded(title, &format!("{kept}… and {lines} more lines"), *language);
            // A longer fence may have been needed than there was room for.
            if !kept.is_empty() && fold.len() <= room {
                out.push_str(&fold);
            }
        }
        return (out, false);
    }
    (out, true)
}
