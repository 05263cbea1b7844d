//! The values that fields hold, each with the rules that AWS or Terraform has for it.
//!
//! A value that exists is right: it was parsed, so nobody checks it twice.

use std::fmt;
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Span, codes};

#[macro_use]
mod text;
mod api;
mod aurora;
mod aws;
mod cdn;
mod cidr;
mod database;
mod dns;
mod git_host;
mod image;
mod kms_key;
mod kubernetes;
mod lambda;
mod lb;
mod log_retention;
mod name;
mod network;
mod producer;
mod region;
mod schedule;
mod store;
pub(crate) mod tag_language;
mod tag_pattern;
mod task_size;
mod terraform;
#[cfg(test)]
mod testing;
mod time;
mod time_format;
mod version_range;

pub use api::{ApiName, HeaderName, MediaType, RouteKey, StageName, StageVariable, WebOrigin};
pub use aurora::{AuroraEngine, AuroraVersion, Capacity};
pub use aws::{AccountId, Arn, JsonKey, ParameterName, SecretName, SecretSource};
pub use cdn::{HttpVersion, MinimumTls, PriceClass};
pub use cidr::{Cidr, VpcCidr};
pub use database::{
    BackupWindow, Engine, EngineVersion, InstanceClass, MaintenanceWindow, MonitoringInterval,
    StorageType, check_username, family, windows_overlap,
};
pub use dns::{HostName, HostPattern, Ipv4, PathPattern, RecordName, UrlPath};
pub use git_host::{GitRef, GithubEnvironment, GithubRepository, GitlabProject};
pub use image::{Digest, Environment, ImageReference, Tag, TagPrefix};
pub(crate) use image::{check_registry, check_repository};
pub use kms_key::KmsKeyArn;
pub use kubernetes::{
    AddonVersion, AmiRelease, EksName, FolderPath, InstanceType, Interval, KubernetesName,
    KubernetesVersion, NodeGroupName, PinnedVersion, Quantity,
};
pub use lambda::{
    ArtifactKey, DIGEST, FunctionName, Handler, LayerName, LayerPattern, LayerVersionArn, Runtime,
    TAG,
};
pub use lb::{HttpMethod, RedirectStatus, StatusMatcher, TlsPolicy};
pub use log_retention::LogRetention;
pub use name::{
    AlarmName, BucketName, ClusterName, DashboardName, DbIdentifier, DbName, DbUsername, DnsLabel,
    EnvName, EventRuleName, KeyAlias, Label, LoadBalancerName, MetricName, MetricNamespace,
    QueueName, RepositoryName, RoleName, ScheduleGroupName, ScheduleName, SecurityGroupDescription,
    ServiceName, StackName, TagKey, TargetGroupName, TaskFamily, TopicName,
};
pub use network::{FlowLogInterval, SubnetId, VpcId};
pub use producer::Producer;
pub(crate) use producer::{PRE_RELEASE, RELEASE};
pub use region::{Region, ZoneName};
pub use schedule::{Cron, Run, Runs, Schedule, When};
pub use store::{CacheName, CacheNodeType, SearchInstanceType, SearchName};
pub use tag_pattern::{Stray, TagPattern};
pub use task_size::{FargateCpu, FargateMemory, check_pair};
pub use terraform::VersionConstraint;
pub use time::{Instant, TimeZone};
pub use time_format::TimeFormat;
pub use version_range::{VersionRange, misordered};

/// Terraform's name for the type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// `string`
    String,
    /// `number`
    Number,
    /// `bool`
    Bool,
}

