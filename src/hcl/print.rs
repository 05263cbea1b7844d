//! Plain data to HCL text, as `terraform fmt` leaves it.
//!
//! The layout is right as it is written: `=` signs are aligned over runs of one-line items. Only a
//! file that holds source of somebody else's layout, or trailing comments, takes the way through
//! [`format()`](super::format::format).

use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;

use super::comment::Comment;
use super::expr::{Attribute, Block, Body, Expr, Item, Property};
use super::format::ends_with_heredoc;

/// Columns up to which a list of small elements stays on one line.
const LINE: usize = 80;

/// The text of a file.
pub fn print(body: &Body) -> String {
    let mut printer = Printer { out: String::with_capacity(4096), foreign_layout: false };
    printer.body(body, 0);
    if printer.foreign_layout { super::format::format(&printer.out) } else { printer.out }
}

/// The text of one expression, for messages and comparisons.
pub fn print_expr(expr: &Expr) -> String {
    let mut printer = Printer { out: String::new(), foreign_layout: false };
    printer.expr(expr, 0);
    printer.out
}

struct Printer {
    out: String,
    /// Something was printed whose layout is not ours.
    foreign_layout: bool,
}

/// What attributes and properties have in common on paper.
struct Line<'a> {
    key: &'a str,
    /// The key is printed in quotes.
    quoted: bool,
    value: &'a Expr,
    comment: &'a Comment,
}

impl Line<'_> {
    fn key_width(&self) -> usize {
        let inner =
            if self.key.is_ascii() { self.key.len() } else { self.key.graphemes(true).count() };
        // The rare key that needs escapes is laid out by its escaped form.
        if self.quoted { escaped(self.key).graphemes(true).count().max(inner) + 2 } else { inner }
    }
}

impl Printer {
    fn body(&mut self, body: &Body, depth: usize) {
        let mut at = 0;
        while at < body.items.len() {
            match &body.items[at] {
                Item::Block(block) => {
                    if at > 0 {
                        self.out.push('\n');
                    }
                    self.block(block, depth);
                    at += 1;
                }
                Item::Gap => at += 1,
                Item::Attribute(_) => {
                    let lines: Vec<Line<'_>> = body.items[at..]
                        .iter()
                        .map_while(|item| match item {
                            Item::Attribute(Attribute { name, value, comment }) => {
                                Some(Line { key: name, quoted: false, value, comment })
                            }
                            Item::Block(_) | Item::Gap => None,
                        })
                        .collect();
                    if at > 0 {
                        self.out.push('\n');
                    }
                    self.lines(&lines, depth, Spacing::AroundTall);
                    at += lines.len();
                }
            }
        }
    }

    fn block(&mut self, block: &Block, depth: usize) {
        self.leading(&block.comment, depth);
        self.indent(depth);
        self.out.push_str(&block.kind);
        for label in &block.labels {
            let _ = write!(self.out, " \"{}\"", escaped(label));
        }
        if block.body.items.is_empty() {
            self.out.push_str(" {}");
        } else {
            self.out.push_str(" {\n");
            self.body(&block.body, depth + 1);
            self.indent(depth);
            self.out.push('}');
        }
        self.end_line(&block.comment);
    }

