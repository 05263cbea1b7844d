//! `stackwright images`

mod list;
mod resolve;
mod verify;

use crate::project::Project;
use clap::{Args, Subcommand, ValueEnum};

use super::Outcome;
use super::output::Output;

/// Say which images the stacks run, which they could, and whether registries have them
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright images list                              what runs, since when
  stackwright images resolve --tags-from tags.txt      which tag each image would take
  stackwright images verify                            whether the registries have what is locked")]
pub struct ImagesArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::ListArgs),
    Resolve(resolve::ResolveArgs),
    Verify(verify::VerifyArgs),
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Terminal,
    /// For programs; a stable shape.
    Json,
}

pub fn images(
    project: &Project,
    args: &ImagesArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::List(args) => list::list(project, args, output),
        Command::Resolve(args) => resolve::resolve(project, args, output),
        Command::Verify(args) => verify::verify(project, args, output),
    }
}
