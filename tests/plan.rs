//! `stackwright plan`: with the real Terraform, and on plans made elsewhere.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::univaf::{self, Change};
use crate::support::{Project, Run, STACK, terraform};

const IMAGE: &str = "123456789012.dkr.ecr.us-west-2.amazonaws.com/loader";

/// A plan in which twelve loaders get a new image, a database and a queue are lost, and a secret
/// changes.
pub fn plan_json() -> Value {
    let mut changes = Vec::new();
    for loader in [
        "cdcApi",
        "heb",
        "hyvee",
        "kroger",
        "njvss",
        "prepmod",
        "rite",
        "riteApi",
        "wa",
        "walgreens",
        "albertsons",
        "cvs",
    ] {
        let task = |tag: &str| json!({"family": loader, "container_definitions": json!([{"name": loader, "image": format!("{IMAGE}:{tag}")}]).to_string()});
        let module = "module.loaders_source";
        changes.push(json!({
            "address": format!("{module}.aws_ecs_task_definition.task[\"{loader}\"]"),
            "module_address": module, "mode": "managed", "type": "aws_ecs_task_definition",
            "name": "task", "index": loader,
            "change": {
                "actions": ["delete", "create"],
                "before": task("a1b2c3a1b2c3a1b2c3a1b2c3"), "after": task("d4e5f6d4e5f6d4e5f6d4e5f6"),
                "after_unknown": {"arn": true},
                "replace_paths": [["container_definitions"]],
            },
        }));
        changes.push(json!({
            "address": format!("{module}.aws_cloudwatch_event_target.run[\"{loader}\"]"),
            "module_address": module, "mode": "managed", "type": "aws_cloudwatch_event_target",
            "name": "run", "index": loader,
            "change": {
                "actions": ["update"],
                "before": {"ecs_target": [{"task_definition_arn": format!("arn:{loader}")}]},
                "after": {"ecs_target": [{}]},
                "after_unknown": {"ecs_target": [{"task_definition_arn": true}]},
            },
        }));
    }
    let resource = |address: &str, ty: &str, change: Value| {
        let module = address.rsplitn(3, '.').nth(2).unwrap_or_default();
        json!({
            "address": address, "module_address": module, "mode": "managed", "type": ty,
            "name": address.rsplit('.').next(), "change": change,
        })
    };
    changes.push(resource(
        "module.database_main.aws_db_instance.main",
        "aws_db_instance",
        json!({
            "actions": ["delete", "create"],
            "before": {"username": "old", "password": "hunter2-hunter2", "allocated_storage": 30},
            "after": {"username": "new", "password": "changed-hunter3", "allocated_storage": 48},
            "before_sensitive": {"password": true}, "after_sensitive": {"password": true},
            "replace_paths": [["username"]],
        }),
    ));
    changes.push(resource(
        "aws_sqs_queue.jobs",
        "aws_sqs_queue",
        json!({
            "actions": ["delete"], "before": {"name": "jobs"}, "after": null,
        }),
    ));
    changes.push(resource(
        "module.service_api.aws_ecs_service.main",
        "aws_ecs_service",
        json!({
            "actions": ["update"],
            "before": {"desired_count": 1, "tags": {"note": "hunter2-hunter2 is here, too"}},
            "after": {"desired_count": 2, "tags": {"note": "`|` <b>@all</b> ${x}"}},
        }),
    ));
    let mut moved = resource(
        "module.bucket_new.aws_s3_bucket.main",
        "aws_s3_bucket",
        json!({
            "actions": ["no-op"], "before": {}, "after": {},
        }),
    );
    moved["previous_address"] = json!("module.bucket_old.aws_s3_bucket.main");
    changes.push(moved);
    changes.push(resource("aws_iam_role.new", "aws_iam_role", json!({
        "actions": ["create"], "before": null, "after": {"name": "x"}, "after_unknown": {"arn": true},
    })));
    json!({
        "format_version": "1.2",
        "resource_changes": changes,
        "configuration": {"root_module": {"module_calls": {"loaders_source": {"module": {"resources": [
            {"type": "aws_ecs_task_definition", "name": "task", "expressions": {"family": {}, "container_definitions": {}}},
            {"type": "aws_cloudwatch_event_target", "name": "run", "expressions": {"ecs_target": [{}]}},
        ]}}}}},
        "output_changes": {"host": {"actions": ["update"], "before": "a", "after_unknown": true}},
    })
}

fn report(args: &[&str]) -> Run {
    let project = Project::empty();
    project.write("plan.json", plan_json().to_string());
    project.run(&[&["plan", "--plan-json", "plan.json"], args].concat())
}

#[test]
fn for_a_terminal_the_worst_comes_first_and_the_same_stands_once() {
    assert_snapshot!(report(&[]));
}

#[test]
fn for_programs() {
    let run = report(&["--format", "json", "--deny", "destroy:stateful"]).code(1);
    let mut report: Value = serde_json::from_str(&run.out).unwrap();
    // Ten of twelve tell nothing more.
    for component in report["roots"][0]["components"].as_array_mut().unwrap() {
        for group in component["groups"].as_array_mut().unwrap() {
            group["resources"].as_array_mut().unwrap().truncate(2);
        }
    }
    assert_snapshot!(format!("{report:#}"));
}

#[test]
fn for_a_pull_request() {
    assert_snapshot!(report(&["--format", "markdown", "--deny", "none"]));
}

#[test]
fn as_annotations() {
    assert_snapshot!(report(&["--format", "github"]));
}

#[test]
fn no_format_shows_a_secret() {
    for format in ["terminal", "json", "markdown", "github"] {
        let run = report(&["--format", format]);
        assert!(!run.out.contains("hunter") && !run.err.contains("hunter"), "{format}: {run}");
    }
}

