//! The old tree applied to a simulated state, and the new one planned against it.

use std::collections::BTreeSet;
use std::convert::identity;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;

use super::cache::{Cache, Key};
use super::error::Error;
use super::installed;
use super::layers::{self, At, Simulated};
use super::message::{self, Message, Places};
use super::modules::MODULES;
use super::providers::{self, Extent, Served};
use super::revision::{self, Git};
use super::root::{Needs, Root, States, joined};
use super::schema::Provider;
use super::server::{Serving, Validation};
use super::summary::{Guards, Known, Origin, Summary};
use super::terraform::{DATA, Surroundings, Terraform};
use super::versions::OtherVersion;
use crate::diagnostic::{Diagnostic, Sources, Span, codes};
use crate::stack::transfer::{self, Held, Ids};

/// A root to be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What people call it: a stack, or a folder.
    pub name: String,
    /// The top of the tree that it is in, absolute.
    pub top: PathBuf,
    /// Its folder, below the top.
    pub folder: String,
    /// The description that it is rendered from, below the top.
    pub description: Option<String>,
}

impl Target {
    /// The root in a folder, in the first of these trees that holds all that it reaches, or else in
    /// the smallest one that does.
    ///
    /// # Errors
    /// When the folder is no root.
    pub fn of_folder(folder: &Path, tops: &[PathBuf]) -> Result<Self, Error> {
        let shown = folder.display().to_string();
        let folder = fs::canonicalize(folder).map_err(Error::io("open", shown.as_str()))?;
        let bad_name =
            || Error::io("open", shown.as_str())(std::io::Error::other("its name is not UTF-8"));
        let all = Path::new("/");
        let root = Root::read(all, &revision::below(all, &folder).ok_or_else(bad_name)?)?;
        let holds = |top: &Path| root.folders().all(|reached| all.join(reached).starts_with(top));
        let top =
            tops.iter().map(PathBuf::as_path).chain(folder.ancestors()).find(|top| holds(top));
        let top = top.unwrap_or(all).to_owned();
        let below = revision::below(&top, &folder).ok_or_else(bad_name)?;
        let name = match below.as_str() {
            "" => folder.file_name().map_or(shown, |name| name.to_string_lossy().into_owned()),
            below => below.to_owned(),
        };
        Ok(Self { name, top, folder: below, description: None })
    }
}

/// What a root is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Base<'a> {
    /// Nothing: everything is created.
    Nothing,
    /// What it was at a commit.
    Commit(&'a Git, &'a str),
}

/// What a root's plan is made with.
#[derive(Debug)]
pub struct Planner<'a> {
    /// The program.
    pub terraform: &'a Terraform,
    /// Files with values of variables, absolute.
    pub var_files: Vec<PathBuf>,
    /// Facts about providers that come before those that we have.
    pub facts: Vec<OwnFacts>,
    /// Where schemas come from.
    pub schema: Schema,
    /// Everything is put in here.
    pub scratch: &'a Scratch,
    /// Where simulated states are kept.
    pub cache: Option<Cache>,
    /// The files that diagnostics are about.
    pub sources: &'a Mutex<Sources>,
    /// The states of layers that others look up; none at first.
    pub simulated: Mutex<Simulated>,
}

/// A file with facts of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFacts {
    /// Its path, as the user has written it.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// Where the schemas of providers come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Schema {
    /// The facts.
    #[default]
    Facts,
    /// The providers that `terraform init` has installed in a root; the facts add what a schema
    /// does not tell, and know the providers that are not installed.
    FromTerraform,
}

/// What became of a root.
#[derive(Debug, Default)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// What happens to it; `None` when that could not be found out.
    pub summary: Option<Summary>,
    /// What is wrong, and what is worth to be known.
    pub diagnostics: Vec<Diagnostic>,
    /// Modules that are not looked into, by call, with their source.
    pub unseen: Vec<(String, String)>,
    /// Providers that are planned as another version than the root wants.
    pub other_versions: Vec<OtherVersion>,
}

/// A private folder for as long as a run takes.
#[derive(Debug)]
pub struct Scratch(TempDir);

/// How the names of our folders begin; our process's number follows.
const PREFIX: &str = "stackwright-";

