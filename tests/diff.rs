//! `stackwright diff`: the change alone.

use insta::assert_snapshot;

use crate::support::{Project, STACK, git};

#[test]
fn no_difference_prints_nothing() {
    assert_eq!(Project::rendered(STACK).run(&["diff"]).success(), "");
}

#[test]
fn the_change_is_a_unified_diff() {
    let project = Project::rendered(STACK);
    project.edit("stacks/demo/stack.hcl", "10.0.0.0/16", "10.1.0.0/16");
    assert_snapshot!(project.run(&["diff"]), @r#"
    exit 2
    --- out
    --- a/stacks/demo/network.tf
    +++ b/stacks/demo/network.tf
    @@ -1,9 +1,9 @@
    -# Rendered by stackwright from stack demo; edits are lost. sha256:67d7f04884f43bc0
    +# Rendered by stackwright from stack demo; edits are lost. sha256:3470790537aa2695
     
     module "network_main" {
       source = "../../modules/network"
     
       name  = "demo-main"
    -  cidr  = "10.0.0.0/16"
    +  cidr  = "10.1.0.0/16"
       zones = slice(data.aws_availability_zones.available.names, 0, 2)
     }
    --- err
    "#);
}

#[test]
fn git_applies_it() {
    let project = Project::with(STACK);
    let patch = project.run(&["diff"]).code(2).out;
    project.write("change.patch", &patch);
    let status = std::process::Command::new("git")
        .args(["apply", "change.patch"])
        .current_dir(project.path(""))
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(project.run(&["check"]).code, Some(0));
}

#[test]
fn colour_is_used_when_asked_for_and_never_into_a_pipe() {
    let project = Project::rendered(STACK);
    project.edit("stacks/demo/stack.hcl", "10.0.0.0/16", "10.1.0.0/16");
    assert!(!project.run(&["diff"]).out.contains('\u{1b}'));
    assert!(project.run(&["diff", "--color", "always"]).out.contains("\u{1b}[32m+  cidr"));
    let mut command = project.command(&["diff"]);
    command.env("NO_COLOR", "1");
    assert!(!project.finish(command).out.contains('\u{1b}'));
}

/// A project with a task that is told secrets, by their names and by themselves.
fn told_secrets() -> Project {
    let environment = "API_TOKEN = \"abcdefghijklmnop1234\", KEY = \"AKIAIOSFODNN7EXAMPLE\"";
    let image = "image \"web\" {\n  repository = \"registry.example.org/web\"\n}\n";
    let project = Project::with(&format!(
        "{STACK}\n{image}\ncluster \"main\" {{\n  network = network.main\n}}\n\nservice \"web\" {{\n  cluster \
         = cluster.main\n  image = image.web\n  command = [\"web\", \
         \"--password=hunter2\"]\n  environment = {{ {environment}, STAGE = \"demo\" }}\n}}\n"
    ));
    let lock = git::lock(&[("web", "v1")]);
    project
        .write("stacks/demo/images.tf", lock.replace("\"\"\n", "\"registry.example.org/web\"\n"));
    project
}

#[test]
fn secrets_are_masked_in_every_format() {
    let project = told_secrets();
    let formats = ["terminal", "json", "github", "sarif", "markdown"];
    let checks = formats.map(|format| vec!["check", "--format", format]);
    let commands: Vec<Vec<&str>> = [vec!["diff"]].into_iter().chain(checks).collect();
    let silent = |project: &Project| {
        for command in &commands {
            let run = project.run(command);
            for secret in ["abcdefghijklmnop1234", "AKIAIOSFODNN7EXAMPLE", "hunter2"] {
                assert!(!format!("{run}").contains(secret), "{command:?}\n{run}");
            }
        }
    };
    silent(&project);
    let diff = project.run(&["diff"]).code(2).out;
    assert!(diff.contains("\"********************\"") && diff.contains("\"demo\""), "{diff}");
    project.run(&["render"]).exits(0);
    project.edit("stacks/demo/services.tf", "abcdefghijklmnop1234", "abcdefghijklmnop12345");
    silent(&project);
    assert_eq!(project.run(&["diff"]).code, Some(2));
}

#[test]
fn git_does_not_apply_stars() {
    let project = told_secrets();
    project.write("change.patch", project.run(&["diff"]).code(2).out);
    let apply = std::process::Command::new("git")
        .args(["apply", "change.patch"])
        .current_dir(project.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&apply.stderr).into_owned();
    assert!(!apply.status.success() && said.contains("corrupt patch"), "{said}");
    assert!(!project.path("stacks/demo/network.tf").exists(), "something was written");
}
