//! `kubernetes_service`: a program in a cluster, all of it.

use crate::component::drawn::{Drawn, Family, Meaning};
use serde_json::{Map as JsonMap, Value as Json, json};

use crate::component::{
    Component, Flux, Image, KubernetesCluster, Outputs, PodRole, Secret, SecretStore, flux,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::block::Origin;
use crate::stack::check::Check;
use crate::stack::field::{Literal, Map, Ref, Table};
use crate::stack::lower::Lower;
use crate::stack::manifests::{Manifests, Shipped, object, with};
use crate::stack::value::Value;
use crate::value::{
    EnvName, HostName, Interval, KubernetesName, Port, Quantity, Scalar as _, UrlPath, Whole,
};
use crate::{block, choice};

use super::flux::Step;
use super::task::default;

mod manifests;
mod watch;

block! {
    /// One program in a cluster: its processes, all of the same image, the migration that comes
    /// before them, how it is reached, what it is told, and how it is watched. Flux brings it into
    /// the cluster, in three steps that wait for each other:
    ///
    /// 1. its namespace, settings and secrets, until the secrets are really there;
    /// 2. its migration, until that has succeeded;
    /// 3. its processes.
    ///
    /// The image stands in one place for all of them.
    pub struct KubernetesService {
        /// Its name; its label when it is not written.
        name: Option<Literal<KubernetesName>>,
        /// The cluster that it is in.
        cluster: Ref<KubernetesCluster>,
        /// The Flux that brings it there.
        flux: Ref<Flux>,
        /// Its namespace, which is its own; its name when it is not written.
        namespace: Option<Literal<KubernetesName>>,
        /// What all of its processes run.
        image: Ref<Image>,
        /// The user and group that they are.
        user: Literal<Whole<1, 65535>> = Literal(Whole::new(10001)),
        /// Environment variables, in a ConfigMap that everybody in the namespace can read.
        environment: Map<Literal<String>>,
        /// The secrets whose keys are environment variables, too. External Secrets brings their
        /// values; here are the names of the keys.
        secrets: Vec<Ref<Secret>>,
        /// From where they come.
        store: Option<Ref<SecretStore>>,
        /// What its pods may do in AWS, as the service account that is called like it.
        role: Option<Ref<PodRole>>,
        /// Its processes.
        process: Table<Process>,
        /// What is done before a new image runs.
        migration: Option<Migration>,
        /// From where it is reached.
        ingress: Option<Ingress>,
        /// Its metrics, for Prometheus.
        metrics: Option<Metrics>,
        /// What Prometheus tells of.
        alert: Table<Alert>,
        /// What Grafana shows, from top to bottom.
        panel: Table<Panel>,
    }
}

block! {
    /// One process of a program, in pods of its own.
    pub struct Process {
        /// Its command; the image's own when it is not written.
        command: Vec<Literal<String>>,
        /// The port that it listens on.
        port: Option<Literal<Port>>,
        /// How many pods there are, where nothing scales them.
        replicas: Option<Literal<Whole<0, 1000>>>,
        /// True for what must never run twice: one pod, which is gone before the next one comes.
        singleton: Literal<bool> = Literal(false),
        /// How many pods there are, by what they use. No render says how many then.
        scaling: Option<Scaling>,
        /// What a pod gets, and what it must not use more of.
        resources: Option<Resources>,
        /// Whether it must be started again. It asks the process alone: a probe that asks a
        /// database starts all of them again when that is slow.
        liveness: Option<Probe>,
        /// Whether it is sent requests.
        readiness: Option<Probe>,
        /// How many seconds it has to end.
        stop_timeout_s: Literal<Whole<1, 3600>> = Literal(Whole::new(30)),
    }
}

block! {
    /// How many pods there are.
    pub struct Scaling {
        /// At least.
        min: Literal<Whole<1, 1000>>,
        /// At most.
        max: Literal<Whole<1, 1000>>,
        /// How much of the CPU that they asked for is used, on average.
        cpu_percent: Option<Literal<Whole<1, 1000>>>,
        /// How much of the memory.
        memory_percent: Option<Literal<Whole<1, 1000>>>,
    }
}

block! {
    /// What a pod gets (Kubernetes, "Resource Management for Pods and Containers").
    pub struct Resources {
        /// The CPU that is kept for it, `100m`.
        cpu: Literal<Quantity>,
        /// The memory that is kept for it, `128Mi`.
        memory: Literal<Quantity>,
        /// The CPU that it gets at most.
        cpu_limit: Option<Literal<Quantity>>,
        /// The memory with which it is killed.
        memory_limit: Option<Literal<Quantity>>,
    }
}

block! {
    /// A question to a process (Kubernetes, "Configure Liveness, Readiness and Startup Probes").
    pub struct Probe {
        /// What is asked for on its port. Dockerflow's `/__lbheartbeat__` asks the process alone.
        path: Option<Literal<UrlPath>>,
        /// A command inside it, which must succeed.
        command: Vec<Literal<String>>,
        /// After how many seconds it is asked first.
        delay_s: Literal<Whole<0, 3600>> = Literal(Whole::new(0)),
        /// How many seconds lie between two questions.
        interval_s: Literal<Whole<1, 3600>> = Literal(Whole::new(10)),
        /// After how many seconds there was no answer.
        timeout_s: Literal<Whole<1, 3600>> = Literal(Whole::new(1)),
        /// After how many wrong answers it is believed.
        failures: Literal<Whole<1, 100>> = Literal(Whole::new(3)),
    }
}

block! {
    /// A job that succeeds before a new image runs, once an image.
    pub struct Migration {
        /// Its command.
        command: Vec<Literal<String>>,
        /// After how many seconds it has failed.
        deadline_s: Literal<Whole<1, 86_400>> = Literal(Whole::new(600)),
        /// How often it is tried again.
        retries: Literal<Whole<0, 10>> = Literal(Whole::new(0)),
    }
}

block! {
    /// From where a program is reached.
    pub struct Ingress {
        /// The class of what serves it, `nginx`.
        class: Literal<KubernetesName>,
        /// The names that it answers to.
        hosts: Vec<Literal<HostName>>,
        /// The process that answers; the only one with a port when it is not written.
        process: Option<Literal<String>>,
        /// The issuer of cert-manager that certificates come from.
        issuer: Option<Literal<KubernetesName>>,
        /// True where something before it speaks TLS.
        http_only: Literal<bool> = Literal(false),
        /// Annotations, for what serves it.
        annotations: Map<Literal<String>>,
    }
}

block! {
    /// Where Prometheus asks.
    pub struct Metrics {
        /// The path.
        path: Literal<UrlPath> = Literal(default("/metrics")),
        /// How Prometheus learns of it.
        by: Literal<Discovery> = Literal(Discovery::PodMonitor),
        /// How often it asks.
        interval: Literal<Interval> = Literal(default("1m")),
    }
}

choice! {
    /// How Prometheus learns what to ask.
    pub enum Discovery {
        /// An object of Prometheus' operator.
        PodMonitor = "pod_monitor",
        /// Annotations of pods, which the job `kubernetes-pods` reads.
        Annotations = "annotations",
    }
}

block! {
    /// What Prometheus tells of, where its operator runs (Prometheus, "Alerting rules").
    pub struct Alert {
        /// The query: it is told of what it finds.
        expr: Literal<String>,
        /// For how long that must be.
        wait: Literal<Interval> = Literal(default("5m")),
        /// How bad it is.
        severity: Literal<Severity> = Literal(Severity::Warning),
        /// What people are told.
        summary: Literal<String>,
    }
}

choice! {
    /// How bad it is.
    pub enum Severity {
        /// Somebody is to be woken.
        Critical = "critical",
        /// Somebody is to look at it.
        Warning = "warning",
        /// It is good to know.
        Info = "info",
    }
}

block! {
    /// A graph of Grafana.
    pub struct Panel {
        /// Its title.
        title: Literal<String>,
        /// The query.
        expr: Literal<String>,
        /// What a line is called, `{{status_code}}`.
        legend: Option<Literal<String>>,
        /// The unit, as Grafana calls it: `s`, `reqps`, `percentunit`.
        unit: Literal<String> = Literal("short".to_owned()),
    }
}

impl Component for KubernetesService {
    const KIND: &'static str = "kubernetes_service";
    const FILE: &'static str = "kubernetes_services.tf";
    const DRAWN: Drawn = Drawn::new(Family::Compute, Meaning::TRAFFIC);

    fn outputs() -> Outputs {
        Outputs::Known(Vec::new())
    }

    fn check(&self, check: &Check<'_>) {
        flux::check_cluster(check, &self.flux, &self.cluster, self.origin.field("flux"));
        if self.name.is_none()
            && let Err(invalid) = KubernetesName::parse(&flux::name_or(None, check.label))
        {
            check.report(invalid.diagnostic(self.origin.head));
        }
        self.check_environment(check);
        self.check_secrets(check);
        self.check_role(check);
        if self.process.is_empty() {
            missing(check, &self.origin, "it runs nothing", "add `process \"web\" { … }`");
        }
        for (label, process) in self.process.iter() {
            self.check_process(check, label, process);
        }
        if let Some(migration) = &self.migration
            && migration.command.is_empty()
        {
            missing(check, &migration.origin, "what migrates?", "add `command = [\"…\"]`");
        }
        self.check_ingress(check);
        self.check_watch(check);
        // Two of them in one namespace would share a service account and its secrets.
        let same = |(label, other): &(&str, &Self)| {
            other.cluster == self.cluster
                && other.namespace(label) == self.namespace(check.label)
                && other.name(label) == self.name(check.label)
        };
        let first = check.stack.all::<Self>().into_iter().find(same);
        if let Some((first, other)) = first.filter(|(label, _)| *label != check.label) {
            check.report(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("`kubernetes_service.{first}` has the same name and namespace"),
                )
                .at(self.origin.field("name"), "")
                .also(other.origin.head, "the other one")
                .help("give one of them another `name` or `namespace`"),
            );
        }
    }

    fn lower(&self, _lower: &mut Lower<'_>) {}

    fn manifests(&self, manifests: &mut Manifests<'_>) {
        self.render(manifests);
    }
}

fn missing(check: &Check<'_>, origin: &Origin, message: &str, help: &str) {
    check.report(Diagnostic::error(codes::MISSING_FIELD, message).at(origin.head, "").help(help));
}

impl KubernetesService {
    /// Its name in the cluster.
    pub fn name(&self, label: &str) -> String {
        flux::name_or(self.name.as_ref(), label)
    }

    /// Its namespace.
    pub fn namespace(&self, label: &str) -> String {
        self.namespace.as_ref().map_or_else(|| self.name(label), |it| it.as_str().to_owned())
    }

    /// The label of the process that requests go to.
    fn answering(&self) -> Option<(&str, &Process)> {
        let named = self.ingress.as_ref().and_then(|ingress| ingress.process.as_ref());
        match named {
            Some(name) => self.process.iter().find(|(label, _)| *label == name.as_str()),
            None => {
                let mut open = self.process.iter().filter(|(_, process)| process.port.is_some());
                open.next().filter(|_| open.next().is_none())
            }
        }
    }

    fn check_environment(&self, check: &Check<'_>) {
        for (key, entry) in &self.environment.entries {
            if let Err(invalid) = EnvName::parse(key) {
                check.report(invalid.diagnostic(entry.span));
            }
            let holder = self.secrets.iter().find(|secret| {
                let keys = check.get(secret).map(|secret| &secret.keys.0);
                keys.is_some_and(|keys| keys.iter().any(|known| known.as_str() == key))
            });
            if let Some(secret) = holder {
                check.report(
                    Diagnostic::error(
                        codes::DUPLICATE,
                        format!("`{key}` comes from `secret.{}`, too", secret.label),
                    )
                    .at(entry.span, "")
                    .also(secret.span, "the secret")
                    .help("take it out here"),
                );
            }
        }
    }

    /// A secret is one that the store can read, and says its keys: its values stay where they are.
    fn check_secrets(&self, check: &Check<'_>) {
        let Some(first) = self.secrets.first() else { return };
        let Some(store) = &self.store else {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "nobody brings its secrets")
                    .at(first.span, "")
                    .help("add `store = secret_store.…`"),
            );
            return;
        };
        let Some(store) = check.get(store) else { return };
        if store.flux != self.flux {
            check.report(
                Diagnostic::error(codes::CONFLICT, "its secrets would come into another cluster")
                    .at(self.origin.field("store"), "")
                    .also(store.flux.span, "that one")
                    .help("name a store of the same `flux`"),
            );
        }
        for reference in &self.secrets {
            let Some(secret) = check.get(reference) else { continue };
            if secret.keys.is_empty() {
                check.report(
                    Diagnostic::error(
                        codes::MISSING_FIELD,
                        format!("nobody says which variables `secret.{}` holds", reference.label),
                    )
                    .at(reference.span, "")
                    .also(secret.origin.head, "the secret")
                    .help("add `keys = [\"…\"]` to the secret"),
                );
            }
            let name = secret_name(check.stack, &reference.label, secret);
            let Some(role) = check.get(&store.role) else { continue };
            match name {
                None => check.report(
                    Diagnostic::error(
                        codes::NOT_LITERAL,
                        format!("only Terraform knows the name of `secret.{}`", reference.label),
                    )
                    .at(reference.span, "is read by Kubernetes")
                    .help("write the name out"),
                ),
                Some(name) if !role.secrets.iter().any(|it| name.starts_with(it.as_str())) => {
                    let prefixes: Vec<_> =
                        role.secrets.iter().map(|it| format!("`{}`", it.as_str())).collect();
                    check.report(
                        Diagnostic::error(
                            codes::NO_ACCESS,
                            format!(
                                "its store cannot read `{name}`: it reads what begins with {}",
                                prefixes.join(", ")
                            ),
                        )
                        .at(reference.span, "")
                        .also(role.origin.field("secrets"), "the store's role")
                        .help("give the secret such a name, or the role another beginning"),
                    );
                }
                Some(_) => {}
            }
        }
    }

    /// A pod identity is found by the name of the service account.
    fn check_role(&self, check: &Check<'_>) {
        let Some(reference) = &self.role else { return };
        let Some(role) = check.get(reference) else { return };
        let (name, namespace) = (self.name(check.label), self.namespace(check.label));
        for (field, theirs, ours) in [
            ("service_account", role.service_account.literal(), &name),
            ("namespace", role.namespace.literal(), &namespace),
        ] {
            if theirs.is_some_and(|theirs| theirs.as_str() != ours) {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("`pod_role.{}` is for other pods", reference.label),
                    )
                    .at(reference.span, "")
                    .also(role.origin.field(field), "these")
                    .help(format!("let the role say `{field} = \"{ours}\"`")),
                );
            }
        }
    }

    fn check_process(&self, check: &Check<'_>, label: &str, process: &Process) {
        let conflict = |field: &str, message: String, help: &str| {
            let place = process.origin.field(field);
            check.report(Diagnostic::error(codes::CONFLICT, message).at(place, "").help(help));
        };
        let whole = format!("{}-{label}", self.name(check.label));
        if let Err(invalid) = KubernetesName::parse(&whole) {
            check.report(invalid.diagnostic(process.origin.head));
        }
        if *process.singleton {
            let help = "leave it out, or `singleton = true`";
            if process.scaling.is_some() {
                conflict(
                    "scaling",
                    format!("`{label}` must never run twice, and would be scaled"),
                    help,
                );
            }
            if process.replicas.is_some_and(|replicas| replicas.get() > 1) {
                conflict("replicas", format!("`{label}` must never run twice"), help);
            }
        }
        if let (Some(scaling), Some(_)) = (&process.scaling, &process.replicas) {
            check.report(
                Diagnostic::error(codes::CONFLICT, "the autoscaler says how many there are")
                    .at(process.origin.field("replicas"), "would take that back")
                    .also(scaling.origin.head, "the autoscaler")
                    .help("leave `replicas` out"),
            );
        }
        if let Some(scaling) = &process.scaling {
            if scaling.min.get() > scaling.max.get() {
                check.report(
                    Diagnostic::error(
                        codes::INVERTED_BOUNDS,
                        format!("at least {}, but at most {}", scaling.min.0, scaling.max.0),
                    )
                    .at(scaling.origin.field("min"), "")
                    .help("use a smaller `min`, or a greater `max`"),
                );
            }
            if scaling.cpu_percent.is_none() && scaling.memory_percent.is_none() {
                missing(
                    check,
                    &scaling.origin,
                    "nothing says when to scale",
                    "add `cpu_percent = 80`",
                );
            } else if process.resources.is_none() {
                let help = "add `resources { cpu = \"100m\", … }` as a block";
                missing(
                    check,
                    &process.origin,
                    "a share of nothing: what do its pods ask for?",
                    help,
                );
            }
        }
        if let Some(resources) = &process.resources {
            for (field, least, most) in [
                ("cpu_limit", &resources.cpu, &resources.cpu_limit),
                ("memory_limit", &resources.memory, &resources.memory_limit),
            ] {
                if let Some(most) =
                    most.as_ref().filter(|most| most.thousandths < least.thousandths)
                {
                    check.report(
                        Diagnostic::error(
                            codes::INVERTED_BOUNDS,
                            format!("`{}` is less than what it asks for, `{}`", most.0, least.0),
                        )
                        .at(resources.origin.field(field), "")
                        .help("let a limit be at least as much"),
                    );
                }
            }
        }
        for (name, probe) in [("liveness", &process.liveness), ("readiness", &process.readiness)] {
            if let Some(probe) = probe {
                check_probe(check, name, probe, process);
            }
        }
    }

    fn check_ingress(&self, check: &Check<'_>) {
        let Some(ingress) = &self.ingress else { return };
        if ingress.hosts.is_empty() {
            missing(
                check,
                &ingress.origin,
                "which names does it answer to?",
                "add `hosts = [\"…\"]`",
            );
        }
        match (&ingress.issuer, *ingress.http_only) {
            (None, false) => missing(
                check,
                &ingress.origin,
                "nobody says where TLS ends",
                "add `issuer = \"…\"` of cert-manager, or `http_only = true` where something before it speaks TLS",
            ),
            (Some(_), true) => check.report(
                Diagnostic::error(codes::CONFLICT, "a certificate, but no TLS")
                    .at(ingress.origin.field("issuer"), "")
                    .help("leave out `issuer` or `http_only`"),
            ),
            _ => {}
        }
        match self.answering() {
            Some((_, process)) if process.port.is_some() => {}
            Some((label, process)) => check.report(
                Diagnostic::error(codes::MISSING_FIELD, format!("`{label}` listens on no port"))
                    .at(process.origin.head, "")
                    .also(ingress.origin.head, "is to send it requests")
                    .help("add `port = 8000`"),
            ),
            None => {
                let with_port: Vec<_> =
                    self.process.iter().filter(|(_, it)| it.port.is_some()).collect();
                let help = match with_port.first() {
                    Some((label, _)) => format!("add `process = \"{label}\"`"),
                    None => "give one a `port`".to_owned(),
                };
                check.report(
                    Diagnostic::error(codes::MISSING_FIELD, "which process answers?")
                        .at(ingress.origin.field("process"), "")
                        .help(help),
                );
            }
        }
    }
}