impl Scratch {
    /// Makes one, and removes those of runs that were killed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let prefix = format!("{PREFIX}{}-", std::process::id());
        // Readable by nobody else, as all folders of this crate are.
        tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(&parent)
            .map(Self)
            .map_err(Error::io("make a folder in", parent.display().to_string()))
    }

    /// No other folder is called so.
    pub(super) fn name(&self) -> String {
        self.0.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(super) fn folder(&self) -> Result<TempDir, Error> {
        tempfile::Builder::new()
            .prefix("")
            .tempdir_in(self.0.path())
            .map_err(Error::io("make a folder in", "a temporary folder"))
    }
}

/// Removes folders of ours whose process is gone.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let owner = rest.split_once('-').and_then(|(owner, _)| owner.parse().ok());
        let Some(owner) = owner.and_then(rustix::process::Pid::from_raw) else { continue };
        let gone = rustix::process::test_kill_process(owner) == Err(rustix::io::Errno::SRCH);
        if gone && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // Somebody else's cannot be removed, and is left.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A condition that is not met may be met by what is not made up. One that is an error does not
/// depend on it.
fn doubted(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let of_condition =
        ["check block assertion failed", "precondition failed", "postcondition failed"];
    let doubt = |diagnostic: Diagnostic| match diagnostic.message.as_str() {
        _ if diagnostic.is_error() => diagnostic,
        "invalid value for variable" => diagnostic.help(
            "offline, a variable without a value is given one that is made up: \
             `--var-file` gives it a real one",
        ),
        message if of_condition.iter().any(|end| message.ends_with(end)) => diagnostic.help(
            "offline, values of data sources and of other roots' states are made up: \
             `plan --live` knows whether it fails",
        ),
        _ => diagnostic,
    };
    diagnostics.into_iter().map(doubt).collect()
}

/// What may not be destroyed of a root, now and at the base, which is put into a folder.
fn guards(target: &Target, base: Base<'_>, folder: &Path) -> Result<Guards, Error> {
    let now = Root::read(&target.top, &target.folder)?.guarded();
    let Base::Commit(git, commit) = base else { return Ok(Guards { now, ..Guards::default() }) };
    git.extract(commit, &target.folder, folder)?;
    let before = Root::read(folder, &target.folder)?.guarded();
    Ok(Guards { now, before })
}

/// The modules of a root that are not looked into.
fn unseen(root: &Root) -> Vec<(String, String)> {
    root.unseen().iter().map(|(name, source)| (name.clone(), source.clone())).collect()
}

/// Shows the old tree the modules that are installed in the new one.
fn lend_modules(target: &Target, old_top: &Path) -> Result<(), Error> {
    let modules = Path::new(&target.folder).join(MODULES);
    let (there, here) = (target.top.join(&modules), old_top.join(&modules));
    // Who keeps them in git has them.
    if !there.is_dir() || here.exists() || !old_top.join(&target.folder).is_dir() {
        return Ok(());
    }
    let parent = here.parent().unwrap_or(old_top);
    fs::create_dir_all(parent)
        .and_then(|()| std::os::unix::fs::symlink(there, &here))
        .map_err(Error::io("link", "the installed modules"))
}

/// Writes placeholders for a root's variables, and says so to Terraform. What moves into a layer has
/// its ids, and is found when it is imported.
pub(super) fn variables(
    root: &Root,
    top: &Path,
    work: &Path,
    moved: Option<Vec<Held>>,
    serving: Option<&Serving>,
) -> Result<String, Error> {
    let mut values = root.placeholders(top)?;
    if let (Some(value), Some(moved)) = (values.get_mut(transfer::VARIABLE), moved) {
        let mut ids = Ids::new();
        for Held { address, key, kind, id, attributes } in moved {
            serving.iter().for_each(|serving| serving.hold(&kind, &id, attributes.clone()));
            ids.entry(address).or_default().insert(key, id);
        }
        *value = serde_json::json!(ids);
    }
    let text = serde_json::json!(values).to_string();
    let file = work.join("placeholders.tfvars.json");
    fs::write(&file, text).map_err(Error::io("write", "placeholders"))?;
    Ok(format!("-var-file={}", file.display()))
}

