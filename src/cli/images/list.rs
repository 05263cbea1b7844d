//! `stackwright images list`

use crate::bump::folder_of;
use crate::diagnostic::Diagnostic;
use crate::git::Repository;
use crate::image;
use crate::project::Project;
use crate::report::images::list as face;
use clap::Args;

use super::Format;
use crate::cli::output::Output;
use crate::cli::{Outcome, Selection};

/// Show what each stack runs, since when, and by which commit
///
/// What runs is what the locks of the checkout say; since when is asked of git's history, along
/// the first parents of `HEAD`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright images list
  stackwright images list server --stack univaf --format json")]
pub struct ListArgs {
    /// Only images with these labels
    #[arg(value_name = "IMAGE")]
    images: Vec<String>,

    #[command(flatten)]
    selection: Selection,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

pub fn list(project: &Project, args: &ListArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let mut problems = Vec::new();
    let mut running = image::list(project, &args.selection.stacks).unwrap_or_else(|found| {
        problems = found;
        Vec::new()
    });
    problems.extend(image::unknown(&running, &args.images));
    if problems.iter().any(Diagnostic::is_error) {
        output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
        return Ok(Outcome::Error);
    }
    running.retain(|one| args.images.is_empty() || args.images.contains(&one.image));
    let dated = date(&mut running, project);
    if let Err(error) = dated {
        output.note(&format!("since when is not known: {error}"));
    }
    output.print(&match args.format {
        Format::Terminal => face::terminal(&running, output.style),
        Format::Json => format!("{:#}\n", face::json(&running)),
    })?;
    Ok(Outcome::Good)
}

fn date(running: &mut [image::Running], project: &Project) -> Result<(), crate::git::Error> {
    let repository = Repository::around(&project.root)?;
    let Some(head) = repository.tip("HEAD")? else { return Ok(()) };
    let folder = folder_of(&repository, &project.root);
    image::date(running, project, &repository, &folder, head)
}
