//! `stackwright artifact`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use stackwright::image::archive;

use super::Outcome;
use super::output::Output;

/// Say which artifact an archive is
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright artifact hash app.zip                the digest of what the archive holds
  digest=$(stackwright artifact hash app.zip)
  aws s3 cp app.zip s3://acme-builds/app/${digest#sha256:}.zip
  stackwright bump app=$digest --push")]
pub struct ArtifactArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Hash(HashArgs),
}

/// Print the digest of an archive's content: of names, modes and bytes, and not of times
///
/// The same files packed again, in whatever order and with whatever compression, have the same
/// digest, as has the folder that they were packed from.
#[derive(Debug, Args)]
struct HashArgs {
    /// Zip archives, or folders that one is made of
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

pub fn artifact(args: &ArtifactArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let Command::Hash(HashArgs { paths }) = &args.command;
    let mut lines = String::new();
    for path in paths {
        let digest = archive::content_digest(path)?;
        match paths.len() {
            1 => lines.push_str(&format!("{digest}\n")),
            _ => lines.push_str(&format!("{digest}  {}\n", path.display())),
        }
    }
    output.print(&lines)?;
    Ok(Outcome::Good)
}
