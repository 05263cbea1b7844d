//! `stackwright provider distill`, on schemas small enough to be read here.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{Project, Run};

const SCHEMA: &str = r#"{
  "format_version": "1.0",
  "provider_schemas": {
    "registry.terraform.io/example/toy": {
      "provider": {"version": 0, "block": {"attributes": {
        "region": {"type": "string", "description": "Where.", "optional": true}}}},
      "resource_schemas": {
        "toy_car": {"version": 2, "block": {
          "attributes": {
            "colour": {"type": "string", "optional": true},
            "doors": {"type": "number", "optional": true},
            "id": {"type": "string", "computed": true},
            "key": {"type": "string", "optional": true, "sensitive": true, "write_only": true},
            "name": {"type": "string", "required": true},
            "parts": {"nested_type": {"nesting_mode": "list", "attributes": {
              "weight": {"type": "number", "optional": true, "computed": true}}}, "optional": true},
            "trailers": {"type": ["list", ["object", {"length": "number"}]], "optional": true}},
          "block_types": {"wheel": {"nesting_mode": "set", "min_items": 1, "max_items": 4, "block": {
            "attributes": {"size": {"type": "number", "optional": true}}}}}}},
        "toy_train": {"version": 0, "block": {}}},
      "data_source_schemas": {
        "toy_shop": {"version": 0, "block": {"attributes": {
          "name": {"type": "string", "required": true}}}}}}}}"#;

const BEHAVIOUR: &str = r#"{
  "toy_car": {
    "sdk": "framework",
    "force_new": ["name", "wheel"],
    "force_new_if": ["colour", "wheel.0.size"],
    "defaults": {"colour": "red", "doors": 4},
    "use_state": ["id"],
    "conflicts": {"doors": ["wheel.0.size", "sunroof"]},
    "exactly_one_of": {"colour": ["colour", "doors"], "doors": ["doors", "colour"]},
    "validate": {
      "colour": [{"one_of": ["red", "blue"], "ci": true}],
      "doors": [{"range": [1, null]}, {"one_of": [2, 4]}],
      "name": [{"len": [1, 8]}, {"regex": "^\\w+$"}],
      "trailers": [{"elem": {"len": [0, null]}}]
    },
    "unheard_of": 1
  }
}"#;

