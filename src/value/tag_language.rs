//! Sets of image tags, as automata: what is in one of them and not in another, by example.

use std::collections::HashSet;
use std::sync::Arc;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::alphabet::ByteClasses;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_syntax::hir::{Hir, Look};

/// Every character of a tag, in the order in which examples prefer them. The first is one that
/// nobody mistakes for a dot.
const CHARACTERS: &[u8] = b"x0123456789abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-";

/// The number of those that a tag can begin with.
const FIRST: usize = CHARACTERS.len() - 2;

/// The longest tag.
const LONGEST: u8 = 128;

/// What automata may take: some thousand states, where a pattern that a person wrote has a hundred.
const MOST_NFA_BYTES: usize = 1 << 20;
const MOST_DFA_BYTES: usize = 2 << 20;

/// How many combinations of states a search looks at. One that needs more gives up.
const MOST_COMBINATIONS: usize = 100_000;

/// What would take too long to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too complex to be checked")]
pub struct TooComplex;

/// A set of texts that a regular expression describes.
#[derive(Debug, Clone)]
pub struct TagLanguage {
    dfa: Arc<dense::DFA<Vec<u32>>>,
    /// Which characters are the same to it.
    classes: ByteClasses,
}

/// An expression for a whole text: nothing before it, nothing after it.
pub fn whole(hir: &Hir) -> Hir {
    Hir::concat(vec![Hir::look(Look::Start), hir.clone(), Hir::look(Look::End)])
}

/// The automaton of an expression without memory.
pub fn nfa(hir: &Hir, captures: thompson::WhichCaptures) -> Result<thompson::NFA, TooComplex> {
    let config = thompson::Config::new()
        .utf8(false)
        .nfa_size_limit(Some(MOST_NFA_BYTES))
        .which_captures(captures);
    thompson::Compiler::new().configure(config).build_from_hir(hir).map_err(|_| TooComplex)
}

impl TagLanguage {
    /// The texts that an expression matches from end to end.
    ///
    /// # Errors
    /// When there are more states than any sensible pattern has.
    pub fn of(hir: &Hir) -> Result<Self, TooComplex> {
        let nfa = nfa(&whole(hir), thompson::WhichCaptures::None)?;
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(regex_automata::MatchKind::All)
            .dfa_size_limit(Some(MOST_DFA_BYTES))
            .determinize_size_limit(Some(MOST_DFA_BYTES));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa);
        let dfa = Arc::new(dfa.map_err(|_| TooComplex)?);
        Ok(Self { dfa, classes: *nfa.byte_classes() })
    }

    /// The texts that a pattern of our own matches from end to end.
    pub(crate) fn of_ours(pattern: &str) -> Self {
        Self::of(&ours(pattern)).expect("our own patterns are small")
    }

    /// True when a text is one of them.
    pub fn contains(&self, text: &str) -> bool {
        let end = text.bytes().fold(self.start(), |state, byte| self.step(state, byte));
        self.ends(end)
    }

    fn start(&self) -> StateID {
        let config = start::Config::new().anchored(Anchored::Yes);
        self.dfa
            .start_state(&config)
            .expect("anchored starts are built, and no byte stops a search")
    }

    fn step(&self, state: StateID, byte: u8) -> StateID {
        self.dfa.next_state(state, byte)
    }

    fn ends(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }

    fn is_dead(&self, state: StateID) -> bool {
        self.dfa.is_dead_state(state)
    }
}

/// An expression of our own, of which the tests know that it is one.
pub(crate) fn ours(pattern: &str) -> Hir {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .expect("our own patterns are right")
}

/// The shortest tag that is in all of `within` and in none of `without`; of several, the first in
/// the order of [`CHARACTERS`].
///
/// # Errors
/// When the search takes too long.
pub fn example(
    within: &[&TagLanguage],
    without: &[&TagLanguage],
) -> Result<Option<String>, TooComplex> {
    search(within, without, Of::Tag)
}

