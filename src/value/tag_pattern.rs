//! A pattern for tags that says what it means.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::{Anchored, Input};
use regex_syntax::ast::{self, Ast, visit};
use regex_syntax::hir::{
    Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Look, Repetition,
};

use super::tag_language::{self, TagLanguage, TooComplex, example, example_part, whole};
use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

/// The group that says what a tag was built from, for [`TagPattern::source`].
const SOURCE: &str = "source";

/// A regular expression that describes whole tags, in Rust's, Go's and RE2's syntax.
///
/// A pattern that means more than it seems to is refused, with a tag that shows it: one that is not
/// anchored at both ends, or with a dot that stands for any character.
///
/// ```
/// use stackwright::value::{Scalar, TagPattern};
///
/// let staging = TagPattern::parse("^stg-[0-9a-f]{8}$").unwrap();
/// assert!(staging.matches("stg-91980d9b") && !staging.matches("stg-91980d9"));
/// let error = TagPattern::parse("^v[0-9]+.[0-9]+$").unwrap_err();
/// assert!(error.message.contains("`v0x0`"));
/// ```
#[derive(Clone)]
pub struct TagPattern {
    text: String,
    hir: Hir,
    language: TagLanguage,
    matcher: Arc<PikeVM>,
}

impl PartialEq for TagPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TagPattern {}

impl fmt::Debug for TagPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TagPattern").field(&self.text).finish()
    }
}

impl fmt::Display for TagPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a group of a pattern can hold that it should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// What the group holds; `None` where it takes no part.
    pub part: Option<String>,
    /// The tag in which it does.
    pub tag: String,
}

impl TagPattern {
    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True for a tag that it describes.
    pub fn matches(&self, tag: &str) -> bool {
        self.language.contains(tag)
    }

    /// The tags that it describes.
    pub fn language(&self) -> &TagLanguage {
        &self.language
    }

    /// The names of its groups, without the one that says the source.
    pub fn groups(&self) -> Vec<&str> {
        let names = self.matcher.get_nfa().group_info().pattern_names(pattern());
        names.flatten().filter(|name| *name != SOURCE).collect()
    }

    /// What a group holds in a tag.
    pub fn group<'t>(&self, name: &str, tag: &'t str) -> Option<&'t str> {
        let mut captures = self.matcher.create_captures();
        let input = Input::new(tag).anchored(Anchored::Yes);
        self.matcher.captures(&mut self.matcher.create_cache(), input, &mut captures);
        captures.get_group_by_name(name).and_then(|span| tag.get(span.range()))
    }

    /// What a tag was built from: what its group `source` holds, or the whole tag.
    pub fn source<'t>(&self, tag: &'t str) -> &'t str {
        self.group(SOURCE, tag).unwrap_or(tag)
    }

    /// What a group can hold besides the texts that `allowed` describes.
    ///
    /// # Errors
    /// When that would take too long to find out.
    pub fn stray(&self, name: &str, allowed: &TagLanguage) -> Result<Option<Stray>, TooComplex> {
        let tag_with = |part: &Hir| {
            let language = TagLanguage::of(&replaced(&self.hir, name, part))?;
            example(&[&language], &[])
        };
        if let Some(tag) = tag_with(&Hir::fail())? {
            return Ok(Some(Stray { part: None, tag }));
        }
        let Some(group) = found(&self.hir, name) else { return Ok(None) };
        let Some(part) = example_part(&[&TagLanguage::of(group)?], &[allowed])? else {
            return Ok(None);
        };
        let tag = tag_with(&Hir::literal(part.as_bytes()))?;
        Ok(tag.map(|tag| Stray { part: Some(part), tag }))
    }

    /// The tags in which a group holds a text that `part` describes.
    ///
    /// # Errors
    /// When there are too many states.
    pub fn with_group(&self, name: &str, part: &Hir) -> Result<TagLanguage, TooComplex> {
        TagLanguage::of(&replaced(&self.hir, name, part))
    }

    /// True when a group stands in a repetition, so that it holds the last round only.
    pub fn repeats(&self, name: &str) -> bool {
        fn inside(hir: &Hir, name: &str) -> bool {
            match hir.kind() {
                HirKind::Repetition(Repetition { max, sub, .. }) => {
                    (*max != Some(1) && found(sub, name).is_some()) || inside(sub, name)
                }
                HirKind::Capture(Capture { sub, .. }) => inside(sub, name),
                HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                    parts.iter().any(|part| inside(part, name))
                }
                _ => false,
            }
        }
        inside(&self.hir, name)
    }
}

