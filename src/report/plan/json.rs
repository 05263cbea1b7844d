//! For other programs, ours among them. The shape is part of the interface: fields are added, never
//! renamed or taken away, and `version` says when that has to change. docs/plan.md describes it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PlanReport;
use crate::plan::compare::Planned;
use crate::plan::deny::denied;
use crate::plan::group::{self, group};
use crate::plan::summary::{
    Action, AttributeChange, Change, Forces, Origin, Output as Changed, Protection,
    Shown as ShownValue, Summary,
};
use crate::report::diagnostics;
use crate::report::json::{Problem, Unreadable, VERSION, read};

/// A plan as one JSON value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Of the shape: 1.
    pub version: u32,
    /// True when the provider was simulated.
    pub offline: bool,
    /// What it is compared with.
    pub base: String,
    /// One line for people.
    pub summary: String,
    /// True when anything changes.
    pub changes: bool,
    /// How many roots nothing has touched.
    pub untouched: usize,
    /// What the plan cannot know.
    pub note: Option<String>,
    /// What was planned.
    pub roots: Vec<Root>,
    /// What is wrong, or is to be known.
    pub diagnostics: Vec<Problem>,
}

/// A root that was planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Root {
    /// `shop`, `shop/production`, or a folder.
    pub name: String,
    /// False when there is no plan: the diagnostics say why.
    pub planned: bool,
    /// How many resources of each action, the worst first, and `maybe_replace`.
    pub counts: Option<IndexMap<String, usize>>,
    /// What changes, by component.
    pub components: Option<Vec<Component>>,
    /// Outputs that change.
    pub outputs: Option<Vec<Output>>,
    /// What `--deny` forbids.
    pub denied: Option<Vec<Denied>>,
    /// Modules that could not be looked into.
    pub unseen: Vec<Unseen>,
    /// Providers of another major version than the facts.
    pub other_versions: Vec<OtherVersion>,
}

/// What a rule of `--deny` forbids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Denied {
    /// The rule.
    pub rule: String,
    /// The resource's address.
    pub address: String,
}

/// A module that could not be looked into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unseen {
    /// Its call's name.
    pub module: String,
    /// Where it comes from.
    pub source: String,
}

/// A provider of another major version than the facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OtherVersion {
    /// Its name.
    pub provider: String,
    /// What the root wants.
    pub wanted: String,
    /// What is known.
    pub known: String,
}

/// A component with changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// What people call it: `loaders.source`, `module.other`; empty for the root itself.
    pub name: String,
    /// Its kind, where it is one of ours.
    pub kind: Option<String>,
    /// One line for people, where there is one.
    pub headline: Option<String>,
    /// Its changes, the worst first.
    pub groups: Vec<Group>,
}

/// Resources that change in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// `create`, `update`, `replace`, `destroy`, `import`, `move` or `forget`.
    pub action: String,
    /// The resources' type.
    #[serde(rename = "type")]
    pub ty: String,
    /// True when they hold data.
    pub stateful: bool,
    /// `holds` or `gone`, where `prevent_destroy` is or was there.
    pub protection: Option<String>,
    /// True when they only follow from another change.
    pub follows: bool,
    /// True when the real provider may turn an update into a replacement.
    pub may_be_replaced: bool,
    /// What happens, in words.
    pub words: String,
    /// Terraform's reason.
    pub reason: Option<String>,
    /// What changes.
    pub attributes: Vec<Attribute>,
    /// Which resources.
    pub resources: Vec<Resource>,
}

/// A resource that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// `module.api.aws_ecs_service.this`.
    pub address: String,
    /// The keys of `for_each` and `count` on the way to it.
    pub keys: Vec<String>,
    /// Its address before.
    pub moved_from: Option<String>,
    /// What AWS calls what is imported.
    pub imported: Option<String>,
}

/// An attribute that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// `setting[0].value`.
    pub path: String,
    /// Before.
    pub old: Shown,
    /// After.
    pub new: Shown,
    /// True when it is what forces a replacement.
    pub forces: bool,
    /// True when it may force one.
    pub may_force: bool,
    /// When it does.
    pub condition: Option<String>,
}

/// An output that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// As of a group.
    pub action: String,
    /// Before.
    pub old: Shown,
    /// After.
    pub new: Shown,
}

