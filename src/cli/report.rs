//! `stackwright report`

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::diagnostic::Sources;
use crate::git::{Repository, Snapshot};
use crate::graph::{Choice, Graph};
use crate::plan::Stop;
use crate::plan::revision::Git;
use crate::project::{FILE, Project};
use crate::report::html::{self, Changed, Data};
use crate::report::json::Check;
use crate::report::plan::json::Plan;
use crate::report::{graph, schedule, snippet};
use crate::schedule::{Durations, Timetable, Window};
use crate::stack::of_root;
use crate::template::is_hcl;
use crate::tree;
use crate::value::TimeZone;
use clap::Args;
use jiff::Timestamp;

use super::output::Output;
use super::parts::{self, OF_A_RUN};
use super::plan::{self, Scope};
use super::schedule::time;
use super::{Outcome, check};

/// Write one page for a review: what is wrong, what happens, where and when
///
/// The page stands alone: it needs no network and no other file, and opens in any browser. Checks and
/// plans as `check` and `plan` do, or takes what these have printed elsewhere with `--format json`.
/// What looks like a secret is masked. Graph and schedules are of the stacks that change or have
/// problems, or of all that `--stack` and `--all` choose.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright report --html report.html                what this branch does
  stackwright report --html report.html --base v1.2.0  what has changed since a tag
  stackwright report --html report.html --all          with every stack, changed or not
  stackwright report --html report.html --at 2026-11-21T00:00:00Z
                                                       with that day's schedules
  stackwright report --html report.html --check check-*.json --plan plan-*.json
                                                       of what several machines have found

Exit codes:
  0  nothing changes, and everything is as described
  1  an error, or something that `--deny` forbids; the page says which, where it could be written
  2  there are changes, or files that are not as described")]
pub struct ReportArgs {
    /// Where the page is written; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: PathBuf,

    /// What the page is called [default: the name of the project's folder]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// When the day of the schedules begins, as RFC 3339 has it [default: the day of the commit that
    /// is looked at]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// What `check --format json` printed; `-` is standard input; several, and it may stand several times
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = OF_A_RUN)]
    check: Vec<PathBuf>,

    /// What `plan --format json` printed; `-` is standard input; several, and it may stand several times
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = OF_A_RUN)]
    plan: Vec<PathBuf>,

    #[command(flatten)]
    scope: Scope,
}

pub fn report(
    project: &Project,
    args: &ReportArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let found = match args.check.is_empty() && args.plan.is_empty() {
        true => run(project, args, output)?,
        false => match parts::read(&args.check, &args.plan, &[]) {
            Ok(parts) => {
                Some((parts.check.into_iter().collect(), parts.plan.into_iter().collect()))
            }
            Err(problems) => {
                output.diagnostics(&problems, &Sources::default())?;
                None
            }
        },
    };
    let Some((checks, plans)) = found else { return Ok(Outcome::Error) };
    let begin = match &args.at {
        Some(at) => Some(time(Some(at))?),
        None => None,
    };
    let Since { head, day, changed } = since(project, args.scope.stacks(), &plans);
    let mut stacks = pictured(project, args, &checks, &plans, &changed);
    let mut notes = Vec::new();
    if stacks.len() > MOST_PICTURED {
        let all = stacks.len();
        stacks.truncate(MOST_PICTURED);
        notes.push(format!(
            "Graph and schedules are of the first {MOST_PICTURED} of {all} stacks: `--stack` chooses others"
        ));
    }
    let Pictures { graphs, schedules } = pictures(project, &stacks, &plans, begin.or(day));
    let folder = project.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let text = |path: &str| fs::read_to_string(project.root.join(path)).ok();
    let data = Data::of(html::Parts {
        title: args.title.clone().or(folder).unwrap_or_default(),
        stacks: project.stacks().to_owned(),
        head,
        checks,
        plans,
        changed,
        notes,
        graphs,
        schedules,
        read: Some(&text),
    });
    let page = html::page(&data);
    if args.html.as_os_str() == "-" {
        output.print(&page)?;
    } else {
        let name = args.html.display();
        write(&args.html, &page)
            .map_err(|error| anyhow::anyhow!("cannot write `{name}`: {}", error.kind()))?;
        let verdict: String = data.verdict.chars().map(snippet::visible).collect();
        output.print(&format!("{name}: {verdict}\n"))?;
    }
    Ok(match (data.has_errors(), data.has_changes()) {
        (true, _) => Outcome::Error,
        (false, true) => Outcome::Difference,
        (false, false) => Outcome::Good,
    })
}

/// Checks and plans. `None` when no plan could be begun though the descriptions are right; it was
/// said why.
fn run(
    project: &Project,
    args: &ReportArgs,
    output: &mut Output,
) -> anyhow::Result<Option<(Vec<Check>, Vec<Plan>)>> {
    let check = check::make(project, args.scope.stacks(), output);
    let made = plan::make(Some(project), &args.scope, None, false, output)?;
    let plans: Vec<Plan> = made.iter().map(|made| Plan::of(&made.report())).collect();
    let is_wrong = check.diagnostics.iter().any(|problem| problem.severity == "error");
    Ok((is_wrong || !plans.is_empty()).then(|| (vec![check], plans)))
}

/// What git knows; nothing where there is none.
#[derive(Default)]
struct Since {
    /// The commit that is looked at, and whether there is more.
    head: Option<String>,
    /// When the day of that commit began.
    day: Option<Timestamp>,
    /// What the files of the project were at the plans' base.
    changed: Vec<Changed>,
}

