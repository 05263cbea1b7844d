//! `image`: what a task runs, by the lock.

use crate::component::drawn::{Drawn, Family, Meaning};
use hcl::edit::expr::Expression as Source;
use serde_json::{Value as Json, json};

use super::{Flux, Repository};
use crate::component::{Component, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::image::Policy;
use crate::image::policy;
use crate::stack::check::Check;
use crate::stack::field::{Field, Literal, Ref, Type};
use crate::stack::lower::Lower;
use crate::stack::read::Reader;
use crate::stack::value::{Reference, Value};
use crate::value::{Interval, Producer, Scalar as _, ScalarType, Tag, TagPattern};
use crate::{block, outputs};

block! {
    /// An image that tasks run. Which tag or digest it has is said by the lock, `images.tf` in the
    /// root, and nowhere else; which it could have is said by its policy.
    pub struct Image {
        /// Where it is kept: `repository.<label>`, or the address of a repository that is not part
        /// of the stack, without tag.
        repository: ImageRepository,
        /// Which of its tags it may run, and which of two is newer: `policy = "commit"`, or a block
        /// such as `policy "semver" { range = ">=1.0.0" }`.
        policy: Policy = Policy::default(),
        /// How tags are pushed, as far as it is known: `["stg-{commit:8}", "v{semver}"]`. A policy
        /// that takes none of them is refused.
        produced: Vec<Literal<Producer>>,
        /// Flux writes what it runs, into what Kubernetes reads; the lock then says nothing of it.
        /// Without this, `stackwright bump` does.
        flux: Option<FluxUpdates>,
    }
}

block! {
    /// Flux's image automation (Flux, "Automate image updates to Git"): it looks into the registry,
    /// and commits the newest tag that the image's policy takes.
    pub struct FluxUpdates {
        /// The Flux that does it.
        by: Ref<Flux>,
        /// The tag that runs until Flux writes another. What Flux has written is never taken back.
        first_tag: Literal<Tag>,
        /// How often it looks into the registry.
        interval: Literal<Interval> = Literal(super::task::default("1m")),
    }
}

impl Image {
    /// The name that Flux knows it by.
    pub fn flux_name(label: &str) -> String {
        label.replace('_', "-").to_ascii_lowercase()
    }

    /// Flux's policy for it: which tags it takes, and which of two is newer (Flux, "Image
    /// Policies").
    ///
    /// # Errors
    /// Why Flux cannot do what the policy says.
    pub fn flux_policy(&self) -> Result<Json, (&'static str, &'static str)> {
        let filtered = |pattern: &TagPattern, group: &str, policy: Json| {
            let extract = format!("${group}");
            json!({"filterTags": {"pattern": pattern.as_str(), "extract": extract}, "policy": policy})
        };
        match &self.policy {
            Policy::Semver(semver) => {
                let range = match semver.range.to_string().as_str() {
                    "*" => ">=0.0.0".to_owned(),
                    range => range.to_owned(),
                };
                // Dots escaped, anchored at both ends, and no pre-release unless the range has one.
                let pre = match semver.range.names_prereleases() {
                    true => "(-[0-9A-Za-z.-]+)?",
                    false => "",
                };
                const NUMBER: &str = "(0|[1-9][0-9]*)";
                let prefix = semver.prefix.as_str().replace('.', "[.]");
                let pattern = format!("^{prefix}(?P<version>{NUMBER}[.]{NUMBER}[.]{NUMBER}{pre})$");
                Ok(json!({
                    "filterTags": {"pattern": pattern, "extract": "$version"},
                    "policy": {"semver": {"range": range}},
                }))
            }
            Policy::Timestamp(timestamp) => {
                // Flux orders the text, so that greater units must come first.
                let units: String = timestamp
                    .format
                    .as_str()
                    .split('%')
                    .skip(1)
                    .filter_map(|unit| unit.chars().next())
                    .collect();
                let group = timestamp.tags.groups().into_iter().find(|group| *group != "source");
                match group {
                    Some(group) if "YmdHMS".starts_with(&units) => Ok(filtered(
                        &timestamp.tags,
                        group,
                        json!({"alphabetical": {"order": "asc"}}),
                    )),
                    _ => Err((
                        "Flux orders times as text, and this format does not begin with the year",
                        "write the time as `%Y-%m-%d.%H%M%S`, or let Stackwright bump it",
                    )),
                }
            }
            Policy::Number(number) => {
                let group = number.tags.groups().into_iter().find(|group| *group != "source");
                let group = group.unwrap_or_default();
                Ok(filtered(&number.tags, group, json!({"numerical": {"order": "asc"}})))
            }
            Policy::Pushed(_) => Err((
                "Flux does not know when an image was pushed",
                "let Stackwright bump it: take the `flux` block out",
            )),
            Policy::Commit(_) => Err((
                "a commit has no order, so Flux does not know which one is newer",
                "use `policy \"semver\"`, or let Stackwright bump it: take the `flux` block out",
            )),
            Policy::Moving(_) => Err((
                "Flux writes a tag, and this one stays the same",
                "let Stackwright bump its digest: take the `flux` block out",
            )),
        }
    }

    /// What Flux updates it takes, and nobody else writes.
    fn check_flux(&self, check: &Check<'_>) {
        let Some(flux) = &self.flux else { return };
        let place = flux.origin.head;
        if let Err((why, help)) = self.flux_policy() {
            check.report(
                Diagnostic::error(codes::NO_ORDER, why)
                    .at(place, "Flux's automation")
                    .also(self.origin.field("policy"), "the policy")
                    .help(help),
            );
        } else if let Err(why) = self.policy.accepts(&flux.first_tag) {
            check.report(
                Diagnostic::error(
                    codes::REFUSED_BY_POLICY,
                    format!("the image cannot run `{}`: it {why}", flux.first_tag.0),
                )
                .at(flux.origin.field("first_tag"), "")
                .help("name a tag that its policy takes"),
            );
        }
        // Terraform reads the lock, which Flux does not write.
        for (id, component) in &check.stack.components {
            let names = component.references();
            let named = names.iter().find(|r| r.kind == Self::KIND && r.label == check.label);
            let in_cluster = matches!(id.kind, "kubernetes_service" | "helm_release" | "bundle");
            if let Some(named) = named.filter(|_| !in_cluster) {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("`{id}` is made by Terraform, where Flux writes nothing"),
                    )
                    .at(named.span, "")
                    .also(place, "Flux's automation")
                    .help("take the `flux` block out: Stackwright then bumps the image"),
                );
            }
        }
    }
}

