//! `stackwright plan`

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::bump;
use crate::diagnostic::{Diagnostic, Sources, codes};
use crate::git::{Repository, Snapshot};
use crate::plan::affected::{self, Affected, Past, Reached, Side, Standing};
use crate::plan::cache::Cache;
use crate::plan::compare::{Base, OwnFacts, Planned, Planner, Schema, Scratch, Target};
use crate::plan::deny::{self, Deny};
use crate::plan::leads::Tree;
use crate::plan::revision::Git;
use crate::plan::summary::{Origin, Summary};
use crate::plan::terraform::Terraform;
use crate::plan::{Error, Stop, roots};
use crate::project::Project;
use crate::report::comment::{Frame, Parts, comment};
use crate::report::markdown::code;
use crate::report::plan::{self as face, PlanReport};
use crate::tree;
use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Outcome, Selection};

/// Show what this branch creates, updates, replaces and destroys, without credentials
///
/// Plans the files as they are against the merge base with the default branch, with the real
/// `terraform` or `tofu` and a provider that is only simulated: no account, no network, no download.
/// Stacks of which nothing has changed are left out. Nothing in the checkout is written, no state
/// is read.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright plan                             what this branch does
  stackwright plan --base v1.2.0 --stack shop  what has changed in one stack since a tag
  stackwright plan --from-nothing --all        what it takes to make everything
  stackwright plan --root infra/prod           any folder of Terraform, rendered or not
  stackwright plan --live                      with your own credentials, provider and state
  stackwright plan --plan-json plan.json       the report for a plan made elsewhere
  stackwright plan --format markdown           one comment for a pull request

Exit codes:
  0  no changes
  1  an error, or something that `--deny` forbids
  2  there are changes")]
pub struct PlanArgs {
    #[command(flatten)]
    scope: Scope,

    /// Plan this folder of Terraform instead of the project's stacks
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["stacks", "all"])]
    root: Option<PathBuf>,

    /// Plan with your own credentials, provider and state
    #[arg(long, conflicts_with_all = ["from_nothing", "plan_json"])]
    live: bool,

    /// Report on what `terraform show -json <plan>` has printed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stacks", "all", "root", "base", "from_nothing"])]
    plan_json: Option<PathBuf>,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    /// Where `--format markdown` writes the whole report when it is too long for a comment
    #[arg(long, value_name = "FILE", default_value = "stackwright-plan.md")]
    spill: PathBuf,
}

/// What is planned of a project, against what, and how.
#[derive(Debug, Args)]
pub struct Scope {
    #[command(flatten)]
    selection: Selection,

    /// The revision to compare with [default: the merge base with the default branch]
    #[arg(long, value_name = "REVISION", conflicts_with = "from_nothing")]
    base: Option<String>,

    /// Compare with nothing: everything is created
    #[arg(long)]
    from_nothing: bool,

    /// Plan every stack, also those of which nothing has changed
    #[arg(long, conflicts_with = "stacks")]
    all: bool,

    /// Values of variables; may stand several times
    ///
    /// Variables without a value get a placeholder of their type.
    #[arg(long = "var-file", value_name = "FILE")]
    var_files: Vec<PathBuf>,

    /// Simulate the base anew, and keep nothing of it
    ///
    /// What is simulated of a base is kept in your cache folder, and found there by content.
    #[arg(long)]
    no_cache: bool,

    /// Changes that are an error, such as `replace:stateful` or `destroy:aws_lb`; `none` for none
    ///
    /// `stateful` is what holds data: databases, buckets, file systems, queues, keys, repositories,
    /// log groups. Where CI is set, the default is `replace:stateful,destroy:stateful`. What is, or
    /// was, `protected` by `prevent_destroy` is denied beside whatever stands here but `none`.
    /// `maybe-replace` is an update that the real provider may turn into a replacement.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    deny: Vec<String>,

    #[command(flatten)]
    tool: Tool,
}

/// The Terraform that a command runs.
#[derive(Debug, Args)]
pub struct Tool {
    /// The `terraform` or `tofu` to run [default: the first on the PATH]
    #[arg(long, value_name = "PATH")]
    terraform: Option<PathBuf>,

    /// The longest that one run of it may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "600")]
    timeout: u64,

    /// Facts about a provider, made by `stackwright provider distill`; may stand several times
    ///
    /// They come before those that Stackwright has.
    #[arg(long, value_name = "FILE")]
    facts: Vec<PathBuf>,

