//! `image`: what a task runs, by the lock.

use hcl::edit::expr::Expression as Source;

use super::Repository;
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
use crate::value::{Producer, Scalar as _, ScalarType};
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
