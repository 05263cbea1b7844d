//! A text that an editor has open, or a file that is read like one, with what is known of it.

use std::cell::OnceCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use lsp_types::Uri;

use super::grammar::FileKind;
use super::outline::{Block, Label, Outline};
use super::text::Text;
use crate::component::Vocabulary;
use crate::stack::mention::{self, Mentions};
use crate::stack::value::Reference;
use crate::stack::{environment, layer};

/// A document.
#[derive(Debug)]
pub struct Document {
    /// Its address.
    pub uri: Uri,
    /// Which file it is.
    pub kind: FileKind,
    /// The version that the editor gave it; `None` for a file that is not open.
    pub version: Option<i32>,
    /// Its text.
    pub text: Text,
    outline: OnceCell<Outline>,
    mentions: OnceCell<Mentions>,
}

/// Where a description says what something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The component's kind, `local` or `environment`.
    pub kind: String,
    /// Its label or name.
    pub label: String,
    /// Where the label stands, without quotes.
    pub place: Range<usize>,
    /// All of it.
    pub whole: Range<usize>,
}

/// What a name of a document stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The component's kind, `local` or `environment`.
    pub kind: String,
    /// Its label or name.
    pub label: String,
    /// What of it is asked for, where the place is on that.
    pub attribute: Option<String>,
    /// The name's place.
    pub place: Range<usize>,
}

impl Document {
    /// A document of this text.
    pub fn new(uri: Uri, kind: FileKind, version: Option<i32>, text: Text) -> Self {
        Self { uri, kind, version, text, outline: OnceCell::new(), mentions: OnceCell::new() }
    }

    /// Its blocks and fields.
    pub fn outline(&self) -> &Outline {
        self.outline.get_or_init(|| Outline::new(self.text.text()))
    }

    /// What it names.
    pub fn mentions(&self, vocabulary: &Vocabulary) -> &Mentions {
        self.mentions.get_or_init(|| match self.kind {
            FileKind::Description => mention::read(vocabulary, self.text.text()),
            FileKind::Project | FileKind::Lock => Mentions::default(),
        })
    }

