//! `input`: a value that somebody gives from outside.

use crate::block;
use crate::choice;
use crate::component::{Component, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::{Block, Expr};
use crate::stack::check::Check;
use crate::stack::field::{Any, Literal};
use crate::stack::lower::Lower;
use crate::stack::value::Value;

block! {
    /// A value that is given from outside: a Terraform variable.
    pub struct Input {
        /// What it is for. Terraform shows it when it asks for the value.
        description: Option<Value<String>>,
        /// Its type.
        r#type: Literal<InputType> = Literal(InputType::String),
        /// Its value when none is given; without it, one must be given.
        default: Option<Any>,
        /// True to hide it in Terraform's output. A sensitive input may not stand in a place where
        /// AWS shows it in clear text.
        sensitive: Literal<bool> = Literal(false),
        /// False to refuse `null`.
        nullable: Literal<bool> = Literal(true),
        /// A rule for its values.
        validation: Vec<Validation>,
    }
}

block! {
    /// A rule for an input's values (Terraform language, "Custom Conditions").
    pub struct Validation {
        /// True for a good value; it names the value `var.<input>` or `input.<input>`.
        condition: Any,
        /// What to say of a bad one.
        error_message: Value<String>,
    }
}

choice! {
    /// The type of an input, as Terraform's type constraints have it.
    pub enum InputType {
        String = "string",
        Number = "number",
        Bool = "bool",
        ListOfStrings = "list(string)",
        SetOfStrings = "set(string)",
        MapOfStrings = "map(string)",
        ListOfNumbers = "list(number)",
        Any = "any",
    }
}

impl Component for Input {
    const KIND: &'static str = "input";
    const FILE: &'static str = "variables.tf";

    /// What follows an input's name is Terraform's business: `input.keys[0]`.
    fn outputs() -> Outputs {
        Outputs::Any
    }

    fn address(label: &str) -> String {
        format!("var.{label}")
    }

    fn check(&self, check: &Check<'_>) {
        const RESERVED: &[&str] = &[
            "source",
            "version",
            "providers",
            "count",
            "for_each",
            "lifecycle",
            "depends_on",
            "locals",
        ];
        if RESERVED.contains(&check.label) {
            check.report(
                Diagnostic::error(
                    codes::BAD_NAME,
                    format!("an input cannot be called `{}`", check.label),
                )
                .at(self.origin.head, "a word of Terraform's own")
                .help("give it another name"),
            );
        }
        check.constant("description", self.description.as_ref());
        let Some(default) = &self.default else { return };
        let is_empty = match &default.expr {
            Expr::Null => true,
            Expr::String(text) => text.is_empty(),
            Expr::Raw(source) => source == "[]" || source == "{}",
            _ => false,
        };
        if self.sensitive.0 && !is_empty {
            check.report(
                Diagnostic::error(
                    codes::SECRET_WRITTEN,
                    format!("the default of the sensitive `input.{}` is written out", check.label),
                )
                .at(default.span, "from here it would reach the repository")
                .help("leave `default` out: the value is given from outside"),
            );
        }
        if !default.references.is_empty() || !default.expr.is_constant() {
            check.report(
                Diagnostic::error(codes::NOT_LITERAL, "an input's default must be written out")
                    .at(default.span, "an expression")
                    .help("use `locals` for a value that depends on others"),
            );
        }
        let fits = match (self.r#type.0, &default.expr) {
            (InputType::String, Expr::Bool(_)) => false,
            (InputType::Bool | InputType::Number, Expr::String(_)) => false,
            (_, Expr::String(_) | Expr::Bool(_)) => {
                matches!(self.r#type.0, InputType::String | InputType::Bool | InputType::Any)
            }
            _ => true,
        };
        if !fits {
            check.report(
                Diagnostic::error(
                    codes::WRONG_TYPE,
                    format!("the default of `input.{}` is not a `{}`", check.label, self.r#type.0),
                )
                .at(default.span, "")
                .help("set `type`, or change the default"),
            );
        }
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut block = Block::new("variable", [lower.label]).comment(self.origin.comment.clone());
        if let Some(description) = &self.description {
            block = block.attribute("description", description.expr());
        }
        block = block.attribute("type", Expr::raw(self.r#type.to_string()));
        if let Some(default) = &self.default {
            block = block.attribute("default", default.expr.clone());
        }
        if self.sensitive.0 {
            block = block.attribute("sensitive", true);
        }
        if !self.nullable.0 {
            block = block.attribute("nullable", false);
        }
        for Validation { condition, error_message, origin } in &self.validation {
            let validation = Block::new("validation", [] as [&str; 0])
                .attribute("condition", condition.expr.clone())
                .attribute("error_message", error_message.expr())
                .comment(origin.comment.clone());
            block = block.block(validation);
        }
        block.carry(&self.origin);
        lower.add::<Self>(block);
    }
}
