//! The folder that a run works on: where descriptions, roots and modules are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Component as PathPart, Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::Program;
use crate::block;
use crate::build::Described;
use crate::choice;
use crate::ci::Ci;
use crate::component::Vocabulary;
use crate::diagnostic::{Diagnostic, FileId, Sources, Span, codes};
use crate::git::{Identity, Kind, Snapshot};
use crate::stack::block::Block as _;
use crate::stack::field::Literal;
use crate::stack::read::Reader;
use crate::value::{Invalid, Scalar, ScalarType, Whole};

/// The project file's name.
pub const FILE: &str = "stackwright.hcl";

/// A description's file name.
pub const DESCRIPTION: &str = "stack.hcl";

/// The largest description that is read.
pub const MAX_BYTES: u64 = 4 << 20;

block! {
    /// Where things are, when it is not the usual place.
    pub struct Settings {
        /// The folder that holds a folder for each stack.
        stacks: Literal<Folder> = Literal(Folder("stacks".to_owned())),
        /// The folder into which the module library is written.
        modules: Literal<Folder> = Literal(Folder("modules".to_owned())),
        /// Which modules are written: those that a stack uses, or the whole library.
        vendor: Literal<Vendor> = Literal(Vendor::Used),
        /// How `stackwright bump` commits.
        @block bump: Option<Bump>,
        /// What schedules are warned of.
        @block schedule: Option<ScheduleLimits>,
        /// Files of continuous integration that are rendered: `ci "github"`, `ci "gitlab"`,
        /// `ci "atlantis"`, `ci "hcp"`.
        ci: Ci,
    }
}

block! {
    /// How `stackwright bump` commits, where its options do not say otherwise.
    pub struct Bump {
        /// The branch that it commits to; the one that is checked out when it is not written.
        branch: Option<Literal<String>>,
        /// The remote that it pushes to; the branch's own when it is not written.
        remote: Option<Literal<String>>,
        /// How a commit gets to the remote: pushed by git, or made and signed by GitHub.
        push_via: Literal<PushVia> = Literal(PushVia::Git),
        /// Whose the commits are, `Name <mail>`; as git is configured when it is not written.
        author: Option<Literal<Identity>>,
        /// Who makes the commits, `Name <mail>`; the author when it is not written.
        committer: Option<Literal<Identity>>,
        /// A template of the message, in Jinja's language.
        message: Option<Literal<String>>,
        /// Lines `Key: value` that end each message.
        trailers: Vec<Literal<String>>,
        /// True to write `[skip ci]` into the message.
        skip_ci: Literal<bool> = Literal(false),
    }
}

block! {
    /// What schedules are warned of.
    pub struct ScheduleLimits {
        /// From how many tasks of a cluster on that start in the same minute there is a warning; 0
        /// for none. Rates are not counted: they begin whenever their rules are created.
        same_minute: Literal<Whole<0, 10_000>> = Literal(Whole::new(SAME_MINUTE)),
    }
}

/// How many tasks that start in one minute are warned of.
const SAME_MINUTE: i64 = 10;

choice! {
    /// How a commit gets to the remote.
    pub enum PushVia {
        /// By `git push`.
        Git = "git",
        /// By GitHub's API, which makes the commit and signs it.
        Github = "github",
    }
}

choice! {
    /// Which modules of the library are written into a project.
    pub enum Vendor {
        /// Those that some stack uses.
        Used = "used",
        /// All of them.
        All = "all",
    }
}

/// A folder inside the project, relative to it, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(String);

impl std::fmt::Display for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for Folder {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a relative path inside the project";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let path = text.trim_end_matches('/');
        let inside = !path.is_empty()
            && Path::new(path).components().all(|part| matches!(part, PathPart::Normal(_)))
            && !path.contains('\\');
        if inside {
            Ok(Self(path.to_owned()))
        } else {
            Err(Invalid::new(codes::BAD_VALUE, format!("`{text}` is not a folder of the project"))
                .help("write a relative path without `.` and `..`, such as `terraform/stacks`"))
        }
    }
}

