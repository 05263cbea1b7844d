//! What a change can reach: for people, and for whoever runs something on it.

use serde_json::{Value, json};

use super::snippet::Style;
use super::terminal::{paint, visible};
use super::{count, diagnostics};
use crate::diagnostic::Sources;
use crate::plan::affected::{Affected, Reached, Reason, Standing};
use crate::stack::of_root;

use anstyle::{AnsiColor, Style as Colour};

/// The version of the shape of [`json`].
const VERSION: u64 = 1;

/// The most jobs that a matrix can have (GitHub Docs, "Running variations of jobs in a workflow").
pub const MAX_SHARDS: u16 = 256;

/// Every root with the reasons; what comes the same way stands on one line.
pub fn terminal(affected: &Affected, style: Style) -> String {
    let mut out = String::new();
    for root in &affected.roots {
        let name = paint(&root.name, Colour::new().bold(), style);
        let standing = match root.standing {
            Standing::Present => String::new(),
            Standing::New => " (not rendered yet)".to_owned(),
            Standing::Gone(_) => " (gone)".to_owned(),
        };
        out.push_str(&format!(
            "{name}{}\n",
            paint(&standing, AnsiColor::Yellow.on_default(), style)
        ));
        for (first, more) in grouped(&root.reasons) {
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let way = match first.way.as_slice() {
                [_] | [] => String::new(),
                way => format!("\n    {}", visible(&way.join(" -> "))),
            };
            let (what, path) = (first.via.name(), visible(&first.path));
            out.push_str(&format!("  {what} {path}{more}{way}\n"));
        }
    }
    out.push_str(&summary(affected));
    out.push('\n');
    out
}

/// The first reason of each kind and way, and how many more there are.
fn grouped(reasons: &[Reason]) -> Vec<(&Reason, usize)> {
    let mut groups: Vec<(&Reason, usize)> = Vec::new();
    for reason in reasons {
        match groups.iter_mut().find(|(it, _)| (it.via, &it.way) == (reason.via, &reason.way)) {
            Some((_, more)) => *more += 1,
            None => groups.push((reason, 0)),
        }
    }
    groups.sort_by_key(|(reason, _)| reason.via);
    groups
}

fn summary(affected: &Affected) -> String {
    let others = count(affected.unaffected, "root");
    match affected.roots.len() {
        0 => format!("nothing is affected: the change cannot reach {others}"),
        roots => {
            let roots = count(roots, "root");
            let stacks = count(affected.stacks().len(), "stack");
            format!("{roots} of {stacks} affected; the change cannot reach {others}")
        }
    }
}

/// One root a line.
pub fn names(affected: &Affected) -> String {
    affected.roots.iter().map(|root| format!("{}\n", root.name)).collect()
}

/// For programs: a shape that stays, as `docs/affected.md` tells it.
pub fn json(affected: &Affected, base: &str, head: Option<&str>, sources: &Sources) -> Value {
    let reason = |reason: &Reason| json!({"path": reason.path, "kind": reason.via.name(), "way": reason.way});
    let root = |root: &Reached| {
        json!({
            "name": root.name,
            "stack": of_root(&root.name),
            "folder": root.folder,
            "state": root.standing.name(),
            "reasons": root.reasons.iter().map(reason).collect::<Vec<_>>(),
        })
    };
    json!({
        "version": VERSION,
        "base": base,
        "head": head,
        "stacks": affected.stacks(),
        "roots": affected.roots.iter().map(root).collect::<Vec<_>>(),
        "unaffected": affected.unaffected,
        "diagnostics": diagnostics::json(&affected.diagnostics, sources),
    })
}

/// A matrix of at most so many jobs, with the roots spread evenly over them (GitHub Docs, "Running
/// variations of jobs in a workflow").
pub fn matrix(affected: &Affected, shards: u16) -> Value {
    let roots: Vec<&str> = affected.roots.iter().map(|root| root.name.as_str()).collect();
    let jobs = roots.len().min(usize::from(shards.clamp(1, MAX_SHARDS)));
    let (mut include, mut rest) = (Vec::new(), roots.as_slice());
    for job in 0..jobs {
        let (own, others) = rest.split_at(rest.len().div_ceil(jobs - job));
        rest = others;
        let name = match own {
            [first, .., last] => format!("{first} to {last}"),
            one => one.concat(),
        };
        include.push(json!({"name": name, "stacks": own.join(",")}));
    }
    json!({"include": include})
}

/// What a step of GitHub Actions says to others: the matrix, whether there is anything in it, and
/// how many roots.
pub fn github_output(affected: &Affected, shards: u16) -> String {
    super::github::outputs(&[
        ("matrix", matrix(affected, shards).to_string()),
        ("any", (!affected.roots.is_empty()).to_string()),
        ("count", affected.roots.len().to_string()),
    ])
}

/// The roots whose names cannot stand in a list, of lines or between commas. Nothing with such a name
/// can be rendered.
pub fn unlistable(affected: &Affected) -> impl Iterator<Item = &str> {
    let names = affected.roots.iter().map(|root| root.name.as_str());
    names.filter(|name| name.contains(|c: char| c == ',' || c.is_control()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affected(count: usize) -> Affected {
        let root = |number| Reached {
            name: format!("s{number:03}"),
            folder: format!("stacks/s{number:03}"),
            standing: Standing::Present,
            reasons: Vec::new(),
        };
        Affected { roots: (0..count).map(root).collect(), ..Affected::default() }
    }

    #[test]
    fn roots_are_spread_evenly_over_no_more_jobs_than_a_matrix_can_have() {
        for (roots, shards, jobs) in
            [(0, 10, 0), (1, 10, 1), (7, 3, 3), (300, 256, 256), (300, 999, 256), (1500, 10, 10)]
        {
            let matrix = matrix(&affected(roots), shards);
            let include = matrix["include"].as_array().unwrap();
            assert_eq!(include.len(), jobs);
            let stacks = |job: &Value| job["stacks"].as_str().unwrap().split(',').count();
            let sizes: Vec<usize> = include.iter().map(stacks).collect();
            assert_eq!(sizes.iter().sum::<usize>(), roots, "each root is in one job");
            let (most, least) = (sizes.iter().max(), sizes.iter().min());
            assert!(most.zip(least).is_none_or(|(most, least)| most - least <= 1), "{sizes:?}");
        }
    }

    #[test]
    fn a_matrix_names_its_jobs_by_what_they_are_about() {
        insta::assert_snapshot!(matrix(&affected(3), 2), @r#"{"include":[{"name":"s000 to s001","stacks":"s000,s001"},{"name":"s002","stacks":"s002"}]}"#);
        insta::assert_snapshot!(matrix(&affected(0), 2), @r#"{"include":[]}"#);
    }
}
