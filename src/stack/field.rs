//! What a field of a block can be, and how each kind of field is read and passed on.

use std::marker::PhantomData;
use std::ops::Deref;

use hcl::edit::Decorate as _;
use hcl::edit::Span as _;
use hcl::edit::expr::{Expression as Source, ObjectKey};
use hcl::edit::structure::{Attribute, Block as SourceBlock};
use indexmap::IndexMap;

use super::block::{Block, FieldInfo};
use super::read::Reader;
use super::rename::{self, Renamed, Row, RowTable};
use super::value::{Expression, Reference, Value, scalar_expr};
use crate::component::Component;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::comment::Comment;
use crate::hcl::format::format_expr;
use crate::hcl::{Expr, Property};
use crate::value::{Scalar, ScalarType};

/// The type of a field, as Terraform's type constraints have it (Terraform language, "Type
/// Constraints").
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `string`, `number` or `bool`, with the rule for its values.
    Scalar(ScalarType, &'static str),
    /// `list(…)`
    List(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `object({…})`
    Object(Vec<FieldInfo>),
    /// A reference to a component of one of these kinds.
    Reference(&'static [&'static str]),
    /// The label of a component of one of these kinds, written as a reference to it.
    Label(&'static [&'static str]),
    /// One of several blocks, told apart by their label.
    OneOf(Vec<Variant>),
    /// Any value.
    Any,
}

/// One of the blocks of a [`Type::OneOf`].
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its label.
    pub label: &'static str,
    /// What it is.
    pub doc: String,
    /// Its fields.
    pub fields: Vec<FieldInfo>,
}

/// The entries of a block that have a field's name.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// `name = …`
    pub attribute: Option<&'a Attribute>,
    /// `name { … }`, each time it stands.
    pub blocks: Vec<&'a SourceBlock>,
}

/// What an expression can be as far as can be seen from how it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// `[…]`, also made by `for`.
    List,
    /// `{…}`, also made by `for`.
    Map,
    /// Text with something put in: `"${x}"` alone is whatever `x` is.
    Text,
    /// Anything.
    Any,
}

fn is_heredoc(source: &Source) -> bool {
    matches!(source, Source::HeredocTemplate(_))
}

pub(super) fn shape(source: &Source) -> Shape {
    match source {
        Source::Parenthesis(inner) => shape(inner.inner()),
        Source::Array(_) => Shape::List,
        Source::Object(_) => Shape::Map,
        Source::ForExpr(made) if made.key_expr.is_some() => Shape::Map,
        Source::ForExpr(_) => Shape::List,
        Source::HeredocTemplate(_) => Shape::Text,
        Source::StringTemplate(template) if template.iter().count() > 1 => Shape::Text,
        _ => Shape::Any,
    }
}

/// A value that a field can hold.
///
/// A kind of field is written as an argument ([`Field::from_expr`]) or as blocks
/// ([`Field::from_block`]), and says which with [`Field::IS_BLOCK`].
pub trait Field: Sized {
    /// True for what is written as a block.
    const IS_BLOCK: bool = false;
    /// True for what takes part in a module call.
    const IS_ARGUMENT: bool = true;

    /// Its type.
    fn ty() -> Type;

