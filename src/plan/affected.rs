//! Which roots of a project a change can reach, and how it comes there.
//!
//! A root is rendered from what stands in its stack's folder and from a few settings of the project
//! file, and planned from its own folder and from whatever that leads to ([`Leads`]). Nothing is
//! parsed for it but descriptions that have changed.
//!
//! What a rendered file leads to follows from its description, and is taken from there as long as
//! no module has changed. So a rendered file that was edited by hand before the base is read as it
//! was rendered; `check` says that it is edited.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use super::error::Error;
use super::leads::{Leads, Tree};
use super::revision::below;
use super::root::{is_below, is_terraform, join, joined};
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::git::{Kind, Repository, Snapshot};
use crate::image;
use crate::project::{self, DESCRIPTION, Project, Settings};
use crate::stack::of_root;
use crate::tree;

/// A project where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The project.
    pub project: &'a Project,
    /// The files around it.
    pub tree: Tree<'a>,
    /// Its folder in them; empty for the top.
    pub above: &'a str,
}

/// A project as a commit holds it.
#[derive(Debug)]
pub struct Past {
    /// The whole commit.
    pub commit: Snapshot,
    /// Its folder in it.
    pub above: String,
    /// The project; `None` where there was none, and what is wrong with its file.
    pub project: Result<Option<Project>, Vec<Diagnostic>>,
}

impl Past {
    /// The project at a commit.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn of(project: &Project, commit: &str) -> Result<Self, Error> {
        let unreadable = |error: &dyn std::fmt::Display| Error::NoBase(error.to_string());
        let repository = Repository::around(&project.root).map_err(|error| unreadable(&error))?;
        let top = repository.top().unwrap_or(&project.root).to_owned();
        let id = commit.parse().map_err(|error| unreadable(&error))?;
        let commit = Snapshot::of(&repository, id).map_err(|error| unreadable(&error))?;
        let above = below(&top, &project.root).unwrap_or_default();
        let found = match Project::in_commit(&commit, &above) {
            // One that is around this folder is another one.
            Ok(found) => Ok(found
                .filter(|it| it.commit().is_some_and(|it| it.folder == above))
                .map(|it| it.of(project.program.clone()))),
            Err((_, problems)) => Err(problems),
        };
        Ok(Self { commit, above, project: found })
    }

    /// The project with its files; `None` where there was none.
    pub fn side(&self) -> Option<Side<'_>> {
        let project = self.project.as_ref().ok()?.as_ref()?;
        Some(Side { project, tree: Tree::Commit(&self.commit), above: &self.above })
    }
}

/// What a change can reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affected {
    /// The roots, sorted by name.
    pub roots: Vec<Reached>,
    /// How many roots it cannot reach.
    pub unaffected: usize,
    /// Changed descriptions that cannot be read, now or at the base, as warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// A root that a change can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Its stack, or the environment or layer in it, `shop/production/jobs`.
    pub name: String,
    /// Its folder, below the top of the repository.
    pub folder: String,
    /// Whether it is there.
    pub standing: Standing,
    /// Why, at least one, in the order of their paths; each path once, with the shortest way.
    pub reasons: Vec<Reason>,
}

/// Whether a root is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was rendered.
    Present,
    /// It is described, and was not rendered yet.
    New,
    /// It was there, or described, and is not described any more. True when its files are gone,
    /// too, and no root stands where it stood: then what it has made is destroyed.
    Gone(bool),
}

impl Standing {
    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::New => "new",
            Self::Gone(_) => "gone",
        }
    }
}

/// How a change comes to a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What has changed, below the top of the repository.
    pub path: String,
    /// What that is to the root.
    pub via: Via,
    /// The way from there: the folders that it passes, the root's own last.
    pub way: Vec<String>,
}

/// What a changed file is to a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// A file in its folder.
    File,
    /// Its images.
    Lock,
    /// The description that it is rendered from.
    Description,
    /// A template.
    Template,
    /// Another file of its stack, above its folder.
    Stack,
    /// A module that it calls, or that such a module calls.
    Module,
    /// A file that its Terraform names, or that a link in it leads to.
    Named,
    /// Another layer, that it looks up.
    Layer,
    /// The project file.
    Project,
}

