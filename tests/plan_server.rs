//! The real `terraform` against a provider that we serve.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;
use stackwright::plan::schema::{
    Attribute, Block, ForceNew, NestedBlock, Nesting, Presence, Provider, Resource, Rule, Sdk, Type,
};
use stackwright::plan::server::{Options, Serving, Validation, serve};
use stackwright::plan::value::Value;
use tempfile::TempDir;

use crate::support;

fn attribute(ty: Type, presence: Presence) -> Attribute {
    Attribute {
        ty,
        presence,
        sensitive: false,
        write_only: false,
        force_new: ForceNew::No,
        default: None,
        use_state: false,
        rules: Vec::new(),
    }
}

fn required() -> Attribute {
    attribute(Type::String, Presence::Required)
}

fn optional() -> Attribute {
    attribute(Type::String, Presence::Optional)
}

fn computed() -> Attribute {
    attribute(Type::String, Presence::Computed)
}

fn either() -> Attribute {
    attribute(Type::String, Presence::OptionalComputed)
}

fn forcing(attribute: Attribute) -> Attribute {
    Attribute { force_new: ForceNew::Yes, ..attribute }
}

fn defaulting(attribute: Attribute, default: Value) -> Attribute {
    Attribute { default: Some(default), ..attribute }
}

fn tags(presence: Presence) -> Attribute {
    attribute(Type::Map(Box::new(Type::String)), presence)
}

fn block(attributes: &[(&str, Attribute)], blocks: &[(&str, NestedBlock)]) -> Block {
    let attributes = attributes.iter().map(|(name, it)| ((*name).to_owned(), it.clone()));
    let blocks = blocks.iter().map(|(name, it)| ((*name).to_owned(), it.clone()));
    Block { attributes: attributes.collect(), blocks: blocks.collect() }
}

fn nested(nesting: Nesting, block: Block) -> NestedBlock {
    NestedBlock { nesting, min: 0, max: 0, block, force_new: ForceNew::No, computed: false }
}

/// A few types that are like AWS's.
fn aws() -> Provider {
    let queue = block(
        &[
            ("arn", computed()),
            ("id", either()),
            ("name", forcing(either())),
            ("region", either()),
            ("tags", tags(Presence::Optional)),
            ("tags_all", tags(Presence::OptionalComputed)),
            ("url", computed()),
            (
                "delay_seconds",
                defaulting(
                    Attribute {
                        rules: vec![Rule::Range(0.0, 900.0)],
                        ..attribute(Type::Number, Presence::Optional)
                    },
                    0.into(),
                ),
            ),
        ],
        &[],
    );
    let rule = block(
        &[
            ("from", required()),
            ("id", computed()),
            ("action", defaulting(optional(), "ALLOW".into())),
        ],
        &[],
    );
    let service = block(
        &[
            ("arn", Attribute { use_state: true, ..computed() }),
            ("id", Attribute { use_state: true, ..computed() }),
            ("name", forcing(required())),
            ("password_wo", Attribute { write_only: true, ..optional() }),
            ("queue", optional()),
            ("status", computed()),
        ],
        &[("rule", nested(Nesting::Set, rule.clone()))],
    );
    let role = block(
        &[("arn", computed()), ("id", either()), ("name", either()), ("policy", optional())],
        &[
            (
                "step",
                nested(
                    Nesting::List,
                    block(&[("image", forcing(required())), ("note", optional())], &[]),
                ),
            ),
            ("rule", nested(Nesting::Set, rule)),
        ],
    );
    let resource = |sdk, block| Resource { sdk, block, ..Resource::default() };
    let identity =
        block(&[("account_id", computed()), ("arn", computed()), ("id", computed())], &[]);
    let config = block(
        &[("region", optional())],
        &[(
            "default_tags",
            nested(Nesting::List, block(&[("tags", tags(Presence::Optional))], &[])),
        )],
    );
    Provider {
        name: "hashicorp/aws".into(),
        version: "6.47.0".into(),
        config,
        resources: [
            ("aws_sqs_queue".to_owned(), resource(Sdk::V2, queue)),
            ("aws_ecs_service".to_owned(), resource(Sdk::Framework, service)),
            ("aws_iam_role".to_owned(), resource(Sdk::V2, role)),
        ]
        .into(),
        data_sources: [("aws_caller_identity".to_owned(), resource(Sdk::V2, identity))].into(),
        ephemeral: std::collections::BTreeMap::new(),
    }
}

