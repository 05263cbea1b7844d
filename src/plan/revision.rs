//! The tree at another revision, asked of the user's `git`: nothing is checked out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::error::Error;
use super::process::{self, Failure, Stop};
use super::root::{join, joined};
use super::scan::Names;

/// A repository and how to ask it.
#[derive(Debug, Clone)]
pub struct Git {
    /// Its working tree, absolute.
    pub top: PathBuf,
    limit: Duration,
    stop: Stop,
}

impl Git {
    /// The repository around a folder.
    ///
    /// # Errors
    /// When there is none, or no `git`.
    pub fn around(folder: &Path, limit: Duration, stop: Stop) -> Result<Self, Error> {
        let mut git = Self { top: folder.to_owned(), limit, stop };
        let top = git.line(&["rev-parse", "--show-toplevel"])?;
        let top = top.ok_or_else(|| {
            Error::NoBase(
                "the project is in no git repository, so there is nothing to compare with"
                    .to_owned(),
            )
        })?;
        git.top = PathBuf::from(top);
        Ok(git)
    }

    /// The path of a folder in it; empty for its top.
    pub fn below(&self, folder: &Path) -> String {
        below(&self.top, folder).unwrap_or_default()
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// When there is none.
    pub fn commit(&self, revision: &str) -> Result<String, Error> {
        let name = format!("{revision}^{{commit}}");
        self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?
            .ok_or_else(|| self.too_little(format!("there is no revision `{revision}`")))
    }

    /// Where a revision left the default branch: what a pull request changes is what came since.
    ///
    /// # Errors
    /// When there is no default branch, or no common commit.
    pub fn merge_base(&self, head: &str, pull_request_base: Option<&str>) -> Result<String, Error> {
        let pull_request = pull_request_base.map(|branch| format!("refs/remotes/origin/{branch}"));
        let default = self.line(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])?;
        let usual = [
            "refs/remotes/origin/main",
            "refs/remotes/origin/master",
            "refs/heads/main",
            "refs/heads/master",
        ];
        let candidates = pull_request.into_iter().chain(default).chain(usual.map(str::to_owned));
        for branch in candidates {
            if self.commit(&branch).is_err() {
                continue;
            }
            return self.line(&["merge-base", "--end-of-options", head, &branch])?.ok_or_else(
                || self.too_little(format!("there is no common commit of `{head}` and `{branch}`")),
            );
        }
        let message = "the repository has no default branch that is known here";
        Err(self.too_little(message.to_owned()))
    }

    /// Why something is not there, which may be that it was not fetched.
    fn too_little(&self, message: String) -> Error {
        match self.line(&["rev-parse", "--is-shallow-repository"]) {
            Ok(Some(is)) if is == "true" => Error::Shallow(message),
            _ => Error::NoBase(message),
        }
    }

