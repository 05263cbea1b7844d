//! Container images and what names them.

use std::fmt;
use std::ops::Range;

use super::text::{Rules, pieces};
use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

text! {
    /// An image's tag: 1 to 128 letters, digits, dots, hyphens and underscores, no dot or hyphen
    /// first (OCI Distribution Specification, "Pulling manifests").
    pub struct Tag = Rules {
        what: "a tag",
        rule: "1 to 128 letters, digits, `.`, `-` and `_`, no `.` or `-` first",
        code: codes::BAD_IMAGE,
        max: 128,
        chars: |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'),
        first: |c| c.is_ascii_alphanumeric() || c == '_',
        ..Rules::ANY
    };

    /// What stands before the version in a tag: up to 64 of a tag's characters, the last no digit
    /// and no dot, which could be the version's own.
    pub struct TagPrefix = Rules {
        what: "a prefix",
        rule: "up to 64 letters, digits, `.`, `-` and `_`, no `.` or `-` first, no digit or `.` last",
        code: codes::BAD_IMAGE,
        min: 0,
        max: 64,
        chars: |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'),
        first: |c| c.is_ascii_alphanumeric() || c == '_',
        last: |c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'),
        ..Rules::ANY
    };

    /// What people call an environment: `production`.
    pub struct Environment = Rules {
        what: "an environment",
        rule: "1 to 64 letters, digits, `-` and `_`",
        code: codes::BAD_NAME,
        max: 64,
        chars: |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
        filler: Some('-'),
        ..Rules::ANY
    };

    /// The digest of an image's manifest: `sha256:` and 64 lower-case hexadecimal digits (OCI Image
    /// Format Specification, "Digests").
    pub struct Digest = Rules {
        what: "a digest",
        rule: "`sha256:` and 64 lower-case hexadecimal digits",
        code: codes::BAD_IMAGE,
        also: digest,
        ..Rules::ANY
    };
}

fn digest(text: &str) -> Result<(), Invalid> {
    const DIGITS: usize = 64;
    let refuse = |message: String| Invalid::new(codes::BAD_IMAGE, message);
    let Some(hex) = text.strip_prefix("sha256:") else {
        return Err(refuse(format!("{} is not a SHA-256 digest", quote(text))));
    };
    let start = text.len() - hex.len();
    let wrong = |c: char| !matches!(c, '0'..='9' | 'a'..='f');
    if let Some((at, c)) = hex.char_indices().find(|&(_, c)| wrong(c)) {
        return Err(refuse(format!("{} cannot stand in a digest", quote(&c.to_string())))
            .at(start + at..start + at + c.len_utf8()));
    }
    match hex.len() {
        DIGITS => Ok(()),
        length => {
            Err(refuse(format!("the digest has {length} digits, not {DIGITS}"))
                .at(start..text.len()))
        }
    }
}

/// One image out of a registry that others push to: `repository:tag`, `repository@digest` or both
/// (OCI Distribution Specification, "Pulling manifests"; Amazon ECS API Reference,
/// "ContainerDefinition", `image`).
///
/// Without tag and digest it would be whatever `latest` is when a task starts, which once ran
/// stale code for seven months; so it is refused, and so is `latest` without a digest.
///
/// ```
/// use stackwright::diagnostic::codes;
/// use stackwright::value::{ImageReference, Scalar};
///
/// let agent = ImageReference::parse("public.ecr.aws/datadog/agent:7.50").unwrap();
/// assert_eq!(agent.repository(), "public.ecr.aws/datadog/agent");
/// assert_eq!(agent.tag().unwrap().as_str(), "7.50");
/// let floating = ImageReference::parse("datadog/agent:latest").unwrap_err();
/// assert_eq!(floating.code, codes::UNPINNED_IMAGE);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    repository: String,
    tag: Option<Tag>,
    digest: Option<Digest>,
}

impl TagPrefix {
    /// Nothing before the version.
    pub fn none() -> Self {
        Self(String::new())
    }
}

impl ImageReference {
    /// Registry and name: `public.ecr.aws/datadog/agent`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// What people call this version.
    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// What this version is, whatever happens to the tag.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl Scalar for ImageReference {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "`repository:tag`, `repository@sha256:…` or `repository:tag@sha256:…`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let path_start = name.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match name[path_start..].split_once(':') {
            Some((last, tag)) => (&name[..path_start + last.len()], Some(tag)),
            None => (name, None),
        };
        check_repository(repository)?;
        let tag_at = name.len() - tag.unwrap_or_default().len()..name.len();
        let tag = tag
            .map(|tag| Tag::parse(tag).map_err(|invalid| invalid.within(tag_at.clone())))
            .transpose()?;
        let digest_at = text.len() - digest.unwrap_or_default().len()..text.len();
        let digest = digest
            .map(|digest| Digest::parse(digest).map_err(|invalid| invalid.within(digest_at)))
            .transpose()?;
        let unpinned = |message: String| Invalid::new(codes::UNPINNED_IMAGE, message);
        match (&tag, &digest) {
            (None, None) => Err(unpinned(format!(
                "{} has no tag, so that it is whatever `latest` is when a task starts",
                quote(text)
            ))
            .help("add the tag of a version, or a digest")),
            (Some(tag), None) if tag.as_str() == "latest" => {
                Err(unpinned("`latest` is whatever was pushed last when a task starts".to_owned())
                    .at(tag_at)
                    .help("name the version, or add the digest that `latest` has now"))
            }
            _ => Ok(Self { repository: repository.to_owned(), tag, digest }),
        }
    }
}

