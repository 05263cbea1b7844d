//! What Kubernetes reads of a program.

use super::*;

impl KubernetesService {
    /// All of it.
    pub(super) fn render(&self, manifests: &mut Manifests<'_>) {
        let stack = manifests.stack;
        let (Some(flux), Some(shipped)) = (stack.get(&self.flux), manifests.image(&self.image))
        else {
            return;
        };
        let name = self.name(manifests.label);
        self.image(manifests, &name, &shipped);
        self.setup(manifests, &name);
        let stores = if self.secrets.is_empty() { Vec::new() } else { vec!["stores".to_owned()] };
        let (setup, migration) = (format!("{name}-setup"), format!("{name}-migration"));
        let path = |folder: &str| format!("apps/{name}/{folder}");
        flux.follow(
            manifests,
            &Step { name: &setup, path: &path("setup"), after: stores, ..Step::default() },
        );
        let mut after = setup;
        if let Some(job) = &self.migration {
            self.migration(manifests, &name, job);
            // A Job cannot be changed: a new image makes it again.
            let timeout = format!("{}s", job.deadline_s.get() + 60);
            flux.follow(
                manifests,
                &Step {
                    name: &migration,
                    path: &path("migration"),
                    after: vec![after],
                    timeout: Some(&timeout),
                    force: true,
                },
            );
            after = migration;
        }
        self.run(manifests, &name);
        flux.follow(
            manifests,
            &Step { name: &name, path: &path("run"), after: vec![after], ..Step::default() },
        );
    }

    /// Which image all of it runs, for the two steps that run it (Kustomize, "Component").
    fn image(&self, manifests: &mut Manifests<'_>, name: &str, shipped: &Shipped) {
        let image = json!({"name": name, "newName": shipped.repository});
        let image = with(image, "newTag", shipped.tag.clone());
        let image = with(image, "digest", shipped.digest.clone());
        manifests.add(
            &format!("apps/{name}/image/kustomization.yaml"),
            json!({
                "apiVersion": "kustomize.config.k8s.io/v1alpha1",
                "kind": "Component",
                "images": [image],
            }),
        );
    }

    fn of(&self, label: &str, api: &str, kind: &str, name: &str) -> Json {
        object(api, kind, name, Some(&self.namespace(label)))
    }

    /// What there must be before anything runs.
    fn setup(&self, manifests: &mut Manifests<'_>, name: &str) {
        let label = manifests.label.to_owned();
        let file = |kind: &str| format!("apps/{name}/setup/{kind}.yaml");
        manifests.add(&file("namespace"), object("v1", "Namespace", &self.namespace(&label), None));
        let mut resources = vec!["namespace.yaml", "service-account.yaml"];
        let account = self.of(&label, "v1", "ServiceAccount", name);
        manifests
            .add(&file("service-account"), with(account, "automountServiceAccountToken", false));
        if !self.environment.is_empty() {
            let data = self.settings();
            manifests.add(
                &file("config-map"),
                with(self.of(&label, "v1", "ConfigMap", name), "data", data),
            );
            resources.insert(0, "config-map.yaml");
        }
        let stack = manifests.stack;
        for reference in &self.secrets {
            let store = self.store.as_ref().and_then(|store| Some((store, stack.get(store)?)));
            let (Some(secret), Some((store_label, store))) = (stack.get(reference), store) else {
                continue;
            };
            let key = secret_name(stack, &reference.label, secret).unwrap_or_default();
            let keys = secret.keys.iter().map(|property| {
                let property = property.as_str();
                json!({"secretKey": property, "remoteRef": {"key": key, "property": property}})
            });
            let target = secret_object(name, &reference.label);
            let spec = json!({
                "refreshInterval": "1h",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": store.name(&store_label.label)},
                "target": {"name": target, "creationPolicy": "Owner"},
                "data": keys.collect::<Vec<_>>(),
            });
            let external = self.of(&label, store.api(stack), "ExternalSecret", &target);
            manifests.add(&file("external-secrets"), with(external, "spec", spec));
        }
        if !self.secrets.is_empty() {
            resources.insert(resources.len() - 2, "external-secrets.yaml");
        }
        kustomization(manifests, &format!("apps/{name}/setup"), &resources, false);
    }

    /// The variables of its ConfigMap, sorted.
    fn settings(&self) -> Json {
        let mut sorted: Vec<_> = self.environment.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        let entries =
            sorted.into_iter().map(|(key, value)| (key.to_owned(), json!(value.as_str())));
        Json::Object(entries.collect())
    }

