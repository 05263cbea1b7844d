//! A genomics portal on Fargate Spot: what its real system got wrong, and what its description
//! refuses. Each is an edit of `stacks/cgap/stack.hcl`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan::{command, commit};
use crate::support::git::{self, Remote};
use crate::support::{Project, Run, fenced, terraform};

const DESCRIPTION: &str = "stacks/cgap/stack.hcl";
const LOCK: &str = "stacks/cgap/services/images.tf";
const PAGE: &str = include_str!("../docs/cgap.md");

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The stack and its lock, rendered.
fn cgap() -> Project {
    let project = Project::empty();
    for path in [DESCRIPTION, LOCK] {
        project.write(path, repository(path));
    }
    project.run(&["render"]).success();
    project
}

fn edited(edits: &[(&str, &str)]) -> Project {
    let project = cgap();
    for (old, new) in edits {
        project.edit(DESCRIPTION, old, new);
    }
    project
}

/// What a render says of an edit that must be refused.
#[track_caller]
fn refused(edits: &[(&str, &str)]) -> String {
    edited(edits).run(&["render"]).code(1).err
}

/// The same, in a line each: code and message.
#[track_caller]
fn refusals(edits: &[(&str, &str)]) -> String {
    let said = refused(edits);
    let lines = said.lines().filter(|line| line.starts_with("error["));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The lines that a render changes after some edits, by file, without header lines.
#[track_caller]
fn changed(edits: &[(&str, &str)]) -> String {
    let project = edited(edits);
    let before: BTreeMap<String, Vec<u8>> = project.files().into_iter().collect();
    project.run(&["render"]).success();
    let mut lines = String::new();
    for (path, new) in project.files() {
        let old = before.get(&path).cloned().unwrap_or_default();
        let (old, new) = (String::from_utf8(old).unwrap(), String::from_utf8(new).unwrap());
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        for change in diff.iter_all_changes() {
            let line = change.value().trim_end();
            if change.tag() != similar::ChangeTag::Equal && !line.starts_with("# Rendered by") {
                let name = path.strip_prefix("stacks/cgap/").unwrap_or(&path);
                lines.push_str(&format!("{name} {}{line}\n", change.tag()));
            }
        }
    }
    lines
}

fn plan(project: &Project, args: &[&str]) -> Run {
    project
        .finish(command(project, &[&["plan", "--deny", "none", "--format", "json"], args].concat()))
}

fn report(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run}"))
}

/// How many resources of each type a plan creates.
fn created(report: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for root in report["roots"].as_array().unwrap() {
        for component in root["components"].as_array().unwrap() {
            for group in component["groups"].as_array().unwrap() {
                assert_eq!(group["action"], "create", "{group}");
                let number = group["resources"].as_array().unwrap().len();
                *counts.entry(group["type"].as_str().unwrap().to_owned()).or_default() += number;
            }
        }
    }
    counts
}

/// The file of a layer.
fn file(path: &str) -> String {
    repository(&format!("stacks/cgap/{path}"))
}

#[test]
fn what_is_checked_in_is_what_is_described() {
    for (path, content) in cgap().files() {
        let checked_in = repository(&path);
        assert!(checked_in.as_bytes() == content, "{path} is stale: run `stackwright render`");
    }
}

