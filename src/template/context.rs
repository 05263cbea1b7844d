//! What templates beside a description know of it.

use crate::component::{self, Component as _, Image, Outputs};
use crate::hcl::{Expr, Property};
use crate::image::Lock;
use crate::stack::Stack;
use crate::stack::block::Block as _;
use crate::stack::field::Field as _;

/// Names that a component has besides its fields, and what they are.
pub const OF_A_COMPONENT: &[(&str, &str)] = &[
    ("label", "its label"),
    ("address", "Terraform's address of it: `module.database_main`"),
    (
        "outputs",
        "the addresses of what can be asked of it: `.outputs.host` is `module.database_main.host`",
    ),
    (
        "locked",
        "of an image: the `tag` and `digest` that the lock has, each `null` where it has none",
    ),
];

/// What a template can name, in a root: `stack`, `environment`, `locals`, and each kind of
/// component with its components by label.
///
/// `environment` are the values of the root's environment. What is in `secrets` is left out,
/// wherever it stands.
pub fn context(
    stack: &Stack,
    lock: Option<&Lock>,
    environment: Vec<Property>,
    secrets: &[String],
) -> Expr {
    let mut top = vec![
        Property::new("stack", Expr::Object(settings(stack))),
        Property::new("environment", Expr::Object(environment)),
        Property::new(
            "locals",
            Expr::object(stack.locals.iter().map(|(name, local)| (name, local.value.value()))),
        ),
    ];
    for kind in stack.vocabulary.kinds() {
        let of_kind = stack.components.iter().filter(|(id, _)| id.kind == kind.name);
        let components = of_kind.map(|(id, component)| {
            let label = id.label.as_str();
            let mut names = vec![Property::new("label", label)];
            // Of another layer's, Terraform knows no address here.
            if stack.is_here(id) {
                names.push(Property::new("address", Expr::raw((kind.address)(label))));
                names.push(Property::new("outputs", outputs(kind, label)));
            }
            if kind.name == Image::KIND {
                names.push(Property::new("locked", locked(label, lock)));
            }
            names.extend(component.values());
            (label, Expr::Object(names))
        });
        top.push(Property::new(kind.name, Expr::object(components)));
    }
    let mut top = Expr::Object(top);
    leave_out(&mut top, secrets);
    top
}

/// What the `stack` block says, with the names of stack and root.
fn settings(stack: &Stack) -> Vec<Property> {
    let names = [("name", stack.name.as_str()), ("root", stack.root.as_str())];
    let names = names.into_iter().map(|(key, name)| Property::new(key, name));
    names.chain(stack.settings.values()).collect()
}

fn outputs(kind: &component::Kind, label: &str) -> Expr {
    let Outputs::Known(outputs) = (kind.outputs)() else { return Expr::Object(Vec::new()) };
    let address = (kind.attribute_address)(label);
    Expr::object(outputs.iter().map(|output| {
        let name = output.name;
        (name, Expr::raw(format!("{address}.{name}")))
    }))
}

fn locked(label: &str, lock: Option<&Lock>) -> Expr {
    let pin = lock.and_then(|lock| lock.entries.get(label)).map(|entry| entry.pin.clone());
    let pin = pin.unwrap_or_default();
    let text = |value: Option<String>| value.map_or(Expr::Null, Expr::String);
    Expr::object([
        ("tag", text(pin.tag.map(|tag| tag.to_string()))),
        ("digest", text(pin.digest.map(|digest| digest.to_string()))),
    ])
}

/// Takes out what is one of these texts.
fn leave_out(expr: &mut Expr, secrets: &[String]) {
    let is_secret = |expr: &Expr| matches!(expr, Expr::String(text) if secrets.contains(text));
    match expr {
        Expr::List(items) => {
            items.retain(|item| !is_secret(item));
            items.iter_mut().for_each(|item| leave_out(item, secrets));
        }
        Expr::Object(properties) => {
            properties.retain(|property| !is_secret(&property.value));
            properties.iter_mut().for_each(|property| leave_out(&mut property.value, secrets));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_of_a_component_has_a_name_that_every_component_has() {
        for kind in component::kinds() {
            for field in (kind.fields)() {
                let clash = OF_A_COMPONENT.iter().any(|(name, _)| *name == field.name);
                assert!(!clash, "{}.{}", kind.name, field.name);
            }
        }
    }

    #[test]
    fn no_kind_of_component_has_a_name_that_templates_have_otherwise() {
        let vocabulary = component::Vocabulary::default();
        for name in ["stack", "environment", "locals", "loop", "self", "range", "dict", "debug"] {
            assert!(vocabulary.kind(name).is_none(), "{name}");
        }
    }
}