    fn migration(&self, manifests: &mut Manifests<'_>, name: &str, job: &Migration) {
        let mut pod = self.pod(name, "migration", &job.command, None);
        if let Json::Object(spec) = &mut pod {
            spec.insert("restartPolicy".to_owned(), json!("Never"));
        }
        let spec = json!({
            "activeDeadlineSeconds": job.deadline_s.get(),
            "backoffLimit": job.retries.get(),
            "template": {"metadata": {"labels": labels(name, "migration")}, "spec": pod},
        });
        let label = manifests.label.to_owned();
        let object = self.of(&label, "batch/v1", "Job", &format!("{name}-migration"));
        manifests.add(&format!("apps/{name}/migration/job.yaml"), with(object, "spec", spec));
        kustomization(manifests, &format!("apps/{name}/migration"), &["job.yaml"], true);
    }

    fn run(&self, manifests: &mut Manifests<'_>, name: &str) {
        let label = manifests.label.to_owned();
        let mut files = std::collections::BTreeSet::new();
        let mut add = |file: &'static str, object: Json| {
            files.insert(file);
            manifests.add(&format!("apps/{name}/run/{file}"), object);
        };
        let mut processes: Vec<_> = self.process.iter().collect();
        processes.sort_by_key(|(label, _)| *label);
        for (part, process) in processes {
            let whole = format!("{name}-{part}");
            add("deployments.yaml", self.deployment(&label, name, part, process));
            if let Some(scaling) = &process.scaling {
                let metric = |resource: &str, percent: &Option<Literal<Whole<1, 1000>>>| {
                    let target = json!({"type": "Utilization", "averageUtilization": percent.as_ref()?.get()});
                    Some(
                        json!({"type": "Resource", "resource": {"name": resource, "target": target}}),
                    )
                };
                let metrics = [
                    metric("cpu", &scaling.cpu_percent),
                    metric("memory", &scaling.memory_percent),
                ];
                let spec = json!({
                    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": whole},
                    "minReplicas": scaling.min.get(),
                    "maxReplicas": scaling.max.get(),
                    "metrics": metrics.into_iter().flatten().collect::<Vec<_>>(),
                });
                let scaler = self.of(&label, "autoscaling/v2", "HorizontalPodAutoscaler", &whole);
                add("autoscalers.yaml", with(scaler, "spec", spec));
            }
            if process.port.is_some() {
                let is_main = self.answering().is_some_and(|(main, _)| main == part);
                let service = if is_main { name } else { whole.as_str() };
                let spec = json!({
                    "selector": labels(name, part),
                    "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
                });
                add("services.yaml", with(self.of(&label, "v1", "Service", service), "spec", spec));
            }
        }
        if let Some(ingress) = &self.ingress {
            add("ingress.yaml", self.ingress(&label, name, ingress));
        }
        for (file, object) in self.watch(&label, name) {
            add(file, object);
        }
        let files: Vec<_> = files.into_iter().collect();
        kustomization(manifests, &format!("apps/{name}/run"), &files, true);
    }

    fn deployment(&self, label: &str, name: &str, part: &str, process: &Process) -> Json {
        let replicas = match (&process.replicas, &process.scaling) {
            (_, Some(_)) => None,
            (Some(replicas), None) => Some(replicas.get()),
            (None, None) => Some(1),
        };
        let strategy = match *process.singleton {
            true => json!({"type": "Recreate"}),
            false => {
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}})
            }
        };
        let metadata = json!({"labels": labels(name, part)});
        let metadata = with(metadata, "annotations", self.annotations(process));
        let pod = self.pod(name, part, &process.command, Some(process));
        let spec = with(json!({}), "replicas", replicas);
        let spec = with(spec, "selector", json!({"matchLabels": labels(name, part)}));
        let spec = with(spec, "strategy", strategy);
        let spec = with(spec, "template", json!({"metadata": metadata, "spec": pod}));
        with(self.of(label, "apps/v1", "Deployment", &format!("{name}-{part}")), "spec", spec)
    }

    /// Pods are made again when what they are told changes.
    fn annotations(&self, process: &Process) -> Json {
        let mut annotations = JsonMap::new();
        if let (Some(metrics), Some(port)) = (&self.metrics, &process.port)
            && *metrics.by == Discovery::Annotations
        {
            annotations.insert("prometheus.io/path".to_owned(), json!(metrics.path.as_str()));
            annotations.insert("prometheus.io/port".to_owned(), json!(port.get().to_string()));
            annotations.insert("prometheus.io/scrape".to_owned(), json!("true"));
        }
        if !self.environment.is_empty() {
            let settings = crate::tree::header::hash(&[self.settings().to_string()]);
            annotations.insert("stackwright/settings".to_owned(), json!(settings));
        }
        Json::Object(annotations)
    }

    /// A pod: it is not root, writes nowhere but where it may, and knows nothing of the cluster.
    fn pod(
        &self,
        name: &str,
        part: &str,
        command: &[Literal<String>],
        process: Option<&Process>,
    ) -> Json {
        let command: Vec<&str> = command.iter().map(|word| word.as_str()).collect();
        let container = json!({"name": part, "image": name});
        let container = with(container, "command", command);
        let mut sources = Vec::new();
        if !self.environment.is_empty() {
            sources.push(json!({"configMapRef": {"name": name}}));
        }
        for secret in &self.secrets {
            sources.push(json!({"secretRef": {"name": secret_object(name, &secret.label)}}));
        }
        let mut container = with(container, "envFrom", sources);
        if let Some(process) = process {
            if let Some(port) = &process.port {
                container = with(
                    container,
                    "env",
                    json!([{"name": "PORT", "value": port.get().to_string()}]),
                );
                container = with(
                    container,
                    "ports",
                    json!([{"name": "http", "containerPort": port.get()}]),
                );
            }
            container = with(container, "livenessProbe", process.liveness.as_ref().map(probe));
            container = with(container, "readinessProbe", process.readiness.as_ref().map(probe));
            container = with(container, "resources", process.resources.as_ref().map(resources));
        }
        let container = with(
            container,
            "securityContext",
            json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}),
        );
        let user = self.user.get();
        let pod = json!({
            "serviceAccountName": name,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": user,
                "runAsGroup": user,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        });
        let grace = process.map(|process| process.stop_timeout_s.get());
        let pod = with(pod, "terminationGracePeriodSeconds", grace);
        with(pod, "containers", json!([container]))
    }

    fn ingress(&self, label: &str, name: &str, ingress: &Ingress) -> Json {
        let mut annotations: Vec<_> = ingress
            .annotations
            .iter()
            .map(|(key, value)| (key.to_owned(), json!(value.as_str())))
            .collect();
        if let Some(issuer) = &ingress.issuer {
            annotations.push(("cert-manager.io/cluster-issuer".to_owned(), json!(issuer.as_str())));
        }
        annotations.sort_by(|a, b| a.0.cmp(&b.0));
        let hosts: Vec<String> = ingress.hosts.iter().map(|host| host.to_string()).collect();
        let backend = json!({"service": {"name": name, "port": {"name": "http"}}});
        let rules: Vec<Json> = hosts
            .iter()
            .map(|host| {
                let path = json!({"path": "/", "pathType": "Prefix", "backend": backend});
                json!({"host": host, "http": {"paths": [path]}})
            })
            .collect();
        let mut object = self.of(label, "networking.k8s.io/v1", "Ingress", name);
        if let Some(Json::Object(metadata)) = object.get_mut("metadata")
            && !annotations.is_empty()
        {
            metadata
                .insert("annotations".to_owned(), Json::Object(annotations.into_iter().collect()));
        }
        let spec = json!({"ingressClassName": ingress.class.as_str(), "rules": rules});
        let spec = match &ingress.issuer {
            Some(_) => {
                with(spec, "tls", json!([{"hosts": hosts, "secretName": format!("{name}-tls")}]))
            }
            None => spec,
        };
        with(object, "spec", spec)
    }
}

