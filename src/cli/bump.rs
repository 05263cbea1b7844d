//! `stackwright bump`

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::Program;
use crate::bump::{self, Applied, Bump, Bumped, Ending, Intent, Patience, Rules, Style};
use crate::component::bundle::Reason;
use crate::diagnostic::{Diagnostic, Sources, codes};
use crate::forge::{self, Forge, Options};
use crate::git::{Identity, Remote, Repository, Snapshot};
use crate::project::{self, Project, PushVia};
use crate::report;
use crate::stack::field::Literal;
use crate::value::Scalar as _;
use clap::{Args, ValueEnum};

use super::output::Output;
use super::registry::RegistryArgs;
use super::{Outcome, Selection};

/// Commit new images to a branch, whoever else is pushing
///
/// Locks the images to the references that you give, renders the stacks concerned on top of the
/// branch's newest commit, and commits the result: one or two lines an image. The commit is built
/// in git's object database; your working tree and index stay as they are. With `--push` the branch
/// is the remote's, and when somebody else is faster, the bump starts again from their commit.
/// Nothing is merged, rebased or overwritten. An image that runs already, or that a newer one has
/// superseded, is success without a commit.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright bump server=b5735582 loader=b5735582 --push
  stackwright bump shop/web=v1.4.0@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  stackwright bump web=v1.4.0 --dry-run           show the commit
  stackwright bump web=v1.3.9 --rollback \"orders are lost\" --push
  stackwright bump --from-registry --push         the newest that each policy takes
  stackwright bump web --release-hold --push      let it move again
  stackwright bump web=v1.4.0 --push --branch-name bump/web   for a pull request
  stackwright bump web=v1.4.0 --push-via github   a commit that GitHub signs

Exit codes:
  0  committed, or nothing to do, or superseded by a newer image, or held
  1  an error: nothing was committed
With `--format json`, for scripts:
  0  committed
  1  an error: nothing was committed
  3  nothing to do: it runs already
  4  superseded: what runs is newer
  5  held: it was rolled back")]
pub struct BumpArgs {
    /// What to run: `image=tag`, `image=sha256:…`, `image=tag@sha256:…`
    ///
    /// `stack/image=tag` where several stacks have an image of that name.
    #[arg(value_name = "[STACK/]IMAGE=REFERENCE", required_unless_present = "from_registry")]
    images: Vec<String>,

    /// Ask the registries for the newest image that each policy takes
    ///
    /// Of the images that are named, or of all that have a policy other than `commit`.
    #[arg(long)]
    from_registry: bool,

    /// Ask the registries for the digest of each tag, and lock both
    #[arg(long)]
    resolve: bool,

    #[command(flatten)]
    selection: Selection,

    /// Fetch the remote's branch, and push the commit to it
    #[arg(long)]
    push: bool,

    /// Show the commit, and make none
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    branch: BranchArgs,
    #[command(flatten)]
    commit: CommitArgs,
    #[command(flatten)]
    patience: PatienceArgs,
    #[command(flatten)]
    registry: RegistryArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What may move")]
struct RuleArgs {
    /// Go back to an older image, and hold it there
    #[arg(long, value_name = "REASON", value_parser = reason)]
    rollback: Option<Reason>,

    /// Move only some images of a bundle, for once
    #[arg(long, value_name = "REASON", value_parser = reason)]
    partial: Option<Reason>,

    /// Let images move again that were rolled back
    #[arg(long, conflicts_with = "rollback")]
    release_hold: bool,

    /// Commit although other files of the stack had drifted, and leave those as they are
    #[arg(long)]
    allow_drift: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where it goes")]
struct BranchArgs {
    /// The branch [default: the one that is checked out]
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,

    /// Commit to this branch instead, from which a pull request is made
    #[arg(long, value_name = "BRANCH")]
    branch_name: Option<String>,

    /// The remote [default: the branch's own, or `origin`]
    #[arg(long, value_name = "REMOTE", requires = "push")]
    remote: Option<String>,

    /// Let the working tree and index follow the commit
    #[arg(long, conflicts_with_all = ["push", "push_via", "branch_name"])]
    worktree: bool,

    /// How the commit gets to the remote, with `--push` or without [default: git]
    ///
    /// With `github`, GitHub makes the commit and signs it, as the owner of the token in
    /// `GITHUB_TOKEN` or `GH_TOKEN`.
    #[arg(long, value_name = "HOW")]
    push_via: Option<Via>,

