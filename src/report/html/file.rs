//! A file that changes, hunk by hunk.

use serde::Serialize;

use crate::component;
use crate::plan::group::title;
use crate::project::DESCRIPTION;
use crate::tree::compare::unified;

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct File {
    /// Relative to the project, with `/`.
    pub path: String,
    /// `added`, `changed` or `deleted` since the base; or how it drifted: `missing`, `stale`,
    /// `edited`, `orphan`, `foreign`.
    pub state: String,
    /// True for a drift.
    pub drift: bool,
    /// What to know of it; empty for nothing.
    pub note: String,
    /// What changes in it, from top to bottom.
    pub hunks: Vec<Hunk>,
}

/// Lines of a file that change, and some around them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hunk {
    /// Its first line before, from 1; 0 where there is none.
    pub old: usize,
    /// Its first line after, likewise.
    pub new: usize,
    /// The line that opens the block that it is in; empty where it is in none.
    pub heading: String,
    /// The component that the block is of, `service.api`.
    pub component: Option<String>,
    /// Its lines, each after a blank, `-`, `+`, or what stands before a remark.
    pub lines: String,
}

/// A file as it was and as it is; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changed {
    /// Relative to the project, with `/`.
    pub path: String,
    /// At the base.
    pub old: Option<Vec<u8>>,
    /// In the checkout.
    pub new: Option<Vec<u8>>,
}

impl File {
    /// What has changed since the base.
    pub fn since_base(changed: &Changed) -> Self {
        let Changed { path, old, new } = changed;
        let state = match (old, new) {
            (None, _) => "added",
            (_, None) => "deleted",
            (Some(_), Some(_)) => "changed",
        };
        let text = |bytes: &Option<Vec<u8>>| bytes.clone().map(String::from_utf8).transpose();
        let (old, new) = match (text(old), text(new)) {
            (Ok(old), Ok(new)) => (old, new),
            _ => {
                return Self {
                    path: path.clone(),
                    state: state.to_owned(),
                    drift: false,
                    note: "it is no text".to_owned(),
                    hunks: Vec::new(),
                };
            }
        };
        let mut hunks = hunks(&unified(path, old.as_deref(), new.as_deref()));
        for hunk in &mut hunks {
            // Where it is now; of what is gone, where it was.
            match &new {
                Some(new) => hunk.place(path, new, hunk.new, |sign| sign != '-'),
                None => hunk
                    .place(path, old.as_deref().unwrap_or_default(), hunk.old, |sign| sign != '+'),
            }
        }
        Self {
            path: path.clone(),
            state: state.to_owned(),
            drift: false,
            note: String::new(),
            hunks,
        }
    }

    /// What a render would change, with the file of the checkout, where that is known.
    pub fn drifted(path: &str, class: &str, note: &str, diff: &str, found: Option<&str>) -> Self {
        let mut hunks = hunks(diff);
        if let Some(found) = found {
            for hunk in &mut hunks {
                hunk.place(path, found, hunk.old, |sign| sign != '+');
            }
        }
        let (path, state) = (path.to_owned(), class.to_owned());
        Self { path, state, drift: true, note: note.to_owned(), hunks }
    }
}

impl Hunk {
    /// Finds the block that it is in, in the text that has the lines whose signs are counted.
    fn place(&mut self, path: &str, text: &str, first: usize, counted: impl Fn(char) -> bool) {
        let sign = |line: &str| line.chars().next().unwrap_or(' ');
        let before = self.lines.lines().take_while(|line| sign(line) == ' ').count();
        let changed = self.lines.lines().nth(before).map_or(' ', sign);
        // What was added opens its own block; what went stood in the one above.
        let at = first + before + usize::from(counted(changed));
        let lines: Vec<&str> = text.lines().take(at.saturating_sub(1)).collect();
        let Some(open) = lines.iter().rposition(|line| opens(line)) else {
            self.component = only_component(path, text);
            return;
        };
        // A block that is closed before is not the one that it is in.
        if lines[open + 1..].iter().any(|line| line.starts_with('}')) {
            self.component = only_component(path, text);
            return;
        }
        self.heading = lines[open].trim_end().to_owned();
        self.component = component(path, &lines[open..]).or_else(|| only_component(path, text));
    }
}

/// True for a line that opens a block at the top of a file.
fn opens(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.trim_end().ends_with('{')
}

/// A word and the first quoted text of a line that opens a block.
fn block(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.trim_start().split_once(' ')?;
    let label = rest.trim_start().strip_prefix('"')?;
    Some((word, label.split_once('"')?.0))
}

