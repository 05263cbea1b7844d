//! The folder that a run works on: where descriptions, roots and modules are.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Component as PathPart, Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::block;
use crate::choice;
use crate::diagnostic::{Diagnostic, FileId, Sources, Span, codes};
use crate::stack::block::Block as _;
use crate::stack::field::Literal;
use crate::stack::read::Reader;
use crate::value::{Invalid, Scalar, ScalarType};

/// The project file's name.
pub const FILE: &str = "stackwright.hcl";

/// A description's file name.
pub const DESCRIPTION: &str = "stack.hcl";

/// The largest description that is read.
const MAX_BYTES: u64 = 4 << 20;

block! {
    /// Where things are, when it is not the usual place.
    pub struct Settings {
        /// The folder that holds a folder for each stack.
        stacks: Literal<Folder> = Literal(Folder("stacks".to_owned())),
        /// The folder into which the module library is written.
        modules: Literal<Folder> = Literal(Folder("modules".to_owned())),
        /// Which modules are written: those that a stack uses, or the whole library.
        vendor: Literal<Vendor> = Literal(Vendor::Used),
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

/// A project on disk.
#[derive(Debug)]
pub struct Project {
    /// Its folder, absolute and without symbolic links.
    pub root: PathBuf,
    /// Where things are.
    pub settings: Settings,
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
                "make `stacks/<name>/stack.hcl`, or name the project with `--project <folder>`",
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
        let mut sources = Sources::default();
        match read_settings(root, &mut sources) {
            Ok(settings) => {
                let (root, sources) = (root.to_owned(), Mutex::new(sources));
                Ok(Self { root, settings, sources, inside: Mutex::default() })
            }
            Err(diagnostics) => Err((sources, diagnostics)),
        }
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
        let folder = self.root.join(self.stacks());
        self.inside(self.stacks())?;
        let unreadable = |error: std::io::Error| {
            Diagnostic::error(
                codes::UNREADABLE,
                format!("cannot read `{}`: {error}", self.stacks()),
            )
            .help(format!("make a folder `{}/<name>` with a `{DESCRIPTION}`", self.stacks()))
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
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
        names.sort_unstable();
        Ok(names)
    }

    /// Complains about a path that leads out of the project through a symbolic link.
    ///
    /// # Errors
    /// The complaint.
    pub fn inside(&self, path: &str) -> Result<(), Diagnostic> {
        let known = || self.inside.lock().expect("no thread panics while it holds this");
        if known().contains(path) {
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

    /// Reads a text file of the project. `None` when there is none.
    ///
    /// # Errors
    /// When it is not UTF-8 text with plain line ends, too large, or cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<(FileId, Arc<str>)>, Diagnostic> {
        self.inside(path.rsplit_once('/').map_or("", |(folder, _)| folder))?;
        if fs::symlink_metadata(self.root.join(path)).is_ok_and(|found| found.is_symlink()) {
            self.inside(path)?;
        }
        match read_text(&self.root, path) {
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

    /// Makes a text known, so that its places can be shown.
    pub fn add_source(&self, path: &str, text: Arc<str>) -> FileId {
        self.sources.lock().expect("no thread panics while it holds this").add(path, text)
    }
}

fn read_settings(root: &Path, sources: &mut Sources) -> Result<Settings, Vec<Diagnostic>> {
    let text = match read_text(root, FILE) {
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
    let reader = Reader::new(file, &text);
    let settings = Settings::read(&reader, &top);
    let mut diagnostics = reader.into_diagnostics();
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    match settings {
        Some(settings) if diagnostics.is_empty() => Ok(settings),
        _ => Err(diagnostics),
    }
}

/// A complaint, and the text and place that it is about.
type TextError = (Diagnostic, Option<(String, std::ops::Range<usize>)>);

fn read_text(root: &Path, path: &str) -> Result<Option<String>, TextError> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let diagnostic =
            Diagnostic::error(codes::UNREADABLE, format!("cannot read `{path}`: {error}"));
        (diagnostic, None)
    };
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
        let size = metadata.len() / (1 << 20);
        let diagnostic = Diagnostic::error(codes::TOO_LARGE, format!("`{path}` has {size} MiB"))
            .help(format!("a description has at most {} MiB; split the stack", MAX_BYTES >> 20));
        return Err((diagnostic, None));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    let file = fs::File::open(&full).map_err(|error| unreadable(&error))?;
    // The file may have grown since.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    check_text(path, bytes).map(Some)
}

fn check_text(path: &str, bytes: Vec<u8>) -> Result<String, TextError> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let diagnostic = Diagnostic::error(codes::ENCODING, format!("`{path}` is not UTF-8"))
                .help("save it as UTF-8");
            return Err((diagnostic, Some((text, at..at + '\u{fffd}'.len_utf8()))));
        }
    };
    if text.starts_with('\u{feff}') {
        let diagnostic =
            Diagnostic::error(codes::ENCODING, format!("`{path}` starts with a byte-order mark"))
                .help("save it as UTF-8 without BOM");
        return Err((diagnostic, Some((text, 0..'\u{feff}'.len_utf8()))));
    }
    if let Some(at) = text.find('\r') {
        let diagnostic = Diagnostic::error(
            codes::LINE_ENDING,
            format!("`{path}` has carriage returns"),
        )
        .help("end lines with a line feed; `*.hcl text eol=lf` in `.gitattributes` keeps git from changing them");
        return Err((diagnostic, Some((text, at..at + 1))));
    }
    Ok(text)
}
