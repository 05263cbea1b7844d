//! `stackwright bump --push-via github`: GitHub makes the commit, with the same compare-and-swap.

use std::collections::BTreeSet;
use std::thread;

use insta::assert_snapshot;

use crate::support::Run;
use crate::support::forge::{Forge, TOKEN, error};
use crate::support::git::{self, Clone, Remote, finish};

const LOCK: &str = "stacks/shop/images.tf";

fn shop() -> (Remote, Forge) {
    let remote = Remote::shop(&[("server", "v1.0.0"), ("worker", "v1.0.0")]);
    let forge = of(&remote);
    (remote, forge)
}

/// A GitHub that has a remote's commits.
fn of(remote: &Remote) -> Forge {
    let forge = Forge::start();
    forge.state.lock().unwrap().bare = Some(remote.folder().join("origin.git"));
    forge
}

fn bump(clone: &Clone, forge: &Forge, args: &[&str]) -> Run {
    let url = forge.url();
    let api = ["--push-via", "github", "--repository", "acme/shop", "--api-url", &url];
    let mut command = clone.command(&[&["bump"], args, &api].concat());
    command.env("GITHUB_TOKEN", TOKEN);
    let run = finish(command);
    assert!(!run.out.contains(TOKEN) && !run.err.contains(TOKEN), "{run}");
    run
}

