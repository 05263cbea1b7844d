//! From components to the Terraform of a root.

use std::collections::{BTreeMap, BTreeSet};

use super::block::Origin;
use super::field::{Field as _, Table};
use super::{Id, Settings, Stack, layer, rename, transfer};
use crate::component::{AnyComponent, Component, ModuleSource};
use crate::hcl::{Attribute, Block, Body, Expr, Item, Property, print};

/// A rendered root as data: files by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Root {
    /// The content of each file.
    pub files: BTreeMap<&'static str, Body>,
    /// The modules that it calls.
    pub modules: BTreeMap<&'static str, ModuleSource>,
    /// Terraform's addresses of what was called something else before, from and to.
    moves: BTreeSet<(String, String)>,
}

/// What a component needs to become Terraform.
#[derive(Debug)]
pub struct Lower<'a> {
    /// The whole stack.
    pub stack: &'a Stack,
    /// The label of the component being lowered.
    pub label: &'a str,
    kind: &'static str,
    /// The way from the root's folder to the module library: `../../modules`.
    modules: &'a str,
    root: &'a mut Root,
    locals: &'a mut BTreeMap<&'static str, Expr>,
}

/// The root of a stack, or of a layer of it ([`Stack::roots`]). Its modules are sought at the path `modules`, relative to the root.
pub fn lower(stack: &Stack, modules: &str) -> Root {
    let mut root = Root::default();
    stack.settings.lower(&mut root, stack);
    let mut locals = BTreeMap::new();
    let mut sorted: Vec<_> = stack.components.iter().filter(|(id, _)| stack.is_here(id)).collect();
    sorted.sort_by_key(|(id, _)| *id);
    for (id, component) in sorted {
        let (root, locals) = (&mut root, &mut locals);
        lower_one(stack, id, component.as_ref(), modules, root, locals);
        if let Some(renamed) = stack.renamed.get(id) {
            move_from(stack, id, &renamed.from, component.as_ref(), modules, root);
        }
        if let Some(module) = component.module() {
            add_module(&mut root.modules, module);
        }
    }
    lower_locals(stack, locals, &mut root);
    layer::connect(stack, &mut root);
    transfer::lower(stack, &mut root);
    sort_data(&mut root);
    if !root.moves.is_empty() {
        root.files.insert(rename::FILE, rename::moved(&root.moves));
    }
    root
}

pub(super) fn lower_one(
    stack: &Stack,
    id: &Id,
    component: &dyn AnyComponent,
    modules: &str,
    root: &mut Root,
    locals: &mut BTreeMap<&'static str, Expr>,
) {
    component.lower(&mut Lower { stack, label: &id.label, kind: id.kind, modules, root, locals });
}

/// Adds the moves of a component to its label from its earlier ones, each from the one before: of
/// whatever it declares under both.
fn move_from(
    stack: &Stack,
    id: &Id,
    earlier: &[String],
    component: &dyn AnyComponent,
    modules: &str,
    root: &mut Root,
) {
    let addresses = |label: &String| {
        let (mut alone, mut locals) = (Root::default(), BTreeMap::new());
        let id = Id { kind: id.kind, label: label.clone() };
        lower_one(stack, &id, component, modules, &mut alone, &mut locals);
        rename::addresses(alone.files.values())
    };
    let labels: Vec<Vec<String>> = earlier.iter().chain([&id.label]).map(addresses).collect();
    for step in labels.windows(2) {
        let pairs = step[0].iter().cloned().zip(step[1].iter().cloned());
        root.moves.extend(pairs.filter(|(from, to)| from != to));
    }
}

/// Adds a module and those that it calls.
pub(crate) fn add_module(modules: &mut BTreeMap<&'static str, ModuleSource>, module: ModuleSource) {
    for called in module.calls {
        add_module(modules, **called);
    }
    modules.insert(module.name, module);
}

/// The description's named values, beside those that components made.
fn lower_locals(stack: &Stack, mut made: BTreeMap<&'static str, Expr>, root: &mut Root) {
    let written = stack.locals.iter().filter(|(name, _)| stack.has_local(name));
    let written = written.map(|(name, entry)| Attribute {
        name: name.clone(),
        value: entry.value.argument().unwrap_or(Expr::Null),
        comment: entry.comment.clone(),
    });
    let mut locals: Vec<Attribute> = written.chain(layer::locals(stack)).collect();
    while let Some((name, value)) = made.pop_first() {
        locals.push(Attribute::new(name, value));
    }
    locals.sort_by(|a, b| a.name.cmp(&b.name));
    if !locals.is_empty() {
        let mut block = Block::new("locals", [] as [&str; 0]);
        block.body.items.extend(locals.into_iter().map(Item::Attribute));
        root.files.entry("locals.tf").or_default().block(block);
    }
}

/// Data sources come in the order of their names, so that one more moves none.
fn sort_data(root: &mut Root) {
    let Some(data) = root.files.get_mut("data.tf") else { return };
    data.items.sort_by(|a, b| match (a, b) {
        (Item::Block(a), Item::Block(b)) => a.labels.cmp(&b.labels),
        _ => std::cmp::Ordering::Equal,
    });
}

