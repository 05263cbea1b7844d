//! What a bump did: for a terminal, another program, a CI job.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::markdown::code;
use super::snippet::Style;
use super::{count, diagnostics, terminal};
use crate::bump::{Bumped, Decision, Ending, Verdict};
use crate::diagnostic::{Diagnostic, Sources};
use crate::image::Pin;

/// How many characters of a commit's id are shown.
const SHORT: usize = 12;

/// For people.
pub fn terminal(bumped: &Bumped, style: Style) -> String {
    let mut text = match (bumped.ending, bumped.commit) {
        (Ending::Bumped, Some(commit)) => {
            let tries = match bumped.attempts {
                1 => String::new(),
                attempts => format!(" at the {attempts}{} attempt", ordinal(attempts)),
            };
            format!("{}: committed {}{tries}\n", bumped.branch, short(&commit.to_string()))
        }
        (Ending::Previewed, _) => format!("{}: would commit\n", bumped.branch),
        (Ending::Held, _) => format!("{}: nothing moves, an image is held\n", bumped.branch),
        (Ending::Superseded, _) => {
            format!("{}: nothing moves, what runs is newer\n", bumped.branch)
        }
        (Ending::Bumped | Ending::Unchanged, _) => format!("{}: nothing to do\n", bumped.branch),
    };
    let name = |decision: &Decision| format!("{}/{}", decision.stack, decision.image);
    let decisions = &bumped.applied.decisions;
    let width = decisions.iter().map(|decision| name(decision).len()).max().unwrap_or(0);
    for decision in decisions {
        let _ = writeln!(text, "  {:<width$}  {}", name(decision), fate(decision));
    }
    for path in &bumped.applied.left_out {
        let _ = writeln!(text, "  left out, it had drifted before: {path}");
    }
    if bumped.ending == Ending::Previewed {
        if let Some(message) = &bumped.message {
            text.push('\n');
            for line in message.lines() {
                let _ = writeln!(text, "{}", format!("    {line}").trim_end());
            }
            text.push('\n');
        }
        for drift in &bumped.applied.changes {
            text.push_str(&terminal::diff(drift, style));
        }
    }
    text
}

fn ordinal(number: u32) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

fn short(commit: &str) -> &str {
    commit.get(..SHORT).unwrap_or(commit)
}

fn pin(pin: Option<&Pin>) -> String {
    pin.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

fn fate(decision: &Decision) -> String {
    let (from, to) = (pin(decision.from.as_ref()), &decision.to);
    match &decision.verdict {
        Verdict::Moved if from == to.to_string() && to.hold.is_none() => {
            format!("{to}, no longer held")
        }
        Verdict::Moved if from == to.to_string() => format!("{to}, held from now on"),
        Verdict::Moved => format!("{from} -> {to}"),
        Verdict::Satisfied => format!("already {to}"),
        Verdict::Superseded => format!("{to} is newer; `--rollback \"<reason>\"` goes back"),
        Verdict::Held(why) => {
            format!(
                "held at {to} ({}); `--release-hold` lets it move again",
                terminal::visible(why)
            )
        }
    }
}

/// For other programs. The shape is part of the interface: fields are added, never renamed or
/// taken away, and `version` says when that has to change.
pub fn json(bumped: &Bumped) -> Value {
    let images: Vec<Value> = bumped
        .applied
        .decisions
        .iter()
        .map(|decision| {
            json!({
                "stack": decision.stack,
                "image": decision.image,
                "repository": decision.repository,
                "outcome": decision.verdict.name(),
                "from": decision.from.as_ref().map(json_pin),
                "to": json_pin(&decision.to),
            })
        })
        .collect();
    json!({
        "version": 1,
        "outcome": bumped.ending.name(),
        "branch": bumped.branch,
        "parent": bumped.parent.to_string(),
        "commit": bumped.commit.map(|commit| commit.to_string()),
        "message": bumped.message,
        "title": title(bumped),
        "body": body(bumped),
        "attempts": bumped.attempts,
        "images": images,
        "left_out": bumped.applied.left_out,
        "diagnostics": diagnostics::json(&bumped.applied.warnings, &bumped.applied.sources),
    })
}

fn json_pin(pin: &Pin) -> Value {
    json!({
        "tag": pin.tag.as_ref().map(ToString::to_string),
        "digest": pin.digest.as_ref().map(ToString::to_string),
        "hold": pin.hold,
    })
}

/// A bump that failed, for other programs.
pub fn json_failed(problems: &[Diagnostic], sources: &Sources) -> Value {
    json!({
        "version": 1,
        "outcome": "failed",
        "diagnostics": diagnostics::json(problems, sources),
    })
}

fn title(bumped: &Bumped) -> Option<String> {
    bumped.applied.moves().then(|| bumped.context.title())
}

fn body(bumped: &Bumped) -> Option<String> {
    bumped.applied.moves().then(|| bumped.context.pull_request_body())
}

/// What a step of GitHub Actions says to others.
pub fn github_output(bumped: &Bumped) -> String {
    let stacks = serde_json::to_string(&bumped.context.stacks).unwrap_or_default();
    let images = serde_json::to_string(&bumped.context.images).unwrap_or_default();
    let commit = bumped.commit.map(|commit| commit.to_string()).unwrap_or_default();
    super::github::outputs(&[
        ("outcome", bumped.ending.name().to_owned()),
        ("branch", bumped.branch.clone()),
        ("commit", commit),
        ("stacks", stacks),
        ("images", images),
        ("title", title(bumped).unwrap_or_default()),
        ("body", body(bumped).unwrap_or_default()),
    ])
}

/// A few lines of Markdown for the summary of a CI job.
pub fn markdown(bumped: &Bumped) -> String {
    let mut text = match (bumped.ending, bumped.commit) {
        (Ending::Bumped, Some(commit)) => {
            let images = count(bumped.context.images.len(), "image");
            format!(
                "**Bumped** {images} on {} in {}.\n\n",
                code(&bumped.branch),
                short(&commit.to_string())
            )
        }
        (ending, _) => format!("**{}** on {}.\n\n", ending.name(), code(&bumped.branch)),
    };
    text.push_str("| stack | image | outcome | from | to |\n| --- | --- | --- | --- | --- |\n");
    for decision in &bumped.applied.decisions {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            code(&decision.stack),
            code(&decision.image),
            decision.verdict.name(),
            code(&pin(decision.from.as_ref())),
            code(&decision.to.to_string())
        );
    }
    text
}