#[test]
fn it_is_planned_from_nothing_and_a_second_plan_is_empty() {
    let project = cgap();
    let Some(fmt) = terraform(&project.path("stacks"), &["fmt", "-check", "-recursive"]) else {
        return;
    };
    assert!(fmt.status.success(), "{}", String::from_utf8_lossy(&fmt.stdout));
    commit(&project);
    let valid = project.finish(command(&project, &["validate"]));
    assert_snapshot!(valid, @"
    exit 0
    --- out
    3 roots: valid
    --- err
    ");
    let run = plan(&project, &["--from-nothing"]);
    let counts = created(&report(&run));
    let rows: BTreeMap<String, usize> = table("How many of what")
        .into_iter()
        .filter(|row| row[2] != "0")
        .map(|row| (row[0].trim_matches('`').to_owned(), row[2].parse().unwrap()))
        .collect();
    assert_eq!(counts, rows, "the page's table");
    let total: usize = counts.values().sum();
    assert!(PAGE.contains(&format!("Ours makes {total} of {} types", counts.len())), "{total}");
    // Nothing is left to do.
    let again = report(&plan(&project, &["--all", "--base", "HEAD"]));
    for root in again["roots"].as_array().unwrap() {
        assert_eq!(root["components"], serde_json::json!([]), "{root}");
    }
    assert_eq!(again["roots"].as_array().unwrap().len(), 3);
}

// A typical change.

#[test]
fn a_spot_service_moves_on_demand_in_place() {
    const EDIT: (&str, &str) = (
        "    placement     = \"private\"\n    capacity      = \"spot\"\n    load_balancer",
        "    placement     = \"private\"\n    load_balancer",
    );
    assert_snapshot!(changed(&[EDIT]), @r#"services/services.tf -  capacity                    = "spot""#);
    let project = cgap();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    commit(&project);
    project.edit(DESCRIPTION, EDIT.0, EDIT.1);
    project.run(&["render"]).success();
    let report = report(&plan(&project, &["--base", "HEAD"]));
    let roots = report["roots"].as_array().unwrap();
    let line = |root: &Value| {
        let groups = root["components"].as_array().unwrap().iter().flat_map(|component| {
            component["groups"].as_array().unwrap().iter().map(move |group| {
                format!("{} {} {}", component["name"], group["action"], group["type"])
            })
        });
        format!("{}: {}", root["name"], groups.collect::<Vec<_>>().join(", "))
    };
    assert_snapshot!(roots.iter().map(line).collect::<Vec<_>>().join("\n"), @r#""cgap/services": "service.portal" "update" "aws_ecs_service""#);
}

#[test]
fn the_portal_can_be_deployed_blue_green() {
    let project = cgap();
    project.edit(
        DESCRIPTION,
        "    default { forward = service.portal }\n",
        "    default { status = 404 }\n\n    rule \"portal\" {\n      priority = 10\n      paths    = [\"/*\"]\n      \
         forward  = service.portal\n    }\n",
    );
    project.run(&["render"]).success();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    commit(&project);
    project.edit(
        DESCRIPTION,
        "    capacity      = \"spot\"\n    load_balancer = load_balancer.main\n",
        "    capacity      = \"spot\"\n    load_balancer = load_balancer.main\n\n    deployment {\n      \
         strategy     = \"blue_green\"\n      bake_minutes = 10\n    }\n",
    );
    project.run(&["render"]).success();
    let run = plan(&project, &["--base", "HEAD", "--stack", "cgap/services"]).code(2);
    let groups = report(&run)["roots"][0]["components"].clone();
    let lines: Vec<String> = groups
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|component| component["groups"].as_array().unwrap())
        .map(|group| format!("{} {}", group["action"], group["type"]).replace('"', ""))
        .collect();
    assert_snapshot!(lines.join("\n"));
}

// Defects of the real system: section by section of the page.

#[test]
fn a_subnet_that_the_network_does_not_have_is_refused() {
    assert_snapshot!(refusals(&[("      REDIS_HOST       = cache.main.host\n", "      REDIS_HOST       = cache.main.host\n      SUBNET_C         = network.main.private_subnet_c_id\n")]), @"error[SW107]: a `network` has no `private_subnet_c_id` to refer to");
    // All of those that there are, and no others.
    let services = file("services/services.tf");
    assert!(services.contains("= local.foundation.network_main\n"), "{services}");
}

#[test]
fn an_alarm_on_a_queue_that_does_not_exist_is_refused() {
    assert_snapshot!(refused(&[("    on         = queue.secondary_indexer", "    on         = queue.secondary_indexr")]), @r#"
    error[SW107]: there is no `queue` "secondary_indexr"
       --> stacks/cgap/stack.hcl:586:18
        |
    586 |     on         = queue.secondary_indexr
        |                  ^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: did you mean `queue.secondary_indexer`?
    "#);
    assert!(
        file("services/alarms.tf").contains("QueueName = local.data.queue_secondary_indexer.name")
    );
}

#[test]
fn a_base_of_more_tasks_than_there_are_is_refused() {
    let base = (
        "    capacity      = \"spot\"\n    load_balancer",
        "    capacity      = \"spot\"\n    base          = 17\n    load_balancer",
    );
    assert_snapshot!(refused(&[base]), @"
    error[SW302]: `17` tasks cannot run on Fargate itself where at most `16` run
       --> stacks/cgap/stack.hcl:372:21
        |
    372 |     base          = 17
        |                     ^^
        |
        = help: lower `base`, or let more tasks run
    ");
    let one = "    count         = 1\n    base          = 2\n    load_balancer";
    let scaling = "    scaling {\n      min = 8\n      max = 16\n      cpu = 60\n    }\n";
    assert_snapshot!(refusals(&[(scaling, ""), ("    load_balancer", one)]), @"error[SW302]: `2` tasks cannot run on Fargate itself where at most `1` run");
    let module = repository("modules/service/main.tf");
    assert_eq!(module.matches("base              = ").count(), 1, "one provider has a base");
}

#[test]
fn the_parameters_of_a_database_follow_from_its_version() {
    let family = |project: &Project| {
        let text = project.read("stacks/cgap/data/databases.tf");
        text.lines().find(|line| line.contains("family")).unwrap().trim().to_owned()
    };
    assert_snapshot!(family(&cgap()), @r#"family                = "postgres14""#);
    let older = edited(&[("engine_version        = \"14\"", "engine_version        = \"12\"")]);
    older.run(&["render"]).success();
    assert_snapshot!(family(&older), @r#"family                = "postgres12""#);
    assert_snapshot!(refusals(&[("    storage_gib           = 50\n", "    storage_gib           = 50\n    family                = \"postgres11\"\n")]), @"error[SW102]: a `database` block has no field `family`");
}

#[test]
fn names_that_collide_or_are_too_long_are_refused() {
    let second = (
        "  worker \"indexer\" {",
        "  service \"second\" {\n    name = \"cgap-portal\"\n    cluster = cluster.main\n    image = image.portal\n    placement = \"private\"\n  }\n\n  worker \"indexer\" {",
    );
    assert_snapshot!(refusals(&[second]), @"
    error[SW313]: two components have the service `cgap-portal`
    error[SW355]: `task.deployment` would run while `service.second` may still run an older `image.portal`
    ");
    assert_snapshot!(refusals(&[("  load_balancer \"main\" {\n    name        = \"cgap\"", "  load_balancer \"main\" {\n    name        = \"cgap-production-of-the-genomics-portal\"")]), @"error[SW203]: a load balancer's name has at most 32 characters, not 38");
    // Target groups are named by their service, not by a constant.
    assert!(file("services/load_balancers.tf").contains("name = \"cgap-portal-8000\""));
}

#[test]
fn a_token_that_is_written_is_refused() {
    assert_snapshot!(refusals(&[("    token    = secret.github\n    push     = [repository.portal]", "    token      = \"ghp_0123456789abcdefghij\"\n    push       = [repository.portal]")]), @"error[SW105]: expected a reference, `secret.…`");
    // In clear text anywhere else it is warned of, and not repeated.
    let written = "      IMAGE_TAG       = \"v1.0.0\"\n      GITHUB_TOKEN    = \"ghp_0123456789abcdefghijABCDEFGHIJ012345\"";
    let said = edited(&[("      IMAGE_TAG       = \"v1.0.0\"", written)]).run(&["render"]).err;
    assert_snapshot!(said, @"
    warning[SW207]: `GITHUB_TOKEN` looks like a secret
       --> stacks/cgap/stack.hcl:108:25
        |
    108 |       GITHUB_TOKEN    = ******************************************
        |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its value stands in the description
        |
        = help: store it in Systems Manager or Secrets Manager, and name it in `secrets`
    ");
}

#[test]
fn no_value_of_a_secret_is_in_the_description_or_what_is_rendered() {
    for (path, content) in cgap().files() {
        let text = String::from_utf8(content).unwrap();
        assert!(!text.contains("aws_secretsmanager_secret_version"), "{path}");
        assert!(!text.contains("aws_codebuild_source_credential"), "{path}");
        assert!(!text.contains("ENTER VALUE"), "{path}");
    }
}

#[test]
fn tags_are_said_once_and_are_of_this_stack() {
    for layer in ["foundation", "data", "services"] {
        let providers = file(&format!("{layer}/providers.tf"));
        assert!(providers.contains("Environment = \"production\""), "{providers}");
        assert!(providers.contains("Stack       = \"cgap\""), "{providers}");
    }
    let other = edited(&[(
        "environment = \"production\"\n  tags",
        "environment = \"production\"\n  region = \"us-east-1\"\n  tags",
    )]);
    other.run(&["render"]).exits(1);
}

#[test]
fn every_queue_has_its_dead_letter_queue_attached() {
    let queues = file("data/queues.tf");
    assert_eq!(queues.matches("module \"queue_").count(), 4);
    assert!(!queues.contains("dead_letter"), "{queues}");
    let module = repository("modules/queue/main.tf");
    assert!(module.contains("deadLetterTargetArn = aws_sqs_queue.dead_letter[0].arn"), "{module}");
}

#[test]
fn what_nothing_uses_cannot_be_written() {
    assert_snapshot!(refusals(&[("    instance_type = \"c6g.large.search\"\n", "    instance_type = \"c6g.large.search\"\n    master_count  = 3\n")]), @"error[SW102]: a `search` block has no field `master_count`");
    // A port is open where something listens on it.
    let tls = "    certificate = input.certificate_arn\n";
    let project = cgap();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    commit(&project);
    project.edit(DESCRIPTION, tls, "    http_only   = true\n");
    project.edit(
        DESCRIPTION,
        "# The certificate of the portal's domain.\ninput \"certificate_arn\" {}\n",
        "",
    );
    project.run(&["render"]).success();
    let report = report(&plan(&project, &["--base", "HEAD"]));
    let groups = report["roots"][0]["components"][0]["groups"].as_array().unwrap();
    let destroyed = groups.iter().filter(|group| group["action"] == "destroy").flat_map(|group| {
        group["resources"].as_array().unwrap().iter().map(|it| it["address"].as_str().unwrap())
    });
    assert_snapshot!(destroyed.collect::<Vec<_>>().join("\n"), @r#"
    module.load_balancer_main.aws_lb_listener.redirect[0]
    module.load_balancer_main.aws_vpc_security_group_ingress_rule.this["443-0.0.0.0/0"]
    "#);
}

#[test]
fn what_a_component_is_follows_from_its_block_and_not_from_its_name() {
    assert_snapshot!(refusals(&[("    run  = [task.deployment]", "    run  = [worker.ingester]")]), @"error[SW108]: expected `task.…`, found a `worker`");
    assert_snapshot!(refusals(&[("    run  = [task.deployment]", "    run  = [\"cgap-deployment\"]")]), @"error[SW105]: expected a reference, `task.…`");
    // An alarm is a reference, too, never an ARN with somebody's random end.
    assert_snapshot!(refusals(&[("    default { forward = service.portal }", "    default { forward = \"portal\" }")]), @"error[SW105]: expected a reference, `service.…`");
}

// Invariants.

#[test]
fn a_policy_that_takes_no_tag_that_is_pushed_is_refused() {
    assert_snapshot!(refusals(&[("  policy     = \"commit\"\n", "  policy \"semver\" { range = \">=1.0.0\" }\n  produced = [\"{commit:8}\"]\n")]), @"error[SW318]: no tag that is pushed is ever taken: `00000000` is pushed, `0.0.0` would be taken");
}

#[test]
fn a_tag_that_moves_wants_a_repository_whose_tags_may() {
    let moving = ("  policy     = \"commit\"\n", "  policy \"moving\" { tag = \"latest\" }\n");
    assert_snapshot!(refusals(&[moving]), @"error[SW319]: `latest` does not move: it can be pushed once");
}

#[test]
fn one_image_runs_as_everything() {
    let project = cgap();
    let uses = ["services", "workers", "tasks"].map(|name| {
        let text = project.read(&format!("stacks/cgap/services/{name}.tf"));
        text.matches("local.image_references.portal").count()
    });
    assert_eq!(uses, [1, 2, 2], "one digest, five task definitions");
    assert_eq!(project.read(LOCK).matches("tag        = ").count(), 1);
    // It needs no bundle.
    assert_snapshot!(refusals(&[("layer \"foundation\" {", "bundle \"all\" {\n  images = [image.portal]\n}\n\nlayer \"foundation\" {")]), @"error[SW312]: a bundle has at least two images");
}

#[test]
fn a_task_that_is_run_once_has_no_count_and_says_where_it_destroys() {
    assert_snapshot!(refusals(&[("    name      = \"cgap-deployment\"\n", "    name      = \"cgap-deployment\"\n    count     = 0\n")]), @"error[SW102]: a `task` block has no field `count`");
    assert_snapshot!(refusals(&[("    destructive  = true\n    environments = [\"production\"]\n", "    destructive  = true\n")]), @"error[SW342]: a destructive task could run anywhere");
}

#[test]
fn the_deployment_runs_when_all_services_are_stable() {
    assert_snapshot!(refusals(&[("stable = [service.portal, worker.indexer, worker.ingester]", "stable       = [service.portal, worker.ingester]")]), @"error[SW355]: `task.deployment` would run while `worker.indexer` may still run an older `image.portal`");
    assert_snapshot!(refusals(&[("    step \"configured\" { filled = [secret.app] }\n", ""), ("      wait_minutes = 240\n    }\n", "      wait_minutes = 240\n    }\n\n    step \"configured\" { filled = [secret.app] }\n")]), @"error[SW355]: `configured` comes after `services`, which wants its secrets");
}

#[test]
fn what_destroys_is_no_part_of_a_rollout() {
    assert_snapshot!(refusals(&[("      run          = task.deployment", "      run          = task.initial_deployment")]), @"error[SW342]: `task.initial_deployment` is destructive, and no part of a rollout");
}

#[test]
fn numbers_that_do_not_fit_together_are_refused() {
    assert_snapshot!(refusals(&[("    cpu           = 256\n    memory        = 512\n    port", "    cpu           = 256\n    memory        = 4096\n    port")]), @"error[SW301]: Fargate has no tasks of `256` CPU units with `4096` MiB");
    assert_snapshot!(refusals(&[("      timeout_s  = 10\n", "      timeout_s      = 60\n")]), @"error[SW312]: a check that may take `60` seconds cannot start every `60` seconds");
    assert_snapshot!(refusals(&[("    visibility_timeout_s = 21600\n", "    visibility_timeout_s = 600\n")]), @"error[SW341]: a job of `21600` seconds would be done twice: `queue.ingestion` shows its message again after `600`");
    assert_snapshot!(refusals(&[("    threshold  = 2\n    period_s   = 300\n    # At once, not after a quarter of an hour of them.\n    evaluation_periods = 1\n    actions            = [topic.alarms]\n", "    threshold  = 2\n    period_s   = 300\n")]), @"error[SW316]: the alarm tells nobody");
}

#[test]
fn ingestion_of_six_hours_is_refused_on_spot_and_twice() {
    assert_snapshot!(refused(&[("    singleton  = true\n", "    capacity   = \"spot\"\n")]), @r#"
    error[SW341]: a job of `21600` seconds may not end on Spot: AWS takes a task away 120 seconds after it says so
       --> stacks/cgap/stack.hcl:473:18
        |
    472 |     job_time_s = 21600
        |                  ----- how long it takes
    473 |     capacity   = "spot"
        |                  ^^^^^^
        |
        = help: leave out `capacity = "spot"`; or write `interruptible = true`, where a job can be stopped and done again
    "#);
    let scaled = "    singleton  = true\n\n    scaling {\n      min               = 1\n      max               = 4\n      messages_per_task = 1\n    }\n";
    assert_snapshot!(refused(&[("    singleton  = true\n", scaled)]), @"
    error[SW354]: a singleton does not scale
       --> stacks/cgap/stack.hcl:475:5
        |
    473 |     singleton  = true
        |                  ---- never runs twice
    474 |
    475 |     scaling {
        |     ^^^^^^^
        |
        = help: leave out `scaling`, or `singleton`
    ");
}

#[test]
fn a_secret_is_named_by_its_keys_and_starts_no_task_without_a_value() {
    assert_snapshot!(refusals(&[("secret.app[\"ENCODED_AUTH0_SECRET\"]", "secret.app[\"AUTH0_SECRET\"]")]), @"error[SW107]: `secret.app` has no key `AUTH0_SECRET`");
    let services = file("services/services.tf");
    assert!(services.contains("${local.data.secret_app.arn}:S3_ENCRYPT_KEY::"), "{services}");
}

#[test]
fn what_holds_data_is_not_destroyed_by_taking_a_block_out() {
    let project = cgap();
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    commit(&project);
    project.edit(DESCRIPTION, "  bucket \"results\" {\n    name                    = \"cgap-foursight-production-results\"\n    kms_key_arn             = key.main.arn\n    deny_insecure_transport = true\n  }\n\n", "");
    // Also where nobody plans.
    let warned = project.run(&["render"]).code(0).err;
    assert!(warned.starts_with("warning[SW613]: `bucket.results` was protected"), "{warned}");
    let run = project.finish(command(&project, &["plan", "--base", "HEAD", "--format", "json"]));
    assert_eq!(run.code, Some(1), "{run}");
    let codes = report(&run)["roots"][0]["denied"].as_array().map(Vec::len);
    assert_eq!(codes, Some(1), "{run}");
}

#[test]
fn a_load_balancer_without_a_certificate_says_that_it_has_none() {
    assert_snapshot!(refusals(&[("    certificate = input.certificate_arn\n\n    default", "    default")]), @"error[SW312]: HTTPS needs a certificate");
}

#[test]
fn how_many_tasks_run_is_left_to_what_scales_them() {
    assert!(repository("modules/service/main.tf").contains("ignore_changes = [desired_count]"));
    assert_snapshot!(refusals(&[("    load_balancer = load_balancer.main\n", "    load_balancer = load_balancer.main\n    count         = 20\n")]), @"error[SW302]: a count of `20` is outside of what `scaling` allows");
}

// The images.

/// The page's description of the four tags.
fn four_tags() -> &'static str {
    fenced(PAGE, "hcl", "image \"portal\"")
}

/// Portal, indexer, ingester and deployment of one build, each with its tag, in production or not.
fn four_images(environment: &str) -> Remote {
    let text = format!(
        "stack \"cgap\" {{\n  region      = \"us-east-1\"\n  environment = \"{environment}\"\n}}\n\n{}",
        four_tags()
    );
    let lock = git::lock(&[
        ("deployment", "5e2fd91a-deployment"),
        ("indexer", "5e2fd91a-indexer"),
        ("ingester", "5e2fd91a-ingester"),
        ("portal", "5e2fd91a-portal"),
    ]);
    Remote::with(&[("cgap", text, lock)])
}

#[test]
fn production_takes_all_four_images_or_none() {
    let remote = four_images("production");
    let clone = remote.clone_as("ci");
    let tip = remote.tip();
    let run =
        clone.run(&["bump", "portal=3fecd2c1-portal", "--partial", "front end only", "--push"]);
    assert_snapshot!(run.code(1).err, @r#"
    error[SW321]: `image.portal` moves without `image.indexer`, `image.ingester` and `image.deployment`: production never takes a partial push
      --> stacks/cgap/stack.hcl:30:3
       |
    30 |   rule "production" {
       |   ^^^^^^^^^^^^^^^^^
       |
       = help: move `image.indexer`, `image.ingester` and `image.deployment`, too
    "#);
    assert_eq!(remote.tip(), tip, "nothing was committed");
    let all = [
        "bump",
        "portal=3fecd2c1-portal",
        "indexer=3fecd2c1-indexer",
        "ingester=3fecd2c1-ingester",
        "deployment=3fecd2c1-deployment",
        "--push",
    ];
    clone.run(&all).exits(0);
    assert_eq!(remote.git(&["rev-list", "--count", &format!("{tip}..main")]).trim(), "1");
}

#[test]
fn images_of_two_builds_do_not_move_together() {
    let remote = four_images("production");
    let clone = remote.clone_as("ci");
    let run = clone.run(&[
        "bump",
        "portal=3fecd2c1-portal",
        "indexer=3fecd2c1-indexer",
        "ingester=3fecd2c1-ingester",
        "deployment=00000000-deployment",
        "--push",
    ]);
    assert_snapshot!(run.code(1).err, @"
    error[SW321]: `image.portal` moves to `3fecd2c1-portal` and `image.deployment` to `00000000-deployment`, which were not built together
      --> stacks/cgap/stack.hcl:28:17
       |
    28 |   same_source = true
       |                 ^^^^
       |
       = help: move both to images of the same source
    ");
}

#[test]
fn elsewhere_a_back_end_change_moves_indexer_and_deployment() {
    let remote = four_images("test");
    let clone = remote.clone_as("ci");
    let bump = |args: &[&str]| clone.run(&[&["bump", "--push"], args].concat());
    // The front end alone.
    bump(&["portal=3fecd2c1-portal"]).exits(0);
    // The indexer without the deployment.
    bump(&["indexer=3fecd2c1-indexer"]).exits(1);
    // Both, while nothing is ingested.
    let both = ["indexer=3fecd2c1-indexer", "deployment=3fecd2c1-deployment"];
    bump(&both).exits(1);
    bump(&[&both[..], &["--partial", "nothing is ingested"]].concat()).exits(0);
    assert!(remote.git(&["log", "-1", "--format=%B", "main"]).contains("nothing is ingested"));
}

#[test]
fn another_account_changes_addresses_and_no_tag() {
    let project =
        edited(&[("  tags        = {", "  account     = \"123456789012\"\n  tags        = {")]);
    let before = project.read(LOCK);
    project.run(&["render"]).success();
    assert_eq!(project.read(LOCK), before);
    assert!(project.read("stacks/cgap/services/providers.tf").contains("123456789012"));
}

#[test]
fn what_is_pushed_under_a_tag_changes_nothing_before_the_lock_does() {
    let project = cgap();
    let digest = |text: &str, digit: &str| {
        text.replace("digest     = null", &format!("digest     = \"sha256:{}\"", digit.repeat(64)))
    };
    let lock = project.read(LOCK);
    project.write(LOCK, digest(&lock, "a"));
    project.run(&["check"]).exits(0);
    if terraform(&project.path(""), &["version"]).is_none() {
        return;
    }
    commit(&project);
    // The same tag, and another digest: what a deploy is.
    project.write(LOCK, digest(&lock, "b"));
    let report = report(&plan(&project, &["--base", "HEAD"]));
    let replaced = report["roots"].as_array().unwrap().iter().flat_map(|root| {
        root["components"].as_array().unwrap().iter().filter_map(|component| {
            let mut groups = component["groups"].as_array().unwrap().iter();
            let group = groups.find(|group| group["type"] == "aws_ecs_task_definition")?;
            Some(format!("{} {}", component["name"], group["action"]))
        })
    });
    assert_snapshot!(replaced.collect::<Vec<_>>().join("\n"), @r#"
    "service.portal" "replace"
    "task.deployment" "replace"
    "task.initial_deployment" "replace"
    "worker.indexer" "replace"
    "worker.ingester" "replace"
    "#);
    // No digest at all is no deploy: it is refused.
    project.write(LOCK, lock.replace("\"3fecd2c1\"", "null"));
    let said = project.run(&["check"]).code(1).err;
    assert!(said.contains("SW309"), "{said}");
}

// The page about it.

/// The rows of the table under a heading of the page, by cell.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with("| --- ")).skip(1);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn the_page_names_tests_that_exist() {
    let tests = include_str!("cgap.rs");
    let mut named = 0;
    for heading in ["Its defects", "What must hold"] {
        for row in table(heading) {
            for test in row.last().unwrap().split('`').skip(1).step_by(2) {
                assert!(tests.contains(&format!("\nfn {test}() {{")), "{test}");
                named += 1;
            }
        }
    }
    assert!(named > 20, "{named}");
}

#[test]
fn the_page_adds_up() {
    let sum: usize =
        table("How many of what").iter().map(|row| row[1].parse::<usize>().unwrap()).sum();
    assert_eq!(sum, 247, "the resources that the original's templates come to");
}
