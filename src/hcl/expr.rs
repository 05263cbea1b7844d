//! HCL to be printed, as plain data.

use hcl::edit::expr::Expression as Source;
use hcl::edit::visit::{Visit, visit_expr};

use std::collections::BTreeMap;

use super::comment::Comment;

/// The content of a file or block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// What it holds, in order.
    pub items: Vec<Item>,
}

/// One thing in a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `name = value`
    Attribute(Attribute),
    /// `kind "label" { … }`
    Block(Block),
    /// An empty line between two attributes.
    Gap,
}

/// `name = value`
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name, an identifier.
    pub name: String,
    /// Its value.
    pub value: Expr,
    /// Comments carried over.
    pub comment: Comment,
}

/// `kind "label" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The block's type.
    pub kind: String,
    /// Its labels, printed in quotes.
    pub labels: Vec<String>,
    /// Its content.
    pub body: Body,
    /// Comments carried over.
    pub comment: Comment,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A string; printed in quotes with everything escaped that HCL would interpret.
    String(String),
    /// HCL source, printed as it is.
    Raw(String),
    /// `[…]`: on one line when all elements are small, else one a line.
    List(Vec<Expr>),
    /// `{…}`: one property a line.
    Object(Vec<Property>),
}

/// One `key = value` of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Its key, printed bare where that is an identifier.
    pub key: String,
    /// Its value.
    pub value: Expr,
    /// Comments carried over.
    pub comment: Comment,
}

impl Property {
    /// A property without comments.
    pub fn new(key: impl Into<String>, value: impl Into<Expr>) -> Self {
        Self { key: key.into(), value: value.into(), comment: Comment::default() }
    }
}

impl Expr {
    /// HCL source.
    pub fn raw(source: impl Into<String>) -> Self {
        Self::Raw(source.into())
    }

    /// False for source that names a value or calls a function: Terraform knows neither where it
    /// wants a constant.
    pub fn is_constant(&self) -> bool {
        let Self::Raw(source) = self else { return true };
        let mut names = Names(false);
        // A heredoc ends with a line feed.
        let parsed = hcl::edit::parser::parse_body(&format!("x = {source}\n"));
        parsed.iter().for_each(|body| names.visit_body(body));
        !names.0
    }

    /// An object in the given order.
    pub fn object<K: Into<String>, V: Into<Expr>>(items: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Object(items.into_iter().map(|(key, value)| Property::new(key, value)).collect())
    }

    /// A list.
    pub fn list<V: Into<Expr>>(items: impl IntoIterator<Item = V>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// Whether an expression needs to know anything.
struct Names(bool);

impl Visit for Names {
    fn visit_expr(&mut self, expr: &Source) {
        match expr {
            Source::Variable(_) | Source::FuncCall(_) => self.0 = true,
            _ => visit_expr(self, expr),
        }
    }
}

impl From<&str> for Expr {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Expr {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Expr {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl From<$number> for Expr {
            fn from(value: $number) -> Self {
                Self::Number(value.to_string())
            }
        })+
    };
}

numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, f32, f64);

impl From<&String> for Expr {
    fn from(text: &String) -> Self {
        Self::String(text.clone())
    }
}

impl From<&Expr> for Expr {
    fn from(expr: &Expr) -> Self {
        expr.clone()
    }
}

impl<V: Into<Expr>> From<Vec<V>> for Expr {
    fn from(items: Vec<V>) -> Self {
        Self::list(items)
    }
}

impl<V: Into<Expr>, const N: usize> From<[V; N]> for Expr {
    fn from(items: [V; N]) -> Self {
        Self::list(items)
    }
}

impl Attribute {
    /// An attribute without comments.
    pub fn new(name: impl Into<String>, value: impl Into<Expr>) -> Self {
        Self { name: name.into(), value: value.into(), comment: Comment::default() }
    }
}

impl Block {
    /// An empty block.
    pub fn new<L: Into<String>>(
        kind: impl Into<String>,
        labels: impl IntoIterator<Item = L>,
    ) -> Self {
        Self {
            kind: kind.into(),
            labels: labels.into_iter().map(Into::into).collect(),
            body: Body::default(),
            comment: Comment::default(),
        }
    }

    /// With one more attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<Expr>) -> Self {
        self.body.items.push(Item::Attribute(Attribute::new(name, value)));
        self
    }

    /// With one more nested block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.body.items.push(Item::Block(block));
        self
    }

    /// With comments.
    #[must_use]
    pub fn comment(mut self, comment: Comment) -> Self {
        self.comment = comment;
        self
    }
}

impl Block {
    /// Gives the comments of a described block's fields to the attributes of the same names; those
    /// of fields that became no attribute stand above the block.
    pub fn carry(&mut self, comments: &BTreeMap<&'static str, Comment>) {
        for (field, comment) in comments.iter().rev() {
            let attribute = self.body.items.iter_mut().find_map(|item| match item {
                Item::Attribute(attribute) if attribute.name == *field => Some(attribute),
                _ => None,
            });
            match attribute {
                Some(attribute) => attribute.comment = comment.clone(),
                None => {
                    self.comment.leading.extend(comment.leading.clone());
                    self.comment.leading.extend(comment.trailing.clone());
                }
            }
        }
    }
}

impl Body {
    /// Adds an attribute.
    pub fn attribute(&mut self, name: impl Into<String>, value: impl Into<Expr>) {
        self.items.push(Item::Attribute(Attribute::new(name, value)));
    }

    /// Adds a block.
    pub fn block(&mut self, block: Block) {
        self.items.push(Item::Block(block));
    }
}