    /// GitHub's repository, `owner/name` [default: that of the remote]
    #[arg(long, value_name = "REPOSITORY")]
    repository: Option<String>,

    /// The address of GitHub's API [default: that of the run, or of the remote]
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
}

/// How a commit gets to the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Via {
    /// By `git push`.
    Git,
    /// By GitHub's API, which signs it.
    Github,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What the commit says")]
struct CommitArgs {
    /// The message, as a template of `images`, `stacks`, `branch`, `rollback`, `partial`, `source_commit`, `run`
    #[arg(long, short, value_name = "TEMPLATE")]
    message: Option<String>,

    /// A line that ends the message; may stand several times
    #[arg(long = "trailer", value_name = "KEY: VALUE")]
    trailers: Vec<String>,

    /// Write `[skip ci]` into the message
    #[arg(long)]
    skip_ci: bool,

    /// The commit from which the images were built
    #[arg(long, value_name = "COMMIT", value_parser = line)]
    source_commit: Option<String>,

    /// The address of the CI run [default: GitHub's or GitLab's]
    #[arg(long, value_name = "URL", value_parser = line)]
    run_url: Option<String>,

    /// Whose the commit is [default: as git is configured]
    #[arg(long, value_name = "NAME <MAIL>")]
    author: Option<Identity>,

    /// Who makes the commit [default: the author]
    #[arg(long, value_name = "NAME <MAIL>")]
    committer: Option<Identity>,

    /// Ask neither the `commit-msg` hook nor the `pre-push` hook
    #[arg(long)]
    no_verify: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How long it tries")]
struct PatienceArgs {
    /// How often it tries in all, when others are faster
    #[arg(long, value_name = "COUNT", default_value = "100", value_parser = clap::value_parser!(u32).range(1..))]
    attempts: u32,

    /// For how long it tries in all, in seconds
    #[arg(long = "for", value_name = "SECONDS", default_value = "300", value_parser = clap::value_parser!(u64).range(..=DAY))]
    seconds: u64,

    /// How long one fetch or push may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = clap::value_parser!(u64).range(1..=DAY))]
    timeout: u64,
}

/// How a bump is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// One JSON value.
    Json,
}

/// In seconds: longer than any job waits.
const DAY: u64 = 24 * 60 * 60;

fn line(text: &str) -> Result<String, String> {
    match text.trim().is_empty() || text.contains(char::is_control) {
        true => Err("write one line".to_owned()),
        false => Ok(text.to_owned()),
    }
}

fn reason(text: &str) -> Result<Reason, String> {
    Reason::parse(text).map_err(|invalid| invalid.message)
}

/// What went wrong, and the texts that it is about.
type Problems = (Sources, Vec<Diagnostic>);

pub fn bump(
    program: &Program,
    folder: &Path,
    args: &BumpArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let progress = output.progress("bumping");
    let tell = |what: &str| {
        progress.set_message(what.to_owned());
        progress.tick();
    };
    let result = prepare(program, folder, args).and_then(|mut bump| {
        if args.from_registry {
            bump.ask_for_newest(&args.registry.open(), args.registry.own(), &tell)?;
        }
        if args.resolve {
            bump.ask_for_digests(&args.registry.open(), args.registry.own(), &tell)?;
        }
        let bumped = bump.run(&tell)?;
        Ok((bump, bumped))
    });
    progress.finish_and_clear();
    match result {
        Ok((bump, bumped)) => report_done(&bump, &bumped, args, output),
        Err((sources, problems)) => {
            match args.format {
                Format::Json => {
                    let json = report::bump::json_failed(&problems, &sources);
                    output.print(&format!("{json:#}\n"))?;
                }
                Format::Terminal => output.diagnostics(&problems, &sources)?,
            }
            Ok(Outcome::Error)
        }
    }
}

fn report_done(
    bump: &Bump,
    bumped: &Bumped,
    args: &BumpArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    match args.format {
        Format::Json => {
            output.print(&format!("{:#}\n", report::bump::json(bumped)))?;
        }
        Format::Terminal => {
            output.diagnostics(&bumped.applied.warnings, &bumped.applied.sources)?;
            output.print(&report::bump::terminal(bumped, output.style))?;
            let here = bump.repository.top().is_some()
                && bump.repository.head_branch().is_ok_and(|head| head == bumped.branch);
            if bumped.ending == Ending::Bumped && bump.remote.is_none() && !bump.worktree && here {
                output.note(&as_it_was(&bumped.applied));
            }
        }
    }
    append("GITHUB_OUTPUT", &report::bump::github_output(bumped), bumped)?;
    append("GITHUB_STEP_SUMMARY", &report::bump::markdown(bumped), bumped)?;
    let code = match (args.format, bumped.ending) {
        (Format::Terminal, _) | (Format::Json, Ending::Bumped | Ending::Previewed) => {
            return Ok(Outcome::Good);
        }
        (Format::Json, Ending::Unchanged) => 3,
        (Format::Json, Ending::Superseded) => 4,
        (Format::Json, Ending::Held) => 5,
    };
    Ok(Outcome::Code(code))
}

/// How to bring the working tree to the commit; only the files that it changed, for there may be
/// other work in it.
fn as_it_was(applied: &Applied) -> String {
    let files: Vec<String> =
        applied.files().into_keys().map(|path| format!("':/{path}'")).collect();
    let how = match files.len() {
        0..=3 => format!("`git restore --staged --worktree {}` brings it", files.join(" ")),
        _ => "`git restore --staged --worktree <file>` brings each file that it changed".to_owned(),
    };
    format!("your working tree is as it was: {how} to the commit")
}

/// Appends to the file that a variable of the environment names, where there is one.
fn append(variable: &str, text: &str, bumped: &Bumped) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let file = fs::OpenOptions::new().append(true).create(true).open(PathBuf::from(path));
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        let done = if bumped.commit.is_some() { "the commit is made, but " } else { "" };
        anyhow::anyhow!("{done}`${variable}` cannot be written: {error}")
    })
}

