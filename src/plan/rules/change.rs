//! What becomes of a resource: its planned state, and what of it cannot be changed in place.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::schema::{Attribute, Block, ForceNew, NestedBlock, Nesting, Resource, Sdk, Type};
use super::super::types::object_type;
use super::super::value::{Value, unmatched};
use super::{Environment, Path, Settings, Step, all_tags, is_regional, is_tagged};

/// A resource as it is, and as its configuration wants it.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub type_name: &'a str,
    pub resource: &'a Resource,
    /// Of the resource's values.
    pub ty: &'a Type,
    pub config: &'a Value,
    /// `null` if there is none yet.
    pub prior: &'a Value,
    /// Whether what is `null` in `prior` is merely not known.
    pub imported: bool,
    pub settings: &'a Settings,
    pub environment: &'a Environment,
}

/// What is planned.
#[derive(Debug, PartialEq)]
pub struct Change {
    pub planned: Value,
    /// Where a change is only possible with another resource.
    pub replaces: Vec<Path>,
}

/// Plans a change.
pub fn plan(wanted: &Wanted) -> Change {
    let Wanted { resource, config, prior, .. } = *wanted;
    let prior = (!prior.is_null()).then_some(prior);
    let kept = Planner { sdk: resource.sdk, computed: Computed::Kept, imported: wanted.imported };
    let mut planned = kept.block(&resource.block, config, prior);
    // The framework computes anew as soon as anything changes.
    if let (Sdk::Framework, Some(prior)) = (resource.sdk, prior)
        && !planned.is_same(prior, wanted.ty)
    {
        let anew = Planner { computed: Computed::Anew, ..kept };
        planned = anew.block(&resource.block, config, Some(prior));
    }
    if let Value::Map(attributes) = &mut planned {
        set_region(wanted, attributes);
        set_all_tags(wanted, attributes);
        match wanted.type_name {
            "aws_acm_certificate" if config.get("domain_name").as_str().is_some() => {
                set_validation_options(attributes, prior);
            }
            "kubernetes_manifest" => set_object(attributes),
            _ => {}
        }
    }
    let mut replaces = Vec::new();
    if let Some(prior) = prior {
        let replacing = Replacing { sdk: resource.sdk, imported: wanted.imported };
        let ends = Ends { prior, planned: &planned };
        replacing.block(&resource.block, &ends, &mut Path::new(), &mut replaces);
        // Of what is imported, nobody knows what it is.
        if !wanted.imported {
            replaces.extend(decided(wanted.type_name, &ends));
        }
    }
    Change { planned, replaces }
}

/// `region` is the provider's where nothing else is written, and then stays.
fn set_region(wanted: &Wanted, planned: &mut BTreeMap<String, Value>) {
    let prior = wanted.prior.get("region");
    if is_regional(wanted.environment, &wanted.resource.block)
        && wanted.config.get("region").is_null()
    {
        let region = match prior.is_zero() {
            true => wanted.settings.region.clone().into(),
            false => prior.clone(),
        };
        planned.insert("region".into(), region);
    }
}

/// `tags_all` is known when the tags are, except where there are none.
fn set_all_tags(wanted: &Wanted, planned: &mut BTreeMap<String, Value>) {
    if !wanted.environment.aws || !is_tagged(&wanted.resource.block) {
        return;
    }
    let prior = wanted.prior.get("tags_all");
    let tags = planned.get("tags").unwrap_or(&Value::Null);
    let tags_all = match all_tags(wanted.settings, tags) {
        all if wanted.resource.sdk == Sdk::Framework || !all.is_zero() => all,
        _ if wanted.prior.is_null() || !prior.is_zero() => Value::Unknown,
        _ => prior.clone(),
    };
    planned.insert("tags_all".into(), tags_all);
}

