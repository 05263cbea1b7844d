//! Lists of tags from files: to see what a policy would take without a registry.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::Candidate;
use crate::diagnostic::{Diagnostic, FileId, Span, codes};
use crate::value::{Digest, Scalar, Tag};

/// The most tags that a list may have; no registry holds more of an image.
const MOST: usize = 1_000_000;

/// The most problems that are told: a file of another kind has one a line.
const MOST_PROBLEMS: usize = 50;

/// Reads a list of tags.
///
/// A list is one of
/// - lines of `tag`, `tag digest`, `tag pushed` or `tag digest pushed`, where empty lines and what
///   follows a `#` do not count,
/// - a JSON list of tags or of `{ "tag": …, "digest": …, "pushed": … }`, or a map with such a list
///   under `tags`, which registries answer (OCI Distribution Specification, "Listing Tags"),
/// - what `aws ecr describe-images` prints (Amazon ECR API Reference, "ImageDetail").
///
/// Times are as RFC 3339 has them, `2024-05-13T12:53:08Z`; in JSON also seconds since 1970.
///
/// # Errors
/// Everything in it that is no tag, digest or time, and a tag that stands twice with different
/// digests or times.
pub fn read(file: FileId, text: &str) -> Result<Vec<Candidate>, Vec<Diagnostic>> {
    let mut list = List { file, text, found: BTreeMap::new(), problems: Vec::new() };
    match text.trim_start().starts_with(['[', '{']) {
        true => list.json(),
        false => list.lines(),
    }
    if !list.problems.is_empty() {
        return Err(list.problems);
    }
    Ok(list.found.into_values().map(|(candidate, _)| candidate).collect())
}

struct List<'t> {
    file: FileId,
    text: &'t str,
    found: BTreeMap<Tag, (Candidate, At)>,
    problems: Vec<Diagnostic>,
}

/// Where something stands.
#[derive(Debug, Clone)]
enum At {
    Span(Span),
    /// Where this JSON first does: looked up when somebody asks, as a list may be long.
    Json(String),
}

