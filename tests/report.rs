//! `stackwright report`: what it is made of, and how it ends.

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan::{command, commit, plan_json};
use crate::support::univaf::{self, CHANGES};
use crate::support::{Project, Run, STACK, terraform};

/// A project with one stack, and what a check and a plan have found of it elsewhere.
fn parts() -> Project {
    let project = Project::rendered(STACK);
    project.edit("stacks/demo/network.tf", "10.0.0.0/16", "10.1.0.0/16");
    let check = project.run(&["check", "--format", "json"]).code(2).out;
    project.write("check.json", check);
    project.write("plan-in.json", plan_json().to_string());
    let plan =
        project.run(&["plan", "--plan-json", "plan-in.json", "--format", "json"]).code(2).out;
    project.write("plan.json", plan);
    project
}

fn report(project: &Project, args: &[&str]) -> Run {
    project.run(&[&["report", "--html", "page.html", "--title", "demo"], args].concat())
}

/// What stands in a page for its script.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn parts_of_other_runs_become_one_page() {
    let project = parts();
    let args = ["--check", "check.json", "--plan", "plan.json"];
    assert_snapshot!(report(&project, &args));
    let page = project.read("page.html");
    let data = data(&page);
    let names: Vec<&Value> =
        data["roots"].as_array().unwrap().iter().map(|root| &root["name"]).collect();
    assert_eq!(names, ["demo", "plan-in.json"]);
    assert_eq!(data["counts"]["drift"], 1);
    assert_eq!(data["losses"].as_array().unwrap().len(), 2);
    // To standard output, the same bytes, whenever and in whichever order.
    let again = [
        "report",
        "--html",
        "-",
        "--title",
        "demo",
        "--plan",
        "plan.json",
        "--check",
        "check.json",
    ];
    assert_eq!(project.run(&again).code(2).out, page);
}

#[test]
fn what_other_faces_mask_is_masked() {
    let project = parts();
    let secret = "url = \"postgres://app:hunter2-hunter2@db/app\"";
    let path = "stacks/demo/network.tf";
    project.write(path, format!("{}\n# {secret}\n", project.read(path)));
    let check = project.run(&["check", "--format", "json"]).code(2).out;
    project.write("check.json", check);
    report(&project, &["--check", "check.json", "--plan", "plan.json"]).exits(2);
    let page = project.read("page.html");
    assert!(
        !page.contains("hunter") && page.contains("***************@db"),
        "a secret is in the page"
    );
}

#[test]
fn files_that_are_no_parts_are_said_so_all_at_once_and_nothing_is_written() {
    let project = parts();
    project.write("newer.json", "{\"version\": 7}");
    project.write("again.json", project.read("plan.json"));
    let args =
        ["--check", "plan.json", "missing.json", "newer.json", "--plan", "plan.json", "again.json"];
    assert_snapshot!(report(&project, &args));
    assert!(!project.path("page.html").exists());
}

#[test]
fn a_page_that_cannot_be_written_is_said_so() {
    let project = parts();
    let args = ["report", "--html", "missing/page.html", "--check", "check.json"];
    assert_snapshot!(project.run(&args));
}

#[test]
fn a_check_alone_is_a_page_too() {
    let project = Project::rendered(STACK);
    let check = project.run(&["check", "--format", "json"]).code(0).out;
    project.write("check.json", check);
    assert_snapshot!(report(&project, &["--check", "check.json"]));
}

/// The repository's own stacks, committed. `None` without Terraform.
fn univaf() -> Option<Project> {
    terraform(std::path::Path::new("."), &["version"])?;
    let project = univaf::project();
    commit(&project);
    Some(project)
}

/// The page of each change that really happened, in a project that has it.
pub fn of_changes(mut with: impl FnMut(&univaf::Change, &Project, &str)) {
    for change in &CHANGES {
        let Some(project) = univaf() else { return };
        let refused = change.make(&project).code == Some(1);
        let args = ["report", "--html", "-", "--title", "univaf", "--base", "HEAD"];
        let run = project.finish(command(&project, &args));
        assert_eq!(run.code, Some(if refused { 1 } else { 2 }), "{}: {run}", change.name);
        with(change, &project, &run.out);
    }
}

#[test]
fn a_branch_is_checked_and_planned_and_its_files_are_in_the_page() {
    let Some(project) = univaf() else { return };
    univaf::SMALLER_API.make(&project).success();
    let args = ["report", "--html", "page.html", "--title", "univaf", "--base", "HEAD"];
    assert_snapshot!(project.finish(command(&project, &args)));
    let data = data(&project.read("page.html"));
    let root =
        data["roots"].as_array().unwrap().iter().find(|root| root["name"] == "univaf").unwrap();
    let hunks =
        root["files"].as_array().unwrap().iter().flat_map(|file| file["hunks"].as_array().unwrap());
    let components: Vec<&str> = hunks.filter_map(|hunk| hunk["component"].as_str()).collect();
    assert!(
        !components.is_empty() && components.iter().all(|it| *it == "service.api"),
        "{components:?}"
    );
}

#[test]
fn a_branch_that_does_nothing_is_exit_0() {
    let Some(project) = univaf() else { return };
    let args = ["report", "--html", "page.html", "--title", "univaf", "--base", "HEAD"];
    assert_snapshot!(project.finish(command(&project, &args)));
}

#[test]
fn without_terraform_nothing_is_written() {
    let project = Project::rendered(STACK);
    commit(&project);
    let run = report(&project, &["--terraform", "./missing", "--from-nothing"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.err.contains("./missing") || run.err.contains("missing"), "{run}");
    assert!(!project.path("page.html").exists());
}
