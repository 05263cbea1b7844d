//! A project in a folder of its own, and the binary run on it.

pub mod browser;
pub mod forge;
pub mod http;
pub mod registry;
pub mod univaf;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub mod git;
pub mod kubernetes;

/// A project for one test, gone when the test ends.
pub struct Project {
    folder: TempDir,
}

/// What a run of the binary left.
#[must_use = "look at the result, or assert success"]
#[derive(Debug, PartialEq)]
pub struct Run {
    /// The exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A small stack that renders as it is.
pub const STACK: &str = r#"stack "demo" {
  region = "us-west-2"
}

network "main" {
  cidr = "10.0.0.0/16"
}
"#;

impl Project {
    /// A project without stacks.
    pub fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("stacks")).unwrap();
        Self { folder }
    }

    /// A project with the stack `demo`.
    pub fn with(description: &str) -> Self {
        let project = Self::empty();
        project.write("stacks/demo/stack.hcl", description);
        project
    }

    /// The same, rendered.
    pub fn rendered(description: &str) -> Self {
        let project = Self::with(description);
        project.run(&["render"]).success();
        project
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces a piece of a file that must be there.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} has no {old:?}:\n{text}");
        self.write(path, text.replacen(old, new, 1));
    }

    /// Every file below the project, with its content.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        files(self.folder.path())
    }

    /// The command, to be changed before it runs.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackwright"));
        command.args(args).current_dir(self.folder.path()).env_clear();
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        self.finish(self.command(args))
    }

    pub fn finish(&self, mut command: Command) -> Run {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let folder = self.folder.path().canonicalize().unwrap();
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes).unwrap().replace(folder.to_str().unwrap(), "<project>")
        };
        Run { code: status.code(), out: text(stdout), err: text(stderr) }
    }
}

impl Run {
    /// Asserts that the run ended well and said nothing on standard error.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self.out
    }

    /// Asserts the exit code, and that is all.
    #[track_caller]
    pub fn exits(self, code: i32) {
        let _ = self.code(code);
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or("killed".to_owned(), |code| code.to_string());
        write!(f, "exit {code}\n--- out\n{}--- err\n{}", self.out, self.err)
    }
}

/// Every file below a folder, by path, sorted.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (path, fs::read(entry.path()).unwrap_or_default())
        })
        .collect();
    files.sort();
    files
}

/// The first fenced block of a page that is of a language and begins so.
#[track_caller]
pub fn fenced<'a>(page: &'a str, language: &str, start: &str) -> &'a str {
    let open = format!("\n```{language}\n");
    let blocks = page.split(&open).skip(1);
    let mut blocks = blocks.map(|rest| rest.split_once("```").expect("a closed block").0);
    blocks.find(|block| block.starts_with(start)).expect("such a block")
}

/// Runs `terraform` in a folder. `None`, said aloud, where it is not installed; with
/// `STACKWRIGHT_REQUIRE_TERRAFORM=1` that is a failure.
pub fn terraform(folder: &Path, args: &[&str]) -> Option<Output> {
    let result = Command::new("terraform")
        .args(args)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .env_remove("TF_DATA_DIR")
        .env_remove("TF_WORKSPACE")
        .output();
    match result {
        Ok(output) => Some(output),
        Err(error) => {
            let required =
                std::env::var_os("STACKWRIGHT_REQUIRE_TERRAFORM").is_some_and(|v| v == "1");
            assert!(!required, "terraform is required: {error}");
            eprintln!("skipped: terraform is not on the PATH");
            None
        }
    }
}
