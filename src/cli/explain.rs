//! `stackwright explain`

use clap::{Args, ValueEnum};
use stackwright::diagnostic::{Diagnostic, Sources, codes};
use stackwright::explain::{self, Explanation};
use stackwright::report::explain as report;

use super::Outcome;
use super::output::Output;
use crate::Program;

/// Say what a diagnostic means, why it is one, and what is right instead
///
/// A code is named by its id or its name, in any case, or by the line that was printed. Without one,
/// all are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright explain                       list every code
  stackwright explain SW204
  stackwright explain bad-schedule SW301
  stackwright explain 'error[SW204]: `0 4 * * *` has 5 fields'
  stackwright explain SW204 --format json | jq -r '.codes[].examples[].files[].text'

Exit codes:
  0  explained
  1  there is no such code")]
pub struct ExplainArgs {
    /// `SW204`, `bad-schedule`, or a line with a code in it
    #[arg(value_name = "CODE")]
    codes: Vec<String>,

    /// How the explanation looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

/// The columns between which explanations are wrapped.
const MIN_COLUMNS: usize = 40;
const MAX_COLUMNS: usize = 100;

/// How an explanation looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// For programs; a stable shape.
    Json,
    /// For a wiki or a chat.
    Markdown,
}

pub fn explain(
    program: &Program,
    args: &ExplainArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let vocabulary = program.vocabulary();
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for text in &args.codes {
        match explain::find(vocabulary, text) {
            Ok(code) if found.contains(&code) => {}
            Ok(code) => found.push(code),
            Err(meant) => {
                let problem = Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    format!("there is no code `{}`", text.trim()),
                );
                unknown.push(match meant {
                    Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                    None => problem.help(format!("`{} explain` lists all", program.name())),
                });
            }
        }
    }
    if !unknown.is_empty() {
        output.diagnostics(&unknown, &Sources::default())?;
        return Ok(Outcome::Error);
    }
    let is_list = args.codes.is_empty();
    let codes = if is_list { vocabulary.codes() } else { found };
    // A line that is read by others is not cut, and one that people read is not wider than a page.
    let terminal = output.columns();
    let columns = terminal.unwrap_or(MAX_COLUMNS).clamp(MIN_COLUMNS, MAX_COLUMNS);
    let text = match args.format {
        Format::Terminal if is_list => report::list(&codes, output.style, terminal),
        Format::Terminal => {
            let one =
                |code| report::terminal(&Explanation::of(code), program, output.style, columns);
            codes.into_iter().map(one).collect::<Vec<_>>().join("\n\n")
        }
        Format::Json => Output::json(&report::Explained::of(&codes, program))?,
        Format::Markdown => report::sections(&codes, program, 1),
    };
    output.print(&text)?;
    Ok(Outcome::Good)
}
