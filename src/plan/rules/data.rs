//! What a data source would read. Terraform takes no unknown value from one, so what cannot be
//! known is made up.

use std::collections::{BTreeMap, BTreeSet};

use super::super::documents::Document;
use super::super::made_up::looks_made_up;
use super::super::schema::Resource;
use super::super::value::Value;
use super::identity::{Identity, arn, last};
use super::plausible::{Lists, Plausible};
use super::{Problem, Settings, policy};

/// A data source and what it is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    pub type_name: &'a str,
    pub source: &'a Resource,
    pub config: &'a Value,
    pub settings: &'a Settings,
    /// What is read as JSON.
    pub documents: &'a [Document],
}

/// Reads it.
pub fn read(asked: &Asked) -> Result<Value, Problem> {
    let Value::Map(config) = asked.config else { return Ok(Value::Null) };
    let settings = match config.get("region").and_then(Value::as_str) {
        Some(region) if !region.is_empty() && asked.type_name != "aws_region" => {
            &Settings { region: region.to_owned(), ..asked.settings.clone() }
        }
        _ => asked.settings,
    };
    let named = named(config);
    let identity = Identity::of(asked.type_name, &named, settings);
    let plausible = Plausible {
        type_name: asked.type_name,
        identity: &identity,
        known: asked.config,
        settings,
        lists: Lists::Full,
    };
    let mut state = config.clone();
    if let Some(document) = document(asked, &plausible) {
        for name in ["secret_string", "value", "insecure_value"] {
            state.entry(name.to_owned()).and_modify(|value| set(value, document.as_str().into()));
        }
    }
    for (name, text) in special(asked.type_name, asked.config, settings, &identity) {
        state.entry(name.to_owned()).and_modify(|value| set(value, text));
    }
    if asked.type_name == "aws_iam_policy_document" {
        let document = policy::document(asked.config)?;
        state.insert("json".into(), document.pretty().into());
        state.insert("minified_json".into(), document.minified().into());
    }
    for (name, attribute) in &asked.source.block.attributes {
        let value = state.entry(name.clone()).or_default();
        if value.is_null() && attribute.is_computed() && !attribute.write_only {
            *value = match name.as_str() {
                "tags" | "tags_all" => Value::Map(BTreeMap::new()),
                _ => plausible.attribute(name, &attribute.ty, attribute.presence),
            };
        }
    }
    for (name, nested) in &asked.source.block.blocks {
        let value = state.entry(name.clone()).or_default();
        if value.is_zero() && nested.computed {
            *value = Value::List(vec![plausible.block(&nested.block)]);
        }
    }
    Ok(Value::Map(state))
}

/// The texts that a data source has been read with and that nobody has written.
pub fn made_up(type_name: &str, state: &Value, config: &Value) -> Vec<String> {
    // It only writes down what it is given.
    if matches!(type_name, "aws_arn" | "aws_iam_policy_document") {
        return Vec::new();
    }
    let mut texts = Vec::new();
    for (name, value) in state.as_map().into_iter().flatten() {
        if config.get(name).is_null() || config.get(name) == &Value::List(Vec::new()) {
            collect(value, &mut texts);
        }
    }
    texts
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if looks_made_up(text) => texts.push(text.clone()),
        Value::List(elements) => elements.iter().for_each(|element| collect(element, texts)),
        Value::Map(elements) => elements.values().for_each(|element| collect(element, texts)),
        _ => {}
    }
}

/// JSON with what is taken out of it.
fn document(asked: &Asked, plausible: &Plausible) -> Option<String> {
    let name = ["name", "secret_id"].iter().find_map(|name| asked.config.get(name).as_str());
    let name = name.unwrap_or_default();
    let mut documents = asked
        .documents
        .iter()
        .filter(|it| it.type_name == asked.type_name && name.ends_with(&it.ends_in))
        .peekable();
    documents.peek()?;
    let members: BTreeSet<&String> = documents.flat_map(|document| &document.members).collect();
    let members = members.into_iter().map(|name| {
        let value = match counts(name) {
            true => serde_json::Value::from(plausible.number(name)),
            false => plausible.text(name).into(),
        };
        (name.clone(), value)
    });
    Some(serde_json::Value::Object(members.collect()).to_string())
}

/// Whether something of this name is a number.
fn counts(name: &str) -> bool {
    const NUMBERS: [&str; 16] = [
        "capacity", "count", "cpu", "days", "hours", "max", "memory", "min", "minutes", "number",
        "port", "replicas", "seconds", "size", "timeout", "ttl",
    ];
    name.split(['_', '-', '/', '.']).any(|word| NUMBERS.contains(&word))
}

fn set(value: &mut Value, to: Value) {
    if value.is_null() {
        *value = to;
    }
}

/// The configuration with the name that an ARN in it ends in.
fn named(config: &BTreeMap<String, Value>) -> Value {
    let mut named = config.clone();
    let has_name = named.get("name").is_some_and(|name| name.as_str().is_some());
    if let Some(arn) = config.get("arn").and_then(Value::as_str)
        && !has_name
    {
        named.insert("name".into(), last(arn).into());
    }
    Value::Map(named)
}