    /// Where the schemas of providers come from
    #[arg(long, value_name = "SOURCE", default_value = "facts")]
    schema: SchemaSource,
}

/// Where the schemas of providers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SchemaSource {
    /// Facts: those of `--facts`, and those that Stackwright has.
    Facts,
    /// The providers that `terraform init` has installed in the root.
    FromTerraform,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// For programs; a stable shape.
    Json,
    /// For one comment on a pull request, never longer than GitHub takes.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
}

impl Tool {
    pub fn limit(&self) -> Duration {
        Duration::from_secs(self.timeout.max(1))
    }

    pub fn facts(&self) -> anyhow::Result<Vec<OwnFacts>> {
        let read = |file: &PathBuf| {
            let text = fs::read_to_string(file)
                .map_err(|error| anyhow::anyhow!("cannot read `{}`: {error}", file.display()))?;
            Ok(OwnFacts { file: file.display().to_string(), text })
        };
        self.facts.iter().map(read).collect()
    }

    pub fn schema(&self) -> Schema {
        match self.schema {
            SchemaSource::Facts => Schema::Facts,
            SchemaSource::FromTerraform => Schema::FromTerraform,
        }
    }

    pub fn find(&self, stop: &Stop) -> Result<Terraform, Error> {
        // A path is meant from here, and a root is somewhere else.
        let program = self.terraform.as_deref().map(|path| {
            let named = path.components().count() > 1;
            std::path::absolute(path).ok().filter(|_| named).unwrap_or_else(|| path.to_owned())
        });
        Terraform::find(program.as_deref(), self.limit(), stop.clone())
    }

    /// Finds it while something else is prepared: it takes a moment to say its version.
    pub fn find_beside<T>(
        &self,
        stop: &Stop,
        prepare: impl FnOnce() -> Result<T, Error>,
    ) -> Result<(T, Terraform), Error> {
        std::thread::scope(|scope| {
            let found = scope.spawn(|| self.find(stop));
            let prepared = prepare()?;
            Ok((prepared, found.join().expect("finding a program does not panic")?))
        })
    }
}

impl PlanArgs {
    /// True for a plan of something that is not in a project.
    pub fn needs_no_project(&self) -> bool {
        self.root.is_some() || self.plan_json.is_some()
    }
}

impl Scope {
    /// The stacks that are named.
    pub fn stacks(&self) -> &[String] {
        &self.selection.stacks
    }

    /// True when every stack is, changed or not.
    pub fn is_all(&self) -> bool {
        self.all
    }

    fn rules(&self) -> anyhow::Result<Vec<Deny>> {
        match self.deny.as_slice() {
            [] if is_ci() => Ok([deny::always(), deny::in_ci()].concat()),
            [none] if none == "none" => Ok(Vec::new()),
            rules => {
                let rules = rules.iter().map(|rule| {
                    rule.parse().map_err(|why| anyhow::anyhow!("`--deny {rule}`: {why}"))
                });
                deny::always().into_iter().map(Ok).chain(rules).collect()
            }
        }
    }
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| !ci.is_empty() && ci != "false" && ci != "0")
}

/// Where the user's programs keep what can be made again (XDG Base Directory Specification; macOS,
/// "File System Programming Guide").
fn caches() -> Option<PathBuf> {
    let named = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    named("XDG_CACHE_HOME").or_else(|| {
        let below = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        named("HOME").filter(|home| home.is_dir()).map(|home| home.join(below))
    })
}

/// What is planned, and against what.
struct Work {
    targets: Vec<Target>,
    unchanged: usize,
    git: Option<Git>,
    commit: Option<String>,
    base: String,
    /// What is to be known first.
    diagnostics: Vec<Diagnostic>,
}

/// A plan that was made, with what its report says besides.
pub struct Made {
    first: Vec<Diagnostic>,
    planned: Vec<Planned>,
    unchanged: usize,
    base: String,
    origin: Origin,
    deny: Vec<Deny>,
    sources: Sources,
}

impl Made {
    /// What there is to tell of it.
    pub fn report(&self) -> PlanReport<'_> {
        PlanReport {
            first: &self.first,
            planned: &self.planned,
            unchanged: self.unchanged,
            base: &self.base,
            origin: self.origin,
            deny: &self.deny,
            sources: &self.sources,
        }
    }
}

pub fn plan(
    project: Option<&Project>,
    args: &PlanArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let made = match &args.plan_json {
        Some(file) => plan_json(file, args.scope.rules()?)?,
        None => match make(project, &args.scope, args.root.as_deref(), args.live, output)? {
            Some(made) => made,
            None => return Ok(Outcome::Error),
        },
    };
    print(&made.report(), args, output)
}

