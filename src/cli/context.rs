//! `stackwright context`

use clap::Args;
use stackwright::diagnostic::Diagnostic;
use stackwright::project::Project;
use stackwright::tree;

use super::output::Output;
use super::{Outcome, Selection};

/// Print what the templates of each root can name, as JSON
///
/// One key a root: a stack, or an environment of it. An expression of Terraform is shown as its JSON
/// has it, `"${module.database_main.host}"`, and stands in a template as its text. What looks like
/// a secret is left out.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright context --stack shop
  stackwright context --stack shop/production | jq '.[].database'")]
pub struct ContextArgs {
    #[command(flatten)]
    selection: Selection,
}

pub fn context(
    project: &Project,
    args: &ContextArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (contexts, problems) = tree::contexts(project, &args.selection.stacks);
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if problems.iter().any(Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    output.print(&format!("{:#}\n", serde_json::to_value(contexts)?))?;
    Ok(Outcome::Good)
}
