//! What the images of a working tree run at first, before any of them could be bumped.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::Asked;
use super::{Intent, Order, Rules};
use crate::diagnostic::{Diagnostic, codes};
use crate::git::Ancestry;
use crate::image::{self, Lock, Pin};
use crate::project::Project;
use crate::stack::Stack;
use crate::tree;

/// The locks with entries for images that have none yet, by path.
///
/// # Errors
/// Everything that is wrong: images that no stack has, or several, or that are locked already, and
/// what their policies do not take.
pub fn first(
    project: &Project,
    only: &[String],
    intents: &[Intent],
) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let (roots, mut problems) = tree::read(project, only);
    let mut pins: BTreeMap<&str, BTreeMap<String, Pin>> = BTreeMap::new();
    for intent in intents {
        match of(intent, &roots) {
            Ok(pinned) => {
                for (root, pin) in pinned {
                    let twice = pins.entry(root).or_default().insert(intent.image.clone(), pin);
                    problems.extend(twice.map(|_| {
                        let message = format!("`{intent}` is named twice");
                        Diagnostic::error(codes::BAD_BUMP, message).help("name each image once")
                    }));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.iter().any(Diagnostic::is_error) {
        return Err(problems);
    }
    let text = |(stack, lock): &(Stack, Option<Lock>)| {
        let pins = pins.get(stack.root.as_str())?;
        let path = format!("{}/{}/{}", project.stacks(), stack.root, image::FILE);
        Some((path, Lock::pinned(lock.as_ref(), stack, pins)))
    };
    Ok(roots.iter().filter_map(text).collect())
}

/// The roots in which an image gets its first entry, and what that is.
fn of<'a>(
    intent: &Intent,
    roots: &'a [(Stack, Option<Lock>)],
) -> Result<Vec<(&'a str, Pin)>, Diagnostic> {
    let which = |message: String| Diagnostic::error(codes::WHICH_IMAGE, message);
    let is_meant = |root: &str| intent.stack.as_ref().is_none_or(|stack| tree::is_in(root, stack));
    let meant = roots.iter().filter(|(stack, _)| is_meant(&stack.root));
    let having: Vec<_> = meant
        .filter_map(|(stack, lock)| {
            let image = stack.deployable(&intent.image).filter(|image| !image.by_flux)?;
            Some((stack, lock, image))
        })
        .collect();
    if having.is_empty() {
        let known: BTreeSet<&str> = roots
            .iter()
            .flat_map(|(stack, _)| stack.deployables())
            .map(|(label, _)| label)
            .collect();
        return Err(which(format!("no stack has an image `{intent}`")).did_you_mean(
            &intent.image,
            known,
            |diagnostic| diagnostic.help("declare it in the description first"),
        ));
    }
    let is_new = |lock: &Option<Lock>| {
        !lock.as_ref().is_some_and(|lock| lock.entries.contains_key(&intent.image))
    };
    let new: Vec<_> = having.into_iter().filter(|(_, lock, _)| is_new(lock)).collect();
    let systems: BTreeSet<&str> = new.iter().map(|(stack, ..)| stack.system()).collect();
    match systems.into_iter().collect::<Vec<_>>().as_slice() {
        [] => Err(which(format!("`{intent}` is locked already"))
            .help(format!("move it with `stackwright bump {intent}=…`"))),
        [_] => {
            let order = Order {
                ancestry: &|_, _| Ancestry::Unknown,
                pushed: &BTreeMap::new(),
                seen: &BTreeMap::new(),
            };
            let pin = |(stack, _, image): &(&'a Stack, _, image::Deployable<'_>)| {
                let (label, wanted) = (&intent.image, &intent.wanted);
                let asked = Asked { stack: &stack.root, label, image, from: None, wanted };
                Ok((stack.root.as_str(), asked.decide(&Rules::default(), &order)?.0))
            };
            new.iter().map(pin).collect()
        }
        [one, ..] => {
            let all: Vec<String> =
                new.iter().map(|(stack, ..)| format!("`{}`", stack.root)).collect();
            Err(which(format!("{} each have an image `{intent}`", all.join(", ")))
                .help(format!("say which: `{one}/{}=…`", intent.image)))
        }
    }
}
