//! What is wrong with an input is said where it is, all of it at once, and nothing is written.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;

use insta::assert_snapshot;

use crate::support::{Project, STACK};

/// Renders a description that must be refused, and gives what is said.
#[track_caller]
fn refused(description: impl AsRef<[u8]>) -> String {
    let project = Project::empty();
    project.write("stacks/demo/stack.hcl", description);
    let before = project.files();
    let run = project.run(&["render"]).code(1);
    assert_eq!(project.files(), before, "something was written");
    assert_eq!(run.out, "");
    run.err
}

#[test]
fn every_problem_of_every_stack_is_told_in_one_run() {
    let project = Project::with(&STACK.replace("cidr", "cdir").replace("network", "netwrk"));
    project.write(
        "stacks/other/stack.hcl",
        "stack \"othr\" {\n  region = \"us-wst-2\"\n  colour = 1\n}\n",
    );
    assert_snapshot!(project.run(&["render"]).code(1).err, @r#"
    error[SW101]: there is no `netwrk` component
     --> stacks/demo/stack.hcl:5:1
      |
    5 | netwrk "main" {
      | ^^^^^^ not known here
      |
    help: did you mean `network`?
      |
    5 | network "main" {
      |     +

    error[SW110]: the stack is called `othr`, its folder `other`
     --> stacks/other/stack.hcl:1:7
      |
    1 | stack "othr" {
      |       ^^^^^^
      |
    help: give both the same name
      |
    1 | stack "other" {
      |           +

    error[SW201]: `us-wst-2` is not an AWS region
     --> stacks/other/stack.hcl:2:12
      |
    2 |   region = "us-wst-2"
      |            ^^^^^^^^^^
      |
      = help: did you mean `us-west-2`?

    error[SW102]: a `stack` block has no field `colour`
     --> stacks/other/stack.hcl:3:3
      |
    3 |   colour = 1
      |   ^^^^^^ not known here
      |
      = help: it has `account`, `aws_version`, `backend`, `environment`, `provider`, `region`, `tags`, `terraform_version`
    "#);
}

#[test]
fn syntax_errors_of_several_blocks_are_told_at_once() {
    assert_snapshot!(refused("stack \"demo\" {\n  region = \n}\n\nnetwork \"main\" {\n  cidr = [1,\n}\n\nimage \"a\" {}\n"), @"
    error[SW005]: expected a value
     --> stacks/demo/stack.hcl:2:12
      |
    2 |   region = 
      |            ^
      |
      = help: write text in quotes, a number, a list or a reference

    error[SW005]: expected a value
     --> stacks/demo/stack.hcl:7:1
      |
    7 | }
      | ^
      |
      = help: write text in quotes, a number, a list or a reference
    ");
}

#[test]
fn a_field_set_twice_is_told_with_its_name() {
    assert_snapshot!(refused(STACK.replace("cidr =", "cidr = \"10.0.0.0/8\"\n  cidr =")), @r#"
    error[SW104]: `cidr` is set twice
     --> stacks/demo/stack.hcl:7:3
      |
    7 |   cidr = "10.0.0.0/16"
      |   ^^^^ set again here
      |
      = help: keep one of them
    "#);
}

#[test]
fn a_missing_field_and_a_wrong_type() {
    assert_snapshot!(refused("stack \"demo\" {\n  region = 5\n}\nnetwork \"main\" {\n  zones = \"two\"\n}\ncluster \"main\" {}\n"), @r#"
    error[SW105]: expected a string, found a number
     --> stacks/demo/stack.hcl:2:12
      |
    2 |   region = 5
      |            ^
      |
      = help: write it in quotes: `"5"`

    error[SW105]: expected a number of zones, or their names
     --> stacks/demo/stack.hcl:5:11
      |
    5 |   zones = "two"
      |           ^^^^^
      |
      = help: write `zones = 2` or `zones = ["us-west-2a", "us-west-2b"]`

    error[SW103]: `network` is missing
     --> stacks/demo/stack.hcl:7:1
      |
    7 | cluster "main" {}
      | ^^^^^^^^^^^^^^ this `cluster` needs it
      |
      = help: add `network = …`: `network.…`
    "#);
}

#[test]
fn labels_are_checked() {
    assert_snapshot!(refused(format!("{STACK}\nnetwork {{\n  cidr = \"10.0.0.0/16\"\n}}\nrepository \"a\" \"b\" {{}}\nrepository \"1x\" {{}}\n")), @r#"
    error[SW106]: a `network` block needs a label
     --> stacks/demo/stack.hcl:9:1
      |
    9 | network {
      | ^^^^^^^
      |
      = help: write `network "main" { … }`

    error[SW106]: a `repository` block takes one label, not 2
      --> stacks/demo/stack.hcl:12:1
       |
    12 | repository "a" "b" {}
       | ^^^^^^^^^^^^^^^^^^
       |
       = help: write `repository "main" { … }`

    error[SW106]: a label cannot begin with `1`
      --> stacks/demo/stack.hcl:13:12
       |
    13 | repository "1x" {}
       |            ^^^^
       |
       = help: a label has 1 to 64 letters, digits, hyphens and underscores, a letter first; try `x`
    "#);
}

#[test]
fn two_components_of_one_name() {
    assert_snapshot!(refused(format!("{STACK}\n{}", STACK.split_once("\n\n").unwrap().1)), @r#"
    error[SW104]: `network` "main" stands twice
     --> stacks/demo/stack.hcl:9:9
      |
    5 | network "main" {
      |         ------ first here
    ...
    9 | network "main" {
      |         ^^^^^^ again here
    "#);
}

#[test]
fn references_to_nothing_get_a_suggestion() {
    assert_snapshot!(refused(format!("{STACK}\noutput \"a\" {{\n  value = network.mian.id\n}}\noutput \"b\" {{\n  value = network.main.idd\n}}\noutput \"c\" {{\n  value = netwrk.main.id\n}}\noutput \"d\" {{\n  value = somewhere\n}}\n")), @r#"
    error[SW107]: there is no `network` "mian"
      --> stacks/demo/stack.hcl:10:11
       |
    10 |   value = network.mian.id
       |           ^^^^^^^^^^^^
       |
       = help: did you mean `network.main`?

    error[SW107]: a `network` has no `idd` to refer to
      --> stacks/demo/stack.hcl:13:24
       |
    13 |   value = network.main.idd
       |                        ^^^
       |
       = help: did you mean `id`?

    error[SW107]: `netwrk` is not known here
      --> stacks/demo/stack.hcl:16:11
       |
    16 |   value = netwrk.main.id
       |           ^^^^^^
       |
    help: did you mean `network`?
       |
    16 |   value = network.main.id
       |               +

    error[SW107]: `somewhere` is not known here
      --> stacks/demo/stack.hcl:19:11
       |
    19 |   value = somewhere
       |           ^^^^^^^^^
       |
       = help: write text in quotes: `"somewhere"`
    "#);
}

#[test]
fn a_file_without_a_stack_block() {
    assert_snapshot!(refused("network \"main\" {\n  cidr = \"10.0.0.0/16\"\n}\n"), @r#"
    error[SW110]: the description has no `stack` block
     --> stacks/demo/stack.hcl:1:1
      |
    1 | network "main" {
      | ^
      |
      = help: start it with `stack "demo" { region = "…" }`
    "#);
}

#[test]
fn an_empty_file() {
    assert_snapshot!(refused(""), @r#"
    error[SW110]: the description has no `stack` block
     --> stacks/demo/stack.hcl:1:1
      |
    1 |
      | ^
      |
      = help: start it with `stack "demo" { region = "…" }`
    "#);
}

#[test]
fn invalid_utf8() {
    assert_snapshot!(refused(b"stack \"demo\" {\n  region = \"\xff\"\n}\n"), @r#"
    error[SW002]: `stacks/demo/stack.hcl` is not UTF-8
     --> stacks/demo/stack.hcl:2:13
      |
    2 |   region = "�"
      |             ^
      |
      = help: save it as UTF-8
    "#);
}

#[test]
fn a_byte_order_mark() {
    assert_snapshot!(refused(format!("\u{feff}{STACK}")), @r#"
    error[SW002]: `stacks/demo/stack.hcl` starts with a byte-order mark
     --> stacks/demo/stack.hcl:1:1
      |
    1 | ﻿stack "demo" {
      | ^
      |
      = help: save it as UTF-8 without BOM
    "#);
}

#[test]
fn carriage_returns() {
    assert_snapshot!(refused(STACK.replace('\n', "\r\n")), @r#"
    error[SW003]: `stacks/demo/stack.hcl` has carriage returns
     --> stacks/demo/stack.hcl:1:15
      |
    1 | stack "demo" {␍
      |               ^
      |
      = help: end lines with a line feed; `*.hcl text eol=lf` in `.gitattributes` keeps git from changing them
    "#);
}

#[test]
fn fifty_megabytes() {
    assert_snapshot!(refused("# x\n".repeat(13 << 20)), @"
    error[SW004]: `stacks/demo/stack.hcl` has 52 MiB
     |
     = help: a description has at most 4 MiB; split the stack
    ");
}

#[test]
fn ten_thousand_nested_brackets() {
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let said = refused(format!("{STACK}\nlocals {{\n  a = {nested}\n}}\n"));
    assert!(said.contains("SW005"), "{said}");
    assert!(said.len() < 10_000, "{}", said.len());
    let blocks = format!("{}{}", "a {\n".repeat(10_000), "}\n".repeat(10_000));
    assert!(refused(blocks).contains("SW005"));
}

#[test]
fn ten_thousand_components_in_a_chain_are_no_problem() {
    let mut text = STACK.to_owned();
    for i in 0..10_000 {
        let next =
            if i == 0 { "network.main.id".to_owned() } else { format!("module.m{}.id", i - 1) };
        text.push_str(&format!("module \"m{i}\" {{\n  source = \"./m\"\n  before = {next}\n}}\n"));
    }
    Project::with(&text).run(&["render"]).success();
}

#[test]
fn a_link_out_of_the_project_is_not_followed() {
    let outside = tempfile::TempDir::new().unwrap();
    fs::write(outside.path().join("stack.hcl"), STACK).unwrap();
    let project = Project::empty();
    symlink(outside.path(), project.path("stacks/demo")).unwrap();
    assert_snapshot!(project.run(&["render"]).code(1).err, @"
    error[SW006]: `stacks/demo` leads out of the project through a symbolic link
     |
     = help: make it a real file or folder: nothing outside the project is read or written
    ");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn a_linked_module_folder_is_not_written_through() {
    let outside = tempfile::TempDir::new().unwrap();
    let project = Project::with(STACK);
    symlink(outside.path(), project.path("modules")).unwrap();
    assert_snapshot!(project.run(&["render"]).code(1).err, @"
    error[SW006]: `modules/network` leads out of the project through a symbolic link
     |
     = help: make it a real file or folder: nothing outside the project is read or written
    ");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_linked_file_is_not_written_through() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    let project = Project::with(STACK);
    symlink(outside.path(), project.path("stacks/demo/network.tf")).unwrap();
    let run = project.run(&["render"]).code(1);
    assert!(run.err.contains("SW501"), "{}", run.err);
    assert_eq!(fs::read(outside.path()).unwrap(), b"");
}

#[test]
fn a_description_that_is_a_folder() {
    let project = Project::empty();
    fs::create_dir_all(project.path("stacks/demo/stack.hcl")).unwrap();
    assert_snapshot!(project.run(&["render"]).code(1).err, @"error[SW001]: cannot read `stacks/demo/stack.hcl`: it is not a file");
}

/// Every file is written beside its target first, so a disk that fills up changes nothing. The
/// shell's limit on file size stands in for the disk.
#[test]
fn a_full_disk_leaves_everything_as_it_was() {
    let project = Project::with(STACK);
    let before = project.files();
    let mut command = std::process::Command::new("sh");
    command
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 2; exec \"$0\" render",
            env!("CARGO_BIN_EXE_stackwright"),
        ])
        .current_dir(project.path(""))
        .env_clear();
    let run = project.finish(command).code(1);
    assert!(run.err.contains("SW502"), "{}", run.err);
    assert!(run.err.contains("nothing was changed"), "{}", run.err);
    assert_eq!(project.files(), before);
    assert!(!project.path("modules").exists());
}

/// Permissions mean nothing to root, so the command runs as nobody where the tests run as root.
#[test]
fn a_read_only_folder_leaves_everything_as_it_was() {
    let project = Project::with(STACK);
    let before = project.files();
    let binary = tempfile::TempDir::new().unwrap();
    let copy = binary.path().join("stackwright");
    fs::copy(env!("CARGO_BIN_EXE_stackwright"), &copy).unwrap();
    open_up(binary.path());
    open_up(&project.path(""));
    let mut command = std::process::Command::new(copy);
    command.arg("render").current_dir(project.path("")).env_clear();
    if is_root() {
        command.uid(65_534).gid(65_534);
    } else {
        let read_only = std::os::unix::fs::PermissionsExt::from_mode(0o555);
        fs::set_permissions(project.path(""), read_only).unwrap();
    }
    let run = project.finish(command).code(1);
    open_up(&project.path(""));
    assert!(run.err.contains("SW502"), "{}", run.err);
    assert!(run.err.to_lowercase().contains("permission denied"), "{}", run.err);
    assert!(!run.err.contains("<project>"), "{}", run.err);
    assert_eq!(project.files(), before);
}

fn open_up(folder: &std::path::Path) {
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

fn is_root() -> bool {
    let status = std::process::Command::new("id").arg("-u").output().unwrap();
    status.stdout == b"0\n"
}

#[test]
fn a_broken_project_file() {
    let project = Project::with(STACK);
    project.write("stackwright.hcl", "stacks = \"../elsewhere\"\nmodlues = \"x\"\n");
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW201]: `../elsewhere` is not a folder of the project
     --> stackwright.hcl:1:10
      |
    1 | stacks = "../elsewhere"
      |          ^^^^^^^^^^^^^^
      |
      = help: write a relative path without `.` and `..`, such as `terraform/stacks`

    error[SW102]: a `project` block has no field `modlues`
     --> stackwright.hcl:2:1
      |
    2 | modlues = "x"
      | ^^^^^^^ not known here
      |
    help: did you mean `modules`?
      |
    2 - modlues = "x"
    2 + modules = "x"
      |
    "#);
}

#[test]
fn a_lock_with_mistakes() {
    let project = Project::with(&format!(
        "{STACK}\nimage \"app\" {{\n  repository = \"example.com/app\"\n}}\n"
    ));
    project.write("stacks/demo/images.tf", LOCK);
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW206]: a tag cannot begin with `-`
     --> stacks/demo/images.tf:7:20
      |
    7 |       tag        = "-bad"
      |                    ^^^^^^
      |
      = help: a tag has 1 to 128 letters, digits, `.`, `-` and `_`, no `.` or `-` first

    error[SW206]: the digest has 3 digits, not 64
     --> stacks/demo/images.tf:8:20
      |
    8 |       digest     = "sha256:123"
      |                    ^^^^^^^^^^^^
      |
      = help: a digest has `sha256:` and 64 lower-case hexadecimal digits

    error[SW401]: the entry `ap` has no `digest`
      --> stacks/demo/images.tf:10:5
       |
    10 |     ap = {
       |     ^^
       |
       = help: add `digest = …`; `null` where there is none
    "#);
}

const LOCK: &str = r#"# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    app = {
      repository = "example.com/app"
      tag        = "-bad"
      digest     = "sha256:123"
    }
    ap = {
      repository = "example.com/app"
      tag        = "1"
    }
  }
}
"#;

#[test]
fn a_lock_entry_without_an_image_and_one_that_moves() {
    let project = Project::with(&format!(
        "{STACK}\nimage \"app\" {{\n  repository = \"example.com/app\"\n}}\n"
    ));
    let lock = LOCK
        .replace("-bad", "latest")
        .replace("\"sha256:123\"", "null")
        .replace("tag        = \"1\"", "tag        = \"1\"\n      digest     = null");
    project.write("stacks/demo/images.tf", lock);
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW309]: `app` is locked to `latest`, which moves
     --> stacks/demo/images.tf:5:5
      |
    5 |     app = {
      |     ^^^ nobody can say what this runs
      |
      = help: give it a tag that does not move, or a digest

    error[SW402]: the description declares no `image` or `artifact` "ap"
      --> stacks/demo/images.tf:10:5
       |
    10 |     ap = {
       |     ^^
       |
       = help: did you mean `app`?
    "#);
}

#[test]
fn a_foreign_images_file() {
    let project = Project::with(&format!(
        "{STACK}\nimage \"app\" {{\n  repository = \"example.com/app\"\n}}\n"
    ));
    project.write("stacks/demo/images.tf", "locals {}\n");
    assert_snapshot!(project.run(&["render"]).code(1).err, @"
    error[SW401]: this is not the lock that stackwright writes
     --> stacks/demo/images.tf:1:1
      |
    1 | locals {}
      | ^^^^^^^^^
      |
      = help: the lock holds `locals { images = { … } }` below `# Image references: Terraform reads them, stackwright writes them.`
    ");
}

#[test]
fn a_wrong_stack_block_hides_nothing_else() {
    let description = "\
stack \"demo\" {
  regin = \"us-west-2\"
}

network \"main\" { cidr = \"10.0.0.0/33\" }
cluster \"main\" { network = network.maim }
output \"vpc\" { value = network.main.idd }
";
    assert_snapshot!(refused(description), @r#"
    error[SW102]: a `stack` block has no field `regin`
     --> stacks/demo/stack.hcl:2:3
      |
    2 |   regin = "us-west-2"
      |   ^^^^^ not known here
      |
    help: did you mean `region`?
      |
    2 |   region = "us-west-2"
      |       +

    error[SW205]: `33` is not a prefix length
     --> stacks/demo/stack.hcl:5:35
      |
    5 | network "main" { cidr = "10.0.0.0/33" }
      |                                   ^^
      |
      = help: use a whole number from 0 to 32

    error[SW107]: there is no `network` "maim"
     --> stacks/demo/stack.hcl:6:28
      |
    6 | cluster "main" { network = network.maim }
      |                            ^^^^^^^^^^^^
      |
      = help: did you mean `network.main`?

    error[SW107]: a `network` has no `idd` to refer to
     --> stacks/demo/stack.hcl:7:37
      |
    7 | output "vpc" { value = network.main.idd }
      |                                     ^^^
      |
      = help: did you mean `id`?
    "#);
}

#[test]
fn a_list_or_a_map_is_not_taken_for_an_expression() {
    let description = format!(
        "{STACK}
repository \"a\" {{ name = [\"a\"] }}
repository \"b\" {{ name = {{ for x in [1] : x => x }} }}
bastion \"c\" {{
  network       = network.main
  allowed_cidrs = \"${{var.a}}/32\"
  port          = <<EOT
22
EOT
}}
"
    );
    assert_snapshot!(refused(description), @r#"
    error[SW105]: expected a string, found a list
     --> stacks/demo/stack.hcl:9:25
      |
    9 | repository "a" { name = ["a"] }
      |                         ^^^^^

    error[SW105]: expected a string, found a map
      --> stacks/demo/stack.hcl:10:25
       |
    10 | repository "b" { name = { for x in [1] : x => x } }
       |                         ^^^^^^^^^^^^^^^^^^^^^^^^^

    error[SW105]: expected a list, found a string
      --> stacks/demo/stack.hcl:13:19
       |
    13 |   allowed_cidrs = "${var.a}/32"
       |                   ^^^^^^^^^^^^^

    error[SW105]: expected a number, found a string
      --> stacks/demo/stack.hcl:14:19
       |
    14 |     port          = <<EOT
       |  ___________________^
    15 | | 22
    16 | | EOT
       | |___^
    "#);
}

#[test]
fn what_terraform_wants_written_out_is_no_expression() {
    let description = format!(
        "{STACK}
input \"size\" {{
  description = \"of ${{local.x}}\"
  default     = max(1, 2)
}}

module \"a\" {{ source = local.x }}
"
    );
    assert_snapshot!(refused(description), @r#"
    error[SW109]: `description` must be written out
      --> stacks/demo/stack.hcl:10:17
       |
    10 |   description = "of ${local.x}"
       |                 ^^^^^^^^^^^^^^^ an expression
       |
       = help: Terraform reads it before it knows any value

    error[SW109]: an input's default must be written out
      --> stacks/demo/stack.hcl:11:17
       |
    11 |   default     = max(1, 2)
       |                 ^^^^^^^^^ an expression
       |
       = help: use `locals` for a value that depends on others

    error[SW109]: `source` must be written out
      --> stacks/demo/stack.hcl:14:23
       |
    14 | module "a" { source = local.x }
       |                       ^^^^^^^ an expression
       |
       = help: Terraform reads it before it knows any value
    "#);
}

#[test]
fn a_sensitive_default_is_refused_and_not_shown() {
    let description =
        format!("{STACK}\ninput \"key\" {{\n  sensitive = true\n  default   = \"hunter2\"\n}}\n");
    assert_snapshot!(refused(description), @"
    error[SW207]: the default of the sensitive `input.key` is written out
      --> stacks/demo/stack.hcl:11:15
       |
    11 |   default   = *********
       |               ^^^^^^^^^ from here it would reach the repository
       |
       = help: leave `default` out: the value is given from outside
    ");
}

#[test]
fn a_folder_that_cannot_be_a_stack_is_to_be_renamed() {
    let project = Project::empty();
    project.write("stacks/my shop/stack.hcl", STACK);
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW110]: the folder `my shop` cannot be a stack's name: ` ` cannot stand in a label
     --> stacks/my shop/stack.hcl:1:7
      |
    1 | stack "demo" {
      |       ^^^^^^
      |
      = help: rename the folder, to `demo` for example
    "#);
}

/// Passed over, what it uses would be deleted.
#[test]
fn a_stack_that_cannot_be_opened_is_not_passed_over() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::rendered(STACK);
    let folder = project.path("stacks/demo");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read_dir(&folder).is_ok();
    let run = project.run(&["render"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if !is_root {
        assert!(run.code(1).err.contains("cannot read `stacks/demo/stack.hcl`: Permission denied"));
    }
}
