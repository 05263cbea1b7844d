//! `image`: what a task runs, by the lock.

use hcl::edit::expr::Expression as Source;

use super::Repository;
use crate::component::{Component, Outputs};
use crate::hcl::Expr;
use crate::stack::field::{Field, Ref, Type};
use crate::stack::lower::Lower;
use crate::stack::read::Reader;
use crate::stack::value::{Reference, Value};
use crate::value::{Scalar as _, ScalarType};
use crate::{block, outputs};

block! {
    /// An image that tasks run. Which tag or digest it has is said by the lock, `images.tf` in the
    /// root, and nowhere else.
    pub struct Image {
        /// Where it is kept: `repository.<label>`, or the address of a repository that is not part
        /// of the stack, without tag.
        repository: ImageRepository,
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

    /// The lock is its Terraform; [`crate::image::Lock`] prints it.
    fn lower(&self, _lower: &mut Lower<'_>) {}
}
