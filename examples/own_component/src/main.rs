//! Acme's Stackwright: all that Stackwright has, and tables.

mod table;

use std::process::ExitCode;

use stackwright::Program;

fn main() -> ExitCode {
    Program::new().called("acme").component::<table::Table>().run()
}
