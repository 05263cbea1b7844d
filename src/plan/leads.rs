//! Where what stands in a folder of Terraform leads, found without parsing it: a project may have a
//! thousand roots, and each change is held against all of them.
//!
//! Everything that may be a path out of the folder counts, also in comments: what is named for
//! nothing is looked at for nothing, and what is overlooked would be missed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::root::{is_terraform, join, joined};
use super::scan::{is_of_path, ups};
use crate::git::{Kind, Snapshot};

/// How deep folders and links are followed inside a folder.
const MAX_DEPTH: usize = 8;

/// Files as they stand somewhere. Paths are relative to the top of the repository, with `/`.
#[derive(Debug, Clone, Copy)]
pub enum Tree<'a> {
    /// In the working tree, by its top.
    Disk(&'a Path),
    /// In a commit.
    Commit(&'a Snapshot),
}

impl Tree<'_> {
    /// What a folder holds, sorted by name; nothing where there is none. Names that are not UTF-8
    /// are passed over.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn list(self, folder: &str) -> io::Result<Vec<(String, Kind)>> {
        let is_missing = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        };
        match self {
            Self::Commit(commit) => match commit.list(folder) {
                Err(error) if is_missing(&error) => Ok(Vec::new()),
                entries => entries,
            },
            Self::Disk(top) => {
                let entries = match fs::read_dir(top.join(folder)) {
                    Err(error) if is_missing(&error) => return Ok(Vec::new()),
                    entries => entries?,
                };
                let mut found = Vec::new();
                for entry in entries {
                    let entry = entry?;
                    let ty = entry.file_type()?;
                    let kind = match () {
                        () if ty.is_dir() => Kind::Folder,
                        () if ty.is_symlink() => Kind::Link,
                        () if ty.is_file() => Kind::File,
                        // A pipe would never end.
                        () => continue,
                    };
                    found.extend(entry.file_name().into_string().ok().map(|name| (name, kind)));
                }
                found.sort_unstable();
                Ok(found)
            }
        }
    }

    /// The text of a file; `None` for what is no file. What is not UTF-8 is replaced.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(self, path: &str) -> io::Result<Option<String>> {
        let bytes = match self {
            Self::Commit(commit) => commit.read(path)?,
            Self::Disk(top) => {
                let path = top.join(path);
                match fs::read(&path) {
                    Ok(bytes) => Some(bytes),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    Err(_) if path.is_dir() => None,
                    Err(error) => return Err(error),
                }
            }
        };
        Ok(bytes.map(|bytes| match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }))
    }

    /// True when something stands at a path.
    pub fn has(self, path: &str) -> bool {
        match self {
            Self::Commit(commit) => commit.kind(path).is_ok_and(|kind| kind.is_some()),
            Self::Disk(top) => top.join(path).symlink_metadata().is_ok(),
        }
    }

    /// Where a symbolic link leads, in this tree.
    pub fn link(self, path: &str) -> Option<String> {
        let to = match self {
            Self::Commit(commit) => String::from_utf8(commit.link(path).ok()??).ok()?,
            Self::Disk(top) => {
                fs::read_link(top.join(path)).ok()?.into_os_string().into_string().ok()?
            }
        };
        match (self, to.starts_with('/')) {
            (_, false) => joined(path.rsplit_once('/').map_or("", |(folder, _)| folder), &to),
            (Self::Disk(top), true) => super::revision::below(top, Path::new(&to)),
            (Self::Commit(_), true) => None,
        }
    }
}

/// Where a folder leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leads {
    /// Files and folders outside of it; empty for the whole tree.
    pub to: BTreeSet<String>,
    /// Paths that are taken from the root, whichever module they stand in: those of functions such
    /// as `file`, as they are written.
    pub from_root: BTreeSet<String>,
    /// What it calls the states that it looks up.
    pub looks_up: BTreeSet<String>,
    /// Whether the folder itself holds Terraform.
    pub is_module: bool,
}

