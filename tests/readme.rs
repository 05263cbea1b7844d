//! The examples of README.md do what the page says.

use crate::support::{Project, fenced, terraform};

const README: &str = include_str!("../README.md");
const DESCRIPTION: &str = "stacks/shop/stack.hcl";
const LOCK: &str = "stacks/shop/images.tf";

/// A project with the stack of the page, and the lock that the first `render` prints.
fn shop() -> Project {
    let project = Project::empty();
    project.write(DESCRIPTION, fenced(README, "hcl", "stack "));
    let said = project.run(&["render"]).code(1).err;
    let (_, lock) = said.split_once(&format!("create `{LOCK}`:\n")).expect("a lock to start with");
    // As it is printed, indented.
    let lock: Vec<&str> = lock.lines().take_while(|line| !line.starts_with("error")).collect();
    project.write(LOCK, lock.join("\n").trim_end().replace('…', "1.4.0") + "\n");
    project
}

#[test]
fn the_stack_renders_as_shown() {
    let project = shop();
    project.run(&["render"]).success();
    let loaders = project.read("stacks/shop/loaders.tf");
    let shown = fenced(README, "hcl", "locals ");
    assert!(loaders.contains(shown), "README.md shows\n{shown}\nbut it is\n{loaders}");
    if let Some(output) = terraform(&project.path(""), &["fmt", "-check", "-recursive"]) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn the_wrong_schedule_is_refused_as_shown() {
    let project = shop();
    project.edit(DESCRIPTION, "cron(0 4 * * ? *)", "cron(0 4 * * *)");
    let said = project.run(&["render"]).code(1).err;
    assert_eq!(said.trim_end(), fenced(README, "text", "error").trim_end());
}
