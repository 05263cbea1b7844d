//! What a planned resource has become: what was not known is made up.

use std::collections::BTreeMap;

use super::super::schema::{Attribute, Block, Nesting, Resource, Type};
use super::super::value::Value;
use super::identity::Identity;
use super::plausible::{Lists, Plausible};
use super::{Environment, Settings, all_tags};

/// A planned resource.
#[derive(Debug)]
pub struct Planned<'a> {
    pub type_name: &'a str,
    pub resource: &'a Resource,
    pub planned: &'a Value,
    pub config: &'a Value,
    /// `null` if there is none yet.
    pub prior: &'a Value,
    pub settings: &'a Settings,
    pub environment: &'a Environment,
}

/// Makes up what is not known.
pub fn settle(it: &Planned) -> Value {
    let known = known_of(it.planned, it.config);
    let identity = if it.prior.is_null() {
        Identity::new(it.type_name, &it.resource.block, &known, it.settings, it.environment)
    } else {
        Identity::of(it.type_name, &without_secrets(&it.resource.block, it.prior), it.settings)
    };
    let plausible = Plausible {
        type_name: it.type_name,
        identity: &identity,
        known: &known,
        settings: it.settings,
        lists: Lists::Empty,
    };
    let mut new = plausible.settle(&it.resource.block, it.planned, it.config, it.prior);
    if let Value::Map(attributes) = &mut new {
        // Made up from the others.
        if *it.planned.get("tags_all") == Value::Unknown && it.environment.aws {
            let tags = attributes.get("tags").unwrap_or(&Value::Null);
            let all = match all_tags(it.settings, tags) {
                Value::Unknown => Value::Map(BTreeMap::new()),
                all => all,
            };
            attributes.insert("tags_all".into(), all);
        }
        if *it.planned.get("id") == Value::Unknown && it.environment.aws {
            // The one id that programs take apart is that of a queue.
            if it.type_name == "aws_sqs_queue" {
                attributes.insert("id".into(), plausible.text("url").into());
            }
        }
    }
    new
}

/// The top level with what the configuration says by now.
fn known_of(planned: &Value, config: &Value) -> Value {
    let Value::Map(attributes) = planned else { return Value::Null };
    let known = attributes.iter().map(|(name, value)| {
        let value = if *value == Value::Unknown { config.get(name) } else { value };
        (name.clone(), value.clone())
    });
    Value::Map(known.collect())
}

fn without_secrets(block: &Block, state: &Value) -> Value {
    let is_shown = |name: &String| block.attributes.get(name).is_none_or(|it| !it.sensitive);
    let attributes = state.as_map().into_iter().flatten();
    let shown = attributes.filter(|(name, _)| is_shown(name));
    Value::Map(shown.map(|(name, value)| (name.clone(), value.clone())).collect())
}

impl Plausible<'_> {
    fn settle(&self, block: &Block, planned: &Value, config: &Value, prior: &Value) -> Value {
        if !matches!(planned, Value::Map(_)) {
            return Value::Null;
        }
        let mut new = self.settle_attributes(&block.attributes, planned, config, prior);
        for (name, nested) in &block.blocks {
            let planned = match planned.get(name) {
                Value::Unknown => config.get(name),
                planned => planned,
            };
            let (config, prior) = (config.get(name), prior.get(name));
            let one = |planned: &Value, config: &Value, prior: &Value| {
                self.settle(&nested.block, planned, config, prior)
            };
            let settled = settle_each(nested.nesting, planned, config, prior, one);
            new.insert(name.clone(), settled);
        }
        Value::Map(new)
    }

    fn settle_attributes(
        &self,
        attributes: &BTreeMap<String, Attribute>,
        planned: &Value,
        config: &Value,
        prior: &Value,
    ) -> BTreeMap<String, Value> {
        let settled = |(name, attribute): (&String, &Attribute)| {
            if attribute.write_only {
                return (name.clone(), Value::Null);
            }
            let (planned, config, prior) = (planned.get(name), config.get(name), prior.get(name));
            let value = match (planned, &attribute.ty) {
                (planned, _) if planned.is_known() => planned.clone(),
                (Value::Unknown, _) if !config.is_null() && config.is_known() => config.clone(),
                (Value::Unknown, _) if !prior.is_null() => prior.clone(),
                (Value::Unknown, ty) => self.attribute(name, ty, attribute.presence),
                (planned, Type::Nested(nesting, attributes)) => {
                    let one = |planned: &Value, config: &Value, prior: &Value| match planned {
                        Value::Map(_) => {
                            Value::Map(self.settle_attributes(attributes, planned, config, prior))
                        }
                        _ => Value::Null,
                    };
                    settle_each(*nesting, planned, config, prior, one)
                }
                (planned, ty) => self.settle_inside(name, planned, ty, attribute),
            };
            (name.clone(), value)
        };
        attributes.iter().map(settled).collect()
    }

    /// Makes up what is unknown inside a value without a schema of its own.
    fn settle_inside(&self, name: &str, value: &Value, ty: &Type, attribute: &Attribute) -> Value {
        match (value, ty) {
            (Value::Unknown, ty) => self.attribute(name, ty, attribute.presence),
            (Value::List(elements), Type::List(ty) | Type::Set(ty)) => {
                elements.iter().map(|it| self.settle_inside(name, it, ty, attribute)).collect()
            }
            (Value::Map(entries), Type::Map(ty)) => {
                let settled = entries
                    .iter()
                    .map(|(key, it)| (key.clone(), self.settle_inside(key, it, ty, attribute)));
                Value::Map(settled.collect())
            }
            (Value::Map(entries), Type::Object(types)) => {
                // An option of a certificate is of the domain that it names.
                let own = entries.get("domain_name").and_then(Value::as_str);
                let identity = own.map(|own| Identity::named(own, self.identity));
                let inner =
                    Plausible { identity: identity.as_ref().unwrap_or(self.identity), ..*self };
                let settled = types.iter().map(|(name, ty)| {
                    let value = entries.get(name).unwrap_or(&Value::Null);
                    (name.clone(), inner.settle_inside(name, value, ty, attribute))
                });
                Value::Map(settled.collect())
            }
            (value, _) => value.clone(),
        }
    }
}

fn settle_each(
    nesting: Nesting,
    planned: &Value,
    config: &Value,
    prior: &Value,
    one: impl Fn(&Value, &Value, &Value) -> Value,
) -> Value {
    match (nesting, planned) {
        (Nesting::Single | Nesting::Group, planned) => one(planned, config, prior),
        (Nesting::List, Value::List(elements)) => {
            let config = config.as_list().unwrap_or_default();
            let prior = prior.as_list().unwrap_or_default();
            let settled = elements.iter().enumerate().map(|(place, it)| {
                let config = config.get(place).unwrap_or(&Value::Null);
                one(it, config, prior.get(place).unwrap_or(&Value::Null))
            });
            settled.collect()
        }
        // Elements of sets have no place that they could be found by again.
        (Nesting::Set, Value::List(elements)) => {
            elements.iter().map(|it| one(it, &Value::Null, &Value::Null)).collect()
        }
        (Nesting::Map, Value::Map(elements)) => {
            let settled = elements
                .iter()
                .map(|(key, it)| (key.clone(), one(it, config.get(key), prior.get(key))));
            Value::Map(settled.collect())
        }
        (Nesting::List | Nesting::Set, _) => Value::List(Vec::new()),
        (Nesting::Map, _) => Value::Map(BTreeMap::new()),
    }
}
