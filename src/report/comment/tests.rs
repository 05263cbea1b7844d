use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::report::json::{Check, Drift, Position, Problem};
use crate::report::plan::json::{Attribute, Denied, Resource, Shown, summary};

fn group(action: &str, ty: &str, stateful: bool, addresses: &[String]) -> Group {
    Group {
        action: action.to_owned(),
        ty: ty.to_owned(),
        stateful,
        protection: None,
        follows: false,
        may_be_replaced: false,
        words: String::new(),
        reason: None,
        attributes: Vec::new(),
        resources: addresses
            .iter()
            .map(|address| Resource {
                address: address.clone(),
                keys: Vec::new(),
                moved_from: None,
                imported: None,
            })
            .collect(),
    }
}

fn root(name: &str, groups: Vec<Group>) -> Root {
    let mut counts = IndexMap::new();
    for group in &groups {
        *counts.entry(group.action.clone()).or_insert(0) += group.resources.len();
    }
    let component =
        Component { name: "service.web".to_owned(), kind: None, headline: None, groups };
    Root {
        name: name.to_owned(),
        planned: true,
        counts: Some(counts),
        components: Some(if component.groups.is_empty() { Vec::new() } else { vec![component] }),
        outputs: Some(Vec::new()),
        denied: Some(Vec::new()),
        unseen: Vec::new(),
        other_versions: Vec::new(),
    }
}

fn plan(roots: Vec<Root>) -> Plan {
    Plan {
        version: 1,
        offline: true,
        base: "abc1234".to_owned(),
        summary: summary(&roots, "abc1234", 0),
        changes: roots.iter().any(Root::has_changes),
        untouched: 0,
        note: None,
        roots,
        diagnostics: Vec::new(),
    }
}

fn check(stacks: &[&str], drift: Vec<Drift>) -> Check {
    Check {
        version: 1,
        stacks: stacks.iter().map(|stack| (*stack).to_owned()).collect(),
        files: 3 * stacks.len(),
        summary: format!("{}: as described", count(stacks.len(), "stack")),
        drift,
        diagnostics: Vec::new(),
    }
}

fn drift(path: &str) -> Drift {
    Drift {
        path: path.to_owned(),
        class: "stale".to_owned(),
        code: "SW511".to_owned(),
        diff: format!("--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a\n+b\n"),
    }
}

fn problem(severity: &str, message: &str) -> Problem {
    Problem {
        code: "SW102".to_owned(),
        name: "unknown-field".to_owned(),
        severity: severity.to_owned(),
        message: message.to_owned(),
        path: Some("stacks/shop/stack.hcl".to_owned()),
        start: Some(Position { line: 3, column: 7 }),
        end: None,
        related: Vec::new(),
        help: vec!["there is a field `network`".to_owned()],
        suggestion: None,
    }
}

fn frame() -> Frame {
    Frame {
        marker: Some("main".parse().unwrap()),
        limit_bytes: GITHUB_BYTES,
        files: Some("https://github.com/acme/shop/blob/0123abc/".to_owned()),
        rest: "see `all.md`".to_owned(),
    }
}

fn text(parts: &Parts) -> Comment {
    comment(parts, &frame())
}

#[test]
fn the_worst_comes_first_and_everything_has_its_place() {
    let mut database =
        group("replace", "aws_db_instance", true, &["module.a.aws_db_instance.this".to_owned()]);
    database.attributes.push(Attribute {
        path: "username".to_owned(),
        old: Shown::Value("a".into()),
        new: Shown::Value("b".into()),
        forces: true,
        may_force: false,
        condition: None,
    });
    let mut shop = root("shop", vec![database]);
    shop.denied = Some(vec![Denied {
        rule: "replace:stateful".to_owned(),
        address: "module.a.aws_db_instance.this".to_owned(),
    }]);
    let other = root(
        "portal",
        vec![group("update", "aws_ecs_service", false, &["aws_ecs_service.web".to_owned()])],
    );
    let mut found = check(&["shop"], vec![drift("stacks/shop/network.tf")]);
    found.diagnostics =
        vec![problem("warning", "it is late"), problem("error", "unknown field `netwrk`")];
    let mut parts = Parts::together(
        vec![("c".to_owned(), found)],
        vec![("a".to_owned(), plan(vec![shop])), ("b".to_owned(), plan(vec![other]))],
        vec!["shard-3".to_owned()],
    )
    .unwrap();
    parts.sections.push(Section { title: "Schedules".to_owned(), body: "one | two\n".to_owned() });
    insta::assert_snapshot!(text(&parts).text);
}

