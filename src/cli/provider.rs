//! `stackwright provider`

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use crate::plan::distill::{self, Behaviours, Options, Selection};
use crate::plan::{facts, server};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::Outcome;
use super::output::Output;
use super::plan::stop;

/// Say what is known of Terraform providers
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright provider distill schema.json")]
pub struct ProviderArgs {
    #[command(subcommand)]
    command: ProviderCommand,
}

#[derive(Debug, Subcommand)]
enum ProviderCommand {
    Distill(DistillArgs),
    #[command(hide = true)]
    Serve(ServeArgs),
}

/// Be the provider that a facts file describes, for a Terraform that has started us as one
///
/// Terraform's secure channel to providers that it starts is not spoken: it has to be told so with
/// `TF_DISABLE_PLUGIN_TLS=1`.
#[derive(Debug, Args)]
struct ServeArgs {
    /// The facts
    #[arg(value_name = "FACTS")]
    facts: PathBuf,
}

/// Turn a provider's schema into a facts file
///
/// Reads what `terraform providers schema -json` prints, and prints the facts that an offline plan
/// needs: names, types, who writes what, nesting. What a schema does not tell (which change
/// replaces, defaults, what is refused) can be taken over from the facts of another version.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  terraform providers schema -json | stackwright provider distill --version 6.47.0 > aws.facts
  stackwright provider distill schema.json --provider hashicorp/aws --types aws_vpc,data.aws_region
  stackwright provider distill schema.json --version 6.48.0 --facts aws-6.47.0.facts

Exit codes:
  0  done
  1  the input is not understood, or does not hold what was asked for")]
struct DistillArgs {
    /// The schema; `-` or nothing for standard input
    #[arg(value_name = "SCHEMA")]
    schema: Option<PathBuf>,

    /// The provider, where the schema holds several
    ///
    /// Its whole address, or the end of it: `registry.terraform.io/hashicorp/aws`,
    /// `hashicorp/aws`, `aws`.
    #[arg(long, value_name = "ADDRESS")]
    provider: Option<String>,

    /// The provider's version, which its schema does not tell
    #[arg(long, value_name = "VERSION", default_value = "")]
    version: String,

    /// Only these: a file, or names with commas between them
    ///
    /// `aws_vpc` is a resource type, `data.aws_region` a data source. In a file they stand on
    /// lines, and what follows a `#` is a comment.
    #[arg(long, value_name = "FILE|NAMES")]
    types: Option<String>,

    /// Take over what a schema does not tell from these facts
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,

    /// Take it from a file of behaviour
    #[arg(long, value_name = "FILE", hide = true)]
    behaviour: Option<PathBuf>,
}

pub fn provider(args: &ProviderArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    match &args.command {
        ProviderCommand::Distill(args) => distill(args, output),
        ProviderCommand::Serve(args) => serve(args, output),
    }
}

fn serve(args: &ServeArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let provider = facts::parse(&read(&args.facts)?)
        .with_context(|| format!("cannot understand `{}`", args.facts.display()))?;
    let serving = server::serve(vec![provider], server::Options::default())?;
    let places: serde_json::Value = serde_json::from_str(&serving.reattach())?;
    let place = places.as_object().and_then(|places| places.values().next());
    let address = &place.context("nothing is served")?["Addr"];
    let (network, address) = (address["Network"].as_str(), address["String"].as_str());
    // go-plugin's handshake: its version, the protocol's, and where to call.
    let handshake =
        format!("1|6|{}|{}|grpc|\n", network.unwrap_or_default(), address.unwrap_or_default());
    output.print(&handshake)?;
    let stop = stop()?;
    while !stop.is_pulled() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    Ok(Outcome::Good)
}

fn distill(args: &DistillArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let selection = args.types.as_deref().map(selection).transpose()?;
    let options =
        Options { provider: args.provider.clone(), version: args.version.clone(), selection };
    let mut provider = distill::distill(&schema(args.schema.as_deref())?, &options)?;
    if let Some(path) = &args.facts {
        let facts = facts::parse(&read(path)?)
            .with_context(|| format!("cannot understand `{}`", path.display()))?;
        distill::take_over(&mut provider, &facts);
    }
    if let Some(path) = &args.behaviour {
        let behaviours = Behaviours::parse(&read(path)?)
            .with_context(|| format!("cannot understand `{}`", path.display()))?;
        for path in behaviours.apply(&mut provider) {
            tracing::info!(path, "behaviour fits nothing in the schema");
        }
    }
    output.print(&facts::print(&provider))?;
    tracing::info!(
        provider = provider.name,
        resources = provider.resources.len(),
        data_sources = provider.data_sources.len(),
        "distilled"
    );
    Ok(Outcome::Good)
}

fn selection(argument: &str) -> anyhow::Result<Selection> {
    let path = Path::new(argument);
    if path.is_file() {
        return Ok(Selection::parse(&read(path)?));
    }
    Ok(Selection::parse(argument))
}

fn schema(path: Option<&Path>) -> anyhow::Result<String> {
    match path {
        Some(path) if path != Path::new("-") => read(path),
        _ => {
            let mut stdin = std::io::stdin().lock();
            if stdin.is_terminal() {
                bail!(
                    "there is no schema: give a file, or pipe `terraform providers schema -json` in"
                );
            }
            let mut text = String::new();
            stdin.read_to_string(&mut text).context("cannot read standard input")?;
            Ok(text)
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}
