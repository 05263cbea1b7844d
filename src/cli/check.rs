//! `stackwright check`

use crate::project::Project;
use crate::report::comment::{Frame, Parts, comment};
use crate::report::json::Check;
use crate::report::{self, Report};
use crate::tree::{self, Rendered};
use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Outcome, Selection};

/// Compare the checkout with what the descriptions say
///
/// Names each file that is missing, stale (the description moved on), edited by hand, orphan (no
/// description produces it any more) or foreign (not ours, where we must write), with the change
/// that a render would make. Nothing is written.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright check
  stackwright check --stack univaf
  stackwright check --format github     annotations in a pull request
  stackwright check --format sarif > stackwright.sarif

Exit codes:
  0  the checkout is as described
  1  a description is wrong, a file cannot be read, or a foreign file is in the way
  2  there is a difference")]
pub struct CheckArgs {
    #[command(flatten)]
    selection: Selection,

    /// What time it is, as RFC 3339 has it: schedules that are over then are warned of; now, when it
    /// is not given
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, with diffs.
    Terminal,
    /// For programs; a stable shape.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// For a comment on a pull request.
    Markdown,
}

/// Checks.
pub fn make(project: &Project, stacks: &[String], output: &Output) -> Check {
    let rendered = render(project, stacks, output);
    let sources = project.sources.lock().expect("no thread is left");
    Check::of(&Report { rendered: &rendered, sources: &sources })
}

fn render(project: &Project, stacks: &[String], output: &Output) -> Rendered {
    let progress = output.progress("checking stacks");
    let rendered = tree::render(project, stacks, &|done| progress.set_position(done as u64));
    progress.finish_and_clear();
    rendered
}

pub fn check(project: &Project, args: &CheckArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let now = super::schedule::time(args.at.as_deref())?;
    let mut rendered = render(project, &args.selection.stacks, output);
    rendered.tell_endings(project, now);
    let sources = project.sources.lock().expect("no thread is left");
    let report = Report { rendered: &rendered, sources: &sources };
    let text = match args.format {
        Format::Terminal => {
            output.diagnostics(&rendered.diagnostics, &sources)?;
            report::terminal::check(&report, output.style)
        }
        Format::Json => Output::json(&Check::of(&report))?,
        Format::Github => report::github::check(&report),
        Format::Sarif => format!("{:#}\n", report::sarif::check(&report)),
        Format::Markdown => {
            let parts = Parts { check: Some(Check::of(&report)), ..Parts::default() };
            comment(&parts, &Frame::plain("run `stackwright diff`".to_owned())).text
        }
    };
    output.print(&text)?;
    tracing::info!(files = rendered.files, drift = rendered.drifts.len(), "checked");
    // A foreign file is no drift that a render could mend.
    let wrong = rendered.has_errors()
        || rendered.drifts.iter().any(|drift| drift.class == tree::compare::Class::Foreign);
    Ok(match (wrong, rendered.drifts.is_empty()) {
        (true, _) => Outcome::Error,
        (false, false) => Outcome::Difference,
        (false, true) => Outcome::Good,
    })
}