#[test]
fn parts_make_the_same_comment_in_any_order() {
    let roots = ["a", "b", "c"].map(|name| {
        let part =
            plan(vec![root(name, vec![group("create", "aws_sqs_queue", true, &["q".to_owned()])])]);
        (format!("{name}.json"), part)
    });
    let checks = ["x", "y"].map(|name| {
        (format!("{name}.json"), check(&[name], vec![drift(name), drift("modules/a.tf")]))
    });
    let forward =
        Parts::together(checks.to_vec(), roots.to_vec(), vec!["m".to_owned(), "l".to_owned()]);
    let mut backward = (checks, roots);
    backward.0.reverse();
    backward.1.reverse();
    let backward = Parts::together(
        backward.0.to_vec(),
        backward.1.to_vec(),
        vec!["l".to_owned(), "m".to_owned(), "l".to_owned()],
    );
    let forward = forward.unwrap();
    assert_eq!(Ok(&forward), backward.as_ref());
    let summary = "6 files of 2 stacks: 3 stale";
    assert_eq!(forward.check.as_ref().unwrap().summary, summary);
    assert_eq!(forward.plan.as_ref().unwrap().summary, "3 roots against abc1234: 3 to create");
}

#[test]
fn parts_that_do_not_belong_together_are_refused_with_every_reason() {
    let part = |name: &str| (format!("{name}.json"), plan(vec![root("shop", Vec::new())]));
    let mut other = part("b");
    other.1.base = "fff0000".to_owned();
    let mut live = part("c");
    live.1.offline = false;
    let apart = Parts::together(Vec::new(), vec![part("a"), other, live], Vec::new());
    let apart: Vec<String> = apart.unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(apart.join("\n"), @"
    `a.json` and `b.json` are both about `shop`
    `b.json` and `c.json` are both about `shop`
    `a.json` is a plan against abc1234, and `b.json` one against fff0000
    `a.json` is a plan without credentials, and `c.json` is a live one
    ");
}

#[test]
fn where_there_is_nothing_to_tell_it_is_one_line() {
    let parts = Parts {
        check: Some(check(&["shop"], Vec::new())),
        plan: Some(plan(vec![root("shop", Vec::new())])),
        ..Parts::default()
    };
    let comment = text(&parts);
    assert!(comment.quiet);
    insta::assert_snapshot!(comment.text, @"
    <!-- stackwright:main -->
    **stackwright**: nothing to tell: 1 stack: as described; 1 root against abc1234: no changes
    ");
}

#[test]
fn what_is_harmless_is_left_out_first_and_counted() {
    let loud = |n: usize| format!("r{n:04}").to_owned() + "/production";
    let roots = (0..1000)
        .map(|n| {
            let creates: Vec<String> = (0..3)
                .map(|it| format!("module.x.aws_sqs_queue.q{it}[\"{}\"]", "k".repeat(20)))
                .collect();
            let mut groups = vec![group("create", "aws_sqs_queue", true, &creates)];
            if n % 100 == 99 {
                groups.push(group(
                    "destroy",
                    "aws_db_instance",
                    true,
                    &[format!("aws_db_instance.d{n}")],
                ));
            }
            root(&loud(n), groups)
        })
        .collect();
    let parts = Parts { plan: Some(plan(roots)), ..Parts::default() };
    let Comment { text, spilled, .. } = text(&parts);
    assert!(text.len() <= GITHUB_BYTES && text.len() > GITHUB_BYTES - 4_000, "{}", text.len());
    for n in (99..1000).step_by(100) {
        // In the list, in the table and unfolded.
        assert!(text.contains(&format!("> - `aws_db_instance.d{n}` in `{}`", loud(n))), "{n}");
        assert!(text.contains(&format!("<details><summary><code>{}", loud(n))), "{n}");
    }
    let rows = text.lines().filter(|line| line.starts_with("| `r")).count();
    let counted =
        text.lines().find(|line| line.ends_with("more roots") || line.contains("more roots: "));
    if let Some(line) = counted {
        let left: usize = line.split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(rows + left, 1000, "{line}");
        assert!(line.contains(&format!("{} to create", 3 * left)), "{line}");
    } else {
        assert_eq!(rows, 1000);
    }
    assert!(text.contains("\nThis is not everything: see `all.md`\n"));
    let spilled = spilled.unwrap();
    assert_eq!(spilled.matches("<details><summary><code>r").count(), 1000);
}

#[test]
fn a_key_ends_no_comment() {
    for key in ["", "a--b", "a b", "-->", "a-", &"x".repeat(101), "ä"] {
        assert!(key.parse::<Marker>().is_err(), "{key}");
    }
    let marker: Marker = "infra/shop-1".parse().unwrap();
    assert!(marker.is_of("<!-- stackwright:infra/shop-1 -->\nx"));
    assert!(!marker.is_of("> <!-- stackwright:infra/shop-1 -->\n"));
    assert!(!marker.is_of("<!-- stackwright:infra/shop-10 -->"));
}

/// Texts as bad as they get.
fn evil() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_.]{1,12}",
        Just("</details>".to_owned()),
        Just("<!-- stackwright:main -->".to_owned()),
        Just("-->\n<details>".to_owned()),
        Just("@ada #1 acme/shop#2 GH-3 https://github.com/a/b/issues/4".to_owned()),
        Just("```\n````\n</details>".to_owned()),
        Just("a|b\\|c`d``e".to_owned()),
        "\\PC{0,60}",
        ".{0,60}",
        (1usize..3000).prop_map(|n| "ä`|".repeat(n)),
    ]
}

