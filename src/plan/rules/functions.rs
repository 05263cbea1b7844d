//! The functions that a provider brings with it.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/functions/arn_parse>

use super::super::schema::Type;
use super::super::value::Value;

/// A function of texts.
pub struct Function {
    pub name: &'static str,
    pub parameters: &'static [&'static str],
    pub result: fn() -> Type,
    pub call: fn(&[Value]) -> Result<Value, String>,
}

const ARN_PARTS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

const AWS: &[Function] = &[
    Function {
        name: "arn_build",
        parameters: &ARN_PARTS,
        result: || Type::String,
        call: arn_build,
    },
    Function { name: "arn_parse", parameters: &["arn"], result: arn_type, call: arn_parse },
    Function {
        name: "trim_iam_role_path",
        parameters: &["arn"],
        result: || Type::String,
        call: trim_iam_role_path,
    },
];

/// The functions of a provider.
pub fn of(provider: &str) -> &'static [Function] {
    if provider == super::AWS { AWS } else { &[] }
}

fn arn_type() -> Type {
    Type::Object(ARN_PARTS.map(|part| (part.to_owned(), Type::String)).into())
}

fn parts(arguments: &[Value]) -> Result<[&str; 5], String> {
    let arn = arguments.first().and_then(Value::as_str).unwrap_or_default();
    let mut sections = arn.splitn(6, ':');
    if sections.next() != Some("arn") {
        return Err("arn: invalid prefix".into());
    }
    let sections: Vec<&str> = sections.collect();
    sections.try_into().map_err(|_| "arn: not enough sections".into())
}

fn arn_parse(arguments: &[Value]) -> Result<Value, String> {
    let parts = parts(arguments)?.map(Value::from);
    Ok(Value::Map(ARN_PARTS.map(str::to_owned).into_iter().zip(parts).collect()))
}

fn arn_build(arguments: &[Value]) -> Result<Value, String> {
    let parts: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
    if parts.len() != ARN_PARTS.len() {
        return Err("arn_build takes five texts".into());
    }
    Ok(format!("arn:{}", parts.join(":")).into())
}

fn trim_iam_role_path(arguments: &[Value]) -> Result<Value, String> {
    let [partition, service, region, account, resource] = parts(arguments)?;
    if service != "iam" {
        return Err(format!("service must be \"iam\", got {service:?}"));
    }
    if !region.is_empty() {
        return Err(format!("region must be empty, got {region:?}"));
    }
    let Some(path) = resource.strip_prefix("role/") else {
        return Err("resource must begin with \"role/\"".into());
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    Ok(format!("arn:{partition}:{service}:{region}:{account}:role/{name}").into())
}
