//! `stackwright init`

use insta::assert_snapshot;

use crate::plan::command;
use crate::support::{Project, terraform};

#[test]
fn a_project_checks_clean_at_once_and_is_told_what_comes_next() {
    let project = Project::empty();
    let out = project.run(&["init", "new/shop", "--yes"]).success();
    let (created, next) = out.split_once("\n\n").unwrap();
    assert!(created.contains("\ncreated stacks/shop/stack.hcl"), "{created}");
    assert_snapshot!(next);
    let check = project.run(&["check", "--project", "new/shop"]).success();
    assert!(check.ends_with("of 1 stack: as described\n"), "{check}");
    assert!(project.read("new/shop/.gitignore").contains(".terraform/"));
}

#[test]
fn without_a_terminal_nothing_is_asked_and_what_is_missing_is_said() {
    let project = Project::empty();
    let before = project.files();
    assert_snapshot!(project.run(&["init"]));
    assert_snapshot!(project.run(&["init", "--name", "shop", "--backend", "s3", "--yes"]));
    assert_snapshot!(project.run(&["init", "--yes", "--bucket", "x"]));
    assert_snapshot!(project.run(&["init", "--yes", "--environments", "a,b,a"]));
    assert!(project.files() == before);
}

#[test]
fn a_wrong_answer_is_said_with_what_is_right() {
    let project = Project::empty();
    for (option, value, rule) in [
        ("--name", "my shop", "name"),
        ("--region", "eu-west-11", "eu-west-1"),
        ("--account", "12", "12"),
        ("--with", "databse", "database"),
        ("--backend", "s4", "s3"),
        ("--environments", "pro duction", "pro duction"),
    ] {
        let run = project.run(&["init", "--yes", option, value]).code(1);
        assert!(run.err.contains(option) && run.err.contains(rule), "{run}");
    }
    assert_eq!(project.files(), []);
}

#[test]
fn what_is_there_is_never_changed() {
    let project = Project::empty();
    project.run(&["init", "--yes", "--name", "shop"]).success();
    let before = project.files();
    assert_snapshot!(project.run(&["init", "--yes", "--name", "shop"]));
    assert!(project.files() == before);
    for folder in ["stacks", "stacks/shop/new", "modules/network"] {
        let run = project.run(&["init", folder, "--yes"]).code(1);
        assert!(run.err.contains("is inside the project `<project>`"), "{run}");
    }
    project.edit("modules/network/main.tf", "\n", "\n\n");
    let before = project.files();
    assert_snapshot!(project.run(&["init", "--yes", "--name", "other"]));
    assert!(project.files() == before);
}

#[test]
fn terraform_takes_and_plans_what_is_written_from_nothing() {
    let project = Project::empty();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    let all = "service,database,loaders,worker";
    for (name, options) in [
        ("service", "--with service --account 123456789012"),
        ("database", "--with database --backend cloud --organization acme"),
        ("loaders", "--with loaders --backend gcs --bucket acme"),
        ("worker", "--with worker --backend azurerm --storage-account acme --container state"),
        ("all", &format!("--with {all}")),
        (
            "many",
            &format!("--with {all} --environments staging,production --backend s3 --bucket acme"),
        ),
        // The kinds of systems that this repository describes.
        ("univaf", "--with service,database,cdn,loaders"),
        ("ctms", "--with kubernetes,database --environments staging,production"),
        ("cgap", "--with service,database,worker,cdn --layers --backend s3 --bucket acme"),
        ("coworks", "--with function,database --environments dev,prod"),
        ("site", "--with cdn"),
        ("layered", "--with kubernetes,function,cdn --layers --environments one"),
    ] {
        let options: Vec<&str> = options.split(' ').collect();
        let fixed = ["init", "--name", name, "--region", "eu-west-1"];
        project.run(&[&fixed[..], &options].concat()).success();
    }
    let checked = project.run(&["check"]).success();
    assert!(checked.contains(" files of 12 stacks in 19 roots"), "{checked}");
    let output = terraform(&project.path(""), &["fmt", "-check", "-recursive"]).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let run = project.finish(command(&project, &["validate"])).success();
    assert_eq!(run, "19 roots: valid\n");
    let run = project.finish(command(&project, &["plan", "--from-nothing", "--all"])).code(2);
    assert_eq!(run.err, "");
    for thing in [
        "aws_cloudfront_distribution",
        "aws_db_instance",
        "aws_ecs_service",
        "aws_eks_cluster",
        "aws_lambda_function",
        "aws_lb",
        "aws_sqs_queue",
    ] {
        assert!(run.out.contains(thing), "{run}");
    }
}
