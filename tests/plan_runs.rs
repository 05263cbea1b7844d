//! When `stackwright plan` runs Terraform, and when it knows better: unchanged stacks, bases that
//! were simulated before, roots that are refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use insta::assert_snapshot;

use crate::plan::{command, commit};
use crate::support::{Project, Run, STACK, files, terraform};

/// Stacks of one network each, rendered and committed. `None` without Terraform.
fn stacks(count: usize) -> Option<Project> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    for stack in 0..count {
        let name = format!("s{stack}");
        project.write(&format!("stacks/{name}/stack.hcl"), STACK.replace("demo", &name));
    }
    project.run(&["render"]).success();
    commit(&project);
    fs::create_dir(project.path(".git/home")).unwrap();
    project.write(".git/spy", "#!/bin/sh\necho $1 >> \"${0%/*}/ran\"\nexec terraform \"$@\"\n");
    fs::set_permissions(project.path(".git/spy"), PermissionsExt::from_mode(0o755)).unwrap();
    Some(project)
}

fn edit(project: &Project, stack: &str) {
    project.edit(&format!("stacks/{stack}/stack.hcl"), "10.0.0.0/16", "10.1.0.0/16");
    project.run(&["render"]).success();
}

/// A plan against the last commit, with a home to keep things in.
fn prepared(project: &Project, args: &[&str]) -> Command {
    let mut command = command(project, &[&["plan", "--terraform", ".git/spy"], args].concat());
    command.env("HOME", project.path(".git/home"));
    command
}

fn plan(project: &Project, args: &[&str]) -> (Run, String) {
    finish(project, prepared(project, args))
}

/// What it said, and which of Terraform's commands it ran.
fn finish(project: &Project, command: Command) -> (Run, String) {
    let _ = fs::remove_file(project.path(".git/ran"));
    let run = project.finish(command);
    (run, project.read(".git/ran").lines().collect::<Vec<_>>().join(" "))
}

/// The simulated states that are kept.
fn entries(project: &Project) -> Vec<PathBuf> {
    let folder = project.path(".git/home");
    files(&folder).into_iter().map(|(path, _)| folder.join(path)).collect()
}

#[test]
fn terraform_runs_for_the_one_stack_among_many_that_has_changed() {
    let Some(project) = stacks(12) else { return };
    edit(&project, "s7");
    let (run, ran) = plan(&project, &[]);
    assert!(run.out.contains("(11 more untouched)"), "{run}");
    assert_eq!(ran, "version apply plan show");
}

#[test]
fn a_base_is_simulated_once_and_the_report_stays_the_same() {
    let Some(project) = stacks(1) else { return };
    edit(&project, "s0");
    let (first, ran) = plan(&project, &["--format", "json"]);
    assert_eq!(ran, "version apply plan show");
    let (second, ran) = plan(&project, &["--format", "json"]);
    assert_eq!(ran, "version plan show");
    assert_eq!(first, second.code(2));
    // What is planned against it may change.
    project.write("stacks/s0/mine.tf", "resource \"terraform_data\" \"x\" {}\n");
    let (third, ran) = plan(&project, &[]);
    assert_eq!(ran, "version plan show");
    assert!(third.out.contains("1 to create"), "{third}");
}

#[test]
fn another_base_is_simulated_anew() {
    let Some(project) = stacks(1) else { return };
    assert_eq!(plan(&project, &["--all"]).0.code, Some(0));
    edit(&project, "s0");
    commit(&project);
    let (run, ran) = plan(&project, &["--all"]);
    assert_eq!(ran, "version apply plan show");
    assert!(run.out.contains("no changes"), "{run}");
    project.edit("modules/network/main.tf", "resource", "# once more\nresource");
    commit(&project);
    assert_eq!(plan(&project, &["--all"]).1, "version apply plan show", "a module is part of it");
}

#[test]
fn other_facts_are_another_base() {
    let Some(project) = stacks(1) else { return };
    project.write("mine/main.tf", "resource \"aws_sqs_queue\" \"a\" {\n  name = \"x\"\n}\n");
    commit(&project);
    let write = |name: &str| {
        let text = format!(
            "facts 1\nprovider hashicorp/aws 6.47.0\n\n\
             resource aws_sqs_queue\n  id = string computed\n  name = {name}\n"
        );
        project.write(".git/my.facts", text);
    };
    let ran = |args: &[&str]| plan(&project, &[&["--root", "mine"], args].concat()).1;
    let own = ["--facts", ".git/my.facts"];
    assert_eq!([ran(&[]), ran(&[])], ["version apply plan show", "version plan show"]);
    write("string optional");
    assert_eq!([ran(&own), ran(&own)], ["version apply plan show", "version plan show"]);
    write("string optional replaces");
    assert_eq!([ran(&own), ran(&own)], ["version apply plan show", "version plan show"]);
    assert_eq!(ran(&[]), "version plan show", "each is kept");
}

