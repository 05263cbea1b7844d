//! `stackwright validate`

use insta::assert_snapshot;

use crate::plan::command;
use crate::support::{Project, Run, terraform};

fn validate(project: &Project, args: &[&str]) -> Run {
    project.finish(command(project, &[&["validate"], args].concat()))
}

/// A folder of Terraform that needs no provider. `None` without Terraform.
fn root(text: &str) -> Option<Project> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    project.write("root/main.tf", text);
    Some(project)
}

#[test]
fn a_valid_root_is_said_to_be_valid() {
    let Some(project) = root("resource \"terraform_data\" \"a\" {\n  input = 1\n}\n") else {
        return;
    };
    assert_snapshot!(validate(&project, &["--root", "root"]), @"
    exit 0
    --- out
    1 root: valid
    --- err
    ");
}

#[test]
fn terraforms_errors_are_shown_at_their_lines() {
    let Some(project) = root("resource \"terraform_data\" \"a\" {\n  inptu = 1\n}\n") else {
        return;
    };
    assert_snapshot!(validate(&project, &["--root", "root"]), @r#"
    exit 1
    --- out
    1 root: 1 error
    --- err
    error[SW605]: unsupported argument
     --> root/main.tf:2:3
      |
    2 |   inptu = 1
      |   ^^^^^
      |
      = help: An argument named "inptu" is not expected here. Did you mean "input"?
    "#);
    assert_snapshot!(validate(&project, &["--root", "root", "--format", "github"]).out, @r#"
    ::error file=root/main.tf,line=2,endLine=2,col=3,endColumn=8,title=SW605 bad-root::unsupported argument%0Ahelp: An argument named "inptu" is not expected here. Did you mean "input"?
    1 root: 1 error
    "#);
}

#[test]
fn what_is_not_validated_as_it_is_wanted_is_one_line() {
    let Some(project) = root(
        "module \"vpc\" {\n  source = \"example/vpc/aws\"\n}\n\nresource \"aws_sqs_queue\" \"a\" {}\n",
    ) else {
        return;
    };
    let lock = "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"5.31.0\"\n}\n";
    project.write("root/.terraform.lock.hcl", lock);
    let run = validate(&project, &["--root", "root"]).success();
    assert_snapshot!(run);
    let note = run.lines().nth(1).unwrap();
    let json = validate(&project, &["--root", "root", "--format", "json"]).success();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["note"], note);
}

#[test]
fn a_stack_that_is_not_there_is_said_so() {
    let project = Project::with(crate::support::STACK);
    let run = validate(&project, &["--stack", "dmeo"]).code(1);
    assert!(run.err.contains("did you mean `demo`?"), "{run}");
}

#[test]
fn what_the_provider_refuses_is_shown_where_it_is_described() {
    let project = Project::with(crate::support::STACK);
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    project.run(&["render"]).success();
    assert_eq!(validate(&project, &[]).success(), "1 root: valid\n");
    project.edit(
        "stacks/demo/network.tf",
        "  name  = \"demo-main\"",
        "  name  = \"demo-main\"\n  nmae  = 1",
    );
    assert_snapshot!(validate(&project, &[]), @r#"
    exit 1
    --- out
    1 root: 1 error
    --- err
    error[SW605]: unsupported argument
     --> stacks/demo/stack.hcl:5:1
      |
    5 | network "main" {
      | ^^^^^^^^^^^^^^ described here
      |
     ::: stacks/demo/network.tf:7:3
      |
    7 |   nmae  = 1
      |   ---- and rendered here
      |
      = help: An argument named "nmae" is not expected here. Did you mean "nat"?
    "#);
}

#[test]
fn every_stack_of_this_repository_is_valid() {
    let project = Project::empty();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    let run = validate(&project, &["--project", env!("CARGO_MANIFEST_DIR")]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}
