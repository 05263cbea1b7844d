//! What each loader of a table does, by the module's own way from its variables to it, evaluated by
//! a real `terraform`. No provider is needed: the `locals` that decide it use variables alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use hcl::edit::structure::{Body, Structure};
use serde_json::{Value, json};
use stackwright::diagnostic::Sources;
use stackwright::{hcl as rendering, stack};

use crate::support::terraform;

/// What the table needs; `cluster.main` and the like.
const NEEDED: &str = r#"
stack "univaf" { region = "us-west-2" }
network "main" { cidr = "172.17.0.0/16" }
cluster "main" { network = network.main }
repository "loader" { name = "univaf-loader" }
image "loader" { repository = repository.loader }
"#;

/// What stands for the rest of the root.
const STUBS: &str = r#"
locals {
  image_references = { loader = "registry.example/univaf-loader:1" }
  data = {
    aws_partition       = { current = { partition = "aws" } }
    aws_caller_identity = { current = { account_id = "123456789012" } }
  }
}

module "cluster_main" {
  source = "./cluster"
}

module "network_main" {
  source = "./network"
}

output "loaders" {
  value = module.loaders_source.loaders
}

output "log_group_arns" {
  value = module.loaders_source.log_group_arns
}
"#;

const CLUSTER: &str = r#"
output "arn" {
  value = "arn:aws:ecs:us-west-2:123456789012:cluster/univaf-main"
}

output "name" {
  value = "univaf-main"
}

output "namespace_arn" {
  value = null
}

output "namespace_id" {
  value = null
}

output "namespace_name" {
  value = null
}
"#;

const NETWORK: &str = r#"
output "cidr" {
  value = "172.17.0.0/16"
}

output "id" {
  value = "vpc-1"
}

output "private_subnet_ids" {
  value = ["subnet-1", "subnet-2"]
}

output "public_subnet_ids" {
  value = ["subnet-3", "subnet-4"]
}
"#;

const OUTPUTS: &str = r#"
output "loaders" {
  value = local.loaders
}

output "log_group_arns" {
  value = local.log_group_arns
}
"#;

/// The outputs of a root with these blocks and `NEEDED`, in which the module `loaders` is reduced
/// to its locals. `None` without Terraform.
#[track_caller]
fn evaluate(blocks: &str) -> Option<Value> {
    let text = format!("{NEEDED}{blocks}");
    let mut sources = Sources::default();
    let file = sources.add("stack.hcl", text.as_str());
    let (stack, _) = stack::read(file, &text, "univaf").unwrap_or_else(|diagnostics| {
        panic!("{diagnostics:#?}");
    });
    let root = stack::lower::lower(&stack, "./modules");

    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for name in ["loaders.tf", "locals.tf", "variables.tf"] {
        let Some(body) = root.files.get(name) else { continue };
        write(name, &rendering::print::print(body).replace("data.aws_", "local.data.aws_"));
    }
    write("stubs.tf", STUBS);
    write("cluster/outputs.tf", CLUSTER);
    write("network/outputs.tf", NETWORK);

    let module = root.modules["loaders"];
    let text = |name: &str| module.files.iter().find(|file| file.0 == name).unwrap().1;
    write("modules/loaders/variables.tf", text("variables.tf"));
    write("modules/loaders/main.tf", &only(text("main.tf"), &["locals"]));
    write("modules/loaders/outputs.tf", OUTPUTS);

    run(folder.path(), &["init", "-input=false"])?;
    run(folder.path(), &["apply", "-input=false", "-auto-approve"])?;
    Some(serde_json::from_slice(&run(folder.path(), &["output", "-json"])?).unwrap())
}

/// The blocks that these words begin, `kind` or `kind.label`.
fn only(text: &str, words: &[&str]) -> String {
    let body = hcl::edit::parser::parse_body(text).unwrap();
    let kept = body.into_iter().filter(|structure| match structure {
        Structure::Block(block) => {
            let kind = block.ident.as_str();
            let address = block.labels.first().map(|label| format!("{kind}.{}", label.as_str()));
            words.contains(&kind) || address.is_some_and(|address| words.contains(&&*address))
        }
        Structure::Attribute(_) => false,
    });
    kept.collect::<Body>().to_string()
}

