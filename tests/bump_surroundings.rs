//! `stackwright bump` among odd clones, hooks, settings and other processes.

use std::fs;
use std::thread;

use insta::assert_snapshot;

use crate::support::git::{self, Clone, Remote, executable, finish};
use crate::support::registry::{IMAGE, Image, Registry};

const LOCK: &str = "stacks/shop/images.tf";

fn shop() -> Remote {
    Remote::shop(&[("server", "v1.0.0"), ("worker", "v1.0.0")])
}

/// A shop whose image `web` has a policy.
fn shop_with(tag: &str, policy: &str, host: &str) -> Remote {
    let images = [("web", tag)];
    let text = git::description("shop", &images, "").replace("registry.example.org", host);
    let text = text.replace("/shop/web\"\n", &format!("/shop/web\"\n{policy}\n"));
    Remote::with(&[("shop", text, git::lock(&images))])
}

#[test]
fn a_warning_about_the_stack_does_not_keep_it_from_being_bumped() {
    let remote = Remote::with(&[(
        "shop",
        git::description(
            "shop",
            &[("server", "v1.0.0")],
            r#"
network "main" { cidr = "10.20.0.0/16" }
cluster "main" { network = network.main }
loaders "source" {
  cluster     = cluster.main
  image       = image.server
  environment = { DB_PASSWORD = "hunter2-secret" }
  loader "prices" { schedule = "rate(15 minutes)" }
}
"#,
        ),
        git::lock(&[("server", "v1.0.0")]),
    )]);
    let clone = remote.clone_as("ci");
    let run = clone.run(&["bump", "server=v2", "--push"]).code(0);
    assert!(run.err.contains("warning[SW207]: `DB_PASSWORD` looks like a secret"), "{}", run.err);
    assert!(run.err.contains("--> stacks/shop/stack.hcl:10:"), "{}", run.err);
    let run = clone.run(&["bump", "server=v3", "--push", "--format", "json"]).code(0);
    assert!(run.out.contains("\"path\": \"stacks/shop/stack.hcl\""), "{}", run.out);
    assert!(!run.out.contains("hunter2"), "{}", run.out);
}

#[test]
fn an_image_that_moved_since_the_registry_was_asked_stays() {
    let Some(registry) = Registry::open() else { return };
    let host = registry.host.clone();
    let digest = format!("sha256:{}", "7".repeat(64));
    for (policy, locked, tags, meanwhile) in [
        (
            "  policy \"pushed\" {\n    tags = \"^stg-[0-9]$\"\n  }\n  produced = [\"stg-{any}\"]",
            "stg-0",
            ["stg-0", "stg-3"],
            "web=stg-7".to_owned(),
        ),
        ("  policy \"moving\" {\n    tag = \"7\"\n  }", "7", ["7", "6"], format!("web=7@{digest}")),
    ] {
        let remote = shop_with(locked, policy, &host);
        for (day, tag) in tags.iter().enumerate() {
            let created = format!("2026-01-0{}T00:00:00Z", day + 1);
            registry.push("shop/web", tag, &Image { created: Some(&created), ..IMAGE });
        }
        let (slow, fast) = (remote.clone_as("slow"), remote.clone_as("fast"));
        // While the slow one pushes what the registry said, somebody locks what came after it.
        slow.hook(
            "pre-push",
            &format!(
                "#!/bin/sh\n[ -e ../done ] && exit 0\ntouch ../done\ncd {} && exec {} bump {meanwhile} --push\n",
                fast.path.display(),
                env!("CARGO_BIN_EXE_stackwright"),
            ),
        );
        let run =
            slow.run(&["bump", "--from-registry", "--insecure-registry", &host, "--push"]).code(0);
        assert!(run.out.contains("nothing moves, what runs is newer"), "{}", run.out);
        let entry = remote.file(LOCK);
        assert!(entry.contains("\"stg-7\"") || entry.contains(&digest), "{entry}");
    }
}

