//! One description, several layers, each with a state of its own.

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan::{command, commit};
use crate::support::git::{self, Remote};
use crate::support::{Project, Run, terraform};

const SHOP: &str = r#"# The shop.
stack "shop" {
  region  = "eu-central-1"
  account = environment.account

  backend "s3" { bucket = "shop-${environment.name}-state" }
}

environment "preview" {
  account = "111111111111"
  class   = "db.t4g.micro"
}

environment "staging" {
  account = "222222222222"
  class   = "db.t4g.small"
}

environment "production" {
  account = "333333333333"
  class   = "db.m7g.large"
}

input "db_password" {
  sensitive = true
}

locals {
  url = "http://${load_balancer.main.dns_name}"
}

image "web" {
  repository = repository.web
}

image "jobs" {
  repository = "registry.example.org/jobs"
}

bundle "all" {
  images = [image.web, image.jobs]
}

# What seldom changes.
layer "foundation" {
  # One network for all.
  network "main" {
    cidr = "10.20.0.0/16"
  }

  repository "web" {}

  cluster "main" {
    network = network.main
  }

  load_balancer "main" {
    network   = network.main
    http_only = true
    default { forward = service.web }
  }

  topic "alarms" {}

  database "main" {
    network        = network.main
    engine         = "postgres"
    engine_version = "16"
    instance_class = environment.class
    storage_gib    = 48
    password       = input.db_password
    alarms { topic = topic.alarms }
  }
}

layer "services" {
  queue "orders" {}

  service "web" {
    cluster       = cluster.main
    image         = image.web
    port          = 8080
    load_balancer = load_balancer.main
    access        = [database.main, queue.orders]
    environment   = { DB_HOST = database.main.host }
  }
}

layer "jobs" {
  # By night.
  scheduled_task "report" {
    cluster     = cluster.main
    image       = image.jobs
    schedule    = "rate(1 day)"
    access      = [database.main, queue.orders]
    environment = { URL = local.url }
  }

  loaders "feeds" {
    cluster  = cluster.main
    image    = image.jobs
    schedule = "rate(1 hour)"
    loader "a" {}
    loader "b" {}
  }
}
"#;

const ENVIRONMENTS: [&str; 3] = ["preview", "staging", "production"];

/// The shop with its locks, not yet rendered.
fn shop(edit: impl Fn(String) -> String) -> Project {
    let project = Project::empty();
    project.write("stacks/shop/stack.hcl", edit(SHOP.to_owned()));
    for environment in ENVIRONMENTS {
        for (layer, image) in [("services", "web"), ("jobs", "jobs")] {
            let path = format!("stacks/shop/{environment}/{layer}/images.tf");
            project.write(&path, git::lock(&[(image, "v1")]));
        }
    }
    project
}

/// The shop, rendered and committed. `None` without Terraform.
fn committed() -> Option<Project> {
    let project = shop(|text| text);
    terraform(&project.path(""), &["version"])?;
    project.run(&["render"]).success();
    commit(&project);
    Some(project)
}

fn plan(project: &Project, args: &[&str]) -> Run {
    project.finish(command(project, &[&["plan", "--deny", "none"], args].concat()))
}

fn is_formatted(project: &Project) {
    let run = terraform(&project.path("stacks"), &["fmt", "-check", "-recursive"]).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}

/// The roots that are planned, each with how much is done in it.
fn done(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run}"));
    let roots = report["roots"].as_array().unwrap().iter();
    let line = |root: &Value| {
        let counts = root["counts"].as_object().unwrap().iter();
        let counts = counts.filter(|(_, count)| **count != 0);
        let counts: Vec<String> = counts.map(|(what, count)| format!("{what} {count}")).collect();
        format!("{}: {}", root["name"].as_str().unwrap(), counts.join(", "))
    };
    roots.map(line).collect()
}

/// A file without its header.
fn body(project: &Project, path: &str) -> String {
    let text = project.read(path);
    text.split_once("\n\n").unwrap().1.to_owned()
}

