//! `layer`: several roots of one system, each with its own small state.
//!
//! A description names things the same with and without layers. What one layer needs of another
//! follows from what is rendered: the other one gets an output for each component that is used, and
//! this one looks it up in the other's state ("The `terraform_remote_state` Data Source").

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use hcl::edit::expr::{Expression as Source, Traversal};
use hcl::edit::structure::{Block as SourceBlock, Body as SourceBody};
use hcl::edit::visit::{Visit, visit_body, visit_traversal};

use super::block::Origin;
use super::check::RENDERED_LOCALS;
use super::field::Field as _;
use super::lower::{Root, lower_one};
use super::read::Reader;
use super::{Id, Stack, expression, transfer};
use crate::component::{Artifact, Bundle, Component as _, Image, Input, Loaders, Output};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::comment::Comment;
use crate::hcl::format::format_expr;
use crate::hcl::{Attribute, Block, Body, Expr, Item};

/// The block's type.
pub const KIND: &str = "layer";

/// What the block is, for the reference.
pub const DOC: &str = "A part of the stack with a root and a state of its own: the components in \
     it. Where a stack has layers, all components stand in them but for `bundle`, `image` and \
     `input`, which land in every layer that uses them.";

/// The kinds that may stand outside layers: they are of whoever uses them.
const SHARED: &[&str] = &[Artifact::KIND, Bundle::KIND, Image::KIND, Input::KIND];

/// What a lock pins: a root has those that it uses.
const PINNED: [&str; 2] = [Artifact::KIND, Image::KIND];

/// The file in which other layers' states are looked up.
const DATA_FILE: &str = "data.tf";

/// One layer of a stack.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    /// The components that are written in it.
    pub components: BTreeSet<Id>,
    /// Where it was read from.
    pub origin: Origin,
}

/// One layer as a root: what is in it, what it takes of others, and what others take of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// The layer's name.
    pub layer: String,
    /// The components in it: its own, and the images and inputs that it uses.
    pub components: BTreeSet<Id>,
    /// The images and artifacts that only other layers use.
    pub elsewhere: BTreeSet<String>,
    /// The named values that it uses.
    pub locals: BTreeSet<String>,
    /// The layers that it looks things up in.
    pub takes: BTreeSet<String>,
    /// What others look up in it, by component.
    pub tells: BTreeMap<Id, Told>,
}

/// What of a component other layers look up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// True where somebody is given the whole component.
    pub whole: bool,
    /// The outputs that are named.
    pub outputs: BTreeSet<String>,
    /// The layers that look it up.
    pub to: BTreeSet<String>,
}

/// Why one layer needs another.
#[derive(Debug, Clone)]
struct Need {
    by: Option<Id>,
    of: Id,
}

/// Opens a `layer` block, and complains about what it is and holds beside components.
pub(super) fn read<'s>(
    reader: &Reader<'_>,
    block: &'s SourceBlock,
    layers: &mut indexmap::IndexMap<String, Layer>,
) -> Option<&'s str> {
    for attribute in block.body.attributes() {
        let name = attribute.key.as_str();
        let range = hcl::edit::Span::span(&attribute.key).unwrap_or(0..0);
        reader.report(
            Diagnostic::error(codes::UNKNOWN_FIELD, format!("a `{KIND}` block has no `{name}`"))
                .at(Span::new(reader.file(), range), "not known here")
                .help("a layer holds components, and nothing else"),
        );
    }
    for nested in block.body.blocks() {
        let kind = nested.ident.as_str();
        if [KIND, "stack", "locals", super::environment::KIND].contains(&kind) {
            reader.report(
                Diagnostic::error(codes::UNKNOWN_BLOCK, format!("`{kind}` stands in a layer"))
                    .at(reader.head(nested), "")
                    .help(match kind {
                        KIND => "layers stand side by side: move it out of this one",
                        _ => "it is of the whole stack: move it out of the layer",
                    }),
            );
        }
    }
    let (label, span) = reader.label(block)?;
    if let Some(first) = layers.get(label) {
        reader.duplicate(&format!("`{KIND}` \"{label}\""), span, first.origin.head);
        return None;
    }
    let decor = hcl::edit::Decorate::decor(block);
    let mut comment = Comment::around(decor, decor);
    comment.hoist_body(&block.body);
    let origin = Origin { head: Some(reader.head(block)), comment, ..Origin::default() };
    layers.insert(label.to_owned(), Layer { origin, ..Layer::default() });
    Some(label)
}

