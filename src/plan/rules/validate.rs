//! What a provider refuses beyond types, in its own words. What is unknown is never wrong.

use std::collections::{BTreeMap, BTreeSet};

use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::util::syntax;

use super::super::made_up::looks_made_up;
use super::super::schema::{Attribute, Block, Nesting, Resource, Rule, Type};
use super::super::value::Value;
use super::{Path, Problem, Step};

/// Checks the configuration of a resource or data source.
pub fn config(resource: &Resource, config: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    conflicts(resource, config, &mut problems);
    for paths in &resource.exactly_one_of {
        exactly_one(config, paths, &mut problems);
    }
    for paths in &resource.at_least_one_of {
        at_least_one(config, paths, &mut problems);
    }
    for (path, others) in &resource.required_with {
        required(config, path, others, &mut problems);
    }
    block(&resource.block, config, &mut Path::new(), &mut problems);
    problems
}

/// A provider's pattern. `\d` and `\w` are ASCII, as in Go, whose patterns these are.
fn regex(pattern: &str) -> Option<PikeVM> {
    PikeVM::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build(pattern)
        .ok()
}

/// What stands at a path of a configuration.
enum At {
    /// What it would stand in is not written.
    Nowhere,
    /// It, or what it stands in, is not known, or stands there several times.
    Unclear,
    Unset(Path),
    Set(Path),
}

/// Looks up `a.0.b` or `a.b`: a list on the way has one element.
fn at(config: &Value, path: &str) -> At {
    let mut value = config;
    let mut steps = Path::new();
    for name in path.split('.').filter(|name| name.parse::<u32>().is_err()) {
        if let Value::List(elements) = value {
            match elements.as_slice() {
                [] => return At::Nowhere,
                [only] => value = only,
                _ => return At::Unclear,
            }
            steps.push(Step::Index(0));
        }
        match value {
            Value::Map(attributes) => value = attributes.get(name).unwrap_or(&Value::Null),
            Value::Unknown => return At::Unclear,
            _ => return At::Nowhere,
        }
        steps.push(Step::Attribute(name.to_owned()));
    }
    match value {
        Value::Unknown => At::Unclear,
        Value::Null => At::Unset(steps),
        Value::List(elements) if elements.is_empty() => At::Unset(steps),
        _ => At::Set(steps),
    }
}

/// As it stands in messages.
fn plain(path: &str) -> String {
    path.replace(".0.", ".")
}

fn conflicts(resource: &Resource, config: &Value, problems: &mut Vec<Problem>) {
    let mut told = BTreeSet::new();
    for (path, others) in &resource.conflicts {
        let At::Set(steps) = at(config, path) else { continue };
        for other in others {
            let (path, other) = (plain(path), plain(other));
            let told_before = told.contains(&(other.clone(), path.clone()));
            if !told_before && path != other && matches!(at(config, &other), At::Set(_)) {
                let detail = format!("\"{path}\": conflicts with {other}");
                problems
                    .push(Problem::new("Conflicting configuration arguments", detail).at(&steps));
                told.insert((path, other));
            }
        }
    }
}

fn exactly_one(config: &Value, paths: &[String], problems: &mut Vec<Problem>) {
    let (mut set, mut unset, mut unclear) = (Vec::new(), Vec::new(), false);
    for path in paths {
        match at(config, path) {
            At::Set(steps) => set.push((plain(path), steps)),
            At::Unset(steps) => unset.push((plain(path), steps)),
            At::Unclear => unclear = true,
            At::Nowhere => {}
        }
    }
    let all = paths.iter().map(|path| plain(path)).collect::<Vec<_>>().join(",");
    let problem = match (set.as_slice(), unset.as_slice()) {
        ([], [(first, steps), ..]) if !unclear => {
            let inside = &steps[..steps.len().saturating_sub(1)];
            Some((format!("\"{first}\": one of `{all}` must be specified"), inside))
        }
        ([_, (second, steps), ..], _) => {
            let set: Vec<&str> = set.iter().map(|(path, _)| path.as_str()).collect();
            let set = set.join(",");
            let detail = format!(
                "\"{second}\": only one of `{all}` can be specified, but `{set}` were specified."
            );
            Some((detail, steps.as_slice()))
        }
        _ => None,
    };
    if let Some((detail, steps)) = problem {
        problems.push(Problem::new("Invalid combination of arguments", detail).at(steps));
    }
}

fn at_least_one(config: &Value, paths: &[String], problems: &mut Vec<Problem>) {
    let mut unset = None;
    for path in paths {
        match at(config, path) {
            At::Set(_) | At::Unclear => return,
            At::Unset(steps) => _ = unset.get_or_insert((plain(path), steps)),
            At::Nowhere => {}
        }
    }
    if let Some((first, steps)) = unset {
        let all = paths.iter().map(|path| plain(path)).collect::<Vec<_>>().join(",");
        let inside = &steps[..steps.len().saturating_sub(1)];
        let detail = format!("\"{first}\": one of `{all}` must be specified");
        problems.push(Problem::new("Missing required argument", detail).at(inside));
    }
}

