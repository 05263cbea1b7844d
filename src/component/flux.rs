//! `flux`: what brings the tree into a cluster.

use crate::component::drawn::{Drawn, Family, Meaning};
use serde_json::{Value as Json, json};

use crate::block;
use crate::component::{
    Component, HelmRelease, Image, KubernetesCluster, KubernetesManifest, Outputs, SecretStore,
};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::stack::Stack;
use crate::stack::check::Check;
use crate::stack::field::{Literal, Ref};
use crate::stack::lower::Lower;
use crate::stack::manifests::{FOLDER, Manifests, object, with};
use crate::value::{FolderPath, Interval, KubernetesName, PinnedVersion};

use super::task::default;

block! {
    /// Flux in a cluster: it reads this repository, and makes of the cluster what stands in the
    /// root's folder `kubernetes/` (Flux, "Core Concepts").
    ///
    /// Its controllers are installed by whom the description says, such as a `helm_release` of the
    /// chart `flux2` through Terraform. It then follows the tree once somebody has told it where
    /// that is: `kubectl apply -f <root>/kubernetes/flux/`.
    pub struct Flux {
        /// The cluster that it is in.
        cluster: Ref<KubernetesCluster>,
        /// Its version, `2.7.5`, which says which API it has.
        version: Literal<PinnedVersion>,
        /// The address of this repository, `ssh://git@github.com/acme/infra`.
        url: Literal<String>,
        /// The branch that it follows.
        branch: Literal<String> = Literal("main".to_owned()),
        /// Where the project is in the repository, when it is not the top.
        folder: Option<Literal<FolderPath>>,
        /// The Secret in its namespace with which it reads the repository, and writes it where it
        /// updates images.
        secret: Option<Literal<KubernetesName>>,
        /// Its namespace.
        namespace: Literal<KubernetesName> = Literal(default("flux-system")),
        /// How often it looks into the repository.
        interval: Literal<Interval> = Literal(default("1m")),
        /// False to leave in the cluster what is gone from the tree.
        prune: Literal<bool> = Literal(true),
        /// Who commits the images that it updates.
        author: Option<Author>,
    }
}

block! {
    /// The author of commits.
    pub struct Author {
        /// The name.
        name: Literal<String>,
        /// The address.
        email: Literal<String>,
    }
}

impl Component for Flux {
    const KIND: &'static str = "flux";
    const FILE: &'static str = "flux.tf";
    const DRAWN: Drawn = Drawn::new(Family::Images, Meaning::RUN);

    fn outputs() -> Outputs {
        Outputs::Known(Vec::new())
    }

    fn check(&self, check: &Check<'_>) {
        // Flux, "Releases": helm.toolkit.fluxcd.io/v2 and source.toolkit.fluxcd.io/v1 for Helm are
        // of 2.3.
        let version = &self.version.version;
        if (version.major, version.minor) < (2, 3) || version.major > 2 {
            check.report(
                Diagnostic::error(
                    codes::VERSION_SKEW,
                    format!("Flux `{}` has another API than what is rendered", self.version.0),
                )
                .at(self.origin.field("version"), "")
                .help("use version 2.3 or a later one below 3"),
            );
        }
        let updated = self.updated(check.stack, check.label);
        if let (Some((label, image)), None) = (updated.first(), &self.secret) {
            check.report(
                Diagnostic::error(
                    codes::MISSING_FIELD,
                    format!("Flux could not commit what `image.{label}` runs"),
                )
                .at(self.origin.head, "")
                .also(image.origin.field("flux"), "it is to")
                .help("add `secret`: the name of the Secret with which it pushes"),
            );
        }
    }

