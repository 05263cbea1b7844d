//! Image policies: which tags of a repository an image may run, and which of two is newer.
//!
//! A policy has one order, said by its kind. What it cannot order, it says so; what would seem to
//! order and does not, is refused while reading ([`check()`]).

mod check;
mod environments;
mod order;
#[cfg(test)]
mod tests;

use std::fmt;

use hcl::edit::expr::Expression as Source;
use hcl::edit::structure::Block as SourceBlock;

pub use check::check;
pub use environments::{Use, shared_tags, uses};
pub use order::{Candidate, Passed, Reason, Resolution};

use crate::block;
use crate::build::{Give, Given};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::Expr;
use crate::stack::block::{Block as _, Origin};
use crate::stack::field::{Entry, Field, Literal, Type, Variant};
use crate::stack::read::Reader;
use crate::value::{Scalar as _, Tag, TagPattern, TagPrefix, TimeFormat, VersionRange};

block! {
    /// Whoever calls `stackwright bump` says which tag: a commit hash has no order.
    pub struct Commit {
        /// The tags that can be named; any but `latest` when it is not written.
        tags: Option<Literal<TagPattern>>,
    }
}

block! {
    /// The highest version in a range, by Semantic Versioning 2.0.0. A pre-release is taken only
    /// where the range names one of the same version.
    pub struct Semver {
        /// The versions that are taken.
        range: Literal<VersionRange> = Literal(VersionRange::default()),
        /// What stands before the version in tags.
        prefix: Literal<TagPrefix> = Literal(TagPrefix::none()),
    }
}

block! {
    /// The latest time that tags say.
    pub struct Timestamp {
        /// The tags that are taken. The time is what its one named group holds:
        /// `^stg-[0-9a-f]{7}-(?P<ts>[0-9]{14})$`.
        tags: Literal<TagPattern>,
        /// How the time is written, in UTC.
        format: Literal<TimeFormat>,
    }
}

block! {
    /// The highest number that tags say.
    pub struct Number {
        /// The tags that are taken. The number is what its one named group holds:
        /// `^build-(?P<n>[0-9]+)$`.
        tags: Literal<TagPattern>,
    }
}

block! {
    /// The image that was pushed last, by the registry's clock.
    pub struct Pushed {
        /// The tags that are taken.
        tags: Literal<TagPattern>,
    }
}

block! {
    /// Whatever one tag names now, by its digest. Tags must be mutable in the repository.
    pub struct Moving {
        /// The tag.
        tag: Literal<Tag>,
    }
}

block! {
    /// The order that is refused, with the tags that it puts in the wrong order.
    pub struct Alphabetical {
        /// The tags that it would order.
        tags: Option<Literal<TagPattern>>,
        /// Flux's direction.
        order: Option<Literal<String>>,
    }
}

/// Which tags an image may run, and which of two is newer.
#[derive(Debug, Clone, PartialEq)]
pub enum Policy {
    /// `policy = "commit"`
    Commit(Commit),
    /// `policy "semver"`
    Semver(Semver),
    /// `policy "timestamp"`
    Timestamp(Timestamp),
    /// `policy "number"`
    Number(Number),
    /// `policy "pushed"`
    Pushed(Pushed),
    /// `policy "moving"`
    Moving(Moving),
}

/// The kinds of policies.
const KINDS: &[&str] = &["commit", "semver", "timestamp", "number", "pushed", "moving"];

impl Default for Policy {
    fn default() -> Self {
        Self::Commit(Commit { tags: None, origin: Origin::default() })
    }
}

impl Policy {
    /// The highest number that this pattern finds in tags; `None` where it is none.
    pub(crate) fn by_number(tags: &str) -> Option<Self> {
        let tags = Literal(TagPattern::parse(tags).ok()?);
        Some(Self::Number(Number { tags, origin: Origin::default() }))
    }

    /// The highest version.
    pub(crate) fn by_version() -> Self {
        Self::Semver(Semver {
            range: Literal(VersionRange::default()),
            prefix: Literal(TagPrefix::none()),
            origin: Origin::default(),
        })
    }

    /// Its kind: `semver`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Commit(_) => "commit",
            Self::Semver(_) => "semver",
            Self::Timestamp(_) => "timestamp",
            Self::Number(_) => "number",
            Self::Pushed(_) => "pushed",
            Self::Moving(_) => "moving",
        }
    }

    /// The pattern of the tags that it takes, where it has one.
    pub fn tags(&self) -> Option<&TagPattern> {
        match self {
            Self::Commit(commit) => commit.tags.as_deref(),
            Self::Timestamp(timestamp) => Some(&timestamp.tags),
            Self::Number(number) => Some(&number.tags),
            Self::Pushed(pushed) => Some(&pushed.tags),
            Self::Semver(_) | Self::Moving(_) => None,
        }
    }

    /// What a tag was built from: its group `source`, its version, or the whole tag. Images that
    /// were built together have it in common.
    pub fn source<'t>(&self, tag: &'t Tag) -> &'t str {
        let tag = tag.as_str();
        match (self, self.tags()) {
            (_, Some(pattern)) => pattern.source(tag),
            (Self::Semver(semver), None) => tag.strip_prefix(semver.prefix.as_str()).unwrap_or(tag),
            (_, None) => tag,
        }
    }

    fn origin(&self) -> &Origin {
        match self {
            Self::Commit(policy) => &policy.origin,
            Self::Semver(policy) => &policy.origin,
            Self::Timestamp(policy) => &policy.origin,
            Self::Number(policy) => &policy.origin,
            Self::Pushed(policy) => &policy.origin,
            Self::Moving(policy) => &policy.origin,
        }
    }

    /// Where the rule stands by which it takes tags.
    pub fn place(&self) -> Option<Span> {
        let origin = self.origin();
        ["tags", "tag", "range"]
            .iter()
            .find_map(|name| origin.fields.get(name))
            .copied()
            .or(origin.head)
    }

    fn of_kind(reader: &Reader<'_>, kind: (&str, Span), block: &SourceBlock) -> Option<Self> {
        match kind {
            ("commit", _) => Commit::read(reader, block).map(Self::Commit),
            ("semver", _) => Semver::read(reader, block).map(Self::Semver),
            ("timestamp", _) => Timestamp::read(reader, block).map(Self::Timestamp),
            ("number", _) => Number::read(reader, block).map(Self::Number),
            ("pushed", _) => Pushed::read(reader, block).map(Self::Pushed),
            ("moving", _) => Moving::read(reader, block).map(Self::Moving),
            ("alphabetical", span) => {
                let tags = Alphabetical::read(reader, block).and_then(|policy| policy.tags);
                reader.report(check::alphabetical(tags.as_deref(), span));
                None
            }
            (other, span) => {
                reader.report(unknown(other, span));
                None
            }
        }
    }
}

