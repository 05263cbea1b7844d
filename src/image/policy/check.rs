//! What a policy cannot mean, with the tag that shows it.

use std::sync::LazyLock;

use regex_syntax::hir::Hir;

use super::Policy;
use crate::diagnostic::{Code, Diagnostic, Span, codes};
use crate::stack::field::Literal;
use crate::value::tag_language::{TagLanguage, TooComplex, example, twins};
use crate::value::{PRE_RELEASE, Producer, RELEASE, Stray, Tag, TagPattern};

/// Abbreviated and whole commit hashes and nothing else.
static BARE_COMMIT: LazyLock<TagLanguage> =
    LazyLock::new(|| TagLanguage::of_ours("[0-9a-f]{7,40}|[0-9a-f]{64}"));

/// What is wrong with a policy of an image for which `produced` is pushed.
pub fn check(policy: &Policy, produced: &[Literal<Producer>]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let found = order(policy).and_then(|problem| {
        problems.extend(problem);
        problems.extend(deploy_source(policy, produced)?);
        problems.extend(never_produced(policy, produced)?);
        Ok(())
    });
    if found == Err(TooComplex) {
        problems.push(
            refuse(codes::BAD_PATTERN, policy, "the pattern is too complex to be checked")
                .help("a tag has at most 128 characters: write a simpler one"),
        );
    }
    problems
}

fn refuse(code: Code, policy: &Policy, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).at(policy.place(), "")
}

/// What a policy takes and does not order.
fn order(policy: &Policy) -> Result<Option<Diagnostic>, TooComplex> {
    let (pattern, allowed, what) = match policy {
        Policy::Number(number) => {
            (&number.tags.0, TagLanguage::of_ours("[0-9]+"), "a number".to_owned())
        }
        Policy::Timestamp(timestamp) => {
            let format = &timestamp.format.0;
            (&timestamp.tags.0, format.shape(), format!("a time of the format `{format}`"))
        }
        _ => return Ok(None),
    };
    let no_order = |message: String| refuse(codes::NO_ORDER, policy, message);
    let groups = pattern.groups();
    let [group] = groups.as_slice() else {
        let problem = match groups.len() {
            0 => "the pattern does not say what orders its tags".to_owned(),
            n => {
                format!("the pattern has {n} named groups: one of them orders its tags, but which")
            }
        };
        let name = if matches!(policy, Policy::Number(_)) { "n" } else { "ts" };
        return Ok(Some(
            no_order(problem).help(format!("name the group that holds {what}: `(?P<{name}>…)`")),
        ));
    };
    if pattern.repeats(group) {
        return Ok(Some(
            no_order(format!("the group `{group}` repeats, so that only its last round counts"))
                .help("put the repetition into the group"),
        ));
    }
    Ok(match pattern.stray(group, &allowed)? {
        Some(Stray { part: Some(part), tag }) => {
            let held = if part.is_empty() { "nothing".to_owned() } else { format!("`{part}`") };
            Some(
                no_order(format!("the group `{group}` can hold {held}, as in `{tag}`: not {what}"))
                    .help(narrower(policy, group)),
            )
        }
        Some(Stray { part: None, tag }) => Some(
            no_order(format!("`{tag}` matches without the group `{group}` that orders it"))
                .help("take out what makes the group optional"),
        ),
        None if let Policy::Timestamp(timestamp) = policy
            && example(&[&pattern.with_group(group, &timestamp.format.values())?], &[])?
                .is_none() =>
        {
            let format = &timestamp.format.0;
            Some(
                no_order(format!("the group `{group}` holds no {}", &what[2..]))
                    .help(format!("`{format}` is written as `{}`", format.example())),
            )
        }
        None => None,
    })
}

/// The group as it should be.
fn narrower(policy: &Policy, group: &str) -> String {
    match policy {
        Policy::Timestamp(timestamp) => {
            let example = timestamp.format.example();
            let digit = |c: char| if c.is_ascii_digit() { '0' } else { c };
            let shape: String = example.chars().map(digit).collect();
            let mut pattern = String::new();
            for piece in shape.as_bytes().chunk_by(|a, b| a == b) {
                match piece[0] {
                    b'0' => pattern.push_str(&format!("[0-9]{{{}}}", piece.len())),
                    b'.' => pattern.push_str("[.]"),
                    c => pattern.push_str(&char::from(c).to_string().repeat(piece.len())),
                }
            }
            format!("write `(?P<{group}>{pattern})` for times such as `{example}`")
        }
        _ => format!("write `(?P<{group}>[0-9]+)`"),
    }
}

/// The refusal of an order that is none.
pub(super) fn alphabetical(tags: Option<&TagPattern>, span: Span) -> Diagnostic {
    let found = |one: &str, other: &str| {
        tags.and_then(|tags| twins(tags.language(), one, other).ok().flatten())
    };
    let message = match (found("9", "10"), found("0", "1"), tags) {
        (Some((nine, ten)), _, _) => {
            format!("`alphabetical` takes `{nine}` for newer than `{ten}`")
        }
        (None, Some((zero, one)), _) => format!(
            "`alphabetical` takes `{one}` for newer than `{zero}`, whichever was built first"
        ),
        (None, None, Some(_)) => "the alphabet says nothing of which tag is newer".to_owned(),
        (None, None, None) => "`alphabetical` takes `v1.9.0` for newer than `v1.10.0`".to_owned(),
    };
    Diagnostic::error(codes::NO_ORDER, message).at(span, "").help(
        "say what orders the tags: `semver` for versions, `timestamp` or `number` for what stands in \
         them, `pushed` for hashes",
    )
}

