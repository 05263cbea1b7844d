//! Stacks that are described in Rust, and programs of a project's own.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use stackwright::diagnostic::Sources;
use stackwright::prelude::*;
use stackwright::project::Project as OpenProject;
use stackwright::{stack, tree};

use crate::support::{Project, files};

#[allow(dead_code)]
#[path = "../examples/univaf.rs"]
mod univaf;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A project with some of this repository's folders.
fn project(folders: &[&str]) -> Project {
    let project = Project::empty();
    for folder in folders {
        for (path, content) in files(&repository(folder)) {
            project.write(&format!("{folder}/{path}"), content);
        }
    }
    let settings = fs::read_to_string(repository("stackwright.hcl")).unwrap_or_default();
    project.write("stackwright.hcl", settings);
    project
}

#[test]
fn the_stack_in_rust_renders_every_byte_of_the_described_one() {
    let project = project(&["stacks/univaf", "modules"]);
    fs::remove_file(project.path("stacks/univaf/stack.hcl")).unwrap();
    let opened = OpenProject::open(&project.path("")).map_err(|(_, problems)| problems).unwrap();
    let opened = opened.of(Program::new().stack(&univaf::univaf()));
    let rendered = tree::render(&opened, &[], &|_| {});
    assert_eq!(rendered.diagnostics, []);
    assert_eq!(rendered.drifts, []);
    assert_eq!(rendered.stacks, ["univaf"]);
    let found = files(&project.path("stacks/univaf"));
    assert!(found.len() > 15 && rendered.files > found.len(), "{}", found.len());
}

#[test]
fn both_ways_give_the_same_stack() {
    let text = fs::read_to_string(repository("stacks/univaf/stack.hcl")).unwrap();
    let file = Sources::default().add("stack.hcl", text.as_str());
    let (described, _) = stack::read(file, &text, "univaf").unwrap();
    let draft = univaf::univaf();
    let (in_rust, warnings) = draft.read(&Vocabulary::default()).unwrap();
    assert_eq!(in_rust, described);
    assert_eq!(warnings, []);
    // The description that it becomes is one, and says the same.
    let text = draft.to_hcl();
    let file = Sources::default().add("stack.hcl", text.as_str());
    assert_eq!(stack::read(file, &text, "univaf").unwrap().0, described);
}

