//! The values that fields hold, each with the rules that AWS or Terraform has for it.
//!
//! A value that exists is right: it was parsed, so nobody checks it twice.

use std::fmt;
use std::ops::Range;

use crate::diagnostic::{Code, codes};

mod stub;
pub use stub::*;

/// Terraform's name for the type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// `string`
    String,
    /// `number`
    Number,
    /// `bool`
    Bool,
}

/// A value written as one string, number or boolean.
///
/// [`fmt::Display`] prints what [`Scalar::parse`] reads.
pub trait Scalar: Sized + Clone + PartialEq + fmt::Debug + fmt::Display + 'static {
    /// How it is written.
    const TYPE: ScalarType;
    /// The rule in a few words for the reference: `1 to 65535`.
    const RULE: &'static str;

    /// Reads the content of a string (without quotes), or the source text of a number or boolean.
    ///
    /// # Errors
    /// What is wrong and what to do, when AWS or Terraform would refuse the value.
    fn parse(text: &str) -> Result<Self, Invalid>;
}

/// Why a literal is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// The rule that it breaks.
    pub code: Code,
    /// One line: lower case, no full stop, things in backquotes.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The bytes of the literal concerned, where it is not the whole.
    pub at: Option<Range<usize>>,
}

impl Invalid {
    /// Refused under the code's rule.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, at: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Narrows the place to some bytes of the literal.
    #[must_use]
    pub fn at(mut self, range: Range<usize>) -> Self {
        self.at = Some(range);
        self
    }
}

/// Any text.
impl Scalar for String {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "";

    fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(text.to_owned())
    }
}

impl Scalar for bool {
    const TYPE: ScalarType = ScalarType::Bool;
    const RULE: &'static str = "";

    fn parse(text: &str) -> Result<Self, Invalid> {
        text.parse().map_err(|_| Invalid::new(codes::BAD_VALUE, "expected `true` or `false`"))
    }
}

/// A whole number from `MIN` to `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// The number, for use in constants.
    ///
    /// # Panics
    /// At compile time or in the test that uses it, when it is out of bounds.
    pub const fn new(value: i64) -> Self {
        assert!(value >= MIN && value <= MAX, "out of bounds");
        Self(value)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> fmt::Display for Whole<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: i64, const MAX: i64> Scalar for Whole<MIN, MAX> {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let bounds = match MAX {
            i64::MAX => format!("a whole number from {MIN}"),
            _ => format!("a whole number from {MIN} to {MAX}"),
        };
        let value: i64 = text
            .parse()
            .map_err(|_| Invalid::new(codes::WRONG_TYPE, format!("`{text}` is not {bounds}")))?;
        if (MIN..=MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Invalid::new(codes::OUT_OF_RANGE, format!("`{value}` is out of range"))
                .help(format!("use {bounds}")))
        }
    }
}

/// Declares an enum whose values are fixed words.
///
/// ```
/// stackwright::choice! {
///     /// How eager it is.
///     pub enum Eagerness { Lazy = "lazy", Keen = "keen" }
/// }
/// use stackwright::value::Scalar;
/// assert_eq!(Eagerness::parse("keen"), Ok(Eagerness::Keen));
/// assert_eq!(Eagerness::parse("ken").unwrap_err().help.unwrap(), "did you mean `keen`?");
/// assert_eq!(Eagerness::Lazy.to_string(), "lazy");
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[doc = $doc:literal])+ pub enum $name:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum $name { $($(#[doc = $vdoc])* $variant),+ }

        impl $name {
            /// Every value, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::value::Scalar for $name {
            const TYPE: $crate::value::ScalarType = $crate::value::ScalarType::String;
            const RULE: &'static str = $crate::choice!(@rule $($text),+);

            fn parse(text: &str) -> ::std::result::Result<Self, $crate::value::Invalid> {
                Self::ALL
                    .iter()
                    .find(|value| value.as_str() == text)
                    .copied()
                    .ok_or_else(|| $crate::value::no_such_choice(text, &[$($text),+]))
            }
        }
    };
    (@rule $first:literal $(, $rest:literal)*) => {
        concat!("`", $first, "`" $(, ", `", $rest, "`")*)
    };
}

/// The refusal of a word that is none of the `known` ones.
#[doc(hidden)]
pub fn no_such_choice(text: &str, known: &[&str]) -> Invalid {
    let list = known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let invalid = Invalid::new(codes::BAD_VALUE, format!("`{text}` is not one of {list}"));
    match crate::diagnostic::did_you_mean(text, known.iter().copied()) {
        Some(word) => invalid.help(format!("did you mean `{word}`?")),
        None => invalid,
    }
}
