//! What goes wrong between us and a git repository.

use crate::diagnostic::{Diagnostic, codes};

/// Why git did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository around a folder.
    #[error("`{0}` is in no git repository")]
    NoRepository(String),
    /// The repository belongs to somebody else.
    #[error("the repository `{0}` belongs to another user")]
    Owner(String),
    /// There is no branch to commit to.
    #[error("`HEAD` is on no branch")]
    DetachedHead,
    /// There is no such branch.
    #[error("there is no branch `{0}`")]
    NoBranch(String),
    /// A name that no branch can have.
    #[error("`{0}` cannot be the name of a branch")]
    BadBranch(String),
    /// A path whose content passes through a filter, such as git-lfs.
    #[error("`{path}` has the attribute `filter={filter}`")]
    Filtered {
        /// The path.
        path: String,
        /// The filter's name.
        filter: String,
    },
    /// Nobody to say whose the commit is.
    #[error("git does not know who commits")]
    NoAuthor,
    /// A file of the working tree that would be lost.
    #[error("`{0}` has changes that are not committed")]
    Dirty(String),
    /// A hook refused the commit.
    #[error("the hook `{hook}` refused the commit: {said}")]
    Hook {
        /// The hook's name.
        hook: &'static str,
        /// What it printed.
        said: String,
    },
    /// The commit could not be signed.
    #[error("the commit cannot be signed: {0}")]
    Signature(String),
    /// The remote refuses, and would refuse again.
    #[error("`{remote}` refuses the push: {said}")]
    Refused {
        /// The remote's name.
        remote: String,
        /// What it said.
        said: String,
    },
    /// The remote cannot be asked.
    #[error("`git {command}` failed: {said}")]
    Command {
        /// The subcommand.
        command: String,
        /// Its last words.
        said: String,
    },
    /// Git took longer than it may.
    #[error("`git {0}` took too long")]
    Timeout(String),
    /// Everything else that libgit2 says.
    #[error("{}", .0.message())]
    Git(#[from] git2::Error),
    /// A file could not be read or written.
    #[error("cannot {what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        error: std::io::Error,
    },
}

impl Error {
    /// The error for people: what to do about it.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, help) = match self {
            Self::NoRepository(_) => {
                (codes::NO_REPOSITORY, "run it in a clone, or name one with `--project <folder>`".to_owned())
            }
            Self::Owner(path) => (
                codes::NO_REPOSITORY,
                format!("if you trust it: `git config --global --add safe.directory {path}`"),
            ),
            Self::DetachedHead => {
                (codes::NO_BRANCH, "say which branch is meant: `--branch main`".to_owned())
            }
            Self::NoBranch(_) => (codes::NO_BRANCH, "`git branch --all` lists what there is".to_owned()),
            Self::BadBranch(_) => {
                (codes::NO_BRANCH, "`git help check-ref-format` has the rules".to_owned())
            }
            Self::Filtered { .. } => (
                codes::NOT_COMMITTED,
                "a lock is plain text: take the attribute from it in `.gitattributes`".to_owned(),
            ),
            Self::NoAuthor => (
                codes::NOT_COMMITTED,
                "set `user.name` and `user.email`, or give `--author \"Name <mail>\"`".to_owned(),
            ),
            Self::Dirty(_) => (
                codes::NOT_COMMITTED,
                "commit or stash it, or leave `--worktree` out: then the working tree stays as it is"
                    .to_owned(),
            ),
            Self::Hook { .. } => (
                codes::NOT_COMMITTED,
                "do what the hook asks; `--no-verify` passes it over".to_owned(),
            ),
            Self::Signature(_) => (
                codes::NOT_COMMITTED,
                "see that `git commit -S` works here, or sign nothing: `git config commit.gpgSign false`"
                    .to_owned(),
            ),
            Self::Refused { .. } => (
                codes::NOT_PUSHED,
                "let this identity push to the branch, or make a pull request: `--branch-name <name>`"
                    .to_owned(),
            ),
            Self::Command { .. } | Self::Timeout(_) => (
                codes::NOT_PUSHED,
                "see that the same command works by hand; nothing was pushed".to_owned(),
            ),
            Self::Git(_) | Self::Io { .. } => {
                (codes::NOT_COMMITTED, "see what `git fsck` says of the repository".to_owned())
            }
        };
        Diagnostic::error(code, self.to_string()).help(help)
    }

    /// True for what may be over in a moment: a remote that did not answer.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Command { .. } | Self::Timeout(_))
    }

    /// An error of the file system while doing something.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }
}
