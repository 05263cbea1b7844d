//! `stackwright images`, and what policies say to people.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{Project, fenced};

const GUIDE: &str = include_str!("../docs/images.md");

const PRODUCTION: &str = r#"stack "demo" {
  region      = "us-west-2"
  environment = "production"
}

image "web" {
  repository = "example.org/ctms"
  policy "semver" { prefix = "v" }
}

image "jobs" {
  repository = "example.org/jobs"
  policy     = "commit"
}
"#;

const LOCK: &str = r#"# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    jobs = {
      repository = "example.org/jobs"
      tag        = "0123456"
      digest     = null
    }
    web = {
      repository = "example.org/ctms"
      tag        = "v1.9.0"
      digest     = null
    }
  }
}
"#;

const TAGS: &str = "v1.9.0\nv1.10.0\nv1.8.0\nv2.0.0-rc.1\nstg-91980d9b\nlatest\n";

fn locked() -> Project {
    let project = Project::with(PRODUCTION);
    project.write("stacks/demo/images.tf", LOCK);
    project.write("tags.txt", TAGS);
    project
}

#[test]
fn each_image_is_told_which_tag_it_takes_and_why_not_the_others() {
    let project = locked();
    let before = project.files();
    let said = project.run(&["images", "resolve", "--tags-from", "tags.txt"]).success();
    assert_snapshot!(said, @"
    image.jobs of demo: commit
      takes none
      passes over 6 tags
        stg-91980d9b  can be named to `stackwright bump`; nothing says that it is newer
        v1.10.0       can be named to `stackwright bump`; nothing says that it is newer
        v1.8.0        can be named to `stackwright bump`; nothing says that it is newer
        v1.9.0        can be named to `stackwright bump`; nothing says that it is newer
        v2.0.0-rc.1   can be named to `stackwright bump`; nothing says that it is newer
        latest        moves with every push
    image.web of demo: semver `*` after `v`
      takes v1.10.0, newer than v1.9.0, which is locked
      passes over 5 tags
        v1.9.0        older
        v1.8.0        older
        latest        does not begin with `v`
        stg-91980d9b  does not begin with `v`
        v2.0.0-rc.1   is a pre-release: `*` takes those only where it names a pre-release of 2.0.0
    ");
    assert_eq!(project.files(), before, "something was written");
}

#[test]
fn what_is_shown_is_bounded() {
    let project = locked();
    let args = ["images", "resolve", "web", "--tags-from", "tags.txt", "--limit", "1"];
    assert_snapshot!(project.run(&args).success(), @"
    image.web of demo: semver `*` after `v`
      takes v1.10.0, newer than v1.9.0, which is locked
      passes over 5 tags
        v1.9.0  older
        … and more: 1 older, 3 refused
    ");
}

#[test]
fn json_says_the_same_to_programs() {
    let project = locked();
    let args =
        ["images", "resolve", "web", "--tags-from", "tags.txt", "--limit", "2", "--format", "json"];
    assert_snapshot!(project.run(&args).success(), @r#"
    {
      "version": 1,
      "images": [
        {
          "stack": "demo",
          "image": "web",
          "policy": "semver",
          "locked": {
            "tag": "v1.9.0",
            "digest": null,
            "pushed": null
          },
          "chosen": {
            "tag": "v1.10.0",
            "digest": null,
            "pushed": null
          },
          "standing": "newer",
          "passed": [
            {
              "tag": "v1.9.0",
              "reason": "older",
              "why": "older"
            },
            {
              "tag": "v1.8.0",
              "reason": "older",
              "why": "older"
            }
          ],
          "passed_more": {
            "refused": 3
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_lower_version_than_the_locked_one_is_called_a_rollback() {
    let project = locked();
    project.write("tags.txt", "v1.8.0\n");
    let said = project.run(&["images", "resolve", "web", "--tags-from", "tags.txt"]).success();
    assert!(
        said.contains("takes v1.8.0, older than v1.9.0, which is locked: that would be a rollback"),
        "{said}"
    );
}

#[test]
fn tags_come_from_standard_input() {
    let project = locked();
    let mut command = project.command(&["images", "resolve", "web", "--tags-from", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let details = br#"{"imageDetails": [{"imageTags": ["v1.11.0"], "imagePushedAt": "2024-05-13T12:53:08Z"}]}"#;
    child.stdin.take().unwrap().write_all(details).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("takes v1.11.0"));
}

#[test]
fn a_list_of_tags_that_is_none_is_told_with_everything_that_is_wrong() {
    let project = locked();
    project.write("tags.txt", "v1.0.0\nv1/0\nv2.0.0 soon\n");
    assert_snapshot!(project.run(&["images", "resolve", "wbe", "--tags-from", "tags.txt"]), @r#"
    exit 1
    --- out
    --- err
    error[SW107]: no stack has an `image` "wbe"
     |
     = help: did you mean `web`?

    error[SW206]: `/` cannot stand in a tag
     --> tags.txt:2:1
      |
    2 | v1/0
      | ^^^^
      |
      = help: a tag has 1 to 128 letters, digits, `.`, `-` and `_`, no `.` or `-` first

    error[SW410]: `soon` is no time
     --> tags.txt:3:8
      |
    3 | v2.0.0 soon
      |        ^^^^
      |
      = help: write it as `2024-05-13T12:53:08Z` (RFC 3339)
    "#);
    let missing = project.run(&["images", "resolve", "--tags-from", "nothing.txt"]).code(1);
    assert!(missing.err.contains("cannot read `nothing.txt`"), "{}", missing.err);
}

#[test]
fn two_environments_that_take_the_same_tag_are_refused_everywhere() {
    let project = Project::with(PRODUCTION);
    project.write("stacks/demo/images.tf", LOCK);
    let staging = PRODUCTION
        .replace("demo", "stage")
        .replace("production", "staging")
        .replace("policy \"semver\" { prefix = \"v\" }", "policy \"pushed\" { tags = \"^v.*$\" }");
    project.write("stacks/stage/stack.hcl", staging);
    project.write("stacks/stage/images.tf", LOCK);
    let before = project.files();
    assert_snapshot!(project.run(&["render"]).code(1).err, @r#"
    error[SW320]: `v0.0.0` would be deployed to `production` and to `staging`: `image.web` of `demo` takes it, and `image.web` of `stage`
     --> stacks/demo/stack.hcl:8:3
      |
    8 |   policy "semver" { prefix = "v" }
      |   ^^^^^^^^^^^^^^^ takes it for `production`
      |
     ::: stacks/stage/stack.hcl:8:28
      |
    8 |   policy "pushed" { tags = "^v.*$" }
      |                            ------- takes it for `staging`
      |
      = help: let the tags of each environment begin differently; to promote one image through environments, use `policy = "commit"` in both
    "#);
    assert_eq!(project.files(), before, "something was written");
    assert_eq!(project.run(&["check"]).code, Some(1));
    // Each alone is right.
    project.run(&["render", "--stack", "demo"]).success();
}

#[test]
fn a_pattern_is_underlined_where_it_is_wrong() {
    let project = Project::with(&PRODUCTION.replace(
        "{ prefix = \"v\" }",
        "{ prefix = \"v\" }\n}\n\nimage \"stage\" {\n  repository = \"example.org/ctms\"\n  produced   = [\"stg-{commit:8}\"]\n  policy \"pushed\" { tags = \"^v[0-9]+.[0-9]+$\" }",
    ));
    assert_snapshot!(project.run(&["render"]).code(1).err, @r#"
    error[SW208]: a `.` stands for any character, so that `v0x0` matches
      --> stacks/demo/stack.hcl:14:37
       |
    14 |   policy "pushed" { tags = "^v[0-9]+.[0-9]+$" }
       |                                     ^
       |
       = help: write `[.]` for a dot, as in `^v[0-9]+[.][0-9]+$`
    "#);
}

#[test]
fn every_description_of_the_guide_is_right() {
    let mut blocks = 0;
    for rest in GUIDE.split("\n```hcl\n").skip(1) {
        let block = rest.split_once("\n```").unwrap().0;
        let settings =
            "stack \"demo\" {\n  region      = \"us-west-2\"\n  environment = \"staging\"\n}\n";
        let text = match block.starts_with("stack ") {
            true => block.to_owned(),
            false => format!("{settings}{block}"),
        };
        let project = Project::with(&text);
        project.write("tags.txt", "");
        let run = project.run(&["images", "resolve", "--tags-from", "tags.txt"]);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{block}");
        blocks += 1;
    }
    assert!(blocks >= 5, "{blocks}");
}

#[test]
fn the_guide_shows_what_is_printed() {
    let project = Project::with(fenced(GUIDE, "hcl", "stack "));
    project.write("tags.txt", fenced(GUIDE, "text", "v1.9.0"));
    let said = project.run(&["images", "resolve", "--tags-from", "tags.txt"]).success();
    assert_eq!(said, fenced(GUIDE, "text", "image."));
}

#[test]
fn the_guide_shows_what_is_refused() {
    let project = Project::with(
        "stack \"demo\" {\n  region = \"us-west-2\"\n}\n\nimage \"web\" {\n  repository = \"example.org/ctms\"\n  produced   = [\"stg-{commit:8}\", \"v{semver}\"]\n  policy \"pushed\" { tags = \"^stg-[0-9a-f]{7}$\" }\n}\n",
    );
    let said = project.run(&["render"]).code(1).err;
    let shown = fenced(GUIDE, "text", "error").trim_end();
    assert!(said.starts_with(shown), "{said}");
}