/// Complains about layers that hold nothing in the whole description: one may well hold nothing in
/// some environment.
pub(super) fn empty(reader: &Reader<'_>, body: &SourceBody) {
    let left = transfer::left(body);
    for block in body.blocks().filter(|block| block.ident.as_str() == KIND) {
        let label = block.labels.first().map_or("", |label| label.as_str());
        if block.body.blocks().next().is_none() && !left.contains(label) {
            reader.report(
                Diagnostic::error(codes::MISSING_FIELD, "the layer is empty")
                    .at(reader.head(block), "")
                    .help("move components into it, or take it out"),
            );
        }
    }
}

/// The blocks of a description that are components: also those in layers.
pub(super) fn components(body: &SourceBody) -> impl Iterator<Item = &SourceBlock> {
    let own = |block: &&SourceBlock| {
        !["stack", "locals", super::environment::KIND].contains(&block.ident.as_str())
    };
    body.blocks().filter(own).flat_map(|block| {
        let is_layer = block.ident.as_str() == KIND;
        let inner = is_layer.then(|| block.body.blocks()).into_iter().flatten();
        inner.chain((!is_layer).then_some(block))
    })
}

/// The layers of a description, by its text; none for one that cannot be read.
pub fn names(text: &str) -> Vec<String> {
    // Most descriptions have none, and are not parsed for it.
    if !text.lines().any(|line| line.trim_start().starts_with(KIND)) {
        return Vec::new();
    }
    let body = hcl::edit::parser::parse_body(text).unwrap_or_default();
    let left = transfer::left(&body);
    let layers = body.blocks().filter(|block| block.ident.as_str() == KIND);
    let named = layers.filter_map(|block| Some((block.labels.first()?.as_str(), block)));
    let is_root = |(name, block): &(&str, &SourceBlock)| {
        block.body.blocks().next().is_some() || left.contains(name)
    };
    named.filter(is_root).map(|(name, _)| name.to_owned()).collect()
}

impl Stack {
    /// The roots that it becomes: itself, or one for each layer, each with the images that it uses.
    /// All other components stay in sight.
    pub fn roots(self) -> Vec<Self> {
        if self.layers.is_empty() {
            return vec![self];
        }
        let view = |mut part: Part| {
            let pinned = self.components.keys().filter(|id| PINNED.contains(&id.kind));
            let elsewhere = pinned.filter(|id| !part.components.contains(*id));
            part.elsewhere = elsewhere.map(|id| id.label.clone()).collect();
            let mut stack = self.clone();
            stack.root = format!("{}/{}", self.root, part.layer);
            stack
                .components
                .retain(|id, _| !PINNED.contains(&id.kind) || part.components.contains(id));
            stack.part = Some(part);
            stack
        };
        parts(&self).0.into_iter().map(view).collect()
    }

    /// True for a component that becomes Terraform in this root.
    pub(crate) fn is_here(&self, id: &Id) -> bool {
        self.part.as_ref().is_none_or(|part| part.components.contains(id))
    }

    /// True for a named value that stands in this root.
    pub(crate) fn has_local(&self, name: &str) -> bool {
        self.part.as_ref().is_none_or(|part| part.locals.contains(name))
    }

    /// The layer that a component is written in.
    pub fn layer_of(&self, id: &Id) -> Option<&str> {
        let mut layers = self.layers.iter();
        let (name, _) = layers.find(|(_, layer)| layer.components.contains(id))?;
        Some(name)
    }
}

/// Which components stand in which layers, by what Terraform calls them after `module.`.
struct Addresses<'a>(BTreeMap<String, (&'a Id, &'a str)>);