#[test]
fn what_a_layer_uses_of_another_is_told_there_and_looked_up_here() {
    let project = shop(|text| text);
    project.run(&["render"]).success();
    assert_snapshot!(body(&project, "stacks/shop/staging/foundation/outputs.tf"));
    assert_snapshot!(body(&project, "stacks/shop/staging/services/services.tf"));
    assert_snapshot!(body(&project, "stacks/shop/staging/jobs/data.tf"));
    assert_snapshot!(body(&project, "stacks/shop/staging/jobs/locals.tf"), @r#"
    locals {
      foundation = data.terraform_remote_state.foundation.outputs
      services   = data.terraform_remote_state.services.outputs
      url        = "http://${local.foundation.load_balancer_main.dns_name}"
    }
    "#);
    assert_snapshot!(body(&project, "stacks/shop/staging/foundation/terraform.tf"), @r#"
    # The shop.

    # What seldom changes.
    terraform {
      required_version = ">= 1.11"

      required_providers {
        aws = {
          source  = "hashicorp/aws"
          version = "~> 6.0"
        }
      }

      backend "s3" {
        bucket       = "shop-staging-state"
        key          = "shop/staging/foundation/terraform.tfstate"
        region       = "eu-central-1"
        encrypt      = true
        use_lockfile = true
      }
    }
    "#);
    // The password is given to the layer that uses it, and told to none.
    let files = project.files();
    let named = files.iter().filter(|(_, content)| {
        let content = String::from_utf8_lossy(content);
        content.contains("db_password") && content.starts_with("# Rendered")
    });
    let named: Vec<&str> = named.map(|(path, _)| path.as_str()).collect();
    assert!(named.iter().all(|path| path.contains("/foundation/")), "{named:?}");
    let lock = project.read("stacks/shop/staging/services/images.tf");
    assert!(lock.contains("repository = local.foundation.repository_web.url"), "{lock}");
}

#[test]
fn layers_of_three_environments_are_made_from_nothing_and_then_nothing_changes() {
    let Some(project) = committed() else { return };
    project.run(&["check"]).success();
    is_formatted(&project);
    let validated = project.finish(command(&project, &["validate"])).success();
    assert_eq!(validated, "9 roots: valid\n");
    let nothing = ["--from-nothing", "--all", "--format", "json"];
    assert_snapshot!(done(&plan(&project, &nothing)).join("\n"));
    let again = plan(&project, &["--base", "HEAD", "--all", "--format", "json"]).code(0);
    let unchanged: Vec<String> = done(&again);
    assert!(unchanged.len() == 9 && unchanged.iter().all(|it| it.ends_with(": ")), "{again}");
}

#[test]
fn an_image_bump_plans_one_small_root() {
    let Some(project) = committed() else { return };
    project.edit("stacks/shop/production/services/images.tf", "v1", "v2");
    let run = plan(&project, &["--base", "HEAD", "--format", "json"]).code(2);
    assert_snapshot!(done(&run).join("\n"), @"shop/production/services: replace 1, update 1");
}

#[test]
fn a_change_of_two_layers_is_planned_as_it_will_be_and_says_so() {
    let Some(project) = committed() else { return };
    project.edit(
        "stacks/shop/stack.hcl",
        "DB_HOST = database.main.host }",
        "DB_HOST = database.main.host, ALARMS = topic.alarms.arn }",
    );
    project.run(&["render"]).success();
    let run = plan(&project, &["--base", "HEAD", "--stack", "shop/staging"]).code(2);
    assert_snapshot!(run);
}

#[test]
fn a_component_that_changes_its_layer_is_noticed() {
    let Some(project) = committed() else { return };
    let run = move_queue(&project, "queue \"orders\" {}").code(0);
    assert_snapshot!(run.err);
    let run = plan(&project, &["--base", "HEAD", "--stack", "shop/staging"]).code(2);
    assert_snapshot!(run.err, @r#"
    warning[SW333]: `queue.orders` moves from `services` to `jobs`: it is destroyed there and made anew here
      --> stacks/shop/stack.hcl:88:3
       |
    88 |   queue "orders" {}
       |   ^^^^^^^^^^^^^^
       |
       = help: `moved_from_layer = "services"` keeps it

    warning[SW613]: `module.queue_orders.aws_sqs_queue.dead_letter[0]` was protected, and would be destroyed in `shop/staging/services`: nothing describes it any more, and its protection went with it
     |
     = help: put it back, or say `renamed_from` where it has another label now; if it is really meant to go, write `protect = false` in `queue.orders`, apply that, and then take it out; `--deny none` lets it pass, once somebody has looked at it

    warning[SW613]: `module.queue_orders.aws_sqs_queue.this` was protected, and would be destroyed in `shop/staging/services`: nothing describes it any more, and its protection went with it
     |
     = help: put it back, or say `renamed_from` where it has another label now; if it is really meant to go, write `protect = false` in `queue.orders`, apply that, and then take it out; `--deny none` lets it pass, once somebody has looked at it
    "#);
    assert!(run.out.contains("2 sqs queues destroyed"), "{run}");
}

/// Takes the queue from `services` to `jobs`, which then tells `services` of it.
fn move_queue(project: &Project, queue: &str) -> Run {
    project.edit("stacks/shop/stack.hcl", "  queue \"orders\" {}\n\n", "");
    let jobs = format!("layer \"jobs\" {{\n  {queue}\n\n");
    project.edit("stacks/shop/stack.hcl", "layer \"jobs\" {\n", &jobs);
    project.run(&["render"])
}

#[test]
fn a_component_that_says_where_it_was_is_imported_and_nothing_is_destroyed() {
    let Some(project) = committed() else { return };
    move_queue(&project, "queue \"orders\" { moved_from_layer = \"services\" }").success();
    assert_snapshot!(body(&project, "stacks/shop/staging/services/removed.tf"));
    assert_snapshot!(body(&project, "stacks/shop/staging/jobs/imports.tf"));
    is_formatted(&project);
    let run = plan(&project, &["--base", "HEAD", "--stack", "shop/staging", "--format", "json"]);
    assert_snapshot!(done(&run.code(2)).join("\n"), @"
    shop/staging/foundation: 
    shop/staging/jobs: import 3
    shop/staging/services: forget 3
    ");
    // The next change finds it where it is now.
    commit(&project);
    let run = plan(&project, &["--base", "HEAD", "--stack", "shop/staging", "--format", "json"]);
    assert_snapshot!(done(&run.code(0)).join("\n"), @"
    shop/staging/foundation: 
    shop/staging/jobs: 
    shop/staging/services:
    ");
    let run = plan(&project, &["--from-nothing", "--stack", "shop/staging", "--format", "json"]);
    assert_snapshot!(done(&run.code(2)).join("\n"), @"
    shop/staging/foundation: create 40
    shop/staging/jobs: create 30
    shop/staging/services: create 11
    ");
}

#[test]
fn everything_of_a_layer_can_move_and_the_empty_one_stays_until_it_is_applied() {
    let Some(project) = committed() else { return };
    let text = project.read("stacks/shop/stack.hcl");
    let (before, jobs) = text.split_once("layer \"jobs\" {").unwrap();
    let moved = jobs
        .replace("rate(1 day)\"", "rate(1 day)\"\n    moved_from_layer = \"jobs\"")
        .replace("rate(1 hour)\"", "rate(1 hour)\"\n    moved_from_layer = \"jobs\"");
    let before = before.trim_end().strip_suffix('}').unwrap();
    project.write("stacks/shop/stack.hcl", format!("{before}{moved}\nlayer \"jobs\" {{}}\n"));
    for environment in ENVIRONMENTS {
        project.write(
            &format!("stacks/shop/{environment}/services/images.tf"),
            git::lock(&[("jobs", "v1"), ("web", "v1")]),
        );
        std::fs::remove_file(project.path(&format!("stacks/shop/{environment}/jobs/images.tf")))
            .unwrap();
    }
    project.run(&["render"]).success();
    let run = plan(&project, &["--base", "HEAD", "--stack", "shop/preview", "--format", "json"]);
    assert_snapshot!(done(&run.code(2)).join("\n"), @"
    shop/preview/foundation: 
    shop/preview/jobs: forget 27
    shop/preview/services: import 27
    ");
}

#[test]
fn what_aws_calls_a_thing_is_taken_from_the_state_that_is_left() {
    let project = shop(|text| text);
    let state = r#"{"version": 4, "resources": [
      {"module": "module.queue_orders", "mode": "managed", "type": "aws_sqs_queue", "name": "this",
        "instances": [{"attributes": {"id": "https://sqs/orders", "policy": "hush"}}]},
      {"module": "module.queue_orders", "mode": "managed", "type": "aws_sqs_queue", "name": "dead_letter",
        "instances": [{"index_key": 0, "attributes": {"id": "https://sqs/orders-dlq"}}]},
      {"module": "module.service_web", "mode": "managed", "type": "aws_ecs_service", "name": "this",
        "instances": [{"attributes": {"id": "arn", "cluster": "arn/shop", "name": "web"}}]}
    ]}"#;
    project.write("services.tfstate", state);
    project.write("empty.tfstate", r#"{"version": 4, "resources": []}"#);
    project.write("broken.tfstate", "[]");
    move_queue(&project, "queue \"orders\" { moved_from_layer = \"services\" }").success();
    let ids = |args: &[&str]| project.run(&[&["moved-ids", "--stack"], args].concat());
    assert_snapshot!(ids(&["shop/staging/jobs", "services.tfstate"]).success(), @r#"
    {
      "moved_ids": {
        "module.queue_orders.aws_sqs_queue.dead_letter": {
          "0": "https://sqs/orders-dlq"
        },
        "module.queue_orders.aws_sqs_queue.this": {
          "": "https://sqs/orders"
        }
      }
    }
    "#);
    assert_snapshot!(ids(&["shop/staging/jobs", "empty.tfstate"]).code(1).err, @"
    error[SW332]: no state that was given has `module.queue_orders.aws_sqs_queue.this`
     |
     = help: give that of `services`, as it was before `removed.tf` was applied there
    ");
    assert_snapshot!(ids(&["shop/staging/jobs", "broken.tfstate"]).code(1).err, @"
    error[SW332]: `broken.tfstate` is no state of Terraform
     |
     = help: make it with `terraform state pull` in the layer that is left
    ");
    assert_snapshot!(ids(&["shop/staging/services", "services.tfstate"]).code(1).err, @r#"
    error[SW332]: nothing moves into `shop/staging/services`
     |
     = help: say what does: `moved_from_layer = "…"` in a component of it
    "#);
    assert_snapshot!(ids(&["shop/staging", "services.tfstate"]).code(1).err, @"
    error[SW332]: `shop/staging` is more than one root
     |
     = help: name one of `shop/staging/foundation`, `shop/staging/services`, `shop/staging/jobs`
    ");
}

#[test]
fn layers_can_be_asked_for() {
    let project = shop(|text| text);
    let rendered = project.run(&["render", "--stack", "shop/staging/jobs"]).success();
    let own = |line: &str| line.contains("stacks/shop/staging/jobs/") || line.contains(" modules/");
    assert!(rendered.lines().all(own), "{rendered}");
    project.run(&["check", "--stack", "shop/staging/jobs"]).success();
    project.run(&["check", "--stack", "shop/staging"]).exits(2);
    for name in ["shop/staging/job", "shop/jobs", "shop/staging/x/y", "shop/staging/"] {
        let run = project.run(&["check", "--stack", name]).code(1);
        assert!(run.err.contains("help: "), "{run}");
    }
    assert_snapshot!(project.run(&["check", "--stack", "shop/staging/job"]).err, @"
    error[SW107]: the environment `shop/staging` has no layer `job`
     |
     = help: did you mean `jobs`?
    ");
    let listed = project.run(&["images", "list", "--stack", "shop/staging"]);
    assert!(listed.out.contains("shop/staging/jobs"), "{listed}");
}

#[test]
fn an_image_is_bumped_in_the_layers_that_use_it() {
    let project = shop(|text| {
        let plain = text.replace("image = image.jobs", "image = image.web");
        plain.replace(
            "    image       = image.jobs\n    schedule    = \"rate(1 day)\"",
            "    image       = image.web\n    schedule    = \"rate(1 day)\"",
        )
    });
    let remote = Remote::shop(&[("web", "v1")]);
    let clone = remote.clone_as("ci");
    clone.git(&["rm", "-q", "stacks/shop/*.tf"]);
    for (path, content) in project.files() {
        clone.write(&path, content);
    }
    for environment in ENVIRONMENTS {
        let lock = git::lock(&[("jobs", "v1"), ("web", "v1")]);
        clone.write(&format!("stacks/shop/{environment}/jobs/images.tf"), lock);
    }
    clone.run(&["render"]).exits(0);
    clone.run(&["check"]).exits(0);
    clone.commit_all("Split the shop");
    clone.git(&["push", "-q"]);
    let bump = |args: &[&str]| clone.run(&[&["bump"], args, &["--push"]].concat());
    assert_snapshot!(bump(&["web=v2"]).code(1).err, @"
    error[SW706]: the stacks `shop/preview`, `shop/production`, `shop/staging` each have an image `web`
     |
     = help: say which: `shop/preview/web=…`, or `--stack shop/preview`
    ");
    // A bundle moves as one, whichever layers its images are in.
    assert_snapshot!(bump(&["shop/staging/web=v2"]).code(1).err, @r#"
    error[SW321]: `image.web` moves without `image.jobs`: bundle "all" moves as one
      --> stacks/shop/stack.hcl:40:1
       |
    40 | bundle "all" {
       | ^^^^^^^^^^^^
       |
       = help: move `image.jobs`, too, or say why not with `--partial "<reason>"`
    "#);
    bump(&["shop/staging/web=v2", "shop/staging/jobs=v2"]).exits(0);
    let tag =
        |path: &str, image| git::tag(&remote.file(&format!("stacks/shop/{path}/images.tf")), image);
    assert_eq!(tag("staging/services", "web"), "v2");
    assert_eq!(
        (tag("staging/jobs", "web"), tag("staging/jobs", "jobs")),
        ("v2".into(), "v2".into())
    );
    assert_eq!(tag("production/jobs", "web"), "v1");
    bump(&["shop/production/jobs/jobs=v3", "--partial", "only the report"]).exits(0);
    assert_eq!(tag("production/jobs", "jobs"), "v3");
    assert_eq!(tag("production/services", "web"), "v1");
}

#[test]
fn layers_of_a_stack_without_environments_stand_in_its_folder() {
    let project = Project::with(
        r#"stack "demo" {
  region = "eu-central-1"
  backend "cloud" {
    organization = "shop"
    workspace    = "demo"
  }
}
layer "base" {
  topic "news" {}
}
layer "top" {
  output "news" { value = topic.news.arn }
}
"#,
    );
    project.run(&["render"]).success();
    assert_snapshot!(body(&project, "stacks/demo/top/data.tf"), @r#"
    data "terraform_remote_state" "base" {
      backend = "remote"

      config = {
        organization = "shop"
        workspaces = {
          name = "demo-base"
        }
      }
    }
    "#);
    assert_snapshot!(body(&project, "stacks/demo/top/outputs.tf"), @r#"
    output "news" {
      value = local.base.topic_news.arn
    }
    "#);
    let terraform = project.read("stacks/demo/base/terraform.tf");
    assert!(terraform.contains("name = \"demo-base\""), "{terraform}");
    let topics = project.read("stacks/demo/base/topics.tf");
    assert!(topics.contains("source = \"../../../modules/topic\"\n\n  name = \"demo-news\""));
    // The root of a layer that is taken away is not deleted: its state holds what it has made.
    project.edit(
        "stacks/demo/stack.hcl",
        "layer \"top\" {\n  output \"news\" { value = topic.news.arn }\n}\n",
        "",
    );
    let run = project.run(&["render"]).code(1);
    assert!(
        run.err.contains("error[SW514]: no description has the root `stacks/demo/top`"),
        "{run}"
    );
    std::fs::remove_dir_all(project.path("stacks/demo/top")).unwrap();
    project.run(&["render"]).success();
    project.run(&["check"]).success();
}

#[test]
fn what_is_wrong_with_layers_is_told_at_once() {
    let project = Project::with(
        r#"stack "demo" { region = "eu-central-1" }
locals { base = 1 }
network "outside" { cidr = "10.0.0.0/16" }
image "unused" { repository = "r.io/a" }
layer "base" {
  cidr = "10.0.0.0/16"
  topic "news" {}
  layer "inner" {}
  locals {}
  network "main" { cidr = "10.0.0.0/16" }
}
layer "empty" {}
layer "base" {
  topic "other" {}
}
layer {
  topic "third" {}
}
layer "top" {
  topic "news" {}
  queue "work" { moved_from_layer = "bas" }
  queue "more" { moved_from_layer = "top" }
  input "x" { moved_from_layer = "base" }
  output "x" {
    value            = queue.work.arn
    moved_from_layer = 1
  }
}
"#,
    );
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW131]: `network.outside` stands in no layer
     --> stacks/demo/stack.hcl:3:1
      |
    3 | network "outside" { cidr = "10.0.0.0/16" }
      | ^^^^^^^^^^^^^^^^^
      |
      = help: move it into one: `base`, `empty`, `top`; only `bundle`, `image`, `input` and `locals` are of the whole stack

    error[SW313]: other layers look this one up as `local.base`, which is taken
     --> stacks/demo/stack.hcl:5:1
      |
    2 | locals { base = 1 }
      |          ---- here
    ...
    5 | layer "base" {
      | ^^^^^^^^^^^^
      |
      = help: give one of them another name

    error[SW102]: a `layer` block has no `cidr`
     --> stacks/demo/stack.hcl:6:3
      |
    6 |   cidr = "10.0.0.0/16"
      |   ^^^^ not known here
      |
      = help: a layer holds components, and nothing else

    error[SW101]: `layer` stands in a layer
     --> stacks/demo/stack.hcl:8:3
      |
    8 |   layer "inner" {}
      |   ^^^^^^^^^^^^^
      |
      = help: layers stand side by side: move it out of this one

    error[SW101]: `locals` stands in a layer
     --> stacks/demo/stack.hcl:9:3
      |
    9 |   locals {}
      |   ^^^^^^
      |
      = help: it is of the whole stack: move it out of the layer

    error[SW103]: the layer is empty
      --> stacks/demo/stack.hcl:12:1
       |
    12 | layer "empty" {}
       | ^^^^^^^^^^^^^
       |
       = help: move components into it, or take it out

    error[SW104]: `layer` "base" stands twice
      --> stacks/demo/stack.hcl:13:7
       |
     5 | layer "base" {
       | ------------ first here
    ...
    13 | layer "base" {
       |       ^^^^^^ again here

    error[SW131]: `topic.other` stands in no layer
      --> stacks/demo/stack.hcl:14:3
       |
    14 |   topic "other" {}
       |   ^^^^^^^^^^^^^
       |
       = help: move it into one: `base`, `empty`, `top`; only `bundle`, `image`, `input` and `locals` are of the whole stack

    error[SW106]: a `layer` block needs a label
      --> stacks/demo/stack.hcl:16:1
       |
    16 | layer {
       | ^^^^^
       |
       = help: write `layer "main" { … }`

    error[SW131]: `topic.third` stands in no layer
      --> stacks/demo/stack.hcl:17:3
       |
    17 |   topic "third" {}
       |   ^^^^^^^^^^^^^
       |
       = help: move it into one: `base`, `empty`, `top`; only `bundle`, `image`, `input` and `locals` are of the whole stack

    error[SW104]: `topic` "news" stands twice
      --> stacks/demo/stack.hcl:20:9
       |
     7 |   topic "news" {}
       |         ------ first here
    ...
    20 |   topic "news" {}
       |         ^^^^^^ again here

    error[SW332]: there is no layer `bas`
      --> stacks/demo/stack.hcl:21:37
       |
    21 |   queue "work" { moved_from_layer = "bas" }
       |                                     ^^^^^
       |
       = help: did you mean `base`?

    error[SW332]: `queue.more` is in `top` already
      --> stacks/demo/stack.hcl:22:37
       |
    22 |   queue "more" { moved_from_layer = "top" }
       |                                     ^^^^^
       |
       = help: name the layer that it was in before, or take `moved_from_layer` out

    error[SW332]: `input.x` needs no move
      --> stacks/demo/stack.hcl:23:34
       |
    23 |   input "x" { moved_from_layer = "base" }
       |                                  ^^^^^^
       |
       = help: take `moved_from_layer` out: no state holds anything of it

    error[SW105]: `moved_from_layer` is the name of a layer
      --> stacks/demo/stack.hcl:26:24
       |
    26 |     moved_from_layer = 1
       |                        ^
       |
       = help: write it in quotes: `moved_from_layer = "services"`
    "#);
}

#[test]
fn layers_that_need_each_other_are_refused() {
    let project = Project::with(
        r#"stack "demo" { region = "eu-central-1" }
layer "base" {
  topic "news" {
    subscription "work" {
      protocol = "sqs"
      endpoint = queue.work.arn
    }
  }
}
layer "top" {
  queue "work" {}
}
"#,
    );
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW331]: layers need each other: `base` needs `top` needs `base`
      --> stacks/demo/stack.hcl:6:18
       |
     6 |       endpoint = queue.work.arn
       |                  ^^^^^^^^^^ `topic.news` of `base` uses `queue.work` of `top`
    ...
    11 |   queue "work" {}
       |   ------------ `queue.work` of `top` uses `topic.news` of `base`
       |
       = help: Terraform makes one layer after the other: move `topic.news` to `top` or `queue.work` to `base`, or take one reference out
    "#);
}

#[test]
fn a_layer_and_an_environment_have_different_names() {
    let project = shop(|text| text.replace("layer \"jobs\"", "layer \"staging\""));
    assert_snapshot!(project.run(&["check"]).code(1).err, @r#"
    error[SW313]: `staging` is a layer and an environment
      --> stacks/shop/stack.hcl:89:1
       |
    14 | environment "staging" {
       | --------------------- the environment
    ...
    89 | layer "staging" {
       | ^^^^^^^^^^^^^^^ the layer
       |
       = help: give one of them another name: `--stack` could mean either
    "#);
}

#[test]
fn an_image_that_no_layer_uses_is_noticed() {
    let project = shop(|text| text + "\nimage \"old\" {\n  repository = \"r.io/old\"\n}\n");
    assert_snapshot!(project.run(&["check"]).code(2).err, @r#"
    warning[SW112]: no layer uses `image.old`
       --> stacks/shop/stack.hcl:108:1
        |
    108 | image "old" {
        | ^^^^^^^^^^^
        |
        = help: use it, take it out, or move it into the layer that is to have it
    "#);
}
