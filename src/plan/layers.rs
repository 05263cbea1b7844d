//! What one layer looks up in another's state, where no state is real: the other one is applied to
//! a simulated state, as it was for what was, and as it is for what is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::compare::{Base, Failed, Planner, STATE, Target, variables};
use super::error::Error;
use super::made_up::MadeUp;
use super::providers::{self, Extent};
use super::root::{Root, States, join};
use super::server::{Serving, Validation};
use super::terraform::{DATA, Surroundings};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::transfer::{self, Held};

/// Which state of a root is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    /// That of the base.
    Base,
    /// The one that it has when what is there now is applied.
    Now,
}

/// The simulated states of roots that others look up, each made once a run.
#[derive(Debug, Default)]
pub struct Simulated {
    states: BTreeMap<(String, At), Option<State>>,
    changed: Option<BTreeSet<String>>,
    /// The roots that are being simulated: one that is looked up by what it looks up has none.
    open: Vec<String>,
}

/// A simulated state.
#[derive(Debug, Clone)]
struct State {
    bytes: Vec<u8>,
    /// Its outputs, as a state holds them.
    outputs: Value,
    /// What data sources were made up of.
    made_up: Vec<String>,
}

/// What a root looks up in others.
#[derive(Debug, Default)]
pub(super) struct LookedUp {
    /// The outputs, by data source.
    pub states: States,
    /// What in them is made up.
    pub made_up: Vec<String>,
}

/// The root beside another one that it may look up, by the name of the data source: a layer is
/// looked up by its name.
fn beside(target: &Target, name: &str) -> Option<Target> {
    target.description.as_ref()?;
    let (above, own) = target.folder.rsplit_once('/')?;
    let (system, _) = target.name.rsplit_once('/')?;
    (own != name).then(|| Target {
        name: format!("{system}/{name}"),
        folder: join(above, name),
        ..target.clone()
    })
}

