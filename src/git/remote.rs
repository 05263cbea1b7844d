//! Fetch and push, by the user's own `git`.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use git2::Oid;

use super::error::clean;
use super::{Error, Repository};

/// How long what a finished git has left behind, such as a hook's daemon, may hold its output.
const LINGER: Duration = Duration::from_secs(1);

/// How often a running git is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// A remote by its name, and how long it may take to answer.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Its name, such as `origin`.
    pub name: String,
    /// How long one command may take.
    pub limit: Duration,
}

/// How a push ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// The branch is at our commit.
    Done,
    /// Somebody else was faster.
    Lost,
}

impl Repository {
    /// The remote that a branch belongs to: as it is configured, or `origin`.
    pub fn remote_of(&self, branch: &str) -> String {
        let name = || -> Result<String, git2::Error> {
            let config = self.lock().config()?.snapshot()?;
            Ok(config.get_str(&format!("branch.{branch}.remote"))?.to_owned())
        };
        match name() {
            Ok(name) if name != "." => name,
            _ => "origin".to_owned(),
        }
    }

    /// The address that a remote is pushed to.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn url_of(&self, remote: &str) -> Result<Option<String>, Error> {
        self.ask(&["remote", "get-url", "--push", "--", remote])
    }

    /// Fetches a branch and tells where it is; `None` when the remote has no such branch.
    ///
    /// # Errors
    /// When the remote cannot be asked.
    pub fn fetch(&self, remote: &Remote, branch: &str) -> Result<Option<Oid>, Error> {
        let tracking = format!("refs/remotes/{}/{branch}", remote.name);
        let spec = format!("+refs/heads/{branch}:{tracking}");
        let answer = self.run(
            remote,
            &[
                "fetch",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
                "--no-recurse-submodules",
                "--quiet",
                "--end-of-options",
                &remote.name,
                &spec,
            ],
        )?;
        if answer.success {
            return self.tip(&tracking);
        }
        if answer.stderr.contains("couldn't find remote ref") {
            return Ok(None);
        }
        // Another bump of this clone fetches the same branch.
        let locked = |line: &str| line.contains("but expected") || line.contains("File exists");
        if let Some(line) = answer.stderr.lines().find(|line| locked(line)) {
            return Err(Error::Busy(clean(line.trim_start_matches("error: "))));
        }
        Err(answer.error("fetch"))
    }

    /// Fetches older commits of a branch into a shallow clone.
    ///
    /// # Errors
    /// When the remote cannot be asked.
    pub fn deepen(&self, remote: &Remote, branch: &str, commits: u32) -> Result<(), Error> {
        let deepen = format!("--deepen={commits}");
        let spec = format!("refs/heads/{branch}");
        let answer = self.run(
            remote,
            &[
                "fetch",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-recurse-submodules",
                "--quiet",
                &deepen,
                "--end-of-options",
                &remote.name,
                &spec,
            ],
        )?;
        if answer.success { Ok(()) } else { Err(answer.error("fetch")) }
    }

    /// Moves a remote's branch from one commit to another that has it as its parent: a
    /// compare-and-swap. `from` is `None` for a branch that is not there yet.
    ///
    /// # Errors
    /// When the remote refuses, or cannot be asked.
    pub fn push(
        &self,
        remote: &Remote,
        branch: &str,
        from: Option<Oid>,
        to: Oid,
        verify: bool,
    ) -> Result<Push, Error> {
        let expected = from.map(|from| from.to_string()).unwrap_or_default();
        // The lease is the comparison: without it, a branch that was set back meanwhile would get
        // the commits again that somebody took out. Since `to` is a child of `from`, nothing is
        // ever discarded.
        let lease = format!("--force-with-lease=refs/heads/{branch}:{expected}");
        let spec = format!("{to}:refs/heads/{branch}");
        let hooks = if verify { "--verify" } else { "--no-verify" };
        let answer = self.run(
            remote,
            &[
                "push",
                "--porcelain",
                "--quiet",
                // Nothing but the commit, whatever is configured.
                "--no-follow-tags",
                "--recurse-submodules=no",
                hooks,
                &lease,
                "--end-of-options",
                &remote.name,
                &spec,
            ],
        )?;
        if answer.success {
            return Ok(Push::Done);
        }
        let refused = answer.stdout.lines().find_map(|line| line.strip_prefix("!\t"));
        let Some(refused) = refused else { return Err(answer.error("push")) };
        let summary = refused.split_once('\t').map_or(refused, |(_, summary)| summary);
        // A branch `bump` is in the way of one `bump/images`, however often that is tried.
        if is_race(summary) && !answer.stderr.contains("cannot create") {
            return Ok(Push::Lost);
        }
        let remarks = answer.stderr.lines().filter_map(|line| line.strip_prefix("remote: "));
        let remarks: Vec<&str> = remarks.map(str::trim).filter(|line| !line.is_empty()).collect();
        let said = if remarks.is_empty() {
            summary.to_owned()
        } else {
            format!("{summary}: {}", remarks.join("; "))
        };
        Err(Error::Refused { remote: clean(&remote.name), said: clean(&said) })
    }

    fn run(&self, remote: &Remote, arguments: &[&str]) -> Result<Answer, Error> {
        let mut command = self.command(arguments);
        // Answers are read, so they are in one language.
        command.env("LC_ALL", "C").env("LANGUAGE", "C");
        run(&mut command, remote.limit)
            .map_err(Error::io("run `git`"))?
            .ok_or_else(|| Error::Timeout(arguments[0].to_owned()))
    }
}

