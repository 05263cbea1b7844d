//! `stackwright render`: what it writes, what it leaves alone, and what it says.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use crate::support::{Project, STACK, terraform};

#[test]
fn a_first_render_prints_one_line_a_file() {
    let project = Project::with(STACK);
    assert_snapshot!(project.run(&["render"]), @"
    exit 0
    --- out
    created modules/network/main.tf
    created modules/network/outputs.tf
    created modules/network/terraform.tf
    created modules/network/variables.tf
    created stacks/demo/data.tf
    created stacks/demo/network.tf
    created stacks/demo/providers.tf
    created stacks/demo/terraform.tf
    --- err
    ");
}

#[test]
fn a_second_render_prints_nothing_and_touches_nothing() {
    let project = Project::rendered(STACK);
    let times = || {
        project
            .files()
            .into_iter()
            .map(|(path, _)| fs::metadata(project.path(&path)).unwrap().modified().unwrap())
            .collect::<Vec<_>>()
    };
    let before = times();
    assert_eq!(project.run(&["render"]).success(), "");
    assert_eq!(times(), before);
}

#[test]
fn a_changed_description_updates_the_files_that_it_concerns() {
    let project = Project::rendered(STACK);
    project.edit("stacks/demo/stack.hcl", "10.0.0.0/16", "10.1.0.0/16");
    assert_eq!(project.run(&["render"]).success(), "updated stacks/demo/network.tf\n");
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let project = Project::rendered(STACK);
    project.edit("stacks/demo/stack.hcl", "10.0.0.0/16", "10.1.0.0/16");
    let before = project.files();
    assert_eq!(project.run(&["render", "--dry-run"]).success(), "updated stacks/demo/network.tf\n");
    assert_eq!(project.files(), before);
}

#[test]
fn a_file_edited_by_hand_is_overwritten_and_said_so() {
    let project = Project::rendered(STACK);
    project.edit("stacks/demo/network.tf", "10.0.0.0/16", "10.9.0.0/16");
    assert_eq!(project.run(&["render"]).success(), "overwritten stacks/demo/network.tf\n");
    assert!(project.read("stacks/demo/network.tf").contains("10.0.0.0/16"));
}

#[test]
fn a_file_that_no_description_produces_any_more_is_deleted() {
    let project = Project::rendered(STACK);
    let without = STACK.split("network").next().unwrap();
    project.write("stacks/demo/stack.hcl", without);
    assert_snapshot!(project.run(&["render"]), @"
    exit 0
    --- out
    deleted modules/network/main.tf
    deleted modules/network/outputs.tf
    deleted modules/network/terraform.tf
    deleted modules/network/variables.tf
    deleted stacks/demo/data.tf
    deleted stacks/demo/network.tf
    --- err
    ");
    assert!(!project.path("modules/network").exists());
}

#[test]
fn the_root_of_a_stack_that_is_gone_is_not_deleted() {
    let project = Project::rendered(STACK);
    project.write("stacks/other/stack.hcl", "stack \"other\" {\n  region = \"us-west-2\"\n}\n");
    fs::remove_file(project.path("stacks/demo/stack.hcl")).unwrap();
    let before = project.files();
    let run = project.run(&["render"]).code(1);
    assert!(run.err.contains("error[SW514]: no description has the root `stacks/demo`"), "{run}");
    assert_eq!(project.files(), before);
    // Somebody has thought of it: what only it needed goes, too.
    fs::remove_dir_all(project.path("stacks/demo")).unwrap();
    let out = project.run(&["render"]).success();
    assert!(out.contains("deleted modules/network/main.tf\n"), "{out}");
}

#[test]
fn files_of_other_people_are_left_alone() {
    let project = Project::rendered(STACK);
    project.write("stacks/demo/extra.tf", "resource \"aws_eip\" \"by_hand\" {}\n");
    project.write("modules/mine/main.tf", "# mine\n");
    assert_eq!(project.run(&["render"]).success(), "");
    assert_eq!(project.run(&["check"]).code(0).out, "8 files of 1 stack: as described\n");
}

#[test]
fn a_foreign_file_is_never_overwritten_and_nothing_else_is_written() {
    let project = Project::with(STACK);
    project.write("stacks/demo/network.tf", "# written by hand\n");
    let before = project.files();
    assert_snapshot!(project.run(&["render"]), @"
    exit 1
    --- out
    --- err
    error[SW501]: `stacks/demo/network.tf` is not ours, and stands where we must write
     |
     = help: move it away or rename it; it is never overwritten
    ");
    assert_eq!(project.files(), before);
}

#[test]
fn a_folder_in_the_place_of_a_file_is_foreign() {
    let project = Project::with(STACK);
    fs::create_dir(project.path("stacks/demo/network.tf")).unwrap();
    assert_snapshot!(project.run(&["render"]).code(1).err, @"
    error[SW501]: `stacks/demo/network.tf` is not ours, and stands where we must write
     |
     = help: move it away or rename it; it is never overwritten
    ");
    assert!(!project.path("stacks/demo/providers.tf").exists());
}

#[test]
fn the_permissions_of_a_rewritten_file_stay() {
    let project = Project::rendered(STACK);
    let path = project.path("stacks/demo/network.tf");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    project.edit("stacks/demo/stack.hcl", "10.0.0.0/16", "10.1.0.0/16");
    project.run(&["render"]).success();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn only_the_stacks_asked_for_are_rendered() {
    let project = Project::with(STACK);
    project.write("stacks/other/stack.hcl", STACK.replace("demo", "other"));
    let out = project.run(&["render", "--stack", "other"]).success();
    assert!(out.contains("created stacks/other/network.tf"), "{out}");
    assert!(!project.path("stacks/demo/network.tf").exists());
    // A part of the stacks does not tell which modules the others use: none is an orphan.
    project.run(&["render"]).success();
    project.write("stacks/other/stack.hcl", "stack \"other\" {\n  region = \"us-west-2\"\n}\n");
    assert_eq!(
        project.run(&["render", "--stack", "other"]).success(),
        "deleted stacks/other/data.tf\ndeleted stacks/other/network.tf\n"
    );
}

#[test]
fn a_project_file_moves_the_folders() {
    let project = Project::empty();
    project.write("stackwright.hcl", "stacks  = \"infra/live\"\nmodules = \"infra/lib\"\n");
    project.write("infra/live/demo/stack.hcl", STACK);
    let out = project.run(&["render"]).success();
    assert!(out.contains("created infra/lib/network/main.tf"), "{out}");
    let network = project.read("infra/live/demo/network.tf");
    assert!(network.contains("source = \"../../../infra/lib/network\""), "{network}");
    assert_eq!(project.run(&["check"]).code, Some(0));
}

#[test]
fn two_renders_at_the_same_time_leave_a_whole_tree() {
    let project = Project::with(STACK);
    for name in ["a", "b", "c", "d"] {
        project.write(&format!("stacks/{name}/stack.hcl"), STACK.replace("demo", name));
    }
    let children: Vec<_> = (0..4).map(|_| project.command(&["render"]).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(project.run(&["check"]).code, Some(0));
    let leftover = project.files().into_iter().find(|(path, _)| path.contains(".stackwright-"));
    assert_eq!(leftover, None);
}

#[test]
fn a_tree_of_more_files_than_a_process_may_have_open_is_written() {
    let project = Project::empty();
    for i in 0..20 {
        let name = format!("s{i}");
        project.write(&format!("stacks/{name}/stack.hcl"), STACK.replace("demo", &name));
    }
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "ulimit -n 32; exec \"$0\" render", env!("CARGO_BIN_EXE_stackwright")])
        .current_dir(project.path(""))
        .env_clear();
    assert_eq!(project.finish(command).success().lines().count(), 84);
}

#[test]
fn expressions_are_laid_out_as_terraform_fmt_leaves_them() {
    let project = Project::rendered(&format!(
        r#"{STACK}
input "name" {{}}
output "wrapped" {{ value = "${{input.name}}" }}
output "blanks"  {{ value = "a ${{ input.name }} ${{(1+2)*3}}" }}
output "table"   {{ value = {{for k in [1,2]:k=>k}} }}
output "several" {{
  value = "${{[for x in [1] :
    x]}}"
}}
dns "main" {{
  zone = "example.com"

  txt "notes" {{
    name   = "@"
    values = [<<EOT
first
EOT
    , "second"]
  }}
}}
"#
    ));
    assert_snapshot!(project.read("stacks/demo/outputs.tf"), @r#"
    # Rendered by stackwright from stack demo; edits are lost. sha256:e319e89c896eada7

    output "blanks" {
      value = "a ${var.name} ${(1 + 2) * 3}"
    }

    output "several" {
      value = ([for x in [1] :
      x])
    }

    output "table" {
      value = { for k in [1, 2] : k => k }
    }

    output "wrapped" {
      value = var.name
    }
    "#);
    assert_snapshot!(project.read("stacks/demo/dns.tf"), @r#"
    # Rendered by stackwright from stack demo; edits are lost. sha256:fceb1a01eb283a37

    module "dns_main" {
      source = "../../modules/dns"

      zone_id = data.aws_route53_zone.main.zone_id

      txt = {
        notes = {
          name = "@"
          values = [
            <<EOT
    first
    EOT
            ,
            "second",
          ]
        }
      }
    }
    "#);
    if let Some(fmt) = terraform(&project.path("."), &["fmt", "-check", "-recursive", "-diff"]) {
        assert!(fmt.status.success(), "{}", String::from_utf8_lossy(&fmt.stdout));
    }
}

#[test]
fn no_comment_of_a_description_is_lost() {
    let project = Project::rendered(
        "\
# above stack
stack \"demo\" { # behind its brace
  region = \"us-west-2\" # behind region
  # below region
}

locals { # behind locals
  a = 1
  # below a
}

network \"main\" {
  cidr = \"10.0.0.0/16\"
  # below cidr
}

bastion \"main\" {
  network       = network.main
  allowed_cidrs = [ # behind the bracket
    \"10.0.0.0/8\", # behind 10
    # above 12
    \"12.0.0.0/8\",
    # below 12
  ]
}
# below everything
",
    );
    let rendered = ["terraform", "providers", "locals", "network", "bastion"]
        .map(|file| project.read(&format!("stacks/demo/{file}.tf")));
    let comments = rendered.iter().flat_map(|text| text.lines().skip(1));
    let comments: Vec<_> = comments.filter(|line| line.contains('#')).collect();
    assert_snapshot!(comments.join("\n"), @r#"
    # above stack
    # behind its brace
    # below region
    # below everything
      region = "us-west-2" # behind region
      # behind locals
      # below a
    # below cidr
      # behind the bracket
      # behind 10
      # above 12
      # below 12
    "#);
}

#[test]
fn what_only_looks_like_one_text_in_quotes_stays_an_expression() {
    let project = Project::rendered(&format!(
        r#"{STACK}
input "a" {{}}
topic "a" {{}}
alarm "a" {{
  namespace          = "x"
  metric             = "y"
  comparison         = "above"
  threshold          = 1
  description        = "x-${{input.a}}"
  no_actions_because = "y" == input.a ? "a" : "b"
}}
"#
    ));
    let alarm = project.read("stacks/demo/alarms.tf");
    let description = alarm.lines().find(|line| line.contains("description"));
    assert_snapshot!(description.unwrap(), @r#"  description = "x-${var.a} (no actions: ${"y" == var.a ? "a" : "b"})""#);
}

#[test]
fn what_a_killed_render_left_is_removed_by_the_next_one() {
    let project = Project::with(STACK);
    project.write("stacks/demo/.stackwright-a1B2c3", "# half");
    project.write("modules/network/.stackwright-a1B2c3", "# half");
    project.run(&["render"]).success();
    let left = project.files().into_iter().find(|(path, _)| path.contains(".stackwright-"));
    assert_eq!(left, None);
}

#[test]
fn what_is_declared_by_hand_and_rendered_is_refused() {
    let project = Project::with(&format!(
        "{STACK}\ninput \"zone\" {{}}\nlocals {{\n  a = 1\n}}\noutput \"a\" {{\n  value = local.a\n}}\n"
    ));
    project.write(
        "stacks/demo/by_hand.tf",
        "variable \"zone\" {}\n\nlocals {\n  a = 2\n  b = 3\n}\n\nmodule \"network_main\" {\n  source = \"./x\"\n}\n\nterraform {\n  required_providers {}\n}\n",
    );
    assert_snapshot!(project.run(&["render"]).code(1).err, @r#"
    error[SW313]: `variable "zone"` stands in `variables.tf` and in `stacks/demo/by_hand.tf`
     --> stacks/demo/by_hand.tf:1:1
      |
    1 | variable "zone" {}
      | ^^^^^^^^ written by hand
      |
      = help: Terraform reads both as one root: give one of them another name

    error[SW313]: `local.a` stands in `locals.tf` and in `stacks/demo/by_hand.tf`
     --> stacks/demo/by_hand.tf:4:3
      |
    4 |   a = 2
      |   ^ written by hand
      |
      = help: Terraform reads both as one root: give one of them another name

    error[SW313]: `module "network_main"` stands in `network.tf` and in `stacks/demo/by_hand.tf`
     --> stacks/demo/by_hand.tf:8:1
      |
    8 | module "network_main" {
      | ^^^^^^ written by hand
      |
      = help: Terraform reads both as one root: give one of them another name

    error[SW313]: `required_providers` stands in `terraform.tf` and in `stacks/demo/by_hand.tf`
      --> stacks/demo/by_hand.tf:13:3
       |
    13 |   required_providers {}
       |   ^^^^^^^^^^^^^^^^^^ written by hand
       |
       = help: Terraform reads both as one root: give one of them another name
    "#);
}

#[test]
fn what_is_declared_by_hand_can_be_named_and_what_nobody_declares_cannot() {
    let project = Project::with(&format!(
        "{STACK}\ninput \"zone\" {{}}\noutput \"a\" {{\n  value = [var.mine, local.mine, var.zone, local.images]\n}}\noutput \"b\" {{\n  value = [var.zome, local.nowhere, for_each.x]\n}}\n"
    ));
    project.write("stacks/demo/by_hand.tf", "variable \"mine\" {}\nlocals {\n  mine = 1\n}\n");
    project.edit("stacks/demo/stack.hcl", ", for_each.x", "");
    assert_snapshot!(project.run(&["render"]).code(1).err, @"
    error[SW107]: nothing declares `var.zome`
      --> stacks/demo/stack.hcl:14:12
       |
    14 |   value = [var.zome, local.nowhere]
       |            ^^^^^^^^
       |
       = help: did you mean `input.zone`?

    error[SW107]: nothing declares `local.nowhere`
      --> stacks/demo/stack.hcl:14:22
       |
    14 |   value = [var.zome, local.nowhere]
       |                      ^^^^^^^^^^^^^
       |
       = help: add it to `locals { nowhere = … }`
    ");
    // What Terraform alone can read may declare anything.
    project.write("stacks/demo/more.tf.json", "{}");
    project.run(&["render"]).success();
}

#[test]
fn an_account_is_the_only_one_that_terraform_works_in() {
    let account = STACK.replace(
        "\n}\n\nnetwork",
        "\n\n  # Production.\n  account = \"012345678901\"\n}\n\nnetwork",
    );
    let project = Project::rendered(&account);
    let provider = project.read("stacks/demo/providers.tf");
    assert_snapshot!(provider.split_once("\n\n").unwrap().1, @r#"
    provider "aws" {
      region = "us-west-2"

      # Production.
      allowed_account_ids = ["012345678901"]

      default_tags {
        tags = {
          Stack = "demo"
        }
      }
    }
    "#);
    for (wrong, why) in [("012345678901", "in quotes"), ("\"12345\"", "12 digits")] {
        let run = Project::with(&account.replace("\"012345678901\"", wrong)).run(&["render"]);
        assert!(run.code(1).err.contains(why), "{wrong}");
    }
}

/// Two environments with an image, and no lock.
const UNLOCKED: &str = r#"stack "demo" {
  region = "us-west-2"
}

environment "staging" {}
environment "production" {}

network "main" {
  cidr = "10.0.0.0/16"
}

cluster "main" {
  network = network.main
}

image "job" {
  repository = "registry.example.org/job"
  policy = "commit"
}

scheduled_task "job" {
  cluster  = cluster.main
  image    = image.job
  schedule = "rate(1 hour)"
}
"#;

#[test]
fn the_first_entry_of_a_lock_is_written_where_it_is_asked_for() {
    let project = Project::with(UNLOCKED);
    let said = project.run(&["render"]).code(1).err;
    assert!(said.contains("run `stackwright render --lock demo/staging/job=<tag>`, or"), "{said}");
    let staging = ["render", "--lock", "demo/staging/job=1.4.0", "--stack", "demo/staging"];
    let before = project.files();
    assert!(project.run(&[&staging[..], &["--dry-run"]].concat()).success().contains("images.tf"));
    assert!(project.files() == before, "a dry run writes nothing");
    assert!(project.run(&staging).success().contains("created stacks/demo/staging/images.tf\n"));
    assert!(project.read("stacks/demo/staging/images.tf").contains("tag        = \"1.4.0\""));
    // The other environment is the only one that has none: it need not be named.
    project.run(&["render", "--lock", "job=1.3.9"]).success();
    project.run(&["check"]).success();
    assert!(project.read("stacks/demo/production/images.tf").contains("\"1.3.9\""));
}

#[test]
fn a_first_entry_that_cannot_be_is_refused_and_nothing_is_written() {
    let project = Project::with(UNLOCKED);
    let before = project.files();
    let refused = |locks: &[&str]| {
        let locks = locks.iter().flat_map(|lock| ["--lock", lock]);
        let run = project.run(&["render"].into_iter().chain(locks).collect::<Vec<_>>());
        assert!(project.files() == before, "something was written");
        run.code(1).err
    };
    assert_snapshot!(refused(&["job=1.4.0"]));
    assert_snapshot!(refused(&["jbo=1.4.0", "demo/staging/job=latest", "x y"]));
    assert_snapshot!(refused(&["demo/staging/job=latest", "jbo=1.4.0"]));
    assert_snapshot!(refused(&["demo/staging/job"]));
    project
        .run(&["render", "--lock", "demo/staging/job=1.4.0", "--stack", "demo/staging"])
        .success();
    let run = project.run(&["render", "--lock", "demo/staging/job=1.5.0"]).code(1);
    assert!(run.err.contains("`demo/staging/job` is locked already"), "{run}");
}