impl Via {
    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Lock => "lock",
            Self::Description => "description",
            Self::Template => "template",
            Self::Stack => "stack",
            Self::Module => "module",
            Self::Named => "named",
            Self::Layer => "layer",
            Self::Project => "project",
        }
    }

    fn of_path(path: &str, otherwise: Self) -> Self {
        match path.rsplit_once('/').map_or(path, |(_, name)| name) {
            DESCRIPTION => Self::Description,
            image::FILE => Self::Lock,
            name if name.ends_with(".j2") => Self::Template,
            _ => otherwise,
        }
    }
}

impl Reached {
    /// True when what Terraform reads of it has changed: then it may plan otherwise as it is. Else
    /// it only may render otherwise.
    pub fn is_planned_otherwise(&self) -> bool {
        let own = join(&self.folder, "");
        self.reasons.iter().any(|reason| match reason.via {
            Via::Module | Via::Named | Via::Layer => true,
            Via::Project => false,
            _ => reason.path.starts_with(&own) || is_below(&self.folder, &reason.path),
        })
    }
}

impl Affected {
    /// The stacks that are affected, sorted.
    pub fn stacks(&self) -> BTreeSet<&str> {
        self.roots.iter().map(|root| of_root(&root.name)).collect()
    }
}

/// How much of the roots is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Nothing: nothing has changed.
    Nothing,
    /// What people have written: rendered files call modules of the library, and else hold what the
    /// description says.
    Written,
    /// Everything: a module has changed.
    All,
}

/// Why a change can reach a root, by what has changed.
type Reasons = BTreeMap<String, Reason>;

/// What in a stack's folder says that roots may have come or gone, by stack.
type Turned = BTreeMap<String, Vec<String>>;

/// A root as it stands.
#[derive(Debug)]
struct Site {
    name: String,
    folder: String,
    leads: Leads,
}

/// Finds what a change can reach. `past` tells what was there before, and is not always asked.
///
/// # Errors
/// When something cannot be read.
pub fn find(
    now: Side<'_>,
    changed: &BTreeSet<String>,
    past: &dyn Fn() -> Result<Past, Error>,
) -> Result<Affected, Error> {
    let change = Change { now, changed, modules: Mutex::default() };
    // Where the folder of stacks cannot be read, whoever renders says so.
    let stacks = now.project.stack_names().unwrap_or_default();
    let sites = change.sites(&stacks)?;
    let by_stack: Vec<&[Site]> =
        sites.chunk_by(|a, b| of_root(&a.name) == of_root(&b.name)).collect();
    let reasons = in_shares(&by_stack, &|beside| {
        let reasons = beside.iter().map(|site| change.reasons(site, beside));
        let mut reasons = reasons.collect::<Result<Vec<_>, _>>()?;
        add_layers(beside, &mut reasons);
        Ok(reasons)
    })?;
    let mut reasons: Vec<Reasons> = reasons.into_iter().flatten().collect();
    let mut affected = Affected::default();
    let turned = change.turned(change.stacks().as_str());
    let settings = join(now.above, project::FILE);
    if !turned.is_empty() || changed.contains(&settings) {
        let past = past()?;
        if changed.contains(&settings) {
            let both = sites.iter().zip(&mut reasons);
            change.compare_settings(&past, &settings, both, &mut affected);
        }
        change.compare_roots(&past, turned, &stacks, &sites, &mut affected)?;
    }
    let listed: BTreeSet<String> = affected.roots.iter().map(|root| root.name.clone()).collect();
    for (site, reasons) in sites.into_iter().zip(reasons) {
        match (reasons.is_empty(), listed.contains(&site.name)) {
            (_, true) => {}
            (true, false) => affected.unaffected += 1,
            (false, false) => affected.roots.push(Reached {
                name: site.name,
                folder: site.folder,
                standing: Standing::Present,
                reasons: reasons.into_values().collect(),
            }),
        }
    }
    affected.roots.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(affected)
}

/// Does something with each, on as many threads as the machine has.
fn in_shares<T: Sync, R: Send>(
    all: &[T],
    work: &(dyn Fn(&T) -> Result<R, Error> + Sync),
) -> Result<Vec<R>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = all.len().div_ceil(threads).max(16);
    let done = std::thread::scope(|scope| {
        let shares: Vec<_> = all
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(work).collect::<Result<Vec<R>, _>>()))
            .collect();
        let results = shares.into_iter().map(|share| share.join().expect("no share panics"));
        results.collect::<Result<Vec<Vec<R>>, Error>>()
    })?;
    Ok(done.into_iter().flatten().collect())
}

struct Change<'a> {
    now: Side<'a>,
    changed: &'a BTreeSet<String>,
    /// Where folders outside of the roots lead, as far as somebody asked.
    modules: Mutex<BTreeMap<String, Arc<Leads>>>,
}

