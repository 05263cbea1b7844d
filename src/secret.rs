//! What looks like a secret that is written out: by the name that it has, or by itself.
//!
//! It is guessed, so it is warned of and hidden, and never an error.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

/// How the names of secrets end.
const NAMES: [&str; 7] =
    ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "PRIVATE_KEY", "ACCESS_KEY"];

/// How secrets begin, and how many characters follow at least: access keys (IAM User Guide, "IAM
/// identifiers", unique identifiers), live keys of Stripe, tokens of GitHub ("About authentication to
/// GitHub", token formats) and Slack ("Tokens").
const PREFIXES: [(&str, usize); 17] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("sk_live_", 10),
    ("rk_live_", 10),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxe-", 10),
    ("xoxo-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
];

/// True for a value that looks like a secret, or has one in it, under this name.
pub fn looks_secret(name: &str, value: &str) -> bool {
    is_named(name, value) || !places(value).is_empty()
}

/// True for a value under a name that secrets have.
fn is_named(name: &str, value: &str) -> bool {
    // `SECRET_ARN` names one, `PASSWORD_LENGTH` speaks of one.
    let name = name.to_ascii_uppercase().replace('-', "_");
    NAMES.iter().any(|secret| name.ends_with(secret)) && !is_harmless(value)
}

/// True for what tells no secret: nothing, numbers, switches, ARNs, and references to what is
/// somewhere else.
fn is_harmless(value: &str) -> bool {
    let is_variable = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    value.is_empty()
        || value.parse::<f64>().is_ok()
        || value.parse::<bool>().is_ok()
        || value.starts_with("arn:")
        || value.contains("${")
        || value.contains("%{")
        || value.starts_with("$(")
        || value.strip_prefix('$').is_some_and(is_variable)
        || value.bytes().all(|b| b == b'*')
}

/// Where a text has what looks like a secret, in order.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    tokens(text, &mut found);
    private_keys(text, &mut found);
    passwords_of_urls(text, &mut found);
    assigned(text, &mut found);
    found.sort_unstable_by_key(|place| place.start);
    found
}

/// A text with stars for what looks like a secret: as many as it has bytes, so that places stay
/// where they are.
pub fn masked(text: &str) -> String {
    let places = places(text);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for place in places {
        let start = place.start.max(done);
        if place.end <= start {
            continue;
        }
        out.push_str(&text[done..start]);
        for c in text[start..place.end].chars() {
            match c {
                '\n' => out.push(c),
                c => out.extend(std::iter::repeat_n('*', c.len_utf8())),
            }
        }
        done = place.end;
    }
    out.push_str(&text[done..]);
    out
}

/// Adds what looks like a secret in a value of Terraform, under this name: also in texts that are
/// JSON, and in lists of `name` and `value`.
pub fn collect(name: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_named(name, text) => {
            found.insert(text.clone());
        }
        Value::String(text) => match encoded(text) {
            Some(inner) => collect("", &inner, found),
            None => found.extend(places(text).into_iter().map(|place| text[place].to_owned())),
        },
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, found)),
        Value::Object(fields) => {
            for (field, value) in fields {
                let named = match field.as_str() {
                    "value" => fields.get("name").or(fields.get("key")).and_then(Value::as_str),
                    _ => None,
                };
                collect(named.unwrap_or(field), value, found);
            }
        }
        _ => {}
    }
}

/// The object or array that a text encodes.
pub fn encoded(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn tokens(text: &str, found: &mut Vec<Range<usize>>) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    for (prefix, least) in PREFIXES {
        for (start, _) in text.match_indices(prefix) {
            if text[..start].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &text[start + prefix.len()..];
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let is_id = |id: &str| {
                id.len() == least
                    && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            };
            let is_secret = match prefix {
                "AKIA" | "ASIA" => is_id(&rest[..length]),
                _ => length >= least,
            };
            if is_secret {
                found.push(start..start + prefix.len() + length);
            }
        }
    }
}

/// Keys as PEM writes them (RFC 7468).
fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    for (start, _) in text.match_indices("-----BEGIN ") {
        let head = &text[start + "-----BEGIN ".len()..];
        let Some((label, _)) = head.split_once("-----") else { continue };
        if !label.contains("PRIVATE KEY") || label.contains(['\n', '"']) {
            continue;
        }
        let rest = &text[start..];
        let end = format!("-----END {label}-----");
        let length = match rest.find(&end) {
            Some(at) => at + end.len(),
            None => rest.find('"').unwrap_or(rest.len()),
        };
        found.push(start..start + length);
    }
}

/// Passwords in addresses (RFC 3986, section 3.2.1).
fn passwords_of_urls(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        if !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        let start = at + "://".len();
        let rest = &text[start..];
        let is_end =
            |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '\\');
        let authority = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        let Some((name, password)) = user.split_once(':') else { continue };
        let is_format = password.starts_with(['%', '<', '{', '$']) && !password.starts_with("%2");
        // `${user}:${password}`, whose own colons are none of the address.
        if name.contains("${") && password.contains('}') || is_format || is_harmless_text(password)
        {
            continue;
        }
        let from = start + name.len() + 1;
        found.push(from..from + password.len());
    }
}

/// True for what tells no password: a password may be a number.
fn is_harmless_text(value: &str) -> bool {
    value.is_empty() || (is_harmless(value) && value.parse::<f64>().is_err())
}

