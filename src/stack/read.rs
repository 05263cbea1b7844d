//! Reading blocks: which entries they have, what is wrong with them, and where.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// An expression of a description as it is written.
pub use hcl::edit::expr::Expression as Source;
use hcl::edit::expr::UnaryOperator;
/// A block of a description as it is written.
pub use hcl::edit::structure::Block as SourceBlock;
use hcl::edit::structure::{BlockLabel, Structure};
use hcl::edit::{Decorate as _, Span as _};

use super::block::{FieldInfo, Origin};
use super::expression;
use super::field::{Entry, Field, Shape, Type, shape};
use super::value::{Expression, Reference};
use super::{rename, transfer};
use crate::component::{Outputs, Vocabulary};
use crate::diagnostic::{Diagnostic, FileId, Span, codes, did_you_mean};
use crate::hcl::comment::Comment;
use crate::value::{Scalar, ScalarType};

/// A description being read: its text, and the problems found so far.
#[derive(Debug)]
pub struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    file: FileId,
    text: &'a str,
    diagnostics: RefCell<Vec<Diagnostic>>,
    /// Where the component starts that is being read.
    component: Cell<Option<usize>>,
}

impl<'a> Reader<'a> {
    /// A reader of one file, for components of these kinds.
    pub fn new(vocabulary: &'a Vocabulary, file: FileId, text: &'a str) -> Self {
        Self { vocabulary, file, text, diagnostics: RefCell::default(), component: Cell::new(None) }
    }

    /// The problems found.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }

