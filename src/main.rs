//! The command line: parse the arguments, run the command, turn its result into an exit code.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
