//! A git repository: its commits are read and made in the object database, so that nobody's
//! working tree or index is touched; fetch and push are left to the user's own `git`, whose
//! credential helpers, SSH configuration and proxies then just work.

mod commit;
mod error;
mod history;
mod remote;
mod snapshot;

pub use commit::{Identity, NewCommit, Prepared};
pub use error::Error;
pub use history::Since;
pub use remote::{Push, Remote};
pub use snapshot::{Kind, Snapshot};

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

pub use git2::Oid;

/// A repository, bare or with a working tree.
#[derive(Clone)]
pub struct Repository {
    inner: Arc<Mutex<git2::Repository>>,
    /// Its `.git` folder.
    git_dir: PathBuf,
    /// Its working tree; `None` where it is bare.
    top: Option<PathBuf>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("git_dir", &self.git_dir).finish_non_exhaustive()
    }
}

/// How two commits stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ancestry {
    /// They are one.
    Same,
    /// The first is an ancestor of the second.
    Older,
    /// The second is an ancestor of the first.
    Newer,
    /// Neither is an ancestor of the other.
    Apart,
    /// One of them is not in this clone.
    Unknown,
}

/// Variables by which git says to its own children which repository they are about
/// (`git rev-parse --local-env-vars`), without those about configuration.
const OF_A_REPOSITORY: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Whether a branch can have a name (git, "git-check-ref-format").
pub fn is_branch_name(name: &str) -> bool {
    git2::Branch::name_is_valid(name).unwrap_or(false)
}

impl Repository {
    /// The repository around a folder.
    ///
    /// # Errors
    /// When there is none, or it belongs to another user and is not a `safe.directory`.
    pub fn around(folder: &Path) -> Result<Self, Error> {
        let shown = folder.display().to_string();
        let inner = git2::Repository::discover(folder).map_err(|error| match error.code() {
            git2::ErrorCode::NotFound => Error::NoRepository(shown.clone()),
            git2::ErrorCode::Owner => Error::Owner(shown.clone()),
            _ => Error::Unreadable(error.message().to_owned()),
        })?;
        let top = match inner.workdir() {
            Some(top) => {
                Some(std::fs::canonicalize(top).map_err(Error::io("open the working tree"))?)
            }
            None => None,
        };
        let git_dir = inner.path().to_owned();
        Ok(Self { inner: Arc::new(Mutex::new(inner)), git_dir, top })
    }

    /// Its working tree, absolute; `None` where it is bare.
    pub fn top(&self) -> Option<&Path> {
        self.top.as_deref()
    }

    /// The branch that `HEAD` is on.
    ///
    /// # Errors
    /// When it is on none.
    pub fn head_branch(&self) -> Result<String, Error> {
        let repository = self.lock();
        let head = repository.find_reference("HEAD")?;
        match head.symbolic_target() {
            Ok(Some(target)) => {
                target.strip_prefix("refs/heads/").map(str::to_owned).ok_or(Error::DetachedHead)
            }
            _ => Err(Error::DetachedHead),
        }
    }

    /// Says whether the working tree can follow a branch.
    ///
    /// # Errors
    /// When there is none, or another branch is checked out.
    pub fn follows(&self, branch: &str) -> Result<(), Error> {
        match self.top {
            None => Err(Error::Bare),
            Some(_) if self.head_branch()? != branch => {
                Err(Error::NotCheckedOut(branch.to_owned()))
            }
            Some(_) => Ok(()),
        }
    }

    /// The commit that a branch or another full reference (`refs/…`) is at; `None` when there is
    /// no such reference.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn tip(&self, reference: &str) -> Result<Option<Oid>, Error> {
        let repository = self.lock();
        match repository.find_reference(reference) {
            Ok(found) => Ok(Some(found.peel_to_commit()?.id())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Moves a reference from one commit to another; false when it is no longer where it was.
    ///
    /// # Errors
    /// When the reference cannot be written.
    pub fn compare_and_swap(
        &self,
        reference: &str,
        from: Option<Oid>,
        to: Oid,
        why: &str,
    ) -> Result<bool, Error> {
        let repository = self.lock();
        let moved = match from {
            Some(from) => repository.reference_matching(reference, to, true, from, why),
            None => repository.reference(reference, to, false, why),
        };
        match moved {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(
                    error.code(),
                    git2::ErrorCode::Modified | git2::ErrorCode::Exists | git2::ErrorCode::NotFound
                ) =>
            {
                Ok(false)
            }
            Err(error) if error.code() == git2::ErrorCode::Locked => {
                Err(Error::Busy(error.message().to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// How two commits stand to each other, named by their ids or the beginnings of these.
    pub fn ancestry(&self, first: &str, second: &str) -> Ancestry {
        let repository = self.lock();
        let find =
            |name: &str| repository.find_commit_by_prefix(name).ok().map(|commit| commit.id());
        let (Some(one), Some(other)) = (find(first), find(second)) else {
            return Ancestry::Unknown;
        };
        if one == other {
            return Ancestry::Same;
        }
        let above = |above, below| repository.graph_descendant_of(above, below);
        match (above(other, one), above(one, other)) {
            (Ok(true), _) => Ancestry::Older,
            (_, Ok(true)) => Ancestry::Newer,
            // What a shallow clone does not hold may be between them.
            (Ok(false), Ok(false)) if !repository.is_shallow() => Ancestry::Apart,
            _ => Ancestry::Unknown,
        }
    }

    /// True for a clone without its whole history.
    pub fn is_shallow(&self) -> bool {
        self.lock().is_shallow()
    }

    /// True when a commit is another one or has it among its ancestors.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn contains(&self, commit: Oid, ancestor: Oid) -> Result<bool, Error> {
        Ok(commit == ancestor || self.lock().graph_descendant_of(commit, ancestor)?)
    }

    fn lock(&self) -> MutexGuard<'_, git2::Repository> {
        self.inner.lock().expect("no thread panics while it holds this")
    }

    /// A command of the user's git in this repository.
    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new("git");
        // A hook that we run in says which repository it is of; that need not be this one.
        for variable in OF_A_REPOSITORY {
            command.env_remove(variable);
        }
        command.arg("--git-dir").arg(&self.git_dir).args(arguments);
        // Hooks and `include` conditions look at where they are.
        command.current_dir(self.here());
        command
    }

    /// Where git is run: the top of the working tree, or the bare repository.
    fn here(&self) -> &Path {
        self.top.as_deref().unwrap_or(&self.git_dir)
    }

    /// What a command of git answers in one line; `None` when it fails.
    fn ask(&self, arguments: &[&str]) -> Result<Option<String>, Error> {
        let output = self.command(arguments).output().map_err(Error::io("run `git`"))?;
        let line = || String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        Ok(output.status.success().then(line))
    }
}
