//! What the commit of a bump says, and the pull request that proposes it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::apply::{Decision, Verdict};
use crate::diagnostic::{Diagnostic, Sources, codes};
use crate::image::Pin;
use crate::report::markdown::code;
use crate::template;

/// What a template of the message can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Context {
    /// The images that move, sorted by stack and label.
    pub images: Vec<ImageChange>,
    /// The stacks concerned, sorted.
    pub stacks: Vec<String>,
    /// The branch that is committed to.
    pub branch: String,
    /// Why images go back, where they do.
    pub rollback: Option<String>,
    /// Why only some images of a bundle move, where they do.
    pub partial: Option<String>,
    /// The commit from which the images were built, where it is known.
    pub source_commit: Option<String>,
    /// The address of the CI run, where there is one.
    pub run: Option<String>,
}

/// One image that moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageChange {
    /// The stack's name.
    pub stack: String,
    /// The image's label.
    pub image: String,
    /// Where it is kept, where the description says so literally.
    pub repository: Option<String>,
    /// What ran; `None` for an image's first time.
    pub old: Option<Reference>,
    /// What is to run.
    pub new: Reference,
    /// True when the image may move again after it was held.
    pub released: bool,
}

/// What an image runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Its tag.
    pub tag: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// Both in one: `tag@sha256:…`, where there are both.
    pub reference: String,
    /// What people call it: the tag, or the beginning of the digest.
    pub short: String,
}

impl From<&Pin> for Reference {
    fn from(pin: &Pin) -> Self {
        const DIGITS: usize = "sha256:".len() + 12;
        let digest = pin.digest.as_ref().map(ToString::to_string);
        let tag = pin.tag.as_ref().map(ToString::to_string);
        let start = digest.as_ref().map(|digest| digest.chars().take(DIGITS).collect());
        let short = tag.clone().or(start).unwrap_or_default();
        Self { tag, digest, reference: pin.to_string(), short }
    }
}

impl Context {
    /// The images among some decisions that move.
    pub fn images(decisions: &[Decision]) -> (Vec<ImageChange>, Vec<String>) {
        let moved = decisions.iter().filter(|decision| decision.verdict == Verdict::Moved);
        let images: Vec<ImageChange> = moved
            .map(|decision| {
                let held = decision.from.as_ref().is_some_and(|from| from.hold.is_some());
                ImageChange {
                    stack: decision.stack.clone(),
                    image: decision.image.clone(),
                    repository: decision.repository.clone(),
                    old: decision.from.as_ref().map(Reference::from),
                    new: Reference::from(&decision.to),
                    released: held && decision.to.hold.is_none(),
                }
            })
            .collect();
        let stacks: BTreeSet<String> = images.iter().map(|image| image.stack.clone()).collect();
        (images, stacks.into_iter().collect())
    }

    /// One line: `Deploy server b5735582 to univaf`.
    pub fn title(&self) -> String {
        let verb = match (&self.rollback, self.images.iter().all(|image| image.released)) {
            (Some(_), _) => "Roll back",
            (None, true)
                if self.images.iter().all(|image| image.old.as_ref() == Some(&image.new)) =>
            {
                "Release the hold of"
            }
            (None, _) => "Deploy",
        };
        let names: BTreeSet<&str> = self.images.iter().map(|image| image.image.as_str()).collect();
        let versions: BTreeSet<&str> =
            self.images.iter().map(|image| image.new.short.as_str()).collect();
        let names = match names.len() {
            0..=3 => names.into_iter().collect::<Vec<_>>().join(", "),
            count => format!("{count} images"),
        };
        let version = match (versions.len(), versions.first()) {
            (1, Some(version)) => format!(" {version}"),
            _ => String::new(),
        };
        let stacks = match self.stacks.as_slice() {
            [stack] => stack.clone(),
            [first, second] => format!("{first} and {second}"),
            stacks => format!("{} stacks", stacks.len()),
        };
        let preposition = if verb == "Deploy" { "to" } else { "in" };
        format!("{verb} {names}{version} {preposition} {stacks}")
    }