/// A certificate knows what it will ask to be shown in DNS, up to the names and values of the
/// records: that is what `for_each` over it needs.
fn set_validation_options(planned: &mut BTreeMap<String, Value>, prior: Option<&Value>) {
    let text = |name: &str| planned.get(name).and_then(Value::as_str);
    let Some(domain) = text("domain_name").map(str::to_owned) else { return };
    let mut names = vec![domain];
    match planned.get("subject_alternative_names") {
        // Nothing is written.
        None | Some(Value::Null | Value::Unknown) => {}
        Some(Value::List(others)) => {
            for other in others {
                let Some(other) = other.as_str() else { return };
                names.push(other.to_owned());
            }
        }
        Some(_) => return,
    }
    let by_dns = text("validation_method") == Some("DNS");
    names.sort();
    names.dedup();
    let all: Value = names.iter().map(String::as_str).collect();
    let before = prior.map(|prior| prior.get("subject_alternative_names"));
    let all = match before {
        Some(before) if before.is_same(&all, &Type::Set(Box::new(Type::String))) => before.clone(),
        _ => all,
    };
    planned.insert("subject_alternative_names".into(), all);
    if by_dns && planned.get("domain_validation_options") == Some(&Value::Unknown) {
        let option = |name: String| {
            let unknown = ["resource_record_name", "resource_record_type", "resource_record_value"];
            let mut option: BTreeMap<_, _> =
                unknown.map(|name| (name.to_owned(), Value::Unknown)).into();
            option.insert("domain_name".into(), name.trim_end_matches('.').into());
            Value::Map(option)
        };
        planned.insert("domain_validation_options".into(), names.into_iter().map(option).collect());
    }
}

