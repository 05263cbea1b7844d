//! From the descriptions of a project to the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::compare::{Drift, compare};
use super::header::Ownership;
use super::{Files, header};
use crate::component::{Kind, ModuleSource, library};
use crate::diagnostic::{Diagnostic, Sources, codes, did_you_mean};
use crate::hcl::print::print;
use crate::image::{self, Lock};
use crate::project::{DESCRIPTION, Project, Vendor};
use crate::stack::environment::Table;
use crate::stack::{self, Stack};

/// What a project's descriptions become, compared with its checkout.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The roots rendered, sorted: stacks, or their environments, `shop/production`.
    pub stacks: Vec<String>,
    /// How many files the tree has.
    pub files: usize,
    /// Where the tree and the checkout differ, sorted by path.
    pub drifts: Vec<Drift>,
    /// Errors and warnings, in the order of paths and places.
    pub diagnostics: Vec<Diagnostic>,
}

impl Rendered {
    /// True when something keeps the tree from being complete.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// One stack's part of the tree.
#[derive(Default)]
struct Part {
    roots: Vec<String>,
    files: Vec<String>,
    modules: BTreeMap<&'static str, ModuleSource>,
    uses: Vec<image::policy::Use>,
    drifts: Vec<Drift>,
    diagnostics: Vec<Diagnostic>,
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
    for part in &mut parts {
        rendered.stacks.append(&mut part.roots);
        modules.append(&mut part.modules);
        produced.append(&mut part.files);
        uses.append(&mut part.uses);
        rendered.drifts.append(&mut part.drifts);
        rendered.diagnostics.append(&mut part.diagnostics);
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
    rendered.files = produced.len();

    if !rendered.has_errors() {
        produced.sort_unstable();
        // A part of the stacks does not tell which modules the others use.
        let folders: Vec<String> = if only.is_empty() {
            vec![project.stacks().to_owned(), project.modules().to_owned()]
        } else {
            selected.iter().map(|name| format!("{}/{name}", project.stacks())).collect()
        };
        let (orphans, diagnostics) = super::compare::orphans(project, &folders, &produced);
        rendered.drifts.extend(orphans);
        rendered.diagnostics.extend(diagnostics);
    }
    rendered.drifts.sort_by(|a, b| a.path.cmp(&b.path));
    finish(project, &mut rendered.diagnostics);
    rendered
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

/// Components that others seem to have become since `before`, the same project at another time, as
/// warnings at the places of the others.
pub fn unsaid_renames(project: &Project, before: &Project, only: &[String]) -> Vec<Diagnostic> {
    // What cannot be read is complained of elsewhere, or was so then.
    let stacks = |project| -> BTreeMap<String, Stack> {
        let read = select(project, only).map_or_else(|_| Vec::new(), |(selected, _)| selected);
        let roots = read.iter().flat_map(|name| read_one(project, name)).flatten();
        roots.map(|(stack, _, _)| (stack.root.clone(), stack)).collect()
    };
    let (before, after) = (stacks(before), stacks(project));
    let pairs = after.iter().filter_map(|(root, stack)| Some((before.get(root)?, stack)));
    let mut warnings: Vec<Diagnostic> =
        pairs.flat_map(|(before, after)| stack::rename::unsaid(before, after)).collect();
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

/// The environments of a stack; `None` for one without.
fn variants(
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
        match variants(project, stack) {
            Err(problems) => diagnostics.extend(problems),
            Ok(Some((variants, ..))) if !name.contains('/') => {
                roots.extend(variants.iter().map(|variant| format!("{stack}/{}", variant.name)));
            }
            Ok(_) => roots.push(name),
        }
    }
    (roots, diagnostics)
}

/// The stacks, or their environments (`shop/production`), that are asked for, and complaints about
/// those that the project does not have. Among many stacks, the others are not even looked at.
fn select(
    project: &Project,
    only: &[String],
) -> Result<(Vec<String>, Vec<Diagnostic>), Diagnostic> {
    let stack = |name: &String| stack::of_root(name).to_owned();
    let asked: BTreeSet<String> = only.iter().map(stack).collect();
    if !only.is_empty() && asked.iter().all(|stack| project.has_stack(stack)) {
        // An environment of a stack that is asked for as a whole is among its environments.
        let selected: BTreeSet<&String> = only
            .iter()
            .filter(|name| !name.contains('/') || !only.contains(&stack(name)))
            .collect();
        return Ok((selected.into_iter().cloned().collect(), Vec::new()));
    }
    let names = project.stack_names()?;
    let mut complaints: Vec<Diagnostic> = asked
        .iter()
        .filter(|name| !names.contains(name))
        .map(|unknown| unknown_stack(unknown, &names, project))
        .collect();
    if names.is_empty() && only.is_empty() {
        complaints.push(no_stacks(project));
    }
    let selected = match only {
        [] => names,
        only => only.iter().filter(|name| names.contains(&stack(name))).cloned().collect(),
    };
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
    for root in read_one(project, name) {
        let (stack, lock, warnings) = match root {
            Ok(root) => root,
            Err(diagnostics) => {
                part.diagnostics.extend(diagnostics);
                continue;
            }
        };
        part.roots.push(stack.root.clone());
        part.diagnostics.extend(warnings);
        part.uses.extend(image::policy::uses(&stack));
        match files(project, &stack, lock.as_ref(), &mut part.modules) {
            Ok(files) => {
                let (drifts, diagnostics) = compare(project, &files);
                part.drifts.extend(drifts);
                part.diagnostics.extend(diagnostics);
                part.files.extend(files.into_keys());
            }
            Err(diagnostics) => part.diagnostics.extend(diagnostics),
        }
    }
    part
}

/// A root's stack and lock with warnings, or everything that is wrong with them.
type ReadRoot = Result<(Stack, Option<Lock>, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Reads a stack's description and its lock, once for each of its environments; only one where it
/// is named, `shop/production`.
fn read_one(project: &Project, name: &str) -> Vec<ReadRoot> {
    let (name, environment) = match name.split_once('/') {
        Some((name, environment)) => (name, Some(environment)),
        None => (name, None),
    };
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
    let vocabulary = project.program.vocabulary();
    if let Some(described) = project.program.described(name)
        && let Err(problems) = described.check(file)
    {
        return vec![Err(problems)];
    }
    let read = |file, text: &str, root: &str, environment: Option<&str>| -> ReadRoot {
        let lock = match project.read(&format!("{}/{root}/{}", project.stacks(), image::FILE)) {
            Ok(None) => Ok(None),
            Ok(Some((file, text))) => Lock::read(file, &text).map(Some),
            Err(diagnostic) => Err(vec![diagnostic]),
        };
        match (stack::read_root(vocabulary, file, text, name, environment), lock) {
            (Ok((stack, warnings)), Ok(lock)) => Ok((stack, lock, warnings)),
            (Err(mut diagnostics), Err(more)) => {
                diagnostics.extend(more);
                Err(diagnostics)
            }
            (Err(diagnostics), Ok(_)) | (Ok(_), Err(diagnostics)) => Err(diagnostics),
        }
    };
    match stack::environment::variants(project.program.vocabulary(), file, &text) {
        Err(diagnostics) => vec![Err(diagnostics)],
        Ok(None) => match environment {
            None => vec![read(file, &text, name, None)],
            Some(environment) => one(no_environment(name, environment, &[])),
        },
        Ok(Some((variants, table, mut warnings))) => {
            let unknown =
                environment.filter(|name| !table.environments.iter().any(|known| known == name));
            if let Some(unknown) = unknown {
                return one(no_environment(name, unknown, &table.environments));
            }
            let mut roots: Vec<ReadRoot> = variants
                .into_iter()
                .filter(|variant| environment.is_none_or(|name| variant.name == name))
                .map(|variant| {
                    let made = project.add_made(file, &variant);
                    read(
                        made,
                        &variant.text,
                        &format!("{name}/{}", variant.name),
                        Some(&variant.name),
                    )
                })
                .collect();
            let stacks: Vec<&Stack> = roots.iter().flatten().map(|(stack, _, _)| stack).collect();
            let shared = stack::environment::check(&stacks);
            warnings.extend(shared);
            if warnings.iter().any(Diagnostic::is_error) {
                roots.push(Err(warnings));
            } else if let Some(Ok((_, _, all))) = roots.first_mut() {
                all.extend(warnings);
            }
            roots
        }
    }
}

fn no_environment(stack: &str, name: &str, known: &[String]) -> Diagnostic {
    let message = format!("the stack `{stack}` has no environment `{name}`");
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
    modules: &mut BTreeMap<&'static str, ModuleSource>,
) -> Result<Files, Vec<Diagnostic>> {
    let folder = format!("{}/{}", project.stacks(), stack.root);
    let up = "../".repeat(folder.split('/').count());
    let mut root = stack::lower::lower(stack, &format!("{up}{}", project.modules()));
    modules.append(&mut root.modules);
    let clashes = super::beside::check(project, &folder, stack, &root);
    if !clashes.is_empty() {
        return Err(clashes);
    }
    let origin = format!("stack {}", stack.name);
    let mut files = Files::new();
    for (name, body) in &root.files {
        files.insert(format!("{folder}/{name}"), header::stamp(&origin, &print(body)));
    }
    let path = format!("{folder}/{}", image::FILE);
    if let Some(text) = Lock::render(lock, stack, &path)? {
        files.insert(path, text);
    }
    Ok(files)
}

/// The files of the module library as they stand in the project. Ours have their header lines; a
/// program's own get them here, and the variables that follow from their components.
fn vendored(project: &Project, modules: &BTreeMap<&'static str, ModuleSource>) -> Files {
    const VARIABLES: &str = "variables.tf";
    let vocabulary = project.program.vocabulary();
    let mut files = Files::new();
    for module in modules.values() {
        let path = |name: &str| format!("{}/{}/{name}", project.modules(), module.name);
        for (name, content) in module.files {
            let content = match header::ownership(content.as_bytes()) {
                Ownership::Foreign => header::stamp(header::LIBRARY, content),
                _ => (*content).to_owned(),
            };
            files.insert(path(name), content);
        }
        let is_its = |kind: &&Kind| kind.module.is_some_and(|it| it.name == module.name);
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
