//! New labels for what is there: from the edit of a description to the plan.

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan::{command, commit};
use crate::support::{Project, Run, terraform};

const SHOP: &str = r#"stack "demo" {
  region = "us-west-2"
}

network "main" {
  cidr = "10.0.0.0/16"
}

input "db_password" {
  sensitive = true
}

database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "16"
  instance_class = "db.t4g.small"
  storage_gib    = 48
  username       = "shop"
  password       = input.db_password
}

cluster "main" {
  network = network.main
}

image "server" {
  repository = "registry.example.org/server"
}

load_balancer "main" {
  network    = network.main
  http_only  = true

  default {
    forward = service.server
  }
}

service "server" {
  cluster       = cluster.main
  image         = image.server
  port          = 80
  load_balancer = load_balancer.main
}
"#;

/// The shop, rendered and committed. `None` without Terraform.
fn shop() -> Option<Project> {
    let project = Project::with(SHOP);
    terraform(&project.path(""), &["version"])?;
    let lock = crate::support::git::lock(&[("server", "v1")]);
    project.write("stacks/demo/images.tf", lock);
    project.run(&["render"]).success();
    commit(&project);
    Some(project)
}

fn plan(project: &Project, format: &str) -> Run {
    project.run(&["render"]).exits(0);
    project.finish(command(project, &["plan", "--base", "HEAD", "--format", format]))
}

/// How much is created, updated, replaced and destroyed.
fn counts(run: &Run) -> [u64; 4] {
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let counts = &report["roots"][0]["counts"];
    ["create", "update", "replace", "destroy"].map(|what| counts[what].as_u64().unwrap_or(99))
}

#[test]
fn a_database_of_another_label_is_kept() {
    let Some(project) = shop() else { return };
    project.edit(
        "stacks/demo/stack.hcl",
        "database \"main\" {\n",
        "database \"orders\" {\n  renamed_from   = \"main\"\n",
    );
    let run = plan(&project, "json");
    assert_eq!(counts(&run), [0, 0, 0, 0], "{run}");
    assert!(!run.to_string().contains("SW324"), "{run}");
}

#[test]
fn a_database_of_another_label_is_lost_unless_it_is_said_and_the_plan_tells() {
    let Some(project) = shop() else { return };
    project.edit("stacks/demo/stack.hcl", "database \"main\"", "database \"orders\"");
    let run = plan(&project, "terminal").code(1);
    assert_snapshot!(run.err, @r#"
    warning[SW324]: `database.main` seems to have become `database.orders`, and is destroyed and made anew
      --> stacks/demo/stack.hcl:13:1
       |
    13 | database "orders" {
       | ^^^^^^^^^^^^^^^^^
       |
       = help: `renamed_from = "main"` keeps it

    error[SW613]: `module.database_main.aws_db_instance.this` was protected, and would be destroyed in `demo`: nothing describes it any more, and its protection went with it
     |
     = help: put it back, or say `renamed_from` where it has another label now; if it is really meant to go, write `protect = false` in `database.main`, apply that, and then take it out; `--deny none` lets it pass, once somebody has looked at it
    "#);
    let [create, _, _, destroy] = counts(&plan(&project, "json"));
    assert!(create > 0 && create == destroy, "{create} {destroy}");
}

#[test]
fn a_service_and_its_image_move_with_their_target_group_and_lock() {
    let Some(project) = shop() else { return };
    project.write(
        "stacks/demo/stack.hcl",
        SHOP.replace("service.server", "service.web")
            .replace("image.server", "image.app")
            .replace("service \"server\" {\n", "service \"web\" {\n  renamed_from  = \"server\"\n")
            .replace("image \"server\" {\n", "image \"app\" {\n  renamed_from = \"server\"\n"),
    );
    let run = plan(&project, "json");
    assert_eq!(counts(&run), [0, 0, 0, 0], "{run}");
    let lock = project.read("stacks/demo/images.tf");
    assert!(lock.contains("    app = {\n") && !lock.contains("    server = {"), "{lock}");
    project.run(&["check"]).success();
}

/// A stack with a row in every table whose rows' labels are part of addresses.
const ROWS: &str = r#"stack "demo" {
  region = "us-west-2"
}

network "main" {
  cidr = "10.0.0.0/16"
}

cluster "main" {
  network = network.main
}

database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "16"
  instance_class = "db.t4g.small"
  storage_gib    = 48

  replica "old" {}
}

volume "files" {
  network = network.main

  access_point "old" {
    path = "/data"
  }
}

image "server" {
  repository = "registry.example.org/server"
}

