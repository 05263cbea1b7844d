//! Stacks that are described in Rust, and programs of a project's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use insta::assert_snapshot;
use stackwright::diagnostic::Sources;
use stackwright::prelude::*;
use stackwright::project::Project as OpenProject;
use stackwright::{stack, tree};

use crate::support::{Project, Run, files, terraform};

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
    let project = project(&["stacks/univaf", "modules", ".github"]);
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
      --> tests/rust.rs:77:39
       |
    77 |         stack.local("url", Expr::raw("upper("));
       |                                       ^^^^^^
       |
       = help: write one expression of Terraform's language: `upper(local.name)`

    error[SW005]: this is no expression
      --> tests/rust.rs:78:40
       |
    78 |         stack.add(Output::new("twice").value(Expr::raw("1\n  sensitive = true")));
       |                                        ^^^^^
       |
       = help: write one expression of Terraform's language: `upper(local.name)`
    "#);
    assert_snapshot!(problems(|stack| {
        let topic = stack.add(Topic::new("a b"));
        stack.add(Output::new("alarms").value(topic.output("arn")));
    }), @r#"
    error[SW106]: ` ` cannot stand in a label
      --> tests/rust.rs:97:31
       |
    97 |         let topic = stack.add(Topic::new("a b"));
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
        stack.add(Cluster::new("main").network(Network::reference("mian")));
        let topic = stack.add(Topic::new("alarms"));
        stack.add(Output::new("alarms").value(topic.output("arm")));
        stack.add(Topic::new("more").set("colour", "red"));
        stack.add(Topic::new("more"));
        stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
    }), @r#"
    error[SW205]: `33` is not a prefix length
       --> tests/rust.rs:109:69
        |
    109 |         let network = stack.add(Network::new("main").cidr("10.0.0.0/33").zones(9));
        |                                                                     ^^
        |
        = help: use a whole number from 0 to 32

    error[SW202]: `9` is out of range
       --> tests/rust.rs:109:80
        |
    109 |         let network = stack.add(Network::new("main").cidr("10.0.0.0/33").zones(9));
        |                                                                                ^
        |
        = help: use a whole number from 1 to 6

    error[SW103]: `instance_class` is missing
       --> tests/rust.rs:111:13
        |
    111 |             Database::new("main")
        |             ^^^^^^^^^^^^^ this `database` needs it
        |
        = help: add `instance_class = …`: a string

    error[SW105]: expected a number, found a string
       --> tests/rust.rs:115:30
        |
    115 |                 .storage_gib("many"),
        |                              ^^^^^^

    error[SW107]: there is no `network` "mian"
       --> tests/rust.rs:117:40
        |
    117 |         stack.add(Cluster::new("main").network(Network::reference("mian")));
        |                                        ^^^^^^^
        |
        = help: did you mean `network.main`?

    error[SW107]: a `topic` has no `arm` to refer to
       --> tests/rust.rs:119:61
        |
    119 |         stack.add(Output::new("alarms").value(topic.output("arm")));
        |                                                             ^^^
        |
        = help: did you mean `arn`?

    error[SW102]: a `topic` block has no field `colour`
       --> tests/rust.rs:120:43
        |
    120 |         stack.add(Topic::new("more").set("colour", "red"));
        |                                           ^^^^^^ not known here
        |
        = help: it has `display_name`, `kms_key_arn`, `moved_from_layer`, `name`, `renamed_from`, `subscription`

    error[SW104]: `topic` "more" stands twice
       --> tests/rust.rs:121:30
        |
    120 |         stack.add(Topic::new("more").set("colour", "red"));
        |                              ------ first here
    121 |         stack.add(Topic::new("more"));
        |                              ^^^^^^ again here

    error[SW316]: the alarm tells nobody
       --> tests/rust.rs:122:19
        |
    122 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                   ^^^^^^^^^^
        |
        = help: add `actions = [topic.…]`, or say why: `no_actions_because = "…"`

    error[SW103]: `namespace` is missing
       --> tests/rust.rs:122:19
        |
    122 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                   ^^^^^^^^^^
        |
        = help: add `namespace = …`; or say what it is on, such as `on = queue.…`

    error[SW103]: `comparison` is missing
       --> tests/rust.rs:122:19
        |
    122 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                   ^^^^^^^^^^
        |
        = help: add `comparison = …`; or say what it is on, such as `on = queue.…`

    error[SW103]: `threshold` is missing
       --> tests/rust.rs:122:19
        |
    122 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                   ^^^^^^^^^^
        |
        = help: add `threshold = …`; or say what it is on, such as `on = queue.…`

    error[SW323]: `alarm.cpu` is called so already
       --> tests/rust.rs:122:76
        |
    122 |         stack.add(Alarm::new("cpu").metric("CPUUtilization").renamed_from(["cpu"]));
        |                                                                            ^^^^^
        |
        = help: name the label that it had before, or take out `renamed_from`
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
       --> tests/rust.rs:239:25
        |
    239 |                 .memory(4096)
        |                         ^^^^
        |
        = help: with `256` CPU units, use `512`, `1024` or `2048` MiB; the nearest pair: `cpu = 256`, `memory = 2048`

    error[SW302]: at least `4` tasks and at most `2` cannot be
       --> tests/rust.rs:240:45
        |
    240 |                 .scaling(|it| it.min(4).max(2)),
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
       --> tests/rust.rs:266:53
        |
    266 |         stack.add(Input::new("key").sensitive(true).*******************************);
        |                                                     ^^^^^^^ from here it would reach the repository
        |
        = help: leave `default` out: the value is given from outside

    error[SW207]: a password stands in the description
       --> tests/rust.rs:275:26
        |
    275 |                 .password***********,
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
       --> tests/rust.rs:301:17
        |
    301 |     let draft = Draft::new("shop");
        |                 ^^^^^^^^^^
        |
        = help: start it with `stack "shop" { region = "…" }`
    "#);
}