/// What the arguments mean.
fn prepare(program: &Program, folder: &Path, args: &BumpArgs) -> Result<Bump, Problems> {
    let one = |diagnostic| (Sources::default(), vec![diagnostic]);
    let repository = Repository::around(folder).map_err(|error| one(error.diagnostic()))?;
    let settings = settings(&repository, folder)?;
    let (mut intents, mut problems) = (Vec::new(), Vec::new());
    for image in &args.images {
        match Intent::parse(image) {
            Ok(intent) => intents.push(intent),
            Err(problem) => problems.push(problem),
        }
    }
    let text = |field: fn(&project::Bump) -> &Option<Literal<String>>| {
        let literal = settings.as_ref().and_then(|settings| field(settings).as_ref());
        literal.map(|literal| literal.0.clone())
    };
    let identity = |given: &Option<Identity>,
                    field: fn(&project::Bump) -> &Option<Literal<Identity>>| {
        let configured = settings.as_ref().and_then(|settings| field(settings).as_ref());
        given.clone().or_else(|| configured.map(|literal| literal.0.clone()))
    };
    let author = identity(&args.commit.author, |settings| &settings.author);
    let committer = identity(&args.commit.committer, |settings| &settings.committer);
    let branch = match args.branch.branch.clone().or_else(|| text(|settings| &settings.branch)) {
        Some(branch) => Ok(branch),
        None => repository.head_branch().map_err(|error| error.diagnostic()),
    };
    let branch = branch.and_then(checked_branch).unwrap_or_else(|problem| {
        problems.push(problem);
        String::new()
    });
    let proposal = args.branch.branch_name.clone().map(checked_branch).transpose();
    let proposal = proposal.unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if args.branch.worktree && problems.is_empty() {
        problems.extend(repository.follows(&branch).err().map(|error| error.diagnostic()));
    }
    if !problems.is_empty() {
        return Err((Sources::default(), problems));
    }
    let via = match args.branch.push_via {
        Some(Via::Git) => PushVia::Git,
        Some(Via::Github) => PushVia::Github,
        None => settings.as_ref().map_or(PushVia::Git, |settings| settings.push_via.0),
    };
    let push = args.push || args.branch.push_via.is_some();
    let remote = push.then(|| {
        let name = args.branch.remote.clone().or_else(|| text(|settings| &settings.remote));
        let name = name.unwrap_or_else(|| repository.remote_of(&branch));
        Remote { name, limit: Duration::from_secs(args.patience.timeout) }
    });
    let github = match &remote {
        Some(remote) if via == PushVia::Github => {
            if author.is_some() || committer.is_some() {
                let message = "GitHub's API makes commits in the name of the token's owner only";
                let problem = Diagnostic::error(codes::NOT_THROUGH_API, message);
                return Err(one(problem.help(
                    "take `author` and `committer` out, in the `bump` block, too, or push with git: \
                     `--push-via git`",
                )));
            }
            github(&repository, remote, args).map_err(one)?
        }
        _ => None,
    };
    let configured = settings.iter().flat_map(|settings| &settings.trailers);
    let configured = configured.map(|trailer| trailer.0.clone());
    Ok(Bump {
        folder: bump::folder_of(&repository, folder),
        repository,
        stacks: args.selection.stacks.clone(),
        intents,
        pushed: BTreeMap::new(),
        seen: BTreeMap::new(),
        program: program.clone(),
        rules: Rules {
            rollback: args.rules.rollback.clone(),
            partial: args.rules.partial.clone(),
            release_hold: args.rules.release_hold,
            allow_drift: args.rules.allow_drift,
        },
        branch,
        proposal,
        remote,
        github,
        style: Style {
            template: args.commit.message.clone().or_else(|| text(|settings| &settings.message)),
            trailers: configured.chain(args.commit.trailers.iter().cloned()).collect(),
            skip_ci: args.commit.skip_ci
                || settings.as_ref().is_some_and(|settings| settings.skip_ci.0),
        },
        source_commit: args.commit.source_commit.clone(),
        run: args.commit.run_url.clone().or_else(ci_run),
        author,
        committer,
        verify: !args.commit.no_verify,
        worktree: args.branch.worktree,
        dry_run: args.dry_run,
        patience: Patience {
            attempts: args.patience.attempts,
            time: Duration::from_secs(args.patience.seconds),
        },
    })
}

