//! What a plan may not do.

use std::fmt;
use std::str::FromStr;

use super::summary::{Action, Change, Summary};

/// A rule such as `replace:stateful`, `destroy` or `replace:aws_lb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deny {
    action: Action,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Everything,
    Stateful,
    Type(String),
}

/// What is denied where nobody watches: what loses data.
pub fn in_ci() -> Vec<Deny> {
    [Action::Replace, Action::Destroy].map(|action| Deny { action, what: What::Stateful }).into()
}

impl Deny {
    /// True for a change that the rule forbids.
    pub fn forbids(&self, change: &Change) -> bool {
        let what = match &self.what {
            What::Everything => true,
            What::Stateful => change.is_stateful(),
            What::Type(ty) => change.ty == *ty,
        };
        change.action == self.action && what
    }
}

impl FromStr for Deny {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (action, what) = text.split_once(':').unwrap_or((text, ""));
        let action = Action::ALL.into_iter().find(|known| known.name() == action).ok_or_else(|| {
            let known = Action::ALL.map(Action::name).join("`, `");
            format!("`{action}` is no action: write `{known}`, alone or before `:stateful` or `:<resource type>`")
        })?;
        let what = match what {
            "" => What::Everything,
            "stateful" => What::Stateful,
            ty => What::Type(ty.to_owned()),
        };
        Ok(Self { action, what })
    }
}

impl fmt::Display for Deny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Everything => f.write_str(self.action.name()),
            What::Stateful => write!(f, "{}:stateful", self.action.name()),
            What::Type(ty) => write!(f, "{}:{ty}", self.action.name()),
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