/// A project, on disk or in a commit.
#[derive(Debug)]
pub struct Project {
    /// Its folder, absolute and without symbolic links; empty for a project in a commit.
    pub root: PathBuf,
    /// The commit that it is read from, where it is not on disk.
    commit: Option<Snapshot>,
    /// Texts that are read in place of what stands at their paths.
    overlay: BTreeMap<String, Arc<str>>,
    /// True where there is nothing but these texts.
    in_memory: bool,
    /// Where things are.
    pub settings: Settings,
    /// What is known beside its files.
    pub program: Program,
    /// The files read so far.
    pub sources: Mutex<Sources>,
    /// Folders known to lie inside.
    inside: Mutex<BTreeSet<String>>,
}

impl Project {
    /// The project around a folder: the nearest one at or above it with a project file, or with a
    /// `stacks` folder.
    ///
    /// # Errors
    /// When there is none, or its project file is wrong.
    pub fn find(start: &Path) -> Result<Self, (Sources, Vec<Diagnostic>)> {
        let nothing = |message: String| {
            let diagnostic = Diagnostic::error(codes::UNREADABLE, message).help(
                "start one with `stackwright init`, or name the project with `--project <folder>`",
            );
            (Sources::default(), vec![diagnostic])
        };
        let start = fs::canonicalize(start)
            .map_err(|error| nothing(format!("cannot open `{}`: {error}", start.display())))?;
        let root = start
            .ancestors()
            .find(|folder| folder.join(FILE).is_file() || folder.join("stacks").is_dir())
            .ok_or_else(|| {
                nothing(format!("there is no project at or above `{}`", start.display()))
            })?;
        Self::open(root)
    }

    /// The project in exactly this folder.
    ///
    /// # Errors
    /// When its project file is wrong.
    pub fn open(root: &Path) -> Result<Self, (Sources, Vec<Diagnostic>)> {
        Self::open_overlaid(root, BTreeMap::new())
    }

    /// The project in exactly this folder, with other texts in place of what stands at some paths:
    /// also of its project file, and of descriptions that are not on disk.
    ///
    /// # Errors
    /// When its project file is wrong.
    pub fn open_overlaid(
        root: &Path,
        overlay: BTreeMap<String, Arc<str>>,
    ) -> Result<Self, (Sources, Vec<Diagnostic>)> {
        let mut sources = Sources::default();
        let text = match overlay.get(FILE) {
            Some(text) => check_text(FILE, text).map(|()| Some(text.to_string())),
            None => read_text(root, FILE),
        };
        match read_settings(text, &mut sources) {
            Ok(settings) => {
                let project = Self::with(root.to_owned(), None, settings, sources);
                Ok(Self { overlay, ..project })
            }
            Err(diagnostics) => Err((sources, diagnostics)),
        }
    }

    /// The project that a commit holds around a folder of it: the nearest one at or above it.
    /// `None` when there is none.
    ///
    /// # Errors
    /// When its project file is wrong.
    pub fn in_commit(
        commit: &Snapshot,
        start: &str,
    ) -> Result<Option<Self>, (Sources, Vec<Diagnostic>)> {
        let unreadable = |error: std::io::Error| {
            let message = format!("cannot read the commit: {error}");
            (Sources::default(), vec![Diagnostic::error(codes::UNREADABLE, message)])
        };
        for folder in Path::new(start).ancestors() {
            let folder = commit.below(folder.to_str().unwrap_or_default()).map_err(unreadable)?;
            let Some(folder) = folder else { continue };
            let kind = |path| folder.kind(path).map_err(unreadable);
            if kind(FILE)? != Some(Kind::File) && kind("stacks")? != Some(Kind::Folder) {
                continue;
            }
            let mut sources = Sources::default();
            let text = read_committed(&folder, FILE);
            return match read_settings(text, &mut sources) {
                Ok(settings) => {
                    Ok(Some(Self::with(PathBuf::new(), Some(folder), settings, sources)))
                }
                Err(diagnostics) => Err((sources, diagnostics)),
            };
        }
        Ok(None)
    }