/// GitHub, as the repository that a remote is; `None` where nothing is to be written.
fn github(
    repository: &Repository,
    remote: &Remote,
    args: &BumpArgs,
) -> Result<Option<Arc<Forge>>, Diagnostic> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let url = repository.url_of(&remote.name).map_err(|error| error.diagnostic())?;
    let known = url.as_deref().and_then(forge::api_of);
    let name = args.branch.repository.clone().or_else(|| known.as_ref().map(|it| it.1.clone()));
    let Some(name) = name else {
        let message = format!("the remote `{}` is no repository of GitHub", remote.name);
        return Err(Diagnostic::error(codes::NOT_THROUGH_API, message).help(
            "say which one it is: `--repository owner/name`, or push with git: `--push-via git`",
        ));
    };
    if args.dry_run {
        return Ok(None);
    }
    let api = args.branch.api_url.clone().or_else(|| variable("GITHUB_API_URL"));
    let api = api.or(known.map(|(api, _)| api)).unwrap_or("https://api.github.com".to_owned());
    let options = Options {
        timeout: Duration::from_secs(args.patience.timeout),
        ..Options::within(Duration::from_secs(args.patience.seconds))
    };
    let forge = Forge::open(forge::Kind::Github, &api, &name, options, &variable);
    forge.map(|forge| Some(Arc::new(forge))).map_err(|error| error.diagnostic())
}

fn checked_branch(name: String) -> Result<String, Diagnostic> {
    let short = name.strip_prefix("refs/heads/").map_or(name.clone(), str::to_owned);
    match crate::git::is_branch_name(&short) {
        true => Ok(short),
        false => Err(crate::git::Error::BadBranch(name).diagnostic()),
    }
}

/// The project's own settings for bumps: those of the checkout, or of `HEAD` where nothing is
/// checked out.
fn settings(repository: &Repository, folder: &Path) -> Result<Option<project::Bump>, Problems> {
    if repository.top().is_some() {
        // A checkout without a project may be on another branch; the commit decides.
        return match Project::find(folder) {
            Ok(project) => Ok(project.settings.bump),
            Err((_, problems)) if problems.iter().all(|problem| problem.primary.is_none()) => {
                Ok(None)
            }
            Err(problems) => Err(problems),
        };
    }
    let head =
        repository.head_branch().and_then(|head| repository.tip(&format!("refs/heads/{head}")));
    let Ok(Some(head)) = head else { return Ok(None) };
    let Ok(commit) = Snapshot::of(repository, head) else { return Ok(None) };
    Ok(Project::in_commit(&commit, "")?.and_then(|project| project.settings.bump))
}

/// The address of the CI run that this is part of (GitHub Docs, "Variables reference"; GitLab Docs,
/// "Predefined CI/CD variables reference").
fn ci_run() -> Option<String> {
    let get = |name| std::env::var(name).ok().and_then(|value| line(&value).ok());
    let github = || {
        let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", get("GITHUB_RUN_ID")?))
    };
    github().or_else(|| get("CI_JOB_URL"))
}