    /// Some bytes of it.
    pub fn get(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone())
    }

    /// The name of a block.
    pub fn name<'d>(&'d self, block: &Block) -> &'d str {
        self.get(&block.head.name)
    }

    /// The first label of a block.
    pub fn label<'d>(&'d self, block: &Block) -> Option<&'d str> {
        block.head.labels.first().map(|label| self.get(&label.text))
    }

    /// The blocks that are components, also those in layers.
    pub fn components(&self) -> impl Iterator<Item = &Block> {
        let own =
            |block: &&Block| !["stack", "locals", environment::KIND].contains(&self.name(block));
        let blocks = self.outline().blocks().filter(own);
        blocks.flat_map(|block| {
            let is_layer = self.name(block) == layer::KIND;
            let inner = is_layer.then(|| block.blocks()).into_iter().flatten();
            inner.chain((!is_layer).then_some(block))
        })
    }

    /// The values of blocks that hold named ones: `locals`, or environments.
    fn values(&self, name: &'static str) -> impl Iterator<Item = Definition> {
        let blocks = self.outline().blocks().filter(move |block| self.name(block) == name);
        let kind = if name == "locals" { "local" } else { name };
        blocks.flat_map(Block::fields).map(move |field| Definition {
            kind: kind.to_owned(),
            label: self.get(&field.name).to_owned(),
            place: field.name.clone(),
            whole: field.name.start..field.value.end,
        })
    }

    /// Everything that it defines, in no order.
    pub fn definitions(&self) -> Vec<Definition> {
        let component = |block: &Block| {
            let Label { text, .. } = block.head.labels.first()?;
            Some(Definition {
                kind: self.name(block).to_owned(),
                label: self.get(text).to_owned(),
                place: text.clone(),
                whole: block.whole(),
            })
        };
        let mut all: Vec<Definition> = self.components().filter_map(component).collect();
        all.extend(self.values("locals"));
        all.extend(self.values(environment::KIND));
        all
    }

    /// Where something is defined: once, unless every environment says it.
    pub fn defined(&self, kind: &str, label: &str) -> Vec<Definition> {
        let mut all = self.definitions();
        all.retain(|it| it.kind == kind && it.label == label);
        all
    }

    /// The labels of this kind, in the order of the text, each once.
    pub fn labels(&self, kind: &str) -> Vec<String> {
        let mut labels = Vec::new();
        for definition in self.definitions() {
            if definition.kind == kind
                && !definition.label.is_empty()
                && !labels.contains(&definition.label)
            {
                labels.push(definition.label);
            }
        }
        labels
    }

    /// The component that a place is in the head of.
    pub fn component_at(&self, offset: usize) -> Option<&Block> {
        self.components().find(|block| {
            let end =
                block.head.labels.first().map_or(block.head.name.end, |label| label.whole.end);
            (block.head.name.start..=end).contains(&offset)
        })
    }

    /// What the name at a place stands for: a definition's, or a reference's.
    pub fn target(&self, vocabulary: &Vocabulary, offset: usize) -> Option<Target> {
        let defined = self.definitions().into_iter().find(|it| {
            // The quotes are part of the label for whoever points at it.
            (it.place.start..=it.place.end).contains(&offset)
        });
        if let Some(Definition { kind, label, place, .. }) = defined {
            return Some(Target { kind, label, attribute: None, place });
        }
        let references = &self.mentions(vocabulary).references;
        let at = |reference: &&Reference| {
            let end = attribute_place(reference)
                .map_or_else(|| reference.span.map_or(0, |it| it.end), |it| it.end);
            reference.span.is_some_and(|span| (span.start..=end).contains(&offset))
        };
        if let Some(reference) = references.iter().find(at) {
            return target_of(reference, 0, offset);
        }
        // In a block that is no HCL the path alone may be some.
        let path = self.outline().path_at(offset)?;
        let (start, last) = (path.names.first()?.start, path.names.last()?.end);
        let text = format!("x = {}", self.get(&(start..last)));
        let alone = mention::read(vocabulary, &text);
        target_of(alone.references.first()?, start.checked_sub("x = ".len())?, offset)
    }

    /// The places of all that names something, of which the span is that of the label alone.
    pub fn references(
        &self,
        vocabulary: &Vocabulary,
        kind: &str,
        label: &str,
    ) -> Vec<Range<usize>> {
        let references = &self.mentions(vocabulary).references;
        let those = references.iter().filter(|it| is_of(&it.kind, kind) && it.label == label);
        let mut places: Vec<Range<usize>> = those.filter_map(label_place).collect();
        places.dedup();
        places
    }
}

/// `var.x` is what `input "x"` becomes.
fn is_of(named: &str, kind: &str) -> bool {
    named == kind || (named == "var" && kind == "input")
}

/// The label's place in a reference: it ends it.
fn label_place(reference: &Reference) -> Option<Range<usize>> {
    let span = reference.span?;
    Some(span.end.checked_sub(reference.label.len())?..span.end)
}

fn attribute_place(reference: &Reference) -> Option<Range<usize>> {
    reference.attribute.as_ref().and_then(|(_, span)| span.map(|span| span.range()))
}

/// What a reference stands for, which was found in a text that starts `shift` bytes into the
/// document.
fn target_of(reference: &Reference, shift: usize, offset: usize) -> Option<Target> {
    let place = label_place(reference)?;
    let on_attribute = offset > place.end + shift;
    let attribute = reference.attribute.as_ref().filter(|_| on_attribute);
    let kind = if reference.kind == "var" { "input" } else { &reference.kind };
    let (kind, label) = (kind.to_owned(), reference.label.clone());
    let place = attribute_place(reference).filter(|_| on_attribute).unwrap_or(place);
    let attribute = attribute.map(|(name, _)| name.clone());
    Some(Target { kind, label, attribute, place: place.start + shift..place.end + shift })
}

/// The path that a `file:` address is of.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // A host before the path is this one, whatever it is called.
    let rest = &rest[rest.find('/')?..];
    let path = percent_encoding::percent_decode_str(rest).decode_utf8().ok()?;
    // `/c:/folder` is a path of Windows.
    let drive = path.strip_prefix('/').filter(|_| cfg!(windows));
    Some(PathBuf::from(drive.unwrap_or(&path)))
}

/// The `file:` address of a path.
pub fn uri(path: &Path) -> Option<Uri> {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    /// What may stand in a path as it is (RFC 3986, "Unreserved Characters").
    const PATH: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    let path = path.to_str()?.replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", utf8_percent_encode(&path, PATH)).parse().ok()
}