/// Tags that say nothing of where they are meant to run.
fn deploy_source(
    policy: &Policy,
    produced: &[Literal<Producer>],
) -> Result<Option<Diagnostic>, TooComplex> {
    let refuse = |message: String| refuse(codes::DEPLOY_SOURCE, policy, message);
    if let Policy::Moving(moving) = policy {
        let tag = moving.tag.as_str();
        return Ok(BARE_COMMIT.contains(tag).then(|| {
            refuse(format!("`{tag}` is a commit's hash, which does not move"))
                .help("name it to `stackwright bump`, with `policy = \"commit\"`")
        }));
    }
    let Some(pattern) = policy.tags() else { return Ok(None) };
    if pattern.matches("latest") {
        return Ok(Some(
            refuse("the pattern takes `latest`, which moves with every push".to_owned())
                .help("narrow the pattern, or follow that tag with `policy \"moving\"`"),
        ));
    }
    // A caller who names a hash means it; a time of so many digits is one.
    if !matches!(policy, Policy::Pushed(_) | Policy::Number(_)) {
        return Ok(None);
    }
    let hashes: Vec<&TagLanguage> = match produced {
        [] => vec![&*BARE_COMMIT],
        rules => {
            let bare = rules.iter().filter(|rule| rule.is_bare_commit());
            bare.map(|rule| rule.language()).collect()
        }
    };
    for hash in hashes {
        if let Some(tag) = example(&[pattern.language(), hash], &[])? {
            let help = match policy {
                Policy::Number(_) => {
                    "begin build numbers with what no hash has, as in `build-7`, or say with `produced` that no hashes are pushed"
                }
                _ => {
                    "let the tags of each environment begin with its name, or call `stackwright bump` with `policy = \"commit\"`"
                }
            };
            return Ok(Some(
                refuse(format!(
                    "the pattern takes bare commit hashes such as `{tag}`: any branch's image would be deployed"
                ))
                .help(help),
            ));
        }
    }
    Ok(None)
}

/// A filter that takes nothing of what is pushed.
fn never_produced(
    policy: &Policy,
    produced: &[Literal<Producer>],
) -> Result<Option<Diagnostic>, TooComplex> {
    let (Some(filter), Some(first)) = (language(policy)?, produced.first()) else {
        return Ok(None);
    };
    for rule in produced {
        if example(&[&filter, rule.language()], &[])?.is_some() {
            return Ok(None);
        }
    }
    let pushed = example(&[first.language()], &[])?.unwrap_or_default();
    let taken = example(&[&filter], &[])?.unwrap_or_default();
    let message = format!(
        "no tag that is pushed is ever taken: `{pushed}` is pushed, `{taken}` would be taken"
    );
    Ok(Some(
        refuse(codes::NEVER_TAKEN, policy, message)
            .help(format!("`produced` says that tags are pushed as {}", list(produced))),
    ))
}

fn list(produced: &[Literal<Producer>]) -> String {
    produced.iter().map(|rule| format!("`{}`", rule.0)).collect::<Vec<_>>().join(" or ")
}

/// The tags that a policy takes, and some more where a range or a calendar decides; `None` where
/// its caller decides.
pub(super) fn language(policy: &Policy) -> Result<Option<TagLanguage>, TooComplex> {
    Ok(match policy {
        Policy::Semver(semver) => {
            let prefix = regex_syntax::escape(semver.prefix.as_str());
            let pre = if semver.range.names_prereleases() { PRE_RELEASE } else { "" };
            Some(TagLanguage::of_ours(&format!("{prefix}{RELEASE}{pre}")))
        }
        Policy::Timestamp(timestamp) => match timestamp.tags.groups().first() {
            Some(group) => Some(timestamp.tags.with_group(group, &timestamp.format.values())?),
            None => Some(timestamp.tags.language().clone()),
        },
        Policy::Moving(moving) => {
            Some(TagLanguage::of(&Hir::literal(moving.tag.as_str().as_bytes()))?)
        }
        _ => policy.tags().map(|pattern| pattern.language().clone()),
    })
}

/// A tag that both policies take.
pub(super) fn common_tag(one: &Policy, other: &Policy) -> Result<Option<Tag>, TooComplex> {
    use crate::value::Scalar as _;
    let (Some(first), Some(second)) = (language(one)?, language(other)?) else { return Ok(None) };
    let mut tags: Vec<String> = example(&[&first, &second], &[])?.into_iter().collect();
    for policy in [one, other] {
        if let Policy::Semver(semver) = policy {
            let prefix = semver.prefix.as_str();
            tags.extend(semver.range.corners().iter().map(|version| format!("{prefix}{version}")));
        }
    }
    let tags = tags.iter().filter_map(|tag| Tag::parse(tag).ok());
    Ok(tags.into_iter().find(|tag| one.accepts(tag).is_ok() && other.accepts(tag).is_ok()))
}
