//! The JSON Schema of descriptions, made of what the types say of themselves.
//!
//! It is of a description in HCL's JSON syntax (HCL, "HCL JSON Syntax Specification"): blocks are
//! objects below their type and labels, and an expression is a string that is one template,
//! `"${database.main.host}"`. Editors know fields, types and meanings from it. It takes everything
//! that a description can hold, and refuses as much as types alone can tell; the rules are
//! `stackwright check`'s.

use serde_json::{Map, Value, json};

use crate::component::{Component as _, Module, Vocabulary};
use crate::hcl::Expr;
use crate::stack::Settings;
use crate::stack::block::{Block as _, FieldInfo};
use crate::stack::field::{Type, Variant};
use crate::stack::{self, environment, layer, rename};
use crate::value::ScalarType;

/// The schema, JSON Schema 2020-12, of descriptions whose components are of these kinds.
pub fn description(vocabulary: &Vocabulary) -> Value {
    let mut properties = Map::new();
    properties.insert("stack".to_owned(), labelled(object(&Settings::fields(), &Settings::doc())));
    properties
        .insert("locals".to_owned(), json!({"type": "object", "description": stack::LOCALS_DOC}));
    let values = json!({"type": "object", "description": environment::DOC});
    properties.insert(environment::KIND.to_owned(), labelled(values));
    let mut definitions = Map::new();
    for kind in vocabulary.kinds() {
        let mut one = object(&(kind.fields)(), &(kind.doc)());
        for common in stack::common_fields() {
            // A field of its own has a meaning of its own.
            if one["properties"].get(common.name).is_none() {
                one["properties"][common.name] = common_field(&common);
            }
        }
        if kind.name == Module::KIND {
            one["additionalProperties"] = json!(true);
        }
        definitions.insert(kind.name.to_owned(), one);
        let reference = json!({"$ref": format!("#/$defs/{}", kind.name)});
        properties.insert(kind.name.to_owned(), labelled(reference));
    }
    let components: Map<String, Value> = vocabulary
        .kinds()
        .iter()
        .filter_map(|kind| Some((kind.name.to_owned(), properties.get(kind.name)?.clone())))
        .collect();
    let in_layer = json!({
        "type": "object", "description": layer::DOC, "properties": components,
        "additionalProperties": false,
    });
    properties.insert(layer::KIND.to_owned(), labelled(in_layer));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stackwright's description of a stack",
        "type": "object",
        "required": ["stack"],
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions,
    })
}

/// A field that every component has besides its own.
fn common_field(field: &FieldInfo) -> Value {
    let mut schema = match field.name {
        rename::FIELD => labels_or_one(),
        environment::ONLY => json!({"type": "array", "items": {"type": "string"}}),
        _ => of(&field.ty, false),
    };
    schema["description"] = json!(field.doc);
    schema
}

/// Earlier labels.
fn labels_or_one() -> Value {
    json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
}

/// Blocks by their label.
fn labelled(block: Value) -> Value {
    json!({"type": "object", "additionalProperties": block})
}

