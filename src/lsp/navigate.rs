//! What a name stands for, where it stands, and what a document consists of.

use std::ops::Range;

use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentSymbol, FoldingRange, FoldingRangeKind,
    SymbolKind,
};

use super::doc;
use super::document::{Definition, Document, Target};
use super::grammar::{self, FileKind, Inside, Labels, Place};
use super::outline::{Block, Field, Item};
use crate::component::Vocabulary;
use crate::diagnostic::{FileId, Sources};
use crate::hcl::lex::Kind as Token;
use crate::image::Lock;
use crate::stack::environment;

/// What is said of the name at a place, and the name's place.
pub fn hover(
    document: &Document,
    vocabulary: &Vocabulary,
    offset: usize,
) -> Option<(String, Range<usize>)> {
    let (path, place) = grammar::place(document.outline(), offset);
    let text = document.text.text();
    let inside = Inside::of(vocabulary, document.kind, text, &path);
    match place {
        Place::Item { word, .. } if !word.is_empty() => {
            let name = document.get(&word);
            let said = match &inside {
                Inside::Top | Inside::Layer => of_top(vocabulary, name)?,
                Inside::Fields(fields) => doc::field(fields.field(name)?),
                Inside::Values => return of_target(document, vocabulary, offset),
                Inside::Unknown => return None,
            };
            Some((said, word))
        }
        Place::Label { name, label } => {
            let name = document.get(&name);
            let said = match &inside {
                Inside::Fields(fields) => {
                    let field = fields.field(name)?;
                    let (labels, _) = grammar::nested(field, None);
                    let of = |labels: Vec<(&'static str, String)>| {
                        labels.into_iter().find(|(known, _)| *known == document.get(&label))
                    };
                    match labels {
                        Labels::Of(labels) => of(labels)?.1,
                        _ => doc::field(field),
                    }
                }
                _ => of_top(vocabulary, name)?,
            };
            Some((said, label))
        }
        Place::Value(value) => of_target(document, vocabulary, offset).or_else(|| {
            // What the field is, where a word of its choice stands.
            let Inside::Fields(fields) = &inside else { return None };
            let field = fields.field(document.get(&value.field.name))?;
            let string = value.string.filter(|_| !field.choices.is_empty())?;
            Some((doc::field(field), string))
        }),
        _ => None,
    }
}

/// What stands at the top of a description.
fn of_top(vocabulary: &Vocabulary, name: &str) -> Option<String> {
    let top = grammar::top();
    let own = top.into_iter().find(|(known, ..)| *known == name);
    let own = own.map(|(name, _, doc)| format!("`{name}`\n\n{doc}"));
    own.or_else(|| doc::kind(vocabulary, name))
}

/// What a reference names.
fn of_target(
    document: &Document,
    vocabulary: &Vocabulary,
    offset: usize,
) -> Option<(String, Range<usize>)> {
    let target = document.target(vocabulary, offset)?;
    let Target { kind, label, attribute, place } = &target;
    if let Some(attribute) = attribute {
        let output = doc::output(vocabulary, kind, attribute)?;
        return Some((format!("`{kind}.{label}.{attribute}`\n\n{}", output.doc), place.clone()));
    }
    let defined = document.defined(kind, label);
    let first = defined.first()?;
    let mut said = format!("`{kind}.{label}`");
    let about = comment_above(document, first.whole.start);
    if !about.is_empty() {
        said.push_str(&format!("\n\n{about}"));
    }
    match kind.as_str() {
        "local" | environment::KIND => {
            let lines: Vec<&str> =
                defined.iter().map(|it| document.get(&it.whole).trim()).collect();
            said.push_str(&format!("\n\n```hcl\n{}\n```", lines.join("\n")));
        }
        _ => said.push_str(&format!("\n\n{}", (vocabulary.kind(kind)?.doc)())),
    }
    Some((said, place.clone()))
}

/// The comment on the lines right above a place.
fn comment_above(document: &Document, offset: usize) -> String {
    let mut lines = Vec::new();
    let mut line = document.text.line_of(offset);
    while let Some(above) = line.checked_sub(1) {
        let text = document.text.get(document.text.line(above)).trim();
        let Some(said) = text.strip_prefix('#').or_else(|| text.strip_prefix("//")) else { break };
        lines.push(said.trim().to_owned());
        line = above;
    }
    lines.reverse();
    lines.join("\n")
}

/// The kind of the component whose block's name a place is on: of which it goes to the module.
pub fn kind_at(document: &Document, offset: usize) -> Option<&str> {
    let block = document.component_at(offset)?;
    let name = &block.head.name;
    (name.start..=name.end).contains(&offset).then(|| document.get(name))
}

/// The label of a lock's entry at a place.
pub fn entry_at(document: &Document, offset: usize) -> Option<String> {
    let entries = entries(document);
    entries
        .into_iter()
        .find(|(_, place)| (place.start..=place.end).contains(&offset))
        .map(|(label, _)| label)
}

/// The entries of a lock, with the places of their names.
pub fn entries(document: &Document) -> Vec<(String, Range<usize>)> {
    if document.kind != FileKind::Lock {
        return Vec::new();
    }
    let file = Sources::default().add("images.tf", "");
    lock(document, file).map_or_else(Vec::new, |lock| {
        lock.entries.into_iter().map(|(label, entry)| (label, entry.span.range())).collect()
    })
}

