//! What continuous integration calls the images that it pushes.

use std::fmt;

use super::tag_language::TagLanguage;
use super::{Invalid, Scalar, ScalarType, TimeFormat, quote};
use crate::diagnostic::codes;

/// A version without what stands before it (Semantic Versioning 2.0.0, item 2).
pub(crate) const RELEASE: &str = r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}";
/// What can follow it (item 9).
pub(crate) const PRE_RELEASE: &str = r"(?:-(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?";

/// The most digits of a commit's hash, SHA-256.
const MOST_DIGITS: usize = 64;
/// The least that `git` abbreviates to.
const LEAST_DIGITS: usize = 4;

/// The rule by which something pushes tags: text with `{commit}` (or its first digits,
/// `{commit:8}`), `{semver}`, `{number}`, `{time:%Y%m%d%H%M%S}` or `{any}` in it.
///
/// ```
/// use stackwright::value::{Producer, Scalar};
///
/// let ci = Producer::parse("stg-{commit:8}").unwrap();
/// assert!(ci.language().contains("stg-91980d9b") && !ci.language().contains("stg-91980d9"));
/// ```
#[derive(Debug, Clone)]
pub struct Producer {
    text: String,
    language: TagLanguage,
    is_bare_commit: bool,
}

impl PartialEq for Producer {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Producer {
    /// The tags that it makes.
    pub fn language(&self) -> &TagLanguage {
        &self.language
    }

    /// True when its tags are commit hashes and nothing else.
    pub fn is_bare_commit(&self) -> bool {
        self.is_bare_commit
    }
}

const HELP: &str =
    "use `{commit}`, `{commit:8}`, `{semver}`, `{number}`, `{time:%Y%m%d%H%M%S}` or `{any}`";

/// The expression for a placeholder.
fn placeholder(text: &str) -> Result<String, Invalid> {
    let (name, argument) = text.split_once(':').map_or((text, None), |(n, a)| (n, Some(a)));
    let refuse = |message: String| Err(Invalid::new(codes::BAD_VALUE, message).help(HELP));
    match (name, argument) {
        ("commit", None) => Ok("[0-9a-f]{40}".to_owned()),
        ("commit", Some(digits)) => match digits.parse::<usize>() {
            Ok(digits) if (LEAST_DIGITS..=MOST_DIGITS).contains(&digits) => {
                Ok(format!("[0-9a-f]{{{digits}}}"))
            }
            _ => refuse(format!(
                "a commit has {LEAST_DIGITS} to {MOST_DIGITS} digits, not {}",
                quote(digits)
            )),
        },
        ("semver", None) => Ok(format!("{RELEASE}{PRE_RELEASE}")),
        ("number", None) => Ok("[0-9]+".to_owned()),
        ("any", None) => Ok("[A-Za-z0-9._-]+".to_owned()),
        ("time", Some(format)) => TimeFormat::parse(format).map(|format| format.values_pattern()),
        _ => refuse(format!("{} is no part of a tag", quote(&format!("{{{text}}}")))),
    }
}

impl Scalar for Producer {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "text with `{commit}`, `{commit:8}`, `{semver}`, `{number}`, `{time:…}` or `{any}` in it";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |message: String| Invalid::new(codes::BAD_VALUE, message).help(HELP);
        let (mut pattern, mut at) = (String::new(), 0);
        let mut is_bare_commit = false;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            match c {
                '{' => {
                    let Some(end) = rest.find('}') else {
                        return Err(refuse("a `{` is not closed".to_owned()).at(at..text.len()));
                    };
                    let inside = &rest[1..end];
                    let place = at..at + end + 1;
                    let piece =
                        placeholder(inside).map_err(|i| Invalid { at: None, ..i }.at(place))?;
                    is_bare_commit = rest.len() == text.len()
                        && end + 1 == text.len()
                        && inside.starts_with("commit");
                    pattern.push_str(&piece);
                    at += end + 1;
                }
                c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') => {
                    pattern.push_str(&regex_syntax::escape(&c.to_string()));
                    at += 1;
                }
                c => {
                    let message = format!("{} cannot stand in a tag", quote(&c.to_string()));
                    return Err(refuse(message).at(at..at + c.len_utf8()));
                }
            }
        }
        let complex = |_| refuse("the rule is too complex to be checked".to_owned());
        // `{any}{any}{any}…` is no sensible rule.
        if pattern.len() > 4096 {
            return Err(complex(()));
        }
        let language =
            TagLanguage::of(&super::tag_language::ours(&pattern)).map_err(|_| complex(()))?;
        match super::tag_language::example(&[&language], &[]) {
            Ok(Some(_)) => Ok(Self { text: text.to_owned(), language, is_bare_commit }),
            Ok(None) => Err(refuse(format!("no tag can look like {}", quote(text)))),
            Err(_) => Err(complex(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, sound};
    use super::*;

    #[test]
    fn a_rule_makes_the_tags_that_it_says() {
        for (rule, made, not) in [
            ("stg-{commit:8}", "stg-91980d9b", "stg-91980d9"),
            ("v{semver}", "v1.2.3-rc1", "v1.2.3.4"),
            ("{commit}", "0123456789abcdef0123456789abcdef01234567", "01234567"),
            (
                "stage-{commit:7}-{time:%Y-%m-%d.%H%M%S}",
                "stage-43ee2cd-2023-05-02.125815",
                "stage-43ee2cd",
            ),
            ("build-{number}", "build-7", "build-"),
            ("pr-{any}", "pr-feature.x", "main"),
        ] {
            let rule = Producer::parse(rule).unwrap();
            assert!(rule.language().contains(made) && !rule.language().contains(not), "{rule}");
        }
        assert!(Producer::parse("{commit:8}").unwrap().is_bare_commit());
        assert!(!Producer::parse("{commit:8}-x").unwrap().is_bare_commit());
        assert!(!Producer::parse("x{commit:8}").unwrap().is_bare_commit());
    }

    #[test]
    fn what_is_no_rule_is_refused_where_it_is_wrong() {
        bad::<Producer>(&[
            ("stg-{sha}", "{sha}", "no part of a tag"),
            ("stg-{commit:3}", "{commit:3}", "4 to 64 digits"),
            ("stg-{commit", "{commit", "not closed"),
            ("stg/{commit}", "/", "cannot stand in a tag"),
            ("{time:%H}", "{time:%H}", "no `%Y`"),
            ("-{commit}", "", "no tag can look like"),
            (&"{semver}".repeat(50_000), "", "too complex"),
            (&"{semver}".repeat(30), "", "too complex"),
            ("", "", "no tag can look like"),
        ]);
    }

    #[test]
    fn any_text_is_a_rule_or_refused_with_a_reason() {
        sound::<Producer>(&["stg-{commit:8}", "v{semver}", "{time:%s}-{any}"]);
    }
}
