//! Templates in Jinja's language, strict about what they name.
//!
//! [`fill`] is for a template that stands alone, [`fill_all`] for those of a stack's folder, with
//! the stack as their [`mod@context`]. Neither knows of files, times or the environment.

pub mod context;
mod data;

use std::collections::BTreeMap;
use std::iter::successors;
use std::ops::Range;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, FileId, Sources, Span, codes, did_you_mean};
use crate::hcl::Expr;

pub use data::{FILTERS, json};

/// Steps after which a template is taken to be one that does not end.
const FUEL: u64 = 5_000_000;

/// How deep templates and macros call each other.
const DEPTH: usize = 64;

/// The largest text that a template makes.
const MAX_BYTES: usize = 4 << 20;

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
    let value = Value::from(Serde(value));
    strict().render_named_str(name, template, value).map_err(|error| {
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

/// True for the name of a file that Terraform reads as HCL.
pub fn is_hcl(name: &str) -> bool {
    [".tf", ".tfvars", ".hcl"].iter().any(|end| name.ends_with(end))
}

/// True for a template of a file in which Terraform reads expressions: HCL, or its form in JSON.
fn has_expressions(template: &str) -> bool {
    let output = template.strip_suffix(".j2").unwrap_or(template);
    is_hcl(output) || output.ends_with(".tf.json")
}

/// A template and where it is from.
#[derive(Debug, Clone)]
pub struct Text {
    /// Its path, relative to the project.
    pub path: String,
    /// The file.
    pub file: FileId,
    /// What it says.
    pub text: Arc<str>,
}

/// Fills in each template but those that are only there for others (`_macros.j2`), which can all
/// include and import each other by their names and nothing else.
///
/// # Errors
/// The first mistake of each template, at its place.
pub fn fill_all(
    texts: &BTreeMap<String, Text>,
    context: &Expr,
) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let mut environment = strict();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .expect("the usual delimiters");
    environment.set_syntax(syntax);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_formatter(|out, state, value| {
        let what = match value.kind() {
            ValueKind::None => "`null`: the description does not say it; give `| default(…, true)`",
            ValueKind::Seq | ValueKind::Iterable => "a list: write it with `| hcl` or `| json`",
            ValueKind::Map => "a map: write it with `| hcl` or `| json`, or name one of its keys",
            _ if data::is_expression(value) && !is_partial(state.name()) && !has_expressions(state.name()) => {
                "an expression of Terraform, which does not read this file: name a literal, or write \
                 `| string` where its text is meant"
            }
            _ => return minijinja::escape_formatter(out, state, value),
        };
        Err(minijinja::Error::new(ErrorKind::NonPrimitive, what))
    });
    data::add_filters(&mut environment);
    let mut problems = Vec::new();
    for (name, template) in texts {
        if let Err(error) = environment.add_template(name, &template.text) {
            problems.push(problem(texts, context, name, &error));
        }
    }
    let values = data::value(context);
    let mut filled = BTreeMap::new();
    for name in texts.keys().filter(|name| !is_partial(name)) {
        // One that is not there was complained of.
        let Ok(template) = environment.get_template(name) else { continue };
        let mut out = Limited(Vec::new());
        match template.render_captured_to(values.clone(), &mut out) {
            Ok(_) => {
                filled.insert(name.clone(), String::from_utf8_lossy(&out.0).into_owned());
            }
            Err(error) => {
                let told = missing_template(&error).is_some_and(|name| texts.contains_key(&name));
                if !told {
                    problems.push(problem(texts, context, name, &error));
                }
            }
        }
    }
    // A mistake in one that several include is one mistake.
    let mut told: Vec<Diagnostic> = Vec::new();
    for problem in problems {
        let same = |other: &Diagnostic| {
            other.message == problem.message && other.primary == problem.primary
        };
        if !told.iter().any(same) {
            told.push(problem);
        }
    }
    (filled, told)
}

/// True for a template that is there for others only.
pub fn is_partial(name: &str) -> bool {
    name.starts_with('_')
}

/// Output that ends where nobody would read on.
struct Limited(Vec<u8>);

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(std::io::Error::other("too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn strict<'t>() -> Environment<'t> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // What is rendered is neither HTML nor meant for a browser.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment
}

/// An error and what caused it, outermost first.
fn chain<'a>(error: &'a minijinja::Error) -> impl Iterator<Item = &'a minijinja::Error> {
    let cause = |error: &&'a minijinja::Error| std::error::Error::source(*error)?.downcast_ref();
    successors(Some(error), cause)
}

