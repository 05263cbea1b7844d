//! From the descriptions of a project to the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::compare::{Drift, compare};
use super::{Files, header};
use crate::component::{self, ModuleSource};
use crate::diagnostic::{Diagnostic, Sources, codes, did_you_mean};
use crate::hcl::print::print;
use crate::image::{self, Lock};
use crate::project::{DESCRIPTION, Project, Vendor};
use crate::stack::{self, Stack};

/// What a project's descriptions become, compared with its checkout.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The stacks rendered, sorted.
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
        modules.append(&mut part.modules);
        produced.append(&mut part.files);
        uses.append(&mut part.uses);
        rendered.drifts.append(&mut part.drifts);
        rendered.diagnostics.append(&mut part.diagnostics);
    }
    rendered.diagnostics.extend(image::policy::shared_tags(&uses));
    if project.settings.vendor.0 == Vendor::All {
        for module in component::kinds().iter().filter_map(|kind| kind.module) {
            stack::lower::add_module(&mut modules, module);
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
    rendered.stacks = selected;
    rendered.drifts.sort_by(|a, b| a.path.cmp(&b.path));
    finish(project, &mut rendered.diagnostics);
    rendered
}

/// The stacks that are asked for; all that there are where one of them is not among them. Among
/// many stacks, the others are not even looked at.
fn names(project: &Project, only: &[String]) -> Result<Vec<String>, Diagnostic> {
    if only.is_empty() || !only.iter().all(|name| project.has_stack(name)) {
        return project.stack_names();
    }
    let names: BTreeSet<&String> = only.iter().collect();
    Ok(names.into_iter().cloned().collect())
}

/// The stacks of a project with their locks, all or those named, and everything that is wrong with
/// them: what is complained of is not among them.
pub fn read(project: &Project, only: &[String]) -> (Vec<(Stack, Option<Lock>)>, Vec<Diagnostic>) {
    let (selected, mut diagnostics) =
        select(project, only).unwrap_or_else(|diagnostic| (Vec::new(), vec![diagnostic]));
    let mut stacks = Vec::new();
    for name in &selected {
        match read_one(project, name) {
            Ok((stack, lock, warnings)) => {
                stacks.push((stack, lock));
                diagnostics.extend(warnings);
            }
            Err(problems) => diagnostics.extend(problems),
        }
    }
    let uses: Vec<_> = stacks.iter().flat_map(|(stack, _)| image::policy::uses(stack)).collect();
    diagnostics.extend(image::policy::shared_tags(&uses));
    finish(project, &mut diagnostics);
    (stacks, diagnostics)
}

/// The names of a project's stacks, all or those asked for, and complaints about those asked for
/// that it does not have.
pub(crate) fn select(
    project: &Project,
    only: &[String],
) -> Result<(Vec<String>, Vec<Diagnostic>), Diagnostic> {
    let names = names(project, only)?;
    let mut complaints: Vec<Diagnostic> = only
        .iter()
        .filter(|name| !names.contains(name))
        .map(|unknown| unknown_stack(unknown, &names, project))
        .collect();
    let selected: Vec<String> =
        names.into_iter().filter(|name| only.is_empty() || only.contains(name)).collect();
    if selected.is_empty() && only.is_empty() {
        complaints.push(no_stacks(project));
    }
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
    match read_one(project, name) {
        Ok((stack, lock, warnings)) => {
            part.diagnostics = warnings;
            part.uses = image::policy::uses(&stack);
            match files(project, &stack, lock.as_ref(), &mut part.modules) {
                Ok(files) => {
                    let (drifts, diagnostics) = compare(project, &files);
                    part.drifts = drifts;
                    part.diagnostics.extend(diagnostics);
                    part.files = files.into_keys().collect();
                }
                Err(diagnostics) => part.diagnostics.extend(diagnostics),
            }
        }
        Err(diagnostics) => part.diagnostics = diagnostics,
    }
    part
}

/// Reads a stack's description and its lock, with warnings.
fn read_one(
    project: &Project,
    name: &str,
) -> Result<(Stack, Option<Lock>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let folder = format!("{}/{name}", project.stacks());
    project.inside(&folder).map_err(|diagnostic| vec![diagnostic])?;
    let lock = match project.read(&format!("{folder}/{}", image::FILE)) {
        Ok(None) => Ok(None),
        Ok(Some((file, text))) => Lock::read(file, &text).map(Some),
        Err(diagnostic) => Err(vec![diagnostic]),
    };
    let stack = match project.read(&format!("{folder}/{DESCRIPTION}")) {
        Ok(Some((file, text))) => stack::read(file, &text, name),
        Ok(None) => Err(vec![Diagnostic::error(
            codes::UNREADABLE,
            format!("`{folder}/{DESCRIPTION}` went away while it was read"),
        )]),
        Err(diagnostic) => Err(vec![diagnostic]),
    };
    match (stack, lock) {
        (Ok((stack, warnings)), Ok(lock)) => Ok((stack, lock, warnings)),
        (Err(mut diagnostics), Err(more)) => {
            diagnostics.extend(more);
            Err(diagnostics)
        }
        (Err(diagnostics), Ok(_)) | (Ok(_), Err(diagnostics)) => Err(diagnostics),
    }
}

/// The files of a stack's root, and the modules that they call.
fn files(
    project: &Project,
    stack: &Stack,
    lock: Option<&Lock>,
    modules: &mut BTreeMap<&'static str, ModuleSource>,
) -> Result<Files, Vec<Diagnostic>> {
    let folder = format!("{}/{}", project.stacks(), stack.name);
    let up = "../".repeat(folder.split('/').count());
    let mut root = stack::lower::lower(stack, &format!("{up}{}", project.modules()));
    modules.append(&mut root.modules);
    let clashes = super::beside::check(project, &folder, stack, &root);
    if !clashes.is_empty() {
        return Err(clashes);
    }
    let origin = format!("{folder}/{DESCRIPTION}");
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

/// The files of the module library as they stand in the project.
fn vendored(project: &Project, modules: &BTreeMap<&'static str, ModuleSource>) -> Files {
    let mut files = Files::new();
    for module in modules.values() {
        for (name, content) in module.files {
            files.insert(
                format!("{}/{}/{name}", project.modules(), module.name),
                (*content).to_owned(),
            );
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

/// Makes complaints fit to be shown: in order, and with what is secret masked.
fn finish(project: &Project, diagnostics: &mut [Diagnostic]) {
    let mut sources = project.sources.lock().expect("no thread panics while it holds this");
    for diagnostic in diagnostics.iter().filter(|d| d.code == codes::SECRET_WRITTEN) {
        diagnostic.primary.iter().for_each(|label| sources.mask(label.span));
    }
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