    /// Every value that it, or each of its elements, can have; none where they cannot be listed.
    fn choices() -> &'static [&'static str] {
        &[]
    }

    /// Reads the value of an argument. Problems go to the reader.
    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        reader.wrong_type(source, &Self::ty());
        None
    }

    /// Reads one block. Problems go to the reader.
    fn from_block(_reader: &Reader<'_>, _block: &SourceBlock) -> Option<Self> {
        None
    }

    /// What it is when nothing is written; `None` for a field that must be written.
    fn absent() -> Option<Self> {
        None
    }

    /// True for what is taken from the block's label when nothing is written.
    const FROM_LABEL: bool = false;

    /// Reads the label of the block that it is a field of. Problems go to the reader.
    fn from_label(_reader: &Reader<'_>, _block: &SourceBlock) -> Option<Self> {
        None
    }

    /// Reads what stands in a block under the field's name; the entry is not empty.
    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        if Self::IS_BLOCK {
            reader.one_block(name, entry).and_then(|block| Self::from_block(reader, block))
        } else {
            reader.argument(name, entry).and_then(|source| Self::from_expr(reader, source))
        }
    }

    /// As the argument of a module call; `None` when the module's default says the same.
    fn argument(&self) -> Option<Expr>;

    /// What it says, whether or not a module is told: for templates. `null` for what is not written
    /// and has no default.
    fn value(&self) -> Expr {
        self.argument().unwrap_or(Expr::Null)
    }

    /// Adds every reference to a component.
    fn add_references(&self, _out: &mut Vec<Reference>) {}

    /// The earlier labels of the block that it is a field of, where it is these.
    fn renamed(&self) -> Option<&Renamed> {
        None
    }

    /// Adds the tables in it whose rows' labels are part of addresses; `name` is the field's.
    fn add_tables<'a>(&'a self, _name: &'static str, _out: &mut Vec<RowTable<'a>>) {}
}

impl<T: Scalar> Field for Value<T> {
    fn ty() -> Type {
        Type::Scalar(T::TYPE, T::RULE)
    }

    fn choices() -> &'static [&'static str] {
        T::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        match shape(source) {
            _ if reader.is_literal(source) => reader.scalar(source).map(Self::Literal),
            // A heredoc ends with a line feed: no number does.
            Shape::Text if T::TYPE != ScalarType::String && is_heredoc(source) => {
                reader.wrong_type(source, &Self::ty());
                None
            }
            Shape::List | Shape::Map => {
                reader.wrong_type(source, &Self::ty());
                None
            }
            Shape::Text | Shape::Any => {
                let expression = reader.expression(source);
                reader.no_component(source, T::COMPONENTS, T::RULE)?;
                expression.map(Self::Expression)
            }
        }
    }

    fn argument(&self) -> Option<Expr> {
        Some(self.expr())
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        if let Self::Expression(expression) = self {
            out.extend_from_slice(&expression.references);
        }
    }
}

/// A value that is the label of its block when it is not written.
#[derive(Debug, Clone, PartialEq)]
pub struct OrLabel<T>(pub Value<T>);

impl<T> Deref for OrLabel<T> {
    type Target = Value<T>;

    fn deref(&self) -> &Value<T> {
        &self.0
    }
}

impl<T: Scalar> Field for OrLabel<T> {
    const FROM_LABEL: bool = true;

    fn ty() -> Type {
        Value::<T>::ty()
    }

    fn choices() -> &'static [&'static str] {
        T::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        Value::from_expr(reader, source).map(Self)
    }

    fn from_label(reader: &Reader<'_>, block: &SourceBlock) -> Option<Self> {
        let label = rename::first_label(block)?;
        match T::parse(label) {
            Ok(value) => Some(Self(Value::Literal(value))),
            Err(invalid) => {
                let diagnostic = Diagnostic::error(invalid.code, invalid.message)
                    .at(reader.head(block), "its label stands for its name")
                    .help("give it a `name`, or another label");
                reader.report(diagnostic);
                None
            }
        }
    }

    fn argument(&self) -> Option<Expr> {
        self.0.argument()
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.0.add_references(out);
    }
}

/// A value that must be known while reading, because what is rendered depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal<T>(pub T);

impl<T> Deref for Literal<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Literal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Scalar> Field for Literal<T> {
    fn ty() -> Type {
        Type::Scalar(T::TYPE, T::RULE)
    }

    fn choices() -> &'static [&'static str] {
        T::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        if reader.is_literal(source) {
            reader.scalar(source).map(Self)
        } else {
            reader.report(
                Diagnostic::error(codes::NOT_LITERAL, "an expression cannot stand here")
                    .at(reader.span(source), "not a literal")
                    .help("write the value out: what is rendered depends on it"),
            );
            None
        }
    }

    fn argument(&self) -> Option<Expr> {
        Some(scalar_expr(&self.0))
    }
}

/// A field that decides what is rendered, and is no argument of the component's module.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unpassed<F>(pub F);

