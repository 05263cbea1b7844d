//! `stackwright report`

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::diagnostic::{Diagnostic, Sources};
use crate::git::{Repository, Snapshot};
use crate::plan::Stop;
use crate::plan::revision::Git;
use crate::project::{FILE, Project};
use crate::report::html::{self, Changed, Data};
use crate::report::json::Check;
use crate::report::plan::json::Plan;
use crate::report::{Report, snippet};
use crate::stack::of_root;
use crate::template::is_hcl;
use crate::tree;
use clap::Args;

use super::Outcome;
use super::output::Output;
use super::parts::{Parts, Read};
use super::plan::{self, Scope};

/// Write one page for a review: what was checked, what happens, in which files
///
/// The page stands alone: it needs no network and no other file, and opens in any browser. Checks and
/// plans as `check` and `plan` do, or takes what these have printed elsewhere with `--format json`.
/// What looks like a secret is masked.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright report --html report.html                what this branch does
  stackwright report --html report.html --base v1.2.0  what has changed since a tag
  stackwright report --html report.html --all          with every stack, changed or not
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

    #[command(flatten)]
    parts: Parts,

    #[command(flatten)]
    scope: Scope,
}

pub fn report(
    project: &Project,
    args: &ReportArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let read = if args.parts.are_given() {
        match args.parts.read() {
            Ok(read) => read,
            Err(problems) => {
                output.diagnostics(&problems, &Sources::default())?;
                return Ok(Outcome::Error);
            }
        }
    } else {
        match run(project, args, output)? {
            Some(read) => read,
            None => return Ok(Outcome::Error),
        }
    };
    let (checks, plans) = (read.checks, read.plans);
    let (head, changed) = since(project, &args.scope.selection.stacks, &plans);
    let folder = project.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let text = |path: &str| fs::read_to_string(project.root.join(path)).ok();
    let data = Data::of(html::Parts {
        title: args.title.clone().or(folder).unwrap_or_default(),
        stacks: project.stacks().to_owned(),
        head,
        checks,
        plans,
        changed,
        read: Some(&text),
        ..html::Parts::default()
    });
    let page = html::page(&data);
    if args.html.as_os_str() == "-" {
        output.print(&page)?;
    } else {
        let name = args.html.display();
        write(&args.html, &page)
            .map_err(|error| anyhow::anyhow!("cannot write `{name}`: {error}"))?;
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
fn run(project: &Project, args: &ReportArgs, output: &mut Output) -> anyhow::Result<Option<Read>> {
    let progress = output.progress("checking stacks");
    let rendered = tree::render(project, &args.scope.selection.stacks, &|done| {
        progress.set_position(done as u64);
    });
    progress.finish_and_clear();
    let check = {
        let sources = project.sources.lock().expect("no thread is left");
        Check::of(&Report { rendered: &rendered, sources: &sources })
    };
    let made = plan::make(Some(project), &args.scope, None, false, output)?;
    let plans: Vec<Plan> = made.iter().map(|made| Plan::of(&made.report())).collect();
    if plans.is_empty() && !rendered.diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(None);
    }
    Ok(Some(Read { checks: vec![check], plans }))
}

/// The commit that is looked at, and what the files of the project were at the plans' base; nothing
/// where there is no such commit here.
fn since(project: &Project, stacks: &[String], plans: &[Plan]) -> (Option<String>, Vec<Changed>) {
    let Ok(repository) = Repository::around(&project.root) else { return (None, Vec::new()) };
    let git = Git::around(&project.root, LIMIT, Stop::default());
    let head = repository.tip("HEAD").ok().flatten().map(|head| {
        let head = head.to_string();
        let is_more = git.is_ok_and(|git| git.changed(&head).is_ok_and(|paths| !paths.is_empty()));
        let more = if is_more { " and uncommitted changes" } else { "" };
        format!("`{}`{more}", &head[..7.min(head.len())])
    });
    let changed = plans.first().and_then(|plan| changed(project, &repository, stacks, &plan.base));
    (head, changed.unwrap_or_default())
}

/// The longest that git may take to answer.
const LIMIT: Duration = Duration::from_secs(60);

fn changed(
    project: &Project,
    repository: &Repository,
    stacks: &[String],
    base: &str,
) -> Option<Vec<Changed>> {
    let git = Git::around(&project.root, LIMIT, Stop::default()).ok()?;
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
