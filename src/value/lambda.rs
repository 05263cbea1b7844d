//! What Lambda functions, their layers and the artifacts that they are made of are called and run on.

use std::fmt;

use super::text::Rules;
use super::{Arn, Invalid, Scalar, ScalarType, quote};
use crate::choice;
use crate::diagnostic::codes;

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

text! {
    /// A function's name (AWS Lambda API Reference, "CreateFunction").
    pub struct FunctionName = Rules {
        what: "a function's name",
        rule: "1 to 64 letters, digits, hyphens and underscores",
        max: 64,
        chars: word,
        filler: Some('-'),
        ..Rules::ANY
    };

    /// A layer's name (AWS Lambda API Reference, "PublishLayerVersion").
    pub struct LayerName = Rules {
        what: "a layer's name",
        rule: "1 to 64 letters, digits, hyphens and underscores",
        max: 64,
        chars: word,
        filler: Some('_'),
        ..Rules::ANY
    };

    /// The function in the code that is called: `app.handler`, `index.handler` (AWS Lambda API
    /// Reference, "CreateFunction").
    pub struct Handler = Rules {
        what: "a handler",
        rule: "1 to 128 characters without white space",
        max: 128,
        chars: |c| !c.is_whitespace() && !c.is_control(),
        ..Rules::ANY
    };
}

choice! {
    /// What code runs on: runtimes with which AWS still makes functions (AWS Lambda Developer Guide,
    /// "Lambda runtimes").
    pub enum Runtime {
        Node22 = "nodejs22.x",
        Node24 = "nodejs24.x",
        Python310 = "python3.10",
        Python311 = "python3.11",
        Python312 = "python3.12",
        Python313 = "python3.13",
        Python314 = "python3.14",
        Java11 = "java11",
        Java17 = "java17",
        Java21 = "java21",
        Java25 = "java25",
        Dotnet8 = "dotnet8",
        Dotnet10 = "dotnet10",
        Ruby32 = "ruby3.2",
        Ruby33 = "ruby3.3",
        Ruby34 = "ruby3.4",
        Al2 = "provided.al2",
        Al2023 = "provided.al2023",
    } else ended
}

/// Runtimes that AWS makes no function with any more, and what follows them.
fn ended(text: &str) -> Option<Invalid> {
    const FAMILIES: [(&str, &[&str], Runtime); 7] = [
        ("python", &["2.7", "3.6", "3.7", "3.8", "3.9"], Runtime::Python313),
        (
            "nodejs",
            &["", "4.3", "6.10", "8.10", "10.x", "12.x", "14.x", "16.x", "18.x", "20.x"],
            Runtime::Node24,
        ),
        ("ruby", &["2.5", "2.7"], Runtime::Ruby34),
        ("dotnetcore", &["1.0", "2.0", "2.1", "3.1"], Runtime::Dotnet10),
        ("dotnet", &["6"], Runtime::Dotnet10),
        ("java", &["8", "8.al2"], Runtime::Java25),
        ("go", &["1.x"], Runtime::Al2023),
    ];
    let ended = |(family, versions, _): &&(&str, &[&str], Runtime)| {
        text.strip_prefix(family).is_some_and(|version| versions.contains(&version))
    };
    let (_, _, next) = FAMILIES.iter().find(ended)?;
    let message = format!("`{text}` has ended, or ends: AWS keeps no function on it safe");
    Some(Invalid::new(codes::BAD_VALUE, message).try_this(next))
}

/// The ARN of one version of a layer: without its number nobody can say what a function gets (AWS
/// Lambda Developer Guide, "Adding layers to functions").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerVersionArn(Arn);

impl LayerVersionArn {
    /// The name as AWS has it.
    pub fn arn(&self) -> &Arn {
        &self.0
    }
}

impl fmt::Display for LayerVersionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for LayerVersionArn {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`arn:partition:lambda:region:account:layer:name:version`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = Arn::parse(text)?;
        let refuse = |message: String| Invalid::new(codes::BAD_VALUE, message);
        let parts: Vec<&str> = arn.resource().split(':').collect();
        match (arn.service(), parts.as_slice()) {
            ("lambda", ["layer", name, version])
                if LayerName::parse(name).is_ok()
                    && version.parse::<u32>().is_ok_and(|version| version > 0) =>
            {
                Ok(Self(arn))
            }
            ("lambda", ["layer", name]) => Err(refuse(format!(
                "nobody says which version of the layer {} this is",
                quote(name)
            ))
            .help("add the number of the version, which is what functions are given")
            .try_this(format!("{text}:1"))),
            _ => Err(refuse("this is not the ARN of a layer's version".to_owned())
                .help(format!("write {}", Self::RULE))),
        }
    }
}

/// What stands for the digest in an artifact's key.
pub const DIGEST: &str = "{digest}";
/// What stands for the tag.
pub const TAG: &str = "{tag}";

/// What is wrong with the braces of a text that may hold [`DIGEST`] and [`TAG`].
fn check_braces(text: &str, known: &[&str]) -> Result<(), Invalid> {
    let rest = known.iter().fold(text.to_owned(), |rest, known| rest.replace(known, ""));
    match rest.find(['{', '}']) {
        None => Ok(()),
        Some(_) => {
            let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
            Err(Invalid::new(codes::BAD_VALUE, format!("{} names something else", quote(text)))
                .help(format!("what can stand in braces is {}", known.join(" and "))))
        }
    }
}

