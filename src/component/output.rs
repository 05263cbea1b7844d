//! `output`: a value that a root tells.

use crate::block;
use crate::component::drawn::{Drawn, Family, Meaning, Relation};
use crate::component::{Component, Outputs};
use crate::hcl::{Block, Expr};
use crate::stack::check::Check;
use crate::stack::field::{Any, Literal};
use crate::stack::lower::Lower;
use crate::stack::value::Value;

block! {
    /// A value that the root tells to people and to other roots: a Terraform output.
    pub struct Output {
        /// What it is.
        description: Option<Value<String>>,
        /// The value.
        value: Any,
        /// True to hide it in Terraform's output.
        sensitive: Literal<bool> = Literal(false),
    }
}

impl Output {
    /// The expression whose value Terraform prints.
    pub fn shows(&self) -> Option<&str> {
        match &self.value.expr {
            Expr::Raw(source) if !self.sensitive.0 => Some(source),
            _ => None,
        }
    }
}

impl Component for Output {
    const KIND: &'static str = "output";
    const FILE: &'static str = "outputs.tf";
    const DRAWN: Drawn = Drawn::new(Family::Values, Meaning::USED)
        .fields(&[("value", Meaning::From(Relation::Values))]);

    fn outputs() -> Outputs {
        Outputs::Known(Vec::new())
    }

    fn address(label: &str) -> String {
        format!("output.{label}")
    }

    fn check(&self, check: &Check<'_>) {
        check.constant("description", self.description.as_ref());
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut block = Block::new("output", [lower.label]).comment(self.origin.comment.clone());
        if let Some(description) = &self.description {
            block = block.attribute("description", description.expr());
        }
        block = block.attribute("value", self.value.expr.clone());
        if self.sensitive.0 {
            block = block.attribute("sensitive", true);
        }
        block.carry(&self.origin.comments);
        lower.add::<Self>(block);
    }
}
