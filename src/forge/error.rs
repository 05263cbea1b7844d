//! Why a forge did not do what was asked, and what to do.

use std::time::Duration;

use super::Kind;
use crate::diagnostic::{Diagnostic, codes};

/// Why a forge did not do what was asked. No variant holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody is there to ask in the name of.
    #[error("there is no token for {}", kind.name())]
    NoToken {
        /// Whose.
        kind: Kind,
    },
    /// The token has characters that no token has.
    #[error("the token for {} cannot be sent in a header", kind.name())]
    BadToken {
        /// Whose.
        kind: Kind,
    },
    /// The address of the API is none.
    #[error("`{api}` cannot be the address of an API: {why}")]
    BadApi {
        /// What was given.
        api: String,
        /// Why.
        why: &'static str,
    },
    /// The token is not known.
    #[error("{} does not accept the token{said}", kind.name())]
    Unauthorized {
        /// Whose.
        kind: Kind,
        /// What it said, after a colon; may be empty.
        said: String,
    },
    /// The token may not do this.
    #[error("the token may not write to `{what}` on {}{said}", kind.name())]
    Forbidden {
        /// Whose.
        kind: Kind,
        /// The repository.
        what: String,
        /// What it said, after a colon; may be empty.
        said: String,
    },
    /// There is no such thing, or it is hidden from this token.
    #[error("{} has no `{what}`, or hides it from this token", kind.name())]
    NotFound {
        /// Whose.
        kind: Kind,
        /// A repository, or a pull request of it.
        what: String,
    },
    /// It was there.
    #[error("`{what}` is gone{said}")]
    Gone {
        /// A repository, or a pull request of it.
        what: String,
        /// What it said, after a colon; may be empty.
        said: String,
    },
    /// The forge does not take what was sent.
    #[error("{} refuses it{said}", kind.name())]
    Invalid {
        /// Whose.
        kind: Kind,
        /// What it said, after a colon; may be empty.
        said: String,
    },
    /// It was asked too often.
    #[error("`{host}` answers no more for now: too many requests")]
    RateLimited {
        /// The API's host.
        host: String,
        /// How long it wants to be left alone.
        wait: Duration,
    },
    /// It failed.
    #[error("`{host}` failed: HTTP {status}{said}")]
    Failed {
        /// The API's host.
        host: String,
        /// The status of its last answer.
        status: u16,
        /// What it said, after a colon; may be empty.
        said: String,
    },
    /// There is no connection, or it broke.
    #[error("no connection to `{host}`: {why}")]
    Connection {
        /// The API's host.
        host: String,
        /// What happened.
        why: String,
    },
    /// Its name leads nowhere.
    #[error("there is no host `{host}`")]
    Dns {
        /// The API's host.
        host: String,
    },
    /// Its certificate is not trusted.
    #[error("no secure connection to `{host}`: {why}")]
    Tls {
        /// The API's host.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// It does not answer as such an API does.
    #[error("`{host}` does not answer as its API does: {why}")]
    Odd {
        /// The API's host.
        host: String,
        /// What is wrong.
        why: String,
    },
}

impl Error {
    /// True for what may be over in a moment, and may have been done all the same.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Connection { .. })
            || matches!(self, Self::Failed { status, .. } if *status >= 500)
    }

    /// True where the token of a pull request from a fork would be told the same.
    pub fn is_read_only(&self) -> bool {
        matches!(self, Self::Forbidden { .. } | Self::NoToken { .. })
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::NoToken { kind } => {
                let [first, second] = kind.variables();
                match kind {
                    Kind::Github => format!(
                        "set `{first}` or `{second}`; in a workflow: `env: {{ GITHUB_TOKEN: ${{{{ github.token }}}} }}`"
                    ),
                    Kind::Gitlab => format!(
                        "set `{first}` to a project access token with the scope `api`, masked; \
                         `{second}` may not write comments"
                    ),
                }
            }
            Self::BadToken { .. } => "look for a line feed or a space at its end".to_owned(),
            Self::BadApi { .. } => {
                "write `--api-url https://github.example.org/api/v3`, or `https://gitlab.example.org/api/v4`"
                    .to_owned()
            }
            Self::Unauthorized { kind, .. } | Self::Forbidden { kind, .. } => match kind {
                Kind::Github => "in a workflow, the job needs `permissions: pull-requests: write` \
                     (for issues `issues: write`, for commits `contents: write`); the token of a \
                     pull request from a fork cannot write, whatever is asked for: `--or-summary` \
                     writes to the job's summary then"
                    .to_owned(),
                Kind::Gitlab => "`CI_JOB_TOKEN` may not write comments or issues: set `GITLAB_TOKEN` \
                     to a project access token with the scope `api` and at least the role Reporter"
                    .to_owned(),
            },
            Self::NotFound { .. } => {
                "check `--repository` and `--pull-request`, and that the token can see them".to_owned()
            }
            Self::Gone { .. } => "see whether issues are switched off in this repository".to_owned(),
            Self::Invalid { .. } => "nothing was written; what it says tells why".to_owned(),
            Self::RateLimited { wait, .. } => format!("try again in {} s", wait.as_secs()),
            Self::Failed { .. } => "try again later; its status page knows more".to_owned(),
            Self::Connection { .. } => {
                "check the address; proxies are taken from `HTTPS_PROXY` and `NO_PROXY`".to_owned()
            }
            Self::Dns { .. } => "check the address, and that this machine has a network".to_owned(),
            Self::Tls { .. } => "its certificate has to be trusted by this machine".to_owned(),
            Self::Odd { .. } => {
                "check `--api-url`; a proxy or a login page may have answered instead".to_owned()
            }
        }
    }

    /// As an error without a place.
    pub fn diagnostic(&self) -> Diagnostic {
        let code = match self {
            Self::NoToken { .. } | Self::BadToken { .. } | Self::BadApi { .. } => {
                codes::WHERE_TO_POST
            }
            _ => codes::NOT_POSTED,
        };
        Diagnostic::error(code, self.to_string()).help(self.help())
    }
}
