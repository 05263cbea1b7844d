//! A described system: its settings and its components.

pub mod block;
pub mod check;
pub mod environment;
mod expression;
pub mod field;
mod flow;
pub mod layer;
pub mod lower;
pub mod manifests;
pub(crate) mod mention;
pub mod names;
pub mod read;
pub mod rename;
pub mod settings;
mod trace;
pub mod transfer;
pub mod value;

use std::collections::HashSet;
use std::sync::Arc;

use hcl::edit::Span as _;
use hcl::edit::structure::{Block as SourceBlock, Body, Structure};
use indexmap::IndexMap;

use crate::component::{AnyComponent, Component, Vocabulary};
use crate::diagnostic::{Diagnostic, FileId, Span, codes, did_you_mean};
use crate::hcl::comment::Comment;
use crate::value::{Environment, Label, Scalar as _, ScalarType};
use block::{Block as _, FieldInfo};
use field::{Any, Field as _, MapEntry, Ref, Type};
use layer::{Layer, Part};
use read::Reader;
use rename::Renamed;
pub use settings::Settings;
use transfer::Transfer;
use value::{Reference, Value};

/// One described system.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Its name, also that of its folder.
    pub name: String,
    /// Its root's folder: that of the stack, of an environment in it, `shop/production`, or of a
    /// layer in either, `shop/production/jobs`.
    pub root: String,
    /// Region, versions, tags, backend.
    pub settings: Settings,
    /// Named expressions (`locals { … }`), in the order written.
    pub locals: IndexMap<String, MapEntry<Any>>,
    /// Its components, in the order written.
    pub components: IndexMap<Id, Arc<dyn AnyComponent>>,
    /// What components were called before ([`rename`]).
    pub renamed: IndexMap<Id, Renamed>,
    /// Which components another layer's state holds ([`transfer`]).
    pub transferred: IndexMap<Id, Transfer>,
    /// Its layers, in the order written; none for a stack of one root.
    pub layers: IndexMap<String, Layer>,
    /// Which part of it this is: a layer ([`Stack::roots`]), or all.
    pub part: Option<Part>,
    /// The kinds of components that there are.
    pub vocabulary: Vocabulary,
}

/// The stack that a root is of: `shop` of `shop`, `shop/production` and `shop/production/jobs`.
pub fn of_root(root: &str) -> &str {
    root.split_once('/').map_or(root, |(stack, _)| stack)
}

/// What `locals` are, for the reference.
pub(crate) const LOCALS_DOC: &str = "Named values and expressions, as in Terraform.";

/// The fields that every component has besides its own.
pub(crate) fn common_fields() -> [FieldInfo; 3] {
    let string = || Type::Scalar(ScalarType::String, "");
    let list = Type::List(Box::new(string()));
    [
        FieldInfo::derived(environment::ONLY, list, environment::ONLY_DOC).optional(),
        FieldInfo::derived(rename::FIELD, string(), rename::DOC).optional(),
        FieldInfo::derived(transfer::FIELD, string(), transfer::DOC).optional(),
    ]
}

/// A component's kind and label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Its block's type.
    pub kind: &'static str,
    /// Its label.
    pub label: String,
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.kind, self.label)
    }
}

impl PartialEq for Stack {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.settings == other.settings
            && self.locals.len() == other.locals.len()
            && self.locals.iter().all(|(name, local)| {
                other.locals.get(name).is_some_and(|other| local.value == other.value)
            })
            && self.renamed == other.renamed
            && self.transferred == other.transferred
            && (&self.layers, &self.part) == (&other.layers, &other.part)
            && self.components.len() == other.components.len()
            && self.components.iter().all(|(id, component)| {
                other.components.get(id).is_some_and(|other| component.same(other.as_ref()))
            })
    }
}

impl Stack {
    /// The name that a component has when it does not say one: `<stack>-<label>`, or
    /// `<stack>-<environment>-<label>`, with the label that it had first.
    pub fn name_of(&self, kind: &str, label: &str) -> String {
        let renamed = self.renamed.iter().find(|(id, _)| id.kind == kind && id.label == label);
        let first = renamed.and_then(|(_, renamed)| renamed.from.first());
        format!("{}-{}", self.system().replace('/', "-"), first.map_or(label, String::as_str))
    }

    /// The stack or environment that the root is of: its root, without the layer.
    pub fn system(&self) -> &str {
        match &self.part {
            Some(part) => {
                self.root.strip_suffix(&part.layer).unwrap_or(&self.root).trim_end_matches('/')
            }
            None => &self.root,
        }
    }

    /// The component that a reference names.
    pub fn get<C: Component>(&self, reference: &Ref<C>) -> Option<&C> {
        self.component(&reference.label)
    }

    /// The component of a type and label.
    pub fn component<C: Component>(&self, label: &str) -> Option<&C> {
        let id = Id { kind: C::KIND, label: label.to_owned() };
        self.components.get(&id)?.as_any().downcast_ref()
    }

