//! Stackwright's command line, with its own vocabulary and nothing else.

fn main() -> std::process::ExitCode {
    stackwright::Program::new().run()
}