/// The simulated state's file.
pub(super) const STATE: &str = "state";

/// Why a root has no plan.
pub(super) enum Failed {
    Error(Error),
    Diagnostics(Vec<Diagnostic>),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Most roots are right, and what they name is enough to tell. What Terraform says of one that is
/// not should not depend on what we left out.
fn whole_if_refused(work: impl Fn(Extent) -> Result<Planned, Planned>) -> Planned {
    work(Extent::Named).or_else(|_| work(Extent::Whole)).unwrap_or_else(identity)
}

impl Planner<'_> {
    /// Plans a root without credentials.
    pub fn plan(&self, target: &Target, base: Base<'_>) -> Planned {
        whole_if_refused(|extent| {
            self.attempt(target, |planned| self.offline(target, base, extent, planned))
        })
    }

    /// Plans a root as it is, with the user's own credentials, providers and state. The base tells
    /// what was protected, and nothing else.
    pub fn live(&self, target: &Target, base: Base<'_>) -> Planned {
        let planned = self.attempt(target, |planned| {
            let folder = self.scratch.folder()?;
            let plan = folder.path().join("plan");
            let root = target.top.join(&target.folder);
            let (code, messages) =
                self.plan_in(&root, &plan, &["-lock=true"], &Surroundings::Live)?;
            let diagnostics = self.places(target, &target.top).diagnostics(&messages);
            if code != 0 {
                return Err(Failed::Diagnostics(diagnostics));
            }
            planned.diagnostics.extend(diagnostics);
            let shown = self.show(&root, &plan, &Surroundings::Live)?;
            let guards = guards(target, base, &folder.path().join("base"))?;
            let known = Known { guards, ..Known::default() };
            Ok(Some(Summary::read_with(&shown, Origin::Real, &known)?))
        });
        planned.unwrap_or_else(identity)
    }

    /// Asks Terraform whether a root is right.
    pub fn validate(&self, target: &Target) -> Planned {
        whole_if_refused(|extent| {
            self.attempt(target, |planned| self.validated(target, extent, planned))
        })
    }

    fn validated(
        &self,
        target: &Target,
        extent: Extent,
        planned: &mut Planned,
    ) -> Result<Option<Summary>, Failed> {
        let work = self.scratch.folder()?;
        let root = Root::read(&target.top, &target.folder)?;
        planned.unseen = unseen(&root);
        let tree = work.path().join("tree");
        root.stage(&target.top, &tree, &work.path().join(DATA), &States::new())?;
        let needs = root.needs();
        let installed = self.installed(target, &needs, work.path())?;
        let providers = providers::wanted(&needs, extent, &self.facts, installed)?;
        let served = providers::serve(&needs, providers)?;
        planned.other_versions = served.others;
        let reattach = served.serving.as_ref().map(Serving::reattach);
        let surroundings =
            Surroundings::Offline { home: work.path(), reattach: reattach.as_deref() };
        let answer = self.terraform.run(
            &tree.join(&target.folder),
            &["validate", "-json"],
            &surroundings,
        )?;
        let messages = message::of_validation(&answer)?;
        let diagnostics = self.places(target, &target.top).diagnostics(&messages);
        if messages.iter().any(Message::is_error) {
            return Err(Failed::Diagnostics(diagnostics));
        }
        planned.diagnostics.extend(diagnostics);
        Ok(None)
    }

    fn diagnostic(&self, error: &Error) -> Diagnostic {
        let diagnostic = error.diagnostic();
        let Error::BadFacts { file, error } = error else { return diagnostic };
        let Some(facts) = self.facts.iter().find(|facts| facts.file == *file) else {
            return diagnostic;
        };
        let mut lines = facts.text.split_inclusive('\n');
        let start: usize = lines.by_ref().take(error.line.saturating_sub(1)).map(str::len).sum();
        let line = lines.next().unwrap_or_default();
        let start = start + line.len() - line.trim_start().len();
        let end = start + line.trim().len();
        let mut sources = self.sources.lock().expect("no thread panics while it holds this");
        diagnostic.at(Span::new(sources.add(file.as_str(), facts.text.as_str()), start..end), "")
    }

