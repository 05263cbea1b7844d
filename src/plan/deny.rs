//! What a plan may not do.

use std::fmt;
use std::str::FromStr;

use super::summary::{Action, Change, Summary};

/// A rule such as `replace:stateful`, `destroy`, `destroy:protected` or `replace:aws_lb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deny {
    event: Event,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Action(Action),
    /// It is updated, and may be replaced.
    MaybeReplace,
}

impl Event {
    const ALL: [Self; 8] = [
        Self::Action(Action::Replace),
        Self::MaybeReplace,
        Self::Action(Action::Destroy),
        Self::Action(Action::Update),
        Self::Action(Action::Create),
        Self::Action(Action::Import),
        Self::Action(Action::Move),
        Self::Action(Action::Forget),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Action(action) => action.name(),
            Self::MaybeReplace => "maybe-replace",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Everything,
    Stateful,
    /// What `prevent_destroy` keeps, or kept until its block was taken out.
    Protected,
    Type(String),
}

/// What is denied wherever nobody says otherwise: what would end with what somebody has protected.
pub fn always() -> Vec<Deny> {
    [Action::Replace, Action::Destroy]
        .map(|action| Deny { event: Event::Action(action), what: What::Protected })
        .into()
}

/// What is denied where nobody watches: what loses data.
pub fn in_ci() -> Vec<Deny> {
    [Action::Replace, Action::Destroy]
        .map(|action| Deny { event: Event::Action(action), what: What::Stateful })
        .into()
}

impl Deny {
    /// True for a change that the rule forbids.
    pub fn forbids(&self, change: &Change) -> bool {
        let happens = match self.event {
            Event::Action(action) => change.action == action,
            Event::MaybeReplace => change.may_be_replaced(),
        };
        happens && self.is_about(change)
    }

    fn is_about(&self, change: &Change) -> bool {
        match &self.what {
            What::Everything => true,
            What::Stateful => change.is_stateful(),
            What::Protected => change.protection.is_some(),
            What::Type(ty) => change.ty == *ty,
        }
    }

    /// What would become of a change that it forbids: `replaced`.
    pub fn done(&self, change: &Change) -> &'static str {
        match self.event {
            Event::Action(_) => change.action.done(),
            Event::MaybeReplace => "updated or replaced",
        }
    }
}

impl FromStr for Deny {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (event, what) = text.split_once(':').unwrap_or((text, ""));
        let event = Event::ALL.into_iter().find(|known| known.name() == event).ok_or_else(|| {
            let known = Event::ALL.map(Event::name).join("`, `");
            format!("`{event}` is no action: write `{known}`, alone or before `:stateful`, `:protected` or `:<resource type>`")
        })?;
        let what = match what {
            "" => What::Everything,
            "stateful" => What::Stateful,
            "protected" => What::Protected,
            ty => What::Type(ty.to_owned()),
        };
        Ok(Self { event, what })
    }
}

impl fmt::Display for Deny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Everything => f.write_str(self.event.name()),
            What::Stateful => write!(f, "{}:stateful", self.event.name()),
            What::Protected => write!(f, "{}:protected", self.event.name()),
            What::Type(ty) => write!(f, "{}:{ty}", self.event.name()),
        }
    }
}

/// The changes that some rule forbids, each with the first such rule.
pub fn denied<'a>(summary: &'a Summary, rules: &'a [Deny]) -> Vec<(&'a Deny, &'a Change)> {
    let found = summary.changes.iter().filter_map(|change| {
        let rule = rules.iter().find(|rule| rule.forbids(change))?;
        Some((rule, change))
    });
    found.collect()
}

/// The changes that nobody forbids and that would be worth a word if they replaced: what holds
/// data, and what may not be replaced.
pub fn doubtful<'a>(summary: &'a Summary, rules: &'a [Deny]) -> impl Iterator<Item = &'a Change> {
    let replacing = |rule: &&Deny| matches!(rule.event, Event::Action(Action::Replace));
    summary.changes.iter().filter(move |change| {
        change.may_be_replaced()
            && !rules.iter().any(|rule| rule.forbids(change))
            && (change.is_stateful()
                || rules.iter().filter(replacing).any(|rule| rule.is_about(change)))
    })
}