/// A value, or why there is none to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// The value.
    Value(Value),
    /// `unknown`, `sensitive` or `simulated`.
    Hidden(String),
}

impl Plan {
    /// What `stackwright plan --format json` has printed.
    ///
    /// # Errors
    /// When the text is something else.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        read(text)
    }

    /// Of a report.
    pub fn of(report: &PlanReport<'_>) -> Self {
        Self {
            version: VERSION,
            offline: report.origin == Origin::Simulated,
            base: report.base.to_owned(),
            summary: report.summary(),
            changes: report.has_changes(),
            untouched: report.unchanged,
            note: report.honesty(),
            roots: report.planned.iter().map(|planned| root(planned, report)).collect(),
            diagnostics: diagnostics::json(&report.diagnostics(), report.sources),
        }
    }
}

fn root(planned: &Planned, report: &PlanReport<'_>) -> Root {
    let summary = planned.summary.as_ref();
    let others = planned.other_versions.iter().map(|it| OtherVersion {
        provider: it.provider.to_string(),
        wanted: it.wanted.to_string(),
        known: it.known.to_string(),
    });
    Root {
        name: planned.name.clone(),
        planned: summary.is_some(),
        counts: summary.map(counts),
        components: summary.map(|summary| group(summary).iter().map(component).collect()),
        outputs: summary.map(|summary| summary.outputs.iter().map(output).collect()),
        denied: summary.map(|summary| {
            let denied = denied(summary, report.deny).into_iter();
            let denied = denied.map(|(rule, change)| Denied {
                rule: rule.to_string(),
                address: change.address.clone(),
            });
            denied.collect()
        }),
        unseen: planned
            .unseen
            .iter()
            .map(|(name, source)| Unseen { module: name.clone(), source: source.clone() })
            .collect(),
        other_versions: others.collect(),
    }
}

fn counts(summary: &Summary) -> IndexMap<String, usize> {
    let counts = Action::ALL.map(|action| (action.name().to_owned(), summary.count(action)));
    let maybe = ("maybe_replace".to_owned(), summary.maybe_replaced());
    counts.into_iter().chain([maybe]).collect()
}

fn component(component: &group::Component<'_>) -> Component {
    let groups = component.groups.iter().map(|group| {
        let first = group.first();
        Group {
            action: first.action.name().to_owned(),
            ty: first.ty.clone(),
            stateful: first.is_stateful(),
            protection: first.protection.map(|protection| {
                let name = match protection {
                    Protection::Holds => "holds",
                    Protection::Gone => "gone",
                };
                name.to_owned()
            }),
            follows: first.follows,
            may_be_replaced: first.may_be_replaced(),
            words: group.words(),
            reason: first.reason.map(str::to_owned),
            attributes: first.attributes.iter().map(attribute).collect(),
            resources: group.changes.iter().map(|change| resource(change)).collect(),
        }
    });
    Component {
        name: component.name.clone(),
        kind: component.kind.map(str::to_owned),
        headline: component.headline(),
        groups: groups.collect(),
    }
}

fn resource(change: &Change) -> Resource {
    Resource {
        address: change.address.clone(),
        keys: change.keys.clone(),
        moved_from: change.moved_from.clone(),
        imported: change.imported.clone(),
    }
}

fn attribute(attribute: &AttributeChange) -> Attribute {
    Attribute {
        path: attribute.path.clone(),
        old: shown(&attribute.old),
        new: shown(&attribute.new),
        forces: attribute.forces == Forces::Yes,
        may_force: matches!(attribute.forces, Forces::Maybe(_)),
        condition: match &attribute.forces {
            Forces::Maybe(words) => words.clone(),
            Forces::No | Forces::Yes => None,
        },
    }
}

fn output(output: &Changed) -> Output {
    Output {
        name: output.name.clone(),
        action: output.action.name().to_owned(),
        old: shown(&output.old),
        new: shown(&output.new),
    }
}

fn shown(shown: &ShownValue) -> Shown {
    match shown {
        ShownValue::Null => Shown::Value(Value::Null),
        ShownValue::Known(value) => Shown::Value(value.clone()),
        ShownValue::Unknown => Shown::Hidden("unknown".to_owned()),
        ShownValue::Sensitive => Shown::Hidden("sensitive".to_owned()),
        ShownValue::Simulated => Shown::Hidden("simulated".to_owned()),
    }
}
