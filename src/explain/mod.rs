//! The rules, explained: what their doc comments say, with examples that are really read.
//!
//! A doc comment is Markdown. Its first paragraph is the rule; what follows says why it is one, and
//! what else would happen. A fenced block whose info string has a second word is an example:
//! ` ```hcl wrong ` breaks the rule and no other, ` ```hcl right ` breaks none. It is the stack's
//! description, or the file that the third word names, relative to the stack's folder
//! (` ```hcl wrong images.tf `); blocks of the same kind that follow each other are the files of one
//! example. What an example names and does not declare stands in `prelude.hcl`, the `stack` block,
//! too; images count as locked where it has no lock.

mod example;

use crate::component::Vocabulary;
use crate::diagnostic::{ALL_CODES, Code, did_you_mean};

pub use example::Checked;

/// Where the page of all codes is, relative to the repository.
pub const PAGE: &str = "docs/codes.md";

/// What a code's doc comment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Its code.
    pub code: Code,
    /// The rule, and the page that it comes from.
    pub rule: String,
    /// What follows it, in the order written.
    pub parts: Vec<Part>,
}

/// A part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A paragraph, or an item of a list with its `- `, on one line.
    Text(String),
    /// What is shown as it is, such as commands.
    Code {
        /// Its language, `sh`.
        language: String,
        /// Its lines.
        text: String,
    },
    /// Files that break the rule, or do not.
    Example(Example),
}

/// Files of a stack's folder that show a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Whether they break it.
    pub kind: Kind,
    /// In the order written.
    pub files: Vec<File>,
}

/// Whether an example breaks its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It breaks the rule, and no other.
    Wrong,
    /// It breaks no rule.
    Right,
}

impl Kind {
    /// `wrong` or `right`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Right => "right",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Wrong, Self::Right].into_iter().find(|kind| kind.name() == name)
    }
}

/// A file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name in the stack's folder, `stack.hcl`.
    pub name: String,
    /// Its language, `hcl`.
    pub language: String,
    /// Its text.
    pub text: String,
}

impl Explanation {
    /// What a code's doc comment says.
    pub fn of(code: Code) -> Self {
        let mut parts = parts(code.doc).into_iter().peekable();
        let rule = match parts.next_if(|part| matches!(part, Part::Text(_))) {
            Some(Part::Text(rule)) => rule,
            _ => String::new(),
        };
        Self { code, rule, parts: parts.collect() }
    }

    /// The rule's first sentence, without the page that it comes from.
    pub fn summary(&self) -> String {
        let end = self.rule.find(". ").unwrap_or(self.rule.len());
        let sentence = self.rule[..end].trim_end_matches('.');
        match sentence.rsplit_once(" (") {
            Some((before, page)) if page.ends_with(')') && page.contains('"') => before.to_owned(),
            _ => sentence.to_owned(),
        }
    }

    /// The rule and its paragraphs, without examples and the like.
    pub fn prose(&self) -> String {
        let mut prose = self.rule.clone();
        for part in &self.parts {
            if let Part::Text(text) = part {
                prose.push_str(if text.starts_with("- ") { "\n" } else { "\n\n" });
                prose.push_str(text);
            }
        }
        prose
    }

    /// Its examples, in the order written.
    pub fn examples(&self) -> impl Iterator<Item = &Example> {
        self.parts.iter().filter_map(|part| match part {
            Part::Example(example) => Some(example),
            Part::Text(_) | Part::Code { .. } => None,
        })
    }
}

