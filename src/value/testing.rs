//! What holds for every scalar, whatever it means.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use super::{Invalid, Scalar};

/// Parses what has to parse.
#[track_caller]
pub fn good<T: Scalar>(texts: &[&str]) {
    for text in texts {
        if let Err(invalid) = T::parse(text) {
            panic!("`{text}` is refused: {invalid}");
        }
    }
}

/// Refuses what has to be refused; each line is the literal, the part pointed at (empty for the
/// whole), and words of the message or the help.
#[track_caller]
pub fn bad<T: Scalar>(table: &[(&str, &str, &str)]) {
    for &(text, part, words) in table {
        let Err(invalid) = T::parse(text) else { panic!("`{text}` is accepted") };
        let pointed = invalid.at.clone().map_or("", |range| &text[range]);
        assert_eq!(pointed, part, "where `{text}` is wrong: {invalid:?}");
        let answer = format!("{invalid}\n{}", invalid.help.as_deref().unwrap_or_default());
        assert!(answer.contains(words), "`{text}`: no `{words}` in:\n{answer}");
    }
}

/// Checks that the examples and whatever is similar to them either parse and print what they
/// parsed, or are refused in our voice, at a place within the text, and with a way out that works.
#[track_caller]
pub fn sound<T: Scalar>(examples: &[&str]) {
    good::<T>(examples);
    let examples: Vec<String> = examples.iter().map(|&text| text.to_owned()).collect();
    for example in &examples {
        check::<T>(example);
    }
    let similar = (
        any::<Index>(),
        prop::collection::vec(
            (any::<Index>(), 0..2_usize, "[0-9A-Za-z *?#/,.:@_()|é\n<>=~-]{0,2}"),
            0..4,
        ),
    )
        .prop_map(move |(which, edits)| edits.iter().fold(which.get(&examples).clone(), edit));
    let texts = prop_oneof![4 => similar, 1 => any::<String>(), 1 => "[a-z0-9*.:/-]{0,300}"];
    let config = Config { failure_persistence: None, ..Config::with_cases(400) };
    TestRunner::new(config)
        .run(&texts, |text| {
            check::<T>(&text);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Replaces some characters.
fn edit(text: String, (place, removed, inserted): &(Index, usize, String)) -> String {
    let chars: Vec<char> = text.chars().collect();
    let start = place.index(chars.len() + 1);
    let end = (start + removed).min(chars.len());
    chars[..start]
        .iter()
        .copied()
        .chain(inserted.chars())
        .chain(chars[end..].iter().copied())
        .collect()
}

#[track_caller]
fn check<T: Scalar>(text: &str) {
    match T::parse(text) {
        Ok(value) => {
            let printed = value.to_string();
            assert_eq!(T::parse(&printed), Ok(value), "`{text}` is printed as `{printed}`");
        }
        Err(invalid) => check_refusal::<T>(text, &invalid),
    }
}

#[track_caller]
fn check_refusal<T: Scalar>(text: &str, invalid: &Invalid) {
    if let Some(range) = &invalid.at {
        let part = text.get(range.clone()).unwrap_or_default();
        assert!(!part.is_empty(), "{range:?} is no part of `{text}`");
    }
    for line in [&invalid.message].into_iter().chain(&invalid.help) {
        assert!(!line.is_empty(), "nothing to say about `{text}`");
        assert!(!line.ends_with('.'), "a full stop: {line}");
        assert!(!line.contains(char::is_control), "more than a line: {line}");
    }
    let help = invalid.help.as_deref().unwrap_or_default();
    for before in ["try `", "did you mean `"] {
        let Some((_, rest)) = help.split_once(before) else { continue };
        let (literal, _) = rest.split_once('`').expect("backquotes come in pairs");
        assert!(T::parse(literal).is_ok(), "`{text}` is to be `{literal}`, which is refused too");
    }
}