/// `API_TOKEN = "…"`, `"password": "…"`, `--password=…`, and `name = "API_TOKEN"` before a `value`.
fn assigned(text: &str, found: &mut Vec<Range<usize>>) {
    let mut named: Option<(&str, usize)> = None;
    for (at, sign) in text.match_indices(['=', ':']) {
        let before = text[..at].trim_end_matches([' ', '\t']);
        let key = before.trim_end_matches(['"', '\'', '\\']);
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let key = &key[key.trim_end_matches(is_part).len()..];
        let tail = &text[at + sign.len()..];
        let after = tail.trim_start_matches([' ', '\t']);
        if key.is_empty() || after.is_empty() {
            continue;
        }
        let start = text.len() - after.len();
        let place = match after.find(|c| c != '\\').map(|slashes| after.split_at(slashes)) {
            Some((slashes, quoted)) if quoted.starts_with(['"', '\'']) => {
                let quote = format!("{slashes}{}", &quoted[..1]);
                let start = start + quote.len();
                let length = closing(&text[start..], &quote);
                start..start + length
            }
            // An option, or a variable of a shell; what stands alone is an expression.
            _ if sign == "=" && before.len() == at && after.len() == tail.len() => {
                let is_end =
                    |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '&' | ')');
                start..start + after.find(is_end).unwrap_or(after.len())
            }
            _ => continue,
        };
        let value = &text[place.clone()];
        let name = match (key, named) {
            ("value", Some((name, end))) if !text[end..at].contains(['}', '{']) => name,
            _ => key,
        };
        if matches!(key, "name" | "key") {
            named = Some((value, place.end));
        }
        if is_named(name, value) {
            found.push(place);
        }
    }
}

/// How long a text is before the quote that closes it.
fn closing(text: &str, quote: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find(quote).map(|at| from + at) {
        let slashes = text[..at].len() - text[..at].trim_end_matches('\\').len();
        if slashes.is_multiple_of(2) {
            return at;
        }
        from = at + quote.len();
    }
    text.find('\n').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        places(text).into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn secrets_are_known_by_themselves() {
        for (text, secret) in [
            ("id AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
            ("ASIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"),
            ("sk_live_4eC39HqLyjWDarjt", "sk_live_4eC39HqLyjWDarjt"),
            ("ghp_0123456789abcdefghij0123456789", "ghp_0123456789abcdefghij0123456789"),
            ("github_pat_11ABCDEFG0123456789abcd", "github_pat_11ABCDEFG0123456789abcd"),
            ("xoxb-123456789012-abcdef", "xoxb-123456789012-abcdef"),
            ("postgres://app:hunter2@db:5432/app", "hunter2"),
            ("redis://:hunter2@cache:6379", "hunter2"),
            ("--db-password=hunter2 --verbose", "hunter2"),
            ("PGPASSWORD=hunter2 psql", "hunter2"),
            ("API_TOKEN = \"hunter2\"", "hunter2"),
            ("{\"name\": \"API_TOKEN\", \"value\": \"hunter2\"}", "hunter2"),
            ("\"{\\\"password\\\": \\\"hunter2\\\"}\"", "hunter2"),
            (
                "x -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- y",
                "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----",
            ),
        ] {
            assert_eq!(shown(text), [secret], "{text}");
            assert!(!masked(text).contains(secret), "{text}");
            assert_eq!(masked(text).len(), text.len(), "{text}");
        }
    }

    #[test]
    fn what_only_speaks_of_secrets_is_none() {
        for text in [
            "http://user@host/path:1@x",
            "https://host:443/a@b",
            "postgres://app:${var.password}@db/app",
            "postgres://${var.user}:${var.password}@db/app",
            "postgres://app:$PASSWORD@db/app",
            "postgres://app:%s@db/app",
            "--password=$DB_PASSWORD",
            "--password-file=/run/secret",
            "--token=${var.token}",
            "API_TOKEN = module.secret_app.arn",
            "API_TOKEN = \"${module.secret_app.arn}:KEY::\"",
            "API_TOKEN = \"arn:aws:ssm:eu-central-1:111111111111:parameter/token\"",
            "PASSWORD = \"\"",
            "USE_TOKEN = \"true\"",
            "AKIA",
            "MAKIAIOSFODNN7EXAMPLE",
            "-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----",
            "{ name = \"API_TOKEN\" }, { value = \"x\" }",
        ] {
            assert_eq!(shown(text), [""; 0], "{text}");
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn nothing_in_rendered_trees_and_modules_is_masked() {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut seen = 0;
        for folder in ["modules", "stacks"] {
            for entry in walkdir::WalkDir::new(here.join(folder)).into_iter().flatten() {
                let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
                if entry.file_name() == crate::project::DESCRIPTION {
                    continue;
                }
                assert_eq!(shown(&text), [""; 0], "{}", entry.path().display());
                seen += 1;
            }
        }
        assert!(seen > 50, "{seen}");
    }

    #[test]
    fn secrets_in_values_are_collected_with_their_names() {
        let mut found = BTreeSet::new();
        let inner = serde_json::json!([{
            "command": ["run", "--password=one"],
            "environment": [{"name": "API_TOKEN", "value": "two"}, {"name": "STAGE", "value": "x"}],
        }]);
        let value = serde_json::json!({
            "container_definitions": inner.to_string(),
            "variables": {"DB_PASSWORD": "three", "URL": "https://a:four@b"},
        });
        collect("", &value, &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["four", "one", "three", "two"]);
    }
}