/// The same for a part of a tag, which can begin with any character.
///
/// # Errors
/// When the search takes too long.
pub fn example_part(
    within: &[&TagLanguage],
    without: &[&TagLanguage],
) -> Result<Option<String>, TooComplex> {
    search(within, without, Of::Part)
}

/// One step of a search, and the step before it.
struct Step<S> {
    at: S,
    before: usize,
    byte: u8,
    length: u8,
}

/// The bytes that led to a step.
fn trail<S>(steps: &[Step<S>], mut index: usize) -> String {
    let mut bytes = Vec::new();
    while index > 0 {
        bytes.push(steps[index].byte);
        index = steps[index].before;
    }
    bytes.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// What a search is for.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// A whole tag, which is not empty.
    Tag,
    /// A part of one.
    Part,
}

/// One character for all those that are the same to every language, the first of each.
fn distinct(characters: &[u8], languages: &[&TagLanguage]) -> Vec<u8> {
    let mut seen: HashSet<Vec<u8>> = HashSet::new();
    let classes = |byte: u8| languages.iter().map(|language| language.classes.get(byte)).collect();
    characters.iter().copied().filter(|byte| seen.insert(classes(*byte))).collect()
}

/// Breadth first through the product of the automata.
fn search(
    within: &[&TagLanguage],
    without: &[&TagLanguage],
    of: Of,
) -> Result<Option<String>, TooComplex> {
    let languages: Vec<&TagLanguage> = within.iter().chain(without).copied().collect();
    let start: Vec<StateID> = languages.iter().map(|language| language.start()).collect();
    let every = distinct(CHARACTERS, &languages);
    let first = match of {
        Of::Tag => distinct(&CHARACTERS[..FIRST], &languages),
        Of::Part => every.clone(),
    };
    // The start is not among them: the first character has rules of its own.
    let mut seen: HashSet<Vec<StateID>> = HashSet::new();
    let mut steps = vec![Step { at: start, before: 0, byte: 0, length: 0 }];
    let mut index = 0;
    while let Some(Step { at, length, .. }) = steps.get(index) {
        let (at, length) = (at.clone(), *length);
        let mut ends = languages.iter().zip(&at).map(|(language, state)| language.ends(*state));
        let counts = length > 0 || of == Of::Part;
        if counts && ends.by_ref().take(within.len()).all(|ends| ends) && !ends.any(|ends| ends) {
            return Ok(Some(trail(&steps, index)));
        }
        let bytes = if length == 0 { &first } else { &every };
        for &byte in bytes.iter().filter(|_| length < LONGEST) {
            let to: Vec<StateID> =
                languages.iter().zip(&at).map(|(language, s)| language.step(*s, byte)).collect();
            let lost = within.iter().zip(&to).any(|(language, state)| language.is_dead(*state));
            if lost || !seen.insert(to.clone()) {
                continue;
            }
            if seen.len() > MOST_COMBINATIONS {
                return Err(TooComplex);
            }
            steps.push(Step { at: to, before: index, byte, length: length + 1 });
        }
        index += 1;
    }
    Ok(None)
}