fn pattern() -> regex_automata::PatternID {
    regex_automata::PatternID::ZERO
}

/// What stands in a named group.
fn found<'h>(hir: &'h Hir, name: &str) -> Option<&'h Hir> {
    match hir.kind() {
        HirKind::Capture(Capture { name: Some(own), sub, .. }) if &**own == name => Some(sub),
        HirKind::Capture(Capture { sub, .. }) | HirKind::Repetition(Repetition { sub, .. }) => {
            found(sub, name)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().find_map(|part| found(part, name))
        }
        _ => None,
    }
}

/// The expression with something else in place of a named group.
fn replaced(hir: &Hir, name: &str, with: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(|part| replaced(part, name, with)).collect();
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some(name) => with.clone(),
        HirKind::Capture(capture) => {
            let sub = Box::new(replaced(&capture.sub, name, with));
            Hir::capture(Capture { sub, ..capture.clone() })
        }
        HirKind::Repetition(repetition) => {
            let sub = Box::new(replaced(&repetition.sub, name, with));
            Hir::repetition(Repetition { sub, ..repetition.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    }
}

/// The longest pattern that is read.
const LONGEST: usize = 1024;

fn refuse(message: impl Into<String>) -> Invalid {
    Invalid::new(codes::BAD_PATTERN, message)
}

fn too_complex(_: TooComplex) -> Invalid {
    refuse("the pattern is too complex to be checked").help("a tag has at most 128 characters")
}

fn to_ast(text: &str) -> Result<Ast, Invalid> {
    let parsed = ast::parse::ParserBuilder::new().nest_limit(32).build().parse(text);
    parsed.map_err(|error| invalid(error.kind(), error.span()))
}

fn to_hir(text: &str, ast: &Ast) -> Result<Hir, Invalid> {
    let mut translator =
        regex_syntax::hir::translate::TranslatorBuilder::new().unicode(false).utf8(false).build();
    let hir = translator.translate(text, ast);
    hir.map_err(|error| invalid(error.kind(), error.span()))
}

fn invalid(what: impl fmt::Display, span: &ast::Span) -> Invalid {
    refuse(format!("the pattern is no regular expression: {what}"))
        .at(span.start.offset..span.end.offset)
        .help("nothing is guessed: a pattern that cannot be read matches no tag")
}

impl Scalar for TagPattern {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a regular expression from `^` to `$`, with `[.]` for a dot";

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > LONGEST {
            let length = text.len();
            return Err(refuse(format!("a pattern has at most {LONGEST} bytes, not {length}")));
        }
        let ast = to_ast(text)?;
        let hir = to_hir(text, &ast)?;
        let language = TagLanguage::of(&hir).map_err(too_complex)?;
        check_dots(text, &ast, &language)?;
        check_anchors(text, &hir, &language)?;
        if example(&[&language], &[]).map_err(too_complex)?.is_none() {
            return Err(refuse(format!("no tag matches {}", quote(text))).help(
                "a tag has 1 to 128 letters, digits, `.`, `-` and `_`, no `.` or `-` first",
            ));
        }
        let nfa = tag_language::nfa(&whole(&hir), WhichCaptures::All).map_err(too_complex)?;
        let matcher = PikeVM::new_from_nfa(nfa).map_err(|_| too_complex(TooComplex))?;
        Ok(Self { text: text.to_owned(), hir, language, matcher: Arc::new(matcher) })
    }
}

/// Where a single dot stands for any character. One that is repeated, `.*`, is meant so.
fn dots(ast: &Ast) -> Vec<Range<usize>> {
    struct Dots {
        repeated: bool,
        found: Vec<Range<usize>>,
    }
    impl ast::Visitor for Dots {
        type Output = Vec<Range<usize>>;
        type Err = std::convert::Infallible;

        fn finish(self) -> Result<Self::Output, Self::Err> {
            Ok(self.found)
        }

        fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
            if let Ast::Dot(span) = ast
                && !self.repeated
            {
                self.found.push(span.start.offset..span.end.offset);
            }
            self.repeated = matches!(ast, Ast::Repetition(_));
            Ok(())
        }
    }
    match visit(ast, Dots { repeated: false, found: Vec::new() }) {
        Ok(found) => found,
    }
}