/// A list of files that belong together (Kustomize, "Kustomization").
fn kustomization(manifests: &mut Manifests<'_>, folder: &str, resources: &[&str], images: bool) {
    let object = json!({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"});
    let object = match images {
        true => with(object, "components", json!(["../image"])),
        false => object,
    };
    let object = with(object, "resources", resources.to_vec());
    manifests.add(&format!("{folder}/kustomization.yaml"), object);
}

/// The labels of the pods of a process. A Deployment cannot change them: a process with another
/// label is another Deployment.
pub(super) fn labels(name: &str, part: &str) -> Json {
    json!({"app.kubernetes.io/name": name, "app.kubernetes.io/component": part})
}

/// The Secret that holds the values of a secret of Secrets Manager.
fn secret_object(name: &str, label: &str) -> String {
    match flux::name_or(None, label) {
        same if same == name => same,
        other => format!("{name}-{other}"),
    }
}

fn probe(probe: &Probe) -> Json {
    let command: Vec<&str> = probe.command.iter().map(|word| word.as_str()).collect();
    let asked = match &probe.path {
        Some(path) => json!({"httpGet": {"path": path.as_str(), "port": "http"}}),
        None => json!({"exec": {"command": command}}),
    };
    let asked = match probe.delay_s.get() {
        0 => asked,
        delay => with(asked, "initialDelaySeconds", delay),
    };
    let asked = with(asked, "periodSeconds", probe.interval_s.get());
    let asked = with(asked, "timeoutSeconds", probe.timeout_s.get());
    with(asked, "failureThreshold", probe.failures.get())
}

fn resources(resources: &Resources) -> Json {
    let text = |quantity: &Option<Literal<Quantity>>| quantity.as_ref().map(|it| it.0.to_string());
    let limits = with(json!({}), "cpu", text(&resources.cpu_limit));
    let limits = with(limits, "memory", text(&resources.memory_limit));
    let requests =
        json!({"cpu": resources.cpu.0.to_string(), "memory": resources.memory.0.to_string()});
    with(json!({"requests": requests}), "limits", limits)
}
