//! `stackwright completions` and `stackwright man`: what shells and `man` know of the command line.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::output::Output;
use super::{Outcome, command};
use crate::Program;

/// Print what a shell needs to complete commands and options
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright completions bash > ~/.local/share/bash-completion/completions/stackwright
  stackwright completions zsh > \"${fpath[1]}/_stackwright\"
  stackwright completions fish > ~/.config/fish/completions/stackwright.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Print the manual page, or write those of all commands
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright man | man -l -
  stackwright man --out ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Write a page for each command into this folder, which must be there
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub fn completions(
    program: &Program,
    args: &CompletionsArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(program), program.name(), &mut script);
    output.print(&String::from_utf8(script)?)?;
    Ok(Outcome::Good)
}

pub fn man(program: &Program, args: &ManArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    match &args.out {
        Some(folder) => {
            clap_mangen::generate_to(command(program), folder).map_err(|error| {
                anyhow::anyhow!("cannot write pages to `{}`: {error}", folder.display())
            })?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command(program)).render(&mut page)?;
            output.print(&String::from_utf8(page)?)?;
        }
    }
    Ok(Outcome::Good)
}