/// The component that a block of a file is of: of a description its block, of a root the call of its
/// module or the table of its rows.
fn component(path: &str, lines: &[&str]) -> Option<String> {
    let open = lines.first()?;
    if path.rsplit('/').next() == Some(DESCRIPTION) {
        // A layer holds blocks.
        let inner = lines.iter().rev().find(|line| {
            line.starts_with("  ") && opens(line.trim_start()) && !line.starts_with("   ")
        });
        let is_kind = |word: &str| component::kinds().iter().any(|kind| kind.name == word);
        let named = |line: &str| {
            block(line)
                .filter(|(word, _)| is_kind(word))
                .map(|(word, label)| format!("{word}.{label}"))
        };
        return named(open).or_else(|| named(inner?));
    }
    if open.starts_with("locals") {
        let row = lines.iter().rev().find(|line| {
            line.starts_with("  ") && !line.starts_with("   ") && line.contains('=')
        })?;
        let (kind, name) = title(Some(row.split('=').next()?.trim()), &[]);
        return kind.map(|_| name);
    }
    let (word, label) = block(open)?;
    (word == "module").then(|| title(Some(label), &[]).1)
}

/// The component of a file of which nothing else is called.
fn only_component(path: &str, text: &str) -> Option<String> {
    if !path.ends_with(".tf") {
        return None;
    }
    let mut calls = text.lines().filter_map(block).filter(|(word, _)| *word == "module");
    match (calls.next(), calls.next()) {
        (Some((_, label)), None) => Some(title(Some(label), &[]).1),
        _ => None,
    }
}

/// The hunks of a unified diff.
fn hunks(diff: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for line in diff.split_inclusive('\n') {
        if let Some((old, new)) = header(line) {
            let (heading, lines) = (String::new(), String::new());
            hunks.push(Hunk { old, new, heading, component: None, lines });
        } else if let Some(hunk) = hunks.last_mut().filter(|_| !line.starts_with('!')) {
            // A remark on masked secrets is for who would apply it.
            hunk.lines.push_str(line);
        }
    }
    hunks
}

/// Where the lines of a hunk begin: `@@ -1,3 +1,4 @@`.
fn header(line: &str) -> Option<(usize, usize)> {
    let (old, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let start = |range: &str| range.split([',', ' ']).next()?.parse().ok();
    Some((start(old)?, start(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(path: &str, old: &str, new: &str) -> File {
        let bytes = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
        File::since_base(&Changed { path: path.to_owned(), old: bytes(old), new: bytes(new) })
    }

    /// Each hunk's heading and component.
    fn places(file: &File) -> Vec<(&str, Option<&str>)> {
        let hunks = file.hunks.iter();
        hunks.map(|hunk| (hunk.heading.as_str(), hunk.component.as_deref())).collect()
    }

    #[test]
    fn a_hunk_names_the_call_that_it_is_in() {
        let old = "module \"service_api\" {\n  a = 1\n  b = 2\n  c = 3\n  d = 4\n  cpu = 1024\n}\n";
        let file = changed("stacks/x/services.tf", old, &old.replace("1024", "512"));
        assert_eq!(places(&file), [("module \"service_api\" {", Some("service.api"))]);
        assert_eq!(file.hunks[0].old, 3);
        assert_eq!(
            file.hunks[0].lines,
            "   b = 2\n   c = 3\n   d = 4\n-  cpu = 1024\n+  cpu = 512\n }\n"
        );
    }

    #[test]
    fn a_table_of_rows_is_its_components() {
        let old =
            "locals {\n  loaders_source = {\n    a = 1\n  }\n}\n\nmodule \"loaders_source\" {\n}\n";
        let file = changed("stacks/x/loaders.tf", old, &old.replace("a = 1", "a = 2"));
        assert_eq!(places(&file), [("locals {", Some("loaders.source"))]);
    }

    #[test]
    fn a_block_of_a_description_is_a_component_also_in_a_layer() {
        let old = "service \"api\" {\n  cpu = 1\n}\n\nlayer \"jobs\" {\n  queue \"q\" {\n    x = 1\n  }\n}\n";
        let one = changed("stacks/x/stack.hcl", old, &old.replace("cpu = 1", "cpu = 2"));
        assert_eq!(places(&one), [("service \"api\" {", Some("service.api"))]);
        let other = changed("stacks/x/stack.hcl", old, &old.replace("x = 1", "x = 2"));
        assert_eq!(places(&other), [("layer \"jobs\" {", Some("queue.q"))]);
    }

    #[test]
    fn new_and_deleted_files_are_whole() {
        let file = changed("a.tf", "", "module \"queue_q\" {\n}\n");
        assert_eq!((file.state.as_str(), file.hunks[0].old), ("added", 0));
        assert_eq!(places(&file), [("module \"queue_q\" {", Some("queue.q"))]);
        let file = changed("a.tf", "locals {\n}\n", "");
        assert_eq!((file.state.as_str(), file.hunks[0].new), ("deleted", 0));
    }

    #[test]
    fn what_is_no_text_is_said_so() {
        let file = File::since_base(&Changed { new: Some(vec![0xff]), ..Changed::default() });
        assert_eq!((file.note.as_str(), file.hunks.len()), ("it is no text", 0));
    }

    #[test]
    fn secrets_are_masked() {
        let file = changed("a.tf", "x = 1\n", "x = 1\nurl = \"postgres://app:hunter2@db/app\"\n");
        assert!(!file.hunks[0].lines.contains("hunter2"), "{file:?}");
        assert!(file.hunks[0].lines.contains("*******"), "{file:?}");
    }
}