#[test]
fn every_kind_of_index_and_clone_will_do() {
    let remote = shop();
    remote.git(&["config", "uploadpack.allowFilter", "true"]);
    remote.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let sparse = remote.clone_with("sparse", &["--sparse"]);
    sparse.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "docs"]);
    sparse.run(&["bump", "server=v2", "--push"]).exits(0);
    let split = remote.clone_as("split");
    split.git(&["update-index", "--split-index"]);
    split.run(&["bump", "server=v3", "--push"]).exits(0);
    split.git(&["pull", "-q"]);
    split.run(&["bump", "server=v4", "--worktree"]).exits(0);
    assert_eq!(split.git(&["status", "--short"]), "");
    let treeless = remote.clone_with("treeless", &["--filter=tree:0", "--bare"]);
    treeless.run(&["bump", "server=v5", "--push"]).exits(0);
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v5");
}

#[test]
fn attributes_of_the_commit_count_where_nothing_is_checked_out() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.write(".gitattributes", "*.tf filter=lfs\n");
    clone.commit_all("Put everything into LFS");
    clone.git(&["push", "-q"]);
    let run = Clone::at(&remote, "origin.git").run(&["bump", "server=v2"]).code(1);
    assert!(run.err.contains("has the attribute `filter=lfs`"), "{}", run.err);
}

#[test]
fn nothing_but_the_commit_is_pushed() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    clone.git(&["tag", "-a", "-m", "mine", "mine"]);
    clone.git(&["config", "push.followTags", "true"]);
    clone.run(&["bump", "server=v2", "--push"]).exits(0);
    assert_eq!(remote.git(&["tag"]), "");
}

#[test]
fn the_working_tree_of_another_branch_does_not_follow() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.git(&["checkout", "-q", "-b", "feature"]);
    let tip = clone.git(&["rev-parse", "main"]);
    let run = clone.run(&["bump", "server=v2", "--branch", "main", "--worktree"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW702]: `main` is not the branch that is checked out
     |
     = help: leave `--worktree` out: the commit needs no working tree
    ");
    assert_eq!(clone.git(&["rev-parse", "main"]), tip);
    assert_eq!(clone.git(&["status", "--short"]), "");
    let run = Clone::at(&remote, "origin.git").run(&["bump", "server=v2", "--worktree"]).code(1);
    assert!(run.err.contains("the repository is bare: it has no working tree"), "{}", run.err);
}

#[test]
fn a_working_tree_that_cannot_follow_stays_as_it_is() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let tip = clone.git(&["rev-parse", "HEAD"]);
    clone.write(".git/index.lock", "");
    let run = clone.run(&["bump", "server=v2", "--worktree"]).code(1);
    assert!(run.err.contains("the index cannot be written"), "{}", run.err);
    fs::remove_file(clone.path.join(".git/index.lock")).unwrap();
    clone.write(".git/refs/heads/main.lock", "");
    let run = clone.run(&["bump", "server=v2", "--worktree", "--attempts", "2"]).code(1);
    assert!(run.err.contains("another git is at work here"), "{}", run.err);
    fs::remove_file(clone.path.join(".git/refs/heads/main.lock")).unwrap();
    // A folder that is another one.
    let elsewhere = remote.folder().join("elsewhere");
    fs::rename(clone.path.join("stacks"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, clone.path.join("stacks")).unwrap();
    clone.run(&["bump", "server=v2", "--worktree"]).exits(1);
    assert_eq!(git::tag(&clone.read(LOCK), "server"), "v1.0.0");
    fs::remove_file(clone.path.join("stacks")).unwrap();
    fs::rename(&elsewhere, clone.path.join("stacks")).unwrap();
    assert_eq!(clone.git(&["status", "--short"]), "");
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
}

#[test]
fn a_branch_in_the_way_is_no_lost_race() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    remote.git(&["branch", "bump", "main"]);
    let run = clone.run(&["bump", "server=v2", "--push", "--branch-name", "bump/images"]).code(1);
    assert!(run.err.contains("`origin` refuses the push"), "{}", run.err);
    assert!(run.err.contains("'refs/heads/bump' exists"), "{}", run.err);
}

