//! Templates in a stack's folder.

use insta::assert_snapshot;
use stackwright::template;

use crate::plan::command;
use crate::support::git::Remote;
use crate::support::{Project, fenced, terraform};

const STACK: &str = r#"stack "demo" {
  region = "us-west-2"
  tags   = { Owner = "shop" }
}

input "db_password" { sensitive = true }

network "main" {
  cidr = "10.0.0.0/16"
}

database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "16"
  instance_class = "db.t4g.small"
  storage_gib    = 20
  password       = input.db_password
}

queue "orderEvents" {}
queue "mails" {}
"#;

const ALARMS: &str = r#"{% import "_alarm.j2" as alarm %}
{% for label, queue in queue|items %}
{{ alarm.old(label|snake, queue.outputs.name) }}
{% endfor %}
locals {
  owner = {{ stack.tags.Owner|hcl }}
  tags = {{ stack.tags|hcl }}
  db = {{ database.main.outputs.host }}
}
"#;

const ALARM: &str = r#"{# The oldest message of a queue. #}
{% macro old(name, queue) %}
resource "aws_cloudwatch_metric_alarm" "{{ name }}_old" {
  alarm_name = "{{ stack.name|inside }}-{{ name|kebab }}-old"
  namespace = "AWS/SQS"
  metric_name = "ApproximateAgeOfOldestMessage"
  statistic = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold = 300
  evaluation_periods = 5
  period = 60
  dimensions = { QueueName = {{ queue }} }
}
{% endmacro %}
"#;

fn demo(templates: &[(&str, &str)]) -> Project {
    let project = Project::with(STACK);
    for (name, text) in templates {
        project.write(&format!("stacks/demo/{name}"), text);
    }
    project
}

#[test]
fn a_template_renders_beside_the_rest_as_terraform_would_write_it() {
    let project = demo(&[("alarms.tf.j2", ALARMS), ("_alarm.j2", ALARM)]);
    project.run(&["render"]).success();
    assert_snapshot!(project.read("stacks/demo/alarms.tf"));
}

#[test]
fn what_templates_make_is_checked_and_drifts_like_all_else() {
    let project = demo(&[
        ("alarms.tf.j2", "locals {\n  a = {{ stack.name|hcl }}\n}\n"),
        ("deploy.sh.j2", "#!/bin/sh\necho {{ stack.region }}\n"),
        ("policy.json.j2", "{{ {'region': stack.region}|json(indent=2) }}\n"),
    ]);
    project.run(&["render"]).success();
    assert_snapshot!(project.read("stacks/demo/deploy.sh"));
    assert_snapshot!(project.read("stacks/demo/policy.json"));
    assert_snapshot!(project.read("stacks/demo/templates.sha256"));
    project.run(&["check"]).success();
    let classes = |project: &Project| -> Vec<String> {
        let json: serde_json::Value =
            serde_json::from_str(&project.run(&["check", "--format", "json"]).out).unwrap();
        let of = |file: &serde_json::Value| {
            format!("{} {}", file["class"].as_str().unwrap(), file["path"].as_str().unwrap())
        };
        json["drift"].as_array().unwrap().iter().map(of).collect()
    };
    let before = project.files();
    // Stale.
    project.edit("stacks/demo/stack.hcl", "us-west-2", "us-east-1");
    assert_eq!(classes(&project).len(), 4, "{:?}", classes(&project));
    project.run(&["render"]).success();
    project.edit("stacks/demo/stack.hcl", "us-east-1", "us-west-2");
    project.run(&["render"]).success();
    assert!(project.files() == before);
    // Edited.
    project.edit("stacks/demo/policy.json", "us-west-2", "eu-west-1");
    project.edit("stacks/demo/deploy.sh", "echo", "printf");
    project.edit("stacks/demo/alarms.tf", "a =", "b =");
    assert_eq!(
        classes(&project),
        [
            "edited stacks/demo/alarms.tf",
            "edited stacks/demo/deploy.sh",
            "edited stacks/demo/policy.json"
        ]
    );
    project.run(&["render"]).success();
    assert!(project.files() == before);
    // Missing.
    std::fs::remove_file(project.path("stacks/demo/policy.json")).unwrap();
    assert_eq!(classes(&project), ["missing stacks/demo/policy.json"]);
    project.run(&["render"]).success();
    // Orphan.
    for name in ["alarms.tf.j2", "deploy.sh.j2", "policy.json.j2"] {
        std::fs::remove_file(project.path(&format!("stacks/demo/{name}"))).unwrap();
    }
    assert_eq!(
        classes(&project),
        [
            "orphan stacks/demo/alarms.tf",
            "orphan stacks/demo/deploy.sh",
            "orphan stacks/demo/policy.json",
            "orphan stacks/demo/templates.sha256",
        ]
    );
    project.run(&["render"]).success();
    assert!(!project.path("stacks/demo/policy.json").exists());
}

