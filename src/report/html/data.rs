//! What a page shows, root by root.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::Serialize;

use super::file::{Changed, File};
use crate::plan::summary::Action;
use crate::report::count;
use crate::report::json::{Check, Problem};
use crate::report::plan::json::{Component, Denied, Output, Plan};
use crate::secret;
use crate::tree::compare::Class;

/// Reads the text of a file of the checkout; `None` where there is none.
pub type Reader<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a page is made of. What is not there is not shown.
#[derive(Default)]
pub struct Parts<'a> {
    /// What the page is called.
    pub title: String,
    /// The folder of stacks, relative to the project.
    pub stacks: String,
    /// What is looked at: a commit, and whether more than it is.
    pub head: Option<String>,
    /// Checks, each of other stacks.
    pub checks: Vec<Check>,
    /// Plans, each of other roots.
    pub plans: Vec<Plan>,
    /// Files that have changed since the base.
    pub changed: Vec<Changed>,
    /// What else is to be known of the page, a sentence each.
    pub notes: Vec<String>,
    /// The graph of each system, a stack or an environment of it, as SVG.
    pub graphs: BTreeMap<String, String>,
    /// The schedules of each root, as SVG.
    pub schedules: BTreeMap<String, String>,
    /// The text of a file of the checkout, relative to the project.
    pub read: Option<Reader<'a>>,
}

impl std::fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("title", &self.title).finish_non_exhaustive()
    }
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Data {
    /// What the page is called.
    pub title: String,
    /// What it is compared with.
    pub base: String,
    /// What is looked at.
    pub head: Option<String>,
    /// How it stands, in one sentence.
    pub verdict: String,
    /// How bad that is: `error`, `loss`, `change`, `drift`, `good`.
    pub level: &'static str,
    /// More about it, a sentence each.
    pub remarks: Vec<String>,
    /// What holds data and goes.
    pub losses: Vec<Loss>,
    /// What can be filtered for, and how much there is of it: actions, `drift`, `error`, `warning`.
    pub counts: IndexMap<&'static str, usize>,
    /// Stacks, their environments and layers, in the order of names; what is of none is last, without
    /// a name.
    pub roots: Vec<Root>,
    /// The systems' graphs.
    pub graphs: BTreeMap<String, String>,
    /// The style of the pictures, once for all.
    #[serde(skip)]
    pub pictures_style: String,
}

/// Something that holds data and goes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loss {
    /// Its root.
    pub root: String,
    /// Its component.
    pub component: String,
    /// Its address.
    pub address: String,
    /// `destroyed` or `replaced`; `may be replaced`.
    pub done: String,
}

/// A stack, or an environment or layer of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Root {
    /// `shop`, `shop/production/jobs`; empty for what is of none.
    pub name: String,
    /// One line for people.
    pub words: String,
    /// The worst of it: `error`, `loss`, `replace`, `destroy`, `update`, `create`, …, `drift`,
    /// `warning`; `good` for nothing.
    pub status: &'static str,
    /// As of the page.
    pub counts: IndexMap<&'static str, usize>,
    /// False where there should be a plan and is none.
    pub planned: bool,
    /// What changes, by component.
    pub components: Vec<Component>,
    /// Outputs that change.
    pub outputs: Vec<Output>,
    /// What is denied.
    pub denied: Vec<Denied>,
    /// What the plan cannot know of it.
    pub notes: Vec<String>,
    /// What is wrong, or is to be known.
    pub problems: Vec<Placed>,
    /// Files that have changed, and files that drifted.
    pub files: Vec<File>,
    /// The system whose graph has its components.
    pub graph: Option<String>,
    /// Its schedules, as SVG.
    pub schedule: Option<String>,
}

/// A problem with the lines that it is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placed {
    /// The problem.
    #[serde(flatten)]
    pub problem: Problem,
    /// The lines, secrets masked.
    pub lines: Vec<String>,
}