    /// The project that these texts are, by path. It is read only: nothing of it is on disk.
    ///
    /// # Errors
    /// When its project file is wrong.
    pub fn of_texts(
        texts: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, (Sources, Vec<Diagnostic>)> {
        let texts: BTreeMap<String, String> = texts.into_iter().collect();
        let mut sources = Sources::default();
        match read_settings(Ok(texts.get(FILE).cloned()), &mut sources) {
            Ok(settings) => {
                let project = Self::with(PathBuf::new(), None, settings, sources).overlaid(texts);
                Ok(Self { in_memory: true, ..project })
            }
            Err(diagnostics) => Err((sources, diagnostics)),
        }
    }

    fn with(root: PathBuf, commit: Option<Snapshot>, settings: Settings, sources: Sources) -> Self {
        Self {
            root,
            commit,
            overlay: BTreeMap::new(),
            in_memory: false,
            settings,
            program: Program::new(),
            sources: Mutex::new(sources),
            inside: Mutex::default(),
        }
    }

    /// The same project, in the hands of a program.
    #[must_use]
    pub fn of(self, program: Program) -> Self {
        Self { program, ..self }
    }

    /// The same project, with other texts in place of what stands at some paths.
    #[must_use]
    pub fn overlaid(mut self, texts: impl IntoIterator<Item = (String, String)>) -> Self {
        self.overlay.extend(texts.into_iter().map(|(path, text)| (path, text.into())));
        self
    }

    /// True for one that is on no disk and in no commit ([`Project::of_texts`]).
    pub fn is_in_memory(&self) -> bool {
        self.in_memory
    }

    /// The commit that it is read from; `None` for a project on disk.
    pub fn commit(&self) -> Option<&Snapshot> {
        self.commit.as_ref()
    }

    /// From how many tasks of a cluster on that start in the same minute there is a warning; 0 for
    /// none.
    pub fn same_minute(&self) -> u32 {
        let limits = self.settings.schedule.as_ref();
        let limit = limits.map_or(SAME_MINUTE, |limits| limits.same_minute.0.get());
        u32::try_from(limit).unwrap_or(u32::MAX)
    }

    /// The folder of stacks, relative to the project, with `/`.
    pub fn stacks(&self) -> &str {
        &self.settings.stacks.0.0
    }

    /// The folder of modules, relative to the project, with `/`.
    pub fn modules(&self) -> &str {
        &self.settings.modules.0.0
    }

    /// The names of all stacks, sorted.
    ///
    /// # Errors
    /// When the folder of stacks cannot be read or leads out of the project.
    pub fn stack_names(&self) -> Result<Vec<String>, Diagnostic> {
        self.inside(self.stacks())?;
        let unreadable = |error: std::io::Error| {
            Diagnostic::error(
                codes::UNREADABLE,
                format!("cannot read `{}`: {error}", self.stacks()),
            )
            .help(format!("make a folder `{}/<name>` with a `{DESCRIPTION}`", self.stacks()))
        };
        let mut names: Vec<String> = self.program.stacks().map(str::to_owned).collect();
        if self.in_memory {
            names.extend(self.names(self.stacks()));
            names.sort_unstable();
            names.dedup();
            return Ok(names);
        }
        if let Some(commit) = &self.commit {
            for (name, _) in commit.list(self.stacks()).map_err(unreadable)? {
                let description = format!("{}/{name}/{DESCRIPTION}", self.stacks());
                if commit.kind(&description).map_err(unreadable)?.is_some() {
                    names.push(name);
                }
            }
            names.sort_unstable();
            names.dedup();
            return Ok(names);
        }
        let entries = match fs::read_dir(self.root.join(self.stacks())) {
            // There is no folder before the first render of what is described in Rust.
            Err(error) if error.kind() == ErrorKind::NotFound && !names.is_empty() => None,
            entries => Some(entries.map_err(unreadable)?),
        };
        for entry in entries.into_iter().flatten() {
            let entry = entry.map_err(unreadable)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // A folder that cannot be opened counts: were it passed over, what it uses would be
            // deleted as an orphan. Reading it says what is wrong.
            match entry.path().join(DESCRIPTION).symlink_metadata() {
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                _ => names.push(name),
            }
        }
        let overlaid = self.overlay.keys().filter_map(|path| self.stack_of(path));
        names.extend(overlaid.map(str::to_owned));
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// The stack whose description stands at a path.
    pub(crate) fn stack_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.stacks())?.strip_prefix('/')?;
        rest.split_once('/').filter(|(_, file)| *file == DESCRIPTION).map(|(name, _)| name)
    }

