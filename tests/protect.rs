//! What holds data stays: until its description says that it may go, and then nothing else moves.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;
use serde_json::Value;
use stackwright::component::{self, Vocabulary};

use crate::plan::{command, commit};
use crate::support::{Project, Run, terraform};

const SHOP: &str = r#"stack "demo" {
  region = "us-west-2"
}

network "main" {
  cidr = "10.0.0.0/16"
}

database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "16"
  instance_class = "db.t4g.small"
  storage_gib    = 48
}

aurora "reports" {
  network        = network.main
  engine         = "aurora-postgresql"
  engine_version = "16"
  instance_class = "db.t4g.medium"
}

bucket "files" {}

cache "sessions" {
  network   = network.main
  node_type = "cache.t4g.small"
}

key "main" {}

parameter "token" {
  type = "SecureString"
}

queue "jobs" {}

repository "app" {}

search "products" {
  network       = network.main
  instance_type = "t3.small.search"
  storage_gib   = 20
}

secret "app" {}

volume "uploads" {
  network = network.main
}
"#;

/// A description, rendered and committed. `None` without Terraform.
fn project(description: &str) -> Option<Project> {
    let project = Project::with(description);
    terraform(&project.path(""), &["version"])?;
    project.run(&["render"]).success();
    commit(&project);
    Some(project)
}

fn plan(project: &Project, args: &[&str]) -> Run {
    project.run(&["render"]).exits(0);
    project.finish(command(project, &[&["plan", "--base", "HEAD"], args].concat()))
}

/// The changes of a plan, by action and address.
fn changes(run: &Run) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let mut changes = Vec::new();
    for component in report["roots"][0]["components"].as_array().unwrap() {
        for group in component["groups"].as_array().unwrap() {
            for resource in group["resources"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                changes.push((text(&group["action"]), text(&resource["address"])));
            }
        }
    }
    changes
}