#[test]
fn bumps_of_one_clone_at_once_all_land() {
    const BUMPS: usize = 12;
    let remote = shop();
    let clone = remote.clone_as("ci");
    thread::scope(|scope| {
        for number in 0..BUMPS {
            let clone = &clone;
            scope.spawn(move || {
                clone.run(&["bump", &format!("server=x{number}"), "--push"]).exits(0);
            });
        }
    });
    assert_eq!(remote.git(&["rev-list", "--count", "main"]).trim(), (BUMPS + 1).to_string());
}

#[test]
fn what_remotes_and_hooks_say_is_shown_without_passwords_and_escapes() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let script =
        "#!/bin/sh\nprintf 'no \\033[31m https://bot:hunter2@example.org/x\\n' >&2\nexit 1\n";
    let pre_receive = remote.folder().join("origin.git/hooks/pre-receive");
    executable(&pre_receive, script);
    let refused = clone.run(&["bump", "server=v2", "--push"]).code(1);
    fs::remove_file(pre_receive).unwrap();
    clone.hook("pre-push", script);
    let stopped = clone.run(&["bump", "server=v2", "--push"]).code(1);
    clone.hook("commit-msg", script);
    let unsaid = clone.run(&["bump", "server=v2", "--push"]).code(1);
    for run in [refused, stopped, unsaid] {
        assert!(run.err.contains("https://example.org/x"), "{}", run.err);
        assert!(!run.err.contains("hunter2") && !run.err.contains('\u{1b}'), "{}", run.err);
    }
}

#[test]
fn a_reason_on_the_branch_cannot_speak_to_the_terminal() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let held = "tag        = \"v1.0.0\"\n      hold       = \"a\\u001b[31mred\\nb\"";
    clone.write(LOCK, clone.read(LOCK).replacen("tag        = \"v1.0.0\"", held, 1));
    clone.commit_all("Hold it");
    clone.git(&["push", "-q"]);
    let run = clone.run(&["bump", "server=v2", "--push"]).success();
    assert_snapshot!(run, @r"
    main: nothing moves, an image is held
      shop/server  held at v1.0.0 (a␛[31mred␊b); `--release-hold` lets it move again
    ");
}

#[test]
fn what_a_caller_says_cannot_write_lines_of_its_own() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    for (option, value) in [
        ("--source-commit", "0123abc\nSigned-off-by: Eve <eve@example.org>"),
        ("--run-url", "https://example.org\r\nReviewed-by: Eve <eve@example.org>"),
        ("--trailer", "A: b\rc"),
        ("--rollback", "\u{202e}drawkcab"),
        ("--for", "18446744073709551615"),
        ("--timeout", "18446744073709551615"),
    ] {
        let run = clone.run(&["bump", "server=v2", "--push", option, value]);
        assert_eq!(run.code, Some(1), "{option}: {}", run.err);
    }
    assert_eq!(remote.git(&["rev-list", "--count", "main"]).trim(), "1");
}

#[test]
fn the_identity_is_the_one_that_git_uses() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let run = |settings: &[(&str, &str)], value: &str| {
        let mut command = clone.command(&["bump", value, "--push"]);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env_remove(format!("GIT_{role}_NAME"));
            command.env_remove(format!("GIT_{role}_EMAIL"));
        }
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (at, (key, value)) in settings.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{at}"), key);
            command.env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
        command.env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05-0330");
        finish(command)
    };
    let nobody = run(&[], "server=v2").code(1);
    assert!(nobody.err.contains("git does not know who commits"), "{}", nobody.err);
    run(&[("user.name", "Bot"), ("user.email", "bot@example.org")], "server=v2").exits(0);
    assert_eq!(
        remote.git(&["log", "-1", "--format=%an <%ae> %aI %cn", "main"]).trim(),
        "Bot <bot@example.org> 2026-01-02T03:04:05-03:30 Bot"
    );
}

