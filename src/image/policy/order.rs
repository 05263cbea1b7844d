//! Which of some tags an image should run, and why not the others.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::DateTime;
use semver::Version;

use super::Policy;
use crate::value::{Digest, Tag, misordered};

/// A tag that a registry has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The tag.
    pub tag: Tag,
    /// The digest that it names, where it was asked for.
    pub digest: Option<Digest>,
    /// When it was pushed, where the registry tells.
    pub pushed: Option<jiff::Timestamp>,
}

/// Why a tag is not the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The policy does not take it; these are its words.
    Refused(String),
    /// The one that was taken is newer.
    Older,
    /// It is as new as the one that was taken, which comes after it by name.
    AsNew,
    /// The policy has no order, so it can be taken by name only.
    Unordered,
}

impl Reason {
    /// For machines: `refused`, `older`, `as-new` or `unordered`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Older => "older",
            Self::AsNew => "as-new",
            Self::Unordered => "unordered",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused(why) => why,
            Self::Older => "older",
            Self::AsNew => "as new, and before it by name",
            Self::Unordered => "can be named to `stackwright bump`; nothing says that it is newer",
        })
    }
}

/// A tag that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The tag.
    pub candidate: Candidate,
    /// Why.
    pub reason: Reason,
}

/// What a policy makes of the tags of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The tag that the policy takes.
    pub chosen: Option<Candidate>,
    /// All others: first those that it could take, newest first, then those that it never takes, by
    /// name.
    pub passed: Vec<Passed>,
}

/// What a policy orders tags by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Version(Precedence),
    Time(DateTime),
    /// Without leading zeros: by the number of digits, then by digits, so that none is too large.
    Number(usize, String),
    Pushed(jiff::Timestamp),
}

/// A version by its precedence, to which build metadata does not count (Semantic Versioning 2.0.0,
/// item 10).
#[derive(Debug, Clone)]
struct Precedence(Version);

impl Ord for Precedence {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp_precedence(&other.0)
    }
}

impl PartialOrd for Precedence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Precedence {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Precedence {}

impl Policy {
    /// Says whether an image with this policy may run a tag.
    ///
    /// # Errors
    /// Why not, in a few words.
    pub fn accepts(&self, tag: &Tag) -> Result<(), String> {
        let text = tag.as_str();
        let matched = |pattern: &crate::value::TagPattern| match pattern.matches(text) {
            true => Ok(()),
            false => Err(format!("does not match `{pattern}`")),
        };
        match self {
            Self::Commit(policy) => match &policy.tags {
                Some(pattern) => matched(pattern),
                None if text == "latest" => Err("moves with every push".to_owned()),
                None => Ok(()),
            },
            Self::Semver(_) => self.version(text).map(|_| ()),
            Self::Timestamp(policy) => matched(&policy.tags).and_then(|()| {
                self.time(text).map(|_| ()).ok_or_else(|| {
                    let held = self.held(text).unwrap_or_default();
                    format!("`{held}` is no time of the format `{}`", policy.format.0)
                })
            }),
            Self::Number(policy) => matched(&policy.tags).and_then(|()| {
                self.number(text).map(|_| ()).ok_or_else(|| "says no number".to_owned())
            }),
            Self::Pushed(policy) => matched(&policy.tags),
            Self::Moving(policy) if policy.tag.0 == *tag => Ok(()),
            Self::Moving(policy) => Err(format!("is not `{}`", policy.tag.0)),
        }
    }

    /// How two tags stand to each other, as [`Ord::cmp`] has it: `Less` when `candidate` is newer
    /// than `locked`, `Greater` when it would be a rollback. `None` when nothing says so: the policy
    /// has no order (`commit`, `moving`), does not take one of the tags, or misses a push time.
    ///
    /// The same tag with the same digest is `Equal` under every policy.
    pub fn compare(&self, locked: &Candidate, candidate: &Candidate) -> Option<Ordering> {
        let is_same = |digest: &Option<Digest>| digest.is_none() || *digest == locked.digest;
        if locked.tag == candidate.tag && is_same(&candidate.digest) {
            return Some(Ordering::Equal);
        }
        match (self.key(locked), self.key(candidate)) {
            (Ok(locked), Ok(candidate)) => Some(locked.cmp(&candidate)),
            _ => None,
        }
    }

