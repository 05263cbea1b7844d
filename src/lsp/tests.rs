//! Any text, any place: nothing panics, and every place that is told is one of the text.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::complete::{Takes, complete};
use super::diagnose::{Job, Subject, findings};
use super::document::Document;
use super::grammar::FileKind;
use super::text::Text;
use super::{navigate, rename};
use crate::Program;
use crate::component::Vocabulary;

const DESCRIPTIONS: [&str; 4] = [
    include_str!("../../stacks/univaf/stack.hcl"),
    include_str!("../../stacks/ctms/stack.hcl"),
    include_str!("../../stacks/cgap/stack.hcl"),
    include_str!("../../stacks/coworks/stack.hcl"),
];

/// What people and editors put into a text, for better or worse.
const PIECES: [&str; 18] = [
    "{",
    "}",
    "\"",
    "${",
    "[",
    "(",
    "<<EOT\n",
    "/*",
    "#",
    "=",
    ".",
    "\n",
    "\r\n",
    "🦀",
    "é",
    "network.",
    "renamed_from = ",
    "\u{feff}",
];

/// Asks everything about a place.
fn ask(document: &Document, vocabulary: &Vocabulary, offset: usize) {
    let length = document.text.text().len();
    let takes = Takes { snippets: true, markdown: true };
    let items = complete(document, vocabulary, takes, offset);
    assert!(items.len() < 2000);
    if let Some((_, place)) = navigate::hover(document, vocabulary, offset) {
        assert!(place.start <= place.end && place.end <= length);
    }
    if let Some(target) = document.target(vocabulary, offset) {
        assert!(document.text.text().get(target.place.clone()).is_some());
        navigate::highlights(document, vocabulary, &target);
    }
    if let Ok(subject) = rename::subject(document, vocabulary, offset) {
        for committed in [None, Some(false), Some(true)] {
            let _ = rename::rename(document, vocabulary, &subject, "quite_new", committed);
        }
    }
    navigate::kind_at(document, offset);
    navigate::entry_at(document, offset);
}

fn document(kind: FileKind, text: &str) -> Document {
    Document::new(
        "file:///p/stacks/shop/stack.hcl".parse().unwrap(),
        kind,
        Some(1),
        Text::new(text),
    )
}

#[test]
fn every_place_of_real_descriptions_has_an_answer() {
    let vocabulary = Vocabulary::default();
    for text in DESCRIPTIONS {
        let document = document(FileKind::Description, text);
        // Every place takes minutes without optimisation, and neighbours differ little.
        for offset in (0..text.len()).step_by(11) {
            ask(&document, &vocabulary, text.floor_char_boundary(offset));
        }
        assert!(!navigate::symbols(&document).is_empty());
        assert!(!navigate::folds(&document).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_broken(
        which in 0..4_usize,
        from in 0..12_000_usize,
        length in 0..2500_usize,
        put in prop::collection::vec((0..PIECES.len(), 0..2500_usize), 0..4),
        asked in prop::collection::vec(0..2600_usize, 12),
    ) {
        let whole = DESCRIPTIONS[which];
        let from = whole.floor_char_boundary(from.min(whole.len()));
        let end = whole.floor_char_boundary((from + length).min(whole.len()));
        let mut text = whole[from..end].to_owned();
        for (piece, at) in put {
            let at = text.floor_char_boundary(at.min(text.len()));
            text.insert_str(at, PIECES[piece]);
        }
        let vocabulary = Vocabulary::default();
        for kind in [FileKind::Description, FileKind::Project, FileKind::Lock] {
            let document = document(kind, &text);
            for offset in &asked {
                ask(&document, &vocabulary, text.floor_char_boundary((*offset).min(text.len())));
            }
            navigate::symbols(&document);
            navigate::folds(&document);
        }
        let uri = "file:///p/stacks/shop/stack.hcl".to_owned();
        let job = Job {
            subject: Subject::Alone { uri: uri.clone(), name: None },
            texts: BTreeMap::from([(uri.clone(), text.as_str().into())]),
            uris: BTreeMap::from([(uri.clone(), uri.parse().unwrap())]),
            generation: 0,
        };
        let lines = Text::new(text.as_str()).position(text.len()).line;
        for found in findings(&Program::new(), &job).into_values().flatten() {
            prop_assert!(found.diagnostic.range.end.line <= lines);
        }
        let laid_out = crate::hcl::format::format(&text);
        Text::new(text.as_str()).edits_to(&laid_out);
    }

    #[test]
    fn no_bytes_are_too_odd(text in any::<String>(), offset in 0..64_usize) {
        let document = document(FileKind::Description, &text);
        ask(&document, &Vocabulary::default(), text.floor_char_boundary(offset.min(text.len())));
    }
}
