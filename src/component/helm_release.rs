//! `helm_release`: a chart in a cluster.

use crate::component::drawn::{Drawn, Family, Meaning};
use hcl::edit::expr::{Expression as Source, ObjectKey};
use serde_json::{Map as JsonMap, Value as Json, json};

use crate::component::{Component, Flux, Image, KubernetesCluster, ModuleSource, Outputs, flux};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::{Block, Expr};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Any, Field, Literal, Map, Ref, Type, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::manifests::{Manifests, object, with};
use crate::stack::read::Reader;
use crate::stack::value::{Reference, Value};
use crate::stack::{Id, Stack};
use crate::value::{KubernetesName, PinnedVersion, Scalar as _, Whole};
use crate::{block, module_source, outputs};

block! {
    /// A chart of Helm in a cluster, made by Terraform, or by Flux where one is named.
    ///
    /// Through Terraform it is there before anything that Flux does, and its values can be what
    /// Terraform knows. Through Flux it is mended when somebody changes it by hand, and needs no
    /// way from Terraform into the cluster.
    ///
    /// ```hcl
    /// helm_release "ingress" {
    ///   cluster    = kubernetes_cluster.main
    ///   namespace  = "ingress"
    ///   repository = "https://kubernetes.github.io/ingress-nginx"
    ///   chart      = "ingress-nginx"
    ///   version    = "4.12.3"
    ///   values     = { controller = { replicaCount = 2 } }
    /// }
    /// ```
    pub struct HelmRelease {
        /// Its name; its label when it is not written.
        name: Option<Value<KubernetesName>>,
        /// The cluster that it is in.
        cluster: Unpassed<Ref<KubernetesCluster>>,
        /// The Flux that makes it; Terraform when none is named.
        flux: Unpassed<Option<Ref<Flux>>>,
        /// Its namespace, which is made where it is not there.
        namespace: Value<KubernetesName>,
        /// Where the chart is kept: `https://…` or `oci://…`.
        repository: Value<String>,
        /// The chart's name.
        chart: Value<String>,
        /// The chart's version: one, never a range.
        version: Unpassed<Literal<PinnedVersion>>,
        /// The chart's values.
        values: Unpassed<Values>,
        /// Values that hold the `repository` and `tag` of an image of the stack, by their paths in
        /// `values`, with dots: `{ "image" = image.app }`. Only through Flux.
        images: Unpassed<Map<Ref<Image>>>,
        /// Single values that Terraform knows, by their paths. A dot that is part of a key has
        /// `\\` before it: `"serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn"`. Only
        /// through Terraform.
        set: Map<Value<String>>,
        /// The releases that must be ready before. Only through Flux.
        after: Unpassed<Vec<Ref<HelmRelease>>>,
        /// For how many seconds its pods may take to be ready.
        timeout_s: Value<Whole<30, 3600>> = Value::Literal(Whole::new(300)),
    }
}

/// Values of a chart: known while reading, as far as nothing in them is an expression.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values {
    /// As written.
    any: Option<Any>,
    /// As data.
    pub data: Option<Json>,
}

impl Field for Values {
    fn ty() -> Type {
        Type::Any
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        if !matches!(source, Source::Object(_)) {
            reader.wrong_type(source, &Type::Map(Box::new(Type::Any)));
            return None;
        }
        Some(Self { any: Some(Any::from_expr(reader, source)?), data: data(source) })
    }

    fn absent() -> Option<Self> {
        Some(Self { any: None, data: Some(json!({})) })
    }

    fn argument(&self) -> Option<Expr> {
        self.any.as_ref().and_then(Field::argument)
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.any.iter().for_each(|any| any.add_references(out));
    }
}

