//! Descriptions as `stackwright fmt` lays them out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::compare::{Class, Drift};
use super::render::select;
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::format::format;
use crate::hcl::parse::parse;
use crate::project::{DESCRIPTION, FILE, Project};
use crate::stack::of_root;

/// The descriptions and the project file of a project, or only the descriptions of these stacks: their
/// paths, and complaints about stacks that it does not have. What is described in Rust has none.
pub fn descriptions(project: &Project, only: &[String]) -> (BTreeSet<String>, Vec<Diagnostic>) {
    let (stacks, complaints) = match select(project, only) {
        // A project file can be alone.
        Ok((stacks, complaints)) if !only.is_empty() => (stacks, complaints),
        Ok((stacks, _)) => (stacks, Vec::new()),
        Err(_) if only.is_empty() => (Vec::new(), Vec::new()),
        Err(problem) => (Vec::new(), vec![problem]),
    };
    let of_stack = |name: &String| format!("{}/{}/{DESCRIPTION}", project.stacks(), of_root(name));
    let mut paths: BTreeSet<String> = stacks.iter().map(of_stack).collect();
    paths.extend(only.is_empty().then(|| FILE.to_owned()));
    paths.retain(|path| project.root.join(path).symlink_metadata().is_ok());
    (paths, complaints)
}

/// The descriptions that are meant by a path on disk: itself, or what is in it.
///
/// # Errors
/// When there is none, or it is not in the project.
pub fn named(project: &Project, path: &Path) -> Result<BTreeSet<String>, Diagnostic> {
    let shown = path.display().to_string();
    let real = fs::canonicalize(path).map_err(|error| {
        Diagnostic::error(codes::UNREADABLE, format!("cannot open `{shown}`: {error}"))
    })?;
    let below = |real: &Path| {
        let path = real.strip_prefix(&project.root).ok()?.to_str()?.to_owned();
        Some(path)
    };
    let Some(found) = below(&real) else {
        return Err(Diagnostic::error(codes::OUTSIDE, format!("`{shown}` is not in the project"))
            .help("name the project that it is in with `--project <folder>`"));
    };
    if real.is_dir() {
        let is_open = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
        };
        let entries = walkdir::WalkDir::new(&real).into_iter().filter_entry(is_open).flatten();
        let ours = entries
            .filter(|entry| [DESCRIPTION, FILE].iter().any(|name| entry.file_name() == *name));
        return Ok(ours.filter_map(|entry| below(entry.path())).collect());
    }
    if !found.ends_with(".hcl") {
        return Err(Diagnostic::error(codes::BAD_VALUE, format!("`{shown}` is not a description"))
            .help("`terraform fmt` lays out Terraform; a rendered file is laid out already"));
    }
    Ok(BTreeSet::from([found]))
}

/// Descriptions that are not laid out as they would be, and everything that is wrong with those that
/// cannot be.
pub fn unformatted(project: &Project, paths: &BTreeSet<String>) -> (Vec<Drift>, Vec<Diagnostic>) {
    let (mut drifts, mut problems) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for path in paths {
        let (file, text) = match project.read(path) {
            Ok(Some(read)) => read,
            Ok(None) => {
                let message = format!("`{path}` went away while it was read");
                problems.push(Diagnostic::error(codes::UNREADABLE, message));
                continue;
            }
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if let Err(wrong) = parse(file, &text) {
            problems.extend(wrong);
            continue;
        }
        // What a link leads to is written, and the link stays.
        let real = fs::canonicalize(project.root.join(path)).ok();
        let real = real.as_ref().and_then(|it| it.strip_prefix(&project.root).ok()?.to_str());
        let path = real.unwrap_or(path).to_owned();
        let expected = format(&text);
        if expected != *text && seen.insert(path.clone()) {
            let found = Some(text.as_bytes().to_vec());
            drifts.push(Drift { path, class: Class::Stale, expected: Some(expected), found });
        }
    }
    (drifts, problems)
}
