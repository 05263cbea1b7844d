//! CTMS: staging and production on EKS, with Flux. Each story is an edit of
//! `stacks/ctms/stack.hcl`; docs/ctms.md says what the real system has.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan::{command, commit};
use crate::support::git::Remote;
use crate::support::{Project, kubernetes, terraform};

const PAGE: &str = include_str!("../docs/ctms.md");
const DESCRIPTION: &str = "stacks/ctms/stack.hcl";
const ENVIRONMENTS: [&str; 2] = ["production", "staging"];

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stacks/ctms").join(path);
    fs::read_to_string(path).unwrap()
}

/// The stack and its locks, not yet rendered.
fn described() -> Project {
    let project = Project::empty();
    project.write(DESCRIPTION, source("stack.hcl"));
    for environment in ENVIRONMENTS {
        let lock = format!("{environment}/images.tf");
        project.write(&format!("stacks/ctms/{lock}"), source(&lock));
    }
    project
}

fn ctms() -> Project {
    let project = described();
    project.run(&["render"]).success();
    project
}

/// What a check says of edits that must be refused, without the places.
#[track_caller]
fn refused(edits: &[(&str, &str)]) -> String {
    let project = described();
    for (old, new) in edits {
        project.edit(DESCRIPTION, old, new);
    }
    let run = project.run(&["check", "--stack", "ctms/production"]).code(1);
    let lines = run.err.lines();
    let told = lines.filter(|line| line.starts_with("error") || line.contains("= help"));
    told.collect::<Vec<_>>().join("\n")
}

/// The lines that a render changes after some edits, by file, without header lines.
#[track_caller]
fn changed(project: &Project, edits: &[(&str, &str)]) -> String {
    for (old, new) in edits {
        project.edit(DESCRIPTION, old, new);
    }
    let before: BTreeMap<_, _> = project.files().into_iter().collect();
    project.run(&["render"]).success();
    let mut lines = String::new();
    for (path, new) in project.files() {
        let old = before.get(&path).cloned().unwrap_or_default();
        let (old, new) = (String::from_utf8(old).unwrap(), String::from_utf8(new).unwrap());
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        for change in diff.iter_all_changes() {
            let line = change.value().trim_end();
            if change.tag() != similar::ChangeTag::Equal && !line.starts_with("# Rendered by") {
                let path = path.strip_prefix("stacks/ctms/").unwrap_or(&path);
                lines.push_str(&format!("{path} {}{line}\n", change.tag()));
            }
        }
    }
    lines
}

/// What Kubernetes reads of a root: objects by file.
fn manifests(project: &Project, environment: &str) -> BTreeMap<String, Vec<Value>> {
    let folder = format!("stacks/ctms/{environment}/kubernetes/");
    let files = project.files().into_iter();
    let files =
        files.filter_map(|(path, text)| Some((path.strip_prefix(&folder)?.to_owned(), text)));
    files
        .map(|(path, text)| (path, kubernetes::objects(&String::from_utf8(text).unwrap())))
        .collect()
}

/// Every object of a kind.
fn of_kind(project: &Project, environment: &str, kind: &str) -> Vec<Value> {
    let all = manifests(project, environment).into_values().flatten();
    all.filter(|object| object["kind"] == kind).collect()
}

#[test]
fn what_is_checked_in_is_what_is_described() {
    let project = ctms();
    for (path, content) in project.files() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let checked_in = fs::read(&path).unwrap_or_default();
        assert!(checked_in == content, "{} is stale: run `stackwright render`", path.display());
    }
}

// What Kubernetes reads.

