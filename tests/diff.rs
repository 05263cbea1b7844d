//! `stackwright diff`: the change alone.

use insta::assert_snapshot;

use crate::support::{Project, STACK};

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
