//! What a check and a plan say, as one comment on a pull request: the worst first, and never longer
//! than the comment may be.
//!
//! It is made from the JSON of both, so that parts which were made elsewhere, and in any order, make
//! the same comment.

mod fit;
mod parts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use parts::{Apart, Parts};

use super::markdown::{code, escape, escaped, fenced, problem, prose, span};
use super::plan::json::{Component, Group, Plan, Root, counts_of};
use super::plan::terminal;
use super::snippet::Style;
use super::{count, json};
use crate::plan::group::cut;
use crate::plan::summary::Action;
use crate::tree::compare::Class;
use fit::{Fold, Line, Rank};

/// GitHub takes 65,536 characters in a comment, and we stay below. Bytes are counted: they are never
/// fewer than characters, however those are counted.
pub const GITHUB_BYTES: usize = 65_535;

/// GitLab takes 1,000,000 characters in a note (GitLab Docs, "GitLab application limits").
pub const GITLAB_BYTES: usize = 999_999;

/// What stands around the content.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The hidden first line, by which the comment is found again.
    pub marker: Option<Marker>,
    /// The longest that it may be, in bytes.
    pub limit_bytes: usize,
    /// The address of the folder that paths are relative to, ending with `/`, where it is known.
    pub files: Option<String>,
    /// Where what does not fit is found, as Markdown.
    pub rest: String,
}

impl Frame {
    /// For a text that is no comment yet; what does not fit is found as `rest` says, in Markdown.
    pub fn plain(rest: String) -> Self {
        Self { marker: None, limit_bytes: GITHUB_BYTES, files: None, rest }
    }
}

/// Which comment it is: a project's own among others of the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

/// What a marker's key is made of: nothing that ends a comment of HTML.
const KEY: &str = "letters, digits, `.`, `_`, `/` and single hyphens, at most 100 characters";

impl std::str::FromStr for Marker {
    type Err = String;

    fn from_str(key: &str) -> Result<Self, String> {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-');
        let good = (1..=100).contains(&key.len()) && key.chars().all(known);
        match good && !key.contains("--") && !key.ends_with('-') {
            true => Ok(Self(key.to_owned())),
            false => Err(format!("write {KEY}")),
        }
    }
}

impl Marker {
    /// The hidden line, without its end.
    pub fn line(&self) -> String {
        format!("<!-- stackwright:{} -->", self.0)
    }

    /// True for a comment that is ours to change: it begins with the line. One that quotes it does
    /// not.
    pub fn is_of(&self, body: &str) -> bool {
        body.starts_with(&self.line())
    }
}

/// More to tell, folded.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// What it is, as plain text.
    pub title: String,
    /// It, as Markdown that is whole by itself.
    pub body: String,
}

/// A comment, and what did not fit into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// At most so many bytes as the frame has.
    pub text: String,
    /// Everything, where the comment has not all of it.
    pub spilled: Option<String>,
    /// True where there is nothing to tell: one line.
    pub quiet: bool,
}

/// The comment of some parts.
pub fn comment(parts: &Parts, frame: &Frame) -> Comment {
    let writer = Writer { parts, frame, limit: frame.limit_bytes, most: CHARACTERS };
    if parts.is_quiet() {
        let text = format!("{}{}", writer.marker(), writer.quiet());
        return Comment { text, spilled: None, quiet: true };
    }
    let (text, whole) = writer.write();
    let spilled = (!whole).then(|| {
        let everything = Writer { limit: usize::MAX, most: usize::MAX, ..writer };
        everything.write().0
    });
    Comment { text, spilled, quiet: false }
}

/// So many characters of a text of others are shown, where not everything is.
const CHARACTERS: usize = 300;

/// So many characters of what a plan cannot know.
const NOTE: usize = 1_500;

/// So many characters of what changes, in a table.
const WORDS: usize = 120;

/// What is kept for the words about what is left out.
const RESERVE: usize = 1_500;

struct Writer<'a> {
    parts: &'a Parts,
    frame: &'a Frame,
    /// In bytes.
    limit: usize,
    /// In characters, of one text.
    most: usize,
}

