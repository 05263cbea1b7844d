//! The roots of a project, to be planned or validated.

use std::path::Path;

use super::affected::walk;
use super::compare::Target;
use super::error::Error;
use super::leads::Tree;
use super::revision::below;
use super::root::join;
use crate::project::{DESCRIPTION, Project};
use crate::stack::of_root;

/// The roots of some stacks, or of parts of them: their folders, or those of their environments and
/// layers in them.
///
/// # Errors
/// When a folder cannot be read.
pub fn of_stacks(project: &Project, top: &Path, stacks: &[String]) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::new();
    for stack in stacks {
        let folder = folder_of(project, top, stack);
        let mut roots = Vec::new();
        walk(Tree::Disk(top), stack, folder.clone(), &mut |name, folder, _| {
            roots.push((name.to_owned(), folder.to_owned()));
            Ok(())
        })
        .map_err(Error::io("read", folder.as_str()))?;
        roots.sort_unstable();
        if roots.is_empty() {
            roots.push((stack.clone(), folder));
        }
        let target = |(name, folder): (String, String)| of_folder(project, top, &name, &folder);
        targets.extend(roots.into_iter().map(target));
    }
    Ok(targets)
}

/// The root of a name that stands in a folder.
pub fn of_folder(project: &Project, top: &Path, name: &str, folder: &str) -> Target {
    Target {
        name: name.to_owned(),
        top: top.to_owned(),
        folder: folder.to_owned(),
        // An environment is described by its stack.
        description: Some(join(&folder_of(project, top, of_root(name)), DESCRIPTION)),
    }
}

fn folder_of(project: &Project, top: &Path, stack: &str) -> String {
    let above = below(top, &project.root).unwrap_or_default();
    join(&above, &format!("{}/{stack}", project.stacks()))
}