#[test]
fn what_loses_data_is_denied_in_ci_and_named() {
    let project = Project::empty();
    project.write("plan.json", plan_json().to_string());
    let mut command = project.command(&["plan", "--plan-json", "plan.json"]);
    command.env("CI", "true");
    assert_snapshot!(project.finish(command).code(1).err);
}

#[test]
fn an_unknown_rule_is_said_so() {
    assert_snapshot!(report(&["--deny", "delete:stateful"]).code(1).err, @"error: `--deny delete:stateful`: `delete` is no action: write `replace`, `maybe-replace`, `destroy`, `update`, `create`, `import`, `move`, `forget`, alone or before `:stateful`, `:protected` or `:<resource type>`");
}

#[test]
fn a_comment_is_never_too_long_and_says_where_the_rest_is() {
    let project = Project::empty();
    let changes: Vec<Value> = (0..3000)
        .map(|n| {
            json!({
                "address": format!("module.service_a{n}.aws_ecs_service.main"),
                "module_address": format!("module.service_a{n}"), "mode": "managed",
                "type": "aws_ecs_service", "name": "main",
                "change": {"actions": ["update"], "before": {"n": "ä".repeat(90)}, "after": {"n": n}},
            })
        })
        .collect();
    project.write(
        "plan.json",
        json!({"format_version": "1.2", "resource_changes": changes}).to_string(),
    );
    let run = project.run(&["plan", "--plan-json", "plan.json", "--format", "markdown"]).code(2);
    assert!(run.out.chars().count() <= 65_536 && run.out.len() > 30_000, "{}", run.out.len());
    assert!(run.out.contains("see `stackwright-plan.md`"));
    assert!(
        project.read("stackwright-plan.md").contains("module.service_a2999.aws_ecs_service.main")
    );
}