impl Leads {
    /// Adds those of a folder that holds this, and of the folders in it, but for the files of its own
    /// that are passed over.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn add_entries(
        &mut self,
        tree: Tree<'_>,
        folder: &str,
        entries: &[(String, Kind)],
        passes_over: &dyn Fn(&str) -> bool,
    ) -> io::Result<()> {
        self.add(tree, (folder, folder), entries, passes_over, 0)
    }

    /// Adds those of a folder that Terraform comes to by the second path, where a link leads to it.
    fn add(
        &mut self,
        tree: Tree<'_>,
        (folder, known_as): (&str, &str),
        entries: &[(String, Kind)],
        passes_over: &dyn Fn(&str) -> bool,
        depth: usize,
    ) -> io::Result<()> {
        for (name, kind) in entries {
            let is_terraform = is_terraform(name);
            self.is_module |= is_terraform && depth == 0;
            let path = join(folder, name);
            let target = (*kind == Kind::Link).then(|| tree.link(&path)).flatten();
            self.to.extend(target.clone());
            if name.starts_with('.') || depth > MAX_DEPTH {
                continue;
            }
            let known_as = if is_terraform { known_as.to_owned() } else { join(known_as, name) };
            match (kind, target) {
                (Kind::File, _) if !is_terraform || passes_over(name) => {}
                (Kind::File, _) => self.add_file(tree, &path, &known_as)?,
                (Kind::Link, Some(target)) if is_terraform => {
                    self.add_file(tree, &target, &known_as)?;
                }
                (Kind::Folder, _) => {
                    let inner = tree.list(&path)?;
                    self.add(tree, (&path, &known_as), &inner, &|_| false, depth + 1)?;
                }
                // Terraform takes paths in it from where the link stands. Links may go round.
                (Kind::Link, Some(target)) => {
                    let inner = tree.list(&target)?;
                    self.add(tree, (&target, &known_as), &inner, &|_| false, depth + 4)?;
                }
                (Kind::Link | Kind::Submodule, _) => {}
            }
        }
        Ok(())
    }

    fn add_file(&mut self, tree: Tree<'_>, path: &str, folder: &str) -> io::Result<()> {
        let text = tree.read(path)?.unwrap_or_default();
        // JSON may escape a slash.
        let text = if path.ends_with(".json") { text.replace("\\/", "/") } else { text };
        self.add_text(&text, folder, path.ends_with(".json"));
        Ok(())
    }

    /// Adds those of a text that stands in a folder.
    pub fn add_text(&mut self, text: &str, folder: &str, is_json: bool) {
        let takes_files = text.contains("file") || text.contains("path.");
        let mut add = |path: &str| {
            self.to.extend(joined(folder, path));
            if takes_files && !self.from_root.contains(path) {
                self.from_root.insert(path.to_owned());
            }
        };
        for place in ups(text) {
            let (before, rest) = (&text[..place.start], &text[place.end..]);
            let up = whole(&text[place.clone()], rest);
            add(up);
            // `files/../../x`, from wherever that starts.
            let down = &before[before.trim_end_matches(is_of_path).len()..];
            let down = down.trim_start_matches('/');
            if !down.is_empty() {
                add(&format!("{down}{up}"));
            }
        }
        if text.contains("\"..\"") {
            self.to.extend(joined(folder, ".."));
        }
        if !text.contains(REMOTE_STATE) {
            return;
        }
        let named = text.split(REMOTE_STATE).skip(1).filter_map(|rest| {
            let rest = rest.strip_prefix('"')?.trim_start().strip_prefix('"')?;
            rest.split_once('"').map(|(name, _)| name.to_owned())
        });
        match is_json {
            // Their names stand somewhere among the words.
            true => self.looks_up.extend(text.split('"').map(str::to_owned)),
            false => self.looks_up.extend(named),
        }
    }
}

/// The data source of another root's outputs.
const REMOTE_STATE: &str = "terraform_remote_state";

/// What is surely a part of a path that goes up: where it goes on with something that is only known
/// later, `../${var.x}`, up to the last slash before that.
fn whole<'a>(up: &'a str, rest: &str) -> &'a str {
    let goes_on = rest.starts_with(|c: char| {
        !c.is_whitespace() && !matches!(c, '"' | '\'' | '`' | ')' | ',' | ';' | ':' | ']' | '\\')
    });
    let name = up.rsplit_once('/').map_or(up, |(_, name)| name);
    match goes_on {
        true => &up[..up.len() - name.len()],
        // The end of a sentence.
        false if name != ".." && name != "." => up.trim_end_matches('.'),
        false => up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(folder: &str, text: &str) -> Vec<String> {
        let mut leads = Leads::default();
        leads.add_text(text, folder, false);
        leads.to.into_iter().collect()
    }

    #[test]
    fn whatever_may_be_a_path_out_of_the_folder_counts() {
        let cases = [
            ("source = \"../../modules/task\"", "modules/task"),
            ("x = file(\"${path.module}/../shared/a.json\")", "stacks/shared/a.json"),
            ("x = file(\"../shared-${var.x}/a.json\")", "stacks"),
            ("x = fileset(\"..\", \"*\")", "stacks"),
            ("x = fileset(\"../data*\", \"*\")", "stacks"),
            ("x = file(\"../größe/a\")", "stacks"),
            ("x = file(\"../../${var.x}\")", ""),
            ("# as in ../b/main.tf.", "stacks/b/main.tf"),
            ("x = \"${path.root}/../b/x\"", "stacks/b/x"),
            ("x = \"../b/\"", "stacks/b"),
        ];
        for (text, to) in cases {
            assert_eq!(leads("stacks/a", text), [to], "{text}");
        }
        let down = leads("stacks/a", "x = file(\"${path.module}/files/../../b/x.json\")");
        assert_eq!(down, ["b/x.json", "stacks/b/x.json"], "from the root or from anywhere");
        assert_eq!(leads("stacks/a", "x = [...]\ny = \"../../../out\""), [""; 0]);
    }

    #[test]
    fn the_states_that_are_looked_up_are_known_by_name() {
        let mut leads = Leads::default();
        leads.add_text("data \"terraform_remote_state\" \"network\" {\n}\n", "a", false);
        leads.add_text("x = data.terraform_remote_state.network.outputs", "a", false);
        assert_eq!(leads.looks_up.into_iter().collect::<Vec<_>>(), ["network"]);
    }
}
