//! The rules between components.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::block::Origin;
use super::field::{AnyRef, Kinds, Ref};
use super::value::{Reference, Value};
use super::{Id, Stack, flow, layer, names, rename, transfer};
use crate::component::{AnyComponent, Component, Outputs};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::value::Scalar;

/// Named values that a root can have besides the description's own.
pub const RENDERED_LOCALS: &[&str] = &["image_references", "images", "parameter_arn"];

/// What a component's rules can see.
#[derive(Debug)]
pub struct Check<'a> {
    /// The whole stack.
    pub stack: &'a Stack,
    /// The label of the component being checked.
    pub label: &'a str,
    kind: &'static str,
    diagnostics: &'a RefCell<Vec<Diagnostic>>,
}

impl<'a> Check<'a> {
    /// What the rules of a component see.
    pub(super) fn new(
        stack: &'a Stack,
        id: &'a Id,
        diagnostics: &'a RefCell<Vec<Diagnostic>>,
    ) -> Self {
        Self { stack, label: &id.label, kind: id.kind, diagnostics }
    }

    /// The kind of the component being checked.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Adds a problem.
    pub fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Adds a problem unless it is there already: rows of a table may share what is wrong.
    pub fn report_once(&self, diagnostic: Diagnostic) {
        let mut diagnostics = self.diagnostics.borrow_mut();
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }

    /// Complains about a component without a name, when its service does not take the one that
    /// follows from its label.
    pub fn default_name<N: Scalar>(&self, name: Option<&Value<N>>, origin: &Origin) {
        let default = self.name();
        let Some(invalid) = N::parse(&default).err().filter(|_| name.is_none()) else { return };
        self.report(
            Diagnostic::error(
                codes::BAD_NAME,
                format!("it would be called `{default}`: {}", invalid.message),
            )
            .at(origin.head, "")
            .help("give it a `name`, or another label"),
        );
    }

    /// Complains about a value that Terraform wants before it knows any other.
    pub fn constant<T: Scalar>(&self, name: &str, value: Option<&Value<T>>) {
        let Some(Value::Expression(expression)) = value else { return };
        if !expression.expr().is_constant() {
            self.report(
                Diagnostic::error(codes::NOT_LITERAL, format!("`{name}` must be written out"))
                    .at(expression.span, "an expression")
                    .help("Terraform reads it before it knows any value"),
            );
        }
    }

    /// The name that the component has when it does not say one.
    pub fn name(&self) -> String {
        self.stack.name_of(self.kind, self.label)
    }

    /// The component that a reference names, where it exists.
    pub fn get<C: Component>(&self, reference: &Ref<C>) -> Option<&'a C> {
        self.stack.get(reference)
    }

    /// The component that a reference to one of several kinds names, if it is of this type.
    pub fn get_any<C: Component, K: Kinds>(&self, reference: &AnyRef<K>) -> Option<&'a C> {
        (reference.kind == C::KIND).then(|| self.stack.component(&reference.label)).flatten()
    }
}

/// Checks every rule; `unread` names the components that are written but could not be read.
pub(super) fn check(stack: &Stack, unread: &[(String, String)]) -> Vec<Diagnostic> {
    let diagnostics = RefCell::default();
    for (id, component) in &stack.components {
        for reference in component.references() {
            check_reference(stack, &reference, unread, &diagnostics);
        }
        component.check(&Check::new(stack, id, &diagnostics));
    }
    for (name, local) in &stack.locals {
        if RENDERED_LOCALS.contains(&name.as_str()) {
            diagnostics.borrow_mut().push(
                Diagnostic::error(codes::NAME_CLASH, format!("a root has its own `local.{name}`"))
                    .at(local.span, "")
                    .help("give this one another name"),
            );
        }
        for reference in &local.value.references {
            check_reference(stack, reference, unread, &diagnostics);
        }
    }
    stack.settings.check(&diagnostics);
    rename::check(stack, unread, &diagnostics);
    transfer::check(stack, &diagnostics);
    check_names(stack, &diagnostics);
    names::check(stack, &diagnostics);
    flow::check(stack, &diagnostics);
    check_cycles(stack, &diagnostics);
    diagnostics.borrow_mut().extend(layer::check(stack));
    diagnostics.into_inner()
}

