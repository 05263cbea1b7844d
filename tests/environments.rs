//! One description, several environments.

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan;
use crate::support::git::{self, Remote};
use crate::support::{Project, Run, terraform};

const SHOP: &str = r#"stack "shop" {
  region  = environment.region
  account = environment.account

  backend "s3" { bucket = "shop-${environment.name}-state" }
}

environment "staging" {
  region  = "eu-central-1"
  account = "111111111111"
  web     = { cpu = 256, memory = 512 }
  cidrs   = ["10.1.0.0/16"]
}

environment "production" {
  region  = "eu-central-1"
  account = "222222222222"
  web     = { cpu = 1024, memory = 2048 }
  cidrs   = ["10.2.0.0/16", "10.3.0.0/16"]
}

network "main" {
  cidr = "10.20.0.0/16"
}

cluster "main" {
  network = network.main
}

service "web" {
  cluster     = cluster.main
  image       = "public.ecr.aws/nginx/nginx:1.27"
  cpu         = environment.web.cpu
  memory      = environment.web.memory
  environment = { STAGE = environment.name, CIDRS = jsonencode(environment.cidrs) }
}

# Nobody calls
# by night.
service "night" {
  environments = ["production"]
  cluster      = cluster.main
  image        = "public.ecr.aws/nginx/nginx:1.27"
}
"#;

/// `SHOP` as far as it goes without a lock.
fn shop(edit: impl Fn(String) -> String) -> Project {
    let text = SHOP.replace("\"public.ecr.aws/nginx/nginx:1.27\"", "image.web");
    let text = text + "\nimage \"web\" {\n  repository = \"registry.example.org/web\"\n}\n";
    let project = Project::empty();
    project.write("stacks/shop/stack.hcl", edit(text));
    for environment in ["staging", "production"] {
        let path = format!("stacks/shop/{environment}/images.tf");
        project.write(
            &path,
            git::lock(&[("web", "v1")]).replace("\"\"\n", "\"registry.example.org/web\"\n"),
        );
    }
    project
}

/// The lines in which the roots of two environments differ, the header lines aside.
fn differences(project: &Project, one: &str, other: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for file in
        ["clusters.tf", "images.tf", "network.tf", "providers.tf", "services.tf", "terraform.tf"]
    {
        let read = |environment| project.read(&format!("stacks/shop/{environment}/{file}"));
        let (old, new) = (read(one), read(other));
        let diff = similar::TextDiff::from_lines(&old, &new);
        for change in
            diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal)
        {
            if !change.value().starts_with("# Rendered by") {
                lines.push(format!("{}{}", change.tag(), change.value().trim_end()));
            }
        }
    }
    lines
}