#[test]
fn a_plan_that_does_nothing_is_exit_0() {
    let project = Project::empty();
    project.write("plan.json", r#"{"format_version":"1.2","planned_values":{}}"#);
    assert_snapshot!(project.run(&["plan", "--plan-json", "plan.json"]), @"
    exit 0
    --- out
    plan.json: no changes

    1 root against its state: no changes
    --- err
    ");
}

#[test]
fn what_is_no_plan_is_said_so() {
    let project = Project::empty();
    project.write("plan.json", "nonsense");
    assert_snapshot!(project.run(&["plan", "--plan-json", "plan.json"]), @"
    exit 1
    --- out
    plan.json: no plan

    1 root against its state: 1 without a plan
    --- err
    error[SW608]: `plan.json` is not a plan as JSON: expected ident at line 1 column 2
     |
     = help: make it with `terraform plan -out=plan` and `terraform show -json plan`
    ");
}

// With the real Terraform.

const ROOT: &str = r#"terraform {
  required_version = "~> 1.3.2"
  backend "s3" {
    bucket = "x"
  }
}

variable "password" {
  type      = string
  sensitive = true
}

variable "image" {
  default = "r.io/loader:a1b2c3"
}

module "loaders_source" {
  source = "../modules/loaders"
  image  = var.image
  items  = ["a", "b", "c"]
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  name    = "x"
}

data "terraform_remote_state" "net" {
  backend = "s3"
  config = {
    bucket = "y"
  }
}

resource "terraform_data" "hook" {
  input = {
    password = var.password
    vpc      = module.vpc.vpc_id
    subnets  = data.terraform_remote_state.net.outputs.subnet_ids
    here     = abspath(path.module)
    files    = fileset(path.module, "**")
  }

  provisioner "local-exec" {
    command = "touch ran"
  }
}
"#;

const MODULE: &str = r#"variable "image" { type = string }
variable "items" { type = set(string) }

resource "terraform_data" "task" {
  for_each         = var.items
  input            = each.key
  triggers_replace = { image = var.image }
}

resource "terraform_data" "target" {
  for_each = var.items
  input    = terraform_data.task[each.key].id
}
"#;

/// A committed folder of Terraform that others have written. `None` without Terraform.
fn repository() -> Option<Project> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    project.write("root/main.tf", ROOT);
    project.write("modules/loaders/main.tf", MODULE);
    commit(&project);
    Some(project)
}

fn git(project: &Project, args: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(project.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

pub fn commit(project: &Project) {
    git(project, &["init", "-q"]);
    git(project, &["add", "-A"]);
    git(project, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

/// The command with what it needs to find other programs, and a place of its own for temporary
/// files.
pub fn command(project: &Project, args: &[&str]) -> Command {
    std::fs::create_dir_all(project.path(".git/tmp")).unwrap();
    let mut command = project.command(args);
    command
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TMPDIR", project.path(".git/tmp"));
    command
}

fn plan(project: &Project, args: &[&str]) -> Run {
    let run = project.finish(command(project, &[&["plan"], args].concat()));
    let left: Vec<_> = std::fs::read_dir(project.path(".git/tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    run
}

#[test]
fn a_tree_against_itself_has_no_changes_and_nothing_in_it_is_touched() {
    let Some(project) = repository() else { return };
    let before = project.files();
    assert_snapshot!(plan(&project, &["--root", "root", "--base", "HEAD"]), @"
    exit 0
    --- out
    root: no changes

    1 root against HEAD: no changes
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known; modules that would have to be downloaded are not looked into: `vpc`
    --- err
    ");
    let git = |files: Vec<(String, Vec<u8>)>| -> Vec<(String, Vec<u8>)> {
        files.into_iter().filter(|(path, _)| !path.starts_with(".git/")).collect()
    };
    assert_eq!(git(before), git(project.files()), "no lock file, no state, no provisioner ran");
}

#[test]
fn a_new_image_is_one_line_for_all_loaders() {
    let Some(project) = repository() else { return };
    project.edit("root/main.tf", "a1b2c3", "d4e5f6");
    assert_snapshot!(plan(&project, &["--root", "root", "--base", "HEAD"]), @r#"
    exit 2
    --- out
    root: 3 to replace, 3 to update

      loaders.source: 3 loaders: new image a1b2c3 to d4e5f6
        -/+ 3 terraform_data resources replaced
              triggers_replace.image: "r.io/loader:a1b2c3" → "r.io/loader:d4e5f6"  forces the replacement
            module.loaders_source.terraform_data.task["a"]
            module.loaders_source.terraform_data.task["b"]
            module.loaders_source.terraform_data.task["c"]
          ~ 3 terraform_data resources updated, which follows
            module.loaders_source.terraform_data.target["a"]
            module.loaders_source.terraform_data.target["b"]
            module.loaders_source.terraform_data.target["c"]

    1 root against HEAD: 3 to replace, 3 to update
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known; modules that would have to be downloaded are not looked into: `vpc`
    --- err
    "#);
}

#[test]
fn a_changed_module_is_found_from_the_root_that_calls_it() {
    let Some(project) = repository() else { return };
    project.edit("modules/loaders/main.tf", "each.key\n", "\"x\"\n");
    let run = plan(&project, &["--root", "root", "--base", "HEAD"]).code(2);
    assert!(run.out.contains("3 to update"), "{run}");
}

#[test]
fn from_nothing_everything_is_created() {
    let Some(project) = repository() else { return };
    let run = plan(&project, &["--root", "root", "--from-nothing"]).code(2);
    assert!(run.out.contains("1 root against nothing: 7 to create"), "{run}");
}

#[test]
fn values_come_from_a_var_file() {
    let Some(project) = repository() else { return };
    project.write("my.tfvars", "image = \"r.io/loader:other\"\n");
    let run = plan(
        &project,
        &["--root", "root", "--from-nothing", "--var-file", "my.tfvars", "--format", "json"],
    );
    assert_eq!(run.code, Some(2), "{run}");
    let run =
        plan(&project, &["--root", "root", "--from-nothing", "--var-file", "none.tfvars"]).code(1);
    assert!(run.err.contains("--var-file"), "{run}");
}

#[test]
fn two_plans_at_the_same_time_do_not_meet() {
    let Some(project) = repository() else { return };
    project.edit("root/main.tf", "a1b2c3", "d4e5f6");
    let run = || {
        let mut command = command(&project, &["plan", "--root", "root", "--base", "HEAD"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    for child in [run(), run()] {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}

// Stacks.

/// A project with two rendered and committed stacks. `None` without Terraform.
fn stacks() -> Option<Project> {
    let project = Project::with(STACK);
    terraform(&project.path(""), &["version"])?;
    project.write("stacks/other/stack.hcl", STACK.replace("demo", "other"));
    project.run(&["render"]).success();
    commit(&project);
    Some(project)
}

#[test]
fn only_the_stack_that_changes_is_planned_and_its_replacements_say_why() {
    let Some(project) = stacks() else { return };
    project.edit("stacks/demo/stack.hcl", "10.0.0.0/16", "10.1.0.0/16");
    project.run(&["render"]).success();
    let run = plan(&project, &[]).code(2);
    assert!(run.out.contains("(1 more untouched)"), "{run}");
    assert!(
        run.out.contains("cidr_block: \"10.0.0.0/16\" → \"10.1.0.0/16\"  forces the replacement"),
        "{run}"
    );
}

#[test]
fn without_a_change_nothing_is_planned() {
    let Some(project) = stacks() else { return };
    project.write("README.md", "x");
    assert_snapshot!(plan(&project, &["--base", "HEAD"]), @"
    exit 0
    --- out
    0 roots against HEAD (2 more untouched): no changes
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    --- err
    ");
}

#[test]
fn a_description_that_was_not_rendered_is_warned_of() {
    let Some(project) = stacks() else { return };
    project.edit("stacks/demo/stack.hcl", "10.0.0.0/16", "10.1.0.0/16");
    assert_snapshot!(plan(&project, &["--base", "HEAD"]), @"
    exit 0
    --- out
    demo: no changes

    1 root against HEAD (1 more untouched): no changes
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    --- err
    warning[SW611]: 1 file differs from the description, `stacks/demo/network.tf` first: the plan is of the files
     |
     = help: run `stackwright render`, and plan again
    ");
}

#[test]
fn a_stack_that_is_gone_is_destroyed() {
    let Some(project) = stacks() else { return };
    std::fs::remove_dir_all(project.path("stacks/other")).unwrap();
    let run = plan(&project, &["--format", "json"]).code(2);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["roots"][0]["name"], "other");
    let counts = &report["roots"][0]["counts"];
    assert!(counts["destroy"].as_u64() > Some(5) && counts["create"] == 0, "{counts}");
    let named = plan(&project, &["--format", "json", "--stack", "other"]).code(2);
    let named: Value = serde_json::from_str(&named.out).unwrap();
    assert_eq!(named["roots"], report["roots"], "it can be asked for by name");
    assert!(plan(&project, &["--stack", "otter"]).code(1).err.contains("there is no stack"));
}

/// The system that is described in this repository, committed.
fn univaf() -> Option<Project> {
    terraform(Path::new("."), &["version"])?;
    let project = univaf::project();
    commit(&project);
    Some(project)
}

/// What a change does: replaced, destroyed, updated, created, moved.
#[track_caller]
fn effect(change: &Change) -> Option<[u64; 5]> {
    let project = univaf()?;
    change.make(&project).success();
    let run = plan(&project, &["--base", "HEAD", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run}"));
    let counts = &report["roots"][0]["counts"];
    let count = |action| counts[action].as_u64().unwrap_or_else(|| panic!("{run}"));
    Some(["replace", "destroy", "update", "create", "move"].map(count))
}

#[test]
fn a_real_system_against_itself_has_no_changes() {
    let Some(project) = univaf() else { return };
    let run = plan(&project, &["--base", "HEAD", "--all"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{}", run.out);
    assert_eq!(plan(&project, &["--from-nothing", "--all"]).code(2).err, "");
}

#[test]
fn new_images_replace_every_task_and_update_what_runs_them() {
    let Some(effect) = effect(&univaf::NEW_IMAGES) else { return };
    // 12 loaders, a snapshot and the API; 13 event targets and a service.
    assert_eq!(effect, [14, 0, 14, 0, 0]);
}

#[test]
fn more_storage_is_one_database_in_place() {
    let Some(effect) = effect(&univaf::MORE_STORAGE) else { return };
    assert_eq!(effect, [0, 0, 1, 0, 0]);
}

#[test]
fn a_new_loader_touches_nothing_else() {
    let Some(effect) = effect(&univaf::NEW_LOADER) else { return };
    // Its task definition, log group, rule and target; the rest is shared.
    assert_eq!(effect, [0, 0, 0, 4, 0]);
}

#[test]
fn three_schedules_are_three_rules_in_place() {
    let Some(effect) = effect(&univaf::THREE_SCHEDULES) else { return };
    assert_eq!(effect, [0, 0, 3, 0, 0]);
}

#[test]
fn loaders_that_are_switched_off_lose_a_rule_and_a_target_each() {
    let Some(effect) = effect(&univaf::SWITCHED_OFF) else { return };
    // The tasks stay; the API's scaling target moves in place.
    assert_eq!(effect, [0, 24, 1, 0, 0]);
}

#[test]
fn a_smaller_api_is_a_new_task_definition_and_two_updates() {
    let Some(effect) = effect(&univaf::SMALLER_API) else { return };
    // The service and the scaling target in place.
    assert_eq!(effect, [1, 0, 2, 0, 0]);
}

#[test]
fn a_header_more_is_one_cache_policy_in_place() {
    let Some(effect) = effect(&univaf::MORE_HEADERS) else { return };
    assert_eq!(effect, [0, 0, 1, 0, 0]);
}

#[test]
fn loaders_that_say_how_they_were_called_are_moved() {
    let Some([replaced, destroyed, _, created, moved]) = effect(&univaf::MOVED_LOADERS) else {
        return;
    };
    assert_eq!([replaced, destroyed, created], [0, 0, 0]);
    assert!(moved > 12, "{moved}");
}

#[test]
fn a_third_zone_replaces_nothing() {
    let third = Change {
        name: "third-zone",
        file: univaf::DESCRIPTION,
        edits: &[("zones = 2", "zones = 3")],
    };
    let Some([replaced, destroyed, _, created, _]) = effect(&third) else { return };
    assert_eq!([replaced, destroyed], [0, 0]);
    // Two subnets with an association each, and a route table.
    assert_eq!(created, 5);
}

#[test]
fn addresses_of_sixty_loaders_that_are_moved_replace_nothing() {
    let project = Project::empty();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    let names: Vec<String> = (1..=60).map(|number| format!("loader{number}")).collect();
    let loader = |address: &str, more: &str, name: &str| {
        format!(
            "resource \"aws_ecs_task_definition\" \"{address}\" {{\n{more}  family = {name}\n  \
             container_definitions = jsonencode([{{ name = {name}, image = \"a:1\" }}])\n}}\n"
        )
    };
    let each = |name: &String| loader(name, "", &format!("\"{name}\""));
    project.write("root/main.tf", names.iter().map(each).collect::<String>());
    commit(&project);
    let keys = serde_json::to_string(&names).unwrap();
    let all = loader("loader", &format!("  for_each = toset({keys})\n"), "each.key");
    project.write("root/main.tf", &all);
    let counts = || {
        let run = plan(&project, &["--root", "root", "--base", "HEAD", "--format", "json"]).code(2);
        let report: Value = serde_json::from_str(&run.out).unwrap();
        let counts = report["roots"][0]["counts"].clone();
        ["replace", "destroy", "update", "create", "move"].map(|it| counts[it].as_u64().unwrap())
    };
    assert_eq!(counts(), [0, 60, 0, 60, 0], "without `moved` each is another");
    let moved = |name: &String| {
        let ty = "aws_ecs_task_definition";
        format!("moved {{\n  from = {ty}.{name}\n  to   = {ty}.loader[\"{name}\"]\n}}\n")
    };
    project.write("root/main.tf", all + &names.iter().map(moved).collect::<String>());
    assert_eq!(counts(), [0, 0, 0, 0, 60]);
}

// Faults.

#[test]
fn facts_that_are_wrong_are_shown_at_their_line() {
    let Some(project) = repository() else { return };
    project.write("root/x.tf", "resource \"toy_car\" \"x\" {}\n");
    project.write(
        "root/versions.tf",
        "terraform {\n  required_providers {\n    toy = { source = \"example/toy\" }\n  }\n}\n",
    );
    let facts = "facts 1\nprovider example/toy\n\nresource toy_car\n  colour = string optoinal\n";
    project.write("toy.facts", facts);
    let args = ["--root", "root", "--from-nothing", "--facts", "toy.facts"];
    assert_snapshot!(plan(&project, &args).code(1).err);
}

#[test]
fn an_unknown_resource_type_says_who_may_be_wrong() {
    let Some(project) = repository() else { return };
    project.write("root/x.tf", "resource \"aws_nope\" \"x\" {}\nresource \"nope_x\" \"y\" {}\n");
    let run = plan(&project, &["--root", "root", "--from-nothing"]).code(1);
    assert!(run.err.contains("error[SW607]"), "{run}");
    project.write("root/x.tf", "resource \"aws_nope\" \"x\" {}\n");
    assert_snapshot!(plan(&project, &["--root", "root", "--from-nothing"]).code(1).err, @r#"
    error[SW607]: invalid resource type
     --> root/x.tf:1:10
      |
    1 | resource "aws_nope" "x" {}
      |          ^^^^^^^^^^
      |
      = help: The provider hashicorp/aws does not support resource type "aws_nope".
      = help: either the root has a slip, or the facts about its providers are too old or too few: add some with `--facts <file>`, made by `stackwright provider distill`
    "#);
}

#[test]
fn a_syntax_error_is_terraforms_own_at_its_line() {
    let Some(project) = repository() else { return };
    project.write("root/broken.tf", "resource \"terraform_data\" {\n  input = [\n");
    let run = plan(&project, &["--root", "root", "--base", "HEAD"]).code(1);
    assert!(run.err.contains("error[SW605]") && run.err.contains("--> root/broken.tf:"), "{run}");
}

#[test]
fn an_old_tree_that_cannot_be_simulated_is_said_so() {
    let Some(project) = repository() else { return };
    project.edit("root/main.tf", "var.password", "file(\"missing\")");
    commit(&project);
    project.edit("root/main.tf", "file(\"missing\")", "var.password");
    let run = plan(&project, &["--root", "root", "--base", "HEAD"]).code(1);
    assert!(run.err.contains("error[SW609]: the old tree of `root` cannot be simulated"), "{run}");
    assert!(run.err.contains("invalid function argument"), "{run}");
}

#[test]
fn a_revision_that_is_not_there_is_said_so() {
    let Some(project) = repository() else { return };
    for revision in ["nope", "--output=x", "-h"] {
        let run = plan(&project, &["--root", "root", &format!("--base={revision}")]).code(1);
        assert!(run.err.contains(&format!("there is no revision `{revision}`")), "{run}");
    }
}

#[test]
fn without_terraform_it_is_said_what_to_do() {
    let project = Project::empty();
    project.write("root/main.tf", "");
    let mut command = command(&project, &["plan", "--root", "root", "--from-nothing"]);
    command.env("PATH", project.path("stacks"));
    assert_snapshot!(project.finish(command), @"
    exit 1
    --- out
    --- err
    error[SW601]: neither `terraform` nor `tofu` is on the PATH
     |
     = help: install Terraform or OpenTofu, or name it with `--terraform <path>`
    ");
}

/// A program that answers as this script does.
fn fake(project: &Project, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    project.write("fake", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(project.path("fake"), PermissionsExt::from_mode(0o755)).unwrap();
}

const VERSION: &str = "[ \"$1\" = version ] && echo Terraform v1.11.4 && exit";

#[test]
fn a_terraform_that_is_too_old_is_refused() {
    let project = Project::empty();
    project.write("root/main.tf", "");
    fake(&project, "echo Terraform v1.4.7");
    let run =
        plan(&project, &["--root", "root", "--from-nothing", "--terraform", "./fake"]).code(1);
    assert!(run.err.contains("is 1.4.7, and a plan needs 1.5 or newer"), "{run}");
    fake(&project, "echo hello");
    let run =
        plan(&project, &["--root", "root", "--from-nothing", "--terraform", "./fake"]).code(1);
    assert!(run.err.contains("is neither Terraform nor OpenTofu"), "{run}");
}

#[test]
fn a_crash_shows_its_last_words() {
    let project = Project::empty();
    project.write("root/main.tf", "");
    fake(&project, &format!("{VERSION}\necho 'panic: oh no' >&2; exit 2"));
    assert_snapshot!(plan(&project, &["--root", "root", "--from-nothing", "--terraform", "./fake"]), @"
    exit 1
    --- out
    root: no plan

    1 root against nothing: 1 without a plan
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    --- err
    error[SW603]: `terraform plan` ended with exit code 2
     |
     = help: it said:
             panic: oh no
    ");
    fake(&project, &format!("{VERSION}\nkill -9 $$"));
    let run =
        plan(&project, &["--root", "root", "--from-nothing", "--terraform", "./fake"]).code(1);
    assert!(run.err.contains("`terraform plan` was killed"), "{run}");
    fake(&project, &format!("{VERSION}\necho nonsense"));
    let run =
        plan(&project, &["--root", "root", "--from-nothing", "--terraform", "./fake"]).code(1);
    assert!(run.err.contains("cannot read what"), "{run}");
}

#[test]
fn a_terraform_that_never_ends_is_ended() {
    let project = Project::empty();
    project.write("root/main.tf", "");
    fake(&project, &format!("{VERSION}\nsleep 300"));
    let run = plan(
        &project,
        &["--root", "root", "--from-nothing", "--terraform", "./fake", "--timeout", "1"],
    );
    assert!(run.code(1).err.contains("error[SW604]: `fake plan` took longer than 1 s"));
}

#[test]
fn a_plan_that_is_interrupted_leaves_nothing_behind() {
    let project = Project::empty();
    project.write("root/main.tf", "");
    fake(&project, &format!("{VERSION}\necho $$ > \"$(dirname \"$0\")/pid\"\nsleep 300"));
    let mut child =
        command(&project, &["plan", "--root", "root", "--from-nothing", "--terraform", "./fake"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    let started = Instant::now();
    while !project.path("pid").exists() && started.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let kill = |args: &[&str]| {
        Command::new("sh").args(["-c", &format!("kill {}", args.join(" "))]).status().unwrap()
    };
    assert!(kill(&["-TERM", &child.id().to_string()]).success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(std::fs::read_dir(project.path(".git/tmp")).unwrap().count(), 0);
    assert!(
        !kill(&["-0", project.read("pid").trim(), "2>/dev/null"]).success(),
        "terraform has ended"
    );
}

#[test]
fn folders_of_runs_that_were_killed_are_swept() {
    let project = Project::empty();
    project.write("root/main.tf", "");
    let gone = Command::new("true")
        .spawn()
        .map(|mut child| {
            child.wait().unwrap();
            child.id()
        })
        .unwrap();
    project.write(&format!(".git/tmp/stackwright-{gone}-abc/state"), "");
    fake(&project, &format!("{VERSION}\nexit 2"));
    let _ = plan(&project, &["--root", "root", "--from-nothing", "--terraform", "./fake"]).code(1);
}

// What only the provider's code knows.

const SEARCH: &str = r#"resource "aws_opensearch_domain" "logs" {
  domain_name    = "logs"
  engine_version = "OpenSearch_2.11"

  ebs_options {
    ebs_enabled = true
    volume_size = 20
  }
}

resource "aws_lb" "web" {
  name               = "web"
  load_balancer_type = "application"
  subnets            = ["subnet-1", "subnet-2"]
}

resource "aws_lb" "tcp" {
  name               = "tcp"
  load_balancer_type = "network"
  subnets            = ["subnet-1", "subnet-2"]
}
"#;

/// A version of a search engine, and the subnets of load balancers, have changed.
fn conditional() -> Option<Project> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    project.write("root/main.tf", SEARCH);
    commit(&project);
    let changed =
        SEARCH.replace("OpenSearch_2.11", "OpenSearch_1.3").replace("subnet-2", "subnet-3");
    project.write("root/main.tf", changed);
    Some(project)
}

#[test]
fn what_may_be_replaced_is_said_so_with_its_condition() {
    let Some(project) = conditional() else { return };
    assert_snapshot!(plan(&project, &["--root", "root", "--base", "HEAD"]));
}

#[test]
fn what_may_be_replaced_is_said_in_every_format() {
    let Some(project) = conditional() else { return };
    let of = |format: &str| {
        plan(&project, &["--root", "root", "--base", "HEAD", "--format", format]).code(2).out
    };
    assert_snapshot!(of("markdown"));
    assert_snapshot!(of("github"));
    let json: Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!(json["roots"][0]["counts"]["maybe_replace"], 2);
    let group = &json["roots"][0]["components"][0]["groups"][0];
    assert_eq!((&group["may_be_replaced"], &group["action"]), (&json!(true), &json!("update")));
    assert_eq!(
        group["attributes"][0],
        json!({
            "path": "engine_version",
            "old": {"value": "OpenSearch_2.11"}, "new": {"value": "OpenSearch_1.3"},
            "forces": false, "may_force": true,
            "condition": "a version that the domain cannot be upgraded to",
        })
    );
}

#[test]
fn what_may_be_replaced_is_denied_only_when_that_is_asked_for() {
    let Some(project) = conditional() else { return };
    let run = |deny: &str| plan(&project, &["--root", "root", "--base", "HEAD", "--deny", deny]);
    let with = run("replace:stateful").code(2).err;
    assert!(
        with.contains("warning[SW612]: `aws_opensearch_domain.logs` may be replaced"),
        "{with}"
    );
    assert!(!with.contains("aws_lb"), "{with}");
    let all = run("replace").code(2).err;
    assert!(all.contains("`aws_lb.tcp` may be replaced") && !all.contains("aws_lb.web"), "{all}");
    assert_snapshot!(run("maybe-replace:stateful").code(1).err);
}

// Conditions on what is made up.

const CONDITIONS: &str = r#"variable "image" {
  type = string
  validation {
    condition     = startswith(var.image, "registry.example.com/")
    error_message = "It comes from our registry."
  }
}

data "aws_vpc" "main" {
  tags = { Name = "main" }
  lifecycle {
    postcondition {
      condition     = self.cidr_block == "10.250.0.0/16"
      error_message = "It is the network that was agreed on."
    }
  }
}

module "queue" {
  source = "./queue"
  vpc    = data.aws_vpc.main.id
  size   = 3
}

output "image" {
  value = var.image
}
"#;

const CONDITIONS_OF_QUEUE: &str = r#"variable "vpc" {}
variable "size" {}

resource "aws_sqs_queue" "a" {
  name = "a"
  lifecycle {
    precondition {
      condition     = var.vpc == "vpc-1"
      error_message = "Queues are for one network."
    }
    precondition {
      condition     = var.size < 5
      error_message = "No more than four."
    }
  }
}
"#;

/// A root with conditions that what is made up does not meet, committed. `None` without Terraform.
fn unmet() -> Option<Project> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    project.write("root/main.tf", CONDITIONS);
    project.write("root/queue/main.tf", CONDITIONS_OF_QUEUE);
    commit(&project);
    Some(project)
}

#[test]
fn a_condition_that_what_is_made_up_does_not_meet_is_a_warning() {
    let Some(project) = unmet() else { return };
    let run = plan(&project, &["--root", "root", "--from-nothing"]).code(2);
    assert!(run.out.contains("1 to create"), "{run}");
    assert_snapshot!(run.err);
}

#[test]
fn a_condition_on_what_is_written_stays_an_error() {
    let Some(project) = unmet() else { return };
    project.edit("root/main.tf", "size   = 3", "size   = 7");
    let run = plan(&project, &["--root", "root", "--from-nothing"]).code(1);
    assert!(run.err.contains("error[SW605]: resource precondition failed"), "{run}");
    let (_, error) = run.err.split_once("error[").unwrap();
    assert!(error.contains("No more than four.") && !error.contains("offline"), "{run}");
    // So does one on a value that somebody has given.
    project.edit("root/main.tf", "size   = 7", "size   = 3");
    project.write("my.tfvars", "image = \"docker.io/x\"\n");
    let args = ["--root", "root", "--from-nothing", "--var-file", "my.tfvars"];
    let run = plan(&project, &args).code(1);
    assert!(run.err.contains("error[SW605]: invalid value for variable"), "{run}");
}

#[test]
fn what_conditions_the_old_tree_has_is_no_question() {
    let Some(project) = unmet() else { return };
    project.write("root/main.tf", "resource \"aws_sqs_queue\" \"b\" {}\n");
    let run = plan(&project, &["--root", "root", "--base", "HEAD"]).code(2);
    assert!(run.out.contains("1 to destroy, 1 to create") && run.err.is_empty(), "{run}");
}

// Providers that are installed in the root.

const TOY: &str = "facts 1
provider example/toy 2.1.0

resource toy_car
  colour = string optional
  id = string computed
";

/// A root whose provider `terraform init` could have installed, and a Terraform that talks to it.
pub fn installed() -> Option<(Project, String)> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    project.write("toy.facts", TOY);
    project.write(
        "root/main.tf",
        "terraform {\n  required_providers {\n    toy = {\n      source = \"example/toy\"\n    }\n  }\n}\n\n\
         resource \"toy_car\" \"a\" {\n  colour = \"red\"\n}\n",
    );
    let platform = terraform(&project.path(""), &["version", "-json"])?;
    let platform: Value = serde_json::from_slice(&platform.stdout).unwrap();
    let platform = platform["platform"].as_str().unwrap();
    let program = format!(
        "root/.terraform/providers/registry.terraform.io/example/toy/2.1.0/{platform}/terraform-provider-toy_v2.1.0"
    );
    let binary = env!("CARGO_BIN_EXE_stackwright");
    let facts = project.path("toy.facts");
    script(&project, &program, &format!("exec {binary} provider serve {}\n", facts.display()));
    script(&project, "terraform", "TF_DISABLE_PLUGIN_TLS=1 exec terraform \"$@\"\n");
    let terraform = project.path("terraform").display().to_string();
    Some((project, terraform))
}

fn script(project: &Project, path: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    project.write(path, format!("#!/bin/sh\n{text}"));
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path(path), all).unwrap();
}

#[test]
fn the_schema_of_an_installed_provider_can_be_used_and_its_root_is_not_touched() {
    let Some((project, terraform)) = installed() else { return };
    let before = project.files();
    let args = ["--root", "root", "--from-nothing", "--terraform", &terraform];
    let from_facts = project.finish(command(&project, &[&["plan"], &args[..]].concat())).code(1);
    assert!(from_facts.err.contains("error[SW607]"), "{from_facts}");
    let args = [&["plan"], &args[..], &["--schema", "from-terraform"]].concat();
    let run = project.finish(command(&project, &args)).code(2);
    assert!(run.out.contains("1 toy car created"), "{run}");
    let ours = |files: Vec<(String, Vec<u8>)>| -> Vec<(String, Vec<u8>)> {
        files.into_iter().filter(|(path, _)| !path.starts_with(".git/")).collect()
    };
    assert_eq!(ours(before), ours(project.files()));
    // What such a provider does not have is said by its own schema.
    project.edit("root/main.tf", "colour", "color");
    let run = project.finish(command(&project, &args)).code(1);
    assert!(run.err.contains("Did you mean \"colour\"?"), "{run}");
}

#[test]
fn a_root_without_an_installed_provider_is_said_so() {
    let project = Project::empty();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    project.write("root/main.tf", "resource \"aws_sqs_queue\" \"a\" {}\n");
    let args = ["--root", "root", "--from-nothing", "--schema", "from-terraform"];
    assert_snapshot!(plan(&project, &args).code(1).err);
}

#[test]
fn another_major_version_than_the_facts_is_one_line() {
    let project = Project::empty();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    project.write("root/main.tf", "resource \"aws_sqs_queue\" \"a\" {}\n");
    let lock = "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"5.31.0\"\n}\n";
    project.write("root/.terraform.lock.hcl", lock);
    let args = ["--root", "root", "--from-nothing"];
    assert_snapshot!(plan(&project, &args).code(2).out);
    let json = plan(&project, &[&args[..], &["--format", "json"]].concat()).code(2).out;
    let json: Value = serde_json::from_str(&json).unwrap();
    let other = json!({"provider": "hashicorp/aws", "wanted": "5.31.0", "known": "6.47.0"});
    assert_eq!(json["roots"][0]["other_versions"], json!([other]));
    // Facts of the locked version win, wherever they stand.
    let facts = |version: &str, argument: &str| {
        let name = format!("{version}.facts");
        let text = format!(
            "facts 1\nprovider hashicorp/aws {version}\n\nconfig\n  region = string optional\n\n\
             resource aws_sqs_queue\n  id = string computed\n  {argument} = string optional\n"
        );
        project.write(&name, text);
        name
    };
    let (five, six) = (facts("5.31.0", "old"), facts("6.0.0", "new"));
    project.write("root/main.tf", "resource \"aws_sqs_queue\" \"a\" {\n  old = \"x\"\n}\n");
    let own = ["--facts", &five, "--facts", &six];
    let run = plan(&project, &[&args[..], &own].concat()).code(2);
    assert!(!run.out.contains("is planned as"), "{run}");
}

// Interruptions.

fn until(what: &str, is: impl Fn() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn signal(process: u32, signal: &str) {
    let status = Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn an_interrupted_live_plan_gives_terraform_its_time() {
    let project = Project::empty();
    project.write("root/main.tf", "");
    // Longer than what has nothing to lose is given.
    script(
        &project,
        "terraform",
        "[ \"$1\" = plan ] || { echo 'Terraform v1.11.4'; exit 0; }\n\
         trap 'sleep 4; touch ../released; exit 1' INT\n\
         touch ../started\nwhile :; do sleep 0.05; done\n",
    );
    let program = project.path("terraform").display().to_string();
    let args = ["plan", "--root", "root", "--live", "--terraform", &program];
    let mut command = command(&project, &args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until("terraform has started", || project.path("started").exists());
    signal(child.id(), "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(project.path("released").exists(), "{output:?}");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("interrupt again to kill it"), "{err}");
}

#[test]
fn a_killed_plan_leaves_no_process_and_the_next_one_sweeps_what_it_left() {
    let Some((project, _)) = installed() else { return };
    script(
        &project,
        "terraform",
        "[ \"$1\" = plan ] && { echo $$ > pid.new; mv pid.new \"$0.pid\"; }\nexec terraform \"$@\"\n",
    );
    project.write("root/main.tf", "resource \"aws_sqs_queue\" \"a\" {}\n");
    let program = project.path("terraform").display().to_string();
    let args = ["plan", "--root", "root", "--from-nothing", "--terraform", &program];
    let mut first = command(&project, &args);
    let mut child = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pid = project.path("terraform.pid");
    until("terraform has started", || pid.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let terraform = std::fs::read_to_string(pid).unwrap();
    let alive = || {
        let mut kill = Command::new("kill");
        kill.args(["-0", terraform.trim()]).stderr(Stdio::null()).status().unwrap().success()
    };
    until("terraform ends without its provider", || !alive());
    let left = || -> Vec<std::path::PathBuf> {
        let left = std::fs::read_dir(project.path(".git/tmp")).unwrap();
        left.map(|entry| entry.unwrap().path()).collect()
    };
    assert!(left().len() >= 2, "a tree and sockets: {:?}", left());
    // Sockets of a moment ago may be those of a plan that begins.
    for path in left() {
        let ago = std::time::SystemTime::now() - Duration::from_secs(120);
        std::fs::File::open(path).unwrap().set_modified(ago).unwrap();
    }
    let _ = project.finish(command(&project, &args)).code(2);
    assert!(left().is_empty(), "{:?}", left());
}

// OpenTofu. The real one is not here: Terraform stands for it.

#[test]
fn tofu_is_found_where_there_is_no_terraform_and_its_registry_is_served() {
    let project = Project::empty();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    let path = std::env::var("PATH").unwrap();
    let find = |name: &str| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|it| it.is_file())
            .unwrap()
    };
    let real = find("terraform").display().to_string();
    script(
        &project,
        "bin/tofu",
        &format!(
            "[ \"$1\" = version ] && {{ echo 'OpenTofu v1.9.0'; exit 0; }}\nexec {real} \"$@\"\n"
        ),
    );
    std::os::unix::fs::symlink(find("git"), project.path("bin/git")).unwrap();
    let root = |registry: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    aws = {{\n      source = \"{registry}hashicorp/aws\"\n    }}\n  }}\n}}\n\n\
             resource \"aws_sqs_queue\" \"a\" {{}}\n"
        )
    };
    for registry in ["", "registry.opentofu.org/"] {
        project.write("root/main.tf", root(registry));
        let mut command = command(&project, &["plan", "--root", "root", "--from-nothing"]);
        command.env("PATH", project.path("bin"));
        let run = project.finish(command).code(2);
        assert!(run.out.contains("1 sqs queue created"), "{run}");
    }
    project.write("root/main.tf", "resource \"aws_sqs_queue\" \"a\" {\n  x = 1\n}\n");
    script(
        &project,
        "bin/tofu",
        "[ \"$1\" = version ] && { echo 'OpenTofu v1.9.0'; exit 0; }\nexit 3\n",
    );
    let mut command = command(&project, &["plan", "--root", "root", "--from-nothing"]);
    command.env("PATH", project.path("bin"));
    let run = project.finish(command).code(1);
    assert!(run.err.contains("`tofu plan` ended with exit code 3"), "{run}");
}

#[test]
fn what_the_simulation_has_made_up_is_not_shown_as_if_it_were_real() {
    const ROOT: &str = r#"data "aws_ami" "linux" {
  owners = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-*"]
  }
}

data "aws_caller_identity" "me" {}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_instance" "a" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.nano"
}

resource "aws_iam_role_policy" "a" {
  role = "worker"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.jobs.arn }]
  })
}

resource "aws_sns_topic" "a" {
  name         = "a"
  display_name = "mine-0a1b2c3d4e5f"
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs-${data.aws_caller_identity.me.account_id}"
}
"#;
    let project = Project::empty();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    project.write("root/main.tf", ROOT);
    commit(&project);
    let changed = ROOT
        .replace("al2023-*", "al2024-*")
        .replace("Resource = aws_sqs_queue.jobs.arn", "Resource = \"${aws_sqs_queue.jobs.arn}/*\"")
        .replace("mine-0a1b", "mine-1a1b")
        .replace("logs-$", "log-$");
    project.write("root/main.tf", changed);
    assert_snapshot!(plan(&project, &["--root", "root", "--base", "HEAD"]).out);
}

#[test]
fn a_secret_that_is_written_out_is_masked_in_every_format() {
    let project = Project::with(STACK);
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    let service = "\ncluster \"main\" {\n  network = network.main\n}\n\nservice \"web\" {\n  cluster = \
                   cluster.main\n  image = image.web\n  environment = { STAGE = \
                   \"a\" }\n}\n";
    let image = "\nimage \"web\" {\n  repository = \"registry.example.org/web\"\n}\n";
    let lock = crate::support::git::lock(&[("web", "v1")]);
    project
        .write("stacks/demo/images.tf", lock.replace("\"\"\n", "\"registry.example.org/web\"\n"));
    let description = format!("{STACK}{image}{service}");
    project.write("stacks/demo/stack.hcl", &description);
    project.run(&["render"]).success();
    commit(&project);
    let more =
        "STAGE = \"a\", API_TOKEN = \"abcdefghijklmnop1234\", KEY = \"AKIAIOSFODNN7EXAMPLE\"";
    project.write("stacks/demo/stack.hcl", description.replace("STAGE = \"a\"", more));
    project.run(&["render"]).exits(0);
    for format in ["terminal", "json", "github", "markdown"] {
        let run = plan(&project, &["--base", "HEAD", "--format", format]).code(2);
        for secret in ["abcdefghijklmnop1234", "AKIAIOSFODNN7EXAMPLE"] {
            assert!(!format!("{run}").contains(secret), "{format}\n{run}");
        }
    }
}
