//! What a lock pins and a bump moves: images, and the artifacts of functions.

use std::sync::LazyLock;

use super::Policy;
use crate::component::image::ImageRepository;
use crate::component::{Artifact, Component as _, Image};
use crate::hcl::Expr;
use crate::stack::block::Origin;
use crate::stack::value::Value;
use crate::stack::{Stack, layer};

/// An image or an artifact of a stack.
#[derive(Debug, Clone)]
pub struct Deployable<'a> {
    /// Its block's type: `image` or `artifact`.
    pub kind: &'static str,
    /// Which tags it may have, and which of two is newer.
    pub policy: &'a Policy,
    /// Its block.
    pub origin: &'a Origin,
    /// Where it is kept, as the lock has it.
    pub repository: Expr,
    /// The same, where the description says so literally.
    pub address: Option<String>,
    /// What its lock must say.
    pub needs: Needs,
    /// True for what Flux updates, of which the lock says nothing.
    pub by_flux: bool,
}

/// What a lock must say of something, so that there is no doubt what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Its tag: it is part of where it is found.
    pub tag: bool,
    /// Its digest: by it Terraform sees that the content is another.
    pub digest: bool,
}

impl<'a> Deployable<'a> {
    fn image(stack: &Stack, image: &'a Image) -> Self {
        let address = match &image.repository {
            ImageRepository::Address(Value::Literal(address)) => Some(address.clone()),
            ImageRepository::Address(_) | ImageRepository::Component(_) => None,
        };
        Self {
            kind: Image::KIND,
            policy: &image.policy,
            origin: &image.origin,
            repository: layer::looked_up(stack, image.repository.expr()),
            address,
            needs: Needs { tag: false, digest: false },
            by_flux: image.flux.is_some(),
        }
    }

    fn artifact(stack: &Stack, artifact: &'a Artifact) -> Self {
        let repository = layer::looked_up(stack, artifact.repository());
        let address = match &repository {
            Expr::String(address) => Some(address.clone()),
            _ => None,
        };
        // The versions of a layer are numbered, or named by versions, in the order of publishing.
        let policy = match &artifact.layer {
            Some(layer) if !artifact.origin.wrote("policy") => match layer.numbered() {
                true => &*NUMBER,
                false => &*SEMVER,
            },
            _ => &artifact.policy,
        };
        Self {
            kind: Artifact::KIND,
            policy,
            origin: &artifact.origin,
            repository,
            address,
            needs: artifact.needs(),
            by_flux: false,
        }
    }
}

/// The order of a layer's version numbers.
static NUMBER: LazyLock<Policy> = LazyLock::new(|| {
    Policy::by_number("^(?P<n>[1-9][0-9]*)$").expect("the pattern is a right one")
});

/// The order of the versions in layers' names.
static SEMVER: LazyLock<Policy> = LazyLock::new(Policy::by_version);

impl Stack {
    /// Its images and artifacts, in the order of their labels.
    pub fn deployables(&self) -> Vec<(&str, Deployable<'_>)> {
        let images = self.all::<Image>().into_iter();
        let images = images.map(|(label, image)| (label, Deployable::image(self, image)));
        let artifacts = self.all::<Artifact>().into_iter();
        let artifacts = artifacts.map(|(label, it)| (label, Deployable::artifact(self, it)));
        let mut all: Vec<_> = images.chain(artifacts).collect();
        all.sort_by_key(|(label, _)| *label);
        all
    }

    /// The image or artifact of a label.
    pub fn deployable(&self, label: &str) -> Option<Deployable<'_>> {
        let image = self.component::<Image>(label).map(|it| Deployable::image(self, it));
        let artifact =
            || self.component::<Artifact>(label).map(|it| Deployable::artifact(self, it));
        image.or_else(artifact)
    }
}