/// The template that an error says is not there.
fn missing_template(error: &minijinja::Error) -> Option<String> {
    let error = chain(error).last()?;
    let detail = (error.kind() == ErrorKind::TemplateNotFound).then(|| error.detail())??;
    let name = detail.split(['"', '\'']).find(|piece| piece.contains('.'))?;
    Some(name.trim_end_matches('\\').to_owned())
}

fn problem(
    texts: &BTreeMap<String, Text>,
    context: &Expr,
    name: &str,
    error: &minijinja::Error,
) -> Diagnostic {
    let place = |error: &minijinja::Error| -> Option<Span> {
        let template = texts.get(error.name()?)?;
        let range = error.range().or_else(|| line(&template.text, error.line()?))?;
        Some(Span::new(template.file, whole(&template.text, range)?))
    };
    let places: Vec<Span> = chain(error).filter_map(place).collect();
    let inner = chain(error).last().unwrap_or(error);
    let at = places.last().copied();
    let at = at.or_else(|| Some(Span::new(texts.get(name)?.file, 0..0)));
    let text = at.and_then(|at| texts.values().find(|template| template.file == at.file));
    let piece = text.zip(at).and_then(|(text, at)| text.text.get(at.range())).unwrap_or_default();
    let mut diagnostic = explained(texts, context, piece, inner).at(at, "");
    if let (Some(label), ErrorKind::UndefinedError) = (&mut diagnostic.primary, inner.kind())
        && let Some(path) = undefined_path(inner)
        && let Some(start) = piece.find(path)
    {
        label.span.start += start;
        label.span.end = label.span.start + path.len();
    }
    let outer = places.iter().rev().skip(1).filter(|place| Some(**place) != at);
    outer.fold(diagnostic, |diagnostic, place| diagnostic.also(*place, "called from here"))
}

/// The name that is not defined, where the error says it.
fn undefined_path(error: &minijinja::Error) -> Option<&str> {
    error.detail()?.split('`').nth(1)
}

/// The first line of a piece of a template, from where the name in it begins.
fn whole(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let is_name = |c: char| c == '_' || c == '.' || c.is_alphanumeric();
    let inside = |c: char| is_name(c) || c == '[' || c == ']' || c == '"' || c == '\'';
    let end = range.end.min(text.len());
    let piece = text.get(range.start..end)?;
    let mut start = range.start;
    if piece.starts_with(is_name) || piece.starts_with('[') {
        start = text[..start].trim_end_matches(inside).len();
        // A quote or bracket that opens something else is no part of a name.
        start += text[start..range.start].find(is_name).unwrap_or(range.start - start);
    }
    let shown = piece.lines().next().unwrap_or_default().trim_end();
    Some(start..range.start + shown.len())
}

/// What an error about a piece of a template says, in people's words.
fn explained(
    texts: &BTreeMap<String, Text>,
    context: &Expr,
    piece: &str,
    error: &minijinja::Error,
) -> Diagnostic {
    let detail = error.detail().unwrap_or_default().to_owned();
    match error.kind() {
        ErrorKind::UndefinedError => {
            let is_path = |c: char| c == '.' || c == '_' || c.is_alphanumeric();
            let piece = Some(piece).filter(|piece| piece.chars().all(is_path));
            undefined(context, undefined_path(error).or(piece).unwrap_or_default())
        }
        ErrorKind::TemplateNotFound => {
            let name = missing_template(error).unwrap_or_default();
            let message = format!("there is no template `{name}` beside the description");
            let diagnostic = Diagnostic::error(codes::TEMPLATE_SYNTAX, message);
            diagnostic.did_you_mean(&name, texts.keys().map(String::as_str), |diagnostic| {
                diagnostic.help("templates in the stack's folder are named by their file names")
            })
        }
        ErrorKind::UnknownFilter => {
            let name = detail.strip_prefix("filter ").unwrap_or(&detail);
            let name = name.split(' ').next().unwrap_or_default().to_owned();
            let ours = FILTERS.iter().map(|(name, _)| *name);
            let known = ours.chain(JINJAS.iter().copied());
            Diagnostic::error(codes::TEMPLATE_SYNTAX, format!("there is no filter `{name}`"))
                .did_you_mean(&name, known, |diagnostic| {
                    diagnostic.help("docs/templates.md names the filters")
                })
        }
        ErrorKind::UnknownFunction | ErrorKind::UnknownTest | ErrorKind::UnknownMethod => {
            let what = match error.kind() {
                ErrorKind::UnknownTest => "test",
                ErrorKind::UnknownMethod => "method",
                _ => "function",
            };
            let name = detail.trim_start_matches("test ").trim_end_matches(" is unknown");
            let message = match name {
                "" => format!("there is no such {what}"),
                name => format!("there is no {what} `{name}`"),
            };
            Diagnostic::error(codes::TEMPLATE_SYNTAX, message)
                .help("there are Jinja's own, and macros: `{% import \"_macros.j2\" as macros %}`")
        }
        ErrorKind::SyntaxError => Diagnostic::error(codes::TEMPLATE_SYNTAX, detail)
            .help("write `{% raw %}…{% endraw %}` around text that is not meant for the template"),
        ErrorKind::OutOfFuel => {
            Diagnostic::error(codes::TEMPLATE_FAILED, "the template takes too many steps")
                .help(format!("a template has {FUEL} steps: does a loop or macro not end?"))
        }
        ErrorKind::InvalidOperation if detail.contains("recursion limit") => {
            let message = "templates or macros call each other without an end";
            Diagnostic::error(codes::TEMPLATE_FAILED, message)
                .help(format!("they may be {DEPTH} deep"))
        }
        ErrorKind::WriteFailure => {
            let message = format!("the template makes more than {} MiB", MAX_BYTES >> 20);
            Diagnostic::error(codes::TEMPLATE_FAILED, message).help("does a loop run too often?")
        }
        ErrorKind::NonPrimitive if detail.contains(": ") => {
            let (what, help) = detail.split_once(": ").unwrap_or_default();
            Diagnostic::error(codes::TEMPLATE_FAILED, format!("this is {what}")).help(help)
        }
        kind if detail.is_empty() => Diagnostic::error(codes::TEMPLATE_FAILED, kind.to_string()),
        _ => Diagnostic::error(codes::TEMPLATE_FAILED, detail),
    }
}

