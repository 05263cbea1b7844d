//! What plans do, for people and programs.

pub mod github;
pub mod json;
pub mod terminal;

use std::collections::BTreeSet;

use crate::component;
use crate::diagnostic::{Diagnostic, Severity, Sources, codes};
use crate::plan::compare::Planned;
use crate::plan::deny::{Deny, denied, doubtful};
use crate::plan::group::title;
use crate::plan::summary::{Change, Origin, Protection, Summary};
use crate::plan::versions::OtherVersion;

/// The plans of one run.
#[derive(Debug)]
pub struct PlanReport<'a> {
    /// What is to be known before the roots.
    pub first: &'a [Diagnostic],
    /// The roots, in their order.
    pub planned: &'a [Planned],
    /// How many more have not changed, and were not planned.
    pub unchanged: usize,
    /// What they are compared with, as people know it.
    pub base: &'a str,
    /// Whether the state was simulated.
    pub origin: Origin,
    /// What no plan may do.
    pub deny: &'a [Deny],
    /// The files that places refer to.
    pub sources: &'a Sources,
}

/// Says for which attributes the real provider may replace a resource.
fn because(mut diagnostic: Diagnostic, change: &Change) -> Diagnostic {
    for (path, words) in change.conditions() {
        diagnostic = diagnostic.help(match words {
            Some(words) => format!("`{path}` changes; what replaces is {words}"),
            None => format!("`{path}` changes, which replaces under a condition"),
        });
    }
    diagnostic
}

/// Says which attributes replace a resource.
fn forced(diagnostic: Diagnostic, change: &Change) -> Diagnostic {
    let forcing: Vec<&str> = change.forcing().map(|attribute| attribute.path.as_str()).collect();
    match forcing.as_slice() {
        [] => diagnostic,
        paths => diagnostic.help(format!("because of `{}`", paths.join("`, `"))),
    }
}

/// What lets a denied change pass.
const LET_PASS: &str = "`--deny none` lets it pass, once somebody has looked at it";

/// How a thing loses its protection: that of a component in its description, any other's in
/// Terraform.
fn unprotect(change: &Change, own: &[&'static str]) -> String {
    let (kind, name) = title(change.modules.first().map(String::as_str), own);
    let is_it = |other: &&component::Kind| Some(other.name) == kind;
    let ours = component::kinds().iter().find(is_it);
    let protects = ours.is_some_and(|kind| kind.unprotected().is_some());
    match protects {
        true => format!("write `protect = false` in `{name}`"),
        false => "take out its `prevent_destroy`".to_owned(),
    }
}

impl PlanReport<'_> {
    /// What is said of a protected resource that would go.
    fn protected(&self, planned: &Planned, change: &Change, protection: Protection) -> Diagnostic {
        let root = &planned.name;
        let own = planned.summary.as_ref().map_or(&[][..], |summary| &summary.kinds);
        let Change { address, .. } = change;
        let done = change.action.done();
        let unprotect = unprotect(change, own);
        match protection {
            Protection::Holds => {
                let message = format!("`{address}` is protected, and would be {done} in `{root}`");
                forced(Diagnostic::error(codes::PROTECTED, message), change)
                    .help("Terraform refuses to apply this")
                    .help(format!("if it is really meant, {unprotect}, apply that, and then this"))
            }
            Protection::Gone => {
                let message = format!(
                    "`{address}` was protected, and would be {done} in `{root}`: nothing describes \
                     it any more, and its protection went with it"
                );
                let mut diagnostic = Diagnostic::error(codes::PROTECTED, message);
                if !self.deny.iter().any(|rule| rule.forbids(change)) {
                    diagnostic.severity = Severity::Warning;
                }
                diagnostic.help(format!(
                    "put it back, or say `renamed_from` where it has another label now; if it is \
                     really meant to go, {unprotect}, apply that, and then \
                     take it out; {LET_PASS}"
                ))
            }
        }
    }

    /// Everything that is wrong, and what is denied last.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let of_roots = self.planned.iter().flat_map(|planned| &planned.diagnostics);
        let mut all: Vec<Diagnostic> = self.first.iter().chain(of_roots).cloned().collect();
        for planned in self.planned {
            for (change, protection) in planned.summary.iter().flat_map(Summary::protected) {
                all.push(self.protected(planned, change, protection));
            }
            let denied = planned.summary.iter().flat_map(|summary| denied(summary, self.deny));
            for (rule, change) in denied.filter(|(_, change)| change.protection.is_none()) {
                let diagnostic = Diagnostic::error(
                    codes::DENIED,
                    format!(
                        "`{}` would be {} in `{}`",
                        change.address,
                        rule.done(change),
                        planned.name
                    ),
                );
                all.push(
                    because(forced(diagnostic, change), change)
                        .help(format!("`{rule}` is denied; {LET_PASS}")),
                );
            }
            for change in planned.summary.iter().flat_map(|it| doubtful(it, self.deny)) {
                let diagnostic = Diagnostic::warning(
                    codes::MAY_BE_REPLACED,
                    format!("`{}` may be replaced in `{}`", change.address, planned.name),
                );
                all.push(because(diagnostic, change).help(
                    "only the provider knows: `plan --live` says it; `--deny maybe-replace:stateful` \
                     makes it an error",
                ));
            }
        }
        all
    }

    /// True when something is wrong or denied.
    pub fn has_errors(&self) -> bool {
        self.diagnostics().iter().any(Diagnostic::is_error)
    }

    /// True when something happens.
    pub fn has_changes(&self) -> bool {
        self.planned
            .iter()
            .filter_map(|planned| planned.summary.as_ref())
            .any(|summary| !summary.is_empty())
    }

    /// What such a plan cannot know, in one line.
    pub fn honesty(&self) -> Option<String> {
        if self.origin == Origin::Real {
            return None;
        }
        let left_out: String =
            left_out(self.planned, "planned").iter().map(|note| format!("; {note}")).collect();
        Some(format!(
            "planned offline from the provider's schema and rules: what really runs, quotas, \
             permissions and names that others have are not known{left_out}"
        ))
    }
}

/// What Terraform is not shown of these roots, or is shown otherwise than they want it. `done` is
/// what is done with them, `planned`.
pub fn left_out(planned: &[Planned], done: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let unseen: Vec<String> = planned
        .iter()
        .flat_map(|planned| planned.unseen.iter().map(|(name, _)| format!("`{name}`")))
        .collect();
    if !unseen.is_empty() {
        notes.push(format!(
            "modules that would have to be downloaded are not looked into: {}",
            unseen.join(", ")
        ));
    }
    let others: BTreeSet<&OtherVersion> =
        planned.iter().flat_map(|planned| &planned.other_versions).collect();
    notes.extend(others.iter().map(|OtherVersion { provider, wanted, known }| {
        format!("`{provider}` is {done} as {known}, not as `{wanted}`")
    }));
    if let (false, Some(last)) = (others.is_empty(), notes.last_mut()) {
        last.push_str(
            ": `--schema from-terraform` or `--facts`, from `provider distill`, know that one",
        );
    }
    notes
}