    /// The kinds of components that there are.
    pub fn vocabulary(&self) -> &'a Vocabulary {
        self.vocabulary
    }

    /// The file being read.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// True as long as no problem was found.
    pub fn is_clean(&self) -> bool {
        self.diagnostics.borrow().is_empty()
    }

    /// Adds a problem.
    pub fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// The place of an expression.
    pub fn span(&self, source: &Source) -> Span {
        Span::new(self.file, source.span().unwrap_or(0..0))
    }

    /// The text of an expression as it was written.
    pub fn source_text(&self, source: &Source) -> &'a str {
        source.span().and_then(|range| self.text.get(range)).unwrap_or("")
    }

    /// The place of a block's head: its type and labels.
    pub fn head(&self, block: &SourceBlock) -> Span {
        let start = block.ident.span().map_or(0, |range| range.start);
        let end = block.labels.last().and_then(label_range).or_else(|| block.ident.span());
        Span::new(self.file, start..end.map_or(start, |range| range.end))
    }

    /// Reads a component from a block, which has what every component has besides its own fields.
    pub(super) fn component_at<T>(&self, block: &SourceBlock, read: impl FnOnce() -> T) -> T {
        self.component.set(block.ident.span().map(|range| range.start));
        let read = read();
        self.component.set(None);
        read
    }

    /// Starts reading the entries of a block that has these fields, of which `infos` tells more.
    pub fn open<'r, 's>(
        &'r self,
        block: &'s SourceBlock,
        fields: &[&'static str],
        infos: fn() -> Vec<FieldInfo>,
    ) -> Entries<'r, 'a, 's> {
        let mut entries: BTreeMap<&'static str, Entry<'s>> = BTreeMap::new();
        let mut origin = Origin {
            head: Some(self.head(block)),
            comment: Comment::around(block.decor(), block.decor()),
            ..Origin::default()
        };
        origin.comment.hoist_body(&block.body);
        let is_component = self.component.get().is_some()
            && self.component.get() == block.ident.span().map(|range| range.start);
        let common: &[&'static str] =
            if is_component { &[rename::FIELD, transfer::FIELD] } else { &[] };
        let fields = &[fields, common].concat();
        let mut misspelt = Vec::new();
        for structure in block.body.iter() {
            let name = match structure {
                Structure::Attribute(attribute) => attribute.key.as_str(),
                Structure::Block(nested) => nested.ident.as_str(),
            };
            let Some(&field) = fields.iter().find(|field| **field == name) else {
                misspelt.extend(self.unknown(block, structure, fields, infos));
                continue;
            };
            let entry = entries.entry(field).or_default();
            match structure {
                Structure::Attribute(attribute) => {
                    entry.attribute = Some(attribute);
                    origin.fields.insert(field, self.span(&attribute.value));
                    let comment = Comment::around(attribute.decor(), attribute.decor());
                    if !comment.is_empty() {
                        origin.comments.insert(field, comment);
                    }
                }
                Structure::Block(nested) => {
                    entry.blocks.push(nested);
                    origin.fields.entry(field).or_insert_with(|| self.head(nested));
                    let comment = Comment::around(nested.decor(), nested.decor());
                    // A table's rows carry their own comments.
                    if !comment.is_empty() && nested.labels.is_empty() {
                        origin.comments.entry(field).or_default().prepend(comment);
                    }
                }
            }
        }
        Entries { reader: self, block, entries, misspelt, origin }
    }

    /// Complains about an entry that the block does not have, and gives the one that is meant.
    fn unknown(
        &self,
        block: &SourceBlock,
        structure: &Structure,
        fields: &[&'static str],
        infos: fn() -> Vec<FieldInfo>,
    ) -> Option<&'static str> {
        let (name, range, is_block) = match structure {
            Structure::Attribute(attribute) => {
                (attribute.key.as_str(), attribute.key.span(), false)
            }
            Structure::Block(nested) => (nested.ident.as_str(), nested.ident.span(), true),
        };
        let span = Span::new(self.file, range.unwrap_or(0..0));
        let parent = block.ident.as_str();
        let (code, message) = if is_block {
            (codes::UNKNOWN_BLOCK, format!("a `{parent}` block has no `{name}` block"))
        } else {
            (codes::UNKNOWN_FIELD, format!("a `{parent}` block has no field `{name}`"))
        };
        let mut diagnostic = Diagnostic::error(code, message).at(span, "not known here");
        let inside = infos().into_iter().find(|info| match &info.ty {
            Type::Object(inner) if info.is_block => inner.iter().any(|field| field.name == name),
            _ => false,
        });
        if let Some(inside) = inside {
            let help = format!("it stands in a block: `{} {{ {name} = … }}`", inside.name);
            self.report(diagnostic.help(help));
            return None;
        }
        let meant = did_you_mean(name, fields.iter().copied());
        let meant = fields.iter().copied().find(|field| Some(*field) == meant);
        diagnostic = match meant {
            Some(field) => diagnostic.help(format!("did you mean `{field}`?")).suggest(span, field),
            None => {
                let mut names: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
                names.sort_unstable();
                diagnostic.help(format!("it has {}", names.join(", ")))
            }
        };
        self.report(diagnostic);
        meant
    }

    /// The value of an entry that is written `name = …`.
    pub fn argument<'s>(&self, name: &str, entry: &Entry<'s>) -> Option<&'s Source> {
        if let Some(block) = entry.blocks.first() {
            self.report(
                Diagnostic::error(codes::WRONG_TYPE, format!("`{name}` is not a block"))
                    .at(self.head(block), "a block")
                    .help(format!("write `{name} = …`")),
            );
            return None;
        }
        entry.attribute.map(|attribute| &attribute.value)
    }

    /// Complains about an entry that is written `name = …` and must be blocks.
    pub fn only_blocks(&self, name: &str, entry: &Entry<'_>) -> Option<()> {
        let Some(attribute) = entry.attribute else { return Some(()) };
        self.report(
            Diagnostic::error(codes::WRONG_TYPE, format!("`{name}` is a block"))
                .at(self.span(&attribute.value), "a value")
                .help(format!("write `{name} {{ … }}`")),
        );
        None
    }

    /// The one block of an entry that has no label.
    pub fn one_block<'s>(&self, name: &str, entry: &Entry<'s>) -> Option<&'s SourceBlock> {
        self.only_blocks(name, entry)?;
        let (first, rest) = entry.blocks.split_first()?;
        for again in rest {
            self.duplicate(&format!("`{name}` block"), self.head(again), Some(self.head(first)));
        }
        self.no_label(first)?;
        rest.is_empty().then_some(first)
    }

    /// Complains about the labels of a block that takes none.
    pub fn no_label(&self, block: &SourceBlock) -> Option<()> {
        let Some(label) = block.labels.first() else { return Some(()) };
        let name = block.ident.as_str();
        self.report(
            Diagnostic::error(codes::BAD_LABEL, format!("a `{name}` block takes no label"))
                .at(Span::new(self.file, label_range(label).unwrap_or(0..0)), "not expected")
                .help(format!("write `{name} {{ … }}`")),
        );
        None
    }

    /// The one label of a block, an identifier.
    pub fn label<'s>(&self, block: &'s SourceBlock) -> Option<(&'s str, Span)> {
        let name = block.ident.as_str();
        let [label] = block.labels.as_slice() else {
            let message = match block.labels.len() {
                0 => format!("a `{name}` block needs a label"),
                n => format!("a `{name}` block takes one label, not {n}"),
            };
            self.report(
                Diagnostic::error(codes::BAD_LABEL, message)
                    .at(self.head(block), "")
                    .help(format!("write `{name} \"main\" {{ … }}`")),
            );
            return None;
        };
        let span = Span::new(self.file, label_range(label).unwrap_or(0..0));
        match crate::value::Label::parse(label.as_str()) {
            Ok(_) => Some((label.as_str(), span)),
            Err(invalid) => {
                let diagnostic = Diagnostic::error(codes::BAD_LABEL, invalid.message).at(span, "");
                self.report(invalid.help.into_iter().fold(diagnostic, Diagnostic::help));
                None
            }
        }
    }

    /// Complains about the second of two equal things.
    pub fn duplicate(&self, what: &str, again: Span, first: Option<Span>) {
        self.report(
            Diagnostic::error(codes::DUPLICATE, format!("{what} stands twice"))
                .at(again, "again here")
                .also(first, "first here"),
        );
    }

    /// True for what is written out: no reference, call, operation or template.
    pub fn is_literal(&self, source: &Source) -> bool {
        match source {
            Source::Null(_) | Source::Bool(_) | Source::Number(_) | Source::String(_) => true,
            Source::UnaryOp(op) => {
                *op.operator.value() == UnaryOperator::Neg && matches!(op.expr, Source::Number(_))
            }
            Source::Parenthesis(inner) => self.is_literal(inner.inner()),
            _ => false,
        }
    }

    /// Reads a literal scalar.
    pub fn scalar<T: Scalar>(&self, source: &Source) -> Option<T> {
        if let Source::Parenthesis(inner) = source {
            return self.scalar(inner.inner());
        }
        let parsed = match (T::TYPE, source) {
            (ScalarType::String, Source::String(text)) => T::parse(text),
            (ScalarType::Number, Source::Number(_) | Source::UnaryOp(_)) => {
                T::parse(&self.source_text(source).replace([' ', '\t', '\n'], ""))
            }
            (ScalarType::Bool, Source::Bool(_)) => T::parse(self.source_text(source)),
            _ => {
                self.wrong_type(source, &Type::Scalar(T::TYPE, T::RULE));
                return None;
            }
        };
        match parsed {
            Ok(value) => Some(value),
            Err(invalid) => {
                let at = self.inside(source, invalid.at.clone());
                self.report(invalid.diagnostic(at));
                None
            }
        }
    }

    /// The place of some bytes of a literal's content.
    fn inside(&self, source: &Source, at: Option<std::ops::Range<usize>>) -> Span {
        let whole = self.span(source);
        let text = self.source_text(source);
        // With escapes, offsets in the content are not offsets in the source.
        let plain = matches!(source, Source::String(content) if text.len() == content.len() + 2);
        match at {
            Some(at) if plain && whole.start + 1 + at.end < whole.end => {
                Span::new(self.file, whole.start + 1 + at.start..whole.start + 1 + at.end)
            }
            _ => whole,
        }
    }

    /// Reads an expression, and turns references to components into Terraform's addresses.
    pub fn expression(&self, source: &Source) -> Option<Expression> {
        expression::read(self, source)
    }

    /// True for a reference to a whole component of this kind: `kind.label`.
    pub fn is_component(&self, source: &Source, kind: &str) -> bool {
        expression::path(source)
            .is_some_and(|(path, rest)| !rest && path.len() == 2 && path[0].0 == kind)
    }

    /// Complains about a whole component where one value must stand, unless it is of one of these
    /// kinds: a module has outputs, and this is one of them. `rule` says what the value is.
    pub fn no_component(&self, source: &Source, kinds: &[&str], rule: &str) -> Option<()> {
        let mut wholes = Vec::new();
        expression::whole_components(source, &mut wholes);
        let mut found = None::<()>;
        for (kind, label, range) in wholes {
            let Some(known) = self.vocabulary().kind(kind).filter(|_| !kinds.contains(&kind))
            else {
                continue;
            };
            let Outputs::Known(outputs) = (known.outputs)() else { continue };
            if known.module.is_none() || outputs.is_empty() {
                continue;
            }
            let scalars = outputs.iter().filter(|output| matches!(output.ty, Type::Scalar(..)));
            let names: Vec<_> = scalars.map(|output| output.name).collect();
            let help = match names.iter().find(|name| **name == "arn" && rule.contains("arn:")) {
                Some(name) => format!("write `{kind}.{label}.{name}`"),
                None => {
                    let all = names.iter().map(|name| format!("`{kind}.{label}.{name}`"));
                    format!("write one of {}", all.collect::<Vec<_>>().join(", "))
                }
            };
            self.report(
                Diagnostic::error(
                    codes::WRONG_KIND,
                    format!("`{kind}.{label}` is a whole component, and one value stands here"),
                )
                .at(Span::new(self.file, range), "")
                .help(help),
            );
            found = Some(());
        }
        found.is_none().then_some(())
    }

    /// Reads a reference to a whole component of one of these kinds.
    pub fn component(&self, source: &Source, kinds: &'static [&'static str]) -> Option<Reference> {
        let span = self.span(source);
        let wanted =
            kinds.iter().map(|kind| format!("`{kind}.…`")).collect::<Vec<_>>().join(" or ");
        let Some((path, rest)) = expression::path(source).filter(|(path, _)| path.len() >= 2)
        else {
            self.report(
                Diagnostic::error(codes::WRONG_TYPE, format!("expected a reference, {wanted}"))
                    .at(span, "not a reference to a component"),
            );
            return None;
        };
        let (kind, label) = (path[0].0, path[1].0);
        if path.len() > 2 || rest {
            self.report(
                Diagnostic::error(
                    codes::WRONG_KIND,
                    format!("expected a whole component, {wanted}"),
                )
                .at(span, "a part of one")
                .help(format!("write `{kind}.{label}`")),
            );
            return None;
        }
        if !kinds.contains(&kind) {
            let known = self.vocabulary.kind(kind).is_some();
            let diagnostic = if known {
                Diagnostic::error(codes::WRONG_KIND, format!("expected {wanted}, found a `{kind}`"))
            } else {
                Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("there is no kind `{kind}`"))
            };
            let diagnostic = diagnostic.at(span, "");
            self.report(match did_you_mean(kind, kinds.iter().copied()) {
                Some(kind) => diagnostic.help(format!("did you mean `{kind}.{label}`?")),
                None => diagnostic.help(format!("write {wanted}")),
            });
            return None;
        }
        Some(Reference {
            kind: kind.to_owned(),
            label: label.to_owned(),
            attribute: None,
            weak: false,
            field: Vec::new(),
            span: Some(span),
        })
    }

    /// The place of a key: from the end of what precedes it to the `=`.
    pub fn object_key_span(
        &self,
        key: &hcl::edit::expr::ObjectKey,
        value: &Source,
    ) -> Option<Span> {
        key.span().or_else(|| value.span()).map(|range| Span::new(self.file, range))
    }

    /// Complains about a value of another type.
    pub fn wrong_type(&self, source: &Source, expected: &Type) {
        let found = match source {
            Source::Null(_) => "`null`",
            Source::Bool(_) => "a boolean",
            Source::Number(_) => "a number",
            Source::String(_) | Source::StringTemplate(_) | Source::HeredocTemplate(_) => {
                "a string"
            }
            _ => match shape(source) {
                Shape::List => "a list",
                Shape::Map => "a map",
                Shape::Text | Shape::Any => "an expression",
            },
        };
        let mut diagnostic = Diagnostic::error(
            codes::WRONG_TYPE,
            format!("expected {}, found {found}", describe(expected)),
        )
        .at(self.span(source), "");
        match (expected, source) {
            (Type::Scalar(ScalarType::Number | ScalarType::Bool, _), Source::String(text))
                if text.parse::<f64>().is_ok() || text.parse::<bool>().is_ok() =>
            {
                diagnostic =
                    diagnostic.help(format!("write it without quotes: `{}`", text.as_str()));
            }
            (Type::Scalar(ScalarType::String, _), Source::Number(_) | Source::Bool(_)) => {
                diagnostic = diagnostic
                    .help(format!("write it in quotes: `\"{}\"`", self.source_text(source)));
            }
            (Type::List(_), Source::String(_) | Source::Number(_) | Source::Traversal(_)) => {
                diagnostic = diagnostic
                    .help(format!("write it in brackets: `[{}]`", self.source_text(source)));
            }
            _ => {}
        }
        self.report(diagnostic);
    }
}