/// A root, and the provider that it meets.
struct Root {
    folder: TempDir,
    serving: Serving,
}

/// `None` if `terraform` is not there and need not be.
fn root(main: &str) -> Option<Root> {
    let folder = TempDir::new().unwrap();
    support::terraform(folder.path(), &["version"])?;
    let root = Root { folder, serving: serve(vec![aws()], Options::default()).unwrap() };
    root.write(main);
    Some(root)
}

impl Root {
    fn write(&self, main: &str) {
        std::fs::write(self.path().join("main.tf"), main).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn terraform(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(self.path())
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_REATTACH_PROVIDERS", self.serving.reattach())
            .output()
            .unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), out + &String::from_utf8(output.stderr).unwrap())
    }

    #[track_caller]
    fn success(&self, arguments: &[&str]) -> String {
        let (code, out) = self.terraform(arguments);
        assert_eq!(code, Some(0), "terraform {arguments:?}:\n{out}");
        out
    }

    #[track_caller]
    fn apply(&self) {
        self.success(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    }

    /// The plan, after `show -json`.
    #[track_caller]
    fn plan(&self) -> Json {
        self.success(&["plan", "-out=plan", "-input=false", "-no-color"]);
        serde_json::from_str(&self.success(&["show", "-json", "plan"])).unwrap()
    }

    #[track_caller]
    fn assert_no_changes(&self) {
        let (code, out) =
            self.terraform(&["plan", "-detailed-exitcode", "-input=false", "-no-color"]);
        assert_eq!(code, Some(0), "a second plan has changes:\n{out}");
    }
}

/// What a plan does to each resource: its actions, and the paths that force a replacement.
fn changes(plan: &Json) -> BTreeMap<String, (Vec<String>, String)> {
    let changes = plan["resource_changes"].as_array().unwrap().iter().map(|change| {
        let actions = change["change"]["actions"].as_array().unwrap();
        let actions = actions.iter().map(|action| action.as_str().unwrap().to_owned());
        let paths = change["change"].get("replace_paths").map(Json::to_string);
        let address = change["address"].as_str().unwrap().to_owned();
        (address, (actions.collect(), paths.unwrap_or_default()))
    });
    changes.collect()
}

const MAIN: &str = r#"
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-west-2"

  default_tags {
    tags = { team = "loaders" }
  }
}

provider "aws" {
  alias  = "global"
  region = "us-east-1"
}

data "aws_caller_identity" "current" {}

resource "aws_sqs_queue" "jobs" {
  name = "jobs-${data.aws_caller_identity.current.account_id}"
  tags = { Name = "jobs" }
}

resource "aws_sqs_queue" "global" {
  provider = aws.global
  count    = 2
}

resource "aws_ecs_service" "web" {
  name        = "web"
  queue       = aws_sqs_queue.jobs.url
  password_wo = "secret"

  rule {
    from = "a"
  }

  rule {
    from   = "b"
    action = "DENY"
  }
}

resource "aws_iam_role" "task" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })

  step {
    image = "one"
  }

  step {
    image = "two"
    note  = ""
  }

  rule {
    from = "c"
  }

  rule {
    from = "d"
  }
}

output "arn" {
  value = provider::aws::arn_parse(aws_sqs_queue.jobs.arn).resource
}
"#;

