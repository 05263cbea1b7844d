//! Source files and places in them.

use std::ops::Range;
use std::sync::Arc;

/// A file known to a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A byte range of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes `range` of `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        Self { file, start: range.start, end: range.end }
    }

    /// As a range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as people know it: relative to the project, with `/`.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// Line and column of a byte offset, both from 1; columns count characters.
    ///
    /// ```
    /// let source = stackwright::diagnostic::Source { path: "a".into(), text: "é = 1\nb".into() };
    /// assert_eq!(source.line_column(3), (1, 3));
    /// assert_eq!(source.line_column(7), (2, 1));
    /// ```
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// All files of a run, so that a [`Span`] can be shown.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and gives its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        self.files.push(Source { path: path.into(), text: text.into() });
        id
    }

    /// The file of an id that this value gave.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// Makes the bytes of a place unreadable in everything that is shown later.
    pub fn mask(&mut self, span: Span) {
        let source = &mut self.files[span.file.0 as usize];
        let Some(secret) = source.text.get(span.range()) else { return };
        // Every character becomes as many stars as it has bytes, so that places stay where they are.
        let star = |c: char| std::iter::repeat_n(if c == '\n' { c } else { '*' }, c.len_utf8());
        let stars: String = secret.chars().flat_map(star).collect();
        let mut text = String::with_capacity(source.text.len());
        text.push_str(&source.text[..span.start]);
        text.push_str(&stars);
        text.push_str(&source.text[span.end..]);
        source.text = text.into();
    }

    /// `path:line:column` of a span's start.
    pub fn place(&self, span: Span) -> String {
        let source = self.get(span.file);
        let (line, column) = source.line_column(span.start);
        format!("{}:{line}:{column}", source.path)
    }
}
