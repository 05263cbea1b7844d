//! Comments on their way from a description into what is rendered.

use hcl::edit::expr::Expression;
use hcl::edit::structure::Body;
use hcl::edit::{Decor, Decorate as _, RawString};

/// The comments that belong to one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comment {
    /// Lines above the item, each from its `#` on; an empty string is an empty line.
    pub leading: Vec<String>,
    /// The comment at the end of the item's line, from its `#` on.
    pub trailing: Option<String>,
}

impl Comment {
    /// True when there is nothing to print.
    pub fn is_empty(&self) -> bool {
        self.leading.is_empty() && self.trailing.is_none()
    }

    /// The comments around an item: those before it in `before` (what follows the previous item's
    /// line end) and the one after it, on its line, in `after`.
    pub(crate) fn around(before: &Decor, after: &Decor) -> Self {
        Self { leading: lines(before.prefix()), trailing: lines(after.suffix()).into_iter().next() }
    }

    /// Adds the comments of trivia that no item of its own can carry, above the item.
    pub(crate) fn hoist(&mut self, trivia: Option<&RawString>) {
        self.leading.extend(lines(trivia).into_iter().filter(|line| !line.is_empty()));
    }

    /// Adds what stands in a block beside its entries: after its `{` and before its `}`.
    pub(crate) fn hoist_body(&mut self, body: &Body) {
        self.hoist(body.decor().prefix());
        self.hoist(body.decor().suffix());
    }

    /// Adds what stands in a list between its elements, and in a map after its entries.
    pub(crate) fn hoist_value(&mut self, value: &Expression) {
        match value {
            Expression::Array(array) => {
                for item in array {
                    self.hoist(item.decor().prefix());
                    self.hoist(item.decor().suffix());
                }
                self.hoist(Some(array.trailing()));
            }
            Expression::Object(object) => self.hoist(Some(object.trailing())),
            _ => {}
        }
    }

    /// Puts another item's comments above this one's.
    pub fn prepend(&mut self, other: Comment) {
        let mut leading = other.leading;
        leading.extend(other.trailing);
        leading.append(&mut self.leading);
        self.leading = leading;
    }
}

/// The comment lines of a piece of trivia. Empty lines between two comments stay, those at the
/// edges do not: they separate items, and the printer does that.
fn lines(trivia: Option<&RawString>) -> Vec<String> {
    let Some(text) = trivia.map(|raw| -> &str { raw }).filter(|text| !text.trim().is_empty())
    else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let mut in_block = false;
    for line in text.lines().map(str::trim) {
        if in_block {
            in_block = !line.contains("*/");
            lines.extend(block_line(line.trim_end_matches("*/")));
        } else if let Some(rest) = line.strip_prefix("/*") {
            in_block = !rest.contains("*/");
            lines.extend(block_line(rest.trim_end_matches("*/")));
        } else if let Some(rest) = line.strip_prefix("//") {
            lines.push(format!("#{rest}").trim_end().to_owned());
        } else if line.starts_with('#') {
            lines.push(line.to_owned());
        } else if line.is_empty() && lines.last().is_some_and(|last: &String| !last.is_empty()) {
            lines.push(String::new());
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// One line of a `/* */` comment as a `#` line.
fn block_line(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('*').trim();
    (!text.is_empty()).then(|| format!("# {text}"))
}
