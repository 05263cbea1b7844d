//! Results of other runs, as `check` and `plan` print them for programs.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, codes};
use crate::report::comment::{Apart, Parts};
use crate::report::json::{Check, Unreadable};
use crate::report::plan::json::Plan;

/// Options of a run that parts made elsewhere had.
pub const OF_A_RUN: [&str; 7] =
    ["stacks", "base", "from_nothing", "all", "var_files", "no_cache", "deny"];

/// Reads the parts that were made elsewhere.
///
/// # Errors
/// What is wrong with them: files that are something else, and what does not belong together.
pub fn read(
    checks: &[PathBuf],
    plans: &[PathBuf],
    missing: &[String],
) -> Result<Parts, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let standard_input = checks.iter().chain(plans).filter(|file| is_stdin(file)).count();
    let checks = read_all(checks, "check", Check::read, &mut problems);
    let plans = read_all(plans, "plan", Plan::read, &mut problems);
    if standard_input > 1 {
        problems.push(
            Diagnostic::error(codes::BAD_PART, "standard input is one part only")
                .help("write `-` once"),
        );
    }
    let parts = Parts::together(checks, plans, missing.to_vec());
    if !problems.is_empty() {
        return Err(problems);
    }
    parts.map_err(|apart| {
        let problem = |apart: &Apart| {
            Diagnostic::error(codes::PARTS_APART, apart.to_string())
                .help("give each part of one run once, all made with the same `--base`")
        };
        apart.iter().map(problem).collect()
    })
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn read_all<T>(
    files: &[PathBuf],
    command: &str,
    read: fn(&str) -> Result<T, Unreadable>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(String, T)> {
    let mut parts = Vec::new();
    for file in files {
        let name =
            if is_stdin(file) { "standard input".to_owned() } else { file.display().to_string() };
        let mut text = String::new();
        let found = match is_stdin(file) {
            true => std::io::stdin().lock().read_to_string(&mut text).map(drop),
            false => fs::read_to_string(file).map(|found| text = found),
        };
        let bad = |why: String, help: String| Diagnostic::error(codes::BAD_PART, why).help(help);
        let again = format!("make it with `stackwright {command} --format json`");
        match found.map(|()| read(&text)) {
            Ok(Ok(part)) => parts.push((name, part)),
            Ok(Err(Unreadable::Version(version))) => problems.push(bad(
                format!(
                    "`{name}` was made by another stackwright: {}",
                    Unreadable::Version(version)
                ),
                "make all parts, and what is made of them, with the same one".to_owned(),
            )),
            Ok(Err(error)) => problems.push(bad(
                format!("`{name}` is not what `{command}` prints as JSON: {error}"),
                again,
            )),
            Err(error) => problems.push(bad(
                format!("`{name}` cannot be read: {error}"),
                format!("{again}; name one that was not made with `--missing`"),
            )),
        }
    }
    parts
}