impl Writer<'_> {
    fn marker(&self) -> String {
        self.frame.marker.as_ref().map(|marker| marker.line() + "\n").unwrap_or_default()
    }

    fn cut(&self, text: &str) -> String {
        cut(text.to_owned(), self.most)
    }

    fn quiet(&self) -> String {
        let check = self.parts.check.as_ref().map(|check| escaped(&self.cut(&check.summary)));
        let plan = self.parts.plan.as_ref().map(|plan| escaped(&self.cut(&plan.summary)));
        let words: Vec<String> = check.into_iter().chain(plan).collect();
        format!("**stackwright**: nothing to tell: {}\n", words.join("; "))
    }

    /// The text, and whether it is everything.
    fn write(&self) -> (String, bool) {
        let limit = self.limit;
        let mut whole = true;
        let mut out = self.marker();
        let _ = writeln!(out, "### {}", self.headline());
        for block in [self.at_stake(limit / 4), self.missing(limit / 16)] {
            out.push_str(&block.0);
            whole &= block.1;
        }
        out.push('\n');
        for (what, summary) in [
            ("check", self.parts.check.as_ref().map(|check| &check.summary)),
            ("plan", self.parts.plan.as_ref().map(|plan| &plan.summary)),
        ] {
            if let Some(summary) = summary {
                // Two spaces end a line.
                let _ = writeln!(out, "**stackwright {what}**: {}  ", escaped(&self.cut(summary)));
            }
        }
        for block in [self.problems(limit / 6), self.drift(limit / 10)] {
            out.push_str(&block.0);
            whole &= block.1;
        }
        let note = self.parts.plan.iter().filter_map(|plan| plan.note.as_deref());
        let note: String = note
            .map(|note| format!("\n{}\n", escaped(&cut(note.to_owned(), self.most.max(NOTE)))))
            .collect();
        let used = out.len() + note.len() + self.frame.rest.len() + RESERVE;
        let mut room = limit.saturating_sub(used);
        // What data is lost by stays in before a row of each root.
        let (mut worst, mut rest): (Vec<Fold>, Vec<Fold>) =
            self.folds().into_iter().partition(|fold| fold.rank == Rank::Data);
        let (worst, all) = fit::folds(&mut worst, room / 2);
        whole &= all;
        room -= worst.len();
        let (table, told) = fit::lines(&mut self.lines(), &mut room, &|left_out| {
            let words = counts_of(left_out.iter().copied());
            let none = left_out.iter().filter(|root| !root.planned).count();
            let none = (none > 0).then(|| format!("{none} without a plan"));
            let words: Vec<String> = none.into_iter().chain(words).collect();
            let colon = if words.is_empty() { "" } else { ": " };
            format!("\nand {}{colon}{}\n", count(left_out.len(), "more root"), words.join(", "))
        });
        out.push_str(&table);
        out.push_str(&worst);
        let (folds, folded) = fit::folds(&mut rest, room);
        out.push_str(&folds);
        whole &= told && folded;
        out.push_str(&note);
        if !whole {
            let _ = write!(out, "\nThis is not everything: {}\n", self.frame.rest);
        }
        (out, whole)
    }

    /// Everything that matters, in a few words, the worst first.
    fn headline(&self) -> String {
        let mut words = Vec::new();
        let plan = self.parts.plan.as_ref();
        let roots = plan.map(|plan| plan.roots.as_slice()).unwrap_or_default();
        let sum = |wanted: &dyn Fn(&Group) -> bool| -> usize {
            let groups = roots.iter().flat_map(Root::groups).filter(|(_, group)| wanted(group));
            groups.map(|(_, group)| group.resources.len()).sum()
        };
        let loses = |action: Action| {
            sum(&|group| group.action == action.name() && group.goes() && group.may_lose_data())
        };
        let lost: Vec<String> = [Action::Destroy, Action::Replace]
            .into_iter()
            .map(|action| (loses(action), action.done()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, done)| format!("{count} {done}"))
            .collect();
        if !lost.is_empty() {
            words.push(format!("⛔ data at stake: {}", lost.join(", ")));
        }
        let maybe = sum(&|group| !group.goes() && group.may_lose_data());
        if maybe > 0 {
            words.push(format!("⚠️ data may be at stake: {maybe} may be replaced"));
        }
        let errors = self.parts.problems().iter().filter(|it| it.severity == "error").count();
        if errors > 0 {
            words.push(format!("❌ {}", count(errors, "error")));
        }
        if !self.parts.missing.is_empty() {
            let missing = count(self.parts.missing.len(), "result");
            words.push(format!("⚠️ {missing} missing"));
        }
        let drift = self.parts.check.as_ref().map_or(0, |check| check.drift.len());
        if drift > 0 {
            words.push(format!("⚠️ {} not as described", count(drift, "file")));
        }
        let happens = counts_of(roots);
        match (happens.as_slice(), roots.iter().any(Root::has_changes)) {
            ([], true) => words.push("only outputs change".to_owned()),
            ([], false) if words.is_empty() => words.push("no changes".to_owned()),
            ([], false) => {}
            (happens, _) => words.push(happens.join(", ")),
        }
        words.join(" · ")
    }

    /// Each thing that holds data and goes, or may.
    fn at_stake(&self, room: usize) -> (String, bool) {
        let mut bullets = Vec::new();
        for root in self.parts.plan.iter().flat_map(|plan| &plan.roots) {
            let denied: BTreeMap<&str, &str> = root
                .denied
                .iter()
                .flatten()
                .map(|denied| (denied.address.as_str(), denied.rule.as_str()))
                .collect();
            for (_, group) in root.groups().filter(|(_, group)| group.may_lose_data()) {
                let because: Vec<String> =
                    group.forcing().take(3).map(|it| span(&self.cut(&it.path))).collect();
                for resource in &group.resources {
                    let address = span(&cut(resource.address.clone(), self.most.min(200)));
                    let mut line = format!(
                        "> - {address} in {}: **{}**",
                        span(&self.cut(&root.name)),
                        escaped(&group.done()),
                    );
                    if let Some(protection) = group.protection() {
                        let _ = write!(line, ", {protection}");
                    }
                    if !because.is_empty() {
                        let _ = write!(line, ", because of {}", because.join(", "));
                    }
                    if let Some(rule) = denied.get(resource.address.as_str()) {
                        let _ = write!(line, "; denied by {}", span(&self.cut(rule)));
                    }
                    // What is certain comes first.
                    bullets.push((!group.goes(), line + "\n"));
                }
            }
        }
        if bullets.is_empty() {
            return (String::new(), true);
        }
        bullets.sort_by_key(|(maybe, _)| *maybe);
        let certain = bullets.iter().any(|(maybe, _)| !maybe);
        let mut out = match certain {
            true => "\n> [!CAUTION]\n> These hold data, and would not be there any more:\n>\n",
            false => "\n> [!WARNING]\n> These hold data, and only the provider knows whether they stay:\n>\n",
        }
        .to_owned();
        let lines: Vec<String> = bullets.into_iter().map(|(_, line)| line).collect();
        let (shown, left_out) = fit::whole_lines(&lines, room);
        out.push_str(&shown);
        if left_out > 0 {
            let _ = writeln!(out, "> - **and {left_out} more that hold data**");
        }
        (out, left_out == 0)
    }

    /// The parts that there should be.
    fn missing(&self, room: usize) -> (String, bool) {
        if self.parts.missing.is_empty() {
            return (String::new(), true);
        }
        let names: Vec<String> = self
            .parts
            .missing
            .iter()
            .map(|name| format!("> - {}\n", span(&self.cut(name))))
            .collect();
        let (shown, left_out) = fit::whole_lines(&names, room);
        let mut out = format!(
            "\n> [!WARNING]\n> These failed or did not run, so there is more to know:\n>\n{shown}"
        );
        if left_out > 0 {
            let _ = writeln!(out, "> - and {left_out} more");
        }
        (out, left_out == 0)
    }

    fn problems(&self, room: usize) -> (String, bool) {
        let problems = self.parts.problems();
        if problems.is_empty() {
            return (String::new(), true);
        }
        let files = self.frame.files.as_deref();
        let rows: Vec<String> =
            problems.iter().map(|it| problem(it, files, &|text| self.cut(text))).collect();
        let (shown, left_out) = fit::whole_lines(&rows, room);
        let mut out = String::new();
        if !shown.is_empty() {
            let _ = write!(out, "\n{shown}");
        }
        if left_out > 0 {
            let errors = problems[rows.len() - left_out..]
                .iter()
                .filter(|problem| problem.severity == "error")
                .count();
            let _ = write!(
                out,
                "\nand {} ({})\n",
                count(left_out, "more problem"),
                count(errors, "error")
            );
        }
        (out, left_out == 0)
    }

    fn drift(&self, room: usize) -> (String, bool) {
        let drift = self.parts.check.as_ref().map(|it| it.drift.as_slice()).unwrap_or_default();
        if drift.is_empty() {
            return (String::new(), true);
        }
        let row = |drift: &json::Drift| {
            let meaning = Class::named(&drift.class).map(Class::meaning).unwrap_or_default();
            format!(
                "| {} | {} | {} |\n",
                code(&self.cut(&drift.path)),
                escaped(&self.cut(&drift.class)),
                prose(meaning)
            )
        };
        let rows: Vec<String> = drift.iter().map(row).collect();
        let (shown, left_out) = fit::whole_lines(&rows, room);
        let mut out = String::new();
        if !shown.is_empty() {
            let _ = write!(out, "\n| file | state | what to do |\n| --- | --- | --- |\n{shown}");
        }
        if left_out > 0 {
            let _ = write!(out, "\nand {}\n", count(left_out, "more file"));
        }
        (out, left_out == 0)
    }

    /// The roots with something to say.
    fn lines(&self) -> Vec<Line<'_>> {
        let roots = self.parts.plan.iter().flat_map(|plan| &plan.roots);
        let told = roots.filter(|root| !root.planned || root.has_changes());
        told.map(|root| {
            let name = code(&self.cut(&root.name));
            let rank = rank(root);
            let words = escaped(&root.words());
            let words = if rank == Rank::Harmless { words } else { format!("**{words}**") };
            Line {
                root,
                rank,
                short: format!("| {name} | | {words} |\n"),
                rows: self.rows(root, &name),
            }
        })
        .collect()
    }

    /// A row for each component of a root.
    fn rows(&self, root: &Root, name: &str) -> String {
        if !root.planned {
            return format!("| {name} | | **no plan** |\n");
        }
        let mut out = String::new();
        for component in root.components.iter().flatten() {
            let words = self.component(component);
            let title = code(&self.cut(component.title()));
            let _ = writeln!(out, "| {name} | {title} | {} |", words.join("<br>"));
        }
        let outputs = root.outputs.as_ref().map_or(0, Vec::len);
        if outputs > 0 {
            let _ = writeln!(out, "| {name} | outputs | {} |", count(outputs, "output"));
        }
        out
    }

    /// What happens to a component, for a cell.
    fn component(&self, component: &Component) -> Vec<String> {
        let headline = component.headline.iter();
        let mut words: Vec<String> = headline.map(|line| escaped(&self.cut(line))).collect();
        for group in &component.groups {
            let loud = group.goes() || group.may_be_replaced;
            let note = match group.protection() {
                Some(protection) => format!(" ⚠ {protection}"),
                None if group.stateful && loud => " ⚠ stateful".to_owned(),
                None => String::new(),
            };
            let line = escaped(&self.cut(&format!("{} {}{note}", group.things(), group.done())));
            let line = if loud { format!("**{line}**") } else { line };
            let silent = component.headline.is_some() || group.follows || group.words.is_empty();
            words.push(match silent || group.forcing().next().is_some() {
                true => line,
                false => format!("{line}: {}", escaped(&cut(group.words.clone(), WORDS))),
            });
            let because = group.forcing().take(3);
            words.extend(because.map(|it| format!("because of {}", code(&self.cut(&it.path)))));
            let maybe = group.attributes.iter().filter_map(|attribute| {
                let words = attribute.maybe()?;
                Some(format!("{} {}", code(&self.cut(&attribute.path)), escaped(&self.cut(&words))))
            });
            words.extend(maybe.take(3));
        }
        words
    }

    /// What is there to unfold.
    fn folds(&self) -> Vec<Fold> {
        let roots = self.parts.plan.iter().flat_map(|plan| &plan.roots);
        let mut folds: Vec<Fold> = roots
            .filter(|root| root.has_changes())
            .map(|root| {
                let text = terminal::root(root, Style::Plain);
                Fold {
                    rank: rank(root),
                    title: format!(
                        "<code>{}</code>: {}",
                        escape(&self.cut(&root.name)),
                        escape(&root.words())
                    ),
                    text: text.trim_start_matches('\n').to_owned(),
                    language: Some("text"),
                }
            })
            .collect();
        folds.extend(self.parts.sections.iter().map(|section| Fold {
            rank: Rank::Section,
            title: escape(&self.cut(&section.title)),
            text: section.body.clone(),
            language: None,
        }));
        let drift = self.parts.check.iter().flat_map(|check| &check.drift);
        folds.extend(drift.filter(|drift| !drift.diff.is_empty()).map(|drift| Fold {
            rank: Rank::Drift,
            title: format!("<code>{}</code>", escape(&self.cut(&drift.path))),
            text: drift.diff.clone(),
            language: Some("diff"),
        }));
        folds
    }
}

fn rank(root: &Root) -> Rank {
    let any = |wanted: &dyn Fn(&Group) -> bool| root.groups().any(|(_, group)| wanted(group));
    if any(&Group::may_lose_data) || root.denied.as_ref().is_some_and(|denied| !denied.is_empty()) {
        Rank::Data
    } else if !root.planned || any(&|group| group.goes() || group.may_be_replaced) {
        Rank::Goes
    } else {
        Rank::Harmless
    }
}

/// A fold, as it is written.
fn folded(title: &str, text: &str, language: Option<&str>) -> String {
    let text = match language {
        Some(language) => fenced(language, text),
        None => format!("{}\n", text.trim_end()),
    };
    format!("\n<details><summary>{title}</summary>\n\n{text}\n</details>\n")
}

impl Plan {
    /// True where there is nothing to tell.
    fn is_quiet(&self) -> bool {
        !self.changes
            && self.diagnostics.is_empty()
            && self.roots.iter().all(|it| it.planned && !it.has_changes())
    }
}