/// What an expression is, where it is written out.
pub fn data(source: &Source) -> Option<Json> {
    match source {
        Source::Null(_) => Some(Json::Null),
        Source::Bool(value) => Some(json!(**value)),
        Source::String(text) => Some(json!(text.as_str())),
        Source::Number(number) => match number.as_i64() {
            Some(whole) => Some(json!(whole)),
            None => number.as_f64().map(|number| json!(number)),
        },
        Source::UnaryOp(op) => {
            let negated = data(&op.expr)?;
            let whole = negated.as_i64().map(|number| json!(-number));
            whole.or_else(|| negated.as_f64().map(|number| json!(-number)))
        }
        Source::Parenthesis(inner) => data(inner.inner()),
        Source::Array(items) => items.iter().map(data).collect(),
        Source::Object(object) => {
            let mut entries = JsonMap::new();
            for (key, value) in object.iter() {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(Source::String(text)) => text.as_str().to_owned(),
                    ObjectKey::Expression(Source::Number(number)) => number.to_string(),
                    ObjectKey::Expression(_) => return None,
                };
                entries.insert(key, data(value.expr())?);
            }
            Some(Json::Object(entries))
        }
        Source::HeredocTemplate(heredoc) => {
            let text: Option<String> = heredoc
                .template
                .iter()
                .map(|element| match element {
                    hcl::edit::template::Element::Literal(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            text.map(Json::String)
        }
        _ => None,
    }
}

impl Component for HelmRelease {
    const KIND: &'static str = "helm_release";
    const FILE: &'static str = "helm_releases.tf";
    const DRAWN: Drawn = Drawn::new(Family::Compute, Meaning::USED);
    const MODULE: Option<ModuleSource> = Some(module_source!("helm_release"));

    fn module(&self) -> Option<ModuleSource> {
        match &*self.flux {
            Some(_) => None,
            None => Self::MODULE,
        }
    }

    fn outputs() -> Outputs {
        outputs! {
            "The release's name." name,
            "The release's namespace." namespace,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "chart_version",
                <Value<String>>::ty(),
                "The chart's version: one, never a range.",
            ),
            FieldInfo {
                default: Some(Expr::Object(Vec::new())),
                ..FieldInfo::derived("values", Type::Any, "The chart's values.").optional()
            },
        ]
    }

    fn check(&self, check: &Check<'_>) {
        if self.name.is_none()
            && let Err(invalid) = KubernetesName::parse(&flux::name_or(None, check.label))
        {
            check.report(invalid.diagnostic(self.origin.head));
        }
        let through = |field: &str, message: &str, help: &str| {
            check.report(
                Diagnostic::error(codes::CONFLICT, message)
                    .at(self.origin.field(field), "")
                    .help(help),
            );
        };
        let Some(flux) = &*self.flux else {
            if !self.images.is_empty() {
                let help = "name them in `values`: `image = { tag = image.app.tag }`";
                through("images", "Terraform knows what images run", help);
            }
            if !self.after.is_empty() {
                through("after", "Terraform does not wait for what Flux makes", "take it out");
            }
            self.check_one_cluster(check);
            return;
        };
        flux::check_cluster(check, flux, &self.cluster, self.origin.field("flux"));
        if !self.set.is_empty() {
            through("set", "Flux knows only what is written", "write it into `values`");
        }
        if self.values.data.is_none() {
            check.report(
                Diagnostic::error(codes::NOT_LITERAL, "Flux knows only what is written")
                    .at(self.origin.field("values"), "holds an expression")
                    .help(
                        "write the values out, or let Terraform make the release: take `flux` out",
                    ),
            );
        }
        let fields = [
            ("name", self.name.as_ref().is_some_and(|it| it.literal().is_none())),
            ("namespace", self.namespace.literal().is_none()),
            ("repository", self.repository.literal().is_none()),
            ("chart", self.chart.literal().is_none()),
            ("timeout_s", self.timeout_s.literal().is_none()),
        ];
        for (field, _) in fields.into_iter().filter(|(_, expression)| *expression) {
            check.report(
                Diagnostic::error(codes::NOT_LITERAL, "Flux knows only what is written")
                    .at(self.origin.field(field), "an expression")
                    .help("write it out"),
            );
        }
        for after in self.after.iter() {
            if let Some(other) = check.get(after)
                && other.flux.is_none()
            {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        "Flux does not wait for what Terraform makes",
                    )
                    .at(after.span, "")
                    .also(other.origin.head, "made by Terraform")
                    .help("take it out: Terraform was there before"),
                );
            }
        }
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        if self.flux.is_some() {
            return;
        }
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", self.flux_name(lower.label));
        }
        call.set_after("chart", "chart_version", self.version.to_string());
        if let Some(values) = self.values.argument() {
            call.set("values", values);
        }
        lower.add_call::<Self>(call);
    }

    fn manifests(&self, manifests: &mut Manifests<'_>) {
        let Some(flux) = self.flux.as_ref().and_then(|flux| manifests.stack.get(flux)) else {
            return;
        };
        let name = self.flux_name(manifests.label);
        let file = format!("releases/{name}.yaml");
        let url = self.repository.template();
        let spec = match url.starts_with("oci://") {
            true => json!({"interval": "1h", "type": "oci", "url": url}),
            false => json!({"interval": "1h", "url": url}),
        };
        let source =
            object("source.toolkit.fluxcd.io/v1", "HelmRepository", &name, Some(flux.namespace()));
        manifests.add(&file, with(source, "spec", spec));

        let mut values = self.values.data.clone().unwrap_or_default();
        for (path, image) in self.images.iter() {
            if let Some(shipped) = manifests.image(image) {
                // Charts join both with a colon; a digest goes behind the tag.
                let tag = match (shipped.tag, shipped.digest) {
                    (Some(Json::String(tag)), Some(digest)) => json!(format!("{tag}@{digest}")),
                    (tag, _) => tag.unwrap_or_default(),
                };
                put(&mut values, path, "repository", json!(shipped.repository));
                put(&mut values, path, "tag", tag);
            }
        }
        let after: Vec<Json> = self
            .after
            .iter()
            .filter_map(|after| Some((after, manifests.stack.get(after)?)))
            .map(|(after, release)| json!({"name": release.flux_name(&after.label)}))
            .collect();
        let spec = json!({
            "chart": {
                "spec": {
                    "chart": self.chart.template(),
                    "reconcileStrategy": "ChartVersion",
                    "sourceRef": {"kind": "HelmRepository", "name": name},
                    "version": self.version.to_string(),
                },
            },
        });
        let spec = with(spec, "dependsOn", after);
        let spec = with(spec, "driftDetection", json!({"mode": "enabled"}));
        let spec = with(
            spec,
            "install",
            json!({"crds": "CreateReplace", "createNamespace": true, "remediation": {"retries": 3}}),
        );
        let spec = with(spec, "interval", "10m");
        let spec = with(spec, "releaseName", name.as_str());
        let spec = with(spec, "storageNamespace", self.namespace());
        let spec = with(spec, "targetNamespace", self.namespace());
        let spec = with(spec, "timeout", format!("{}s", self.timeout_s.template()));
        let spec =
            with(spec, "upgrade", json!({"crds": "CreateReplace", "remediation": {"retries": 3}}));
        let spec = with(spec, "values", values);
        let release =
            object("helm.toolkit.fluxcd.io/v2", "HelmRelease", &name, Some(flux.namespace()));
        manifests.add(&file, with(release, "spec", spec));
    }
}