/// A probe asks the process alone (Dockerflow, "Containerized App Requirements": a load balancer's
/// check does not ask backing services).
fn check_probe(check: &Check<'_>, name: &str, probe: &Probe, process: &Process) {
    match (&probe.path, probe.command.is_empty()) {
        (None, true) => missing(
            check,
            &probe.origin,
            "what is it asked?",
            "add `path = \"/__lbheartbeat__\"`, or a `command`",
        ),
        (Some(_), false) => check.report(
            Diagnostic::error(codes::CONFLICT, "a probe asks one thing")
                .at(probe.origin.field("command"), "")
                .also(probe.origin.field("path"), "and another one")
                .help("leave one of them out"),
        ),
        _ => {}
    }
    if let Some(path) = &probe.path {
        if path.as_str().trim_end_matches('/') == "/__heartbeat__" {
            check.report(
                Diagnostic::error(
                    codes::UNFIT_PROBE,
                    format!("`{}` asks databases and the like, too", path.as_str()),
                )
                .at(probe.origin.field("path"), "")
                .help(format!(
                    "a slow database would fail the {name} of every pod at once: use `/__lbheartbeat__`"
                )),
            );
        }
        if process.port.is_none() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "the process listens on no port")
                    .at(process.origin.head, "")
                    .also(probe.origin.field("path"), "is asked there")
                    .help("add `port = 8000`, or ask it by `command`"),
            );
        }
    }
    if probe.timeout_s.get() > probe.interval_s.get() {
        check.report(
            Diagnostic::error(
                codes::INVERTED_BOUNDS,
                "it is asked again before there was time to answer",
            )
            .at(probe.origin.field("timeout_s"), "")
            .help(format!("use at most {}, its `interval_s`", probe.interval_s.0)),
        );
    }
}