/// What is read without a script.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plain<'a> {
    title: &'a str,
    base: &'a str,
    head: Option<&'a str>,
    verdict: &'a str,
    level: &'a str,
    remarks: &'a [String],
    losses: &'a [Loss],
    counts: Vec<(&'a str, usize)>,
    roots: Vec<PlainRoot<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlainRoot<'a> {
    name: &'a str,
    words: &'a str,
    status: &'a str,
    components: Vec<(&'a str, Vec<String>)>,
    problems: Vec<String>,
    files: Vec<String>,
}

/// The most lines of a problem that are shown.
const LINES: usize = 6;

impl Data {
    /// Puts the parts together.
    pub fn of(parts: Parts<'_>) -> Self {
        let mut roots: BTreeMap<String, Root> = BTreeMap::new();
        let names: BTreeSet<String> = parts
            .checks
            .iter()
            .flat_map(|check| check.stacks.clone())
            .chain(parts.plans.iter().flat_map(|plan| plan.roots.iter().map(|it| it.name.clone())))
            .collect();
        let owner = Owner { stacks: &parts.stacks, names: &names };
        for name in &names {
            roots.insert(name.clone(), Root::new(name));
        }
        for root in parts.plans.iter().flat_map(|plan| &plan.roots) {
            root_of(&mut roots, root.name.clone()).plan(root);
        }
        let read = |path: &str| parts.read.and_then(|read| read(path));
        let mut seen: Vec<&Problem> = Vec::new();
        let of_checks = parts.checks.iter().flat_map(|check| &check.diagnostics);
        for problem in of_checks.chain(parts.plans.iter().flat_map(|plan| &plan.diagnostics)) {
            // A plan looks at the descriptions, too.
            if seen.contains(&problem) {
                continue;
            }
            seen.push(problem);
            root_of(&mut roots, owner.of_problem(problem))
                .problems
                .push(Placed::of(problem, &read));
        }
        for drift in parts.checks.iter().flat_map(|check| &check.drift) {
            let class =
                [Class::Missing, Class::Stale, Class::Edited, Class::Orphan, Class::Foreign]
                    .into_iter()
                    .find(|class| class.name() == drift.class);
            let note = class.map_or("", Class::meaning);
            let found = read(&drift.path);
            let file =
                File::drifted(&drift.path, &drift.class, note, &drift.diff, found.as_deref());
            root_of(&mut roots, owner.of_path(&drift.path)).files.push(file);
        }
        for changed in &parts.changed {
            root_of(&mut roots, owner.of_path(&changed.path)).files.push(File::since_base(changed));
        }
        let mut pictures = Pictures::default();
        for (name, svg) in parts.schedules {
            if let Some(root) = roots.get_mut(&name) {
                root.schedule = Some(pictures.take(&svg));
            }
        }
        let graphs: BTreeMap<String, String> =
            parts.graphs.into_iter().map(|(name, svg)| (name, pictures.take(&svg))).collect();
        let at_rest = match parts.plans.is_empty() {
            true => "as described",
            false => "as described, nothing changes",
        };
        let nameless = roots.remove("");
        let mut roots: Vec<Root> = roots.into_values().chain(nameless).collect();
        for root in &mut roots {
            let inside = |system: &&String| {
                root.name
                    .strip_prefix(system.as_str())
                    .is_some_and(|it| it.is_empty() || it.starts_with('/'))
            };
            root.graph = graphs.keys().rev().find(inside).cloned();
            root.sum_up(at_rest);
        }
        let mut data = Self {
            title: parts.title,
            base: joined(parts.plans.iter().map(|plan| plan.base.as_str())),
            head: parts.head,
            verdict: String::new(),
            level: "good",
            remarks: Vec::new(),
            losses: losses(&roots),
            counts: IndexMap::new(),
            roots,
            graphs,
            pictures_style: pictures.style,
        };
        for name in COUNTED {
            let sum = data.roots.iter().filter_map(|root| root.counts.get(name)).sum();
            data.counts.insert(name, sum);
        }
        data.judge(&parts.checks, &parts.plans);
        data.remarks.extend(parts.notes);
        data
    }

    /// True when something is wrong or denied, or there is no plan of a root.
    pub fn has_errors(&self) -> bool {
        self.counts["error"] > 0 || self.roots.iter().any(|root| !root.planned)
    }

    /// True when something changes, or has drifted.
    pub fn has_changes(&self) -> bool {
        let changes = |root: &Root| !root.components.is_empty() || !root.outputs.is_empty();
        self.counts["drift"] > 0 || self.roots.iter().any(changes)
    }

    /// Finds the sentence.
    fn judge(&mut self, checks: &[Check], plans: &[Plan]) {
        let errors = self.counts["error"];
        let drift = self.counts["drift"];
        let actions = Action::ALL.map(|action| (action, self.counts[action.name()]));
        let happens: Vec<String> = actions
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(action, count)| format!("{count} {}", action.done()))
            .collect();
        let changing: Vec<&str> = self
            .roots
            .iter()
            .filter(|root| !root.components.is_empty() || !root.outputs.is_empty())
            .map(|root| root.name.as_str())
            .collect();
        let place = match changing.as_slice() {
            [one] => format!("`{one}`"),
            several => format!("{} roots", several.len()),
        };
        let going: BTreeSet<&str> = self
            .losses
            .iter()
            .filter(|loss| loss.done != MAYBE)
            .map(|loss| loss.done.as_str())
            .collect();
        let lost = self.losses.iter().filter(|loss| loss.done != MAYBE).count();
        let wrong = format!("{} to look at first", count(errors, "error"));
        (self.level, self.verdict) = if lost > 0 {
            let done: Vec<&str> = going.into_iter().collect();
            let verb = if lost == 1 { "is" } else { "are" };
            let what = if lost == 1 {
                "1 resource that holds data"
            } else {
                &format!("{lost} resources that hold data")
            };
            ("loss", format!("{what} {verb} {}", done.join(" or ")))
        } else if plans.is_empty() && errors > 0 {
            ("error", format!("{}: there is no plan", count(errors, "error")))
        } else if errors > 0 {
            let rest = match happens.is_empty() {
                true => String::new(),
                false => format!("; {} in {place}", listed(&happens)),
            };
            ("error", format!("{wrong}{rest}"))
        } else if !happens.is_empty() {
            ("change", format!("{} in {place}", listed(&happens)))
        } else if !changing.is_empty() {
            ("change", format!("Only outputs change, in {place}"))
        } else if drift > 0 {
            let verb = if drift == 1 { "is" } else { "are" };
            ("drift", format!("{} {verb} not as described", count(drift, "file")))
        } else if plans.is_empty() {
            ("good", "Everything is as described".to_owned())
        } else {
            ("good", "Nothing changes".to_owned())
        };
        let mut remarks = Vec::new();
        if lost > 0 && !happens.is_empty() {
            remarks.push(format!("In all: {} in {place}", listed(&happens)));
        }
        if lost > 0 && errors > 0 {
            remarks.push(wrong);
        }
        let maybe = self.losses.len() - lost;
        if maybe > 0 {
            let verb = if maybe == 1 { "holds data" } else { "hold data" };
            remarks.push(format!(
                "{} that {verb} may be replaced: only the provider knows",
                count(maybe, "resource")
            ));
        } else if lost == 0 && !happens.is_empty() {
            remarks.push("Nothing that holds data is replaced or destroyed".to_owned());
        }
        let drifted = |words: String| format!("{words}: run `stackwright render`");
        match drift {
            0 => {}
            _ if self.level == "drift" => {
                remarks.push(drifted("The plan is of the files as they are".to_owned()))
            }
            1 => remarks.push(drifted("1 file is not as described".to_owned())),
            many => remarks.push(drifted(format!("{many} files are not as described"))),
        }
        if let ("good", [check]) = (self.level, checks) {
            remarks.push(check.summary.clone());
        }
        let untouched: usize = plans.iter().map(|plan| plan.untouched).sum();
        if untouched > 0 {
            remarks.push(format!("{} more untouched", count(untouched, "root")));
        }
        let notes: BTreeSet<&str> = plans.iter().filter_map(|plan| plan.note.as_deref()).collect();
        remarks.extend(notes.into_iter().map(capital));
        self.remarks = remarks;
        self.verdict = capital(&self.verdict);
    }

    /// The same in few words.
    pub(super) fn plain(&self) -> Plain<'_> {
        let roots = self.roots.iter().map(|root| PlainRoot {
            name: &root.name,
            words: &root.words,
            status: root.status,
            components: root.components.iter().map(|it| (it.name.as_str(), lines(it))).collect(),
            problems: root.problems.iter().map(|it| line(&it.problem)).collect(),
            files: root.files.iter().map(|it| format!("{} {}", it.state, it.path)).collect(),
        });
        Plain {
            title: &self.title,
            base: &self.base,
            head: self.head.as_deref(),
            verdict: &self.verdict,
            level: self.level,
            remarks: &self.remarks,
            losses: &self.losses,
            counts: self
                .counts
                .iter()
                .map(|(name, count)| (*name, *count))
                .filter(|(_, count)| *count > 0)
                .collect(),
            roots: roots.collect(),
        }
    }
}

