//! `stackwright fmt`: descriptions, laid out.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::support::{Project, Run, STACK};

const UNTIDY: &str = r#"# What the shop runs on.
stack "demo" {
region = "us-west-2" # for now
    tags = {
  a = 1
      longer=2 // two
    }
}
network "main" { /* all of it */ cidr="10.0.0.0/16" }
"#;

#[test]
fn blanks_are_set_and_nothing_else_changes() {
    let project = Project::with(UNTIDY);
    assert_snapshot!(project.run(&["fmt", "--check"]), @"
    exit 2
    --- out
    stacks/demo/stack.hcl
    --- err
    ");
    assert_eq!(project.read("stacks/demo/stack.hcl"), UNTIDY);
    assert_snapshot!(project.run(&["fmt", "--check", "--diff"]), @r#"
    exit 2
    --- out
    --- a/stacks/demo/stack.hcl
    +++ b/stacks/demo/stack.hcl
    @@ -1,9 +1,9 @@
     # What the shop runs on.
     stack "demo" {
    -region = "us-west-2" # for now
    -    tags = {
    -  a = 1
    -      longer=2 // two
    -    }
    +  region = "us-west-2" # for now
    +  tags = {
    +    a      = 1
    +    longer = 2 // two
    +  }
     }
    -network "main" { /* all of it */ cidr="10.0.0.0/16" }
    +network "main" { /* all of it */ cidr = "10.0.0.0/16" }
    --- err
    "#);
    assert_eq!(project.run(&["fmt"]).success(), "stacks/demo/stack.hcl\n");
    assert_snapshot!(project.read("stacks/demo/stack.hcl"), @r#"
    # What the shop runs on.
    stack "demo" {
      region = "us-west-2" # for now
      tags = {
        a      = 1
        longer = 2 // two
      }
    }
    network "main" { /* all of it */ cidr = "10.0.0.0/16" }
    "#);
    assert_eq!(project.run(&["fmt"]).success(), "", "once is enough");
    assert_eq!(project.run(&["fmt", "--check"]).success(), "");
}

#[test]
fn all_are_meant_or_those_that_are_named() {
    let project = Project::with(UNTIDY);
    project.write("stacks/other/stack.hcl", UNTIDY.replace("demo", "other"));
    project.write("stackwright.hcl", "vendor=\"used\"\n");
    let named = |args: &[&str]| project.run(&[&["fmt", "--check"], args].concat()).code(2).out;
    let all = "stacks/demo/stack.hcl\nstacks/other/stack.hcl\nstackwright.hcl\n";
    assert_eq!(named(&[]), all);
    assert_eq!(named(&["."]), all);
    assert_eq!(named(&["--stack", "other"]), "stacks/other/stack.hcl\n");
    assert_eq!(named(&["--stack", "other,demo"]), named(&["stacks"]));
    assert_eq!(named(&["stackwright.hcl", "./stackwright.hcl"]), "stackwright.hcl\n");
    assert_snapshot!(project.run(&["fmt", "nowhere.hcl", "/", "--check"]), @"
    exit 1
    --- out
    --- err
    error[SW001]: cannot open `nowhere.hcl`: No such file or directory (os error 2)

    error[SW006]: `/` is not in the project
     |
     = help: name the project that it is in with `--project <folder>`
    ");
    project.write("stacks/demo/own.tf", "");
    assert_snapshot!(project.run(&["fmt", "stacks/demo/own.tf", "--stack", "x"]).code(1).err.lines().next().unwrap_or_default().to_owned(), @"error: the argument '[PATH]...' cannot be used with '--stack <NAME>'");
    assert_snapshot!(project.run(&["fmt", "stacks/demo/own.tf"]), @"
    exit 1
    --- out
    --- err
    error[SW201]: `stacks/demo/own.tf` is not a description
     |
     = help: `terraform fmt` lays out Terraform; a rendered file is laid out already
    ");
}

#[test]
fn where_one_cannot_be_read_none_is_written() {
    let project = Project::with(UNTIDY);
    project.write("stacks/bad/stack.hcl", "stack \"bad\" {\n  region = \n}\n");
    project.write("stacks/crlf/stack.hcl", "stack \"crlf\" {\r\n}\r\n");
    project.write("stacks/bom/stack.hcl", "\u{feff}stack \"bom\" {\n}\n");
    let before = project.files();
    assert_snapshot!(project.run(&["fmt"]), @r#"
    exit 1
    --- out
    --- err
    error[SW005]: expected a value
     --> stacks/bad/stack.hcl:2:12
      |
    2 |   region = 
      |            ^
      |
      = help: write text in quotes, a number, a list or a reference

    error[SW002]: `stacks/bom/stack.hcl` starts with a byte-order mark
     --> stacks/bom/stack.hcl:1:1
      |
    1 | ﻿stack "bom" {
      | ^
      |
      = help: save it as UTF-8 without BOM

    error[SW003]: `stacks/crlf/stack.hcl` has carriage returns
     --> stacks/crlf/stack.hcl:1:15
      |
    1 | stack "crlf" {␍
      |               ^
      |
      = help: end lines with a line feed; `*.hcl text eol=lf` in `.gitattributes` keeps git from changing them
    "#);
    assert_eq!(project.files(), before);
}

#[test]
fn a_link_stays_one() {
    let project = Project::empty();
    project.write("shared/stack.hcl", UNTIDY);
    project.write("stacks/demo/x", "");
    let link = project.path("stacks/demo/stack.hcl");
    std::os::unix::fs::symlink("../../shared/stack.hcl", &link).unwrap();
    assert_eq!(project.run(&["fmt"]).success(), "shared/stack.hcl\n");
    assert!(link.is_symlink());
    assert_eq!(project.run(&["fmt"]).success(), "");
}

/// What it makes of standard input, where there is no project.
fn filter(args: &[&str], text: &str) -> Run {
    let folder = tempfile::TempDir::new().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stackwright"))
        .args([&["fmt", "-"], args].concat())
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn an_editor_gives_it_a_text_and_takes_another_one() {
    let tidy = filter(&[], UNTIDY).success();
    assert_eq!(filter(&[], &tidy).success(), tidy);
    assert_eq!(filter(&["--check"], &tidy).success(), "");
    assert_eq!(filter(&["--check"], UNTIDY).code(2).out, "");
    assert_snapshot!(filter(&[], "a = \r\n"), @"
    exit 1
    --- out
    --- err
    error[SW003]: `standard input` has carriage returns
     --> standard input:1:5
      |
    1 | a = ␍
      |     ^
      |
      = help: end lines with a line feed; `*.hcl text eol=lf` in `.gitattributes` keeps git from changing them
    ");
    assert_snapshot!(filter(&[], "stack {\n"), @"
    exit 1
    --- out
    --- err
    error[SW005]: this block is not closed
     --> standard input:1:1
      |
    1 | stack {
      | ^
      |
      = help: add the missing `}`
    ");
}

#[test]
fn what_init_writes_is_laid_out() {
    let folder = tempfile::TempDir::new().unwrap();
    let project = Project::empty();
    let at = folder.path().to_str().unwrap();
    let with = "service,database,loaders,worker";
    let init = ["init", "--yes", "--name", "shop", "--region", "eu-central-1", "--with", with];
    project.run(&[&["-C", at], &init[..]].concat()).exits(0);
    assert_eq!(project.run(&["-C", at, "fmt", "--check"]).success(), "");
    assert_eq!(Project::with(STACK).run(&["fmt", "--check"]).success(), "");
}

#[test]
fn the_descriptions_of_this_repository_are_laid_out() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = Project::empty().run(&["-C", here.to_str().unwrap(), "fmt", "--check"]);
    assert_eq!(run.success(), "", "run `stackwright fmt`");
}