    /// What becomes of a root; an error when Terraform refuses it.
    fn attempt(
        &self,
        target: &Target,
        work: impl FnOnce(&mut Planned) -> Result<Option<Summary>, Failed>,
    ) -> Result<Planned, Planned> {
        let mut planned = Planned { name: target.name.clone(), ..Planned::default() };
        match work(&mut planned) {
            Ok(summary) => planned.summary = summary,
            Err(Failed::Error(error)) => planned.diagnostics.push(self.diagnostic(&error)),
            Err(Failed::Diagnostics(diagnostics)) => {
                planned.diagnostics.extend(diagnostics);
                return Err(planned);
            }
        }
        Ok(planned)
    }

    fn offline(
        &self,
        target: &Target,
        base: Base<'_>,
        extent: Extent,
        planned: &mut Planned,
    ) -> Result<Option<Summary>, Failed> {
        let work = self.scratch.folder()?;
        let mut now = Root::read(&target.top, &target.folder)?;
        let old_top = work.path().join("base");
        let old = match base {
            Base::Nothing => None,
            Base::Commit(git, commit) => {
                git.extract(commit, &target.folder, &old_top)?;
                lend_modules(target, &old_top)?;
                let mut old = Root::read_without(&old_top, &target.folder, now.unseen().keys())?;
                old.drop_conditions(&old_top);
                old.drop_imports();
                // A module is looked into in both trees, or in neither.
                if old.unseen() != now.unseen() {
                    now = Root::read_without(&target.top, &target.folder, old.unseen().keys())?;
                }
                (!old.is_empty()).then_some(old)
            }
        };
        planned.unseen = unseen(&now);
        let then = match &old {
            Some(old) => self.look_up(target, old, base, At::Base, extent)?,
            None => layers::LookedUp::default(),
        };
        let found = self.look_up(target, &now, base, At::Now, extent)?;
        planned.diagnostics.extend(layers::told_anew(target, &now, &then.states, &found.states));
        let mut needs = now.needs();
        if let Some(old) = &old {
            needs.add(old.needs());
        }
        let installed = self.installed(target, &needs, work.path())?;
        let providers = providers::wanted(&needs, extent, &self.facts, installed)?;
        let key = match &old {
            Some(old) => {
                let facts = format!("{providers:?} {:?} {:?}", needs.documents, then.states);
                self.key(&facts, target, old, &old_top)
            }
            None => None,
        };
        let Served { serving, conditions, others } = providers::serve(&needs, providers)?;
        planned.other_versions = others;
        for looked_up in [&then, &found] {
            serving.iter().for_each(|serving| serving.note_made_up(&looked_up.made_up));
        }
        let reattach = serving.as_ref().map(Serving::reattach);
        let surroundings =
            Surroundings::Offline { home: work.path(), reattach: reattach.as_deref() };
        let validation = |on| serving.iter().for_each(|serving| serving.set_validation(on));
        // Both trees stand at the same path, so that a path in a value is no change; the state is
        // elsewhere, so that no tree sees it.
        let tree = work.path().join("tree");
        let folder = tree.join(&target.folder);
        let data = work.path().join(DATA);
        let state = work.path().join(STATE);
        let cached = key.as_ref().and_then(|(cache, key)| cache.take(key, &state));
        if let (Some(made_up), Some(serving)) = (&cached, &serving) {
            serving.note_made_up(made_up);
        }
        if let Some(old) = old.as_ref().filter(|_| cached.is_none()) {
            old.stage(&old_top, &tree, &data, &then.states)?;
            self.unreadable(old, target, &old_top, &folder, &surroundings)?;
            let variables = variables(old, &old_top, work.path(), None, None)?;
            // Values that were made up would be refused.
            validation(Validation::Off);
            let why = Diagnostic::error(
                codes::NOT_SIMULATED,
                format!("the old tree of `{}` cannot be simulated", target.name),
            )
            .help("what follows is about the old tree; `--from-nothing` plans without it");
            self.simulate(target, &old_top, &folder, &variables, &surroundings, why)?;
            validation(Validation::On);
            fs::remove_dir_all(&tree).map_err(Error::io("empty", "a temporary folder"))?;
            if let Some((cache, key)) = &key {
                let made_up = serving.as_ref().map(Serving::made_up).unwrap_or_default();
                cache.keep(key, &state, &made_up.texts(), &self.scratch.name());
            }
        }
        let is_gone = now.is_empty();
        let top = if is_gone { &old_top } else { &target.top };
        let moved = self.entering(target, &mut now, base, extent)?;
        let shown = old.as_ref().filter(|_| is_gone).unwrap_or(&now);
        let variables = variables(shown, top, work.path(), moved, serving.as_ref())?;
        let plan = work.path().join("plan");
        let state = format!("-state={}", state.display());
        let options = ["-refresh=false", "-lock=false", &state, &variables];
        let mut doubts = Vec::new();
        loop {
            if let (true, Some(old)) = (is_gone, &old) {
                // The whole root is gone: so is everything in it.
                fs::create_dir_all(&folder).map_err(Error::io("make", "a temporary folder"))?;
                old.stage_providers(&old_top, &folder)?;
            } else {
                now.stage(&target.top, &tree, &data, &found.states)?;
                self.unreadable(&now, target, &target.top, &folder, &surroundings)?;
            }
            let (code, mut messages) = self.plan_in(&folder, &plan, &options, &surroundings)?;
            if code != 0 {
                messages = self.without_doubted(&mut now, target, messages)?;
                if !messages.iter().any(Message::is_error) {
                    doubts.extend(messages);
                    fs::remove_dir_all(&tree).map_err(Error::io("empty", "a temporary folder"))?;
                    continue;
                }
            }
            messages.splice(..0, doubts);
            messages.sort_by(Message::by_place);
            let diagnostics = doubted(self.places(target, &target.top).diagnostics(&messages));
            if code != 0 {
                return Err(Failed::Diagnostics(diagnostics));
            }
            planned.diagnostics.extend(diagnostics);
            break;
        }
        let made_up = serving.as_ref().map(Serving::made_up).unwrap_or_default();
        let before = old.as_ref().map(Root::guarded).unwrap_or_default();
        let guards = Guards { now: now.guarded(), before };
        let known = Known { conditions, made_up, guards };
        let shown = self.show(&folder, &plan, &surroundings)?;
        Ok(Some(Summary::read_with(&shown, Origin::Simulated, &known)?))
    }

