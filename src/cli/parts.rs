//! Results of other runs, as `check` and `plan` print them for programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, codes};
use crate::report::json::{Check, Unreadable};
use crate::report::plan::json::Plan;
use clap::Args;

/// Results that are put together, of one run or of many.
#[derive(Debug, Args)]
pub struct Parts {
    /// What `check --format json` has printed; may stand several times
    #[arg(long = "check", value_name = "FILE", num_args = 1..)]
    checks: Vec<PathBuf>,

    /// What `plan --format json` has printed; may stand several times
    #[arg(long = "plan", value_name = "FILE", num_args = 1..)]
    plans: Vec<PathBuf>,
}

/// What they say, in the order of the files' names.
#[derive(Debug, Default)]
pub struct Read {
    /// Checks, no two of one root.
    pub checks: Vec<Check>,
    /// Plans, likewise.
    pub plans: Vec<Plan>,
}

impl Parts {
    /// True when there are any.
    pub fn are_given(&self) -> bool {
        !self.checks.is_empty() || !self.plans.is_empty()
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// What is wrong with them: files that are something else, roots in several of them.
    pub fn read(&self) -> Result<Read, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let checks = read(&self.checks, "check", Check::read, &mut problems);
        let plans = read(&self.plans, "plan", Plan::read, &mut problems);
        let roots = |check: &Check| check.stacks.clone();
        problems.extend(twice(&checks, roots, "check"));
        let roots = |plan: &Plan| plan.roots.iter().map(|root| root.name.clone()).collect();
        problems.extend(twice(&plans, roots, "plan"));
        if problems.is_empty() {
            let checks = checks.into_values().collect();
            Ok(Read { checks, plans: plans.into_values().collect() })
        } else {
            Err(problems)
        }
    }
}

/// By name: the order in which machines have ended says nothing.
fn read<T>(
    files: &[PathBuf],
    command: &str,
    read: impl Fn(&str) -> Result<T, Unreadable>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, T> {
    let mut parts = BTreeMap::new();
    for file in files {
        let name = file.display().to_string();
        let text = match text(file) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("cannot read `{name}`: {error}");
                problems.push(Diagnostic::error(codes::UNREADABLE, message));
                continue;
            }
        };
        match read(&text) {
            Ok(part) => {
                parts.insert(name, part);
            }
            Err(error) => problems.push(
                Diagnostic::error(
                    codes::NO_PART,
                    format!("`{name}` is not a {command} as JSON: {error}"),
                )
                .help(format!("make it with `stackwright {command} --format json > {name}`")),
            ),
        }
    }
    parts
}

fn text(file: &Path) -> Result<String, std::io::Error> {
    fs::read_to_string(file)
}

/// Complains about roots that several parts speak of.
fn twice<T>(
    parts: &BTreeMap<String, T>,
    roots: impl Fn(&T) -> Vec<String>,
    command: &str,
) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for (file, part) in parts {
        for root in roots(part) {
            match seen.get(&root) {
                Some(first) => problems.push(
                    Diagnostic::error(
                        codes::PART_TWICE,
                        format!("`{root}` is in `{first}` and in `{file}`"),
                    )
                    .help(format!("give each run of `{command}` other stacks")),
                ),
                None => {
                    seen.insert(root, file);
                }
            }
        }
    }
    problems
}
