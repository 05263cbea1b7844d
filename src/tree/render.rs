//! From the descriptions of a project to the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use super::compare::{Drift, compare};
use super::header::Ownership;
use super::templates::Templates;
use super::{Files, header, templates};
use crate::ci;
use crate::component::{Image, Kind, ModuleSource, Vocabulary, library};
use crate::diagnostic::{Diagnostic, FileId, Sources, Span, codes, did_you_mean};
use crate::hcl::print::print;
use crate::image::{self, Lock, Pin};
use crate::project::{DESCRIPTION, Project, Vendor};
use crate::schedule;
use crate::stack::environment::Table;
use crate::stack::{self, Stack, layer};
use crate::value::{Scalar as _, Tag};
use crate::yaml;

/// What a project's descriptions become, compared with its checkout.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The roots rendered: stacks, or their environments and layers, `shop/production/jobs`.
    pub stacks: Vec<String>,
    /// How many files the tree has.
    pub files: usize,
    /// Where the tree and the checkout differ, sorted by path.
    pub drifts: Vec<Drift>,
    /// Errors and warnings, in the order of paths and places.
    pub diagnostics: Vec<Diagnostic>,
    /// Schedules that fire for the last time some day. What is rendered does not depend on the time:
    /// whoever knows it tells of them ([`Rendered::tell_endings`]).
    pub endings: Vec<schedule::Ending>,
}

impl Rendered {
    /// Adds warnings of the schedules that are over at a time.
    pub fn tell_endings(&mut self, project: &Project, now: Timestamp) {
        let over = self.endings.iter().filter(|ending| ending.last < now);
        let mut warnings: Vec<Diagnostic> = over.map(|ending| ending.diagnostic.clone()).collect();
        finish(project, &mut warnings);
        self.diagnostics.extend(warnings);
        let sources = project.sources.lock().expect("no thread panics while it holds this");
        sort(&mut self.diagnostics, &sources);
    }

