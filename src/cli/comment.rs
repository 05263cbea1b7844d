//! `stackwright comment`

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bump::folder_of;
use crate::diagnostic::{Code, Diagnostic, Sources, codes};
use crate::forge::{self, Forge, Kind, Options, Place, Told, What};
use crate::git::Repository;
use crate::project::Project;
use crate::report::comment::{
    Comment, Frame, GITHUB_BYTES, GITLAB_BYTES, Marker, Parts, comment as write,
};
use crate::report::plan::json::Plan;
use clap::{Args, ValueEnum};

use super::output::Output;
use super::parts::{self, OF_A_RUN};
use super::{Outcome, check, plan};

/// Write what check and plan say as one comment on a pull request, and post it
///
/// Runs both, or takes what they printed elsewhere with `--format json`. What is lost comes first,
/// and the comment is never longer than GitHub or GitLab takes. With `--post` it is made, or changed
/// in place, through the API; the token comes from `GITHUB_TOKEN` or `GH_TOKEN`, or `GITLAB_TOKEN`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright comment                                 check, plan, and print the comment
  stackwright comment --post                          in CI: make the comment, or update it
  stackwright comment --check check.json --plan plans/*.json --post github
  stackwright comment --plan shards/*.json --missing shard-3
  stackwright comment --post github --repository acme/shop --pull-request 7
  stackwright comment --plan live.json --issue \"Live drift\" --post
                                                      one issue; closed when nothing is left to tell

Exit codes:
  0  written or posted, whatever check and plan say
  1  an error: nothing was posted")]
pub struct CommentArgs {
    /// What `check --format json` printed; `-` is standard input; several, and it may stand several times
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = OF_A_RUN)]
    check: Vec<PathBuf>,

    /// What `plan --format json` printed; `-` is standard input; several, and it may stand several times
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = OF_A_RUN)]
    plan: Vec<PathBuf>,

    /// A part that there should be, and is not, such as a failed job; may stand several times
    #[arg(long, value_name = "NAME")]
    missing: Vec<String>,

    /// Which comment it is, where a pull request has several
    #[arg(long, value_name = "KEY", default_value = "main")]
    key: Marker,

    /// Where everything is written when it is too long for a comment
    #[arg(long, value_name = "FILE", default_value = "stackwright-comment.md")]
    spill: PathBuf,

    /// Whose limit of length counts, where nothing is posted
    #[arg(long = "for", value_name = "FORGE", default_value = "github", conflicts_with = "post")]
    limit: Target,

    #[command(flatten)]
    post: PostArgs,
    #[command(flatten)]
    scope: plan::Scope,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where it is posted")]
struct PostArgs {
    /// Post it; where, is known from CI when it is not said
    #[arg(long, value_name = "FORGE", num_args = 0..=1, default_missing_value = "auto")]
    post: Option<Where>,

    /// The repository, `owner/name`; of GitLab also a project's number [default: that of the run]
    #[arg(long, value_name = "REPOSITORY", requires = "post")]
    repository: Option<String>,

    /// The number of the pull request or merge request [default: that of the run]
    #[arg(long, value_name = "NUMBER", requires = "post")]
    pull_request: Option<u64>,

    /// The address of the API [default: that of the run, or <https://api.github.com>]
    #[arg(long, value_name = "URL", requires = "post")]
    api_url: Option<String>,

    /// Keep one open issue up to date instead, with this title; close it when there is nothing to tell
    #[arg(long, value_name = "TITLE", requires = "post", conflicts_with = "pull_request")]
    issue: Option<String>,

    /// Make the comment also where there is nothing to tell
    #[arg(long, requires = "post", conflicts_with = "issue")]
    always: bool,

    /// Where the token may not write, as in a pull request from a fork, write to the job's summary
    #[arg(long, requires = "post")]
    or_summary: bool,

    /// For how long it is tried in all, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", requires = "post", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    post_for: u64,
}

/// Where a comment can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// At most 65,535 characters.
    Github,
    /// At most 999,999 characters.
    Gitlab,
}

/// Where a comment is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Where {
    /// Where the run is.
    Auto,
    /// GitHub, or a GitHub Enterprise Server.
    Github,
    /// GitLab, wherever it runs.
    Gitlab,
}

impl CommentArgs {
    /// True for parts that were made elsewhere.
    pub fn needs_no_project(&self) -> bool {
        !self.check.is_empty() || !self.plan.is_empty() || !self.missing.is_empty()
    }
}

pub fn comment(
    project: Option<&Project>,
    folder: &Path,
    args: &CommentArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    // What is wrong with the arguments is said before anything is planned.
    let place = match place(args) {
        Ok(place) => place,
        Err(problems) => return complain(problems, output),
    };
    let parts = match project {
        Some(project) => made_here(project, args, output)?,
        None => match parts::read(&args.check, &args.plan, &args.missing) {
            Ok(parts) => parts,
            Err(problems) => return complain(problems, output),
        },
    };
    let here = place.clone().or_else(|| known(None));
    let comment = write(&parts, &frame(args, here.as_ref(), folder));
    if let Some(everything) = &comment.spilled {
        fs::write(&args.spill, everything)
            .map_err(|error| anyhow::anyhow!("cannot write `{}`: {error}", args.spill.display()))?;
    }
    match place {
        Some(place) => post(&place, &comment, args, output),
        None => {
            output.print(&comment.text)?;
            Ok(Outcome::Good)
        }
    }
}

fn complain(problems: Vec<Diagnostic>, output: &mut Output) -> anyhow::Result<Outcome> {
    output.diagnostics(&problems, &Sources::default())?;
    Ok(Outcome::Error)
}

/// Checks and plans.
fn made_here(project: &Project, args: &CommentArgs, output: &mut Output) -> anyhow::Result<Parts> {
    let check = check::make(project, args.scope.stacks(), output);
    let plan = plan::make(Some(project), &args.scope, None, false, output)?;
    let missing = if plan.is_none() { vec!["plan".to_owned()] } else { Vec::new() };
    Ok(Parts {
        check: Some(check),
        plan: plan.map(|made| Plan::of(&made.report())),
        missing,
        ..Parts::default()
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|it| !it.is_empty())
}

/// Where CI says that the run is.
fn known(kind: Option<Kind>) -> Option<Place> {
    let event = variable("GITHUB_EVENT_PATH").and_then(|path| fs::read_to_string(path).ok());
    forge::environment(kind, &variable, event.as_deref())
}

/// Where it is posted; `None` where it is not.
fn place(args: &CommentArgs) -> Result<Option<Place>, Vec<Diagnostic>> {
    let Some(wanted) = args.post.post else { return Ok(None) };
    let kind = match wanted {
        Where::Auto => None,
        Where::Github => Some(Kind::Github),
        Where::Gitlab => Some(Kind::Gitlab),
    };
    let unknown = |what: &str, help: &str| Diagnostic::error(WHERE, what).help(help);
    let Some(mut place) = known(kind) else {
        return Err(vec![unknown(
            "it is not known where to post: this is no run of GitHub Actions or GitLab CI",
            "say it: `--post github --repository owner/name --pull-request 7`",
        )]);
    };
    let PostArgs { repository, pull_request, api_url, .. } = &args.post;
    if let Some(repository) = repository {
        // The files of the run are those of its own repository.
        if place.repository.as_ref() != Some(repository) {
            place.files = None;
        }
        place.repository = Some(repository.clone());
    }
    place.pull_request = pull_request.or(place.pull_request);
    place.api = api_url.clone().unwrap_or(place.api);
    let mut problems = Vec::new();
    let named = |name: &str| match place.kind {
        Kind::Github => {
            let parts: Vec<&str> = name.split('/').collect();
            parts.len() == 2 && parts.iter().all(|part| is_plain(part))
        }
        Kind::Gitlab => name.split('/').all(is_plain),
    };
    match &place.repository {
        None => problems.push(unknown(
            "it is not known in which repository to post",
            "say it: `--repository owner/name`",
        )),
        Some(name) if !named(name) => problems.push(unknown(
            &format!("`{name}` names no repository"),
            "write `owner/name`; of GitLab `group/project`, or the project's number",
        )),
        Some(_) => {}
    }
    if place.pull_request.is_none() && args.post.issue.is_none() {
        problems.push(unknown(
            "it is not known on which pull request to comment: the run is of none",
            "run it on `pull_request` (GitHub) or in a merge request pipeline (GitLab), or say it: \
             `--pull-request 7`",
        ));
    }
    if problems.is_empty() { Ok(Some(place)) } else { Err(problems) }
}

const WHERE: Code = codes::WHERE_TO_POST;

fn is_plain(part: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !part.is_empty() && part.chars().all(known) && part.chars().any(|c| c != '.')
}

fn frame(args: &CommentArgs, place: Option<&Place>, folder: &Path) -> Frame {
    let posted = place.filter(|_| args.post.post.is_some()).map(|place| place.kind);
    let gitlab = match posted {
        Some(kind) => kind == Kind::Gitlab,
        None => args.limit == Target::Gitlab,
    };
    let below = Repository::around(folder).map(|it| folder_of(&it, folder)).unwrap_or_default();
    let all = place.and_then(|place| place.files.as_deref());
    let see = plan::see(&args.spill);
    let run =
        place.and_then(|place| place.run.as_deref()).filter(|run| !run.contains([')', ' ', '\n']));
    Frame {
        marker: Some(args.key.clone()),
        limit_bytes: if gitlab { GITLAB_BYTES } else { GITHUB_BYTES },
        files: all.map(|all| forge::files(all, &below)),
        rest: match run {
            Some(run) => format!("{see}, an artifact of [this run]({run}) where it keeps that"),
            None => see,
        },
    }
}

fn post(
    place: &Place,
    comment: &Comment,
    args: &CommentArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let what = match (&args.post.issue, place.pull_request) {
        (Some(title), _) => What::Issue(title.clone()),
        (None, number) => What::Comment(number.unwrap_or_default()),
    };
    let options = Options::within(Duration::from_secs(args.post.post_for));
    let repository = place.repository.as_deref().unwrap_or_default();
    let told =
        Forge::open(place.kind, &place.api, repository, options, &variable).and_then(|forge| {
            forge.tell(&what, &args.key, &comment.text, comment.quiet, args.post.always)
        });
    let line = match told {
        Ok(Told::Created(url)) => format!("created {url}\n"),
        Ok(Told::Updated(url)) => format!("updated {url}\n"),
        Ok(Told::Unchanged(url)) => format!("unchanged {url}\n"),
        Ok(Told::Closed(url)) => format!("closed {url}\n"),
        Ok(Told::Nothing) => "nothing to tell\n".to_owned(),
        Err(error) if error.is_read_only() && args.post.or_summary => {
            output.diagnostics(
                &[Diagnostic {
                    severity: crate::diagnostic::Severity::Warning,
                    ..error.diagnostic()
                }],
                &Sources::default(),
            )?;
            return summary(comment, output);
        }
        Err(error) => return complain(vec![error.diagnostic()], output),
    };
    output.print(&line)?;
    Ok(Outcome::Good)
}

/// Writes to the job's summary, or prints where there is none.
fn summary(comment: &Comment, output: &mut Output) -> anyhow::Result<Outcome> {
    match variable("GITHUB_STEP_SUMMARY") {
        Some(path) => {
            let file = fs::OpenOptions::new().append(true).create(true).open(path);
            file.and_then(|mut file| file.write_all(comment.text.as_bytes())).map_err(|error| {
                anyhow::anyhow!("`$GITHUB_STEP_SUMMARY` cannot be written: {error}")
            })?;
            output.print("written to the job's summary\n")?;
        }
        None => output.print(&comment.text)?,
    }
    Ok(Outcome::Good)
}
