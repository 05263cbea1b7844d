//! Facts as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::plan::schema::{
    Attribute, Block, ForceNew, Nesting, Presence, Provider, Resource, Rule, Sdk, Type,
};
use crate::plan::value::Value;

/// Prints facts, sorted.
///
/// [`parse`](super::parse()) reads them back as they were. The one exception is a type that
/// Terraform cannot have either: nested attributes within a collection type, which become an
/// object.
///
/// ```
/// use stackwright::plan::facts;
///
/// let text = "facts 1\nprovider example/toy 1.0.0\n\nresource toy_car\n  id = string computed\n";
/// assert_eq!(facts::print(&facts::parse(text)?), text);
/// # Ok::<(), facts::FactsError>(())
/// ```
pub fn print(provider: &Provider) -> String {
    let mut out = format!("facts 1\nprovider {}", word(&provider.name));
    if !provider.version.is_empty() {
        out.push(' ');
        out.push_str(&word(&provider.version));
    }
    out.push('\n');
    if provider.config != Block::default() {
        out.push_str("\nconfig\n");
        block(&mut out, &provider.config, 1);
    }
    for (name, it) in &provider.resources {
        resource(&mut out, "resource", name, it);
    }
    for (name, it) in &provider.data_sources {
        resource(&mut out, "data", name, it);
    }
    for (name, it) in &provider.ephemeral {
        resource(&mut out, "ephemeral", name, it);
    }
    out
}

fn resource(out: &mut String, keyword: &str, name: &str, resource: &Resource) {
    out.push('\n');
    out.push_str(keyword);
    out.push(' ');
    out.push_str(&word(name));
    if resource.version != 0 {
        let _ = write!(out, " version={}", resource.version);
    }
    if resource.sdk == Sdk::Framework {
        out.push_str(" framework");
    }
    out.push('\n');
    block(out, &resource.block, 1);
    for (path, others) in &resource.conflicts {
        let _ = writeln!(out, "  ! conflicts {}:{}", word(path), words(others));
    }
    for paths in &resource.exactly_one_of {
        let _ = writeln!(out, "  ! exactly-one{}", words(paths));
    }
    for paths in &resource.at_least_one_of {
        let _ = writeln!(out, "  ! at-least-one{}", words(paths));
    }
    for (path, others) in &resource.required_with {
        let _ = writeln!(out, "  ! requires {}:{}", word(path), words(others));
    }
    for (path, condition) in &resource.conditions {
        let _ = write!(out, "  ! may-replace {}", word(path));
        if let Some((attribute, value)) = &condition.only {
            let _ = write!(out, " {}={}", word(attribute), word(value));
        }
        let _ = writeln!(out, ": {}", quoted(&condition.words));
    }
}

fn block(out: &mut String, block: &Block, level: usize) {
    attributes(out, &block.attributes, level);
    for (name, nested) in &block.blocks {
        indent(out, level);
        let _ = write!(out, "{} {{}} {}", word(name), nesting(nested.nesting));
        match (nested.min, nested.max) {
            (0, 0) => {}
            (min, 0) => _ = write!(out, " {min}.."),
            (min, max) => _ = write!(out, " {min}..{max}"),
        }
        if nested.computed {
            out.push_str(" computed");
        }
        out.push_str(force_new(nested.force_new));
        out.push('\n');
        self::block(out, &nested.block, level + 1);
    }
}

fn attributes(out: &mut String, attributes: &BTreeMap<String, Attribute>, level: usize) {
    for (name, it) in attributes {
        indent(out, level);
        let _ = write!(out, "{} = ", word(name));
        match &it.ty {
            Type::Nested(nested, _) => _ = write!(out, "nested({})", nesting(*nested)),
            other => ty(out, other),
        }
        out.push_str(match it.presence {
            Presence::Required => " required",
            Presence::Optional => " optional",
            Presence::OptionalComputed => " optional computed",
            Presence::Computed => " computed",
        });
        for (is, text) in
            [(it.sensitive, " sensitive"), (it.write_only, " write-only"), (it.use_state, " keeps")]
        {
            if is {
                out.push_str(text);
            }
        }
        out.push_str(force_new(it.force_new));
        if let Some(default) = &it.default {
            out.push_str(" default=");
            value(out, default);
        }
        for it in &it.rules {
            out.push(' ');
            rule(out, it);
        }
        out.push('\n');
        if let Type::Nested(_, inner) = &it.ty {
            self::attributes(out, inner, level + 1);
        }
    }
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n("  ", level));
}