/// Plans; `None` when that could not be begun, and it was said why.
pub fn make(
    project: Option<&Project>,
    scope: &Scope,
    root: Option<&Path>,
    live: bool,
    output: &mut Output,
) -> anyhow::Result<Option<Made>> {
    let deny = scope.rules()?;
    let stop = stop()?;
    let own = Mutex::default();
    let sources = project.map_or(&own, |project| &project.sources);
    let prepare = || prepare(project, scope, root, live, &stop, output);
    let (work, terraform) = match scope.tool.find_beside(&stop, prepare) {
        Ok(ready) => ready,
        Err(error) => {
            output.diagnostics(&[error.diagnostic()], &Sources::default())?;
            return Ok(None);
        }
    };
    if work.diagnostics.iter().any(Diagnostic::is_error) {
        output.diagnostics(&work.diagnostics, &locked(sources))?;
        return Ok(None);
    }
    let var_files: Vec<PathBuf> = scope
        .var_files
        .iter()
        .map(fs::canonicalize)
        .collect::<Result<_, _>>()
        .map_err(|error| anyhow::anyhow!("cannot open a `--var-file`: {error}"))?;
    let scratch = match Scratch::new() {
        Ok(scratch) => scratch,
        Err(error) => {
            output.diagnostics(&[error.diagnostic()], &Sources::default())?;
            return Ok(None);
        }
    };
    let planner = Planner {
        terraform: &terraform,
        var_files,
        facts: scope.tool.facts()?,
        schema: scope.tool.schema(),
        scratch: &scratch,
        cache: caches().filter(|_| !scope.no_cache).and_then(|caches| Cache::open(&caches)),
        sources,
        simulated: Mutex::default(),
    };
    let base = match (&work.git, &work.commit) {
        (Some(git), Some(commit)) => Base::Commit(git, commit),
        _ => Base::Nothing,
    };
    let mut planned = side_by_side(&work.targets, output, "planning", &|target| match live {
        true => planner.live(target, base),
        false => planner.plan(target, base),
    });
    if let Some(project) = project {
        let kinds = project.program.own_kinds();
        planned
            .iter_mut()
            .flat_map(|it| &mut it.summary)
            .for_each(|it| it.kinds.clone_from(&kinds));
    }
    Ok(Some(Made {
        first: work.diagnostics,
        planned,
        unchanged: work.unchanged,
        base: work.base,
        origin: if live { Origin::Real } else { Origin::Simulated },
        deny,
        sources: locked(sources).clone(),
    }))
}

/// What somebody else has planned.
fn plan_json(file: &Path, deny: Vec<Deny>) -> anyhow::Result<Made> {
    let name = file.display().to_string();
    let json = fs::read(file).map_err(|error| anyhow::anyhow!("cannot read `{name}`: {error}"))?;
    let mut planned = Planned { name: name.clone(), ..Planned::default() };
    match Summary::read(&json, Origin::Real) {
        Ok(summary) => planned.summary = Some(summary),
        Err(error) => planned.diagnostics.push(
            Diagnostic::error(
                codes::BAD_PLAN,
                format!("`{name}` is not a plan as JSON: {}", why(&error)),
            )
            .help("make it with `terraform plan -out=plan` and `terraform show -json plan`"),
        ),
    }
    Ok(Made {
        first: Vec::new(),
        planned: vec![planned],
        unchanged: 0,
        base: "its state".to_owned(),
        origin: Origin::Real,
        deny,
        sources: Sources::default(),
    })
}

fn why(error: &Error) -> String {
    match error {
        Error::Answer { why, .. } => why.clone(),
        error => error.to_string(),
    }
}

fn print(report: &PlanReport<'_>, args: &PlanArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let text = match args.format {
        Format::Terminal => {
            output.diagnostics(&report.diagnostics(), report.sources)?;
            face::terminal::plan(report, output.style)
        }
        Format::Json => Output::json(&face::json::Plan::of(report))?,
        Format::Github => face::github::plan(report),
        Format::Markdown => {
            let parts = Parts { plan: Some(face::json::Plan::of(report)), ..Parts::default() };
            let comment = comment(&parts, &Frame::plain(see(&args.spill)));
            if let Some(whole) = &comment.spilled {
                fs::write(&args.spill, whole).map_err(|error| {
                    anyhow::anyhow!("cannot write `{}`: {error}", args.spill.display())
                })?;
            }
            comment.text
        }
    };
    output.print(&text)?;
    Ok(match (report.has_errors(), report.has_changes()) {
        (true, _) => Outcome::Error,
        (false, true) => Outcome::Difference,
        (false, false) => Outcome::Good,
    })
}

