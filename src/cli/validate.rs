//! `stackwright validate`

use std::path::PathBuf;
use std::sync::Mutex;

use crate::diagnostic::{Diagnostic, Sources};
use crate::plan::compare::{Planner, Scratch, Target};
use crate::plan::revision::Git;
use crate::plan::{Error, roots};
use crate::project::Project;
use crate::report::plan::left_out;
use crate::report::{count, diagnostics};
use crate::tree;
use clap::{Args, ValueEnum};

use super::output::Output;
use super::plan::{Tool, side_by_side, stop, tops};
use super::{Outcome, Selection};

/// Let Terraform check every root, without credentials
///
/// Runs `terraform validate` with a provider that is only simulated: no account, no network, no
/// download. What is wrong is shown at the line of `stack.hcl` that it comes from, where that can
/// be told.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright validate
  stackwright validate --stack univaf
  stackwright validate --root infra/prod     any folder of Terraform, rendered or not
  stackwright validate --format github       annotations in a pull request

Exit codes:
  0  every root is valid
  1  something is wrong")]
pub struct ValidateArgs {
    #[command(flatten)]
    selection: Selection,

    /// Validate this folder of Terraform instead of the project's stacks
    #[arg(long, value_name = "FOLDER", conflicts_with = "stacks")]
    root: Option<PathBuf>,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    #[command(flatten)]
    tool: Tool,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// For programs; a stable shape.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl ValidateArgs {
    /// True for a folder that is not in a project.
    pub fn needs_no_project(&self) -> bool {
        self.root.is_some()
    }
}

pub fn validate(
    project: Option<&Project>,
    args: &ValidateArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let stop = stop()?;
    let own = Mutex::default();
    let sources = project.map_or(&own, |project| &project.sources);
    let targets = match (project, &args.root) {
        (_, Some(root)) => {
            let git = Git::around(root, args.tool.limit(), stop.clone()).ok();
            Target::of_folder(root, &tops(git.map(|git| git.top))).map(|target| vec![target])
        }
        (Some(project), None) => {
            let known = project.stack_names().unwrap_or_default();
            let asked = &args.selection.stacks;
            let is_known =
                tree::select(project, asked).is_ok_and(|(_, unknown)| unknown.is_empty());
            if known.is_empty() || !is_known {
                // It says what is wrong with the selection.
                let rendered = tree::render(project, asked, &|_| {});
                output.diagnostics(
                    &rendered.diagnostics,
                    &project.sources.lock().expect("no thread is left"),
                )?;
                return Ok(Outcome::Error);
            }
            let stacks = if asked.is_empty() { known } else { asked.clone() };
            roots::of_stacks(project, &project.root, &stacks)
        }
        (None, None) => Ok(Vec::new()),
    };
    let ready = targets.and_then(|targets| -> Result<_, Error> {
        Ok((targets, args.tool.find(&stop)?, Scratch::new()?))
    });
    let (targets, terraform, scratch) = match ready {
        Ok(ready) => ready,
        Err(error) => {
            output.diagnostics(&[error.diagnostic()], &Sources::default())?;
            return Ok(Outcome::Error);
        }
    };
    let planner = Planner {
        terraform: &terraform,
        var_files: Vec::new(),
        facts: args.tool.facts()?,
        schema: args.tool.schema(),
        scratch: &scratch,
        cache: None,
        sources,
        simulated: Mutex::default(),
    };
    let validated =
        side_by_side(&targets, output, "validating", &|target| planner.validate(target));
    let all: Vec<Diagnostic> =
        validated.iter().flat_map(|validated| validated.diagnostics.iter().cloned()).collect();
    let errors = all.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let roots = count(validated.len(), "root");
    let summary = match errors {
        0 => format!("{roots}: valid"),
        errors => format!("{roots}: {}", count(errors, "error")),
    };
    let left_out = left_out(&validated, "validated").join("; ");
    let note = (!left_out.is_empty()).then(|| format!("validated offline: {left_out}"));
    let line = note.as_ref().map_or(String::new(), |note| format!("{note}\n"));
    let sources = sources.lock().expect("no thread is left");
    let text = match args.format {
        Format::Terminal => {
            output.diagnostics(&all, &sources)?;
            format!("{summary}\n{line}")
        }
        Format::Json => {
            let roots: Vec<&str> =
                validated.iter().map(|validated| validated.name.as_str()).collect();
            let json = serde_json::json!({
                "version": 1,
                "roots": roots,
                "summary": summary,
                "note": note,
                "diagnostics": diagnostics::json(&all, &sources),
            });
            format!("{json:#}\n")
        }
        Format::Github => format!("{}{summary}\n{line}", diagnostics::github(&all, &sources)),
        Format::Sarif => format!("{:#}\n", diagnostics::sarif(&all, &sources)),
    };
    output.print(&text)?;
    Ok(if errors > 0 { Outcome::Error } else { Outcome::Good })
}