#[test]
fn a_file_that_is_not_ours_is_not_overwritten() {
    for name in ["policy.json", "alarms.tf", "deploy.sh"] {
        let project = demo(&[(
            &format!("{name}.j2"),
            "{}\n".replace("{}", if name == "policy.json" { "{}" } else { "" }).as_str(),
        )]);
        project.write(&format!("stacks/demo/{name}"), "mine = true\n");
        let before = project.files();
        let run = project.run(&["render"]).code(1);
        assert!(run.err.contains(&format!("`stacks/demo/{name}` is not ours")), "{run}");
        assert!(project.files() == before);
    }
}

const ENVIRONMENTS: &str = r#"stack "demo" {
  region = environment.region
}

environment "staging" {
  region = "us-west-2"
  queues = { age_s = 300 }
}

environment "production" {
  region = "us-east-1"
  queues = { age_s = 60, who = input.who }
}

input "who" {}

queue "mails" {
  visibility_timeout_s = environment.queues.age_s
}

output "who" {
  environments = ["production"]
  value        = environment.queues.who
}
"#;

#[test]
fn each_environment_has_what_the_templates_of_the_stack_make_and_its_own_come_first() {
    let project = Project::with(ENVIRONMENTS);
    project
        .write("stacks/demo/_line.j2", "{{ environment.name }} {{ environment.queues.age_s }}\n");
    project.write("stacks/demo/notes.conf.j2", "{% include \"_line.j2\" %}");
    project.write("stacks/demo/production/_line.j2", "{{ environment.queues.who }}\n");
    project.write("stacks/demo/production/only.yml.j2", "region: {{ stack.region }}\n");
    project.run(&["render"]).success();
    project.run(&["check"]).success();
    let end = |path: &str| project.read(path).lines().last().unwrap().to_owned();
    assert_eq!(end("stacks/demo/staging/notes.conf"), "staging 300");
    assert_eq!(end("stacks/demo/production/notes.conf"), "var.who");
    assert_eq!(end("stacks/demo/production/only.yml"), "region: us-east-1");
    assert!(!project.path("stacks/demo/staging/only.yml").exists());
    assert!(!project.path("stacks/demo/notes.conf").exists());
    // One that is wrong in one environment only is said to be.
    project.write("stacks/demo/a.conf.j2", "{{ environment.queues.who }}\n");
    project.write("stacks/demo/b.conf.j2", "{{ environment.queus }}\n");
    assert_snapshot!(project.run(&["render"]));
}

const LAYERED: &str = r#"stack "demo" {
  region = "us-west-2"

  backend "s3" {
    bucket = "acme-state"
    key    = "demo/${environment.name}"
  }
}

environment "production" { stage = "p" }
environment "staging" { stage = "s" }

layer "base" {
  topic "news" {}
}

layer "jobs" {
  queue "mails" {}
  output "news" { value = topic.news.arn }
}
"#;

#[test]
fn a_template_of_a_layer_stands_in_the_folder_of_the_layer() {
    let project = Project::with(LAYERED);
    project.write(
        "stacks/demo/_name.j2",
        "{% macro name(it) %}{{ it }}-{{ environment.stage }}{% endmacro %}",
    );
    let text = "{% import \"_name.j2\" as of %}\n{{ of.name(\"mails\") }} {{ queue.mails.outputs.name }}\n";
    project.write("stacks/demo/jobs/note.txt.j2", text);
    project.write("stacks/demo/production/jobs/only.txt.j2", "{{ stack.root }}\n");
    project.run(&["render"]).exits(0);
    let made = |path: &str| project.read(&format!("stacks/demo/{path}"));
    assert_eq!(made("production/jobs/note.txt"), "mails-p module.queue_mails.name\n");
    assert_eq!(made("staging/jobs/note.txt"), "mails-s module.queue_mails.name\n");
    assert_eq!(made("production/jobs/only.txt"), "demo/production/jobs\n");
    for other in ["staging/jobs/only.txt", "staging/base/note.txt", "jobs/note.txt"] {
        assert!(!project.path(&format!("stacks/demo/{other}")).exists(), "{other}");
    }
    project.run(&["check"]).exits(0);

    // One above would render into each layer; another layer has no address here.
    project.write("stacks/demo/all.txt.j2", "all\n");
    project.write("stacks/demo/jobs/news.txt.j2", "{{ topic.news.address }}\n");
    assert_snapshot!(project.run(&["render"]).code(1).err);
    assert!(!project.path("stacks/demo/staging/jobs/all.txt").exists());
}