/// The root of a name.
fn root_of(roots: &mut BTreeMap<String, Root>, name: String) -> &mut Root {
    roots.entry(name).or_insert_with_key(|name| Root::new(name))
}

/// What can be filtered for.
const COUNTED: [&str; 10] = [
    "replace", "destroy", "update", "create", "import", "move", "forget", "drift", "error",
    "warning",
];

/// What is said of an update that may be a replacement.
const MAYBE: &str = "may be replaced";

impl Root {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            words: String::new(),
            status: "good",
            counts: IndexMap::new(),
            planned: true,
            components: Vec::new(),
            outputs: Vec::new(),
            denied: Vec::new(),
            notes: Vec::new(),
            problems: Vec::new(),
            files: Vec::new(),
            graph: None,
            schedule: None,
        }
    }

    fn plan(&mut self, root: &crate::report::plan::json::Root) {
        self.planned = root.planned;
        self.components = root.components.clone().unwrap_or_default();
        self.outputs = root.outputs.clone().unwrap_or_default();
        self.denied = root.denied.clone().unwrap_or_default();
        let unseen = root.unseen.iter();
        self.notes.extend(unseen.map(|it| {
            format!(
                "the module `{}` would have to be downloaded from `{}`, and is not looked into",
                it.module, it.source
            )
        }));
        let others = root.other_versions.iter();
        self.notes.extend(others.map(|it| {
            format!("`{}` is planned as {}, not as `{}`", it.provider, it.known, it.wanted)
        }));
    }

    /// Counts, and says how it stands; `at_rest` where there is nothing to say.
    fn sum_up(&mut self, at_rest: &str) {
        for name in COUNTED {
            let groups = self.components.iter().flat_map(|component| &component.groups);
            let count = match name {
                "drift" => self.files.iter().filter(|file| file.drift).count(),
                "error" | "warning" => {
                    self.problems.iter().filter(|it| it.problem.severity == name).count()
                }
                action => {
                    groups.filter(|it| it.action == action).map(|it| it.resources.len()).sum()
                }
            };
            self.counts.insert(name, count);
        }
        let has = |name: &str| self.counts[name] > 0;
        let lost = losses(std::slice::from_ref(self)).iter().any(|loss| loss.done != MAYBE);
        let actions = Action::ALL.map(Action::name);
        self.status = match () {
            () if lost => "loss",
            () if has("error") || !self.planned => "error",
            () => actions
                .into_iter()
                .chain(["drift", "warning"])
                .find(|name| has(name))
                .unwrap_or(if self.outputs.is_empty() { "good" } else { "update" }),
        };
        let mut words: Vec<String> = Action::ALL
            .into_iter()
            .filter(|action| has(action.name()))
            .map(|action| format!("{} {}", self.counts[action.name()], action.done()))
            .collect();
        if !self.planned {
            words.push("no plan".to_owned());
        } else if words.is_empty() && !self.outputs.is_empty() {
            words.push("only outputs change".to_owned());
        }
        for (name, what) in [("drift", "drifted file"), ("error", "error"), ("warning", "warning")]
        {
            if has(name) {
                words.push(count(self.counts[name], what));
            }
        }
        if words.is_empty() {
            let since = self.files.len();
            words.push(match since {
                0 => at_rest.to_owned(),
                files => format!("{} changed, nothing happens", count(files, "file")),
            });
        }
        self.words = words.join(", ");
    }
}