/// Where the rest of a comment is, in Markdown.
pub fn see(spill: &Path) -> String {
    format!("see {}", code(&spill.display().to_string()))
}

/// Finds out what to plan.
fn prepare(
    project: Option<&Project>,
    scope: &Scope,
    root: Option<&Path>,
    live: bool,
    stop: &Stop,
    output: &Output,
) -> Result<Work, Error> {
    let start = match (project, root) {
        (_, Some(root)) => root.to_owned(),
        (Some(project), None) => project.root.clone(),
        (None, None) => PathBuf::from("."),
    };
    let git = Git::around(&start, scope.tool.limit(), stop.clone());
    let (commit, base) = match (&scope.base, &git) {
        _ if scope.from_nothing => (None, "nothing".to_owned()),
        (_, Ok(git)) => base_of(git, scope.base.as_deref(), "HEAD")
            .map(|(commit, base)| (Some(commit), base))?,
        // A folder that nobody keeps has no past.
        (None, Err(_)) if root.is_some() || scope.all => (None, "nothing".to_owned()),
        (_, Err(_)) => return Err(git.err().unwrap_or(Error::Stopped)),
    };
    let base = if live { "the real state".to_owned() } else { base };
    let git = git.ok();
    let mut work =
        Work { targets: Vec::new(), unchanged: 0, git, commit, base, diagnostics: Vec::new() };
    let top = work.git.as_ref().map(|git| git.top.clone());
    let Some(project) = project else {
        work.targets.push(Target::of_folder(&start, &tops(top))?);
        return Ok(work);
    };
    let top = top.unwrap_or_else(|| project.root.clone());
    let known = project.stack_names().unwrap_or_default();
    let asked = scope.selection.stacks.as_slice();
    let select = |asked: &[String]| {
        tree::select(project, asked).unwrap_or_else(|problem| (Vec::new(), vec![problem]))
    };
    let (mut stacks, unknown) =
        if asked.is_empty() { (known.clone(), Vec::new()) } else { select(asked) };
    let affected = match (&work.git, &work.commit) {
        // What is not there may be gone.
        (Some(git), Some(commit)) if asked.is_empty() || !unknown.is_empty() => {
            Some(affected_by_checkout(project, git, commit)?)
        }
        _ => None,
    };
    let reached = affected.iter().flat_map(|affected| &affected.roots);
    let target = |it: &Reached| roots::of_folder(project, &top, &it.name, &it.folder);
    let mut gone: Vec<Target> =
        reached.clone().filter(|it| it.standing == Standing::Gone(true)).map(target).collect();
    if !unknown.is_empty() {
        let is_gone = |name: &&String| gone.iter().any(|it| tree::is_in(&it.name, name));
        let (of_gone, rest): (Vec<String>, Vec<String>) =
            asked.iter().cloned().partition(|name| is_gone(&name));
        gone.retain(|it| of_gone.iter().any(|name| tree::is_in(&it.name, name)));
        (stacks, work.diagnostics) =
            if rest.is_empty() { (Vec::new(), Vec::new()) } else { select(&rest) };
    }
    if !work.diagnostics.is_empty() {
        return Ok(work);
    }
    let mut targets = roots::of_stacks(project, &top, &stacks)?;
    targets.extend(gone);
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    let all = targets.len();
    if let (Some(affected), [], false) = (&affected, asked, scope.all) {
        targets.retain(|target| {
            let found = affected.roots.iter().find(|it| it.name == target.name);
            found.is_some_and(|it| {
                it.is_planned_otherwise() || !matches!(it.standing, Standing::Present)
            })
        });
    }
    work.targets = targets;
    work.unchanged = all - work.targets.len();
    let mut described = stacks_of(&work.targets, &known);
    if let (Some(affected), []) = (&affected, asked) {
        let stacks = affected.stacks();
        described.extend(known.iter().filter(|name| stacks.contains(name.as_str())).cloned());
        described.sort_unstable();
        described.dedup();
    }
    work.diagnostics = drift(project, &described, output);
    if let Some(commit) = &work.commit {
        work.diagnostics.extend(unsaid_renames(project, commit, &described));
    }
    Ok(work)
}

