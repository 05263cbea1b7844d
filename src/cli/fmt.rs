//! `stackwright fmt`

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::hcl::format::format;
use crate::hcl::parse::parse;
use crate::project::{self, Project};
use crate::report::terminal;
use crate::tree::{layout, write};
use clap::Args;

use super::output::Output;
use super::{Outcome, Selection};

/// Lay out descriptions as `terraform fmt` lays out Terraform
///
/// Every `stack.hcl`, and `stackwright.hcl`. Only blanks change: no word, no comment and no line is
/// added or lost. When one of the files cannot be read as HCL, none is written.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright fmt
  stackwright fmt --check              names what is not laid out so, and writes nothing
  stackwright fmt --check --diff       shows what would change
  stackwright fmt --stack shop
  stackwright fmt stacks/shop/stack.hcl
  stackwright fmt - < stack.hcl        prints it

Exit codes:
  0  everything is laid out so
  1  a file cannot be read: nothing was written
  2  with `--check`: something is not laid out so")]
pub struct FmtArgs {
    #[command(flatten)]
    selection: Selection,

    /// Descriptions, or folders of them; `-` reads standard input and prints it
    #[arg(value_name = "PATH", conflicts_with = "stacks")]
    paths: Vec<PathBuf>,

    /// Name what is not laid out so, and write nothing
    #[arg(long)]
    check: bool,

    /// Show what changes, as a unified diff
    #[arg(long)]
    diff: bool,
}

impl FmtArgs {
    /// True for a text that is in no project.
    pub fn needs_no_project(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }
}

pub fn fmt(project: &Project, args: &FmtArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let (mut paths, mut problems) = match args.paths.as_slice() {
        [] => layout::descriptions(project, &args.selection.stacks),
        _ => (BTreeSet::new(), Vec::new()),
    };
    for path in &args.paths {
        match layout::named(project, path) {
            Ok(found) => paths.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    let guard = if args.check { Ok(None) } else { write::guard(project).map(Some) };
    let (drifts, wrong) = layout::unformatted(project, &paths);
    problems.extend(wrong);
    problems.extend(guard.as_ref().err().cloned());
    if problems.is_empty() && !args.check {
        problems.extend(write::write(project, &drifts).err());
    }
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if !problems.is_empty() {
        return Ok(Outcome::Error);
    }
    let line = |drift| match args.diff {
        true => terminal::diff(drift, output.style),
        false => format!("{}\n", drift.path),
    };
    let text: String = drifts.iter().map(line).collect();
    output.print(&text)?;
    Ok(if args.check && !drifts.is_empty() { Outcome::Difference } else { Outcome::Good })
}

/// Lays out standard input.
pub fn standard_input(args: &FmtArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    if args.paths.len() > 1 || args.diff {
        anyhow::bail!("`-` stands alone: leave out the other paths and `--diff`");
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(project::MAX_BYTES + 1).read_to_end(&mut bytes)?;
    let mut sources = Sources::default();
    let name = "standard input";
    let text = match project::text_of(name, bytes) {
        Ok(text) => text,
        Err((problem, None)) => return refuse(&[problem], &sources, output),
        Err((problem, Some((text, range)))) => {
            let file = sources.add(name, text);
            return refuse(&[problem.at(Span::new(file, range), "")], &sources, output);
        }
    };
    let file = sources.add(name, text.as_str());
    if let Err(problems) = parse(file, &text) {
        return refuse(&problems, &sources, output);
    }
    let formatted = format(&text);
    if !args.check {
        output.print(&formatted)?;
    }
    Ok(if args.check && formatted != text { Outcome::Difference } else { Outcome::Good })
}

fn refuse(
    problems: &[Diagnostic],
    sources: &Sources,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    output.diagnostics(problems, sources)?;
    Ok(Outcome::Error)
}
