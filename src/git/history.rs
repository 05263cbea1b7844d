//! Since when a file's parts are what they are.

use std::collections::BTreeMap;

use git2::{Oid, Sort};

use super::{Error, Repository, Snapshot};

/// A commit that made something what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The commit.
    pub commit: String,
    /// When it was committed, in seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Whose it is, `Name <mail>`.
    pub author: String,
    /// The first line of its message.
    pub summary: String,
    /// True where the clone's history ends: it may have been so before.
    pub at_least: bool,
}

impl Repository {
    /// For each part of some files, the first commit on the way back from `commit` that made it
    /// what it is there. `parts` takes a file apart.
    ///
    /// Follows first parents: the commit that landed on the branch is the answer, not one of a
    /// branch that was merged.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn since<T: PartialEq>(
        &self,
        commit: Oid,
        paths: &[String],
        parts: impl Fn(&str, &[u8]) -> BTreeMap<String, T>,
    ) -> Result<BTreeMap<(String, String), Since>, Error> {
        let walk: Vec<Oid> = {
            let repository = self.lock();
            let mut walk = repository.revwalk()?;
            walk.simplify_first_parent()?;
            walk.set_sorting(Sort::TOPOLOGICAL)?;
            walk.push(commit)?;
            walk.collect::<Result<_, _>>()?
        };
        let read = |commit: Oid, path: &str| -> Result<Option<Vec<u8>>, Error> {
            Snapshot::of(self, commit)?.read(path).map_err(Error::io(format!("read `{path}`")))
        };
        let mut since = BTreeMap::new();
        let mut open: BTreeMap<&str, BTreeMap<String, T>> = BTreeMap::new();
        for path in paths {
            if let Some(bytes) = read(commit, path)? {
                open.insert(path, parts(path, &bytes));
            }
        }
        for (at, &here) in walk.iter().enumerate() {
            if open.is_empty() {
                break;
            }
            let below = walk.get(at + 1).copied();
            for path in self.changed(below, here)? {
                let Some(wanted) = open.get_mut(path.as_str()) else { continue };
                let older = match below {
                    Some(below) => read(below, &path)?,
                    None => None,
                };
                let had = older.map(|bytes| parts(&path, &bytes)).unwrap_or_default();
                let changed: Vec<String> = wanted
                    .iter()
                    .filter(|(name, part)| had.get(*name) != Some(part))
                    .map(|(name, _)| name.clone())
                    .collect();
                for name in changed {
                    wanted.remove(&name);
                    since.insert((path.clone(), name), self.describe(here)?);
                }
            }
            open.retain(|_, wanted| !wanted.is_empty());
        }
        Ok(since)
    }

    /// The paths in which a commit differs from the one below it.
    fn changed(&self, below: Option<Oid>, here: Oid) -> Result<Vec<String>, Error> {
        let repository = self.lock();
        let tree = |commit: Oid| repository.find_commit(commit)?.tree();
        let old = below.map(tree).transpose()?;
        let diff = repository.diff_tree_to_tree(old.as_ref(), Some(&tree(here)?), None)?;
        let path = |delta: git2::DiffDelta<'_>| Some(delta.new_file().path()?.to_str()?.to_owned());
        Ok(diff.deltas().filter_map(path).collect())
    }

    fn describe(&self, commit: Oid) -> Result<Since, Error> {
        let repository = self.lock();
        let found = repository.find_commit(commit)?;
        let author = found.author();
        let text = |text: Result<&str, git2::Error>| text.unwrap_or_default().to_owned();
        Ok(Since {
            commit: commit.to_string(),
            seconds: found.time().seconds(),
            author: format!("{} <{}>", text(author.name()), text(author.email())),
            summary: found.summary().ok().flatten().unwrap_or_default().to_owned(),
            at_least: found.parent_count() == 0 && repository.is_shallow(),
        })
    }
}