impl Lower<'_> {
    /// The name that the component has when it does not say one.
    pub fn name(&self) -> String {
        self.stack.name_of(self.kind, self.label)
    }

    /// Adds the moves of a resource that has an instance for each component of a kind, by label,
    /// where the component of a label was called something else before.
    pub fn rows_moved(&mut self, kind: &'static str, label: &str, address: &str) {
        let id = Id { kind, label: label.to_owned() };
        let Some(renamed) = self.stack.renamed.get(&id) else { return };
        let labels: Vec<&String> = renamed.from.iter().chain([&id.label]).collect();
        for step in labels.windows(2) {
            let row = |label: &str| format!("{address}[\"{label}\"]");
            self.root.moves.insert((row(step[0]), row(step[1])));
        }
    }

    /// Adds the moves of what the component's module makes of the rows of a table that were called
    /// something else before: `instances` are a row's resources and inner modules, by their
    /// addresses in the module, without keys.
    pub fn move_rows<C: Component, B: super::block::Block>(
        &mut self,
        table: &Table<B>,
        instances: impl Fn(&B) -> Vec<&'static str>,
    ) {
        let module = C::address(self.label);
        for (label, row) in table.iter() {
            let Some(renamed) = row.earlier_labels() else { continue };
            let labels: Vec<&str> =
                renamed.from.iter().map(String::as_str).chain([label]).collect();
            for (step, instance) in labels
                .windows(2)
                .flat_map(|step| instances(row).into_iter().map(move |instance| (step, instance)))
            {
                let row = |label: &str| format!("{module}.{instance}[\"{label}\"]");
                self.root.moves.insert((row(step[0]), row(step[1])));
            }
        }
    }

    /// The stack's settings.
    pub fn settings(&self) -> &Settings {
        &self.stack.settings
    }

    /// A call of the component's module, with its fields as arguments.
    pub fn call<C: Component>(&self, component: &C) -> Call {
        Call {
            kind: C::KIND,
            label: self.label.to_owned(),
            source: format!(
                "{}/{}",
                self.modules,
                Component::module(component).map_or(C::KIND, |module| module.name)
            ),
            arguments: component.arguments(),
            origin: component.origin().clone(),
        }
    }

    /// Adds a module call to the component's file.
    pub fn add_call<C: Component>(&mut self, call: Call) {
        let block = call.into_block();
        self.add::<C>(block);
    }

    /// Adds a block to the component's file.
    pub fn add<C: Component>(&mut self, block: Block) {
        self.root.files.entry(C::FILE).or_default().block(block);
    }

    /// Makes sure that the root has a named value, and gives its address. The name is one of
    /// [`RENDERED_LOCALS`](super::check::RENDERED_LOCALS).
    pub fn local(&mut self, name: &'static str, value: Expr) -> String {
        self.locals.insert(name, value);
        format!("local.{name}")
    }

    /// Makes sure that the root has a data source without arguments, and gives its address.
    pub fn data(&mut self, kind: &str, name: &str) -> String {
        self.data_with(Block::new("data", [kind, name]), kind, name)
    }

    /// Makes sure that the root has a data source, and gives its address. Another one that has the
    /// name already keeps it; this one then gets a number.
    pub fn data_with(&mut self, mut block: Block, kind: &str, name: &str) -> String {
        let file = self.root.files.entry("data.tf").or_default();
        let mut free = name.to_owned();
        for number in 2.. {
            block.labels = vec![kind.to_owned(), free.clone()];
            let same =
                |item: &&Item| matches!(item, Item::Block(other) if other.labels == block.labels);
            match file.items.iter().find(same) {
                None => {
                    file.block(block);
                    break;
                }
                Some(Item::Block(other)) if *other == block => break,
                Some(_) => free = format!("{name}_{number}"),
            }
        }
        format!("data.{kind}.{free}")
    }

    /// The stack's region, to stand inside a quoted template.
    pub fn region(&self) -> String {
        self.stack.settings.region.template()
    }
}

/// A module call while it is put together.
#[derive(Debug, Clone)]
pub struct Call {
    kind: &'static str,
    label: String,
    source: String,
    arguments: Vec<Property>,
    origin: Origin,
}

impl Call {
    /// Sets an argument: in its place if it has one, else at the end.
    pub fn set(&mut self, name: &str, value: impl Into<Expr>) {
        let value = value.into();
        match self.arguments.iter_mut().find(|argument| argument.key == name) {
            Some(argument) => argument.value = value,
            None => self.arguments.push(Property::new(name, value)),
        }
    }

    /// Sets an argument that comes first, as names do.
    pub fn set_first(&mut self, name: &str, value: impl Into<Expr>) {
        match self.arguments.iter().position(|argument| argument.key == name) {
            Some(at) => self.arguments[..=at].rotate_right(1),
            None => self.arguments.insert(0, Property::new(name, Expr::Null)),
        }
        self.arguments[0].value = value.into();
    }

    /// Sets an argument that has no place yet: below another one, or at the end where that is not.
    pub fn set_after(&mut self, other: &str, name: &str, value: impl Into<Expr>) {
        let at = self.arguments.iter().position(|argument| argument.key == other);
        let at = at.map_or(self.arguments.len(), |at| at + 1);
        self.arguments.insert(at, Property::new(name, value));
    }

    /// Takes an argument out, and gives it.
    pub fn remove(&mut self, name: &str) -> Option<Property> {
        let at = self.arguments.iter().position(|argument| argument.key == name)?;
        Some(self.arguments.remove(at))
    }

    fn into_block(self) -> Block {
        let mut block = Block::new("module", [format!("{}_{}", self.kind, self.label)])
            .attribute("source", self.source)
            .comment(self.origin.comment.clone());
        if !self.arguments.is_empty() {
            block.body.items.push(Item::Gap);
        }
        // What stands on one line comes first, so that it is read, and aligned, together.
        let (flat, tall): (Vec<_>, Vec<_>) =
            self.arguments.into_iter().partition(|argument| print::is_flat(&argument.value, 1));
        block.body.items.extend(flat.into_iter().chain(tall).map(
            |Property { key, value, comment }| {
                Item::Attribute(Attribute { name: key, value, comment })
            },
        ));
        block.carry(&self.origin.comments);
        block
    }
}
