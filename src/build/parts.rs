//! A block while it is being described in Rust, and the builders around it.

use std::panic::Location;

use crate::hcl::Expr;
use crate::stack::block::Block;
use crate::stack::field::{Table, Unpassed};
use crate::stack::{environment, rename};

/// Where something was called.
pub(crate) type Place = &'static Location<'static>;

/// What a block has been given so far.
#[derive(Debug, Clone)]
pub struct Parts {
    pub(crate) label: Option<String>,
    pub(crate) place: Place,
    pub(crate) entries: Vec<Entry>,
    /// Comment lines that stand above what comes next.
    pub(crate) comment: Vec<String>,
}

/// One field that was given, or one of its blocks.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) comment: Vec<String>,
    pub(crate) content: Content,
}

/// What stands behind a name.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// `name = …`
    Value(Expr),
    /// `name { … }`
    Block(Parts),
}

/// What a field is given: a value, or a block.
#[derive(Debug, Clone)]
pub struct Given(pub(crate) Content);

impl Given {
    /// `name = …`
    pub fn value(value: impl Into<Expr>) -> Self {
        Self(Content::Value(value.into()))
    }

    /// `name { … }`, or `name "label" { … }`.
    pub fn block(label: Option<&str>, builder: impl Builder) -> Self {
        let mut parts = builder.into_parts();
        parts.label = label.map(str::to_owned);
        Self(Content::Block(parts))
    }

    /// The value, for a list or map; nothing stands for a block there.
    pub(crate) fn into_expr(self) -> Expr {
        match self.0 {
            Content::Value(value) => value,
            Content::Block(_) => Expr::Null,
        }
    }
}

impl Parts {
    /// Nothing yet.
    pub(crate) fn new(label: Option<String>, place: Place) -> Self {
        Self { label, place, entries: Vec::new(), comment: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: &str, content: Content, place: Place) {
        let comment = std::mem::take(&mut self.comment);
        self.entries.push(Entry { name: name.to_owned(), place, comment, content });
    }

    /// Gives a field what it is given; a value takes the place of an earlier one.
    #[doc(hidden)]
    #[track_caller]
    pub fn give(&mut self, name: &str, Given(content): Given) {
        let place = Location::caller();
        let is_value = |content: &Content| matches!(content, Content::Value(_));
        let earlier = self
            .entries
            .iter_mut()
            .find(|entry| entry.name == name && is_value(&entry.content) && is_value(&content));
        match earlier {
            Some(entry) => {
                entry.content = content;
                entry.place = place;
                entry.comment.append(&mut self.comment);
            }
            None => self.add(name, content, place),
        }
    }

    /// Adds a block that `fill` fills.
    #[doc(hidden)]
    #[track_caller]
    pub fn fill<B: Builder>(
        &mut self,
        name: &str,
        label: Option<String>,
        fill: impl FnOnce(B) -> B,
    ) {
        let place = Location::caller();
        let inner = fill(B::from_parts(Parts::new(label, place))).into_parts();
        self.add(name, Content::Block(inner), place);
    }

    pub(crate) fn remark(&mut self, text: &str) {
        let line = |line: &str| format!("# {line}").trim_end().to_owned();
        self.comment.extend(text.lines().map(line));
    }
}

/// Describes a block, field by field, in Rust: one method a field, with the field's name.
///
/// [`block!`](crate::block) makes one for each block, called after it: `NetworkBuilder` is
/// [`Network`](crate::component::Network)'s. What every block takes is here.
pub trait Builder: Sized {
    /// What it describes.
    type Block: Block;

    #[doc(hidden)]
    fn from_parts(parts: Parts) -> Self;

    #[doc(hidden)]
    fn parts(&mut self) -> &mut Parts;

    #[doc(hidden)]
    fn into_parts(mut self) -> Parts {
        let empty = Parts::new(None, self.parts().place);
        std::mem::replace(self.parts(), empty)
    }

    /// A comment that stands above what is given next, there and in what is rendered.
    #[must_use]
    fn comment(mut self, text: &str) -> Self {
        self.parts().remark(text);
        self
    }

    /// Gives a field by its name, for what has no method of its own.
    #[must_use]
    #[track_caller]
    fn set(mut self, field: &str, value: impl Into<Expr>) -> Self {
        self.parts().give(field, Given::value(value));
        self
    }

    /// What the component was called before: an earlier label, or all of them, the oldest first.
    #[must_use]
    #[track_caller]
    fn renamed_from(mut self, labels: impl Into<Expr>) -> Self {
        self.parts().give(rename::FIELD, Given::value(labels));
        self
    }

    /// The environments in which the component is; all when it is not said.
    #[must_use]
    #[track_caller]
    fn only_in<const N: usize>(mut self, environments: [&str; N]) -> Self {
        self.parts().give(environment::ONLY, Given::value(Expr::list(environments)));
        self
    }
}

/// A builder of a block that has another one's fields as its own ones.
#[diagnostic::on_unimplemented(message = "`{Self}` does not have the fields of `{B}`")]
pub trait Flat<B>: Builder {}

/// A field of blocks: what each of them is described with.
pub trait Nested {
    /// The blocks' builder.
    type Builder: Builder;
}

impl<F: Nested> Nested for Option<F> {
    type Builder = F::Builder;
}

impl<F: Nested> Nested for Vec<F> {
    type Builder = F::Builder;
}

impl<F: Nested> Nested for Unpassed<F> {
    type Builder = F::Builder;
}

impl<F: Nested> Nested for Table<F> {
    type Builder = F::Builder;
}
