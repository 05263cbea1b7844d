//! The examples of the reference: together they are a stack that Terraform takes.

use std::fs;

use stackwright::component;

use crate::plan::{command, commit};
use crate::support::{Project, terraform};

/// What the examples stand on.
const BASE: &str = r#"stack "demo" {
  region      = "us-west-2"
  environment = "production"
}

repository "app" {}
image "app" {
  repository = repository.app
}
network "main" {
  cidr = "10.0.0.0/16"
}
cluster "main" {
  network = network.main
}
topic "alarms" {}
"#;

/// The lock of the images.
pub const LOCK: &str = r#"# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    app = {
      repository = module.repository_app.url
      tag        = "v1"
      digest     = null
    }
  }

  image_references = {
    for name, image in local.images : name => join("", [
      image.repository,
      image.tag == null ? "" : ":${image.tag}",
      image.digest == null ? "" : "@${image.digest}",
    ])
  }
}
"#;

/// The `hcl` examples in the documentation of components.
fn examples() -> Vec<String> {
    let docs = component::kinds().iter().map(|kind| (kind.doc)());
    docs.flat_map(|doc| {
        let pieces: Vec<String> = doc.split("```").map(str::to_owned).collect();
        pieces.into_iter().filter_map(|piece| Some(piece.strip_prefix("hcl\n")?.to_owned()))
    })
    .collect()
}

/// A project with all of them.
fn project() -> Project {
    let examples = examples().join("\n");
    let project = Project::with(&format!("{BASE}\n{examples}"));
    project.write("stacks/demo/images.tf", lock(&examples));
    project
}

/// The lock of the image and of the examples' images and artifacts.
fn lock(examples: &str) -> String {
    let entry = |line: &str| {
        let pinned = match line.strip_prefix("artifact \"") {
            Some(rest) => (rest, format!("null\n      digest     = \"sha256:{}\"", "a".repeat(64))),
            None => (line.strip_prefix("image \"")?, "\"v1\"\n      digest     = null".to_owned()),
        };
        let (label, pinned) = (pinned.0.split('"').next()?, pinned.1);
        Some(format!(
            "    {label} = {{\n      repository = \"\"\n      tag        = {pinned}\n    }}\n"
        ))
    };
    let entries: String = examples.lines().filter_map(entry).collect();
    LOCK.replace("  images = {\n", &format!("  images = {{\n{entries}"))
}

#[test]
fn the_examples_of_the_reference_are_one_stack() {
    assert!(examples().len() >= 8, "{:?}", examples());
    let project = project();
    project.run(&["render"]).success();
    project.run(&["check"]).success();
}

#[test]
fn the_examples_are_written_as_terraform_would_write_them() {
    for example in examples() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.tf"), &example).unwrap();
        let Some(output) = terraform(folder.path(), &["fmt", "-check", "-diff"]) else { return };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn terraform_takes_and_plans_the_examples() {
    let project = project();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    project.run(&["render"]).success();
    let out = project.finish(command(&project, &["validate"])).success();
    assert!(out.contains("1 root: valid"), "{out}");
    let run = project.finish(command(&project, &["plan", "--from-nothing", "--format", "json"]));
    let plan: serde_json::Value = serde_json::from_str(&run.code(2).out).unwrap();
    let planned: Vec<&str> = plan["roots"][0]["components"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|component| component["name"].as_str())
        .collect();
    for name in ["dashboard.main", "key.main", "parameter.token", "queue.jobs", "role.deploy"] {
        assert!(planned.contains(&name), "{name} is not in {planned:?}");
    }
    // What must not run here has no definition that could be started.
    let text = plan.to_string();
    assert!(text.contains("module.task_migrate.module.task[0].aws_ecs_task_definition.this"));
    assert!(!text.contains("module.task_wipe.module.task[0]"));
    // A loader that says nothing of EventBridge Scheduler keeps its rule beside one that does.
    let schedule =
        |name: &str| text.contains(&format!("module.schedule.{name}").replace('"', "\\\""));
    assert!(schedule(r#"aws_cloudwatch_event_rule.this["hourly"]"#));
    assert!(schedule(r#"aws_scheduler_schedule.this["daily"]"#));
    assert!(!schedule(r#"aws_cloudwatch_event_rule.this["daily"]"#));
    // What must not overlap itself is started by a state machine.
    assert!(schedule(r#"aws_scheduler_schedule.this["task"]"#));
    assert!(schedule(r#"aws_sfn_state_machine.this["task"]"#));
    assert!(!schedule(r#"aws_sfn_state_machine.this["daily"]"#));
    // One service has a record, the other is known to Service Connect.
    assert!(text.contains("module.service_users.aws_service_discovery_service.this[0]"));
    assert!(!text.contains("module.service_search.aws_service_discovery_service.this"));
    assert!(text.contains("module.service_search.aws_security_group.access[0]"));
}

#[test]
fn a_change_beside_a_parameter_that_waited_for_its_value_is_planned() {
    let project = project();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    project.run(&["render"]).success();
    commit(&project);
    project.edit("stacks/demo/stack.hcl", "max               = 10", "max               = 20");
    project.run(&["render"]).success();
    let run = project.finish(command(&project, &["plan", "--base", "HEAD"])).code(2);
    assert!(run.out.contains("max_capacity: 10 → 20"), "{}{}", run.out, run.err);
    assert!(run.out.contains("1 root against HEAD: 1 to update"), "{}", run.out);
}