impl<'t> List<'t> {
    fn lines(&mut self) {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            if self.problems.len() >= MOST_PROBLEMS {
                break;
            }
            let content = line.split('#').next().unwrap_or_default();
            let words: Vec<(At, &str)> = content
                .split_whitespace()
                .map(|word| {
                    let at = start + (word.as_ptr() as usize - line.as_ptr() as usize);
                    (At::Span(Span::new(self.file, at..at + word.len())), word)
                })
                .collect();
            start += line.len();
            let Some(((at, tag), rest)) = words.split_first() else { continue };
            let (digest, pushed) = match rest {
                [] => (None, None),
                [word] if word.1.starts_with("sha256:") => (Some(word), None),
                [word] => (None, Some(word)),
                [digest, pushed] => (Some(digest), Some(pushed)),
                [_, _, (at, _), ..] => {
                    self.refuse(at, "a line holds a tag, its digest and when it was pushed");
                    continue;
                }
            };
            let tag = self.value::<Tag>(at, tag);
            let digest = digest.map(|(at, word)| self.value::<Digest>(at, word));
            let pushed = pushed.map(|(at, word)| self.time(at, word));
            self.add(at.clone(), tag, digest, pushed);
        }
    }

    fn json(&mut self) {
        let value: Value = match serde_json::from_str(self.text) {
            Ok(value) => value,
            Err(error) => {
                let line = self.text.split_inclusive('\n').take(error.line().saturating_sub(1));
                let start: usize = line.map(str::len).sum();
                let mut at = (start + error.column().saturating_sub(1)).min(self.text.len());
                while !self.text.is_char_boundary(at) {
                    at -= 1;
                }
                let at = At::Span(Span::new(self.file, at..at));
                return self.refuse(&at, &format!("this is not JSON: {error}"));
            }
        };
        let first_line = self.text.lines().next().map_or(0, str::len);
        let whole = At::Span(Span::new(self.file, 0..first_line));
        match &value {
            Value::Array(items) => self.each(items, Self::item),
            Value::Object(map) => match (map.get("tags"), map.get("imageDetails")) {
                (Some(Value::Array(items)), _) => self.each(items, Self::item),
                (_, Some(Value::Array(items))) => self.each(items, Self::detail),
                _ => self.refuse(&whole, "the map has no list `tags` and no list `imageDetails`"),
            },
            _ => self.refuse(&whole, "this is no list of tags"),
        }
    }

    fn each(&mut self, items: &[Value], read: fn(&mut Self, &Value)) {
        for item in items {
            if self.problems.len() >= MOST_PROBLEMS {
                break;
            }
            read(self, item);
        }
    }

    /// A tag, or a map with one.
    fn item(&mut self, item: &Value) {
        match item {
            Value::Object(map) => match map.get("tag") {
                Some(tag) => self.told(tag, map.get("digest"), map.get("pushed")),
                None => self.refuse(&At::Json(item.to_string()), "this has no `tag`"),
            },
            tag => self.told(tag, None, None),
        }
    }

    /// An image of ECR, which has any number of tags.
    fn detail(&mut self, item: &Value) {
        let tags = item.get("imageTags").and_then(Value::as_array);
        for tag in tags.into_iter().flatten() {
            self.told(tag, item.get("imageDigest"), item.get("imagePushedAt"));
        }
    }

    fn told(&mut self, tag: &Value, digest: Option<&Value>, pushed: Option<&Value>) {
        let present = |value: &Option<&Value>| value.is_some_and(|value| !value.is_null());
        let at = At::Json(tag.to_string());
        let tag = match tag {
            Value::String(text) => self.value::<Tag>(&at, text),
            _ => {
                self.refuse(&at, "a tag is text in quotes");
                None
            }
        };
        let digest = Some(digest).filter(present).flatten().map(|digest| {
            let at = At::Json(digest.to_string());
            self.value::<Digest>(&at, digest.as_str().unwrap_or_default())
        });
        let pushed = Some(pushed).filter(present).flatten().map(|pushed| {
            let at = At::Json(pushed.to_string());
            match pushed {
                Value::Number(number) => {
                    let seconds = number.as_f64().map(jiff::SignedDuration::try_from_secs_f64);
                    let time = seconds.and_then(Result::ok).map(Timestamp::from_duration);
                    let time = time.and_then(Result::ok);
                    if time.is_none() {
                        self.refuse(&at, &format!("{number} is no number of seconds since 1970"));
                    }
                    time
                }
                other => self.time(&at, other.as_str().unwrap_or_default()),
            }
        });
        self.add(at, tag, digest, pushed);
    }

    fn span(&self, at: &At) -> Span {
        match at {
            At::Span(span) => *span,
            At::Json(text) => {
                let start = self.text.find(text);
                Span::new(self.file, start.map_or(0..0, |start| start..start + text.len()))
            }
        }
    }

    fn refuse(&mut self, at: &At, message: &str) {
        self.problems.push(
            Diagnostic::error(codes::BAD_TAGS, message)
                .at(self.span(at), "")
                .help("write lines of `tag`, `tag digest` or `tag digest pushed`, or JSON"),
        );
    }

    fn value<T: Scalar>(&mut self, at: &At, text: &str) -> Option<T> {
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.problems.push(invalid.diagnostic(self.span(at)));
                None
            }
        }
    }

    fn time(&mut self, at: &At, text: &str) -> Option<Timestamp> {
        let time = text.parse().ok();
        if time.is_none() {
            let shown = text.escape_default();
            self.problems.push(
                Diagnostic::error(codes::BAD_TAGS, format!("`{shown}` is no time"))
                    .at(self.span(at), "")
                    .help("write it as `2024-05-13T12:53:08Z` (RFC 3339)"),
            );
        }
        time
    }

    /// Takes a tag, unless something of it was complained about.
    fn add(
        &mut self,
        at: At,
        tag: Option<Tag>,
        digest: Option<Option<Digest>>,
        pushed: Option<Option<Timestamp>>,
    ) {
        let Some(tag) = tag else { return };
        let candidate =
            Candidate { tag: tag.clone(), digest: digest.flatten(), pushed: pushed.flatten() };
        if self.found.len() >= MOST {
            if self.problems.is_empty() {
                self.refuse(&at, &format!("a list has at most {MOST} tags"));
            }
            return;
        }
        match self.found.get(&tag) {
            Some((first, first_at)) if *first != candidate => {
                let problem = Diagnostic::error(
                    codes::DUPLICATE,
                    format!("the tag `{tag}` stands twice, and not for the same image"),
                );
                let (again, first) = (self.span(&at), self.span(first_at));
                self.problems.push(problem.at(again, "again here").also(first, "first here"));
            }
            Some(_) => {}
            None => {
                self.found.insert(tag, (candidate, at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Sources;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// What was read, or what is wrong, one a line.
    fn told(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("tags", text);
        let candidate = |candidate: Candidate| {
            let digest = candidate
                .digest
                .map_or("-".to_owned(), |digest| digest.to_string()[7..11].to_owned());
            let pushed = candidate.pushed.map_or("-".to_owned(), |pushed| pushed.to_string());
            format!("{} {digest} {pushed}", candidate.tag)
        };
        let problem = |problem: Diagnostic| {
            let at = problem.primary.map(|label| sources.place(label.span)).unwrap_or_default();
            format!("{at} {} {}", problem.code, problem.message)
        };
        let lines: Vec<String> = match read(file, text) {
            Ok(candidates) => candidates.into_iter().map(candidate).collect(),
            Err(problems) => problems.into_iter().map(problem).collect(),
        };
        lines.join("\n")
    }

    #[test]
    fn lines_hold_tags_digests_and_times() {
        assert_snapshot!(told(&format!(
            "# of the registry\n\nv1.0.0\nv1.1.0 {DIGEST}  # checked\nv1.2.0 2024-05-13T14:53:08+02:00\n\
             v1.3.0 {DIGEST} 2024-05-13T12:53:08Z\nv1.0.0\n"
        )), @"
        v1.0.0 - -
        v1.1.0 e3b0 -
        v1.2.0 - 2024-05-13T12:53:08Z
        v1.3.0 e3b0 2024-05-13T12:53:08Z
        ");
        assert_eq!(told(""), "");
    }

    #[test]
    fn json_holds_the_same() {
        assert_snapshot!(told(&format!(
            r#"["v1.0.0", {{"tag": "v1.1.0", "digest": "{DIGEST}", "pushed": "2024-05-13T12:53:08Z"}}]"#
        )), @"
        v1.0.0 - -
        v1.1.0 e3b0 2024-05-13T12:53:08Z
        ");
        assert_snapshot!(told(r#"{"name": "web", "tags": ["b", "a"]}"#), @"
        a - -
        b - -
        ");
    }

    #[test]
    fn what_ecr_describes_is_read() {
        assert_snapshot!(told(&format!(r#"{{"imageDetails": [
            {{"imageDigest": "{DIGEST}", "imageTags": ["stg-91980d9b", "latest"], "imagePushedAt": "2022-11-02T10:00:00.125000+02:00"}},
            {{"imageDigest": "{DIGEST}", "imagePushedAt": 1667376000.5}},
            {{"imageDigest": "{DIGEST}", "imageTags": ["v1.0.0"], "imagePushedAt": 1667376000.5}}
        ]}}"#)), @"
        latest e3b0 2022-11-02T08:00:00.125Z
        stg-91980d9b e3b0 2022-11-02T08:00:00.125Z
        v1.0.0 e3b0 2022-11-02T08:00:00.5Z
        ");
    }

    #[test]
    fn everything_that_is_wrong_is_told_where_it_is() {
        assert_snapshot!(told(&format!(
            "v1/0\nv1.0.0 yesterday\nv1.1.0 sha256:abc\na b c d\nv2.0.0\nv2.0.0 {DIGEST}\n"
        )), @"
        tags:1:1 SW206 `/` cannot stand in a tag
        tags:2:8 SW410 `yesterday` is no time
        tags:3:8 SW206 the digest has 3 digits, not 64
        tags:4:7 SW410 a line holds a tag, its digest and when it was pushed
        tags:6:1 SW104 the tag `v2.0.0` stands twice, and not for the same image
        ");
        assert_snapshot!(told("[\"v1\",\n \"a/b\", 7, {\"tag\": \"x\", \"pushed\": \"now\"}, {}]"), @"
        tags:2:2 SW206 `/` cannot stand in a tag
        tags:2:9 SW410 a tag is text in quotes
        tags:2:35 SW410 `now` is no time
        tags:2:43 SW410 this has no `tag`
        ");
        assert_snapshot!(told("[\"v1\",\n oops]"), @"tags:2:2 SW410 this is not JSON: expected value at line 2 column 2");
        assert_snapshot!(told("{\"images\": []}"), @"tags:1:1 SW410 the map has no list `tags` and no list `imageDetails`");
    }

    proptest! {
        #[test]
        fn any_text_is_a_list_or_refused(text in "[\\[\\]{}\":,a-zé0-9 \n#.-]{0,60}|.*") {
            let _ = told(&text);
        }
    }
}