    fn lower(&self, _lower: &mut Lower<'_>) {}

    fn manifests(&self, manifests: &mut Manifests<'_>) {
        let repository = object(SOURCE, "GitRepository", self.namespace(), Some(self.namespace()));
        let spec = json!({
            "interval": self.interval.as_str(),
            "ref": {"branch": &*self.branch},
        });
        let spec = match &self.secret {
            Some(secret) => with(spec, "secretRef", json!({"name": secret.as_str()})),
            None => spec,
        };
        let spec = with(spec, "url", self.url.as_str());
        manifests.add("flux/git-repository.yaml", with(repository, "spec", spec));
        let names = |follows: &Ref<Self>| follows.label == manifests.label;
        let stack = manifests.stack;
        let releases = stack.all::<HelmRelease>();
        let releases = releases.iter().any(|(_, it)| it.flux.as_ref().is_some_and(names));
        let stores = stack.all::<SecretStore>().iter().any(|(_, it)| names(&it.flux));
        let others = stack.all::<KubernetesManifest>().iter().any(|(_, it)| names(&it.flux));
        self.follow(manifests, &Step { name: self.namespace(), path: "flux", ..Step::default() });
        if releases {
            self.follow(manifests, &Step { name: "releases", path: "releases", ..Step::default() });
        }
        let after_releases = if releases { vec!["releases".to_owned()] } else { Vec::new() };
        for (name, there) in [("stores", stores), ("manifests", others)] {
            if there {
                let after = after_releases.clone();
                self.follow(manifests, &Step { name, path: name, after, ..Step::default() });
            }
        }
        self.update_images(manifests);
    }
}

const SOURCE: &str = "source.toolkit.fluxcd.io/v1";

/// A folder that Flux applies.
#[derive(Debug, Default)]
pub struct Step<'a> {
    /// Its name in Flux.
    pub name: &'a str,
    /// The folder below `kubernetes/`.
    pub path: &'a str,
    /// What must be ready before, at the same commit.
    pub after: Vec<String>,
    /// How long it may take to be ready; five minutes when it is not said.
    pub timeout: Option<&'a str>,
    /// True to make an object again that cannot be changed, such as a Job.
    pub force: bool,
}

impl Flux {
    /// Its namespace.
    pub fn namespace(&self) -> &str {
        self.namespace.as_str()
    }

    /// Has it apply a folder, and wait until everything in it is ready.
    pub fn follow(&self, manifests: &mut Manifests<'_>, step: &Step<'_>) {
        let top = match &self.folder {
            Some(folder) => format!("./{}/{}", folder.as_str(), manifests.folder),
            None => format!("./{}", manifests.folder),
        };
        let after: Vec<Json> = step.after.iter().map(|name| json!({"name": name})).collect();
        let spec = with(json!({}), "dependsOn", after);
        let spec = if step.force { with(spec, "force", true) } else { spec };
        let spec = with(spec, "interval", "10m");
        let spec = with(spec, "path", format!("{top}/{FOLDER}/{}", step.path));
        let spec = with(spec, "prune", *self.prune);
        let spec = with(spec, "retryInterval", "1m");
        let spec =
            with(spec, "sourceRef", json!({"kind": "GitRepository", "name": self.namespace()}));
        let spec = with(spec, "timeout", step.timeout.unwrap_or("5m"));
        let spec = with(spec, "wait", true);
        let api = "kustomize.toolkit.fluxcd.io/v1";
        let object = object(api, "Kustomization", step.name, Some(self.namespace()));
        manifests.add(&format!("flux/{}.yaml", step.name), with(object, "spec", spec));
    }