impl<F> Deref for Unpassed<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.0
    }
}

impl<F: Field> Field for Unpassed<F> {
    const IS_BLOCK: bool = F::IS_BLOCK;
    const IS_ARGUMENT: bool = false;

    fn ty() -> Type {
        F::ty()
    }

    fn choices() -> &'static [&'static str] {
        F::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        F::from_expr(reader, source).map(Self)
    }

    fn from_block(reader: &Reader<'_>, block: &SourceBlock) -> Option<Self> {
        F::from_block(reader, block).map(Self)
    }

    fn absent() -> Option<Self> {
        F::absent().map(Self)
    }

    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        F::read_entry(reader, name, entry).map(Self)
    }

    fn argument(&self) -> Option<Expr> {
        self.0.argument()
    }

    fn value(&self) -> Expr {
        self.0.value()
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.0.add_references(out);
    }

    fn renamed(&self) -> Option<&Renamed> {
        self.0.renamed()
    }

    fn add_tables<'a>(&'a self, name: &'static str, out: &mut Vec<RowTable<'a>>) {
        self.0.add_tables(name, out);
    }
}

impl<F: Field> Field for Option<F> {
    const IS_BLOCK: bool = F::IS_BLOCK;
    const IS_ARGUMENT: bool = F::IS_ARGUMENT;

    fn ty() -> Type {
        F::ty()
    }

    fn choices() -> &'static [&'static str] {
        F::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        F::from_expr(reader, source).map(Some)
    }

    fn from_block(reader: &Reader<'_>, block: &SourceBlock) -> Option<Self> {
        F::from_block(reader, block).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        F::read_entry(reader, name, entry).map(Some)
    }

    fn argument(&self) -> Option<Expr> {
        self.as_ref().and_then(Field::argument)
    }

    fn value(&self) -> Expr {
        self.as_ref().map_or(Expr::Null, Field::value)
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        if let Some(value) = self {
            value.add_references(out);
        }
    }

    fn add_tables<'a>(&'a self, name: &'static str, out: &mut Vec<RowTable<'a>>) {
        self.iter().for_each(|value| value.add_tables(name, out));
    }
}

/// `[a, b]`, or the same block several times.
impl<F: Field> Field for Vec<F> {
    const IS_BLOCK: bool = F::IS_BLOCK;
    const IS_ARGUMENT: bool = F::IS_ARGUMENT;

    fn ty() -> Type {
        Type::List(Box::new(F::ty()))
    }

    fn choices() -> &'static [&'static str] {
        F::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        let Source::Array(array) = source else {
            reader.wrong_type(source, &Self::ty());
            return None;
        };
        // Every element is read before the first failure ends it, so that all are reported.
        let items: Vec<Option<F>> = array.iter().map(|item| F::from_expr(reader, item)).collect();
        items.into_iter().collect()
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }

    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        if !F::IS_BLOCK {
            return reader.argument(name, entry).and_then(|source| Self::from_expr(reader, source));
        }
        reader.only_blocks(name, entry)?;
        let items: Vec<Option<F>> =
            entry.blocks.iter().map(|block| F::from_block(reader, block)).collect();
        items.into_iter().collect()
    }

    fn argument(&self) -> Option<Expr> {
        (!self.is_empty()).then(|| {
            Expr::List(self.iter().map(|item| item.argument().unwrap_or(Expr::Null)).collect())
        })
    }

    fn value(&self) -> Expr {
        Expr::List(self.iter().map(Field::value).collect())
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.iter().for_each(|item| item.add_references(out));
    }
}

/// A list that is written out, or an expression for one.
#[derive(Debug, Clone, PartialEq)]
pub enum ListOf<F> {
    /// Written out.
    Items(Vec<F>),
    /// Known to Terraform only.
    Expression(Expression),
}

impl<F> ListOf<F> {
    /// The elements where they are known; none where Terraform alone knows them.
    pub fn items(&self) -> &[F] {
        match self {
            Self::Items(items) => items,
            Self::Expression(_) => &[],
        }
    }

    /// True when it is known to have no element.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Items(items) if items.is_empty())
    }
}

