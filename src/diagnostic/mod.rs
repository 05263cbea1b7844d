//! What is wrong with an input, as data.
//!
//! A [`Diagnostic`] names a [`Code`], the places concerned and what to do. How it looks on a
//! terminal, in JSON or in SARIF is the business of [`crate::report`].

mod code;
mod source;

pub use code::{ALL as ALL_CODES, Code, codes};
pub use source::{FileId, Piece, Source, Sources, Span, Written};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is rendered or written.
    Error,
    /// The run goes on.
    Warning,
}

impl Severity {
    /// `error` or `warning`: all formats have the same two words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A place in a source file and what to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands beside the underline; may be empty.
    pub text: String,
}

/// A replacement of the text at a span that would mend the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is replaced.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// One problem of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a diagnostic that nobody reports is lost"]
pub struct Diagnostic {
    /// Which rule it breaks; stable between versions.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One line: lower case, no full stop, things in backquotes.
    pub message: String,
    /// Where it is; `None` when there is no place to show (an unreadable folder).
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// What to do, one line each.
    pub help: Vec<String>,
    /// A mechanical repair.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// An error under the code's rule.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: None,
            related: Vec::new(),
            help: Vec::new(),
            suggestion: None,
        }
    }

    /// A warning under the code's rule.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Says where the problem is. Without a span the diagnostic stays without a place.
    pub fn at(mut self, span: impl Into<Option<Span>>, text: impl Into<String>) -> Self {
        self.primary = span.into().map(|span| Label { span, text: text.into() });
        self
    }

    /// Adds another place that explains it.
    pub fn also(mut self, span: impl Into<Option<Span>>, text: impl Into<String>) -> Self {
        self.related.extend(span.into().map(|span| Label { span, text: text.into() }));
        self
    }

    /// Adds a line that says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Helps with the known word that `word` was probably meant to be; where there is none, as
    /// `otherwise` does.
    pub fn did_you_mean<'a>(
        self,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: impl FnOnce(Self) -> Self,
    ) -> Self {
        match did_you_mean(word, known) {
            Some(known) => self.help(format!("did you mean `{known}`?")),
            None => otherwise(self),
        }
    }

    /// Adds a mechanical repair. The last help is its title, so one must have been given.
    pub fn suggest(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion { span, replacement: replacement.into() });
        self
    }

    /// The word or literal that its help offers in place of what stands there: "did you mean `x`?",
    /// "try `x`", "write it as `x`".
    pub fn offer(&self) -> Option<&str> {
        const BEFORE: [&str; 3] = ["did you mean `", "try `", "write it as `"];
        self.help.iter().find_map(|help| {
            let at = BEFORE.iter().find_map(|word| Some(help.rfind(word)? + word.len()))?;
            let (offer, rest) = help.get(at..)?.split_once('`')?;
            (!offer.is_empty() && matches!(rest, "" | "?")).then_some(offer)
        })
    }

    /// True for [`Severity::Error`].
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Puts problems at the places that people wrote, and tells what several variants of one text have
/// in common once.
pub fn as_written(diagnostics: &mut Vec<Diagnostic>, sources: &Sources) {
    let mut all: Vec<(Diagnostic, Vec<String>, usize)> = Vec::with_capacity(diagnostics.len());
    for mut diagnostic in diagnostics.drain(..) {
        let mut variant = None;
        let mut variants = 0;
        let mut given = Vec::new();
        // A repair of a description is none of Rust.
        diagnostic.suggestion =
            diagnostic.suggestion.filter(|suggestion| !sources.is_described(suggestion.span));
        let said = diagnostic.primary.as_ref().map(|label| sources.made_from(label.span));
        if let Some(place) = said.and_then(|said| sources.said_at(said)) {
            let help = format!("it was described at {place}");
            if !diagnostic.help.contains(&help) {
                diagnostic.help.push(help);
            }
        }
        let labels = diagnostic.primary.iter_mut().chain(&mut diagnostic.related);
        for label in labels {
            let written = sources.written(label.span);
            if let Some(name) = written.variant {
                variant.get_or_insert_with(|| name.to_owned());
                variants = variants.max(sources.variants_of(sources.made_from(label.span).file));
                given.extend(written.given);
            }
            label.span = written.span;
        }
        if let Some(suggestion) = &mut diagnostic.suggestion {
            let written = sources.written(suggestion.span);
            suggestion.span = written.given.unwrap_or(written.span);
        }
        given.dedup();
        for span in given {
            diagnostic.related.push(Label { span, text: "what stands there".to_owned() });
        }
        let same = |(known, _, _): &&mut (Diagnostic, _, _)| variants > 1 && *known == diagnostic;
        match all.iter_mut().find(same) {
            Some((_, names, _)) => names.extend(variant),
            None => all.push((diagnostic, variant.into_iter().collect(), variants)),
        }
    }
    diagnostics.extend(all.into_iter().map(|(mut diagnostic, mut names, variants)| {
        names.dedup();
        if !names.is_empty() && names.len() < variants {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            diagnostic.message = format!("in {}: {}", names.join(", "), diagnostic.message);
        }
        diagnostic
    }));
}

/// The known word that `word` was probably meant to be.
///
/// ```
/// assert_eq!(stackwright::diagnostic::did_you_mean("netwrk", ["network", "cluster"]), Some("network"));
/// assert_eq!(stackwright::diagnostic::did_you_mean("zebra", ["network", "cluster"]), None);
/// ```
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}