    /// Prints lines of one body or object, aligned run by run.
    fn lines(&mut self, lines: &[Line<'_>], depth: usize, spacing: Spacing) {
        let mut at = 0;
        while at < lines.len() {
            // A run ends at a line with a comment above it and at a value of several lines.
            let run = lines[at..]
                .iter()
                .enumerate()
                .take_while(|(i, line)| {
                    is_flat(line.value, depth) && (*i == 0 || line.comment.leading.is_empty())
                })
                .count();
            if spacing == Spacing::AroundTall && at > 0 {
                let tall = !is_flat(lines[at].value, depth) || !is_flat(lines[at - 1].value, depth);
                if tall || !lines[at].comment.leading.is_empty() {
                    self.out.push('\n');
                }
            }
            let width = lines[at..at + run].iter().map(Line::key_width).max().unwrap_or(0);
            for line in &lines[at..at + run.max(1)] {
                self.leading(line.comment, depth);
                self.indent(depth);
                if line.quoted {
                    let _ = write!(self.out, "\"{}\"", escaped(line.key));
                } else {
                    self.out.push_str(line.key);
                }
                for _ in line.key_width()..width {
                    self.out.push(' ');
                }
                self.out.push_str(" = ");
                self.expr(line.value, depth);
                self.end_line(line.comment);
            }
            at += run.max(1);
        }
    }

    fn expr(&mut self, expr: &Expr, depth: usize) {
        match expr {
            Expr::Null => self.out.push_str("null"),
            Expr::Bool(value) => {
                let _ = write!(self.out, "{value}");
            }
            Expr::Number(text) => self.out.push_str(text),
            Expr::String(text) => {
                self.out.push('"');
                push_escaped(&mut self.out, text);
                self.out.push('"');
            }
            Expr::Raw(source) => {
                self.foreign_layout |= source.contains('\n');
                self.out.push_str(source);
            }
            Expr::List(items) if is_flat(expr, depth) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.out.push_str(", ");
                    }
                    self.expr(item, depth);
                }
                self.out.push(']');
            }
            Expr::List(items) => {
                self.out.push_str("[\n");
                for item in items {
                    self.indent(depth + 1);
                    self.expr(item, depth + 1);
                    if matches!(item, Expr::Raw(source) if ends_with_heredoc(source)) {
                        self.out.push('\n');
                        self.indent(depth + 1);
                    }
                    self.out.push_str(",\n");
                }
                self.indent(depth);
                self.out.push(']');
            }
            Expr::Object(properties) if properties.is_empty() => self.out.push_str("{}"),
            Expr::Object(properties) => {
                self.out.push_str("{\n");
                let lines: Vec<Line<'_>> = properties
                    .iter()
                    .map(|Property { key, value, comment }| Line {
                        key,
                        quoted: !is_identifier(key),
                        value,
                        comment,
                    })
                    .collect();
                self.lines(&lines, depth + 1, Spacing::None);
                self.indent(depth);
                self.out.push('}');
            }
        }
    }

    fn leading(&mut self, comment: &Comment, depth: usize) {
        for line in &comment.leading {
            if !line.is_empty() {
                self.indent(depth);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn end_line(&mut self, comment: &Comment) {
        if let Some(trailing) = &comment.trailing {
            self.foreign_layout = true;
            let _ = write!(self.out, " {trailing}");
        }
        self.out.push('\n');
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }
}

/// Whether values of several lines stand apart.
#[derive(PartialEq, Clone, Copy)]
enum Spacing {
    /// An empty line around each, as between the arguments of a block.
    AroundTall,
    /// Close together, as in a table.
    None,
}

/// True when the value stands on one line at this depth.
pub fn is_flat(expr: &Expr, depth: usize) -> bool {
    match expr {
        Expr::Raw(source) => !source.contains('\n'),
        Expr::Object(properties) => properties.is_empty(),
        Expr::List(items) => {
            let mut width = 2 * depth;
            items.iter().all(|item| {
                width += 2 + small_width(item);
                width <= LINE
            })
        }
        _ => true,
    }
}

/// The width of a small element of a list; huge for what is not small.
fn small_width(expr: &Expr) -> usize {
    match expr {
        Expr::Null | Expr::Bool(_) => 5,
        Expr::Number(text) => text.len(),
        Expr::String(text) => text.len() + 2,
        Expr::Raw(source) if !source.contains('\n') => source.len(),
        Expr::List(items) => {
            items.iter().map(|item| 2 + small_width(item)).sum::<usize>().min(LINE + 1)
        }
        Expr::Object(properties) if properties.is_empty() => 2,
        Expr::Raw(_) | Expr::Object(_) => LINE + 1,
    }
}

/// True for what HCL takes as a bare key.
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(unicode_ident::is_xid_start)
        && chars.all(|c| c == '-' || unicode_ident::is_xid_continue(c))
        && !matches!(text, "null" | "true" | "false" | "for")
}

/// The inside of a quoted string.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

fn push_escaped(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hcl::format::format;

    fn body(items: Vec<Item>) -> Body {
        Body { items }
    }

    #[test]
    fn runs_of_one_line_values_are_aligned_and_tall_values_stand_apart() {
        let mut block = Block::new("module", ["a"])
            .attribute("source", "./a")
            .attribute("name", "x")
            .attribute("table", Expr::object([("one", Expr::from(1)), ("three", Expr::from("3"))]))
            .attribute("list", Expr::list(["a", "b"]));
        block.body.items.push(Item::Attribute(Attribute {
            name: "last".to_owned(),
            value: Expr::Null,
            comment: Comment { leading: vec!["# Why.".to_owned()], trailing: None },
        }));
        insta::assert_snapshot!(print(&body(vec![Item::Block(block)])), @r#"
        module "a" {
          source = "./a"
          name   = "x"

          table = {
            one   = 1
            three = "3"
          }

          list = ["a", "b"]

          # Why.
          last = null
        }
        "#);
    }

    #[test]
    fn long_lists_and_lists_of_objects_are_one_element_a_line() {
        let long: Vec<String> = (0..12).map(|i| format!("element-{i:02}")).collect();
        let block = Block::new("locals", [] as [&str; 0])
            .attribute("long", Expr::list(long[..3].iter().cloned()))
            .attribute("longer", Expr::list(long))
            .attribute("objects", Expr::list([Expr::object([("a", 1)])]))
            .attribute("empty", Expr::list([] as [Expr; 0]));
        insta::assert_snapshot!(print(&body(vec![Item::Block(block)])), @r#"
        locals {
          long = ["element-00", "element-01", "element-02"]

          longer = [
            "element-00",
            "element-01",
            "element-02",
            "element-03",
            "element-04",
            "element-05",
            "element-06",
            "element-07",
            "element-08",
            "element-09",
            "element-10",
            "element-11",
          ]

          objects = [
            {
              a = 1
            },
          ]

          empty = []
        }
        "#);
    }

    #[test]
    fn text_never_becomes_a_template() {
        let text = "a \"quoted\" ${var.x} %{if} $${y} back\\slash \n\t\u{7}";
        let printed = print_expr(&Expr::from(text));
        assert_eq!(printed, r#""a \"quoted\" $${var.x} %%{if} $$${y} back\\slash \n\t\u0007""#);
        let parsed: hcl::edit::expr::Expression = printed.parse().unwrap();
        assert_eq!(parsed.as_str(), Some(text));
    }

    fn expr() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![
            Just(Expr::Null),
            any::<bool>().prop_map(Expr::Bool),
            any::<i32>().prop_map(|number| Expr::Number(number.to_string())),
            "[ -~é\n]{0,30}".prop_map(Expr::String),
            prop_oneof![
                Just("var.x"),
                Just("a ? b : c"),
                Just("{\n a = 1\nbcd = [\n1,\n]\n}"),
                Just("[for x in y : x\nif x]"),
                Just("<<EOT\na = 1\nEOT"),
            ]
            .prop_map(Expr::raw),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Expr::List),
                prop::collection::btree_map("[a-zé_ ]{1,8}", inner, 0..5).prop_map(Expr::object),
            ]
        })
    }

    fn comment() -> impl Strategy<Value = Comment> {
        prop_oneof![
            4 => Just(Comment::default()),
            1 => Just(Comment { leading: vec!["# a".into(), String::new(), "# b".into()], trailing: None }),
            1 => Just(Comment { leading: vec![], trailing: Some("# t".into()) }),
        ]
    }

    fn items() -> impl Strategy<Value = Vec<Item>> {
        let attribute = ("[a-z_]{1,12}", expr(), comment())
            .prop_map(|(name, value, comment)| Item::Attribute(Attribute { name, value, comment }));
        prop::collection::vec(attribute, 0..6)
    }

    proptest! {
        #[test]
        fn what_is_printed_is_as_terraform_fmt_leaves_it(
            blocks in prop::collection::vec((items(), items(), comment()), 0..3)
        ) {
            let blocks = blocks.into_iter().map(|(outer, inner, comment)| {
                let mut block = Block::new("resource", ["a", "b"]).comment(comment);
                block.body.items = outer;
                let mut nested = Block::new("nested", [] as [&str; 0]);
                nested.body.items = inner;
                Item::Block(block.block(nested))
            });
            let printed = print(&body(blocks.collect()));
            prop_assert_eq!(format(&printed), printed.clone());
            prop_assert_eq!(printed.lines().find(|line| line.ends_with(' ')), None);
        }
    }
}