/// What is wrong with a draft.
fn problems(fill: impl FnOnce(&mut Draft)) -> String {
    let mut stack = Draft::new("shop");
    stack.settings(|it| it.region("us-west-2"));
    fill(&mut stack);
    stack.read(&Vocabulary::default()).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_is_shown_where_it_was_said_in_rust() {
    assert_snapshot!(problems(|stack| {
        stack.local("url", Expr::raw("upper("));
        stack.add(Output::new("twice").value(Expr::raw("1\n  sensitive = true")));
    }), @r#"
    error[SW005]: this is no expression
      --> tests/rust.rs:75:39
       |
    75 |         stack.local("url", Expr::raw("upper("));
       |                                       ^^^^^^
       |
       = help: write one expression of Terraform's language: `upper(local.name)`

    error[SW005]: this is no expression
      --> tests/rust.rs:76:40
       |
    76 |         stack.add(Output::new("twice").value(Expr::raw("1\n  sensitive = true")));
       |                                        ^^^^^
       |
       = help: write one expression of Terraform's language: `upper(local.name)`
    "#);
    assert_snapshot!(problems(|stack| {
        let topic = stack.add(Topic::new("a b"));
        stack.add(Output::new("alarms").value(topic.output("arn")));
    }), @r#"
    error[SW106]: ` ` cannot stand in a label
      --> tests/rust.rs:95:31
       |
    95 |         let topic = stack.add(Topic::new("a b"));
       |                               ^^^^^^^^^^
       |
       = help: a label has 1 to 64 letters, digits, hyphens and underscores, a letter first; try `a_b`
    "#);
    assert_snapshot!(problems(|stack| {
        let network = stack.add(Network::new("main").cidr("10.0.0.0/33").zones(9));
        stack.add(
            Database::new("main")
                .network(&network)
                .engine("postgres")
                .engine_version("16")
                .storage_gib("many"),
        );
        stack.add(Cluster::new("main").network(&Network::reference("mian")));
        let topic = stack.add(Topic::new("alarms"));
        stack.add(Output::new("alarms").value(topic.output("arm")));
        stack.add(Topic::new("more").set("colour", "red"));
        stack.add(Topic::new("more"));
        stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
    }), @r#"
    error[SW205]: `33` is not a prefix length
       --> tests/rust.rs:107:69
        |
    107 |         let network = stack.add(Network::new("main").cidr("10.0.0.0/33").zones(9));
        |                                                                     ^^
        |
        = help: use a whole number from 0 to 32

    error[SW202]: `9` is out of range
       --> tests/rust.rs:107:80
        |
    107 |         let network = stack.add(Network::new("main").cidr("10.0.0.0/33").zones(9));
        |                                                                                ^
        |
        = help: use a whole number from 1 to 6

    error[SW103]: `instance_class` is missing
       --> tests/rust.rs:109:13
        |
    109 |             Database::new("main")
        |             ^^^^^^^^^^^^^ this `database` needs it
        |
        = help: add `instance_class = …`: a string

    error[SW105]: expected a number, found a string
       --> tests/rust.rs:113:30
        |
    113 |                 .storage_gib("many"),
        |                              ^^^^^^
        |
        = help: write it without quotes: `many`

    error[SW107]: there is no `network` "mian"
       --> tests/rust.rs:115:40
        |
    115 |         stack.add(Cluster::new("main").network(&Network::reference("mian")));
        |                                        ^^^^^^^
        |
        = help: did you mean `network.main`?

    error[SW107]: a `topic` has no `arm` to refer to
       --> tests/rust.rs:117:61
        |
    117 |         stack.add(Output::new("alarms").value(topic.output("arm")));
        |                                                             ^^^
        |
        = help: did you mean `arn`?

    error[SW102]: a `topic` block has no field `colour`
       --> tests/rust.rs:118:43
        |
    118 |         stack.add(Topic::new("more").set("colour", "red"));
        |                                           ^^^^^^ not known here
        |
        = help: it has `display_name`, `kms_key_arn`, `name`, `renamed_from`, `subscription`

    error[SW104]: `topic` "more" stands twice
       --> tests/rust.rs:119:30
        |
    118 |         stack.add(Topic::new("more").set("colour", "red"));
        |                              ------ first here
    119 |         stack.add(Topic::new("more"));
        |                              ^^^^^^ again here

    error[SW103]: `namespace` is missing
       --> tests/rust.rs:120:19
        |
    120 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                   ^^^^^^^^^^ this `alarm` needs it
        |
        = help: add `namespace = …`: a string

    error[SW103]: `comparison` is missing
       --> tests/rust.rs:120:19
        |
    120 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                   ^^^^^^^^^^ this `alarm` needs it
        |
        = help: add `comparison = …`: a string

    error[SW103]: `threshold` is missing
       --> tests/rust.rs:120:19
        |
    120 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                   ^^^^^^^^^^ this `alarm` needs it
        |
        = help: add `threshold = …`: a number
    "#);
}

#[test]
fn rules_between_components_are_shown_in_rust_too() {
    assert_snapshot!(problems(|stack| {
        let network = stack.add(Network::new("main").cidr("10.0.0.0/16").zones(2));
        let cluster = stack.add(Cluster::new("main").network(&network));
        let image = stack.add(Image::new("server").repository("example.org/server"));
        stack.add(
            Service::new("api")
                .cluster(&cluster)
                .image(&image)
                .cpu(256)
                .memory(4096)
                .scaling(|it| it.min(4).max(2)),
        );
    }), @"
    error[SW301]: Fargate has no tasks of `256` CPU units with `4096` MiB
       --> tests/rust.rs:223:25
        |
    223 |                 .memory(4096)
        |                         ^^^^
        |
        = help: with `256` CPU units, use `512`, `1024` or `2048` MiB; the nearest pair: `cpu = 256`, `memory = 2048`

    error[SW302]: at least `4` tasks and at most `2` cannot be
       --> tests/rust.rs:224:45
        |
    224 |                 .scaling(|it| it.min(4).max(2)),
        |                                      -      ^
        |                                      |
        |                                      greater than `max`
        |
        = help: exchange `min` and `max`
    ");
}

#[test]
fn a_written_secret_is_shown_nowhere() {
    let problems = problems(|stack| {
        stack.add(Input::new("key").sensitive(true).default(concat!("hunter", "2")));
        let network = stack.add(Network::new("main").cidr("10.0.0.0/16").zones(2));
        stack.add(
            Database::new("main")
                .network(&network)
                .engine("postgres")
                .engine_version("16")
                .instance_class("db.t4g.small")
                .storage_gib(20)
                .password("hunter2"),
        );
    });
    assert!(!problems.contains("hunter"), "{problems}");
    assert_snapshot!(problems, @r#"
    error[SW207]: the default of the sensitive `input.key` is written out
       --> tests/rust.rs:250:53
        |
    250 |         stack.add(Input::new("key").sensitive(true).*******************************);
        |                                                     ^^^^^^^ from here it would reach the repository
        |
        = help: leave `default` out: the value is given from outside

    error[SW207]: a password stands in the description
       --> tests/rust.rs:259:26
        |
    259 |                 .password***********,
        |                          ^^^^^^^^^ from here it would reach the repository
        |
        = help: give it from outside, by an `input` with `sensitive = true`
        = help: or leave `password` out: RDS then makes one and keeps it in Secrets Manager, a cache has none
    "#);
}

#[test]
fn a_draft_without_settings_is_told_where_it_starts() {
    let draft = Draft::new("shop");
    assert_snapshot!(draft.read(&Vocabulary::default()).unwrap_err(), @r#"
    error[SW110]: the description has no `stack` block
       --> tests/rust.rs:285:17
        |
    285 |     let draft = Draft::new("shop");
        |                 ^^^^^^^^^^
        |
        = help: start it with `stack "shop" { region = "…" }`
    "#);
}

#[test]
fn a_stack_is_described_once() {
    let project = project(&["stacks/univaf", "modules"]);
    let opened = OpenProject::open(&project.path("")).map_err(|(_, problems)| problems).unwrap();
    let opened = opened.of(Program::new().stack(&univaf::univaf()));
    let rendered = tree::render(&opened, &[], &|_| {});
    let messages: Vec<_> = rendered.diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["the stack `univaf` is described in Rust, too"]);
}

#[test]
fn environments_of_a_draft_have_their_own_roots() {
    let mut stack = Draft::new("shop");
    stack.settings(|it| it.region("us-west-2"));
    stack.environment("staging", map! { "cidr" => "10.0.0.0/16" });
    stack.environment("production", map! { "cidr" => "10.1.0.0/16" });
    stack.add(Network::new("main").cidr(Expr::raw("environment.cidr")).zones(2));
    stack.add(Topic::new("alarms").only_in(["production"]));
    let project = Project::empty();
    project.write("stackwright.hcl", "");
    let opened = OpenProject::open(&project.path("")).map_err(|(_, problems)| problems).unwrap();
    let rendered = tree::render(&opened.of(Program::new().stack(&stack)), &[], &|_| {});
    assert_eq!(rendered.diagnostics, []);
    assert_eq!(rendered.stacks, ["shop/staging", "shop/production"]);
    let paths: Vec<_> = rendered.drifts.iter().map(|drift| drift.path.as_str()).collect();
    assert!(paths.contains(&"stacks/shop/production/topics.tf"), "{paths:?}");
    assert!(!paths.contains(&"stacks/shop/staging/topics.tf"), "{paths:?}");
}
