//! How a time is written in a tag.

use std::fmt;

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use regex_syntax::hir::Hir;

use super::tag_language::{TagLanguage, ours};
use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

/// A field of a format: its letter, the texts that look like it, and those of them that a clock can
/// show.
struct Field {
    letter: char,
    shape: &'static str,
    values: &'static str,
}

const FIELDS: &[Field] = &[
    Field { letter: 'Y', shape: "[0-9]{4}", values: "[0-9]{4}" },
    Field { letter: 'm', shape: "[0-9]{2}", values: "(?:0[1-9]|1[0-2])" },
    Field { letter: 'd', shape: "[0-9]{2}", values: "(?:0[1-9]|[12][0-9]|3[01])" },
    Field { letter: 'H', shape: "[0-9]{2}", values: "(?:[01][0-9]|2[0-3])" },
    Field { letter: 'M', shape: "[0-9]{2}", values: "[0-5][0-9]" },
    Field { letter: 'S', shape: "[0-9]{2}", values: "[0-5][0-9]" },
    // Seconds since 1970, until the year 5138.
    Field { letter: 's', shape: "[0-9]{1,11}", values: "[0-9]{1,11}" },
];

/// The format of a time in a tag, of fields that `strftime` has: `%Y`, `%m`, `%d`, `%H`, `%M`, `%S`
/// with leading zeros, or `%s`, the seconds since 1970.
///
/// ```
/// use stackwright::value::{Scalar, TimeFormat};
///
/// let format = TimeFormat::parse("%Y-%m-%d.%H%M%S").unwrap();
/// assert_eq!(format.read("2024-05-13.125308").unwrap().to_string(), "2024-05-13T12:53:08");
/// assert!(format.read("2024-13-05.125308").is_none(), "there is no month 13");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Field(char),
    Literal(char),
}

impl TimeFormat {
    /// The format as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The time that a text says, in UTC; `None` when it says none.
    pub fn read(&self, text: &str) -> Option<DateTime> {
        let time = BrokenDownTime::parse(&self.text, text).ok()?;
        if let Ok(timestamp) = time.to_timestamp() {
            return Some(timestamp.to_zoned(jiff::tz::TimeZone::UTC).datetime());
        }
        let part = |part: Option<i8>| part.unwrap_or(0);
        let date = time.to_date().ok()?;
        Some(date.at(part(time.hour()), part(time.minute()), part(time.second()), 0))
    }

    /// The texts that look like a time of this format.
    pub fn shape(&self) -> TagLanguage {
        TagLanguage::of_ours(&self.pattern(|field| field.shape))
    }

    /// The texts that are such a time, but for days that a month does not have.
    pub fn values(&self) -> Hir {
        ours(&self.pattern(|field| field.values))
    }

    /// Both as it is in a regular expression.
    fn pattern(&self, of: fn(&Field) -> &'static str) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Field(letter) => {
                FIELDS.iter().find(|field| field.letter == *letter).map_or("", of).to_owned()
            }
            Piece::Literal(c) => regex_syntax::escape(&c.to_string()),
        };
        self.pieces.iter().map(piece).collect()
    }

    /// The expression for the times of this format.
    pub(super) fn values_pattern(&self) -> String {
        self.pattern(|field| field.values)
    }

    /// A time as this format writes it.
    pub fn example(&self) -> String {
        let time = jiff::civil::date(2024, 5, 13).at(12, 53, 8, 0);
        let stamp = "1715604788"; // the same in UTC
        let piece = |piece: &Piece| match piece {
            Piece::Field('s') => stamp.to_owned(),
            Piece::Field(letter) => time.strftime(&format!("%{letter}")).to_string(),
            Piece::Literal(c) => c.to_string(),
        };
        self.pieces.iter().map(piece).collect()
    }
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The longest tag, which no format needs.
const LONGEST: usize = 128;

fn refuse(message: String) -> Invalid {
    Invalid::new(codes::BAD_VALUE, message)
}

