//! Values that a simulation has made up, so that nobody takes them for real.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::service::ACCOUNT;

/// A run of so many hexadecimal digits is what nobody writes.
const DIGITS: usize = 8;

/// Whether a text looks as if we had made it up: the account that it is in, or digits of ours.
pub(super) fn looks_made_up(text: &str) -> bool {
    text.contains(ACCOUNT) || runs(text).next().is_some()
}

/// The runs of hexadecimal digits in a text that may be ours.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let runs = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() >= DIGITS);
    runs.filter(|run| *run != ACCOUNT && run.bytes().any(|byte| byte.is_ascii_digit()))
}

/// What was made up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MadeUp {
    /// By each run of digits in them.
    texts: BTreeMap<String, BTreeSet<String>>,
    /// Texts in which the account alone is made up.
    of_account: BTreeSet<String>,
    /// Whether somebody has asked for the account itself.
    account: bool,
}

impl MadeUp {
    /// Adds the texts in a value that look like it.
    pub(super) fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) if text == ACCOUNT => self.account = true,
            Value::String(text) if looks_made_up(text) => self.add_text(text),
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.add(field)),
            _ => {}
        }
    }

    pub(super) fn add_text(&mut self, text: &str) {
        let mut known = false;
        for run in runs(text) {
            known = true;
            self.texts.entry(run.to_owned()).or_default().insert(text.to_owned());
        }
        if text == ACCOUNT {
            self.account = true;
        } else if !known && text.contains(ACCOUNT) {
            self.of_account.insert(text.to_owned());
        }
    }

    /// All that was added as texts.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut texts: BTreeSet<&str> =
            self.texts.values().chain([&self.of_account]).flatten().map(String::as_str).collect();
        texts.extend(self.account.then_some(ACCOUNT));
        texts.into_iter().map(str::to_owned).collect()
    }

    /// True for a text that is nothing else.
    pub(super) fn is(&self, text: &str) -> bool {
        (self.account && text == ACCOUNT)
            || runs(text).any(|run| self.texts.get(run).is_some_and(|it| it.contains(text)))
    }

    /// A value with words for what is made up in it.
    pub(super) fn hidden(&self, value: Value) -> Value {
        match value {
            Value::String(text) if looks_made_up(&text) => self.hidden_text(text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.hidden(item)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, field)| (name, self.hidden(field))).collect()
            }
            value => value,
        }
    }

    fn hidden_text(&self, text: String) -> String {
        let found: BTreeSet<&String> =
            runs(&text).filter_map(|run| self.texts.get(run)).flatten().collect();
        // The longest first: an ARN before the id in it.
        let mut found: Vec<&String> =
            found.into_iter().filter(|it| text.contains(it.as_str())).collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.len()));
        let mut hidden = text;
        for made_up in found {
            hidden = hidden.replace(made_up.as_str(), "(simulated)");
        }
        if self.account {
            return hidden.replace(ACCOUNT, "(account)");
        }
        if !hidden.contains(ACCOUNT) {
            return hidden;
        }
        let is_end =
            |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '[' | ']');
        let words: BTreeSet<String> = hidden
            .split(is_end)
            .filter(|word| word.contains(ACCOUNT))
            .filter_map(|word| self.begins_with(word))
            .map(str::to_owned)
            .collect();
        for word in words {
            hidden = hidden.replace(&word, &word.replace(ACCOUNT, "(account)"));
        }
        hidden
    }

    /// The made-up text that a word begins with: `arn:…:queue` of `arn:…:queue/*`.
    fn begins_with<'a>(&self, word: &'a str) -> Option<&'a str> {
        let mut word = word;
        loop {
            if self.of_account.contains(word) {
                return Some(word);
            }
            word = &word[..word.rfind(['/', ':', '*', '#', '?'])?];
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_made_up_looks_like_it() {
        let queue = "arn:aws:sqs:eu-west-1:123456789012:a";
        for text in ["vpc-0a1b2c3d4e5f6a7b8", queue, "value-0a1b2c3d"] {
            assert!(looks_made_up(text), "{text}");
        }
        for text in ["my-queue", "2012-10-17", "arn:aws:s3:::bucket", "10.0.0.0/16", "facade"] {
            assert!(!looks_made_up(text), "{text}");
        }
    }

    #[test]
    fn what_is_known_of_a_made_up_value_stays() {
        let mut made_up = MadeUp::default();
        made_up.add(&json!(["vpc-0a1b2c3d4e5f6a7b8", "arn:aws:sqs:eu-west-1:123456789012:jobs"]));
        assert!(made_up.is("vpc-0a1b2c3d4e5f6a7b8") && !made_up.is("vpc-0a1b2c3d4e5f6a7b9"));
        let hidden = |text: &str| made_up.hidden(json!(text));
        assert_eq!(hidden("a vpc-0a1b2c3d4e5f6a7b8 b"), "a (simulated) b");
        let policy = r#"{"Resource":"arn:aws:sqs:eu-west-1:123456789012:jobs/*"}"#;
        let expected = r#"{"Resource":"arn:aws:sqs:eu-west-1:(account):jobs/*"}"#;
        assert_eq!(hidden(policy), expected);
    }

    #[test]
    fn what_somebody_wrote_stays_as_it_is() {
        let mut made_up = MadeUp::default();
        made_up.add(&json!("arn:aws:sqs:eu-west-1:123456789012:jobs"));
        for text in ["arn:aws:iam::123456789012:role/mine", "r.io/a:0a1b2c3d4e5f"] {
            assert_eq!(made_up.hidden(json!(text)), text);
        }
        made_up.add(&json!("123456789012"));
        assert_eq!(made_up.hidden(json!("logs-123456789012")), "logs-(account)");
    }
}
