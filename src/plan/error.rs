//! Why there is no plan.

use std::path::PathBuf;

use super::facts::FactsError;
use crate::diagnostic::{Diagnostic, codes};

/// What keeps a root from being planned, other than what Terraform says of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither `terraform` nor `tofu` can be started.
    #[error("{0}")]
    NoTerraform(String),
    /// Older than what this works with.
    #[error("`{program}` is {version}, and a plan needs {minimum} or newer")]
    TooOld {
        /// As it was found.
        program: PathBuf,
        /// What it says it is.
        version: String,
        /// The oldest that works.
        minimum: String,
    },
    /// It ended in a way that says nothing.
    #[error("`{command}` {how}")]
    Crash {
        /// The command, without paths.
        command: String,
        /// How it ended.
        how: String,
        /// The last lines that it said.
        said: String,
    },
    /// It took too long.
    #[error("`{command}` took longer than {seconds} s")]
    Timeout {
        /// The command, without paths.
        command: String,
        /// The limit.
        seconds: u64,
    },
    /// The user has ended it.
    #[error("it was interrupted")]
    Stopped,
    /// A file or folder.
    #[error("cannot {doing} `{path}`: {error}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what, as people know it.
        path: String,
        /// Why not.
        error: std::io::Error,
    },
    /// Terraform's answer is not what its documentation says.
    #[error("cannot read what `{command}` printed: {why}")]
    Answer {
        /// The command.
        command: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing to compare with.
    #[error("{0}")]
    NoBase(String),
    /// There is nothing to compare with, perhaps because it was not fetched.
    #[error("{0}: this is a shallow clone")]
    Shallow(String),
    /// The provider's own schema was asked for, and there is none.
    #[error("no provider that it needs is installed in `{root}`")]
    NotInstalled {
        /// The root.
        root: String,
    },
    /// Facts of the user's own cannot be read.
    #[error("the facts in `{file}` are wrong: {}", .error.message)]
    BadFacts {
        /// The file.
        file: String,
        /// What is wrong.
        error: FactsError,
    },
    /// The provider that we serve could not be started.
    #[error("cannot serve the providers: {0}")]
    Server(String),
}

impl Error {
    /// As people are told.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = self.to_string();
        match self {
            Self::NoTerraform(_) => Diagnostic::error(codes::NO_TERRAFORM, message)
                .help("install Terraform or OpenTofu, or name it with `--terraform <path>`"),
            Self::TooOld { .. } => Diagnostic::error(codes::OLD_TERRAFORM, message)
                .help("install a newer one, or name it with `--terraform <path>`"),
            Self::Crash { said, .. } => {
                let diagnostic = Diagnostic::error(codes::TERRAFORM_FAILED, message);
                match said.as_str() {
                    "" => diagnostic.help("it said nothing"),
                    said => diagnostic.help(format!("it said:\n{said}")),
                }
            }
            Self::Timeout { .. } => Diagnostic::error(codes::TERRAFORM_TIMEOUT, message)
                .help("give it more with `--timeout <seconds>`"),
            Self::Stopped => Diagnostic::error(codes::TERRAFORM_FAILED, message),
            Self::Io { .. } => Diagnostic::error(codes::UNREADABLE, message),
            Self::Answer { .. } => Diagnostic::error(codes::TERRAFORM_FAILED, message),
            Self::NoBase(_) => Diagnostic::error(codes::NO_BASE, message).help(
                "name one with `--base <revision>`, or plan from nothing with `--from-nothing`",
            ),
            Self::Shallow(_) => Diagnostic::error(codes::NO_BASE, message).help(
                "fetch more: `fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`",
            ),
            Self::NotInstalled { .. } => Diagnostic::error(codes::NO_PROVIDER, message).help(
                "run `terraform init` there, or leave `--schema from-terraform` out and plan from the facts",
            ),
            Self::BadFacts { .. } => Diagnostic::error(codes::NO_PROVIDER, message)
                .help("`stackwright provider distill` writes such a file"),
            Self::Server(_) => Diagnostic::error(codes::NO_PROVIDER, message),
        }
    }

    pub(super) fn io(
        doing: &'static str,
        path: impl Into<String>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { doing, path, error }
    }
}