#[test]
fn github_makes_the_commit_and_the_clone_stands_as_after_a_push() {
    let (remote, forge) = shop();
    let clone = remote.clone_as("ci");
    // Nobody needs to be known to the git of this machine.
    clone.git(&["config", "user.useConfigOnly", "true"]);
    let before = remote.tip();
    let run = bump(&clone, &forge, &["server=v1.1.0"]).success();
    assert!(run.starts_with("main: committed "), "{run}");
    assert_snapshot!(remote.git(&["log", "-1", "--format=%an %cn%n%B", "main"]), @"
    Octo GitHub
    Deploy server v1.1.0 to shop

    shop/server: v1.0.0 -> v1.1.0
    ");
    assert_eq!(remote.git(&["rev-parse", "main~1"]).trim(), before);
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v1.1.0");
    // As `git push` leaves it: the remote's branch is known here, ours and the files stay.
    assert_eq!(clone.git(&["rev-parse", "origin/main"]).trim(), remote.tip());
    assert_eq!(clone.git(&["rev-parse", "main"]).trim(), before);
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    let told = bump(&clone, &forge, &["server=v1.1.0", "--format", "json"]).code(3);
    assert!(told.out.contains("\"unchanged\""), "{told}");
}

#[test]
fn bumps_at_the_same_time_all_land_through_the_api_and_by_git() {
    let names: Vec<String> = (0..8).map(|n| format!("image{n}")).collect();
    let images: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v1.0.0")).collect();
    let remote = Remote::shop(&images);
    let forge = of(&remote);
    let clones: Vec<Clone> = names.iter().map(|name| remote.clone_as(name)).collect();
    thread::scope(|scope| {
        for (n, (name, clone)) in names.iter().zip(&clones).enumerate() {
            let forge = &forge;
            scope.spawn(move || {
                let image = format!("{name}=v2.0.0");
                let run = match n % 3 {
                    0 => clone.run(&["bump", &image, "--push"]),
                    _ => bump(clone, forge, &[&image]),
                };
                run.exits(0);
            });
        }
    });
    let lock = remote.file(LOCK);
    for name in &names {
        assert_eq!(git::tag(&lock, name), "v2.0.0", "{name}");
    }
    // One commit each, in one line.
    let log = remote.git(&["log", "--format=%P", "--min-parents=1", "main"]);
    let parents: BTreeSet<&str> = log.lines().collect();
    assert_eq!((log.lines().count(), parents.len()), (8, 8));
    let authors = remote.git(&["log", "--format=%an", "-8", "main"]);
    assert_eq!(authors.lines().filter(|name| *name == "Octo").count(), 5);
}

#[test]
fn a_lost_race_starts_again_from_their_commit() {
    let (remote, forge) = shop();
    let (clone, other) = (remote.clone_as("ci"), remote.clone_as("other"));
    // Between our fetch and our commit, somebody else pushes: the hook runs there.
    clone.hook("commit-msg", &format!(
        "#!/bin/sh\n[ -e ../raced ] && exit 0\ntouch ../raced\ncd {}\nexec env -u GIT_DIR -u GIT_INDEX_FILE {} bump worker=v3.0.0 --push >/dev/null\n",
        other.path.display(), env!("CARGO_BIN_EXE_stackwright"),
    ));
    bump(&clone, &forge, &["server=v1.1.0"]).exits(0);
    let lock = remote.file(LOCK);
    assert_eq!(
        (git::tag(&lock, "server"), git::tag(&lock, "worker")),
        ("v1.1.0".to_owned(), "v3.0.0".to_owned())
    );
    let log = remote.git(&["log", "--format=%s", "-2", "main"]);
    assert_eq!(log, "Deploy server v1.1.0 to shop\nDeploy worker v3.0.0 to shop\n");
    let asked = forge.requests();
    assert_eq!(asked.iter().filter(|it| it.body.contains("createCommitOnBranch")).count(), 2);
}

#[test]
fn a_commit_whose_answer_was_lost_is_not_made_twice() {
    let (remote, forge) = shop();
    let clone = remote.clone_as("ci");
    forge.first([None]);
    let run = bump(&clone, &forge, &["server=v1.1.0", "--format", "json"]).code(0);
    assert!(run.out.contains(&remote.tip()), "{run}");
    assert_eq!(remote.git(&["log", "--format=%s", "main"]).matches("Deploy server").count(), 1);
}

#[test]
fn what_the_api_refuses_is_told_and_nothing_is_pushed() {
    let (remote, forge) = shop();
    let clone = remote.clone_as("ci");
    let before = remote.tip();
    let told = |run: Run| run.code(1).err;
    forge.state.lock().unwrap().protected = true;
    assert_snapshot!(told(bump(&clone, &forge, &["server=v1.1.0"])), @"
    error[SW704]: GitHub refuses it: Protected branch update failed: changes must be made through a pull request.
     |
     = help: where a rule protects the branch, let this identity bypass it, or make a pull request: `--branch-name <name>`
    ");
    forge.state.lock().unwrap().protected = false;
    forge.first([Some(error(403, "Resource not accessible by integration"))]);
    assert_snapshot!(told(bump(&clone, &forge, &["server=v1.1.0"])), @"
    error[SW704]: the token may not write to `acme/shop` on GitHub: Resource not accessible by integration
     |
     = help: in a workflow, the job needs `permissions: contents: write`; let this identity commit to the branch, or make a pull request: `--branch-name <name>`
    ");
    assert_snapshot!(told(bump(&clone, &forge, &["server=v1.1.0", "--author", "Ada <ada@example.org>"])), @"
    error[SW712]: GitHub's API makes commits in the name of the token's owner only
     |
     = help: take `author` and `committer` out, in the `bump` block, too, or push with git: `--push-via git`
    ");
    assert_snapshot!(told(clone.run(&["bump", "server=v1.1.0", "--push-via", "github"])), @"
    error[SW712]: the remote `origin` is no repository of GitHub
     |
     = help: say which one it is: `--repository owner/name`, or push with git: `--push-via git`
    ");
    assert_snapshot!(told(clone.run(&["bump", "server=v1.1.0", "--push-via", "github", "--repository", "acme/shop"])), @"
    error[SW933]: there is no token for GitHub
     |
     = help: set `GITHUB_TOKEN` or `GH_TOKEN`; in a workflow: `env: { GITHUB_TOKEN: ${{ github.token }} }`
    ");
    assert_eq!(remote.tip(), before);
}

#[test]
fn a_file_that_is_more_than_plain_is_refused() {
    let (remote, forge) = shop();
    let clone = remote.clone_as("ci");
    clone.git(&["update-index", "--chmod=+x", LOCK]);
    clone.git(&["commit", "-q", "-m", "Make it a script"]);
    clone.git(&["push", "-q", "origin", "main"]);
    let before = remote.tip();
    assert_snapshot!(bump(&clone, &forge, &["server=v1.1.0"]).code(1).err, @"
    error[SW712]: `stacks/shop/images.tf` is no plain file, and GitHub's API would make it one
     |
     = help: take its executable bit or link away, or push with git: `--push-via git`
    ");
    assert_eq!(remote.tip(), before);
}

#[test]
fn a_commit_that_is_not_the_one_that_was_asked_for_is_an_error() {
    let (remote, forge) = shop();
    let clone = remote.clone_as("ci");
    forge.state.lock().unwrap().spoils = true;
    let run = bump(&clone, &forge, &["server=v1.1.0"]).code(1);
    assert!(run.err.starts_with("error[SW713]: GitHub made the commit `"), "{run}");
    assert!(
        run.err.contains("its tree is `") && run.err.contains("look at what is on `main` now"),
        "{run}"
    );
}

#[test]
fn a_branch_for_a_pull_request_is_made_there_first() {
    let (remote, forge) = shop();
    let clone = remote.clone_as("ci");
    let main = remote.tip();
    bump(&clone, &forge, &["server=v1.1.0", "--branch-name", "bump/server"]).exits(0);
    assert_eq!(remote.tip(), main);
    assert_eq!(remote.git(&["rev-parse", "bump/server~1"]).trim(), main);
    // And the next one goes on top of it.
    bump(&clone, &forge, &["worker=v1.1.0", "--branch-name", "bump/server"]).exits(0);
    assert_eq!(remote.git(&["rev-parse", "bump/server~2"]).trim(), main);
}

#[test]
fn the_project_can_say_how_commits_are_pushed() {
    let (remote, forge) = shop();
    let clone = remote.clone_as("ci");
    clone.write("stackwright.hcl", "bump {\n  push_via = \"github\"\n}\n");
    clone.commit_all("Let GitHub sign");
    clone.git(&["push", "-q", "origin", "main"]);
    let run = |how: &[&str]| {
        let url = forge.url();
        let place = ["--push", "--repository", "acme/shop", "--api-url", &url];
        let mut command = clone.command(&[&["bump"], how, &place].concat());
        command.env("GH_TOKEN", TOKEN);
        finish(command).exits(0);
        remote.git(&["log", "-1", "--format=%an", "main"])
    };
    assert_eq!(run(&["server=v1.1.0"]), "Octo\n");
    assert_eq!(run(&["server=v1.2.0", "--push-via", "git"]), "Ada\n");
    // What is only looked at needs no token.
    clone.run(&["bump", "server=v1.3.0", "--push", "--dry-run", "--repository", "a/b"]).exits(0);
}