/// What a command that has to succeed prints. `None` without Terraform.
#[track_caller]
fn run(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = terraform(folder, arguments)?;
    assert!(
        output.status.success(),
        "terraform {arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output.stdout)
}

/// The `loaders` of the univaf system and what they name.
fn univaf() -> String {
    let text = include_str!("../stacks/univaf/stack.hcl");
    let text = only(text, &["input.domain_name", "locals", "loaders.source"]);
    // The network is the cluster's.
    text.replace("\n  network = network.main", "")
}

#[test]
fn the_univaf_loaders_do_what_they_did() {
    const NO: &[&str] = &[];
    // Label, schedule, arguments between the table's and the label, secrets of its own.
    let expected = [
        ("albertsonsScraper", "cron(20/30 * * * ? *)", NO, NO),
        ("cdcApi", "cron(0 0,12 * * ? *)", &["--stale-threshold", "172800000"], NO),
        ("cvsSmart", "cron(3/15 * * * ? *)", NO, NO),
        ("heb", "cron(1/15 * * * ? *)", NO, NO),
        ("hyvee", "cron(8/15 * * * ? *)", NO, NO),
        ("krogerSmart", "cron(0 1/6 * * ? *)", NO, NO),
        ("njvss", "rate(15 minutes)", NO, &["NJVSS_AWS_KEY_ID", "NJVSS_AWS_SECRET_KEY"]),
        ("prepmod", "cron(9/15 * * * ? *)", &["--states", "AK,WA", "--hide-missing-locations"], NO),
        ("riteAidApi", "cron(0/15 * * * ? *)", NO, &["RITE_AID_KEY", "RITE_AID_URL"]),
        ("riteAidScraper", "cron(5/30 * * * ? *)", NO, NO),
        ("waDoh", "cron(3/30 * * * ? *)", NO, NO),
        ("walgreensSmart", "cron(2/15 * * * ? *)", NO, NO),
    ];
    let Some(outputs) = evaluate(&univaf()) else { return };
    let loaders = outputs["loaders"]["value"].as_object().unwrap();
    assert_eq!(
        loaders.keys().collect::<Vec<_>>(),
        expected.iter().map(|loader| loader.0).collect::<Vec<_>>()
    );
    for (label, schedule, options, own) in expected {
        let loader = &loaders[label];
        let command = [&["--filter-stale-data"], options, &[label]].concat();
        let mut secrets = [&["API_KEY", "DD_API_KEY", "SENTRY_DSN"], own].concat();
        secrets.sort_unstable();

        assert_eq!(loader["name"], format!("univaf-source-{label}"));
        assert_eq!(loader["schedule"], schedule, "{label}");
        assert_eq!(loader["command"], json!(command), "{label}");
        assert_eq!(
            loader["environment"],
            json!({
                "API_CONCURRENCY": "5",
                "API_URL": "https://api.internal.getmyvax.org",
                "ENV": "production",
                "NODE_ENV": "production",
                "SENTRY_ENVIRONMENT": "ecs",
            }),
            "{label}"
        );
        let sources: BTreeMap<String, String> =
            serde_json::from_value(loader["secrets"].clone()).unwrap();
        assert_eq!(sources.keys().collect::<Vec<_>>(), secrets, "{label}");
        for arn in sources.values() {
            let start = "arn:aws:ssm:us-west-2:123456789012:parameter/univaf/";
            assert!(arn.starts_with(start), "{label}: {arn}");
        }
        assert_eq!(
            json!([loader["enabled"], loader["cpu"], loader["memory"]]),
            json!([true, 256, 512]),
            "{label}"
        );
    }
    assert_eq!(
        outputs["log_group_arns"]["value"],
        "arn:aws:logs:us-west-2:123456789012:log-group:/ecs/univaf-source-*"
    );
}

#[test]
fn what_a_loader_says_goes_before_what_the_table_says() {
    let Some(outputs) = evaluate(
        r#"
loaders "source" {
  name        = "load"
  cluster     = cluster.main
  image       = image.loader
  schedule    = "rate(1 hour)"
  enabled     = false
  retries     = 5
  environment = { MODE = "full", URL = "https://example.com" }
  secrets     = { TOKEN = "ssm:/app/token" }

  loader "plain" {}
  loader "other" {
    schedule    = "rate(1 day)"
    enabled     = true
    retries     = 0
    description = "Another one."
    options     = ["-v"]
    sources     = ["a", "b"]
    cpu         = 512
    memory      = 1024
    environment = { MODE = "part" }
    secrets     = { TOKEN = "ssm:/app/other" }
  }
}
"#,
    ) else {
        return;
    };
    let parameter = |name: &str| format!("arn:aws:ssm:us-west-2:123456789012:parameter/app/{name}");
    assert_eq!(
        outputs["loaders"]["value"],
        json!({
            "other": {
                "command": ["-v", "a", "b"],
                "cpu": 512,
                "description": "Another one.",
                "enabled": true,
                "environment": { "MODE": "part", "URL": "https://example.com" },
                "memory": 1024,
                "name": "load-other",
                "retries": 0,
                "schedule": "rate(1 day)",
                "secrets": { "TOKEN": parameter("other") },
            },
            "plain": {
                "command": ["plain"],
                "cpu": 256,
                "description": null,
                "enabled": false,
                "environment": { "MODE": "full", "URL": "https://example.com" },
                "memory": 512,
                "name": "load-plain",
                "retries": 5,
                "schedule": "rate(1 hour)",
                "secrets": { "TOKEN": parameter("token") },
            },
        })
    );
}