fn check_dots(text: &str, ast: &Ast, language: &TagLanguage) -> Result<(), Invalid> {
    let dots = dots(ast);
    let Some(first) = dots.first().cloned() else { return Ok(()) };
    let mut meant = text.to_owned();
    for dot in dots.into_iter().rev() {
        meant.replace_range(dot, "[.]");
    }
    let hir = to_hir(&meant, &to_ast(&meant)?)?;
    let escaped = TagLanguage::of(&hir).map_err(too_complex)?;
    let Some(tag) = example(&[language], &[&escaped]).map_err(too_complex)? else { return Ok(()) };
    Err(refuse(format!("a `.` stands for any character, so that `{tag}` matches"))
        .at(first)
        .help(as_in("write `[.]` for a dot", &meant)))
}

fn check_anchors(text: &str, hir: &Hir, language: &TagLanguage) -> Result<(), Invalid> {
    static ANYTHING: LazyLock<Hir> = LazyLock::new(|| {
        let any = Class::Bytes(ClassBytes::new([ClassBytesRange::new(0, u8::MAX)]));
        let sub = Box::new(Hir::class(any));
        Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub })
    });
    let anywhere = Hir::concat(vec![ANYTHING.clone(), hir.clone(), ANYTHING.clone()]);
    let anywhere = TagLanguage::of(&anywhere).map_err(too_complex)?;
    let Some(tag) = example(&[&anywhere], &[language]).map_err(too_complex)? else { return Ok(()) };
    let start = if starts(hir) { "" } else { "^" };
    let end = if hir.properties().look_set_suffix().contains(Look::End) { "" } else { "$" };
    let meant = match hir.kind() {
        HirKind::Alternation(_) => format!("^({})$", text.replace(['^', '$'], "")),
        _ => format!("{start}{text}{end}"),
    };
    Err(refuse(format!("the pattern is not anchored: it is found in `{tag}`, too"))
        .help(as_in("write it from `^` to `$`", &meant)))
}

/// What to do, and the pattern that it makes, where that can be shown.
fn as_in(help: &str, pattern: &str) -> String {
    match pattern.contains(|c: char| c.is_control() || c == '`') {
        true => help.to_owned(),
        false => format!("{help}, as in `{pattern}`"),
    }
}