#[test]
fn everything_that_is_wrong_with_all_templates_is_said_at_once_and_nothing_is_written() {
    let project = demo(&[
        ("_macros.j2", "{% macro a() %}{{ nothing }}{% endmacro %}\n"),
        ("a.tf.j2", "locals {\n  a = {{ stak.name }}\n}\n"),
        ("b.tf.j2", "locals {\n  b = {{ database.main.addres }}\n}\n"),
        ("c.conf.j2", "{{ stack.name|hlc }}\n"),
        ("d.conf.j2", "a\n{% if %}\n"),
        ("e.conf.j2", "{% import \"_macros.j2\" as macros %}\n{{ macros.a() }}\n"),
        ("f.conf.j2", "{% include \"_macro.j2\" %}\n"),
        ("g.conf.j2", "{% include \"../../stackwright.hcl\" %}\n"),
        ("h.conf.j2", "{{ database.main.name }}\n"),
        ("i.conf.j2", "{{ stack.tags }}\n"),
        ("j.conf.j2", "{{ database.main.outputs.host.name }}\n"),
        ("k.conf.j2", "{{ now() }}\n"),
        ("l.tf.j2", "locals {\n  a = = {{ stack.name }}\n}\n"),
        ("m.json.j2", "{\n  \"a\": 1,\n}\n"),
        (
            "o.conf.j2",
            "{% for label, queue in queue|items %}{{ queue.outputs.nmae }}{% endfor %}\n",
        ),
        ("p.conf.j2", "{% for label, q in queue|items %}{{ q.outputs.nmae }}{% endfor %}\n"),
        ("q.conf.j2", "{{ queue.order.url }}\n"),
        ("n.conf.j2", "caf\u{e9} {{ stack.nmae }}\n"),
    ]);
    let before = project.files();
    assert_snapshot!(project.run(&["render"]));
    assert!(project.files() == before);
}

#[test]
fn a_template_that_does_not_end_is_stopped() {
    let project = demo(&[
        (
            "a.conf.j2",
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}\n",
        ),
        ("b.conf.j2", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}\n"),
        ("c.conf.j2", "{% include \"c.conf.j2\" %}\n"),
        ("d.conf.j2", "{% for a in range(99) %}{{ 'x' * 99999 }}{% endfor %}\n"),
    ]);
    assert_snapshot!(project.run(&["render"]));
}

#[test]
fn what_two_would_make_is_refused_with_both_places() {
    let project = demo(&[
        ("network.tf.j2", "locals {}\n"),
        ("images.tf.j2", "locals {}\n"),
        ("stack.hcl.j2", "locals {}\n"),
        ("a.j2.j2", "locals {}\n"),
        (".a.j2", "locals {}\n"),
        ("a.tf.j2", "module \"queue_mails\" {}\n\nlocals {\n  mine  = 1\n  other = {{ 2 }}\n}\n"),
        ("b.tf.j2", "locals {\n  other = {{ 1 }}\n}\n"),
    ]);
    project.write("stacks/demo/hand.tf", "locals {\n  mine = 1\n}\n");
    assert_snapshot!(project.run(&["render"]));
}

#[test]
fn a_description_may_name_what_a_template_declares() {
    let project = demo(&[("a.tf.j2", "variable \"who\" {}\n")]);
    let text = project.read("stacks/demo/stack.hcl");
    project
        .write("stacks/demo/stack.hcl", format!("{text}\noutput \"who\" {{ value = var.who }}\n"));
    project.run(&["render"]).success();
}

#[test]
#[cfg(unix)]
fn a_template_outside_the_project_is_not_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("a.tf.j2"), "locals {}\n").unwrap();
    let project = demo(&[]);
    std::os::unix::fs::symlink(outside.path().join("a.tf.j2"), project.path("stacks/demo/a.tf.j2"))
        .unwrap();
    let run = project.run(&["render"]).code(1);
    assert!(run.err.contains("leads out of the project through a symbolic link"), "{run}");
    assert!(!project.path("stacks/demo/a.tf").exists());
}