#[test]
fn a_stack_is_described_once() {
    let project = project(&["stacks/univaf", "modules", ".github"]);
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

/// The binary of `examples/own_component`, which cargo builds beside this test.
fn acme() -> &'static Path {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        // The test is `target/debug/deps/all-…`.
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--offline", "--package", "acme"]);
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        // What cargo says of this test is not to be said of the binary: it would be built anew.
        let said = |name: &str| name.starts_with("CARGO") && name != "CARGO_HOME";
        for (name, _) in std::env::vars().filter(|(name, _)| said(name)) {
            cargo.env_remove(name);
        }
        let target = profile.parent().unwrap();
        let built = cargo.current_dir(repository("")).env("CARGO_TARGET_DIR", target).status();
        assert!(built.unwrap().success(), "examples/own_component builds");
        profile.join("acme")
    });
    &BUILT
}

/// Runs it in a project.
fn run(project: &Project, args: &[&str]) -> Run {
    let ours = crate::plan::command(project, args);
    let mut command = Command::new(acme());
    command.args(args).current_dir(project.path("")).env_clear();
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    project.finish(command)
}

/// The project of the example.
fn shop() -> Project {
    let project = Project::empty();
    for (path, content) in files(&repository("examples/own_component/project")) {
        project.write(&path, content);
    }
    project
}

