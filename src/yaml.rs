//! YAML out, as Kubernetes people write it: lists not indented under their keys, and a text in
//! quotes exactly where a reader of YAML 1.1 or 1.2 would take it for something else.

use std::borrow::Cow;
use std::ops::Range;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

/// The key under which [`commented`] keeps a comment: no description can write it.
const COMMENT: &str = "\0";

/// How a line begins to say that Flux writes its value (Flux, "Configure image update for custom
/// resources").
const MARKER: &str = "# {\"$imagepolicy\": \"";

/// A value with a comment behind it, on its line.
pub fn commented(value: Value, comment: String) -> Value {
    let mut map = Map::new();
    map.insert(COMMENT.to_owned(), Value::String(comment));
    map.insert(String::new(), value);
    Value::Object(map)
}

/// A tag that Flux writes, by the policy of this name in this namespace.
pub fn by_flux(tag: &str, namespace: &str, policy: &str) -> Value {
    let comment = format!("{{\"$imagepolicy\": \"{namespace}:{policy}:tag\"}}");
    commented(Value::from(tag), comment)
}

/// Objects as one file.
pub fn print(objects: &[Value]) -> String {
    let mut options = serde_saphyr::SerializerOptions::default();
    options.compact_list_indent = true;
    options.folded_wrap_chars = usize::MAX;
    let printed = objects.iter().map(|object| {
        let mut text = String::new();
        // A text takes everything, and there is no value in JSON that YAML has not.
        let written =
            serde_saphyr::to_fmt_writer_with_options(&mut text, &Shown(object), options.clone());
        debug_assert!(written.is_ok(), "{written:?}");
        text
    });
    printed.collect::<Vec<_>>().join("---\n")
}

/// A value as it is printed.
struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => match (map.get(COMMENT), map.get("")) {
                (Some(Value::String(comment)), Some(value)) => {
                    serde_saphyr::Commented(Shown(value), comment.clone()).serialize(serializer)
                }
                _ => {
                    let mut entries = serializer.serialize_map(Some(map.len()))?;
                    for (key, value) in map {
                        entries.serialize_entry(key, &Shown(value))?;
                    }
                    entries.end()
                }
            },
            Value::Array(items) => serializer.collect_seq(items.iter().map(Shown)),
            scalar => scalar.serialize(serializer),
        }
    }
}

/// A value that Flux writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<'a> {
    /// The name of the policy.
    pub policy: &'a str,
    /// The value, without quotes.
    pub value: &'a str,
    /// Where the value stands.
    pub place: Range<usize>,
}

/// The values in a file that Flux writes.
pub fn written_by_flux(text: &str) -> impl Iterator<Item = Written<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let place = value_of_marked(line)?;
        let policy = line.split_once(MARKER)?.1.split(':').nth(1)?;
        let value = line[place.clone()].trim_matches(['"', '\'']);
        Some(Written { policy, value, place: at + place.start..at + place.end })
    })
}

/// Where the value stands in a line that Flux writes.
fn value_of_marked(line: &str) -> Option<Range<usize>> {
    let (before, _) = line.split_once(MARKER)?;
    let start = before.find(": ")? + 2;
    Some(start..start + before[start..].trim_end().len())
}

/// A file without the values that Flux writes.
pub(crate) fn without_flux(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains(MARKER) => {
            let lines = text.split_inclusive('\n').map(|line| match value_of_marked(line) {
                Some(place) => format!("{}{}", &line[..place.start], &line[place.end..]),
                None => line.to_owned(),
            });
            Cow::Owned(lines.collect::<String>().into_bytes())
        }
        _ => Cow::Borrowed(bytes),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_printed_as_people_write_it() {
        let object = json!({
            "apiVersion": "apps/v1",
            "metadata": {"name": "web", "labels": {}},
            "spec": {
                "args": ["on", "1.20", "yes", "0x1f", "12:30", "null", "v1.20", "a: b", "100m"],
                "pairs": [{"name": "n", "value": "1"}, {"name": "rules", "value": "a:\n- b\n"}],
                "tag": by_flux("v1.2.3", "flux-system", "web"),
                "long": "word ".repeat(30).trim_end(),
                "replicas": 2,
            },
        });
        insta::assert_snapshot!(print(&[object, json!({"kind": "List"})]), @r#"
        apiVersion: apps/v1
        metadata:
          name: web
          labels: {}
        spec:
          args:
          - "on"
          - "1.20"
          - "yes"
          - "0x1f"
          - "12:30"
          - "null"
          - v1.20
          - "a: b"
          - 100m
          pairs:
          - name: "n"
            value: "1"
          - name: rules
            value: |
              a:
              - b
          tag: v1.2.3 # {"$imagepolicy": "flux-system:web:tag"}
          long: word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word
          replicas: 2
        ---
        kind: List
        "#);
    }

    #[test]
    fn what_flux_writes_is_read_back() {
        let text = "a: 1\nnewTag: \"1.20\" # {\"$imagepolicy\": \"ns:web:tag\"}\n";
        let found: Vec<_> = written_by_flux(text).collect();
        assert_eq!((found[0].policy, found[0].value), ("web", "1.20"));
        assert_eq!(&text[found[0].place.clone()], "\"1.20\"");
    }

    /// What YAML says, as JSON.
    fn read(yaml: &Yaml<'_>) -> Value {
        match yaml {
            Yaml::Value(Scalar::Null) => Value::Null,
            Yaml::Value(Scalar::Boolean(value)) => json!(value),
            Yaml::Value(Scalar::Integer(value)) => json!(value),
            Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
            Yaml::Value(Scalar::String(value)) => json!(value),
            Yaml::Sequence(items) => items.iter().map(read).collect(),
            Yaml::Mapping(entries) => {
                let text = |key: &Yaml<'_>| key.as_str().map(str::to_owned).unwrap_or_default();
                Value::Object(entries.iter().map(|(key, value)| (text(key), read(value))).collect())
            }
            other => panic!("{other:?}"),
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[ -~\\n\\t]{0,40}",
            "[0-9.eExXob_:+-]{1,8}",
            proptest::sample::select(vec![
                "on", "off", "Yes", "NO", "~", "null", "true", ".inf", "<<", "="
            ])
            .prop_map(str::to_owned),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
        #[test]
        fn what_is_printed_reads_back_as_the_same(value in values()) {
            let is_comment = |value: &Value| value.get(COMMENT).is_some();
            prop_assume!(!is_comment(&value));
            let text = print(std::slice::from_ref(&value));
            let read_back = Yaml::load_from_str(&text).map_err(|error| {
                TestCaseError::fail(format!("{error}\n{text}"))
            })?;
            prop_assert_eq!(read_back.first().map_or(Value::Null, read), value, "{}", text);
        }
    }
}
