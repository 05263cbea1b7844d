//! `stackwright affected`

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, codes};
use crate::plan::affected::{self, Affected, Past};
use crate::plan::revision::Git;
use crate::plan::{Error, Stop};
use crate::project::Project;
use crate::report::affected as face;
use clap::{Args, ValueEnum};

use super::Outcome;
use super::output::Output;
use super::plan::{affected_by_checkout, base_of};

/// Say which stacks a change can reach, and why
///
/// Compares the files as they are, new ones among them, with the merge base with the default branch:
/// descriptions, templates, locks, modules, the project file, and whatever the Terraform of a root
/// names. Roots that are gone since are listed, too. Nothing is written, and only what has changed is
/// parsed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright affected                            each root, and how the change comes to it
  stackwright affected --base v1.2.0              since a tag
  stackwright affected --format names             one root a line
  stackwright affected --format github-matrix --shards 20
  stackwright affected --github-output            for the next jobs of a workflow
  stackwright affected --exit-code               for scripts

Exit codes:
  0  it is known what is affected
  1  an error: it is not known
  2  with `--exit-code`: something is affected")]
pub struct AffectedArgs {
    /// The revision to compare with [default: the merge base with the default branch]
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,

    /// Compare this revision instead of the files as they are
    #[arg(long, value_name = "REVISION")]
    head: Option<String>,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    /// The most jobs of a matrix, over which the roots are spread evenly
    #[arg(long, value_name = "COUNT", default_value = "10",
          value_parser = clap::value_parser!(u16).range(1..=i64::from(face::MAX_SHARDS)))]
    shards: u16,

    /// Set the outputs `matrix`, `any` and `count` of a step of GitHub Actions
    #[arg(long)]
    github_output: bool,

    /// Exit with 2 when something is affected
    #[arg(long)]
    exit_code: bool,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// One root a line.
    Names,
    /// For programs; a stable shape.
    Json,
    /// A matrix of jobs for GitHub Actions.
    GithubMatrix,
}

/// The longest that git may take.
const LIMIT: Duration = Duration::from_secs(600);

pub fn affected(
    project: &Project,
    args: &AffectedArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (affected, base, head) = match find(project, args) {
        Ok(found) => found,
        Err(problem) => {
            output.diagnostics(&[problem], &project.sources.lock().expect("no thread is left"))?;
            return Ok(Outcome::Error);
        }
    };
    let is_list = args.github_output || matches!(args.format, Format::Names | Format::GithubMatrix);
    let unlistable: Vec<Diagnostic> = face::unlistable(&affected)
        .filter(|_| is_list)
        .map(|name| {
            Diagnostic::error(codes::UNLISTABLE, format!("{name:?} cannot stand in a list"))
                .help("give its folder a name without commas and control characters")
        })
        .collect();
    let sources = project.sources.lock().expect("no thread is left").clone();
    if !unlistable.is_empty() {
        output.diagnostics(&unlistable, &sources)?;
        return Ok(Outcome::Error);
    }
    if args.github_output
        && let Err(problem) = append(&face::github_output(&affected, args.shards))
    {
        output.diagnostics(&[problem], &sources)?;
        return Ok(Outcome::Error);
    }
    if args.format != Format::Json {
        output.diagnostics(&affected.diagnostics, &sources)?;
    }
    let text = match args.format {
        Format::Terminal => face::terminal(&affected, output.style),
        Format::Names => face::names(&affected),
        Format::Json => {
            format!("{:#}\n", face::json(&affected, &base, head.as_deref(), &sources))
        }
        Format::GithubMatrix => format!("{}\n", face::matrix(&affected, args.shards)),
    };
    output.print(&text)?;
    Ok(match args.exit_code && !affected.roots.is_empty() {
        true => Outcome::Difference,
        false => Outcome::Good,
    })
}

/// What is affected, and the commits that are compared.
fn find(
    project: &Project,
    args: &AffectedArgs,
) -> Result<(Affected, String, Option<String>), Diagnostic> {
    let told = |error: Error| match error {
        Error::NoBase(message) => Diagnostic::error(codes::NO_BASE, message)
            .help("name what to compare with: `--base <revision>`"),
        error => error.diagnostic(),
    };
    let git = Git::around(&project.root, LIMIT, Stop::default()).map_err(told)?;
    let head = args.head.as_ref().map(|head| git.commit(head)).transpose().map_err(told)?;
    let (base, _) =
        base_of(&git, args.base.as_deref(), head.as_deref().unwrap_or("HEAD")).map_err(told)?;
    let Some(commit) = &head else {
        let affected = affected_by_checkout(project, &git, &base).map_err(told)?;
        return Ok((affected, base, None));
    };
    let there = Past::of(project, commit).map_err(told)?;
    let Some(now) = there.side() else {
        let why = there.project.as_ref().err().and_then(|problems| problems.first());
        let why = why.map_or_else(String::new, |problem| format!(": {}", problem.message));
        let message =
            format!("there is no project at `{}`{why}", args.head.as_deref().unwrap_or(""));
        return Err(
            Diagnostic::error(codes::UNREADABLE, message).help("compare a revision that has one")
        );
    };
    let changed = git.changed_between(&base, commit).map_err(told)?;
    let mut affected = affected::find(now, &changed, &|| Past::of(project, &base)).map_err(told)?;
    // Its places are those of the commit's files.
    let mut sources = project.sources.lock().expect("no thread is left");
    *sources = now.project.sources.lock().expect("no thread is left").clone();
    drop(sources);
    affected.diagnostics.dedup();
    Ok((affected, base, head))
}

/// Sets outputs of a step (GitHub Docs, "Workflow commands": setting an output parameter).
fn append(text: &str) -> Result<(), Diagnostic> {
    const NAME: &str = "GITHUB_OUTPUT";
    let refuse = |why: String| {
        Diagnostic::error(codes::NO_STEP, format!("the step's outputs cannot be set: {why}"))
            .help("leave `--github-output` out where no GitHub Actions runs")
    };
    let path = std::env::var_os(NAME).filter(|path| !path.is_empty());
    let path = path.ok_or_else(|| refuse(format!("`{NAME}` names no file")))?;
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| refuse(error.to_string()))
}