    /// One line an image, and why.
    fn lines(&self) -> String {
        let mut text = String::new();
        for image in &self.images {
            let old = image.old.as_ref().map_or("nothing", |old| &old.reference);
            let _ =
                writeln!(text, "{}/{}: {old} -> {}", image.stack, image.image, image.new.reference);
        }
        if let Some(why) = &self.rollback {
            let _ = write!(text, "\nRolled back and held: {why}\n");
        }
        if let Some(why) = &self.partial {
            let _ = write!(text, "\nThe rest of the bundle stays: {why}\n");
        }
        text
    }

    /// The body of a pull request, in Markdown.
    pub fn pull_request_body(&self) -> String {
        let mut text = "| stack | image | from | to |\n| --- | --- | --- | --- |\n".to_owned();
        for image in &self.images {
            let old = image.old.as_ref().map_or_else(String::new, |old| code(&old.reference));
            let _ = writeln!(
                text,
                "| {} | {} | {old} | {} |",
                code(&image.stack),
                code(&image.image),
                code(&image.new.reference)
            );
        }
        if let Some(why) = &self.rollback {
            let _ = write!(text, "\nRolled back, and held until the hold is released: {why}\n");
        }
        if let Some(why) = &self.partial {
            let _ = write!(text, "\nThe rest of the bundle stays: {why}\n");
        }
        if let Some(commit) = &self.source_commit {
            let _ = write!(text, "\nBuilt from {commit}.\n");
        }
        if let Some(run) = &self.run {
            let _ = write!(text, "\nBy {run}\n");
        }
        text
    }
}

/// How messages are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    /// A template in place of our own words.
    pub template: Option<String>,
    /// Lines `Key: value` at the end.
    pub trailers: Vec<String>,
    /// Whether CI is asked to pass the commit over.
    pub skip_ci: bool,
}

impl Style {
    /// Complains about each trailer that is none.
    pub fn check(&self) -> Vec<Diagnostic> {
        let is_trailer = |line: &str| {
            line.split_once(": ").is_some_and(|(key, value)| {
                !key.is_empty()
                    && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                    && !value.trim().is_empty()
                    && !value.contains(char::is_control)
            })
        };
        let wrong = self.trailers.iter().filter(|line| !is_trailer(line)).map(|line| {
            Diagnostic::error(codes::BAD_TEMPLATE, format!("`{line}` is no trailer"))
                .help("write `Key: value`, the key of letters, digits and hyphens")
        });
        wrong.collect()
    }

    /// The message of a commit.
    ///
    /// # Errors
    /// When the template names what there is not, or says nothing; the template is added to
    /// `sources`.
    pub fn message(&self, context: &Context, sources: &mut Sources) -> Result<String, Diagnostic> {
        let mut message = match &self.template {
            None => format!("{}\n\n{}", context.title(), context.lines()),
            Some(text) => template::fill("message", text, context, sources).map_err(|problem| {
                problem.help(
                    "a message can name `images`, `stacks`, `branch`, `rollback`, `partial`, `source_commit` and `run`",
                )
            })?,
        };
        message.truncate(message.trim_end().len());
        if message.trim().is_empty() {
            return Err(Diagnostic::error(codes::BAD_TEMPLATE, "the template says nothing")
                .help("a commit needs a message: `Deploy {{ images[0].image }}`"));
        }
        if self.skip_ci {
            let end = message.find('\n').unwrap_or(message.len());
            message.insert_str(end, " [skip ci]");
        }
        let mut trailers = self.trailers.clone();
        trailers.extend(
            context.source_commit.as_ref().map(|commit| format!("Source-Commit: {commit}")),
        );
        trailers.extend(context.run.as_ref().map(|run| format!("CI-Run: {run}")));
        if !trailers.is_empty() {
            let _ = write!(message, "\n\n{}", trailers.join("\n"));
        }
        message.push('\n');
        Ok(message)
    }
}
