//! The functions that a provider brings with it.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/functions/arn_parse>

use super::super::schema::Type;
use super::super::value::Value;
use super::{manifest, time};

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
    Function {
        name: "user_agent",
        parameters: &["product_name", "product_version", "comment"],
        result: || Type::String,
        call: user_agent,
    },
];

const KUBERNETES: &[Function] = &[
    Function {
        name: "manifest_decode",
        parameters: &["manifest"],
        result: || Type::Dynamic,
        call: |arguments| manifest::decode(text(arguments)),
    },
    Function {
        name: "manifest_decode_multi",
        parameters: &["manifest"],
        result: || Type::Dynamic,
        call: |arguments| manifest::decode_multi(text(arguments)),
    },
];

const TIME: &[Function] = &[
    Function {
        name: "duration_parse",
        parameters: &["duration"],
        result: time::duration_type,
        call: |arguments| time::duration_parse(text(arguments)),
    },
    Function {
        name: "rfc3339_parse",
        parameters: &["timestamp"],
        result: || time::moment_type("unix"),
        call: |arguments| time::rfc3339_parse(text(arguments)),
    },
    Function {
        name: "unix_timestamp_parse",
        // Terraform turns the number into a text that we read back.
        parameters: &["unix_timestamp"],
        result: || time::moment_type("rfc3339"),
        call: |arguments| time::unix_timestamp_parse(text(arguments)),
    },
];

/// The functions of a provider.
pub fn of(provider: &str) -> &'static [Function] {
    match provider {
        super::AWS => AWS,
        "hashicorp/kubernetes" => KUBERNETES,
        "hashicorp/time" => TIME,
        _ => &[],
    }
}

/// The only argument.
fn text(arguments: &[Value]) -> &str {
    arguments.first().and_then(Value::as_str).unwrap_or_default()
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

fn user_agent(arguments: &[Value]) -> Result<Value, String> {
    let part = |place: usize| arguments.get(place).and_then(Value::as_str).unwrap_or_default();
    let mut agent = part(0).to_owned();
    if agent.is_empty() {
        return Err("product_name must not be empty".into());
    }
    for (before, text, after) in [("/", part(1), ""), (" (", part(2), ")")] {
        if !text.is_empty() {
            agent = format!("{agent}{before}{text}{after}");
        }
    }
    Ok(agent.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: &[&str]) -> Result<Value, String> {
        let function = of("hashicorp/aws").iter().find(|it| it.name == name).unwrap();
        assert_eq!(function.parameters.len(), arguments.len());
        (function.call)(&arguments.iter().copied().map(Value::from).collect::<Vec<_>>())
    }

    #[test]
    fn an_arn_is_taken_apart_and_built_again() {
        let arn = "arn:aws:iam::123456789012:role/path/name:with:colons";
        let parts = call("arn_parse", &[arn]).unwrap();
        assert_eq!(parts.get("account_id"), &"123456789012".into());
        assert_eq!(parts.get("resource"), &"role/path/name:with:colons".into());
        let parts = ARN_PARTS.map(|part| parts.get(part).as_str().unwrap().to_owned());
        let built = call("arn_build", &parts.each_ref().map(String::as_str)).unwrap();
        assert_eq!(built, arn.into());
    }

    #[test]
    fn what_is_no_arn_is_refused() {
        assert!(call("arn_parse", &["urn:aws:iam::1:role/a"]).is_err());
        assert!(call("arn_parse", &["arn:aws:iam"]).is_err());
        assert!(call("trim_iam_role_path", &["arn:aws:s3:::bucket"]).is_err());
    }

    #[test]
    fn a_role_loses_its_path() {
        let trimmed = call("trim_iam_role_path", &["arn:aws:iam::1:role/a/b/name"]).unwrap();
        assert_eq!(trimmed, "arn:aws:iam::1:role/name".into());
    }

    #[test]
    fn an_agent_says_what_it_is() {
        assert_eq!(call("user_agent", &["a", "1", "c"]).unwrap(), "a/1 (c)".into());
        assert_eq!(call("user_agent", &["a", "", ""]).unwrap(), "a".into());
    }
}
