//! `stackwright rollout`

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::{Args, ValueEnum};
use stackwright::diagnostic::{Diagnostic, Sources, codes};
use stackwright::project::Project;
use stackwright::rollout::{self, Cli, Rollout, Told};
use stackwright::stack::Stack;
use stackwright::tree;

use super::output::Output;
use super::{Outcome, Selection};

/// Do what follows a deploy, step by step, with the AWS CLI
///
/// The steps are those of a `rollout` block. Each begins when the one before has ended well; the
/// first that fails ends it. It comes after `terraform apply`, asks the root's output which things
/// it is about, and calls `aws` with your credentials.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright rollout --stack shop --dry-run          show the calls, and make none
  stackwright rollout --stack shop
  stackwright rollout --stack shop --step deployment  one step alone
  stackwright rollout --stack shop --format github    a job of GitHub Actions that does it

Exit codes:
  0  done
  1  a step failed: those after it were not begun")]
pub struct RolloutArgs {
    /// The label of the `rollout` block, where there are several
    #[arg(value_name = "LABEL")]
    label: Option<String>,

    #[command(flatten)]
    selection: Selection,

    /// Show the calls, and make none
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Only this step
    #[arg(long, value_name = "STEP")]
    step: Option<String>,

    /// What `terraform output -json rollout_<label>` printed, instead of asking Terraform
    #[arg(long, value_name = "FILE")]
    told: Option<PathBuf>,

    /// How it is done
    #[arg(long, value_name = "FORMAT", default_value = "calls")]
    format: Format,
}

/// How a rollout is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Calls of the AWS CLI.
    Calls,
    /// Printed as a job of GitHub Actions, and not done.
    Github,
}

pub fn rollout(
    project: &Project,
    args: &RolloutArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (stacks, mut problems) = tree::read(project, &args.selection.stacks);
    let found = if problems.iter().any(Diagnostic::is_error) {
        None
    } else {
        match choose(&stacks.iter().map(|(stack, _)| stack).collect::<Vec<_>>(), args) {
            Ok(found) => Some(found),
            Err(problem) => {
                problems.push(problem);
                None
            }
        }
    };
    let sources: Sources = project.sources.lock().expect("no thread is left").clone();
    output.diagnostics(&problems, &sources)?;
    let Some((stack, rollout)) = found else { return Ok(Outcome::Error) };
    let folder = format!("{}/{}", project.stacks(), rollout.root);
    if args.format == Format::Github {
        output.print(&rollout::workflow(&rollout, &folder))?;
        return Ok(Outcome::Good);
    }
    let only = args.step.as_deref();
    if args.dry_run {
        let told = match &args.told {
            None => rollout.guess(stack),
            Some(_) => told(project, &rollout, &folder, args)?,
        };
        output.print(&rollout::script(&rollout, &told, only))?;
        return Ok(Outcome::Good);
    }
    let told = told(project, &rollout, &folder, args)?;
    let mut failed = Ok(());
    let mut said = |text: &str| failed = output.print(text);
    let done = rollout::run(&rollout, &told, only, &mut Cli, &mut said);
    failed?;
    if let Err(problem) = done {
        output.diagnostics(&[problem], &sources)?;
        return Ok(Outcome::Error);
    }
    Ok(Outcome::Good)
}

/// The rollout that is meant.
fn choose<'a>(
    stacks: &[&'a Stack],
    args: &RolloutArgs,
) -> Result<(&'a Stack, Rollout), Diagnostic> {
    let all = stacks
        .iter()
        .flat_map(|stack| Rollout::of(stack).into_iter().map(|rollout| (*stack, rollout)));
    let mut named: Vec<_> = all
        .filter(|(_, rollout)| args.label.as_ref().is_none_or(|label| *label == rollout.label))
        .collect();
    let which = |message: String| Diagnostic::error(codes::WHICH_ROLLOUT, message);
    let found = match named.len() {
        1 => named.remove(0),
        0 => {
            let what = args.label.as_ref().map(|label| format!(" `{label}`")).unwrap_or_default();
            return Err(which(format!("there is no rollout{what}")).help(
                "write one: `rollout \"main\" { step \"services\" { stable = [service.…] } }`",
            ));
        }
        _ => {
            let roots = named.iter().map(|(_, it)| format!("`{} --stack {}`", it.label, it.root));
            let roots = roots.collect::<Vec<_>>().join(", ");
            return Err(
                which("there are several rollouts".to_owned()).help(format!("name one of {roots}"))
            );
        }
    };
    if let Some(step) = &args.step
        && !found.1.steps.iter().any(|known| known.label == *step)
    {
        let known = found.1.steps.iter().map(|step| format!("`{}`", step.label));
        let known = known.collect::<Vec<_>>().join(", ");
        return Err(which(format!("the rollout `{}` has no step `{step}`", found.1.label))
            .help(format!("name one of {known}")));
    }
    Ok(found)
}

/// What the root's output says.
fn told(
    project: &Project,
    rollout: &Rollout,
    folder: &str,
    args: &RolloutArgs,
) -> anyhow::Result<Told> {
    let (text, from) = match &args.told {
        Some(path) => {
            let name = format!("`{}`", path.display());
            let text = fs::read_to_string(path)
                .map_err(|error| anyhow::anyhow!("cannot read {name}: {error}"))?;
            (text, name)
        }
        None => {
            let name = format!("`terraform output -json {}`", rollout.output());
            let output = Command::new("terraform")
                .args(["output", "-json", &rollout.output()])
                .current_dir(project.root.join(folder))
                .stdin(Stdio::null())
                .output()
                .map_err(|error| anyhow::anyhow!("cannot run {name}: {error}"))?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                anyhow::bail!(
                    "{name} failed; run `terraform init` and `terraform apply` in `{folder}` first\n{}",
                    said.trim()
                );
            }
            (String::from_utf8_lossy(&output.stdout).into_owned(), name)
        }
    };
    serde_json::from_str(&text)
        .map_err(|error| anyhow::anyhow!("{from} says nothing of a rollout: {error}"))
}