/// Where the provider's code asks more of a change than that there is one, and the answer is known.
fn decided(type_name: &str, ends: &Ends) -> Vec<Path> {
    let is_changed = |name: &&str| {
        let at = ends.get(name);
        at.prior != at.planned && !(at.prior.is_zero() && at.planned.is_zero())
    };
    let names: Vec<&str> = match type_name {
        "aws_instance" if *ends.planned.get("user_data_replace_on_change") == Value::Bool(true) => {
            ["user_data", "user_data_base64"].into_iter().filter(is_changed).collect()
        }
        // A rule can be modified, but not what kind of source it has.
        "aws_vpc_security_group_egress_rule" | "aws_vpc_security_group_ingress_rule" => {
            let sources =
                ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];
            let source = |of: &Value| sources.into_iter().find(|name| !of.get(name).is_null());
            match (source(ends.prior), source(ends.planned)) {
                (Some(old), Some(new)) if old != new => vec![old, new],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    names.into_iter().map(|name| vec![Step::Attribute(name.to_owned())]).collect()
}

/// What is in the cluster is what the manifest says, and more.
fn set_object(planned: &mut BTreeMap<String, Value>) {
    if let Some(manifest) = planned.get("manifest").cloned() {
        planned.insert("object".into(), manifest);
    }
}

/// What becomes of values that the provider computed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Computed {
    Kept,
    /// Unknown, unless they are said to keep their state.
    Anew,
}

#[derive(Debug, Clone, Copy)]
struct Planner {
    sdk: Sdk,
    computed: Computed,
    imported: bool,
}

impl Planner {
    fn block(&self, block: &Block, config: &Value, prior: Option<&Value>) -> Value {
        let Value::Map(_) = config else { return config.clone() };
        let prior = prior.filter(|prior| matches!(prior, Value::Map(_)));
        let mut planned = self.attributes(&block.attributes, config, prior);
        for (name, nested) in &block.blocks {
            let prior = prior.map(|prior| prior.get(name));
            planned.insert(name.clone(), self.nested(nested, config.get(name), prior));
        }
        Value::Map(planned)
    }

    fn attributes(
        &self,
        attributes: &BTreeMap<String, Attribute>,
        config: &Value,
        prior: Option<&Value>,
    ) -> BTreeMap<String, Value> {
        let planned = |(name, attribute): (&String, _)| {
            let prior = prior.map(|prior| prior.get(name));
            (name.clone(), self.attribute(name, attribute, config.get(name), prior))
        };
        attributes.iter().map(planned).collect()
    }

    fn attribute(
        &self,
        name: &str,
        attribute: &Attribute,
        config: &Value,
        prior: Option<&Value>,
    ) -> Value {
        if attribute.write_only {
            return Value::Null;
        }
        let planned = match (config, &attribute.default) {
            (Value::Null, Some(default)) => default.clone().into_type(&attribute.ty),
            (Value::Null, None) if attribute.is_computed() => {
                // What would always be replaced if it were computed anew is not.
                let stays = attribute.use_state || attribute.force_new == ForceNew::Yes;
                return self.computed(stays, prior);
            }
            (Value::Null, None) => Value::Null,
            (config, _) => match &attribute.ty {
                Type::Nested(nesting, attributes) => {
                    let one = |config: &Value, prior: Option<&Value>| match config {
                        Value::Map(_) => Value::Map(self.attributes(attributes, config, prior)),
                        other => other.clone(),
                    };
                    each(*nesting, config, prior, || object_type(attributes), one)
                }
                _ => config.clone(),
            },
        };
        match prior {
            Some(prior) if self.is_same(name, &planned, prior) => prior.clone(),
            _ => planned,
        }
    }

    fn computed(&self, stays: bool, prior: Option<&Value>) -> Value {
        match prior {
            None => Value::Unknown,
            Some(Value::Null) if self.imported => Value::Unknown,
            Some(prior) if self.computed == Computed::Kept || stays => prior.clone(),
            Some(_) => Value::Unknown,
        }
    }

    /// Whether the provider sees no difference.
    fn is_same(&self, name: &str, planned: &Value, prior: &Value) -> bool {
        let both_zero = self.sdk == Sdk::V2 && planned.is_zero() && prior.is_zero();
        // What is not known of an imported resource is no value that could be kept.
        let both_zero = both_zero && !(self.imported && prior.is_null());
        both_zero || (is_document(name) && same_document(planned, prior))
    }

    fn nested(&self, nested: &NestedBlock, config: &Value, prior: Option<&Value>) -> Value {
        if nested.computed && config.is_zero() {
            return match prior {
                Some(prior) if prior.is_zero() && self.imported => Value::Unknown,
                prior => self.computed(false, prior),
            };
        }
        let one = |config: &Value, prior: Option<&Value>| self.block(&nested.block, config, prior);
        each(nested.nesting, config, prior, || nested.block.object_type(), one)
    }
}

/// Plans each element of a nested block or attribute, with the prior one that it was. `ty` is an
/// element's type.
fn each(
    nesting: Nesting,
    config: &Value,
    prior: Option<&Value>,
    ty: impl Fn() -> Type,
    one: impl Fn(&Value, Option<&Value>) -> Value,
) -> Value {
    match (nesting, config) {
        (Nesting::Single | Nesting::Group, _) => one(config, prior),
        (Nesting::List, Value::List(elements)) => {
            let prior = prior.and_then(Value::as_list).unwrap_or_default();
            elements.iter().enumerate().map(|(place, it)| one(it, prior.get(place))).collect()
        }
        (Nesting::Set, Value::List(elements)) => {
            let prior = prior.and_then(Value::as_list).unwrap_or_default();
            if elements.is_empty() || prior.is_empty() {
                return elements.iter().map(|it| one(it, None)).collect();
            }
            // An element is a prior one if that one would stay as it is.
            let ty = ty();
            let stays = |it: &Value, prior: &Value| one(it, Some(prior)).is_same(prior, &ty);
            let mut free: Vec<&Value> = prior.iter().collect();
            elements
                .iter()
                .map(|it| match free.iter().position(|prior| stays(it, prior)) {
                    Some(place) => one(it, Some(free.remove(place))),
                    None => one(it, None),
                })
                .collect()
        }
        (Nesting::Map, Value::Map(elements)) => {
            let prior = prior.and_then(Value::as_map);
            let planned = elements.iter().map(|(key, it)| {
                let prior = prior.and_then(|prior| prior.get(key));
                (key.clone(), one(it, prior))
            });
            Value::Map(planned.collect())
        }
        // Unknown, or null.
        (_, other) => other.clone(),
    }
}

/// Whether an attribute holds JSON whose meaning counts, not its text.
fn is_document(name: &str) -> bool {
    matches!(name, "container_definitions" | "event_pattern" | "access_policies" | "policy")
        || name.ends_with("_policy")
}

fn same_document(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_str(), b.as_str()) else { return false };
    if a == b {
        return true;
    }
    let read = |text: &str| serde_json::from_str(text).ok().map(meaning);
    matches!((read(a), read(b)), (Some(a), Some(b)) if a == b)
}