#[test]
fn environments_differ_in_what_differs() {
    let project = shop(|text| text);
    project.run(&["render"]).exits(0);
    assert_snapshot!(differences(&project, "staging", "production").join("\n"), @r#"
    -  name = "shop-staging-main"
    +  name = "shop-production-main"
    -  name  = "shop-staging-main"
    +  name  = "shop-production-main"
    -  allowed_account_ids = ["111111111111"]
    +  allowed_account_ids = ["222222222222"]
    -      Environment = "staging"
    +      Environment = "production"
    +
    +# Nobody calls
    +# by night.
    +module "service_night" {
    +  source = "../../../modules/service"
    +
    +  name      = "shop-production-night"
    +  cluster   = module.cluster_main
    +  network   = module.network_main
    +  placement = "public"
    +  image     = local.image_references.web
    +}
    -  name      = "shop-staging-web"
    +  name      = "shop-production-web"
    +  cpu       = 1024
    +  memory    = 2048
    -    CIDRS = jsonencode(["10.1.0.0/16"])
    -    STAGE = "staging"
    +    CIDRS = jsonencode(["10.2.0.0/16", "10.3.0.0/16"])
    +    STAGE = "production"
    -    bucket       = "shop-staging-state"
    -    key          = "shop/staging/terraform.tfstate"
    +    bucket       = "shop-production-state"
    +    key          = "shop/production/terraform.tfstate"
    "#);
    assert_snapshot!(project.run(&["check"]).success(), @"34 files of 1 stack in 2 roots: as described");
    let rendered = project.read("stacks/shop/production/services.tf");
    assert!(
        rendered.contains("# Nobody calls\n# by night.\nmodule \"service_night\""),
        "{rendered}"
    );
    assert!(!project.read("stacks/shop/staging/services.tf").contains("night"));
    if terraform(&project.path("."), &["version"]).is_some() {
        let path = std::env::var("PATH").unwrap();
        let mut command = project.command(&["validate"]);
        command.env("PATH", &path).env("HOME", project.path("."));
        let run = project.finish(command).code(0);
        assert!(run.out.contains("2 roots: valid"), "{run}");
    }
}

#[test]
fn one_environment_more_costs_its_own_lines() {
    let project = shop(|text| text);
    project.run(&["render"]).exits(0);
    let before = project.read("stacks/shop/production/services.tf");
    let preview = r#"environment "preview" {
  region  = "eu-west-1"
  account = "333333333333"
  web     = { cpu = 256, memory = 512 }
  cidrs   = []
}

network "main""#;
    project.edit("stacks/shop/stack.hcl", "network \"main\"", preview);
    project.write("stacks/shop/preview/images.tf", project.read("stacks/shop/staging/images.tf"));
    let rendered = project.run(&["render"]).success();
    assert!(rendered.lines().all(|line| line.contains("stacks/shop/preview/")), "{rendered}");
    assert_eq!(project.read("stacks/shop/production/services.tf"), before);
    assert_snapshot!(differences(&project, "staging", "preview").join("\n"), @r#"
    -  name = "shop-staging-main"
    +  name = "shop-preview-main"
    -  name  = "shop-staging-main"
    +  name  = "shop-preview-main"
    -  region              = "eu-central-1"
    -  allowed_account_ids = ["111111111111"]
    +  region              = "eu-west-1"
    +  allowed_account_ids = ["333333333333"]
    -      Environment = "staging"
    +      Environment = "preview"
    -  name      = "shop-staging-web"
    +  name      = "shop-preview-web"
    -    CIDRS = jsonencode(["10.1.0.0/16"])
    -    STAGE = "staging"
    +    CIDRS = jsonencode([])
    +    STAGE = "preview"
    -    bucket       = "shop-staging-state"
    -    key          = "shop/staging/terraform.tfstate"
    -    region       = "eu-central-1"
    +    bucket       = "shop-preview-state"
    +    key          = "shop/preview/terraform.tfstate"
    +    region       = "eu-west-1"
    "#);
}

#[test]
fn the_differences_are_a_table() {
    let project = shop(|text| text);
    assert_snapshot!(project.run(&["environments"]).success(), @r#"
    shop           staging          production
    account        "111111111111"   "222222222222"
    cidrs          ["10.1.0.0/16"]  ["10.2.0.0/16", "10.3.0.0/16"]
    web.cpu        256              1024
    web.memory     512              2048
    service.night  no               yes
    "#);
    assert_snapshot!(project.run(&["environments", "--all", "--format", "markdown"]).success(), @r#"
    | `shop` | `staging` | `production` |
    | --- | --- | --- |
    | `account` | `"111111111111"` | `"222222222222"` |
    | `cidrs` | `["10.1.0.0/16"]` | `["10.2.0.0/16", "10.3.0.0/16"]` |
    | `region` | `"eu-central-1"` | `"eu-central-1"` |
    | `web.cpu` | `256` | `1024` |
    | `web.memory` | `512` | `2048` |
    | `service.night` | `no` | `yes` |
    "#);
    let table: Value =
        serde_json::from_str(&project.run(&["environments", "--format", "json"]).success())
            .unwrap();
    assert_eq!(table["stacks"][0]["values"]["web.cpu"]["production"], "1024");
}

#[test]
fn a_value_that_is_missing_somewhere_is_an_error_there() {
    let project = shop(|text| {
        text.replace("memory = 2048", "memry = 2048").replacen(
            "  account = \"111111111111\"\n",
            "",
            1,
        )
    });
    let run = project.run(&["check"]).code(1);
    assert_snapshot!(run.err, @r#"
    error[SW111]: `staging` has no value `environment.account`
     --> stacks/shop/stack.hcl:3:13
      |
    3 |   account = environment.account
      |             ^^^^^^^^^^^^^^^^^^^
    ...
    8 | environment "staging" {
      | --------------------- it would stand here
      |
      = help: give it one: `account = …`

    error[SW111]: `production` has no value `environment.web.memory`
      --> stacks/shop/stack.hcl:33:17
       |
    14 | environment "production" {
       | ------------------------ it would stand here
    ...
    33 |   memory      = environment.web.memory
       |                 ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `memry`?
    "#);
}

#[test]
fn a_wrong_value_is_told_where_it_stands_and_where_it_is_from() {
    let project = shop(|text| text.replace("memory = 512", "memory = 100"));
    assert_snapshot!(project.run(&["check"]).code(1).err, @"
    error[SW202]: in `staging`: Fargate has no tasks of `100` MiB
      --> stacks/shop/stack.hcl:34:17
       |
    11 |   web     = { cpu = 256, memory = 100 }
       |                                   --- what stands there
    ...
    34 |   memory      = environment.web.memory
       |                 ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: the nearest: `512`
    ");
    // What is wrong in all of them is told once.
    let project = shop(|text| text.replace("10.20.0.0/16", "10.20.0.0/33"));
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW205]: `33` is not a prefix length
      --> stacks/shop/stack.hcl:23:21
       |
    23 |   cidr = "10.20.0.0/33"
       |                     ^^
       |
       = help: use a whole number from 0 to 32
    "#);
}

#[test]
fn what_is_wrong_with_environments_is_told_at_once() {
    let project = shop(|text| {
        text.replace("environments = [\"production\"]", "environments = [\"prod\", 1]")
            .replace(
                "cidrs   = [\"10.1.0.0/16\"]",
                "cidrs = []\n  name = \"x\"\n  unused = 1\n  nested {}",
            )
            .replace("STAGE = environment.name", "STAGE = environment")
            + "\nenvironment \"staging\" {}\nenvironment {}\n"
    });
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW102]: an environment has its name already
      --> stacks/shop/stack.hcl:13:3
       |
    13 |   name = "x"
       |   ^^^^
       |
       = help: `environment.name` is "staging"

    warning[SW112]: nothing names `environment.unused`
      --> stacks/shop/stack.hcl:14:12
       |
    14 |   unused = 1
       |            ^
       |
       = help: name it where it is meant, or take it out

    error[SW101]: an environment holds values, not blocks
      --> stacks/shop/stack.hcl:15:3
       |
    15 |   nested {}
       |   ^^^^^^
       |
       = help: write `name = …`, and `environment.name` where it is meant

    error[SW107]: an environment as a whole is no value
      --> stacks/shop/stack.hcl:38:27
       |
    38 |   environment = { STAGE = environment, CIDRS = jsonencode(environment.cidrs) }
       |                           ^^^^^^^^^^^
       |
       = help: name one of its values: `environment.name`

    error[SW107]: `prod` is no environment of this stack
      --> stacks/shop/stack.hcl:44:19
       |
    44 |   environments = ["prod", 1]
       |                   ^^^^^^
       |
       = help: there is `staging`, `production`

    error[SW105]: `environments` is a list of environments
      --> stacks/shop/stack.hcl:44:27
       |
    44 |   environments = ["prod", 1]
       |                           ^
       |
       = help: there is `staging`, `production`

    error[SW104]: `environment` "staging" stands twice
      --> stacks/shop/stack.hcl:53:13
       |
     8 | environment "staging" {
       | --------------------- first here
    ...
    53 | environment "staging" {}
       |             ^^^^^^^^^ again here

    error[SW106]: a `environment` block needs a label
      --> stacks/shop/stack.hcl:54:1
       |
    54 | environment {}
       | ^^^^^^^^^^^
       |
       = help: write `environment "main" { … }`
    "#);
}

#[test]
fn environments_that_share_state_or_names_are_refused() {
    let project = shop(|text| {
        text.replace(
            "bucket = \"shop-${environment.name}-state\" }",
            "bucket = \"shop-state\"\n    key = \"shop.tfstate\"\n  }",
        )
        .replace("backend \"s3\" { ", "backend \"s3\" {\n    ")
        .replace("account = environment.account\n", "")
        .replace("  account = \"111111111111\"\n", "")
        .replace("  account = \"222222222222\"\n", "")
            + "\nbucket \"files\" {\n  name = \"shop-files\"\n}\n"
    });
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW322]: in `production`: `shop/staging` and `shop/production` keep their state in one place
     --> stacks/shop/stack.hcl:4:3
      |
    4 |   backend "s3" {
      |   ^^^^^^^^^^^^
      |
      = help: put `${environment.name}` into its workspace, key or path

    error[SW313]: in `production`: `shop/staging` and `shop/production` both have the bucket `shop-files`
      --> stacks/shop/stack.hcl:51:10
       |
    51 |   name = "shop-files"
       |          ^^^^^^^^^^^^
       |
       = help: put `${environment.name}` into the name, or say the `account` of each
    "#);
}

#[test]
fn one_environment_can_be_asked_for() {
    let project = shop(|text| text);
    let rendered = project.run(&["render", "--stack", "shop/staging"]).success();
    let own = |line: &str| line.contains("stacks/shop/staging/") || line.contains(" modules/");
    assert!(rendered.lines().all(own), "{rendered}");
    project.run(&["check", "--stack", "shop/staging"]).exits(0);
    project.run(&["check"]).exits(2);
    assert_snapshot!(project.run(&["check", "--stack", "shop/prod"]).code(1).err, @"
    error[SW107]: the stack `shop` has no environment `prod`
     |
     = help: it has `staging`, `production`
    ");
}

#[test]
fn an_image_is_bumped_in_one_environment() {
    let text = shop(|text| text).read("stacks/shop/stack.hcl");
    let remote = Remote::shop(&[("web", "v1")]);
    let clone = remote.clone_as("ci");
    clone.write("stacks/shop/stack.hcl", text);
    clone.git(&["rm", "-q", "stacks/shop/*.tf"]);
    for environment in ["staging", "production"] {
        clone.write(&format!("stacks/shop/{environment}/images.tf"), git::lock(&[("web", "v1")]));
    }
    clone.run(&["render"]).exits(0);
    clone.commit_all("Split the shop");
    clone.git(&["push", "-q"]);
    let run = clone.run(&["bump", "web=v2", "--push"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW706]: the stacks `shop/production`, `shop/staging` each have an image `web`
     |
     = help: say which: `shop/production/web=…`, or `--stack shop/production`
    ");
    clone.run(&["bump", "shop/staging/web=v2", "--push"]).exits(0);
    clone.run(&["bump", "web=v3", "--stack", "shop/production", "--push"]).exits(0);
    assert_eq!(git::tag(&remote.file("stacks/shop/staging/images.tf"), "web"), "v2");
    assert_eq!(git::tag(&remote.file("stacks/shop/production/images.tf"), "web"), "v3");
    let listed = clone.run(&["images", "list", "--stack", "shop/staging"]).success();
    assert_eq!(listed.lines().count(), 2, "{listed}");
}

#[test]
fn an_environment_need_not_name_itself() {
    let project = shop(|text| {
        text.replace("shop-${environment.name}-state", "shop-state")
            .replace("STAGE = environment.name, ", "")
    });
    assert!(!project.run(&["render"]).success().is_empty());
}

#[test]
fn the_root_of_an_environment_that_is_taken_out_is_not_deleted() {
    let project = shop(|text| text);
    project.run(&["render"]).success();
    let start = project.read("stacks/shop/stack.hcl");
    let (before, rest) = start.split_once("environment \"staging\"").unwrap();
    let (_, after) = rest.split_once("}\n\n").unwrap();
    project.write("stacks/shop/stack.hcl", format!("{before}{after}"));
    let files = project.files();
    let run = project.run(&["render"]).code(1);
    assert_snapshot!(run.err);
    assert_eq!(project.files(), files, "something was written or deleted");
    assert_eq!(project.run(&["check"]).code(1).err, run.err);
    // Somebody has thought of it.
    std::fs::remove_dir_all(project.path("stacks/shop/staging")).unwrap();
    project.run(&["render"]).success();
    project.run(&["check"]).success();
}

#[test]
fn the_root_of_a_stack_that_gets_environments_is_to_be_moved() {
    let project = shop(|text| text);
    project.run(&["render"]).success();
    for file in ["terraform.tf", "images.tf"] {
        project.write(
            &format!("stacks/shop/{file}"),
            project.read(&format!("stacks/shop/staging/{file}")),
        );
    }
    let run = project.run(&["render"]).code(1);
    assert!(run.err.contains("`git mv -f stacks/shop/*.tf stacks/shop/production/`"), "{run}");
}

/// What `plan` says after only the description has changed, against the commit before.
#[track_caller]
fn planned_unrendered(edit: impl Fn(String) -> String) -> Option<Run> {
    let project = shop(|text| text);
    terraform(&project.path(""), &["version"])?;
    project.run(&["render"]).success();
    plan::commit(&project);
    let description = project.read("stacks/shop/stack.hcl");
    project.write("stacks/shop/stack.hcl", edit(description));
    Some(project.finish(plan::command(&project, &["plan", "--base", "HEAD"])))
}

#[test]
fn a_plan_says_that_a_description_above_its_roots_is_broken() {
    let edit = |text: String| text.replace("cpu = 256, memory = 512", "cpu = 257, memory = 512");
    let Some(run) = planned_unrendered(edit) else { return };
    let run = run.code(1);
    assert!(run.err.contains("`257`"), "{run}");
}

#[test]
fn a_plan_says_that_a_description_above_its_roots_was_not_rendered() {
    let edit = |text: String| text.replace("cpu = 256, memory = 512", "cpu = 512, memory = 1024");
    let Some(run) = planned_unrendered(edit) else { return };
    assert_snapshot!(run);
}

#[test]
fn a_plan_says_that_a_new_environment_has_no_lock() {
    let edit = |text: String| {
        text.replace(
            "environment \"production\"",
            "environment \"test\" {\n  region  = \"eu-central-1\"\n  account = \"333333333333\"\n  \
             web     = { cpu = 256, memory = 512 }\n  cidrs   = []\n}\n\nenvironment \"production\"",
        )
    };
    let Some(run) = planned_unrendered(edit) else { return };
    let run = run.code(1);
    assert!(run.err.contains("stacks/shop/test/images.tf"), "{run}");
}

#[test]
fn a_plan_says_that_an_environment_was_taken_out() {
    let edit = |text: String| {
        let (before, rest) = text.split_once("environment \"staging\"").unwrap();
        let (_, after) = rest.split_once("}\n\n").unwrap();
        format!("{before}{after}")
    };
    let Some(run) = planned_unrendered(edit) else { return };
    let expected = "no description has the root `stacks/shop/staging` any more";
    let run = run.code(1);
    assert!(run.err.contains(expected), "{run}");
}

#[test]
fn a_part_that_is_not_there_is_said_so_beside_the_whole_stack() {
    let project = shop(|text| text);
    project.run(&["render"]).success();
    plan::commit(&project);
    let expected = project.run(&["check", "-s", "shop/prod"]).code(1).err;
    assert!(expected.contains("the stack `shop` has no environment `prod`"), "{expected}");
    for command in ["check", "render", "diff", "validate", "plan"] {
        for asked in [&["-s", "shop/prod"][..], &["-s", "shop", "-s", "shop/prod"]] {
            let args = [&[command][..], asked].concat();
            if command == "plan" && terraform(&project.path(""), &["version"]).is_none() {
                continue;
            }
            let run = project.finish(plan::command(&project, &args)).code(1);
            assert_eq!(run.err, expected, "{args:?}");
        }
    }
}
