//! `pod_role`: what a pod may do in AWS.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::task::Statement;
use crate::component::{Component, KubernetesCluster, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Ref, Table};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{Arn, KmsKeyArn, KubernetesName, RoleName, SecretName};
use crate::{block, module_source, outputs};

block! {
    /// An IAM role that the pods of one service account have, by EKS Pod Identity (Amazon EKS User
    /// Guide, "Learn how EKS Pod Identity grants pods access to AWS services"): no annotation and
    /// no key in the cluster.
    ///
    /// ```hcl
    /// pod_role "external_secrets" {
    ///   cluster         = kubernetes_cluster.main
    ///   namespace       = "external-secrets"
    ///   service_account = "external-secrets"
    ///   secrets         = ["/production/"]
    /// }
    /// ```
    pub struct PodRole {
        /// Its name.
        name: Option<Value<RoleName>>,
        /// The cluster whose pods have it, which has the add-on `eks-pod-identity-agent`.
        cluster: Ref<KubernetesCluster>,
        /// The namespace of the service account. Changing it makes another association.
        namespace: Value<KubernetesName>,
        /// The service account. Changing it makes another association.
        service_account: Value<KubernetesName>,
        /// The beginnings of the names of secrets that it reads, with `/` at their ends:
        /// `["/production/"]`. Secrets of other environments are out of its reach.
        secrets: Vec<Literal<SecretName>>,
        /// The keys that those secrets are encrypted with, where these are not AWS's own.
        secrets_kms_key_arns: Vec<Value<KmsKeyArn>>,
        /// What else it may do.
        statement: Table<Statement>,
        /// Policies of AWS or of the account that it has, too.
        managed_policy_arns: Vec<Value<Arn>>,
    }
}

impl Component for PodRole {
    const KIND: &'static str = "pod_role";
    const FILE: &'static str = "pod_roles.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Security, Meaning::USED).fields(&[("statement", Meaning::ACCESS)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("pod_role"));

    fn outputs() -> Outputs {
        outputs! {
            "The role's ARN." arn,
            "The role's name, to attach policies to." name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let text = |name, doc| FieldInfo::derived(name, <Value<String>>::ty(), doc);
        vec![
            text("account", "The number of the account that the secrets are in."),
            text("partition", "The partition that the account is in: aws."),
            text("region", "The region that the secrets are in."),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        if let Some(cluster) = check.get(&self.cluster)
            && !cluster.addon.rows.contains_key("eks-pod-identity-agent")
        {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("no pod of `kubernetes_cluster.{}` would get it", self.cluster.label),
                )
                .at(self.cluster.span, "")
                .also(cluster.origin.head, "has no add-on `eks-pod-identity-agent`")
                .help("add `addon \"eks-pod-identity-agent\" { version = \"v…\" }` to the cluster"),
            );
        }
        if self.secrets.is_empty()
            && self.statement.is_empty()
            && self.managed_policy_arns.is_empty()
        {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "the role may do nothing")
                    .at(self.origin.head, "")
                    .help("add `secrets`, a `statement` or `managed_policy_arns`"),
            );
        }
        for prefix in self.secrets.iter().filter(|prefix| !prefix.as_str().ends_with('/')) {
            check.report(
                Diagnostic::error(
                    codes::OPEN_TRUST,
                    format!("`{}` is the beginning of other names, too", prefix.as_str()),
                )
                .at(self.origin.field("secrets"), "")
                .help(format!("end it with a `/`: `{}/`", prefix.as_str())),
            );
        }
        // Two associations of one service account are one in EKS.
        let same = |other: &Self| {
            other.cluster == self.cluster
                && other.namespace == self.namespace
                && other.service_account == self.service_account
        };
        let first = check.stack.all::<Self>().into_iter().find(|(_, other)| same(other));
        if let Some((first, other)) = first.filter(|(label, _)| *label != check.label) {
            check.report(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("`pod_role.{first}` is of the same service account"),
                )
                .at(self.origin.field("service_account"), "")
                .also(other.origin.field("service_account"), "the other one")
                .help("a service account has one role: write one `pod_role`"),
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.role("");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        let account = lower.data("aws_caller_identity", "current");
        let partition = lower.data("aws_partition", "current");
        call.set("account", Expr::raw(format!("{account}.account_id")));
        call.set("partition", Expr::raw(format!("{partition}.partition")));
        call.set("region", lower.settings().region.expr());
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
kubernetes_cluster "main" {
  version = "1.33"
  network = network.main
  access "a" {
    principal_arn = "arn:aws:iam::123456789012:role/a"
    policy        = "AmazonEKSClusterAdminPolicy"
  }
  addon "eks-pod-identity-agent" { version = "v1.3.7-eksbuild.2" }
}
network "main" { cidr = "10.0.0.0/16" }
"#;

    fn role(fields: &str) -> String {
        format!(
            "pod_role \"app\" {{\n  cluster = kubernetes_cluster.main\n  namespace = \"app\"\n  service_account = \"app\"\n{fields}\n}}\n{BASE}"
        )
    }

    #[test]
    fn a_role_reads_the_secrets_of_its_environment() {
        insta::assert_snapshot!(rendered("pod_roles.tf", &role("  secrets = [\"/prod/\"]")), @r#"
        module "pod_role_app" {
          source = "../../modules/pod_role"

          name            = "test-app"
          cluster         = module.kubernetes_cluster_main
          namespace       = "app"
          service_account = "app"
          secrets         = ["/prod/"]
          account         = data.aws_caller_identity.current.account_id
          partition       = data.aws_partition.current.partition
          region          = "us-west-2"
        }
        "#);
    }

    #[test]
    fn the_beginning_of_a_name_ends_with_a_slash() {
        insta::assert_snapshot!(problems(&role("  secrets = [\"/prod\"]")), @"5:13 SW343 `/prod` is the beginning of other names, too; end it with a `/`: `/prod/`");
    }

    #[test]
    fn a_role_is_for_pods_that_get_it_and_for_something() {
        let without = role("").replace("eks-pod-identity-agent", "snapshot-controller");
        insta::assert_snapshot!(problems(&without), @r#"
        1:1 SW103 the role may do nothing; add `secrets`, a `statement` or `managed_policy_arns`
        2:13 SW312 no pod of `kubernetes_cluster.main` would get it; add `addon "eks-pod-identity-agent" { version = "v…" }` to the cluster
        "#);
        let again = role("  secrets = [\"/prod/\"]");
        let again = format!(
            "{}{again}",
            again.split("\nkubernetes_cluster").next().unwrap().replace("\"app\" {", "\"first\" {")
        );
        insta::assert_snapshot!(problems(&again), @"4:21 SW313 `pod_role.app` is of the same service account; a service account has one role: write one `pod_role`");
    }
}