fn object(fields: &[FieldInfo], doc: &str) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = match field.name {
            rename::FIELD => labels_or_one(),
            _ => of(&field.ty, field.is_block),
        };
        schema["description"] = json!(field.doc);
        if let Some(default) = field.default.as_ref().and_then(literal) {
            schema["default"] = default;
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !doc.is_empty() {
        schema["description"] = json!(doc);
    }
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The schema of a field's type.
fn of(ty: &Type, is_block: bool) -> Value {
    match ty {
        Type::Scalar(ScalarType::String, rule) => with_rule(json!({"type": "string"}), rule),
        Type::Scalar(ScalarType::Number, rule) => with_rule(or_expression("number"), rule),
        Type::Scalar(ScalarType::Bool, rule) => with_rule(or_expression("boolean"), rule),
        Type::List(inner) if is_block => {
            let block = of(inner, true);
            json!({"anyOf": [block, {"type": "array", "items": block}]})
        }
        // A count stands for a list where a component takes one: `zones = 2`.
        Type::List(inner) => json!({
            "anyOf": [{"type": "array", "items": of(inner, false)}, {"type": "integer"}, expression()],
        }),
        Type::Map(inner) if is_block => labelled(of(inner, true)),
        Type::Map(inner) => json!({"anyOf": [labelled(of(inner, false)), expression()]}),
        Type::Object(fields) => object(fields, ""),
        Type::OneOf(variants) => {
            let properties: Map<String, Value> = variants
                .iter()
                .map(|Variant { label, doc, fields }| ((*label).to_owned(), object(fields, doc)))
                .collect();
            json!({
                "type": "object", "properties": properties, "additionalProperties": false,
                "minProperties": 1, "maxProperties": 1,
            })
        }
        Type::Reference(kinds) | Type::Label(kinds) => {
            let pattern =
                format!("^\\$\\{{\\s*({})\\.[A-Za-z][A-Za-z0-9_-]*\\s*\\}}$", kinds.join("|"));
            json!({"type": "string", "pattern": pattern})
        }
        Type::Any => json!({}),
    }
}

/// A string that is one expression.
fn expression() -> Value {
    json!({"type": "string", "pattern": "\\$\\{"})
}

fn or_expression(ty: &str) -> Value {
    json!({"anyOf": [{"type": ty}, expression()]})
}

fn with_rule(mut schema: Value, rule: &str) -> Value {
    if !rule.is_empty() {
        schema["$comment"] = json!(rule);
    }
    schema
}

/// A value as JSON, where it holds no expression.
fn literal(value: &Expr) -> Option<Value> {
    Some(match value {
        Expr::Null | Expr::Raw(_) => return None,
        Expr::Bool(value) => json!(value),
        Expr::Number(number) => serde_json::from_str(number).ok()?,
        Expr::String(text) => json!(text),
        Expr::List(items) => items.iter().map(literal).collect::<Option<Vec<_>>>()?.into(),
        Expr::Object(properties) => {
            let pairs = properties.iter().map(|it| Some((it.key.clone(), literal(&it.value)?)));
            Value::Object(pairs.collect::<Option<Map<_, _>>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_fields_types_and_meanings() {
        let vocabulary = Vocabulary::default();
        let schema = description(&vocabulary);
        for kind in vocabulary.kinds() {
            let reference = &schema["properties"][kind.name]["additionalProperties"]["$ref"];
            let path = reference.as_str().unwrap_or_default().trim_start_matches('#');
            let one = schema.pointer(path).unwrap();
            for field in (kind.fields)() {
                let found = &one["properties"][field.name];
                assert_eq!(found["description"], field.doc, "{}.{}", kind.name, field.name);
                let required = one["required"].as_array().cloned().unwrap_or_default();
                assert_eq!(required.contains(&json!(field.name)), field.required, "{}", field.name);
            }
        }
        let cluster = &schema["$defs"]["cluster"];
        insta::assert_snapshot!(format!("{:#}", cluster["properties"]["network"]), @r#"
        {
          "type": "string",
          "pattern": "^\\$\\{\\s*(network)\\.[A-Za-z][A-Za-z0-9_-]*\\s*\\}$",
          "description": "The network of its tasks."
        }
        "#);
        let database = &schema["$defs"]["database"]["properties"]["storage_gib"];
        insta::assert_snapshot!(format!("{database:#}"), @r#"
        {
          "anyOf": [
            {
              "type": "number"
            },
            {
              "type": "string",
              "pattern": "\\$\\{"
            }
          ],
          "description": "Its storage in GiB, at least 20, with provisioned IOPS 100. It can grow, never shrink\n(Amazon RDS User Guide, \"Amazon RDS DB instance storage\")."
        }
        "#);
    }
}
