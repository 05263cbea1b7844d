//! The tree against the checkout, file by file.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use walkdir::WalkDir;

use super::Files;
use super::header::{Ownership, ownership};
use super::templates;
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::git::{Kind, Snapshot};
use crate::project::Project;
use crate::secret;

/// How a file of the checkout differs from the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The tree has it, the checkout does not.
    Missing,
    /// It is as it was rendered, but the description moved on.
    Stale,
    /// Somebody changed it by hand.
    Edited,
    /// It is ours, and no description produces it any more.
    Orphan,
    /// It is not ours, and stands where we must write.
    Foreign,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Missing, Self::Stale, Self::Edited, Self::Orphan, Self::Foreign];

    /// The class with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// One word for it.
    pub fn name(self) -> &'static str {
        self.code().name
    }

    /// Its code.
    pub fn code(self) -> Code {
        match self {
            Self::Missing => codes::MISSING_FILE,
            Self::Stale => codes::STALE_FILE,
            Self::Edited => codes::EDITED_FILE,
            Self::Orphan => codes::ORPHAN_FILE,
            Self::Foreign => codes::FOREIGN,
        }
    }

    /// What it means and what to do, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Missing => "it is rendered, but not in the checkout: run `stackwright render`",
            Self::Stale => "the description moved on: run `stackwright render`",
            Self::Edited => {
                "it was changed by hand: change the description instead, then run `stackwright render`"
            }
            Self::Orphan => "no description produces it any more: `stackwright render` deletes it",
            Self::Foreign => "it is not ours and is left alone: move it, or rename it",
        }
    }
}

/// One file in which tree and checkout differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// Its path, relative to the project, with `/`.
    pub path: String,
    /// How it differs.
    pub class: Class,
    /// What the tree has.
    pub expected: Option<String>,
    /// What the checkout has.
    pub found: Option<Vec<u8>>,
}

impl Drift {
    /// The checkout's text, with what is not UTF-8 replaced.
    pub fn found_text(&self) -> String {
        self.found.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned()
    }

    /// The change that a render makes, as a unified diff: empty for a foreign file. What looks like a
    /// secret is masked, and then the diff says so where git takes it for damage: it would write the
    /// stars.
    pub fn diff(&self) -> String {
        if self.class == Class::Foreign {
            return String::new();
        }
        let found = self.found.is_some().then(|| self.found_text());
        unified(&self.path, found.as_deref(), self.expected.as_deref())
    }
}

/// The change of a file as a unified diff; `None` where there is no file. What looks like a secret is
/// masked, and said so as [`Drift::diff`] does.
pub fn unified(path: &str, old: Option<&str>, new: Option<&str>) -> String {
    let name = |prefix: &str, there: bool| {
        if there { format!("{prefix}/{path}") } else { "/dev/null".to_owned() }
    };
    let (a, b) = (name("a", old.is_some()), name("b", new.is_some()));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let diff = similar::TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    unified.header(&a, &b);
    let (masked_old, masked_new) = (secret::masked(old), secret::masked(new));
    if masked_old == old && masked_new == new {
        return unified.to_string();
    }
    let [old, new] = [&masked_old, &masked_new].map(|it| it.split_inclusive('\n').collect());
    let line = |lines: &Vec<&str>, at: Option<usize>| Some((*lines.get(at?)?).to_owned());
    let mut out = String::new();
    for hunk in unified.iter_hunks() {
        let mut lines = String::new();
        let mut is_masked = false;
        for change in hunk.iter_changes() {
            let shown = line(&new, change.new_index())
                .or_else(|| line(&old, change.old_index()))
                .unwrap_or_default();
            is_masked |= shown != change.value();
            lines.push_str(&format!("{}{shown}", change.tag()));
            if change.missing_newline() {
                lines.push_str("\n\\ No newline at end of file\n");
            }
        }
        out.push_str(&format!("{}\n", hunk.header()));
        if is_masked {
            out.push_str(
                "! a secret is masked here: not to be applied, run `stackwright render`\n",
            );
        }
        out.push_str(&lines);
    }
    format!("--- {a}\n+++ {b}\n{out}")
}

/// Compares rendered files with the checkout.
pub fn compare(project: &Project, files: &Files) -> (Vec<Drift>, Vec<Diagnostic>) {
    let mut drifts = Vec::new();
    let mut diagnostics = Vec::new();
    let mut folder = "";
    for (path, expected) in files {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if parent != folder {
            folder = parent;
            diagnostics.extend(project.inside(parent).err());
        }
        let compared = match project.commit() {
            Some(commit) => compare_committed(commit, path, expected),
            None if project.is_in_memory() => Ok(Some((Class::Missing, None))),
            None => compare_file(&project.root, path, expected),
        };
        match compared {
            Ok(None) => {}
            Ok(Some((class, found))) => {
                let expected = Some(expected.clone());
                drifts.push(Drift { path: path.clone(), class, expected, found });
            }
            Err(error) => diagnostics.push(Diagnostic::error(
                codes::UNREADABLE,
                format!("cannot read `{path}`: {error}"),
            )),
        }
    }
    (drifts, diagnostics)
}

