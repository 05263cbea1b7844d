//! The tree into the checkout: all of it, or nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::compare::{Class, Drift};
use crate::diagnostic::{Diagnostic, codes};
use crate::project::{FILE, Project};

/// What a render does to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A new file.
    Created,
    /// Another content.
    Updated,
    /// Another content, in place of what somebody wrote by hand.
    Overwritten,
    /// Gone.
    Deleted,
}

impl Action {
    /// What mends a drift; `None` for a foreign file.
    pub fn of(class: Class) -> Option<Self> {
        match class {
            Class::Missing => Some(Self::Created),
            Class::Stale => Some(Self::Updated),
            Class::Edited => Some(Self::Overwritten),
            Class::Orphan => Some(Self::Deleted),
            Class::Foreign => None,
        }
    }

    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Overwritten => "overwritten",
            Self::Deleted => "deleted",
        }
    }
}

/// Holds off other renders of a project as long as it lives.
#[derive(Debug)]
pub struct Guard {
    _folder: fs::File,
}

/// Waits until no other render of the project runs.
///
/// The lock is on the project's folder itself, so that none is left behind.
///
/// # Errors
/// When the folder cannot be opened.
pub fn guard(project: &Project) -> Result<Guard, Diagnostic> {
    let lock = || {
        let folder = fs::File::open(&project.root)?;
        folder.lock()?;
        Ok(Guard { _folder: folder })
    };
    lock().map_err(|error: io::Error| {
        Diagnostic::error(codes::UNWRITABLE, format!("cannot lock the project's folder: {error}"))
    })
}

/// How the names of files begin that are not yet in their place.
const STAGED: &str = ".stackwright-";

/// A change that is ready to be made.
struct Staged<'a> {
    drift: &'a Drift,
    target: PathBuf,
    /// `None` for a file to delete.
    content: Option<TempPath>,
}

/// The complaints about files that are not ours and stand where we must write.
pub fn foreign(project: &Project, drifts: &[Drift]) -> Vec<Diagnostic> {
    let foreign = drifts.iter().filter(|drift| drift.class == Class::Foreign);
    foreign
        .map(|drift| {
            let diagnostic = Diagnostic::error(
                codes::FOREIGN,
                format!("`{}` is not ours, and stands where we must write", drift.path),
            )
            .help("move it away or rename it; it is never overwritten");
            if Path::new(&drift.path).starts_with(project.modules()) {
                diagnostic.help(format!(
                    "or keep your modules where they are, and have ours elsewhere: `modules = \"…\"` in `{FILE}`"
                ))
            } else {
                diagnostic
            }
        })
        .collect()
}