impl<F> Default for ListOf<F> {
    fn default() -> Self {
        Self::Items(Vec::new())
    }
}

impl<F: Field> Field for ListOf<F> {
    fn ty() -> Type {
        Vec::<F>::ty()
    }

    fn choices() -> &'static [&'static str] {
        F::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        match source {
            Source::Array(_) => Vec::from_expr(reader, source).map(Self::Items),
            _ => match shape(source) {
                Shape::List | Shape::Any if !reader.is_literal(source) => {
                    reader.expression(source).map(Self::Expression)
                }
                _ => {
                    reader.wrong_type(source, &Self::ty());
                    None
                }
            },
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn argument(&self) -> Option<Expr> {
        match self {
            Self::Items(items) => items.argument(),
            Self::Expression(expression) => Some(expression.expr()),
        }
    }

    fn value(&self) -> Expr {
        match self {
            Self::Items(items) => items.value(),
            Self::Expression(expression) => expression.expr(),
        }
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        match self {
            Self::Items(items) => items.add_references(out),
            Self::Expression(expression) => out.extend_from_slice(&expression.references),
        }
    }
}

/// `{ key = value, … }`
#[derive(Debug, Clone)]
pub struct Map<F> {
    /// By key, in the order written.
    pub entries: IndexMap<String, MapEntry<F>>,
}

/// One `key = value` of a [`Map`].
#[derive(Debug, Clone)]
pub struct MapEntry<F> {
    /// Its value.
    pub value: F,
    /// Comments around it.
    pub comment: Comment,
    /// Where its key stands.
    pub span: Option<Span>,
    /// Where its value stands.
    pub value_span: Option<Span>,
}

impl<F> Map<F> {
    /// The keys and values in the order written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &F)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), &entry.value))
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&F> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where a key was written.
    pub fn span(&self, key: &str) -> Option<Span> {
        self.entries.get(key).and_then(|entry| entry.span)
    }
}

impl<F> Default for Map<F> {
    fn default() -> Self {
        Self { entries: IndexMap::new() }
    }
}

impl<F: PartialEq> PartialEq for Map<F> {
    fn eq(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<F> FromIterator<(String, F)> for Map<F> {
    fn from_iter<I: IntoIterator<Item = (String, F)>>(iter: I) -> Self {
        let entry =
            |value| MapEntry { value, comment: Comment::default(), span: None, value_span: None };
        Self { entries: iter.into_iter().map(|(key, value)| (key, entry(value))).collect() }
    }
}

impl<F: Field> Field for Map<F> {
    fn ty() -> Type {
        Type::Map(Box::new(F::ty()))
    }

    fn choices() -> &'static [&'static str] {
        F::choices()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        let Source::Object(object) = source else {
            reader.wrong_type(source, &Self::ty());
            return None;
        };
        let mut complete = true;
        let mut entries = IndexMap::new();
        for (key, value) in object.iter() {
            let span = reader.object_key_span(key, value.expr());
            let name = match key {
                ObjectKey::Ident(ident) => Some(ident.as_str().to_owned()),
                ObjectKey::Expression(Source::String(text)) => Some(text.as_str().to_owned()),
                ObjectKey::Expression(Source::Number(number)) => Some(number.to_string()),
                ObjectKey::Expression(_) => None,
            };
            let comment = Comment::around(key.decor(), value.expr().decor());
            let value_span = Some(reader.span(value.expr()));
            let read = F::from_expr(reader, value.expr());
            match (name, read) {
                (Some(name), Some(value)) => {
                    let entry = MapEntry { value, comment, span, value_span };
                    if let Some(first) = entries.insert(name.clone(), entry) {
                        complete = false;
                        reader.report(
                            Diagnostic::error(codes::DUPLICATE, format!("`{name}` is set twice"))
                                .at(span, "set again here")
                                .also(first.span, "first set here"),
                        );
                    }
                }
                (None, _) => {
                    complete = false;
                    reader.report(
                        Diagnostic::error(codes::NOT_LITERAL, "a key must be a plain name")
                            .at(span, "not a literal"),
                    );
                }
                (_, None) => complete = false,
            }
        }
        complete.then_some(Self { entries })
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    /// Sorted by key, so that the order written does not reach the bytes.
    fn argument(&self) -> Option<Expr> {
        if self.is_empty() {
            return None;
        }
        let mut properties: Vec<Property> = self
            .entries
            .iter()
            .map(|(key, entry)| Property {
                key: key.clone(),
                value: entry.value.argument().unwrap_or(Expr::Null),
                comment: entry.comment.clone(),
            })
            .collect();
        properties.sort_by(|a, b| a.key.cmp(&b.key));
        Some(Expr::Object(properties))
    }

    fn value(&self) -> Expr {
        Expr::object(self.iter().map(|(key, value)| (key, value.value())))
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.entries.values().for_each(|entry| entry.value.add_references(out));
    }
}

/// Labelled blocks: `rule "www" { … }`, by label.
#[derive(Debug, Clone)]
pub struct Table<B> {
    /// By label, in the order written.
    pub rows: IndexMap<String, B>,
}

impl<B> Table<B> {
    /// Labels and rows in the order written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &B)> {
        self.rows.iter().map(|(label, row)| (label.as_str(), row))
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<B> Default for Table<B> {
    fn default() -> Self {
        Self { rows: IndexMap::new() }
    }
}

impl<B: PartialEq> PartialEq for Table<B> {
    fn eq(&self, other: &Self) -> bool {
        self.rows.len() == other.rows.len()
            && self.rows.iter().all(|(label, row)| other.rows.get(label) == Some(row))
    }
}

impl<B: Block + Field> Field for Table<B> {
    const IS_BLOCK: bool = true;

    fn ty() -> Type {
        Type::Map(Box::new(<B as Field>::ty()))
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        reader.only_blocks(name, entry)?;
        let mut seen: IndexMap<String, Option<Span>> = IndexMap::new();
        let mut rows = IndexMap::new();
        let mut complete = true;
        for block in &entry.blocks {
            let label = reader.label(block);
            let row = B::read(reader, block);
            if let Some((label, span)) = &label
                && let Some(first) = seen.insert(label.to_string(), Some(*span))
            {
                reader.duplicate(&format!("`{name}` block \"{label}\""), *span, first);
                complete = false;
            }
            match (label, row) {
                (Some((label, _)), Some(row)) => {
                    rows.insert(label.to_string(), row);
                }
                _ => complete = false,
            }
        }
        complete.then_some(Self { rows })
    }

    /// Sorted by label, so that the order written does not reach the bytes.
    fn argument(&self) -> Option<Expr> {
        if self.is_empty() {
            return None;
        }
        let mut properties: Vec<Property> = self
            .rows
            .iter()
            .map(|(label, row)| Property {
                key: label.clone(),
                value: Expr::Object(row.arguments()),
                comment: row.origin().comment.clone(),
            })
            .collect();
        properties.sort_by(|a, b| a.key.cmp(&b.key));
        Some(Expr::Object(properties))
    }

    fn value(&self) -> Expr {
        Expr::object(self.iter().map(|(label, row)| (label, Expr::Object(row.values()))))
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.rows.values().for_each(|row| row.references(out));
    }

    fn add_tables<'a>(&'a self, name: &'static str, out: &mut Vec<RowTable<'a>>) {
        let rows = self.iter().filter_map(|(label, row)| {
            let (renamed, head) = (row.earlier_labels()?, row.origin().head);
            Some(Row { label, renamed, head, said: row.arguments() })
        });
        let rows: Vec<Row<'a>> = rows.collect();
        if !rows.is_empty() {
            out.push(RowTable { name, rows });
        }
    }
}

/// A reference to a component of one kind.
#[derive(Debug)]
pub struct Ref<C> {
    /// The component's label.
    pub label: String,
    /// Where it was written.
    pub span: Option<Span>,
    kind: PhantomData<fn() -> C>,
}

impl<C> Ref<C> {
    /// The component of this label.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), span: None, kind: PhantomData }
    }
}

impl<C> Clone for Ref<C> {
    fn clone(&self) -> Self {
        Self { label: self.label.clone(), span: self.span, kind: PhantomData }
    }
}

impl<C> PartialEq for Ref<C> {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label
    }
}

impl<C: Component> Field for Ref<C> {
    fn ty() -> Type {
        Type::Reference(&[C::KIND])
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        let reference = reader.component(source, &[C::KIND])?;
        Some(Self { label: reference.label, span: reference.span, kind: PhantomData })
    }

    fn argument(&self) -> Option<Expr> {
        Some(Expr::Raw(C::address(&self.label)))
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        out.push(Reference {
            kind: C::KIND.to_owned(),
            label: self.label.clone(),
            attribute: None,
            weak: false,
            field: Vec::new(),
            span: self.span,
        });
    }
}

/// A reference to a component that needs this one: it is no dependency, and no argument.
#[derive(Debug, Clone, PartialEq)]
pub struct WeakRef<C>(pub Ref<C>);

impl<C: Component> Field for WeakRef<C> {
    fn ty() -> Type {
        Type::Label(&[C::KIND])
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        Ref::from_expr(reader, source).map(Self)
    }

    /// The other component's label, a key of the tables that the module has.
    fn argument(&self) -> Option<Expr> {
        Some(Expr::String(self.0.label.clone()))
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        let first = out.len();
        self.0.add_references(out);
        out[first..].iter_mut().for_each(|reference| reference.weak = true);
    }
}

/// Kinds of components of which a reference may name any.
pub trait Kinds: Clone + PartialEq + std::fmt::Debug + 'static {
    /// Their names.
    const KINDS: &'static [&'static str];
}