fn since(project: &Project, stacks: &[String], plans: &[Plan]) -> Since {
    let Ok(repository) = Repository::around(&project.root) else { return Since::default() };
    let Ok(git) = Git::around(&project.root, LIMIT, Stop::default()) else {
        return Since::default();
    };
    let head = repository.tip("HEAD").ok().flatten().map(|head| head.to_string());
    let day = head.as_deref().and_then(|head| day(git.time(head).ok().flatten()?));
    let head = head.map(|head| {
        let is_more = git.changed(&head).is_ok_and(|paths| !paths.is_empty());
        let more = if is_more { " and uncommitted changes" } else { "" };
        format!("`{}`{more}", &head[..7.min(head.len())])
    });
    let since = plans.first();
    let changed = since.and_then(|plan| changed(project, &repository, &git, stacks, &plan.base));
    Since { head, day, changed: changed.unwrap_or_default() }
}

/// When the day of a second began, by UTC.
fn day(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second.div_euclid(86_400) * 86_400).ok()
}

/// The stacks of which there are pictures.
fn pictured(
    project: &Project,
    args: &ReportArgs,
    checks: &[Check],
    plans: &[Plan],
    changed: &[Changed],
) -> Vec<String> {
    let known = project.stack_names().unwrap_or_default();
    if args.scope.is_all() {
        return known;
    }
    if !args.scope.stacks().is_empty() {
        return args.scope.stacks().to_vec();
    }
    let above = format!("{}/", project.stacks());
    let of_path = |path: &str| Some(path.strip_prefix(&above)?.split_once('/')?.0.to_owned());
    let roots = plans.iter().flat_map(|plan| &plan.roots);
    let change = roots.filter(|root| root.components.iter().any(|it| !it.is_empty()));
    let problems = checks.iter().flat_map(|check| &check.diagnostics);
    let files = problems
        .chain(plans.iter().flat_map(|plan| &plan.diagnostics))
        .filter_map(|problem| problem.path.as_deref())
        .chain(checks.iter().flat_map(|check| &check.drift).map(|drift| drift.path.as_str()))
        .chain(changed.iter().map(|changed| changed.path.as_str()));
    let stacks: BTreeSet<String> = files
        .filter_map(of_path)
        .chain(change.map(|root| of_root(&root.name).to_owned()))
        .collect();
    stacks.into_iter().filter(|stack| known.contains(stack)).collect()
}

/// What is drawn, by the name of what it is of.
#[derive(Default)]
struct Pictures {
    graphs: BTreeMap<String, String>,
    schedules: BTreeMap<String, String>,
}

/// So many stacks are drawn: their pictures are most of a page, about 100 KB each.
const MOST_PICTURED: usize = 50;

/// How long the strip of a schedule is.
const DAY_MINUTES: u32 = 24 * 60;

/// Draws what can be read; what cannot was complained of by the check.
fn pictures(
    project: &Project,
    stacks: &[String],
    plans: &[Plan],
    begin: Option<Timestamp>,
) -> Pictures {
    let mut pictures = Pictures::default();
    if stacks.is_empty() {
        return pictures;
    }
    let (stacks, _) = tree::read(project, stacks);
    let mut drawn = Graph::of(stacks.iter().map(|(stack, _)| stack));
    for plan in plans {
        graph::mark(&mut drawn, plan);
    }
    for system in drawn.only(&Choice::Usual).systems {
        let name = system.name.clone();
        let svg = graph::svg::svg(&Graph { systems: vec![system] }, graph::svg::Options::default());
        pictures.graphs.insert(name, svg);
    }
    let Some(begin) = begin else { return pictures };
    for (stack, _) in &stacks {
        let window = Window::new(begin, DAY_MINUTES, TimeZone::UTC);
        let timetable = Timetable::of(&[stack], window, &Durations::default());
        if !timetable.roots.is_empty() {
            pictures.schedules.insert(stack.root.clone(), schedule::svg(&timetable));
        }
    }
    pictures
}

/// The longest that git may take to answer.
const LIMIT: Duration = Duration::from_secs(60);

fn changed(
    project: &Project,
    repository: &Repository,
    git: &Git,
    stacks: &[String],
    base: &str,
) -> Option<Vec<Changed>> {
    let commit = git.commit(base).ok()?;
    let paths = git.changed(&commit).ok()?;
    let snapshot = Snapshot::of(repository, commit.parse().ok()?).ok()?;
    let above = project.root.strip_prefix(repository.top()?).ok()?;
    let mut changed = Vec::new();
    for path in paths {
        let Ok(below) = Path::new(&path).strip_prefix(above) else { continue };
        let Some(name) = below.to_str().filter(|name| is_told(project, stacks, name)) else {
            continue;
        };
        let file = project.root.join(name);
        let is_file = fs::symlink_metadata(&file).is_ok_and(|it| it.is_file());
        let new = is_file.then(|| fs::read(&file).ok()).flatten();
        let old = snapshot.read(&path).ok().flatten();
        changed.push(Changed { path: name.to_owned(), old, new });
    }
    changed.retain(|file| file.old != file.new);
    Some(changed)
}

/// True for a file that stacks are made of: theirs, modules, and what else Terraform reads.
fn is_told(project: &Project, stacks: &[String], path: &str) -> bool {
    let folder = |folder: &str| path.strip_prefix(folder)?.strip_prefix('/');
    if let Some(below) = folder(project.stacks()) {
        let stacks: BTreeSet<&str> = stacks.iter().map(|stack| of_root(stack)).collect();
        return stacks.is_empty() || below.split('/').next().is_some_and(|it| stacks.contains(it));
    }
    folder(project.modules()).is_some()
        || path == FILE
        || is_hcl(path)
        || path.ends_with(".tf.json")
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".stackwright-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    tree::write::set_permissions(&file, path)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