impl<'a> Addresses<'a> {
    fn of(stack: &'a Stack) -> Self {
        let of_layer = |(name, layer): (&'a String, &'a Layer)| {
            layer.components.iter().filter_map(move |id| {
                let address = (stack.vocabulary.kind(id.kind)?.address)(&id.label);
                Some((address.strip_prefix("module.")?.to_owned(), (id, name.as_str())))
            })
        };
        Self(stack.layers.iter().flat_map(of_layer).collect())
    }

    /// The component that a name is of, its name after `module.`, and its layer.
    fn get(&self, path: &[String]) -> Option<(&str, &'a Id, &'a str)> {
        let name = path.get(1).filter(|_| path[0] == "module")?;
        let (name, (id, layer)) = self.0.get_key_value(name)?;
        Some((name, id, layer))
    }
}

/// The layers as roots, in the order written, and why each needs which others.
fn parts(stack: &Stack) -> (Vec<Part>, BTreeMap<(String, String), Need>) {
    let addresses = Addresses::of(stack);
    let mut parts: Vec<Part> = Vec::new();
    let mut needs: BTreeMap<(String, String), Need> = BTreeMap::new();
    let mut told: BTreeMap<Id, Told> = BTreeMap::new();
    // What is left has a root until it has forgotten what was in it.
    let is_left = |name: &String| stack.transferred.values().any(|it| it.from == *name);
    let is_root = |(name, layer): &(&String, &Layer)| !layer.components.is_empty() || is_left(name);
    for (name, layer) in stack.layers.iter().filter(is_root) {
        let components = layer.components.iter().filter(|id| stack.components.contains_key(*id));
        let components = components.cloned().collect();
        let mut part = Part { layer: name.clone(), components, ..Part::default() };
        // Each name with the component that it is there for.
        let mut pending: Vec<(Option<Id>, Name)> = Vec::new();
        // A provider is there for components of its own root only.
        let root = Stack { part: Some(part.clone()), ..stack.clone() };
        let mut settings = Root::default();
        root.settings.lower(&mut settings, &root);
        pending.extend(found(&settings).map(|name| (None, name)));
        for id in &part.components {
            pending.extend(lowered(stack, id).into_iter().map(|it| (Some(id.clone()), it)));
        }
        while let Some((by, Name { path, .. })) = pending.pop() {
            if let Some((_, id, other)) = addresses.get(&path) {
                if other != name {
                    let told = told.entry(id.clone()).or_default();
                    told.to.insert(name.clone());
                    match path.get(2) {
                        Some(output) => _ = told.outputs.insert(output.clone()),
                        None => told.whole = true,
                    }
                    part.takes.insert(other.to_owned());
                    let need = Need { by, of: id.clone() };
                    needs.entry((name.clone(), other.to_owned())).or_insert(need);
                }
                continue;
            }
            let (shared, label) = match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["var", label, ..] => (Input::KIND, label),
                ["local", "images" | "image_references", label] => {
                    let id = Id { kind: Artifact::KIND, label: label.to_owned() };
                    let is_artifact = stack.components.contains_key(&id);
                    (if is_artifact { Artifact::KIND } else { Image::KIND }, label)
                }
                ["local", label, ..] => {
                    let local = stack.locals.get(label);
                    if let Some(local) = local.filter(|_| part.locals.insert(label.to_owned())) {
                        let value = local.value.argument().unwrap_or(Expr::Null);
                        pending.extend(in_expr(&value).into_iter().map(|it| (by.clone(), it)));
                    }
                    continue;
                }
                _ => continue,
            };
            let id = Id { kind: shared, label: label.to_owned() };
            if stack.components.contains_key(&id) && part.components.insert(id.clone()) {
                pending.extend(lowered(stack, &id).into_iter().map(|it| (by.clone(), it)));
            }
        }
        parts.push(part);
    }
    for (id, told) in told {
        let layer = stack.layer_of(&id);
        if let Some(part) = parts.iter_mut().find(|part| Some(part.layer.as_str()) == layer) {
            part.tells.insert(id, told);
        }
    }
    (parts, needs)
}