/// What some data sources are asked for most.
fn special(
    type_name: &str,
    config: &Value,
    settings: &Settings,
    identity: &Identity,
) -> Vec<(&'static str, Value)> {
    let Settings { region, account, .. } = settings;
    let partition = settings.partition();
    let suffix = settings.dns_suffix();
    let reversed = suffix.rsplit('.').collect::<Vec<_>>().join(".");
    let text = |name: &str| config.get(name).as_str();
    match type_name {
        "aws_caller_identity" => vec![
            ("account_id", account.as_str().into()),
            ("arn", arn("iam", region, settings, "user/stackwright").into()),
            ("id", account.as_str().into()),
            ("user_id", "AIDASTACKWRIGHT00000".into()),
        ],
        "aws_region" => {
            let region = text("region").or(text("name")).unwrap_or(region);
            vec![
                ("description", region.into()),
                ("endpoint", format!("ec2.{region}.{suffix}").into()),
                ("id", region.into()),
                ("name", region.into()),
                ("region", region.into()),
            ]
        }
        "aws_partition" => vec![
            ("dns_suffix", suffix.into()),
            ("id", partition.into()),
            ("partition", partition.into()),
            ("reverse_dns_prefix", reversed.into()),
        ],
        "aws_service_principal" => {
            let service = text("service_name").unwrap_or_default();
            let region = text("region").unwrap_or(region);
            vec![
                ("id", format!("{service}.{region}.{suffix}").into()),
                ("name", format!("{service}.{suffix}").into()),
                ("suffix", suffix.into()),
            ]
        }
        "aws_default_tags" => vec![
            ("id", partition.into()),
            (
                "tags",
                match &settings.default_tags {
                    Value::Map(tags) => Value::Map(tags.clone()),
                    _ => Value::Map(BTreeMap::new()),
                },
            ),
        ],
        "aws_arn" => {
            let parts: Vec<&str> = text("arn").unwrap_or_default().splitn(6, ':').collect();
            let part = |place: usize| Value::from(parts.get(place).copied().unwrap_or_default());
            vec![
                ("account", part(4)),
                ("id", text("arn").unwrap_or_default().into()),
                ("partition", part(1)),
                ("region", part(3)),
                ("resource", part(5)),
                ("service", part(2)),
            ]
        }
        "aws_availability_zones" => vec![("id", region.as_str().into())],
        "aws_route53_zone" => {
            let name = text("name").unwrap_or("example.com");
            let id = text("zone_id").unwrap_or(&identity.id).to_owned();
            vec![
                ("arn", format!("arn:{partition}:route53:::hostedzone/{id}").into()),
                ("id", id.as_str().into()),
                ("name", name.trim_end_matches('.').into()),
                ("zone_id", id.into()),
            ]
        }
        "aws_secretsmanager_secret_version" => {
            vec![("arn", text("secret_id").unwrap_or_default().into())]
        }
        "aws_ssm_parameter" => {
            let name = text("name").unwrap_or_default();
            let value = match last(name) {
                it if it.contains("ami") => format!("ami-0{}", &identity.hash[..16]),
                it if counts(it) => if it.contains("port") { "443" } else { "1" }.to_owned(),
                _ => format!("value-{}", &identity.hash[..8]),
            };
            vec![
                (
                    "arn",
                    arn(
                        "ssm",
                        region,
                        settings,
                        &format!("parameter/{}", name.trim_start_matches('/')),
                    )
                    .into(),
                ),
                ("insecure_value", value.as_str().into()),
                ("type", "String".into()),
                ("value", value.into()),
            ]
        }
        "aws_ami" => {
            let id = format!("ami-0{}", &identity.hash[..16]);
            vec![
                ("architecture", "x86_64".into()),
                ("id", id.as_str().into()),
                ("image_id", id.into()),
                ("root_device_name", "/dev/xvda".into()),
            ]
        }
        "aws_subnet" => {
            // So that subnets that are looked up one by one have networks of their own.
            let third = u8::from_str_radix(&identity.hash[..2], 16).unwrap_or_default();
            vec![("cidr_block", format!("10.0.{third}.0/24").into())]
        }
        "aws_elb_service_account" => {
            // <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>
            let id = match text("region").unwrap_or(region) {
                "us-east-1" => "127311923021",
                "us-east-2" => "033677994240",
                "us-west-1" => "027434742980",
                "us-west-2" => "797873946194",
                "eu-central-1" => "054676820928",
                "eu-west-1" => "156460612806",
                _ => account,
            };
            vec![("arn", format!("arn:{partition}:iam::{id}:root").into()), ("id", id.into())]
        }
        "aws_canonical_user_id" => vec![("id", identity.hash.as_str().into())],
        "aws_acm_certificate" => {
            let domain = text("domain").unwrap_or_default();
            vec![("domain", domain.into()), ("status", "ISSUED".into())]
        }
        _ => Vec::new(),
    }
}