/// Jinja's filters that people look for, to be proposed.
const JINJAS: &[&str] = &[
    "batch",
    "default",
    "first",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
];

/// A name that the context does not have: the first of its parts that is not there, and what is.
fn undefined(context: &Expr, path: &str) -> Diagnostic {
    if path.is_empty() {
        return Diagnostic::error(codes::TEMPLATE_UNDEFINED, "this is not defined")
            .help("`stackwright context` prints what there is");
    }
    let diagnostic =
        Diagnostic::error(codes::TEMPLATE_UNDEFINED, format!("`{path}` is not defined"));
    let names: Vec<&str> = path.split('.').collect();
    let (known, missing) = names.split_at(names.len() - 1);
    let before = known.join(".");
    let found = walk(context, known).or_else(|| {
        // A loop's variable is often called as what it goes through: `queue in queue|items`.
        let name =
            known.first().filter(|name| !["stack", "environment", "locals"].contains(name))?;
        let Expr::Object(components) = walk(context, &[*name])? else { return None };
        walk(&components.first()?.value, &known[1..])
    });
    let everything = "`stackwright context` prints what there is";
    match found {
        Some(Expr::Object(properties)) => {
            let keys: Vec<&str> = properties.iter().map(|it| it.key.as_str()).collect();
            let meant = did_you_mean(missing[0], keys.iter().copied());
            match meant {
                Some(meant) if known.is_empty() => {
                    diagnostic.help(format!("did you mean `{meant}`?"))
                }
                Some(meant) => diagnostic.help(format!("did you mean `{before}.{meant}`?")),
                None if !known.is_empty() && (1..=12).contains(&keys.len()) => {
                    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                    diagnostic.help(format!("`{before}` has {}", keys.join(", ")))
                }
                None => diagnostic.help(everything),
            }
        }
        Some(Expr::Raw(source)) => diagnostic.help(format!(
            "`{before}` is the expression `{source}`: write what follows it behind the braces"
        )),
        Some(_) => diagnostic.help(format!("`{before}` has nothing in it to be named")),
        None => diagnostic.help(everything),
    }
}

/// What a path of names leads to.
fn walk<'c>(context: &'c Expr, names: &[&str]) -> Option<&'c Expr> {
    names.iter().try_fold(context, |at, name| match at {
        Expr::Object(properties) => {
            properties.iter().find(|property| property.key == *name).map(|found| &found.value)
        }
        _ => None,
    })
}

/// The bytes of a line, counted from 1, without its blanks.
fn line(text: &str, number: usize) -> Option<Range<usize>> {
    let line = text.split('\n').nth(number.checked_sub(1)?)?;
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    let blanks = line.len() - line.trim_start().len();
    Some(start + blanks..start + line.trim_end().len().max(blanks))
}