#[test]
fn every_component_that_protects_has_a_module_that_does_and_a_variant_that_does_not() {
    let mut protecting = Vec::new();
    for kind in component::kinds() {
        let Some(module) = kind.module else { continue };
        let main = |module: component::ModuleSource| {
            module.contents().find(|(name, _)| *name == "main.tf").unwrap().1
        };
        let Some(variant) = kind.unprotected() else {
            assert!(!main(module).contains("prevent_destroy"), "{}", kind.name);
            continue;
        };
        let (with, without) = (main(module), main(variant));
        assert!(with.contains("prevent_destroy = true"), "{}", kind.name);
        assert!(!without.contains("prevent_destroy"), "{}", kind.name);
        assert!(!without.contains("deletion_protection       = true"), "{}", kind.name);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.tf"), &without).unwrap();
        if let Some(output) = terraform(folder.path(), &["fmt", "-check", "-diff"]) {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        // What is called `name_unprotected` is made, and never written by hand.
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("modules").join(variant.name);
        assert!(!folder.exists(), "{}", folder.display());
        protecting.push(kind.name);
    }
    assert_eq!(
        protecting,
        [
            "aurora",
            "bucket",
            "cache",
            "database",
            "key",
            "parameter",
            "queue",
            "repository",
            "search",
            "secret",
            "volume",
        ]
    );
}

#[test]
fn protection_that_is_turned_off_moves_nothing() {
    let Some(project) = project(SHOP) else { return };
    let open = unprotected(SHOP);
    project.write("stacks/demo/stack.hcl", open);
    let run = plan(&project, &["--format", "json"]).code(2);
    let update = |address: &str| ("update".to_owned(), address.to_owned());
    assert_eq!(
        changes(&run),
        [
            update("module.aurora_reports.aws_rds_cluster.this"),
            update("module.database_main.aws_db_instance.this"),
        ]
    );
    let diff = project.read("stacks/demo/databases.tf");
    assert!(diff.contains("source = \"../../modules/database_unprotected\"\n"), "{diff}");
    assert!(project.path("modules/database_unprotected/main.tf").exists());
    assert!(!project.path("modules/database").exists());
    project.run(&["check"]).success();
    // And back.
    commit(&project);
    project.write("stacks/demo/stack.hcl", SHOP);
    assert_eq!(changes(&plan(&project, &["--format", "json"]).code(2)).len(), 2);
    assert!(!project.path("modules/database_unprotected").exists());
}

/// The same with nothing protected.
fn unprotected(description: &str) -> String {
    let mut open = String::new();
    for line in description.lines() {
        let kind = line.split(' ').next().unwrap_or_default();
        let protects =
            Vocabulary::default().kind(kind).is_some_and(|kind| kind.unprotected().is_some());
        match line.strip_suffix("{}") {
            Some(head) if protects => open.push_str(&format!("{head}{{ protect = false }}\n")),
            _ if protects => open.push_str(&format!("{line}\n  protect = false\n")),
            _ => open.push_str(&format!("{line}\n")),
        }
    }
    open
}

#[test]
fn what_would_replace_a_protected_thing_is_an_error_that_tells_what_and_why() {
    let Some(project) = project(SHOP) else { return };
    project.edit(
        "stacks/demo/stack.hcl",
        "  storage_gib    = 48\n",
        "  storage_gib    = 48\n  username       = \"shop\"\n",
    );
    let run = plan(&project, &[]).code(1);
    assert_snapshot!(run.err);
    assert!(run.out.contains("-/+ 1 database replaced (protected)"), "{run}");
    assert!(run.out.contains("username: \"dbadmin\" → \"shop\"  forces the replacement"), "{run}");
    // Terraform refuses it, whatever is denied.
    let run = plan(&project, &["--deny", "none", "--format", "markdown"]).code(1);
    assert!(run.out.contains("**1 database replaced ⚠ protected**"), "{run}");
    assert!(run.out.contains("SW613"), "{run}");
    let run = plan(&project, &["--format", "github"]).code(1);
    assert!(run.out.contains("::error title=") && run.out.contains("(protected)"), "{run}");
    let run = plan(&project, &["--format", "json"]).code(1);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let group = &report["roots"][0]["components"][0]["groups"][0];
    assert_eq!((&group["action"], &group["protection"]), (&"replace".into(), &"holds".into()));
    assert_eq!(report["roots"][0]["denied"][0]["rule"], "replace:protected");
}

#[test]
fn what_may_be_replaced_is_replaced_once_it_is_not_protected() {
    let description =
        SHOP.replace("  storage_gib    = 48\n", "  storage_gib    = 48\n  protect = false\n");
    let Some(project) = project(&description) else { return };
    project.edit(
        "stacks/demo/stack.hcl",
        "  protect = false\n",
        "  protect = false\n  username = \"shop\"\n",
    );
    let run = plan(&project, &[]).code(2);
    assert!(run.out.contains("-/+ 1 database replaced (stateful)"), "{run}");
}

#[test]
fn a_protected_thing_that_is_taken_out_is_an_error_though_terraform_would_destroy_it() {
    let Some(project) =
        project(&SHOP.replace("key \"main\" {}", "key \"main\" { protect = false }"))
    else {
        return;
    };
    project.edit("stacks/demo/stack.hcl", "bucket \"files\" {}\n", "");
    project.edit("stacks/demo/stack.hcl", "key \"main\" { protect = false }\n", "");
    project.edit(
        "stacks/demo/stack.hcl",
        "queue \"jobs\" {}\n",
        "queue \"jobs\" { dead_letter = false }\n",
    );
    let run = plan(&project, &[]).code(1);
    assert_snapshot!(run.err);
    assert!(run.out.contains("1 bucket destroyed (was protected)"), "{run}");
    let run = plan(&project, &["--deny", "replace:aws_lb"]).code(1);
    assert!(
        run.err.contains("error[SW613]: `module.bucket_files.aws_s3_bucket.this` was"),
        "{run}"
    );
}

#[test]
fn what_is_taken_out_passes_when_somebody_has_looked_at_it() {
    let Some(project) = project(SHOP) else { return };
    project.edit("stacks/demo/stack.hcl", "bucket \"files\" {}\n", "");
    let run = plan(&project, &["--deny", "none"]).code(2);
    assert!(
        run.err.contains("warning[SW613]: `module.bucket_files.aws_s3_bucket.this` was"),
        "{run}"
    );
}

#[test]
fn protection_of_files_by_hand_is_told_in_the_same_way() {
    let project = Project::empty();
    let text = "resource \"terraform_data\" \"all\" {\n  for_each         = toset([\"a.[\\\"b\", \"c\"])\n  triggers_replace = 1\n\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n";
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    project.write("root/main.tf", text);
    project.write(
        "root/more.tf.json",
        r#"{"resource":{"terraform_data":{"one":{"triggers_replace":1,"lifecycle":{"prevent_destroy":true}}}}}"#,
    );
    commit(&project);
    project.edit("root/main.tf", "\"a.[\\\"b\", ", "");
    project.edit("root/more.tf.json", "\"triggers_replace\":1", "\"triggers_replace\":2");
    let run =
        project.finish(command(&project, &["plan", "--root", "root", "--base", "HEAD"])).code(1);
    assert_snapshot!(run.err);
}

#[test]
fn a_live_plan_tells_of_protection_too() {
    let project = Project::empty();
    let root = project.path("root");
    project.write(
        "root/main.tf",
        "variable \"count_of\" {\n  default = 1\n}\n\nresource \"terraform_data\" \"all\" {\n  count            = var.count_of\n  triggers_replace = \"a\"\n\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n",
    );
    if terraform(&root, &["init", "-no-color"]).is_none() {
        return;
    }
    let applied = terraform(&root, &["apply", "-auto-approve", "-no-color"]).unwrap();
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    project.write(".gitignore", ".terraform*\n*.tfstate*\n");
    commit(&project);
    let live = || project.finish(command(&project, &["plan", "--live", "--root", "root"]));
    // Terraform itself refuses a replacement, and an instance less.
    for (old, new) in [("\"a\"", "\"b\""), ("default = 1", "default = 0")] {
        project.edit("root/main.tf", old, new);
        let run = live().code(1);
        assert!(run.err.contains("error[SW613]: instance cannot be destroyed"), "{run}");
        assert!(run.err.contains("apply that, and then this"), "{run}");
        project.edit("root/main.tf", new, old);
    }
    // It refuses nothing when the whole block is gone.
    project.write("root/main.tf", "");
    let run = live().code(1);
    assert_snapshot!(run.err);
}

#[test]
fn a_render_that_takes_out_a_protected_thing_says_so_first() {
    let project = Project::rendered(SHOP);
    let edits: [(&str, &str); 4] = [
        ("bucket \"files\" {}\n", ""),
        ("key \"main\" {}\n", "key \"other\" { renamed_from = \"main\" }\n"),
        ("secret \"app\" {}\n", "secret \"app\" { protect = false }\n"),
        ("network = network.main\n}\n", "network = network.main\n  backup = false\n}\n"),
    ];
    for (old, new) in edits {
        project.edit("stacks/demo/stack.hcl", old, new);
    }
    let run = project.run(&["render", "--dry-run"]).code(0);
    assert_snapshot!(run.err);
    assert_eq!(project.run(&["check"]).code(2).err, run.err);
    assert_eq!(project.run(&["render"]).code(0).err, run.err);
    assert_eq!(project.run(&["render"]).success(), "");
    // What was not protected any more goes without a word.
    project.edit("stacks/demo/stack.hcl", "secret \"app\" { protect = false }\n", "");
    assert_eq!(project.run(&["render"]).code(0).err, "");
}
