//! Protected components that a render takes out of a root.
//!
//! Terraform does not refuse to destroy what nothing describes any more, so this is said before the
//! files are gone that said it was protected.

use std::collections::BTreeSet;

use super::compare::Drift;
use crate::component::{self, Vocabulary};
use crate::diagnostic::{Diagnostic, codes};
use crate::plan::group::title;
use crate::project::Project;

/// Warns of the calls of modules that protect something, in files of roots, that no file has any
/// more; neither under another label.
pub fn check(project: &Project, drifts: &[Drift]) -> Vec<Diagnostic> {
    let vocabulary = project.program.vocabulary();
    let stacks = format!("{}/", project.stacks());
    let (mut gone, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for drift in drifts.iter().filter(|drift| drift.path.starts_with(&stacks)) {
        let Some((root, _)) = drift.path.rsplit_once('/') else { continue };
        let old = drift.found_text();
        gone.extend(protecting(vocabulary, &old).map(|call| (root.to_owned(), call.to_owned())));
        for line in drift.expected.iter().flat_map(|text| text.lines()) {
            let moved = line.trim_start().strip_prefix("from = module.");
            let call = moved.or_else(|| name(line)).map(|call| (root.to_owned(), call.to_owned()));
            kept.extend(call);
        }
    }
    // The layer that has it now, and had not.
    let moved_to = |root: &str, call: &str| {
        let parent = |path: &str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
        let has = |text: &str| text.lines().any(|line| name(line) == Some(call));
        let mut others = drifts.iter().filter_map(|drift| {
            let (other, _) = drift.path.rsplit_once('/')?;
            let new = has(drift.expected.as_deref()?) && !has(&drift.found_text());
            (new && other != root && parent(other) == parent(root)).then(|| other.to_owned())
        });
        others.next()
    };
    let own = project.program.own_kinds();
    let warning = |(root, call): &(String, String)| {
        let (_, component) = title(Some(call), &own);
        let diagnostic = Diagnostic::warning(
            codes::PROTECTED,
            format!("`{component}` was protected, and is taken out of `{root}`"),
        )
        .help("Terraform then destroys it: its protection goes with its block");
        if let Some(other) = moved_to(root, call) {
            let layer = root.rsplit('/').next().unwrap_or(root);
            return diagnostic.help(format!(
                "`{other}` has it now, and would make another: `moved_from_layer = \"{layer}\"` in it \
                 keeps what is there"
            ));
        }
        diagnostic.help(format!(
            "put it back; if it is really meant to go, write `protect = false` in `{component}`, \
             apply that, and then take it out"
        ))
    };
    gone.difference(&kept).map(warning).collect()
}

/// The name of the module call that a line begins.
fn name(line: &str) -> Option<&str> {
    line.strip_prefix("module \"")?.strip_suffix("\" {")
}

/// The calls in a rendered file of modules that protect something.
fn protecting<'a>(vocabulary: &'a Vocabulary, text: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = text.lines().zip(text.lines().skip(1));
    lines.filter_map(|(line, next)| {
        let source = next.trim().strip_prefix("source = \"")?.strip_suffix('"')?;
        let module = source.rsplit('/').next()?;
        let protects = |kind: &component::Kind| {
            let is_it = kind.module.is_some_and(|it| it.name == module);
            is_it && kind.unprotected().is_some()
        };
        name(line).filter(|_| vocabulary.kinds().iter().any(protects))
    })
}
