//! For other programs. The shape is part of the interface: fields are added, never renamed or taken
//! away, and `version` says when that has to change. docs/plan.md describes it.

use serde_json::{Value, json};

use super::PlanReport;
use crate::plan::compare::Planned;
use crate::plan::deny::denied;
use crate::plan::group::{Component, group};
use crate::plan::summary::{
    Action, AttributeChange, Change, Forces, Origin, Output, Protection, Shown, Summary,
};
use crate::report::diagnostics;

/// The report as one JSON value.
pub fn plan(report: &PlanReport<'_>) -> Value {
    json!({
        "version": 1,
        "offline": report.origin == Origin::Simulated,
        "base": report.base,
        "summary": report.summary(),
        "changes": report.has_changes(),
        "untouched": report.unchanged,
        "note": report.honesty(),
        "roots": report.planned.iter().map(|planned| root(planned, report)).collect::<Vec<_>>(),
        "diagnostics": diagnostics::json_value(&report.diagnostics(), report.sources),
    })
}

fn root(planned: &Planned, report: &PlanReport<'_>) -> Value {
    let summary = planned.summary.as_ref();
    let unseen: Vec<Value> = planned
        .unseen
        .iter()
        .map(|(name, source)| json!({"module": name, "source": source}))
        .collect();
    let others: Vec<Value> = planned
        .other_versions
        .iter()
        .map(|it| json!({"provider": it.provider, "wanted": it.wanted, "known": it.known}))
        .collect();
    json!({
        "name": planned.name,
        "planned": summary.is_some(),
        "counts": summary.map(counts),
        "components": summary.map(|summary| {
            group(summary).iter().map(component).collect::<Vec<_>>()
        }),
        "outputs": summary.map(|summary| summary.outputs.iter().map(output).collect::<Vec<_>>()),
        "denied": summary.map(|summary| {
            let denied = denied(summary, report.deny).into_iter();
            denied
                .map(|(rule, change)| json!({"rule": rule.to_string(), "address": change.address}))
                .collect::<Vec<_>>()
        }),
        "unseen": unseen,
        "other_versions": others,
    })
}

fn counts(summary: &Summary) -> Value {
    let counts = Action::ALL.map(|action| (action.name().to_owned(), json!(summary.count(action))));
    let maybe = ("maybe_replace".to_owned(), json!(summary.maybe_replaced()));
    Value::Object(counts.into_iter().chain([maybe]).collect())
}

fn component(component: &Component<'_>) -> Value {
    let groups = component.groups.iter().map(|group| {
        let first = group.first();
        json!({
            "action": first.action.name(),
            "type": first.ty,
            "stateful": first.is_stateful(),
            "protection": first.protection.map(|protection| match protection {
                Protection::Holds => "holds",
                Protection::Gone => "gone",
            }),
            "follows": first.follows,
            "may_be_replaced": first.may_be_replaced(),
            "words": group.words(),
            "reason": first.reason,
            "attributes": first.attributes.iter().map(attribute).collect::<Vec<_>>(),
            "resources": group.changes.iter().map(|change| resource(change)).collect::<Vec<_>>(),
        })
    });
    json!({
        "name": component.name,
        "kind": component.kind,
        "headline": component.headline(),
        "groups": groups.collect::<Vec<_>>(),
    })
}

fn resource(change: &Change) -> Value {
    json!({
        "address": change.address,
        "keys": change.keys,
        "moved_from": change.moved_from,
        "imported": change.imported,
    })
}

fn attribute(attribute: &AttributeChange) -> Value {
    json!({
        "path": attribute.path,
        "old": shown(&attribute.old),
        "new": shown(&attribute.new),
        "forces": attribute.forces == Forces::Yes,
        "may_force": matches!(attribute.forces, Forces::Maybe(_)),
        "condition": match &attribute.forces {
            Forces::Maybe(words) => words.as_deref(),
            Forces::No | Forces::Yes => None,
        },
    })
}

fn output(output: &Output) -> Value {
    json!({
        "name": output.name,
        "action": output.action.name(),
        "old": shown(&output.old),
        "new": shown(&output.new),
    })
}

/// `{"value": …}`, or why there is none to show.
fn shown(shown: &Shown) -> Value {
    match shown {
        Shown::Null => json!({"value": null}),
        Shown::Known(value) => json!({"value": value}),
        Shown::Unknown => json!({"hidden": "unknown"}),
        Shown::Sensitive => json!({"hidden": "sensitive"}),
        Shown::Simulated => json!({"hidden": "simulated"}),
    }
}
