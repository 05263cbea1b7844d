//! How registries are asked: what every command that does takes.

use std::collections::BTreeSet;

use crate::image::registry::{Host, Options, Registry};
use clap::Args;

/// How registries are asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Registry options")]
pub struct RegistryArgs {
    /// Where the stack's own repositories are, if it does not say its `account`
    #[arg(long, value_name = "HOST")]
    registry: Option<Host>,

    /// Speak plain HTTP to this host, given as in an address; may stand several times
    #[arg(long = "insecure-registry", value_name = "HOST")]
    insecure: Vec<Host>,
}

impl RegistryArgs {
    /// Where the own repositories are of a stack that does not say its account.
    pub fn own(&self) -> Option<&Host> {
        self.registry.as_ref()
    }

    /// A client that is logged in where whoever runs this is.
    pub fn open(&self) -> Registry {
        let insecure: BTreeSet<Host> = self.insecure.iter().cloned().collect();
        Registry::new(Options { insecure, ..Options::of_this_user() })
    }
}
