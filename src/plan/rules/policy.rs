//! `aws_iam_policy_document`: the one data source that works out what it says.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::super::value::Value;
use super::Problem;

/// A policy.
#[derive(Debug, Default)]
pub struct Document {
    version: String,
    id: String,
    statements: Vec<Map<String, Json>>,
}

/// What a statement says, in the order in which it is written.
const MEMBERS: [&str; 9] = [
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

/// Works out the document of a configuration.
pub fn document(config: &Value) -> Result<Document, Problem> {
    let mut merged = Document::default();
    for text in texts(config.get("source_policy_documents")) {
        merged.merge(read(text)?);
    }
    let version = config.get("version").as_str().unwrap_or("2012-10-17").to_owned();
    let mut own = Document {
        id: config.get("policy_id").as_str().unwrap_or_default().to_owned(),
        version,
        statements: Vec::new(),
    };
    for statement in config.get("statement").as_list().unwrap_or_default() {
        own.statements.push(written(statement));
    }
    let sids: Vec<&str> = own.statements.iter().map(sid).filter(|sid| !sid.is_empty()).collect();
    if let Some(twice) = sids.iter().enumerate().find(|(place, sid)| sids[..*place].contains(sid)) {
        let detail = "Remove the Sid or ensure the Sid is unique.";
        return Err(Problem::new(format!("duplicate Sid ({})", twice.1), detail));
    }
    merged.merge(own);
    for text in texts(config.get("override_policy_documents")) {
        merged.merge(read(text)?);
    }
    Ok(merged)
}

impl Document {
    /// Takes over another's statements; one with the `Sid` of an own one stands in its place.
    fn merge(&mut self, other: Self) {
        if !other.id.is_empty() {
            self.id = other.id;
        }
        self.version = std::mem::take(&mut self.version).max(other.version);
        for statement in other.statements {
            let name = sid(&statement);
            match self.statements.iter().position(|it| !name.is_empty() && sid(it) == name) {
                Some(place) => self.statements[place] = statement,
                None => self.statements.push(statement),
            }
        }
    }

    fn json(&self) -> Json {
        let mut json = Map::new();
        for (name, text) in [("Version", &self.version), ("Id", &self.id)] {
            if !text.is_empty() {
                json.insert(name.into(), text.as_str().into());
            }
        }
        if !self.statements.is_empty() {
            let statements = self.statements.iter().cloned().map(Json::Object);
            json.insert("Statement".into(), statements.collect());
        }
        Json::Object(json)
    }

    /// On many lines.
    pub fn pretty(&self) -> String {
        go_escaped(&format!("{:#}", self.json()))
    }

    /// On one.
    pub fn minified(&self) -> String {
        go_escaped(&self.json().to_string())
    }
}

fn sid(statement: &Map<String, Json>) -> &str {
    statement.get("Sid").and_then(Json::as_str).unwrap_or_default()
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_list().unwrap_or_default().iter().filter_map(Value::as_str)
}

/// As Go writes JSON, safe to stand in HTML.
fn go_escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            char => escaped.push(char),
        }
    }
    escaped
}

/// A `statement` block.
fn written(block: &Value) -> Map<String, Json> {
    let text = |name: &str| block.get(name).as_str().filter(|text| !text.is_empty());
    let mut statement = Map::new();
    if let Some(sid) = text("sid") {
        statement.insert("Sid".into(), sid.into());
    }
    statement.insert("Effect".into(), text("effect").unwrap_or("Allow").into());
    let lists = [
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ];
    for (member, name) in lists {
        let variables = member.ends_with("Resource");
        if let Some(list) = one_or_sorted(texts(block.get(name)).map(str::to_owned), variables) {
            statement.insert(member.into(), list);
        }
    }
    for (member, name) in [("Principal", "principals"), ("NotPrincipal", "not_principals")] {
        let blocks = block.get(name).as_list().unwrap_or_default();
        if !blocks.is_empty() {
            statement.insert(member.into(), principals(blocks));
        }
    }
    let conditions = block.get("condition").as_list().unwrap_or_default();
    if !conditions.is_empty() {
        let conditions = conditions.iter().map(|it| {
            let text = |name: &str| it.get(name).as_str().unwrap_or_default().to_owned();
            let values = texts(it.get("values")).map(with_variables).collect();
            (text("test"), text("variable"), values)
        });
        statement.insert("Condition".into(), grouped(conditions));
    }
    statement
}