fn lock(document: &Document, file: FileId) -> Option<Lock> {
    Lock::read(file, document.text.text()).ok()
}

/// What a lock says that an image runs.
pub fn pinned(document: &Document, label: &str) -> Option<String> {
    let file = Sources::default().add("images.tf", "");
    Some(lock(document, file)?.entries.get(label)?.pin.to_string())
}

/// Every place of a document at which a target is defined or named.
pub fn highlights(
    document: &Document,
    vocabulary: &Vocabulary,
    target: &Target,
) -> Vec<DocumentHighlight> {
    let defined = document.defined(&target.kind, &target.label);
    let mut all: Vec<(Range<usize>, DocumentHighlightKind)> =
        defined.into_iter().map(|it| (it.place, DocumentHighlightKind::WRITE)).collect();
    let named = document.references(vocabulary, &target.kind, &target.label);
    all.extend(named.into_iter().map(|place| (place, DocumentHighlightKind::READ)));
    all.sort_by_key(|(place, _)| place.start);
    let highlight =
        |(place, kind)| DocumentHighlight { range: document.text.range(place), kind: Some(kind) };
    all.into_iter().map(highlight).collect()
}

/// What a document consists of.
pub fn symbols(document: &Document) -> Vec<DocumentSymbol> {
    if document.kind == FileKind::Lock {
        let symbol = |(label, place): (String, Range<usize>)| {
            symbol(document, label, SymbolKind::CONSTANT, place.clone(), place, Vec::new())
        };
        return entries(document).into_iter().map(symbol).collect();
    }
    document.outline().blocks().map(|block| block_symbol(document, block, true)).collect()
}

fn block_symbol(document: &Document, block: &Block, is_top: bool) -> DocumentSymbol {
    let name = document.name(block);
    let kind = match name {
        "stack" => SymbolKind::PACKAGE,
        "locals" | environment::KIND | "layer" => SymbolKind::NAMESPACE,
        "input" => SymbolKind::VARIABLE,
        "output" => SymbolKind::PROPERTY,
        _ if is_top => SymbolKind::CLASS,
        _ => SymbolKind::STRUCT,
    };
    let shown = match document.label(block) {
        Some(label) => format!("{name} \"{label}\""),
        None => name.to_owned(),
    };
    let has_values = matches!(name, "locals" | environment::KIND);
    let children = block.items.iter().filter_map(|item| match item {
        Item::Block(inner) => Some(block_symbol(document, inner, name == "layer")),
        Item::Field(field) if has_values => Some(value_symbol(document, field)),
        _ => None,
    });
    let head = block.head.labels.last().map_or(block.head.name.end, |label| label.whole.end);
    let place = block.head.name.start..head;
    symbol(document, shown, kind, block.whole(), place, children.collect())
}

fn value_symbol(document: &Document, field: &Field) -> DocumentSymbol {
    let whole = field.name.start..field.value.end;
    let name = document.get(&field.name).to_owned();
    symbol(document, name, SymbolKind::VARIABLE, whole, field.name.clone(), Vec::new())
}

#[allow(deprecated)] // the field `deprecated` has to be given
fn symbol(
    document: &Document,
    name: String,
    kind: SymbolKind,
    whole: Range<usize>,
    place: Range<usize>,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    DocumentSymbol {
        name,
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range: document.text.range(whole),
        selection_range: document.text.range(place),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

/// Everything that a description defines, for a search by name.
pub fn named(document: &Document) -> Vec<(String, SymbolKind, Definition)> {
    let named = |it: Definition| {
        let kind = match it.kind.as_str() {
            "local" | "input" | environment::KIND => SymbolKind::VARIABLE,
            _ => SymbolKind::CLASS,
        };
        (format!("{}.{}", it.kind, it.label), kind, it)
    };
    document.definitions().into_iter().map(named).collect()
}

/// The lines that can be folded: blocks, values over several lines, and comments.
pub fn folds(document: &Document) -> Vec<FoldingRange> {
    let outline = document.outline();
    let line = |offset: usize| document.text.line_of(offset);
    let mut folds: Vec<(usize, usize, Option<FoldingRangeKind>)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut comments: Option<(usize, usize)> = None;
    for token in &outline.tokens {
        match token.kind {
            Token::BraceOpen | Token::BracketOpen | Token::HeredocOpen => {
                open.push(line(token.start))
            }
            Token::BraceClose | Token::BracketClose | Token::HeredocClose => {
                if let Some(first) = open.pop() {
                    folds.push((first, line(token.start).saturating_sub(1), None));
                }
            }
            Token::LineComment => {
                let at = line(token.start);
                comments =
                    match comments {
                        Some((first, last)) if last + 1 == at => Some((first, at)),
                        before => {
                            folds.extend(before.map(|(first, last)| {
                                (first, last, Some(FoldingRangeKind::Comment))
                            }));
                            Some((at, at))
                        }
                    };
            }
            _ => {}
        }
    }
    folds.extend(comments.map(|(first, last)| (first, last, Some(FoldingRangeKind::Comment))));
    folds.retain(|(first, last, _)| first < last);
    folds.sort_by_key(|(first, last, _)| (*first, *last));
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    let fold = |(first, last, kind)| FoldingRange {
        start_line: number(first),
        end_line: number(last),
        kind,
        ..FoldingRange::default()
    };
    folds.into_iter().map(fold).collect()
}