fn compare_file(
    root: &Path,
    name: &str,
    expected: &str,
) -> std::io::Result<Option<(Class, Option<Vec<u8>>)>> {
    let path = &root.join(name);
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let link = fs::symlink_metadata(path).is_ok();
            return Ok(Some((if link { Class::Foreign } else { Class::Missing }, None)));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            return Ok(Some((Class::Foreign, None)));
        }
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Some((Class::Foreign, None)));
    }
    let mut found = Vec::new();
    if metadata.len() == expected.len() as u64 {
        // The usual case, in one read.
        found.resize(expected.len(), 0);
        file.read_exact(&mut found)?;
        if found == expected.as_bytes() {
            return Ok(None);
        }
    } else {
        file.read_to_end(&mut found)?;
    }
    // A link is somebody's arrangement: writing would replace it, or what it leads to.
    if fs::symlink_metadata(path)?.file_type().is_symlink() {
        return Ok(Some((Class::Foreign, Some(found))));
    }
    let ownership = owner(root, name, &found);
    Ok(Some((class(ownership), Some(found))))
}

fn compare_committed(
    commit: &Snapshot,
    path: &str,
    expected: &str,
) -> std::io::Result<Option<(Class, Option<Vec<u8>>)>> {
    let Some(found) = commit.read(path)? else {
        let there = commit.kind(path)?.is_some();
        return Ok(Some((if there { Class::Foreign } else { Class::Missing }, None)));
    };
    if found == expected.as_bytes() {
        return Ok(None);
    }
    Ok(Some((class(committed_owner(commit, path, &found)), Some(found))))
}

/// Whose a file of the checkout is.
fn owner(root: &Path, path: &str, found: &[u8]) -> Ownership {
    match ownership(found) {
        Ownership::Foreign => {
            templates::ownership(path, found, |path| fs::read(root.join(path)).ok())
        }
        owner => owner,
    }
}

/// Whose a file of a commit is.
fn committed_owner(commit: &Snapshot, path: &str, found: &[u8]) -> Ownership {
    match ownership(found) {
        Ownership::Foreign => {
            templates::ownership(path, found, |path| commit.read(path).ok().flatten())
        }
        owner => owner,
    }
}

/// How a file that is not as expected differs.
fn class(ownership: Ownership) -> Class {
    match ownership {
        Ownership::Intact | Ownership::Lock => Class::Stale,
        Ownership::Edited => Class::Edited,
        Ownership::Foreign => Class::Foreign,
    }
}

/// Files below some folders, or at some paths, that are ours and that no description produces: `produced` is sorted.
pub fn orphans(
    project: &Project,
    folders: &[String],
    produced: &[String],
) -> (Vec<Drift>, Vec<Diagnostic>) {
    let mut drifts = Vec::new();
    let mut diagnostics = Vec::new();
    if project.is_in_memory() {
        return (drifts, diagnostics);
    }
    if let Some(commit) = project.commit() {
        for folder in folders {
            match committed_orphans(commit, folder, produced) {
                Ok(orphans) => drifts.extend(orphans),
                Err(error) => diagnostics.push(unreadable(folder, &error)),
            }
        }
        return (drifts, diagnostics);
    }
    for folder in folders {
        let walk = WalkDir::new(project.root.join(folder)).follow_links(false).into_iter();
        let visible = |name: &std::ffi::OsStr| !name.as_encoded_bytes().starts_with(b".");
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || visible(entry.file_name())) {
            let entry = match entry {
                Ok(entry) => entry,
                // A project without modules has no folder for them.
                Err(error) if error.depth() == 0 => continue,
                Err(error) => {
                    diagnostics.push(Diagnostic::error(codes::UNREADABLE, error.to_string()));
                    continue;
                }
            };
            if !entry.file_type().is_file() {
                continue;
            }
            let Some(path) = relative(&project.root, entry.path()) else { continue };
            if produced.binary_search(&path).is_ok() {
                continue;
            }
            match is_ours(&project.root, &path) {
                Ok(false) => {}
                Ok(true) => match fs::read(entry.path()) {
                    Ok(found) => {
                        let (class, found) = (Class::Orphan, Some(found));
                        drifts.push(Drift { path, class, expected: None, found });
                    }
                    Err(error) => diagnostics.push(unreadable(&path, &error)),
                },
                Err(error) => diagnostics.push(unreadable(&path, &error)),
            }
        }
    }
    (drifts, diagnostics)
}

fn committed_orphans(
    commit: &Snapshot,
    folder: &str,
    produced: &[String],
) -> std::io::Result<Vec<Drift>> {
    let mut drifts = Vec::new();
    let files = match commit.kind(folder)? {
        Some(Kind::File) => BTreeSet::from([folder.to_owned()]),
        _ => commit.files(folder)?,
    };
    for path in files {
        if produced.binary_search(&path).is_ok() {
            continue;
        }
        let Some(found) = commit.read(&path)? else { continue };
        if committed_owner(commit, &path, &found) != Ownership::Foreign {
            drifts.push(Drift { path, class: Class::Orphan, expected: None, found: Some(found) });
        }
    }
    Ok(drifts)
}

fn unreadable(path: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, format!("cannot read `{path}`: {error}"))
}

/// True for a file that starts as ours do, or whose hash is among ours; only its beginning is read.
fn is_ours(root: &Path, path: &str) -> std::io::Result<bool> {
    let mut start = Vec::with_capacity(4096);
    fs::File::open(root.join(path))?.take(4096).read_to_end(&mut start)?;
    Ok(owner(root, path, &start) != Ownership::Foreign)
}

/// A path below the project with `/`; `None` for names that are not UTF-8: we wrote none.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(root).ok()?.iter().map(std::ffi::OsStr::to_str).collect();
    Some(parts?.join("/"))
}
