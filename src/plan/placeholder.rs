//! Values for what nobody has given one: plausible by name, the same every time.

use hcl::edit::expr::{Expression, ObjectKey};
use serde_json::{Map, Value, json};

/// A value of a variable's type (Terraform language, "Type Constraints"); `None` is `any`.
pub(super) fn of_type(name: &str, ty: Option<&Expression>) -> Value {
    match ty {
        None => text(name),
        Some(Expression::Variable(word)) => match word.as_str() {
            "number" => json!(1),
            "bool" => json!(false),
            "list" | "set" => json!([]),
            "map" => json!({}),
            _ => text(name),
        },
        Some(Expression::String(word)) => match word.as_str() {
            // As it was written before 0.12.
            "list" => json!([]),
            "map" => json!({}),
            _ => text(name),
        },
        Some(Expression::FuncCall(call)) => {
            let first = call.args.iter().next();
            match (call.name.name.as_str(), first) {
                ("list" | "set", inner) => json!([of_type(singular(name), inner)]),
                ("map", _) => json!({}),
                ("object", Some(Expression::Object(fields))) => {
                    let fields = fields.iter().filter_map(|(key, value)| {
                        let key = match key {
                            ObjectKey::Ident(key) => key.as_str(),
                            ObjectKey::Expression(Expression::Variable(key)) => key.as_str(),
                            ObjectKey::Expression(Expression::String(key)) => key.as_str(),
                            ObjectKey::Expression(_) => return None,
                        };
                        let optional = matches!(value.expr(), Expression::FuncCall(call) if call.name.name.as_str() == "optional");
                        (!optional).then(|| (key.to_owned(), of_type(key, Some(value.expr()))))
                    });
                    Value::Object(fields.collect::<Map<_, _>>())
                }
                ("tuple", Some(Expression::Array(items))) => {
                    items.iter().map(|item| of_type(name, Some(item))).collect()
                }
                ("optional", inner) => of_type(name, inner),
                _ => text(name),
            }
        }
        Some(Expression::Parenthesis(inner)) => of_type(name, Some(inner.inner())),
        Some(_) => text(name),
    }
}

/// What an output of something unseen gives: a list where the name is a plural.
pub(super) fn of_output(name: &str) -> Value {
    match singular(name) {
        one if one == name => text(name),
        one => (1..=3).map(|n| Value::String(plausible(one, n))).collect(),
    }
}

fn text(name: &str) -> Value {
    Value::String(plausible(name, 1))
}

fn singular(name: &str) -> &str {
    let kept = [
        "ss", "us", "is", "dns", "address", "status", "https", "aws", "ecs", "rds", "sns", "sqs",
        "kms",
    ];
    match name.strip_suffix('s') {
        Some(one) if !kept.iter().any(|kept| name.ends_with(kept)) => one,
        _ => name,
    }
}

/// A text that a provider would take under this name.
fn plausible(name: &str, n: u8) -> String {
    let name = name.to_ascii_lowercase();
    let has = |part: &str| name.contains(part);
    let id = format!("{n:0>17}");
    if name.ends_with("arn") {
        return format!("arn:aws:service:us-east-1:123456789012:placeholder/{name}-{n}");
    }
    if name == "region" || name.ends_with("_region") {
        return "us-east-1".to_owned();
    }
    if has("account") {
        return "123456789012".to_owned();
    }
    for (part, prefix) in [
        ("security_group", "sg"),
        ("subnet", "subnet"),
        ("vpc_endpoint", "vpce"),
        ("vpc", "vpc"),
        ("route_table", "rtb"),
        ("ami", "ami"),
    ] {
        if has(part) && !has("cidr") && !has("name") {
            return format!("{prefix}-{id}");
        }
    }
    match () {
        () if has("cidr") => format!("10.{n}.0.0/16"),
        () if has("zone_id") => "Z00000000000000000000".to_owned(),
        () if has("zone") && !has("name") => format!("us-east-1{}", char::from(b'a' + n - 1)),
        () if has("email") => format!("placeholder-{n}@example.com"),
        () if has("domain") || has("host") => "placeholder.example.com".to_owned(),
        () if name.ends_with("url") || has("endpoint") => {
            "https://placeholder.example.com".to_owned()
        }
        () if name.ends_with("_ip") || has("ip_address") => format!("10.0.0.{n}"),
        () if has("instance_type") => "t3.micro".to_owned(),
        () => format!("placeholder-{}", name.replace('_', "-")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholder(name: &str, ty: &str) -> Value {
        let body = hcl::edit::parser::parse_body(&format!("x = {ty}\n")).unwrap();
        of_type(name, body.get_attribute("x").map(|attribute| &attribute.value))
    }

    #[test]
    fn each_type_has_a_value_of_it() {
        assert_eq!(placeholder("db_password", "string"), json!("placeholder-db-password"));
        assert_eq!(placeholder("size", "number"), json!(1));
        assert_eq!(placeholder("subnet_ids", "list(string)"), json!(["subnet-00000000000000001"]));
        assert_eq!(
            placeholder(
                "task",
                "object({ cpu = number, name = string, tags = optional(map(string)) })"
            ),
            json!({"cpu": 1, "name": "placeholder-name"})
        );
        assert_eq!(
            placeholder("pair", "tuple([string, bool])"),
            json!(["placeholder-pair", false])
        );
    }

    #[test]
    fn an_output_with_a_plural_name_is_a_list() {
        assert_eq!(of_output("vpc_id"), json!("vpc-00000000000000001"));
        assert_eq!(of_output("azs").as_array().map(Vec::len), Some(3));
        assert!(of_output("lb_address").is_string());
    }
}