/// A document without what is empty, and with the defaults of a container; the order of an
/// object's members does not count anyway.
fn meaning(document: Json) -> Json {
    match document {
        Json::Object(members) => {
            let mut members: serde_json::Map<_, _> = members
                .into_iter()
                .map(|(name, member)| (name, meaning(member)))
                .filter(|(_, member)| !is_empty(member))
                .collect();
            // <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
            if members.contains_key("image") {
                members.entry("essential").or_insert(Json::Bool(true));
                if members.get("cpu").and_then(Json::as_f64) == Some(0.0) {
                    members.remove("cpu");
                }
                for list in ["environment", "secrets"] {
                    if let Some(Json::Array(pairs)) = members.get_mut(list) {
                        pairs.sort_by_key(|pair| pair["name"].to_string());
                    }
                }
            }
            if members.contains_key("containerPort") {
                members.entry("protocol").or_insert("tcp".into());
                if members.get("hostPort").and_then(Json::as_f64) == Some(0.0) {
                    members.remove("hostPort");
                }
            }
            Json::Object(members)
        }
        Json::Array(elements) => Json::Array(elements.into_iter().map(meaning).collect()),
        other => other,
    }
}

fn is_empty(document: &Json) -> bool {
    match document {
        Json::Null => true,
        Json::Array(elements) => elements.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Two states of a resource or a part of it; what a state lacks is `null` there.
struct Ends<'a> {
    prior: &'a Value,
    planned: &'a Value,
}

impl<'a> Ends<'a> {
    fn get(&self, name: &str) -> Self {
        Self { prior: self.prior.get(name), planned: self.planned.get(name) }
    }

    /// The elements of two lists, by place.
    fn pairs(&self) -> impl Iterator<Item = Self> + use<'a> {
        let prior = self.prior.as_list().unwrap_or_default();
        let planned = self.planned.as_list().unwrap_or_default();
        (0..prior.len().max(planned.len())).map(|place| Self {
            prior: prior.get(place).unwrap_or(&Value::Null),
            planned: planned.get(place).unwrap_or(&Value::Null),
        })
    }

    fn keys(&self) -> std::collections::BTreeSet<&'a String> {
        let maps = [self.prior.as_map(), self.planned.as_map()];
        maps.into_iter().flatten().flat_map(BTreeMap::keys).collect()
    }
}

struct Replacing {
    sdk: Sdk,
    imported: bool,
}

impl Replacing {
    fn block(&self, block: &Block, ends: &Ends, path: &mut Path, replaces: &mut Vec<Path>) {
        self.attributes(&block.attributes, ends, path, replaces);
        for (name, nested) in &block.blocks {
            path.push(Step::Attribute(name.clone()));
            self.nested(nested, &ends.get(name), path, replaces);
            path.pop();
        }
    }