    /// True when something keeps the tree from being complete.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// One stack's part of the tree.
#[derive(Default)]
struct Part {
    roots: Vec<String>,
    ci_roots: Vec<ci::Root>,
    files: Vec<String>,
    modules: BTreeMap<&'static str, ModuleSource>,
    uses: Vec<image::policy::Use>,
    drifts: Vec<Drift>,
    diagnostics: Vec<Diagnostic>,
    endings: Vec<schedule::Ending>,
}

/// Renders the stacks of a project, all or those named, and compares them with the checkout.
/// `progress` is told of each stack that is done.
pub fn render(project: &Project, only: &[String], progress: &(dyn Fn(usize) + Sync)) -> Rendered {
    let mut rendered = Rendered::default();
    let selected = match select(project, only) {
        Ok((selected, unknown)) => {
            rendered.diagnostics = unknown;
            selected
        }
        Err(diagnostic) => {
            rendered.diagnostics.push(diagnostic);
            return rendered;
        }
    };

    let mut parts = parts(project, &selected, progress);
    let mut modules: BTreeMap<&'static str, ModuleSource> = BTreeMap::new();
    let mut produced: Vec<String> = Vec::new();
    let mut uses: Vec<image::policy::Use> = Vec::new();
    let mut ci_roots: Vec<ci::Root> = Vec::new();
    for part in &mut parts {
        rendered.stacks.append(&mut part.roots);
        ci_roots.append(&mut part.ci_roots);
        modules.append(&mut part.modules);
        produced.append(&mut part.files);
        uses.append(&mut part.uses);
        rendered.drifts.append(&mut part.drifts);
        rendered.diagnostics.append(&mut part.diagnostics);
        rendered.endings.append(&mut part.endings);
    }
    rendered.diagnostics.extend(image::policy::shared_tags(&uses));
    if project.settings.vendor.0 == Vendor::All {
        for kind in project.program.vocabulary().kinds() {
            for module in kind.module.iter().chain(kind.other_modules) {
                stack::lower::add_module(&mut modules, *module);
            }
        }
    }
    let vendored = vendored(project, &modules);
    let (drifts, diagnostics) = compare(project, &vendored);
    rendered.drifts.extend(drifts);
    rendered.diagnostics.extend(diagnostics);
    produced.extend(vendored.into_keys());
    // A part of the stacks does not tell which roots there are, nor which modules the others use.
    if only.is_empty() && !project.settings.ci.is_empty() && !rendered.has_errors() {
        match ci::render(project, &ci_roots) {
            Ok(files) => {
                let (drifts, diagnostics) = compare(project, &files);
                rendered.drifts.extend(drifts);
                rendered.diagnostics.extend(diagnostics);
                produced.extend(files.into_keys());
            }
            Err(problems) => rendered.diagnostics.extend(problems),
        }
        rendered.diagnostics.extend(ci::not_top(project));
    }
    rendered.files = produced.len();

    if !rendered.has_errors() {
        produced.sort_unstable();
        let folders: Vec<String> = if only.is_empty() {
            let own = [project.stacks().to_owned(), project.modules().to_owned()];
            own.into_iter().chain(ci::places(project)).collect()
        } else {
            selected.iter().map(|name| format!("{}/{name}", project.stacks())).collect()
        };
        let (orphans, diagnostics) = super::compare::orphans(project, &folders, &produced);
        rendered.diagnostics.extend(undescribed(project, &orphans, &produced));
        rendered.drifts.extend(orphans);
        rendered.diagnostics.extend(diagnostics);
    }
    if !rendered.has_errors() {
        rendered.diagnostics.extend(super::taken_out::check(project, &rendered.drifts));
    }
    rendered.drifts.sort_by(|a, b| a.path.cmp(&b.path));
    finish(project, &mut rendered.diagnostics);
    rendered
}

/// Complains about roots of which every file would go. Whoever deletes one by hand has thought of it.
fn undescribed(project: &Project, orphans: &[Drift], produced: &[String]) -> Vec<Diagnostic> {
    let stacks = format!("{}/", project.stacks());
    let roots = orphans.iter().filter(|orphan| orphan.path.starts_with(&stacks));
    roots
        .filter_map(|orphan| orphan.path.strip_suffix("/terraform.tf"))
        .map(|root| {
            let message = format!("no description has the root `{root}` any more");
            let diagnostic = Diagnostic::error(codes::UNDESCRIBED_ROOT, message)
                .help("its state still holds what it has made, so nothing is rendered or deleted");
            // One that was the stack's own before there were environments or layers.
            let below = format!("{root}/");
            let is_root = |path: &&String| path.starts_with(&below) && path.ends_with("/terraform.tf");
            if let Some((new, _)) = produced.iter().find(is_root).and_then(|it| it.rsplit_once('/')) {
                return diagnostic
                    .help(format!(
                        "its environments or layers have roots of their own now: give one of them \
                         what is there, `git mv -f {root}/*.tf {new}/`"
                    ))
                    .help(format!(
                        "and its state: `terraform -chdir={root} state pull > old.tfstate` before, \
                         `terraform -chdir={new} state push` after; names begin with its name now, so \
                         write the old ones out (`name = …`) and look at the plan"
                    ));
            }
            diagnostic
                .help(format!(
                    "destroy that first: put the description back, with `protect = false` where \
                 something is protected, then `terraform -chdir={root} apply` and `destroy`"
                ))
                .help(format!(
                    "then, or to leave in AWS what it has made, delete `{root}` yourself"
                ))
        })
        .collect()
}

/// The stacks of a project with their locks, one for each environment, all or those named, and
/// everything that is wrong with them: what is complained of is not among them.
pub fn read(project: &Project, only: &[String]) -> (Vec<(Stack, Option<Lock>)>, Vec<Diagnostic>) {
    let (selected, mut diagnostics) =
        select(project, only).unwrap_or_else(|diagnostic| (Vec::new(), vec![diagnostic]));
    let mut stacks = Vec::new();
    for name in &selected {
        for root in read_one(project, name) {
            match root {
                Ok((stack, lock, warnings)) => {
                    stacks.push((stack, lock));
                    diagnostics.extend(warnings);
                }
                Err(problems) => diagnostics.extend(problems),
            }
        }
    }
    let uses: Vec<_> = stacks.iter().flat_map(|(stack, _)| image::policy::uses(stack)).collect();
    diagnostics.extend(image::policy::shared_tags(&uses));
    finish(project, &mut diagnostics);
    (stacks, diagnostics)
}

/// Components that others seem to have become, or that are in another layer, since `before`, the
/// same project at another time, as warnings at their places now.
pub fn unsaid_renames(project: &Project, before: &Project, only: &[String]) -> Vec<Diagnostic> {
    // What cannot be read is complained of elsewhere, or was so then.
    let stacks = |project| -> BTreeMap<String, Stack> {
        let read = select(project, only).map_or_else(|_| Vec::new(), |(selected, _)| selected);
        let roots = read.iter().flat_map(|name| read_one(project, name)).flatten();
        roots.map(|(stack, _, _)| (stack.system().to_owned(), stack)).collect()
    };
    let (before, after) = (stacks(before), stacks(project));
    let pairs = after.iter().filter_map(|(root, stack)| Some((before.get(root)?, stack)));
    let mut warnings: Vec<Diagnostic> = pairs
        .flat_map(|(before, after)| {
            let moves = stack::transfer::unsaid(before, after);
            stack::rename::unsaid(before, after).into_iter().chain(moves)
        })
        .collect();
    finish(project, &mut warnings);
    warnings
}

/// What the environments of each stack say, all or those of these stacks; stacks without any are
/// not among them.
pub fn environments(
    project: &Project,
    only: &[String],
) -> (BTreeMap<String, Table>, Vec<Diagnostic>) {
    let (selected, mut diagnostics) =
        select(project, only).unwrap_or_else(|diagnostic| (Vec::new(), vec![diagnostic]));
    let mut tables = BTreeMap::new();
    for name in selected {
        let stack = stack::of_root(&name).to_owned();
        match variants(project, &stack) {
            Ok(None) => {}
            Ok(Some((_, table, warnings))) => {
                diagnostics.extend(warnings);
                tables.insert(stack, table);
            }
            Err(problems) => diagnostics.extend(problems),
        }
    }
    (tables, diagnostics)
}

/// What the templates of each root can name, all or those of these stacks.
pub fn contexts(
    project: &Project,
    only: &[String],
) -> (BTreeMap<String, serde_json::Value>, Vec<Diagnostic>) {
    let (selected, mut diagnostics) =
        select(project, only).unwrap_or_else(|diagnostic| (Vec::new(), vec![diagnostic]));
    let mut contexts = BTreeMap::new();
    for root in selected.iter().flat_map(|name| read_one(project, name)) {
        match root {
            Ok((stack, lock, warnings)) => {
                // What has no image yet can still be looked at.
                let lock = Lock::render(lock.as_ref(), &stack, "").unwrap_or_default();
                let context = templates::context(project, &stack, lock.as_deref(), &warnings);
                contexts.insert(stack.root, crate::template::json(&context));
                diagnostics.extend(warnings);
            }
            Err(problems) => diagnostics.extend(problems),
        }
    }
    finish(project, &mut diagnostics);
    (contexts, diagnostics)
}

/// The environments of a stack; `None` for one without.
pub(super) fn variants(
    project: &Project,
    stack: &str,
) -> Result<Option<stack::environment::Read>, Vec<Diagnostic>> {
    match project.read(&format!("{}/{stack}/{DESCRIPTION}", project.stacks())) {
        Ok(Some((file, text))) => {
            stack::environment::variants(project.program.vocabulary(), file, &text)
        }
        Ok(None) => Ok(None),
        Err(problem) => Err(vec![problem]),
    }
}

/// The roots of a project, all or those of these stacks, as far as their descriptions can be read,
/// and complaints about those that cannot.
pub fn roots(project: &Project, only: &[String]) -> (Vec<String>, Vec<Diagnostic>) {
    let (selected, mut diagnostics) =
        select(project, only).unwrap_or_else(|diagnostic| (Vec::new(), vec![diagnostic]));
    let mut roots = Vec::new();
    for name in selected {
        let stack = stack::of_root(&name);
        match project.read(&format!("{}/{stack}/{DESCRIPTION}", project.stacks())) {
            Err(problem) => diagnostics.push(problem),
            Ok(None) => {}
            Ok(Some((file, text))) => {
                match roots_of(project.program.vocabulary(), stack, file, &text) {
                    Err(problems) => diagnostics.extend(problems),
                    Ok(all) => roots.extend(all.into_iter().filter(|root| is_in(root, &name))),
                }
            }
        }
    }
    (roots, diagnostics)
}

/// The roots that a description becomes, as its text tells them.
///
/// # Errors
/// What is wrong with its environments.
pub fn roots_of(
    vocabulary: &Vocabulary,
    stack: &str,
    file: FileId,
    text: &str,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let systems = match stack::environment::variants(vocabulary, file, text)? {
        Some((variants, ..)) => variants
            .into_iter()
            .map(|variant| (format!("{stack}/{}", variant.name), layer::names(&variant.text)))
            .collect(),
        None => vec![(stack.to_owned(), layer::names(text))],
    };
    let roots = systems.into_iter().flat_map(|(system, layers)| match layers.as_slice() {
        [] => vec![system],
        layers => layers.iter().map(|layer| format!("{system}/{layer}")).collect(),
    });
    Ok(roots.collect())
}

/// True for a root that is meant by a name: its own, or that of its stack or environment.
pub fn is_in(root: &str, name: &str) -> bool {
    root.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The stacks, or their parts (`shop/production`, `shop/jobs`), that are asked for, and complaints about
/// those that the project does not have. Among many stacks, the others are not even looked at.
///
/// # Errors
/// When the stacks of the project cannot be listed.
pub fn select(
    project: &Project,
    only: &[String],
) -> Result<(Vec<String>, Vec<Diagnostic>), Diagnostic> {
    let asked: BTreeSet<&str> = only.iter().map(|name| stack::of_root(name)).collect();
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    let mut complaints = Vec::new();
    if only.is_empty() || !asked.iter().all(|stack| project.has_stack(stack)) {
        let names = project.stack_names()?;
        if only.is_empty() {
            complaints.extend(names.is_empty().then(|| no_stacks(project)));
            return Ok((names, complaints));
        }
        unknown.extend(asked.into_iter().filter(|stack| !names.iter().any(|name| name == stack)));
        complaints.extend(unknown.iter().map(|stack| unknown_stack(stack, &names, project)));
    }
    let mut selected: BTreeSet<&String> = only.iter().collect();
    selected.retain(|name| {
        let is_unknown = unknown.contains(stack::of_root(name));
        let problem = (!is_unknown).then(|| missing_part(project, name)).flatten();
        let is_there = !is_unknown && problem.is_none();
        complaints.extend(problem);
        is_there
    });
    // A part of what is asked for as a whole is in it.
    let is_part = |name: &str| only.iter().any(|other| other != name && is_in(name, other));
    let selected = selected.into_iter().filter(|name| !is_part(name)).cloned().collect();
    Ok((selected, complaints))
}

/// Renders each stack, on as many threads as the machine has.
fn parts(project: &Project, names: &[String], progress: &(dyn Fn(usize) + Sync)) -> Vec<Part> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(names.len());
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let parts: Mutex<BTreeMap<usize, Part>> = Mutex::default();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(name) = names.get(at) else { break };
            let part = part(project, name);
            parts.lock().expect("no thread panics while it holds this").insert(at, part);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    parts.into_inner().expect("every thread has ended").into_values().collect()
}

fn part(project: &Project, name: &str) -> Part {
    let mut part = Part::default();
    let folder = format!("{}/{}", project.stacks(), stack::of_root(name));
    let templates = Templates::of(project, &folder);
    part.diagnostics.extend_from_slice(templates.problems());
    for root in read_one(project, name) {
        let (stack, lock, warnings) = match root {
            Ok(root) => root,
            Err(diagnostics) => {
                part.diagnostics.extend(diagnostics);
                continue;
            }
        };
        part.roots.push(stack.root.clone());
        part.endings.extend(schedule::endings(&stack));
        part.uses.extend(image::policy::uses(&stack));
        let mut modules = BTreeMap::new();
        let files = files(project, &stack, lock.as_ref(), &templates, &warnings, &mut modules);
        if !project.settings.ci.is_empty() {
            part.ci_roots.push(ci::Root::of(project, &stack, modules.keys().copied()));
        }
        part.modules.append(&mut modules);
        part.diagnostics.extend(warnings);
        match files {
            Ok(files) => {
                let (drifts, diagnostics) = compare(project, &files);
                part.drifts.extend(drifts);
                part.diagnostics.extend(diagnostics);
                part.files.extend(files.into_keys());
            }
            Err(diagnostics) => part.diagnostics.extend(diagnostics),
        }
    }
    // Templates name values, too.
    part.diagnostics.retain(|diagnostic| {
        let unused = (diagnostic.code == codes::UNUSED_VALUE).then_some(&diagnostic.message);
        let named = unused.and_then(|message| message.split('`').nth(1));
        !named.is_some_and(|path| templates.name(path))
    });
    part
}

/// A root's stack and lock with warnings, or everything that is wrong with them.
type ReadRoot = Result<(Stack, Option<Lock>, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Reads a stack's description and its locks, once for each of its environments, and makes a root of
/// each layer; only what is named, `shop/production` or `shop/production/jobs`.
fn read_one(project: &Project, name: &str) -> Vec<ReadRoot> {
    let asked = name;
    let name = stack::of_root(name);
    let folder = format!("{}/{name}", project.stacks());
    let one = |diagnostic: Diagnostic| vec![Err(vec![diagnostic])];
    if let Err(outside) = project.inside(&folder) {
        return one(outside);
    }
    let (file, text) = match project.read(&format!("{folder}/{DESCRIPTION}")) {
        Ok(Some(description)) => description,
        Ok(None) => {
            return one(Diagnostic::error(
                codes::UNREADABLE,
                format!("`{folder}/{DESCRIPTION}` went away while it was read"),
            ));
        }
        Err(diagnostic) => return one(diagnostic),
    };
    if let Some(described) = project.program.described(name)
        && let Err(problems) = described.check(file)
    {
        return vec![Err(problems)];
    }
    let variants = match stack::environment::variants(project.program.vocabulary(), file, &text) {
        Err(diagnostics) => return vec![Err(diagnostics)],
        Ok(None) => return read_system(project, file, &text, name, None, asked),
        Ok(Some(variants)) => variants,
    };
    let (variants, _, mut warnings) = variants;
    let mut roots: Vec<ReadRoot> = Vec::new();
    for variant in variants {
        let system = format!("{name}/{}", variant.name);
        if is_in(&system, asked) || is_in(asked, &system) {
            let made = project.add_made(file, &variant);
            roots.extend(read_system(
                project,
                made,
                &variant.text,
                name,
                Some(&variant.name),
                asked,
            ));
        }
    }
    let mut stacks: Vec<&Stack> = roots.iter().flatten().map(|(stack, _, _)| stack).collect();
    stacks.dedup_by(|one, other| one.system() == other.system());
    warnings.extend(stack::environment::check(&stacks));
    if warnings.iter().any(Diagnostic::is_error) {
        roots.push(Err(warnings));
    } else if let Some(Ok((_, _, all))) = roots.first_mut() {
        all.extend(warnings);
    }
    roots
}

/// Reads the description of a stack or of one of its environments, and the locks of its roots: all,
/// or those that are asked for.
fn read_system(
    project: &Project,
    file: FileId,
    text: &str,
    name: &str,
    environment: Option<&str>,
    asked: &str,
) -> Vec<ReadRoot> {
    let lock = |root: &str| -> Result<Option<Lock>, Vec<Diagnostic>> {
        match project.read(&format!("{}/{root}/{}", project.stacks(), image::FILE)) {
            Ok(None) => Ok(None),
            Ok(Some((file, text))) => Lock::read(file, &text).map(Some),
            Err(diagnostic) => Err(vec![diagnostic]),
        }
    };
    let (stack, mut warnings) =
        match stack::read_root(project.program.vocabulary(), file, text, name, environment) {
            Ok(read) => read,
            Err(mut diagnostics) => {
                let system = environment.map_or(name.to_owned(), |it| format!("{name}/{it}"));
                diagnostics.extend(lock(&system).err().into_iter().flatten());
                return vec![Err(diagnostics)];
            }
        };
    warnings.extend(schedule::check(&stack, project.same_minute()));
    let roots = stack.roots().into_iter().filter(|stack| is_in(&stack.root, asked));
    roots
        .map(|stack| {
            let lock = lock(&stack.root)?;
            // What is said of the whole is said once.
            Ok((stack, lock, std::mem::take(&mut warnings)))
        })
        .collect()
}

/// The complaint about a name, `shop/production`, of which the stack is there and the part is not.
/// What cannot be read is complained of by whoever reads the stack.
fn missing_part(project: &Project, name: &str) -> Option<Diagnostic> {
    let stack = stack::of_root(name);
    if stack == name {
        return None;
    }
    let path = format!("{}/{stack}/{DESCRIPTION}", project.stacks());
    let (file, text) = project.read(&path).ok()??;
    let variants = stack::environment::variants(project.program.vocabulary(), file, &text).ok()?;
    let environments = variants.map(|(_, table, _)| table.environments).unwrap_or_default();
    unknown_part(name, stack, &environments, &layer::names(&text))
}

/// The complaint about an environment or layer that a stack does not have.
fn unknown_part(
    asked: &str,
    stack: &str,
    environments: &[String],
    layers: &[String],
) -> Option<Diagnostic> {
    let mut parts = asked.split('/').skip(1);
    let mut known = vec![("environment", environments), ("layer", layers)];
    known.retain(|(_, names)| !names.is_empty());
    let (first, second) = (parts.next()?, parts.next());
    let (what, names) = known.first().copied().unwrap_or(("environment", &[]));
    if !names.iter().any(|name| name == first) {
        return Some(no_part(stack, what, first, names));
    }
    let (second, (what, names)) = (second?, known.get(1).copied().unwrap_or(("layer", &[])));
    (!names.iter().any(|name| name == second))
        .then(|| no_part(&format!("{stack}/{first}"), what, second, names))
}

fn no_part(stack: &str, what: &str, name: &str, known: &[String]) -> Diagnostic {
    let whole = if stack.contains('/') { "environment" } else { "stack" };
    let message = format!("the {whole} `{stack}` has no {what} `{name}`");
    let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, message);
    match (did_you_mean(name, known.iter().map(String::as_str)), known) {
        (Some(meant), _) => diagnostic.help(format!("did you mean `{meant}`?")),
        (None, []) => diagnostic.help(format!("it has none: name it `{stack}`")),
        (None, known) => {
            let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            diagnostic.help(format!("it has {}", list.join(", ")))
        }
    }
}

/// The files of a stack's root, and the modules that they call.
fn files(
    project: &Project,
    stack: &Stack,
    lock: Option<&Lock>,
    templates: &Templates,
    warnings: &[Diagnostic],
    modules: &mut BTreeMap<&'static str, ModuleSource>,
) -> Result<Files, Vec<Diagnostic>> {
    let folder = format!("{}/{}", project.stacks(), stack.root);
    let up = "../".repeat(folder.split('/').count());
    let mut root = stack::lower::lower(stack, &format!("{up}{}", project.modules()));
    modules.append(&mut root.modules);
    let path = format!("{folder}/{}", image::FILE);
    let mut problems = Vec::new();
    // Templates name what the lock says.
    let (mut lock_text, mut made) = (None, Vec::new());
    match Lock::render(lock, stack, &path) {
        Err(unlocked) => problems.extend(unlocked),
        Ok(text) => {
            let templates = templates.of_root(project, stack);
            (made, problems) = templates.fill(project, stack, &root, text.as_deref(), warnings);
            if stack.root != stack.name {
                problems.extend_from_slice(templates.problems());
            }
            lock_text = text;
        }
    }
    problems.extend(super::beside::check(project, &folder, stack, &root, &made));
    if !problems.is_empty() {
        return Err(problems);
    }
    let origin = format!("stack {}", stack.name);
    let mut files = Files::new();
    for (name, body) in &root.files {
        files.insert(format!("{folder}/{name}"), header::stamp(&origin, &print(body)));
    }
    for (name, text) in manifests(project, stack, lock, &folder)? {
        files.insert(format!("{folder}/{name}"), header::stamp(&origin, &text));
    }
    files.extend(templates::files(&folder, stack, &made, project));
    files.extend(lock_text.map(|text| (path, text)));
    Ok(files)
}

/// What Kubernetes reads of a stack. Where Flux writes what an image runs, the checkout knows best.
fn manifests(
    project: &Project,
    stack: &Stack,
    lock: Option<&Lock>,
    folder: &str,
) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let entries = lock.into_iter().flat_map(|lock| &lock.entries);
    let mut pins: BTreeMap<String, Pin> =
        entries.map(|(label, entry)| (label.clone(), entry.pin.clone())).collect();
    let first = stack::manifests::manifests(stack, folder, &pins)?;
    let images = stack.all::<Image>().into_iter().filter(|(_, image)| image.flux.is_some());
    let by_flux: BTreeMap<String, &str> =
        images.map(|(label, _)| (Image::flux_name(label), label)).collect();
    if by_flux.is_empty() {
        return Ok(first);
    }
    let mut problems = Vec::new();
    for (name, text) in &first {
        let path = format!("{folder}/{name}");
        if yaml::written_by_flux(text).next().is_none() {
            continue;
        }
        let Some((file, found)) = project.read(&path).map_err(|problem| vec![problem])? else {
            continue;
        };
        for written in yaml::written_by_flux(&found) {
            let Some(label) = by_flux.get(written.policy) else { continue };
            match Tag::parse(written.value) {
                Ok(tag) => {
                    pins.insert((*label).to_owned(), Pin { tag: Some(tag), ..Pin::default() });
                }
                Err(invalid) => {
                    problems.push(invalid.diagnostic(Span::new(file, written.place.clone())));
                }
            }
        }
    }
    if problems.is_empty() {
        stack::manifests::manifests(stack, folder, &pins)
    } else {
        Err(problems)
    }
}

