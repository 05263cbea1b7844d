//! The AWS CLI on the PATH.

use std::io;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::{Answer, Aws};

/// The user's `aws`, with the user's credentials.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cli;

impl Aws for Cli {
    fn call(&mut self, args: &[String]) -> io::Result<Answer> {
        tracing::info!(args = %args.join(" "), "aws");
        let output = Command::new("aws")
            .args(args)
            // It would wait for somebody who turns pages.
            .env("AWS_PAGER", "")
            .stdin(Stdio::null())
            .output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Answer {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        })
    }

    fn pause(&mut self) {
        thread::sleep(Duration::from_secs(15));
    }
}
