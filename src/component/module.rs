//! `module`: any Terraform module, called as it is.

use crate::component::drawn::{Drawn, Family, Meaning};
use hcl::edit::structure::{Block as SourceBlock, Structure};
use hcl::edit::{Decorate as _, Span as _};

use crate::build::{Builder, Parts};
use crate::component::{Component, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::comment::Comment;
use crate::hcl::{Attribute, Block, Expr, Item, Property};
use crate::stack::block::{Block as _, FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{Any, Field as _, Map, MapEntry};
use crate::stack::lower::Lower;
use crate::stack::read::{Entries, Reader};
use crate::stack::rename;
use crate::stack::value::{Reference, Value};
use crate::value::VersionConstraint;

crate::block! {
    /// What every module call has.
    pub struct ModuleHead {
        /// Where the module is: a path, a registry address, a git address (Terraform language,
        /// "Module Sources").
        source: Value<String>,
        /// The versions that can be used, for a module from a registry.
        version: Option<Value<VersionConstraint>>,
    }
}

/// Any Terraform module, from anywhere, with free arguments: the way out when the vocabulary has
/// no word for something. Its outputs are `module.<label>.<output>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Its source and version.
    pub head: ModuleHead,
    /// Its arguments, in the order written.
    pub arguments: Map<Any>,
}

/// Describes a [`Module`] in Rust.
#[derive(Debug, Clone)]
#[must_use = "what is described has to be added to something"]
pub struct ModuleBuilder(Parts);

impl Builder for ModuleBuilder {
    type Block = Module;

    fn from_parts(parts: Parts) -> Self {
        Self(parts)
    }

    fn parts(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl ModuleBuilder {
    /// Where the module is: a path, a registry address, a git address (Terraform language, "Module
    /// Sources").
    #[track_caller]
    pub fn source(self, source: impl Into<Expr>) -> Self {
        self.set("source", source)
    }

    /// The versions that can be used, for a module from a registry.
    #[track_caller]
    pub fn version(self, version: impl Into<Expr>) -> Self {
        self.set("version", version)
    }

    /// One of its arguments.
    #[track_caller]
    pub fn argument(self, name: &str, value: impl Into<Expr>) -> Self {
        self.set(name, value)
    }
}

impl crate::stack::block::Block for Module {
    type Builder = ModuleBuilder;

    fn doc() -> String {
        "Any Terraform module, from anywhere, with free arguments: the way out when the vocabulary \
         has no word for something. Its outputs are `module.<label>.<output>`."
            .to_owned()
    }

    fn fields() -> Vec<FieldInfo> {
        ModuleHead::fields()
    }

    fn names(names: &mut Vec<&'static str>) {
        ModuleHead::names(names);
    }

    /// Its arguments are free, so it reads itself from a whole block.
    fn read_entries(_entries: &mut Entries<'_, '_, '_>) -> Option<Self> {
        None
    }

    fn read(reader: &Reader<'_>, block: &SourceBlock) -> Option<Self> {
        // The head is read from a block that holds nothing else.
        let mut head = block.clone();
        head.body = hcl::edit::structure::Body::new();
        let mut arguments = Map::default();
        let mut complete = true;
        for structure in block.body.iter() {
            match structure {
                Structure::Attribute(attribute)
                    if matches!(attribute.key.as_str(), "source" | "version" | rename::FIELD) =>
                {
                    head.body.push(attribute.clone());
                }
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    let span = attribute.key.span().map(|range| Span::new(reader.file(), range));
                    match Any::from_expr(reader, &attribute.value) {
                        Some(value) => {
                            let comment = Comment::around(attribute.decor(), attribute.decor());
                            arguments.entries.insert(
                                name.to_owned(),
                                MapEntry { value, comment, span, value_span: None },
                            );
                        }
                        None => complete = false,
                    }
                }
                Structure::Block(nested) => {
                    complete = false;
                    reader.report(
                        Diagnostic::error(
                            codes::UNKNOWN_BLOCK,
                            "a `module` block holds arguments, not blocks",
                        )
                        .at(reader.head(nested), "")
                        .help("write `name = …`"),
                    );
                }
            }
        }
        let head = ModuleHead::read(reader, &head)?;
        complete.then_some(Self { head, arguments })
    }

    fn origin(&self) -> &Origin {
        &self.head.origin
    }

    fn arguments(&self) -> Vec<Property> {
        let mut arguments: Vec<Property> = self
            .arguments
            .entries
            .iter()
            .map(|(name, entry)| Property {
                key: name.clone(),
                value: entry.value.argument().unwrap_or(Expr::Null),
                comment: entry.comment.clone(),
            })
            .collect();
        arguments.sort_by(|a, b| a.key.cmp(&b.key));
        arguments
    }

    fn add_values(&self, values: &mut Vec<Property>) {
        self.head.add_values(values);
        values.push(Property::new("arguments", self.arguments.value()));
    }

    fn references(&self, out: &mut Vec<Reference>) {
        self.head.references(out);
        self.arguments.entries.values().for_each(|entry| entry.value.add_references(out));
    }
}

impl Component for Module {
    const KIND: &'static str = "module";
    const FILE: &'static str = "modules.tf";
    const DRAWN: Drawn = Drawn::new(Family::Other, Meaning::USED);

    fn outputs() -> Outputs {
        Outputs::Any
    }

    fn address(label: &str) -> String {
        format!("module.{label}")
    }

    fn check(&self, check: &Check<'_>) {
        check.constant("source", Some(&self.head.source));
        check.constant("version", self.head.version.as_ref());
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut block = Block::new("module", [lower.label])
            .attribute("source", self.head.source.expr())
            .comment(self.head.origin.comment.clone());
        if let Some(version) = &self.head.version {
            block = block.attribute("version", version.expr());
        }
        let arguments = self.arguments();
        if !arguments.is_empty() {
            block.body.items.push(Item::Gap);
        }
        block.body.items.extend(arguments.into_iter().map(|Property { key, value, comment }| {
            Item::Attribute(Attribute { name: key, value, comment })
        }));
        block.carry(&self.head.origin.comments);
        lower.add::<Self>(block);
    }
}
