//! One result, many faces: for a terminal, a pull request, a log of continuous integration, another
//! program.

pub mod affected;
pub mod bump;
pub mod comment;
pub mod diagnostics;
pub mod environments;
pub mod explain;
pub mod github;
pub mod graph;
pub mod html;
pub mod images;
pub mod json;
pub mod markdown;
pub mod picture;
pub mod plan;
pub mod sarif;
pub mod schedule;
pub mod snippet;
pub mod terminal;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::secret;
use crate::stack::of_root;
use crate::tree::Rendered;
use crate::tree::compare::{Class, Drift};

/// What a check found.
#[derive(Debug)]
pub struct Report<'a> {
    /// The tree against the checkout.
    pub rendered: &'a Rendered,
    /// The files that places refer to.
    pub sources: &'a Sources,
}

impl Report<'_> {
    /// Every problem and every drift as diagnostics, with the files that their places are in.
    pub fn all(&self) -> (Vec<Diagnostic>, Sources) {
        let mut sources = self.sources.clone();
        let mut all = self.rendered.diagnostics.clone();
        all.extend(self.rendered.drifts.iter().map(|drift| drift_diagnostic(drift, &mut sources)));
        (all, sources)
    }

    /// One line that says how it stands.
    pub fn summary(&self) -> String {
        let Rendered { stacks, files, drifts, diagnostics, .. } = self.rendered;
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        let classes: Vec<&str> = drifts.iter().map(|drift| drift.class.name()).collect();
        check_summary(stacks, *files, &classes, errors)
    }
}

/// One line that says how a check stands: of some roots with so many files, with the classes of
/// those that differ.
pub(crate) fn check_summary(
    roots: &[String],
    files: usize,
    classes: &[&str],
    errors: usize,
) -> String {
    if errors > 0 {
        return format!("{}: the comparison is not complete", count(errors, "error"));
    }
    let stacks: BTreeSet<&str> = roots.iter().map(|root| of_root(root)).collect();
    let mut what = format!("{} of {}", count(files, "file"), count(stacks.len(), "stack"));
    if roots.len() != stacks.len() {
        what = format!("{what} in {}", count(roots.len(), "root"));
    }
    if classes.is_empty() {
        return format!("{what}: as described");
    }
    let tally: Vec<String> = Class::ALL
        .iter()
        .map(|class| (classes.iter().filter(|it| **it == class.name()).count(), class.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    format!("{what}: {}", tally.join(", "))
}

/// `1 file`, `2 files`.
pub fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A drift at the first line in which tree and checkout differ.
fn drift_diagnostic(drift: &Drift, sources: &mut Sources) -> Diagnostic {
    let Drift { path, class, expected, .. } = drift;
    let found = drift.found_text();
    let at = match class {
        Class::Edited | Class::Stale => first_difference(&found, expected.as_deref().unwrap_or("")),
        Class::Missing | Class::Orphan | Class::Foreign => 0,
    };
    let end = found[at..].find('\n').map_or(found.len(), |length| at + length);
    let file = sources.add(path.as_str(), secret::masked(&found));
    let word = match class {
        Class::Orphan | Class::Foreign => format!("an {}", class.name()).replace("an f", "a f"),
        _ => class.name().to_owned(),
    };
    let word = if *class == Class::Orphan { word + " file" } else { word };
    Diagnostic::error(class.code(), format!("`{path}` is {}", word.replace('-', " ")))
        .at(Span::new(file, at..end), "")
        .help(class.meaning())
}

/// The start of the first line that differs, the header line aside when more than it differs.
fn first_difference(found: &str, expected: &str) -> usize {
    let mut at = 0;
    let mut lines = expected.split_inclusive('\n');
    for (number, line) in found.split_inclusive('\n').enumerate() {
        let same = lines.next() == Some(line);
        // The hash in the header differs whenever anything does.
        if !same && number > 0 {
            return at;
        }
        at += line.len();
    }
    found.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1)
}