impl Change<'_> {
    /// The folder of stacks.
    fn stacks(&self) -> String {
        join(self.now.above, self.now.project.stacks())
    }

    /// What has changed at a path or below it, or is a folder above it that is a link or another
    /// repository.
    fn hits<'b>(&'b self, path: &'b str) -> impl Iterator<Item = &'b String> + 'b {
        let inside = join(path, "");
        let start = if path.is_empty() { String::new() } else { inside.clone() };
        let inside = move |it: &&String| path.is_empty() || it.starts_with(&inside);
        let above = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0));
        let above = above.filter_map(|path| self.changed.get(path));
        self.changed.range(start..).take_while(inside).chain(above)
    }

    /// The roots of the stacks, with where they lead.
    fn sites(&self, stacks: &[String]) -> Result<Vec<Site>, Error> {
        let modules = join(self.now.above, self.now.project.modules());
        let mut reading = match self.changed.is_empty() {
            true => Reading::Nothing,
            false => Reading::Written,
        };
        if reading == Reading::Written {
            // Also what modules name elsewhere is a part of them.
            let library = self.leads(&modules)?;
            let mut parts = std::iter::once(&modules).chain(&library.to);
            if parts.any(|path| self.hits(path).next().is_some()) {
                reading = Reading::All;
            }
        }
        let link = self.now.tree.link(&self.stacks());
        let kinds = self.now.project.program.vocabulary().kinds();
        let files: BTreeMap<&str, &str> = kinds.iter().map(|kind| (kind.name, kind.file)).collect();
        let of_stack = |stack: &String| self.sites_of(stack, link.as_deref(), reading, &files);
        Ok(in_shares(stacks, &of_stack)?.into_iter().flatten().collect())
    }

    fn sites_of(
        &self,
        stack: &str,
        stacks_link: Option<&str>,
        reading: Reading,
        files: &BTreeMap<&str, &str>,
    ) -> Result<Vec<Site>, Error> {
        let tree = self.now.tree;
        let stacks = self.stacks();
        let folder = join(&stacks, stack);
        let mut sites = Vec::new();
        // Where the folder itself is behind a link, changes are in what the link leads to.
        let links = [tree.link(&folder), stacks_link.map(|real| join(real, stack))];
        let links: Vec<String> = links.into_iter().flatten().collect();
        walk(tree, stack, folder, &mut |name, folder, entries| {
            let mut leads = Leads::default();
            leads.to.extend(links.iter().cloned());
            let mut rendered: BTreeSet<&str> = BTreeSet::new();
            // In a stack of several roots, a component is in one of them.
            if reading == Reading::Written && name == stack {
                let text = match self.now.project.program.described(stack) {
                    Some(described) => described.text.to_string(),
                    None => tree.read(&join(folder, DESCRIPTION))?.unwrap_or_default(),
                };
                leads.add_text(&text, folder, false);
                let words = text.lines().filter_map(|line| line.split([' ', '"', '{']).next());
                rendered.extend(words.filter_map(|word| files.get(word)));
                rendered.extend(["terraform.tf", "providers.tf", image::FILE]);
            }
            if reading != Reading::Nothing {
                leads.add_entries(tree, folder, entries, &|name| rendered.contains(name))?;
            }
            sites.push(Site { name: name.to_owned(), folder: folder.to_owned(), leads });
            Ok(())
        })
        .map_err(Error::io("read", join(&stacks, stack)))?;
        Ok(sites)
    }

    /// Where a folder outside of the roots leads.
    fn leads(&self, folder: &str) -> Result<Arc<Leads>, Error> {
        let known = || self.modules.lock().expect("no thread panics while it holds this");
        if let Some(leads) = known().get(folder) {
            return Ok(Arc::clone(leads));
        }
        let mut leads = Leads::default();
        let tree = self.now.tree;
        tree.list(folder)
            .and_then(|entries| leads.add_entries(tree, folder, &entries, &|_| false))
            .map_err(Error::io("read", folder))?;
        // A module's own submodules are in it.
        leads.to.retain(|to| !is_below(to, folder));
        let leads = Arc::new(leads);
        known().insert(folder.to_owned(), Arc::clone(&leads));
        Ok(leads)
    }

    /// Why a change can reach a root, by path.
    fn reasons(&self, site: &Site, beside: &[Site]) -> Result<Reasons, Error> {
        let mut reasons = Reasons::new();
        let mut add = |path: &String, via: Via, way: &[&str]| {
            reasons.entry(path.clone()).or_insert_with(|| Reason {
                path: path.clone(),
                via,
                way: way.iter().map(|part| (*part).to_owned()).collect(),
            });
        };
        for path in self.hits(&site.folder) {
            add(path, Via::of_path(path, Via::File), &[&site.folder]);
        }
        let stack = join(&self.stacks(), of_root(&site.name));
        if stack != site.folder {
            for path in self.of_stack(&stack, site, beside) {
                add(path, Via::of_path(path, Via::Stack), &[&site.folder]);
            }
        }
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut pending: VecDeque<(String, Vec<String>)> = VecDeque::new();
        let own = vec![site.folder.clone()];
        let from_root = |leads: &Leads| -> Vec<String> {
            leads.from_root.iter().filter_map(|path| joined(&site.folder, path)).collect()
        };
        pending.extend(site.leads.to.iter().map(|to| (to.clone(), own.clone())));
        pending.extend(from_root(&site.leads).into_iter().map(|to| (to, own.clone())));
        while let Some((to, way)) = pending.pop_front() {
            if is_below(&to, &site.folder) || !seen.insert(to.clone()) {
                continue;
            }
            // The whole tree leads nowhere else.
            let leads = match to.is_empty() {
                true => Arc::default(),
                false => self.leads(&to)?,
            };
            let from = leads.is_module.then_some(to.as_str());
            let via = from.map_or(Via::Named, |_| Via::Module);
            for path in self.hits(&to).filter(|path| !is_below(path, &site.folder)) {
                let parts = from.into_iter().chain(way.iter().rev().map(String::as_str));
                add(path, via, &parts.collect::<Vec<_>>());
            }
            let way = [way.as_slice(), from.map(str::to_owned).as_slice()].concat();
            pending.extend(leads.to.iter().map(|to| (to.clone(), way.clone())));
            pending.extend(from_root(&leads).into_iter().map(|to| (to, way.clone())));
        }
        Ok(reasons)
    }

    /// What has changed in a stack's folder and in none of its roots', and may be for this one: what
    /// stands in a folder of a layer is for that layer, in all environments.
    fn of_stack<'b>(
        &'b self,
        stack: &'b str,
        site: &'b Site,
        beside: &'b [Site],
    ) -> impl Iterator<Item = &'b String> + 'b {
        let parts = site.folder.strip_prefix(stack).unwrap_or_default().split('/');
        self.hits(stack).filter(move |path| {
            if beside.iter().any(|it| is_below(path, &it.folder)) {
                return false;
            }
            let rest = path.strip_prefix(stack).unwrap_or_default().trim_start_matches('/');
            match rest.split_once('/') {
                Some((first, _)) => parts.clone().any(|part| part == first),
                None => true,
            }
        })
    }

    /// The stacks of a folder in which roots may have come or gone: their description has changed, or
    /// Terraform is not there any more.
    fn turned(&self, folder: &str) -> Turned {
        let prefix = join(folder, "");
        let mut turned = Turned::new();
        for path in self.hits(folder) {
            let rest = path.strip_prefix(&prefix).and_then(|rest| rest.split_once('/'));
            let Some((stack, name)) = rest else { continue };
            let file = name.rsplit('/').next().unwrap_or(name);
            if name == DESCRIPTION || (is_terraform(file) && !self.now.tree.has(path)) {
                turned.entry(stack.to_owned()).or_default().push(path.clone());
            }
        }
        turned
    }

    /// Adds what follows from settings that are others than before.
    fn compare_settings<'b>(
        &self,
        past: &Past,
        path: &str,
        sites: impl Iterator<Item = (&'b Site, &'b mut Reasons)>,
        affected: &mut Affected,
    ) {
        if let Err(problems) = &past.project {
            let why = problems.first().map_or("", |it| it.message.as_str());
            let message = format!("`{}` could not be read at the base: {why}", project::FILE);
            let problem = Diagnostic::error(codes::UNREADABLE, message);
            affected.diagnostics.push(as_warning(problem.help("every root counts as affected")));
        }
        let before = past.side().map(|before| &before.project.settings);
        if before.is_none_or(|before| reach_roots(before, &self.now.project.settings)) {
            for (site, reasons) in sites {
                let way = vec![site.folder.clone()];
                let reason = Reason { path: path.to_owned(), via: Via::Project, way };
                reasons.entry(path.to_owned()).or_insert(reason);
            }
        }
    }

    /// Adds the roots that are new or gone.
    fn compare_roots(
        &self,
        past: &Past,
        mut turned: Turned,
        stacks: &[String],
        sites: &[Site],
        affected: &mut Affected,
    ) -> Result<(), Error> {
        let folder = self.stacks();
        if let Some(before) = past.side() {
            let other = join(before.above, before.project.stacks());
            if other != folder {
                for (stack, paths) in self.turned(&other) {
                    turned.entry(stack).or_default().extend(paths);
                }
            }
        }
        let turned: Vec<(String, Vec<String>)> = turned.into_iter().collect();
        let compared = in_shares(&turned, &|(stack, paths)| {
            let first = sites.partition_point(|site| of_root(&site.name) < stack.as_str());
            let own = sites[first..].iter().take_while(|site| of_root(&site.name) == stack);
            let here: BTreeSet<&str> = own.map(|site| site.name.as_str()).collect();
            self.compare_stack(past, stack, paths, &here, stacks.contains(stack))
        })?;
        for (roots, diagnostics) in compared {
            affected.roots.extend(roots);
            affected.diagnostics.extend(diagnostics);
        }
        Ok(())
    }

    /// The roots of a stack that are new or gone, and descriptions that cannot be read.
    fn compare_stack(
        &self,
        past: &Past,
        stack: &str,
        paths: &[String],
        here: &BTreeSet<&str>,
        is_described: bool,
    ) -> Result<(Vec<Reached>, Vec<Diagnostic>), Error> {
        let mut diagnostics = Vec::new();
        let folder = join(&self.stacks(), stack);
        let now = match is_described && self.changed.contains(&join(&folder, DESCRIPTION)) {
            true => described(self.now, stack, None, &mut diagnostics),
            false => Some(here.iter().map(|name| (*name).to_owned()).collect()),
        };
        let of = |folder: &str, name: &str| {
            format!("{folder}{}", name.strip_prefix(stack).unwrap_or_default())
        };
        let mut before: BTreeMap<String, String> = BTreeMap::new();
        if let Some(then) = past.side() {
            let folder = join(&join(then.above, then.project.stacks()), stack);
            let mut add = |name: &str, folder: &str, _: &[(String, Kind)]| {
                before.insert(name.to_owned(), folder.to_owned());
                Ok(())
            };
            walk(then.tree, stack, folder.clone(), &mut add)
                .map_err(Error::io("read", folder.as_str()))?;
            if paths.iter().any(|path| path.ends_with(DESCRIPTION)) {
                let commit = past.commit.commit.to_string();
                let at = Some((commit.get(..7).unwrap_or_default(), self.now.project));
                let names = described(then, stack, at, &mut diagnostics);
                before.extend(names.into_iter().flatten().map(|name| {
                    let folder = of(&folder, &name);
                    (name, folder)
                }));
            }
        }
        // Nothing is known to be new or gone.
        let Some(now) = now else { return Ok((Vec::new(), diagnostics)) };
        let why = |folder: &str| -> Vec<Reason> {
            let is_why = |path: &&String| path.ends_with(DESCRIPTION) || is_below(path, folder);
            let reason = |path: &String| Reason {
                path: path.clone(),
                via: Via::of_path(path, Via::File),
                way: vec![folder.to_owned()],
            };
            paths.iter().filter(is_why).map(reason).collect()
        };
        let new = now.iter().filter(|name| !here.contains(name.as_str())).map(|name| {
            let folder = of(&folder, name);
            Reached { name: name.clone(), reasons: why(&folder), folder, standing: Standing::New }
        });
        let mut roots: Vec<Reached> = new.collect();
        // One may have come and gone without a commit, and its files are still here.
        before.extend(here.iter().map(|name| ((*name).to_owned(), of(&folder, name))));
        before.retain(|name, _| !now.contains(name));
        for (name, folder) in before {
            let is_root = |found: Vec<(String, Kind)>| found.iter().any(|(it, _)| is_terraform(it));
            let stays = now.iter().any(|it| tree::is_in(it, &name) || tree::is_in(&name, it))
                || self.now.tree.list(&folder).is_ok_and(is_root);
            let reasons = why(&folder);
            if !reasons.is_empty() {
                roots.push(Reached { name, folder, standing: Standing::Gone(!stays), reasons });
            }
        }
        Ok((roots, diagnostics))
    }
}

