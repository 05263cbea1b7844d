//! One page for a review: what was checked, what happens, in which files, and where in the system.
//!
//! It stands alone: its style and script are in it and nothing is fetched, which its own content
//! security policy holds it to. What it shows is one JSON value in it, of which the script builds
//! what is looked at. Without a script, it shows the verdict and a table.

mod data;
mod file;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, escape_formatter};
use sha2::{Digest as _, Sha256};

use super::picture::{CHOSEN, PALETTE, escape};
use super::snippet::visible;

pub use data::{Data, Parts, Root};
pub use file::{Changed, File, Hunk};

const TEMPLATE: &str = include_str!("page.html.j2");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The style of a page with these of its pictures.
fn style(pictures: &str) -> String {
    [PALETTE, CHOSEN, STYLE, pictures].concat()
}

/// The page as HTML.
///
/// ```
/// use stackwright::report::html::{self, Data, Parts};
///
/// let data = Data::of(Parts { title: "<shop>".to_owned(), ..Parts::default() });
/// let page = html::page(&data);
/// assert!(page.contains("<title>&lt;shop&gt;"));
/// assert!(!page.contains("http://") && !page.contains("src="));
/// ```
pub fn page(data: &Data) -> String {
    static PAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        let mut environment = Environment::new();
        environment.set_syntax(syntax.expect("the usual delimiters"));
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        // What reorders or hides text shows itself.
        environment.set_formatter(|out, state, value| match value.as_str() {
            Some(text) if !value.is_safe() => {
                let text: String = text.chars().map(visible).collect();
                escape_formatter(out, state, &Value::from(text))
            }
            _ => escape_formatter(out, state, value),
        });
        environment.add_filter("prose", prose);
        environment.add_filter("plain", |text: &str| text.replace('`', ""));
        environment.add_template("page.html", TEMPLATE).expect("our own template is right");
        environment
    });
    let style = style(&data.pictures_style);
    let filled = PAGE.get_template("page.html").and_then(|template| {
        template.render(context! {
            plain => Value::from(Serde(data.plain())),
            style_hash => hash(&style),
            style,
            script => SCRIPT,
            script_hash => hash(SCRIPT),
            json => embedded(data),
        })
    });
    filled.expect("our own template names what there is")
}

/// Our own wording: what stands in backquotes is code.
fn prose(text: &str) -> Value {
    let shown = |part: &str| escape(&part.chars().map(visible).collect::<String>());
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return Value::from_safe_string(shown(text)); // a backquote without a partner
    }
    let part = |(at, part): (usize, &&str)| match at % 2 {
        0 => shown(part),
        _ => format!("<code>{}</code>", shown(part)),
    };
    Value::from_safe_string(parts.iter().enumerate().map(part).collect())
}

/// A source of the content security policy ("Content Security Policy Level 3", hash-source).
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// JSON as it can stand in a `<script>`: nothing in it ends the element or begins a comment (HTML,
/// "Restrictions for contents of script elements"), and it is also JavaScript. What reorders or
/// hides text shows itself.
fn embedded(data: &Data) -> String {
    let json = serde_json::to_string(data).expect("what we made is JSON");
    let mut safe = String::with_capacity(json.len() + json.len() / 16);
    let mut rest = json.chars();
    while let Some(c) = rest.next() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\\' => match rest.next() {
                Some('u') => {
                    let code: String = rest.by_ref().take(4).collect();
                    let c = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                    safe.extend(c.map(visible));
                }
                Some('b') => safe.push(visible('\u{8}')),
                Some('f') => safe.push(visible('\u{c}')),
                Some('r') => safe.push(visible('\r')),
                Some(c) => safe.extend(['\\', c]),
                None => {}
            },
            c => safe.push(visible(c)),
        }
    }
    safe
}
