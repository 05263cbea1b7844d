//! The real system: changes that really happened to it, and mistakes that reached its production.
//! Each is an edit of `stacks/univaf/stack.hcl`.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::univaf::{self, CHANGES, DESCRIPTION};

/// The lines that a render changes after some edits, by file, without header lines.
#[track_caller]
fn changed(edits: &[(&str, &str)]) -> String {
    let project = univaf::rendered();
    for (old, new) in edits {
        project.edit(DESCRIPTION, old, new);
    }
    let before = project.files();
    project.run(&["render"]).success();
    let mut lines = String::new();
    for (path, new) in project.files() {
        let old = before.iter().find(|(old, _)| *old == path).map(|(_, old)| old.clone());
        let (old, new) =
            (String::from_utf8(old.unwrap_or_default()).unwrap(), String::from_utf8(new).unwrap());
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        for change in diff.iter_all_changes() {
            let line = change.value().trim_end();
            if change.tag() != similar::ChangeTag::Equal && !line.starts_with("# Rendered by") {
                let name = path.rsplit('/').next().unwrap();
                lines.push_str(&format!("{name} {}{line}\n", change.tag()));
            }
        }
    }
    lines
}

/// What a check says of an edit that must be refused.
#[track_caller]
fn refused(edits: &[(&str, &str)]) -> String {
    let project = univaf::rendered();
    for (old, new) in edits {
        project.edit(DESCRIPTION, old, new);
    }
    project.run(&["render"]).code(1).err
}

/// The description's lines without comments and empty lines.
fn lines() -> usize {
    let text = include_str!("../stacks/univaf/stack.hcl");
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).count()
}

#[test]
fn the_description_has_at_most_250_lines() {
    assert!(lines() <= 250, "too long");
}

#[test]
fn of_what_really_happened_only_the_zone_fewer_is_refused() {
    for change in &CHANGES {
        let run = change.make(&univaf::project());
        let refused = run.code == Some(1) && run.err.starts_with("error[SW307]");
        assert_eq!(refused, change.name == "one-zone", "{}: {run}", change.name);
    }
}

#[test]
fn what_is_checked_in_is_what_is_described() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = univaf::rendered();
    for (path, content) in project.files() {
        let checked_in = fs::read(repository.join(&path)).unwrap_or_default();
        assert!(checked_in == content, "{path} is stale: run `stackwright render`");
    }
}

// Changes that really happened.

#[test]
fn both_images_move_two_lines() {
    let project = univaf::rendered();
    let lock = project.read("stacks/univaf/images.tf");
    project.write("stacks/univaf/images.tf", lock.replace("b5735582", "96003993"));
    assert_eq!(project.run(&["render"]).success(), "");
    assert_eq!(project.run(&["check"]).code, Some(0));
}

