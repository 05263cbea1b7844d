//! What image policies make of the tags that there are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Colour};
use serde_json::{Value, json};

use crate::image::policy::Passed;
use crate::image::{Candidate, Resolved, Standing};
use crate::report::count;
use crate::report::snippet::Style;
use crate::report::terminal::{paint, visible};

/// For people: what each image takes, and of the tags that it passes over the first `limit` with
/// the reason.
pub fn terminal(all: &[Resolved], limit: usize, style: Style) -> String {
    let mut out = String::new();
    for resolved in all {
        let name = format!("image.{} of {}", resolved.image, resolved.stack);
        let name = paint(&name, Colour::new().bold(), style);
        let _ = writeln!(out, "{name}: {}", visible(&resolved.policy.to_string()));
        let taken = match &resolved.resolution.chosen {
            Some(chosen) => format!(
                "takes {}{}",
                paint(chosen.tag.as_str(), AnsiColor::Green.on_default().bold(), style),
                standing(resolved)
            ),
            None => format!("takes {}", paint("none", AnsiColor::Red.on_default().bold(), style)),
        };
        let _ = writeln!(out, "  {taken}");
        let (shown, more) = split(resolved, limit);
        if !resolved.resolution.passed.is_empty() {
            let _ =
                writeln!(out, "  passes over {}", count(resolved.resolution.passed.len(), "tag"));
        }
        let width = shown.iter().map(|passed| passed.candidate.tag.as_str().len()).max();
        let width = width.unwrap_or(0);
        for Passed { candidate, reason } in shown {
            let _ = writeln!(out, "    {:width$}  {reason}", candidate.tag.as_str());
        }
        if !more.is_empty() {
            let tally: Vec<String> =
                more.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
            let _ = writeln!(out, "    … and more: {}", tally.join(", "));
        }
    }
    out
}

fn standing(resolved: &Resolved) -> String {
    let locked = resolved.locked.as_ref().map(|locked| locked.tag.as_str()).unwrap_or_default();
    match resolved.standing {
        Some(Standing::First) => ", the first".to_owned(),
        Some(Standing::Newer) => format!(", newer than {locked}, which is locked"),
        Some(Standing::Same)
            if resolved
                .resolution
                .chosen
                .as_ref()
                .is_some_and(|chosen| chosen.tag.as_str() == locked) =>
        {
            ", which is locked".to_owned()
        }
        Some(Standing::Same) => format!(", as new as {locked}, which is locked"),
        Some(Standing::Older) => {
            format!(", older than {locked}, which is locked: that would be a rollback")
        }
        Some(Standing::Unordered) => {
            format!("; {locked} is locked, and nothing says which is newer")
        }
        None => String::new(),
    }
}

/// The tags that are shown, and how many there are besides, by reason.
fn split(resolved: &Resolved, limit: usize) -> (&[Passed], BTreeMap<&'static str, usize>) {
    let passed = &resolved.resolution.passed;
    let (shown, rest) = passed.split_at(limit.min(passed.len()));
    let mut more = BTreeMap::new();
    for Passed { reason, .. } in rest {
        *more.entry(reason.name()).or_default() += 1;
    }
    (shown, more)
}

/// For programs. Fields are added, never renamed or taken away, and `version` says when that has to
/// change.
pub fn json(all: &[Resolved], limit: usize) -> Value {
    let image = |resolved: &Resolved| {
        let (shown, more) = split(resolved, limit);
        let passed: Vec<Value> = shown
            .iter()
            .map(|Passed { candidate: tag, reason }| {
                json!({ "tag": tag.tag.as_str(), "reason": reason.name(), "why": reason.to_string() })
            })
            .collect();
        json!({
            "stack": resolved.stack,
            "image": resolved.image,
            "policy": resolved.policy.kind(),
            "locked": resolved.locked.as_ref().map(candidate),
            "chosen": resolved.resolution.chosen.as_ref().map(candidate),
            "standing": resolved.standing.map(Standing::name),
            "passed": passed,
            "passed_more": more,
        })
    };
    json!({ "version": 1, "images": all.iter().map(image).collect::<Vec<_>>() })
}

fn candidate(candidate: &Candidate) -> Value {
    json!({
        "tag": candidate.tag.as_str(),
        "digest": candidate.digest.as_ref().map(|digest| digest.as_str()),
        "pushed": candidate.pushed.map(|pushed| pushed.to_string()),
    })
}