/// The files of the module library as they stand in the project. Ours have their header lines; a
/// program's own get them here, and the variables that follow from their components.
fn vendored(project: &Project, modules: &BTreeMap<&'static str, ModuleSource>) -> Files {
    const VARIABLES: &str = "variables.tf";
    let vocabulary = project.program.vocabulary();
    let mut files = Files::new();
    for module in modules.values() {
        let path = |name: &str| format!("{}/{}/{name}", project.modules(), module.name);
        for (name, content) in module.contents() {
            let content = match header::ownership(content.as_bytes()) {
                Ownership::Foreign => header::stamp(header::LIBRARY, &content),
                _ => content,
            };
            files.insert(path(name), content);
        }
        let is_its = |kind: &&Kind| {
            kind.module.is_some_and(|it| [it.name, it.unprotected_name].contains(&module.name))
        };
        if let (false, Some(kind)) = (
            module.files.iter().any(|(name, _)| *name == VARIABLES),
            vocabulary.kinds().iter().find(is_its),
        ) {
            let variables = library::variables_tf(vocabulary, kind);
            files.insert(path(VARIABLES), header::stamp(header::LIBRARY, &variables));
        }
    }
    files
}

fn unknown_stack(name: &str, names: &[String], project: &Project) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        codes::UNKNOWN_REFERENCE,
        format!("there is no stack `{name}` in `{}`", project.stacks()),
    );
    match did_you_mean(name, names.iter().map(String::as_str)) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None if names.len() <= 10 => {
            let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            diagnostic.help(format!("there is {list}"))
        }
        None => diagnostic,
    }
}

fn no_stacks(project: &Project) -> Diagnostic {
    Diagnostic::error(codes::NO_STACK, format!("`{}` holds no stack", project.stacks()))
        .help(format!("make `{}/<name>/{DESCRIPTION}`", project.stacks()))
}

/// Makes complaints fit to be shown: at the places that people wrote, in order, and with what is
/// secret masked.
fn finish(project: &Project, diagnostics: &mut Vec<Diagnostic>) {
    let mut sources = project.sources.lock().expect("no thread panics while it holds this");
    sources.mask_secrets(diagnostics);
    crate::diagnostic::as_written(diagnostics, &sources);
    sort(diagnostics, &sources);
    // What several roots of a stack share is complained of once.
    diagnostics.dedup();
}

/// In the order of paths and places; what has no place comes first.
fn sort(diagnostics: &mut [Diagnostic], sources: &Sources) {
    diagnostics.sort_by_cached_key(|diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| {
            (sources.get(label.span.file).path.clone(), label.span.start, label.span.end)
        });
        (place, diagnostic.code, diagnostic.message.clone())
    });
}
