//! `stackwright images`

mod verify;

use clap::{Args, Subcommand};
use stackwright::project::Project;

use super::Outcome;
use super::output::Output;

/// Ask about the images that stacks run
#[derive(Debug, Args)]
pub struct ImagesArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::VerifyArgs),
}

pub fn images(
    project: &Project,
    args: &ImagesArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::Verify(args) => verify::verify(project, args, output),
    }
}