    /// True when there is a stack of this name.
    pub fn has_stack(&self, name: &str) -> bool {
        // A name with a separator would be a path.
        if name.is_empty() || name.contains(['/', '\\']) || self.inside(self.stacks()).is_err() {
            return false;
        }
        if self.program.described(name).is_some() {
            return true;
        }
        let description = format!("{}/{name}/{DESCRIPTION}", self.stacks());
        if self.in_memory || self.overlay.contains_key(&description) {
            return self.overlay.contains_key(&description);
        }
        match &self.commit {
            Some(commit) => commit.kind(&description).is_ok_and(|kind| kind.is_some()),
            None => self.root.join(description).symlink_metadata().is_ok(),
        }
    }

    /// Complains about a path that leads out of the project through a symbolic link.
    ///
    /// # Errors
    /// The complaint.
    pub fn inside(&self, path: &str) -> Result<(), Diagnostic> {
        let known = || self.inside.lock().expect("no thread panics while it holds this");
        // A commit's links are never followed, so nothing of it leads anywhere.
        if self.commit.is_some() || self.in_memory || known().contains(path) {
            return Ok(());
        }
        // What does not exist yet is where its parent is.
        let existing = Path::new(path)
            .ancestors()
            .find_map(|part| fs::canonicalize(self.root.join(part)).ok());
        match existing {
            Some(real) if !real.starts_with(&self.root) => Err(Diagnostic::error(
                codes::OUTSIDE,
                format!("`{path}` leads out of the project through a symbolic link"),
            )
            .help("make it a real file or folder: nothing outside the project is read or written")),
            _ => {
                known().insert(path.to_owned());
                Ok(())
            }
        }
    }

    /// The names of what a folder holds, sorted; none where it cannot be read.
    pub fn names(&self, folder: &str) -> Vec<String> {
        if self.in_memory {
            let below =
                |path: &String| Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned());
            let paths = self.overlay.keys().filter_map(below);
            let mut names: Vec<String> =
                paths.map(|path| path.split('/').next().unwrap_or_default().to_owned()).collect();
            names.dedup();
            return names;
        }
        if let Some(commit) = &self.commit {
            let entries = commit.list(folder).unwrap_or_default();
            return entries.into_iter().map(|(name, _)| name).collect();
        }
        let entries = fs::read_dir(self.root.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    }