    /// Takes the conditions out of a root that are not met and depend on what is made up, and says
    /// them as warnings among the other messages.
    fn without_doubted(
        &self,
        root: &mut Root,
        target: &Target,
        messages: Vec<Message>,
    ) -> Result<Vec<Message>, Error> {
        let origins = root.origins(&target.top, &self.var_files)?;
        let mut dropped: BTreeSet<(String, usize)> = BTreeSet::new();
        let mut is_doubted = |message: &Message| {
            let Some((file, line)) = message.unmet_condition() else { return false };
            let Some(file) = joined(&target.folder, &file) else { return false };
            let place = (file, line);
            // It is said once for each instance.
            if dropped.contains(&place) {
                return true;
            }
            let text = fs::read_to_string(target.top.join(&place.0)).unwrap_or_default();
            let folder = place.0.rsplit_once('/').map_or("", |(folder, _)| folder);
            let is_doubted = origins.doubts(folder, &text, line)
                && root.drop_condition(&target.top, &place.0, line);
            if is_doubted {
                dropped.insert(place);
            }
            is_doubted
        };
        let doubt = |message: Message| match is_doubted(&message) {
            true => message.doubted(),
            false => message,
        };
        Ok(messages.into_iter().map(doubt).collect())
    }

    /// The providers that are installed in a root, where they are asked for.
    pub(super) fn installed(
        &self,
        target: &Target,
        needs: &Needs,
        work: &Path,
    ) -> Result<Vec<Provider>, Error> {
        if self.schema == Schema::Facts || needs.names().is_empty() {
            return Ok(Vec::new());
        }
        let root = target.top.join(&target.folder);
        let home = work.join("schema");
        installed::providers(&root, &target.name, needs, self.terraform, &home)
    }

