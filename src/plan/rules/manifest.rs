//! Kubernetes manifests: YAML as Terraform values.
//!
//! <https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs/functions/manifest_decode>

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};

use super::super::schema::Type;
use super::super::value::Value;

/// One manifest.
pub fn decode(text: &str) -> Result<Value, String> {
    match manifests(text)?.as_slice() {
        [(ty, value)] => Ok(Value::Dynamic(Box::new(ty.clone()), Box::new(value.clone()))),
        [] => Err("there is no manifest in it".into()),
        _ => Err("there is more than one manifest in it: use manifest_decode_multi".into()),
    }
}

/// As many as there are.
pub fn decode_multi(text: &str) -> Result<Value, String> {
    let (types, values) = manifests(text)?.into_iter().unzip();
    Ok(Value::Dynamic(Box::new(Type::Tuple(types)), Box::new(Value::List(values))))
}

fn manifests(text: &str) -> Result<Vec<(Type, Value)>, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| format!("it is no YAML: {error}"))?;
    let mut manifests = Vec::new();
    for document in documents.iter().filter(|document| !document.is_null()) {
        let (ty, value) = value(document)?;
        for name in ["apiVersion", "kind", "metadata"] {
            if value.get(name).is_null() {
                return Err(format!("a manifest has a `{name}`"));
            }
        }
        manifests.push((ty, value));
    }
    Ok(manifests)
}

fn value(yaml: &Yaml<'_>) -> Result<(Type, Value), String> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => (Type::Dynamic, Value::Null),
        Yaml::Value(Scalar::Boolean(is)) => (Type::Bool, Value::Bool(*is)),
        Yaml::Value(Scalar::Integer(number)) => (Type::Number, (*number).into()),
        Yaml::Value(Scalar::FloatingPoint(number)) if number.is_finite() => {
            (Type::Number, Value::Number(number.to_string()))
        }
        Yaml::Value(Scalar::String(text)) => (Type::String, text.as_ref().into()),
        Yaml::Sequence(items) => {
            let items: Vec<_> = items.iter().map(value).collect::<Result<_, _>>()?;
            let (types, values) = items.into_iter().unzip();
            (Type::Tuple(types), Value::List(values))
        }
        Yaml::Mapping(entries) => {
            let (mut types, mut values) = (BTreeMap::new(), BTreeMap::new());
            for (key, entry) in entries {
                let key = match key {
                    Yaml::Value(Scalar::String(key)) => key.to_string(),
                    Yaml::Value(Scalar::Integer(key)) => key.to_string(),
                    Yaml::Value(Scalar::Boolean(key)) => key.to_string(),
                    _ => return Err("a key is a text".into()),
                };
                let (ty, entry) = value(entry)?;
                types.insert(key.clone(), ty);
                values.insert(key, entry);
            }
            (Type::Object(types), Value::Map(values))
        }
        _ => return Err("there is something in it that JSON does not have".into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec:\n  ports: [80, '80']\n  on: true\n  no: ~\n";

    #[test]
    fn a_manifest_has_the_types_that_yaml_has() {
        let Value::Dynamic(_, value) = decode(ONE).unwrap() else { panic!("its type is its own") };
        let spec = value.get("spec");
        assert_eq!(spec.get("ports").as_list().unwrap(), [80.into(), "80".into()]);
        assert_eq!((spec.get("on"), spec.get("no")), (&Value::Bool(true), &Value::Null));
    }

    #[test]
    fn several_manifests_are_a_list() {
        let Value::Dynamic(_, value) = decode_multi(&format!("{ONE}---\n{ONE}---\n")).unwrap()
        else {
            panic!("their types are their own")
        };
        assert_eq!(value.as_list().unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for text in ["", "a: [", "a: 1", &format!("{ONE}---\n{ONE}")] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}
