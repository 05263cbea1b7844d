//! `stackwright bump`, between real clones of a real remote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::files;
use crate::support::git::{self, Clone, HttpServer, Remote, executable, finish};
use crate::support::registry::{IMAGE, Image, Registry};

const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const LOCK: &str = "stacks/shop/images.tf";

fn shop() -> Remote {
    Remote::shop(&[("server", "v1.0.0"), ("worker", "v1.0.0")])
}

/// A report without what differs from run to run.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    for piece in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let hash = piece.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        let rest = &piece[hash.len()..];
        steady.push_str(if matches!(hash.len(), 12 | 40) { "<commit>" } else { hash });
        steady.push_str(rest);
    }
    steady
}

fn json(clone: &Clone, args: &[&str], code: i32) -> Value {
    let run = clone.run(&[&["bump", "--format", "json"], args].concat()).code(code);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn a_new_image_is_one_line_on_the_branch() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let run = clone.run(&["bump", "server=v1.1.0", "--push"]).success();
    assert_snapshot!(steady(&run), @"
    main: committed <commit>
      shop/server  v1.0.0 -> v1.1.0
    ");
    assert_snapshot!(remote.git(&["show", "--format=%an <%ae>%n%n%B", "--unified=1", "main"]), @r#"
    Ada <ada@example.org>

    Deploy server v1.1.0 to shop

    shop/server: v1.0.0 -> v1.1.0


    diff --git a/stacks/shop/images.tf b/stacks/shop/images.tf
    index 8e663cc..a778571 100644
    --- a/stacks/shop/images.tf
    +++ b/stacks/shop/images.tf
    @@ -6,3 +6,3 @@ locals {
           repository = "registry.example.org/shop/server"
    -      tag        = "v1.0.0"
    +      tag        = "v1.1.0"
           digest     = null
    "#);
    assert_eq!(remote.git(&["rev-list", "--count", "main"]).trim(), "2");
}

#[test]
fn the_working_tree_and_the_index_stay_as_they_are() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.write("notes.txt", "mine");
    clone.write("staged.txt", "mine, too");
    clone.git(&["add", "staged.txt"]);
    let before: Vec<_> =
        files(&clone.path).into_iter().filter(|(path, _)| !path.starts_with(".git/")).collect();
    let index = fs::read(clone.path.join(".git/index")).unwrap();
    clone.run(&["bump", "server=v1.1.0", "worker=v2", "--push"]).success();
    let after: Vec<_> =
        files(&clone.path).into_iter().filter(|(path, _)| !path.starts_with(".git/")).collect();
    assert!(before == after, "no file changed");
    assert_eq!(index, fs::read(clone.path.join(".git/index")).unwrap());
    assert_eq!(git::tag(&remote.file(LOCK), "worker"), "v2");
    // The local branch is moved by whoever pulls.
    clone.git(&["rm", "-q", "-f", "staged.txt"]);
    clone.git(&["pull", "-q", "--ff-only"]);
    clone.run(&["check"]).exits(0);
}

#[test]
fn what_runs_already_is_success_without_a_commit() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let tip = remote.tip();
    let run = clone.run(&["bump", "server=v1.0.0", "--push"]).success();
    assert_snapshot!(run, @"
    main: nothing to do
      shop/server  already v1.0.0
    ");
    assert_eq!(remote.tip(), tip);
}

#[test]
fn scripts_tell_the_endings_apart() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    assert_eq!(json(&clone, &["server=v1.0.0", "--push"], 3)["outcome"], "unchanged");
    let bumped = json(&clone, &["server=v1.1.0", "--push"], 0);
    assert_eq!(bumped["outcome"], "bumped");
    assert_eq!(bumped["commit"], remote.tip());
    assert_eq!(bumped["images"][0]["from"]["tag"], "v1.0.0");
    let failed = json(&clone, &["sever=v1.1.0", "--push"], 1);
    assert_eq!(failed["outcome"], "failed");
    assert_eq!(failed["diagnostics"][0]["code"], "SW706");
}

#[test]
fn a_commit_can_be_looked_at_first() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let tip = remote.tip();
    let value = format!("server=v1.1.0@{SHA}");
    let run = clone.run(&["bump", &value, "--dry-run"]).success();
    assert_snapshot!(run, @r#"
    main: would commit
      shop/server  v1.0.0 -> v1.1.0@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

        Deploy server v1.1.0 to shop

        shop/server: v1.0.0 -> v1.1.0@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

    --- a/stacks/shop/images.tf
    +++ b/stacks/shop/images.tf
    @@ -4,8 +4,8 @@
       images = {
         server = {
           repository = "registry.example.org/shop/server"
    -      tag        = "v1.0.0"
    -      digest     = null
    +      tag        = "v1.1.0"
    +      digest     = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
         }
         worker = {
           repository = "registry.example.org/shop/worker"
    "#);
    assert_eq!(remote.tip(), tip);
    assert_eq!(clone.git(&["rev-parse", "main"]).trim(), tip);
}

#[test]
fn several_images_and_stacks_are_one_commit() {
    let images = [("server", "v1"), ("worker", "v1")];
    let stack =
        |name: &str| (name.to_owned(), git::description(name, &images, ""), git::lock(&images));
    let stacks = [stack("blue"), stack("green")];
    let stacks: Vec<_> = stacks
        .iter()
        .map(|(name, text, lock)| (name.as_str(), text.clone(), lock.clone()))
        .collect();
    let remote = Remote::with(&stacks);
    let clone = remote.clone_as("ci");
    let run = clone.run(&["bump", "server=v2", "--push"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW706]: the stacks `blue`, `green` each have an image `server`
     |
     = help: say which: `blue/server=…`, or `--stack blue`
    ");
    clone
        .run(&["bump", "blue/server=v2", "green/server=v2", "green/worker=v3", "--push"])
        .success();
    assert_snapshot!(remote.git(&["show", "--format=%B", "--stat=100", "main"]), @"
    Deploy server, worker to blue and green

    blue/server: v1 -> v2
    green/server: v1 -> v2
    green/worker: v1 -> v3


     stacks/blue/images.tf  | 2 +-
     stacks/green/images.tf | 4 ++--
     2 files changed, 3 insertions(+), 3 deletions(-)
    ");
    clone.run(&["bump", "server=v4", "--stack", "blue", "--push"]).success();
    assert_eq!(git::tag(&remote.file("stacks/blue/images.tf"), "server"), "v4");
    assert_eq!(git::tag(&remote.file("stacks/green/images.tf"), "server"), "v2");
}

#[test]
fn a_new_image_gets_its_first_entry_in_its_place() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let images = [("cron", ""), ("server", ""), ("worker", ""), ("zebra", "")];
    clone.write("stacks/shop/stack.hcl", git::description("shop", &images, ""));
    clone.commit_all("Two new images");
    clone.git(&["push", "-q"]);
    clone.run(&["bump", "cron=v7", "zebra=v8", "--push"]).success();
    assert_snapshot!(remote.file(LOCK), @r#"
    # Image references: Terraform reads them, stackwright writes them.

    locals {
      images = {
        cron = {
          repository = "registry.example.org/shop/cron"
          tag        = "v7"
          digest     = null
        }
        server = {
          repository = "registry.example.org/shop/server"
          tag        = "v1.0.0"
          digest     = null
        }
        worker = {
          repository = "registry.example.org/shop/worker"
          tag        = "v1.0.0"
          digest     = null
        }
        zebra = {
          repository = "registry.example.org/shop/zebra"
          tag        = "v8"
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
    clone.git(&["pull", "-q", "--ff-only"]);
    clone.run(&["check"]).exits(0);
}

#[test]
fn a_stack_gets_its_first_lock() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.write("stacks/fresh/stack.hcl", git::description("fresh", &[("api", "")], ""));
    clone.commit_all("A new stack");
    let run = clone.run(&["bump", "api=v1"]).code(1);
    // Its other files are not rendered yet, which is not the bump's to do.
    assert!(
        run.err.contains("error[SW708]: `stacks/fresh/providers.tf` had drifted"),
        "{}",
        run.err
    );
    clone.run(&["bump", "api=v1", "--allow-drift"]).exits(0);
    assert_eq!(
        clone.git(&["show", "--format=", "--name-only", "main"]).trim(),
        "stacks/fresh/images.tf"
    );
}

#[test]
fn a_tree_that_drifted_before_is_not_bumped() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let providers = clone.read("stacks/shop/providers.tf");
    clone.write("stacks/shop/providers.tf", format!("{providers}# by hand\n"));
    clone.commit_all("Edit a rendered file");
    clone.git(&["push", "-q"]);
    let run = clone.run(&["bump", "server=v2", "--push"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW708]: `stacks/shop/providers.tf` had drifted before the bump: edited
     |
     = help: run `stackwright render` and commit what it writes, or leave such files as they are with `--allow-drift`
    ");
    let run = clone.run(&["bump", "server=v2", "--push", "--allow-drift"]).success();
    assert_snapshot!(steady(&run), @"
    main: committed <commit>
      shop/server  v1.0.0 -> v2
      left out, it had drifted before: stacks/shop/providers.tf
    ");
    assert_eq!(remote.git(&["show", "--format=", "--name-only", "main"]).trim(), LOCK);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let tip = remote.tip();
    let run =
        clone.run(&["bump", "server=v 2", "sha256:12", "a/b/c/d/e=1", "server", "--push"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW707]: `v 2`: ` ` cannot stand in a tag
     |
     = help: a tag has 1 to 128 letters, digits, `.`, `-` and `_`, no `.` or `-` first

    error[SW707]: `sha256:12` names no image
     |
     = help: write `image=tag`, `stack/image=tag` or `stack/environment/image=tag`

    error[SW707]: `a/b/c/d/e=1` names no image
     |
     = help: write `image=tag`, `stack/image=tag` or `stack/environment/image=tag`
    ");
    let run = clone
        .run(&["bump", "servr=v2", "nosuch/x=1", "server=v2", "shop/server=v3", "--push"])
        .code(1);
    assert_snapshot!(run.err, @"
    error[SW107]: the branch has no stack `nosuch`

    error[SW706]: no stack has an image `servr`
     |
     = help: did you mean `server`?

    error[SW707]: `shop/server` is to become two different things
     |
     = help: name each image once
    ");
    assert_eq!(remote.tip(), tip);
}

#[test]
fn a_broken_description_on_the_branch_is_shown_with_its_place() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let text = clone.read("stacks/shop/stack.hcl");
    clone.write("stacks/shop/stack.hcl", text.replace("us-west-2", "us-wst-2"));
    clone.commit_all("Break it");
    let run = clone.run(&["bump", "server=v2"]).code(1);
    assert_snapshot!(run.err, @r#"
    error[SW201]: `us-wst-2` is not an AWS region
     --> stacks/shop/stack.hcl:2:12
      |
    2 |   region = "us-wst-2"
      |            ^^^^^^^^^^
      |
      = help: did you mean `us-west-2`?
    "#);
}

#[test]
fn an_older_commit_does_not_win() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let mut commits = Vec::new();
    for number in 0..3 {
        clone.write("src.txt", number.to_string());
        clone.commit_all("Change the code");
        commits.push(clone.git(&["rev-parse", "HEAD"]).trim().to_owned());
    }
    clone.git(&["push", "-q"]);
    let value = |commit: &str| format!("server={commit}");
    assert_eq!(json(&clone, &[&value(&commits[1]), "--push"], 0)["outcome"], "bumped");
    let old = json(&clone, &[&value(&commits[0]), "--push"], 4);
    assert_eq!(old["outcome"], "superseded");
    assert_eq!(json(&clone, &[&value(&commits[2]), "--push"], 0)["outcome"], "bumped");
    // A clone without history fetches what it takes to know.
    let shallow = remote.clone_with("shallow", &["--depth", "1"]);
    assert_eq!(json(&shallow, &[&value(&commits[0]), "--push"], 4)["outcome"], "superseded");
    // Going back is possible, and then nobody moves it by accident.
    let back = json(&shallow, &[&value(&commits[0]), "--push", "--rollback", "orders are lost"], 0);
    assert_eq!(back["outcome"], "bumped");
    assert!(
        remote.file(LOCK).contains("hold       = \"orders are lost\""),
        "{}",
        remote.file(LOCK)
    );
    let held = json(&clone, &[&value(&commits[2]), "--push"], 5);
    assert_eq!(held["outcome"], "held");
    let run = clone.run(&["bump", &value(&commits[2]), "--push"]).success();
    assert!(run.contains("(orders are lost); `--release-hold` lets it move again"), "{run}");
    // What is newer is no rollback.
    let run = clone.run(&["bump", &value(&commits[2]), "--push", "--rollback", "x"]).code(1);
    assert!(run.err.contains("error[SW710]"), "{}", run.err);
    json(&clone, &[&value(&commits[2]), "--push", "--release-hold"], 0);
    assert!(!remote.file(LOCK).contains("hold"), "{}", remote.file(LOCK));
}

#[test]
fn a_hold_is_released_without_moving_the_image() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.run(&["bump", "server=v0.9.0", "--rollback", "it is \"slow\"", "--push"]).success();
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v0.9.0");
    assert!(
        remote.file(LOCK).contains(r#"hold       = "it is \"slow\"""#),
        "{}",
        remote.file(LOCK)
    );
    clone.run(&["bump", "server", "--release-hold", "--push"]).success();
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v0.9.0");
    assert_snapshot!(remote.git(&["show", "--format=%B", "--unified=0", "main"]), @r#"
    Release the hold of server v0.9.0 in shop

    shop/server: v0.9.0 -> v0.9.0


    diff --git a/stacks/shop/images.tf b/stacks/shop/images.tf
    index f6aedd8..ccc1ee4 100644
    --- a/stacks/shop/images.tf
    +++ b/stacks/shop/images.tf
    @@ -9 +8,0 @@ locals {
    -      hold       = "it is \"slow\""
    "#);
    clone.git(&["pull", "-q", "--ff-only"]);
    clone.run(&["check"]).exits(0);
}

#[test]
fn it_works_where_nothing_is_checked_out() {
    let remote = shop();
    let tip = remote.tip();
    // In the bare repository itself.
    let bare = Clone::at(&remote, "origin.git");
    bare.run(&["bump", "server=v2"]).exits(0);
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v2");
    assert_eq!(remote.git(&["rev-parse", "main~1"]).trim(), tip);
    // On no branch.
    let clone = remote.clone_as("detached");
    clone.git(&["checkout", "-q", "--detach"]);
    let run = clone.run(&["bump", "server=v3", "--push"]).code(1);
    assert!(run.err.contains("`HEAD` is on no branch"), "{}", run.err);
    clone.run(&["bump", "server=v3", "--push", "--branch", "main"]).exits(0);
    // In a worktree, and in a folder of it.
    clone.git(&["worktree", "add", "-q", "-b", "side", "../tree", "origin/main"]);
    let tree = Clone::at(&remote, "tree/stacks/shop");
    tree.run(&["bump", "server=v4", "--push", "--branch", "main"]).exits(0);
    // In a sparse checkout without the stacks.
    let sparse = remote.clone_with("sparse", &["--sparse"]);
    assert!(!sparse.path.join("stacks").exists());
    sparse.run(&["bump", "server=v5", "--push"]).exits(0);
    // In a clone without the blobs.
    remote.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = remote.clone_with("partial", &["--filter=blob:none", "--no-checkout"]);
    partial.run(&["bump", "server=v6", "--push"]).exits(0);
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v6");
    assert_eq!(remote.git(&["log", "--format=%s", "--merges", "main"]), "");
}

#[test]
fn the_working_tree_follows_where_it_is_asked_to() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.write("notes.txt", "mine");
    clone.run(&["bump", "server=v2", "--worktree"]).exits(0);
    assert_eq!(git::tag(&clone.read(LOCK), "server"), "v2");
    assert_eq!(clone.git(&["status", "--short"]), "?? notes.txt\n");
    let text = clone.read(LOCK);
    clone.write(LOCK, format!("{text}# mine\n"));
    let tip = clone.git(&["rev-parse", "HEAD"]);
    let run = clone.run(&["bump", "server=v3", "--worktree"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW703]: `stacks/shop/images.tf` has changes that are not committed
     |
     = help: commit or stash it, or leave `--worktree` out: then the working tree stays as it is
    ");
    assert_eq!(clone.read(LOCK), format!("{text}# mine\n"));
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
    // Staged and then taken back in the working tree is a change, too.
    clone.git(&["add", LOCK]);
    clone.write(LOCK, &text);
    clone.run(&["bump", "server=v3", "--worktree"]).exits(1);
}

#[test]
fn a_pull_request_starts_from_a_branch_of_its_own() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let main = remote.tip();
    let first = json(&clone, &["server=v2", "--push", "--branch-name", "bump/images"], 0);
    assert_snapshot!(first["title"].as_str().unwrap(), @"Deploy server v2 to shop");
    assert_snapshot!(first["body"].as_str().unwrap(), @"
    | stack | image | from | to |
    | --- | --- | --- | --- |
    | `shop` | `server` | `v1.0.0` | `v2` |
    ");
    assert_eq!(remote.tip(), main);
    // A second one adds to it, and the first is not lost.
    json(&clone, &["worker=v3", "--push", "--branch-name", "bump/images"], 0);
    let lock = remote.git(&["show", &format!("bump/images:{LOCK}")]);
    assert_eq!(
        (git::tag(&lock, "server").as_str(), git::tag(&lock, "worker").as_str()),
        ("v2", "v3")
    );
    // Once it is merged, the next starts from the branch.
    remote.git(&["update-ref", "refs/heads/main", "refs/heads/bump/images"]);
    let other = remote.clone_as("other");
    other.write("README", "hello");
    other.commit_all("Unrelated");
    other.git(&["push", "-q"]);
    let next = json(&clone, &["server=v4", "--push", "--branch-name", "bump/images"], 0);
    assert_eq!(next["parent"], remote.tip());
}

#[test]
fn a_team_says_how_its_commits_look() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    clone.write(
        "stackwright.hcl",
        r#"bump {
  branch   = "main"
  author   = "Deploy Bot <deploy@example.org>"
  message  = "deploy: {% for i in images %}{{ i.image }} {{ i.old.short }} to {{ i.new.short }}{% endfor %}"
  trailers = ["Reviewed-By: nobody"]
  skip_ci  = true
}
"#,
    );
    clone.commit_all("Say how bumps look");
    clone.git(&["push", "-q"]);
    let mut command =
        clone.command(&["bump", "server=v2", "--push", "--source-commit", "0123abcd"]);
    command
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_REPOSITORY", "acme/infra")
        .env("GITHUB_RUN_ID", "42");
    finish(command).success();
    assert_snapshot!(remote.git(&["log", "-1", "--format=%an <%ae>, %cn <%ce>%n%n%B", "main"]), @"
    Deploy Bot <deploy@example.org>, Deploy Bot <deploy@example.org>

    deploy: server v1.0.0 to v2 [skip ci]

    Reviewed-By: nobody
    Source-Commit: 0123abcd
    CI-Run: https://github.com/acme/infra/actions/runs/42
    ");
    let run = clone.run(&["bump", "server=v3", "--push", "--message", "{{ image }}"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW709]: `image` is not defined
     --> message:1:4
      |
    1 | {{ image }}
      |    ^^^^^
      |
      = help: a message can name `images`, `stacks`, `branch`, `rollback`, `partial`, `source_commit` and `run`
    ");
    let run = clone
        .run(&["bump", "server=v3", "--push", "--message", "{% if %}", "--trailer", "no trailer"])
        .code(1);
    assert_snapshot!(run.err, @"
    error[SW709]: `no trailer` is no trailer
     |
     = help: write `Key: value`, the key of letters, digits and hyphens
    ");
}

#[test]
fn a_ci_job_reads_what_happened() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let (output, summary) = (clone.path.join("output"), clone.path.join("summary"));
    let mut command = clone.command(&["bump", "server=v2", "--push"]);
    command.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &summary);
    finish(command).success();
    assert_snapshot!(steady(&fs::read_to_string(output).unwrap().replace(&remote.tip(), "<commit>")), @r#"
    outcome<<EOF
    bumped
    EOF
    branch<<EOF
    main
    EOF
    commit<<EOF
    <commit>
    EOF
    stacks<<EOF
    ["shop"]
    EOF
    images<<EOF
    [{"stack":"shop","image":"server","repository":"registry.example.org/shop/server","old":{"tag":"v1.0.0","digest":null,"reference":"v1.0.0","short":"v1.0.0"},"new":{"tag":"v2","digest":null,"reference":"v2","short":"v2"},"released":false}]
    EOF
    title<<EOF
    Deploy server v2 to shop
    EOF
    body<<EOF
    | stack | image | from | to |
    | --- | --- | --- | --- |
    | `shop` | `server` | `v1.0.0` | `v2` |
    EOF
    "#);
    assert_snapshot!(steady(&fs::read_to_string(summary).unwrap()), @"
    **Bumped** 1 image on `main` in <commit>.

    | stack | image | outcome | from | to |
    | --- | --- | --- | --- | --- |
    | `shop` | `server` | moved | `v1.0.0` | `v2` |
    ");
}

#[test]
fn the_commit_msg_hook_is_asked() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.hook("pre-commit", "#!/bin/sh\nexit 1\n");
    clone.hook("commit-msg", "#!/bin/sh\ngrep -q TICKET \"$1\" || { echo 'name a ticket' >&2; exit 1; }\necho 'Hooked: yes' >> \"$1\"\n");
    let tip = remote.tip();
    let run = clone.run(&["bump", "server=v2", "--push"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW703]: the hook `commit-msg` refused the commit: name a ticket
     |
     = help: do what the hook asks; `--no-verify` passes it over
    ");
    assert_eq!(remote.tip(), tip);
    clone.run(&["bump", "server=v2", "--push", "--trailer", "Ticket: TICKET-1"]).exits(0);
    assert!(remote.git(&["log", "-1", "--format=%B", "main"]).contains("Hooked: yes"));
    clone.run(&["bump", "server=v3", "--push", "--no-verify"]).exits(0);
}

#[test]
fn a_commit_is_signed_as_git_is_configured() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let key = remote.folder().join("key");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "ada@example.org", "-f"])
        .arg(&key)
        .status();
    assert!(made.is_ok_and(|status| status.success()), "git's SSH signatures need ssh-keygen");
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let signers = remote.folder().join("signers");
    fs::write(&signers, format!("ada@example.org {public}")).unwrap();
    for (name, value) in [
        ("gpg.format", "ssh"),
        ("user.signingKey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", signers.to_str().unwrap()),
        ("commit.gpgSign", "true"),
    ] {
        clone.git(&["config", name, value]);
    }
    clone.run(&["bump", "server=v2", "--push", "--author", "Bot <bot@example.org>"]).exits(0);
    assert_eq!(clone.git(&["log", "-1", "--format=%G? %an", "origin/main"]).trim(), "G Bot");
    clone.git(&["config", "user.signingKey", "/nowhere"]);
    let run = clone.run(&["bump", "server=v3", "--push"]).code(1);
    assert!(run.err.contains("the commit cannot be signed"), "{}", run.err);
}

#[test]
fn a_filtered_lock_is_refused() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.write(".gitattributes", "*.tf filter=lfs\n");
    clone.commit_all("Put everything into LFS");
    let run = clone.run(&["bump", "server=v2"]).code(1);
    assert!(
        run.err.contains("`stacks/shop/images.tf` has the attribute `filter=lfs`"),
        "{}",
        run.err
    );
}

#[test]
fn a_remote_that_refuses_is_told_from_a_lost_race() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let hooks = remote.folder().join("origin.git/hooks");
    executable(&hooks.join("pre-receive"), "#!/bin/sh\necho 'main is protected' >&2\nexit 1\n");
    let run = clone.run(&["bump", "server=v2", "--push"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW704]: `origin` refuses the push: [remote rejected] (pre-receive hook declined): main is protected
     |
     = help: let this identity push to the branch, or make a pull request: `--branch-name <name>`
    ");
    fs::remove_file(hooks.join("pre-receive")).unwrap();
    let run = clone.run(&["bump", "server=v2", "--push", "--branch", "nosuch"]).code(1);
    assert!(run.err.contains("there is no branch `nosuch`"), "{}", run.err);
    let run = clone.run(&["bump", "server=v2", "--branch", "a..b"]).code(1);
    assert!(run.err.contains("`a..b` cannot be the name of a branch"), "{}", run.err);
    clone.git(&["remote", "set-url", "origin", "https://bot:hunter2@127.0.0.1:1/none.git"]);
    let run = clone.run(&["bump", "server=v2", "--push"]).code(1);
    assert!(run.err.contains("error[SW704]") && !run.err.contains("hunter2"), "{}", run.err);
}

#[test]
fn a_folder_that_is_no_repository_is_an_error() {
    let folder = tempfile::TempDir::new().unwrap();
    let remote = shop();
    let mut command = remote.clone_as("x").command(&["bump", "server=v2"]);
    command.current_dir(folder.path());
    let run = finish(command).code(1);
    assert!(run.err.contains("error[SW701]: `.` is in no git repository"), "{}", run.err);
}

#[test]
fn nobody_wins_but_everybody_lands() {
    const STACKS: usize = 10;
    const IMAGES: usize = 5;
    let names: Vec<String> = (0..IMAGES).map(|image| format!("image{image}")).collect();
    let images: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v1")).collect();
    let stacks: Vec<String> = (0..STACKS).map(|stack| format!("stack{stack}")).collect();
    let trees: Vec<_> = stacks
        .iter()
        .map(|name| (name.as_str(), git::description(name, &images, ""), git::lock(&images)))
        .collect();
    let remote = Remote::with(&trees);
    let server = HttpServer::start(remote.folder());
    remote.git(&["config", "http.receivepack", "true"]);
    let helper = remote.folder().join("helper");
    executable(
        &helper,
        &format!(
            "#!/bin/sh\necho username={}\necho password={}\n",
            HttpServer::USER,
            HttpServer::PASSWORD
        ),
    );
    let seed = remote.tip();
    let by_http = |clone: &Clone| {
        let url = format!("http://127.0.0.1:{}/origin.git", server.port);
        clone.git(&["remote", "set-url", "origin", &url]);
        clone.git(&["config", "credential.helper", helper.to_str().unwrap()]);
    };
    let bumps: Vec<(String, String, String)> = stacks
        .iter()
        .flat_map(|stack| names.iter().map(move |image| (stack.clone(), image.clone())))
        .enumerate()
        .map(|(number, (stack, image))| (stack, image, format!("v2.{number}")))
        .collect();
    let clones: Vec<Clone> =
        (0..bumps.len()).map(|number| remote.clone_as(&format!("clone{number}"))).collect();
    // Every fifth goes over HTTP, with a password that git's credential helper knows.
    clones.iter().step_by(5).for_each(by_http);
    let writer = remote.clone_as("writer");
    let running = std::sync::atomic::AtomicBool::new(true);
    let unrelated = thread::scope(|scope| {
        let handles: Vec<_> = bumps
            .iter()
            .zip(&clones)
            .map(|((stack, image, tag), clone)| {
                scope.spawn(move || {
                    clone.run(&["bump", &format!("{stack}/{image}={tag}"), "--push"]).exits(0)
                })
            })
            .collect();
        let running = &running;
        let other = scope.spawn(move || {
            let mut pushed = 0;
            while running.load(std::sync::atomic::Ordering::Relaxed) {
                writer.write("unrelated.txt", pushed.to_string());
                writer.commit_all("Unrelated");
                let mut tries = std::process::Command::new("git");
                tries
                    .args(["-C", writer.path.to_str().unwrap(), "push", "-q"])
                    .stderr(std::process::Stdio::null());
                if tries.status().unwrap().success() {
                    pushed += 1;
                    thread::sleep(std::time::Duration::from_millis(300));
                } else {
                    writer.git(&["fetch", "-q"]);
                    writer.git(&["reset", "-q", "--hard", "origin/main"]);
                }
            }
            pushed
        });
        for handle in handles {
            handle.join().unwrap();
        }
        running.store(false, std::sync::atomic::Ordering::Relaxed);
        other.join().unwrap()
    });
    assert!(unrelated > 0, "somebody else pushed, too");
    for (stack, image, tag) in &bumps {
        let lock = remote.file(&format!("stacks/{stack}/images.tf"));
        assert_eq!(&git::tag(&lock, image), tag, "{stack}/{image}");
    }
    // One commit an intent, one line a commit, no merge, and the old tip still below.
    assert_eq!(remote.git(&["rev-list", "--merges", "main"]), "");
    let commits = remote.git(&["rev-list", "--reverse", &format!("{seed}..main")]);
    let commits: Vec<&str> = commits.lines().collect();
    assert_eq!(commits.len(), bumps.len() + unrelated);
    remote.git(&["merge-base", "--is-ancestor", &seed, "main"]);
    let reader = remote.clone_as("reader");
    let mut seen = BTreeMap::new();
    for commit in commits {
        let subject = reader.git(&["log", "-1", "--format=%s", commit]);
        if subject.starts_with("Deploy") {
            let changed = reader.git(&["show", "--format=", "--numstat", commit]);
            assert!(
                changed.starts_with("1\t1\tstacks/") && changed.lines().count() == 1,
                "{changed}"
            );
            *seen.entry(subject).or_insert(0) += 1;
        }
        reader.git(&["checkout", "-q", commit]);
        reader.run(&["check"]).exits(0);
    }
    assert!(seen.len() == bumps.len() && seen.values().all(|&count| count == 1), "{seen:?}");
}

#[test]
fn the_newest_commit_stays_whatever_the_order() {
    const COMMITS: usize = 20;
    let remote = shop();
    let seed = remote.clone_as("code");
    let mut commits = Vec::new();
    for number in 0..COMMITS {
        seed.write("src.txt", number.to_string());
        seed.commit_all("Change the code");
        commits.push(seed.git(&["rev-parse", "HEAD"]).trim().to_owned());
    }
    seed.git(&["push", "-q"]);
    // Neither oldest first nor newest first.
    let order: Vec<&String> = (0..COMMITS).map(|at| &commits[at * 7 % COMMITS]).collect();
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), COMMITS);
    let clones: Vec<Clone> =
        (0..COMMITS).map(|number| remote.clone_as(&format!("clone{number}"))).collect();
    thread::scope(|scope| {
        for (commit, clone) in order.iter().zip(&clones) {
            scope
                .spawn(move || clone.run(&["bump", &format!("server={commit}"), "--push"]).code(0));
        }
    });
    assert_eq!(Some(&git::tag(&remote.file(LOCK), "server")), commits.last());
    assert_eq!(remote.git(&["rev-list", "--merges", "main"]), "");
}

/// What must hold of a repository at any time.
fn sound(remote: &Remote, before: &str) {
    remote.git(&["fsck", "--strict", "--no-dangling"]);
    let lock = remote.file(LOCK);
    let tip = remote.tip();
    if tip == before {
        assert_eq!(git::tag(&lock, "server"), "v1.0.0");
    } else {
        assert_eq!(git::tag(&lock, "server"), "v2");
        assert_eq!(remote.git(&["rev-parse", "main~1"]).trim(), before);
    }
}

#[test]
fn a_bump_that_is_killed_around_its_git_commands_finishes_when_it_is_run_again() {
    for (command, when) in
        [("fetch", "before"), ("fetch", "after"), ("push", "before"), ("push", "after")]
    {
        let remote = shop();
        let clone = remote.clone_as("ci");
        let before = remote.tip();
        let bin = remote.folder().join("bin");
        fs::create_dir(&bin).unwrap();
        let real = std::env::var_os("PATH")
            .and_then(|path| {
                std::env::split_paths(&path)
                    .map(|folder| folder.join("git"))
                    .find(|git| git.is_file())
            })
            .unwrap();
        let real = real.display();
        let kill = "kill -9 $PPID";
        let (first, last) = if when == "before" { (kill, "true") } else { ("true", kill) };
        executable(
            &bin.join("git"),
            &format!(
                "#!/bin/sh\nfor arg; do if [ \"$arg\" = {command} ]; then {first}; '{real}' \"$@\"; {last}; exit; fi; done\nexec '{real}' \"$@\"\n"
            ),
        );
        let mut killed = clone.command(&["bump", "server=v2", "--push"]);
        let path = std::env::var("PATH").unwrap();
        killed.env("PATH", format!("{}:{path}", bin.display()));
        assert_eq!(finish(killed).code, None, "killed {when} {command}");
        // What it had started may still be at it.
        thread::sleep(std::time::Duration::from_millis(300));
        sound(&remote, &before);
        clone.git(&["fsck", "--strict", "--no-dangling"]);
        clone.run(&["bump", "server=v2", "--push"]).exits(0);
        sound(&remote, &before);
        assert_eq!(git::tag(&remote.file(LOCK), "server"), "v2");
    }
}

#[test]
fn a_bump_that_is_killed_at_any_moment_leaves_the_branch_whole() {
    let remote = shop();
    let bare = Clone::at(&remote, "origin.git");
    let mut finished = 0;
    for step in 0..40_u64 {
        let before = remote.tip();
        let tag = format!("v2.{step}");
        let mut child = bare
            .command(&["bump", &format!("server={tag}")])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(std::time::Duration::from_micros(step * 750));
        let _ = child.kill();
        child.wait().unwrap();
        remote.git(&["fsck", "--strict", "--no-dangling"]);
        let tip = remote.tip();
        if tip != before {
            finished += 1;
            assert_eq!(remote.git(&["rev-parse", "main~1"]).trim(), before);
            assert_eq!(git::tag(&remote.file(LOCK), "server"), tag);
        }
        let lock = remote.folder().join("origin.git/refs/heads/main.lock");
        if lock.exists() {
            fs::remove_file(lock).unwrap();
        }
    }
    bare.run(&["bump", "server=v3"]).exits(0);
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v3");
    assert!(finished < 40, "some were killed in time");
}

/// The description of a shop whose images have these lines below their repository.
fn described(images: &[(&str, &str, &str)], more: &str) -> String {
    let tags: Vec<(&str, &str)> = images.iter().map(|(name, tag, _)| (*name, *tag)).collect();
    let text = git::description("shop", &tags, more);
    images.iter().fold(text, |text, (name, _, policy)| {
        let repository = format!("/shop/{name}\"\n");
        text.replace(&repository, &format!("{repository}{policy}\n"))
    })
}

fn shop_with(images: &[(&str, &str, &str)], more: &str) -> Remote {
    let tags: Vec<(&str, &str)> = images.iter().map(|(name, tag, _)| (*name, *tag)).collect();
    Remote::with(&[("shop", described(images, more), git::lock(&tags))])
}

const SEMVER: &str = r#"  policy "semver" {
    prefix = "v"
  }"#;

#[test]
fn a_lower_version_does_not_win_and_a_rollback_is_held() {
    let remote = shop_with(&[("server", "v1.9.0", SEMVER)], "");
    let clone = remote.clone_as("ci");
    // By its digits, not by its letters.
    assert_eq!(json(&clone, &["server=v1.10.0", "--push"], 0)["outcome"], "bumped");
    let run = clone.run(&["bump", "server=v1.9.5", "--push"]).success();
    assert_snapshot!(run, @r#"
    main: nothing moves, what runs is newer
      shop/server  v1.10.0 is newer; `--rollback "<reason>"` goes back
    "#);
    let tip = remote.tip();
    let run = clone.run(&["bump", "server=stg-01234567", "--push"]).code(1);
    assert_snapshot!(run.err, @r#"
    error[SW711]: `server` cannot run `stg-01234567`: it does not begin with `v`
     --> stacks/shop/stack.hcl:7:3
      |
    7 |   policy "semver" {
      |   ^^^^^^^^^^^^^^^ its policy
      |
      = help: give it an image that its policy takes, or change the policy
    "#);
    let run = clone.run(&["bump", "server=v1.11.0", "--rollback", "x", "--push"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW710]: `server` runs `v1.10.0`, and `v1.11.0` is newer: that is no rollback
     |
     = help: leave `--rollback` out
    ");
    assert_eq!(remote.tip(), tip);
    clone.run(&["bump", "server=v1.9.5", "--rollback", "carts are empty", "--push"]).exits(0);
    assert_snapshot!(remote.git(&["log", "-1", "--format=%B", "main"]), @"
    Roll back server v1.9.5 in shop

    shop/server: v1.10.0 -> v1.9.5

    Rolled back and held: carts are empty
    ");
    assert_eq!(json(&clone, &["server=v1.12.0", "--push"], 5)["outcome"], "held");
    assert_eq!(
        json(&clone, &["server=v1.12.0", "--push", "--release-hold"], 0)["outcome"],
        "bumped"
    );
}

#[test]
fn versions_that_arrive_in_any_order_end_on_the_newest() {
    const VERSIONS: usize = 20;
    let remote = shop_with(&[("server", "v1.0.0", SEMVER)], "");
    let clones: Vec<Clone> =
        (0..VERSIONS).map(|number| remote.clone_as(&format!("clone{number}"))).collect();
    thread::scope(|scope| {
        for (number, clone) in clones.iter().enumerate() {
            let version = number * 7 % VERSIONS + 1;
            scope.spawn(move || {
                clone.run(&["bump", &format!("server=v1.{version}.0"), "--push"]).exits(0);
            });
        }
    });
    assert_eq!(git::tag(&remote.file(LOCK), "server"), format!("v1.{VERSIONS}.0"));
    assert_eq!(remote.git(&["rev-list", "--merges", "main"]), "");
}

#[test]
fn images_of_a_bundle_move_together() {
    let bundle = r#"
bundle "portal" {
  images = [image.indexer, image.portal, image.deployment]

  rule "backend" {
    images = [image.indexer, image.deployment]
    reason = "the deployment loads what the indexer reads"
  }
}
"#;
    let images = [("deployment", "a1", ""), ("indexer", "a1", ""), ("portal", "a1", "")];
    let remote = shop_with(&images, bundle);
    let clone = remote.clone_as("ci");
    let tip = remote.tip();
    let run = clone.run(&["bump", "indexer=b2", "portal=b2", "--push"]).code(1);
    assert_snapshot!(run.err, @r#"
    error[SW321]: `image.indexer` moves without `image.deployment`: the deployment loads what the indexer reads
     --> stacks/shop/stack.hcl:8:3
      |
    8 |   rule "backend" {
      |   ^^^^^^^^^^^^^^
      |
      = help: move `image.deployment`, too, or say why not with `--partial "<reason>"`
    "#);
    assert_eq!(remote.tip(), tip);
    clone.run(&["bump", "portal=b2", "--push"]).exits(0);
    clone.run(&["bump", "indexer=b2", "deployment=b2", "--push"]).exits(0);
    clone.run(&["bump", "indexer=b3", "--partial", "only its script changed", "--push"]).exits(0);
    assert_snapshot!(remote.git(&["log", "-1", "--format=%B", "main"]), @"
    Deploy indexer b3 to shop

    shop/indexer: b2 -> b3

    The rest of the bundle stays: only its script changed
    ");
    // What runs already is where it belongs.
    clone.run(&["bump", "indexer=b3", "deployment=b3", "--push"]).exits(0);
}

#[test]
fn the_registry_says_what_is_newest() {
    let Some(registry) = Registry::open() else { return };
    let host = registry.host.clone();
    let policies = [
        ("web", "v1.0.0", SEMVER),
        (
            "jobs",
            "build-7",
            "  policy \"number\" {\n    tags = \"^build-(?P<n>[0-9]{1,6})$\"\n  }\n  produced = [\"build-{number}\"]",
        ),
        ("edge", "latest", "  policy \"moving\" {\n    tag = \"latest\"\n  }"),
        (
            "stage",
            "stg-0",
            "  policy \"pushed\" {\n    tags = \"^stg-[0-9]$\"\n  }\n  produced = [\"stg-{any}\"]",
        ),
        ("manual", "b5735582", ""),
    ];
    let text = described(&policies, "").replace("registry.example.org", &host);
    let digest = format!("sha256:{}", "0".repeat(64));
    let lock = git::lock(&policies.map(|(name, tag, _)| (name, tag)));
    // A moving tag is locked by its digest.
    let lock = lock.replace(
        "\"latest\"\n      digest     = null",
        &format!("\"latest\"\n      digest     = \"{digest}\""),
    );
    let remote = Remote::with(&[("shop", text, lock)]);
    let clone = remote.clone_as("ci");
    let mut digests = BTreeMap::new();
    for (name, tag, created) in [
        ("web", "v1.9.0", "2026-01-03T00:00:00Z"),
        ("web", "v1.10.0", "2026-01-02T00:00:00Z"),
        ("web", "v2.0.0-rc.1", "2026-01-04T00:00:00Z"),
        ("web", "latest", "2026-01-05T00:00:00Z"),
        ("jobs", "build-8", "2026-01-02T00:00:00Z"),
        ("jobs", "build-12", "2026-01-01T00:00:00Z"),
        ("edge", "latest", "2026-01-02T00:00:00Z"),
        ("stage", "stg-0", "2026-01-01T00:00:00Z"),
        ("stage", "stg-9", "2026-01-02T00:00:00Z"),
        ("stage", "stg-3", "2026-01-03T00:00:00Z"),
    ] {
        let image = Image { created: Some(created), ..IMAGE };
        digests.insert((name, tag), registry.push(&format!("shop/{name}"), tag, &image));
    }
    let args = ["bump", "--from-registry", "--insecure-registry", &host, "--push"];
    let resolved =
        clone.run(&["images", "resolve", "stage", "web", "--insecure-registry", &host]).success();
    assert_snapshot!(resolved.replace(&host, "<host>"), @"
    image.stage of shop: pushed of `^stg-[0-9]$`
      takes stg-3, newer than stg-0, which is locked (its date is from its config)
      passes over 2 tags
        stg-9  older
        stg-0  older
    image.web of shop: semver `*` after `v`
      takes v1.10.0, newer than v1.0.0, which is locked
      passes over 3 tags
        v1.9.0       older
        latest       does not begin with `v`
        v2.0.0-rc.1  is a pre-release: `*` takes those only where it names a pre-release of 2.0.0
    ");
    let run = clone.run(&args).success();
    let lock = remote.file(LOCK);
    for (name, tag) in
        [("web", "v1.10.0"), ("jobs", "build-12"), ("edge", "latest"), ("stage", "stg-3")]
    {
        assert_eq!(git::tag(&lock, name), tag, "{run}");
        assert!(lock.contains(&digests[&(name, tag)]), "{lock}");
    }
    assert_eq!(git::tag(&lock, "manual"), "b5735582");
    assert_eq!(remote.git(&["rev-list", "--count", "main"]).trim(), "2");
    // Nothing new is nothing to do.
    let run = clone.run(&args).success();
    assert!(run.starts_with("main: nothing to do"), "{run}");
    // A moving tag moved, and the rest stays.
    let moved = registry.push(
        "shop/edge",
        "latest",
        &Image { created: Some("2026-02-02T00:00:00Z"), ..IMAGE },
    );
    clone.run(&args).exits(0);
    assert!(remote.file(LOCK).contains(&moved));
    // A tag alone gets its digest, and an image that is not there is an error.
    let by_name = |value: &'static str| {
        ["bump", value, "--resolve", "--insecure-registry", &host, "--push"].map(str::to_owned)
    };
    let run = clone.run(&by_name("web=v1.99.0").each_ref().map(String::as_str)).code(1);
    assert!(
        run.err.contains("its registry has no `") && run.err.contains("v1.99.0"),
        "{}",
        run.err
    );
    registry.push("shop/web", "v1.11.0", &IMAGE);
    clone.run(&by_name("web=v1.11.0").each_ref().map(String::as_str)).exits(0);
    let entry = remote.file(LOCK).split("web = {").nth(1).unwrap().to_owned();
    assert!(entry.lines().nth(3).unwrap().contains("sha256:"), "{entry}");
    // The caller alone knows what a commit policy runs.
    let run =
        clone.run(&["bump", "manual", "--from-registry", "--insecure-registry", &host]).code(1);
    assert!(run.err.contains("`manual` has the policy `commit`"), "{}", run.err);
}

#[test]
fn a_deploy_is_another_digest_behind_a_tag_and_none_is_no_deploy() {
    let Some(registry) = Registry::open() else { return };
    let host = registry.host.clone();
    let policies = [("edge", "latest", "  policy \"moving\" {\n    tag = \"latest\"\n  }")];
    let text = described(&policies, "").replace("registry.example.org", &host);
    let first = registry.push("shop/edge", "latest", &IMAGE);
    let lock = git::lock(&policies.map(|(name, tag, _)| (name, tag)));
    let lock = lock.replace("digest     = null", &format!("digest     = \"{first}\""));
    let remote = Remote::with(&[("shop", text, lock)]);
    let clone = remote.clone_as("ci");
    let commits = || remote.git(&["rev-list", "--count", "main"]).trim().to_owned();
    let args = ["bump", "--from-registry", "--insecure-registry", &host, "--push"];

    // Pushed again, it is the same.
    assert!(clone.run(&args).success().starts_with("main: nothing to do"));
    let moved = Image { created: Some("2026-02-02T00:00:00Z"), ..IMAGE };
    let second = registry.push("shop/edge", "latest", &moved);
    clone.run(&args).exits(0);
    assert!(remote.file(LOCK).contains(&second));
    assert_eq!(commits(), "2");

    // Back to the digest before, which is said, and held.
    let before = format!("edge=latest@{first}");
    let back = ["bump", before.as_str(), "--rollback", "the new one is slow", "--push"];
    clone.run(&back).exits(0);
    assert!(remote.file(LOCK).contains(&first));
    clone.run(&args).exits(0);
    assert!(remote.file(LOCK).contains(&first), "a hold lasts");
    let held = commits();

    // Where the tag is gone, nothing moves.
    let text = clone.read("stacks/shop/stack.hcl").replace("/shop/edge\"", "/shop/gone\"");
    clone.git(&["pull", "-q"]);
    clone.write("stacks/shop/stack.hcl", text);
    let lock = clone.read(LOCK).replace("/shop/edge\"", "/shop/gone\"");
    clone.write(LOCK, lock);
    clone.commit_all("Name another repository");
    clone.git(&["push", "-q"]);
    let run = clone.run(&args).code(1);
    assert!(run.err.contains("error[SW452]"), "{run}");
    assert_eq!(commits(), (held.parse::<u32>().unwrap() + 1).to_string());
}

#[test]
fn what_runs_is_listed_with_its_commit() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let bump = |value: &str, date: &str| {
        let mut command = clone.command(&["bump", value, "--worktree"]);
        command.env("GIT_COMMITTER_DATE", date).env("GIT_AUTHOR_DATE", date);
        finish(command).success();
    };
    bump("worker=v2", "2026-03-01T10:00:00Z");
    bump("server=v2", "2026-03-02T11:30:00Z");
    bump("server=v3", "2026-03-03T12:00:00Z");
    // A commit that touches the lock without changing an image is not the answer.
    clone.write(LOCK, format!("{}# checked\n", clone.read(LOCK)));
    clone.commit_all("Note that it was checked");
    let run = clone.run(&["images", "list"]).success();
    assert_snapshot!(steady(&run), @"
    STACK  IMAGE   RUNS  SINCE              COMMIT
    shop   server  v3    2026-03-03 12:00Z  <commit> Deploy server v3 to shop
    shop   worker  v2    2026-03-01 10:00Z  <commit> Deploy worker v2 to shop
    ");
    let text = clone.read(LOCK).replacen("\"v3\"", "\"v4\"", 1);
    clone.write(LOCK, text);
    let run = clone.run(&["images", "list", "server"]).success();
    assert_snapshot!(run, @"
    STACK  IMAGE   RUNS  SINCE          COMMIT
    shop   server  v4    not committed
    ");
    let listed: Value =
        serde_json::from_str(&clone.run(&["images", "list", "--format", "json"]).success())
            .unwrap();
    assert_eq!(listed["images"][0]["since"], Value::Null);
    assert_eq!(listed["images"][1]["since"]["time"], "2026-03-01T10:00:00Z");
    let run = clone.run(&["images", "list", "servr"]).code(1);
    assert!(run.err.contains("did you mean `server`?"), "{}", run.err);
    let shallow = remote.clone_with("shallow", &["--depth", "1"]);
    let run = shallow.run(&["images", "list", "worker"]).success();
    assert!(run.contains("before "), "{run}");
}
