//! New labels for what is there: from the edit of a description to the plan.

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan::{command, commit};
use crate::support::{Project, Run, terraform};

const SHOP: &str = r#"stack "demo" {
  region = "us-west-2"
}

network "main" {
  cidr = "10.0.0.0/16"
}

input "db_password" {
  sensitive = true
}

database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "16"
  instance_class = "db.t4g.small"
  storage_gib    = 48
  username       = "shop"
  password       = input.db_password
}

cluster "main" {
  network = network.main
}

image "server" {
  repository = "registry.example.org/server"
}

load_balancer "main" {
  network    = network.main
  http_only  = true

  default {
    forward = service.server
  }
}

service "server" {
  cluster       = cluster.main
  image         = image.server
  port          = 80
  load_balancer = load_balancer.main
}
"#;

/// The shop, rendered and committed. `None` without Terraform.
fn shop() -> Option<Project> {
    let project = Project::with(SHOP);
    terraform(&project.path(""), &["version"])?;
    let lock = crate::support::git::lock(&[("server", "v1")]);
    project.write("stacks/demo/images.tf", lock);
    project.run(&["render"]).success();
    commit(&project);
    Some(project)
}

fn plan(project: &Project, format: &str) -> Run {
    project.run(&["render"]).success();
    project.finish(command(project, &["plan", "--base", "HEAD", "--format", format]))
}

/// How much is created, updated, replaced and destroyed.
fn counts(run: &Run) -> [u64; 4] {
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let counts = &report["roots"][0]["counts"];
    ["create", "update", "replace", "destroy"].map(|what| counts[what].as_u64().unwrap_or(99))
}

#[test]
fn a_database_of_another_label_is_kept() {
    let Some(project) = shop() else { return };
    project.edit(
        "stacks/demo/stack.hcl",
        "database \"main\" {\n",
        "database \"orders\" {\n  renamed_from   = \"main\"\n",
    );
    let run = plan(&project, "json");
    assert_eq!(counts(&run), [0, 0, 0, 0], "{run}");
    assert!(!run.to_string().contains("SW324"), "{run}");
}

#[test]
fn a_database_of_another_label_is_lost_unless_it_is_said_and_the_plan_tells() {
    let Some(project) = shop() else { return };
    project.edit("stacks/demo/stack.hcl", "database \"main\"", "database \"orders\"");
    let run = plan(&project, "terminal").code(1);
    assert_snapshot!(run.err, @r#"
    warning[SW324]: `database.main` seems to have become `database.orders`, and is destroyed and made anew
      --> stacks/demo/stack.hcl:13:1
       |
    13 | database "orders" {
       | ^^^^^^^^^^^^^^^^^
       |
       = help: `renamed_from = "main"` keeps it

    error[SW613]: `module.database_main.aws_db_instance.this` was protected, and would be destroyed in `demo`: nothing describes it any more, and its protection went with it
     |
     = help: put it back; if it is really meant to go, write `protect = false` in `database.main`, apply that, and then take it out; `--deny none` lets it pass, once somebody has looked at it
    "#);
    let [create, _, _, destroy] = counts(&plan(&project, "json"));
    assert!(create > 0 && create == destroy, "{create} {destroy}");
}

#[test]
fn a_service_and_its_image_move_with_their_target_group_and_lock() {
    let Some(project) = shop() else { return };
    project.write(
        "stacks/demo/stack.hcl",
        SHOP.replace("service.server", "service.web")
            .replace("image.server", "image.app")
            .replace("service \"server\" {\n", "service \"web\" {\n  renamed_from  = \"server\"\n")
            .replace("image \"server\" {\n", "image \"app\" {\n  renamed_from = \"server\"\n"),
    );
    let run = plan(&project, "json");
    assert_eq!(counts(&run), [0, 0, 0, 0], "{run}");
    let lock = project.read("stacks/demo/images.tf");
    assert!(lock.contains("    app = {\n") && !lock.contains("    server = {"), "{lock}");
    project.run(&["check"]).success();
}