    /// The images that it updates.
    fn updated<'s>(&self, stack: &'s Stack, label: &str) -> Vec<(&'s str, &'s Image)> {
        let images = stack.all::<Image>().into_iter();
        let by_this =
            |image: &Image| image.flux.as_ref().is_some_and(|flux| flux.by.label == label);
        images.filter(|(_, image)| by_this(image)).collect()
    }

    /// What it updates images by: where it looks, which tags it takes, and how it commits.
    fn update_images(&self, manifests: &mut Manifests<'_>) {
        const FILE: &str = "flux/image-automation.yaml";
        let updated = self.updated(manifests.stack, manifests.label);
        if updated.is_empty() {
            return;
        }
        // Flux, "Release 2.7": the image APIs became v1.
        let version = &self.version.version;
        let api = match (version.major, version.minor) >= (2, 7) {
            true => "image.toolkit.fluxcd.io/v1",
            false => "image.toolkit.fluxcd.io/v1beta2",
        };
        let of = |kind, name: &str| object(api, kind, name, Some(self.namespace()));
        for (label, image) in updated {
            let name = Image::flux_name(label);
            let (Some(flux), Some(shipped)) = (&image.flux, manifests.image(&Ref::new(label)))
            else {
                continue;
            };
            let spec = json!({"image": shipped.repository, "interval": flux.interval.as_str()});
            let spec = match shipped.repository.contains(".dkr.ecr.") {
                // Its own role signs in: no Secret that must be renewed every 12 hours.
                true => with(spec, "provider", "aws"),
                false => spec,
            };
            manifests.add(FILE, with(of("ImageRepository", &name), "spec", spec));
            if let Ok(Json::Object(policy)) = image.flux_policy() {
                let spec = json!({"imageRepositoryRef": {"name": name}});
                let spec =
                    policy.into_iter().fold(spec, |spec, (key, value)| with(spec, &key, value));
                manifests.add(FILE, with(of("ImagePolicy", &name), "spec", spec));
            }
        }
        let (name, email) = match &self.author {
            Some(author) => (author.name.as_str(), author.email.as_str()),
            None => ("Flux", "flux@localhost"),
        };
        let spec = json!({
            "git": {
                "checkout": {"ref": {"branch": &*self.branch}},
                "commit": {
                    "author": {"name": name, "email": email},
                    "messageTemplate": "deploy: {{ range .Changed.Changes }}{{ .NewValue }} {{ end }}\n\n[ci skip]\n",
                },
                "push": {"branch": &*self.branch},
            },
            "interval": "5m",
            "sourceRef": {"kind": "GitRepository", "name": self.namespace()},
            "update": {"path": self.path(manifests.folder), "strategy": "Setters"},
        });
        manifests.add(FILE, with(of("ImageUpdateAutomation", self.namespace()), "spec", spec));
    }

    /// The root's folder of what Kubernetes reads, from the top of the repository.
    fn path(&self, folder: &str) -> String {
        match &self.folder {
            Some(above) => format!("./{}/{folder}/{FOLDER}", above.as_str()),
            None => format!("./{folder}/{FOLDER}"),
        }
    }
}

/// What Flux brings into a cluster belongs to the cluster that it is in.
pub fn check_cluster(
    check: &Check<'_>,
    flux: &Ref<Flux>,
    cluster: &Ref<KubernetesCluster>,
    place: Option<Span>,
) {
    let Some(found) = check.get(flux) else { return };
    if found.cluster != *cluster {
        check.report(
            Diagnostic::error(
                codes::CONFLICT,
                format!("`flux.{}` is in another cluster", flux.label),
            )
            .at(place, "")
            .also(found.cluster.span, "that one")
            .help(format!("name `kubernetes_cluster.{}`, or another `flux`", found.cluster.label)),
        );
    }
}

