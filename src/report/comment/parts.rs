//! What a comment is made of: parts from one run or from many.

use std::collections::BTreeMap;

use super::Section;
use crate::report::check_summary;
use crate::report::json::{Check, Problem};
use crate::report::plan::json::{Plan, summary};

/// What there is to tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts {
    /// What a check found.
    pub check: Option<Check>,
    /// What a plan does.
    pub plan: Option<Plan>,
    /// The names of parts that there should be and are not.
    pub missing: Vec<String>,
    /// What else there is, in its order.
    pub sections: Vec<Section>,
}

/// Why parts do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Apart {
    /// Two parts are about the same.
    #[error("`{first}` and `{second}` are both about `{what}`")]
    Twice {
        /// The first part.
        first: String,
        /// The second.
        second: String,
        /// A root or a stack.
        what: String,
    },
    /// Two plans compare with different things.
    #[error("`{first}` is a plan against {one}, and `{second}` one against {other}")]
    Bases {
        /// The first part.
        first: String,
        /// What it compares with.
        one: String,
        /// The second.
        second: String,
        /// What that compares with.
        other: String,
    },
    /// One was made with a real provider, and the other without.
    #[error("`{first}` is a plan without credentials, and `{second}` is a live one")]
    Live {
        /// The simulated one.
        first: String,
        /// The live one.
        second: String,
    },
}

impl Parts {
    /// Puts parts together, each with the name of its file. The result does not depend on their
    /// order.
    ///
    /// # Errors
    /// All reasons why they do not belong together.
    pub fn together(
        checks: Vec<(String, Check)>,
        plans: Vec<(String, Plan)>,
        mut missing: Vec<String>,
    ) -> Result<Self, Vec<Apart>> {
        let mut apart = Vec::new();
        let check = one_check(checks, &mut apart);
        let plan = one_plan(plans, &mut apart);
        missing.sort();
        missing.dedup();
        match apart.is_empty() {
            true => Ok(Self { check, plan, missing, sections: Vec::new() }),
            false => Err(apart),
        }
    }

    /// True where there is nothing to tell.
    pub fn is_quiet(&self) -> bool {
        self.missing.is_empty()
            && self.sections.is_empty()
            && self.check.iter().all(|it| it.drift.is_empty() && it.diagnostics.is_empty())
            && self.plan.iter().all(Plan::is_quiet)
    }

    /// Everything that is wrong or is to be known, once: errors first, then by place.
    pub fn problems(&self) -> Vec<&Problem> {
        let check = self.check.iter().flat_map(|check| &check.diagnostics);
        let plan = self.plan.iter().flat_map(|plan| &plan.diagnostics);
        let mut problems: Vec<&Problem> = check.chain(plan).collect();
        problems.sort_by_key(|problem| order(problem));
        problems.dedup();
        problems
    }
}

type Order<'a> = (bool, &'a Option<String>, Option<(usize, usize)>, &'a str, &'a str, &'a [String]);

fn order(problem: &Problem) -> Order<'_> {
    let start = problem.start.map(|start| (start.line, start.column));
    let Problem { severity, path, code, message, help, .. } = problem;
    (severity != "error", path, start, code, message, help)
}

/// Complains where something is in two parts.
fn twice<'a>(parts: impl Iterator<Item = (&'a String, &'a String)>, apart: &mut Vec<Apart>) {
    let mut seen = BTreeMap::new();
    for (file, what) in parts {
        if let Some(first) = seen.insert(what, file) {
            apart.push(Apart::Twice {
                first: first.clone(),
                second: file.clone(),
                what: what.clone(),
            });
        }
    }
}

fn one_check(checks: Vec<(String, Check)>, apart: &mut Vec<Apart>) -> Option<Check> {
    twice(
        checks.iter().flat_map(|(file, check)| check.stacks.iter().map(move |it| (file, it))),
        apart,
    );
    let mut parts = checks.into_iter().map(|(_, check)| check);
    let mut all = parts.next()?;
    for check in parts {
        all.stacks.extend(check.stacks);
        all.files = all.files.saturating_add(check.files);
        all.drift.extend(check.drift);
        all.diagnostics.extend(check.diagnostics);
    }
    all.stacks.sort();
    all.drift.sort_by(|a, b| (&a.path, &a.class, &a.diff).cmp(&(&b.path, &b.class, &b.diff)));
    // The modules are every stack's.
    all.drift.dedup();
    all.diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    all.diagnostics.dedup();
    let classes: Vec<&str> = all.drift.iter().map(|drift| drift.class.as_str()).collect();
    let errors = all.diagnostics.iter().filter(|it| it.severity == "error").count();
    all.summary = check_summary(&all.stacks, all.files, &classes, errors);
    Some(all)
}

fn one_plan(plans: Vec<(String, Plan)>, apart: &mut Vec<Apart>) -> Option<Plan> {
    twice(
        plans.iter().flat_map(|(file, plan)| plan.roots.iter().map(move |it| (file, &it.name))),
        apart,
    );
    if let Some((first, one)) = plans.first() {
        for (second, other) in &plans[1..] {
            if one.offline != other.offline {
                let (first, second) = if one.offline { (first, second) } else { (second, first) };
                apart.push(Apart::Live { first: first.clone(), second: second.clone() });
            } else if one.base != other.base {
                apart.push(Apart::Bases {
                    first: first.clone(),
                    one: one.base.clone(),
                    second: second.clone(),
                    other: other.base.clone(),
                });
            }
        }
    }
    let mut notes: Vec<String> = plans.iter().filter_map(|(_, plan)| plan.note.clone()).collect();
    notes.sort();
    notes.dedup();
    let mut parts = plans.into_iter().map(|(_, plan)| plan);
    let mut all = parts.next()?;
    for plan in parts {
        all.changes |= plan.changes;
        all.untouched = all.untouched.saturating_add(plan.untouched);
        all.roots.extend(plan.roots);
        all.diagnostics.extend(plan.diagnostics);
    }
    all.roots.sort_by(|a, b| a.name.cmp(&b.name));
    all.diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    all.diagnostics.dedup();
    all.note = (!notes.is_empty()).then(|| notes.join("; "));
    all.summary = summary(&all.roots, &all.base, all.untouched);
    Some(all)
}
