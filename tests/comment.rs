//! `stackwright comment`: one comment on a pull request, made here or of parts, and kept up to date.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::json;

use crate::plan::{command, commit};
use crate::support::forge::{Forge, ME, TOKEN, error};
use crate::support::http::{Reply, Server};
use crate::support::{Project, Run, terraform, univaf};

const MARKER: &str = "<!-- stackwright:main -->";

/// What a check of one stack prints.
fn check(stack: &str, drift: bool) -> String {
    let drift = if drift {
        json!([{"path": format!("stacks/{stack}/main.tf"), "class": "stale", "code": "SW511", "diff": "-a\n+b\n"}])
    } else {
        json!([])
    };
    json!({"version": 1, "stacks": [stack], "files": 3, "summary": "3 files of 1 stack: as described",
        "drift": drift, "diagnostics": []})
    .to_string()
}

/// What a plan of one root prints.
fn plan(root: &str, action: Option<&str>) -> String {
    let (components, counts) = match action {
        Some(action) => (
            json!([{"name": "database.main", "kind": "database", "headline": null, "groups": [{
                "action": action, "type": "aws_db_instance", "stateful": true, "protection": null,
                "follows": false, "may_be_replaced": false, "words": "", "reason": null, "attributes": [],
                "resources": [{"address": "module.database_main.aws_db_instance.this", "keys": [],
                    "moved_from": null, "imported": null}],
            }]}]),
            json!({action: 1, "maybe_replace": 0}),
        ),
        None => (json!([]), json!({"maybe_replace": 0})),
    };
    json!({
        "version": 1, "offline": true, "base": "abc1234", "summary": "1 root against abc1234",
        "changes": action.is_some(), "untouched": 0, "note": null, "diagnostics": [],
        "roots": [{"name": root, "planned": true, "counts": counts, "components": components,
            "outputs": [], "denied": [], "unseen": [], "other_versions": []}],
    })
    .to_string()
}

/// A folder with the parts of one run: drift, and a database that goes.
fn parts() -> Project {
    let project = Project::empty();
    project.write("check.json", check("shop", true));
    project.write("plan.json", plan("shop", Some("destroy")));
    project.write("quiet.json", check("shop", false));
    project.write("same.json", plan("shop", None));
    project
}

const PARTS: [&str; 5] = ["comment", "--check", "check.json", "--plan", "plan.json"];
const QUIET: [&str; 5] = ["comment", "--check", "quiet.json", "--plan", "same.json"];

/// A command that posts to a forge.
fn posting(project: &Project, forge: &Forge, args: &[&str], more: &[&str]) -> Command {
    let url = forge.url();
    let place = ["--post", "github", "--repository", "acme/shop", "--api-url", &url];
    let number: &[&str] = if more.contains(&"--issue") { &[] } else { &["--pull-request", "7"] };
    let mut command = project.command(&[args, &place, number, more].concat());
    command.env("GITHUB_TOKEN", TOKEN);
    command
}

fn post(project: &Project, forge: &Forge, args: &[&str], more: &[&str]) -> Run {
    let run = project.finish(posting(project, forge, args, more));
    assert!(!run.out.contains(TOKEN) && !run.err.contains(TOKEN), "{run}");
    run
}

#[test]
fn the_comment_for_each_change_that_really_happened() {
    for change in univaf::CHANGES {
        let project = univaf::project();
        if terraform(&project.path(""), &["version"]).is_none() {
            return;
        }
        commit(&project);
        let _ = change.make(&project);
        let run =
            project.finish(command(&project, &["comment", "--base", "HEAD", "--stack", "univaf"]));
        assert_snapshot!(format!("univaf_{}", change.name), run.code(0).out);
    }
}

