//! `stackwright plan --root` on Terraform that others write: `tests/corpus`, a folder a root.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;

use crate::plan::{command, commit};
use crate::support::{Project, Run, files, terraform};

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn names() -> Vec<String> {
    let names = fs::read_dir(corpus()).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A root of the corpus, committed. `None` without Terraform.
fn root(name: &str) -> Option<Project> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    for (path, content) in files(&corpus().join(name)) {
        project.write(&format!("{name}/{path}"), content);
    }
    commit(&project);
    Some(project)
}

fn plan(project: &Project, args: &[&str]) -> Run {
    project.finish(command(project, &[&["plan"], args].concat()))
}

/// The line that says how it stands, or all of it where there is no plan.
fn summary(run: &Run) -> String {
    let line = run.out.lines().find(|line| line.starts_with("1 root against "));
    match (run.code, line) {
        (Some(0 | 2), Some(line)) => line.to_owned(),
        _ => run.to_string(),
    }
}

#[test]
fn every_root_of_the_corpus_is_planned_from_nothing_and_not_changed_by_itself() {
    let mut found = String::new();
    for name in names() {
        let Some(project) = root(&name) else { return };
        let before = project.files();
        let first = plan(&project, &["--root", &name, "--from-nothing", "--deny", "none"]);
        let again = plan(&project, &["--root", &name, "--base", "HEAD", "--deny", "none"]);
        let _ = writeln!(found, "{name}\n  {}\n  {}", summary(&first), summary(&again));
        let ours = |files: Vec<(String, Vec<u8>)>| -> Vec<(String, Vec<u8>)> {
            files.into_iter().filter(|(path, _)| !path.starts_with(".git/")).collect()
        };
        assert_eq!(ours(before), ours(project.files()), "{name} is not touched");
    }
    assert_snapshot!(found);
}
