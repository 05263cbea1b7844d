//! `stackwright render`

use crate::bump::{self, Intent};
use crate::diagnostic::Diagnostic;
use crate::project::Project;
use crate::tree::{self, write};
use clap::Args;

use super::output::Output;
use super::{Outcome, Selection};

/// Write the Terraform root of every stack, and the modules that they use
///
/// Prints one line for each file that changes, and nothing for the rest. Files that are not ours
/// are never touched; when anything is wrong, nothing is written.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright render
  stackwright render --dry-run
  stackwright render --lock app=3f2a91c7   the first image of a new stack
  stackwright render --stack univaf")]
pub struct RenderArgs {
    #[command(flatten)]
    selection: Selection,

    /// What an image without an entry in its lock runs at first; may stand several times
    ///
    /// `<image>=<tag, digest, or tag@digest>`, or `<stack>/<image>=…` where several have it. Afterwards
    /// `stackwright bump` moves it.
    #[arg(long = "lock", value_name = "IMAGE=REFERENCE")]
    locks: Vec<String>,

    /// Say what would change, and change nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// The project with the first entries of its locks.
fn locked(project: &Project, args: &RenderArgs) -> Result<Project, Vec<Diagnostic>> {
    let intents: Vec<_> = args.locks.iter().map(|text| Intent::parse(text)).collect();
    if intents.iter().any(Result::is_err) {
        return Err(intents.into_iter().filter_map(Result::err).collect());
    }
    let intents: Vec<Intent> = intents.into_iter().flatten().collect();
    let texts = bump::first(project, &args.selection.stacks, &intents)?;
    let again = Project::open(&project.root).map_err(|(_, problems)| problems)?;
    Ok(again.of(project.program.clone()).overlaid(texts))
}

pub fn render(
    project: &Project,
    args: &RenderArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let locked = match args.locks.is_empty() {
        true => None,
        false => match locked(project, args) {
            Ok(project) => Some(project),
            Err(problems) => {
                let sources = project.sources.lock().expect("no thread is left");
                output.diagnostics(&problems, &sources)?;
                return Ok(Outcome::Error);
            }
        },
    };
    let project = locked.as_ref().unwrap_or(project);
    let guard = if args.dry_run { Ok(None) } else { write::guard(project).map(Some) };
    let progress = output.progress("rendering stacks");
    let rendered = tree::render(project, &args.selection.stacks, &|done| {
        progress.set_position(done as u64);
    });
    progress.finish_and_clear();
    let mut problems = rendered.diagnostics.clone();
    problems.extend(guard.as_ref().err().cloned());
    problems.extend(write::foreign(project, &rendered.drifts));
    if !problems.iter().any(Diagnostic::is_error) && !args.dry_run {
        problems.extend(write::write(project, &rendered.drifts).err());
    }
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if problems.iter().any(Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    let mut text = String::new();
    for drift in &rendered.drifts {
        if let Some(action) = write::Action::of(drift.class) {
            text.push_str(&format!("{} {}\n", action.name(), drift.path));
        }
    }
    output.print(&text)?;
    tracing::info!(
        stacks = rendered.stacks.len(),
        files = rendered.files,
        changed = rendered.drifts.len(),
        dry_run = args.dry_run,
        "rendered"
    );
    Ok(Outcome::Good)
}
