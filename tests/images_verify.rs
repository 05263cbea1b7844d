//! `stackwright images verify`, against a real registry.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::http::{Reply, Server};
use crate::support::registry::{IMAGE, Image, PASSWORD, Registry, USER, docker_config, logged_in};
use crate::support::{Project, Run};

/// A stack that runs images of the registry at `host`: one of its own repository, one of another.
fn description(host: &str) -> String {
    format!(
        r#"stack "demo" {{
  region = "us-west-2"
}}

network "main" {{
  cidr = "10.0.0.0/16"
}}

cluster "main" {{
  network = network.main
}}

repository "jobs" {{
  keep = 2
}}

image "jobs" {{
  repository = repository.jobs
}}

image "agent" {{
  repository = "{host}/tools/agent"
}}

scheduled_task "sweep" {{
  cluster      = cluster.main
  schedule     = "rate(1 hour)"
  image        = image.jobs
  architecture = "arm64"

  sidecar "agent" {{
    image = image.agent
  }}
}}
"#
    )
}

/// A reference in the lock: `repository`, `tag` and `digest` as HCL.
fn entry(name: &str, repository: &str, tag: &str, digest: &str) -> String {
    let value = |text: &str| if text.is_empty() { "null".into() } else { format!("\"{text}\"") };
    format!(
        "    {name} = {{\n      repository = {repository}\n      tag        = {}\n      \
         digest     = {}\n    }}\n",
        value(tag),
        value(digest)
    )
}

/// A lock with these entries.
fn lock(agent: &str, jobs: &str) -> String {
    format!(
        "# Image references: Terraform reads them, stackwright writes them.\n\n\
         locals {{\n  images = {{\n{agent}{jobs}  }}\n}}\n"
    )
}

struct Story {
    registry: Registry,
    project: Project,
}

impl Story {
    /// `None` without a registry.
    fn new(registry: Option<Registry>) -> Option<Self> {
        let registry = registry?;
        let project = Project::with(&description(&registry.host));
        Some(Self { registry, project })
    }

    /// Locks `jobs` and `agent`, each by tag and digest.
    fn lock(&self, jobs: (&str, &str), agent: (&str, &str)) {
        let agent_address = format!("\"{}/tools/agent\"", self.registry.host);
        let agent = entry("agent", &agent_address, agent.0, agent.1);
        let jobs = entry("jobs", "module.repository_jobs.url", jobs.0, jobs.1);
        self.project.write("stacks/demo/images.tf", lock(&agent, &jobs));
    }

    fn push(&self, name: &str, tag: &str, image: &Image<'_>) -> String {
        self.registry.push(name, tag, image)
    }

    fn command(&self, args: &[&str]) -> Command {
        let host = self.registry.host.as_str();
        let all = [&["images", "verify", "--registry", host], args].concat();
        self.project.command(&all)
    }

    fn finish(&self, command: Command) -> Run {
        let Run { code, out, err } = self.project.finish(command);
        let [out, err] = [out, err].map(|text| text.replace(&self.registry.host, "<host>"));
        Run { code, out, err }
    }

    /// The command on a registry that speaks plain HTTP.
    fn verify(&self, args: &[&str]) -> Run {
        let host = self.registry.host.clone();
        self.finish(self.command(&[&["--insecure-registry", host.as_str()], args].concat()))
    }
}

const BOTH: Image<'_> = Image { platforms: &["linux/amd64", "linux/arm64"], ..IMAGE };