/// `[registry[:port]/]word[/word…]`
pub(crate) fn check_repository(repository: &str) -> Result<(), Invalid> {
    const LONGEST: usize = 255;
    let refuse = |message: String| Invalid::new(codes::BAD_IMAGE, message);
    if let Some((scheme, rest)) = repository.split_once("//") {
        return Err(refuse(format!(
            "{} is not part of an image's name",
            quote(&format!("{scheme}//"))
        ))
        .at(0..repository.len() - rest.len())
        .help("write the registry without `https://`, and no two slashes together"));
    }
    if repository.len() > LONGEST {
        return Err(refuse(format!(
            "an image's name has at most {LONGEST} characters, not {}",
            repository.len()
        ))
        .at(0..repository.len())
        .help("shorten it"));
    }
    let is_registry = |word: &str| word.contains(['.', ':']) || word == "localhost";
    let words: Vec<_> = pieces(repository, '/').collect();
    for (index, (at, word)) in words.iter().enumerate() {
        match index == 0 && words.len() > 1 && is_registry(word) {
            true => check_registry(word, at.clone())?,
            false => check_word(word, at.clone())?,
        }
    }
    Ok(())
}

/// `host` or `host:port`.
pub(crate) fn check_registry(registry: &str, at: Range<usize>) -> Result<(), Invalid> {
    let (host, port) = registry.split_once(':').unwrap_or((registry, "443"));
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty()
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.split('.').all(label) && super::Port::parse(port).is_ok() {
        return Ok(());
    }
    Err(Invalid::new(codes::BAD_IMAGE, format!("{} is not a registry", quote(registry)))
        .at(at)
        .help("a registry is a host name, and a port where it is not 443"))
}

/// Lower-case letters and digits with `.`, `_`, `__` or hyphens between them.
fn check_word(word: &str, at: Range<usize>) -> Result<(), Invalid> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut separators = word.split(letter).filter(|between| !between.is_empty());
    let separated = separators
        .all(|between| matches!(between, "." | "_" | "__") || between.chars().all(|c| c == '-'));
    if separated && word.starts_with(letter) && word.ends_with(letter) {
        return Ok(());
    }
    Err(Invalid::new(codes::BAD_IMAGE, format!("{} cannot stand in an image's name", quote(word)))
        .at(at)
        .help("use lower-case letters and digits, with `.`, `_` or `-` between them"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, sound};
    use super::*;

    const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_reference_is_taken_apart() {
        for (text, repository, tag, digest) in [
            ("nginx:1.27", "nginx", Some("1.27"), None),
            (
                "public.ecr.aws/datadog/agent:7.50",
                "public.ecr.aws/datadog/agent",
                Some("7.50"),
                None,
            ),
            ("localhost:5000/a__b/c-d:x", "localhost:5000/a__b/c-d", Some("x"), None),
            (&format!("nginx@{SHA}"), "nginx", None, Some(SHA)),
            (&format!("nginx:latest@{SHA}"), "nginx", Some("latest"), Some(SHA)),
        ] {
            let image = ImageReference::parse(text).unwrap();
            assert_eq!(image.repository(), repository);
            assert_eq!(image.tag().map(Tag::as_str), tag);
            assert_eq!(image.digest().map(Digest::as_str), digest);
            assert_eq!(image.to_string(), text);
        }
    }

    #[test]
    fn an_image_that_nobody_can_name_later_is_refused() {
        for text in ["datadog/agent", "datadog/agent:latest", "localhost:5000/agent"] {
            assert_eq!(
                ImageReference::parse(text).unwrap_err().code,
                codes::UNPINNED_IMAGE,
                "{text}"
            );
        }
        bad::<ImageReference>(&[
            ("datadog/agent:latest", "latest", "name the version"),
            ("datadog/agent", "", "has no tag"),
        ]);
    }

    #[test]
    fn the_part_that_is_wrong_is_pointed_at() {
        bad::<ImageReference>(&[
            ("Datadog/agent:7", "Datadog", "lower-case letters"),
            ("https://ghcr.io/a/b:1", "https://", "without `https://`"),
            ("a/b:7+1", "+", "cannot stand in a tag"),
            ("a/b:", "", "a tag cannot be empty"),
            ("a/b@sha256:abc", "abc", "has 3 digits, not 64"),
            ("a/b@md5:abc", "md5:abc", "not a SHA-256 digest"),
            ("ghcr.io:http/a:1", "ghcr.io:http", "not a registry"),
            ("a/b_-c:1", "b_-c", "cannot stand in an image's name"),
        ]);
    }

    #[test]
    fn tags_and_digests_keep_their_rules() {
        bad::<Tag>(&[(".1", ".", "cannot begin with `.`"), ("a/b", "/", "cannot stand in a tag")]);
        bad::<Digest>(&[(&SHA.replace('e', "E"), "E", "cannot stand in a digest")]);
    }

    #[test]
    fn any_text_is_an_image_or_refused_with_a_reason() {
        sound::<Tag>(&["7.50", "_x", "b5735582"]);
        sound::<TagPrefix>(&["v", "", "prod-v"]);
        sound::<Environment>(&["production", "stage_2"]);
        sound::<Digest>(&[SHA]);
        sound::<ImageReference>(&[
            "public.ecr.aws/datadog/agent:7.50",
            &format!("localhost:5000/a/b:c@{SHA}"),
        ]);
    }
}