/// Where an image is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum ImageRepository {
    /// A repository of the stack.
    Component(Ref<Repository>),
    /// The address of another repository.
    Address(Value<String>),
}

impl ImageRepository {
    /// The address as HCL.
    pub fn expr(&self) -> Expr {
        match self {
            Self::Component(repository) => {
                Expr::Raw(format!("{}.url", Repository::address(&repository.label)))
            }
            Self::Address(address) => address.expr(),
        }
    }
}

crate::build::values!([] ImageRepository);

impl Field for ImageRepository {
    fn ty() -> Type {
        Type::Scalar(ScalarType::String, String::RULE)
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        if reader.is_literal(source) {
            return Value::from_expr(reader, source).map(Self::Address);
        }
        Ref::from_expr(reader, source).map(Self::Component)
    }

    fn argument(&self) -> Option<Expr> {
        None
    }

    fn value(&self) -> Expr {
        self.expr()
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        match self {
            Self::Component(repository) => repository.add_references(out),
            Self::Address(address) => address.add_references(out),
        }
    }
}

impl Component for Image {
    const KIND: &'static str = "image";
    const FILE: &'static str = "images.tf";
    const DRAWN: Drawn = Drawn::new(Family::Images, Meaning::RUN);

    fn outputs() -> Outputs {
        outputs! {
            "Its digest, `null` where the lock has none." digest,
            "The address of its repository." repository,
            "Its tag, `null` where the lock has none." tag,
        }
    }

    fn address(label: &str) -> String {
        format!("local.image_references.{label}")
    }

    fn attribute_address(label: &str) -> String {
        format!("local.images.{label}")
    }

    fn check(&self, check: &Check<'_>) {
        self.check_flux(check);
        policy::check(&self.policy, &self.produced).into_iter().for_each(|d| check.report(d));
        let Policy::Moving(moving) = &self.policy else { return };
        let ImageRepository::Component(reference) = &self.repository else { return };
        let Some(repository) = check.get(reference) else { return };
        if repository.mutable_tags == Value::Literal(false) {
            let tag = &moving.tag.0;
            check.report(
                Diagnostic::error(
                    codes::DEPLOY_SOURCE,
                    format!("`{tag}` does not move: it can be pushed once"),
                )
                .at(moving.origin.field("tag"), "")
                .also(repository.origin.field("mutable_tags"), "its tags are immutable")
                .help(
                    "let the repository have `mutable_tags = true`, or take tags that do not move",
                ),
            );
        }
    }

    /// The lock is its Terraform; [`crate::image::Lock`] prints it.
    fn lower(&self, _lower: &mut Lower<'_>) {}
}
