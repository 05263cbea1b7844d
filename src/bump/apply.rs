//! Intents applied to a commit: which images move, which need not, and what the commit then holds.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Intent, Wanted};
use crate::Program;
use crate::component::bundle::{self, Move, Reason};
use crate::diagnostic::{Diagnostic, Sources, codes};
use crate::git::{Ancestry, Snapshot};
use crate::image::{self, Candidate, Deployable, Lock, Pin, Policy};
use crate::project::{DESCRIPTION, Project};
use crate::stack::{Stack, layer, of_root};
use crate::tree::compare::Drift;
use crate::tree::{self, write};
use crate::value::Tag;

/// How a bump may go about it.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Why images go back to something older; they are then held there.
    pub rollback: Option<Reason>,
    /// Why only some images of a bundle move.
    pub partial: Option<Reason>,
    /// Lets held images move again.
    pub release_hold: bool,
    /// Leaves files that had drifted before out of the commit, instead of refusing.
    pub allow_drift: bool,
}

/// What is known of which image is newer, beside what their tags say.
pub struct Order<'a> {
    /// How two commits stand to each other.
    pub ancestry: &'a dyn Fn(&str, &str) -> Ancestry,
    /// When the image of a tag was pushed, by stack, label and tag.
    pub pushed: &'a BTreeMap<(String, String, Tag), Timestamp>,
    /// What was locked when a registry was asked what is newest, by stack and label.
    pub seen: &'a BTreeMap<(String, String), Pin>,
}

impl std::fmt::Debug for Order<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order").field("pushed", self.pushed).finish_non_exhaustive()
    }
}

/// What becomes of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It moves.
    Moved,
    /// It runs that already.
    Satisfied,
    /// What it runs is newer.
    Superseded,
    /// It was rolled back and is held there, for this reason.
    Held(String),
}

impl Verdict {
    /// One word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Satisfied => "satisfied",
            Self::Superseded => "superseded",
            Self::Held(_) => "held",
        }
    }
}

/// One image of a bump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The stack's name.
    pub stack: String,
    /// The image's label.
    pub image: String,
    /// Where it is kept, where the description says so literally.
    pub repository: Option<String>,
    /// What was locked; `None` for an image that had no entry.
    pub from: Option<Pin>,
    /// What is locked now.
    pub to: Pin,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What a bump makes of a commit.
#[derive(Debug, Default)]
pub struct Applied {
    /// The images, sorted by stack and label.
    pub decisions: Vec<Decision>,
    /// The files that change, as drifts of the commit, paths relative to the project.
    pub changes: Vec<Drift>,
    /// The project's folder in the repository; empty for its top.
    pub folder: String,
    /// Files that had drifted before and are left out.
    pub left_out: Vec<String>,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
    /// The texts that they are about.
    pub sources: Sources,
}

impl Applied {
    /// The files that change, by their paths in the repository, with their new content.
    pub fn files(&self) -> BTreeMap<String, String> {
        let path = |path: &str| match self.folder.as_str() {
            "" => path.to_owned(),
            folder => format!("{folder}/{path}"),
        };
        let changes = self.changes.iter();
        changes.filter_map(|drift| Some((path(&drift.path), drift.expected.clone()?))).collect()
    }

    /// True when some image moves.
    pub fn moves(&self) -> bool {
        !self.changes.is_empty()
    }
}

/// Problems, and the texts that they are about.
pub type Problems = (Sources, Vec<Diagnostic>);