    /// The position among the components of the one that a reference names.
    fn index_of(&self, reference: &Reference) -> Option<usize> {
        let kind = self.vocabulary.kind(&reference.kind)?.name;
        self.components.get_index_of(&Id { kind, label: reference.label.clone() })
    }

    /// All components of a type, in the order of their labels.
    pub fn all<C: Component>(&self) -> Vec<(&str, &C)> {
        let mut all: Vec<(&str, &C)> = self
            .components
            .iter()
            .filter(|(id, _)| id.kind == C::KIND)
            .filter_map(|(id, component)| {
                Some((id.label.as_str(), component.as_any().downcast_ref()?))
            })
            .collect();
        all.sort_by_key(|(label, _)| *label);
        all
    }
}

/// A stack with its warnings, or everything that is wrong with its description.
pub type ReadResult = Result<(Stack, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Reads and checks a description.
///
/// # Errors
/// Every problem that can be found without AWS; warnings come with the stack.
pub fn read(file: FileId, text: &str, expected_name: &str) -> ReadResult {
    read_root(&Vocabulary::default(), file, text, expected_name, None)
}

/// Reads and checks the description of one environment ([`environment::variants`]), or of a stack
/// without any, whose components are of these kinds.
///
/// # Errors
/// As [`read()`].
pub fn read_root(
    vocabulary: &Vocabulary,
    file: FileId,
    text: &str,
    expected_name: &str,
    environment: Option<&str>,
) -> ReadResult {
    let body = crate::hcl::parse::parse(file, text)?;
    let reader = Reader::new(vocabulary, file, text);
    let mut stack = read_body(&reader, &body, expected_name);
    if environment.is_none() {
        layer::empty(&reader, &body);
    }
    if let Some(name) = environment {
        stack.root = format!("{expected_name}/{name}");
        let settings = &mut stack.settings;
        if settings.environment.is_some() {
            let message = "a stack with environments does not say which one it is";
            reader.report(
                Diagnostic::error(codes::CONFLICT, message)
                    .at(settings.origin.field("environment"), "")
                    .help("take it out: each environment's name is its own"),
            );
        }
        settings.environment = Environment::parse(name).ok().map(field::Literal);
    }
    let mut diagnostics = reader.into_diagnostics();
    // Rules between components are told even when some block is wrong, but not those about
    // components that could not be read.
    diagnostics.extend(check::check(&stack, &unread(&body, &stack)));
    if !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(layer::check_parts(&stack));
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    if diagnostics.iter().any(Diagnostic::is_error) {
        Err(diagnostics)
    } else {
        Ok((stack, diagnostics))
    }
}

/// Kinds and labels of the blocks that are written but could not be read.
fn unread(body: &Body, stack: &Stack) -> Vec<(String, String)> {
    let read: HashSet<(&str, &str)> =
        stack.components.keys().map(|id| (id.kind, id.label.as_str())).collect();
    layer::components(body)
        .filter_map(|block| Some((block.ident.as_str(), block.labels.first()?.as_str())))
        .filter(|name| !read.contains(name))
        .map(|(kind, label)| (kind.to_owned(), label.to_owned()))
        .collect()
}

/// The components of a description while they are read.
#[derive(Default)]
struct Components {
    components: IndexMap<Id, Arc<dyn AnyComponent>>,
    renamed: IndexMap<Id, Renamed>,
    transferred: IndexMap<Id, Transfer>,
    seen: IndexMap<(String, String), Span>,
}

impl Components {
    /// Reads one. Its name, also where it is not right.
    fn read(&mut self, reader: &Reader<'_>, block: &SourceBlock) -> Option<Id> {
        let name = block.ident.as_str();
        let Some(kind) = reader.vocabulary().kind(name) else {
            unknown_kind(reader, block);
            return None;
        };
        let label = reader.label(block);
        let component = reader.component_at(block, || (kind.read)(reader, block));
        let earlier = rename::read(reader, block);
        let transfer = transfer::read(reader, block);
        let (label, span) = label?;
        let id = Id { kind: kind.name, label: label.to_owned() };
        if let Some(first) = self.seen.insert((name.to_owned(), label.to_owned()), span) {
            reader.duplicate(&format!("`{name}` \"{label}\""), span, Some(first));
        } else if let Some(component) = component {
            self.renamed.extend(earlier.map(|earlier| (id.clone(), earlier)));
            self.transferred.extend(transfer.map(|transfer| (id.clone(), transfer)));
            self.components.insert(id.clone(), component);
        }
        Some(id)
    }
}

fn read_body(reader: &Reader<'_>, body: &Body, expected_name: &str) -> Stack {
    let file = reader.file();
    let mut head: Option<(&SourceBlock, Option<Settings>)> = None;
    let mut locals = IndexMap::new();
    let mut all = Components::default();
    let mut layers: IndexMap<String, Layer> = IndexMap::new();

    for structure in body.iter() {
        let block = match structure {
            Structure::Block(block) => block,
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                reader.report(
                    Diagnostic::error(
                        codes::UNKNOWN_FIELD,
                        format!("`{name}` stands outside a block"),
                    )
                    .at(Span::new(file, attribute.key.span().unwrap_or(0..0)), "")
                    .help(format!("a named value goes into `locals {{ {name} = … }}`")),
                );
                continue;
            }
        };
        match block.ident.as_str() {
            "stack" => {
                let settings = Settings::read(reader, block);
                if let Some((first, _)) = &head {
                    reader.duplicate(
                        "a `stack` block",
                        reader.head(block),
                        Some(reader.head(first)),
                    );
                } else {
                    check_name(reader, block, expected_name);
                    head = Some((block, settings));
                }
            }
            "locals" => read_locals(reader, block, &mut locals),
            // They were read before: see `environment::variants`.
            environment::KIND => {}
            layer::KIND => {
                let name = layer::read(reader, block, &mut layers);
                let kinds = ["stack", "locals", environment::KIND, layer::KIND];
                let blocks = block.body.blocks().filter(|it| !kinds.contains(&it.ident.as_str()));
                let ids: Vec<Id> = blocks.filter_map(|block| all.read(reader, block)).collect();
                if let Some(layer) = name.and_then(|name| layers.get_mut(name)) {
                    layer.components.extend(ids);
                }
            }
            _ => _ = all.read(reader, block),
        }
    }

    if head.is_none() {
        reader.report(
            Diagnostic::error(codes::NO_STACK, "the description has no `stack` block")
                .at(Span::new(file, 0..0), "")
                .help(format!("start it with `stack \"{expected_name}\" {{ region = \"…\" }}`")),
        );
    }
    // Settings that could not be read were complained about; the rest is checked as well as it can
    // be without a region.
    let settings = head.and_then(|(_, settings)| settings);
    let mut settings = settings.unwrap_or_else(|| Settings::new(Value::raw("")));
    // What stands below the last block belongs to none of them.
    settings.origin.comment.hoist_body(body);
    let (name, root) = (expected_name.to_owned(), expected_name.to_owned());
    let Components { components, renamed, transferred, .. } = all;
    let vocabulary = reader.vocabulary().clone();
    Stack {
        name,
        root,
        settings,
        locals,
        components,
        renamed,
        transferred,
        layers,
        part: None,
        vocabulary,
    }
}