/// Makes the checkout equal to the tree.
///
/// Every new content is first written beside its target, so that a full disk or a read-only folder
/// is found before anything changed; then each is moved into place. When a move fails, those
/// before it are undone.
///
/// # Errors
/// The first problem; the checkout is as it was.
pub fn write(project: &Project, drifts: &[Drift]) -> Result<(), Diagnostic> {
    remove_leftovers(project, drifts);
    let changes: Vec<&Drift> =
        drifts.iter().filter(|drift| Action::of(drift.class).is_some()).collect();
    let mut made = Vec::new();
    let staged = make_parents(project, &changes, &mut made)
        .and_then(|()| stage_all(project, &changes))
        .inspect_err(|_| remove_folders(&made))
        .map_err(|(path, error)| unwritable(&path, &error, "nothing was changed"))?;
    let mut done: Vec<(&Drift, PathBuf)> = Vec::new();
    for Staged { drift, target, content } in staged {
        let moved = match content {
            Some(content) => content.persist(&target).map(|_| ()).map_err(|error| error.error),
            None => fs::remove_file(&target),
        };
        if let Err(error) = moved {
            let lost = done.iter().rev().filter(|(drift, target)| undo(drift, target).is_err());
            let state = match lost.count() {
                0 => "everything was put back".to_owned(),
                count => format!("{count} files could not be put back: check the folder with git"),
            };
            remove_folders(&made);
            return Err(unwritable(&drift.path, &error, &state));
        }
        done.push((drift, target));
    }
    let emptied: BTreeSet<&Path> = done
        .iter()
        .filter(|(drift, _)| drift.class == Class::Orphan)
        .filter_map(|(_, target)| target.parent())
        .collect();
    for folder in emptied {
        // Only an empty folder goes; anything else in it is not ours.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

/// Removes what a render that was killed left beside the files that it did not come to write. No
/// other render runs, so nobody needs it.
fn remove_leftovers(project: &Project, drifts: &[Drift]) {
    let folders: BTreeSet<&str> =
        drifts.iter().filter_map(|drift| Some(drift.path.rsplit_once('/')?.0)).collect();
    for folder in folders {
        let entries = fs::read_dir(project.root.join(folder)).into_iter().flatten().flatten();
        for entry in entries {
            if entry.file_name().as_encoded_bytes().starts_with(STAGED.as_bytes()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn unwritable(path: &str, error: &io::Error, state: &str) -> Diagnostic {
    // A temporary file's own path would say nothing to anybody.
    let reason = match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).to_string(),
        None => error.kind().to_string(),
    };
    Diagnostic::error(codes::UNWRITABLE, format!("cannot write `{path}`: {reason}"))
        .help(format!("{state}; mend it and try again"))
}

/// Stages every change, on as many threads as the machine has: new files cost the most.
fn stage_all<'a>(
    project: &Project,
    changes: &[&'a Drift],
) -> Result<Vec<Staged<'a>>, (String, io::Error)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = changes.len().div_ceil(threads).max(64);
    let stage_share = |share: &[&'a Drift]| -> Result<Vec<Staged<'a>>, (String, io::Error)> {
        let stage =
            |drift: &&'a Drift| stage(project, drift).map_err(|error| (drift.path.clone(), error));
        share.iter().map(stage).collect()
    };
    let staged = std::thread::scope(|scope| {
        let handles: Vec<_> =
            changes.chunks(share).map(|share| scope.spawn(move || stage_share(share))).collect();
        let results =
            handles.into_iter().map(|handle| handle.join().expect("staging never panics"));
        results.collect::<Result<Vec<_>, _>>()
    })?;
    Ok(staged.into_iter().flatten().collect())
}

fn stage<'a>(project: &Project, drift: &'a Drift) -> io::Result<Staged<'a>> {
    let target = project.root.join(&drift.path);
    let Some(expected) = &drift.expected else {
        return Ok(Staged { drift, target, content: None });
    };
    let folder = target.parent().unwrap_or(&project.root);
    let mut content = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)?;
    content.write_all(expected.as_bytes())?;
    set_permissions(&content, &target)?;
    // Without its handle: a large tree has more files than a process may have open.
    Ok(Staged { drift, target, content: Some(content.into_temp_path()) })
}

/// Creates the folders of new files, and remembers those that were missing.
fn make_parents(
    project: &Project,
    changes: &[&Drift],
    made: &mut Vec<PathBuf>,
) -> Result<(), (String, io::Error)> {
    for drift in changes.iter().filter(|drift| drift.class == Class::Missing) {
        let target = project.root.join(&drift.path);
        let folder = target.parent().unwrap_or(&project.root);
        make_folders(folder, made).map_err(|error| (drift.path.clone(), error))?;
    }
    Ok(())
}

/// Creates the folders that are missing, and remembers them.
fn make_folders(folder: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.is_dir()).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)?;
        made.push(folder.to_owned());
    }
    Ok(())
}

fn remove_folders(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

/// The permissions of the file that is replaced; those of any new file where there is none.
#[cfg(unix)]
pub(crate) fn set_permissions(content: &NamedTempFile, target: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = match fs::metadata(target) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => fs::Permissions::from_mode(0o666 & !umask()),
    };
    content.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
pub(crate) fn set_permissions(_content: &NamedTempFile, _target: &Path) -> io::Result<()> {
    Ok(())
}

/// The process's file mode creation mask, without changing it.
#[cfg(unix)]
fn umask() -> u32 {
    use std::sync::LazyLock;
    static UMASK: LazyLock<u32> = LazyLock::new(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("Umask:"));
        mask.and_then(|mask| u32::from_str_radix(mask.trim(), 8).ok()).unwrap_or(0o022)
    });
    *UMASK
}

/// Puts back what a file was.
fn undo(drift: &Drift, target: &Path) -> io::Result<()> {
    let Some(found) = &drift.found else { return fs::remove_file(target) };
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut content = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)?;
    content.write_all(found)?;
    set_permissions(&content, target)?;
    content.persist(target)?;
    Ok(())
}
