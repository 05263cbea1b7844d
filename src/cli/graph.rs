//! `stackwright graph`

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Outcome, plan};
use crate::component::Relation;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::{Choice, Graph};
use crate::project::Project;
use crate::report::graph as face;
use crate::report::graph::layout::Direction;
use crate::report::plan::json::Plan;
use crate::{report, tree};

/// Draw each system: its components, and how they reach each other
///
/// What reaches what follows from the references in the description. Boxes are layers, networks and
/// clusters, with what is in them. Keys, inputs and networks of other layers, to which almost
/// everything leads, are drawn when `--with` asks for them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright graph
  stackwright graph --stack shop --format svg > shop.svg
  stackwright graph --format svg --output pictures
  stackwright graph --stack shop/production --with traffic,access --format mermaid
  stackwright graph --plan --format svg > changes.svg
  stackwright plan --format json | stackwright graph --plan - --format svg > changes.svg

Exit codes:
  0  it is drawn
  1  an error: nothing was printed or written")]
pub struct GraphArgs {
    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    /// Which edges there are, and only the components that they touch
    #[arg(long, value_name = "RELATION", value_delimiter = ',')]
    with: Vec<With>,

    /// Where edges lead to
    #[arg(long, value_name = "DIRECTION", default_value = "right")]
    direction: To,

    /// Write a file for each system into this folder: `shop.svg`, `shop-production.svg`
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,

    /// Mark what changes: of what `stackwright plan --format json` printed (`-` for standard
    /// input), or of a plan that is made now
    #[arg(long, value_name = "FILE")]
    plan: Option<Option<PathBuf>>,

    #[command(flatten)]
    scope: plan::Scope,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A tree of lines.
    Terminal,
    /// A flowchart, which GitHub and GitLab draw in Markdown.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
    /// For programs; a stable shape.
    Json,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Self::Terminal => "txt",
            Self::Mermaid => "mmd",
            Self::Dot => "dot",
            Self::Svg => "svg",
            Self::Json => "json",
        }
    }
}

/// Which edges there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum With {
    /// Requests.
    Traffic,
    /// Who reads and writes what.
    Access,
    /// Messages, events and alarms.
    Messages,
    /// What starts when.
    Schedules,
    /// Images and code.
    Images,
    /// What needs what in other ways.
    Uses,
    /// Who encrypts with which key.
    Encryption,
    /// Inputs and outputs.
    Values,
    /// What is in which network or cluster, where no box says so.
    Placement,
    /// All of them.
    All,
}

/// Where edges lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// From left to right.
    Right,
    /// From top to bottom.
    Down,
}

/// How many components a picture of several systems has at most.
const MOST: usize = 300;

pub fn graph(project: &Project, args: &GraphArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let (stacks, mut problems) = tree::read(project, args.scope.stacks());
    let mut graph = Graph::of(stacks.iter().map(|(stack, _)| stack));
    let choice = if args.with.is_empty() { Choice::Usual } else { only(&args.with) };
    problems.extend(too_much(&graph.clone().only(&choice), args));
    let plan = match &args.plan {
        Some(Some(file)) => match read_plan(file) {
            Ok(plan) => Some(plan),
            Err(problem) => {
                problems.push(problem);
                None
            }
        },
        _ => None,
    };
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if problems.iter().any(Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    let plan = match (plan, &args.plan) {
        (None, Some(_)) => {
            let Some(made) = plan::make(Some(project), &args.scope, None, false, output)? else {
                return Ok(Outcome::Error);
            };
            let report = made.report();
            if report.planned.iter().any(|planned| planned.summary.is_none()) {
                output.diagnostics(&report.diagnostics(), report.sources)?;
                return Ok(Outcome::Error);
            }
            Some(report::plan::json::Plan::of(&report))
        }
        (plan, _) => plan,
    };
    if let Some(plan) = &plan {
        face::mark(&mut graph, plan);
    }
    // What is marked stays, whatever is chosen.
    let graph = graph.only(&choice);
    match &args.output {
        None => output.print(&draw(&graph, args, output))?,
        Some(folder) => write(folder, graph, args, output)?,
    }
    Ok(Outcome::Good)
}

fn draw(graph: &Graph, args: &GraphArgs, output: &Output) -> String {
    let direction = match args.direction {
        To::Right => Direction::Right,
        To::Down => Direction::Down,
    };
    match args.format {
        Format::Terminal => face::terminal::terminal(graph, output.style),
        Format::Mermaid => face::mermaid::mermaid(graph, direction),
        Format::Dot => face::dot::dot(graph, direction),
        Format::Svg => face::svg::svg(graph, face::svg::Options { direction }),
        Format::Json => format!("{:#}\n", face::json(graph)),
    }
}

fn write(folder: &Path, graph: Graph, args: &GraphArgs, output: &mut Output) -> anyhow::Result<()> {
    let files = graph.systems.into_iter().map(|system| {
        let name = format!("{}.{}", system.name.replace('/', "-"), args.format.ending());
        (folder.join(name), draw(&Graph { systems: vec![system] }, args, output))
    });
    // All is drawn before anything is written.
    let files: Vec<(PathBuf, String)> = files.collect();
    let failed = |path: &Path, error| anyhow::anyhow!("cannot write `{}`: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for (path, text) in files {
        std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
        output.print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

fn only(with: &[With]) -> Choice {
    let relation = |with: &With| match with {
        With::Traffic => vec![Relation::Traffic],
        With::Access => vec![Relation::Access],
        With::Messages => vec![Relation::Messages],
        With::Schedules => vec![Relation::Schedules],
        With::Images => vec![Relation::Images],
        With::Uses => vec![Relation::Uses],
        With::Encryption => vec![Relation::Encryption],
        With::Values => vec![Relation::Values],
        With::Placement => vec![Relation::Placement],
        With::All => Relation::ALL.to_vec(),
    };
    Choice::Only(with.iter().flat_map(relation).collect::<BTreeSet<Relation>>())
}

/// A complaint about more systems than one picture can show.
fn too_much(graph: &Graph, args: &GraphArgs) -> Option<Diagnostic> {
    let (systems, nodes) =
        (graph.systems.len(), graph.systems.iter().map(|system| system.nodes.len()).sum::<usize>());
    let is_picture = !matches!(args.format, Format::Terminal | Format::Json);
    if systems < 2 || nodes <= MOST || !is_picture || args.output.is_some() {
        return None;
    }
    let first = &graph.systems[0].name;
    let message = format!("{systems} systems with {nodes} components are too many for one picture");
    Some(
        Diagnostic::error(codes::TOO_MUCH_TO_DRAW, message)
            .help(format!("choose some with `--stack`, such as `--stack {first}`"))
            .help("or write a picture of each with `--output <folder>`"),
    )
}

fn read_plan(file: &Path) -> Result<Plan, Diagnostic> {
    let name =
        if file.as_os_str() == "-" { "standard input".into() } else { file.to_string_lossy() };
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let unreadable = |why: String| {
        Diagnostic::error(codes::UNREADABLE_PLAN, format!("`{name}` is no plan: {why}"))
            .help("make it with `stackwright plan --format json`, or leave the file out")
    };
    let text = text.map_err(|error| unreadable(error.to_string()))?;
    Plan::read(&text).map_err(|error| unreadable(error.to_string()))
}
