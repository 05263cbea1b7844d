//! What a field holds: a literal, which was checked, or a Terraform expression, passed through.

use hcl::edit::expr::Expression as Source;

use crate::diagnostic::Span;
use crate::hcl::Expr;
use crate::hcl::format::ends_with_heredoc;
use crate::value::{Scalar, ScalarType};

/// A literal or an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<T> {
    /// Written out, and right.
    Literal(T),
    /// Known to Terraform only.
    Expression(Expression),
}

impl<T> Value<T> {
    /// HCL source of a rendered root.
    pub fn raw(source: impl Into<String>) -> Self {
        let source = source.into();
        Self::Expression(Expression { source, references: Vec::new(), span: None })
    }

    /// The literal, where it is one.
    pub fn literal(&self) -> Option<&T> {
        match self {
            Self::Literal(value) => Some(value),
            Self::Expression(_) => None,
        }
    }
}

impl<T: Scalar> Value<T> {
    /// As HCL.
    pub fn expr(&self) -> Expr {
        match self {
            Self::Literal(value) => scalar_expr(value),
            Self::Expression(expression) => expression.expr(),
        }
    }

    /// As the inside of a quoted template, to be put together with other text.
    pub fn template(&self) -> String {
        match self {
            Self::Literal(value) => crate::hcl::print::escaped(&value.to_string()),
            Self::Expression(expression) => {
                if let Some(inside) = expression.quoted() {
                    return inside.to_owned();
                }
                let source = &expression.source;
                let end = if ends_with_heredoc(source) { "\n" } else { "" };
                format!("${{{source}{end}}}")
            }
        }
    }
}

impl<T> From<T> for Value<T> {
    fn from(value: T) -> Self {
        Self::Literal(value)
    }
}

/// A scalar as HCL.
pub fn scalar_expr<T: Scalar>(value: &T) -> Expr {
    match T::TYPE {
        ScalarType::String => Expr::String(value.to_string()),
        ScalarType::Number => Expr::Number(value.to_string()),
        ScalarType::Bool => Expr::Bool(value.to_string() == "true"),
    }
}

/// A Terraform expression, with references to components already turned into Terraform's
/// addresses.
#[derive(Debug, Clone)]
pub struct Expression {
    /// HCL source that stands in a rendered root.
    pub source: String,
    /// The components it refers to.
    pub references: Vec<Reference>,
    /// Where it was written.
    pub span: Option<Span>,
}

impl Expression {
    /// The inside of the quotes, where the whole is text in quotes with something put in:
    /// `"a-${var.b}"`, and not `"a" == var.b ? "c" : "d"`.
    pub fn quoted(&self) -> Option<&str> {
        let inside = self.source.strip_prefix('"')?.strip_suffix('"')?;
        let whole = hcl::edit::parser::parse_expr(&self.source).ok()?;
        matches!(whole, Source::StringTemplate(_) | Source::String(_)).then_some(inside)
    }

    /// As HCL.
    pub fn expr(&self) -> Expr {
        Expr::Raw(self.source.clone())
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.references == other.references
    }
}

/// `kind.label` or `kind.label.attribute` in a description. The kind is that of a component, or
/// Terraform's own `var` or `local`.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The component's kind, `database`.
    pub kind: String,
    /// The component's label, `main`.
    pub label: String,
    /// The attribute asked for, and where its name stands.
    pub attribute: Option<(String, Option<Span>)>,
    /// True when the component that refers can be created without the other one.
    pub weak: bool,
    /// The field of the component that refers, from the outside in: `rule`, `forward`. Only what
    /// [`AnyComponent::references`](crate::component::AnyComponent::references) gives has it.
    pub field: Vec<&'static str>,
    /// Where it was written.
    pub span: Option<Span>,
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.label == other.label
            && self.attribute.as_ref().map(|(name, _)| name)
                == other.attribute.as_ref().map(|(name, _)| name)
    }
}
