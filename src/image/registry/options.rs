//! How registries are asked.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::Host;
use super::credentials::default_folder;

/// How registries are asked.
#[derive(Debug, Clone)]
pub struct Options {
    /// The hosts that are spoken to in plain HTTP, whatever may be read or changed on the way.
    pub insecure: BTreeSet<Host>,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long one request may take, with its answer.
    pub timeout: Duration,
    /// How often a request that failed is tried again.
    pub retries: u32,
    /// How long the first pause is before that; each is twice as long as the one before, and a
    /// random part of it shorter.
    pub backoff: Duration,
    /// The longest pause that a registry can ask for; longer ones are told to the user instead.
    pub longest_wait: Duration,
    /// The folder of the Docker configuration, whose credentials are used.
    pub docker_config: Option<PathBuf>,
    /// The time, and waiting for it to pass.
    pub clock: Clock,
}

/// The time, and waiting for it to pass.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// What time it is.
    pub now: fn() -> Timestamp,
    /// Lets time pass.
    pub sleep: fn(Duration),
}

impl Default for Options {
    /// HTTPS everywhere, nobody logged in.
    fn default() -> Self {
        Self {
            insecure: BTreeSet::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            retries: 4,
            backoff: Duration::from_millis(250),
            longest_wait: Duration::from_secs(60),
            docker_config: None,
            clock: Clock { now: Timestamp::now, sleep: std::thread::sleep },
        }
    }
}

impl Options {
    /// The same, as whoever runs this is logged in: with the Docker configuration that
    /// `DOCKER_CONFIG` names, or the one at home.
    pub fn of_this_user() -> Self {
        Self { docker_config: default_folder(), ..Self::default() }
    }
}
