//! The reference pages, made of what the types and the catalogue of codes say of themselves.

use std::fmt::Write as _;

use crate::Program;
use crate::component::{Outputs, Vocabulary};
use crate::diagnostic::ALL_CODES;
use crate::hcl::print::print_expr;
use crate::project::Settings as Project;
use crate::report;
use crate::stack::Settings;
use crate::stack::block::{Block as _, FieldInfo};
use crate::stack::field::{Type, Variant};
use crate::stack::{self, layer, rename};
use crate::value::ScalarType;

/// The page of everything that a description can hold whose components are of these kinds.
pub fn description(vocabulary: &Vocabulary) -> String {
    let mut page = String::from(
        "# The description\n\n\
         A stack is described in `stacks/<name>/stack.hcl`. This page lists its blocks and their \
         fields; it is made from the types, so it is never out of date.\n\n\
         A field holds a literal, which is checked now, or a Terraform expression, which is passed \
         through: `cpu = 256` and `cpu = input.cpu` are both fine. Other components are named by \
         kind and label, `network.main`, and what they tell by one name more, `database.main.host`. \
         `input.x`, `local.x`, `var.x`, `data.…` and resources of hand-written files beside the \
         description can be named, too.\n",
    );
    section(&mut page, "stack \"<name>\"", &Settings::doc(), &Settings::fields());
    page.push_str(
        "\n## locals\n\nNamed values and expressions, as in Terraform: `locals { url = \"…\" }` is \
         named `local.url`.\n",
    );
    let _ = write!(
        page,
        "\n## {} \"<label>\"\n\n{} Other layers' components are named as its own: see \
         [layers.md](layers.md).\n",
        layer::KIND,
        layer::DOC,
    );
    page.push_str("\n## Every component\n");
    table(&mut page, &stack::common_fields());
    for kind in vocabulary.kinds() {
        section(&mut page, &format!("{} \"<label>\"", kind.name), &(kind.doc)(), &(kind.fields)());
        match (kind.outputs)() {
            Outputs::Any => page.push_str("\nIts outputs are known to Terraform only.\n"),
            Outputs::Known(outputs) if outputs.is_empty() => {}
            Outputs::Known(outputs) => {
                page.push_str("\n| it tells | what |\n| --- | --- |\n");
                for output in outputs {
                    let _ = writeln!(page, "| `{}` | {} |", output.name, cell(output.doc));
                }
            }
        }
    }
    page
}

/// Where the page of everything that can be wrong is published.
pub(crate) const CODES_PAGE: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/codes.md");

/// The page of everything that the project file can hold.
pub fn project() -> String {
    let mut page = format!(
        "# The project file\n\n`{}` stands at the top of a project. All of it can be left out, and \
         the file, too. This page is made from the types, so it is never out of date.\n",
        crate::project::FILE,
    );
    table(&mut page, &Project::fields());
    nested(&mut page, &Project::fields());
    page
}

/// The page of everything that can be wrong.
pub fn codes() -> String {
    let mut page = String::from(
        "# What can be wrong\n\nEvery problem has a code, which stays the same between versions. \
         This page is made from the rules, and what stands below an example is what `stackwright` \
         says to it; `stackwright explain SW204` prints a section of it. An example is the \
         description of the stack `shop`. Where its region, its network, its images' locks and the \
         like do not matter, they are left out.\n\n## All codes\n",
    );
    page.push_str(&report::explain::tables(ALL_CODES));
    page.push_str("\n## Each code\n\n");
    page.push_str(&report::explain::sections(ALL_CODES, &Program::new(), 3));
    page
}

fn section(page: &mut String, head: &str, doc: &str, fields: &[FieldInfo]) {
    let _ = write!(page, "\n## {head}\n\n{doc}\n");
    table(page, fields);
    nested(page, fields);
}

/// The blocks inside a block, each once.
fn nested(page: &mut String, fields: &[FieldInfo]) {
    for field in fields.iter().filter(|field| field.is_block) {
        if let Type::OneOf(variants) = &field.ty {
            for Variant { label, doc, fields } in variants {
                let _ = write!(page, "\n### {} \"{label}\"\n\n{doc}\n", field.name);
                table(page, fields);
                nested(page, fields);
            }
        }
        let (label, ty) = match &field.ty {
            Type::Map(inner) => (" \"<label>\"", inner.as_ref()),
            Type::List(inner) => ("", inner.as_ref()),
            ty => ("", ty),
        };
        let Type::Object(inner) = ty else { continue };
        let _ = write!(page, "\n### {}{label}\n\n{}\n", field.name, field.doc);
        table(page, inner);
        nested(page, inner);
    }
}

fn table(page: &mut String, fields: &[FieldInfo]) {
    if fields.is_empty() {
        return;
    }
    page.push_str("\n| field | type | default | what |\n| --- | --- | --- | --- |\n");
    for field in fields {
        let default = match (default(field), field.required) {
            (_, true) => "**required**".to_owned(),
            (Some(default), _) => format!("`{default}`"),
            (None, _) => String::new(),
        };
        let rule = rule(&field.ty).map(|rule| format!("({rule})")).unwrap_or_default();
        let _ = writeln!(
            page,
            "| `{}` | {} | {default} | {} |",
            field.name,
            type_name(field),
            cell(&format!("{} {rule}", field.doc)),
        );
    }
}

/// What a field is when it is not written, on one line.
pub(crate) fn default(field: &FieldInfo) -> Option<String> {
    let lines = print_expr(field.default.as_ref()?);
    Some(lines.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A field's type in a few words.
pub(crate) fn type_name(field: &FieldInfo) -> String {
    match (&field.ty, field.is_block) {
        (Type::Map(_), true) => "blocks, labelled".to_owned(),
        (Type::List(_), true) => "blocks".to_owned(),
        (Type::OneOf(_), _) => "block, labelled".to_owned(),
        (_, true) => "block".to_owned(),
        _ if field.name == rename::FIELD => "string or list of string".to_owned(),
        (ty, false) => plain_type(ty),
    }
}

fn plain_type(ty: &Type) -> String {
    match ty {
        Type::Scalar(ScalarType::String, _) => "string".to_owned(),
        Type::Scalar(ScalarType::Number, _) => "number".to_owned(),
        Type::Scalar(ScalarType::Bool, _) => "bool".to_owned(),
        Type::List(inner) => format!("list of {}", plain_type(inner)),
        Type::Map(inner) => format!("map of {}", plain_type(inner)),
        Type::Object(_) | Type::OneOf(_) => "object".to_owned(),
        Type::Reference(kinds) | Type::Label(kinds) => {
            kinds.iter().map(|kind| format!("`{kind}.…`")).collect::<Vec<_>>().join(" or ")
        }
        Type::Any => "any".to_owned(),
    }
}

/// The rule for a type's values, or those of its elements.
pub(crate) fn rule(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Scalar(_, rule) if !rule.is_empty() => Some(rule),
        Type::List(inner) | Type::Map(inner) => rule(inner),
        _ => None,
    }
}

/// Text in one cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
