//! For other programs, ours among them. The shape is part of the interface: fields are added, never
//! renamed or taken away, and `version` says when that has to change.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Report, diagnostics};
use crate::tree::compare;

/// The version of all shapes.
pub const VERSION: u32 = 1;

/// A check as one JSON value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Of the shape: 1.
    pub version: u32,
    /// The stacks that were checked.
    pub stacks: Vec<String>,
    /// How many files they render to.
    pub files: usize,
    /// One line for people.
    pub summary: String,
    /// Every file that differs.
    pub drift: Vec<Drift>,
    /// What is wrong, or is to be known.
    pub diagnostics: Vec<Problem>,
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Relative to the project, with `/`.
    pub path: String,
    /// `missing`, `stale`, `edited`, `orphan` or `foreign`.
    pub class: String,
    /// `SW510`
    pub code: String,
    /// What a render would change, as a unified diff.
    pub diff: String,
}

/// A diagnostic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// `SW101`
    pub code: String,
    /// `unknown-field`
    pub name: String,
    /// `error` or `warning`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// The file, relative to the project, with `/`.
    pub path: Option<String>,
    /// Where it begins.
    pub start: Option<Position>,
    /// Where it ends.
    pub end: Option<Position>,
    /// What else it is about.
    pub related: Vec<Related>,
    /// What to do.
    pub help: Vec<String>,
    /// What to write instead.
    pub suggestion: Option<Suggestion>,
}

/// A place in a file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

/// What else a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// The file.
    pub path: String,
    /// Where it begins.
    pub start: Option<Position>,
    /// Where it ends.
    pub end: Option<Position>,
    /// In what way.
    pub message: String,
}

/// What to write instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The file.
    pub path: String,
    /// Where what is replaced begins.
    pub start: Option<Position>,
    /// Where it ends.
    pub end: Option<Position>,
    /// By what.
    pub replacement: String,
}

/// Why a text is not one of these shapes.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// No JSON, or of another shape.
    #[error("{0}")]
    Shape(#[from] serde_json::Error),
    /// A shape of the future.
    #[error("its shape has version {0}, and this program knows {VERSION}")]
    Version(u64),
}

/// Reads a shape with a version.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version != u64::from(VERSION) => Err(Unreadable::Version(version)),
        _ => Ok(serde_json::from_value(value)?),
    }
}

impl Check {
    /// What `stackwright check --format json` has printed.
    ///
    /// # Errors
    /// When the text is something else.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        read(text)
    }

    /// Of a report.
    pub fn of(report: &Report<'_>) -> Self {
        Self {
            version: VERSION,
            stacks: report.rendered.stacks.clone(),
            files: report.rendered.files,
            summary: report.summary(),
            drift: report.rendered.drifts.iter().map(drift).collect(),
            diagnostics: diagnostics::json(&report.rendered.diagnostics, report.sources),
        }
    }
}

fn drift(drift: &compare::Drift) -> Drift {
    Drift {
        path: drift.path.clone(),
        class: drift.class.name().to_owned(),
        code: drift.class.code().id.to_owned(),
        diff: drift.diff(),
    }
}