/// Adds the layers of a stack that look up what may tell them something else now. A layer tells others
/// nothing of the images that it runs.
fn add_layers(beside: &[Site], reasons: &mut [Reasons]) {
    let tells = |reason: &&Reason| match reason.via {
        Via::Module | Via::Named | Via::Layer => true,
        Via::Lock | Via::Project => false,
        _ => reason.way.first().is_some_and(|own| is_below(&reason.path, own)),
    };
    let mut more = true;
    while std::mem::take(&mut more) {
        for (at, site) in beside.iter().enumerate() {
            let Some((above, _)) = site.folder.rsplit_once('/') else { continue };
            if reasons[at].values().any(|it| it.via == Via::Layer) {
                continue;
            }
            let told = site.leads.looks_up.iter().find_map(|name| {
                let folder = join(above, name);
                let other = beside.iter().position(|it| it.folder == folder)?;
                let told = reasons[other].values().find(tells).filter(|_| other != at)?;
                (!reasons[at].contains_key(&told.path)).then(|| told.clone())
            });
            if let Some(told) = told {
                let way = [told.way.as_slice(), std::slice::from_ref(&site.folder)].concat();
                reasons[at].insert(told.path.clone(), Reason { via: Via::Layer, way, ..told });
                more = true;
            }
        }
    }
}

