//! The guide in docs/guide: everything on its pages is done, in the order in which it is read.
//!
//! A block `hcl <path>` (or of another language) is what stands in that file. A block `diff` is
//! applied. A block `console` is run, and prints what stands there; `exit=2` in its head is how its
//! last command ends, and a line `…` stands for lines that are left out. A comment
//! `<!-- run: … -->` is done, too, for what the reader has and a fresh machine has not.
//! Hashes of commits and headers are not compared. `STACKWRIGHT_BLESS=1` writes what was printed into
//! blocks without `…`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::terraform;

/// Programs that a page calls and a fresh machine has not: they print what they were asked.
const STAND_INS: [&str; 3] = ["aws", "cdktf", "docker"];

/// A machine with a home, a working folder, and programs.
struct Machine {
    folder: TempDir,
    at: PathBuf,
}

impl Machine {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["home", "bin", "work"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let binary = env!("CARGO_BIN_EXE_stackwright");
        std::os::unix::fs::symlink(binary, root.join("bin/stackwright")).unwrap();
        for name in STAND_INS {
            use std::os::unix::fs::PermissionsExt as _;
            let path = root.join("bin").join(name);
            fs::write(&path, "#!/bin/sh\nexit 0\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let identity = "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n\
                        [advice]\ndetachedHead = false\n[protocol \"file\"]\nallow = always\n";
        fs::write(root.join("home/.gitconfig"), identity).unwrap();
        Self { at: root.join("work"), folder }
    }

    /// What a command prints and how it ends; it may change the folder for those that follow.
    fn run(&mut self, command: &str) -> (String, i32) {
        let root = self.folder.path().canonicalize().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let end = root.join("end");
        // What the command ends with is kept, and where it has gone.
        let script = format!("{command}\ncode=$?\npwd > {}\nexit $code\n", end.display());
        let output = Command::new("bash")
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .current_dir(&self.at)
            .env_clear()
            .env("PATH", format!("{}:{path}", root.join("bin").display()))
            .env("HOME", root.join("home"))
            .env("LC_ALL", "C.UTF-8")
            .env("CHECKPOINT_DISABLE", "1")
            .env("GIT_AUTHOR_DATE", "2026-01-05T09:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-05T09:00:00Z")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        if let Ok(folder) = fs::read_to_string(&end) {
            self.at = PathBuf::from(folder.trim());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        (text.replace(root.to_str().unwrap(), "~"), output.status.code().unwrap_or(-1))
    }
}

/// A block between fences.
#[derive(Debug)]
struct Block<'a> {
    /// What stands after the opening fence.
    info: &'a str,
    body: &'a str,
    /// Where the body is in the page.
    start: usize,
}

/// What a page wants done, in its order.
enum Step<'a> {
    Block(Block<'a>),
    Hidden(&'a str),
}

fn steps(page: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut at = 0;
    while at < page.len() {
        let line_end = page[at..].find('\n').map_or(page.len(), |end| at + end + 1);
        let line = &page[at..line_end];
        if let Some(info) = line.strip_prefix("```") {
            let body = &page[line_end..];
            let end = body.find("```\n").expect("a closed block");
            steps.push(Step::Block(Block {
                info: info.trim(),
                body: &body[..end],
                start: line_end,
            }));
            at = line_end + end + 4;
            continue;
        }
        if line.starts_with("<!-- run:") {
            let rest = &page[at + "<!-- run:".len()..];
            let end = rest.find("-->").expect("a closed comment");
            steps.push(Step::Hidden(rest[..end].trim()));
            at += "<!-- run:".len() + end + "-->".len();
            continue;
        }
        at = line_end;
    }
    steps
}

/// The commands of a console, with what they print.
fn commands(body: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        if let Some(command) = line.strip_prefix("$ ") {
            let mut command = command.to_owned();
            while command.ends_with('\\') {
                command.push('\n');
                command.push_str(lines.next().expect("the rest of a command"));
            }
            commands.push((command, String::new()));
        } else {
            let (_, printed) = commands.last_mut().expect("a command before what it prints");
            printed.push_str(line);
            printed.push('\n');
        }
    }
    commands
}

/// True when lines are those that are shown, of which a `…` is any.
fn shows(shown: &[&str], lines: &[&str]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((&"…", rest)) => (0..=lines.len()).any(|left_out| shows(rest, &lines[left_out..])),
        Some((first, rest)) => {
            let is_same = |line: &str| without_hashes(line) == without_hashes(first);
            lines.split_first().is_some_and(|(line, lines)| is_same(line) && shows(rest, lines))
        }
    }
}

/// The line without the hashes that git and headers have: they are others with every change of what
/// is rendered.
fn without_hashes(line: &str) -> String {
    let is_hash = |word: &str| {
        [7, 12, 16].contains(&word.len()) && word.bytes().all(|it| it.is_ascii_hexdigit())
    };
    let words = line.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let shown = |word: &str| {
        let text = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if is_hash(text) { word.replacen(text, "#", 1) } else { word.to_owned() }
    };
    words.map(shown).collect()
}

/// Does what a page says. The page with what was printed, and what it should not have been.
fn follow(page: &str) -> (String, String) {
    let mut machine = Machine::new();
    let (mut blessed, mut wrong) = (page.to_owned(), String::new());
    let mut console = Vec::new();
    for step in steps(page) {
        let block = match step {
            Step::Hidden(script) => {
                let (printed, code) = machine.run(script);
                assert_eq!(code, 0, "{script}\n{printed}");
                continue;
            }
            Step::Block(block) => block,
        };
        match block.info.split(' ').collect::<Vec<_>>()[..] {
            ["console", ref options @ ..] => {
                let wanted = options.iter().find_map(|it| it.strip_prefix("exit="));
                let wanted = wanted.map_or(0, |code| code.parse().unwrap());
                let commands = commands(block.body);
                let mut printed = String::new();
                let so_far = wrong.len();
                for (number, (command, shown)) in commands.iter().enumerate() {
                    let (out, code) = machine.run(command);
                    let is_last = number + 1 == commands.len();
                    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
                    let shown: Vec<&str> = shown.lines().collect();
                    if code != if is_last { wanted } else { 0 } || !shows(&shown, &lines) {
                        let _ = writeln!(wrong, "$ {command}\n{out}(exit code {code})\n");
                    }
                    let lines = lines.join("\n");
                    let end = if lines.is_empty() { "" } else { "\n" };
                    let _ = write!(printed, "$ {command}\n{lines}{end}");
                }
                if wrong.len() > so_far {
                    console.push((block.start..block.start + block.body.len(), printed));
                }
            }
            ["diff"] => {
                let patch = machine.folder.path().join("patch");
                fs::write(&patch, block.body).unwrap();
                let apply = format!("patch -p1 --no-backup-if-mismatch < {}", patch.display());
                let (printed, code) = machine.run(&apply);
                assert_eq!(code, 0, "{}\n{printed}", block.body);
            }
            [_, path] => {
                let path = machine.at.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, block.body).unwrap();
            }
            _ => {}
        }
    }
    for (range, printed) in console.into_iter().rev() {
        if !page[range.clone()].lines().any(|line| line == "…") {
            blessed.replace_range(range, &printed);
        }
    }
    (blessed, wrong)
}

#[track_caller]
fn holds(name: &str) {
    if terraform(Path::new("."), &["version"]).is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide").join(name);
    let page = fs::read_to_string(&path).unwrap();
    let (printed, wrong) = follow(&page);
    if std::env::var_os("STACKWRIGHT_BLESS").is_some() && printed != page {
        fs::write(&path, &printed).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "docs/guide/{name} is otherwise:\n{wrong}");
}

#[test]
fn every_page_is_followed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide");
    let source = include_str!("guide.rs");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(source.contains(&format!("holds(\"{name}\")")), "{name} is not followed");
    }
}

#[test]
fn a_page_that_shows_something_else_is_noticed() {
    let (_, wrong) = follow("```console\n$ echo a\nb\n```\n");
    assert_eq!(wrong, "$ echo a\na\n(exit code 0)\n\n");
    let (printed, wrong) = follow("```console exit=3\n$ echo a; exit 3\n```\n");
    assert_eq!(wrong, "$ echo a; exit 3\na\n(exit code 3)\n\n");
    assert_eq!(printed, "```console exit=3\n$ echo a; exit 3\na\n```\n");
    let (_, wrong) = follow("```console\n$ echo at 1234567, 12345678\nat 89abcde, 12345678\n```\n");
    assert_eq!(wrong, "");
    let (_, wrong) = follow("```console\n$ seq 9\n1\n…\n9\n```\n");
    assert_eq!(wrong, "");
}

#[test]
fn the_first_stack() {
    holds("first-stack.md");
}

#[test]
fn an_image_pipeline() {
    holds("image-pipeline.md");
}

#[test]
fn from_cdk_for_terraform() {
    holds("from-cdktf.md");
}

#[test]
fn from_copilot() {
    holds("from-copilot.md");
}

#[test]
fn review() {
    holds("review.md");
}