/// `&{…}` stands for what Terraform would take for an interpolation.
fn with_variables(text: &str) -> String {
    text.replace("&{", "${")
}

/// One text as a text, several from last to first.
fn one_or_sorted(texts: impl Iterator<Item = String>, variables: bool) -> Option<Json> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_by(|a, b| b.cmp(a));
    if variables {
        texts = texts.iter().map(|text| with_variables(text)).collect();
    }
    match texts.as_slice() {
        [] => None,
        [only] => Some(only.as_str().into()),
        _ => Some(texts.into()),
    }
}

fn principals(blocks: &[Value]) -> Json {
    let mut by_type: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for block in blocks {
        let kind = block.get("type").as_str().unwrap_or_default();
        let mut identifiers: Vec<String> =
            texts(block.get("identifiers")).map(with_variables).collect();
        identifiers.sort_by(|a, b| b.cmp(a));
        by_type.entry(kind).or_default().append(&mut identifiers);
    }
    // `{"*": "*"}` is no valid principal; `{"AWS": "*"}` is, and is not the same.
    if let [("*", identifiers)] =
        by_type.iter().map(|(kind, it)| (*kind, it)).collect::<Vec<_>>()[..]
        && identifiers.as_slice() == ["*"]
    {
        return "*".into();
    }
    let one = |(kind, identifiers): (&str, Vec<String>)| {
        let identifiers = match identifiers.as_slice() {
            [only] => only.as_str().into(),
            _ => identifiers.into(),
        };
        (kind.to_owned(), identifiers)
    };
    Json::Object(by_type.into_iter().map(one).collect())
}

/// Conditions by test and variable.
fn grouped(conditions: impl Iterator<Item = (String, String, Vec<String>)>) -> Json {
    let mut tests: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (test, variable, mut values) in conditions {
        tests.entry(test).or_default().entry(variable).or_default().append(&mut values);
    }
    let variables = |variables: BTreeMap<String, Vec<String>>| {
        let one = |(variable, values): (String, Vec<String>)| {
            let values = match values.as_slice() {
                [only] => only.as_str().into(),
                _ => values.into(),
            };
            (variable, values)
        };
        Json::Object(variables.into_iter().map(one).collect())
    };
    Json::Object(tests.into_iter().map(|(test, it)| (test, variables(it))).collect())
}

/// A document in JSON, in the form that the provider gives it.
fn read(text: &str) -> Result<Document, Problem> {
    let unreadable = |why: String| Problem::new("merging policy documents", why);
    let json: Json = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    let member = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut document =
        Document { version: member("Version"), id: member("Id"), statements: Vec::new() };
    let statements = match json.get("Statement") {
        None | Some(Json::Null) => &[],
        Some(Json::Array(statements)) => statements.as_slice(),
        Some(_) => return Err(unreadable("`Statement` is no list".into())),
    };
    for statement in statements {
        let Json::Object(statement) = statement else {
            return Err(unreadable("a statement is no object".into()));
        };
        let mut read = Map::new();
        for name in MEMBERS {
            let value = match (name, statement.get(name)) {
                (_, None | Some(Json::Null)) => continue,
                ("Principal" | "NotPrincipal", Some(value)) => read_principals(value),
                ("Condition", Some(value)) => read_conditions(value),
                ("Sid" | "Effect", Some(Json::String(text))) if text.is_empty() => continue,
                (_, Some(value)) => value.clone(),
            };
            read.insert(name.into(), value);
        }
        document.statements.push(read);
    }
    Ok(document)
}