/// A value written as one string, number or boolean.
///
/// [`fmt::Display`] prints what [`Scalar::parse`] reads.
pub trait Scalar: Sized + Clone + PartialEq + fmt::Debug + fmt::Display + 'static {
    /// How it is written.
    const TYPE: ScalarType;
    /// The rule in a few words for the reference: `1 to 65535`.
    const RULE: &'static str;
    /// The kinds of which a whole component stands for such a value.
    const COMPONENTS: &'static [&'static str] = &[];

    /// Every value that there is, for editors; none where they cannot be listed.
    fn choices() -> &'static [&'static str] {
        &[]
    }

    /// Reads the content of a string (without quotes), or the source text of a number or boolean.
    ///
    /// # Errors
    /// What is wrong and what to do, when AWS or Terraform would refuse the value.
    fn parse(text: &str) -> Result<Self, Invalid>;
}

/// Why a literal is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// The rule that it breaks.
    pub code: Code,
    /// One line: lower case, no full stop, things in backquotes.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The bytes of the literal concerned, where it is not the whole.
    pub at: Option<Range<usize>>,
}

impl Invalid {
    /// Refused under the code's rule.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, at: None }
    }

    /// As an error at the place where the literal stands.
    pub fn diagnostic(self, span: impl Into<Option<Span>>) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code, self.message).at(span, "");
        self.help.into_iter().fold(diagnostic, Diagnostic::help)
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Narrows the place to some bytes of the literal; where there are none to see, it stays the
    /// whole.
    #[must_use]
    pub fn at(mut self, range: Range<usize>) -> Self {
        self.at = Some(range).filter(|range| !range.is_empty());
        self
    }

    /// Moves the place from a part of a literal to the literal, where the part stands at `part`.
    #[must_use]
    fn within(self, part: Range<usize>) -> Self {
        let at = match &self.at {
            Some(at) => part.start + at.start..part.start + at.end,
            None => part,
        };
        self.at(at)
    }

    /// Adds to what there is to do the literal as it should be written.
    #[must_use]
    pub(crate) fn try_this(mut self, literal: impl fmt::Display) -> Self {
        let literal = literal.to_string();
        if literal.contains('`') {
            return self; // cannot be told from what is around it
        }
        self.help = Some(match self.help {
            Some(help) => format!("{help}; try `{literal}`"),
            None => format!("try `{literal}`"),
        });
        self
    }
}

/// A text in backquotes, on one line and not longer than a line.
pub(crate) fn quote(text: &str) -> String {
    const LONGEST: usize = 64;
    if text.is_empty() {
        return "an empty text".to_owned();
    }
    let mut quoted = String::from("`");
    for (index, c) in text.chars().enumerate() {
        match c {
            _ if index == LONGEST => {
                quoted.push('…');
                break;
            }
            c if c.is_control() => quoted.extend(c.escape_default()),
            c => quoted.push(c),
        }
    }
    quoted.push('`');
    quoted
}

/// `` `a`, `b` or `c` ``
fn either<T: fmt::Display>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(|item| format!("`{item}`")).collect();
    match items.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// How many values a message can list.
const LISTED: usize = 8;

/// The number among `known`, or the ones next to it.
fn one_of(text: &str, known: &[u32]) -> Result<u32, Invalid> {
    let number: u32 = text.parse().map_err(|_| {
        Invalid::new(codes::WRONG_TYPE, format!("{} is not a whole number", quote(text)))
            .help(format!("use one of {}", either(known)))
    })?;
    if known.contains(&number) {
        return Ok(number);
    }
    let below = known.iter().copied().filter(|&other| other < number).max();
    let above = known.iter().copied().filter(|&other| other > number).min();
    let nearest: Vec<u32> = below.into_iter().chain(above).collect();
    let message = match known.len() {
        ..=LISTED => format!("`{number}` is not one of {}", either(known)),
        many => format!("`{number}` is none of the {many} numbers that are allowed"),
    };
    Err(Invalid::new(codes::OUT_OF_RANGE, message)
        .help(format!("the nearest: {}", either(&nearest))))
}

/// Any text.
impl Scalar for String {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "";

    fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(text.to_owned())
    }
}

impl Scalar for bool {
    const TYPE: ScalarType = ScalarType::Bool;
    const RULE: &'static str = "";

