//! `stackwright images`

mod resolve;

use clap::{Args, Subcommand};
use stackwright::project::Project;

use super::Outcome;
use super::output::Output;

/// Say which images the stacks run, and which they could
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright images resolve --tags-from tags.txt")]
pub struct ImagesArgs {
    #[command(subcommand)]
    command: ImagesCommand,
}

#[derive(Debug, Subcommand)]
enum ImagesCommand {
    Resolve(resolve::ResolveArgs),
}

pub fn images(
    project: &Project,
    args: &ImagesArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    match &args.command {
        ImagesCommand::Resolve(args) => resolve::resolve(project, args, output),
    }
}
