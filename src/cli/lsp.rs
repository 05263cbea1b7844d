//! `stackwright lsp`

use clap::Args;

use super::Outcome;
use crate::Program;

/// Run the language server, for editors
///
/// Talks the Language Server Protocol over standard input and output: problems while typing,
/// completion, documentation, definitions, renaming with `renamed_from`, and the layout of
/// descriptions. An editor starts it; docs/editors.md has what to tell yours. Its log goes to standard
/// error.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright lsp            what an editor runs
  stackwright -v lsp         the same, with a log

Exit codes:
  0  the editor has ended the session
  1  it went away without a word")]
pub struct LspArgs {
    /// Talk over standard input and output, as it always does: some editors say so
    #[arg(long, hide = true)]
    stdio: bool,
}

pub fn lsp(program: &Program) -> anyhow::Result<Outcome> {
    // A panic's own message can hold parts of a description.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
    let ended_well = crate::lsp::serve(program, std::io::stdin(), std::io::stdout().lock())?;
    Ok(if ended_well { Outcome::Good } else { Outcome::Error })
}