loaders "source" {
  cluster  = cluster.main
  image    = image.server
  schedule = "rate(1 hour)"

  loader "old" {}
  loader "other" { options = ["-v"] }
  loader "oldzone" {
    scheduler {
      overlap = "skip"
    }
  }
}

load_balancer "main" {
  network   = network.main
  http_only = true

  default {
    forward = service.server
  }

  rule "old" {
    priority = 1
    paths    = ["/gone"]
    status   = 410
  }
}

service "server" {
  cluster       = cluster.main
  image         = image.server
  port          = 80
  load_balancer = load_balancer.main

  scaling {
    min = 1
    max = 4

    steps "old" {
      metric  = "cpu"
      up_at   = 80
      down_at = 20
    }
  }
}

topic "alarms" {
  subscription "old" {
    protocol = "lambda"
    endpoint = "arn:aws:lambda:us-west-2:123456789012:function:tell"
  }
}

bucket "files" {}

cdn "main" {
  aliases     = ["*.example.org"]
  certificate = "arn:aws:acm:us-east-1:123456789012:certificate/a"

  origin {
    bucket = bucket.files
  }

  behavior "old" {
    path       = "/old/*"
    precedence = 1
    cache {
      max_ttl_s = 60
    }
    origin_request {
      headers = ["X-Old"]
    }
  }
}

dns "main" {
  zone = "example.org"

  alias "old" {
    target = cdn.main
  }
  cname "old-c" {
    value = "example.com"
  }
  a "old-a" {
    values = ["192.0.2.1"]
  }
  txt "old-t" {
    values = ["hello"]
  }
  mx "old-m" {
    hosts = { "mail.example.com" = 10 }
  }
}
"#;

/// The same with other labels for its rows, each said to be `renamed_from` the old one if `said`.
fn relabelled(said: bool) -> String {
    let mut text = String::new();
    for line in ROWS.lines() {
        let old = line.trim_start().split('"').nth(1).filter(|label| label.starts_with("old"));
        let Some(old) = old.filter(|_| line.contains(" {")) else {
            text.push_str(line);
            text.push('\n');
            continue;
        };
        let renamed = line.replace(&format!("\"{old}\""), &format!("\"new{}\"", &old[3..]));
        let field = format!("renamed_from = \"{old}\"");
        match renamed.strip_suffix("{}") {
            _ if !said => text.push_str(&format!("{renamed}\n")),
            Some(head) => text.push_str(&format!("{head}{{ {field} }}\n")),
            None => text.push_str(&format!("{renamed}\n    {field}\n")),
        }
    }
    text
}

fn rows() -> Option<Project> {
    let project = Project::with(ROWS);
    terraform(&project.path(""), &["version"])?;
    project.write("stacks/demo/images.tf", crate::support::git::lock(&[("server", "v1")]));
    project.run(&["render"]).success();
    commit(&project);
    Some(project)
}

#[test]
fn rows_of_other_labels_are_kept() {
    let Some(project) = rows() else { return };
    project.write("stacks/demo/stack.hcl", relabelled(true));
    let run = plan(&project, "json");
    assert_eq!(counts(&run), [0, 0, 0, 0], "{run}");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    // Each has moved: a table's row is all of its resources.
    assert_eq!(report["roots"][0]["counts"]["move"], 25, "{run}");
    assert!(!run.to_string().contains("SW324"), "{run}");
    project.run(&["check"]).success();
}

#[test]
fn rows_and_their_components_of_other_labels_are_kept_at_once() {
    let Some(project) = rows() else { return };
    let text = relabelled(true)
        .replace("topic \"alarms\" {\n", "topic \"pages\" {\n  renamed_from = \"alarms\"\n")
        .replace("loaders \"source\" {\n", "loaders \"all\" {\n  renamed_from = \"source\"\n")
        .replace("volume \"files\" {\n", "volume \"all\" {\n  renamed_from = \"files\"\n");
    project.write("stacks/demo/stack.hcl", text);
    let run = plan(&project, "json");
    assert_eq!(counts(&run), [0, 0, 0, 0], "{run}");
}

#[test]
fn rows_of_other_labels_that_are_not_said_are_noticed() {
    let Some(project) = rows() else { return };
    project.write("stacks/demo/stack.hcl", relabelled(false));
    let run = plan(&project, "terminal").code(2);
    // Those that say nothing but their label are other ones, and so are records by their names.
    let noticed: Vec<&str> =
        run.err.lines().filter(|line| line.starts_with("warning[SW324]")).collect();
    assert_snapshot!(noticed.join("\n"));
    let [create, _, _, destroy] = counts(&plan(&project, "json"));
    assert!(create > 0 && destroy > 0, "{create} {destroy}");
}
