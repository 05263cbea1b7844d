//! Why a registry gave no answer, and what to do.

use std::time::Duration;

use super::credentials::CredentialsError;
use crate::diagnostic::{Code, Diagnostic, codes};

/// Why a registry gave no answer. No variant holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It has no such repository, tag or digest.
    #[error("its registry has no `{what}`")]
    NotFound {
        /// The repository or image.
        what: String,
    },
    /// It does not let us in, or says so of what does not exist.
    #[error("`{what}` does not exist, or {who} may not read it{said}")]
    Unauthorized {
        /// The repository or image.
        what: String,
        /// Who asked.
        who: &'static str,
        /// What it said, after a colon; may be empty.
        said: String,
        /// The command that logs in.
        login: String,
    },
    /// Credentials would have gone where nobody can know who reads them.
    #[error("`{host}` wants credentials to be sent to `{realm}`")]
    UnsafeRealm {
        /// The registry.
        host: String,
        /// Where to.
        realm: String,
        /// Why that is not done.
        why: &'static str,
    },
    /// The Docker configuration or a credential helper failed.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// It was asked too often.
    #[error("`{host}` answers no more for now: too many requests")]
    RateLimited {
        /// The registry.
        host: String,
        /// How long it wants to be left alone.
        wait: Option<Duration>,
        /// The command that logs in.
        login: String,
    },
    /// It failed, several times.
    #[error("`{host}` failed: HTTP {status}{said}")]
    Failed {
        /// The registry.
        host: String,
        /// The status of its last answer.
        status: u16,
        /// What it said, after a colon; may be empty.
        said: String,
    },
    /// Its answer is longer than such answers are.
    #[error("{what} of `{host}` is too large: more than {limit_bytes} bytes")]
    TooLarge {
        /// The registry.
        host: String,
        /// Which answer.
        what: &'static str,
        /// How long it may be.
        limit_bytes: u64,
    },
    /// It does not speak the protocol of registries, or not correctly.
    #[error("`{host}` does not answer as a registry does: {why}")]
    NotARegistry {
        /// The registry.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// What it sent has another digest than it says.
    #[error("`{what}` has the digest `{found}`, not `{expected}`")]
    WrongDigest {
        /// What was asked for.
        what: String,
        /// The digest that was asked for, or that the registry told.
        expected: String,
        /// That of the bytes that it sent.
        found: String,
    },
    /// What is kept there cannot be used.
    #[error("`{what}` cannot be used: {why}")]
    Unusable {
        /// The image.
        what: String,
        /// Why.
        why: String,
    },
    /// Its name leads nowhere.
    #[error("there is no host `{host}`")]
    Dns {
        /// The host.
        host: String,
    },
    /// Its certificate is not trusted, or it does not speak TLS.
    #[error("no secure connection to `{host}`: {why}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// There is no connection, or it broke.
    #[error("no connection to `{host}`: {why}")]
    Connection {
        /// The host.
        host: String,
        /// What happened.
        why: String,
    },
    /// It took too long.
    #[error("`{host}` did not answer within {} s", limit.as_secs_f32())]
    Timeout {
        /// The host.
        host: String,
        /// The limit.
        limit: Duration,
    },
}

impl Error {
    /// The rule under which it is reported.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound { .. } => codes::NO_SUCH_IMAGE,
            Self::Unauthorized { .. } | Self::UnsafeRealm { .. } | Self::Credentials(_) => {
                codes::REGISTRY_LOGIN
            }
            Self::RateLimited { .. }
            | Self::Failed { .. }
            | Self::Dns { .. }
            | Self::Tls { .. }
            | Self::Connection { .. }
            | Self::Timeout { .. } => codes::NO_REGISTRY,
            Self::TooLarge { .. }
            | Self::NotARegistry { .. }
            | Self::WrongDigest { .. }
            | Self::Unusable { .. } => codes::BAD_ANSWER,
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::NotFound { .. } => {
                "push it, or name one that is there; a lifecycle rule may have deleted it"
                    .to_owned()
            }
            Self::Unauthorized { login, .. } => {
                format!("check the name; where it is right, log in: `{login}`")
            }
            Self::UnsafeRealm { why, .. } => (*why).to_owned(),
            Self::Credentials(CredentialsError::Config { .. }) => {
                "log in again, or mend the file".to_owned()
            }
            Self::Credentials(CredentialsError::Helper { .. }) => {
                "install it, or take it out of `credHelpers` and `credsStore` in the Docker \
                 configuration"
                    .to_owned()
            }
            Self::RateLimited { wait, login, .. } => {
                let wait =
                    wait.map_or("later".to_owned(), |wait| format!("in {} s", wait.as_secs()));
                format!("try again {wait}; who is logged in may ask more often: `{login}`")
            }
            Self::Failed { .. } => "try again later; the registry's operator knows more".to_owned(),
            Self::TooLarge { .. } => "check that the address is that of a registry".to_owned(),
            Self::NotARegistry { .. } => {
                "check the address; a proxy or a login page may have answered instead".to_owned()
            }
            Self::WrongDigest { .. } => {
                "do not use it: something between you and the registry changed it".to_owned()
            }
            Self::Unusable { .. } => "name another image".to_owned(),
            Self::Dns { .. } => "check the address, and that this machine has a network".to_owned(),
            Self::Tls { host, .. } => format!(
                "its certificate has to be trusted by this machine; where it speaks plain HTTP, \
                 say so: `--insecure-registry {host}`"
            ),
            Self::Connection { .. } => {
                "check the address and port; proxies are taken from `HTTPS_PROXY` and `NO_PROXY`"
                    .to_owned()
            }
            Self::Timeout { .. } => "try again; a firewall may be in between".to_owned(),
        }
    }

    /// As an error without a place.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.code(), self.to_string()).help(self.help())
    }
}
