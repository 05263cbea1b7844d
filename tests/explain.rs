//! `stackwright explain`, and the examples of the rules.

use std::fmt::Write as _;

use stackwright::Program;
use stackwright::diagnostic::{ALL_CODES, Diagnostic};
use stackwright::explain::{Checked, Example, Explanation, Kind};
use stackwright::report::explain::Explained;

use insta::assert_snapshot;

use crate::support::Project;

/// The beginnings of the ids of rules that a description alone can break: each has an example.
const WITH_EXAMPLES: [&str; 13] = [
    "SW10", "SW11", "SW13", "SW20", "SW30", "SW31", "SW32", "SW33", "SW34", "SW35", "SW40", "SW90",
    "SW005",
];

/// Those of them that are about a change or a bump, which no description shows.
const WITHOUT: [&str; 3] = ["SW321", "SW324", "SW333"];

#[test]
fn every_rule_that_a_description_can_break_has_an_example_that_breaks_it() {
    let missing: Vec<&str> = ALL_CODES
        .iter()
        .filter(|code| WITH_EXAMPLES.iter().any(|family| code.id.starts_with(family)))
        .filter(|code| !WITHOUT.contains(&code.id))
        .filter(|code| !Explanation::of(**code).examples().any(|it| it.kind == Kind::Wrong))
        .map(|code| code.id)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_example_says_what_it_means_to() {
    let program = Program::new();
    let mut faults = String::new();
    for code in ALL_CODES {
        let explanation = Explanation::of(*code);
        for example in explanation.examples() {
            let Checked { diagnostics, .. } = example.check(&program);
            let as_meant = match example.kind {
                Kind::Wrong => {
                    !diagnostics.is_empty() && diagnostics.iter().all(|it| it.code == *code)
                }
                Kind::Right => diagnostics.is_empty(),
            };
            if !as_meant {
                let _ = writeln!(
                    faults,
                    "{code} {}:\n{}",
                    example.kind.name(),
                    said(example, &program)
                );
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn what_is_suggested_for_a_wrong_example_makes_the_right_one() {
    let program = Program::new();
    let mut suggested = 0;
    for code in ALL_CODES {
        let explanation = Explanation::of(*code);
        let examples: Vec<&Example> = explanation.examples().collect();
        for pair in examples.windows(2) {
            let [wrong, right] = pair else { continue };
            let Checked { diagnostics, sources } = wrong.check(&program);
            let [Diagnostic { suggestion: Some(suggestion), .. }] = diagnostics.as_slice() else {
                continue;
            };
            suggested += 1;
            let mut text = sources.get(suggestion.span.file).text.to_string();
            text.replace_range(suggestion.span.range(), &suggestion.replacement);
            let meant = &right.files[0].text;
            assert!(text.starts_with(meant.as_str()), "{code}:\n{text}\n--- right:\n{meant}");
        }
    }
    assert!(suggested > 0, "no rule suggests anything any more");
}

fn said(example: &Example, program: &Program) -> String {
    let Checked { diagnostics, sources } = example.check(program);
    let style = stackwright::report::snippet::Style::Plain;
    stackwright::report::terminal::diagnostics(&diagnostics, &sources, style)
}

#[test]
fn a_code_is_explained_with_an_example_and_what_is_said_to_it() {
    assert_snapshot!(Project::empty().run(&["explain", "SW204"]).success(), @r#"
    SW204 bad-schedule (error)

    A `rate()` or `cron()` that EventBridge refuses (Amazon EventBridge User Guide, "Cron expressions
    reference" and "Rate expressions").

    It is not the crontab of Unix: there is a sixth field for the year, one of day-of-month and
    day-of-week must be `?`, and days of the week count from 1, Sunday.

    Wrong:

        scheduled_task "report" {
          cluster  = cluster.main
          image    = image.web
          schedule = "cron(0 4 * * *)"
        }

    error[SW204]: `0 4 * * *` has 5 fields
     --> stacks/shop/stack.hcl:4:20
      |
    4 |   schedule = "cron(0 4 * * *)"
      |                    ^^^^^^^^^
      |
      = help: EventBridge wants six fields: minutes hours day-of-month month day-of-week year; try `cron(0 4 * * ? *)`

    Right:

        scheduled_task "report" {
          cluster  = cluster.main
          image    = image.web
          schedule = "cron(0 4 * * ? *)"
        }

    more: docs/codes.md#sw204
    "#);
}

#[test]
fn a_code_is_named_by_id_by_name_or_by_what_was_printed() {
    let project = Project::empty();
    let by_id = project.run(&["explain", "SW204"]).success();
    for text in ["sw204", "bad-schedule", "error[SW204]: `0 4 * * *` has 5 fields"] {
        assert_eq!(project.run(&["explain", text]).success(), by_id, "{text}");
    }
    let twice = project.run(&["explain", "sw204", "bad-schedule"]).success();
    assert_eq!(twice, by_id);
    let two = project.run(&["explain", "sw204", "SW314"]).success();
    assert!(two.starts_with(&by_id) && two.contains("\nSW314 cycle (error)\n"), "{two}");
}

#[test]
fn what_is_no_code_is_told_what_was_meant() {
    assert_snapshot!(Project::empty().run(&["explain", "bad-shedule", "SW2044", "nonsense", "SW204"]), @"
    exit 1
    --- out
    --- err
    error[SW107]: there is no code `bad-shedule`
     |
     = help: did you mean `bad-schedule`?

    error[SW107]: there is no code `SW2044`
     |
     = help: did you mean `SW204`?

    error[SW107]: there is no code `nonsense`
     |
     = help: `stackwright explain` lists all
    ");
}

#[test]
fn every_code_is_listed_on_a_line_of_its_own() {
    let project = Project::empty();
    let list = project.run(&["explain"]).success();
    for code in ALL_CODES {
        let line = |line: &&str| line.starts_with(&format!("  {}  {} ", code.id, code.name));
        assert_eq!(list.lines().filter(line).count(), 1, "{code}");
    }
    let families: Vec<&str> =
        list.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    assert_snapshot!(families.join("\n"), @"
    Reading a file
    The shape of a description
    Single values
    Fields and components that must fit together
    The lock
    Registries
    The checkout
    The plan
    The bump
    What follows a bump
    Templates beside a description
    Pull requests, pictures and editors
    ");
    assert_snapshot!(list.lines().take(8).collect::<Vec<_>>().join("\n"), @"
    Reading a file
      SW001  unreadable       A file cannot be read: permissions, a folder in its place, an I/O error
      SW002  encoding         A description is UTF-8 text without a byte-order mark
      SW003  line-ending      A description ends its lines with a line feed; carriage returns make the rendered bytes depend on the editor
      SW004  too-large        A description is at most 4 MiB long: anything longer was not written by a person
      SW005  syntax           The text is not HCL
      SW006  outside-project  A path leaves the project through a symbolic link
    ");
}

#[test]
fn what_has_no_example_says_what_to_do() {
    assert_snapshot!(Project::empty().run(&["explain", "rollback"]).success(), @"
    SW710 rollback

    An older image than the one that is locked, without `--rollback`.

    A job that was late must not take back what a newer one has deployed. If it is meant, say why: the
    image is then held there until somebody says `--release-hold`.

        stackwright bump web=v1 --rollback 'v2 loses orders' --push

    more: docs/codes.md#sw710
    ");
}

#[test]
fn several_files_of_an_example_are_shown_with_their_names() {
    assert_snapshot!(Project::empty().run(&["explain", "unpinned-image"]).success(), @r#"
    SW309 unpinned-image (error)

    An image has no tag and no digest in the lock, so that nobody can say what runs.

    What an image runs stands in `images.tf` of the root and nowhere else. The message prints the entry
    that is missing; put the tag of an image there that has been pushed. From then on `stackwright bump`
    moves it.

    Wrong:

        image "web" {
          repository = "registry.example.org/web"
        }

    Wrong, in `images.tf`:

        # Image references: Terraform reads them, stackwright writes them.

        locals {
          images = {}
        }

    error[SW309]: `image.web` has no tag and no digest in `stacks/shop/images.tf`
     --> stacks/shop/stack.hcl:1:1
      |
    1 | image "web" {
      | ^^^^^^^^^^^ nobody can say what this runs
      |
      = help: run `stackwright render --lock web=<tag>`, or add to `images`:
                  web = {
                    repository = "registry.example.org/web"
                    tag        = "…"
                    digest     = null
                  }

    Right:

        image "web" {
          repository = "registry.example.org/web"
        }

    Right, in `images.tf`:

        # Image references: Terraform reads them, stackwright writes them.

        locals {
          images = {
            web = {
              repository = "registry.example.org/web"
              tag        = "v1"
              digest     = null
            }
          }
        }

    more: docs/codes.md#sw309
    "#);
}

#[test]
fn an_explanation_is_markdown_with_an_anchor() {
    let run = Project::empty().run(&["explain", "SW107", "--format", "markdown"]);
    assert_snapshot!(run.success(), @r#"
    # SW107

    **unknown-reference**, error

    A reference to something that does not exist.

    Wrong:

    ```hcl
    cluster "main" {
      network = network.mian
    }

    network "main" {
      cidr = "10.0.0.0/16"
    }
    ```

    ```text
    error[SW107]: there is no `network` "mian"
     --> stacks/shop/stack.hcl:2:13
      |
    2 |   network = network.mian
      |             ^^^^^^^^^^^^
      |
      = help: did you mean `network.main`?
    ```

    Right:

    ```hcl
    cluster "main" {
      network = network.main
    }

    network "main" {
      cidr = "10.0.0.0/16"
    }
    ```
    "#);
}

#[test]
fn programs_read_explanations_as_json() {
    let run = Project::empty().run(&["explain", "SW107", "--format", "json"]);
    let explained: Explained = serde_json::from_str(&run.success()).unwrap();
    assert_eq!(explained.version, 1);
    let [rule] = explained.codes.as_slice() else { panic!("{explained:?}") };
    assert_eq!((rule.code.as_str(), rule.severity.as_deref()), ("SW107", Some("error")));
    let [wrong, right] = rule.examples.as_slice() else { panic!("{rule:?}") };
    let said: Vec<&str> = wrong.diagnostics.iter().map(|it| it.code.as_str()).collect();
    assert_eq!((wrong.kind.as_str(), said), ("wrong", vec!["SW107"]));
    assert_eq!((right.kind.as_str(), right.diagnostics.len()), ("right", 0));
    let all = Project::empty().run(&["explain", "--format", "json"]).success();
    let all: Explained = serde_json::from_str(&all).unwrap();
    assert_eq!(all.codes.len(), ALL_CODES.len());
}

#[test]
fn colours_change_nothing_but_colours() {
    let project = Project::empty();
    let plain = project.run(&["explain", "SW204"]).success();
    let colored = project.run(&["explain", "SW204", "--color", "always"]).success();
    assert_ne!(plain, colored);
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
}

#[test]
fn a_hint_where_to_learn_more_is_for_terminals_only() {
    let project = Project::with("stack \"demo\" {}\n");
    let said = project.run(&["check"]).code(1).err;
    assert!(said.contains("error[SW103]") && !said.contains("explain"), "{said}");
}
