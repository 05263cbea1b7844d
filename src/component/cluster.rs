//! `cluster`: where tasks run.

use crate::component::{Component, ModuleSource, Network, Outputs};
use crate::stack::field::{Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::value::Value;
use crate::value::ClusterName;
use crate::{block, module_source, outputs};

block! {
    /// An ECS cluster on Fargate, and the network that its tasks run in.
    pub struct Cluster {
        /// Its name.
        name: Option<Value<ClusterName>>,
        /// The network of its tasks.
        network: Unpassed<Ref<Network>>,
    }
}

impl Component for Cluster {
    const KIND: &'static str = "cluster";
    const FILE: &'static str = "clusters.tf";
    const MODULE: Option<ModuleSource> = Some(module_source!("cluster"));

    fn outputs() -> Outputs {
        outputs! {
            "The cluster's ARN." arn,
            "The cluster's name." name,
        }
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower.add_call::<Self>(call);
    }
}