/// The names in what a component becomes.
fn lowered(stack: &Stack, id: &Id) -> Vec<Name> {
    let (mut root, mut locals) = (Root::default(), BTreeMap::new());
    let Some(component) = stack.components.get(id) else { return Vec::new() };
    lower_one(stack, id, component.as_ref(), "", &mut root, &mut locals);
    let mut names: Vec<Name> = found(&root).collect();
    names.extend(locals.values().flat_map(in_expr));
    // What Kubernetes reads names images, too.
    let images = component.references().into_iter().filter(|it| it.kind == Image::KIND);
    names.extend(images.map(|image| Name {
        path: vec!["local".to_owned(), "images".to_owned(), image.label],
        range: 0..0,
    }));
    // The lock names its repository.
    let image = component.as_any().downcast_ref::<Image>().map(|image| image.repository.expr());
    let artifact = component.as_any().downcast_ref::<Artifact>().map(Artifact::repository);
    names.extend(image.or(artifact).iter().flat_map(in_expr));
    names
}

/// The names in a root.
fn found(root: &Root) -> impl Iterator<Item = Name> {
    let mut names = Vec::new();
    for body in root.files.values() {
        each_expr(body, &mut |expr| names.extend(in_source(expr)));
    }
    names.into_iter()
}

/// Calls something for each expression of a body that is HCL source.
fn each_expr(body: &Body, visit: &mut impl FnMut(&str)) {
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => each_source(&attribute.value, visit),
            Item::Block(block) => each_expr(&block.body, visit),
            Item::Gap => {}
        }
    }
}

fn each_source(expr: &Expr, visit: &mut impl FnMut(&str)) {
    match expr {
        Expr::Raw(source) => visit(source),
        Expr::List(items) => items.iter().for_each(|item| each_source(item, visit)),
        Expr::Object(fields) => fields.iter().for_each(|field| each_source(&field.value, visit)),
        Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) => {}
    }
}

fn in_expr(expr: &Expr) -> Vec<Name> {
    let mut names = Vec::new();
    each_source(expr, &mut |source| names.extend(in_source(source)));
    names
}

/// Most expressions name nothing of the kinds that are of interest here, and need no parser.
fn in_source(source: &str) -> Vec<Name> {
    let names = ["module.", "var.", "local."].iter().any(|start| source.contains(start));
    if names { names_in(source) } else { Vec::new() }
}

/// The first three names of a path, and where the first two stand.
#[derive(Debug)]
struct Name {
    path: Vec<String>,
    range: Range<usize>,
}

/// The paths in HCL source, in the order of the text.
fn names_in(source: &str) -> Vec<Name> {
    const BEFORE: &str = "x = ";
    let mut names = Names(Vec::new());
    // What cannot be read here was read before, and told.
    if let Ok(body) = hcl::edit::parser::parse_body(&format!("{BEFORE}{source}\n")) {
        visit_body(&mut names, &body);
    }
    for name in &mut names.0 {
        name.range = name.range.start - BEFORE.len()..name.range.end - BEFORE.len();
    }
    names.0.sort_by_key(|name| name.range.start);
    names.0
}

struct Names(Vec<Name>);

impl Names {
    fn add(&mut self, path: &expression::Path<'_>) {
        if let [(_, first), (_, second), ..] = path.as_slice() {
            let range = first.start..second.end;
            let path = path.iter().take(3).map(|(name, _)| (*name).to_owned()).collect();
            self.0.push(Name { path, range });
        }
    }
}

impl Visit for Names {
    fn visit_traversal(&mut self, node: &Traversal) {
        let whole = Source::Traversal(Box::new(node.clone()));
        if let Some((path, _)) = expression::path(&whole) {
            self.add(&path);
        }
        visit_traversal(self, node);
    }
}

