//! `secret_store`: from where secrets come into a cluster.

use crate::component::drawn::{Drawn, Family, Meaning};
use serde_json::json;

use crate::block;
use crate::component::{Component, Flux, HelmRelease, Outputs, PodRole};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::Stack;
use crate::stack::check::Check;
use crate::stack::field::{Literal, Ref};
use crate::stack::lower::Lower;
use crate::stack::manifests::{Manifests, object, with};
use crate::value::KubernetesName;

block! {
    /// Secrets Manager, as External Secrets reads it for a cluster (External Secrets Operator,
    /// "ClusterSecretStore"): with the role of its own pods, and no key.
    pub struct SecretStore {
        /// Its name in the cluster.
        name: Option<Literal<KubernetesName>>,
        /// The Flux that brings it into the cluster.
        flux: Ref<Flux>,
        /// The release of the chart `external-secrets`, whose version says which API it has.
        release: Ref<HelmRelease>,
        /// The role of its pods. Only secrets whose names begin as the role's `secrets` do can be
        /// read.
        role: Ref<PodRole>,
    }
}

impl Component for SecretStore {
    const KIND: &'static str = "secret_store";
    const FILE: &'static str = "secret_stores.tf";
    const DRAWN: Drawn = Drawn::new(Family::Security, Meaning::USED);

    fn outputs() -> Outputs {
        Outputs::Known(Vec::new())
    }

    fn check(&self, check: &Check<'_>) {
        if check.stack.settings.region.literal().is_none() {
            check.report(
                Diagnostic::error(codes::NOT_LITERAL, "only Terraform knows the stack's region")
                    .at(self.origin.head, "is read by Kubernetes")
                    .help("write the region out in the `stack` block"),
            );
        }
        let Some(release) = check.get(&self.release) else { return };
        if release.chart() != Some("external-secrets") {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("`helm_release.{}` is no External Secrets", self.release.label),
                )
                .at(self.release.span, "")
                .help("name the release of the chart `external-secrets`"),
            );
        }
        let Some(role) = check.get(&self.role) else { return };
        if role.secrets.is_empty() {
            check.report(
                Diagnostic::error(codes::NO_ACCESS, "its role reads no secret")
                    .at(self.role.span, "")
                    .also(role.origin.head, "the role")
                    .help("add `secrets = [\"/…/\"]` to the role: how their names begin"),
            );
        }
        if role.namespace.template() != release.namespace() {
            check.report(
                Diagnostic::error(codes::CONFLICT, "its role is for pods of another namespace")
                    .at(self.role.span, "")
                    .also(role.origin.field("namespace"), "the role's")
                    .also(release.origin.field("namespace"), "the release's")
                    .help(format!("let the role say `namespace = \"{}\"`", release.namespace())),
            );
        }
    }

    fn lower(&self, _lower: &mut Lower<'_>) {}

    fn manifests(&self, manifests: &mut Manifests<'_>) {
        let region = manifests.stack.settings.region.template();
        let api = self.api(manifests.stack);
        let store = object(api, "ClusterSecretStore", &self.name(manifests.label), None);
        let spec = json!({"provider": {"aws": {"service": "SecretsManager", "region": region}}});
        manifests
            .add(&format!("stores/{}.yaml", self.name(manifests.label)), with(store, "spec", spec));
    }
}

impl SecretStore {
    /// Its name in the cluster.
    pub fn name(&self, label: &str) -> String {
        super::flux::name_or(self.name.as_ref(), label)
    }

    /// The API of its version of External Secrets (External Secrets Operator, "Stability and
    /// Support"): v1 is of 0.16.
    pub fn api(&self, stack: &Stack) -> &'static str {
        let version = stack.get(&self.release).map(|release| &release.version.version);
        match version {
            Some(version) if (version.major, version.minor) < (0, 16) => {
                "external-secrets.io/v1beta1"
            }
            _ => "external-secrets.io/v1",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{CLUSTER, manifest, problems};

    const STORE: &str = r#"
secret_store "main" {
  flux    = flux.main
  release = helm_release.secrets
  role    = pod_role.secrets
}
pod_role "secrets" {
  cluster         = kubernetes_cluster.main
  namespace       = "external-secrets"
  service_account = "external-secrets"
  secrets         = ["/prod/"]
}
helm_release "secrets" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "external-secrets"
  repository = "https://charts.external-secrets.io"
  chart      = "external-secrets"
  version    = "0.15.1"
}
"#;

    #[test]
    fn a_store_has_the_api_of_its_operator() {
        let text = format!("{STORE}{CLUSTER}");
        assert!(manifest("stores/main.yaml", &text).contains("external-secrets.io/v1beta1"));
        let newer = text.replace("0.15.1", "0.16.0");
        assert!(manifest("stores/main.yaml", &newer).contains("external-secrets.io/v1\n"));
    }

    #[test]
    fn a_store_reads_secrets_with_the_role_of_its_operator() {
        let text = STORE
            .replace("chart      = \"external-secrets\"", "chart = \"web\"")
            .replace("  namespace       = \"external", "  namespace       = \"other");
        insta::assert_snapshot!(problems(&format!("{text}{CLUSTER}")), @r#"
        3:13 SW312 `helm_release.secrets` is no External Secrets; name the release of the chart `external-secrets`
        4:13 SW312 its role is for pods of another namespace; let the role say `namespace = "external-secrets"`
        "#);
    }
}
