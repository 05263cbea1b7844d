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
    /// Git did not make the commit.
    #[error("the commit cannot be made: {0}")]
    NoCommit(String),
    /// A repository of a kind that is not read.
    #[error("the repository cannot be read: {0}")]
    Unreadable(String),
    /// The index could not be written.
    #[error("the index cannot be written: {0}")]
    Index(String),
    /// There is no working tree that could follow.
    #[error("the repository is bare: it has no working tree")]
    Bare,
    /// The working tree is another branch's.
    #[error("`{0}` is not the branch that is checked out")]
    NotCheckedOut(String),
    /// Another git holds a lock, now or since it was killed.
    #[error("another git is at work here: {0}")]
    Busy(String),
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
            Self::Unreadable(_) => (
                codes::NO_REPOSITORY,
                "a clone with `--object-format=sha1` and `--ref-format=files`, git's defaults, is read"
                    .to_owned(),
            ),
            Self::NoCommit(_) => {
                (codes::NOT_COMMITTED, "see that `git commit` works here".to_owned())
            }
            Self::Bare | Self::NotCheckedOut(_) => (
                codes::NO_BRANCH,
                "leave `--worktree` out: the commit needs no working tree".to_owned(),
            ),
            Self::Index(_) | Self::Busy(_) => (
                codes::NOT_COMMITTED,
                "run it again; when no git is running, a killed one left the file `.lock`: delete it"
                    .to_owned(),
            ),
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

    /// True where another process of this clone was faster.
    pub fn is_race(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// An error of the file system while doing something.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }
}

/// What another program said, as it can be shown: without the credentials of the addresses in it,
/// `https://user:secret@host`, and without what a terminal would obey.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        clean.push_str(head);
        // A password may hold what it should not, such as `/` or a quote.
        let end = tail.find(char::is_whitespace).unwrap_or(tail.len());
        rest = match tail[..end].rfind('@') {
            Some(at) => &tail[at + 1..],
            None => tail,
        };
    }
    clean.push_str(rest);
    clean.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_others_say_is_shown_without_passwords_and_escapes() {
        for (said, shown) in [
            (
                "unable to access 'https://bot:s3cr3t@example.org/a.git/': 403",
                "unable to access 'https://example.org/a.git/': 403",
            ),
            ("'https://bot:s3/cr'3t@example.org/a.git/': 403", "'https://example.org/a.git/': 403"),
            ("ssh://git@example.org/a and b@c", "ssh://example.org/a and b@c"),
            ("bad \u{1b}[31mred", "bad \u{fffd}[31mred"),
            ("nothing to hide", "nothing to hide"),
        ] {
            assert_eq!(clean(said), shown);
        }
    }
}