fn required(config: &Value, path: &str, others: &[String], problems: &mut Vec<Problem>) {
    let At::Set(steps) = at(config, path) else { return };
    let is_missing = |other: &String| matches!(at(config, other), At::Unset(_) | At::Nowhere);
    if others.iter().any(is_missing) {
        let mut all: Vec<String> = others.iter().map(|path| plain(path)).collect();
        all.push(plain(path));
        all.sort();
        all.dedup();
        let detail = format!("\"{}\": all of `{}` must be specified", plain(path), all.join(","));
        problems.push(Problem::new("Missing required argument", detail).at(&steps));
    }
}

fn block(block: &Block, config: &Value, path: &mut Path, problems: &mut Vec<Problem>) {
    attributes(&block.attributes, config, path, problems);
    for (name, nested) in &block.blocks {
        path.push(Step::Attribute(name.clone()));
        each(nested.nesting, config.get(name), path, |config, path| {
            self::block(&nested.block, config, path, problems);
        });
        path.pop();
    }
}

fn attributes(
    attributes: &BTreeMap<String, Attribute>,
    config: &Value,
    path: &mut Path,
    problems: &mut Vec<Problem>,
) {
    for (name, attribute) in attributes {
        let value = config.get(name);
        path.push(Step::Attribute(name.clone()));
        for rule in &attribute.rules {
            if let Some(summary) = broken(rule, name, value, attribute.sensitive) {
                problems.push(Problem::new(summary, "").at(path));
            }
        }
        if let Type::Nested(nesting, inner) = &attribute.ty {
            each(*nesting, value, path, |config, path| {
                self::attributes(inner, config, path, problems);
            });
        }
        path.pop();
    }
}

/// Goes through what is written of a nested block or attribute. An element of a set has no path of
/// its own: it goes by the whole set's.
fn each(nesting: Nesting, value: &Value, path: &mut Path, mut one: impl FnMut(&Value, &mut Path)) {
    match (nesting, value) {
        (Nesting::List, Value::List(elements)) => {
            for (place, element) in (0..).zip(elements) {
                path.push(Step::Index(place));
                one(element, path);
                path.pop();
            }
        }
        (Nesting::Set, Value::List(elements)) => {
            for element in elements {
                one(element, &mut path.clone());
            }
        }
        (Nesting::Map, Value::Map(elements)) => {
            for (key, element) in elements {
                path.push(Step::Key(key.clone()));
                one(element, path);
                path.pop();
            }
        }
        (Nesting::Single | Nesting::Group, Value::Map(_)) => one(value, path),
        _ => {}
    }
}

/// Says what is wrong with a value.
fn broken(rule: &Rule, name: &str, value: &Value, sensitive: bool) -> Option<String> {
    if let Rule::Each(rule) = rule {
        let elements: Vec<&Value> = match value {
            Value::List(elements) => elements.iter().collect(),
            Value::Map(elements) => elements.values().collect(),
            _ => Vec::new(),
        };
        return elements.into_iter().find_map(|element| broken(rule, name, element, sensitive));
    }
    let text = match value {
        // Against a simulated state, values of other resources are made up.
        Value::String(text) if looks_made_up(text) => return None,
        Value::String(text) | Value::Number(text) => text.as_str(),
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        _ => return None,
    };
    let got = if sensitive { "(sensitive value)" } else { text };
    match rule {
        Rule::OneOf(words, ignores_case) => {
            let is = |word: &String| match ignores_case {
                true => word.eq_ignore_ascii_case(text),
                false => word == text,
            };
            (!words.iter().any(is)).then(|| {
                let words: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
                format!("expected {name} to be one of [{}], got {got}", words.join(" "))
            })
        }
        Rule::Range(least, most) => {
            let number: f64 = text.parse().ok()?;
            let is_wrong = number < *least || number > *most;
            is_wrong.then(|| match (least.is_finite(), most.is_finite()) {
                (true, false) => format!("expected {name} to be at least ({least}), got {got}"),
                (false, true) => format!("expected {name} to be at most ({most}), got {got}"),
                _ => format!("expected {name} to be in the range ({least} - {most}), got {got}"),
            })
        }
        Rule::Length(least, most) => {
            // Most providers count bytes, some characters: wrong is what is wrong for both.
            let is_wrong = text.len() < *least || text.chars().count() > *most;
            is_wrong.then(|| {
                format!(
                    "expected length of {name} to be in the range ({least} - {most}), got {got}"
                )
            })
        }
        Rule::Pattern(pattern) => {
            // A pattern that is not understood here refuses nothing.
            let found = regex(pattern)?;
            (!found.is_match(&mut found.create_cache(), text))
                .then(|| format!("invalid value for {name}: {got} does not match {pattern:?}"))
        }
        Rule::Each(_) => None,
    }
}
