//! The module library: what of a module follows from its component's type.

use super::{Kind, Outputs, Vocabulary};
use crate::hcl::{Block, Body, Expr, print};
use crate::stack::block::FieldInfo;
use crate::stack::field::Type;
use crate::value::ScalarType;

/// The `variables.tf` of a component's module, without its header line. What references to other
/// components bring along is said by the vocabulary.
pub fn variables_tf(vocabulary: &Vocabulary, kind: &Kind) -> String {
    let mut body = Body::default();
    for field in variables(kind) {
        let mut block = Block::new("variable", [field.name])
            .attribute("description", sentence(&field.doc))
            .attribute("type", Expr::raw(type_text(vocabulary, &field.ty, 1)));
        if !field.required {
            let default = field.default.clone().unwrap_or_else(|| empty(&field.ty));
            let nullable = default == Expr::Null;
            block = block.attribute("default", default);
            if !nullable {
                block = block.attribute("nullable", false);
            }
        }
        body.block(block);
    }
    print::print(&body)
}

/// The variables of a component's module: its fields, then what is derived. A derived variable
/// replaces the field of the same name.
pub fn variables(kind: &Kind) -> Vec<FieldInfo> {
    let derived = (kind.derived)();
    let mut variables: Vec<FieldInfo> = (kind.fields)()
        .into_iter()
        .filter(|field| field.is_argument)
        .map(|field| match derived.iter().find(|derived| derived.name == field.name) {
            Some(derived) => derived.clone(),
            None => field,
        })
        .collect();
    let new: Vec<FieldInfo> = derived
        .into_iter()
        .filter(|derived| !variables.iter().any(|variable| variable.name == derived.name))
        .collect();
    variables.extend(new);
    for variable in &mut variables {
        // A component without a name gets one, so a module always has one.
        variable.required |= variable.name == "name";
    }
    variables
}

/// A doc comment as one line.
fn sentence(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "")
}

/// What an absent value is.
fn empty(ty: &Type) -> Expr {
    match ty {
        Type::List(_) => Expr::List(Vec::new()),
        Type::Map(_) => Expr::Object(Vec::new()),
        _ => Expr::Null,
    }
}

/// A type as Terraform writes it.
fn type_text(vocabulary: &Vocabulary, ty: &Type, depth: usize) -> String {
    match ty {
        Type::Scalar(ScalarType::String, _) | Type::Label(_) => "string".to_owned(),
        Type::Scalar(ScalarType::Number, _) => "number".to_owned(),
        Type::Scalar(ScalarType::Bool, _) => "bool".to_owned(),
        Type::Any | Type::OneOf(_) => "any".to_owned(),
        Type::List(item) => format!("list({})", type_text(vocabulary, item, depth)),
        Type::Map(item) => format!("map({})", type_text(vocabulary, item, depth)),
        Type::Object(fields) => {
            let lines = fields.iter().filter(|field| field.is_argument).map(|field| {
                let ty = type_text(vocabulary, &field.ty, depth + 1);
                let ty = match (&field.default, field.required) {
                    (_, true) => ty,
                    (Some(default), false) => {
                        format!("optional({ty}, {})", print::print_expr(default))
                    }
                    (None, false) => match empty(&field.ty) {
                        Expr::Null => format!("optional({ty})"),
                        empty => format!("optional({ty}, {})", print::print_expr(&empty)),
                    },
                };
                (field.name.to_owned(), ty)
            });
            object_text(lines.collect(), depth)
        }
        Type::Reference(kinds) => {
            let outputs = kinds
                .iter()
                .find_map(|name| vocabulary.kind(name))
                .map(|kind| (kind.module.is_some(), (kind.outputs)()));
            match outputs {
                Some((true, Outputs::Known(outputs))) => {
                    let line = |output: super::OutputInfo| {
                        (output.name.to_owned(), type_text(vocabulary, &output.ty, depth + 1))
                    };
                    object_text(outputs.into_iter().map(line).collect(), depth)
                }
                _ => "string".to_owned(),
            }
        }
    }
}

/// Fields on neighbouring lines have their equals signs below each other, as `terraform fmt` has
/// it; one whose type takes several lines stands alone.
fn object_text(lines: Vec<(String, String)>, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let text: String = lines
        .chunk_by(|(_, a), (_, b)| !a.contains('\n') && !b.contains('\n'))
        .flat_map(|group| {
            let width = group.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            group.iter().map(move |(name, ty)| (width, name, ty))
        })
        .map(|(width, name, ty)| format!("{indent}  {name:width$} = {ty}\n"))
        .collect();
    format!("object({{\n{text}{indent}}})")
}
