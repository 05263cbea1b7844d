//! What the real provider would answer, as far as its schema and facts tell.

pub mod apply;
pub mod change;
pub mod data;
pub mod functions;
mod identity;
mod manifest;
mod plausible;
mod policy;
mod time;
pub mod validate;

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::schema::{Attribute, Block, Nesting, Presence};
use super::service::Options;
use super::value::Value;
use crate::value::{AccountId, Scalar as _};

/// Where in a resource something is.
pub type Path = Vec<Step>;

/// From a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into an object.
    Attribute(String),
    /// Into a map.
    Key(String),
    /// Into a list.
    Index(i64),
}

/// Something that the provider refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: Path,
    pub summary: String,
    pub detail: String,
}

impl Problem {
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { path: Path::new(), summary: summary.into(), detail: detail.into() }
    }

    pub fn at(self, path: &[Step]) -> Self {
        Self { path: path.to_vec(), ..self }
    }
}

/// A provider block.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub region: String,
    pub account: String,
    pub default_tags: Value,
}

impl Settings {
    /// What a provider block says, and `options` where it says nothing.
    pub fn new(config: &Value, options: &Options) -> Self {
        let region = config.get("region").as_str().filter(|region| !region.is_empty());
        let default_tags = match config.get("default_tags") {
            Value::Unknown => Value::Unknown,
            blocks => first(blocks).get("tags").clone(),
        };
        Self {
            region: region.unwrap_or(&options.region).to_owned(),
            account: account(config).unwrap_or(&options.account).to_owned(),
            default_tags,
        }
    }

    /// Of the region: `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        partition(&self.region)
    }

    /// What host names of the partition end in.
    pub fn dns_suffix(&self) -> &'static str {
        if self.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
    }
}

/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The account that a provider block must be in.
fn account(config: &Value) -> Option<&str> {
    let allowed = config.get("allowed_account_ids").as_list().unwrap_or_default();
    let role = first(config.get("assume_role")).get("role_arn").as_str();
    let account = match allowed {
        [only] => only.as_str(),
        _ => role.and_then(|arn| arn.split(':').nth(4)),
    };
    account.filter(|id| AccountId::parse(id).is_ok())
}

/// What a provider remembers while it is served.
#[derive(Debug, Default)]
pub struct Environment {
    /// Whether it is AWS's.
    pub aws: bool,
    /// How often an identity was given away: resources that are equal have different ids all the
    /// same.
    given: Mutex<BTreeMap<String, u32>>,
}

impl Environment {
    pub fn new(provider: &str) -> Self {
        Self { aws: provider == AWS, given: Mutex::default() }
    }
}

const AWS: &str = "hashicorp/aws";

/// A resource of which only `known` is known.
pub fn blank(block: &Block, mut known: BTreeMap<String, Value>) -> Value {
    known.retain(|name, _| block.attributes.contains_key(name));
    for (name, nested) in &block.blocks {
        let none = match nested.nesting {
            Nesting::Single | Nesting::Group => continue,
            Nesting::List | Nesting::Set => Value::List(Vec::new()),
            Nesting::Map => Value::Map(BTreeMap::new()),
        };
        known.insert(name.clone(), none);
    }
    Value::Map(known)
}

/// What is there, with the provider's defaults where there is nothing: it was made when fewer
/// arguments were looked at.
pub fn with_defaults(value: Value, block: &Block) -> Value {
    let Value::Map(mut fields) = value else { return value };
    for (name, attribute) in &block.attributes {
        let field = fields.entry(name.clone()).or_default();
        if let (Value::Null, Some(default)) = (&*field, &attribute.default) {
            *field = default.clone().into_type(&attribute.ty);
        }
    }
    for (name, nested) in &block.blocks {
        let Some(field) = fields.get_mut(name) else { continue };
        let filled = |value| with_defaults(value, &nested.block);
        *field = match std::mem::take(field) {
            Value::List(items) => Value::List(items.into_iter().map(filled).collect()),
            Value::Map(rows) if nested.nesting == Nesting::Map => {
                Value::Map(rows.into_iter().map(|(key, row)| (key, filled(row))).collect())
            }
            single => filled(single),
        };
    }
    Value::Map(fields)
}

/// The first element, or `null`.
fn first(list: &Value) -> &Value {
    list.as_list().and_then(<[Value]>::first).unwrap_or(&Value::Null)
}

impl Attribute {
    /// Whether the provider may write it.
    fn is_computed(&self) -> bool {
        matches!(self.presence, Presence::Computed | Presence::OptionalComputed)
    }
}

/// Whether a block has tags of its own, and with the provider's.
fn is_tagged(block: &Block) -> bool {
    block.attributes.get("tags_all").is_some_and(Attribute::is_computed)
}

/// The provider's tags and a resource's own.
fn all_tags(settings: &Settings, tags: &Value) -> Value {
    let (default, own) = (&settings.default_tags, tags);
    if !default.is_known() || !own.is_known() {
        return Value::Unknown;
    }
    let mut all = default.as_map().cloned().unwrap_or_default();
    all.extend(own.as_map().cloned().unwrap_or_default());
    all.retain(|_, value| !value.is_null());
    Value::Map(all)
}

/// Whether the provider takes the region from its own block when the resource names none.
fn is_regional(environment: &Environment, block: &Block) -> bool {
    let region = block.attributes.get("region");
    environment.aws && region.is_some_and(|it| it.presence == Presence::OptionalComputed)
}

#[cfg(test)]
mod tests;
