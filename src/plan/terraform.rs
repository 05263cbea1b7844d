//! The user's `terraform` or `tofu`, run in a clean environment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::error::Error;
use super::process::{self, Ended, Failure, Patience, Stop};

/// The oldest version that has everything a plan needs: `plan -json`, `import` blocks, `check`.
pub const MINIMUM: (u32, u32) = (1, 5);

/// Where Terraform's data are in its home for a run.
pub(super) const DATA: &str = "data";

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// HashiCorp's.
    Terraform,
    /// The Linux Foundation's.
    OpenTofu,
}

impl Product {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "tofu",
        }
    }

    /// Where it looks for providers.
    pub fn registry(self) -> &'static str {
        match self {
            Self::Terraform => "registry.terraform.io",
            Self::OpenTofu => "registry.opentofu.org",
        }
    }
}

/// A Terraform that can be run.
#[derive(Debug, Clone)]
pub struct Terraform {
    /// The program.
    pub program: PathBuf,
    /// Which it is.
    pub product: Product,
    /// `1.11.4`
    pub version: String,
    /// The longest that one command may take.
    pub limit: Duration,
    /// Ends it early.
    pub stop: Stop,
}

/// What a command finds around it.
#[derive(Debug, Clone)]
pub enum Surroundings<'a> {
    /// Nothing of the user's but the search path; providers are served at these places.
    Offline {
        /// Its home for this run, in which its data are.
        home: &'a Path,
        /// The value of `TF_REATTACH_PROVIDERS`.
        reattach: Option<&'a str>,
    },
    /// Everything of the user's: credentials, configuration, installed providers.
    Live,
}

/// What a command answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub command: String,
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Answer {
    /// The answer, of a command that fails only when something is wrong with us.
    pub fn success(self) -> Result<Self, Error> {
        match self.code {
            0 => Ok(self),
            code => Err(Error::Crash {
                command: self.command,
                how: format!("ended with exit code {code}"),
                said: last_lines(&self.stderr),
            }),
        }
    }
}

impl Terraform {
    /// The program at a path, or else the first of `terraform` and `tofu` on the search path.
    ///
    /// # Errors
    /// When there is none, it does not say its version, or is too old.
    pub fn find(program: Option<&Path>, limit: Duration, stop: Stop) -> Result<Self, Error> {
        let candidates = match program {
            Some(program) => vec![program.to_owned()],
            None => vec![PathBuf::from("terraform"), PathBuf::from("tofu")],
        };
        for program in &candidates {
            let mut command = Command::new(program);
            command.arg("version");
            quiet(&mut command);
            match process::run(&mut command, limit, &stop, None) {
                Ok(ended) => return Self::from_version(program, &ended, limit, stop),
                Err(Failure::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(failure) => return Err(failed(program, "version", failure, limit)),
            }
        }
        Err(Error::NoTerraform(match program {
            Some(program) => format!("there is no program `{}`", program.display()),
            None => "neither `terraform` nor `tofu` is on the PATH".to_owned(),
        }))
    }

    fn from_version(
        program: &Path,
        ended: &Ended,
        limit: Duration,
        stop: Stop,
    ) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(&ended.stdout);
        let first = text.lines().next().unwrap_or_default();
        let told = first.rsplit_once(" v").map(|(name, version)| (name.trim(), version.trim()));
        let (product, version) = match told {
            Some(("Terraform", version)) => (Product::Terraform, version),
            Some(("OpenTofu", version)) => (Product::OpenTofu, version),
            _ => {
                return Err(Error::NoTerraform(format!(
                    "`{}` is neither Terraform nor OpenTofu",
                    program.display()
                )));
            }
        };
        let mut numbers = version.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
        let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if found < MINIMUM {
            return Err(Error::TooOld {
                program: program.to_owned(),
                version: version.to_owned(),
                minimum: format!("{}.{}", MINIMUM.0, MINIMUM.1),
            });
        }
        let (program, version) = (program.to_owned(), version.to_owned());
        Ok(Self { program, product, version, limit, stop })
    }

    /// Runs a command in a folder.
    ///
    /// # Errors
    /// When it cannot be started, is killed, or takes too long; not when it says that something is
    /// wrong.
    pub(super) fn run(
        &self,
        folder: &Path,
        args: &[impl AsRef<str>],
        surroundings: &Surroundings<'_>,
    ) -> Result<Answer, Error> {
        let mut command = Command::new(&self.program);
        let what = args.first().map_or("", AsRef::as_ref);
        command.args(args.iter().map(AsRef::as_ref)).current_dir(folder);
        match surroundings {
            Surroundings::Live => {
                command.env("TF_INPUT", "0").env("TF_IN_AUTOMATION", "1");
            }
            Surroundings::Offline { home, reattach } => {
                quiet(&mut command);
                command.env("HOME", home).env("TF_DATA_DIR", home.join(DATA));
                if let Some(reattach) = reattach {
                    command.env("TF_REATTACH_PROVIDERS", reattach);
                }
            }
        }
        let name = format!("{} {}", self.product.name(), what);
        tracing::debug!(command = name, "running");
        let patience = match surroundings {
            Surroundings::Live => Patience::Endless,
            Surroundings::Offline { .. } => Patience::Brief,
        };
        let ended = process::run_with(&mut command, self.limit, &self.stop, patience, None)
            .map_err(|failure| failed(&self.program, what, failure, self.limit))?;
        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
        match ended.status.code() {
            // Go's exit code of a panic is 2, which is also that of a wrong argument.
            Some(code @ 0..=1) => Ok(Answer { command: name, code, stdout: ended.stdout, stderr }),
            code => {
                let how = match code {
                    Some(code) => format!("ended with exit code {code}"),
                    None => "was killed".to_owned(),
                };
                Err(Error::Crash { command: name, how, said: last_lines(&stderr) })
            }
        }
    }
}

/// Takes everything of the user's away but what programs and temporary files need.
fn quiet(command: &mut Command) {
    let keep = ["PATH", "TMPDIR"].map(|name| (name, std::env::var_os(name)));
    command.env_clear();
    for (name, value) in keep {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let set: [(&str, OsString); 8] = [
        ("TF_CLI_CONFIG_FILE", "/dev/null".into()),
        ("CHECKPOINT_DISABLE", "1".into()),
        ("TF_IN_AUTOMATION", "1".into()),
        ("TF_INPUT", "0".into()),
        // Data of the built-in provider asks a machine in EC2 for credentials otherwise.
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ("NO_COLOR", "1".into()),
        // A third of its time would go into collecting garbage; there is memory for some of that.
        ("GOGC", "400".into()),
        ("GOMEMLIMIT", "1GiB".into()),
    ];
    command.envs(set);
}

fn failed(program: &Path, what: &str, failure: Failure, limit: Duration) -> Error {
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    let command = format!("{name} {what}").trim().to_owned();
    match failure {
        Failure::Stopped => Error::Stopped,
        Failure::Timeout => Error::Timeout { command, seconds: limit.as_secs() },
        Failure::Io(error) => {
            Error::Io { doing: "run", path: program.display().to_string(), error }
        }
    }
}

/// The end of what a program said, short enough to be read.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
