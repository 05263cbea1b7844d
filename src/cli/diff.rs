//! `stackwright diff`

use crate::project::Project;
use crate::report::terminal;
use crate::tree;
use clap::Args;

use super::output::Output;
use super::{Outcome, Selection};

/// Show what a render would change, as a unified diff
///
/// The output can be given to `git apply`, which refuses it where a secret is masked.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright diff
  stackwright diff --stack univaf | git apply

Exit codes:
  0  no difference
  1  a description is wrong, or a file cannot be read
  2  there is a difference")]
pub struct DiffArgs {
    #[command(flatten)]
    selection: Selection,
}

pub fn diff(project: &Project, args: &DiffArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let progress = output.progress("rendering stacks");
    let rendered = tree::render(project, &args.selection.stacks, &|done| {
        progress.set_position(done as u64);
    });
    progress.finish_and_clear();
    let mut problems = rendered.diagnostics.clone();
    problems.extend(tree::write::foreign(project, &rendered.drifts));
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if problems.iter().any(crate::diagnostic::Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    let text: String =
        rendered.drifts.iter().map(|drift| terminal::diff(drift, output.style)).collect();
    output.print(&text)?;
    Ok(if rendered.drifts.is_empty() { Outcome::Good } else { Outcome::Difference })
}
