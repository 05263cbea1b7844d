//! Commits made in the object database.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use git2::build::TreeUpdateBuilder;
use git2::{AttrCheckFlags, FileMode, Oid, Signature};

use super::{Error, Repository, Snapshot};
use crate::tree::write::set_permissions;

/// A person, as git names one: `Name <mail>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
}

impl std::str::FromStr for Identity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.strip_suffix('>').and_then(|text| text.split_once('<'));
        let clean = |part: &str| {
            let part = part.trim();
            (!part.is_empty() && !part.contains(['<', '>', '\n', '\0'])).then(|| part.to_owned())
        };
        match parts.map(|(name, email)| (clean(name), clean(email))) {
            Some((Some(name), Some(email))) => Ok(Self { name, email }),
            _ => Err("write `Name <mail@example.org>`".to_owned()),
        }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} <{}>", self.name, self.email)
    }
}

/// A commit that is to be made on top of another one.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    /// The commit below it.
    pub parent: Oid,
    /// The files that it changes, by path in the repository, with their new content.
    pub files: &'a BTreeMap<String, String>,
    /// What it says.
    pub message: &'a str,
    /// Whose it is; as git is configured where it is `None`.
    pub author: Option<&'a Identity>,
    /// Who makes it; as git is configured where it is `None`.
    pub committer: Option<&'a Identity>,
    /// Whether the `commit-msg` hook is asked.
    pub verify: bool,
}

impl Repository {
    /// Makes a commit, signed where `commit.gpgSign` says so. No reference moves.
    ///
    /// # Errors
    /// When a file passes through a filter, the hook refuses, nobody is known to be the author, or
    /// the repository cannot be written.
    pub fn commit(&self, new: &NewCommit<'_>) -> Result<Oid, Error> {
        let tree = self.tree_with(new.parent, new.files)?;
        let message = git2::message_prettify(new.message, None)?;
        let message = if new.verify { self.commit_msg_hook(message)? } else { message };
        let repository = self.lock();
        let nobody = |error: git2::Error| match error.code() {
            git2::ErrorCode::NotFound => Error::NoAuthor,
            _ => error.into(),
        };
        let author = signature(new.author, repository.author_from_env().map_err(nobody))?;
        let committer = signature(new.committer, repository.committer_from_env().map_err(nobody))?;
        if repository.config()?.snapshot()?.get_bool("commit.gpgsign").unwrap_or(false) {
            drop(repository);
            return self.signed(tree, new.parent, &message, &author, &committer);
        }
        let (tree, parent) = (repository.find_tree(tree)?, repository.find_commit(new.parent)?);
        Ok(repository.commit(None, &author, &committer, &message, &tree, &[&parent])?)
    }

    /// The tree of a commit with some files changed; each keeps its mode.
    fn tree_with(&self, parent: Oid, files: &BTreeMap<String, String>) -> Result<Oid, Error> {
        let repository = self.lock();
        let base = repository.find_commit(parent)?.tree()?;
        let mut update = TreeUpdateBuilder::new();
        for (path, content) in files {
            let flags = AttrCheckFlags::INDEX_THEN_FILE;
            if let Some(filter) = repository.get_attr(Path::new(path), "filter", flags)? {
                return Err(Error::Filtered { path: path.clone(), filter: filter.to_owned() });
            }
            let mode = match base.get_path(Path::new(path)).map(|entry| entry.filemode()) {
                Ok(0o100_755) => FileMode::BlobExecutable,
                _ => FileMode::Blob,
            };
            update.upsert(path.as_str(), repository.blob(content.as_bytes())?, mode);
        }
        Ok(update.create_updated(&repository, &base)?)
    }

    /// The message as the `commit-msg` hook leaves it. `pre-commit` is not run: it looks at the
    /// index, which has no part in this.
    fn commit_msg_hook(&self, message: String) -> Result<String, Error> {
        const HOOK: &str = "commit-msg";
        let hooks = {
            let repository = self.lock();
            let configured = repository.config()?.snapshot()?.get_path("core.hooksPath").ok();
            match configured {
                Some(path) => self.top.as_deref().unwrap_or(&self.git_dir).join(path),
                None => repository.commondir().join("hooks"),
            }
        };
        if !hooks.join(HOOK).is_file() {
            return Ok(message);
        }
        let write = "write the message for the hook";
        let file = tempfile::NamedTempFile::new().map_err(Error::io(write))?;
        std::fs::write(file.path(), &message).map_err(Error::io(write))?;
        let output = self
            .command(&["hook", "run", "--ignore-missing", HOOK, "--"])
            .arg(file.path())
            .stdin(Stdio::null())
            .output()
            .map_err(Error::io("run `git hook`"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Hook { hook: HOOK, said });
        }
        std::fs::read_to_string(file.path())
            .map_err(Error::io("read the message that the hook left"))
    }