/// The commit that is compared with, and what people call it: the one that is asked for, or where the
/// head left the branch that it goes to.
pub fn base_of(git: &Git, asked: Option<&str>, head: &str) -> Result<(String, String), Error> {
    if let Some(revision) = asked {
        return Ok((git.commit(revision)?, revision.to_owned()));
    }
    let branch = std::env::var("GITHUB_BASE_REF").ok().filter(|branch| !branch.is_empty());
    let commit = git.merge_base(head, branch.as_deref())?;
    let short = commit.get(..7).unwrap_or(&commit).to_owned();
    Ok((commit, short))
}

/// What the working tree changes of a commit, and which roots that can reach.
pub fn affected_by_checkout(project: &Project, git: &Git, commit: &str) -> Result<Affected, Error> {
    let changed = git.changed(commit)?;
    let above = git.below(&project.root);
    let now = Side { project, tree: Tree::Disk(&git.top), above: &above };
    affected::find(now, &changed, &|| Past::of(project, commit))
}

/// The trees that a root may be in: its repository, or where we stand.
pub fn tops(repository: Option<PathBuf>) -> Vec<PathBuf> {
    let here = std::env::current_dir().and_then(fs::canonicalize).ok();
    repository.into_iter().chain(here).collect()
}

/// The stacks that the targets are roots of.
fn stacks_of(targets: &[Target], known: &[String]) -> Vec<String> {
    let is_planned = |name: &&String| {
        targets.iter().any(|target| target.name.split('/').next() == Some(name.as_str()))
    };
    known.iter().filter(is_planned).cloned().collect()
}

/// Says which components seem to have another label since the base. Where the base's descriptions
/// cannot be read, nothing is said: the plan itself is of the files.
fn unsaid_renames(project: &Project, commit: &str, names: &[String]) -> Vec<Diagnostic> {
    let before = Repository::around(&project.root).ok().and_then(|repository| {
        let folder = bump::folder_of(&repository, &project.root);
        let snapshot = Snapshot::of(&repository, commit.parse().ok()?).ok()?;
        Some(Project::in_commit(&snapshot, &folder).ok()??.of(project.program.clone()))
    });
    match before {
        Some(before) if !names.is_empty() => tree::unsaid_renames(project, &before, names),
        _ => Vec::new(),
    }
}

/// A plan is of the files: says so where a description has moved on.
fn drift(project: &Project, names: &[String], output: &Output) -> Vec<Diagnostic> {
    if names.is_empty() {
        return Vec::new();
    }
    let progress = output.progress("checking stacks");
    let rendered = tree::render(project, names, &|done| progress.set_position(done as u64));
    progress.finish_and_clear();
    let mut diagnostics = rendered.diagnostics;
    if let Some(drift) = rendered.drifts.first() {
        let count = match rendered.drifts.len() {
            1 => "1 file differs".to_owned(),
            count => format!("{count} files differ"),
        };
        diagnostics.push(
            Diagnostic::warning(
                codes::PLAN_OF_DRIFT,
                format!(
                    "{count} from the description, `{}` first: the plan is of the files",
                    drift.path
                ),
            )
            .help("run `stackwright render`, and plan again"),
        );
    }
    diagnostics
}

/// Does something with each root, on as many threads as the machine has.
pub fn side_by_side(
    targets: &[Target],
    output: &Output,
    what: &'static str,
    work: &(dyn Fn(&Target) -> Planned + Sync),
) -> Vec<Planned> {
    let progress = output.progress(what);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(targets.len());
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Planned)>> = Mutex::default();
    let run = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(target) = targets.get(at) else { break };
            let planned = work(target);
            done.lock().expect("no thread panics while it holds this").push((at, planned));
            progress.inc(1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(run);
        }
    });
    progress.finish_and_clear();
    let mut done = done.into_inner().expect("every thread has ended");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, planned)| planned).collect()
}

/// Pulled when the user or the machine wants us to end, so that nothing is left behind. The second
/// time, what runs is killed; the third time, we are gone at once.
pub fn stop() -> anyhow::Result<Stop> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let stop = Stop::default();
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let pulled = stop.clone();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for _ in signals.forever() {
            if pulled.pull() > 2 {
                std::process::exit(1);
            }
        }
    })?;
    Ok(stop)
}

fn locked(sources: &Mutex<Sources>) -> std::sync::MutexGuard<'_, Sources> {
    sources.lock().expect("no thread is left")
}
