//! The one mechanism for values that are a text with a length, a character set and little more.

use std::ops::Range;

use super::{Invalid, quote};
use crate::diagnostic::{Code, codes};

/// What a text may look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// What it is, with its article: `an ECS cluster name`.
    pub what: &'static str,
    /// All of its rules in words.
    pub rule: &'static str,
    /// The code under which a text is refused.
    pub code: Code,
    /// The least number of characters.
    pub min: usize,
    /// The greatest number of characters.
    pub max: usize,
    /// The characters that it is made of.
    pub chars: fn(char) -> bool,
    /// Those that it may begin with.
    pub first: fn(char) -> bool,
    /// Those that it may end with.
    pub last: fn(char) -> bool,
    /// Those of which no two stand together.
    pub apart: &'static [char],
    /// What stands in a correction where a refused character stood.
    pub filler: Option<char>,
    /// Whatever else there is to check.
    pub also: fn(&str) -> Result<(), Invalid>,
}

impl Rules {
    /// Any text of at least one character.
    pub const ANY: Self = Self {
        what: "a text",
        rule: "not empty",
        code: codes::BAD_NAME,
        min: 1,
        max: usize::MAX,
        chars: |_| true,
        first: |_| true,
        last: |_| true,
        apart: &[],
        filler: None,
        also: |_| Ok(()),
    };

    /// The text, when it keeps the rules.
    pub fn check(&self, text: &str) -> Result<String, Invalid> {
        self.verdict(text).map(|()| text.to_owned()).map_err(|invalid| match self.mend(text) {
            Some(mended) if invalid.help.is_none() => invalid.help(self.advice()).try_this(mended),
            _ if invalid.help.is_none() => invalid.help(self.advice()),
            _ => invalid,
        })
    }

    fn advice(&self) -> String {
        format!("{} has {}", self.what, self.rule)
    }

    fn verdict(&self, text: &str) -> Result<(), Invalid> {
        let what = self.what;
        let refuse = |message: String| Invalid::new(self.code, message);
        let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
            return match self.min {
                0 => Ok(()),
                _ => Err(refuse(format!("{what} cannot be empty"))),
            };
        };
        if let Some((at, c)) = text.char_indices().find(|&(_, c)| !(self.chars)(c)) {
            let message = format!("{} cannot stand in {what}", quote(&c.to_string()));
            return Err(refuse(message).at(at..at + c.len_utf8()));
        }
        if !(self.first)(first) {
            let message = format!("{what} cannot begin with {}", quote(&first.to_string()));
            return Err(refuse(message).at(0..first.len_utf8()));
        }
        if !(self.last)(last) {
            let message = format!("{what} cannot end with {}", quote(&last.to_string()));
            return Err(refuse(message).at(text.len() - last.len_utf8()..text.len()));
        }
        if let Some((at, one, other)) = self.pair(text) {
            let message = format!("`{one}{other}` cannot stand in {what}");
            return Err(refuse(message).at(at..at + one.len_utf8() + other.len_utf8()));
        }
        let length = text.chars().count();
        if length < self.min {
            return Err(refuse(format!("{} is too short for {what}", quote(text))));
        }
        if let Some((at, _)) = text.char_indices().nth(self.max) {
            let (min, max) = (self.min, self.max);
            let message = match min == max {
                true => format!("{what} has {max} characters, not {length}"),
                false => format!("{what} has at most {max} characters, not {length}"),
            };
            return Err(refuse(message).at(at..text.len()));
        }
        (self.also)(text)
    }

    /// Two characters together that have to stand apart.
    fn pair(&self, text: &str) -> Option<(usize, char, char)> {
        let pairs = text.char_indices().zip(text.chars().skip(1));
        pairs
            .map(|((at, one), other)| (at, one, other))
            .find(|(_, one, other)| self.apart.contains(one) && self.apart.contains(other))
    }

    /// What was probably meant: in the right case, with fillers for what is refused.
    fn mend(&self, text: &str) -> Option<String> {
        let text = match (self.chars)('A') {
            true => text.to_owned(),
            false => text.to_ascii_lowercase(),
        };
        let mended: Option<String> =
            text.chars().map(|c| if (self.chars)(c) { Some(c) } else { self.filler }).collect();
        let mut mended = mended?;
        while let Some((at, one, _)) = self.pair(&mended) {
            mended.remove(at + one.len_utf8());
        }
        let mended = match self.filler {
            Some(_) => mended
                .trim_start_matches(|c| !(self.first)(c))
                .trim_end_matches(|c| !(self.last)(c)),
            None => mended.as_str(),
        };
        self.verdict(mended).is_ok().then(|| mended.to_owned())
    }
}

/// The pieces of `text` between the `separator`s, with their places.
pub(super) fn pieces(text: &str, separator: char) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0;
    text.split(separator).map(move |piece| {
        let range = start..start + piece.len();
        start = range.end + separator.len_utf8();
        (range, piece)
    })
}

/// Declares a text that keeps some [`Rules`].
macro_rules! text {
    ($($(#[doc = $doc:literal])+ pub struct $name:ident = $rules:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            const RULES: $crate::value::text::Rules = $rules;

            /// The text as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::value::Scalar for $name {
            const TYPE: $crate::value::ScalarType = $crate::value::ScalarType::String;
            const RULE: &'static str = Self::RULES.rule;

            fn parse(text: &str) -> ::std::result::Result<Self, $crate::value::Invalid> {
                Self::RULES.check(text).map(Self)
            }
        }
    )+};
}