#[test]
fn images_that_are_there_and_can_run_are_good() {
    let Some(story) = Story::new(Registry::open()) else { return };
    let jobs = story.push("demo-jobs", "v1", &BOTH);
    let annotated = Image { annotated: Some("2026-02-03T04:05:06Z"), ..BOTH };
    story.push("tools/agent", "7.50", &annotated);
    story.lock(("v1", &jobs), ("7.50", ""));
    assert_snapshot!(story.verify(&[]), @"
    exit 0
    --- out
    demo agent: as locked
      <host>/tools/agent:7.50
      linux/amd64, linux/arm64; made 2026-02-03T04:05:06Z, by its annotation
    demo jobs: as locked
      <host>/demo-jobs:v1@sha256:c0f4e5d2d443a6160250716b2b616370c61c78cdf514108a468192b4b5f26fdf
      linux/amd64, linux/arm64; made 2026-01-02T03:04:05Z, by its configuration
      its repository keeps 2 and has no more

    2 images of 1 stack: as locked
    --- err
    ");
    assert_snapshot!(story.verify(&["agent", "--format", "json"]), @r#"
    exit 0
    --- out
    {
      "version": 1,
      "summary": "1 image of 1 stack: as locked",
      "images": [
        {
          "stack": "demo",
          "image": "agent",
          "reference": "<host>/tools/agent:7.50",
          "good": true,
          "digest": "sha256:a87b4f842bdab678d3486d56d6d4ff3f653a464cfb07b63f95ed8d4e189e1161",
          "media_type": "application/vnd.oci.image.index.v1+json",
          "platforms": [
            "linux/amd64",
            "linux/arm64"
          ],
          "created": "2026-02-03T04:05:06Z",
          "created_from": "annotation",
          "kept": null
        }
      ],
      "diagnostics": []
    }
    --- err
    "#);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let Some(story) = Story::new(Registry::open()) else { return };
    story.push("demo-jobs", "v1", &IMAGE);
    let gone = story.push("tools/agent", "7.50", &IMAGE);
    story.registry.delete("tools/agent", &gone);
    story.lock(("v1", ""), ("7.50", &gone));
    assert_snapshot!(story.verify(&[]), @r#"
    exit 1
    --- out
    demo agent: wrong
      <host>/tools/agent:7.50@sha256:09f961f1fb247084161f0e782d0b86ca3db3f0e4c193d679dd533dbb6aeb5b80
    demo jobs: wrong
      <host>/demo-jobs:v1
      linux/amd64; made 2026-01-02T03:04:05Z, by its configuration
      its repository keeps 2 and has no more

    2 images of 1 stack: 2 errors
    --- err
    error[SW452]: its registry has no `<host>/tools/agent@sha256:09f961f1fb247084161f0e782d0b86ca3db3f0e4c193d679dd533dbb6aeb5b80`
     --> stacks/demo/images.tf:5:5
      |
    5 |     agent = {
      |     ^^^^^
      |
      = help: push it, or name one that is there; a lifecycle rule may have deleted it

    error[SW457]: `<host>/demo-jobs:v1` is not built for `linux/arm64` but for `linux/amd64`
      --> stacks/demo/images.tf:10:5
       |
    10 |     jobs = {
       |     ^^^^
       |
      ::: stacks/demo/stack.hcl:29:18
       |
    29 |   architecture = "arm64"
       |                  ------- runs it on `linux/arm64`
       |
       = help: build it for that, or change the `architecture` of what runs it
    "#);
    assert_snapshot!(story.verify(&["jobs", "--format", "github"]), @"
    exit 1
    --- out
    ::error file=stacks/demo/images.tf,line=10,endLine=10,col=5,endColumn=9,title=SW457 other-architecture::`<host>/demo-jobs:v1` is not built for `linux/arm64` but for `linux/amd64`%0Ahelp: build it for that, or change the `architecture` of what runs it
    1 image of 1 stack: 1 error
    --- err
    ");
}

#[test]
fn a_tag_that_moved_is_wrong_where_untagged_images_expire_and_doubtful_elsewhere() {
    let Some(story) = Story::new(Registry::open()) else { return };
    let moved = |name, tag| {
        let old = story.push(name, tag, &BOTH);
        story.push(name, tag, &Image { created: Some("2026-03-04T00:00:00Z"), ..BOTH });
        old
    };
    let jobs = moved("demo-jobs", "v1");
    let agent = moved("tools/agent", "7");
    story.lock(("v1", &jobs), ("7", &agent));
    assert_snapshot!(story.verify(&["agent"]), @"
    exit 0
    --- out
    demo agent: doubtful
      <host>/tools/agent:7@sha256:66e3e2411bf6022e7f9b11d29bcf1f9009da75f61970a2fbfa62174a37a6e1c0
      linux/amd64, linux/arm64; made 2026-01-02T03:04:05Z, by its configuration

    1 image of 1 stack: 1 warning
    --- err
    warning[SW456]: the tag `7` of `<host>/tools/agent` is now `sha256:66862b8cd6f85213f705d144664c255a5f1cbb6f7eaebd563bf0280f29b96bc2`
     --> stacks/demo/images.tf:5:5
      |
    5 |     agent = {
      |     ^^^^^ locked to another digest
      |
      = help: the locked digest is what runs; lock the tag that people know it by
    ");
    assert_snapshot!(story.verify(&["jobs"]), @r#"
    exit 1
    --- out
    demo jobs: wrong
      <host>/demo-jobs:v1@sha256:c0f4e5d2d443a6160250716b2b616370c61c78cdf514108a468192b4b5f26fdf
      linux/amd64, linux/arm64; made 2026-01-02T03:04:05Z, by its configuration
      its repository keeps 2 and has no more

    1 image of 1 stack: 1 error
    --- err
    error[SW456]: the tag `v1` of `<host>/demo-jobs` is now `sha256:d9c5ea2d77cfbec709f8b5bd1c8e435848d5b8dbcb2cb479c4284b10d6314f1c`
      --> stacks/demo/images.tf:10:5
       |
    10 |     jobs = {
       |     ^^^^ locked to another digest
       |
      ::: stacks/demo/stack.hcl:13:1
       |
    13 | repository "jobs" {
       | -----------------
       |
       = help: the repository deletes images without a tag after a day: lock the image that the tag names now, or tag the locked one again
    "#);
}

#[test]
fn a_tag_that_is_gone_is_told_from_a_digest_that_is_gone() {
    let Some(story) = Story::new(Registry::open()) else { return };
    let agent = story.push("tools/agent", "7", &BOTH);
    story.lock(("v1", ""), ("8", &agent));
    assert_snapshot!(story.verify(&["agent"]).err, @"
    warning[SW452]: `<host>/tools/agent` has no tag `8`
     --> stacks/demo/images.tf:5:5
      |
    5 |     agent = {
      |     ^^^^^ only the digest is there
      |
      = help: the locked digest is what runs; lock the tag that people know it by
    ");
}

#[test]
fn an_image_that_the_lifecycle_rule_deletes_is_wrong() {
    let Some(story) = Story::new(Registry::open()) else { return };
    let dated = |tag, date| {
        story.push("demo-jobs", tag, &Image { created: Some(date), ..BOTH });
    };
    dated("v1", "2026-01-01T00:00:00Z");
    dated("v2", "2026-01-02T00:00:00Z");
    story.push("tools/agent", "7", &BOTH);
    story.lock(("v1", ""), ("7", ""));
    let good = story.verify(&["jobs"]).success();
    assert!(good.contains("its repository keeps 2 and has no more"), "{good}");

    dated("v3", "2026-01-03T00:00:00Z");
    assert_snapshot!(story.verify(&["jobs"]), @"
    exit 1
    --- out
    demo jobs: wrong
      <host>/demo-jobs:v1
      linux/amd64, linux/arm64; made 2026-01-01T00:00:00Z, by its configuration
      its repository keeps 2; 2 newer

    1 image of 1 stack: 1 error
    --- err
    error[SW458]: `jobs` expires: its repository has 2 newer images
      --> stacks/demo/images.tf:10:5
       |
    10 |     jobs = {
       |     ^^^^
       |
      ::: stacks/demo/stack.hcl:14:10
       |
    14 |   keep = 2
       |          - keeps the newest 2
       |
       = help: lock a newer image, or keep more
       = help: newer is what has a later date in it: a registry does not tell when images were pushed
    ");

    story.lock(("v2", ""), ("7", ""));
    let good = story.verify(&["jobs"]).success();
    assert!(good.contains("its repository keeps 2; 1 newer"), "{good}");
}

#[test]
fn several_tags_of_an_image_count_once() {
    let Some(story) = Story::new(Registry::open()) else { return };
    let media_type = "application/vnd.oci.image.index.v1+json";
    let one = story.push("demo-jobs", "v1", &Image { platforms: &["linux/arm64"], ..IMAGE });
    let entry = json!([{
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": one, "size": 1,
        "platform": {"os": "linux", "architecture": "arm64"},
    }]);
    let newer = json!({
        "schemaVersion": 2, "mediaType": media_type, "manifests": entry,
        "annotations": {"org.opencontainers.image.created": "2026-01-03T00:00:00Z"},
    });
    for tag in ["v2", "v2.0", "v2.0.0", "latest"] {
        story.registry.manifest("demo-jobs", tag, media_type, &newer.to_string());
    }
    story.lock(("v1", ""), ("7", ""));
    let good = story.verify(&["jobs"]).success();
    assert!(good.contains("its repository keeps 2 and has no more"), "{good}");
}

#[test]
fn without_dates_nobody_can_say_what_expires() {
    let Some(story) = Story::new(Registry::open()) else { return };
    for (tag, created) in [("v1", Some("2026-01-01T00:00:00Z")), ("v2", None), ("v3", None)] {
        story.push("demo-jobs", tag, &Image { created, ..BOTH });
    }
    story.lock(("v1", ""), ("7", ""));
    assert_snapshot!(story.verify(&["jobs"]), @"
    exit 0
    --- out
    demo jobs: doubtful
      <host>/demo-jobs:v1
      linux/amd64, linux/arm64; made 2026-01-01T00:00:00Z, by its configuration
      its repository keeps 2; 0 newer, 2 without a date

    1 image of 1 stack: 1 warning
    --- err
    warning[SW458]: nobody can say whether `jobs` expires: no date in 2 other images
      --> stacks/demo/images.tf:10:5
       |
    10 |     jobs = {
       |     ^^^^
       |
      ::: stacks/demo/stack.hcl:14:10
       |
    14 |   keep = 2
       |          - keeps the newest 2
       |
       = help: build images with a date, not with that of a reproducible build
       = help: newer is what has a later date in it: a registry does not tell when images were pushed
    ");
    story.lock(("v2", ""), ("7", ""));
    let run = story.verify(&["jobs"]).code(0);
    assert!(run.err.contains("nobody can say whether `jobs` expires: it has no date"), "{run}");
}

#[test]
fn a_chart_is_no_image() {
    let Some(story) = Story::new(Registry::open()) else { return };
    let media_type = "application/vnd.oci.image.index.v1+json";
    let empty = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": []});
    story.registry.manifest("tools/agent", "7", media_type, &empty.to_string());
    story.lock(("v1", ""), ("7", ""));
    let run = story.verify(&["agent"]).code(1);
    assert!(run.err.contains("is no container image but `application/vnd.oci"), "{run}");
}

#[test]
fn a_stack_that_does_not_say_its_account_is_told_to() {
    let project = Project::with(&description("example.com"));
    project.write(
        "stacks/demo/images.tf",
        lock(
            &entry("agent", "\"example.com/tools/agent\"", "1", ""),
            &entry("jobs", "module.repository_jobs.url", "1", ""),
        ),
    );
    assert_snapshot!(project.run(&["images", "verify", "jobs"]), @r#"
    exit 1
    --- out
    demo jobs: wrong

    1 image of 1 stack: 1 error
    --- err
    error[SW451]: nobody says in which account `repository.jobs` is
      --> stacks/demo/stack.hcl:18:16
       |
    18 |   repository = repository.jobs
       |                ^^^^^^^^^^^^^^^
       |
       = help: write `account = "…"` in the `stack` block, or give `--registry <host>`
    "#);
}

#[test]
fn an_image_that_is_not_locked_is_wrong() {
    let project = Project::with(&description("example.com"));
    let run = project.run(&["images", "verify"]).code(1);
    assert!(run.err.contains("error[SW309]: `image.jobs` has no tag and no digest"), "{run}");
    assert_eq!(run.out, "0 images of 0 stacks: 2 errors\n");
}

#[test]
fn an_image_of_many_stacks_is_asked_about_once() {
    const STACKS: usize = 50;
    let registry = Server::start(|_, _| Reply::new(404, r#"{"errors":[{"code":"X"}]}"#));
    let project = Project::empty();
    let address = format!("\"{}/tools/agent\"", registry.host);
    for number in 0..STACKS {
        let stack = description(&registry.host).replace("demo", &format!("s{number}"));
        project.write(&format!("stacks/s{number}/stack.hcl"), stack);
        let agent = entry("agent", &address, "1", "");
        let jobs = entry("jobs", "module.repository_jobs.url", "1", "");
        project.write(&format!("stacks/s{number}/images.tf"), lock(&agent, &jobs));
    }
    let args = ["images", "verify", "agent", "--insecure-registry", &registry.host];
    let run = project.run(&args).code(1);
    assert!(run.out.ends_with("50 images of 50 stacks: 50 errors\n"), "{run}");
    // As many threads may ask before the first of them has its answer.
    assert!(registry.asked().len() <= 8, "{:?}", registry.asked());
}

#[test]
fn an_image_that_nobody_declares_is_asked_back() {
    let Some(story) = Story::new(Registry::open()) else { return };
    story.push("demo-jobs", "v1", &BOTH);
    story.lock(("v1", ""), ("7", ""));
    let run = story.verify(&["jobs", "agnet"]).code(1);
    assert!(run.err.contains("did you mean `agent`?"), "{run}");
    assert!(run.out.contains("demo jobs: as locked"), "{run}");
}

#[test]
fn a_registry_that_speaks_plain_http_has_to_be_named() {
    let Some(story) = Story::new(Registry::open()) else { return };
    story.lock(("v1", ""), ("7", ""));
    let run = story.finish(story.command(&["jobs"])).code(1);
    assert!(run.err.contains("`--insecure-registry <host>`"), "{run}");
    let run = story.project.run(&["images", "verify", "--insecure-registry", "http://x"]).code(1);
    assert!(run.err.contains("is not a registry"), "{run}");
}

#[test]
fn the_machines_own_certificates_are_trusted() {
    let Some(story) = Story::new(Registry::with_tls()) else { return };
    story.push("demo-jobs", "v1", &BOTH);
    story.lock(("v1", ""), ("7", ""));
    let refused = story.finish(story.command(&["jobs"])).code(1);
    assert!(refused.err.contains("error[SW454]: no secure connection to `<host>`"), "{refused}");
    let mut trusting = story.command(&["jobs"]);
    trusting.env("SSL_CERT_FILE", story.registry.folder.path().join("cert.pem"));
    story.finish(trusting).success();
}

#[test]
fn a_proxy_is_taken_from_the_environment() {
    let proxy = Server::start(|_, _| Reply::new(403, ""));
    let project = Project::with(&description("registry.invalid"));
    project.write(
        "stacks/demo/images.tf",
        lock(
            &entry("agent", "\"registry.invalid/tools/agent\"", "1", ""),
            &entry("jobs", "module.repository_jobs.url", "1", ""),
        ),
    );
    let mut command = project.command(&["images", "verify", "agent"]);
    command.env("HTTPS_PROXY", format!("http://{}", proxy.host));
    let run = project.finish(command).code(1);
    assert!(run.err.contains("no connection to `registry.invalid`: the proxy refuses it"), "{run}");
    assert_eq!(proxy.asked()[0], "CONNECT registry.invalid:443");
}

/// A registry with a password, and somebody whose helper is a script.
fn with_helper(script: &str) -> Option<(Run, String)> {
    let story = Story::new(Registry::with_password())?;
    story.push("demo-jobs", "v1", &BOTH);
    story.lock(("v1", ""), ("7", ""));
    let programs = TempDir::new().unwrap();
    let program = programs.path().join("docker-credential-test");
    let asked = programs.path().join("asked");
    let script = script.replace("ASKED", asked.to_str().unwrap());
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let config = docker_config(&json!({"credHelpers": {&story.registry.host: "test"}}));
    let host = story.registry.host.clone();
    let mut command = story.command(&["jobs", "--insecure-registry", &host, "-vvv"]);
    let path = format!("{}:/usr/bin:/bin", programs.path().display());
    command.env("DOCKER_CONFIG", config.path()).env("PATH", path);
    let run = story.finish(command);
    let asked = fs::read_to_string(asked).unwrap_or_default().replace(&host, "<host>");
    Some((run, asked))
}

#[test]
fn a_credential_helper_is_asked_as_docker_asks_it() {
    let script = format!(
        r#"echo "$1 $(cat)" >> ASKED
echo '{{"ServerURL": "x", "Username": "{USER}", "Secret": "{PASSWORD}"}}'"#
    );
    let Some((run, asked)) = with_helper(&script) else { return };
    assert_eq!((run.code, asked.as_str()), (Some(0), "get <host>\n"), "{run}");
    assert!(run.err.contains("DEBUG"), "{run}");
    assert!(!run.err.contains(PASSWORD) && !run.out.contains(PASSWORD), "{run}");
}

#[test]
fn a_helper_that_has_nothing_leaves_us_anonymous() {
    let script = "echo 'credentials not found in native keychain'; exit 1";
    let Some((run, _)) = with_helper(script) else { return };
    assert!(run.err.contains("or people who are not logged in may not read it"), "{run}");
}

#[test]
fn a_helper_that_fails_is_told_with_its_own_words() {
    let Some((run, _)) = with_helper("echo 'the session has expired' >&2; exit 1") else { return };
    let said = "the credential helper `docker-credential-test` failed: the session has expired";
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains(said), "{run}");
    let Some((run, _)) = with_helper("echo '{\"Username\": \"hunter2\"'") else { return };
    assert!(run.err.contains("printed something that is no credentials"), "{run}");
    assert!(!run.err.contains("hunter2"), "{run}");
}

#[test]
fn what_docker_login_left_at_home_is_used() {
    let Some(story) = Story::new(Registry::with_password()) else { return };
    story.push("demo-jobs", "v1", &BOTH);
    story.lock(("v1", ""), ("7", ""));
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join(".docker")).unwrap();
    let config: Value = logged_in(&story.registry.host);
    fs::write(home.path().join(".docker/config.json"), config.to_string()).unwrap();
    let host = story.registry.host.clone();
    let mut command = story.command(&["jobs", "--insecure-registry", &host]);
    command.env("HOME", home.path());
    story.finish(command).success();
}