#[test]
fn it_is_made_once_then_changed_in_place_and_not_written_when_it_says_the_same() {
    let (project, forge) = (parts(), Forge::start());
    forge.add("ada", "nice");
    assert_snapshot!(post(&project, &forge, &PARTS, &[]), @"
    exit 0
    --- out
    created https://forge.test/2
    --- err
    ");
    assert_snapshot!(post(&project, &forge, &PARTS, &[]).out, @"unchanged https://forge.test/2");
    project.write("plan.json", plan("shop", Some("update")));
    assert_snapshot!(post(&project, &forge, &PARTS, &[]).out, @"updated https://forge.test/2");
    let comments = forge.comments();
    assert_eq!((comments.len(), comments[0].as_str()), (2, "nice"));
    assert!(
        comments[1].starts_with(MARKER) && comments[1].contains("1 to update"),
        "{}",
        comments[1]
    );
    let written = forge.requests();
    let written = written.iter().filter(|it| it.method != "GET" && it.path != "/graphql");
    let written: Vec<String> = written.map(|it| format!("{} {}", it.method, it.path)).collect();
    assert_eq!(
        written,
        ["POST /repos/acme/shop/issues/7/comments", "PATCH /repos/acme/shop/issues/comments/2",]
    );
}

#[test]
fn its_own_comment_is_found_on_a_later_page_and_nobody_elses_is_taken() {
    let (project, forge) = (parts(), Forge::start());
    forge.add("mallory", &format!("{MARKER}\nI was first"));
    forge.add("ada", &format!("> {MARKER}\nlook at this"));
    forge.add(ME, &format!("see {MARKER}"));
    forge.add(ME, "<!-- stackwright:other -->\nanother project");
    forge.add(ME, &format!("{MARKER}\r\nold"));
    let before = forge.comments();
    assert_snapshot!(post(&project, &forge, &PARTS, &[]).out, @"updated https://forge.test/5");
    let after = forge.comments();
    assert_eq!(before[..4], after[..4]);
    assert!(after[4].contains("data at stake"), "{}", after[4]);
    assert_eq!(
        forge.asked()[..3],
        [
            "GET /repos/acme/shop/issues/7/comments?per_page=100",
            "GET /repos/acme/shop/issues/7/comments?per_page=100&page=2",
            "GET /repos/acme/shop/issues/7/comments?per_page=100&page=3",
        ]
    );
}

#[test]
fn two_projects_of_a_repository_have_two_comments() {
    let (project, forge) = (parts(), Forge::start());
    for key in ["infra/a", "infra/b", "infra/a"] {
        post(&project, &forge, &PARTS, &["--key", key]).exits(0);
    }
    assert_eq!(forge.comments().len(), 2);
    let run = post(&project, &forge, &PARTS, &["--key", "a-->b"]).code(1);
    assert!(run.err.contains("write letters, digits"), "{run}");
}

#[test]
fn where_there_is_nothing_to_tell_no_comment_is_made_and_an_old_one_says_so() {
    let (project, forge) = (parts(), Forge::start());
    assert_snapshot!(post(&project, &forge, &QUIET, &[]).out, @"nothing to tell");
    assert!(forge.comments().is_empty());
    post(&project, &forge, &PARTS, &[]).exits(0);
    assert_snapshot!(post(&project, &forge, &QUIET, &[]).out, @"updated https://forge.test/1");
    assert_snapshot!(forge.comments().join("\n---\n"), @"
    <!-- stackwright:main -->
    **stackwright**: nothing to tell: 3 files of 1 stack: as described; 1 root against abc1234: no changes
    ");
    let forge = Forge::start();
    assert_snapshot!(post(&project, &forge, &QUIET, &["--always"]).out, @"created https://forge.test/1");
}

#[test]
fn two_runs_at_once_leave_one_comment() {
    let (project, forge) = (parts(), Forge::start());
    forge.state.lock().unwrap().sneaks_in = Some(format!("{MARKER}\nthe other run's"));
    assert_snapshot!(post(&project, &forge, &PARTS, &[]).out, @"updated https://forge.test/1");
    let comments = forge.comments();
    assert!(comments.len() == 1 && comments[0].contains("data at stake"), "{comments:?}");

    let forge = Forge::start();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| post(&project, &forge, &PARTS, &[]).exits(0));
        }
    });
    assert_eq!(forge.comments().len(), 1);
}

#[test]
fn what_was_posted_though_the_answer_was_lost_is_not_posted_twice() {
    let (project, forge) = (parts(), Forge::start());
    // The list is answered; the comment is made, and the answer lost.
    forge.first([Some(Reply::new(200, "[]")), None]);
    post(&project, &forge, &PARTS, &[]).exits(0);
    assert_eq!(forge.comments().len(), 1);
}

