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
    Shown as ShownValue, Summary, counted,
};
use crate::report::json::{Problem, Unreadable, VERSION, read};
use crate::report::{self, diagnostics};

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
        let roots: Vec<Root> = report.planned.iter().map(|planned| root(planned, report)).collect();
        Self {
            version: VERSION,
            offline: report.origin == Origin::Simulated,
            base: report.base.to_owned(),
            summary: summary(&roots, report.base, report.unchanged),
            changes: report.has_changes(),
            untouched: report.unchanged,
            note: report.honesty(),
            roots,
            diagnostics: diagnostics::json(&report.diagnostics(), report.sources),
        }
    }
}

/// One line that says how roots stand.
pub fn summary(roots: &[Root], base: &str, untouched: usize) -> String {
    let failed = roots.iter().filter(|root| !root.planned).count();
    let mut words: Vec<String> = Vec::new();
    if failed > 0 {
        words.push(format!("{failed} without a plan"));
    }
    words.extend(counts_of(roots));
    if words.is_empty() {
        let changes = roots.iter().any(Root::has_changes);
        words.push(if changes { "only outputs change" } else { "no changes" }.to_owned());
    }
    let rest = match untouched {
        0 => String::new(),
        count => format!(" ({count} more untouched)"),
    };
    let roots = report::count(roots.len(), "root");
    format!("{roots} against {base}{rest}: {}", words.join(", "))
}

/// `2 to replace`, `1 to update (1 may be replaced)`: what happens in all of these, the worst first.
pub fn counts_of<'a>(roots: impl IntoIterator<Item = &'a Root>) -> Vec<String> {
    let mut sums = IndexMap::<&str, usize>::new();
    for (name, count) in roots.into_iter().flat_map(|root| root.counts.iter().flatten()) {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(*count);
    }
    let sum = |name: &str| sums.get(name).copied().unwrap_or_default();
    counted(&|action| sum(action.name()), sum(MAYBE_REPLACE))
}

impl Root {
    /// True when something happens.
    pub fn has_changes(&self) -> bool {
        let any = |count: Option<usize>| count.is_some_and(|count| count > 0);
        any(self.components.as_ref().map(Vec::len)) || any(self.outputs.as_ref().map(Vec::len))
    }

    /// `2 to replace, 1 to update`, `no changes` or `no plan`.
    pub fn words(&self) -> String {
        if !self.planned {
            return "no plan".to_owned();
        }
        let mut words = counts_of([self]);
        let outputs = self.outputs.as_ref().map_or(0, Vec::len);
        if words.is_empty() && outputs > 0 {
            words.push(report::count(outputs, "output"));
        }
        if words.is_empty() { "no changes".to_owned() } else { words.join(", ") }
    }

    /// Its groups, each with its component.
    pub fn groups(&self) -> impl Iterator<Item = (&Component, &Group)> {
        let components = self.components.iter().flatten();
        components.flat_map(|component| component.groups.iter().map(move |it| (component, it)))
    }
}

impl Component {
    /// What people call it, also where it has no name.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { "the root itself" } else { &self.name }
    }
}

impl Group {
    /// `12 task definitions`
    pub fn things(&self) -> String {
        group::things(&self.ty, self.resources.len())
    }

    /// What becomes of it: `replaced`, or `updated, may be replaced`.
    pub fn done(&self) -> String {
        let done = Action::named(&self.action).map_or(&*self.action, |action| action.done());
        let note = if self.may_be_replaced { ", may be replaced" } else { "" };
        format!("{done}{note}")
    }

    /// True where something ends: it is replaced or destroyed.
    pub fn goes(&self) -> bool {
        matches!(Action::named(&self.action), Some(Action::Replace | Action::Destroy))
    }

    /// True where something goes, or may, and data with it.
    pub fn may_lose_data(&self) -> bool {
        (self.goes() || self.may_be_replaced) && (self.stateful || self.protection.is_some())
    }

    /// `protected`, or `was protected`.
    pub fn protection(&self) -> Option<&'static str> {
        let all = [Protection::Holds, Protection::Gone];
        let named = |it: &Protection| Some(protection_name(*it)) == self.protection.as_deref();
        all.into_iter().find(named).map(Protection::words)
    }

    /// The attributes that force a replacement.
    pub fn forcing(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.forces)
    }
}

impl Attribute {
    /// Why its change may replace its resource, where it may.
    pub fn maybe(&self) -> Option<String> {
        self.may_force.then(|| match &self.condition {
            Some(words) => format!("may force a replacement: {words}"),
            None => "may force a replacement".to_owned(),
        })
    }
}

impl Shown {
    /// It in so many characters.
    pub fn limited(&self, most: usize) -> String {
        match self {
            Self::Value(value) => group::cut(value.to_string(), most),
            Self::Hidden(why) if why == "unknown" => "(known after apply)".to_owned(),
            Self::Hidden(why) => format!("({why})"),
        }
    }
}

/// The word for updates that may turn out to be replacements.
const MAYBE_REPLACE: &str = "maybe_replace";

fn protection_name(protection: Protection) -> &'static str {
    match protection {
        Protection::Holds => "holds",
        Protection::Gone => "gone",
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
    let maybe = (MAYBE_REPLACE.to_owned(), summary.maybe_replaced());
    counts.into_iter().chain([maybe]).collect()
}

fn component(component: &group::Component<'_>) -> Component {
    let groups = component.groups.iter().map(|group| {
        let first = group.first();
        Group {
            action: first.action.name().to_owned(),
            ty: first.ty.clone(),
            stateful: first.is_stateful(),
            protection: first.protection.map(|it| protection_name(it).to_owned()),
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