#[test]
fn every_object_is_what_kubernetes_flux_and_the_operators_take() {
    let mut kinds = BTreeMap::new();
    let by_flux = ctms();
    let project = flux_updates();
    for (project, environment) in
        [(&by_flux, "staging"), (&by_flux, "production"), (&project, "production")]
    {
        for (path, objects) in manifests(project, environment) {
            for object in objects {
                let problems = kubernetes::problems(&object);
                assert!(problems.is_empty(), "{environment}/{path}: {problems:#?}");
                *kinds.entry(object["kind"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
        }
    }
    for kind in [
        "ClusterSecretStore",
        "ConfigMap",
        "Deployment",
        "ExternalSecret",
        "GitRepository",
        "HelmRelease",
        "HelmRepository",
        "HorizontalPodAutoscaler",
        "ImagePolicy",
        "ImageRepository",
        "ImageUpdateAutomation",
        "Ingress",
        "Job",
        "Kustomization",
        "Namespace",
        "PodMonitor",
        "PrometheusRule",
        "Service",
        "ServiceAccount",
    ] {
        assert!(kinds.contains_key(kind), "no {kind} in {kinds:?}");
    }
}

#[test]
fn files_are_ours_and_drift_like_others() {
    let project = ctms();
    let deployments = "stacks/ctms/staging/kubernetes/apps/ctms/run/deployments.yaml";
    let text = project.read(deployments);
    assert!(text.starts_with("# Rendered by stackwright from stack ctms;"), "{text}");
    project.write(deployments, text.replace("RollingUpdate", "Recreate"));
    let gone = "stacks/ctms/staging/kubernetes/releases/velero.yaml";
    let orphan = "stacks/ctms/staging/kubernetes/releases/old.yaml";
    project.write(orphan, project.read(gone));
    fs::remove_file(project.path(gone)).unwrap();
    let own = "stacks/ctms/staging/kubernetes/own.yaml";
    project.write(own, "kind: Own\n");
    let out = project.run(&["check"]).code(2).out;
    for (path, class) in [(deployments, "edited"), (gone, "missing"), (orphan, "orphan")] {
        assert!(
            out.lines().any(|line| line.contains(path) && line.contains(class)),
            "{path}: {out}"
        );
    }
    assert!(!out.contains(own), "{out}");
    project.run(&["render"]).success();
    assert_eq!(project.read(deployments), text);
    assert!(!project.path(orphan).exists() && project.path(own).exists());
    project.write(gone, "kind: Mine\n");
    assert!(project.run(&["render"]).code(1).err.contains("SW501"));
}

#[test]
fn the_workload_is_what_the_chart_had() {
    let project = ctms();
    let run = project.read("stacks/ctms/production/kubernetes/apps/ctms/run/deployments.yaml");
    let (_, run) = run.split_once('\n').unwrap();
    assert_snapshot!(run, @r#"

    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: ctms-background
      namespace: ctms
    spec:
      replicas: 1
      selector:
        matchLabels:
          app.kubernetes.io/name: ctms
          app.kubernetes.io/component: background
      strategy:
        type: Recreate
      template:
        metadata:
          labels:
            app.kubernetes.io/name: ctms
            app.kubernetes.io/component: background
          annotations:
            stackwright/settings: ea3c6bfa7ebe26b6
        spec:
          serviceAccountName: ctms
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
            runAsGroup: 10001
            seccompProfile:
              type: RuntimeDefault
          terminationGracePeriodSeconds: 30
          containers:
          - name: background
            image: ctms
            command:
            - python
            - ctms/bin/acoustic_sync.py
            envFrom:
            - configMapRef:
                name: ctms
            - secretRef:
                name: ctms
            livenessProbe:
              exec:
                command:
                - python3
                - /app/ctms/bin/healthcheck_sync.py
              initialDelaySeconds: 60
              periodSeconds: 30
              timeoutSeconds: 10
              failureThreshold: 3
            securityContext:
              allowPrivilegeEscalation: false
              capabilities:
                drop:
                - ALL
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: ctms-web
      namespace: ctms
    spec:
      selector:
        matchLabels:
          app.kubernetes.io/name: ctms
          app.kubernetes.io/component: web
      strategy:
        type: RollingUpdate
        rollingUpdate:
          maxSurge: 1
          maxUnavailable: 0
      template:
        metadata:
          labels:
            app.kubernetes.io/name: ctms
            app.kubernetes.io/component: web
          annotations:
            stackwright/settings: ea3c6bfa7ebe26b6
        spec:
          serviceAccountName: ctms
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
            runAsGroup: 10001
            seccompProfile:
              type: RuntimeDefault
          terminationGracePeriodSeconds: 30
          containers:
          - name: web
            image: ctms
            envFrom:
            - configMapRef:
                name: ctms
            - secretRef:
                name: ctms
            env:
            - name: PORT
              value: "8000"
            ports:
            - name: http
              containerPort: 8000
            livenessProbe:
              httpGet:
                path: /__lbheartbeat__
                port: http
              periodSeconds: 10
              timeoutSeconds: 1
              failureThreshold: 3
            readinessProbe:
              httpGet:
                path: /__lbheartbeat__
                port: http
              periodSeconds: 10
              timeoutSeconds: 1
              failureThreshold: 3
            resources:
              requests:
                cpu: 100m
                memory: 128Mi
              limits:
                cpu: 1000m
                memory: 2048Mi
            securityContext:
              allowPrivilegeEscalation: false
              capabilities:
                drop:
                - ALL
    "#);
}

#[test]
fn one_image_in_one_place_drives_web_sync_and_migration() {
    let project = ctms();
    let image =
        project.read("stacks/ctms/production/kubernetes/apps/ctms/image/kustomization.yaml");
    let (_, image) = image.split_once('\n').unwrap();
    assert_snapshot!(image, @"

    apiVersion: kustomize.config.k8s.io/v1alpha1
    kind: Component
    images:
    - name: ctms
      newName: 111122223333.dkr.ecr.us-west-2.amazonaws.com/ctms-api
      newTag: v1.2.3
    ");
    let all = manifests(&project, "production");
    for file in ["apps/ctms/run/deployments.yaml", "apps/ctms/migration/job.yaml"] {
        for object in &all[file] {
            let pod = &object["spec"]["template"]["spec"];
            assert_eq!(pod["containers"][0]["image"], "ctms", "{file}");
            assert_eq!(pod["securityContext"]["runAsUser"], 10001, "{file}");
        }
    }
}

#[test]
fn secrets_then_migration_then_processes() {
    let project = ctms();
    let steps = of_kind(&project, "production", "Kustomization");
    let after = |name: &str| {
        let step = steps.iter().find(|step| step["metadata"]["name"] == name).unwrap();
        assert_eq!(step["spec"]["wait"], true);
        let names = step["spec"]["dependsOn"].as_array().into_iter().flatten();
        names.map(|step| step["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(after("ctms"), ["ctms-migration"]);
    assert_eq!(after("ctms-migration"), ["ctms-setup"]);
    assert_eq!(after("ctms-setup"), ["stores"]);
    assert_eq!(after("stores"), ["releases"]);
    // What the Job needs is among what is waited for: Secret, ConfigMap, ServiceAccount.
    let all = manifests(&project, "production");
    let setup: Vec<_> = all
        .iter()
        .filter(|(path, _)| path.starts_with("apps/ctms/setup/"))
        .flat_map(|(_, objects)| objects)
        .map(|object| (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str()))
        .collect();
    let pod = &all["apps/ctms/migration/job.yaml"][0]["spec"]["template"]["spec"];
    assert!(setup.contains(&(
        "ExternalSecret",
        pod["containers"][0]["envFrom"][1]["secretRef"]["name"].as_str()
    )));
    assert!(setup.contains(&(
        "ConfigMap",
        pod["containers"][0]["envFrom"][0]["configMapRef"]["name"].as_str()
    )));
    assert!(setup.contains(&("ServiceAccount", pod["serviceAccountName"].as_str())));
}

#[test]
fn only_names_of_keys_of_secrets_are_in_the_tree() {
    let project = ctms();
    let secrets = of_kind(&project, "staging", "ExternalSecret");
    let data = secrets[0]["spec"]["data"].as_array().unwrap();
    assert_eq!(data.len(), 11);
    assert_eq!(data[8]["secretKey"], "CTMS_DB_URL");
    assert_eq!(data[8]["remoteRef"]["key"], "/stage/ctms/envvar");
    assert!(of_kind(&project, "staging", "Secret").is_empty());
    assert!(!project.read("stacks/ctms/staging/secrets.tf").contains("secret_string"));
}

// Invariants.

#[test]
fn i1_a_filter_that_takes_no_tag_that_is_pushed_is_refused() {
    assert_snapshot!(refused(&[("  policy \"semver\" {\n    range  = \">=1.0.0\"\n    prefix = \"v\"\n  }", "  policy \"pushed\" { tags = \"^stg-[0-9a-f]{7}$\" }")]), @"
    error[SW318]: no tag that is pushed is ever taken: `stg-00000000` is pushed, `stg-0000000` would be taken
        = help: `produced` says that tags are pushed as `stg-{commit:8}` or `v{semver}` or `{commit:8}` or `latest`
    ");
}

#[test]
fn i2_no_tag_of_staging_is_one_of_production() {
    let project = described();
    project.edit(
        DESCRIPTION,
        "  policy \"semver\" {\n    range  = \">=1.0.0\"\n    prefix = \"v\"\n  }",
        "  policy \"pushed\" { tags = \"^(stg-|v)[0-9a-f.]{8}$\" }",
    );
    let err = project.run(&["check"]).code(1).err;
    assert!(err.contains("SW320"), "{err}");
}

#[test]
fn i3_production_goes_back_only_when_it_is_said() {
    let remote = remote();
    let clone = remote.clone_as("ci");
    clone.run(&["bump", "ctms/production/ctms=v1.2.2", "--push"]).exits(0);
    let image = "stacks/ctms/production/kubernetes/apps/ctms/image/kustomization.yaml";
    assert!(remote.file(image).contains("newTag: v1.2.3"));
    clone
        .run(&["bump", "ctms/production/ctms=v1.2.2", "--rollback", "contacts are lost", "--push"])
        .exits(0);
    assert!(remote.file(image).contains("newTag: v1.2.2"));
    for tag in ["stg-91980d9b", "91980d9b", "latest", "v1.2.4-rc1"] {
        let err =
            clone.run(&["bump", &format!("ctms/production/ctms={tag}"), "--push"]).code(1).err;
        assert!(err.contains("SW711") || err.contains("SW3"), "{tag}: {err}");
    }
}

#[test]
fn i11_what_must_never_run_twice_is_not_scaled() {
    assert_snapshot!(refused(&[("    singleton = true\n", "    singleton = true\n    replicas  = 2\n    scaling {\n      min = 1\n      max = 2\n    }\n")]), @"
    error[SW312]: `background` must never run twice
        = help: leave it out, or `singleton = true`
    error[SW312]: the autoscaler says how many there are
        = help: leave `replicas` out
    error[SW103]: nothing says when to scale
        = help: add `cpu_percent = 80`
    error[SW312]: `background` must never run twice, and would be scaled
        = help: leave it out, or `singleton = true`
    ");
    let project = ctms();
    let background = of_kind(&project, "production", "Deployment")
        .into_iter()
        .find(|object| object["metadata"]["name"] == "ctms-background")
        .unwrap();
    assert_eq!(background["spec"]["replicas"], 1);
    assert_eq!(background["spec"]["strategy"]["type"], "Recreate");
}

#[test]
fn i12_versions_agree() {
    let edits =
        [("release_version = \"1.33.5-20251112\"", "release_version = \"1.34.1-20251112\"")];
    assert_snapshot!(refused(&edits), @r#"
    error[SW352]: this is an image of version `1.34`, and the nodes follow the cluster's, `1.33`
       = help: use a release of that version: nodes are never newer than their cluster
    "#);
    let old = [(
        "apiVersion        = \"storage.k8s.io/v1\"",
        "apiVersion        = \"storage.k8s.io/v1beta1\"",
    )];
    assert_snapshot!(refused(&old), @"
    error[SW352]: `storage.k8s.io/v1beta1` is gone since Kubernetes 1.27, and the cluster has 1.33
        = help: use `storage.k8s.io/v1`
    ");
}

#[test]
fn i13_a_secret_is_in_reach_of_its_environment_only() {
    assert_snapshot!(refused(&[("  secrets         = [\"/${environment.short}/\"]", "  secrets         = [\"/stage/\"]")]), @"
    error[SW304]: its store cannot read `/prod/ctms/envvar`: it reads what begins with `/stage/`
        = help: give the secret such a name, or the role another beginning
    ");
}

#[test]
fn i15_the_labels_that_select_pods_do_not_depend_on_what_changes() {
    let project = ctms();
    let selectors = |project: &Project| {
        let all = of_kind(project, "production", "Deployment").into_iter();
        all.map(|object| object["spec"]["selector"].clone()).collect::<Vec<_>>()
    };
    let before = selectors(&project);
    changed(
        &project,
        &[("port = 8000", "port = 9000"), ("max            = 3", "max            = 5")],
    );
    assert_eq!(selectors(&project), before);
    let database = project.read("modules/database/main.tf");
    assert!(database.contains("deletion_protection"));
}

#[test]
fn i16_probes_ask_the_process_alone() {
    assert_snapshot!(refused(&[
        ("liveness { path = \"/__lbheartbeat__\" }", "liveness { path = \"/__heartbeat__\" }"),
        ("readiness { path = \"/__lbheartbeat__\" }", "readiness { path = \"/__heartbeat__\" }"),
        ("    issuer = \"letsencrypt\"\n", ""),
    ]), @r#"
    error[SW353]: `/__heartbeat__` asks databases and the like, too
        = help: a slow database would fail the liveness of every pod at once: use `/__lbheartbeat__`
    error[SW353]: `/__heartbeat__` asks databases and the like, too
        = help: a slow database would fail the readiness of every pod at once: use `/__lbheartbeat__`
    error[SW103]: nobody says where TLS ends
        = help: add `issuer = "…"` of cert-manager, or `http_only = true` where something before it speaks TLS
    "#);
}

#[test]
fn i18_the_same_description_gives_the_same_bytes() {
    assert_eq!(ctms().files(), ctms().files());
}

#[test]
fn i20_what_autoscalers_say_is_not_said_here() {
    let project = ctms();
    let web = of_kind(&project, "production", "Deployment")
        .into_iter()
        .find(|object| object["metadata"]["name"] == "ctms-web")
        .unwrap();
    assert!(web["spec"].get("replicas").is_none());
    assert!(
        project
            .read("modules/kubernetes_cluster/main.tf")
            .contains("ignore_changes = [scaling_config[0].desired_size]")
    );
    assert_snapshot!(refused(&[("    port = 8000\n", "    port     = 8000\n    replicas = 2\n")]), @"
    error[SW312]: the autoscaler says how many there are
        = help: leave `replicas` out
    ");
}

// One writer a field.

const FLUX: &str = "  flux {\n    by        = flux.main\n    first_tag = \"v1.2.3\"\n  }\n";

/// Production with Flux's own automation.
fn flux_updates() -> Project {
    let project = described();
    project.edit(
        DESCRIPTION,
        "    range  = \">=1.0.0\"\n    prefix = \"v\"\n  }\n",
        &format!("    range  = \">=1.0.0\"\n    prefix = \"v\"\n  }}\n{FLUX}"),
    );
    let lock = "stacks/ctms/production/images.tf";
    let err = project.run(&["render"]).code(1).err;
    assert!(err.contains("Flux says what `image.ctms` runs, and so does the lock"), "{err}");
    fs::remove_file(project.path(lock)).unwrap();
    project.run(&["render"]).success();
    project
}

#[test]
fn i19_where_flux_writes_the_tag_the_tree_is_the_truth_and_keeps_the_marker() {
    let project = flux_updates();
    let path = "stacks/ctms/production/kubernetes/apps/ctms/image/kustomization.yaml";
    let image = project.read(path);
    assert!(
        image.contains("newTag: v1.2.3 # {\"$imagepolicy\": \"flux-system:ctms:tag\"}\n"),
        "{image}"
    );
    assert!(!project.path("stacks/ctms/production/images.tf").exists());
    // Flux commits.
    project.write(path, image.replace("v1.2.3", "v1.10.0"));
    project.run(&["check"]).exits(0);
    project.run(&["render"]).success();
    assert!(project.read(path).contains("newTag: v1.10.0 # {\"$imagepolicy\""));
    // Somebody else edits another line.
    project.write(path, project.read(path).replace("ctms-api", "other"));
    assert!(project.run(&["check"]).code(2).out.contains("edited"));
    let automation = project.read("stacks/ctms/production/kubernetes/flux/image-automation.yaml");
    let (_, automation) = automation.split_once('\n').unwrap();
    assert_snapshot!(automation, @r#"

    apiVersion: image.toolkit.fluxcd.io/v1beta2
    kind: ImageRepository
    metadata:
      name: ctms
      namespace: flux-system
    spec:
      image: 111122223333.dkr.ecr.us-west-2.amazonaws.com/ctms-api
      interval: 1m
      provider: aws
    ---
    apiVersion: image.toolkit.fluxcd.io/v1beta2
    kind: ImagePolicy
    metadata:
      name: ctms
      namespace: flux-system
    spec:
      imageRepositoryRef:
        name: ctms
      filterTags:
        pattern: ^v(?P<version>(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*))$
        extract: $version
      policy:
        semver:
          range: ">=1.0.0"
    ---
    apiVersion: image.toolkit.fluxcd.io/v1beta2
    kind: ImageUpdateAutomation
    metadata:
      name: flux-system
      namespace: flux-system
    spec:
      git:
        checkout:
          ref:
            branch: main
        commit:
          author:
            name: Flux
            email: flux@localhost
          messageTemplate: |
            deploy: {{ range .Changed.Changes }}{{ .NewValue }} {{ end }}

            [ci skip]
        push:
          branch: main
      interval: 5m
      sourceRef:
        kind: GitRepository
        name: flux-system
      update:
        path: ./stacks/ctms/production/kubernetes
        strategy: Setters
    "#);
}

#[test]
fn i19_where_stackwright_bumps_there_is_no_marker() {
    for (path, content) in ctms().files() {
        assert!(!String::from_utf8(content).unwrap().contains("$imagepolicy"), "{path}");
    }
}

#[test]
fn flux_cannot_order_what_staging_pushes() {
    let project = described();
    project.edit(
        DESCRIPTION,
        "  policy \"pushed\" { tags = \"^stg-[0-9a-f]{8}$\" }\n",
        &format!(
            "  policy \"pushed\" {{ tags = \"^stg-[0-9a-f]{{8}}$\" }}\n{}",
            FLUX.replace("v1.2.3", "stg-91980d9b")
        ),
    );
    let err = project.run(&["check"]).code(1).err;
    assert!(
        err.contains("SW317") && err.contains("Flux does not know when an image was pushed"),
        "{err}"
    );
}

/// The remote of the system.
fn remote() -> Remote {
    let remote = Remote::shop(&[]);
    let clone = remote.clone_as("first");
    for (path, content) in described().files() {
        clone.write(&path, content);
    }
    clone.git(&["rm", "-rqf", "stacks/shop"]);
    clone.run(&["render"]).exits(0);
    clone.commit_all("Describe CTMS");
    clone.git(&["push", "-q"]);
    remote
}

#[test]
fn i22_a_bump_is_one_commit_of_the_lock_and_of_what_kubernetes_reads() {
    let remote = remote();
    let clone = remote.clone_as("ci");
    let digest = format!("sha256:{}", "ab".repeat(32));
    let bump = format!("ctms/staging/ctms=stg-0123abcd@{digest}");
    clone.run(&["bump", &bump, "--push", "--skip-ci"]).exits(0);
    let changed = remote.git(&["show", "--stat=200", "--format=%s%n%b", "main"]);
    assert_snapshot!(changed, @"
    Deploy ctms stg-0123abcd to ctms/staging [skip ci]
    ctms/staging/ctms: stg-91980d9b -> stg-0123abcd@sha256:abababababababababababababababababababababababababababababababab


     stacks/ctms/staging/images.tf                                     | 4 ++--
     stacks/ctms/staging/kubernetes/apps/ctms/image/kustomization.yaml | 5 +++--
     2 files changed, 5 insertions(+), 4 deletions(-)
    ");
    let image = remote.file("stacks/ctms/staging/kubernetes/apps/ctms/image/kustomization.yaml");
    assert!(image.contains(&format!("  newTag: stg-0123abcd\n  digest: {digest}\n")), "{image}");
    let fresh = remote.clone_as("fresh");
    fresh.run(&["check"]).exits(0);
    let tip = remote.tip();
    fresh.run(&["bump", &bump, "--push"]).exits(0);
    assert_eq!(remote.tip(), tip);
}

// Terraform.

/// A plan as JSON.
fn plan(project: &Project, args: &[&str], code: i32) -> Value {
    let args = [&["plan", "--format", "json"], args].concat();
    serde_json::from_str(&project.finish(command(project, &args)).code(code).out).unwrap()
}

#[test]
fn terraform_takes_it_and_plans_it_from_nothing_and_then_nothing_more() {
    let project = ctms();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    let out = project.finish(command(&project, &["validate"])).success();
    assert!(out.contains("2 roots: valid"), "{out}");
    let planned = plan(&project, &["--from-nothing", "--stack", "ctms/production"], 2);
    let text = planned.to_string();
    for resource in [
        "module.kubernetes_cluster_main.aws_eks_cluster.this",
        "module.kubernetes_cluster_main.aws_eks_node_group.this",
        "module.helm_release_flux.helm_release.this",
        "module.pod_role_external_secrets.aws_eks_pod_identity_association.this",
    ] {
        assert!(text.contains(resource), "{resource} is not planned");
    }
    assert_eq!(
        planned["diagnostics"].as_array().map_or(0, Vec::len),
        0,
        "{}",
        planned["diagnostics"]
    );
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    let components = planned["roots"][0]["components"].as_array().unwrap().iter();
    for group in components.flat_map(|component| component["groups"].as_array().unwrap()) {
        let resources = group["resources"].as_array().unwrap().iter();
        let count =
            resources.map(|it| it["keys"].as_array().map_or(0, Vec::len).max(1)).sum::<usize>();
        *made.entry(group["type"].as_str().unwrap()).or_default() += count;
    }
    for (ty, count) in made {
        let row = format!("| `{ty}` | {count} |");
        assert!(PAGE.contains(&row), "docs/ctms.md has no {row}");
    }
    commit(&project);
    let run = project.finish(command(&project, &["plan", "--base", "HEAD"]));
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
}

#[test]
fn nodes_get_a_newer_image_in_place() {
    let project = ctms();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    commit(&project);
    project.edit(DESCRIPTION, "1.33.5-20251112", "1.33.5-20251209");
    project.run(&["render"]).success();
    let run = project
        .finish(command(&project, &["plan", "--base", "HEAD", "--stack", "ctms/production"]))
        .code(2);
    assert!(
        run.out.contains("1.33.5-20251112 → 1.33.5-20251209")
            || run.out.contains("1.33.5-20251209"),
        "{}",
        run.out
    );
    assert!(run.out.contains("1 to update") && !run.out.contains("to replace"), "{}", run.out);
}

#[test]
fn a_new_environment_is_its_own_lines() {
    let project = ctms();
    let preview = "environment \"preview\" {\n  short      = \"dev\"\n  host       = \"ctms.dev.mozilla-ess.mozit.cloud\"\n  nodes      = { type = \"t3.large\", disk_gib = 100, min = 1, desired = 1, max = 3 }\n  database   = { class = \"db.t4g.small\", multi_az = false }\n  prometheus = \"20Gi\"\n}\n\n# The ARN of the role";
    project.edit(DESCRIPTION, "# The ARN of the role", preview);
    // Tags of its own: those of staging are staging's.
    let image = "image \"ctms\" {\n  environments = [\"preview\"]\n  repository   = \"111122223333.dkr.ecr.us-west-2.amazonaws.com/ctms-api\"\n  policy \"pushed\" { tags = \"^dev-[0-9a-f]{8}$\" }\n}\n\n# Production runs";
    project.edit(DESCRIPTION, "# Production runs", image);
    let lock = project.read("stacks/ctms/staging/images.tf").replace("stg-", "dev-");
    project.write("stacks/ctms/preview/images.tf", lock);
    let before: Vec<String> = project.files().into_iter().map(|(path, _)| path).collect();
    let out = project.run(&["render"]).success();
    assert!(
        out.lines()
            .filter(|line| line.contains("stacks/"))
            .all(|line| line.contains("stacks/ctms/preview/")),
        "{out}"
    );
    let count = |files: &[String], folder: &str| {
        files.iter().filter(|path| path.starts_with(folder)).count()
    };
    let after: Vec<String> = project.files().into_iter().map(|(path, _)| path).collect();
    assert_eq!(count(&after, "stacks/ctms/preview/"), count(&before, "stacks/ctms/staging/"));
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    let planned = project
        .finish(command(&project, &["plan", "--from-nothing", "--stack", "ctms/preview"]))
        .code(2);
    assert!(planned.out.contains("kubernetes_cluster.main"), "{}", planned.out);
}