/// Applies intents to a commit. Only the stacks that have one of the images are rendered; where a
/// stack is named, the others are not even read.
///
/// # Errors
/// All problems at once.
pub fn apply(
    program: &Program,
    commit: &Snapshot,
    start: &str,
    selection: &[String],
    intents: &[Intent],
    rules: &Rules,
    order: &Order<'_>,
) -> Result<Applied, Problems> {
    let project = open(program, commit, start)?;
    let mut problems = Vec::new();
    let stacks = locate(&project, selection, intents, &mut problems);
    let mut applied = Applied::default();
    let mut overlay = BTreeMap::new();
    // Bundles are about a whole system, whichever roots their images are in.
    let mut systems: BTreeMap<String, (Stack, Vec<Decision>)> = BTreeMap::new();
    for (name, wanted) in &stacks {
        match one_stack(&project, name, wanted, rules, order) {
            Ok((stack, decisions, text)) => {
                applied.decisions.extend(decisions.clone());
                overlay.extend(text.map(|text| (lock_path(&project, name), text)));
                let system = stack.system().to_owned();
                let (whole, all) =
                    systems.entry(system).or_insert_with(|| (stack.clone(), Vec::new()));
                whole.components.extend(stack.components);
                all.extend(decisions);
            }
            Err(diagnostics) => problems.extend(diagnostics),
        }
    }
    for (stack, decisions) in systems.values() {
        problems.extend(against_bundles(stack, decisions, rules));
    }
    if problems.iter().any(Diagnostic::is_error) {
        return Err(failed(project, problems));
    }
    if overlay.is_empty() {
        return Ok(applied);
    }
    let changed: Vec<String> = stacks
        .keys()
        .filter(|name| overlay.contains_key(&lock_path(&project, name)))
        .cloned()
        .collect();
    // As it was: what differs already has nothing to do with the bump.
    let before = tree::render(&project, &changed, &|_| {});
    let project = open(program, commit, start)?.overlaid(overlay.clone());
    let after = tree::render(&project, &changed, &|_| {});
    problems.extend(after.diagnostics.iter().cloned());
    if after.has_errors() {
        return Err(failed(project, problems));
    }
    // What templates make, and what Kubernetes reads, can name images, and then moves with the lock.
    let moves = |drift: &Drift| {
        let earlier = before.drifts.iter().find(|other| other.path == drift.path);
        let manifest = drift.path.ends_with(".yaml")
            && earlier.is_none_or(|earlier| earlier.expected != drift.expected);
        overlay.contains_key(&drift.path) || manifest || !(before.has_errors() || earlier.is_some())
    };
    let (mut drifted, changes): (Vec<Drift>, Vec<Drift>) =
        after.drifts.into_iter().partition(|drift| !moves(drift));
    if !before.has_errors() {
        drifted = before.drifts;
    }
    let mut left_out: Vec<String> = drifted.iter().map(|drift| drift.path.clone()).collect();
    left_out.dedup();
    let locks: BTreeSet<&String> = changes.iter().map(|drift| &drift.path).collect();
    let stuck = drifted.iter().any(|drift| locks.contains(&drift.path));
    if !drifted.is_empty() && (!rules.allow_drift || stuck) {
        problems.extend(drifted.iter().map(|drift| drift_problem(drift, stuck)));
    }
    problems.extend(write::foreign(&project, &changes));
    if problems.iter().any(Diagnostic::is_error) {
        return Err(failed(project, problems));
    }
    applied.folder = project.commit().map(|commit| commit.folder.clone()).unwrap_or_default();
    (applied.sources, applied.warnings) = failed(project, problems);
    applied.changes = changes;
    applied.left_out = left_out;
    Ok(applied)
}

pub(super) fn open(program: &Program, commit: &Snapshot, start: &str) -> Result<Project, Problems> {
    match Project::in_commit(commit, start)? {
        Some(project) => Ok(project.of(program.clone())),
        None => {
            let id = commit.commit.to_string();
            let message = format!("the commit {} holds no project here", &id[..12]);
            let diagnostic = Diagnostic::error(codes::UNREADABLE, message)
                .help("commit a folder `stacks/<name>` with a `stack.hcl` to this branch first");
            Err((Sources::default(), vec![diagnostic]))
        }
    }
}

/// Problems at the places that people wrote.
pub(super) fn failed(project: Project, mut problems: Vec<Diagnostic>) -> Problems {
    let sources = project.sources.into_inner().expect("no thread is left");
    crate::diagnostic::as_written(&mut problems, &sources);
    (sources, problems)
}

fn drift_problem(drift: &Drift, stuck: bool) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        codes::BUMP_OF_DRIFT,
        format!("`{}` had drifted before the bump: {}", drift.path, drift.class.name()),
    );
    if stuck {
        diagnostic.help("run `stackwright render` and commit what it writes")
    } else {
        diagnostic.help("run `stackwright render` and commit what it writes, or leave such files as they are with `--allow-drift`")
    }
}

fn lock_path(project: &Project, stack: &str) -> String {
    format!("{}/{stack}/{}", project.stacks(), image::FILE)
}