/// A type in words.
fn describe(ty: &Type) -> String {
    match ty {
        Type::Scalar(ScalarType::String, _) => "a string".to_owned(),
        Type::Scalar(ScalarType::Number, _) => "a number".to_owned(),
        Type::Scalar(ScalarType::Bool, _) => "`true` or `false`".to_owned(),
        Type::List(_) => "a list".to_owned(),
        Type::Map(_) | Type::Object(_) => "a map".to_owned(),
        Type::OneOf(_) => "a block".to_owned(),
        Type::Reference(kinds) | Type::Label(kinds) => {
            kinds.iter().map(|kind| format!("`{kind}.…`")).collect::<Vec<_>>().join(" or ")
        }
        Type::Any => "a value".to_owned(),
    }
}

/// The bytes of a label.
pub(crate) fn label_range(label: &BlockLabel) -> Option<std::ops::Range<usize>> {
    match label {
        BlockLabel::Ident(ident) => ident.span(),
        BlockLabel::String(text) => text.span(),
    }
}

/// The entries of one block while its fields are read.
#[derive(Debug)]
pub struct Entries<'r, 'a, 's> {
    reader: &'r Reader<'a>,
    block: &'s SourceBlock,
    entries: BTreeMap<&'static str, Entry<'s>>,
    /// Fields that are there under a wrong name, which was complained about.
    misspelt: Vec<&'static str>,
    origin: Origin,
}