#[test]
fn a_new_loader_is_its_own_lines() {
    assert_snapshot!(changed(&[(
        "  loader \"prepmod\" {",
        "  loader \"riteAidSmart\" { schedule = \"cron(0/30 * * * ? *)\" }\n\n  loader \"prepmod\" {",
    )]), @r#"
    loaders.tf +    riteAidSmart = {
    loaders.tf +      schedule = "cron(0/30 * * * ? *)"
    loaders.tf +    }
    "#);
}

#[test]
fn three_schedules_are_three_lines() {
    assert_snapshot!(changed(&[
        ("cron(2/15 ", "cron(2/10 "),
        ("cron(8/15 ", "cron(8/10 "),
        ("cron(1/15 ", "cron(1/10 "),
    ]), @r#"
    loaders.tf -      schedule = "cron(1/15 * * * ? *)"
    loaders.tf +      schedule = "cron(1/10 * * * ? *)"
    loaders.tf -      schedule = "cron(8/15 * * * ? *)"
    loaders.tf +      schedule = "cron(8/10 * * * ? *)"
    loaders.tf -      schedule = "cron(2/15 * * * ? *)"
    loaders.tf +      schedule = "cron(2/10 * * * ? *)"
    "#);
}

#[test]
fn switching_all_loaders_off_is_one_line_and_the_api_scales_down_with_two() {
    assert_snapshot!(changed(&[
        ("  cluster = cluster.main\n  image   = image.loader\n", "  cluster = cluster.main\n  image   = image.loader\n  enabled = false\n"),
        ("    min = 2\n    max = 4\n", "    min = 1\n    max = 1\n"),
    ]), @"
    loaders.tf +  enabled   = false
    services.tf -    min = 2
    services.tf -    max = 4
    services.tf +    min = 1
    services.tf +    max = 1
    ");
}

#[test]
fn a_smaller_api_task_is_its_size() {
    assert_snapshot!(changed(&[
        ("  cpu     = 1024\n  memory  = 2048\n  port", "  cpu     = 512\n  memory  = 1024\n  port"),
    ]), @"
    services.tf -  cpu                         = 1024
    services.tf -  memory                      = 2048
    services.tf +  cpu                         = 512
    services.tf +  memory                      = 1024
    ");
}

#[test]
fn a_larger_database_is_one_line() {
    assert_snapshot!(changed(&[("storage_gib    = 48", "storage_gib    = 96")]), @"
    databases.tf -  storage_gib           = 48
    databases.tf +  storage_gib           = 96
    ");
}

#[test]
fn two_more_headers_in_the_cdn_are_one_line() {
    assert_snapshot!(changed(&[(
        "[\"Authorization\", \"Host\", \"Origin\", \"x-api-key\"]",
        "[\"Accept\", \"Authorization\", \"Host\", \"Origin\", \"Referer\", \"x-api-key\"]",
    )]), @r#"
    cdns.tf -    headers       = ["Authorization", "Host", "Origin", "x-api-key"]
    cdns.tf +    headers       = ["Accept", "Authorization", "Host", "Origin", "Referer", "x-api-key"]
    "#);
}

#[test]
fn a_third_zone_moves_no_address() {
    assert_snapshot!(changed(&[("zones = 2", "zones = 3")]), @"
    network.tf -  zones = slice(data.aws_availability_zones.available.names, 0, 2)
    network.tf +  zones = slice(data.aws_availability_zones.available.names, 0, 3)
    ");
}

#[test]
fn one_zone_is_refused() {
    assert_snapshot!(refused(&[("zones = 2", "zones = 1")]), @"
    error[SW307]: `network.main` has one zone, a database wants two
      --> stacks/univaf/stack.hcl:70:13
       |
    41 |   zones = 1
       |           - its zones
    ...
    70 |   network = network.main
       |             ^^^^^^^^^^^^
       |
       = help: give the network two zones: `zones = 2`

    error[SW307]: a load balancer needs two zones, and `network.main` has 1
      --> stacks/univaf/stack.hcl:92:17
       |
    41 |   zones = 1
       |           - the zones
    ...
    92 |   network     = network.main
       |                 ^^^^^^^^^^^^
       |
       = help: set `zones = 2` in `network.main`
    ");
}

// Mistakes that reached production.

#[test]
fn a_five_field_cron_is_refused() {
    assert_snapshot!(refused(&[("cron(0 1 * * ? *)", "cron(0 4 * * *)")]), @r#"
    error[SW204]: `0 4 * * *` has 5 fields
       --> stacks/univaf/stack.hcl:301:20
        |
    301 |   schedule = "cron(0 4 * * *)"
        |                    ^^^^^^^^^
        |
        = help: EventBridge wants six fields: minutes hours day-of-month month day-of-week year; try `cron(0 4 * * ? *)`
    "#);
}

#[test]
fn a_cname_has_a_time_to_live_without_being_told() {
    assert_snapshot!(changed(&[(
        "  zone = input.domain_name\n",
        "  zone = input.domain_name\n\n  cname \"status\" {\n    name  = \"status\"\n    value = \"status.example.com\"\n  }\n",
    )]), @r#"
    dns.tf +
    dns.tf +  cname = {
    dns.tf +    status = {
    dns.tf +      name  = "status"
    dns.tf +      value = "status.example.com"
    dns.tf +    }
    dns.tf +  }
    "#);
    let variables = univaf::rendered().read("modules/dns/variables.tf");
    let cname = variables.split("variable \"cname\"").nth(1).unwrap();
    assert!(cname.split('}').next().unwrap().contains("ttl_s = optional(number, 300)"), "{cname}");
}

#[test]
fn a_cname_that_holds_an_address_is_refused() {
    assert_snapshot!(refused(&[(
        "  zone = input.domain_name\n",
        "  zone = input.domain_name\n\n  cname \"status\" {\n    name  = \"status\"\n    value = \"192.0.2.1\"\n  }\n",
    )]), @r#"
    error[SW303]: a `cname` holds no IP address
       --> stacks/univaf/stack.hcl:220:13
        |
    220 |     value = "192.0.2.1"
        |             ^^^^^^^^^^^
        |
        = help: write an `a` block with `values = ["…"]`
    "#);
}

#[test]
fn an_image_without_a_tag_is_refused() {
    let project = univaf::rendered();
    let lock = project.read("stacks/univaf/images.tf");
    project.write("stacks/univaf/images.tf", lock.replace("\"7.45.0\"", "null"));
    assert_snapshot!(project.run(&["check"]).code(1).err, @"
    error[SW309]: `datadog` is locked to no tag and no digest
     --> stacks/univaf/images.tf:5:5
      |
    5 |     datadog = {
      |     ^^^^^^^ nobody can say what this runs
      |
      = help: give it a tag that does not move, or a digest
    ");
}

#[test]
fn a_release_that_is_asked_for_must_be_locked() {
    let project = univaf::rendered();
    let lock = project.read("stacks/univaf/images.tf");
    let digest = format!("\"b5735582\"\n      digest     = \"sha256:{}\"", "a".repeat(64));
    let (old, new) =
        ("\"b5735582\"\n      digest     = null", digest.replace("\"b5735582\"", "null"));
    project.write("stacks/univaf/images.tf", lock.replace(old, &new));
    assert_snapshot!(project.run(&["check"]).code(1).err, @"
    error[SW309]: `image.server` is locked without a tag
       --> stacks/univaf/stack.hcl:142:46
        |
    142 |     RELEASE                   = image.server.tag
        |                                              ^^^
        |
       ::: stacks/univaf/images.tf:15:5
        |
     15 |     server = {
        |     ------ the lock's entry
        |
        = help: add the tag to the lock, or do not ask for it
    ");
}

#[test]
fn inverted_scaling_bounds_are_refused() {
    assert_snapshot!(refused(&[("    min = 2\n    max = 4\n", "    min = 4\n    max = 2\n")]), @"
    error[SW302]: at least `4` tasks and at most `2` cannot be
       --> stacks/univaf/stack.hcl:167:11
        |
    166 |     min = 4
        |           - greater than `max`
    167 |     max = 2
        |           ^
        |
        = help: exchange `min` and `max`
    ");
}

#[test]
fn inverted_scaling_thresholds_are_refused() {
    assert_snapshot!(refused(&[("      up_at   = 55\n", "      up_at   = 10\n")]), @"
    error[SW302]: tasks would be added at `10` percent and taken away at `15`
       --> stacks/univaf/stack.hcl:172:17
        |
    171 |       up_at   = 10
        |                 -- less than `down_at`
    172 |       down_at = 15
        |                 ^^
        |
        = help: make `down_at` less than `up_at`
    ");
}

#[test]
fn a_task_that_is_told_of_a_database_it_cannot_reach_is_refused() {
    assert_snapshot!(refused(&[("access   = [database.main, bucket.data_snapshots]", "access   = [bucket.data_snapshots]")]), @"
    error[SW304]: `DB_HOST` tells of `database.main`, which cannot be reached from here
       --> stacks/univaf/stack.hcl:309:31
        |
    309 |     DB_HOST                 = database.main.host
        |                               ^^^^^^^^^^^^^^^^^^
        |
        = help: add it to `access`: `access = [database.main]`

    error[SW304]: `DB_NAME` tells of `database.main`, which cannot be reached from here
       --> stacks/univaf/stack.hcl:310:31
        |
    310 |     DB_NAME                 = database.main.database
        |                               ^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: add it to `access`: `access = [database.main]`

    error[SW304]: `DB_USERNAME` tells of `database.main`, which cannot be reached from here
       --> stacks/univaf/stack.hcl:311:31
        |
    311 |     DB_USERNAME             = database.main.username
        |                               ^^^^^^^^^^^^^^^^^^^^^^
        |
        = help: add it to `access`: `access = [database.main]`
    ");
}

#[test]
fn a_database_in_another_network_is_refused() {
    assert_snapshot!(refused(&[
        ("bastion \"main\" {", "network \"other\" {\n  cidr = \"10.0.0.0/16\"\n}\n\nbastion \"main\" {"),
        ("  name    = \"univaf-db\"\n  network = network.main", "  name           = \"univaf-db\"\n  network        = network.other"),
    ]), @"
    error[SW305]: `database.main` is in `network.other`, the bastion in `network.main`
      --> stacks/univaf/stack.hcl:52:20
       |
    52 |   access        = [database.main]
       |                    ^^^^^^^^^^^^^
    ...
    74 |   network        = network.other
       |                    ------------- the database's network
       |
       = help: give it a bastion of its own

    error[SW305]: `database.main` is in `network.other`, the task in `network.main`
       --> stacks/univaf/stack.hcl:140:20
        |
     74 |   network        = network.other
        |                    ------------- the database's network
    ...
    140 |   access        = [database.main]
        |                    ^^^^^^^^^^^^^
        |
        = help: a task reaches a database of its cluster's network only

    error[SW305]: `database.main` is in `network.other`, the task in `network.main`
       --> stacks/univaf/stack.hcl:307:15
        |
     74 |   network        = network.other
        |                    ------------- the database's network
    ...
    307 |   access   = [database.main, bucket.data_snapshots]
        |               ^^^^^^^^^^^^^
        |
        = help: a task reaches a database of its cluster's network only
    ");
}

#[test]
fn a_character_that_security_groups_refuse_is_refused() {
    assert_snapshot!(refused(&[(
        "  allowed_cidrs = input.bastion_cidrs\n",
        "  allowed_cidrs = input.bastion_cidrs\n  description   = \"People's way in\"\n",
    )]), @r#"
    error[SW203]: `'` cannot stand in a security group's description
      --> stacks/univaf/stack.hcl:48:26
       |
    48 |   description   = "People's way in"
       |                          ^
       |
       = help: a security group's description has 1 to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`; try `People-s way in`
    "#);
}

#[test]
fn a_rule_for_a_service_behind_another_load_balancer_is_refused() {
    assert_snapshot!(refused(&[("  load_balancer = load_balancer.api\n  access", "  access")]), @r#"
    error[SW306]: `service.api` is behind no load balancer
       --> stacks/univaf/stack.hcl:110:24
        |
    110 |     forward          = service.api
        |                        ^^^^^^^^^^^
    ...
    121 | service "api" {
        | ------------- the service
        |
        = help: set `load_balancer = load_balancer.api` in `service.api`

    error[SW306]: `service.api` is behind no load balancer
       --> stacks/univaf/stack.hcl:115:16
        |
    115 |     forward  = service.api
        |                ^^^^^^^^^^^
    ...
    121 | service "api" {
        | ------------- the service
        |
        = help: set `load_balancer = load_balancer.api` in `service.api`

    error[SW312]: there is no load balancer to check health
       --> stacks/univaf/stack.hcl:129:3
        |
    129 |   health_check {
        |   ^^^^^^^^^^^^
        |
        = help: set `load_balancer`, or write a `container_health_check` block
    "#);
}

#[test]
fn a_wildcard_where_none_can_be_is_refused() {
    assert_snapshot!(refused(&[("{ host = input.domain_name }", "{ host = \"*.example.com\" }")]), @r#"
    error[SW201]: a redirect goes to one host
       --> stacks/univaf/stack.hcl:104:24
        |
    104 |     redirect { host = "*.example.com" }
        |                        ^
        |
        = help: write the host's whole name; `#{host}` stands for the one asked for
    "#);
}

// The page about it.

const PAGE: &str = include_str!("../docs/univaf.md");

/// The managed resource types of the system's own Terraform.
const ORIGINAL_TYPES: [&str; 34] = [
    "aws_alb",
    "aws_alb_listener",
    "aws_alb_listener_rule",
    "aws_alb_target_group",
    "aws_appautoscaling_policy",
    "aws_appautoscaling_target",
    "aws_cloudfront_distribution",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_log_stream",
    "aws_cloudwatch_metric_alarm",
    "aws_db_instance",
    "aws_db_subnet_group",
    "aws_ecr_lifecycle_policy",
    "aws_ecr_repository",
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_ecs_task_definition",
    "aws_iam_policy",
    "aws_iam_role",
    "aws_iam_role_policy_attachment",
    "aws_internet_gateway",
    "aws_lb_listener_rule",
    "aws_route",
    "aws_route53_record",
    "aws_s3_bucket",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_versioning",
    "aws_security_group",
    "aws_sns_topic",
    "aws_subnet",
    "aws_vpc",
];

/// The rows of the page's table of resources, by cell.
fn resources() -> Vec<Vec<&'static str>> {
    let section =
        PAGE.split("\n## ").find(|section| section.starts_with("Every resource")).unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with("| original type"));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_page_has_a_row_for_every_type_that_the_original_had() {
    let rows = resources();
    let types: Vec<&str> = rows.iter().flat_map(|row| quoted(row[0])).collect();
    assert_eq!(types, ORIGINAL_TYPES);
    let sum = |column: usize| -> u32 {
        rows.iter()
            .flat_map(|row| row[column].split(" + "))
            .map(|n| n.parse::<u32>().unwrap())
            .sum()
    };
    assert_eq!((sum(1), sum(2), sum(5)), (52, 117, 154));
    assert!(PAGE.contains("Ours makes 154,"));
}

#[test]
fn the_page_names_resources_of_the_modules_that_have_them() {
    for row in resources() {
        let modules = quoted(row[4]).map(|name| {
            let path = format!("{}/modules/{name}/main.tf", env!("CARGO_MANIFEST_DIR"));
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
        });
        let modules: Vec<String> = modules.collect();
        for name in quoted(row[3]) {
            let resource = format!("\nresource \"{name}\" ");
            assert!(modules.iter().any(|module| module.contains(&resource)), "{row:?}: {name}");
        }
    }
}

#[test]
fn the_page_counts_the_lines_of_the_description() {
    let row = format!("| our description: lines without comments and empty lines | {} |", lines());
    assert!(PAGE.contains(&row), "{row}");
}

#[test]
fn the_page_names_every_parameter() {
    for value in include_str!("../stacks/univaf/stack.hcl").split("\"ssm:").skip(1) {
        let parameter = value.split('"').next().unwrap();
        assert!(PAGE.contains(&format!("`{parameter}`")), "{parameter}");
    }
}

#[test]
fn the_page_names_tests_and_codes_that_exist() {
    let section = PAGE.split("\n## ").find(|section| section.starts_with("What changed")).unwrap();
    for row in section.lines().filter(|line| line.ends_with("` |")) {
        let test = quoted(row).last().unwrap();
        assert!(include_str!("univaf.rs").contains(&format!("\nfn {test}() {{")), "{test}");
        for code in quoted(row).filter(|word| word.starts_with("SW")) {
            assert!(include_str!("../docs/codes.md").contains(&format!("| [`{code}`](")), "{code}");
        }
    }
}