/// Whether roots may render otherwise with other settings. What `bump` does and whether modules are
/// there that nobody calls is nothing to them.
fn reach_roots(before: &Settings, now: &Settings) -> bool {
    // A setting that is added here has to be thought of.
    let Settings { stacks, modules, vendor: _, bump: _, .. } = now;
    before.stacks != *stacks || before.modules != *modules
}

/// The roots of a description, `None` with a warning where it cannot be read. One at a commit is
/// shown as one of the project now, under the commit's name.
fn described(
    side: Side<'_>,
    stack: &str,
    at: Option<(&str, &Project)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<BTreeSet<String>> {
    let path = format!("{}/{stack}/{DESCRIPTION}", side.project.stacks());
    let vocabulary = side.project.program.vocabulary();
    let roots = match side.project.read(&path) {
        Ok(None) => Ok(Vec::new()),
        // The places are those of the other project's files.
        Err(problem) if at.is_some() => Err(vec![Diagnostic { primary: None, ..problem }]),
        Err(problem) => Err(vec![problem]),
        Ok(Some((file, text))) => {
            let file = match at {
                Some((commit, shown)) => {
                    let name = format!("{commit}:{}", join(side.above, &path));
                    shown.add_source(&name, text.clone())
                }
                None => file,
            };
            crate::hcl::parse::parse(file, &text)
                .and_then(|_| tree::roots_of(vocabulary, stack, file, &text))
        }
    };
    match roots {
        Ok(roots) => Some(roots.into_iter().collect()),
        Err(problems) => {
            let shown = |it: Diagnostic| as_warning(it.help("its roots count as affected"));
            diagnostics.extend(problems.into_iter().map(shown));
            None
        }
    }
}

fn as_warning(diagnostic: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..diagnostic }
}

