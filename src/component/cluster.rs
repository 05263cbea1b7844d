//! `cluster`: where tasks run.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::{Component, ModuleSource, Network, Outputs};
use crate::hcl::Expr;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{ClusterName, HostName};
use crate::{block, choice, module_source, outputs};

block! {
    /// An ECS cluster on Fargate, and the network that its tasks run in.
    pub struct Cluster {
        /// Its name.
        name: Option<Value<ClusterName>>,
        /// The network of its tasks.
        network: Unpassed<Ref<Network>>,
        /// The namespace of Cloud Map in which its services have names, `shop.internal`: a private
        /// hosted zone of the network. Changing it makes another one.
        namespace: Option<Value<HostName>>,
        /// Which metrics of its tasks CloudWatch gathers. They cost money for each task: with many
        /// short tasks, more than the tasks themselves.
        container_insights: Value<ContainerInsights> = Value::Literal(ContainerInsights::Disabled),
    }
}

choice! {
    /// Container Insights (Amazon CloudWatch User Guide, "Container Insights").
    pub enum ContainerInsights {
        /// CPU and memory of each service, which cost nothing.
        Disabled = "disabled",
        /// Also those of clusters and tasks.
        Enabled = "enabled",
        /// Also those of containers.
        Enhanced = "enhanced",
    }
}

impl Component for Cluster {
    const KIND: &'static str = "cluster";
    const FILE: &'static str = "clusters.tf";
    const DRAWN: Drawn = Drawn::new(Family::Compute, Meaning::In);
    const MODULE: Option<ModuleSource> = Some(module_source!("cluster"));

    fn outputs() -> Outputs {
        outputs! {
            "The cluster's ARN." arn,
            "The cluster's name." name,
            "The ARN of its namespace, `null` where it has none." namespace_arn,
            "The id of its namespace, `null` where it has none." namespace_id,
            "The name of its namespace, `null` where it has none." namespace_name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let doc = "The network in which its namespace is known.";
        vec![FieldInfo::derived("network", Ref::<Network>::ty(), doc).optional()]
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("cluster");
        if let Some(namespace) = &self.namespace {
            names.add_in(&self.network.label, "namespace", namespace.template());
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        if self.namespace.is_some() {
            call.set("network", self.network.argument().unwrap_or(Expr::Null));
        }
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    #[test]
    fn a_cluster_is_called_after_its_stack_and_says_nothing_of_its_network() {
        insta::assert_snapshot!(rendered("clusters.tf", r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
"#), @r#"
        module "cluster_main" {
          source = "../../modules/cluster"

          name = "test-main"
        }
        "#);
    }

    #[test]
    fn container_insights_are_asked_for() {
        insta::assert_snapshot!(rendered("clusters.tf", r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" {
  name    = "univaf-cluster"
  network = network.main
  # Worth the money here.
  container_insights = "enhanced"
}
"#), @r#"
        module "cluster_main" {
          source = "../../modules/cluster"

          name = "univaf-cluster"

          # Worth the money here.
          container_insights = "enhanced"
        }
        "#);
    }

    #[test]
    fn a_cluster_needs_a_network() {
        insta::assert_snapshot!(problems("cluster \"main\" {}"), @"1:1 SW103 `network` is missing; add `network = …`: `network.…`");
    }
}
