//! `stackwright check`: every way in which a checkout can differ, in every format.

use insta::assert_snapshot;

use crate::support::{Project, STACK};

/// A project in which one file is missing, one stale, one edited, one an orphan.
fn drifted() -> Project {
    let project =
        Project::rendered(&format!("{STACK}\noutput \"id\" {{\n  value = network.main.id\n}}\n"));
    project.write("stacks/demo/stack.hcl", STACK.replace("10.0.0.0/16", "10.1.0.0/16"));
    project.edit("stacks/demo/providers.tf", "us-west-2", "eu-west-1");
    std::fs::remove_file(project.path("stacks/demo/data.tf")).unwrap();
    project
}

#[test]
fn an_unchanged_checkout_is_good() {
    let project = Project::rendered(STACK);
    assert_snapshot!(project.run(&["check"]), @"
    exit 0
    --- out
    8 files of 1 stack: as described
    --- err
    ");
}

#[test]
fn each_kind_of_drift_is_named_with_its_diff() {
    assert_snapshot!(drifted().run(&["check"]), @r#"
    exit 2
    --- out
    missing stacks/demo/data.tf
      it is rendered, but not in the checkout: run `stackwright render`
    --- /dev/null
    +++ b/stacks/demo/data.tf
    @@ -0,0 +1,10 @@
    +# Rendered by stackwright from stack demo; edits are lost. sha256:215e8ee9a95bb519
    +
    +data "aws_availability_zones" "available" {
    +  state = "available"
    +
    +  filter {
    +    name   = "opt-in-status"
    +    values = ["opt-in-not-required"]
    +  }
    +}

    stale stacks/demo/network.tf
      the description moved on: run `stackwright render`
    --- a/stacks/demo/network.tf
    +++ b/stacks/demo/network.tf
    @@ -1,9 +1,9 @@
    -# Rendered by stackwright from stack demo; edits are lost. sha256:67d7f04884f43bc0
    +# Rendered by stackwright from stack demo; edits are lost. sha256:3470790537aa2695
     
     module "network_main" {
       source = "../../modules/network"
     
       name  = "demo-main"
    -  cidr  = "10.0.0.0/16"
    +  cidr  = "10.1.0.0/16"
       zones = slice(data.aws_availability_zones.available.names, 0, 2)
     }

    orphan stacks/demo/outputs.tf
      no description produces it any more: `stackwright render` deletes it
    --- a/stacks/demo/outputs.tf
    +++ /dev/null
    @@ -1,5 +0,0 @@
    -# Rendered by stackwright from stack demo; edits are lost. sha256:62cd5a72eb8082af
    -
    -output "id" {
    -  value = module.network_main.id
    -}

    edited stacks/demo/providers.tf
      it was changed by hand: change the description instead, then run `stackwright render`
    --- a/stacks/demo/providers.tf
    +++ b/stacks/demo/providers.tf
    @@ -1,7 +1,7 @@
     # Rendered by stackwright from stack demo; edits are lost. sha256:7e86df11cd0b39ac
     
     provider "aws" {
    -  region = "eu-west-1"
    +  region = "us-west-2"
     
       default_tags {
         tags = {

    8 files of 1 stack: 1 missing, 1 stale, 1 edited, 1 orphan
    --- err
    "#);
}

#[test]
fn as_json() {
    assert_snapshot!(drifted().run(&["check", "--format", "json"]), @r#"
    exit 2
    --- out
    {
      "version": 1,
      "stacks": [
        "demo"
      ],
      "files": 8,
      "summary": "8 files of 1 stack: 1 missing, 1 stale, 1 edited, 1 orphan",
      "drift": [
        {
          "path": "stacks/demo/data.tf",
          "class": "missing",
          "code": "SW510",
          "diff": "--- /dev/null\n+++ b/stacks/demo/data.tf\n@@ -0,0 +1,10 @@\n+# Rendered by stackwright from stack demo; edits are lost. sha256:215e8ee9a95bb519\n+\n+data \"aws_availability_zones\" \"available\" {\n+  state = \"available\"\n+\n+  filter {\n+    name   = \"opt-in-status\"\n+    values = [\"opt-in-not-required\"]\n+  }\n+}\n"
        },
        {
          "path": "stacks/demo/network.tf",
          "class": "stale",
          "code": "SW511",
          "diff": "--- a/stacks/demo/network.tf\n+++ b/stacks/demo/network.tf\n@@ -1,9 +1,9 @@\n-# Rendered by stackwright from stack demo; edits are lost. sha256:67d7f04884f43bc0\n+# Rendered by stackwright from stack demo; edits are lost. sha256:3470790537aa2695\n \n module \"network_main\" {\n   source = \"../../modules/network\"\n \n   name  = \"demo-main\"\n-  cidr  = \"10.0.0.0/16\"\n+  cidr  = \"10.1.0.0/16\"\n   zones = slice(data.aws_availability_zones.available.names, 0, 2)\n }\n"
        },
        {
          "path": "stacks/demo/outputs.tf",
          "class": "orphan",
          "code": "SW513",
          "diff": "--- a/stacks/demo/outputs.tf\n+++ /dev/null\n@@ -1,5 +0,0 @@\n-# Rendered by stackwright from stack demo; edits are lost. sha256:62cd5a72eb8082af\n-\n-output \"id\" {\n-  value = module.network_main.id\n-}\n"
        },
        {
          "path": "stacks/demo/providers.tf",
          "class": "edited",
          "code": "SW512",
          "diff": "--- a/stacks/demo/providers.tf\n+++ b/stacks/demo/providers.tf\n@@ -1,7 +1,7 @@\n # Rendered by stackwright from stack demo; edits are lost. sha256:7e86df11cd0b39ac\n \n provider \"aws\" {\n-  region = \"eu-west-1\"\n+  region = \"us-west-2\"\n \n   default_tags {\n     tags = {\n"
        }
      ],
      "diagnostics": []
    }
    --- err
    "#);
}

#[test]
fn as_annotations_of_github() {
    assert_snapshot!(drifted().run(&["check", "--format", "github"]), @"
    exit 2
    --- out
    ::error file=stacks/demo/data.tf,line=1,endLine=1,col=1,endColumn=1,title=SW510 missing::`stacks/demo/data.tf` is missing%0Ahelp: it is rendered, but not in the checkout: run `stackwright render`
    ::error file=stacks/demo/network.tf,line=7,endLine=7,col=1,endColumn=24,title=SW511 stale::`stacks/demo/network.tf` is stale%0Ahelp: the description moved on: run `stackwright render`
    ::error file=stacks/demo/outputs.tf,line=1,endLine=1,col=1,endColumn=83,title=SW513 orphan::`stacks/demo/outputs.tf` is an orphan file%0Ahelp: no description produces it any more: `stackwright render` deletes it
    ::error file=stacks/demo/providers.tf,line=4,endLine=4,col=1,endColumn=23,title=SW512 edited::`stacks/demo/providers.tf` is edited%0Ahelp: it was changed by hand: change the description instead, then run `stackwright render`
    8 files of 1 stack: 1 missing, 1 stale, 1 edited, 1 orphan
    --- err
    ");
}

#[test]
fn as_sarif() {
    let run = drifted().run(&["check", "--format", "sarif"]).code(2);
    let sarif: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let found: Vec<String> = results
        .iter()
        .map(|result| {
            let location = &result["locations"][0]["physicalLocation"];
            format!(
                "{} {}:{}",
                result["ruleId"].as_str().unwrap(),
                location["artifactLocation"]["uri"].as_str().unwrap(),
                location["region"]["startLine"]
            )
        })
        .collect();
    assert_snapshot!(found.join("\n"), @"
    SW510 stacks/demo/data.tf:1
    SW511 stacks/demo/network.tf:7
    SW513 stacks/demo/outputs.tf:1
    SW512 stacks/demo/providers.tf:4
    ");
}

#[test]
fn as_markdown() {
    assert_snapshot!(drifted().run(&["check", "--format", "markdown"]), @r#"
    exit 2
    --- out
    ### ⚠️ 4 files not as described

    **stackwright check**: 8 files of 1 stack: 1 missing, 1 stale, 1 edited, 1 orphan  

    | file | state | what to do |
    | --- | --- | --- |
    | `stacks/demo/data.tf` | missing | it is rendered, but not in the checkout: run `stackwright render` |
    | `stacks/demo/network.tf` | stale | the description moved on: run `stackwright render` |
    | `stacks/demo/outputs.tf` | orphan | no description produces it any more: `stackwright render` deletes it |
    | `stacks/demo/providers.tf` | edited | it was changed by hand: change the description instead, then run `stackwright render` |

    <details><summary><code>stacks/demo/data.tf</code></summary>

    ```diff
    --- /dev/null
    +++ b/stacks/demo/data.tf
    @@ -0,0 +1,10 @@
    +# Rendered by stackwright from stack demo; edits are lost. sha256:215e8ee9a95bb519
    +
    +data "aws_availability_zones" "available" {
    +  state = "available"
    +
    +  filter {
    +    name   = "opt-in-status"
    +    values = ["opt-in-not-required"]
    +  }
    +}
    ```

    </details>

    <details><summary><code>stacks/demo/network.tf</code></summary>

    ```diff
    --- a/stacks/demo/network.tf
    +++ b/stacks/demo/network.tf
    @@ -1,9 +1,9 @@
    -# Rendered by stackwright from stack demo; edits are lost. sha256:67d7f04884f43bc0
    +# Rendered by stackwright from stack demo; edits are lost. sha256:3470790537aa2695
     
     module "network_main" {
       source = "../../modules/network"
     
       name  = "demo-main"
    -  cidr  = "10.0.0.0/16"
    +  cidr  = "10.1.0.0/16"
       zones = slice(data.aws_availability_zones.available.names, 0, 2)
     }
    ```

    </details>

    <details><summary><code>stacks/demo/outputs.tf</code></summary>

    ```diff
    --- a/stacks/demo/outputs.tf
    +++ /dev/null
    @@ -1,5 +0,0 @@
    -# Rendered by stackwright from stack demo; edits are lost. sha256:62cd5a72eb8082af
    -
    -output "id" {
    -  value = module.network_main.id
    -}
    ```

    </details>

    <details><summary><code>stacks/demo/providers.tf</code></summary>

    ```diff
    --- a/stacks/demo/providers.tf
    +++ b/stacks/demo/providers.tf
    @@ -1,7 +1,7 @@
     # Rendered by stackwright from stack demo; edits are lost. sha256:7e86df11cd0b39ac
     
     provider "aws" {
    -  region = "eu-west-1"
    +  region = "us-west-2"
     
       default_tags {
         tags = {
    ```

    </details>
    --- err
    "#);
}

#[test]
fn a_foreign_file_is_drift_and_has_no_diff() {
    let project = Project::rendered(STACK);
    project.write("stacks/demo/network.tf", "# by hand\n");
    assert_snapshot!(project.run(&["check"]), @"
    exit 1
    --- out
    foreign stacks/demo/network.tf
      it is not ours and is left alone: move it, or rename it

    8 files of 1 stack: 1 foreign
    --- err
    ");
}

#[test]
fn a_wrong_description_is_exit_1_in_every_format() {
    let project = Project::with(&STACK.replace("cidr", "cdir"));
    for format in ["terminal", "json", "github", "sarif", "markdown"] {
        let run = project.run(&["check", "--format", format]).code(1);
        assert!(format!("{}{}", run.out, run.err).contains("SW102"), "{format}: {run}");
    }
}

#[test]
fn windows_line_ends_in_a_rendered_file_are_an_edit() {
    let project = Project::rendered(STACK);
    let text = project.read("stacks/demo/network.tf").replace('\n', "\r\n");
    project.write("stacks/demo/network.tf", text);
    let run = project.run(&["check"]).code(2);
    assert!(run.out.starts_with("edited stacks/demo/network.tf\n"), "{run}");
}

#[test]
fn a_lock_is_read_and_never_stale_by_its_data() {
    let project = Project::with(&format!(
        "{STACK}\nimage \"agent\" {{\n  repository = \"public.ecr.aws/datadog/agent\"\n}}\n"
    ));
    let run = project.run(&["render"]).code(1);
    assert_snapshot!(run.err, @r#"
    error[SW309]: `image.agent` has no tag and no digest in `stacks/demo/images.tf`
     --> stacks/demo/stack.hcl:9:1
      |
    9 | image "agent" {
      | ^^^^^^^^^^^^^ nobody can say what this runs
      |
      = help: run `stackwright render --lock agent=<tag>`, or create `stacks/demo/images.tf`:
              # Image references: Terraform reads them, stackwright writes them.
              
              locals {
                images = {
                  agent = {
                    repository = "public.ecr.aws/datadog/agent"
                    tag        = "…"
                    digest     = null
                  }
                }
              
                image_references = {
                  for name, image in local.images : name => join("", [
                    image.repository,
                    image.tag == null ? "" : ":${image.tag}",
                    image.digest == null ? "" : "@${image.digest}",
                  ])
                }
              }
    "#);
    // The help is the file.
    let (_, lock) = run.err.split_once("images.tf`:\n").unwrap();
    let lock: String = lock
        .lines()
        .map(|line| format!("{}\n", line.strip_prefix("           ").unwrap_or(line.trim_start())))
        .collect();
    project.write("stacks/demo/images.tf", lock.trim_end().replace('…', "7.50.1") + "\n");
    project.run(&["render"]).success();
    assert_eq!(project.run(&["check"]).code, Some(0));
    project.edit("stacks/demo/images.tf", "7.50.1", "7.51.0");
    assert_eq!(project.run(&["check"]).code, Some(0));
}
