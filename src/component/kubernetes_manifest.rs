//! `kubernetes_manifest`: any other object in a cluster.

use crate::component::drawn::{Drawn, Family, Meaning};
use serde_json::{Map as JsonMap, Value as Json};

use crate::block;
use crate::component::helm_release::Values;
use crate::component::{Component, Flux, KubernetesCluster, Outputs, flux};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::check::Check;
use crate::stack::field::{Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::manifests::Manifests;
use crate::value::KubernetesVersion;

block! {
    /// An object in a cluster that no other component describes, as it is: a role, a job on a
    /// schedule, a policy.
    pub struct KubernetesManifest {
        /// The cluster that it is in, which must have its API.
        cluster: Ref<KubernetesCluster>,
        /// The Flux that brings it into the cluster.
        flux: Ref<Flux>,
        /// The object: `apiVersion`, `kind`, `metadata` and the rest.
        object: Unpassed<Values>,
    }
}

/// APIs that are gone: group and version, from which minor version on, and what took their place
/// (Kubernetes, "Deprecated API Migration Guide").
const REMOVED: [(&str, u32, &str); 16] = [
    ("apps/v1beta1", 16, "apps/v1"),
    ("apps/v1beta2", 16, "apps/v1"),
    ("extensions/v1beta1", 22, "networking.k8s.io/v1, for an Ingress"),
    ("admissionregistration.k8s.io/v1beta1", 22, "admissionregistration.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", 22, "apiextensions.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", 22, "networking.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", 22, "rbac.authorization.k8s.io/v1"),
    ("batch/v1beta1", 25, "batch/v1"),
    ("discovery.k8s.io/v1beta1", 25, "discovery.k8s.io/v1"),
    ("policy/v1beta1", 25, "policy/v1"),
    ("autoscaling/v2beta1", 25, "autoscaling/v2"),
    ("autoscaling/v2beta2", 26, "autoscaling/v2"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", 26, "flowcontrol.apiserver.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", 27, "storage.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", 29, "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", 32, "flowcontrol.apiserver.k8s.io/v1"),
];

/// APIs that are younger than the oldest cluster: since which minor version they are.
const ADDED: [(&str, u32); 2] =
    [("flowcontrol.apiserver.k8s.io/v1", 29), ("resource.k8s.io/v1", 34)];

/// Whether a cluster has an API, as far as that is known.
///
/// # Errors
/// Why it has not, and what to do.
pub fn served(api: &str, version: KubernetesVersion) -> Result<(), (String, String)> {
    let minor = version.minor();
    if let Some((_, since, instead)) =
        REMOVED.iter().find(|(known, since, _)| *known == api && minor >= *since)
    {
        let message =
            format!("`{api}` is gone since Kubernetes 1.{since}, and the cluster has {version}");
        return Err((message, format!("use `{instead}`")));
    }
    if let Some((_, since)) = ADDED.iter().find(|(known, since)| *known == api && minor < *since) {
        let message =
            format!("`{api}` comes with Kubernetes 1.{since}, and the cluster has {version}");
        return Err((message, "raise the cluster's `version`, or use an older API".to_owned()));
    }
    Ok(())
}

impl Component for KubernetesManifest {
    const KIND: &'static str = "kubernetes_manifest";
    const FILE: &'static str = "kubernetes_manifests.tf";
    const DRAWN: Drawn = Drawn::new(Family::Compute, Meaning::USED);

    fn outputs() -> Outputs {
        Outputs::Known(Vec::new())
    }

    fn check(&self, check: &Check<'_>) {
        let place = self.origin.field("object");
        let report = |code, message: String, help: &str| {
            check.report(Diagnostic::error(code, message).at(place, "").help(help));
        };
        flux::check_cluster(check, &self.flux, &self.cluster, self.origin.field("flux"));
        let Some(object) = &self.object.data else {
            let help = "write it out";
            return report(
                codes::NOT_LITERAL,
                "Kubernetes knows only what is written".to_owned(),
                help,
            );
        };
        let text = |name: &str| object.get(name).and_then(Json::as_str);
        let name = object.get("metadata").and_then(|metadata| metadata.get("name"));
        for (field, found) in [
            ("apiVersion", text("apiVersion")),
            ("kind", text("kind")),
            ("metadata.name", name.and_then(Json::as_str)),
        ] {
            if found.is_none_or(str::is_empty) {
                let message = format!("the object has no `{field}`");
                report(
                    codes::MISSING_FIELD,
                    message,
                    "every object of Kubernetes has `apiVersion`, `kind` and `metadata`",
                );
            }
        }
        if text("kind") == Some("Secret") {
            let help = "use `secret` and the `secrets` of a `kubernetes_service`: their values stay out of the repository";
            report(codes::SECRET_WRITTEN, "a Secret stands in the description".to_owned(), help);
        }
        if let (Some(api), Some(cluster)) = (text("apiVersion"), check.get(&self.cluster))
            && let Err((message, help)) = served(api, cluster.version.0.0)
        {
            report(codes::VERSION_SKEW, message, &help);
        }
    }

    fn lower(&self, _lower: &mut Lower<'_>) {}

    fn manifests(&self, manifests: &mut Manifests<'_>) {
        let Some(Json::Object(written)) = &self.object.data else { return };
        let mut object = JsonMap::new();
        for first in ["apiVersion", "kind", "metadata", "spec"] {
            object.extend(written.get(first).map(|value| (first.to_owned(), value.clone())));
        }
        for (key, value) in written {
            object.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let file = format!("manifests/{}.yaml", flux::name_or(None, manifests.label));
        manifests.add(&file, Json::Object(object));
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{CLUSTER, manifest, problems};

    fn object(fields: &str) -> String {
        format!(
            "kubernetes_manifest \"clean\" {{\n  cluster = kubernetes_cluster.main\n  flux = flux.main\n  object = {fields}\n}}\n{CLUSTER}"
        )
    }

    #[test]
    fn an_object_is_written_as_people_write_it() {
        let text = object(
            "{\n    kind = \"CronJob\"\n    spec = { schedule = \"@weekly\" }\n    metadata = { name = \"clean\" }\n    apiVersion = \"batch/v1\"\n  }",
        );
        insta::assert_snapshot!(manifest("manifests/clean.yaml", &text), @r#"
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: clean
        spec:
          schedule: "@weekly"
        "#);
    }

    #[test]
    fn an_api_that_the_cluster_has_not_is_refused() {
        let old =
            "{ apiVersion = \"batch/v1beta1\", kind = \"CronJob\", metadata = { name = \"a\" } }";
        insta::assert_snapshot!(problems(&object(old)), @"4:12 SW352 `batch/v1beta1` is gone since Kubernetes 1.25, and the cluster has 1.33; use `batch/v1`");
        let young = "{ apiVersion = \"resource.k8s.io/v1\", kind = \"DeviceClass\", metadata = { name = \"a\" } }";
        insta::assert_snapshot!(problems(&object(young)), @"4:12 SW352 `resource.k8s.io/v1` comes with Kubernetes 1.34, and the cluster has 1.33; raise the cluster's `version`, or use an older API");
    }

    #[test]
    fn a_secret_does_not_stand_in_a_description() {
        insta::assert_snapshot!(problems(&object("{ apiVersion = \"v1\", kind = \"Secret\" }")), @"
        4:12 SW103 the object has no `metadata.name`; every object of Kubernetes has `apiVersion`, `kind` and `metadata`
        4:12 SW207 a Secret stands in the description; use `secret` and the `secrets` of a `kubernetes_service`: their values stay out of the repository
        ");
    }
}
