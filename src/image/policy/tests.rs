//! What went wrong in real systems, and cannot go wrong here.

use std::cmp::Ordering;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;

use super::{Candidate, Policy, Reason, Resolution};
use crate::component::Image;
use crate::component::testing::{description, problems, stack};
use crate::diagnostic::Sources;
use crate::value::tag_language::TagLanguage;
use crate::value::{Digest, Scalar as _, Tag};

const STAGING: &str = r#"policy "pushed" { tags = "^stg-[0-9a-f]{8}$" }"#;
const PRODUCTION: &str = r#"policy "semver" { prefix = "v" }"#;
const PRODUCED: &str = r#"produced = ["stg-{commit:8}", "v{semver}", "{commit:8}"]"#;

/// A block has one argument a line; here two blanks stand between them.
fn lines(fields: &str) -> String {
    fields.replace("  ", "\n").replace("{ ", "{\n").replace(" }", "\n}")
}

fn image(fields: &str) -> String {
    format!("image \"web\" {{\n  repository = \"example.org/web\"\n  {fields}\n}}\n")
}

/// The policy that these fields of an image say.
#[track_caller]
fn policy(fields: &str) -> Policy {
    let stack = stack(&image(&lines(fields)));
    let image: &Image = stack.component("web").unwrap();
    image.policy.clone()
}

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

/// Candidates of `tag` or `tag time`.
fn candidates(texts: &[&str]) -> Vec<Candidate> {
    let candidate = |text: &&str| {
        let (name, time) = text.split_once(' ').map_or((*text, None), |(n, t)| (n, Some(t)));
        Candidate { tag: tag(name), digest: None, pushed: time.map(|time| time.parse().unwrap()) }
    };
    texts.iter().map(candidate).collect()
}

/// What is taken and why the others are not, one a line.
fn told(resolution: &Resolution) -> String {
    let mut lines = vec![match &resolution.chosen {
        Some(chosen) => format!("{} is taken", chosen.tag),
        None => "none is taken".to_owned(),
    }];
    lines.extend(
        resolution
            .passed
            .iter()
            .map(|passed| format!("{}: {}", passed.candidate.tag, passed.reason)),
    );
    lines.join("\n")
}

#[track_caller]
fn newest(fields: &str, tags: &[&str]) -> String {
    told(&policy(fields).newest(&candidates(tags)))
}

/// What is wrong with an image of these fields, each of which stands on a line.
fn refused(fields: &str) -> String {
    problems(&image(fields))
}

fn cases() -> Value {
    serde_json::from_str(include_str!("../../../tests/fixtures/tag_cases.json")).unwrap()
}

fn list<'a>(cases: &'a Value, name: &str) -> &'a [Value] {
    cases[name].as_array().unwrap()
}

#[test]
fn every_tag_that_ci_made_of_a_ref_goes_where_it_belongs() {
    let (staging, production) = (policy(STAGING), policy(PRODUCTION));
    let cases = cases();
    assert_eq!(list(&cases, "refs").len(), 14);
    for case in list(&cases, "refs") {
        let made = tag(case["image_tag"].as_str().unwrap());
        let is_release = TagLanguage::of_ours(r"v[0-9]+\.[0-9]+\.[0-9]+").contains(made.as_str());
        let is_staging = made.as_str().starts_with("stg-");
        assert_eq!(staging.accepts(&made).is_ok(), is_staging, "{case}");
        assert_eq!(production.accepts(&made).is_ok(), is_release, "{case}");
    }
}

#[test]
fn every_filter_matches_what_it_matched() {
    let cases = cases();
    for case in list(&cases, "filter_matches") {
        let text = case["tag"].as_str().unwrap();
        for (name, filter) in cases["filters"].as_object().unwrap() {
            let expected = case["matches"].as_array().unwrap().iter().any(|m| m == name.as_str());
            let filter = TagLanguage::of_ours(filter.as_str().unwrap());
            assert_eq!(filter.contains(text), expected, "{name} and {text}");
        }
    }
}