    /// What the simulated state of an old tree follows from. None is kept where it may hold values
    /// that are in no repository.
    pub(super) fn key(
        &self,
        facts: &str,
        target: &Target,
        old: &Root,
        old_top: &Path,
    ) -> Option<(&Cache, Key)> {
        let cache = self.cache.as_ref().filter(|_| self.var_files.is_empty())?;
        let Terraform { product, version, .. } = self.terraform;
        // The old tree is shown the modules that are installed now, but for those that are not.
        let modules = target.top.join(&target.folder).join(MODULES);
        let unseen = format!("{:?}", old.unseen());
        let texts = [product.name(), version, facts, &target.folder, &unseen];
        match Key::new(&[old_top, &modules], &texts) {
            Ok(key) => Some((cache, key)),
            Err(error) => {
                tracing::debug!(%error, "the old tree has no digest");
                None
            }
        }
    }

    /// A file that we cannot read may run a command while it is simulated: Terraform says what is
    /// wrong with it, or nobody does, and then we do.
    pub(super) fn unreadable(
        &self,
        root: &Root,
        target: &Target,
        top: &Path,
        folder: &Path,
        surroundings: &Surroundings<'_>,
    ) -> Result<(), Failed> {
        let Some(file) = root.unreadable.first() else { return Ok(()) };
        let answer = self.terraform.run(folder, &["validate", "-json"], surroundings)?;
        let messages = message::of_validation(&answer)?;
        if messages.iter().any(Message::is_error) {
            return Err(Failed::Diagnostics(self.places(target, top).diagnostics(&messages)));
        }
        Err(Failed::Diagnostics(vec![
            Diagnostic::error(codes::BAD_ROOT, format!("cannot read `{file}`, though Terraform can"))
                .help("what cannot be read is not simulated, since it may run commands; `--live` plans it"),
        ]))
    }

    pub(super) fn simulate(
        &self,
        target: &Target,
        top: &Path,
        folder: &Path,
        variables: &str,
        surroundings: &Surroundings<'_>,
        why: Diagnostic,
    ) -> Result<(), Failed> {
        let Surroundings::Offline { home, .. } = surroundings else { return Ok(()) };
        let state = format!("-state={}", home.join(STATE).display());
        let still = ["-auto-approve", "-input=false", "-lock=false", "-refresh=false"];
        let args = [&["apply", "-json", &state, variables], &still[..]].concat();
        let answer = self.terraform.run(folder, &self.with_variables(&args), surroundings)?;
        let messages = message::of_lines(&answer)?;
        if answer.code == 0 {
            return Ok(());
        }
        let mut diagnostics = vec![why];
        let errors: Vec<Message> = messages.into_iter().filter(Message::is_error).collect();
        diagnostics.extend(self.places(target, top).diagnostics(&errors));
        Err(Failed::Diagnostics(diagnostics))
    }

    /// Plans what is in a folder: Terraform's exit code, and what it says.
    fn plan_in(
        &self,
        folder: &Path,
        plan: &Path,
        options: &[&str],
        surroundings: &Surroundings<'_>,
    ) -> Result<(i32, Vec<Message>), Error> {
        let out = format!("-out={}", plan.display());
        let args = [&["plan", "-json", "-input=false", &out], options].concat();
        let answer = self.terraform.run(folder, &self.with_variables(&args), surroundings)?;
        Ok((answer.code, message::of_lines(&answer)?))
    }

    /// A plan as JSON.
    fn show(
        &self,
        folder: &Path,
        plan: &Path,
        surroundings: &Surroundings<'_>,
    ) -> Result<Vec<u8>, Error> {
        let path = plan.display().to_string();
        let answer = self.terraform.run(folder, &["show", "-json", &path], surroundings)?;
        if answer.code != 0 {
            message::of_lines(&answer)?;
        }
        Ok(answer.stdout)
    }

    fn with_variables<'a>(&'a self, args: &[&'a str]) -> Vec<String> {
        let files = self.var_files.iter().map(|file| format!("-var-file={}", file.display()));
        args.iter().map(|arg| (*arg).to_owned()).chain(files).collect()
    }

    fn places<'a>(&'a self, target: &'a Target, top: &'a Path) -> Places<'a> {
        Places {
            top,
            folder: &target.folder,
            description: target.description.as_deref(),
            sources: self.sources,
        }
    }
}