    /// A commit that the user's git signs, with OpenPGP, SSH or X.509 as it is configured.
    fn signed(
        &self,
        tree: Oid,
        parent: Oid,
        message: &str,
        author: &Signature<'_>,
        committer: &Signature<'_>,
    ) -> Result<Oid, Error> {
        let (tree, parent) = (tree.to_string(), parent.to_string());
        let mut command = self.command(&["commit-tree", "-S", &tree, "-p", &parent, "-m", message]);
        for (who, signature) in [("AUTHOR", author), ("COMMITTER", committer)] {
            let when = signature.when();
            let (sign, minutes) = (when.sign(), when.offset_minutes().abs());
            let date = format!("@{} {sign}{:02}{:02}", when.seconds(), minutes / 60, minutes % 60);
            command
                .env(format!("GIT_{who}_NAME"), signature.name().unwrap_or_default())
                .env(format!("GIT_{who}_EMAIL"), signature.email().unwrap_or_default())
                .env(format!("GIT_{who}_DATE"), date);
        }
        let output = command.output().map_err(Error::io("run `git commit-tree`"))?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if !output.status.success() {
            let said = said(&output.stderr);
            return Err(Error::Signature(said.lines().last().unwrap_or_default().to_owned()));
        }
        Ok(Oid::from_str(&said(&output.stdout))?)
    }
}

/// What a working tree and its index held before.
#[derive(Debug)]
pub struct CheckedOut {
    before: BTreeMap<String, Option<Vec<u8>>>,
}

impl CheckedOut {
    /// Puts it back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn undo(self, repository: &Repository) -> Result<(), Error> {
        let top = repository.top().unwrap_or(Path::new(""));
        for (path, content) in &self.before {
            match content {
                Some(content) => write_file(&top.join(path), content)?,
                None => {
                    std::fs::remove_file(top.join(path)).map_err(Error::io("put a file back"))?
                }
            }
        }
        repository.stage(self.before.keys())
    }
}

impl Repository {
    /// Writes files into the working tree and the index.
    ///
    /// # Errors
    /// When one of them has changes that are not in the commit `base` and are not the same.
    pub fn check_out(
        &self,
        base: Oid,
        files: &BTreeMap<String, String>,
    ) -> Result<CheckedOut, Error> {
        let top = self.top().ok_or_else(|| Error::NoRepository("a bare repository".to_owned()))?;
        let snapshot = Snapshot::of(self, base)?;
        let mut before = BTreeMap::new();
        for (path, content) in files {
            let committed = snapshot.read(path).map_err(Error::io(format!("read `{path}`")))?;
            let full = top.join(path);
            let there = match std::fs::symlink_metadata(&full) {
                Ok(found) if !found.is_file() => return Err(Error::Dirty(path.clone())),
                Ok(_) => Some(std::fs::read(&full).map_err(Error::io(format!("read `{path}`")))?),
                Err(_) => None,
            };
            let staged = {
                let repository = self.lock();
                let entry = repository.index()?.get_path(Path::new(path), 0);
                entry
                    .map(|entry| repository.find_blob(entry.id).map(|blob| blob.content().to_vec()))
            };
            let staged = staged.transpose()?;
            let known = |found: &Option<Vec<u8>>| {
                *found == committed || found.as_deref() == Some(content.as_bytes())
            };
            if !known(&there) || !known(&staged) {
                return Err(Error::Dirty(path.clone()));
            }
            before.insert(path.clone(), there);
        }
        for (path, content) in files {
            write_file(&top.join(path), content.as_bytes())?;
        }
        self.stage(files.keys())?;
        Ok(CheckedOut { before })
    }

    fn stage<'a>(&self, paths: impl Iterator<Item = &'a String>) -> Result<(), Error> {
        let repository = self.lock();
        let mut index = repository.index()?;
        for path in paths {
            let path = Path::new(path);
            if self.top().is_some_and(|top| top.join(path).exists()) {
                index.add_path(path)?;
            } else {
                index.remove_path(path)?;
            }
        }
        Ok(index.write()?)
    }
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), Error> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, content)?;
        set_permissions(&file, path)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(Error::io(format!("write `{}`", path.display())))
}

fn signature(
    given: Option<&Identity>,
    configured: Result<Signature<'static>, Error>,
) -> Result<Signature<'static>, Error> {
    match given {
        None => configured,
        Some(identity) => {
            // The date that the environment may give holds for any author.
            let when = configured.ok().map(|signature| signature.when());
            Ok(match when {
                Some(when) => Signature::new(&identity.name, &identity.email, &when)?,
                None => Signature::now(&identity.name, &identity.email)?,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn an_identity_is_a_name_and_a_mail_address() {
        let bot: Identity = "Deploy Bot <bot@example.org>".parse().unwrap();
        assert_eq!((bot.name.as_str(), bot.email.as_str()), ("Deploy Bot", "bot@example.org"));
        assert_eq!(bot.to_string(), "Deploy Bot <bot@example.org>");
        for text in ["", "Bot", "<bot@example.org>", "Bot <>", "A\nB <c@d>", "Bot <a<b>"] {
            assert!(text.parse::<Identity>().is_err(), "{text}");
        }
    }
}