/// Lets a root of a layer look up what it names of other layers, and tell what they name of it.
pub(super) fn connect(stack: &Stack, root: &mut Root) {
    let Some(part) = &stack.part else { return };
    let names = LookUp { layer: &part.layer, addresses: Addresses::of(stack) };
    for body in root.files.values_mut() {
        names.in_body(body);
    }
    for layer in &part.takes {
        let (backend, config) = stack.settings.remote_state(stack.system(), layer);
        let block = Block::new("data", ["terraform_remote_state", layer])
            .attribute("backend", backend)
            .attribute("config", config);
        root.files.entry(DATA_FILE).or_default().block(block);
    }
    for (id, told) in &part.tells {
        let Some(kind) = stack.vocabulary.kind(id.kind) else { continue };
        let address = (kind.address)(&id.label);
        let output = |name: &String| (name.clone(), Expr::raw(format!("{address}.{name}")));
        let value = match told.whole {
            true => Expr::raw(address.clone()),
            false => Expr::object(told.outputs.iter().map(output)),
        };
        let name = address.strip_prefix("module.").unwrap_or(&address);
        let block = Block::new("output", [name])
            .attribute("description", format!("Looked up by {}.", listed(&told.to)))
            .attribute("value", value);
        root.files.entry("outputs.tf").or_default().block(block);
    }
}

/// The named values by which other layers are looked up.
pub(super) fn locals(stack: &Stack) -> impl Iterator<Item = Attribute> {
    let takes = stack.part.iter().flat_map(|part| &part.takes);
    takes.map(|layer| {
        let state = format!("data.terraform_remote_state.{layer}.outputs");
        Attribute::new(layer.as_str(), Expr::raw(state))
    })
}

/// An expression as a root says it: what is in another layer is looked up.
pub(crate) fn looked_up(stack: &Stack, mut expr: Expr) -> Expr {
    if let Some(part) = &stack.part {
        LookUp { layer: &part.layer, addresses: Addresses::of(stack) }.in_expr(&mut expr);
    }
    expr
}

/// Puts the names by which a layer looks things up into what is rendered for it.
struct LookUp<'a> {
    layer: &'a str,
    addresses: Addresses<'a>,
}

impl LookUp<'_> {
    fn in_body(&self, body: &mut Body) {
        for item in &mut body.items {
            match item {
                Item::Attribute(attribute) => self.in_expr(&mut attribute.value),
                Item::Block(block) => self.in_body(&mut block.body),
                Item::Gap => {}
            }
        }
    }

    fn in_expr(&self, expr: &mut Expr) {
        match expr {
            Expr::Raw(source) => {
                if let Some(looked_up) = self.in_source(source) {
                    *source = looked_up;
                }
            }
            Expr::List(items) => items.iter_mut().for_each(|item| self.in_expr(item)),
            Expr::Object(fields) => {
                fields.iter_mut().for_each(|field| self.in_expr(&mut field.value));
            }
            Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) => {}
        }
    }

    fn in_source(&self, source: &str) -> Option<String> {
        let mut text = String::with_capacity(source.len());
        let mut at = 0;
        for Name { path, range } in in_source(source) {
            let found = self.addresses.get(&path).filter(|(_, _, layer)| *layer != self.layer);
            if let Some((name, _, layer)) = found {
                text.push_str(&source[at..range.start]);
                text.push_str(&format!("local.{layer}.{name}"));
                at = range.end;
            }
        }
        text.push_str(&source[at..]);
        (at > 0).then(|| format_expr(&text))
    }
}

/// `a`, `a and b`, `a, b and c`
fn listed(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The rules about layers that need no Terraform: where things stand, and what they are called.
pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if stack.layers.is_empty() {
        return problems;
    }
    let addresses = Addresses::of(stack);
    let known: Vec<String> = stack.layers.keys().map(|name| format!("`{name}`")).collect();
    for (id, component) in &stack.components {
        if stack.layer_of(id).is_none() && !SHARED.contains(&id.kind) {
            problems.push(
                Diagnostic::error(codes::IN_NO_LAYER, format!("`{id}` stands in no layer"))
                    .at(component.origin().head, "")
                    .help(format!(
                        "move it into one: {}; only `bundle`, `image`, `input` and `locals` are of \
                         the whole stack",
                        known.join(", ")
                    )),
            );
        }
    }
    for (name, layer) in &stack.layers {
        let local = stack.locals.get(name);
        let of_loaders = |label: &&str| Loaders::local(label) == *name;
        let rows = stack.all::<Loaders>().into_iter().map(|(label, _)| label).find(of_loaders);
        if local.is_some() || rows.is_some() || RENDERED_LOCALS.contains(&name.as_str()) {
            problems.push(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("other layers look this one up as `local.{name}`, which is taken"),
                )
                .at(layer.origin.head, "")
                .also(local.and_then(|local| local.span), "here")
                .help("give one of them another name"),
            );
        }
        for (label, output) in stack.all::<Output>() {
            let id = Id { kind: Output::KIND, label: label.to_owned() };
            let told = addresses.0.get(label).filter(|(_, other)| other == name);
            if let Some((other, _)) = told.filter(|_| layer.components.contains(&id)) {
                problems.push(
                    Diagnostic::error(
                        codes::NAME_CLASH,
                        format!("other layers look `{other}` up as the output `{label}`"),
                    )
                    .at(output.origin.head, "")
                    .help("give this one another name"),
                );
            }
        }
    }
    problems
}

