//! Commits made in the object database.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid};

use super::error::clean;
use super::{Error, Repository, Snapshot};
use crate::diagnostic::codes;
use crate::tree::write::set_permissions;
use crate::value::{Invalid, Scalar, ScalarType};

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
            (!part.is_empty() && !part.contains(|c: char| c.is_control() || matches!(c, '<' | '>')))
                .then(|| part.to_owned())
        };
        match parts.map(|(name, email)| (clean(name), clean(email))) {
            Some((Some(name), Some(email))) => Ok(Self { name, email }),
            _ => Err("write `Name <mail@example.org>`".to_owned()),
        }
    }
}

impl Scalar for Identity {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`Name <mail>`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |help: String| {
            Invalid::new(codes::BAD_VALUE, "this is no name with a mail address").help(help)
        };
        text.parse().map_err(refuse)
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

/// What a commit is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Its tree, in the object database.
    pub tree: Oid,
    /// Its message, as the hook has left it.
    pub message: String,
}

impl Repository {
    /// Makes a commit, signed where `commit.gpgSign` says so. No reference moves.
    ///
    /// # Errors
    /// When a file passes through a filter, the hook refuses, nobody is known to be the author, or
    /// the repository cannot be written.
    pub fn commit(&self, new: &NewCommit<'_>) -> Result<Oid, Error> {
        let Prepared { tree, message } = self.prepare(new)?;
        self.commit_tree(new, tree, &message)
    }

    /// What a commit is to hold, for somebody else to make it.
    ///
    /// # Errors
    /// When a file passes through a filter, the hook refuses, or the repository cannot be written.
    pub fn prepare(&self, new: &NewCommit<'_>) -> Result<Prepared, Error> {
        let tree = self.tree_with(new.parent, new.files)?;
        let message = git2::message_prettify(new.message, None)?;
        let message = if new.verify { self.commit_msg_hook(message)? } else { message };
        Ok(Prepared { tree, message })
    }