/// Which stack each intent is about.
///
/// An image's name is looked for in the locks, and only where no lock has it in the descriptions:
/// a first bump. A lock is a few hundred bytes, and one that does not hold the name is not parsed.
fn locate(
    project: &Project,
    selection: &[String],
    intents: &[Intent],
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, BTreeMap<String, Wanted>> {
    let mut stacks: BTreeMap<String, BTreeMap<String, Wanted>> = BTreeMap::new();
    let anywhere = selection.is_empty() && intents.iter().any(|intent| intent.stack.is_none());
    let names = match project.stack_names() {
        _ if !anywhere => selection.to_vec(),
        Ok(names) => names,
        Err(problem) => {
            problems.push(problem);
            return stacks;
        }
    };
    let is_there = |name: &str| project.has_stack(of_root(name));
    let named = intents.iter().filter_map(|intent| intent.stack.as_ref());
    for name in selection.iter().chain(named).collect::<BTreeSet<_>>() {
        if !is_there(name) {
            problems.push(unknown_stack(project, name));
        }
    }
    let free: Vec<&Intent> = intents.iter().filter(|intent| intent.stack.is_none()).collect();
    let found = search(project, &names, &free);
    for intent in intents {
        let owners: Vec<String> = match &intent.stack {
            Some(stack) if !is_there(stack) => continue,
            Some(stack) => {
                let found = search(project, std::slice::from_ref(stack), &[intent]);
                found.into_values().flatten().collect()
            }
            None => found.get(intent.image.as_str()).cloned().unwrap_or_default(),
        };
        // An image of several layers is one image: it moves in all of them.
        let systems = systems(project, owners);
        match systems.iter().collect::<Vec<_>>().as_slice() {
            [(_, roots)] => {
                for root in *roots {
                    let wanted = stacks.entry(root.clone()).or_default();
                    let twice = wanted.insert(intent.image.clone(), intent.wanted.clone());
                    if twice.is_some_and(|twice| twice != intent.wanted) {
                        problems.push(
                            Diagnostic::error(
                                codes::BAD_BUMP,
                                format!("`{intent}` is to become two different things"),
                            )
                            .help("name each image once"),
                        );
                    }
                }
            }
            [] => problems.push(unknown_image(project, &names, intent)),
            [(first, _), ..] => {
                let list: Vec<String> = systems.keys().map(|stack| format!("`{stack}`")).collect();
                problems.push(
                    Diagnostic::error(
                        codes::WHICH_IMAGE,
                        format!("the stacks {} each have an image `{intent}`", list.join(", ")),
                    )
                    .help(format!("say which: `{first}/{}=…`, or `--stack {first}`", intent.image)),
                );
            }
        }
    }
    stacks
}

/// The stacks that have each image.
fn search<'a>(
    project: &Project,
    names: &[String],
    intents: &[&'a Intent],
) -> BTreeMap<&'a str, Vec<String>> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let read = |path: &str| {
        let bytes = project.commit().and_then(|commit| commit.read(path).ok().flatten());
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    for root in names.iter().flat_map(|name| locked_roots(project, name)) {
        let Some(text) = read(&lock_path(project, &root)) else { continue };
        for intent in intents.iter().filter(|intent| locks(&text, &intent.image)) {
            found.entry(&intent.image).or_default().push(root.clone());
        }
    }
    let missing: Vec<&&Intent> =
        intents.iter().filter(|intent| !found.contains_key(intent.image.as_str())).collect();
    if missing.is_empty() {
        return found;
    }
    for name in names {
        let stack = of_root(name);
        let path = format!("{}/{stack}/{DESCRIPTION}", project.stacks());
        let Some(text) = read(&path) else { continue };
        let declared = missing.iter().filter(|intent| declares(&text, &intent.image));
        let mut declared = declared.peekable();
        if declared.peek().is_none() {
            continue;
        }
        // A description that is wrong is complained of when it is read.
        let file = Sources::default().add("", text.as_str());
        let roots = tree::roots_of(project.program.vocabulary(), stack, file, &text)
            .unwrap_or_else(|_| vec![name.clone()]);
        let roots: Vec<String> = roots.into_iter().filter(|root| tree::is_in(root, name)).collect();
        for intent in declared {
            // Which layers use it is known when the description is read.
            let read = (roots.len() > 1).then(|| using(project, name, &intent.image));
            let roots = read.filter(|using| !using.is_empty()).unwrap_or_else(|| roots.clone());
            found.entry(&intent.image).or_default().extend(roots);
        }
    }
    found
}