#[test]
fn the_schema_of_an_installed_provider_is_another_base() {
    let Some((project, terraform)) = crate::plan::installed() else { return };
    let write = |facts: &str| project.write("toy.facts", facts);
    let plan = |args: &[&str]| {
        let all = ["plan", "--root", "root", "--base", "HEAD", "--terraform", &terraform];
        let mut command = command(&project, &[&all, args].concat());
        command.env("HOME", project.path(".git/home"));
        let run = project.finish(command).code(0);
        (entries(&project).len(), run)
    };
    let toy = project.read("toy.facts");
    project.write("root/.gitignore", ".terraform\n");
    commit(&project);
    fs::create_dir(project.path(".git/home")).unwrap();
    let installed = ["--schema", "from-terraform"];
    assert_eq!(plan(&installed).0, 1);
    assert_eq!(plan(&installed).0, 1);
    write(&toy.replace("colour = string optional", "colour = string optional computed"));
    assert_eq!(plan(&installed).0, 2, "what is installed has another schema");
    write(&toy.replace("toy_car\n", "toy_car\n  doors = number optional\n"));
    assert_eq!(plan(&installed).0, 2, "that nothing names is not part of it");
    assert_eq!(plan(&["--facts", "toy.facts"]).0, 2, "it is the same, wherever it comes from");
}

#[test]
fn a_module_that_is_installed_anew_is_another_base() {
    let Some(project) = stacks(1) else { return };
    let call = "module \"queue\" {\n  source  = \"example/queue/aws\"\n  version = \"1.0.0\"\n}\n";
    project.write("stacks/s0/mine.tf", call);
    project.write(".gitignore", ".terraform\n");
    commit(&project);
    let modules = "stacks/s0/.terraform/modules";
    let manifest = serde_json::json!({"Modules": [{
        "Key": "queue", "Source": "registry.terraform.io/example/queue/aws",
        "Version": "1.0.0", "Dir": ".terraform/modules/queue",
    }]});
    project.write(&format!("{modules}/modules.json"), manifest.to_string());
    let main = format!("{modules}/queue/main.tf");
    project.write(&main, "resource \"aws_sqs_queue\" \"a\" {\n  name = \"a\"\n}\n");
    let plan = || {
        let (run, ran) = plan(&project, &["--all"]);
        assert!(run.out.contains("no changes"), "{run}");
        ran
    };
    assert_eq!([plan(), plan()], ["version apply plan show", "version plan show"]);
    project.edit(&main, "\"a\"\n}", "\"b\"\n}");
    assert_eq!([plan(), plan()], ["version apply plan show", "version plan show"]);
    // Without it, nothing of it is in the state.
    fs::remove_dir_all(project.path(modules)).unwrap();
    assert_eq!([plan(), plan()], ["version apply plan show", "version plan show"]);
}

#[test]
fn what_a_base_has_made_up_is_known_when_it_is_not_simulated_again() {
    let Some(project) = stacks(1) else { return };
    let data = "data \"aws_vpc\" \"old\" {\n  id = \"vpc-1\"\n}\n";
    let output = |value: &str| format!("output \"x\" {{\n  value = {value}\n}}\n");
    project.write(
        "stacks/s0/mine.tf",
        [data, &output("data.aws_vpc.old.main_route_table_id")].concat(),
    );
    commit(&project);
    project.write("stacks/s0/mine.tf", output("\"mine\""));
    let (first, ran) = plan(&project, &[]);
    assert!(first.out.contains("~ x: (simulated) → \"mine\""), "{first}");
    assert_eq!(ran, "version apply plan show");
    let (second, ran) = plan(&project, &[]);
    assert_eq!((second, ran.as_str()), (first, "version plan show"));
}

#[test]
fn an_attribute_that_the_base_did_not_name_is_simulated_too() {
    let Some(project) = stacks(1) else { return };
    assert_eq!(plan(&project, &["--all"]).0.code, Some(0));
    let output = "output \"acl\" {\n  value = aws_vpc.mine.default_network_acl_id\n}\n";
    let vpc = "resource \"aws_vpc\" \"mine\" {\n  cidr_block = \"10.9.0.0/16\"\n}\n";
    project.write("stacks/s0/mine.tf", vpc);
    commit(&project);
    project.write("stacks/s0/mine.tf", [vpc, output].concat());
    let (run, ran) = plan(&project, &[]);
    assert_eq!(ran, "version apply plan show");
    assert!(run.out.contains("+ acl: null → (simulated)"), "it is in the simulated state: {run}");
    assert_eq!(plan(&project, &[]).0, run);
}