#[test]
fn a_root_validates_plans_applies_and_is_then_unchanged() {
    let Some(root) = root(MAIN) else { return };
    root.success(&["init", "-no-color"]);
    root.success(&["validate", "-no-color"]);
    let plan = root.plan();
    let created: Vec<_> = changes(&plan).into_iter().map(|(_, (actions, _))| actions).collect();
    assert_eq!(created, vec![["create"]; 5]);
    let after = |address: &str| {
        let changes = plan["resource_changes"].as_array().unwrap();
        changes.iter().find(|it| it["address"] == address).unwrap()["change"].clone()
    };
    let jobs = after("aws_sqs_queue.jobs");
    assert_eq!(jobs["after"]["name"], "jobs-123456789012");
    assert_eq!(jobs["after"]["region"], "us-west-2");
    assert_eq!(jobs["after"]["delay_seconds"], 0);
    assert_eq!(jobs["after"]["tags_all"].to_string(), r#"{"Name":"jobs","team":"loaders"}"#);
    assert_eq!(jobs["after_unknown"]["arn"], true);
    let global = after("aws_sqs_queue.global[0]");
    assert_eq!(global["after"]["region"], "us-east-1");
    assert_eq!(global["after_unknown"]["tags_all"], true);

    root.apply();
    root.assert_no_changes();
    assert_eq!(root.success(&["output", "-raw", "arn"]), "jobs-123456789012");
    let state: Json = serde_json::from_str(&root.success(&["show", "-json"])).unwrap();
    let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
    let of = |address: &str| {
        resources.iter().find(|it| it["address"] == address).unwrap()["values"].clone()
    };
    assert_eq!(
        of("aws_sqs_queue.jobs")["arn"],
        "arn:aws:sqs:us-west-2:123456789012:jobs-123456789012"
    );
    assert_eq!(of("aws_ecs_service.web")["password_wo"], Json::Null);
    assert_ne!(of("aws_sqs_queue.global[0]")["id"], of("aws_sqs_queue.global[1]")["id"]);
}

#[test]
fn a_replacement_says_what_forces_it() {
    let Some(root) = root(MAIN) else { return };
    root.success(&["init", "-no-color"]);
    root.apply();
    root.write(
        &MAIN
            .replace(r#""jobs-$"#, r#""tasks-$"#)
            .replace(r#"image = "two""#, r#"image = "three""#)
            .replace(r#"from = "d""#, r#"from = "e""#),
    );
    let plan = root.plan();
    let changes = changes(&plan);
    let replaced = |address: &str, path: &str| {
        assert_eq!(changes[address].0, ["delete", "create"], "{address}");
        assert_eq!(changes[address].1, path, "{address}");
    };
    replaced("aws_sqs_queue.jobs", r#"[["name"]]"#);
    replaced("aws_iam_role.task", r#"[["step",1,"image"]]"#);
    assert_eq!(changes["aws_ecs_service.web"].0, ["update"]);
    assert_eq!(changes["aws_sqs_queue.global[0]"].0, ["no-op"]);
    let web = plan["resource_changes"].as_array().unwrap();
    let web = &web.iter().find(|it| it["address"] == "aws_ecs_service.web").unwrap()["change"];
    // The framework computes anew what does not say that it keeps its state.
    assert_eq!(web["after_unknown"]["status"], true);
    assert_eq!(web["after"]["id"], web["before"]["id"]);
}

#[test]
fn the_providers_own_rules_are_checked_until_they_are_switched_off() {
    let main = r#"resource "aws_sqs_queue" "jobs" {
  delay_seconds = 1000
}
"#;
    let Some(root) = root(main) else { return };
    root.success(&["init", "-no-color"]);
    let (code, out) = root.terraform(&["validate", "-no-color"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("expected delay_seconds to be in the range (0 - 900), got 1000"), "{out}");
    assert!(out.contains("on main.tf line 2"), "{out}");
    root.serving.set_validation(Validation::Off);
    root.success(&["validate", "-no-color"]);
}

#[test]
fn an_import_is_an_update_and_never_a_replacement() {
    let main = r#"
import {
  to = aws_sqs_queue.jobs
  id = "https://example.com/jobs"
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
"#;
    let Some(root) = root(main) else { return };
    root.success(&["init", "-no-color"]);
    assert_eq!(changes(&root.plan())["aws_sqs_queue.jobs"].0, ["update"]);
    root.apply();
    root.assert_no_changes();
}

#[test]
fn a_destroy_needs_nothing() {
    let Some(root) = root(MAIN) else { return };
    root.success(&["init", "-no-color"]);
    root.apply();
    root.success(&["destroy", "-auto-approve", "-no-color"]);
}