impl Placed {
    fn of(problem: &Problem, read: Reader<'_>) -> Self {
        let lines = || {
            let start = problem.start?.line;
            let end = problem.end.map_or(start, |end| end.line).min(start + LINES - 1);
            // The whole file, since a secret can be told by what stands around it.
            let text = secret::masked(&read(problem.path.as_deref()?)?);
            let lines = text.lines().skip(start.saturating_sub(1)).take(end + 1 - start);
            Some(lines.map(str::to_owned).collect())
        };
        Self { problem: problem.clone(), lines: lines().unwrap_or_default() }
    }
}

/// `stacks/shop/stack.hcl:3:1: error[SW101]: message`
fn line(problem: &Problem) -> String {
    let Problem { severity, code, message, .. } = problem;
    let place = match (&problem.path, problem.start) {
        (Some(path), Some(start)) => format!("{path}:{}:{}: ", start.line, start.column),
        (Some(path), None) => format!("{path}: "),
        (None, _) => String::new(),
    };
    format!("{place}{severity}[{code}]: {message}")
}

/// Finds out of which root something is.
struct Owner<'a> {
    stacks: &'a str,
    names: &'a BTreeSet<String>,
}

impl Owner<'_> {
    /// The root that a file stands in; its stack where it stands above its roots; or none.
    fn of_path(&self, path: &str) -> String {
        let Some(below) = path.strip_prefix(self.stacks).and_then(|it| it.strip_prefix('/')) else {
            return String::new();
        };
        let mut folder = below;
        while let Some((above, _)) = folder.rsplit_once('/') {
            if self.names.contains(above) {
                return above.to_owned();
            }
            folder = above;
        }
        // Its stack, which may be gone, or be no root itself.
        below.split_once('/').map_or_else(String::new, |(stack, _)| stack.to_owned())
    }

    /// By its place; where it has none, the root that its message names.
    fn of_problem(&self, problem: &Problem) -> String {
        if let Some(path) = &problem.path {
            return self.of_path(path);
        }
        let named = problem.message.split('`').skip(1).step_by(2);
        let root = |name: &str| match self.names.contains(name) {
            true => name.to_owned(),
            false => self.of_path(name),
        };
        named.map(root).filter(|root| self.names.contains(root)).last().unwrap_or_default()
    }
}

