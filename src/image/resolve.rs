//! What the policies of a stack make of the tags that there are.

use std::cmp::Ordering;

use super::{Candidate, Lock, Policy, Resolution};
use crate::component::Image;
use crate::stack::Stack;

/// What the policy of one image makes of some tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The stack.
    pub stack: String,
    /// The image's label.
    pub image: String,
    /// Its policy.
    pub policy: Policy,
    /// What it is locked to.
    pub locked: Option<Candidate>,
    /// What the policy takes.
    pub resolution: Resolution,
    /// How that stands to what is locked; `None` when nothing is taken.
    pub standing: Option<Standing>,
}

/// How the tag that a policy takes stands to the one that is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is locked.
    First,
    /// It is newer.
    Newer,
    /// It is the same, or as new.
    Same,
    /// It is older: going there would be a rollback.
    Older,
    /// Nothing says which is newer.
    Unordered,
}

impl Standing {
    /// For machines: `first`, `newer`, `same`, `older` or `unordered`.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Newer => "newer",
            Self::Same => "same",
            Self::Older => "older",
            Self::Unordered => "unordered",
        }
    }
}

/// What the policies of a stack's images, all or those of these labels, make of the tags that
/// `source` gives for each.
///
/// # Errors
/// The first that `source` gives.
pub fn resolve<E>(
    stack: &Stack,
    lock: Option<&Lock>,
    only: &[String],
    mut source: impl FnMut(&str, &Image) -> Result<Vec<Candidate>, E>,
) -> Result<Vec<Resolved>, E> {
    let images = stack.all::<Image>().into_iter();
    let mut all = Vec::new();
    for (label, image) in images.filter(|(l, _)| only.is_empty() || only.iter().any(|o| o == l)) {
        let candidates = source(label, image)?;
        let locked = lock.and_then(|lock| locked(lock, label, &candidates));
        let resolution = image.policy.newest(&candidates);
        let standing = resolution.chosen.as_ref().map(|chosen| {
            let Some(locked) = &locked else { return Standing::First };
            match image.policy.compare(locked, chosen) {
                Some(Ordering::Less) => Standing::Newer,
                Some(Ordering::Equal) => Standing::Same,
                Some(Ordering::Greater) => Standing::Older,
                None => Standing::Unordered,
            }
        });
        all.push(Resolved {
            stack: stack.name.clone(),
            image: label.to_owned(),
            policy: image.policy.clone(),
            locked,
            resolution,
            standing,
        });
    }
    Ok(all)
}

/// What an image is locked to. The lock does not keep when that was pushed; the candidates may.
fn locked(lock: &Lock, label: &str, candidates: &[Candidate]) -> Option<Candidate> {
    let entry = lock.entries.get(label)?;
    let tag = entry.pin.tag.clone()?;
    let known = candidates.iter().find(|candidate| candidate.tag == tag);
    let pushed = known.and_then(|known| known.pushed);
    Some(Candidate { tag, digest: entry.pin.digest.clone(), pushed })
}