/// The roots of a stack that have an image, by their descriptions; none where these are wrong.
fn using(project: &Project, name: &str, image: &str) -> Vec<String> {
    let (stacks, _) = tree::read(project, &[name.to_owned()]);
    let using = stacks.into_iter().filter(|(stack, _)| stack.deployable(image).is_some());
    using.map(|(stack, _)| stack.root).collect()
}

/// Roots by the stack or environment that they are of: layers of one are one.
fn systems(project: &Project, roots: Vec<String>) -> BTreeMap<String, Vec<String>> {
    let mut systems: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // One root needs no look at its description.
    let several = roots.len() > 1;
    for root in roots {
        let layers = match several {
            true => layers_of(project, of_root(&root)),
            false => Vec::new(),
        };
        let system = match root.rsplit_once('/') {
            Some((system, last)) if layers.iter().any(|layer| layer == last) => system.to_owned(),
            _ => root.clone(),
        };
        systems.entry(system).or_default().push(root);
    }
    systems
}

/// The layers of a stack.
fn layers_of(project: &Project, stack: &str) -> Vec<String> {
    let path = format!("{}/{stack}/{DESCRIPTION}", project.stacks());
    let bytes = project.commit().and_then(|commit| commit.read(&path).ok().flatten());
    bytes.map(|bytes| layer::names(&String::from_utf8_lossy(&bytes))).unwrap_or_default()
}

/// The roots of a stack, or of a part of it, that have a lock.
fn locked_roots(project: &Project, name: &str) -> Vec<String> {
    let kind = |path: &str| project.commit().and_then(|commit| commit.kind(path).ok().flatten());
    let below = |name: &str| -> Vec<String> {
        let folders = project.names(&format!("{}/{name}", project.stacks())).into_iter();
        folders.filter(|it| !it.contains('.')).map(|it| format!("{name}/{it}")).collect()
    };
    let is_locked = |root: &String| kind(&lock_path(project, root)).is_some();
    // A stack has its lock, or its environments or layers do, or the layers of its environments.
    let mut roots = vec![name.to_owned()];
    for _ in name.split('/').count()..=3 {
        if roots.iter().any(is_locked) {
            break;
        }
        roots = roots.iter().flat_map(|root| below(root)).collect();
    }
    roots.retain(is_locked);
    roots
}

/// Whether a lock holds an image, by its text: the name opens an entry's line, or is quoted there.
fn locks(text: &str, image: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches('"');
        let rest = line.strip_prefix(image).map(|rest| rest.trim_start_matches('"').trim_start());
        rest.and_then(|rest| rest.strip_prefix(['=', ':']))
            .is_some_and(|rest| rest.trim_start().starts_with('{'))
    })
}

/// Whether a description declares an image or artifact, by its text.
fn declares(text: &str, image: &str) -> bool {
    text.lines().any(|line| {
        let mut words = line.split_whitespace();
        matches!(words.next(), Some("image" | "artifact"))
            && words
                .next()
                .is_some_and(|word| word.trim_end_matches('{').trim_matches('"') == image)
    })
}

fn unknown_stack(project: &Project, name: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("the branch has no stack `{name}`"));
    let names = project.stack_names().unwrap_or_default();
    diagnostic.did_you_mean(name, names.iter().map(String::as_str), |diagnostic| diagnostic)
}

fn unknown_image(project: &Project, names: &[String], intent: &Intent) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::WHICH_IMAGE, format!("no stack has an image `{intent}`"));
    let mut known = BTreeSet::new();
    for name in names {
        let text =
            project.commit().and_then(|commit| commit.read(&lock_path(project, name)).ok()?);
        let text = String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned();
        let sources = &mut Sources::default();
        let file = sources.add("", text.as_str());
        known.extend(
            Lock::read(file, &text).map(|lock| lock.entries).unwrap_or_default().into_keys(),
        );
    }
    diagnostic.did_you_mean(&intent.image, known.iter().map(String::as_str), |diagnostic| {
        diagnostic.help("`stackwright images list` shows the images of each stack")
    })
}

type OneStack = (Stack, Vec<Decision>, Option<String>);

