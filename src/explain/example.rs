//! The examples of rules, read as any description is.

use std::collections::BTreeSet;

use super::{Example, Explanation, Kind};
use crate::Program;
use crate::diagnostic::{Diagnostic, Severity, Sources, codes};
use crate::image;
use crate::project::{DESCRIPTION, Project};
use crate::tree;

/// What examples name without declaring it.
const PRELUDE: &str = include_str!("prelude.hcl");

/// The folder of the example's stack.
const FOLDER: &str = "stacks/shop";

/// What is wrong with an example.
#[derive(Debug)]
pub struct Checked {
    /// Every problem, in the order of places.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that their places are in.
    pub sources: Sources,
}

impl Example {
    /// Reads and renders it in memory, with the components of a program.
    pub fn check(&self, program: &Program) -> Checked {
        let file = |name: &str| self.files.iter().find(|file| file.name == name);
        let description = file(DESCRIPTION).map_or("", |file| &file.text);
        let mut texts: Vec<(String, String)> = self
            .files
            .iter()
            .map(|file| (format!("{FOLDER}/{}", file.name), file.text.clone()))
            .collect();
        texts.push((format!("{FOLDER}/{DESCRIPTION}"), with_prelude(description)));
        let project = match Project::of_texts(texts) {
            Ok(project) => project.of(program.clone()),
            Err((sources, diagnostics)) => return Checked { diagnostics, sources },
        };
        let mut diagnostics = tree::render(&project, &[], &|_| {}).diagnostics;
        if file(image::FILE).is_none() {
            diagnostics.retain(|diagnostic| diagnostic.code != codes::UNPINNED_IMAGE);
        }
        let sources = project.sources.into_inner().expect("no thread is left");
        Checked { diagnostics, sources }
    }
}

impl Explanation {
    /// How bad it is to break the rule, as far as an example shows it.
    pub fn severity(&self, program: &Program) -> Option<Severity> {
        let wrong = self.examples().find(|example| example.kind == Kind::Wrong)?;
        let checked = wrong.check(program);
        checked.diagnostics.iter().map(|diagnostic| diagnostic.severity).min()
    }
}

/// A description with what it names and does not declare.
fn with_prelude(description: &str) -> String {
    let mut text = description.to_owned();
    let mut added: BTreeSet<&str> = BTreeSet::new();
    loop {
        let missing = PRELUDE.split_inclusive("\n\n").find(|block| {
            let head = block.lines().next().unwrap_or_default();
            let (kind, label) = head.split_once(" \"").unwrap_or((head, ""));
            let label = label.split('"').next().unwrap_or_default();
            let wanted = kind == "stack" || names(&text, &format!("{kind}.{label}"));
            let declares = |line: &str| {
                let line = line.trim_start();
                line.starts_with(&format!("{kind} \""))
                    && (kind == "stack" || line.starts_with(&format!("{kind} \"{label}\"")))
            };
            wanted && !added.contains(head) && !text.lines().any(declares)
        });
        let Some(block) = missing else { return text };
        added.insert(block.lines().next().unwrap_or_default());
        // At the end, so that the lines of the example keep their numbers.
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(block.trim_end());
        text.push('\n');
    }
}

/// True where a text has a name as a whole.
fn names(text: &str, name: &str) -> bool {
    let part = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part);
        let after = text[at + name.len()..].chars().next();
        !before && !after.is_some_and(|char| part(char) && char != '.')
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::with_prelude;

    #[test]
    fn what_an_example_names_and_does_not_declare_is_there() {
        assert_snapshot!(with_prelude("cluster \"main\" {\n  network = network.main\n}\n"), @r#"
        cluster "main" {
          network = network.main
        }

        stack "shop" {
          region = "us-west-2"
        }

        network "main" {
          cidr = "10.0.0.0/16"
        }
        "#);
    }
}
