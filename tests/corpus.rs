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

/// What `terraform init` would have put into a root.
fn install(project: &Project, version: &str) {
    let root = "modules-from-registry";
    let bucket = "variable \"name\" {}\n\nresource \"aws_s3_bucket\" \"this\" {\n  bucket = var.name\n}\n\noutput \"arn\" {\n  value = aws_s3_bucket.this.arn\n}\n";
    let vpc = "variable \"name\" {}\nvariable \"cidr\" {}\nvariable \"azs\" {}\nvariable \"private_subnets\" {}\n\n\
         resource \"aws_vpc\" \"this\" {\n  cidr_block = var.cidr\n}\n\n\
         module \"subnets\" {\n  source = \"./modules/subnets\"\n  vpc_id = aws_vpc.this.id\n  cidrs  = var.private_subnets\n}\n\n\
         output \"vpc_id\" {\n  value = aws_vpc.this.id\n}\n\noutput \"private_subnets\" {\n  value = module.subnets.ids\n}\n";
    let subnets = "variable \"vpc_id\" {}\nvariable \"cidrs\" {}\n\n\
         resource \"aws_subnet\" \"this\" {\n  count      = length(var.cidrs)\n  vpc_id     = var.vpc_id\n  cidr_block = var.cidrs[count.index]\n}\n\n\
         output \"ids\" {\n  value = aws_subnet.this[*].id\n}\n";
    let folder = format!("{root}/.terraform/modules");
    project.write(&format!("{folder}/bucket/main.tf"), bucket);
    project.write(&format!("{folder}/vpc/main.tf"), vpc);
    project.write(&format!("{folder}/vpc/modules/subnets/main.tf"), subnets);
    let git = "git::https://git.example.com/modules/bucket.git?ref=v2.1.0";
    let registry = "registry.terraform.io/terraform-aws-modules/vpc/aws";
    let modules = serde_json::json!({"Modules": [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "bucket", "Source": git, "Dir": ".terraform/modules/bucket"},
        {"Key": "vpc", "Source": registry, "Version": version, "Dir": ".terraform/modules/vpc"},
        {"Key": "vpc.subnets", "Source": "./modules/subnets", "Dir": ".terraform/modules/vpc/modules/subnets"},
    ]});
    project.write(&format!("{folder}/modules.json"), modules.to_string());
}

#[test]
fn installed_modules_are_looked_into_and_not_touched() {
    let Some(project) = root("modules-from-registry") else { return };
    install(&project, "6.0.1");
    let before = project.files();
    let root = ["--root", "modules-from-registry"];
    let first = plan(&project, &[&root[..], &["--from-nothing"]].concat());
    assert_snapshot!(first);
    let again = plan(&project, &[&root[..], &["--base", "HEAD"]].concat());
    assert_eq!(summary(&again), "1 root against HEAD: no changes");
    project.edit("modules-from-registry/main.tf", "\"10.8.2.0/24\"", "\"10.8.3.0/24\"");
    let change = plan(&project, &[&root[..], &["--base", "HEAD"]].concat()).code(2);
    assert!(change.out.contains("module.vpc.module.subnets.aws_subnet.this[1]"), "{change}");
    assert!(
        change.out.contains("cidr_block: \"10.8.2.0/24\" → \"10.8.3.0/24\"  forces"),
        "{change}"
    );
    project.edit("modules-from-registry/main.tf", "\"10.8.3.0/24\"", "\"10.8.2.0/24\"");
    let ours = |files: Vec<(String, Vec<u8>)>| -> Vec<(String, Vec<u8>)> {
        files.into_iter().filter(|(path, _)| !path.starts_with(".git/")).collect()
    };
    assert_eq!(ours(before), ours(project.files()));
}

#[test]
fn a_module_of_another_version_than_the_installed_one_is_looked_into_in_no_tree() {
    let Some(project) = root("modules-from-registry") else { return };
    install(&project, "6.0.1");
    project.edit("modules-from-registry/main.tf", "~> 6.0\"\n\n", "~> 7.0\"\n\n");
    let run = plan(&project, &["--root", "modules-from-registry", "--base", "HEAD"]);
    assert_eq!(summary(&run), "1 root against HEAD: no changes", "{run}");
    assert!(run.out.contains("not looked into: `vpc`\n"), "{run}");
}

#[test]
fn a_condition_on_what_is_made_up_is_doubted() {
    let Some(project) = root("landing-zone") else { return };
    let args = ["--root", "landing-zone", "--from-nothing", "--deny", "none"];
    assert_snapshot!(plan(&project, &args).code(2).err);
}