fn distill(project: &Project, schema: &str, args: &[&str]) -> Run {
    let args: Vec<&str> = ["provider", "distill"].iter().chain(args).copied().collect();
    let mut command = project.command(&args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A run that fails early closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(schema.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_schema_becomes_facts_without_its_prose() {
    let project = Project::empty();
    assert_snapshot!(distill(&project, SCHEMA, &["--version", "1.2.0"]).success(), @"
    facts 1
    provider example/toy 1.2.0

    config
      region = string optional

    resource toy_car version=2
      colour = string optional
      doors = number optional
      id = string computed
      key = string optional sensitive write-only
      name = string required
      parts = nested(list) optional
        weight = number optional computed
      trailers = list(object({length=number})) optional
      wheel {} set 1..4
        size = number optional

    resource toy_train

    data toy_shop
      name = string required
    ");
}

#[test]
fn only_the_types_that_are_asked_for_are_taken() {
    let project = Project::empty();
    project.write("schema.json", SCHEMA);
    project.write("types", "# what we use\ntoy_train\ndata.toy_shop # a shop\n");
    let listed = project.run(&["provider", "distill", "schema.json", "--types", "types"]).success();
    assert_snapshot!(listed, @"
    facts 1
    provider example/toy

    config
      region = string optional

    resource toy_train

    data toy_shop
      name = string required
    ");
    let named = ["provider", "distill", "schema.json", "--types", "toy_train,data.toy_shop"];
    assert_eq!(project.run(&named).success(), listed);
}

#[test]
fn what_a_schema_does_not_tell_is_added_from_a_file_of_behaviour() {
    let project = Project::empty();
    project.write("behaviour.json", BEHAVIOUR);
    let args = ["--types", "toy_car", "--behaviour", "behaviour.json", "--version", "1.2.0"];
    assert_snapshot!(distill(&project, SCHEMA, &args).success(), @r#"
    facts 1
    provider example/toy 1.2.0

    config
      region = string optional

    resource toy_car version=2 framework
      colour = string optional may-replace default="red" oneof-nocase("red","blue")
      doors = number optional default=4 range(1,inf) oneof("2","4")
      id = string computed keeps
      key = string optional sensitive write-only
      name = string required replaces length(1,8) pattern("^\\w+$")
      parts = nested(list) optional
        weight = number optional computed
      trailers = list(object({length=number})) optional each(length(0,inf))
      wheel {} set 1..4 replaces
        size = number optional may-replace
      ! conflicts doors: wheel.size
      ! exactly-one colour doors
    "#);
}

#[test]
fn the_next_version_takes_over_what_is_known_of_this_one() {
    let project = Project::empty();
    project.write("behaviour.json", BEHAVIOUR);
    let old = distill(&project, SCHEMA, &["--behaviour", "behaviour.json"]).success();
    project.write("old.facts", &old);
    let same = distill(&project, SCHEMA, &["--facts", "old.facts"]).success();
    assert_eq!(same, old);

    // `doors` is now a text and `name` is gone.
    let next = SCHEMA
        .replace(r#""doors": {"type": "number""#, r#""doors": {"type": "string""#)
        .replace(r#""name": {"type": "string", "required": true},"#, "")
        .replace(r#""colour""#, r#""color""#);
    let args = ["--facts", "old.facts", "--types", "toy_car", "--version", "2.0.0"];
    assert_snapshot!(distill(&project, &next, &args).success(), @"
    facts 1
    provider example/toy 2.0.0

    config
      region = string optional

    resource toy_car version=2 framework
      color = string optional
      doors = string optional
      id = string computed keeps
      key = string optional sensitive write-only
      parts = nested(list) optional
        weight = number optional computed
      trailers = list(object({length=number})) optional each(length(0,inf))
      wheel {} set 1..4 replaces
        size = number optional may-replace
      ! conflicts doors: wheel.size
    ");
}

#[test]
fn a_schema_of_several_providers_asks_which() {
    let project = Project::empty();
    let both = SCHEMA.replacen(
        r#""provider_schemas": {"#,
        r#""provider_schemas": {"registry.terraform.io/example/game": {},"#,
        1,
    );
    assert_snapshot!(distill(&project, &both, &[]), @"
    exit 1
    --- out
    --- err
    error: the schema holds several providers: choose one with `--provider`: `registry.terraform.io/example/game`, `registry.terraform.io/example/toy`
    ");
    assert_snapshot!(distill(&project, &both, &["--provider", "aws"]), @"
    exit 1
    --- out
    --- err
    error: the schema holds no provider `aws`, but `registry.terraform.io/example/game`, `registry.terraform.io/example/toy`
    ");
    for name in ["toy", "example/toy", "registry.terraform.io/example/toy"] {
        let facts = distill(&project, &both, &["--provider", name]).success();
        assert!(facts.starts_with("facts 1\nprovider example/toy\n"), "{facts}");
    }
}

#[test]
fn what_is_no_schema_is_said_so() {
    let project = Project::empty();
    project.write("broken.facts", "facts 1\nprovider toy\nresource toy_car\n  id string\n");
    let errors: String = [
        distill(&project, "", &[]),
        distill(&project, "{}", &[]),
        distill(&project, "facts 1\n", &[]),
        distill(&project, r#"{"format_version":"1.0"}"#, &[]),
        distill(&project, r#"{"format_version":"3.0"}"#, &[]),
        distill(&project, &SCHEMA.replace(r#""number""#, r#""numeral""#), &[]),
        distill(&project, &SCHEMA.replace(r#""set""#, r#""bag""#), &[]),
        distill(&project, SCHEMA, &["--types", "toy_car,toy_bus,data.toy_market"]),
        distill(&project, SCHEMA, &["--facts", "missing.facts"]),
        distill(&project, SCHEMA, &["--facts", "broken.facts"]),
        distill(&project, SCHEMA, &["--behaviour", "broken.facts"]),
        distill(&project, SCHEMA, &["missing.json"]),
    ]
    .map(|run| {
        let run = run.code(1);
        assert_eq!(run.out, "");
        run.err
    })
    .concat();
    assert_snapshot!(errors, @r#"
    error: this is not what `terraform providers schema -json` prints: EOF while parsing a value at line 1 column 0
    error: this is not what `terraform providers schema -json` prints: missing field `format_version` at line 1 column 2
    error: this is not what `terraform providers schema -json` prints: expected ident at line 1 column 3
    error: the schema holds no provider: run `terraform init` before `terraform providers schema -json`
    error: the schema has the format `3.0`; the formats 0 and 1 are known
    error: `toy_car.doors` has a type that is not understood: "numeral"
    error: `toy_car.wheel` has a nesting mode that is not understood: `bag`
    error: the provider has no `toy_bus`, `data.toy_market`
    error: cannot read `missing.facts`: No such file or directory (os error 2)
    error: cannot understand `broken.facts`: line 4: `=` or `{}` should stand before `string`
    error: cannot understand `broken.facts`: this is not a file of behaviour: expected ident at line 1 column 3
    error: cannot read `missing.json`: No such file or directory (os error 2)
    "#);
}

#[test]
fn no_project_is_needed() {
    let project = Project::empty();
    let mut command = project.command(&["provider", "distill", "schema.json"]);
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("schema.json"), SCHEMA).unwrap();
    command.current_dir(folder.path());
    project.finish(command).success();
}
