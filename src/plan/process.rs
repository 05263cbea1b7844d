//! A child process that cannot outlive us, nor its time.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How often a running child is looked at.
const LOOK: Duration = Duration::from_millis(1);

/// How long a child may take to end by itself when it is asked to.
const GRACE: Duration = Duration::from_secs(3);

/// Says to everything that runs that it is to end. Clones say it together.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicU8>);

impl Stop {
    /// Says so; the second time, that it is to end at once. Gives back how often it has been said.
    pub fn pull(&self) -> u8 {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// True when it is time to end.
    pub fn is_pulled(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn is_pulled_again(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}

/// How long a child that is asked to end may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// A moment: it has nothing to lose.
    Brief,
    /// As long as it wants, unless it is asked again: it writes a state and gives locks back.
    Endless,
}

/// What a child said and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Why a child did not end by itself.
#[derive(Debug)]
pub(crate) enum Failure {
    Io(io::Error),
    Timeout,
    Stopped,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Runs a command in a process group of its own, with nothing to read, and waits until it ends or
/// has to.
pub(crate) fn run(
    command: &mut Command,
    limit: Duration,
    stop: &Stop,
    input: Option<Vec<u8>>,
) -> Result<Ended, Failure> {
    run_with(command, limit, stop, Patience::Brief, input)
}

/// The same, for a child that may need its time to end.
pub(super) fn run_with(
    command: &mut Command,
    limit: Duration,
    stop: &Stop,
    patience: Patience,
    input: Option<Vec<u8>>,
) -> Result<Ended, Failure> {
    use std::os::unix::process::CommandExt as _;
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let writer = input.zip(child.stdin.take()).map(|(bytes, mut pipe)| {
        thread::spawn(move || {
            // A child that does not want to know has ended; its status tells why.
            let _ = io::Write::write_all(&mut pipe, &bytes);
        })
    });
    let stdout = child.stdout.take().map(reader);
    let stderr = child.stderr.take().map(reader);
    let result = wait(&mut child, limit, stop);
    if result.is_err() {
        end(&mut child, stop, patience);
    }
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    let [stdout, stderr] =
        [stdout, stderr].map(|reader| match reader.map(thread::JoinHandle::join) {
            Some(Ok(bytes)) => bytes,
            Some(Err(_)) | None => Vec::new(),
        });
    Ok(Ended { status: result?, stdout, stderr })
}

fn reader(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

fn wait(child: &mut Child, limit: Duration, stop: &Stop) -> Result<ExitStatus, Failure> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if stop.is_pulled() {
            return Err(Failure::Stopped);
        }
        if Instant::now() >= end {
            return Err(Failure::Timeout);
        }
        thread::sleep(LOOK);
    }
}

/// Asks a child and what it has started to end, and then makes them.
fn end(child: &mut Child, stop: &Stop, patience: Patience) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let signal = |signal| group.map(|group| kill_process_group(group, signal));
    signal(Signal::INT);
    if patience == Patience::Endless {
        tracing::warn!("waiting for it to end; interrupt again to kill it");
    }
    let limit = Instant::now() + GRACE;
    let is_patient = || match patience {
        Patience::Brief => Instant::now() < limit,
        Patience::Endless => true,
    };
    while !stop.is_pulled_again() && is_patient() && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(LOOK);
    }
    signal(Signal::KILL);
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_child_says_is_kept() {
        let ended = run(
            &mut sh("cat; echo no >&2; exit 3"),
            Duration::from_secs(10),
            &Stop::default(),
            Some(b"yes".to_vec()),
        )
        .unwrap();
        assert_eq!(
            (ended.status.code(), &ended.stdout[..], &ended.stderr[..]),
            (Some(3), &b"yes"[..], &b"no\n"[..])
        );
    }

    #[test]
    fn a_child_that_takes_too_long_ends_with_what_it_started() {
        let started = Instant::now();
        let result =
            run(&mut sh("sleep 60 & sleep 60"), Duration::from_millis(50), &Stop::default(), None);
        assert!(matches!(result, Err(Failure::Timeout)));
        assert!(started.elapsed() < Duration::from_secs(20), "the pipes were let go");
    }

    #[test]
    fn a_stop_ends_it() {
        let stop = Stop::default();
        stop.pull();
        let result = run(&mut sh("sleep 60"), Duration::from_secs(60), &stop, None);
        assert!(matches!(result, Err(Failure::Stopped)));
    }

    #[test]
    fn a_patient_stop_waits_until_it_ends_and_a_second_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let script = format!(
            "cd {}; trap 'touch asked; until [ -e go ]; do sleep 0.02; done; touch ended; exit 0' INT; \
             touch ready; while :; do sleep 0.02; done",
            folder.path().display()
        );
        let stop = Stop::default();
        let start = |stop: &Stop| {
            let (mut command, stop) = (sh(&script), stop.clone());
            let limit = Duration::from_secs(600);
            thread::spawn(move || run_with(&mut command, limit, &stop, Patience::Endless, None))
        };
        let until = |name: &str| {
            while !file(name).exists() {
                thread::sleep(LOOK);
            }
        };
        let running = start(&stop);
        until("ready");
        stop.pull();
        until("asked");
        std::fs::write(file("go"), "").unwrap();
        assert!(matches!(running.join().unwrap(), Err(Failure::Stopped)));
        assert!(file("ended").exists(), "it has had its time");

        for name in ["ready", "asked", "go", "ended"] {
            std::fs::remove_file(file(name)).unwrap();
        }
        let stop = Stop::default();
        let running = start(&stop);
        until("ready");
        stop.pull();
        until("asked");
        stop.pull();
        assert!(matches!(running.join().unwrap(), Err(Failure::Stopped)));
        assert!(!file("ended").exists(), "it was killed");
    }
}