    /// When a commit was made, in seconds since 1970.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn time(&self, commit: &str) -> Result<Option<i64>, Error> {
        let line =
            self.line(&["show", "--no-patch", "--format=%ct", "--end-of-options", commit])?;
        Ok(line.and_then(|second| second.parse().ok()))
    }

    /// The paths in which the working tree differs from a commit, new files among them.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn changed(&self, commit: &str) -> Result<BTreeSet<String>, Error> {
        let new = ["ls-files", "--others", "--exclude-standard", "-z"];
        // Both look at every folder, and neither waits for the other.
        std::thread::scope(|scope| {
            let new = scope.spawn(|| self.bytes(&new, None));
            let mut paths = self.differences(&[commit])?;
            paths.extend(names(&new.join().expect("asking git does not panic")?));
            Ok(paths)
        })
    }

    /// The paths in which a commit differs from another one.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn changed_between(&self, base: &str, head: &str) -> Result<BTreeSet<String>, Error> {
        self.differences(&[base, head])
    }

    fn differences(&self, commits: &[&str]) -> Result<BTreeSet<String>, Error> {
        let args = ["diff", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff"];
        // What the user's configuration leaves out is a part of a root all the same.
        let args = [&args, &["--ignore-submodules=none", "-z"][..], commits, &["--"]].concat();
        Ok(names(&self.bytes(&args, None)?))
    }

    /// Writes what a root at a commit is made of into a folder: its folder, and whatever paths in
    /// it lead to.
    ///
    /// # Errors
    /// When git cannot be asked or a file not be written.
    pub fn extract(&self, commit: &str, folder: &str, into: &Path) -> Result<(), Error> {
        let mut pending = BTreeSet::from([folder.to_owned()]);
        let mut done: BTreeSet<String> = BTreeSet::new();
        let mut written: BTreeSet<String> = BTreeSet::new();
        while !pending.is_empty() {
            let mut files = BTreeMap::new();
            for path in std::mem::take(&mut pending) {
                if done.insert(path.clone()) {
                    files.extend(self.list(commit, &path)?);
                }
            }
            files.retain(|path, _| written.insert(path.clone()));
            for (path, file, content) in self.contents(files)? {
                let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                let name = path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name);
                if name.ends_with(".tf") || name.ends_with(".tf.json") {
                    let mut names = Names::default();
                    // What cannot be read leads nowhere; Terraform says so.
                    let _ = names.add(name, &String::from_utf8_lossy(&content));
                    let up = names
                        .up
                        .iter()
                        .filter_map(|up| joined(parent, up.trim_end_matches(['.', '/'])));
                    pending.extend(up.filter(|path| !path.is_empty() && !done.contains(path)));
                }
                write(into, &path, file, &content).map_err(Error::io("write", path))?;
            }
        }
        Ok(())
    }

    fn list(&self, commit: &str, path: &str) -> Result<BTreeMap<String, (Kind, String)>, Error> {
        let mut args = vec!["ls-tree", "-r", "-z", "--end-of-options", commit];
        args.extend((!path.is_empty()).then_some(path));
        let listing = self.bytes(&args, None)?;
        let mut files = BTreeMap::new();
        for entry in listing.split(|&byte| byte == 0) {
            let entry = String::from_utf8_lossy(entry);
            let Some((head, path)) = entry.split_once('\t') else { continue };
            let mut head = head.split(' ');
            let kind = match head.next() {
                Some("100644" | "100755") => Kind::File,
                Some("120000") => Kind::Link,
                _ => continue,
            };
            let Some(id) = head.nth(1) else { continue };
            files.insert(path.to_owned(), (kind, id.to_owned()));
        }
        Ok(files)
    }

    fn contents(
        &self,
        files: BTreeMap<String, (Kind, String)>,
    ) -> Result<Vec<(String, Kind, Vec<u8>)>, Error> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let ids: String = files.values().map(|(_, id)| format!("{id}\n")).collect();
        let answer = self.bytes(&["cat-file", "--batch"], Some(ids.into_bytes()))?;
        let bad = || Error::Answer {
            command: "git cat-file".to_owned(),
            why: "it is cut short".to_owned(),
        };
        let mut rest = answer.as_slice();
        let mut contents = Vec::new();
        for (path, (kind, _)) in files {
            let end = rest.iter().position(|&byte| byte == b'\n').ok_or_else(bad)?;
            let head = String::from_utf8_lossy(&rest[..end]);
            let size: usize =
                head.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(|| {
                    Error::NoBase(format!("`{path}` is not in this clone: {head}"))
                })?;
            let content = rest.get(end + 1..end + 1 + size).ok_or_else(bad)?;
            contents.push((path, kind, content.to_vec()));
            rest = rest.get(end + 2 + size..).unwrap_or_default();
        }
        Ok(contents)
    }

    /// The one line that a command prints; `None` when it says no.
    fn line(&self, args: &[&str]) -> Result<Option<String>, Error> {
        let ended = self.run(args, None)?;
        let line = String::from_utf8_lossy(&ended.stdout).trim_end_matches('\n').to_owned();
        Ok((ended.status.success() && !line.is_empty()).then_some(line))
    }

    fn bytes(&self, args: &[&str], input: Option<Vec<u8>>) -> Result<Vec<u8>, Error> {
        let ended = self.run(args, input)?;
        if ended.status.success() {
            return Ok(ended.stdout);
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        Err(Error::NoBase(format!("`git {}` failed: {said}", args[0])))
    }

    fn run(&self, args: &[&str], input: Option<Vec<u8>>) -> Result<process::Ended, Error> {
        let mut command = Command::new("git");
        // Asking must not write: no refreshed index.
        command.arg("--no-optional-locks").arg("-C").arg(&self.top).args(args);
        process::run(&mut command, self.limit, &self.stop, input).map_err(|failure| match failure {
            Failure::Io(error) => Error::NoBase(format!("cannot run `git`: {error}")),
            Failure::Stopped => Error::Stopped,
            Failure::Timeout => Error::Timeout {
                command: format!("git {}", args[0]),
                seconds: self.limit.as_secs(),
            },
        })
    }
}

/// The paths of a list that git prints with `-z`; a repository in it, as a folder.
fn names(listing: &[u8]) -> BTreeSet<String> {
    let paths = listing.split(|&byte| byte == 0).filter(|path| !path.is_empty());
    paths.map(|path| String::from_utf8_lossy(path).trim_end_matches('/').to_owned()).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
}

fn write(into: &Path, path: &str, kind: Kind, content: &[u8]) -> std::io::Result<()> {
    let target = into.join(path);
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    match kind {
        Kind::File => fs::write(target, content),
        Kind::Link => {
            use std::os::unix::ffi::OsStrExt as _;
            let to = Path::new(std::ffi::OsStr::from_bytes(content));
            std::os::unix::fs::symlink(to, target)
        }
    }
}

/// The folder of a path, below a tree's top.
pub(super) fn below(top: &Path, folder: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        folder.strip_prefix(top).ok()?.iter().map(std::ffi::OsStr::to_str).collect();
    Some(parts?.iter().fold(String::new(), |path, part| join(&path, part)))
}