    fn attributes(
        &self,
        attributes: &BTreeMap<String, Attribute>,
        ends: &Ends,
        path: &mut Path,
        replaces: &mut Vec<Path>,
    ) {
        for (name, attribute) in attributes {
            let at = ends.get(name);
            path.push(Step::Attribute(name.clone()));
            if attribute.force_new == ForceNew::Yes && self.is_changed(attribute, &at, ends) {
                replaces.push(path.clone());
            } else if let Type::Nested(nesting, attributes) = &attribute.ty
                && at.prior != at.planned
            {
                let whole = attribute.ty.plain();
                self.each(*nesting, &whole, &at, path, replaces, |ends, path, replaces| {
                    self.attributes(attributes, ends, path, replaces);
                });
            }
            path.pop();
        }
    }

    fn is_changed(&self, attribute: &Attribute, at: &Ends, around: &Ends) -> bool {
        // What the provider computes goes with what it stood in.
        let gone = around.planned.is_null() && attribute.is_computed();
        let unknown = self.imported && at.prior.is_null();
        let both_zero = self.sdk == Sdk::V2 && at.prior.is_zero() && at.planned.is_zero();
        !(gone || unknown || both_zero || at.planned.is_same(at.prior, &attribute.ty))
    }

    fn nested(&self, nested: &NestedBlock, at: &Ends, path: &mut Path, replaces: &mut Vec<Path>) {
        if at.prior == at.planned || (self.imported && at.prior.is_zero()) {
            return;
        }
        let ty = nested.ty();
        if nested.force_new == ForceNew::Yes && self.is_block_changed(at, &ty) {
            replaces.push(path.clone());
            return;
        }
        self.each(nested.nesting, &ty, at, path, replaces, |ends, path, replaces| {
            self.block(&nested.block, ends, path, replaces);
        });
    }

    fn is_block_changed(&self, at: &Ends, ty: &Type) -> bool {
        let count = |value: &Value| match value {
            Value::List(elements) => elements.len(),
            Value::Map(elements) => elements.len(),
            _ => 0,
        };
        match (self.sdk, ty) {
            (_, _) if *at.planned == Value::Unknown => true,
            // The older library asks it of the number of blocks only.
            (Sdk::V2, Type::List(_) | Type::Set(_) | Type::Map(_)) => {
                count(at.prior) != count(at.planned)
            }
            (Sdk::V2, _) => at.prior.is_null() != at.planned.is_null(),
            (Sdk::Framework, _) => !at.planned.is_same(at.prior, ty),
        }
    }

    fn each(
        &self,
        nesting: Nesting,
        ty: &Type,
        at: &Ends,
        path: &mut Path,
        replaces: &mut Vec<Path>,
        one: impl Fn(&Ends, &mut Path, &mut Vec<Path>),
    ) {
        if *at.planned == Value::Unknown {
            return;
        }
        match nesting {
            Nesting::Single | Nesting::Group => one(at, path, replaces),
            Nesting::List => {
                for (place, ends) in (0..).zip(at.pairs()) {
                    path.push(Step::Index(place));
                    one(&ends, path, replaces);
                    path.pop();
                }
            }
            Nesting::Map => {
                for key in at.keys() {
                    path.push(Step::Key(key.clone()));
                    one(&at.get(key), path, replaces);
                    path.pop();
                }
            }
            // An element of a set has no place: what changed in it is another element.
            Nesting::Set => {
                let element = match ty {
                    Type::Set(element) => element,
                    other => other,
                };
                let prior = at.prior.as_list().unwrap_or_default();
                let planned = at.planned.as_list().unwrap_or_default();
                let (gone, new) = unmatched(prior, planned, |a, b| a.is_same(b, element));
                let mut inside = Vec::new();
                for place in gone {
                    let ends = Ends { prior: &prior[place], planned: &Value::Null };
                    one(&ends, &mut Path::new(), &mut inside);
                }
                for place in new {
                    let ends = Ends { prior: &Value::Null, planned: &planned[place] };
                    one(&ends, &mut Path::new(), &mut inside);
                }
                if !inside.is_empty() {
                    replaces.push(path.clone());
                }
            }
        }
    }
}