fn check_name(reader: &Reader<'_>, block: &SourceBlock, expected: &str) {
    let Some((name, span)) = reader.label(block) else { return };
    if let Err(invalid) = Label::parse(expected) {
        reader.report(
            Diagnostic::error(
                codes::NO_STACK,
                format!("the folder `{expected}` cannot be a stack's name: {}", invalid.message),
            )
            .at(span, "")
            .help(format!("rename the folder, to `{name}` for example")),
        );
    } else if name != expected {
        reader.report(
            Diagnostic::error(
                codes::NO_STACK,
                format!("the stack is called `{name}`, its folder `{expected}`"),
            )
            .at(span, "")
            .help("give both the same name")
            .suggest(span, format!("\"{expected}\"")),
        );
    }
}

fn read_locals(
    reader: &Reader<'_>,
    block: &SourceBlock,
    locals: &mut IndexMap<String, MapEntry<Any>>,
) {
    if reader.no_label(block).is_none() {
        return;
    }
    let mut above = Comment::around(block_decor(block), block_decor(block));
    above.hoist_body(&block.body);
    for structure in block.body.iter() {
        match structure {
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                let span = Span::new(reader.file(), attribute.key.span().unwrap_or(0..0));
                let Some(value) = Any::from_expr(reader, &attribute.value) else { continue };
                let decor = hcl::edit::Decorate::decor(attribute);
                let mut comment = Comment::around(decor, decor);
                comment.prepend(std::mem::take(&mut above));
                let entry = MapEntry { value, comment, span: Some(span), value_span: None };
                if let Some(first) = locals.insert(name.to_owned(), entry) {
                    reader.duplicate(&format!("`local.{name}`"), span, first.span);
                }
            }
            Structure::Block(nested) => reader.report(
                Diagnostic::error(codes::UNKNOWN_BLOCK, "`locals` holds values, not blocks")
                    .at(reader.head(nested), "")
                    .help("write `name = …`"),
            ),
        }
    }
}

fn block_decor(block: &SourceBlock) -> &hcl::edit::Decor {
    hcl::edit::Decorate::decor(block)
}

fn unknown_kind(reader: &Reader<'_>, block: &SourceBlock) {
    let name = block.ident.as_str();
    let span = Span::new(reader.file(), block.ident.span().unwrap_or(0..0));
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_BLOCK, format!("there is no `{name}` component"))
            .at(span, "not known here");
    let known = || {
        reader.vocabulary().kinds().iter().map(|kind| kind.name).chain([
            "stack",
            "locals",
            environment::KIND,
            layer::KIND,
        ])
    };
    reader.report(match did_you_mean(name, known()) {
        Some(kind) => diagnostic.help(format!("did you mean `{kind}`?")).suggest(span, kind),
        None if name == "resource" || name == "data" => {
            diagnostic.help("Terraform's own blocks go into a `.tf` file beside the description")
        }
        None => {
            let list = known().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
            diagnostic.help(format!("a description has {list}"))
        }
    });
}
