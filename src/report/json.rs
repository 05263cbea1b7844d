//! For other programs. The shape is part of the interface: fields are added, never renamed or
//! taken away, and `version` says when that has to change.

use serde_json::{Value, json};

use super::{Report, diagnostics};
use crate::tree::compare::Drift;

/// The report as one JSON value.
pub fn check(report: &Report<'_>) -> Value {
    let drifts: Vec<Value> = report.rendered.drifts.iter().map(drift).collect();
    json!({
        "version": 1,
        "stacks": report.rendered.stacks,
        "files": report.rendered.files,
        "summary": report.summary(),
        "drift": drifts,
        "diagnostics": diagnostics::json_value(&report.rendered.diagnostics, report.sources),
    })
}

fn drift(drift: &Drift) -> Value {
    json!({
        "path": drift.path,
        "class": drift.class.name(),
        "code": drift.class.code().id,
        "diff": drift.diff(),
    })
}