/// Pictures share one style, which then stands in the page once.
#[derive(Default)]
struct Pictures {
    style: String,
}

impl Pictures {
    /// A picture without its style. What single elements have of it stands as data for the script: a
    /// page without inline styles in its policy cannot have it. In texts, quotes are escaped.
    fn take(&mut self, svg: &str) -> String {
        let svg = svg.replace(" style=\"", " data-style=\"");
        let mut rest = svg.as_str();
        let mut out = String::with_capacity(svg.len());
        while let Some((before, style)) = rest.split_once("<style>") {
            out.push_str(before);
            let (style, after) = style.split_once("</style>").unwrap_or((style, ""));
            if !self.style.contains(style) {
                self.style.push_str(style);
            }
            rest = after;
        }
        out + rest
    }
}

/// What holds data and goes or may go, the certain first.
fn losses(roots: &[Root]) -> Vec<Loss> {
    let mut losses = Vec::new();
    for root in roots {
        for component in &root.components {
            for group in component.groups.iter().filter(|group| group.stateful) {
                let done = match group.action.as_str() {
                    "replace" => Action::Replace.done(),
                    "destroy" => Action::Destroy.done(),
                    _ if group.may_be_replaced => MAYBE,
                    _ => continue,
                };
                losses.extend(group.resources.iter().map(|resource| Loss {
                    root: root.name.clone(),
                    component: component.name.clone(),
                    address: resource.address.clone(),
                    done: done.to_owned(),
                }));
            }
        }
    }
    losses.sort_by_key(|loss| loss.done == MAYBE);
    losses
}

/// What happens to a component, a line for each group.
fn lines(component: &Component) -> Vec<String> {
    let headline = component.headline.iter().cloned();
    let groups = component.groups.iter().map(|group| {
        let words = match group.words.as_str() {
            "" => String::new(),
            words => format!(": {words}"),
        };
        let stateful = if group.stateful { " (holds data)" } else { "" };
        format!("{} {} {}{stateful}{words}", group.action, group.resources.len(), group.ty)
    });
    headline.chain(groups).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Each once, in the order given.
fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut once: Vec<&str> = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once.join(", ")
}

/// With a capital letter, as sentences begin.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + rest.as_str()
}
