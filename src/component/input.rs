//! `input`: a value that somebody gives from outside.

use crate::component::drawn::{Drawn, Family, Meaning, Relation};
use hcl::edit::expr::Expression as Source;

use crate::block;
use crate::component::{Component, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::{Block, Expr};
use crate::stack::check::Check;
use crate::stack::field::{Any, Field, Literal, Type};
use crate::stack::lower::Lower;
use crate::stack::read::Reader;
use crate::stack::value::Value;
use crate::value::ScalarType;

block! {
    /// A value that is given from outside: a Terraform variable.
    pub struct Input {
        /// What it is for. Terraform shows it when it asks for the value.
        description: Option<Value<String>>,
        /// Its type.
        r#type: InputType = InputType::string(),
        /// Its value when none is given; without it, one must be given.
        default: Option<Any>,
        /// True to hide it in Terraform's output. A sensitive input may not stand in a place where
        /// AWS shows it in clear text.
        sensitive: Literal<bool> = Literal(false),
        /// False to refuse `null`.
        nullable: Literal<bool> = Literal(true),
        /// A rule for its values.
        @block validation: Vec<Validation>,
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

/// The type of an input: any of Terraform's type constraints (Terraform language, "Type
/// Constraints").
#[derive(Debug, Clone, PartialEq)]
pub struct InputType(String);

impl InputType {
    /// The type `string`.
    pub fn string() -> Self {
        Self("string".to_owned())
    }
}

crate::build::values!([] InputType);

impl Field for InputType {
    fn ty() -> Type {
        Type::Scalar(
            ScalarType::String,
            "`string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `tuple([…])` or \
             `object({…})`, with or without quotes around",
        )
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        if let Source::String(text) = source {
            let parsed: Option<Source> = text.as_str().parse().ok();
            return match parsed.as_ref().map(wrong_type) {
                Some(None) => Some(Self(text.as_str().trim().to_owned())),
                _ => {
                    reader.report(not_a_type(reader.span(source)));
                    None
                }
            };
        }
        match wrong_type(source) {
            None => Some(Self(reader.source_text(source).trim().to_owned())),
            Some(wrong) => {
                reader.report(not_a_type(reader.span(wrong)));
                None
            }
        }
    }

    fn argument(&self) -> Option<Expr> {
        Some(Expr::raw(self.0.clone()))
    }

    fn value(&self) -> Expr {
        Expr::String(self.0.clone())
    }
}

fn not_a_type(span: Span) -> Diagnostic {
    Diagnostic::error(codes::WRONG_TYPE, "this is not one of Terraform's types").at(span, "").help(
        "write `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `tuple([…])` or \
         `object({ name = … })`",
    )
}

/// The part of a type constraint that is none.
fn wrong_type(source: &Source) -> Option<&Source> {
    match source {
        Source::Variable(name) => {
            (!matches!(name.as_str(), "string" | "number" | "bool" | "any")).then_some(source)
        }
        Source::FuncCall(call) => {
            let arguments: Vec<&Source> = call.args.iter().collect();
            match (call.name.name.as_str(), arguments.as_slice()) {
                ("list" | "set" | "map", [item]) => wrong_type(item),
                ("tuple", [Source::Array(items)]) => items.iter().find_map(wrong_type),
                ("object", [Source::Object(items)]) => {
                    items.iter().find_map(|(_, value)| wrong_attribute(value.expr()))
                }
                _ => Some(source),
            }
        }
        _ => Some(source),
    }
}

/// An attribute of an object can be optional, with a default of any kind.
fn wrong_attribute(source: &Source) -> Option<&Source> {
    if let Source::FuncCall(call) = source
        && call.name.name.as_str() == "optional"
    {
        let arguments: Vec<&Source> = call.args.iter().collect();
        return match arguments.as_slice() {
            [ty] | [ty, _] => wrong_type(ty),
            _ => Some(source),
        };
    }
    wrong_type(source)
}

impl Component for Input {
    const KIND: &'static str = "input";
    const FILE: &'static str = "variables.tf";
    const DRAWN: Drawn = Drawn::new(Family::Values, Meaning::From(Relation::Values));

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
        let fits = match (self.r#type.0.as_str(), &default.expr) {
            ("string", Expr::Bool(_)) | ("bool" | "number", Expr::String(_)) => false,
            ("string" | "bool" | "number", Expr::Raw(source)) => !source.starts_with(['[', '{']),
            ("string" | "bool" | "number" | "any", _) => true,
            (_, Expr::String(_) | Expr::Bool(_) | Expr::Number(_)) => false,
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
        block = block.attribute("type", Expr::raw(self.r#type.0.clone()));
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
        block.carry(&self.origin.comments);
        lower.add::<Self>(block);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    #[test]
    fn an_input_has_any_type_of_terraforms_with_or_without_quotes() {
        insta::assert_snapshot!(rendered("variables.tf", r#"
input "a" { type = list(string) }
input "b" { type = "map(number)" }
input "c" {
  description = "Who may."
  # The second part is new.
  type = object({
    name = string
    ids = optional(set(number), [1])
  })
  default = { name = "x" }
  nullable = false
}
input "d" {
  validation {
    condition = length(input.d) > 3
    error_message = "Too short."
  }
}
"#), @r#"
        variable "a" {
          type = list(string)
        }

        variable "b" {
          type = map(number)
        }

        variable "c" {
          description = "Who may."

          # The second part is new.
          type = object({
            name = string
            ids  = optional(set(number), [1])
          })

          default  = { name = "x" }
          nullable = false
        }

        variable "d" {
          type = string

          validation {
            condition     = length(var.d) > 3
            error_message = "Too short."
          }
        }
        "#);
    }

    #[test]
    fn what_is_no_type_is_refused_where_it_stands() {
        insta::assert_snapshot!(problems(r#"
input "a" { type = text }
input "b" { type = list(strng) }
input "c" { type = "lst(string)" }
input "d" { type = object({ a = string, b = 1 }) }
"#), @"
        1:20 SW105 this is not one of Terraform's types; write `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `tuple([…])` or `object({ name = … })`
        2:25 SW105 this is not one of Terraform's types; write `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `tuple([…])` or `object({ name = … })`
        3:20 SW105 this is not one of Terraform's types; write `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `tuple([…])` or `object({ name = … })`
        4:45 SW105 this is not one of Terraform's types; write `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `tuple([…])` or `object({ name = … })`
        ");
    }

    #[test]
    fn a_default_fits_its_type_and_is_written_out() {
        insta::assert_snapshot!(problems(r#"
input "a" { default = true }
input "b" {
  type    = number
  default = "5"
}
input "c" {
  type    = list(string)
  default = "x"
}
input "d" { default = var.x }
input "e" {
  type    = number
  default = []
}
input "source" {}
"#), @"
        1:23 SW105 the default of `input.a` is not a `string`; set `type`, or change the default
        4:13 SW105 the default of `input.b` is not a `number`; set `type`, or change the default
        8:13 SW105 the default of `input.c` is not a `list(string)`; set `type`, or change the default
        10:23 SW109 an input's default must be written out; use `locals` for a value that depends on others
        13:13 SW105 the default of `input.e` is not a `number`; set `type`, or change the default
        15:1 SW203 an input cannot be called `source`; give it another name
        ");
    }
}