#[test]
fn the_hook_that_it_runs_in_may_be_of_another_repository() {
    let (remote, other) = (shop(), shop());
    let clone = remote.clone_as("ci");
    let outer = other.clone_as("outer");
    let mut command = clone.command(&["bump", "server=v2", "--push"]);
    let git_dir = outer.path.join(".git");
    command
        .env("GIT_DIR", &git_dir)
        .env("GIT_COMMON_DIR", &git_dir)
        .env("GIT_WORK_TREE", &outer.path)
        .env("GIT_INDEX_FILE", git_dir.join("index"))
        .env("GIT_OBJECT_DIRECTORY", git_dir.join("objects"));
    finish(command).exits(0);
    assert_eq!(git::tag(&remote.file(LOCK), "server"), "v2");
    assert_eq!(git::tag(&other.file(LOCK), "server"), "v1.0.0");
    assert_eq!(outer.git(&["status", "--short"]), "");
}

#[test]
fn what_a_hook_leaves_running_is_not_waited_for() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    clone.write("alive", "");
    clone.hook(
        "pre-push",
        "#!/bin/sh\n(for i in $(seq 300); do [ -e alive ] || exit; sleep 0.1; done; touch waited) &\n",
    );
    clone.run(&["bump", "server=v2", "--push"]).exits(0);
    fs::remove_file(clone.path.join("alive")).unwrap();
    assert!(!clone.path.join("waited").exists());
}

#[test]
fn a_hook_that_empties_the_message_refuses_it() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    clone.hook("commit-msg", "#!/bin/sh\n: > \"$1\"\n");
    let run = clone.run(&["bump", "server=v2", "--push"]).code(1);
    assert!(run.err.contains("it left no message"), "{}", run.err);
}

#[test]
fn a_rollback_to_what_runs_already_holds_it() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    let run = clone.run(&["bump", "server=v1.0.0", "--rollback", "wait", "--push"]).code(0);
    assert!(run.out.contains("shop/server  v1.0.0, held from now on"), "{}", run.out);
    let run = clone.run(&["bump", "server=v2", "--push"]).success();
    assert!(run.contains("nothing moves, an image is held"), "{run}");
}

#[test]
fn a_step_without_its_output_file_is_told_what_was_done() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    let bump = |value: &str| {
        let mut command = clone.command(&["bump", value, "--push"]);
        command.env("GITHUB_OUTPUT", "/nowhere/output");
        finish(command).code(1).err
    };
    let done = bump("server=v2");
    assert!(done.contains("the commit is made, but `$GITHUB_OUTPUT` cannot be written"), "{done}");
    let nothing = bump("server=v2");
    assert!(!nothing.contains("the commit is made"), "{nothing}");
}

#[test]
fn the_project_says_where_its_author_is_wrong() {
    let remote = shop();
    let clone = remote.clone_as("ci");
    clone.write("stackwright.hcl", "bump {\n  author = \"Bot\"\n}\n");
    let run = clone.run(&["bump", "server=v2", "--push"]).code(1);
    assert_snapshot!(run.err, @r#"
    error[SW201]: this is no name with a mail address
     --> stackwright.hcl:2:12
      |
    2 |   author = "Bot"
      |            ^^^^^
      |
      = help: write `Name <mail@example.org>`
    "#);
}

#[test]
fn the_note_names_the_files_that_were_committed() {
    let remote = shop();
    let clone = remote.clone_as("laptop");
    clone.write("stacks/shop/notes.md", "mine");
    clone.git(&["add", "-A"]);
    let run = clone.run(&["bump", "server=v2"]).code(0);
    assert_snapshot!(run.err, @"note: your working tree is as it was: `git restore --staged --worktree ':/stacks/shop/images.tf'` brings it to the commit");
    let command = run.err.split('`').nth(1).unwrap();
    clone.git(&["restore", "--staged", "--worktree", command.split('\'').nth(1).unwrap()]);
    assert_eq!(clone.git(&["status", "--short"]), "A  stacks/shop/notes.md\n");
}

#[test]
fn a_repository_of_another_kind_is_an_error() {
    let remote = shop();
    remote.git(&["init", "-q", "--bare", "--object-format=sha256", "../other.git"]);
    let run = Clone::at(&remote, "other.git").run(&["bump", "server=v2"]).code(1);
    assert_snapshot!(run.err, @"
    error[SW701]: the repository cannot be read: unknown object format 'sha256'
     |
     = help: a clone with `--object-format=sha1` and `--ref-format=files`, git's defaults, is read
    ");
}
