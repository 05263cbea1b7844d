//! `stackwright moved-ids`

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use stackwright::diagnostic::{Diagnostic, Sources, codes};
use stackwright::project::Project;
use stackwright::stack::transfer;
use stackwright::tree;

use super::Outcome;
use super::output::Output;

/// Print what AWS calls the things that move into a layer
///
/// Components with `moved_from_layer` are imported into the layer that they enter. What an import
/// wants to know stands in the state of the layer that they leave. This takes it from there, and
/// prints values of the variable `moved_ids`. Nothing else of the state is printed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  terraform -chdir=stacks/shop/services state pull |
    stackwright moved-ids --stack shop/jobs > stacks/shop/jobs/moved.auto.tfvars.json")]
pub struct MovedIdsArgs {
    /// The root that is entered: `shop/jobs`, `shop/production/jobs`
    #[arg(long = "stack", short = 's', value_name = "NAME")]
    stack: String,

    /// Files with states, as `terraform state pull` prints them [default: standard input]
    #[arg(value_name = "STATE")]
    states: Vec<PathBuf>,
}

pub fn moved_ids(
    project: &Project,
    args: &MovedIdsArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (stacks, mut problems) = tree::read(project, std::slice::from_ref(&args.stack));
    let stack = match stacks.as_slice() {
        [(stack, _)] => Some(stack),
        [] => None,
        several => {
            let names = several.iter().map(|(stack, _)| format!("`{}`", stack.root));
            let names = names.collect::<Vec<_>>().join(", ");
            problems.push(
                Diagnostic::error(
                    codes::BAD_MOVE,
                    format!("`{}` is more than one root", args.stack),
                )
                .help(format!("name one of {names}")),
            );
            None
        }
    };
    let mut states = Vec::new();
    for (name, text) in texts(args)? {
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(state) if state.get("resources").is_some_and(serde_json::Value::is_array) => {
                states.push(state);
            }
            _ => problems.push(
                Diagnostic::error(codes::BAD_MOVE, format!("{name} is no state of Terraform"))
                    .help("make it with `terraform state pull` in the layer that is left"),
            ),
        }
    }
    let all_read = !problems.iter().any(Diagnostic::is_error);
    let ids = match stack.filter(|_| all_read).map(|stack| transfer::entering_ids(stack, &states)) {
        Some(Ok(ids)) => Some(ids),
        Some(Err(more)) => {
            problems.extend(more);
            None
        }
        None => None,
    };
    let sources: Sources = project.sources.lock().expect("no thread is left").clone();
    output.diagnostics(&problems, &sources)?;
    let Some(ids) = ids else { return Ok(Outcome::Error) };
    output.print(&format!("{:#}\n", serde_json::json!({ transfer::VARIABLE: ids })))?;
    Ok(Outcome::Good)
}

/// The texts of the states that were given, by what they are called.
fn texts(args: &MovedIdsArgs) -> anyhow::Result<Vec<(String, String)>> {
    if args.states.is_empty() {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| anyhow::anyhow!("cannot read standard input: {error}"))?;
        return Ok(vec![("standard input".to_owned(), text)]);
    }
    let read = |path: &PathBuf| {
        let name = format!("`{}`", path.display());
        let text = fs::read_to_string(path)
            .map_err(|error| anyhow::anyhow!("cannot read {name}: {error}"))?;
        Ok((name, text))
    };
    args.states.iter().map(read).collect()
}