/// As people say it: ``semver `>=1.0.0` after `v` ``.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::Semver(policy) => {
                write!(f, " `{}`", policy.range.0)?;
                match policy.prefix.as_str() {
                    "" => Ok(()),
                    prefix => write!(f, " after `{prefix}`"),
                }
            }
            Self::Timestamp(policy) => {
                write!(f, " `{}` in `{}`", policy.format.0, policy.tags.0)
            }
            Self::Moving(policy) => write!(f, " `{}`", policy.tag.0),
            _ => self.tags().map_or(Ok(()), |pattern| write!(f, " of `{pattern}`")),
        }
    }
}

fn unknown(kind: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::BAD_LABEL, format!("there is no policy `{kind}`")).at(span, "");
    diagnostic.did_you_mean(kind, KINDS.iter().copied(), |diagnostic| {
        let list: Vec<_> = KINDS.iter().map(|kind| format!("`{kind}`")).collect();
        diagnostic.help(format!("there is {}", list.join(", ")))
    })
}

/// A policy is given as its kind, `"commit"`, or as its block: `Semver::block().range(">=1.0.0")`.
impl Give<Policy> for &str {
    fn give(self) -> Given {
        Given::value(self)
    }
}

macro_rules! policies {
    ($($builder:ident $label:literal),+ $(,)?) => {
        $(impl Give<Policy> for $builder {
            fn give(self) -> Given {
                Given::block(Some($label), self)
            }
        })+
    };
}

policies! {
    CommitBuilder "commit",
    MovingBuilder "moving",
    NumberBuilder "number",
    PushedBuilder "pushed",
    SemverBuilder "semver",
    TimestampBuilder "timestamp",
}

impl Field for Policy {
    const IS_BLOCK: bool = true;

    fn ty() -> Type {
        let variant = |label, doc, fields| Variant { label, doc, fields };
        Type::OneOf(vec![
            variant("commit", Commit::doc(), Commit::fields()),
            variant("semver", Semver::doc(), Semver::fields()),
            variant("timestamp", Timestamp::doc(), Timestamp::fields()),
            variant("number", Number::doc(), Number::fields()),
            variant("pushed", Pushed::doc(), Pushed::fields()),
            variant("moving", Moving::doc(), Moving::fields()),
        ])
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    /// `policy = "kind"` where a kind needs nothing else, or `policy "kind" { … }`.
    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        match (entry.attribute, entry.blocks.as_slice()) {
            (Some(attribute), []) => Self::from_expr(reader, &attribute.value),
            (Some(attribute), [block, ..]) => {
                let first = reader.span(&attribute.value);
                reader.duplicate("the `policy`", reader.head(block), Some(first));
                None
            }
            (None, [first, rest @ ..]) => {
                for again in rest {
                    let place = Some(reader.head(first));
                    reader.duplicate(&format!("a `{name}` block"), reader.head(again), place);
                }
                Self::from_block(reader, first)
            }
            (None, []) => None,
        }
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        let Literal(kind) = Literal::<String>::from_expr(reader, source)?;
        let span = reader.span(source);
        let needs = match kind.as_str() {
            "timestamp" => "`tags` and the `format` of the time in them",
            "number" | "pushed" => "`tags`",
            "moving" => "its `tag`",
            _ => {
                let block = SourceBlock::new(hcl::edit::Ident::new("policy"));
                let read = Self::of_kind(reader, (&kind, span), &block)?;
                return Some(read.placed(span));
            }
        };
        reader.report(
            Diagnostic::error(codes::MISSING_FIELD, format!("the policy `{kind}` needs more"))
                .at(span, "")
                .help(format!("write a block `policy \"{kind}\" {{ … }}` with {needs}")),
        );
        None
    }

    fn from_block(reader: &Reader<'_>, block: &SourceBlock) -> Option<Self> {
        if block.labels.is_empty() {
            reader.report(
                Diagnostic::error(codes::BAD_LABEL, "a `policy` block needs its kind as a label")
                    .at(reader.head(block), "")
                    .help("write `policy \"semver\" { … }`, for example"),
            );
            return None;
        }
        Self::of_kind(reader, reader.label(block)?, block)
    }

    fn argument(&self) -> Option<Expr> {
        None
    }

    fn value(&self) -> Expr {
        Expr::from(self.kind())
    }
}

impl Policy {
    /// The policy, written as one word.
    fn placed(self, span: Span) -> Self {
        let origin = Origin { head: Some(span), ..Origin::default() };
        match self {
            Self::Commit(policy) => Self::Commit(Commit { origin, ..policy }),
            Self::Semver(policy) => Self::Semver(Semver { origin, ..policy }),
            other => other,
        }
    }
}