#[test]
fn an_api_that_fails_or_wants_to_be_left_alone_is_asked_again() {
    let (project, forge) = (parts(), Forge::start());
    let mut broken = Reply::new(200, "[]");
    broken.sent = Some(1);
    forge.first([
        Some(error(502, "Server Error")),
        Some(broken),
        Some(error(429, "Too many requests").with("retry-after", "0")),
        Some(error(403, "You have exceeded a secondary rate limit.").with("retry-after", "0")),
        Some(
            error(403, "API rate limit exceeded")
                .with("x-ratelimit-remaining", "0")
                .with("x-ratelimit-reset", "1372700873"),
        ),
    ]);
    assert_snapshot!(post(&project, &forge, &PARTS, &[]).out, @"created https://forge.test/1");
    assert_eq!(forge.asked().iter().filter(|asked| asked.starts_with("GET")).count(), 7);

    // Longer than we have.
    forge.first([Some(error(403, "You have exceeded a secondary rate limit."))]);
    assert_snapshot!(post(&project, &forge, &PARTS, &["--post-for", "30"]).err.replace(&forge.url()[7..], "<host>"), @"
    error[SW934]: `<host>` answers no more for now: too many requests
     |
     = help: try again in 60 s
    ");
}

#[test]
fn what_the_api_refuses_is_told_in_words_and_what_to_do() {
    let (project, forge) = (parts(), Forge::start());
    let mut told = String::new();
    for (status, message) in [
        (401, "Bad credentials"),
        (403, "Resource not accessible by integration"),
        (404, "Not Found"),
        (410, "Issues are disabled for this repo"),
        (422, "Validation Failed"),
        // It repeats what it was sent.
        (422, TOKEN),
    ] {
        forge.first([Some(error(status, message))]);
        told += &post(&project, &forge, &PARTS, &[]).code(1).err;
    }
    assert_snapshot!(told);
}

#[test]
fn the_token_of_a_fork_writes_to_the_summary_where_that_is_wanted() {
    let (project, forge) = (parts(), Forge::start());
    let refused = || {
        let list = Some(Reply::new(200, "[]"));
        forge.first([list, Some(error(403, "Resource not accessible by integration"))]);
    };
    refused();
    post(&project, &forge, &PARTS, &[]).exits(1);
    refused();
    let mut command = posting(&project, &forge, &PARTS, &["--or-summary"]);
    command.env("GITHUB_STEP_SUMMARY", project.path("summary.md"));
    let run = project.finish(command).code(0);
    assert!(
        run.err.starts_with("warning[SW934]: the token may not write to `acme/shop#7`"),
        "{run}"
    );
    assert_eq!(run.out, "written to the job's summary\n");
    assert!(project.read("summary.md").contains("data at stake"));
    // There is no token at all in some of them.
    let mut command = posting(&project, &forge, &PARTS, &["--or-summary"]);
    command.env_remove("GITHUB_TOKEN");
    let run = project.finish(command).code(0);
    assert!(run.out.starts_with(MARKER), "{run}");
}

#[test]
fn the_token_does_not_follow_a_redirect_to_another_host() {
    let (project, forge) = (parts(), Forge::start());
    let other = Server::start(|_, _| Reply::new(200, "[]"));
    forge.first([Some(Reply::new(307, "").with("Location", format!("http://{}/x", other.host)))]);
    let run = post(&project, &forge, &PARTS, &[]).code(1);
    assert!(run.err.contains("it redirects to another host"), "{run}");
    assert!(other.requests().is_empty());
    // A renamed repository moves on the same host.
    let moved = "/repos/acme/shop/issues/7/comments?per_page=100";
    forge.first([Some(Reply::new(301, "").with("Location", format!("{}{moved}", forge.url())))]);
    post(&project, &forge, &PARTS, &[]).exits(0);
    // In plain HTTP, everybody could read it.
    let run = project.finish({
        let mut command = project.command(
            &[
                &PARTS[..],
                &[
                    "--post",
                    "github",
                    "--repository",
                    "a/b",
                    "--pull-request",
                    "7",
                    "--api-url",
                    "http://git.acme.io/api/v3",
                ],
            ]
            .concat(),
        );
        command.env("GH_TOKEN", TOKEN);
        command
    });
    assert_snapshot!(run.code(1).err, @"
    error[SW933]: `http://git.acme.io/api/v3` cannot be the address of an API: a token is sent by HTTPS only
     |
     = help: write `--api-url https://github.example.org/api/v3`, or `https://gitlab.example.org/api/v4`
    ");
}

#[test]
fn ci_says_where_it_is_posted_and_where_the_files_are() {
    let (project, forge) = (parts(), Forge::start());
    project.write("event.json", r#"{"pull_request":{"number":9,"head":{"sha":"0123abc"}}}"#);
    let problem = json!({"code": "SW102", "name": "unknown-field", "severity": "error",
        "message": "unknown field `a`", "path": "stacks/shop/stack.hcl", "start": {"line": 3, "column": 7},
        "end": null, "related": [], "help": [], "suggestion": null});
    let with_problem =
        check("shop", false).replace("\"diagnostics\":[]", &format!("\"diagnostics\":[{problem}]"));
    project.write("check.json", with_problem);
    let mut command = project.command(&[&PARTS[..], &["--post"]].concat());
    command
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_REPOSITORY", "acme/shop")
        .env("GITHUB_API_URL", forge.url())
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_EVENT_PATH", project.path("event.json"))
        .env("GITHUB_TOKEN", TOKEN);
    project.finish(command).success();
    assert!(forge.asked()[0].starts_with("GET /repos/acme/shop/issues/9/comments"));
    let link = "[`stacks/shop/stack.hcl:3:7`](https://github.com/acme/shop/blob/0123abc/stacks/shop/stack.hcl#L3)";
    assert!(forge.comments()[0].contains(link), "{}", forge.comments()[0]);
    // And without CI, it is asked for.
    assert_snapshot!(project.run(&[&PARTS[..], &["--post"]].concat()).code(1).err, @"
    error[SW933]: it is not known where to post: this is no run of GitHub Actions or GitLab CI
     |
     = help: say it: `--post github --repository owner/name --pull-request 7`
    ");
    assert_snapshot!(
        project
            .run(&[&PARTS[..], &["--post", "github", "--repository", "a/b/../c"]].concat())
            .code(1)
            .err
    );
}

#[test]
fn on_gitlab_it_is_a_note_and_a_job_token_is_told_that_it_may_not() {
    let (project, forge) = (parts(), Forge::start());
    let run = |token: &str, args: &[&str]| {
        let mut command = project.command(&[args, &["--post"]].concat());
        command
            .env("GITLAB_CI", "true")
            .env("CI_PROJECT_ID", "42")
            .env("CI_MERGE_REQUEST_IID", "3")
            .env("CI_API_V4_URL", format!("{}/api/v4", forge.url()))
            .env(token, TOKEN);
        project.finish(command)
    };
    assert_snapshot!(run("GITLAB_TOKEN", &PARTS).success(), @"created https://forge.test/1");
    assert_snapshot!(run("GITLAB_TOKEN", &QUIET).success(), @"updated https://forge.test/1");
    let asked = forge.asked();
    assert!(
        asked.contains(&"POST /api/v4/projects/42/merge_requests/3/notes".to_owned()),
        "{asked:?}"
    );
    assert!(
        asked.contains(&"PUT /api/v4/projects/42/merge_requests/3/notes/1".to_owned()),
        "{asked:?}"
    );
    let issue = |parts: &[&str]| run("GITLAB_TOKEN", &[parts, &["--issue", "Live drift"]].concat());
    assert_snapshot!(issue(&PARTS).success(), @"created https://forge.test/2");
    assert_snapshot!(issue(&QUIET).success(), @"closed https://forge.test/2");
    assert!(forge.asked().contains(&"PUT /api/v4/projects/42/issues/2".to_owned()));
    assert_snapshot!(run("CI_JOB_TOKEN", &PARTS).code(1).err, @"
    error[SW934]: GitLab does not accept the token: 401 Unauthorized
     |
     = help: `CI_JOB_TOKEN` may not write comments or issues: set `GITLAB_TOKEN` to a project access token with the scope `api` and at least the role Reporter
    ");
}

#[test]
fn one_issue_is_opened_kept_and_closed() {
    let (project, forge) = (parts(), Forge::start());
    let issue = ["--issue", "Live drift"];
    {
        let mut state = forge.state.lock().unwrap();
        let mut pull_request = state.add(true, ME, MARKER);
        pull_request["pull_request"] = json!({"url": "x"});
        state.issues[0] = pull_request;
    }
    assert_snapshot!(post(&project, &forge, &QUIET, &issue).out, @"nothing to tell");
    assert_snapshot!(post(&project, &forge, &PARTS, &issue).out, @"created https://forge.test/2");
    assert_snapshot!(post(&project, &forge, &PARTS, &issue).out, @"unchanged https://forge.test/2");
    assert_snapshot!(post(&project, &forge, &QUIET, &issue).out, @"closed https://forge.test/2");
    assert_snapshot!(post(&project, &forge, &QUIET, &issue).out, @"nothing to tell");
    // What is new is a new one.
    assert_snapshot!(post(&project, &forge, &PARTS, &issue).out, @"created https://forge.test/3");
    let state = forge.state.lock().unwrap();
    assert_eq!(state.issues.iter().filter(|it| it["state"] == "open").count(), 2);
}

#[test]
fn parts_from_many_machines_make_one_comment_whatever_their_order() {
    let project = Project::empty();
    project.write("a.json", plan("a", Some("create")));
    project.write("b.json", plan("b", Some("destroy")));
    project.write("c.json", check("a", true));
    project.write("d.json", check("b", false));
    let run = |args: &[&str]| project.run(args).success();
    let one = run(&[
        "comment",
        "--plan",
        "a.json",
        "b.json",
        "--check",
        "c.json",
        "d.json",
        "--missing",
        "shard-3",
    ]);
    let other = run(&[
        "comment",
        "--check",
        "d.json",
        "--missing",
        "shard-3",
        "--check",
        "c.json",
        "--plan",
        "b.json",
        "a.json",
    ]);
    assert_eq!(one, other);
    assert_snapshot!(one);
}

#[test]
fn parts_that_are_none_or_do_not_fit_are_all_told() {
    let project = Project::empty();
    project.write("a.json", plan("a", None));
    project.write("again.json", plan("a", None));
    project.write("text.json", "not JSON");
    project.write("new.json", plan("b", None).replace("\"version\":1", "\"version\":9"));
    project.write("check.json", check("a", false));
    let run = |args: &[&str]| project.run(args).code(1).err;
    assert_snapshot!(run(&[
        "comment",
        "--plan",
        "text.json",
        "new.json",
        "check.json",
        "none.json"
    ]));
    assert_snapshot!(run(&["comment", "--plan", "a.json", "again.json"]), @"
    error[SW932]: `a.json` and `again.json` are both about `a`
     |
     = help: give each part of one run once, all made with the same `--base`
    ");
    let run = run(&["comment", "--plan", "a.json", "--base", "main"]);
    assert!(run.contains("cannot be used with"), "{run}");
}

#[test]
fn what_is_too_long_is_cut_posted_and_written_whole() {
    let (project, forge) = (Project::empty(), Forge::start());
    let mut files = Vec::new();
    for n in 0..900 {
        let name = format!("{n:03}.json");
        project.write(
            &name,
            plan(
                &format!("stack-with-quite-a-long-name-{n:03}/production"),
                Some(if n == 899 { "destroy" } else { "create" }),
            ),
        );
        files.push(name);
    }
    let mut args = vec!["comment", "--plan"];
    args.extend(files.iter().map(String::as_str));
    post(&project, &forge, &args, &["--spill", "all.md"]).exits(0);
    let comment = forge.comments().remove(0);
    assert!(comment.chars().count() < 65_536 && comment.contains("⛔ data at stake: 1 destroyed"));
    assert!(comment.contains("-899/production</code>: 1 to destroy</summary>"));
    assert!(comment.contains("This is not everything: see `all.md`"));
    let all = fs::read_to_string(project.path("all.md")).unwrap();
    assert_eq!(all.matches("<details>").count(), 900);
}