#[test]
fn a_damaged_entry_is_made_anew() {
    let Some(project) = stacks(1) else { return };
    let (first, _) = plan(&project, &["--all"]);
    let [entry] = entries(&project).try_into().unwrap();
    let whole = fs::read(&entry).unwrap();
    fs::write(&entry, &whole[..whole.len() / 2]).unwrap();
    let (run, ran) = plan(&project, &["--all"]);
    assert_eq!((run, ran.as_str()), (first, "version apply plan show"));
    assert_eq!(plan(&project, &["--all"]).1, "version plan show");
}

#[test]
fn without_a_cache_nothing_is_kept_or_taken() {
    let Some(project) = stacks(1) else { return };
    let (first, _) = plan(&project, &["--all", "--no-cache"]);
    assert!(entries(&project).is_empty());
    assert_eq!(plan(&project, &["--all"]).0.code, Some(0));
    let (run, ran) = plan(&project, &["--all", "--no-cache"]);
    assert_eq!((run, ran.as_str()), (first, "version apply plan show"));
}

#[test]
fn what_may_hold_values_of_a_var_file_is_not_kept() {
    let Some(project) = stacks(1) else { return };
    project.write(".git/my.tfvars", "");
    let args = ["--all", "--var-file", ".git/my.tfvars"];
    for _ in 0..2 {
        assert_eq!(plan(&project, &args).1, "version apply plan show");
    }
    assert!(entries(&project).is_empty());
}

#[test]
fn without_a_place_for_a_cache_there_is_a_plan_all_the_same() {
    let Some(project) = stacks(1) else { return };
    project.write(".git/file", "");
    for (name, place) in [("HOME", ".git/nowhere"), ("XDG_CACHE_HOME", ".git/file")] {
        let mut command = prepared(&project, &["--all"]);
        command.env(name, project.path(place));
        assert_eq!(finish(&project, command).0.code(0).err, "");
    }
    assert!(!project.path(".git/nowhere").exists());
}

#[test]
fn a_state_that_holds_an_absolute_path_is_not_kept() {
    let Some(project) = stacks(1) else { return };
    let data = "resource \"terraform_data\" \"x\" {\n  input = abspath(path.module)\n}\n";
    project.write("stacks/s0/mine.tf", data);
    commit(&project);
    for _ in 0..2 {
        let (run, ran) = plan(&project, &["--all"]);
        assert_eq!((run.code, ran.as_str()), (Some(0), "version apply plan show"), "{}", run.out);
    }
}

#[test]
fn a_root_that_is_refused_is_asked_again_with_all_that_the_provider_has() {
    let Some(project) = stacks(1) else { return };
    project.write(
        "stacks/s0/mine.tf",
        "resource \"aws_vpc\" \"mine\" {\n  cidr_block = \"10.9.0.0/16\"\n  instance_tenanci = \"default\"\n}\n",
    );
    let (run, ran) = plan(&project, &[]);
    assert_eq!(ran, "version apply plan apply plan");
    assert_snapshot!(run.err, @r#"
    error[SW605]: unsupported argument
     --> stacks/s0/mine.tf:3:3
      |
    3 |   instance_tenanci = "default"
      |   ^^^^^^^^^^^^^^^^
      |
      = help: An argument named "instance_tenanci" is not expected here. Did you mean "instance_tenancy"?
    "#);
}

#[test]
fn what_is_used_as_a_whole_has_what_nothing_names() {
    let Some(project) = stacks(1) else { return };
    let vpc = "resource \"aws_vpc\" \"mine\" {\n  cidr_block = \"10.9.0.0/16\"\n}\n";
    let output = "output \"x\" {\n  value = contains(keys(aws_vpc.mine), join(\"_\", [\"owner\", \"id\"]))\n}\n";
    project.write("stacks/s0/mine.tf", [vpc, output].concat());
    let (run, _) = plan(&project, &["--from-nothing"]);
    assert!(run.out.contains("+ x: null → true"), "{run}");
}

#[test]
fn an_attribute_that_only_a_value_names_is_found() {
    let Some(project) = stacks(1) else { return };
    project.write(
        "stacks/s0/mine.tf",
        "resource \"aws_vpc\" \"mine\" {\n  cidr_block = \"10.9.0.0/16\"\n}\noutput \"x\" {\n  value = aws_vpc.mine[join(\"_\", [\"owner\", \"id\"])]\n}\n",
    );
    let (run, _) = plan(&project, &["--from-nothing"]);
    assert_eq!(run.err, "");
}
