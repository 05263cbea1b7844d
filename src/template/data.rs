//! Values on their way into a template and out of it again, as text.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hcl::edit::Span as _;
use hcl::edit::expr::Expression as Source;
use minijinja::value::{Kwargs, Object, ObjectRepr, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use crate::hcl::parse::key_name;
use crate::hcl::print::{escaped, print_expr};
use crate::hcl::{Expr, Property};
use crate::stack::value::Expression as Terraform;

/// A filter's name and what it does, for the reference.
pub const FILTERS: &[(&str, &str)] = &[
    ("hcl", "a value as HCL: text in quotes with everything escaped, lists, maps, expressions"),
    ("inside", "the same for the inside of quotes: text escaped, an expression as `${…}`"),
    ("json", "a value as JSON on one line; `json(indent=2)` on several"),
    ("kebab", "`orderEvents` as `order-events`"),
    ("snake", "`orderEvents` as `order_events`"),
];

/// Makes the filters known to an environment.
pub(super) fn add_filters(environment: &mut Environment<'_>) {
    environment.add_filter("hcl", |value: Value| expr(&value).map(|expr| print_expr(&expr)));
    environment.add_filter("inside", |value: Value| expr(&value).and_then(|expr| inside(&expr)));
    environment.add_filter("json", as_json);
    environment.add_filter("kebab", |text: &str| words(text).join("-"));
    environment.add_filter("snake", |text: &str| words(text).join("_"));
}

/// A Terraform expression: it stands in a template as its text.
#[derive(Debug)]
struct Expression(String);

impl Object for Expression {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value as templates see it.
pub(super) fn value(expr: &Expr) -> Value {
    match expr {
        Expr::Null => Value::from(()),
        Expr::Bool(bool) => Value::from(*bool),
        Expr::Number(number) => match (number.parse::<i64>(), number.parse::<f64>()) {
            (Ok(whole), _) => Value::from(whole),
            (Err(_), Ok(number)) => Value::from(number),
            (Err(_), Err(_)) => Value::from(number.as_str()),
        },
        Expr::String(text) => Value::from(text.as_str()),
        Expr::Raw(source) => match literal(source) {
            Some(literal) => value(&literal),
            None => Value::from_object(Expression(source.clone())),
        },
        Expr::List(items) => items.iter().map(value).collect(),
        Expr::Object(properties) => {
            let entries = properties.iter().map(|it| (it.key.clone(), value(&it.value)));
            Value::from(entries.collect::<BTreeMap<String, Value>>())
        }
    }
}

/// True for what only Terraform can evaluate.
pub(super) fn is_expression(value: &Value) -> bool {
    value.downcast_object_ref::<Expression>().is_some()
}

/// A value of a template as HCL.
fn expr(value: &Value) -> Result<Expr, Error> {
    Ok(match value.kind() {
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::None => Expr::Null,
        ValueKind::Bool => Expr::Bool(value.is_true()),
        ValueKind::Number => Expr::Number(value.to_string()),
        ValueKind::String => Expr::String(value.as_str().unwrap_or_default().to_owned()),
        ValueKind::Seq | ValueKind::Iterable => {
            Expr::List(value.try_iter()?.map(|item| expr(&item)).collect::<Result<_, _>>()?)
        }
        ValueKind::Map => {
            let mut properties = Vec::new();
            for key in value.try_iter()? {
                properties.push(Property::new(key.to_string(), expr(&value.get_item(&key)?)?));
            }
            Expr::Object(properties)
        }
        kind => match value.downcast_object_ref::<Expression>() {
            Some(Expression(source)) => Expr::Raw(source.clone()),
            None => {
                let message = format!("a {kind} cannot be written");
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            }
        },
    })
}

/// Source that says a value without naming anything, taken apart.
fn literal(source: &str) -> Option<Expr> {
    let parsed = hcl::edit::parser::parse_expr(source).ok()?;
    let is_literal = matches!(
        parsed,
        Source::Null(_)
            | Source::Bool(_)
            | Source::Number(_)
            | Source::String(_)
            | Source::Array(_)
            | Source::Object(_)
    );
    is_literal.then(|| taken_apart(&parsed, source))
}

fn taken_apart(parsed: &Source, source: &str) -> Expr {
    match parsed {
        Source::Null(_) => Expr::Null,
        Source::Bool(bool) => Expr::Bool(**bool),
        Source::Number(number) => Expr::Number(number.value().to_string()),
        Source::String(text) => Expr::String(text.as_str().to_owned()),
        Source::Array(array) => {
            Expr::List(array.iter().map(|item| taken_apart(item, source)).collect())
        }
        Source::Object(object) if object.iter().all(|(key, _)| key_name(key).is_some()) => {
            let entries = object.iter().filter_map(|(key, value)| {
                Some((key_name(key)?.0, taken_apart(value.expr(), source)))
            });
            Expr::object(entries)
        }
        other => Expr::raw(other.span().and_then(|range| source.get(range)).unwrap_or_default()),
    }
}

/// The inside of a quoted template.
fn inside(expr: &Expr) -> Result<String, Error> {
    match expr {
        Expr::String(text) => Ok(escaped(text)),
        Expr::Raw(source) => Ok(interpolated(source)),
        Expr::Bool(_) | Expr::Number(_) => Ok(print_expr(expr)),
        Expr::Null | Expr::List(_) | Expr::Object(_) => Err(Error::new(
            ErrorKind::InvalidOperation,
            "only text, a number or an expression can stand inside quotes",
        )),
    }
}

fn interpolated(source: &str) -> String {
    let (source, references, span) = (source.to_owned(), Vec::new(), None);
    crate::stack::value::Value::<String>::Expression(Terraform { source, references, span })
        .template()
}

/// A value as JSON; an expression as Terraform's JSON has it, `"${…}"` (Terraform language, "JSON
/// Configuration Syntax").
pub fn json(expr: &Expr) -> serde_json::Value {
    match expr {
        Expr::Null => serde_json::Value::Null,
        Expr::Bool(bool) => (*bool).into(),
        Expr::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| (**number).into()),
        Expr::String(text) => text.as_str().into(),
        Expr::Raw(source) => match literal(source) {
            Some(literal) => json(&literal),
            None => interpolated(source).into(),
        },
        Expr::List(items) => items.iter().map(json).collect(),
        Expr::Object(properties) => {
            properties.iter().map(|it| (it.key.clone(), json(&it.value))).collect()
        }
    }
}

fn as_json(value: Value, options: Kwargs) -> Result<String, Error> {
    use serde::Serialize as _;
    let indent: Option<usize> = options.get("indent")?;
    options.assert_all_used()?;
    let json = json(&expr(&value)?);
    let Some(indent) = indent else { return Ok(json.to_string()) };
    let (mut text, blanks) = (Vec::new(), " ".repeat(indent.min(8)));
    let layout = serde_json::ser::PrettyFormatter::with_indent(blanks.as_bytes());
    json.serialize(&mut serde_json::Serializer::with_formatter(&mut text, layout))
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The words of a name, in lower case: `orderEvents`, `order-events` and `Order events` have two.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        let starts = !before.is_alphanumeric() || (c.is_uppercase() && !before.is_uppercase());
        if c.is_alphanumeric() {
            if starts {
                words.push(String::new());
            }
            words.iter_mut().last().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_where_its_words_begin() {
        for (text, expected) in [
            ("orderEvents", "order-events"),
            ("order_events", "order-events"),
            ("Order  events 2", "order-events-2"),
            ("waDoh", "wa-doh"),
            ("SQS", "sqs"),
            ("", ""),
        ] {
            assert_eq!(words(text).join("-"), expected);
        }
    }

    #[test]
    fn what_goes_into_a_template_comes_out_as_the_same_hcl() {
        for source in
            ["null", "true", "5", "0.5", "\"a\\\"$${b}\"", "[1, \"x\"]", "var.x", "\"a-${var.b}\""]
        {
            let parsed = literal(source).unwrap_or_else(|| Expr::raw(source));
            assert_eq!(print_expr(&expr(&value(&parsed)).unwrap()), source);
        }
    }

    #[test]
    fn an_expression_in_json_is_terraforms() {
        assert_eq!(json(&Expr::raw("var.x")), "${var.x}");
        assert_eq!(json(&Expr::raw("\"a-${var.x}\"")), "a-${var.x}");
        assert_eq!(json(&Expr::raw("[1, { a = var.x }]")).to_string(), "[1,{\"a\":\"${var.x}\"}]");
    }
}
