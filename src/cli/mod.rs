//! The command line. One file a command; none of them decides anything that a user of the library
//! would miss.

mod affected;
mod artifact;
mod bump;
mod check;
mod comment;
mod context;
mod diff;
mod environments;
mod explain;
mod fmt;
mod graph;
mod images;
mod init;
mod log;
mod lsp;
mod moved_ids;
mod output;
mod parts;
mod plan;
mod provider;
mod registry;
mod render;
mod report;
mod rollout;
mod schedule;
mod schema;
mod shell;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{
    ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
};

use crate::Program;
use crate::project::Project;

use log::{LogFormat, Verbosity};
use output::Output;

/// Describe an AWS system in a few typed blocks; render the Terraform that a person would have
/// written, and check that it is still what the description says.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_long_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  stackwright init                    start a project
  stackwright render                  write the root of every stack
  stackwright render --dry-run        say what that would change
  stackwright check                   compare the checkout with the descriptions
  stackwright check --format github   the same, as annotations of a pull request
  stackwright diff --stack univaf     show what a render would change in one stack
  stackwright validate                let Terraform check every root, without credentials
  stackwright plan                    show what this branch does to AWS, without credentials
  stackwright affected                say which stacks this branch can reach, and why
  stackwright fmt                     lay out the descriptions
  stackwright bump server=b5735582 --push   commit a new image, whoever else is pushing
  stackwright artifact hash app.zip   say which artifact of a function an archive is
  stackwright images verify           ask registries whether the locked images are there
  stackwright images resolve --tags-from tags.txt   show which tag each image would take
  stackwright explain SW204           say what a diagnostic means, and what is right instead

Exit codes:
  0  nothing to do, or done
  1  an error: nothing was written
  2  `check` or `diff` found a difference, or `plan` a change";

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The project's folder, or any folder in it
    ///
    /// The project is the nearest folder at or above this one that holds a `stackwright.hcl` or a
    /// `stacks` folder.
    #[arg(long, short = 'C', global = true, value_name = "FOLDER", default_value = ".")]
    project: PathBuf,

    /// When to use colour; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// How the log on standard error looks
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,

    /// Log more; twice or three times for even more
    #[arg(long, short, global = true, action = ArgAction::Count)]
    verbose: u8,

    /// Print errors and results only
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal that can, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which stacks a command is about.
#[derive(Debug, Args)]
struct Selection {
    /// Only this stack, or this part of it (`shop/production`, `shop/jobs`); may stand several times
    #[arg(long = "stack", short = 's', value_name = "NAME", value_delimiter = ',')]
    stacks: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(Box<init::InitArgs>),
    Render(render::RenderArgs),
    Check(check::CheckArgs),
    Comment(Box<comment::CommentArgs>),
    Diff(diff::DiffArgs),
    Fmt(fmt::FmtArgs),
    Environments(environments::EnvironmentsArgs),
    Affected(affected::AffectedArgs),
    Explain(explain::ExplainArgs),
    Context(context::ContextArgs),
    MovedIds(moved_ids::MovedIdsArgs),
    Graph(graph::GraphArgs),
    Plan(plan::PlanArgs),
    Report(report::ReportArgs),
    Validate(validate::ValidateArgs),
    Bump(Box<bump::BumpArgs>),
    Artifact(artifact::ArtifactArgs),
    Rollout(rollout::RolloutArgs),
    Schedule(schedule::ScheduleArgs),
    Images(images::ImagesArgs),
    Provider(provider::ProviderArgs),
    Schema(schema::SchemaArgs),
    Lsp(lsp::LspArgs),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// There was nothing to do, or it is done.
    Good,
    /// There is a difference, and the command was asked whether there is.
    Difference,
    /// Something is wrong; nothing was written.
    Error,
    /// What a command has of its own, for scripts.
    Code(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Good => Self::SUCCESS,
            Outcome::Error => Self::FAILURE,
            Outcome::Difference => Self::from(2),
            Outcome::Code(code) => Self::from(code),
        }
    }
}

/// The command line of a program.
fn command(program: &Program) -> clap::Command {
    Cli::command().name(program.name())
}