    /// The newest of some tags. The order in which they come does not matter: of tags that are
    /// equally new, the last by name is taken.
    pub fn newest(&self, candidates: &[Candidate]) -> Resolution {
        let mut candidates: Vec<&Candidate> = candidates.iter().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let (mut taken, mut passed) = (Vec::new(), Vec::new());
        for candidate in candidates {
            match self.key(candidate) {
                Ok(key) => taken.push((Some(key), candidate)),
                // A moving tag is the only one, and needs no order.
                Err(Reason::Unordered) if matches!(self, Self::Moving(_)) => {
                    taken.push((None, candidate));
                }
                Err(reason) => passed.push(Passed { candidate: candidate.clone(), reason }),
            }
        }
        taken.sort_by(|a, b| b.cmp(a));
        let mut taken = taken.into_iter();
        let first = taken.next();
        let older = taken.map(|(key, candidate)| {
            let is_tie = first.as_ref().is_some_and(|(first, _)| *first == key);
            let reason = if is_tie { Reason::AsNew } else { Reason::Older };
            Passed { candidate: candidate.clone(), reason }
        });
        let mut passed_over: Vec<Passed> = older.collect();
        passed.sort_by_key(|passed| passed.reason != Reason::Unordered);
        passed_over.extend(passed);
        Resolution { chosen: first.map(|(_, candidate)| candidate.clone()), passed: passed_over }
    }

    fn key(&self, candidate: &Candidate) -> Result<Key, Reason> {
        self.accepts(&candidate.tag).map_err(Reason::Refused)?;
        let text = candidate.tag.as_str();
        let key = match self {
            Self::Commit(_) | Self::Moving(_) => None,
            Self::Semver(_) => self.version(text).ok().map(|v| Key::Version(Precedence(v))),
            Self::Timestamp(_) => self.time(text).map(Key::Time),
            Self::Number(_) => {
                self.number(text).map(|digits| Key::Number(digits.len(), digits.to_owned()))
            }
            Self::Pushed(_) => {
                let pushed = candidate.pushed.map(Key::Pushed);
                return pushed
                    .ok_or_else(|| Reason::Refused("nothing says when it was pushed".to_owned()));
            }
        };
        key.ok_or(Reason::Unordered)
    }

    /// What the pattern's one named group holds.
    fn held<'t>(&self, tag: &'t str) -> Option<&'t str> {
        let pattern = self.tags()?;
        pattern.group(pattern.groups().first()?, tag)
    }

    fn time(&self, tag: &str) -> Option<DateTime> {
        let Self::Timestamp(policy) = self else { return None };
        policy.format.read(self.held(tag)?)
    }

    fn number<'t>(&self, tag: &'t str) -> Option<&'t str> {
        let digits = self.held(tag)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.trim_start_matches('0'))
    }

    /// The version that a tag says, if a semver policy takes it.
    fn version(&self, tag: &str) -> Result<Version, String> {
        let Self::Semver(policy) = self else { return Err("is no version".to_owned()) };
        let (prefix, range) = (policy.prefix.as_str(), &policy.range.0);
        let text =
            tag.strip_prefix(prefix).ok_or_else(|| format!("does not begin with `{prefix}`"))?;
        let version =
            Version::parse(text).map_err(|error| format!("`{text}` is no version: {error}"))?;
        if range.takes(&version) {
            return match misordered(&version.pre) {
                None => Ok(version),
                Some((nine, ten)) => Err(format!(
                    "is a pre-release whose number is ordered as text: `{nine}` would be newer than `{ten}`"
                )),
            };
        }
        let release = Version::new(version.major, version.minor, version.patch);
        Err(match version.pre.is_empty() {
            true => format!("is not in `{range}`"),
            false => format!(
                "is a pre-release: `{range}` takes those only where it names a pre-release of {release}"
            ),
        })
    }
}