/// Sets a field of a map in values, which is made where it is not there.
fn put(values: &mut Json, path: &str, field: &str, value: Json) {
    let mut at = values;
    for key in path.split('.').filter(|key| !key.is_empty()) {
        if !at.is_object() {
            *at = json!({});
        }
        at = match at {
            Json::Object(entries) => entries.entry(key).or_insert_with(|| json!({})),
            _ => return,
        };
    }
    if !at.is_object() {
        *at = json!({});
    }
    if let Json::Object(entries) = at {
        entries.insert(field.to_owned(), value);
    }
}

impl HelmRelease {
    /// The chart, where it is written.
    pub fn chart(&self) -> Option<&str> {
        self.chart.literal().map(String::as_str)
    }

    /// The namespace that it is in.
    pub fn namespace(&self) -> String {
        self.namespace.template()
    }

    /// Its name in the cluster.
    fn flux_name(&self, label: &str) -> String {
        match &self.name {
            Some(name) => name.template(),
            None => flux::name_or(None, label),
        }
    }

    /// Terraform's provider goes into one cluster.
    fn check_one_cluster(&self, check: &Check<'_>) {
        let first = check.stack.all::<Self>().into_iter().find(|(_, other)| other.flux.is_none());
        let Some((_, first)) = first.filter(|(_, first)| first.cluster.0 != self.cluster.0) else {
            return;
        };
        check.report(
            Diagnostic::error(codes::CONFLICT, "Terraform goes into one cluster of a root")
                .at(self.cluster.span, "")
                .also(first.cluster.span, "another one")
                .help("make one of them through Flux, or in a stack of its own"),
        );
    }
}