fn strings(value: &Json) -> Vec<String> {
    match value {
        Json::String(text) => vec![text.clone()],
        Json::Bool(value) => vec![value.to_string()],
        Json::Array(elements) => elements.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

fn read_principals(value: &Json) -> Json {
    let Json::Object(kinds) = value else { return "*".into() };
    let kinds: BTreeMap<_, _> = kinds.iter().collect();
    let one = |(kind, identifiers): (&String, &Json)| {
        let identifiers = match identifiers {
            Json::Array(_) => {
                let mut sorted = strings(identifiers);
                sorted.sort_by(|a, b| b.cmp(a));
                sorted.into()
            }
            other => other.clone(),
        };
        (kind.clone(), identifiers)
    };
    Json::Object(kinds.into_iter().map(one).collect())
}

fn read_conditions(value: &Json) -> Json {
    let Json::Object(tests) = value else { return Json::Object(Map::new()) };
    grouped(tests.iter().flat_map(|(test, variables)| {
        let variables = variables.as_object().into_iter().flatten();
        variables.map(move |(variable, values)| (test.clone(), variable.clone(), strings(values)))
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::schema::Type;
    use crate::plan::wire;

    /// A configuration without a schema.
    fn config(json: &Json) -> Value {
        match json {
            Json::Array(elements) => Value::List(elements.iter().map(config).collect()),
            Json::Object(members) => Value::Map(
                members.iter().map(|(name, member)| (name.clone(), config(member))).collect(),
            ),
            other => wire::from_json(other, &Type::String),
        }
    }

    fn minified(json: Json) -> String {
        document(&config(&json)).unwrap().minified()
    }

    #[test]
    fn one_is_a_text_and_several_are_sorted_backwards() {
        let policy = json!({"statement": [{
            "actions": ["s3:GetObject", "s3:PutObject"],
            "resources": ["arn:aws:s3:::b/&{aws:username}"],
        }]});
        assert_eq!(
            minified(policy),
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::b/${aws:username}"}]}"#
        );
    }

    #[test]
    fn everybody_is_a_star() {
        let policy = |kind: &str| {
            json!({"statement": [{
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": kind, "identifiers": ["*"]}],
            }]})
        };
        assert!(minified(policy("*")).contains(r#""Principal":"*""#));
        assert!(minified(policy("AWS")).contains(r#""Principal":{"AWS":"*"}"#));
    }

    #[test]
    fn conditions_are_gathered_by_test_and_variable() {
        let policy = json!({"statement": [{"condition": [
            {"test": "StringEquals", "variable": "a", "values": ["2", "1"]},
            {"test": "StringEquals", "variable": "a", "values": ["3"]},
            {"test": "Bool", "variable": "b", "values": ["true"]},
        ]}]});
        assert!(
            minified(policy).contains(
                r#""Condition":{"Bool":{"b":"true"},"StringEquals":{"a":["2","1","3"]}}"#
            )
        );
    }

    #[test]
    fn a_statement_with_the_same_sid_is_overridden() {
        let source = r#"{"Version":"2008-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":["x:*"]}]}"#;
        let over = r#"{"Statement":[{"Sid":"a","Effect":"Deny","NotAction":"x:*"}]}"#;
        let policy = json!({
            "source_policy_documents": [source],
            "statement": [{"sid": "b", "actions": ["y:*"]}],
            "override_policy_documents": [over],
        });
        assert_eq!(
            minified(policy),
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","NotAction":"x:*"},{"Sid":"b","Effect":"Allow","Action":"y:*"}]}"#
        );
    }

    #[test]
    fn a_sid_stands_once() {
        let policy = json!({"statement": [{"sid": "a"}, {"sid": "a"}]});
        assert!(document(&config(&policy)).is_err());
    }

    #[test]
    fn it_is_indented_and_escaped_as_go_does() {
        let policy = json!({"policy_id": "<&>", "statement": []});
        assert_eq!(
            document(&config(&policy)).unwrap().pretty(),
            "{\n  \"Version\": \"2012-10-17\",\n  \"Id\": \"\\u003c\\u0026\\u003e\"\n}"
        );
    }

    #[test]
    fn a_document_that_is_none_is_refused() {
        for text in ["", "{", r#"{"Statement": {}}"#, r#"{"Statement": [1]}"#] {
            let policy = json!({"source_policy_documents": [text]});
            assert!(document(&config(&policy)).is_err(), "{text}");
        }
    }
}