#[test]
fn a_program_of_ones_own_renders_and_checks_its_own_component() {
    let project = shop();
    let out = run(&project, &["render"]).success();
    assert!(out.contains("created stacks/shop/tables.tf\n"), "{out}");
    let modules = out.lines().filter_map(|line| line.strip_prefix("created modules/table/"));
    let modules: Vec<&str> = modules.collect();
    assert_eq!(modules, ["main.tf", "outputs.tf", "terraform.tf", "variables.tf"]);
    assert_snapshot!(project.read("stacks/shop/tables.tf"), @r#"
    # Rendered by stackwright from stack shop; edits are lost. sha256:b722fe030e8eb7e9

    # Who is signed in, until when.
    module "table_sessions" {
      source = "../../modules/table"

      name       = "shop-sessions"
      expires_at = "expires_at"

      key = {
        name = "id"
      }

      index = {
        by_user = {
          key = {
            name = "user"
          }
          sort_key = {
            name = "started_at"
            type = "number"
          }
        }
      }
    }
    "#);
    let variables = project.read("modules/table/variables.tf");
    assert!(variables.starts_with("# Rendered by stackwright"), "{variables}");
    assert!(variables.contains("variable \"expires_at\""), "{variables}");
    assert_snapshot!(run(&project, &["check"]).success(), @"32 files of 1 stack: as described");
    // Stackwright itself does not know the word.
    let unknown = project.run(&["check"]).code(1).err;
    assert!(unknown.contains("there is no `table` component"), "{unknown}");
}

#[test]
fn rules_of_ones_own_complain_as_ours_do() {
    let project = shop();
    let description = "stacks/shop/stack.hcl";
    project.edit(description, "\"expires_at\"", "\"id\"");
    project.edit(
        description,
        "key { name = \"user\" }",
        "key {\n      name = \"id\"\n      type = \"number\"\n    }",
    );
    project.edit(description, "${table.sessions.arn}", "${table.sessions.urn}");
    project.edit(description, "[table.sessions.arn", "[table.session.arn");
    assert_snapshot!(run(&project, &["render"]).code(1).err, @r#"
    error[SW312]: a key cannot say when its item expires
      --> stacks/shop/stack.hcl:17:16
       |
    16 |   key { name = "id" }
       |                ---- the key
    17 |   expires_at = "id"
       |                ^^^^
       |
       = help: keep the time in an attribute of its own

    error[ACME002]: `id` has two types
      --> stacks/shop/stack.hcl:22:14
       |
    16 |   key { name = "id" }
       |   --- a string here
    ...
    22 |       type = "number"
       |              ^^^^^^^^ a number here
       |
       = help: give it one type, or use another attribute

    error[SW107]: there is no `table` "session"
      --> stacks/shop/stack.hcl:38:18
       |
    38 |     resources = [table.session.arn, "${table.sessions.urn}/index/*"]
       |                  ^^^^^^^^^^^^^
       |
       = help: did you mean `table.sessions`?

    error[SW107]: a `table` has no `urn` to refer to
      --> stacks/shop/stack.hcl:38:55
       |
    38 |     resources = [table.session.arn, "${table.sessions.urn}/index/*"]
       |                                                       ^^^
       |
       = help: did you mean `arn`?
    "#);
    project.edit(description, "type = \"number\"", "type = \"nmber\"");
    project.edit(description, "index \"by_user\"", "indx \"by_user\"");
    assert_snapshot!(run(&project, &["render"]).code(1).err, @r#"
    error[SW312]: a key cannot say when its item expires
      --> stacks/shop/stack.hcl:17:16
       |
    16 |   key { name = "id" }
       |                ---- the key
    17 |   expires_at = "id"
       |                ^^^^
       |
       = help: keep the time in an attribute of its own

    error[SW101]: a `table` block has no `indx` block
      --> stacks/shop/stack.hcl:19:3
       |
    19 |   indx "by_user" {
       |   ^^^^ not known here
       |
    help: did you mean `index`?
       |
    19 |   index "by_user" {
       |      +

    error[SW107]: there is no `table` "session"
      --> stacks/shop/stack.hcl:38:18
       |
    38 |     resources = [table.session.arn, "${table.sessions.urn}/index/*"]
       |                  ^^^^^^^^^^^^^
       |
       = help: did you mean `table.sessions`?

    error[SW107]: a `table` has no `urn` to refer to
      --> stacks/shop/stack.hcl:38:55
       |
    38 |     resources = [table.session.arn, "${table.sessions.urn}/index/*"]
       |                                                       ^^^
       |
       = help: did you mean `arn`?
    "#);
}

#[test]
fn rules_of_ones_own_are_explained_as_ours_are() {
    let project = Project::empty();
    assert_snapshot!(run(&project, &["explain", "two-types"]), @r#"
    exit 0
    --- out
    ACME002 two-types (error)

    An attribute that is several keys has one type.

    DynamoDB knows an attribute by its name alone, and refuses the table at `apply`.

    Wrong:

        table "sessions" {
          key { name = "id" }

          index "by_id" {
            key {
              name = "id"
              type = "number"
            }
          }
        }

    error[ACME002]: `id` has two types
     --> stacks/shop/stack.hcl:7:14
      |
    2 |   key { name = "id" }
      |   --- a string here
    ...
    7 |       type = "number"
      |              ^^^^^^^^ a number here
      |
      = help: give it one type, or use another attribute

    Right:

        table "sessions" {
          key { name = "id" }

          index "by_number" {
            key {
              name = "number"
              type = "number"
            }
          }
        }
    --- err
    "#);
    let list = run(&project, &["explain"]).success();
    let own = "This program's own components\n  ACME001  too-many-indexes  A table has at most";
    assert!(list.contains(own), "{list}");
}

#[test]
fn the_schema_and_completions_of_a_program_of_ones_own_have_its_words() {
    let project = shop();
    let schema = run(&project, &["schema"]).success();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let index = &schema["$defs"]["table"]["properties"]["index"]["additionalProperties"];
    assert_eq!(index["required"], serde_json::json!(["key"]));
    let completions = run(&project, &["completions", "bash"]).success();
    assert!(completions.contains("complete -F _acme"), "{completions}");
}

#[test]
fn terraform_accepts_and_plans_what_a_component_of_ones_own_becomes() {
    let project = shop();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    run(&project, &["render"]).success();
    assert_eq!(run(&project, &["validate"]).success(), "1 root: valid\n");
    let fmt = terraform(&project.path(""), &["fmt", "-check", "-recursive"]).unwrap();
    assert!(fmt.status.success(), "{}", String::from_utf8_lossy(&fmt.stdout));
    let plan = run(&project, &["plan", "--from-nothing", "--stack", "shop"]).code(2).out;
    assert!(plan.contains("table.sessions\n      + 1 dynamodb table created\n"), "{plan}");
}