/// Two tags of a language that are the same but for one piece, `one` in the first and `other` in
/// the second: the shortest such pair.
///
/// # Errors
/// When the search takes too long.
pub fn twins(
    language: &TagLanguage,
    one: &str,
    other: &str,
) -> Result<Option<(String, String)>, TooComplex> {
    let walk = |state, text: &str| text.bytes().fold(state, |s, byte| language.step(s, byte));
    // Where a walk stands: once before the pieces, or once in each of the twins after them.
    type At = (StateID, Option<StateID>);
    let start: At = (language.start(), None);
    let every = distinct(CHARACTERS, &[language]);
    let first = distinct(&CHARACTERS[..FIRST], &[language]);
    let mut seen: HashSet<At> = HashSet::new();
    let mut steps = vec![Step { at: start, before: 0, byte: 0, length: 0 }];
    let mut index = 0;
    while let Some(Step { at, length, .. }) = steps.get(index) {
        let (at, length) = (*at, *length);
        if let (at_one, Some(at_other)) = at
            && language.ends(at_one)
            && language.ends(at_other)
        {
            let text = trail(&steps, index);
            return Ok(text.split_once(PIECE).map(|(before, after)| {
                (format!("{before}{one}{after}"), format!("{before}{other}{after}"))
            }));
        }
        let mut next = |to: At, byte: u8| {
            let alive = !language.is_dead(to.0) && to.1.is_none_or(|s| !language.is_dead(s));
            if alive && seen.insert(to) {
                steps.push(Step { at: to, before: index, byte, length: length + 1 });
            }
        };
        if at.1.is_none() {
            next((walk(at.0, one), Some(walk(at.0, other))), PIECE as u8);
        }
        let bytes = if length == 0 { &first } else { &every };
        for &byte in bytes.iter().filter(|_| length < LONGEST) {
            next((language.step(at.0, byte), at.1.map(|s| language.step(s, byte))), byte);
        }
        if seen.len() > MOST_COMBINATIONS {
            return Err(TooComplex);
        }
        index += 1;
    }
    Ok(None)
}

/// Stands for the piece in which twins differ; no tag has it.
const PIECE: char = '|';

#[cfg(test)]
mod tests {
    use super::*;

    fn find(within: &[&str], without: &[&str]) -> Option<String> {
        let languages = |patterns: &[&str]| -> Vec<TagLanguage> {
            patterns.iter().map(|pattern| TagLanguage::of_ours(pattern)).collect()
        };
        let (within, without) = (languages(within), languages(without));
        example(&within.iter().collect::<Vec<_>>(), &without.iter().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn an_example_is_the_shortest_there_is() {
        assert_eq!(find(&["stg-[0-9a-f]{6,10}"], &[]).unwrap(), "stg-000000");
        assert_eq!(find(&["stg-[0-9a-f]{6,10}", "stg-[0-9a-f]{8}"], &[]).unwrap(), "stg-00000000");
        assert_eq!(find(&["stg-[0-9a-f]{7}", "stg-[0-9a-f]{8}"], &[]), None);
        assert_eq!(find(&["v[0-9]+.[0-9]+"], &[r"v[0-9]+\.[0-9]+"]).unwrap(), "v0x0");
    }

    #[test]
    fn an_example_is_a_tag() {
        assert_eq!(find(&["[-.a]*b"], &["b"]).unwrap(), "ab", "no dot or hyphen first");
        assert_eq!(find(&["release/.*"], &[]), None, "no slash in a tag");
        assert_eq!(find(&["a{129}"], &[]), None, "no tag is as long");
        assert_eq!(find(&["a{128}"], &[]).unwrap().len(), 128);
    }

    #[test]
    fn what_goes_round_to_the_start_can_go_on_with_any_character() {
        assert_eq!(find(&["(?:[a-].)*"], &["(?:a.)*"]).unwrap(), "ax-x");
    }

    #[test]
    fn twins_differ_in_one_piece() {
        let versions = TagLanguage::of_ours(r"prod-v[0-9]+\.[0-9]+\.[0-9]+");
        let (nine, ten) = twins(&versions, "9", "10").unwrap().unwrap();
        assert_eq!((nine.as_str(), ten.as_str()), ("prod-v9.0.0", "prod-v10.0.0"));
        let hashes = TagLanguage::of_ours("[0-9a-f]{7}");
        assert_eq!(twins(&hashes, "9", "10").unwrap(), None);
    }

    #[test]
    fn a_search_that_would_not_end_gives_up() {
        assert_eq!(
            TagLanguage::of(&ours("(?:[ab]{1,60}){1,60}c[ab]{40}")).unwrap_err(),
            TooComplex
        );
        // No character is both; to see that of the twelfth last, all the last twelve count.
        let (a, b) = (TagLanguage::of_ours(".*a.{11}"), TagLanguage::of_ours(".*b.{11}"));
        assert_eq!(example(&[&a, &b], &[]), Err(TooComplex));
    }
}