    /// The paths that are there in a commit, and no plain files: executable, links, or else.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn not_plain<'a>(
        &self,
        commit: Oid,
        paths: impl Iterator<Item = &'a String>,
    ) -> Result<Vec<&'a str>, Error> {
        let repository = self.lock();
        let tree = repository.find_commit(commit)?.tree()?;
        let mode = |path: &str| tree.get_path(Path::new(path)).ok().map(|entry| entry.filemode());
        let odd = |path: &&'a String| mode(path).is_some_and(|mode| mode != 0o100_644);
        Ok(paths.filter(odd).map(String::as_str).collect())
    }

    /// The tree of a commit.
    ///
    /// # Errors
    /// When there is no such commit here.
    pub fn tree_of(&self, commit: Oid) -> Result<Oid, Error> {
        Ok(self.lock().find_commit(commit)?.tree_id())
    }

    /// The commit right above another one, on the way of first parents to a tip; `None` where that
    /// is not on it.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn child_towards(&self, tip: Oid, parent: Oid) -> Result<Option<Oid>, Error> {
        let repository = self.lock();
        let mut commit = repository.find_commit(tip)?;
        while commit.parent_count() > 0 {
            if commit.parent_id(0)? == parent {
                return Ok(Some(commit.id()));
            }
            // A shallow clone ends somewhere.
            let Ok(next) = commit.parent(0) else { break };
            commit = next;
        }
        Ok(None)
    }

    /// The tree of a commit with some files changed; each keeps its mode.
    fn tree_with(&self, parent: Oid, files: &BTreeMap<String, String>) -> Result<Oid, Error> {
        self.check_filters(parent, files.keys())?;
        let repository = self.lock();
        let base = repository.find_commit(parent)?.tree()?;
        let mut update = TreeUpdateBuilder::new();
        for (path, content) in files {
            let mode = match base.get_path(Path::new(path)).map(|entry| entry.filemode()) {
                Ok(0o100_755) => FileMode::BlobExecutable,
                _ => FileMode::Blob,
            };
            update.upsert(path.as_str(), repository.blob(content.as_bytes())?, mode);
        }
        Ok(update.create_updated(&repository, &base)?)
    }

    /// Refuses files that pass through a filter, by the attributes of the commit.
    fn check_filters<'a>(
        &self,
        commit: Oid,
        paths: impl Iterator<Item = &'a String> + Clone,
    ) -> Result<(), Error> {
        let ask = |source: &[&str]| {
            let mut command = self.command(&["check-attr", "-z"]);
            command.args(source).args(["filter", "--"]).args(paths.clone());
            command.output().map_err(Error::io("run `git check-attr`"))
        };
        let mut output = ask(&[&format!("--source={commit}")])?;
        // Git before 2.40 only looks at the checkout's attributes.
        if !output.status.success() {
            output = ask(&[])?;
        }
        let answer = String::from_utf8_lossy(&output.stdout);
        let words: Vec<&str> = answer.split_terminator('\0').collect();
        let found =
            words.chunks_exact(3).find(|words| !matches!(words[2], "unspecified" | "unset"));
        match found {
            Some(words) => {
                Err(Error::Filtered { path: words[0].to_owned(), filter: words[2].to_owned() })
            }
            None => Ok(()),
        }
    }

    /// The message as the `commit-msg` hook leaves it. `pre-commit` is not run: it looks at the
    /// index, which has no part in this.
    fn commit_msg_hook(&self, message: String) -> Result<String, Error> {
        const HOOK: &str = "commit-msg";
        let hooks = {
            let repository = self.lock();
            let configured = repository.config()?.snapshot()?.get_path("core.hooksPath").ok();
            match configured {
                Some(path) => self.here().join(path),
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
            let said = clean(String::from_utf8_lossy(&output.stderr).trim());
            return Err(Error::Hook { hook: HOOK, said });
        }
        let message = std::fs::read_to_string(file.path())
            .map_err(Error::io("read the message that the hook left"))?;
        match message.trim().is_empty() {
            true => Err(Error::Hook { hook: HOOK, said: "it left no message".to_owned() }),
            false => Ok(message),
        }
    }

    /// The commit, made by the user's git: whose it is, its date and its signature, with OpenPGP, SSH
    /// or X.509, are as that is configured.
    fn commit_tree(&self, new: &NewCommit<'_>, tree: Oid, message: &str) -> Result<Oid, Error> {
        let (tree, parent) = (tree.to_string(), new.parent.to_string());
        let signed = self.ask(&["config", "--type=bool", "--get", "commit.gpgSign"])?;
        let signed = signed.as_deref() == Some("true");
        // Where nobody is configured, git would make a name up from the machine's.
        let options = ["-c", "user.useConfigOnly=true", "-c", "i18n.commitEncoding=UTF-8"];
        let mut command = self.command(&options);
        command.arg("commit-tree").args(signed.then_some("-S"));
        command.args(["-p", &parent, "-F", "-", &tree]).env("LC_ALL", "C").env("LANGUAGE", "C");
        for (role, given) in [("AUTHOR", new.author), ("COMMITTER", new.committer)] {
            if let Some(identity) = given {
                command.env(format!("GIT_{role}_NAME"), &identity.name);
                command.env(format!("GIT_{role}_EMAIL"), &identity.email);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut run = || {
            let mut child = command.spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                // Whoever reads nothing says why.
                let _ = stdin.write_all(message.as_bytes());
            }
            child.wait_with_output()
        };
        let output = run().map_err(Error::io("run `git commit-tree`"))?;
        if output.status.success() {
            return Ok(Oid::from_str(String::from_utf8_lossy(&output.stdout).trim())?);
        }
        let said = clean(String::from_utf8_lossy(&output.stderr).trim());
        let nobody = ["tell me who you are", "auto-detection is disabled", "empty ident name"];
        Err(match said.lines().last().unwrap_or_default().to_owned() {
            _ if nobody.iter().any(|nobody| said.contains(nobody)) => Error::NoAuthor,
            line if signed => Error::Signature(line),
            line => Error::NoCommit(line),
        })
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
        self.undo_files(repository)?;
        repository.stage(self.before.keys())
    }

    fn undo_files(&self, repository: &Repository) -> Result<(), Error> {
        for (path, content) in &self.before {
            let full = repository.here().join(path);
            match content {
                Some(content) => write_file(&full, content)?,
                None if full.exists() => {
                    std::fs::remove_file(full).map_err(Error::io("put a file back"))?
                }
                None => {}
            }
        }
        Ok(())
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
        let snapshot = Snapshot::of(self, base)?;
        let mut before = BTreeMap::new();
        for (path, content) in files {
            let committed = snapshot.read(path).map_err(Error::io(format!("read `{path}`")))?;
            let full = self.here().join(path);
            // Through a symbolic link, some other folder would be written.
            let folder = full.parent().unwrap_or(Path::new(""));
            if std::fs::canonicalize(folder).is_ok_and(|real| real != folder) {
                return Err(Error::Dirty(path.clone()));
            }
            let there = match std::fs::symlink_metadata(&full) {
                Ok(found) if !found.is_file() => return Err(Error::Dirty(path.clone())),
                Ok(_) => Some(std::fs::read(&full).map_err(Error::io(format!("read `{path}`")))?),
                Err(_) => None,
            };
            let staged = self.command(&["cat-file", "blob", &format!(":0:{path}")]).output();
            let staged = staged.map_err(Error::io("run `git cat-file`"))?;
            let staged = staged.status.success().then_some(staged.stdout);
            let known = |found: &Option<Vec<u8>>| {
                *found == committed || found.as_deref() == Some(content.as_bytes())
            };
            if !known(&there) || !known(&staged) {
                return Err(Error::Dirty(path.clone()));
            }
            before.insert(path.clone(), there);
        }
        let before = CheckedOut { before };
        let write = |(path, content): (&String, &String)| {
            write_file(&self.here().join(path), content.as_bytes())
        };
        let written = files.iter().try_for_each(write).and_then(|()| self.stage(files.keys()));
        if let Err(error) = written {
            before.undo_files(self)?;
            return Err(error);
        }
        Ok(before)
    }

    /// Brings the index to what the working tree holds. The user's git knows all kinds of index.
    fn stage<'a>(&self, paths: impl Iterator<Item = &'a String>) -> Result<(), Error> {
        let mut command = self.command(&["update-index", "--add", "--remove", "--"]);
        let output = command.args(paths).output().map_err(Error::io("run `git update-index`"))?;
        if output.status.success() {
            return Ok(());
        }
        let said =
            clean(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default());
        Err(Error::Index(said))
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