/// What is done with a root, by its name, its folder and what that holds.
type Found<'a> = dyn FnMut(&str, &str, &[(String, Kind)]) -> std::io::Result<()> + 'a;

/// Goes through the roots of a stack: it is one, or its environments or layers are, or the layers of
/// its environments. What stands in a root is a module of it, but for rendered roots: the stack's
/// folder may have files of people's own above those of its layers.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn walk(
    tree: Tree<'_>,
    stack: &str,
    folder: String,
    found: &mut Found<'_>,
) -> std::io::Result<()> {
    let mut pending = vec![(stack.to_owned(), folder, false)];
    while let Some((name, folder, in_root)) = pending.pop() {
        let entries = tree.list(&folder)?;
        let has = |is: &dyn Fn(&str) -> bool| {
            let is_file = |kind: Kind| matches!(kind, Kind::File | Kind::Link);
            entries.iter().any(|(name, kind)| is(name) && is_file(*kind))
        };
        let is_root = match in_root {
            false => has(&is_terraform),
            true => ["providers.tf", "terraform.tf"].iter().all(|file| has(&|name| name == *file)),
        };
        if is_root {
            found(&name, &folder, &entries)?;
        }
        if name.split('/').count() > 2 {
            continue;
        }
        for (below, kind) in entries {
            if !below.starts_with('.') && matches!(kind, Kind::Folder | Kind::Link) {
                let in_root = in_root || is_root;
                pending.push((format!("{name}/{below}"), join(&folder, &below), in_root));
            }
        }
    }
    Ok(())
}