fn check_reference(
    stack: &Stack,
    reference: &Reference,
    unread: &[(String, String)],
    diagnostics: &RefCell<Vec<Diagnostic>>,
) {
    let Reference { kind, label, attribute, span, .. } = reference;
    let Some(known) = stack.vocabulary.kind(kind) else { return };
    let is_unread = || unread.iter().any(|(k, l)| k == kind && l == label);
    if stack.index_of(reference).is_none() && !is_unread() {
        let read = stack.components.keys().filter(|id| id.kind == kind);
        let unread = unread.iter().filter(|(k, _)| k == kind);
        let labels: Vec<&str> = read
            .map(|id| id.label.as_str())
            .chain(unread.map(|(_, label)| label.as_str()))
            .collect();
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_REFERENCE,
            format!("there is no `{kind}` \"{label}\""),
        )
        .at(*span, "");
        let diagnostic = match (did_you_mean(label, labels.iter().copied()), labels.as_slice()) {
            (Some(label), _) => diagnostic.help(format!("did you mean `{kind}.{label}`?")),
            (None, []) => diagnostic.help(format!("add a `{kind} \"{label}\" {{ … }}` block")),
            (None, labels) => {
                let list: Vec<_> = labels.iter().map(|l| format!("`{kind}.{l}`")).collect();
                diagnostic.help(format!("there is {}", list.join(", ")))
            }
        };
        diagnostics.borrow_mut().push(diagnostic);
        return;
    }
    if let (Some((name, at)), Outputs::Known(outputs)) = (attribute, (known.outputs)()) {
        let names: Vec<&str> = outputs.iter().map(|output| output.name).collect();
        if !names.contains(&name.as_str()) {
            let diagnostic = Diagnostic::error(
                codes::UNKNOWN_REFERENCE,
                format!("a `{kind}` has no `{name}` to refer to"),
            )
            .at(at.or(*span), "");
            diagnostics.borrow_mut().push(match did_you_mean(name, names.iter().copied()) {
                Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
                None => {
                    let list: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                    diagnostic.help(format!("it has {}", list.join(", ")))
                }
            });
        }
    }
}

/// Two components whose modules would have the same name: `a_b "c"` and `a "b_c"`.
fn check_names(stack: &Stack, diagnostics: &RefCell<Vec<Diagnostic>>) {
    let mut seen: BTreeMap<String, &dyn AnyComponent> = BTreeMap::new();
    for (id, component) in &stack.components {
        let Some(kind) = stack.vocabulary.kind(id.kind) else { continue };
        if kind.module.is_none() && id.kind != "module" {
            continue;
        }
        let address = (kind.address)(&id.label);
        if let Some(first) = seen.insert(address.clone(), component.as_ref()) {
            diagnostics.borrow_mut().push(
                Diagnostic::error(codes::NAME_CLASH, format!("two components become `{address}`"))
                    .at(component.origin().head, "")
                    .also(first.origin().head, "the other one")
                    .help("give one of them another label"),
            );
        }
    }
}

/// Components that need each other in a circle: Terraform could build none of them first.
fn check_cycles(stack: &Stack, diagnostics: &RefCell<Vec<Diagnostic>>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let ids: Vec<&Id> = stack.components.keys().collect();
    let edges: Vec<Vec<(usize, Reference)>> = stack
        .components
        .iter()
        .map(|(id, component)| {
            // An input's validation names the input itself.
            let own =
                |r: &Reference| id.kind == "input" && r.kind == "input" && r.label == id.label;
            let references = component.references().into_iter().filter(|r| !r.weak && !own(r));
            references.filter_map(|r| Some((stack.index_of(&r)?, r))).collect()
        })
        .collect();
    let mut marks = vec![Mark::New; ids.len()];
    for start in 0..ids.len() {
        if marks[start] != Mark::New {
            continue;
        }
        // Depth first, without recursion: a description may chain thousands of components.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        marks[start] = Mark::Open;
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            let Some((next, reference)) = edges[node].get(*edge) else {
                marks[node] = Mark::Done;
                path.pop();
                continue;
            };
            *edge += 1;
            match marks[*next] {
                Mark::New => {
                    marks[*next] = Mark::Open;
                    path.push((*next, 0));
                }
                Mark::Open => {
                    let from = path.iter().position(|(n, _)| n == next).unwrap_or(0);
                    let mut names: Vec<_> =
                        path[from..].iter().map(|(n, _)| format!("`{}`", ids[*n])).collect();
                    names.push(format!("`{}`", ids[*next]));
                    diagnostics.borrow_mut().push(
                        Diagnostic::error(
                            codes::CYCLE,
                            format!("components need each other: {}", names.join(" needs ")),
                        )
                        .at(reference.span, "closes the circle")
                        .help("Terraform could create none of them first; take one reference out"),
                    );
                }
                Mark::Done => {}
            }
        }
    }
}
