//! `stackwright schema`

use clap::Args;

use super::Outcome;
use super::output::Output;
use crate::Program;

/// Print the JSON Schema of descriptions, for editors
///
/// Of a description in HCL's JSON syntax: what blocks and fields there are, their types, defaults
/// and meanings. It is made from the types, as docs/description.md is.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright schema > stack.schema.json")]
pub struct SchemaArgs {}

pub fn schema(program: &Program, output: &mut Output) -> anyhow::Result<Outcome> {
    output.print(&format!("{:#}\n", crate::schema::description(program.vocabulary())))?;
    Ok(Outcome::Good)
}