fn any_group() -> impl Strategy<Value = Group> {
    let action = prop_oneof![
        Just("create".to_owned()),
        Just("update".to_owned()),
        Just("replace".to_owned()),
        Just("destroy".to_owned()),
        evil(),
    ];
    let attribute =
        (evil(), evil(), any::<(bool, bool)>()).prop_map(|(path, value, (forces, may_force))| {
            Attribute {
                path,
                old: Shown::Value(Value::String(value.clone())),
                new: Shown::Hidden(value.clone()),
                forces,
                may_force,
                condition: Some(value),
            }
        });
    (
        action,
        evil(),
        any::<(bool, bool, bool)>(),
        prop::collection::vec(evil(), 1..6),
        prop::collection::vec(attribute, 0..3),
        evil(),
    )
        .prop_map(|(action, ty, (stateful, maybe, follows), addresses, attributes, words)| {
            Group {
                attributes,
                words,
                follows,
                may_be_replaced: maybe,
                ..group(&action, &ty, stateful, &addresses)
            }
        })
}

fn any_parts() -> impl Strategy<Value = Parts> {
    let one = (evil(), prop::collection::vec(any_group(), 0..4), evil(), any::<bool>()).prop_map(
        |(name, groups, component, planned)| {
            let mut root = root(&name, groups);
            root.planned = planned;
            root.components.iter_mut().flatten().for_each(|it| {
                it.name.clone_from(&component);
                it.headline = Some(component.clone());
            });
            root
        },
    );
    // How often each root stands there.
    let roots = (prop::collection::vec(one, 0..5), prop_oneof![Just(1usize), Just(60)]);
    let roots = roots.prop_map(|(roots, times)| {
        let again =
            |n| roots.iter().map(move |it| Root { name: format!("{}{n}", it.name), ..it.clone() });
        (0..times).flat_map(again).collect::<Vec<Root>>()
    });
    let problems = prop::collection::vec((evil(), evil()), 0..4).prop_map(|all| {
        all.into_iter()
            .map(|(path, message)| Problem { path: Some(path), ..problem("error", &message) })
            .collect::<Vec<_>>()
    });
    let drifts = prop::collection::vec((evil(), evil()), 0..4).prop_map(|all| {
        all.into_iter().map(|(path, diff)| Drift { path, diff, ..drift("") }).collect::<Vec<_>>()
    });
    (roots, problems, drifts, prop::collection::vec(evil(), 0..3), evil()).prop_map(
        |(roots, diagnostics, drifts, missing, note)| Parts {
            check: Some(Check { diagnostics, ..check(&["shop"], drifts) }),
            plan: Some(Plan { note: Some(note), ..plan(roots) }),
            missing,
            sections: Vec::new(),
        },
    )
}