impl Scalar for TimeFormat {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`%Y`, `%m`, `%d`, `%H`, `%M` and `%S`, or `%s`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > LONGEST {
            return Err(refuse(format!("{} is too long for a tag", quote(text)))
                .help(format!("a tag has at most {LONGEST} characters")));
        }
        let mut pieces = Vec::new();
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            let is_tag = c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            match c {
                '%' => {
                    let letter = chars.next().map(|(_, letter)| letter);
                    let end = chars.offset();
                    let Some(field) = FIELDS.iter().find(|field| Some(field.letter) == letter)
                    else {
                        return Err(refuse(format!(
                            "{} is no field of a time",
                            quote(&text[at..end])
                        ))
                        .at(at..end)
                        .help(format!("use {}", Self::RULE)));
                    };
                    if pieces.contains(&Piece::Field(field.letter)) {
                        return Err(refuse(format!("`%{}` stands twice", field.letter))
                            .at(at..end)
                            .help("keep one of them"));
                    }
                    pieces.push(Piece::Field(field.letter));
                }
                c if is_tag => pieces.push(Piece::Literal(c)),
                c => {
                    return Err(refuse(format!("{} cannot stand in a tag", quote(&c.to_string())))
                        .at(at..at + c.len_utf8())
                        .help("a tag has letters, digits, `.`, `-` and `_`"));
                }
            }
        }
        let format = Self { text: text.to_owned(), pieces };
        match format.missing() {
            None => Ok(format),
            Some(missing) => Err(refuse(format!(
                "{} does not say which of two times is later: it has no `{missing}`",
                quote(text)
            ))
            .help("say year, month and day at least, as in `%Y-%m-%d.%H%M%S`, or `%s`")),
        }
    }
}

impl TimeFormat {
    /// The field without which the others order nothing.
    fn missing(&self) -> Option<&'static str> {
        let has = |letter: char| self.pieces.contains(&Piece::Field(letter));
        if has('s') {
            return None;
        }
        let order = [("%Y", 'Y'), ("%m", 'm'), ("%d", 'd'), ("%H", 'H'), ("%M", 'M'), ("%S", 'S')];
        let last = order.iter().rposition(|(_, letter)| has(*letter)).unwrap_or(0).max(2);
        order[..=last].iter().find(|(_, letter)| !has(*letter)).map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, sound};
    use super::*;

    #[test]
    fn a_format_reads_what_it_writes() {
        for text in ["%Y-%m-%d.%H%M%S", "%Y%m%d", "%s", "%d-%m-%Y_%H", "%Y%m%dT%H%M"] {
            let format = TimeFormat::parse(text).unwrap();
            let example = format.example();
            let time = format.read(&example).unwrap_or_else(|| panic!("{text}: {example}"));
            assert_eq!(time.date().to_string(), "2024-05-13", "{text}");
            assert!(format.shape().contains(&example));
        }
    }

    #[test]
    fn a_time_that_no_clock_shows_is_none() {
        let format = TimeFormat::parse("%Y-%m-%d.%H%M%S").unwrap();
        for text in ["2024-02-30.000000", "2024-05-13.250000", "2024-05-13", "x", ""] {
            assert_eq!(format.read(text), None, "{text}");
        }
    }

    #[test]
    fn a_format_that_does_not_order_is_refused() {
        bad::<TimeFormat>(&[
            ("%H%M%S", "", "no `%Y`"),
            ("%Y-%m", "", "no `%d`"),
            ("%Y%m%d%S", "", "no `%H`"),
            ("%Y%m%d%Y", "%Y", "stands twice"),
            ("%Y%m%q", "%q", "no field of a time"),
            ("%Y%m%", "%", "no field of a time"),
            ("%Y/%m/%d", "/", "cannot stand in a tag"),
            ("", "", "no `%Y`"),
            (&format!("%s{}", "x".repeat(500_000)), "", "too long for a tag"),
        ]);
    }

    #[test]
    fn any_text_is_a_format_or_refused_with_a_reason() {
        sound::<TimeFormat>(&["%Y-%m-%d.%H%M%S", "%s"]);
    }
}
