//! Which roots of a project a change is about.

use std::collections::BTreeSet;
use std::path::Path;

use super::compare::Target;
use super::error::Error;
use super::layers::looked_up_by;
use super::revision::below;
use super::root::{Root, join, terraform_files};
use crate::image;
use crate::project::{DESCRIPTION, Project};
use crate::stack::of_root;

/// The roots of some stacks, or of parts of them: their folders, or those of their environments and
/// layers in them.
///
/// # Errors
/// When a folder cannot be read.
pub fn of_stacks(project: &Project, top: &Path, stacks: &[String]) -> Result<Vec<Target>, Error> {
    let above = below(top, &project.root).unwrap_or_default();
    let mut targets = Vec::new();
    for stack in stacks {
        let folder = join(&above, &format!("{}/{stack}", project.stacks()));
        // An environment is described by its stack.
        let described = of_root(stack);
        let described = join(&above, &format!("{}/{described}", project.stacks()));
        let description = Some(join(&described, DESCRIPTION));
        let target = |name: String, folder: String| Target {
            name,
            top: top.to_owned(),
            folder,
            description: description.clone(),
        };
        let is_root = |folder: &str| {
            terraform_files(&top.join(folder))
                .map(|files| !files.is_empty())
                .map_err(Error::io("read", folder))
        };
        // Roots do not stand in roots: a stack is one, or its environments or layers are, or the
        // layers of its environments.
        let mut roots = Vec::new();
        let mut pending = vec![(stack.clone(), folder.clone())];
        while let Some((name, folder)) = pending.pop() {
            if is_root(&folder)? {
                roots.push((name, folder));
                continue;
            }
            if name.split('/').count() > 2 {
                continue;
            }
            for entry in std::fs::read_dir(top.join(&folder)).into_iter().flatten().flatten() {
                let Ok(below) = entry.file_name().into_string() else { continue };
                if !below.starts_with('.') && entry.path().is_dir() {
                    pending.push((format!("{name}/{below}"), join(&folder, &below)));
                }
            }
        }
        roots.sort_unstable();
        if roots.is_empty() {
            roots.push((stack.clone(), folder));
        }
        targets.extend(roots.into_iter().map(|(name, folder)| target(name, folder)));
    }
    Ok(targets)
}

/// The stacks in whose folders something has changed: also above their roots, where the description
/// of several environments or layers stands.
pub fn changed_stacks(
    project: &Project,
    top: &Path,
    changed: &BTreeSet<String>,
    stacks: &[String],
) -> Vec<String> {
    let above = below(top, &project.root).unwrap_or_default();
    let has_changed = |stack: &&String| {
        let folder = join(&above, &format!("{}/{stack}/", project.stacks()));
        changed.range(folder.clone()..).next().is_some_and(|path| path.starts_with(&folder))
    };
    stacks.iter().filter(has_changed).cloned().collect()
}

/// Stacks of which nothing is left, by what has changed.
pub fn gone(
    project: &Project,
    top: &Path,
    changed: &BTreeSet<String>,
    stacks: &[String],
) -> Vec<String> {
    let above = below(top, &project.root).unwrap_or_default();
    let prefix = join(&above, &format!("{}/", project.stacks()));
    let names: BTreeSet<String> = changed
        .iter()
        .filter(|path| path.ends_with(".tf"))
        .filter_map(|path| Some(path.strip_prefix(&prefix)?.split_once('/')?.0.to_owned()))
        .collect();
    let there = |name: &String| top.join(&prefix).join(name).exists();
    names.into_iter().filter(|name| !stacks.contains(name) && !there(name)).collect()
}

/// The roots that something among the changed paths is a part of, and the layers that look them up.
///
/// # Errors
/// When a root cannot be read.
pub fn touched(targets: Vec<Target>, changed: &BTreeSet<String>) -> Result<Vec<Target>, Error> {
    let own = |target: &Target, path: &String| path.starts_with(&join(&target.folder, ""));
    // Most changes are in the stacks' own folders, and then no file has to be read.
    let elsewhere: Vec<&String> =
        changed.iter().filter(|path| !targets.iter().any(|target| own(target, path))).collect();
    let mut touched = BTreeSet::new();
    // Those that may tell other layers something else than before.
    let mut told = BTreeSet::new();
    for target in &targets {
        let mut by_own = changed.iter().filter(|path| own(target, path)).peekable();
        let mut is_touched = by_own.peek().is_some();
        // What a layer tells others does not change with an image that it runs.
        let mut tells = by_own.any(|path| *path != join(&target.folder, image::FILE));
        if !tells && !elsewhere.is_empty() {
            let root = Root::read(&target.top, &target.folder)?;
            tells = elsewhere.iter().any(|path| root.reaches(path));
            is_touched |= tells;
        }
        if is_touched {
            touched.insert(target.folder.clone());
        }
        if tells {
            told.insert(target.folder.clone());
        }
    }
    let mut more = true;
    while std::mem::take(&mut more) {
        for target in &targets {
            // Layers stand side by side; only such roots have to be read.
            let is_beside = |other: &String| above(other) == above(&target.folder);
            if target.description.is_some()
                && !told.contains(&target.folder)
                && told.iter().any(is_beside)
                && looked_up_by(target)?.iter().any(|other| told.contains(other))
            {
                told.insert(target.folder.clone());
                more = true;
            }
        }
    }
    let is_meant = |it: &Target| touched.contains(&it.folder) || told.contains(&it.folder);
    Ok(targets.into_iter().filter(is_meant).collect())
}

/// The folder that a folder is in.
fn above(folder: &str) -> Option<&str> {
    folder.rsplit_once('/').map(|(above, _)| above)
}
