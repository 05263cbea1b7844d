//! What registries say of locked images.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Severity, Sources};
use crate::image::registry::{CreatedFrom, Platform, Remote};
use crate::image::verify::{Kept, Verified};
use crate::report::terminal::visible;
use crate::report::{count, diagnostics};

/// What a verification found.
#[derive(Debug)]
pub struct Report<'a> {
    /// The images that were asked about.
    pub verified: &'a [Verified],
    /// Everything that is wrong, with them and with the stacks.
    pub diagnostics: &'a [Diagnostic],
    /// The files that places refer to.
    pub sources: &'a Sources,
}

impl Report<'_> {
    /// One line that says how it stands.
    pub fn summary(&self) -> String {
        let stacks: BTreeSet<&str> = self.verified.iter().map(|one| one.stack.as_str()).collect();
        let what =
            format!("{} of {}", count(self.verified.len(), "image"), count(stacks.len(), "stack"));
        let errors = self.diagnostics.iter().filter(|one| one.is_error()).count();
        let warnings = self.diagnostics.len() - errors;
        match (errors, warnings) {
            (0, 0) => format!("{what}: as locked"),
            (0, warnings) => format!("{what}: {}", count(warnings, "warning")),
            (errors, 0) => format!("{what}: {}", count(errors, "error")),
            (errors, warnings) => {
                format!("{what}: {}, {}", count(errors, "error"), count(warnings, "warning"))
            }
        }
    }
}

/// Each image with what the registry has, and a line that says how it stands.
pub fn terminal(report: &Report<'_>) -> String {
    let mut out = String::new();
    for verified in report.verified {
        let Verified { stack, image, reference, remote, kept, diagnostics } = verified;
        let state = match diagnostics.iter().map(|one| one.severity).min() {
            None => "as locked",
            Some(Severity::Warning) => "doubtful",
            Some(Severity::Error) => "wrong",
        };
        let _ = writeln!(out, "{stack} {image}: {state}");
        for line in reference.iter() {
            let _ = writeln!(out, "  {}", visible(line));
        }
        if let Some(remote) = remote {
            let platforms: Vec<String> =
                remote.platforms.iter().map(|platform| visible(&platform.to_string())).collect();
            let _ = writeln!(out, "  {}; {}", platforms.join(", "), made(remote));
        }
        if let Some(kept) = kept {
            let _ = writeln!(out, "  {}", kept_line(*kept));
        }
    }
    if !report.verified.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}", report.summary());
    out
}

/// When an image was made, and who says so.
fn made(remote: &Remote) -> String {
    match (remote.created, remote.created_from) {
        (Some(date), CreatedFrom::Annotation) => format!("made {date}, by its annotation"),
        (Some(date), _) => format!("made {date}, by its configuration"),
        (None, _) => "without a date".to_owned(),
    }
}

fn kept_line(kept: Kept) -> String {
    let Kept { keep, newer, undated } = kept;
    let kept = format!("its repository keeps {keep}");
    match newer {
        None => format!("{kept} and has no more"),
        Some(newer) if undated == 0 => format!("{kept}; {newer} newer"),
        Some(newer) => format!("{kept}; {newer} newer, {undated} without a date"),
    }
}

/// For programs; a stable shape.
pub fn json(report: &Report<'_>) -> Value {
    let images = report.verified.iter().map(|verified| {
        let remote = verified.remote.as_ref();
        let platforms = |remote: &Remote| -> Vec<String> {
            remote.platforms.iter().map(Platform::to_string).collect()
        };
        json!({
            "stack": verified.stack,
            "image": verified.image,
            "reference": verified.reference,
            "good": !verified.diagnostics.iter().any(Diagnostic::is_error),
            "digest": remote.map(|remote| remote.digest.as_str()),
            "media_type": remote.map(|remote| &remote.media_type),
            "platforms": remote.map(platforms),
            "created": remote.and_then(|remote| remote.created).map(|date| date.to_string()),
            "created_from": remote.map(|remote| remote.created_from.to_string()),
            "kept": verified.kept.map(|kept| {
                json!({"keep": kept.keep, "newer": kept.newer, "undated": kept.undated})
            }),
        })
    });
    json!({
        "version": 1,
        "summary": report.summary(),
        "images": images.collect::<Vec<_>>(),
        "diagnostics": diagnostics::json(report.diagnostics, report.sources),
    })
}

/// Annotations of GitHub Actions, and a line that says how it stands.
pub fn github(report: &Report<'_>) -> String {
    format!("{}{}\n", diagnostics::github(report.diagnostics, report.sources), report.summary())
}