/// A name in a cluster: the one that is written, or the label as Kubernetes takes it.
pub fn name_or(name: Option<&Literal<KubernetesName>>, label: &str) -> String {
    match name {
        Some(name) => name.as_str().to_owned(),
        None => label.replace('_', "-").to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{CLUSTER, manifest, problems};

    #[test]
    fn flux_follows_the_folder_of_its_root() {
        let text = CLUSTER.replace("  url ", "  branch = \"live\"\n  folder = \"infra\"\n  secret = \"key\"\n  prune = false\n  url ");
        insta::assert_snapshot!(manifest("flux/flux-system.yaml", &text), @"
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: flux-system
          namespace: flux-system
        spec:
          interval: 10m
          path: ./infra/stacks/test/kubernetes/flux
          prune: false
          retryInterval: 1m
          sourceRef:
            kind: GitRepository
            name: flux-system
          timeout: 5m
          wait: true
        ");
        insta::assert_snapshot!(manifest("flux/git-repository.yaml", &text), @"
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: GitRepository
        metadata:
          name: flux-system
          namespace: flux-system
        spec:
          interval: 1m
          ref:
            branch: live
          secretRef:
            name: key
          url: ssh://git@github.com/acme/infra
        ");
    }

    #[test]
    fn flux_has_the_api_that_is_rendered_and_can_commit_what_it_is_to() {
        let old = CLUSTER.replace("2.7.5", "2.2.0");
        insta::assert_snapshot!(problems(&old), @"13:13 SW352 Flux `2.2.0` has another API than what is rendered; use version 2.3 or a later one below 3");
        let image = "image \"app\" {\n  repository = \"example.org/app\"\n  policy \"semver\" {}\n  flux {\n    by = flux.main\n    first_tag = \"v1\"\n  }\n}\n";
        let text = CLUSTER.replace("image \"app\" { repository = \"example.org/app\" }\n", image);
        insta::assert_snapshot!(problems(&text), @"
        11:1 SW103 Flux could not commit what `image.app` runs; add `secret`: the name of the Secret with which it pushes
        21:17 SW711 the image cannot run `v1`: it `v1` is no version: unexpected character 'v' while parsing major version number; name a tag that its policy takes
        ");
    }

    #[test]
    fn flux_orders_times_only_where_the_year_comes_first() {
        let image = |format: &str, tag: &str| {
            format!(
                "image \"app\" {{\n  repository = \"example.org/app\"\n  policy \"timestamp\" {{\n    tags = \"^v(?P<ts>[0-9]{{8}})$\"\n    format = \"{format}\"\n  }}\n  flux {{\n    by = flux.main\n    first_tag = \"{tag}\"\n  }}\n}}\n"
            )
        };
        let text = |image: String| {
            let text =
                CLUSTER.replace("image \"app\" { repository = \"example.org/app\" }\n", &image);
            text.replace("  url ", "  secret = \"key\"\n  url ")
        };
        insta::assert_snapshot!(problems(&text(image("%d%m%Y", "v13052024"))), @"23:3 SW317 Flux orders times as text, and this format does not begin with the year; write the time as `%Y-%m-%d.%H%M%S`, or let Stackwright bump it");
        insta::assert_snapshot!(manifest("flux/image-automation.yaml", &text(image("%Y%m%d", "v20240513"))), @"
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImageRepository
        metadata:
          name: app
          namespace: flux-system
        spec:
          image: example.org/app
          interval: 1m
        ---
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImagePolicy
        metadata:
          name: app
          namespace: flux-system
        spec:
          imageRepositoryRef:
            name: app
          filterTags:
            pattern: ^v(?P<ts>[0-9]{8})$
            extract: $ts
          policy:
            alphabetical:
              order: asc
        ---
        apiVersion: image.toolkit.fluxcd.io/v1
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
            path: ./stacks/test/kubernetes
            strategy: Setters
        ");
    }

    #[test]
    fn what_terraform_runs_flux_does_not_update() {
        let image = "image \"app\" {\n  repository = \"example.org/app\"\n  policy \"semver\" { prefix = \"v\" }\n  flux {\n    by = flux.main\n    first_tag = \"v1.0.0\"\n  }\n}\ncluster \"ecs\" { network = network.main }\nservice \"web\" {\n  cluster = cluster.ecs\n  image = image.app\n}\n";
        let text = CLUSTER.replace("image \"app\" { repository = \"example.org/app\" }\n", image);
        insta::assert_snapshot!(problems(&text.replace("  url ", "  secret = \"key\"\n  url ")), @"28:11 SW312 `service.web` is made by Terraform, where Flux writes nothing; take the `flux` block out: Stackwright then bumps the image");
    }
}