impl Planner<'_> {
    /// What a root looks up in layers beside it.
    pub(super) fn look_up(
        &self,
        target: &Target,
        root: &Root,
        base: Base<'_>,
        at: At,
        extent: Extent,
    ) -> Result<LookedUp, Failed> {
        // Most roots look up nothing, and wait for nobody.
        if root.looks_up().next().is_none() {
            return Ok(LookedUp::default());
        }
        let mut known = self.simulated.lock().expect("no thread panics while it holds this");
        self.look_up_in(&mut known, target, root, base, at, extent)
    }

    fn look_up_in(
        &self,
        known: &mut Simulated,
        target: &Target,
        root: &Root,
        base: Base<'_>,
        at: At,
        extent: Extent,
    ) -> Result<LookedUp, Failed> {
        let mut found = LookedUp::default();
        let mut made_up = MadeUp::default();
        for name in root.looks_up() {
            let Some(other) = beside(target, name) else { continue };
            let Some(state) = self.state(known, &other, base, at, extent)? else { continue };
            for text in &state.made_up {
                made_up.add_text(text);
            }
            made_up.add(&state.outputs);
            found.states.insert(name.to_owned(), state.outputs);
        }
        found.made_up = made_up.texts();
        Ok(found)
    }

    /// What the simulated states hold that a layer may take things from that move into it. Where
    /// nothing was before, nothing is moved.
    pub(super) fn entering(
        &self,
        target: &Target,
        root: &mut Root,
        base: Base<'_>,
        extent: Extent,
    ) -> Result<Option<Vec<Held>>, Failed> {
        if !root.is_entered() {
            return Ok(None);
        }
        let mut known = self.simulated.lock().expect("no thread panics while it holds this");
        self.entering_in(&mut known, target, root, base, extent)
    }

    fn entering_in(
        &self,
        known: &mut Simulated,
        target: &Target,
        root: &mut Root,
        base: Base<'_>,
        extent: Extent,
    ) -> Result<Option<Vec<Held>>, Failed> {
        let (false, Some((above, _))) =
            (matches!(base, Base::Nothing) || !root.is_entered(), target.folder.rsplit_once('/'))
        else {
            root.drop_imports();
            return Ok(None);
        };
        let mut held = Vec::new();
        for entry in fs::read_dir(target.top.join(above)).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Its own state has what was moved earlier.
            let other = beside(target, &name).unwrap_or_else(|| target.clone());
            if !entry.path().is_dir() {
                continue;
            }
            let open = std::mem::take(&mut known.open);
            let state = self.state(known, &other, base, At::Base, extent);
            known.open = open;
            if let Some(state) = state? {
                let state = serde_json::from_slice(&state.bytes).unwrap_or_default();
                held.extend(transfer::held(&state));
            }
        }
        Ok(Some(held))
    }

    fn state(
        &self,
        known: &mut Simulated,
        target: &Target,
        base: Base<'_>,
        at: At,
        extent: Extent,
    ) -> Result<Option<State>, Failed> {
        let key = (target.folder.clone(), at);
        if let Some(state) = known.states.get(&key) {
            return Ok(state.clone());
        }
        if known.open.contains(&target.folder) {
            return Ok(None);
        }
        known.open.push(target.folder.clone());
        let state = match at {
            At::Base => self.state_of_base(known, target, base, extent),
            At::Now => self.state_of_now(known, target, base, extent),
        };
        known.open.pop();
        let state = state?;
        known.states.insert(key, state.clone());
        Ok(state)
    }

    fn state_of_base(
        &self,
        known: &mut Simulated,
        target: &Target,
        base: Base<'_>,
        extent: Extent,
    ) -> Result<Option<State>, Failed> {
        let Base::Commit(git, commit) = base else { return Ok(None) };
        let work = self.scratch.folder()?;
        let top = work.path().join("base");
        git.extract(commit, &target.folder, &top)?;
        let mut root = Root::read(&top, &target.folder)?;
        if root.is_empty() {
            return Ok(None);
        }
        root.drop_conditions(&top);
        root.drop_imports();
        let found = self.look_up_in(known, target, &root, base, At::Base, extent)?;
        self.simulated(target, &top, &root, (None, None), &found, extent).map(Some)
    }

    fn state_of_now(
        &self,
        known: &mut Simulated,
        target: &Target,
        base: Base<'_>,
        extent: Extent,
    ) -> Result<Option<State>, Failed> {
        let mut root = Root::read(&target.top, &target.folder)?;
        if root.is_empty() {
            return Ok(None);
        }
        let before = match base {
            Base::Nothing => None,
            Base::Commit(..) => self.state_inside(known, target, base, extent)?,
        };
        let found = self.look_up_in(known, target, &root, base, At::Now, extent)?;
        if let (Some(before), Base::Commit(git, commit)) = (&before, base) {
            let then = self.look_up_in(known, target, &root, base, At::Base, extent)?;
            if known.changed.is_none() {
                known.changed = Some(git.changed(commit)?);
            }
            let own = join(&target.folder, "");
            let mut changed = known.changed.iter().flatten();
            let is_same = !changed.any(|path| path.starts_with(&own) || root.reaches(path));
            if is_same && then.states == found.states {
                return Ok(Some(before.clone()));
            }
        }
        // Conditions are about values that are not made up; its own plan says which are not met.
        root.drop_conditions(&target.top);
        let moved = self.entering_in(known, target, &mut root, base, extent)?;
        self.simulated(target, &target.top, &root, (before.as_ref(), moved), &found, extent)
            .map(Some)
    }

    /// The state of a root's base while its present one is made.
    fn state_inside(
        &self,
        known: &mut Simulated,
        target: &Target,
        base: Base<'_>,
        extent: Extent,
    ) -> Result<Option<State>, Failed> {
        let opened = known.open.pop();
        let state = self.state(known, target, base, At::Base, extent);
        known.open.extend(opened);
        state
    }

    /// Applies a root to a simulated state: an empty one, or one that it had before, perhaps with what
    /// moves into it.
    fn simulated(
        &self,
        target: &Target,
        top: &Path,
        root: &Root,
        (from, moved): (Option<&State>, Option<Vec<Held>>),
        found: &LookedUp,
        extent: Extent,
    ) -> Result<State, Failed> {
        let work = self.scratch.folder()?;
        let needs = root.needs();
        let installed = self.installed(target, &needs, work.path())?;
        let providers = providers::wanted(&needs, extent, &self.facts, installed)?;
        let file = work.path().join(STATE);
        let facts = format!("looked up {providers:?} {:?} {:?}", needs.documents, found.states);
        // What is made of an older state follows from more than a tree.
        let key = match from {
            None => self.key(&facts, target, root, top).filter(|_| top != target.top),
            Some(_) => None,
        };
        let mut made_up = key.as_ref().and_then(|(cache, key)| cache.take(key, &file));
        if made_up.is_none() {
            let serving = providers::serve(&needs, providers)?.serving;
            let reattach = serving.as_ref().map(Serving::reattach);
            let surroundings =
                Surroundings::Offline { home: work.path(), reattach: reattach.as_deref() };
            serving.iter().for_each(|serving| serving.set_validation(Validation::Off));
            if let Some(from) = from {
                fs::write(&file, &from.bytes).map_err(Error::io("write", "a simulated state"))?;
            }
            let tree = work.path().join("tree");
            let folder = tree.join(&target.folder);
            root.stage(top, &tree, &work.path().join(DATA), &found.states)?;
            self.unreadable(root, target, top, &folder, &surroundings)?;
            let variables = variables(root, top, work.path(), moved, serving.as_ref())?;
            let why = Diagnostic::error(
                codes::NOT_SIMULATED,
                format!("`{}`, which is looked up, cannot be simulated", target.name),
            )
            .help("what follows is about it; its own plan says more");
            self.simulate(target, top, &folder, &variables, &surroundings, why)?;
            let texts = serving.as_ref().map(Serving::made_up).unwrap_or_default().texts();
            if let Some((cache, key)) = &key {
                cache.keep(key, &file, &texts, &self.scratch.name());
            }
            made_up = Some(texts);
        }
        // A root without anything in it writes no state.
        let bytes = fs::read(&file).unwrap_or_default();
        let state: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let outputs = state.get("outputs").cloned().unwrap_or_else(|| json!({}));
        Ok(State { bytes, outputs, made_up: made_up.unwrap_or_default() })
    }
}

/// What a root's reader has to know where something that it names is told otherwise now than before.
pub(super) fn told_anew(
    target: &Target,
    root: &Root,
    before: &States,
    now: &States,
) -> Vec<Diagnostic> {
    let words = root.needs().words;
    let system = target.name.rsplit_once('/').map_or("", |(system, _)| system);
    let anew = now.iter().filter(|(name, outputs)| {
        let Some(before) = before.get(*name) else { return false };
        let mut outputs = outputs.as_object().into_iter().flatten();
        outputs.any(|(output, value)| words.contains(output) && before.get(output) != Some(value))
    });
    let warning = |name: &String| {
        Diagnostic::warning(
            codes::PLAN_AFTER,
            format!(
                "`{}` is planned as it will be after `{system}/{name}` is applied, which then \
                 tells it something else",
                target.name
            ),
        )
        .help(format!(
            "apply `{system}/{name}` first: before that, `plan --live` sees what it told before"
        ))
    };
    anew.map(|(name, _)| warning(name)).collect()
}
