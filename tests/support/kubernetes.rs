//! What Kubernetes and its operators take: `tests/fixtures/kubernetes.txt`.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

const TYPES: &str = include_str!("../fixtures/kubernetes.txt");

/// The documents of a file of YAML, as JSON has them.
pub fn objects(text: &str) -> Vec<Value> {
    Yaml::load_from_str(text).unwrap().iter().map(value).collect()
}

fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, entry) in entries {
                let key = key.as_str().unwrap_or_else(|| panic!("{key:?} is no text")).to_owned();
                assert!(map.insert(key.clone(), value(entry)).is_none(), "`{key}` stands twice");
            }
            Value::Object(map)
        }
        other => panic!("{other:?}"),
    }
}

/// What is wrong with an object, each problem with the way to it.
pub fn problems(object: &Value) -> Vec<String> {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let kind = format!("kind {}/{} ", text("apiVersion"), text("kind"));
    let Some(ty) = TYPES.lines().find_map(|line| line.strip_prefix(&kind)) else {
        return vec![format!("there is no {kind}")];
    };
    let types = TYPES.lines().filter_map(|line| line.split_once(" = ")).collect();
    let mut problems = Vec::new();
    check(&types, ty, object, text("kind"), &mut problems);
    problems
}

type Types<'a> = BTreeMap<&'a str, &'a str>;

fn check(types: &Types<'_>, ty: &str, value: &Value, at: &str, problems: &mut Vec<String>) {
    let fits = match ty {
        "any" => true,
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "intstr" | "quantity" => value.is_string() || value.is_number(),
        _ if ty.starts_with('"') => {
            ty.split('|').any(|word| value.as_str() == Some(word.trim_matches('"')))
        }
        _ if ty.starts_with('[') => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                check(types, &ty[1..ty.len() - 1], item, &format!("{at}[{index}]"), problems);
            }
            value.is_array()
        }
        _ if ty.starts_with('{') => {
            for (key, item) in value.as_object().into_iter().flatten() {
                check(types, &ty[1..ty.len() - 1], item, &format!("{at}.{key}"), problems);
            }
            value.is_object()
        }
        _ if ty.starts_with('(') => {
            check_object(types, &ty[1..ty.len() - 1], value, at, problems);
            value.is_object()
        }
        name => {
            let ty = types.get(name).unwrap_or_else(|| panic!("no type {name}"));
            return check(types, ty, value, at, problems);
        }
    };
    if !fits {
        problems.push(format!("{at}: {value} is no {ty}"));
    }
}

fn check_object(
    types: &Types<'_>,
    fields: &str,
    value: &Value,
    at: &str,
    problems: &mut Vec<String>,
) {
    let Some(object) = value.as_object() else { return };
    let mut known = Vec::new();
    for field in split(fields) {
        let (name, ty) = field.split_once('=').unwrap();
        let (name, required) = (name.trim_end_matches('!'), name.ends_with('!'));
        known.push(name);
        match object.get(name) {
            Some(value) => check(types, ty, value, &format!("{at}.{name}"), problems),
            None if required => problems.push(format!("{at}: there is no `{name}`")),
            None => {}
        }
    }
    for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
        problems.push(format!("{at}: there is no field `{key}`"));
    }
}

/// The fields of an object's type: those of one inside it are not its own.
fn split(fields: &str) -> Vec<&str> {
    let (mut depth, mut start, mut all) = (0, 0, Vec::new());
    for (at, c) in fields.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 => {
                all.push(&fields[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(&fields[start..]);
    all.retain(|field| !field.is_empty());
    all
}

#[test]
fn a_wrong_name_type_or_word_is_found() {
    let right = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "a"},
        "spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "a"}},
    });
    assert_eq!(problems(&right), Vec::<String>::new());
    let wrong = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "spec": {
            "replica": 1,
            "strategy": {"type": "Rolling"},
            "template": {"spec": {"containers": [{"name": "a", "ports": [{"containerPort": "80"}]}]}},
        },
    });
    insta::assert_snapshot!(problems(&wrong).join("\n"), @r#"
    Deployment.spec: there is no `selector`
    Deployment.spec.strategy.type: "Rolling" is no "Recreate"|"RollingUpdate"
    Deployment.spec.template.spec.containers[0].ports[0].containerPort: "80" is no number
    Deployment.spec: there is no field `replica`
    "#);
    let old = json!({"apiVersion": "autoscaling/v2beta1", "kind": "HorizontalPodAutoscaler"});
    insta::assert_snapshot!(problems(&old).join("\n"), @"there is no kind autoscaling/v2beta1/HorizontalPodAutoscaler");
}
