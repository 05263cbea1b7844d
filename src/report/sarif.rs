//! For code scanning: SARIF 2.1.0.

use serde_json::Value;

use super::{Report, diagnostics};

/// The report as a SARIF log.
pub fn check(report: &Report<'_>) -> Value {
    let (all, sources) = report.all();
    diagnostics::sarif(&all, &sources)
}