/// What becomes of the images of one stack, and the text of its lock where that changes.
fn one_stack(
    project: &Project,
    name: &str,
    wanted: &BTreeMap<String, Wanted>,
    rules: &Rules,
    order: &Order<'_>,
) -> Result<OneStack, Vec<Diagnostic>> {
    let (stack, lock) = read(project, name)?;
    let mut problems = Vec::new();
    let mut decisions = Vec::new();
    for (label, wanted) in wanted {
        let Some(image) = stack.deployable(label) else {
            let images = stack.deployables();
            let diagnostic = Diagnostic::error(
                codes::WHICH_IMAGE,
                format!("the stack `{name}` has no image `{label}`"),
            );
            let known = images.iter().map(|(label, _)| *label);
            problems.push(diagnostic.did_you_mean(label, known, |diagnostic| {
                diagnostic.help("declare it in the description first")
            }));
            continue;
        };
        if image.by_flux {
            problems.push(
                Diagnostic::error(codes::BAD_BUMP, format!("Flux bumps `{name}/{label}`"))
                    .at(image.origin.field("flux"), "says so")
                    .help("let Flux do it, or take the `flux` block out: one of them writes it"),
            );
            continue;
        }
        let from =
            lock.as_ref().and_then(|lock| lock.entries.get(label)).map(|entry| entry.pin.clone());
        let asked = Asked { stack: name, label, image: &image, from: from.as_ref(), wanted };
        match asked.decide(rules, order) {
            Ok((to, verdict)) => decisions.push(Decision {
                stack: name.to_owned(),
                image: label.clone(),
                repository: image.address,
                from,
                to,
                verdict,
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let moved = decisions.iter().filter(|decision| decision.verdict == Verdict::Moved);
    let pins: BTreeMap<String, Pin> =
        moved.map(|decision| (decision.image.clone(), decision.to.clone())).collect();
    let text = (!pins.is_empty()).then(|| Lock::pinned(lock.as_ref(), &stack, &pins));
    Ok((stack, decisions, text))
}

fn read(project: &Project, name: &str) -> Result<(Stack, Option<Lock>), Vec<Diagnostic>> {
    let (stacks, problems) = tree::read(project, &[name.to_owned()]);
    if problems.iter().any(Diagnostic::is_error) {
        return Err(problems);
    }
    stacks.into_iter().next().ok_or_else(|| vec![unknown_stack(project, name)])
}

/// What bundles have against it that some images move. What runs already counts as moving: it was
/// asked for, and is where it belongs.
fn against_bundles(stack: &Stack, decisions: &[Decision], rules: &Rules) -> Vec<Diagnostic> {
    if !decisions.iter().any(|decision| decision.verdict == Verdict::Moved) {
        return Vec::new();
    }
    let named = decisions
        .iter()
        .filter(|decision| matches!(decision.verdict, Verdict::Moved | Verdict::Satisfied));
    let images = named.map(|decision| (decision.image.clone(), decision.to.tag.clone())).collect();
    bundle::check_move(stack, &Move { images, partial: rules.partial.clone() })
}

/// One image that is asked to run something.
pub(super) struct Asked<'a> {
    pub(super) stack: &'a str,
    pub(super) label: &'a str,
    pub(super) image: &'a Deployable<'a>,
    pub(super) from: Option<&'a Pin>,
    pub(super) wanted: &'a Wanted,
}

impl Asked<'_> {
    /// What becomes of it.
    pub(super) fn decide(
        &self,
        rules: &Rules,
        order: &Order<'_>,
    ) -> Result<(Pin, Verdict), Diagnostic> {
        let Self { label, from, wanted, .. } = *self;
        let nothing = Pin::default();
        let locked = from.unwrap_or(&nothing);
        let stays = |verdict| Ok((locked.clone(), verdict));
        if wanted.is_empty() && !rules.release_hold {
            return Err(Diagnostic::error(
                codes::BAD_BUMP,
                format!("`{label}` is named, and nothing for it to run"),
            )
            .help("write `image=tag`; an image alone goes with `--release-hold`"));
        }
        self.accepted()?;
        let satisfied = wanted.tag.as_ref().is_none_or(|tag| locked.tag.as_ref() == Some(tag))
            && wanted.digest.as_ref().is_none_or(|digest| locked.digest.as_ref() == Some(digest));
        if satisfied && from.is_some() {
            let hold = match (&locked.hold, &rules.rollback) {
                (Some(_), _) if rules.release_hold => None,
                (None, Some(why)) => Some(why.to_string()),
                (hold, _) => hold.clone(),
            };
            let to = Pin { hold, ..locked.clone() };
            let verdict = if to == *locked { Verdict::Satisfied } else { Verdict::Moved };
            return Ok((to, verdict));
        }
        if let (Some(why), None, false) = (&locked.hold, &rules.rollback, rules.release_hold) {
            return stays(Verdict::Held(why.clone()));
        }
        let moving = match self.image.policy {
            Policy::Moving(moving) => Some(moving.tag.0.clone()),
            _ => None,
        };
        let to = Pin {
            tag: wanted.tag.clone().or(moving),
            digest: wanted.digest.clone(),
            hold: rules.rollback.as_ref().map(ToString::to_string),
        };
        // Whoever moved it since the registry was asked knew more than its answer says.
        let seen = order.seen.get(&(self.stack.to_owned(), label.to_owned()));
        let overtaken = seen.is_some_and(|seen| seen != locked);
        self.complete(&to)?;
        match (self.is_older(locked, &to, order), &rules.rollback) {
            (Some(true), None) => stays(Verdict::Superseded),
            (None, None) if overtaken => stays(Verdict::Superseded),
            (Some(false), Some(_)) => Err(Diagnostic::error(
                codes::ROLLBACK,
                format!("`{label}` runs `{locked}`, and `{to}` is newer: that is no rollback"),
            )
            .help("leave `--rollback` out")),
            _ => Ok((to, Verdict::Moved)),
        }
    }

    /// Whether an artifact can be found by what it is to be locked to, and Terraform sees the move.
    fn complete(&self, to: &Pin) -> Result<(), Diagnostic> {
        let needs = self.image.needs;
        let (what, help) = match () {
            () if needs.digest && to.digest.is_none() => {
                ("digest", format!("`{}={to}@$(stackwright artifact hash <archive>)`", self.label))
            }
            () if needs.tag && to.tag.is_none() => {
                ("tag", format!("`{}=<tag>@{to}`: it is part of where it is kept", self.label))
            }
            () => return Ok(()),
        };
        let message = format!("`{}` needs the {what} of what it is to run", self.label);
        Err(Diagnostic::error(codes::BAD_BUMP, message)
            .at(self.image.origin.head, "")
            .help(format!("write {help}")))
    }

    /// Whether the image's policy takes what is wanted.
    fn accepted(&self) -> Result<(), Diagnostic> {
        let place = self.image.origin.field("policy").or(self.image.origin.head);
        let refuse = |message: String| {
            Diagnostic::error(codes::REFUSED_BY_POLICY, message).at(place, "its policy")
        };
        let Some(tag) = &self.wanted.tag else { return Ok(()) };
        if let Err(why) = self.image.policy.accepts(tag) {
            let message = format!("`{}` cannot run `{tag}`: it {why}", self.label);
            return Err(refuse(message)
                .help("give it an image that its policy takes, or change the policy"));
        }
        match (self.image.policy, &self.wanted.digest) {
            (Policy::Moving(_), None) => Err(refuse(format!("`{tag}` moves, so it does not say what `{}` is to run", self.label))
                .help(format!("give its digest: `{}={tag}@sha256:…`, or have the registry asked for it with `--resolve`", self.label))),
            _ => Ok(()),
        }
    }

    /// Whether an image is older than the one that is locked; `None` where nothing says so.
    fn is_older(&self, locked: &Pin, to: &Pin, order: &Order<'_>) -> Option<bool> {
        if let Policy::Commit(_) = self.image.policy {
            return match (order.ancestry)(&commit_of(to)?, &commit_of(locked)?) {
                Ancestry::Older => Some(true),
                Ancestry::Newer => Some(false),
                Ancestry::Same | Ancestry::Apart | Ancestry::Unknown => None,
            };
        }
        let candidate = |pin: &Pin| {
            let tag = pin.tag.clone()?;
            let key = (self.stack.to_owned(), self.label.to_owned(), tag.clone());
            let pushed = order.pushed.get(&key).copied();
            Some(Candidate { tag, digest: pin.digest.clone(), pushed })
        };
        match self.image.policy.compare(&candidate(locked)?, &candidate(to)?)? {
            Ordering::Less => Some(false),
            Ordering::Greater => Some(true),
            Ordering::Equal => None,
        }
    }
}

/// The commit that a tag names: the tag itself, or what follows its last separator.
fn commit_of(pin: &Pin) -> Option<String> {
    let tag = pin.tag.as_ref()?.as_str();
    let last = tag.rsplit(['-', '_', '.']).next()?;
    let hash =
        (7..=40).contains(&last.len()) && last.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    hash.then(|| last.to_owned())
}