    /// The bytes of a file; `None` where there is none, or it cannot be read.
    pub(crate) fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        match &self.commit {
            Some(commit) => commit.read(path).ok().flatten(),
            None => {
                let path = self.root.join(path);
                let is_file = fs::symlink_metadata(&path).is_ok_and(|it| it.is_file());
                is_file.then(|| fs::read(path).ok()).flatten()
            }
        }
    }

    /// Reads a text file of the project. `None` when there is none.
    ///
    /// # Errors
    /// When it is not UTF-8 text with plain line ends, too large, or cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<(FileId, Arc<str>)>, Diagnostic> {
        let in_rust = self.described(path);
        let file = match self.overlay.get(path) {
            Some(text) => {
                let file = self.add_source(path, Arc::clone(text));
                problem_of_text(file, path, text).map_or(Ok(()), Err)?;
                Some((file, Arc::clone(text)))
            }
            None => self.read_file(path)?,
        };
        match (in_rust, file) {
            (Some((name, _)), Some((file, _))) => Err(Diagnostic::error(
                codes::CONFLICT,
                format!("the stack `{name}` is described in Rust, too"),
            )
            .at(Span::new(file, 0..0), "")
            .help("keep one of both descriptions")),
            (Some((_, described)), None) => {
                let mut sources =
                    self.sources.lock().expect("no thread panics while it holds this");
                let file = described.add_to(&mut sources, path, Some(&self.root));
                Ok(Some((file, Arc::clone(&described.text))))
            }
            (None, file) => Ok(file),
        }
    }

    /// The description in Rust that stands for the file of this path.
    fn described(&self, path: &str) -> Option<(&str, &Described)> {
        let name = self.stack_of(path)?;
        Some((self.program.stacks().find(|it| *it == name)?, self.program.described(name)?))
    }

    fn read_file(&self, path: &str) -> Result<Option<(FileId, Arc<str>)>, Diagnostic> {
        if self.in_memory {
            return Ok(None);
        }
        self.inside(path.rsplit_once('/').map_or("", |(folder, _)| folder))?;
        let text = match &self.commit {
            Some(commit) => read_committed(commit, path),
            None => {
                let found = fs::symlink_metadata(self.root.join(path));
                if found.is_ok_and(|found| found.is_symlink()) {
                    self.inside(path)?;
                }
                read_text(&self.root, path)
            }
        };
        match text {
            Ok(None) => Ok(None),
            Ok(Some(text)) => {
                let text: Arc<str> = text.into();
                Ok(Some((self.add_source(path, Arc::clone(&text)), text)))
            }
            Err((diagnostic, None)) => Err(diagnostic),
            Err((diagnostic, Some((text, range)))) => {
                let file = self.add_source(path, text.into());
                Err(diagnostic.at(Span::new(file, range), ""))
            }
        }
    }

    /// Makes the text of an environment known, so that its places can be shown where they are
    /// written.
    pub fn add_made(&self, from: FileId, variant: &crate::stack::environment::Variant) -> FileId {
        let mut sources = self.sources.lock().expect("no thread panics while it holds this");
        sources.add_made(from, variant.text.as_str(), variant.pieces.clone(), &variant.name)
    }

    /// Makes a text known, so that its places can be shown.
    pub fn add_source(&self, path: &str, text: Arc<str>) -> FileId {
        self.sources.lock().expect("no thread panics while it holds this").add(path, text)
    }
}

/// What a description or project file of this text may not be: too large, not with plain line ends.
pub(crate) fn problem_of_text(file: FileId, path: &str, text: &str) -> Option<Diagnostic> {
    let (diagnostic, place) = check_text(path, text).err()?;
    Some(diagnostic.at(place.map(|(_, range)| Span::new(file, range)), ""))
}

fn read_settings(
    text: Result<Option<String>, TextError>,
    sources: &mut Sources,
) -> Result<Settings, Vec<Diagnostic>> {
    let text = match text {
        Ok(text) => text.unwrap_or_default(),
        Err((diagnostic, None)) => return Err(vec![diagnostic]),
        Err((diagnostic, Some((text, range)))) => {
            let file = sources.add(FILE, text);
            return Err(vec![diagnostic.at(Span::new(file, range), "")]);
        }
    };
    let file = sources.add(FILE, text.as_str());
    // The file's top level is read as the inside of one block, so that it has the same errors.
    let body = crate::hcl::parse::parse(file, &text)?;
    let mut top = hcl::edit::structure::Block::new(hcl::edit::Ident::new("project"));
    top.body = body;
    // It names no component.
    let vocabulary = Vocabulary::default();
    let reader = Reader::new(&vocabulary, file, &text);
    let settings = Settings::read(&reader, &top);
    let mut diagnostics = reader.into_diagnostics();
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    match settings {
        Some(settings) if diagnostics.is_empty() => Ok(settings),
        _ => Err(diagnostics),
    }
}