/// Whether a push was refused because the branch moved, or somebody is about to move it.
fn is_race(summary: &str) -> bool {
    const RACES: &[&str] = &[
        "stale info",
        "fetch first",
        "non-fast-forward",
        "cannot lock ref",
        "failed to lock",
        "failed to update ref",
        "incorrect old value",
        "reference already exists",
        "but expected",
    ];
    RACES.iter().any(|race| summary.contains(race))
}

struct Answer {
    success: bool,
    stdout: String,
    stderr: String,
}

impl Answer {
    fn error(&self, command: &str) -> Error {
        let lines = self.stderr.lines().map(str::trim).filter(|line| !line.is_empty());
        let said: Vec<&str> = lines.take(3).collect();
        Error::Command { command: command.to_owned(), said: clean(&said.join("; ")) }
    }
}

/// Runs a command that may ask on the terminal, so in our own process group; `None` when it takes
/// too long.
fn run(command: &mut Command, limit: Duration) -> std::io::Result<Option<Answer>> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().map(Output::of);
    let stderr = child.stderr.take().map(Output::of);
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    };
    let end = Instant::now() + LINGER;
    let text = |output: Option<Output>| output.map(|output| output.until(end)).unwrap_or_default();
    Ok(Some(Answer { success: status.success(), stdout: text(stdout), stderr: text(stderr) }))
}

/// What a command prints, read while it runs.
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Output {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let sink = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                if let Ok(mut bytes) = sink.lock() {
                    bytes.extend_from_slice(&buffer[..count]);
                }
            }
        });
        Self { bytes, reader }
    }

    /// All of it, or what there is at a time.
    fn until(self, end: Instant) -> String {
        while !self.reader.is_finished() && Instant::now() < end {
            std::thread::sleep(LOOK);
        }
        let bytes = self.bytes.lock().map(|bytes| bytes.clone()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_race_is_told_from_a_refusal() {
        for summary in [
            "[rejected] (stale info)",
            "[rejected] (fetch first)",
            "[remote rejected] (cannot lock ref 'refs/heads/main': is at 1 but expected 2)",
            "[remote rejected] (failed to update ref)",
            "[remote rejected] (incorrect old value provided)",
        ] {
            assert!(is_race(summary), "{summary}");
        }
        for summary in [
            "[remote rejected] (pre-receive hook declined)",
            "[remote rejected] (protected branch hook declined)",
            "[remote rejected] (shallow update not allowed)",
        ] {
            assert!(!is_race(summary), "{summary}");
        }
    }
}