/// The Markdown without its blocks and spans of code.
fn without_code(text: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            // A block of HTML: nothing in it is Markdown.
            None if line.starts_with("<details>") => {
                out.push_str(line);
                out.push('\n');
            }
            None if ticks.len() >= 3 && !line[ticks.len()..].contains('`') => fence = Some(ticks),
            None => {
                let mut rest = line;
                while let Some(start) = rest.find(['`', '\\']) {
                    out.push_str(&rest[..start]);
                    rest = &rest[start..];
                    if let Some(escaped) = rest.strip_prefix('\\') {
                        rest = &escaped[escaped.chars().next().map_or(0, char::len_utf8)..];
                        continue;
                    }
                    let ticks: String = rest.chars().take_while(|c| *c == '`').collect();
                    rest = &rest[ticks.len()..];
                    // Up to a run of as many.
                    let mut at = 0;
                    let end = loop {
                        let Some(next) = rest[at..].find('`').map(|next| at + next) else {
                            break None;
                        };
                        let run = rest[next..].chars().take_while(|c| *c == '`').count();
                        if run == ticks.len() {
                            break Some(next + run);
                        }
                        at = next + run;
                    };
                    rest = &rest[end
                        .unwrap_or_else(|| panic!("a span of code that does not end: {line}"))..];
                }
                out.push_str(rest);
                out.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a block of code that does not end");
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_plan_says_the_comment_is_whole_short_and_mentions_nobody(parts in any_parts()) {
        let comment = text(&parts);
        prop_assert!(comment.text.len() <= GITHUB_BYTES, "{}", comment.text.len());
        prop_assert!(frame().marker.unwrap().is_of(&comment.text));
        prop_assert_eq!(&comment, &text(&parts));
        let outside = without_code(&comment.text);
        let count = |what: &str| outside.matches(what).count();
        prop_assert_eq!(count("<details>"), count("</details>"));
        prop_assert_eq!(count("<!--"), count("-->"));
        prop_assert_eq!(count("<!-- stackwright:"), 1);
        // Inside `<code>` nobody is mentioned; the links to files are our own.
        let mut plain = outside.clone();
        while let Some(start) = plain.find("](https://github.com/acme/shop/blob/0123abc/") {
            let end = start + plain[start..].find(')').unwrap();
            plain.replace_range(start..=end, "");
        }
        while let Some((start, end)) = plain.find("<code>").and_then(|at| Some((at, at + plain[at..].find("</code>")?))) {
            plain.replace_range(start..end, "");
        }
        for bad in ["@ada", " #1", "shop#2", "GH-3", "https://"] {
            prop_assert!(!plain.contains(bad), "{}: {}", bad, plain);
        }
        // Everything that holds data and goes is in the list, or counted there.
        let gone: usize = parts.plan.iter().flat_map(|plan| &plan.roots).flat_map(Root::groups)
            .filter(|(_, group)| group.may_lose_data()).map(|(_, group)| group.resources.len()).sum();
        let listed = comment.text.lines().filter(|line| line.starts_with("> - ") && line.contains(" in ")
            && line.contains(": **")).count();
        let more: usize = comment.text.lines()
            .filter_map(|line| line.strip_prefix("> - **and ")?.strip_suffix(" more that hold data**")?.parse::<usize>().ok())
            .sum();
        prop_assert_eq!(listed + more, gone);
        // So is every root that says anything, in the table.
        let roots = parts.plan.iter().flat_map(|plan| &plan.roots).filter(|it| !it.planned || it.has_changes()).count();
        if comment.spilled.is_none() && roots > 0 {
            prop_assert!(!comment.text.contains("more root"));
        }
    }
}