/// A complaint, and the text and place that it is about, if there is one.
pub type TextError = (Diagnostic, Option<(String, std::ops::Range<usize>)>);

fn unreadable(path: &str, error: &dyn std::fmt::Display) -> TextError {
    (Diagnostic::error(codes::UNREADABLE, format!("cannot read `{path}`: {error}")), None)
}

fn too_large(path: &str, bytes: u64) -> TextError {
    let size = bytes / (1 << 20);
    let diagnostic = Diagnostic::error(codes::TOO_LARGE, format!("`{path}` has {size} MiB"))
        .help(format!("a description has at most {} MiB; split the stack", MAX_BYTES >> 20));
    (diagnostic, None)
}

/// The text of a description that is read from elsewhere.
///
/// # Errors
/// When it is too large, or not UTF-8 text with plain line ends.
pub fn text_of(path: &str, bytes: Vec<u8>) -> Result<String, TextError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large(path, bytes.len() as u64));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let diagnostic = Diagnostic::error(codes::ENCODING, format!("`{path}` is not UTF-8"))
            .help("save it as UTF-8");
        (diagnostic, Some((text, at..at + '\u{fffd}'.len_utf8())))
    })?;
    check_text(path, &text)?;
    Ok(text)
}

fn read_committed(commit: &Snapshot, path: &str) -> Result<Option<String>, TextError> {
    match commit.kind(path).map_err(|error| unreadable(path, &error))? {
        None => return Ok(None),
        Some(Kind::File) => {}
        Some(Kind::Link) => return Err(unreadable(path, &"it is a symbolic link")),
        Some(_) => return Err(unreadable(path, &"it is not a file")),
    }
    let bytes = commit.read(path).map_err(|error| unreadable(path, &error))?.unwrap_or_default();
    text_of(path, bytes).map(Some)
}

fn read_text(root: &Path, path: &str) -> Result<Option<String>, TextError> {
    let unreadable = |error: &dyn std::fmt::Display| unreadable(path, error);
    let full = root.join(path);
    let metadata = match fs::metadata(&full) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match fs::symlink_metadata(&full) {
                Ok(_) => Err(unreadable(&"it is a symbolic link to nothing")),
                Err(_) => Ok(None),
            };
        }
        Err(error) => return Err(unreadable(&error)),
    };
    if !metadata.is_file() {
        return Err(unreadable(&"it is not a file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large(path, metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    let file = fs::File::open(&full).map_err(|error| unreadable(&error))?;
    // The file may have grown since.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    text_of(path, bytes).map(Some)
}

fn check_text(path: &str, text: &str) -> Result<(), TextError> {
    if text.len() as u64 > MAX_BYTES {
        return Err(too_large(path, text.len() as u64));
    }
    let refuse = |diagnostic, range| Err((diagnostic, Some((text.to_owned(), range))));
    if text.starts_with('\u{feff}') {
        let diagnostic =
            Diagnostic::error(codes::ENCODING, format!("`{path}` starts with a byte-order mark"))
                .help("save it as UTF-8 without BOM");
        return refuse(diagnostic, 0..'\u{feff}'.len_utf8());
    }
    if let Some(at) = text.find('\r') {
        let diagnostic = Diagnostic::error(
            codes::LINE_ENDING,
            format!("`{path}` has carriage returns"),
        )
        .help("end lines with a line feed; `*.hcl text eol=lf` in `.gitattributes` keeps git from changing them");
        return refuse(diagnostic, at..at + 1);
    }
    Ok(())
}