impl Entries<'_, '_, '_> {
    /// Reads a field, or gives what it is when it is not written.
    pub fn field<F: Field>(&mut self, name: &'static str, absent: Option<F>) -> Option<F> {
        self.hoist::<F>(name);
        if let Some(entry) = self.entries.get(name) {
            return F::read_entry(self.reader, name, entry);
        }
        if self.misspelt.contains(&name) && (F::FROM_LABEL || absent.is_none()) {
            return None;
        }
        if F::FROM_LABEL {
            return F::from_label(self.reader, self.block);
        }
        if absent.is_none() {
            let parent = self.block.ident.as_str();
            let hint =
                if F::IS_BLOCK { format!("{name} {{ … }}") } else { format!("{name} = …") };
            self.reader.report(
                Diagnostic::error(codes::MISSING_FIELD, format!("`{name}` is missing"))
                    .at(self.origin.head, format!("this `{parent}` needs it"))
                    .help(format!("add `{hint}`: {}", describe(&F::ty()))),
            );
        }
        absent
    }

    /// Takes the comments inside of a list or map, of which only the values are kept, above it.
    fn hoist<F: Field>(&mut self, name: &'static str) {
        let value = self.entries.get(name).and_then(|entry| entry.attribute).map(|a| &a.value);
        let Some(value @ (Source::Array(_) | Source::Object(_))) = value else { return };
        let mut comment = Comment::default();
        comment.hoist_value(value);
        if !comment.is_empty() && matches!(F::ty(), Type::List(_) | Type::Map(_)) {
            self.origin.comments.entry(name).or_default().leading.extend(comment.leading);
        }
    }

    /// What is known of the block's place.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}