/// Runs a program with the arguments that it was called with.
pub(crate) fn main(program: &Program) -> ExitCode {
    // clap's own exit code for wrong arguments is 2, which here means a difference.
    let parsed = command(program).try_get_matches();
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let verbosity =
        if cli.global.quiet { Verbosity::Quiet } else { Verbosity::from_count(cli.global.verbose) };
    log::init(cli.global.log_format, verbosity);
    let mut output = Output::new(cli.global.color, cli.global.quiet, cli.global.verbose > 0);
    let outcome = run(program, &cli, &mut output).unwrap_or_else(|error| {
        output.error(&format!("{error:#}"));
        Outcome::Error
    });
    output.close(program.name());
    outcome.into()
}

fn run(program: &Program, cli: &Cli, output: &mut Output) -> anyhow::Result<Outcome> {
    // These also work on folders that are no project.
    match &cli.command {
        Command::Plan(args) if args.needs_no_project() => return plan::plan(None, args, output),
        Command::Validate(args) if args.needs_no_project() => {
            return validate::validate(None, args, output);
        }
        Command::Fmt(args) if args.needs_no_project() => return fmt::standard_input(args, output),
        Command::Comment(args) if args.needs_no_project() => {
            return comment::comment(None, &cli.global.project, args, output);
        }
        // What is known of providers is no project's, nor is the vocabulary or the command line.
        Command::Provider(args) => return provider::provider(args, output),
        Command::Schema(_) => return schema::schema(program, output),
        Command::Lsp(_) => return lsp::lsp(program),
        Command::Explain(args) => return explain::explain(program, args, output),
        Command::Completions(args) => return shell::completions(program, args, output),
        Command::Man(args) => return shell::man(program, args, output),
        // It makes a project.
        Command::Init(args) => return init::init(&cli.global.project, args, output),
        Command::Artifact(args) => return artifact::artifact(args, output),
        // It works on commits, also where nothing is checked out.
        Command::Bump(args) => return bump::bump(program, &cli.global.project, args, output),
        _ => {}
    }
    let project = match Project::find(&cli.global.project) {
        Ok(project) => project.of(program.clone()),
        Err((sources, diagnostics)) => {
            output.diagnostics(&diagnostics, &sources)?;
            return Ok(Outcome::Error);
        }
    };
    tracing::info!(project = %project.root.display(), "found the project");
    match &cli.command {
        Command::Render(args) => render::render(&project, args, output),
        Command::Check(args) => check::check(&project, args, output),
        Command::Comment(args) => {
            comment::comment(Some(&project), &cli.global.project, args, output)
        }
        Command::Diff(args) => diff::diff(&project, args, output),
        Command::Fmt(args) => fmt::fmt(&project, args, output),
        Command::Environments(args) => environments::environments(&project, args, output),
        Command::Affected(args) => affected::affected(&project, args, output),
        Command::Context(args) => context::context(&project, args, output),
        Command::MovedIds(args) => moved_ids::moved_ids(&project, args, output),
        Command::Graph(args) => graph::graph(&project, args, output),
        Command::Plan(args) => plan::plan(Some(&project), args, output),
        Command::Report(args) => report::report(&project, args, output),
        Command::Validate(args) => validate::validate(Some(&project), args, output),
        Command::Rollout(args) => rollout::rollout(&project, args, output),
        Command::Schedule(args) => schedule::schedule(&project, args, output),
        Command::Images(args) => images::images(&project, args, output),
        Command::Provider(args) => provider::provider(args, output),
        Command::Schema(_) => schema::schema(program, output),
        Command::Lsp(_) => lsp::lsp(program),
        Command::Explain(args) => explain::explain(program, args, output),
        Command::Completions(args) => shell::completions(program, args, output),
        Command::Man(args) => shell::man(program, args, output),
        Command::Init(args) => init::init(&cli.global.project, args, output),
        Command::Bump(args) => bump::bump(program, &cli.global.project, args, output),
        Command::Artifact(args) => artifact::artifact(args, output),
    }
}