    fn parse(text: &str) -> Result<Self, Invalid> {
        text.parse().map_err(|_| Invalid::new(codes::BAD_VALUE, "expected `true` or `false`"))
    }
}

/// A whole number from `MIN` to `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// The number, for use in constants.
    ///
    /// # Panics
    /// At compile time or in the test that uses it, when it is out of bounds.
    pub const fn new(value: i64) -> Self {
        assert!(value >= MIN && value <= MAX, "out of bounds");
        Self(value)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> fmt::Display for Whole<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: i64, const MAX: i64> Scalar for Whole<MIN, MAX> {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let bounds = match MAX {
            i64::MAX => format!("a whole number from {MIN}"),
            _ => format!("a whole number from {MIN} to {MAX}"),
        };
        let value: i64 = text.parse().map_err(|_| {
            Invalid::new(codes::WRONG_TYPE, format!("{} is not {bounds}", quote(text)))
        })?;
        if (MIN..=MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Invalid::new(codes::OUT_OF_RANGE, format!("`{value}` is out of range"))
                .help(format!("use {bounds}")))
        }
    }
}

/// A port of TCP or UDP; 0 is none (RFC 6335, "Port Number Ranges").
pub type Port = Whole<1, 65535>;

/// Declares an enum whose values are fixed words.
///
/// `else explain` after the enum names a `fn(&str) -> Option<Invalid>` that knows why a word that
/// somebody may well write is not among them.
///
/// ```
/// stackwright::choice! {
///     /// How eager it is.
///     pub enum Eagerness { Lazy = "lazy", Keen = "keen" }
/// }
/// use stackwright::value::Scalar;
/// assert_eq!(Eagerness::parse("keen"), Ok(Eagerness::Keen));
/// assert_eq!(Eagerness::parse("ken").unwrap_err().help.unwrap(), "did you mean `keen`?");
/// assert_eq!(Eagerness::Lazy.to_string(), "lazy");
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[doc = $doc:literal])+ pub enum $name:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $text:literal),+ $(,)? } $(else $explain:path)?) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum $name { $($(#[doc = $vdoc])* $variant),+ }

        impl $name {
            /// Every value, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<$name> for $crate::hcl::Expr {
            fn from(value: $name) -> Self {
                Self::from(value.as_str())
            }
        }

        impl $crate::value::Scalar for $name {
            const TYPE: $crate::value::ScalarType = $crate::value::ScalarType::String;
            const RULE: &'static str = $crate::choice!(@rule $($text),+);

            fn choices() -> &'static [&'static str] {
                &[$($text),+]
            }

            fn parse(text: &str) -> ::std::result::Result<Self, $crate::value::Invalid> {
                Self::ALL
                    .iter()
                    .find(|value| value.as_str() == text)
                    .copied()
                    .ok_or_else(|| {
                        $(if let Some(invalid) = $explain(text) { return invalid; })?
                        $crate::value::no_such_choice(text, &[$($text),+])
                    })
            }
        }
    };
    (@rule $first:literal $(, $rest:literal)*) => {
        concat!("`", $first, "`" $(, ", `", $rest, "`")*)
    };
}

/// The refusal of a word that is none of the `known` ones.
#[doc(hidden)]
pub fn no_such_choice(text: &str, known: &[&str]) -> Invalid {
    let message = match known.len() {
        ..=LISTED => format!("{} is not one of {}", quote(text), either(known)),
        many => format!("{} is none of the {many} known values", quote(text)),
    };
    let invalid = Invalid::new(codes::BAD_VALUE, message);
    match (crate::diagnostic::did_you_mean(text, known.iter().copied()), known) {
        (Some(word), _) => invalid.help(format!("did you mean `{word}`?")),
        (None, [first, second, ..]) if known.len() > LISTED => invalid
            .help(format!("use {}, or another that the reference lists", either(&[first, second]))),
        (None, _) => invalid,
    }
}