/// The provider that goes into the cluster of a stack, where Terraform makes releases in this root.
pub fn provider(stack: &Stack) -> Option<Block> {
    let releases = stack.all::<HelmRelease>();
    let (_, release) = releases.into_iter().find(|(label, release)| {
        let id = Id { kind: HelmRelease::KIND, label: (*label).to_owned() };
        release.flux.is_none() && stack.is_here(&id)
    })?;
    let cluster = KubernetesCluster::address(&release.cluster.label);
    let of = |attribute: &str| Expr::raw(format!("{cluster}.{attribute}"));
    let region = stack.settings.region.expr();
    let args = Expr::List(vec![
        Expr::from("eks"),
        Expr::from("get-token"),
        Expr::from("--cluster-name"),
        of("name"),
        Expr::from("--region"),
        region,
    ]);
    let exec = Expr::object([
        ("api_version", Expr::from("client.authentication.k8s.io/v1beta1")),
        ("command", Expr::from("aws")),
        ("args", args),
    ]);
    let kubernetes = Expr::object([
        ("host", of("endpoint")),
        ("cluster_ca_certificate", Expr::raw(format!("base64decode({cluster}.ca)"))),
        ("exec", exec),
    ]);
    Some(Block::new("provider", ["helm"]).attribute("kubernetes", kubernetes))
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{CLUSTER, manifest, problems, rendered};

    fn release(fields: &str) -> String {
        format!(
            "helm_release \"web\" {{\n  cluster = kubernetes_cluster.main\n  namespace = \"web\"\n  repository = \"https://charts.example.org\"\n  chart = \"web\"\n  version = \"1.2.3\"\n{fields}\n}}\n{CLUSTER}"
        )
    }

    #[test]
    fn terraform_makes_a_release_and_knows_its_way_into_the_cluster() {
        let text = release(
            "  values = { image = { tag = image.app.tag }, arn = kubernetes_cluster.main.arn }\n  set = { \"serviceAccount.annotations.eks\\\\.amazonaws\\\\.com/role-arn\" = var.role }",
        );
        insta::assert_snapshot!(rendered("helm_releases.tf", &text), @r#"
        module "helm_release_web" {
          source = "../../modules/helm_release"

          name          = "web"
          namespace     = "web"
          repository    = "https://charts.example.org"
          chart         = "web"
          chart_version = "1.2.3"
          values        = { image = { tag = local.images.app.tag }, arn = module.kubernetes_cluster_main.arn }

          set = {
            "serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn" = var.role
          }
        }
        "#);
        insta::assert_snapshot!(rendered("providers.tf", &text), @r#"
        provider "aws" {
          region = "us-west-2"

          default_tags {
            tags = {
              Stack = "test"
            }
          }
        }

        provider "helm" {
          kubernetes = {
            host                   = module.kubernetes_cluster_main.endpoint
            cluster_ca_certificate = base64decode(module.kubernetes_cluster_main.ca)
            exec = {
              api_version = "client.authentication.k8s.io/v1beta1"
              command     = "aws"
              args = [
                "eks",
                "get-token",
                "--cluster-name",
                module.kubernetes_cluster_main.name,
                "--region",
                "us-west-2",
              ]
            }
          }
        }
        "#);
    }

    #[test]
    fn flux_makes_a_release_with_the_image_that_is_locked() {
        let text = release(
            "  flux = flux.main\n  values = { image = { pullPolicy = \"Always\" }, a = [1, -2, true, null] }\n  images = { \"image\" = image.app, \"jobs.image\" = image.app }",
        );
        insta::assert_snapshot!(manifest("releases/web.yaml", &text), @r#"
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: HelmRepository
        metadata:
          name: web
          namespace: flux-system
        spec:
          interval: 1h
          url: https://charts.example.org
        ---
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: web
          namespace: flux-system
        spec:
          chart:
            spec:
              chart: web
              reconcileStrategy: ChartVersion
              sourceRef:
                kind: HelmRepository
                name: web
              version: "1.2.3"
          driftDetection:
            mode: enabled
          install:
            crds: CreateReplace
            createNamespace: true
            remediation:
              retries: 3
          interval: 10m
          releaseName: web
          storageNamespace: web
          targetNamespace: web
          timeout: 300s
          upgrade:
            crds: CreateReplace
            remediation:
              retries: 3
          values:
            image:
              pullPolicy: Always
              repository: example.org/app
              tag: v1
            a:
            - 1
            - -2
            - true
            - null
            jobs:
              image:
                repository: example.org/app
                tag: v1
        "#);
    }

    #[test]
    fn flux_knows_only_what_is_written() {
        let text = release(
            "  flux = flux.main\n  values = { arn = kubernetes_cluster.main.arn }\n  set = { a = \"b\" }",
        );
        insta::assert_snapshot!(problems(&text), @"
        8:12 SW109 Flux knows only what is written; write the values out, or let Terraform make the release: take `flux` out
        9:9 SW312 Flux knows only what is written; write it into `values`
        ");
    }

    #[test]
    fn a_chart_is_pinned() {
        insta::assert_snapshot!(problems(&release("").replace("1.2.3", "~1.2")), @"6:13 SW201 `~1.2` is not one version; pin it: write all three numbers, like `4.11.3`; a range would change what runs by itself");
    }

    #[test]
    fn terraform_takes_no_images() {
        insta::assert_snapshot!(problems(&release("  images = { image = image.app }")), @"7:12 SW312 Terraform knows what images run; name them in `values`: `image = { tag = image.app.tag }`");
    }
}
