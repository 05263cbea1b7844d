//! What registries add to a bump: the newest image that each policy takes, and digests of tags.

use std::collections::BTreeMap;

use super::apply::{failed, open};
use super::{Bump, Intent, Problems, Wanted, one};
use crate::component::{Artifact, Image};
use crate::diagnostic::{Diagnostic, codes};
use crate::git::Snapshot;
use crate::image::registry::{Address, Host, Registry};
use crate::image::{self, Asked, Lock, Pin, Policy, Resolved, Standing};
use crate::project::Project;
use crate::stack::Stack;
use crate::tree;

/// Stacks with their locks.
type Stacks = Vec<(Stack, Option<Lock>)>;

impl Bump {
    /// Asks registries for the newest image that each policy takes, and makes intents of them: for
    /// the images that were named without a value, or for all that have a policy other than
    /// `commit`. Images that were named with a value stay as they are.
    ///
    /// # Errors
    /// Everything that keeps an image from being resolved.
    pub fn ask_for_newest(
        &mut self,
        registry: &Registry,
        own: Option<&Host>,
        progress: &dyn Fn(&str),
    ) -> Result<Vec<Resolved>, Problems> {
        let (project, stacks) = self.stacks_of_branch(progress)?;
        let (named, mut intents): (Vec<Intent>, Vec<Intent>) =
            std::mem::take(&mut self.intents).into_iter().partition(|it| it.wanted.is_empty());
        let mut problems = unknown(&stacks, &named);
        let mut resolved = Vec::new();
        // An image of many stacks is asked for once.
        let mut known: BTreeMap<(Address, String), Asked> = BTreeMap::new();
        for (stack, lock) in &stacks {
            let is_named = |label: &str| {
                named.iter().any(|it| {
                    it.image == label && it.stack.as_ref().is_none_or(|name| is_of(stack, name))
                })
            };
            let labels: Vec<String> = stack
                .all::<Image>()
                .into_iter()
                .filter(|(label, image)| match named.is_empty() {
                    true => image.flux.is_none() && !matches!(image.policy, Policy::Commit(_)),
                    false => is_named(label),
                })
                .map(|(label, _)| label.to_owned())
                .collect();
            if labels.is_empty() {
                continue;
            }
            self.seen.extend(labels.iter().map(|label| seen(stack, lock.as_ref(), label)));
            let source = |label: &str, image: &Image| -> Result<Asked, std::convert::Infallible> {
                progress(&format!("asking for {}/{label}", stack.root));
                let asked = commit_policy(label, image).map_or_else(
                    || {
                        let address = image::address(stack, image, own)?;
                        let key = (address.clone(), image.policy.to_string());
                        if let Some(asked) = known.get(&key) {
                            return Ok(asked.clone());
                        }
                        let asked = image::ask(registry, &address, &image.policy)?;
                        known.insert(key, asked.clone());
                        Ok(asked)
                    },
                    Err,
                );
                Ok(asked.unwrap_or_else(|problem| {
                    problems.push(problem);
                    Asked::default()
                }))
            };
            let Ok(of_stack) = image::resolve(stack, lock.as_ref(), &labels, source);
            resolved.extend(of_stack);
        }
        if resolved.is_empty() && problems.is_empty() && intents.is_empty() {
            problems.push(
                Diagnostic::error(codes::BAD_BUMP, "no image has a policy that a registry can answer")
                    .help("give one a policy other than `commit`, which leaves it to the caller to say what runs"),
            );
        }
        for resolved in &resolved {
            match self.intent(resolved, &stacks, registry, own) {
                Ok(intent) => intents.extend(intent),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(failed(project, problems));
        }
        self.intents = intents;
        Ok(resolved)
    }

    /// The intent to run what a policy takes, with its digest.
    fn intent(
        &mut self,
        resolved: &Resolved,
        stacks: &Stacks,
        registry: &Registry,
        own: Option<&Host>,
    ) -> Result<Option<Intent>, Diagnostic> {
        let Some(chosen) = &resolved.resolution.chosen else { return Ok(None) };
        let mut push_time = |tag: &crate::value::Tag, pushed: Option<jiff::Timestamp>| {
            let key = (resolved.stack.clone(), resolved.image.clone(), tag.clone());
            self.pushed.extend(pushed.map(|pushed| (key, pushed)));
        };
        push_time(&chosen.tag, chosen.pushed);
        if let Some(locked) = &resolved.locked {
            push_time(&locked.tag, locked.pushed);
        }
        let locked_digest = resolved.locked.as_ref().and_then(|locked| locked.digest.as_ref());
        // A tag that was pushed anew is for `images verify` to complain of, not for a bump to take.
        let same_tag = resolved.locked.as_ref().is_some_and(|locked| locked.tag == chosen.tag);
        let pinned =
            same_tag && locked_digest.is_some() && !matches!(resolved.policy, Policy::Moving(_));
        let digest = match &chosen.digest {
            _ if pinned || resolved.standing == Some(Standing::Older) => None,
            Some(digest) => Some(digest.clone()),
            None => {
                let found = stacks.iter().find(|(stack, _)| stack.root == resolved.stack);
                let image = found.and_then(|(stack, _)| {
                    Some((stack, stack.component::<Image>(&resolved.image)?))
                });
                let Some((stack, image)) = image else { return Ok(None) };
                let address = image::address(stack, image, own)?;
                Some(registry.digest(&address, &chosen.tag).map_err(|error| error.diagnostic())?)
            }
        };
        Ok(Some(Intent {
            stack: Some(resolved.stack.clone()),
            image: resolved.image.clone(),
            wanted: Wanted { tag: Some(chosen.tag.clone()), digest },
        }))
    }

    /// Asks registries for the digest of each tag that was named without one. An image that is not
    /// there is an error.
    ///
    /// # Errors
    /// Each image that a registry does not have, or that cannot be asked for.
    pub fn ask_for_digests(
        &mut self,
        registry: &Registry,
        own: Option<&Host>,
        progress: &dyn Fn(&str),
    ) -> Result<(), Problems> {
        let (project, stacks) = self.stacks_of_branch(progress)?;
        let mut problems = Vec::new();
        for intent in &mut self.intents {
            let Wanted { tag: Some(tag), digest: None } = &intent.wanted else { continue };
            let of = |(stack, _): &&(Stack, Option<Lock>)| {
                intent.stack.as_ref().is_none_or(|name| is_of(stack, name))
                    && stack.component::<Image>(&intent.image).is_some()
            };
            // Which stack is meant, and whether there is one, is found out when it is applied.
            let Some((stack, lock)) = stacks.iter().find(of) else { continue };
            let Some(image) = stack.component::<Image>(&intent.image) else { continue };
            if matches!(image.policy, Policy::Moving(_)) {
                self.seen.extend([seen(stack, lock.as_ref(), &intent.image)]);
            }
            progress(&format!("asking for {intent}"));
            let digest = image::address(stack, image, own).and_then(|address| {
                registry.digest(&address, tag).map_err(|error| error.diagnostic())
            });
            match digest {
                Ok(digest) => intent.wanted.digest = Some(digest),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(failed(project, problems)) }
    }

    /// The stacks at the tip of the branch that are asked for.
    fn stacks_of_branch(&self, progress: &dyn Fn(&str)) -> Result<(Project, Stacks), Problems> {
        progress("looking at the branch");
        let broken = |error: crate::git::Error| one(error.diagnostic());
        let target = self.target().map_err(broken)?;
        let snapshot = Snapshot::of(&self.repository, target.base).map_err(broken)?;
        let project = open(&self.program, &snapshot, &self.folder)?;
        let mut only = self.stacks.clone();
        if only.is_empty() && self.intents.iter().all(|intent| intent.stack.is_some()) {
            only.extend(self.intents.iter().filter_map(|intent| intent.stack.clone()));
        }
        let (stacks, problems) = tree::read(&project, &only);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(failed(project, problems));
        }
        Ok((project, stacks))
    }
}

/// Whether a stack, or a part of it, is meant by a name.
fn is_of(stack: &Stack, name: &str) -> bool {
    tree::is_in(&stack.root, name)
}

/// What an image is locked to now.
fn seen(stack: &Stack, lock: Option<&Lock>, label: &str) -> ((String, String), Pin) {
    let entry = lock.and_then(|lock| lock.entries.get(label));
    let pin = entry.map(|entry| entry.pin.clone()).unwrap_or_default();
    ((stack.root.clone(), label.to_owned()), pin)
}

/// The complaint about an image that was named, and whose policy no registry can answer.
fn commit_policy(label: &str, image: &Image) -> Option<Diagnostic> {
    let Policy::Commit(_) = image.policy else { return None };
    let message =
        format!("`{label}` has the policy `commit`: only the caller knows what it is to run");
    Some(
        Diagnostic::error(codes::BAD_BUMP, message)
            .at(image.origin.field("policy").or(image.origin.head), "")
            .help(format!("write `{label}=<tag>`, or give it another policy")),
    )
}

/// Complaints about images that no stack has.
fn unknown(stacks: &Stacks, named: &[Intent]) -> Vec<Diagnostic> {
    let artifact = |intent: &&Intent| {
        stacks.iter().any(|(stack, _)| stack.component::<Artifact>(&intent.image).is_some())
    };
    let (artifacts, named): (Vec<&Intent>, Vec<&Intent>) = named.iter().partition(artifact);
    let untold = artifacts.into_iter().map(|intent| {
        let message = format!("`{intent}` is an artifact, of which no registry tells");
        Diagnostic::error(codes::BAD_BUMP, message).help(format!(
            "write `{intent}=<tag>`, `{intent}=sha256:…`, or both with an `@` between"
        ))
    });
    let labels: Vec<&str> = stacks
        .iter()
        .flat_map(|(stack, _)| stack.all::<Image>().into_iter().map(|(label, _)| label))
        .collect();
    let missing = named.iter().filter(|intent| !labels.contains(&intent.image.as_str()));
    let missing = missing.map(|intent| {
        let message = format!("no stack has an image `{intent}`");
        let diagnostic = Diagnostic::error(codes::WHICH_IMAGE, message);
        diagnostic.did_you_mean(&intent.image, labels.iter().copied(), |diagnostic| diagnostic)
    });
    untold.chain(missing).collect()
}
