//! `stackwright environments`

use crate::diagnostic::Diagnostic;
use crate::project::Project;
use crate::report::environments as face;
use crate::tree;
use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Outcome, Selection};

/// Show in what the environments of each stack differ
///
/// One row a value, one column an environment; and the components that are not everywhere.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright environments
  stackwright environments --stack shop --all
  stackwright environments --format json")]
pub struct EnvironmentsArgs {
    #[command(flatten)]
    selection: Selection,

    /// Show also what is the same everywhere
    #[arg(long)]
    all: bool,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// For programs; a stable shape.
    Json,
    /// A table for a pull request.
    Markdown,
}

pub fn environments(
    project: &Project,
    args: &EnvironmentsArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (tables, problems) = tree::environments(project, &args.selection.stacks);
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if problems.iter().any(Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    output.print(&match args.format {
        Format::Terminal => face::terminal(&tables, args.all, output.style),
        Format::Json => format!("{:#}\n", face::json(&tables)),
        Format::Markdown => face::markdown(&tables, args.all),
    })?;
    Ok(Outcome::Good)
}