/// The parts of a doc comment.
fn parts(doc: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut paragraph = String::new();
    // The lines of a `///` comment begin with a space.
    let indent = |line: &str| line.len() - line.trim_start().len();
    let written = doc.lines().filter(|line| !line.trim().is_empty());
    let margin = written.map(indent).min().unwrap_or_default();
    let mut lines = doc.lines().map(|line| line.get(margin..).unwrap_or_default());
    let end = |paragraph: &mut String, parts: &mut Vec<Part>| {
        let text = std::mem::take(paragraph);
        parts.extend((!text.is_empty()).then_some(Part::Text(text)));
    };
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            end(&mut paragraph, &mut parts);
            let block = lines.by_ref().take_while(|line| !line.starts_with("```"));
            let text: String = block.flat_map(|line| [line, "\n"]).collect();
            add_block(&mut parts, info, text);
        } else if line.trim().is_empty() {
            end(&mut paragraph, &mut parts);
        } else {
            if line.starts_with("- ") {
                end(&mut paragraph, &mut parts);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    end(&mut paragraph, &mut parts);
    parts
}

fn add_block(parts: &mut Vec<Part>, info: &str, text: String) {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default().to_owned();
    let Some(kind) = words.next().and_then(Kind::from_name) else {
        parts.push(Part::Code { language, text });
        return;
    };
    let name = words.next().unwrap_or(crate::project::DESCRIPTION).to_owned();
    let file = File { name, language, text };
    match parts.last_mut() {
        // Another file of the same example.
        Some(Part::Example(example))
            if example.kind == kind && example.files.iter().all(|it| it.name != file.name) =>
        {
            example.files.push(file);
        }
        _ => parts.push(Part::Example(Example { kind, files: vec![file] })),
    }
}

/// The code that a text means: an id or a name, in any case, or a line with an id in it, as
/// Stackwright prints them.
///
/// # Errors
/// The id or name that was probably meant, where there is one.
pub fn find(vocabulary: &Vocabulary, text: &str) -> Result<Code, Option<&'static str>> {
    let codes = vocabulary.codes();
    let text = text.trim();
    let words = || text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    let named = codes.iter().find(|code| code.name.eq_ignore_ascii_case(text));
    let said = |code: &&Code| words().any(|word| word.eq_ignore_ascii_case(code.id));
    if let Some(code) = named.or_else(|| codes.iter().find(said)) {
        return Ok(*code);
    }
    let (upper, lower) = (text.to_ascii_uppercase(), text.to_ascii_lowercase());
    let name = did_you_mean(&lower, codes.iter().map(|code| code.name));
    Err(name.or_else(|| did_you_mean(&upper, codes.iter().map(|code| code.id))))
}

/// What a code is about, for lists; those of a program's own components come last.
pub fn family(code: Code) -> &'static str {
    if ALL_CODES.contains(&code) { code.family() } else { "This program's own components" }
}

/// A code's explanation as Markdown, for an editor: without the messages of its examples, which
/// nobody who has met one needs.
pub fn markdown(code: Code) -> String {
    let explanation = Explanation::of(code);
    format!("**{} {}**\n\n{}", code.id, code.name, crate::report::explain::body(&explanation))
}

#[cfg(test)]
mod tests {
    use insta::assert_debug_snapshot;

    use super::{Explanation, find};
    use crate::component::Vocabulary;
    use crate::diagnostic::{Code, codes};

    const OWN: Code = Code::new(
        "ACME001",
        "own",
        "A rule, in two\nlines (Some Page, \"Its title\"). And more of it.\n\nWhy:\n- one,\n- two\n  \
         lines.\n\n```hcl wrong\nqueue \"a\" {}\n```\n\n```hcl wrong images.tf\nlocals {}\n```\n\n\
         ```hcl right\nqueue \"b\" {}\n```\n\n```sh\nls\n```\n",
    );

    #[test]
    fn a_doc_comment_has_a_rule_reasons_examples_and_commands() {
        assert_debug_snapshot!(Explanation::of(OWN).parts);
        assert_eq!(Explanation::of(OWN).summary(), "A rule, in two lines");
        let empty = Explanation::of(Code::new("ACME002", "empty", ""));
        assert_eq!((empty.rule.as_str(), empty.parts.len()), ("", 0));
    }

    #[test]
    fn a_code_is_found_by_id_by_name_and_in_what_was_printed() {
        let vocabulary = Vocabulary::default();
        for text in [
            "SW204",
            "sw204",
            " bad-schedule ",
            "Bad-Schedule",
            "error[SW204]: `0 4 * * *` has 5 fields",
            "warning[sw204]: x",
            "a.hcl:1:2: error[SW204] stale",
            "SW204 bad-schedule",
            "docs/codes.md#sw204",
        ] {
            assert_eq!(find(&vocabulary, text), Ok(codes::BAD_SCHEDULE), "{text}");
        }
        assert_eq!(find(&vocabulary, "bad-shedule"), Err(Some("bad-schedule")));
        assert_eq!(find(&vocabulary, "sw2044"), Err(Some("SW204")));
        assert_eq!(find(&vocabulary, "something else"), Err(None));
        assert_eq!(find(&vocabulary, ""), Err(None));
    }
}