/// The key of an object in S3 that holds one artifact and no other: `{digest}` and `{tag}` in it
/// stand for what is locked (Amazon S3 User Guide, "Naming Amazon S3 objects").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactKey(String);

impl ArtifactKey {
    /// The key as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArtifactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for ArtifactKey {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "a key in which `{digest}` stands for the digest's 64 digits, or `{tag}` for the tag";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |message: &str| Invalid::new(codes::BAD_VALUE, message);
        check_braces(text, &[DIGEST, TAG])?;
        let known = |c: char| c.is_ascii_alphanumeric() || "!_.*'()/-{}".contains(c);
        if let Some((at, c)) = text.char_indices().find(|(_, c)| !known(*c)) {
            return Err(refuse("this character is not safe in a key of S3")
                .at(at..at + c.len_utf8())
                .help("use letters, digits and `/!_.*'()-`"));
        }
        if !text.contains(DIGEST) && !text.contains(TAG) {
            return Err(refuse("every build would overwrite the one before it").help(
                "put `{digest}` into the key, or `{tag}`: what runs can then be had again, and a \
                 build for one stage is not that of another",
            ));
        }
        if text.starts_with('/') || text.len() > 900 {
            return Err(refuse("a key has no `/` first, and at most 900 characters")
                .help(format!("write {}", Self::RULE)));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The ARN of a layer's versions that somebody else publishes: `{tag}` in it stands for what is
/// locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPattern(String);

impl LayerPattern {
    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True where the tag is the number of the version, and not part of the layer's name.
    pub fn numbered(&self) -> bool {
        self.0.ends_with(TAG)
    }
}

impl fmt::Display for LayerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for LayerPattern {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "the ARN of a layer's version with `{tag}` in its name, where a dot \
                                of the tag is a `_`, or for its number";

    fn parse(text: &str) -> Result<Self, Invalid> {
        check_braces(text, &[TAG])?;
        if text.matches(TAG).count() != 1 {
            return Err(Invalid::new(codes::BAD_VALUE, "nothing in this follows the lock").help(
                "write `{tag}` once: for the number of the version, or in the layer's name",
            ));
        }
        // Any tag gives the ARN of a version.
        LayerVersionArn::parse(&text.replace(TAG, "1"))
            .map_err(|invalid| Invalid { at: None, ..invalid })?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: Scalar>(text: &str) -> String {
        let invalid = T::parse(text).unwrap_err();
        format!("{}; {}", invalid.message, invalid.help.unwrap_or_default())
    }

    #[test]
    fn a_runtime_that_has_ended_is_refused_with_the_next() {
        assert_eq!(
            refused::<Runtime>("python3.7"),
            "`python3.7` has ended, or ends: AWS keeps no function on it safe; try `python3.13`"
        );
        assert_eq!(refused::<Runtime>("nodejs18.x").split("; ").last(), Some("try `nodejs24.x`"));
        assert!(Runtime::parse("python3.13").is_ok());
    }

    #[test]
    fn a_layer_is_pinned_by_the_number_of_its_version() {
        let pinned = "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-0_9_4:3";
        assert_eq!(LayerVersionArn::parse(pinned).unwrap().to_string(), pinned);
        assert_eq!(
            refused::<LayerVersionArn>("arn:aws:lambda:eu-west-1:123456789012:layer:coworks-0_9_4"),
            "nobody says which version of the layer `coworks-0_9_4` this is; add the number of the \
             version, which is what functions are given; try \
             `arn:aws:lambda:eu-west-1:123456789012:layer:coworks-0_9_4:1`"
        );
        for other in ["layer:a:0", "layer:a:latest", "function:a", "layer:a.b:1"] {
            let arn = format!("arn:aws:lambda:eu-west-1:123456789012:{other}");
            assert!(LayerVersionArn::parse(&arn).is_err(), "{other}");
        }
    }

    #[test]
    fn a_key_holds_one_artifact() {
        assert!(ArtifactKey::parse("app/{digest}.zip").is_ok());
        assert!(ArtifactKey::parse("app/{tag}/app.zip").is_ok());
        assert!(
            refused::<ArtifactKey>("app/archive.zip").starts_with("every build would overwrite")
        );
        assert!(refused::<ArtifactKey>("app/{commit}.zip").contains("`{digest}` and `{tag}`"));
        assert!(ArtifactKey::parse("/{tag}.zip").is_err());
        assert!(ArtifactKey::parse("a b/{tag}.zip").is_err());
    }

    #[test]
    fn a_layer_of_somebody_else_follows_the_lock_in_one_place() {
        let arn = |layer: &str| format!("arn:aws:lambda:eu-west-1:123456789012:layer:{layer}");
        assert!(LayerPattern::parse(&arn("coworks-{tag}:1")).is_ok());
        assert!(LayerPattern::parse(&arn("coworks:{tag}")).is_ok());
        assert!(refused::<LayerPattern>(&arn("coworks:3")).starts_with("nothing in this follows"));
        assert!(LayerPattern::parse(&arn("coworks-{tag}")).is_err());
        assert!(LayerPattern::parse(&arn("{tag}:{tag}")).is_err());
    }
}