/// The name of a secret in Secrets Manager, where it is known.
fn secret_name(stack: &crate::stack::Stack, label: &str, secret: &Secret) -> Option<String> {
    match &secret.name {
        Some(Value::Literal(name)) => Some(name.as_str().to_owned()),
        Some(Value::Expression(_)) => None,
        None => Some(stack.name_of(Secret::KIND, label)),
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{CLUSTER, manifest, problems};

    fn service(fields: &str) -> String {
        format!(
            "kubernetes_service \"web\" {{\n  cluster = kubernetes_cluster.main\n  flux = flux.main\n  image = image.app\n{fields}\n}}\n{CLUSTER}"
        )
    }

    #[test]
    fn a_minimal_service_is_one_process() {
        let text = service("  process \"main\" {}");
        insta::assert_snapshot!(manifest("apps/web/run/deployments.yaml", &text), @"
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web-main
          namespace: web
        spec:
          replicas: 1
          selector:
            matchLabels:
              app.kubernetes.io/name: web
              app.kubernetes.io/component: main
          strategy:
            type: RollingUpdate
            rollingUpdate:
              maxSurge: 1
              maxUnavailable: 0
          template:
            metadata:
              labels:
                app.kubernetes.io/name: web
                app.kubernetes.io/component: main
            spec:
              serviceAccountName: web
              securityContext:
                runAsNonRoot: true
                runAsUser: 10001
                runAsGroup: 10001
                seccompProfile:
                  type: RuntimeDefault
              terminationGracePeriodSeconds: 30
              containers:
              - name: main
                image: web
                securityContext:
                  allowPrivilegeEscalation: false
                  capabilities:
                    drop:
                    - ALL
        ");
        insta::assert_snapshot!(manifest("flux/web.yaml", &text), @"
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: web
          namespace: flux-system
        spec:
          dependsOn:
          - name: web-setup
          interval: 10m
          path: ./stacks/test/kubernetes/apps/web/run
          prune: true
          retryInterval: 1m
          sourceRef:
            kind: GitRepository
            name: flux-system
          timeout: 5m
          wait: true
        ");
    }

    #[test]
    fn annotations_tell_prometheus_where_there_is_no_operator() {
        let text = service(
            "  environment = { B = \"yes\", A = \"1.20\" }\n  metrics { by = \"annotations\" }\n  process \"main\" { port = 80 }",
        );
        insta::assert_snapshot!(manifest("apps/web/run/deployments.yaml", &text), @r#"
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web-main
          namespace: web
        spec:
          replicas: 1
          selector:
            matchLabels:
              app.kubernetes.io/name: web
              app.kubernetes.io/component: main
          strategy:
            type: RollingUpdate
            rollingUpdate:
              maxSurge: 1
              maxUnavailable: 0
          template:
            metadata:
              labels:
                app.kubernetes.io/name: web
                app.kubernetes.io/component: main
              annotations:
                prometheus.io/path: /metrics
                prometheus.io/port: "80"
                prometheus.io/scrape: "true"
                stackwright/settings: 8cf2460b9a338835
            spec:
              serviceAccountName: web
              securityContext:
                runAsNonRoot: true
                runAsUser: 10001
                runAsGroup: 10001
                seccompProfile:
                  type: RuntimeDefault
              terminationGracePeriodSeconds: 30
              containers:
              - name: main
                image: web
                envFrom:
                - configMapRef:
                    name: web
                env:
                - name: PORT
                  value: "80"
                ports:
                - name: http
                  containerPort: 80
                securityContext:
                  allowPrivilegeEscalation: false
                  capabilities:
                    drop:
                    - ALL
        "#);
        insta::assert_snapshot!(manifest("apps/web/setup/config-map.yaml", &text), @r#"
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web
          namespace: web
        data:
          A: "1.20"
          B: "yes"
        "#);
    }

    #[test]
    fn a_service_that_cannot_work_is_refused() {
        insta::assert_snapshot!(problems(&service("  migration {}\n  ingress { class = \"nginx\" }\n  metrics {}\n  secrets = [secret.a]\n  environment = { \"a-b\" = \"1\" }").replace("image \"app\"", "secret \"a\" {}\nimage \"app\"")), @r#"
        1:1 SW103 it runs nothing; add `process "web" { … }`
        5:3 SW103 what migrates?; add `command = ["…"]`
        6:3 SW103 which names does it answer to?; add `hosts = ["…"]`
        6:3 SW103 nobody says where TLS ends; add `issuer = "…"` of cert-manager, or `http_only = true` where something before it speaks TLS
        6:3 SW103 which process answers?; give one a `port`
        7:3 SW103 no process listens on a port; give one a `port`
        8:14 SW103 nobody brings its secrets; add `store = secret_store.…`
        9:19 SW203 `-` cannot stand in an environment variable's name; an environment variable's name has letters, digits and underscores, no digit first; try `a_b`
        "#);
    }

    #[test]
    fn a_process_that_cannot_work_is_refused() {
        let process = "  process \"main\" {\n    scaling {\n      min = 3\n      max = 2\n      cpu_percent = 80\n    }\n    liveness {\n      path = \"/\"\n      timeout_s = 20\n    }\n    readiness {}\n  }\n  process \"other\" {\n    resources {\n      cpu = \"1\"\n      memory = \"1Gi\"\n      cpu_limit = \"500m\"\n      memory_limit = \"1000Mi\"\n    }\n  }";
        insta::assert_snapshot!(problems(&service(process)), @r#"
        5:3 SW103 a share of nothing: what do its pods ask for?; add `resources { cpu = "100m", … }` as a block
        5:3 SW103 the process listens on no port; add `port = 8000`, or ask it by `command`
        7:13 SW302 at least 3, but at most 2; use a smaller `min`, or a greater `max`
        13:19 SW302 it is asked again before there was time to answer; use at most 10, its `interval_s`
        15:5 SW103 what is it asked?; add `path = "/__lbheartbeat__"`, or a `command`
        21:19 SW302 `500m` is less than what it asks for, `1`; let a limit be at least as much
        22:22 SW302 `1000Mi` is less than what it asks for, `1Gi`; let a limit be at least as much
        "#);
    }
}
