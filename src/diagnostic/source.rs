//! Source files and places in them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::{Diagnostic, codes};
use crate::build::Spot;

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
    /// Where each line starts; made when it is first asked for.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    /// A file of this path and text.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Line and column of a byte offset, both from 1; columns count characters.
    ///
    /// ```
    /// let source = stackwright::diagnostic::Source::new("a", "é = 1\nb");
    /// assert_eq!(source.line_column(3), (1, 3));
    /// assert_eq!(source.line_column(7), (2, 1));
    /// ```
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let lines = self.lines.get_or_init(|| {
            let feeds = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(feeds.map(|(at, _)| at + 1)).collect()
        });
        let line = lines.partition_point(|start| *start <= end);
        (line, self.text[lines[line - 1]..end].chars().count() + 1)
    }
}

/// Bytes of a text that stand for other bytes of the text that it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands.
    pub range: Range<usize>,
    /// What it stands for.
    pub origin: Range<usize>,
    /// Where it is from.
    pub given: Span,
}

/// A text that was made from another one.
#[derive(Debug, Clone)]
struct Made {
    from: FileId,
    /// What differs, in order.
    pieces: Vec<Piece>,
    /// What it was made for.
    variant: String,
}

/// Where a place of a text stands in the one that people wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// The place.
    pub span: Span,
    /// Where what stands there is from, when it is not written there.
    pub given: Option<Span>,
    /// What the text was made for; `None` for one that people wrote.
    pub variant: Option<&'a str>,
}

/// All files of a run, so that a [`Span`] can be shown.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
    made: BTreeMap<FileId, Made>,
    /// Texts that were described in Rust, with where each part was said.
    described: BTreeMap<FileId, Vec<Spot>>,
}

impl Sources {
    /// Adds a file and gives its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        self.files.push(Source::new(path, text));
        id
    }

    /// Adds a text that was made from a file, for something of this name.
    pub fn add_made(
        &mut self,
        from: FileId,
        text: impl Into<Arc<str>>,
        pieces: Vec<Piece>,
        variant: impl Into<String>,
    ) -> FileId {
        let id = self.add(self.get(from).path.clone(), text);
        self.made.insert(id, Made { from, pieces, variant: variant.into() });
        id
    }

    /// Adds a text that was described in Rust.
    pub(crate) fn add_described(
        &mut self,
        path: impl Into<String>,
        text: impl Into<Arc<str>>,
        spots: Vec<Spot>,
    ) -> FileId {
        let id = self.add(path, text);
        self.described.insert(id, spots);
        id
    }

    /// Where a part of a text was said in Rust, the smallest one that holds the place.
    fn spot(&self, span: Span) -> Option<&Spot> {
        let spots = self.described.get(&span.file)?.iter();
        spots.rev().find(|spot| spot.range.start <= span.start && span.start < spot.range.end)
    }

    /// The place in Rust that says what stands at a place of a description: what is written there
    /// word by word, or the call.
    fn in_rust(&self, span: Span) -> Option<Span> {
        let spot = self.spot(span)?;
        let (name, whole) = spot.call?;
        let call = self.get(whole.file).text.get(whole.range())?;
        let what = self.get(span.file).text.get(span.range()).filter(|what| !what.is_empty());
        let literal = |what: &str| {
            let mut found = call.match_indices(what);
            let (Some((at, _)), None) = (found.next(), found.next()) else { return None };
            let start = whole.start + at;
            Some(Span::new(whole.file, start..start + what.len()))
        };
        Some(what.and_then(literal).unwrap_or(name))
    }

    /// `src/main.rs:12:10`, for a place of a description that was said in Rust, in a source that
    /// cannot be read.
    pub(crate) fn said_at(&self, span: Span) -> Option<&str> {
        self.spot(span).filter(|spot| spot.call.is_none()).map(|spot| spot.place.as_str())
    }

    /// True for a place of a text that was described in Rust.
    pub(crate) fn is_described(&self, span: Span) -> bool {
        let from = self.made.get(&span.file).map_or(span.file, |made| made.from);
        self.described.contains_key(&from)
    }

    /// Masks the places of secrets that were complained of.
    pub(crate) fn mask_secrets(&mut self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics.iter().filter(|d| d.code == codes::SECRET_WRITTEN) {
            if let Some(label) = &diagnostic.primary {
                let given = self.written(label.span);
                let (written, given) = (given.span, given.given);
                let said = self.made_from(label.span);
                self.mask(label.span);
                self.mask(written);
                given.into_iter().for_each(|given| self.mask(given));
                // Whatever the call is given: its argument may be written otherwise there.
                let call = self.spot(said).and_then(|spot| spot.call);
                if let Some((name, whole)) = call {
                    self.mask(Span::new(whole.file, name.end..whole.end));
                }
            }
        }
    }

    /// How many texts were made from a file.
    pub fn variants_of(&self, file: FileId) -> usize {
        self.made.values().filter(|made| made.from == file).count()
    }

    /// Where a place stands in the text that people wrote.
    pub fn written(&self, span: Span) -> Written<'_> {
        let written = self.unmade(span);
        Written {
            span: self.in_rust(written.span).unwrap_or(written.span),
            given: written.given.map(|given| self.in_rust(given).unwrap_or(given)),
            ..written
        }
    }

    /// Where a place stands in the text that another one was made from.
    pub(crate) fn made_from(&self, span: Span) -> Span {
        self.unmade(span).span
    }

    fn unmade(&self, span: Span) -> Written<'_> {
        let Some(made) = self.made.get(&span.file) else {
            return Written { span, given: None, variant: None };
        };
        let mut given = None;
        let mut place = |at: usize, is_end: bool| {
            let before =
                made.pieces.partition_point(|piece| piece.range.start < at + usize::from(!is_end));
            let Some(piece) = before.checked_sub(1).and_then(|last| made.pieces.get(last)) else {
                return at;
            };
            if at < piece.range.end || (is_end && at == piece.range.end) {
                given = given.or(Some(piece.given));
                return if is_end { piece.origin.end } else { piece.origin.start };
            }
            piece.origin.end + (at - piece.range.end)
        };
        let (start, end) = (place(span.start, false), place(span.end, true));
        let span = Span::new(made.from, start..end.max(start));
        Written { span, given, variant: Some(&made.variant) }
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
