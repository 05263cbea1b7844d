//! `stackwright graph`

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Outcome, Selection};
use crate::diagnostic::Diagnostic;
use crate::graph::{Choice, Graph};
use crate::project::Project;
use crate::report::graph as face;
use crate::tree;

/// Draw each system: its components, and how they reach each other
#[derive(Debug, Args)]
pub struct GraphArgs {
    #[command(flatten)]
    selection: Selection,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    format: Format,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture.
    Svg,
    /// For programs; a stable shape.
    Json,
}

pub fn graph(project: &Project, args: &GraphArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let (stacks, problems) = tree::read(project, &args.selection.stacks);
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if problems.iter().any(Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    let graph = Graph::of(stacks.iter().map(|(stack, _)| stack)).only(&Choice::Usual);
    output.print(&match args.format {
        Format::Svg => face::svg::svg(&graph, face::svg::Options::default()),
        Format::Json => format!("{:#}\n", face::json(&graph)),
    })?;
    Ok(Outcome::Good)
}