/// A reference to a component of one of several kinds.
#[derive(Debug, Clone)]
pub struct AnyRef<K> {
    /// The component's kind.
    pub kind: String,
    /// The component's label.
    pub label: String,
    /// Where it was written.
    pub span: Option<Span>,
    kinds: PhantomData<fn() -> K>,
}

impl<K> PartialEq for AnyRef<K> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.label == other.label
    }
}

impl<K: Kinds> AnyRef<K> {
    /// The component of this kind and label.
    pub fn new(kind: impl Into<String>, label: impl Into<String>) -> Self {
        Self { kind: kind.into(), label: label.into(), span: None, kinds: PhantomData }
    }

    /// Terraform's address of the component's module.
    pub fn address(&self) -> String {
        crate::component::module_address(&self.kind, &self.label)
    }
}

impl<K: Kinds> Field for AnyRef<K> {
    fn ty() -> Type {
        Type::Reference(K::KINDS)
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        let Reference { kind, label, span, .. } = reader.component(source, K::KINDS)?;
        Some(Self { kind, label, span, kinds: PhantomData })
    }

    fn argument(&self) -> Option<Expr> {
        Some(Expr::Raw(self.address()))
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        out.push(Reference {
            kind: self.kind.clone(),
            label: self.label.clone(),
            attribute: None,
            weak: false,
            field: Vec::new(),
            span: self.span,
        });
    }
}

/// Any value: literals of every shape, and expressions.
#[derive(Debug, Clone)]
pub struct Any {
    /// As HCL.
    pub expr: Expr,
    /// The components it refers to.
    pub references: Vec<Reference>,
    /// Where it was written.
    pub span: Option<Span>,
}

impl PartialEq for Any {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl Field for Any {
    fn ty() -> Type {
        Type::Any
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        let span = source.span().map(|range| Span::new(reader.file(), range));
        if reader.is_literal(source) {
            let expr = match source {
                Source::Null(_) => Expr::Null,
                Source::Bool(value) => Expr::Bool(**value),
                Source::String(text) => Expr::String(text.as_str().to_owned()),
                _ => Expr::Raw(format_expr(reader.source_text(source))),
            };
            return Some(Self { expr, references: Vec::new(), span });
        }
        let expression = reader.expression(source)?;
        Some(Self { expr: Expr::Raw(expression.source), references: expression.references, span })
    }

    fn argument(&self) -> Option<Expr> {
        Some(self.expr.clone())
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        out.extend_from_slice(&self.references);
    }
}
