//! Templates in Jinja's language, strict about what they name.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Sources, Span, codes};

/// Fills a template in with a value.
///
/// # Errors
/// The template's mistake with its place in it, the template added to `sources` under `name`.
///
/// ```
/// use std::collections::BTreeMap;
/// use stackwright::diagnostic::Sources;
/// use stackwright::template::fill;
///
/// let value = BTreeMap::from([("image", "server")]);
/// let sources = &mut Sources::default();
/// assert_eq!(fill("message", "Deploy {{ image }}", &value, sources).unwrap(), "Deploy server");
/// let problem = fill("message", "Deploy {{ imag }}", &value, sources).unwrap_err();
/// assert_eq!(problem.message, "`imag` is not defined");
/// ```
pub fn fill(
    name: &str,
    template: &str,
    value: &impl Serialize,
    sources: &mut Sources,
) -> Result<String, Diagnostic> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // What is rendered is neither HTML nor meant for a browser.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let value = Value::from(Serde(value));
    environment.render_named_str(name, template, value).map_err(|error| {
        let range = error.range().filter(|range| template.get(range.clone()).is_some());
        let piece = range.clone().and_then(|range| template.get(range)).unwrap_or_default().trim();
        let message = match (error.kind(), error.detail()) {
            (minijinja::ErrorKind::UndefinedError, _) if !piece.is_empty() => {
                format!("`{piece}` is not defined")
            }
            (_, Some(detail)) => format!("the template is wrong: {detail}"),
            (kind, None) => format!("the template is wrong: {kind}"),
        };
        let file = sources.add(name, template.to_owned());
        Diagnostic::error(codes::BAD_TEMPLATE, message)
            .at(Span::new(file, range.unwrap_or(0..0)), "")
    })
}
