//! The text of a document, with places as the protocol counts them: lines, and UTF-16 code units in
//! them (Language Server Protocol, "Position").

use std::ops::Range;
use std::sync::Arc;

use lsp_types::{Position, Range as LspRange, TextDocumentContentChangeEvent, TextEdit};

/// A text and where its lines start.
#[derive(Debug, Clone, Default)]
pub struct Text {
    text: Arc<str>,
    /// The first byte of each line; a line ends with `\n`, `\r\n` or `\r`.
    lines: Vec<usize>,
}

impl Text {
    /// The text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|&(at, byte)| {
            *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        });
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    /// All of it.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Some bytes of it; nothing where it has no such ones.
    pub fn get(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    /// The bytes of a line without its end.
    pub fn line(&self, line: usize) -> Range<usize> {
        let start = self.lines.get(line).copied().unwrap_or(self.text.len());
        let end = self.lines.get(line + 1).copied().unwrap_or(self.text.len());
        start..start + self.text[start..end].trim_end_matches(['\r', '\n']).len()
    }

    /// The line that a byte is in.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The place of a byte. Inside of a character it is the character's; behind the end, the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_of(offset);
        let start = self.lines.get(line).copied().unwrap_or(0);
        let units = self.text[start..offset].chars().map(char::len_utf16).sum::<usize>();
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(units) }
    }

    /// The byte of a place. Behind a line's end it is the line's end, behind the last line the
    /// text's.
    pub fn offset(&self, position: Position) -> usize {
        let line = self.line(usize::try_from(position.line).unwrap_or(usize::MAX - 1));
        let mut units = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut offset = line.start;
        for char in self.text[line.clone()].chars() {
            match units.checked_sub(char.len_utf16()) {
                Some(rest) if units > 0 => units = rest,
                _ => break,
            }
            offset += char.len_utf8();
        }
        offset
    }

    /// The places of some bytes.
    pub fn range(&self, range: Range<usize>) -> LspRange {
        let start = self.position(range.start);
        LspRange { start, end: self.position(range.end.max(range.start)) }
    }

    /// The bytes between two places.
    pub fn bytes(&self, range: LspRange) -> Range<usize> {
        let start = self.offset(range.start);
        start..self.offset(range.end).max(start)
    }

    /// The text after a change, of a part of it or of all.
    #[must_use]
    pub fn changed(&self, change: TextDocumentContentChangeEvent) -> Self {
        let Some(range) = change.range else { return Self::new(change.text) };
        let range = self.bytes(range);
        let mut text = String::with_capacity(self.text.len() + change.text.len());
        text.push_str(&self.text[..range.start]);
        text.push_str(&change.text);
        text.push_str(&self.text[range.end..]);
        Self::new(text)
    }

    /// The edit that puts a text in place of some bytes.
    pub fn edit(&self, range: Range<usize>, new_text: impl Into<String>) -> TextEdit {
        TextEdit { range: self.range(range), new_text: new_text.into() }
    }

    /// The edits that make another text of this one, one a line that differs. Both have the same
    /// lines as far as blanks do not matter; where they have not, it is one edit.
    pub fn edits_to(&self, other: &str) -> Vec<TextEdit> {
        let other = Self::new(other);
        if self.lines.len() != other.lines.len() {
            return vec![self.edit(0..self.text.len(), &*other.text)];
        }
        let mut edits = Vec::new();
        for line in 0..self.lines.len() {
            let (old, new) = (self.line(line), other.get(other.line(line)));
            let was = self.get(old.clone());
            if was == new {
                continue;
            }
            let same = |pair: &(char, char)| pair.0 == pair.1;
            let before = was.chars().zip(new.chars()).take_while(same);
            let before: usize = before.map(|(char, _)| char.len_utf8()).sum();
            let (was_rest, new_rest) = (&was[before..], &new[before..]);
            let after = was_rest.chars().rev().zip(new_rest.chars().rev()).take_while(same);
            let after: usize = after.map(|(char, _)| char.len_utf8()).sum();
            let range = old.start + before..old.end - after;
            edits.push(self.edit(range, &new_rest[..new_rest.len() - after]));
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_are_utf_16_code_units() {
        // 🦀 is four bytes and two units, é two bytes and one unit.
        let text = Text::new("a = \"🦀é\" # x\r\nb = 1\rc\n");
        assert_eq!(text.position("a = \"🦀".len()), at(0, 7));
        assert_eq!(text.position("a = \"🦀é".len()), at(0, 8));
        assert_eq!(text.offset(at(0, 8)), "a = \"🦀é".len());
        // Between the two units of a pair there is no place; it is in front of the character.
        assert_eq!(text.offset(at(0, 6)), "a = \"".len());
        assert_eq!(text.position("a = \"🦀".len() - 1), at(0, 5));
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        let text = Text::new("ab\r\nc\rd\ne");
        let starts: Vec<Position> = [0, 4, 6, 8].map(|at| text.position(at)).to_vec();
        assert_eq!(starts, [at(0, 0), at(1, 0), at(2, 0), at(3, 0)]);
        // Behind the end of a line is its end, before the carriage return.
        assert_eq!(text.offset(at(0, 99)), 2);
        assert_eq!(text.offset(at(99, 0)), text.text().len());
    }

    #[test]
    fn a_change_replaces_what_stands_between_two_places() {
        let text = Text::new("a = \"🦀\"\nb = 2\n");
        let range = Some(LspRange { start: at(0, 7), end: at(1, 4) });
        let change = |range, text: &str| TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.to_owned(),
        };
        assert_eq!(&**text.changed(change(range, "!\"\nb = 3")).text(), "a = \"🦀!\"\nb = 32\n");
        assert_eq!(&**text.changed(change(None, "new")).text(), "new");
    }

    #[test]
    fn edits_touch_no_more_than_what_differs() {
        let text = Text::new("a=1\nlonger = 2\n");
        let edits = text.edits_to("a      = 1\nlonger = 2\n");
        let [edit] = &edits[..] else { panic!("{edits:?}") };
        assert_eq!((edit.range.start, edit.range.end), (at(0, 1), at(0, 2)));
        assert_eq!(edit.new_text, "      = ");
    }

    proptest! {
        #[test]
        fn a_place_of_a_byte_is_that_byte(text in "[a🦀é\\r\\n]{0,20}", at in 0..60_usize) {
            let text = Text::new(text);
            let at = text.text().floor_char_boundary(at);
            let back = text.offset(text.position(at));
            // The line feed of `\r\n` has no place of its own.
            let within_end = text.get(back..at).trim_end_matches(['\r', '\n']).is_empty();
            prop_assert!(back == at || within_end);
        }

        #[test]
        fn edits_make_the_other_text(old in "[ab🦀 ]{0,9}\n[ab ]{0,9}", new in "[ab🦀 ]{0,9}\n[ab ]{0,9}") {
            let text = Text::new(old);
            let mut changed = text.clone();
            for edit in text.edits_to(&new).into_iter().rev() {
                let TextEdit { range, new_text } = edit;
                let range = Some(range);
                changed = changed.changed(TextDocumentContentChangeEvent { range, range_length: None, text: new_text });
            }
            prop_assert_eq!(&**changed.text(), new.as_str());
        }
    }
}