fn force_new(force_new: ForceNew) -> &'static str {
    match force_new {
        ForceNew::No => "",
        ForceNew::Yes => " replaces",
        ForceNew::Maybe => " may-replace",
    }
}

fn nesting(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
        Nesting::Group => "group",
    }
}

fn ty(out: &mut String, it: &Type) {
    let within = |out: &mut String, open: &str, inner: &Type| {
        out.push_str(open);
        ty(out, inner);
        out.push(')');
    };
    match it {
        Type::String => out.push_str("string"),
        Type::Number => out.push_str("number"),
        Type::Bool => out.push_str("bool"),
        Type::Dynamic => out.push_str("any"),
        Type::List(inner) => within(out, "list(", inner),
        Type::Set(inner) => within(out, "set(", inner),
        Type::Map(inner) => within(out, "map(", inner),
        Type::Tuple(items) => {
            out.push_str("tuple([");
            separated(out, items, ty);
            out.push_str("])");
        }
        Type::Object(fields) => object(out, fields.iter()),
        Type::Nested(_, fields) => {
            object(out, fields.iter().map(|(name, attribute)| (name, &attribute.ty)));
        }
    }
}

fn object<'a>(out: &mut String, fields: impl Iterator<Item = (&'a String, &'a Type)>) {
    out.push_str("object({");
    separated(out, fields, |out, (name, it)| {
        out.push_str(&word(name));
        out.push('=');
        ty(out, it);
    });
    out.push_str("})");
}

fn rule(out: &mut String, it: &Rule) {
    match it {
        Rule::OneOf(words, ignore_case) => {
            out.push_str(if *ignore_case { "oneof-nocase(" } else { "oneof(" });
            separated(out, words, |out, word| out.push_str(&quoted(word)));
        }
        Rule::Range(min, max) => _ = write!(out, "range({min},{max}"),
        Rule::Length(min, usize::MAX) => _ = write!(out, "length({min},inf"),
        Rule::Length(min, max) => _ = write!(out, "length({min},{max}"),
        Rule::Pattern(pattern) => _ = write!(out, "pattern({}", quoted(pattern)),
        Rule::Each(inner) => {
            out.push_str("each(");
            rule(out, inner);
        }
    }
    out.push(')');
}

fn value(out: &mut String, it: &Value) {
    match it {
        Value::Dynamic(_, inner) => value(out, inner),
        Value::Null => out.push_str("null"),
        Value::Unknown => out.push_str("unknown"),
        Value::Bool(it) => _ = write!(out, "{it}"),
        Value::Number(it) => out.push_str(it),
        Value::String(it) => out.push_str(&quoted(it)),
        Value::List(items) => {
            out.push('[');
            separated(out, items, value);
            out.push(']');
        }
        Value::Map(items) => {
            out.push('{');
            separated(out, items, |out, (key, it)| {
                out.push_str(&quoted(key));
                out.push(':');
                value(out, it);
            });
            out.push('}');
        }
    }
}

fn separated<I: IntoIterator>(
    out: &mut String,
    items: I,
    mut print: impl FnMut(&mut String, I::Item),
) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        print(out, item);
    }
}

fn words(words: &[String]) -> String {
    words.iter().map(|it| format!(" {}", word(it))).collect()
}

/// A plain word as it is, everything else as a JSON string.
fn word(text: &str) -> String {
    if !text.is_empty() && text.chars().all(super::parse::is_plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