#[test]
fn what_looks_like_a_secret_is_no_part_of_the_context() {
    let project = Project::with(&format!(
        "{STACK}\nparameter \"api_token\" {{ value = \"hunter2-hunter2\" }}\n"
    ));
    let run = project.run(&["context"]).code(0);
    assert!(!format!("{run}").contains("hunter2"), "{run}");
    let context: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let token = &context["demo"]["parameter"]["api_token"];
    assert_eq!(token["address"], "${module.parameter_api_token}");
    assert!(token.get("value").is_none(), "{token}");
    assert_eq!(context["demo"]["database"]["main"]["password"], "${var.db_password}");
    assert_eq!(context["demo"]["database"]["main"]["storage_gib"], 20);
    project.write("stacks/demo/a.conf.j2", "{{ parameter.api_token.value }}\n");
    let run = project.run(&["render"]).code(1);
    assert!(run.err.contains("`parameter.api_token.value` is not defined"), "{run}");
}

#[test]
fn terraform_takes_what_templates_make() {
    let project = demo(&[("alarms.tf.j2", ALARMS), ("_alarm.j2", ALARM)]);
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    project.run(&["render"]).success();
    let output = terraform(&project.path(""), &["fmt", "-check", "-recursive"]).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let run = project.finish(command(&project, &["validate"])).success();
    assert_eq!(run, "1 root: valid\n");
    let run = project.finish(command(&project, &["plan", "--from-nothing"])).code(2);
    assert!(run.out.contains("aws_cloudwatch_metric_alarm.mails_old"), "{run}");
}

const PAGE: &str = include_str!("../docs/templates.md");

#[test]
fn the_page_shows_what_its_templates_make() {
    let project = Project::empty();
    project.write("stacks/shop/stack.hcl", fenced(PAGE, "hcl", "stack "));
    project.write("stacks/shop/_alarm.j2", fenced(PAGE, "jinja", "{% macro"));
    project.write("stacks/shop/alarms.tf.j2", fenced(PAGE, "jinja", "{% import"));
    project.run(&["render"]).success();
    let made = project.read("stacks/shop/alarms.tf");
    let (_, made) = made.split_once("\n\n").unwrap();
    assert_eq!(made, fenced(PAGE, "terraform", "resource"));
}

#[test]
fn the_page_names_every_filter_and_every_name_of_a_component() {
    let names = template::FILTERS.iter().chain(template::context::OF_A_COMPONENT);
    for (name, _) in names {
        assert!(PAGE.contains(&format!("\n| `{name}` |")), "{name}");
    }
}

#[test]
fn what_a_template_makes_of_an_image_moves_with_it() {
    let remote = Remote::shop(&[("server", "v1.0.0"), ("worker", "v1.0.0")]);
    let clone = remote.clone_as("laptop");
    clone.write("stacks/shop/deploy.sh.j2", "echo {{ image.server.locked.tag }}\n");
    clone.write("stacks/shop/images.json.j2", "{{ image.server.locked|json }}\n");
    clone.run(&["render"]).exits(0);
    clone.commit_all("Deploy by a script");
    clone.git(&["push", "-q", "origin", "HEAD:main"]);
    clone.run(&["bump", "server=v1.1.0", "--push"]).exits(0);
    assert!(remote.file("stacks/shop/deploy.sh").ends_with("echo v1.1.0\n"));
    assert_eq!(
        remote.file("stacks/shop/images.json").trim(),
        "{\"digest\":null,\"tag\":\"v1.1.0\"}"
    );
    assert_eq!(
        remote.git(&["show", "--format=", "--name-only", "main"]),
        "stacks/shop/deploy.sh\nstacks/shop/images.json\nstacks/shop/images.tf\nstacks/shop/templates.sha256\n"
    );
    clone.git(&["fetch", "-q"]);
    clone.git(&["reset", "-q", "--hard", "origin/main"]);
    clone.run(&["check"]).exits(0);
    clone.run(&["bump", "worker=v1.1.0", "--push"]).exits(0);
    assert_eq!(
        remote.git(&["show", "--format=", "--name-only", "main"]),
        "stacks/shop/images.tf\n"
    );
}