/// The rules about layers that need a stack that is right: that they can be made one after the
/// other, and that what is of the whole stack is of some layer.
pub(super) fn check_parts(stack: &Stack) -> Vec<Diagnostic> {
    if stack.layers.is_empty() {
        return Vec::new();
    }
    let (parts, needs) = parts(stack);
    let mut problems = cycles(stack, &parts, &needs);
    for (id, component) in &stack.components {
        let unused = !parts.iter().any(|part| part.components.contains(id));
        if [Artifact::KIND, Image::KIND, Input::KIND].contains(&id.kind) && unused {
            problems.push(
                Diagnostic::warning(codes::UNUSED_VALUE, format!("no layer uses `{id}`"))
                    .at(component.origin().head, "")
                    .help("use it, take it out, or move it into the layer that is to have it"),
            );
        }
    }
    problems
}

/// Layers that need each other in a circle: none of them could be made first.
fn cycles(
    stack: &Stack,
    parts: &[Part],
    needs: &BTreeMap<(String, String), Need>,
) -> Vec<Diagnostic> {
    let takes = |layer: &str| {
        let part = parts.iter().find(|part| part.layer == layer);
        part.into_iter().flat_map(|part| part.takes.iter())
    };
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut problems = Vec::new();
    for part in parts {
        // The shortest way back to where it starts.
        let mut ways: Vec<Vec<&str>> = vec![vec![&part.layer]];
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut circle = None;
        while circle.is_none() && !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                for next in takes(way.last().copied().unwrap_or_default()) {
                    let way: Vec<&str> = way.iter().copied().chain([next.as_str()]).collect();
                    if *next == part.layer {
                        circle.get_or_insert(way);
                    } else if seen.insert(next) {
                        longer.push(way);
                    }
                }
            }
            ways = longer;
        }
        let Some(circle) = circle.filter(|circle| !circle.iter().any(|it| told.contains(it)))
        else {
            continue;
        };
        told.extend(&circle);
        let names: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
        let mut diagnostic = Diagnostic::error(
            codes::LAYER_CYCLE,
            format!("layers need each other: {}", names.join(" needs ")),
        );
        let mut movable = Vec::new();
        for (index, step) in circle.windows(2).enumerate() {
            let Some(need) = needs.get(&(step[0].to_owned(), step[1].to_owned())) else { continue };
            let (by, place) = need.told(stack);
            let text = format!("{by} of `{}` uses `{}` of `{}`", step[0], need.of, step[1]);
            diagnostic = match index {
                0 => diagnostic.at(place, text),
                _ => diagnostic.also(place, text),
            };
            movable.push(format!("{by} to `{}`", step[1]));
        }
        problems.push(diagnostic.help(format!(
            "Terraform makes one layer after the other: move {}, or take one reference out",
            movable.join(" or ")
        )));
    }
    problems
}

impl Need {
    /// Who needs it, and where that is written.
    fn told(&self, stack: &Stack) -> (String, Option<Span>) {
        let Some(id) = &self.by else { return ("the `stack` block".to_owned(), None) };
        let component = stack.components.get(id);
        let written = component.and_then(|component| {
            let mut references = component.references().into_iter();
            references.find(|it| it.kind == self.of.kind && it.label == self.of.label)?.span
        });
        let head = || component.and_then(|component| component.origin().head);
        (format!("`{id}`"), written.or_else(head))
    }
}