#[test]
fn the_filters_that_mean_something_else_are_refused() {
    let cases = cases();
    let verdict = |name: &str| {
        let filter = cases["filters"][name].as_str().unwrap().replace('\\', "\\\\");
        refused(&format!("policy \"pushed\" {{ tags = \"{filter}\" }}"))
    };
    assert_eq!(verdict("stg_7"), "");
    assert_eq!(verdict("stg_6_10"), "");
    assert_eq!(verdict("prod_semver_strict"), "");
    assert_eq!(verdict("v2_stage_ts"), "");
    assert_eq!(verdict("v2_moderator"), "", "`.*` says that it means anything");
    assert!(verdict("prod_semver_unescaped").contains("so that `v0x0x0` matches"));
    assert!(verdict("v2_refractr_stage").contains("so that `v0x0x0-0-g0000000` matches"));
}

#[test]
fn every_selection_is_by_version_and_not_by_text() {
    let cases = cases();
    for case in list(&cases, "selection") {
        let tags = list(case, "candidates").iter().map(|c| c["tag"].as_str().unwrap());
        let resolution = policy(r#"policy "semver" { prefix = "prod-v" }"#)
            .newest(&candidates(&tags.collect::<Vec<_>>()));
        let chosen = resolution.chosen.unwrap().tag;
        assert_eq!(chosen.as_str(), case["semver_on_extracted"].as_str().unwrap());
    }
}

#[test]
fn ctms_t1_a_tag_that_only_begins_like_a_release_is_none() {
    assert_snapshot!(newest(PRODUCTION, &["v1.2.3", "v1.2.3.4", "v1.2.3-rc1", "v1.2", "1.2.3"]), @"
    v1.2.3 is taken
    1.2.3: does not begin with `v`
    v1.2: `1.2` is no version: unexpected end of input while parsing minor version number
    v1.2.3-rc1: is a pre-release: `*` takes those only where it names a pre-release of 1.2.3
    v1.2.3.4: `1.2.3.4` is no version: unexpected character '.' after patch version number
    ");
}

#[test]
fn ctms_t2_and_t3_staging_takes_eight_digits_and_production_none_of_them() {
    let (staging, production) = (policy(STAGING), policy(PRODUCTION));
    for (text, is_staging) in [("stg-01234567", true), ("stg-0123456", false), ("01234567", false)]
    {
        assert_eq!(staging.accepts(&tag(text)).is_ok(), is_staging, "{text}");
        assert!(production.accepts(&tag(text)).is_err(), "{text}");
    }
}

#[test]
fn ctms_t4_latest_is_no_deploy_source() {
    assert_snapshot!(refused(r#"policy "pushed" { tags = "^[a-z]+$" }"#), @r#"3:28 SW319 the pattern takes `latest`, which moves with every push; narrow the pattern, or follow that tag with `policy "moving"`"#);
    assert_snapshot!(refused(r#"policy "commit" { tags = ".*" }"#), @r#"3:28 SW319 the pattern takes `latest`, which moves with every push; narrow the pattern, or follow that tag with `policy "moving"`"#);
    for fields in [STAGING, PRODUCTION, "policy = \"commit\"", ""] {
        assert!(policy(fields).accepts(&tag("latest")).is_err(), "{fields}");
    }
}

#[test]
fn ctms_t5_a_tag_that_ci_no_longer_makes_is_never_taken() {
    let fields = r#"policy "pushed" { tags = "^pr-[0-9]+$" }"#;
    assert_snapshot!(refused(&format!("{fields}\n  {PRODUCED}")), @"3:28 SW318 no tag that is pushed is ever taken: `stg-00000000` is pushed, `pr-0` would be taken; `produced` says that tags are pushed as `stg-{commit:8}` or `v{semver}` or `{commit:8}`");
}

#[test]
fn ctms_t6_a_bare_hash_is_no_deploy_source() {
    assert_snapshot!(refused(r#"policy "pushed" { tags = "^[0-9a-f]{8}$" }"#), @r#"3:28 SW319 the pattern takes bare commit hashes such as `00000000`: any branch's image would be deployed; let the tags of each environment begin with its name, or call `stackwright bump` with `policy = "commit"`"#);
    assert_snapshot!(refused(r#"policy "pushed" { tags = "^(stg-)?[0-9a-f]{8}$" }"#), @r#"3:28 SW319 the pattern takes bare commit hashes such as `00000000`: any branch's image would be deployed; let the tags of each environment begin with its name, or call `stackwright bump` with `policy = "commit"`"#);
    assert_snapshot!(refused(r#"policy "moving" { tag = "01234567" }"#), @r#"3:27 SW319 `01234567` is a commit's hash, which does not move; name it to `stackwright bump`, with `policy = "commit"`"#);
    // Some hashes have no letter.
    assert_snapshot!(refused(r#"policy "number" { tags = "^(?P<n>[0-9]+)$" }"#), @"3:28 SW319 the pattern takes bare commit hashes such as `0000000`: any branch's image would be deployed; begin build numbers with what no hash has, as in `build-7`, or say with `produced` that no hashes are pushed");
    let fields = r#"policy "number" { tags = "^(?P<n>[0-9]+)$" }"#;
    assert_eq!(refused(&format!("{fields}\n  produced = [\"{{number}}\"]")), "");
    assert_ne!(refused(&format!("{fields}\n  produced = [\"{{number}}\", \"{{commit:8}}\"]")), "");
}

#[test]
fn ctms_t6_the_tags_of_two_environments_are_apart() {
    assert_eq!(shared(&[("staging", STAGING), ("production", PRODUCTION)]), "");
    assert_snapshot!(shared(&[
        ("staging", r#"policy "pushed" { tags = "^(stg|v)[-0-9a-f.]+$" }"#),
        ("production", PRODUCTION),
    ]), @"SW320 `v0.0.0` would be deployed to `staging` and to `production`: `image.web` of `test` takes it, and `image.web` of `test`");
    assert_snapshot!(shared(&[
        ("staging", r#"policy "semver" { range = ">=2.0.0-rc.1, <3" }"#),
        ("production", r#"policy "semver" { range = "~2.1" }"#),
    ]), @"SW320 `2.1.0` would be deployed to `staging` and to `production`: `image.web` of `test` takes it, and `image.web` of `test`");
    assert_snapshot!(shared(&[
        ("staging", r#"policy "timestamp" { tags = "^r(?P<ts>[0-9]{8})$"  format = "%Y%m%d" }"#),
        ("production", r#"policy "number" { tags = "^r2024(?P<n>[0-9]{4})$" }"#),
    ]), @"SW320 `r20240101` would be deployed to `staging` and to `production`: `image.web` of `test` takes it, and `image.web` of `test`");
    assert_snapshot!(shared(&[
        ("staging", r#"policy "moving" { tag = "v1.0.0" }"#),
        ("production", PRODUCTION),
    ]), @"SW320 `v1.0.0` would be deployed to `staging` and to `production`: `image.web` of `test` takes it, and `image.web` of `test`");
}

#[test]
fn environments_that_cannot_share_a_tag_are_left_alone() {
    let number = |pattern: &str| format!("policy \"number\" {{ tags = \"{pattern}\" }}");
    // The same environment twice, and versions and times that do not meet.
    assert_eq!(shared(&[("production", PRODUCTION), ("production", PRODUCTION)]), "");
    assert_eq!(
        shared(&[
            ("staging", r#"policy "semver" { range = "<2.0.0" }"#),
            ("production", r#"policy "semver" { range = ">=2.0.0" }"#),
        ]),
        ""
    );
    assert_eq!(
        shared(&[
            (
                "staging",
                r#"policy "timestamp" { tags = "^r(?P<ts>[0-9]{8})$"  format = "%Y%m%d" }"#
            ),
            ("production", &number("^r2024(?P<n>[2-9][0-9]{3})$")),
        ]),
        ""
    );
    // Promotion: whoever calls says where a tag goes.
    assert_eq!(shared(&[("staging", "policy = \"commit\""), ("production", "")]), "");
    assert_eq!(shared(&[("staging", "policy = \"commit\""), ("production", PRODUCTION)]), "");
}

/// What is wrong between stacks of these environments, whose images share a repository.
fn shared(stacks: &[(&str, &str)]) -> String {
    let images: Vec<(&str, String)> =
        stacks.iter().map(|(environment, fields)| (*environment, image(&lines(fields)))).collect();
    shared_images(&images)
}

/// The same for blocks of whole images.
fn shared_images(stacks: &[(&str, String)]) -> String {
    let mut sources = Sources::default();
    let mut uses = Vec::new();
    for (environment, blocks) in stacks {
        let setting = format!("environment = \"{environment}\"\n  region");
        let text = description(blocks).replacen("region", &setting, 1);
        let file = sources.add(*environment, text.as_str());
        uses.extend(super::uses(&crate::stack::read(file, &text, "test").unwrap().0));
    }
    let problems = super::shared_tags(&uses);
    let told = problems.iter().map(|problem| format!("{} {}", problem.code, problem.message));
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn ctms_t7_a_chart_version_may_go_to_both_environments() {
    // A chart is no image; an image that both take is said by its caller, not by a pattern.
    let chart = r#"policy "semver" { prefix = "ctms-" }"#;
    assert!(policy(chart).accepts(&tag("ctms-0.1.7")).is_ok());
    assert_ne!(shared(&[("staging", chart), ("production", chart)]), "");
}

#[test]
fn ctms_t8_one_image_drives_every_task_of_it() {
    let text = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
image "ctms" {
  repository = "example.org/ctms"
  policy     = "semver"
}
service "web" {
  cluster = cluster.main
  image   = image.ctms
}
scheduled_task "background" {
  cluster  = cluster.main
  image    = image.ctms
  command  = ["python", "ctms/bin/acoustic_sync.py"]
  schedule = "rate(1 hour)"
}
"#;
    for file in ["services.tf", "scheduled_tasks.tf"] {
        let rendered = crate::component::testing::rendered(file, text);
        assert!(rendered.contains("local.image_references.ctms"), "{rendered}");
    }
}

#[test]
fn ctms_t9_what_is_resolved_is_the_tag_that_the_image_says_of_itself() {
    let resolution = policy(STAGING).newest(&candidates(&["stg-01234567 2022-11-01T00:00:00Z"]));
    assert_eq!(resolution.chosen.unwrap().tag.as_str(), "stg-01234567");
}

#[test]
fn ctms_t10_an_image_of_another_repository_shares_nothing() {
    let host = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
    let of = |name: &str| {
        format!("image \"web\" {{\n  repository = \"{host}/{name}\"\n  {PRODUCTION}\n}}\n")
    };
    let own = |name: &str| {
        let repository = format!("repository \"web\" {{ name = \"{name}\" }}\n");
        of(name).replace(&format!("\"{host}/{name}\""), "repository.web") + &repository
    };
    let both = |staging: String, production: String| {
        shared_images(&[("staging", staging), ("production", production)])
    };
    assert_eq!(both(of("ctms"), of("ctms-api")), "");
    assert_ne!(both(of("ctms"), of("ctms")), "");
    // One stack makes the repository, the other names its address.
    assert_ne!(both(own("ctms"), of("ctms")), "");
    assert_eq!(both(own("ctms"), of("ctms-api")), "");
}

#[test]
fn environments_that_each_make_a_repository_share_nothing() {
    let own = "repository \"web\" { name = \"ctms\" }\nimage \"web\" {\n  repository = repository.web\n  policy = \"semver\"\n}\n";
    let mut sources = Sources::default();
    let mut uses = Vec::new();
    for name in ["staging", "production"] {
        let text = format!(
            "stack \"{name}\" {{\n  region = \"us-west-2\"\n  environment = \"{name}\"\n}}\n{own}"
        );
        let file = sources.add(name, text.as_str());
        uses.extend(super::uses(&crate::stack::read(file, &text, name).unwrap().0));
    }
    assert_eq!(super::shared_tags(&uses), []);
}

#[test]
fn flux_1_a_filter_of_seven_digits_never_takes_a_tag_of_eight() {
    let fields = r#"policy "pushed" { tags = "^stg-[0-9a-f]{7}$" }"#;
    assert_snapshot!(refused(&format!("{fields}\n  {PRODUCED}")), @"3:28 SW318 no tag that is pushed is ever taken: `stg-00000000` is pushed, `stg-0000000` would be taken; `produced` says that tags are pushed as `stg-{commit:8}` or `v{semver}` or `{commit:8}`");
    assert_eq!(refused(&format!("{STAGING}\n  {PRODUCED}")), "");
}

#[test]
fn flux_2_a_dot_is_not_any_character() {
    assert_snapshot!(refused(r#"policy "pushed" { tags = "^(v[0-9]+.[0-9]+.[0-9]+)$" }"#), @"3:38 SW208 a `.` stands for any character, so that `v0x0x0` matches; write `[.]` for a dot, as in `^(v[0-9]+[.][0-9]+[.][0-9]+)$`");
    for text in ["v12345", "v1x2y3"] {
        assert!(policy(PRODUCTION).accepts(&tag(text)).is_err(), "{text}");
    }
}

#[test]
fn flux_3_a_lower_version_that_was_built_later_is_a_rollback() {
    let production = policy(r#"policy "semver" { prefix = "prod-v" }"#);
    let locked = &candidates(&["prod-v1.0.0 2021-09-02T15:02:46Z"])[0];
    let later = &candidates(&["prod-v0.0.1 2021-09-02T15:05:50Z"])[0];
    assert_eq!(production.compare(locked, later), Some(Ordering::Greater));
    assert_snapshot!(told(&production.newest(&[locked.clone(), later.clone()])), @"
    prod-v1.0.0 is taken
    prod-v0.0.1: older
    ");
}

#[test]
fn flux_4_an_invalid_pattern_matches_nothing() {
    assert_snapshot!(refused(r#"policy "pushed" { tags = "^stg-[0-9a-f{8}$" }"#), @"3:34 SW208 the pattern is no regular expression: unclosed character class; nothing is guessed: a pattern that cannot be read matches no tag");
}

#[test]
fn flux_5_hashes_are_ordered_by_push_time_or_by_a_time_in_the_tag() {
    let times = [
        "stg-91980d9b 2022-11-02T08:00:00Z",
        "stg-ffffffff 2022-11-01T08:00:00+00:00",
        "stg-00000000",
        "01234567 2022-11-03T08:00:00Z",
    ];
    assert_snapshot!(newest(STAGING, &times), @"
    stg-91980d9b is taken
    stg-ffffffff: older
    01234567: does not match `^stg-[0-9a-f]{8}$`
    stg-00000000: nothing says when it was pushed
    ");
    let stamped = r#"policy "timestamp" {
 tags = "^stg-[0-9a-f]{7}-(?P<ts>[0-9]{4}-[0-9]{2}-[0-9]{2}[.][0-9]{6})$"
 format = "%Y-%m-%d.%H%M%S"
}"#;
    let tags = [
        "stg-ae5445d-2024-05-13.125308",
        "stg-ffffff0-2023-05-02.125815",
        "stg-0000000-2024-13-05.125308",
        "stg-ae5445d",
    ];
    assert_snapshot!(newest(stamped, &tags), @"
    stg-ae5445d-2024-05-13.125308 is taken
    stg-ffffff0-2023-05-02.125815: older
    stg-0000000-2024-13-05.125308: `2024-13-05.125308` is no time of the format `%Y-%m-%d.%H%M%S`
    stg-ae5445d: does not match `^stg-[0-9a-f]{7}-(?P<ts>[0-9]{4}-[0-9]{2}-[0-9]{2}[.][0-9]{6})$`
    ");
}

#[test]
fn flux_6_alphabetical_is_refused_with_two_tags_in_the_wrong_order() {
    assert_snapshot!(refused(r#"policy "alphabetical" { tags = "^prod-v[0-9]+[.][0-9]+[.][0-9]+$" }"#), @"3:10 SW317 `alphabetical` takes `prod-v9.0.0` for newer than `prod-v10.0.0`; say what orders the tags: `semver` for versions, `timestamp` or `number` for what stands in them, `pushed` for hashes");
    assert_snapshot!(refused(r#"policy "alphabetical" { tags = "^stg-[0-9a-f]{8}$" }"#), @"3:10 SW317 `alphabetical` takes `stg-10000000` for newer than `stg-00000000`, whichever was built first; say what orders the tags: `semver` for versions, `timestamp` or `number` for what stands in them, `pushed` for hashes");
    assert_snapshot!(refused(r#"policy = "alphabetical""#), @"3:12 SW317 `alphabetical` takes `v1.9.0` for newer than `v1.10.0`; say what orders the tags: `semver` for versions, `timestamp` or `number` for what stands in them, `pushed` for hashes");
}

#[test]
fn flux_7_what_git_describe_says_has_no_order_of_versions() {
    assert_snapshot!(refused("policy \"semver\" {\n    range  = \">=0.0.0-0\"\n    prefix = \"v\"\n  }"), @"4:14 SW201 `-0` does not take every pre-release: a pre-release is taken only where a bound names one of the same version; of tags such as `v0.0.84-9-g43ee2cd` and `v0.0.84-11-g43ee2cd` the first would be the newest anyway: take a `number` or `timestamp` out of the tag");
    let fields = r#"policy "semver" { range = ">=0.0.84-1"  prefix = "v" }"#;
    assert_snapshot!(newest(fields, &["v0.0.84-9-g43ee2cd", "v0.0.84-11-g43ee2cd", "v0.0.84-2"]), @"
    v0.0.84-2 is taken
    v0.0.84-11-g43ee2cd: is a pre-release whose number is ordered as text: `9-g43ee2cd` would be newer than `10-g43ee2cd`
    v0.0.84-9-g43ee2cd: is a pre-release whose number is ordered as text: `9-g43ee2cd` would be newer than `10-g43ee2cd`
    ");
    let number =
        r#"policy "number" { tags = "^v[0-9]+[.][0-9]+[.][0-9]+-(?P<n>[0-9]+)-g[0-9a-f]{7}$" }"#;
    assert_snapshot!(newest(number, &["v0.0.84-9-g43ee2cd", "v0.0.84-11-g43ee2cd"]), @"
    v0.0.84-11-g43ee2cd is taken
    v0.0.84-9-g43ee2cd: older
    ");
}

#[test]
fn a_pre_release_is_taken_where_the_range_names_one() {
    let tags = ["v2.0.0-rc.2", "v2.0.0-rc.10", "v1.9.0", "v2.1.0-rc.1"];
    assert_snapshot!(newest(r#"policy "semver" { range = ">=2.0.0-rc.1"  prefix = "v" }"#, &tags), @"
    v2.0.0-rc.10 is taken
    v2.0.0-rc.2: older
    v1.9.0: is not in `>=2.0.0-rc.1`
    v2.1.0-rc.1: is a pre-release: `>=2.0.0-rc.1` takes those only where it names a pre-release of 2.1.0
    ");
    assert!(Tag::parse("v1.0.0+build.1").is_err(), "build metadata cannot stand in a tag");
}

#[test]
fn a_group_that_orders_tags_holds_what_can_be_ordered() {
    let number = |pattern: &str| refused(&format!("policy \"number\" {{ tags = \"{pattern}\" }}"));
    assert_snapshot!(number("^build-(?P<n>[0-9a-f]+)$"), @"3:28 SW317 the group `n` can hold `a`, as in `build-a`: not a number; write `(?P<n>[0-9]+)`");
    assert_snapshot!(number("^build-(?P<n>[0-9]+)?$"), @"3:28 SW317 `build-` matches without the group `n` that orders it; take out what makes the group optional");
    assert_snapshot!(number("^build-[0-9]+$"), @"3:28 SW317 the pattern does not say what orders its tags; name the group that holds a number: `(?P<n>…)`");
    assert_snapshot!(number("^(?P<a>[0-9]+)-(?P<b>[0-9]+)$"), @"3:28 SW317 the pattern has 2 named groups: one of them orders its tags, but which; name the group that holds a number: `(?P<n>…)`");
    assert_snapshot!(number("^b(-(?P<n>[0-9]+))+$"), @"3:28 SW317 the group `n` repeats, so that only its last round counts; put the repetition into the group");
    let time = |pattern: &str| {
        refused(&format!(
            "policy \"timestamp\" {{\n tags = \"{pattern}\"\n format = \"%Y-%m-%d.%H%M%S\"\n }}"
        ))
    };
    assert_snapshot!(time("^(stg-[a-f0-9]{7}-(?P<ts>[0-9].*))$"), @"4:9 SW317 the group `ts` can hold `0`, as in `stg-0000000-0`: not a time of the format `%Y-%m-%d.%H%M%S`; write `(?P<ts>[0-9]{4}-[0-9]{2}-[0-9]{2}[.][0-9]{6})` for times such as `2024-05-13.125308`");
    assert_snapshot!(time("^stg-(?P<ts>[4-9]{4}-[4-9]{2}-[0-9]{2}[.][0-9]{6})$"), @"");
}

#[test]
fn a_moving_tag_needs_a_repository_whose_tags_move() {
    assert_snapshot!(problems(r#"
repository "web" {}
image "web" {
  repository = repository.web
  policy "moving" { tag = "latest" }
}
"#), @"4:27 SW319 `latest` does not move: it can be pushed once; let the repository have `mutable_tags = true`, or take tags that do not move");
    stack(
        "repository \"web\" { mutable_tags = true }\nimage \"web\" {\n repository = repository.web\n policy \"moving\" { tag = \"latest\" }\n}",
    );
    assert_snapshot!(newest(r#"policy "moving" { tag = "latest" }"#, &["latest", "latest-indexer"]), @"
    latest is taken
    latest-indexer: is not `latest`
    ");
}

#[test]
fn a_moving_tag_is_the_same_while_its_digest_is() {
    let moving = policy(r#"policy "moving" { tag = "latest" }"#);
    let with = |digit: char| Candidate {
        tag: tag("latest"),
        digest: Some(Digest::parse(&format!("sha256:{}", digit.to_string().repeat(64))).unwrap()),
        pushed: None,
    };
    assert_eq!(moving.compare(&with('a'), &with('a')), Some(Ordering::Equal));
    assert_eq!(moving.compare(&with('a'), &with('b')), None);
}

#[test]
fn a_commit_has_no_order_and_says_so() {
    assert_snapshot!(newest("", &["0123456", "89abcde", "latest"]), @"
    none is taken
    0123456: can be named to `stackwright bump`; nothing says that it is newer
    89abcde: can be named to `stackwright bump`; nothing says that it is newer
    latest: moves with every push
    ");
    let tags = candidates(&["0123456", "89abcde"]);
    assert_eq!(policy("").compare(&tags[0], &tags[1]), None);
    assert_eq!(policy("").compare(&tags[0], &tags[0]), Some(Ordering::Equal));
}

#[test]
fn equally_new_tags_are_told_and_the_last_by_name_is_taken() {
    let fields = r#"policy "number" { tags = "^[a-z]+-(?P<n>[0-9]+)$" }"#;
    assert_snapshot!(newest(fields, &["b-7", "a-7", "c-007", "z-6"]), @"
    c-007 is taken
    b-7: as new, and before it by name
    a-7: as new, and before it by name
    z-6: older
    ");
    assert!(newest(fields, &["a-99999999999999999999999", "b-9"]).starts_with("a-9999"));
}

#[test]
fn policies_that_are_written_wrong_are_told() {
    assert_snapshot!(refused(r#"policy = "comit""#), @"3:12 SW106 there is no policy `comit`; did you mean `commit`?");
    assert_snapshot!(refused(r#"policy = "timestamp""#), @r#"3:12 SW103 the policy `timestamp` needs more; write a block `policy "timestamp" { … }` with `tags` and the `format` of the time in them"#);
    assert_snapshot!(refused(r#"policy "glob" {}"#), @"3:10 SW106 there is no policy `glob`; there is `commit`, `semver`, `timestamp`, `number`, `pushed`, `moving`");
    assert_snapshot!(refused(r#"policy {}"#), @r#"3:3 SW106 a `policy` block needs its kind as a label; write `policy "semver" { … }`, for example"#);
    assert_snapshot!(refused("policy = \"commit\"\n  policy \"semver\" {}"), @"4:3 SW104 the `policy` stands twice");
    assert_snapshot!(refused("policy \"semver\" {}\n  policy \"pushed\" { tags = \"^a$\" }"), @"4:3 SW104 a `policy` block stands twice");
    assert_snapshot!(refused("policy = var.policy"), @"3:12 SW109 an expression cannot stand here; write the value out: what is rendered depends on it");
    assert_snapshot!(refused(r#"policy "semver" { prefix = "v1" }"#), @"3:32 SW206 a prefix cannot end with `1`; a prefix has up to 64 letters, digits, `.`, `-` and `_`, no `.` or `-` first, no digit or `.` last");
}

#[test]
fn the_word_and_the_block_of_a_policy_say_the_same() {
    assert_eq!(policy("policy = \"commit\""), policy(""));
    assert_eq!(policy("policy = \"commit\""), policy("policy \"commit\" {}"));
    assert_eq!(policy("policy = \"semver\""), policy("policy \"semver\" { range = \"*\" }"));
}

/// Policies with an order, each with a pattern of tags of which most are taken.
fn ordered() -> impl Strategy<Value = (Policy, Vec<Candidate>)> {
    let kinds: Vec<(Policy, &'static str)> = vec![
        (
            policy(r#"policy "semver" { range = ">=1.0.0-rc.1" }"#),
            r"[0-2]\.[0-2]\.[0-2](-rc\.[0-3])?",
        ),
        (policy(r#"policy "number" { tags = "^r(?P<n>[0-9]+)$" }"#), "r0?[0-9]{1,3}"),
        (
            policy(r#"policy "timestamp" { tags = "^[ab](?P<ts>[0-9]{8})$"  format = "%Y%m%d" }"#),
            "[ab]202[0-3]0[1-3]3?[0-9]",
        ),
        (policy(STAGING), "stg-[0-9a-f]{8}"),
    ];
    proptest::sample::select(kinds).prop_flat_map(|(policy, pattern)| {
        let time = proptest::option::of(0..4_i64);
        let candidate = (pattern, time).prop_map(|(text, time)| Candidate {
            tag: tag(&text),
            digest: None,
            pushed: time.map(|second| jiff::Timestamp::from_second(second).unwrap()),
        });
        (Just(policy), proptest::collection::vec(candidate, 1..12))
    })
}

proptest! {
    #[test]
    fn the_order_of_accepted_tags_is_total((policy, tags) in ordered()) {
        let known: Vec<&Candidate> =
            tags.iter().filter(|one| policy.newest(&[(*one).clone()]).chosen.is_some()).collect();
        for a in &known {
            for b in &known {
                let order = policy.compare(a, b).unwrap();
                prop_assert_eq!(policy.compare(b, a), Some(order.reverse()));
                for c in &known {
                    if order != Ordering::Greater && policy.compare(b, c) != Some(Ordering::Greater) {
                        prop_assert_ne!(policy.compare(a, c), Some(Ordering::Greater));
                    }
                }
            }
        }
    }

    #[test]
    fn the_newest_does_not_depend_on_the_order_of_the_tags((policy, tags) in ordered()) {
        let resolution = policy.newest(&tags);
        let mut turned = tags.clone();
        turned.reverse();
        turned.extend(tags.iter().cloned());
        prop_assert_eq!(&policy.newest(&turned), &resolution);
        let told = resolution.passed.len() + usize::from(resolution.chosen.is_some());
        let mut distinct = tags.clone();
        distinct.sort();
        distinct.dedup();
        prop_assert_eq!(told, distinct.len(), "every tag is told of");
        if let Some(chosen) = &resolution.chosen {
            prop_assert!(policy.accepts(&chosen.tag).is_ok());
            for passed in resolution.passed.iter().filter(|p| p.reason == Reason::Older) {
                prop_assert_eq!(policy.compare(&passed.candidate, chosen), Some(Ordering::Less));
            }
        }
    }
}
