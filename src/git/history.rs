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
        let mut open: BTreeMap<&String, (Vec<u8>, BTreeMap<String, T>)> = BTreeMap::new();
        for path in paths {
            if let Some(bytes) = read(commit, path)? {
                let parts = parts(path, &bytes);
                open.insert(path, (bytes, parts));
            }
        }
        for (at, &here) in walk.iter().enumerate() {
            if open.is_empty() {
                break;
            }
            let below = walk.get(at + 1).copied();
            let mut settled = Vec::new();
            for (path, (bytes, wanted)) in &mut open {
                let older = match below {
                    Some(below) => read(below, path)?,
                    None => None,
                };
                if older.as_ref() == Some(bytes) {
                    continue;
                }
                let had = older.as_deref().map(|bytes| parts(path, bytes)).unwrap_or_default();
                let changed: Vec<String> = wanted
                    .iter()
                    .filter(|(name, part)| had.get(*name) != Some(part))
                    .map(|(name, _)| name.clone())
                    .collect();
                for name in changed {
                    wanted.remove(&name);
                    since.insert(((*path).clone(), name), self.describe(here)?);
                }
                match older {
                    Some(older) if !wanted.is_empty() => *bytes = older,
                    _ => settled.push(*path),
                }
            }
            for path in settled {
                open.remove(path);
            }
        }
        Ok(since)
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