fn starts(hir: &Hir) -> bool {
    hir.properties().look_set_prefix().contains(Look::Start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{bad, sound};
    use super::*;

    #[test]
    fn a_pattern_that_is_not_anchored_is_refused_with_a_tag_that_shows_it() {
        bad::<TagPattern>(&[
            ("stg-[0-9a-f]{8}", "", "found in `xstg-00000000`"),
            ("^stg-[0-9a-f]{8}", "", "found in `stg-00000000x`"),
            ("stg-[0-9a-f]{8}$", "", "`^stg-[0-9a-f]{8}$`"),
            ("^a|b$", "", "found in `xb`"),
            ("^a|b$", "", "`^(a|b)$`"),
        ]);
        for good in ["^stg-[0-9a-f]{8}$", "^(a|b)$", "^a$|^b$", "^stg-.*", ".*"] {
            assert!(TagPattern::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_dot_that_stands_for_any_character_is_refused_with_a_tag_that_shows_it() {
        bad::<TagPattern>(&[
            ("^(v[0-9]+.[0-9]+.[0-9]+)$", ".", "`v0x0x0` matches"),
            ("^(v[0-9]+.[0-9]+.[0-9]+)$", ".", "`^(v[0-9]+[.][0-9]+[.][0-9]+)$`"),
            ("^v1(?:.)2$", ".", "`v1x2`"),
        ]);
        for good in [r"^v[0-9]+\.[0-9]+$", "^v[0-9]+[.][0-9]+$", "^v.*$", "^v.+$", "^v.{3}$"] {
            assert!(TagPattern::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn an_invalid_pattern_is_refused_where_it_is_wrong() {
        bad::<TagPattern>(&[
            ("^stg-[0-9$", "[", "unclosed character class"),
            ("^(stg$", "(", "unclosed group"),
            (r"^\p{L}$", r"\p{L}", "no regular expression"),
            ("^a{129}$", "", "no tag matches"),
            ("^release/[0-9]+$", "", "no tag matches"),
        ]);
    }

    #[test]
    fn a_pattern_that_would_take_for_ever_is_refused() {
        for text in ["^(([ab]{1,60}){1,60}c[ab]{40}){90}$", "^(a{1,1000}){1,1000}$", "^.*a.{40}$"] {
            let invalid = TagPattern::parse(text).unwrap_err();
            assert!(invalid.message.contains("too complex"), "{invalid}");
        }
        let deep = format!("^{}a{}$", "(".repeat(300), ")".repeat(300));
        assert!(TagPattern::parse(&deep).is_err());
        assert!(TagPattern::parse(&"a".repeat(2000)).is_err());
    }

    #[test]
    fn groups_are_read() {
        let pattern =
            TagPattern::parse("^(?P<source>[0-9a-f]{7})-(?P<ts>[0-9]{4})(-indexer)?$").unwrap();
        assert_eq!(pattern.groups(), ["ts"]);
        assert_eq!(pattern.group("ts", "ae5445d-2024-indexer"), Some("2024"));
        assert_eq!(pattern.source("ae5445d-2024-indexer"), "ae5445d");
        assert_eq!(pattern.group("ts", "ae5445d"), None);
    }

    #[test]
    fn what_a_group_should_not_hold_is_found() {
        let digits = TagLanguage::of_ours("[0-9]+");
        let stray = |text: &str| TagPattern::parse(text).unwrap().stray("n", &digits).unwrap();
        assert_eq!(stray("^build-(?P<n>[0-9]+)$"), None);
        let part = |part: &str, tag: &str| {
            Some(Stray { part: Some(part.to_owned()), tag: tag.to_owned() })
        };
        assert_eq!(stray("^build-(?P<n>[0-9a-f]+)$"), part("a", "build-a"));
        assert_eq!(stray("^build-(?P<n>[0-9]*)$"), part("", "build-"));
        assert_eq!(stray("^build-(?P<n>[0-9]+-[0-9])-x$"), part("0-0", "build-0-0-x"));
        assert_eq!(
            stray("^build-(?P<n>[0-9]+)?$"),
            Some(Stray { part: None, tag: "build-".to_owned() })
        );
    }

    #[test]
    fn a_group_in_a_repetition_is_found() {
        let repeats = |text: &str| TagPattern::parse(text).unwrap().repeats("n");
        assert!(repeats("^((?P<n>[0-9])-)+$") && repeats("^a(?P<n>[0-9]){3}$"));
        assert!(!repeats("^a(?P<n>[0-9]{3})(b+)$") && !repeats("^a((?P<n>[0-9]+)|b)?$"));
    }

    #[test]
    fn any_text_is_a_pattern_or_refused_with_a_reason() {
        sound::<TagPattern>(&["^stg-[0-9a-f]{8}$", "^v(?P<n>[0-9]+)$"]);
    }

    proptest! {
        #[test]
        fn an_example_really_matches(text in r"\^[a-c]{0,3}(\[0-9\]\{[1-4]\}|\(d\|e\)|f\?|g\*){0,4}\$") {
            if let Ok(pattern) = TagPattern::parse(&text) {
                let tag = example(&[pattern.language()], &[]).unwrap().unwrap();
                prop_assert!(pattern.matches(&tag), "{text} does not match {tag}");
                prop_assert!(pattern.group("x", &tag).is_none());
            }
        }
    }
}
