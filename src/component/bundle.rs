//! `bundle`: images that move together.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::collections::BTreeMap;
use std::fmt;

use crate::component::{Component, Image, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::Stack;
use crate::stack::check::Check;
use crate::stack::field::{Literal, Ref, Table, WeakRef};
use crate::stack::lower::Lower;
use crate::value::{Environment, Invalid, Scalar, ScalarType, Tag};
use crate::{block, outputs};

block! {
    /// Images that are built together and move together. Nothing is rendered of it: it is a promise
    /// that `stackwright bump` keeps.
    ///
    /// Without rules, all of them move or none does. With rules, a move is refused that breaks one
    /// of them. One image that several tasks run, each with its own command, needs no bundle.
    pub struct Bundle {
        /// The images.
        images: Vec<WeakRef<Image>>,
        /// True when images that move at once were built from the same source: they move to the
        /// same tag. Where tags differ by more, a group `source` in their patterns says what they
        /// have in common: `^(?P<source>[0-9a-f]{8})-indexer$`.
        same_source: Literal<bool> = Literal(false),
        /// Which of them move together, and where.
        @rows rule: Table<Rule>,
    }
}

block! {
    /// Images of which none moves alone.
    pub struct Rule {
        /// The images; all of the bundle when it is not written.
        images: Vec<WeakRef<Image>>,
        /// The environments in which it holds; all when it is not written.
        environments: Vec<Literal<Environment>>,
        /// True when no stated reason excuses a partial move.
        strict: Literal<bool> = Literal(false),
        /// Why: what whoever breaks the rule is told.
        reason: Literal<Reason>,
    }
}

/// Why a rule is there, or why it may be broken for once: one line, which stands in messages and
/// commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for Reason {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "one line of 1 to 200 characters";

    fn parse(text: &str) -> Result<Self, Invalid> {
        // Marks that turn the direction of text around would show another commit than is made.
        let obeyed = |c: char| {
            c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let is_line = !text.trim().is_empty() && !text.contains(obeyed);
        match text.chars().count() {
            ..=200 if is_line => Ok(Self(text.trim().to_owned())),
            _ => Err(Invalid::new(codes::BAD_VALUE, "a reason is one line of 1 to 200 characters")
                .help("say in a few words why the images move together, or why not this time")),
        }
    }
}

/// Some images moving at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Move {
    /// The labels of the images that move, each with the tag to which it moves, where it has one.
    pub images: BTreeMap<String, Option<Tag>>,
    /// Why others stay, when somebody said so: `stackwright bump --partial "<reason>"`.
    pub partial: Option<Reason>,
}

/// Everything that the bundles of a stack have against a move; nothing when it is right.
pub fn check_move(stack: &Stack, moving: &Move) -> Vec<Diagnostic> {
    let bundles = stack.all::<Bundle>().into_iter();
    bundles.flat_map(|(label, bundle)| bundle.check_move(stack, label, moving)).collect()
}

fn labels(images: &[WeakRef<Image>]) -> Vec<&str> {
    images.iter().map(|image| image.0.label.as_str()).collect()
}

/// `` `image.a` and `image.b` ``
fn listed(labels: &[&str]) -> String {
    let names: Vec<String> = labels.iter().map(|label| format!("`image.{label}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

impl Bundle {
    /// The labels of its images.
    pub fn labels(&self) -> Vec<&str> {
        labels(&self.images)
    }

    /// What this bundle, of this label, has against a move: each broken rule in its own words and
    /// with its place.
    pub fn check_move(&self, stack: &Stack, label: &str, moving: &Move) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        if self.rule.is_empty() {
            let name = format!("bundle \"{label}\"");
            problems.extend(partial(&labels(&self.images), moving, false).map(|diagnostic| {
                Diagnostic {
                    message: format!("{}: {name} moves as one", diagnostic.message),
                    ..diagnostic
                }
                .at(self.origin.head, "")
            }));
        }
        let here = stack.settings.environment.as_ref().map(|environment| &environment.0);
        for (_, rule) in self.rule.iter() {
            let holds = rule.environments.is_empty()
                || rule.environments.iter().any(|environment| Some(&environment.0) == here);
            if !holds {
                continue;
            }
            let images = if rule.images.is_empty() { &self.images } else { &rule.images };
            problems.extend(partial(&labels(images), moving, rule.strict.0).map(|diagnostic| {
                let message = format!("{}: {}", diagnostic.message, rule.reason.0);
                Diagnostic { message, ..diagnostic }.at(rule.origin.head, "")
            }));
        }
        if self.same_source.0 {
            problems.extend(self.other_source(stack, moving));
        }
        problems
    }

    /// Two images that move to tags of different sources. No reason excuses that.
    fn other_source(&self, stack: &Stack, moving: &Move) -> Option<Diagnostic> {
        let mut sources = labels(&self.images).into_iter().filter_map(|label| {
            let tag = moving.images.get(label)?.as_ref()?;
            let image: &Image = stack.component(label)?;
            Some((label, tag, image.policy.source(tag)))
        });
        let (first, tag, source) = sources.next()?;
        let (other, its_tag, _) = sources.find(|(_, _, other)| *other != source)?;
        Some(
            Diagnostic::error(
                codes::PARTIAL_MOVE,
                format!(
                    "`image.{first}` moves to `{tag}` and `image.{other}` to `{its_tag}`, which were \
                     not built together"
                ),
            )
            .at(self.origin.field("same_source"), "")
            .help("move both to images of the same source"),
        )
    }
}

/// The complaint that some of these images move without the others.
fn partial(images: &[&str], moving: &Move, strict: bool) -> Option<Diagnostic> {
    let (move_, stay): (Vec<&str>, Vec<&str>) =
        images.iter().partition(|label| moving.images.contains_key(**label));
    let excused = !strict && moving.partial.is_some();
    if move_.is_empty() || stay.is_empty() || excused {
        return None;
    }
    let verb = |labels: &[&str]| if labels.len() == 1 { "moves" } else { "move" };
    let message = format!("{} {} without {}", listed(&move_), verb(&move_), listed(&stay));
    let help = format!("move {}, too", listed(&stay));
    Some(Diagnostic::error(codes::PARTIAL_MOVE, message).help(match strict {
        true => help,
        false => format!("{help}, or say why not with `--partial \"<reason>\"`"),
    }))
}

impl Component for Bundle {
    const KIND: &'static str = "bundle";
    const FILE: &'static str = "images.tf";
    const DRAWN: Drawn = Drawn::new(Family::Images, Meaning::USED);

    fn outputs() -> Outputs {
        outputs! {}
    }

    fn check(&self, check: &Check<'_>) {
        let bundle = labels(&self.images);
        let conflict = |message: String| Diagnostic::error(codes::CONFLICT, message);
        if bundle.len() < 2 {
            check.report(
                conflict("a bundle has at least two images".to_owned())
                    .at(self.origin.field("images"), "")
                    .help("one image moves as one anyway, however many tasks run it: take the bundle out"),
            );
        }
        check_doubles(check, &self.images);
        for (label, rule) in self.rule.iter() {
            check_doubles(check, &rule.images);
            if rule.images.len() == 1 {
                check.report(
                    conflict(format!("the rule \"{label}\" is about one image"))
                        .at(rule.origin.field("images"), "")
                        .help("name those that do not move without each other, or none for all"),
                );
            }
            for image in rule.images.iter().filter(|image| !bundle.contains(&&*image.0.label)) {
                check.report(
                    conflict(format!("`image.{}` is not in the bundle", image.0.label))
                        .at(image.0.span, "")
                        .also(self.origin.fields.get("images").copied(), "the bundle's images")
                        .help("add it there, or take it out here"),
                );
            }
            if !rule.environments.is_empty() && check.stack.settings.environment.is_none() {
                check.report(
                    conflict(format!("the rule \"{label}\" holds nowhere"))
                        .at(rule.origin.field("environments"), "")
                        .help("say which environment this stack is: `environment = \"…\"` in its `stack` block"),
                );
            }
        }
    }

    /// It is about changes of the lock, and is no part of a root.
    fn lower(&self, _lower: &mut Lower<'_>) {}
}

fn check_doubles(check: &Check<'_>, images: &[WeakRef<Image>]) {
    for (index, WeakRef(image)) in images.iter().enumerate() {
        let first: Option<&Ref<Image>> =
            images[..index].iter().map(|first| &first.0).find(|first| *first == image);
        if let Some(first) = first {
            check.report(
                Diagnostic::error(
                    codes::DUPLICATE,
                    format!("`image.{}` stands twice", image.label),
                )
                .at(image.span, "again here")
                .also(first.span, "first here"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::Value;

    use super::*;
    use crate::component::testing::{description, problems, stack};

    /// Four images that are one build, as the portal has them.
    const PORTAL: &str = r#"
image "portal" { repository = "example.org/portal" }
image "indexer" { repository = "example.org/portal" }
image "ingester" { repository = "example.org/portal" }
image "deployment" { repository = "example.org/portal" }
bundle "portal" {
  images = [image.portal, image.indexer, image.ingester, image.deployment]
  rule "production" {
    environments = ["production"]
    strict       = true
    reason       = "production never takes a partial push"
  }
  rule "backend" {
    images = [image.indexer, image.deployment]
    reason = "a deployment that runs other code than the indexer is undefined behaviour"
  }
  rule "pipeline" {
    images = [image.indexer, image.ingester]
    reason = "the ingester stays only when nothing is ingested"
  }
}
"#;

    fn stack_of(environment: &str, blocks: &str) -> Stack {
        let setting = format!("environment = \"{environment}\"\n  region");
        let text = description(blocks).replacen("region", &setting, 1);
        let mut sources = crate::diagnostic::Sources::default();
        let file = sources.add("stack.hcl", text.as_str());
        crate::stack::read(file, &text, "test").unwrap().0
    }

    fn moving(images: &[&str], partial: Option<&str>) -> Move {
        Move {
            images: images.iter().map(|label| ((*label).to_owned(), None)).collect(),
            partial: partial.map(|reason| Reason::parse(reason).unwrap()),
        }
    }

    fn told(environment: &str, images: &[&str], partial: Option<&str>) -> String {
        let problems = check_move(&stack_of(environment, PORTAL), &moving(images, partial));
        let line =
            |problem: &Diagnostic| format!("{}; {}", problem.message, problem.help.join("; "));
        problems.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_case_of_the_portal_is_decided_as_its_guide_does() {
        let cases: Value =
            serde_json::from_str(include_str!("../../tests/fixtures/tag_cases.json")).unwrap();
        let mut decided = 0;
        for case in cases["bundles"].as_array().unwrap() {
            // The order of a rollout is not about which images move.
            let Some(pushed) = case["pushed"].as_array() else {
                assert_eq!(case["rule"], "CGAP-S4");
                continue;
            };
            let label = |tag: &Value| match tag.as_str().unwrap() {
                "latest" => ("portal".to_owned(), None),
                other => (other.trim_start_matches("latest-").to_owned(), None),
            };
            // What changed in the sources is for people to say.
            let partial = (case["changes"][0] == "deployment_script")
                .then(|| Reason::parse("only the deployment's script changed").unwrap());
            let moving = Move { images: pushed.iter().map(label).collect(), partial };
            let problems = check_move(&stack_of(case["env"].as_str().unwrap(), PORTAL), &moving);
            assert_eq!(
                problems.is_empty(),
                case["allowed"].as_bool().unwrap(),
                "{case}: {problems:?}"
            );
            decided += 1;
        }
        assert_eq!(decided, 6);
    }

    #[test]
    fn cgap_t1_all_of_a_bundle_can_always_move() {
        let all = ["portal", "indexer", "ingester", "deployment"];
        assert_eq!(told("production", &all, None), "");
        assert_eq!(told("test", &all, None), "");
        assert_eq!(told("production", &[], None), "");
    }

    #[test]
    fn cgap_t2_production_takes_no_partial_push_whatever_the_reason() {
        assert_snapshot!(told("production", &["portal"], None), @"`image.portal` moves without `image.indexer`, `image.ingester` and `image.deployment`: production never takes a partial push; move `image.indexer`, `image.ingester` and `image.deployment`, too");
        assert_eq!(
            told("production", &["portal"], Some("front end only")),
            told("production", &["portal"], None)
        );
    }

    #[test]
    fn cgap_t3_elsewhere_the_front_end_moves_alone() {
        assert_eq!(told("test", &["portal"], None), "");
    }

    #[test]
    fn cgap_t4_and_t5_the_ingester_and_the_front_end_stay_with_a_stated_reason() {
        assert_snapshot!(told("test", &["indexer", "deployment"], None), @r#"`image.indexer` moves without `image.ingester`: the ingester stays only when nothing is ingested; move `image.ingester`, too, or say why not with `--partial "<reason>"`"#);
        assert_eq!(told("test", &["indexer", "deployment"], Some("nothing is ingested")), "");
        assert_eq!(told("test", &["indexer", "deployment", "ingester"], None), "");
    }

    #[test]
    fn cgap_t6_the_deployment_moves_alone_with_a_stated_reason() {
        assert_eq!(told("test", &["deployment"], Some("only its script changed")), "");
    }

    #[test]
    fn cgap_t7_the_indexer_and_the_deployment_move_together() {
        assert_snapshot!(told("test", &["portal", "deployment"], None), @r#"`image.deployment` moves without `image.indexer`: a deployment that runs other code than the indexer is undefined behaviour; move `image.indexer`, too, or say why not with `--partial "<reason>"`"#);
        assert_snapshot!(told("test", &["indexer"], None), @r#"
        `image.indexer` moves without `image.deployment`: a deployment that runs other code than the indexer is undefined behaviour; move `image.deployment`, too, or say why not with `--partial "<reason>"`
        `image.indexer` moves without `image.ingester`: the ingester stays only when nothing is ingested; move `image.ingester`, too, or say why not with `--partial "<reason>"`
        "#);
    }

    #[test]
    fn cgap_t10_one_image_that_many_tasks_run_needs_no_bundle() {
        assert_snapshot!(problems(r#"
image "portal" { repository = "example.org/portal" }
bundle "portal" { images = [image.portal] }
"#), @"2:28 SW312 a bundle has at least two images; one image moves as one anyway, however many tasks run it: take the bundle out");
    }

    #[test]
    fn a_bundle_without_rules_moves_as_one() {
        let blocks = PORTAL.split("  rule").next().unwrap().to_owned() + "}\n";
        let stack = stack_of("test", &blocks);
        let problems = check_move(&stack, &moving(&["portal", "indexer"], None));
        let lines: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_snapshot!(lines.join("\n"), @r#"`image.portal` and `image.indexer` move without `image.ingester` and `image.deployment`: bundle "portal" moves as one"#);
        assert_eq!(
            problems[0].primary.as_ref().map(|label| label.span),
            stack.all::<Bundle>()[0].1.origin.head
        );
        assert_eq!(check_move(&stack, &moving(&["portal"], Some("a hotfix"))), []);
    }

    #[test]
    fn images_that_were_not_built_together_do_not_move_together() {
        let blocks = r#"
image "server" { repository = "example.org/server" }
image "loader" {
  repository = "example.org/loader"
  policy "pushed" { tags = "^(?P<source>[0-9a-f]{8})-loader$" }
}
image "other" { repository = "example.org/other" }
bundle "univaf" {
  images      = [image.server, image.loader]
  same_source = true
}
"#;
        let stack = stack(blocks);
        let to = |server: &str, loader: &str| {
            let tag = |text: &str| Some(Tag::parse(text).unwrap());
            let images = BTreeMap::from([
                ("loader".to_owned(), tag(loader)),
                ("other".to_owned(), tag("x")),
                ("server".to_owned(), tag(server)),
            ]);
            let problems = check_move(&stack, &Move { images, partial: None });
            problems.iter().map(|problem| problem.message.clone()).collect::<String>()
        };
        assert_eq!(to("91980d9b", "91980d9b-loader"), "");
        assert_snapshot!(to("91980d9b", "00000000-loader"), @"`image.server` moves to `91980d9b` and `image.loader` to `00000000-loader`, which were not built together");
    }

    #[test]
    fn a_bundle_that_means_nothing_is_refused() {
        assert_snapshot!(problems(r#"
image "a" { repository = "example.org/a" }
image "b" { repository = "example.org/b" }
image "c" { repository = "example.org/c" }
bundle "x" {
  images = [image.a, image.b, image.a, image.d]
  rule "one" {
    images = [image.b]
    reason = "r"
  }
  rule "other" {
    images       = [image.a, image.c]
    environments = ["production"]
    reason       = ""
  }
  rule "third" {
    images       = [image.a, image.c]
    environments = ["production"]
    reason       = "r"
  }
}
"#), @"13:20 SW201 a reason is one line of 1 to 200 characters; say in a few words why the images move together, or why not this time");
        assert_snapshot!(problems(r#"
image "a" { repository = "example.org/a" }
image "b" { repository = "example.org/b" }
bundle "x" {
  images = [image.a, image.b, image.a, image.d]
  rule "one" {
    images = [image.b]
    reason = "r"
  }
  rule "third" {
    images       = [image.a, image.c]
    environments = ["production"]
    reason       = "r"
  }
}
"#), @r#"
        4:31 SW104 `image.a` stands twice
        4:40 SW107 there is no `image` "d"; did you mean `image.a`?
        6:14 SW312 the rule "one" is about one image; name those that do not move without each other, or none for all
        10:30 SW107 there is no `image` "c"; did you mean `image.a`?
        10:30 SW312 `image.c` is not in the bundle; add it there, or take it out here
        11:20 SW312 the rule "third" holds nowhere; say which environment this stack is: `environment = "…"` in its `stack` block
        "#);
    }

    #[test]
    fn nothing_can_refer_to_a_bundle() {
        let blocks = format!("output \"x\" {{ value = bundle.portal }}{PORTAL}")
            .replace("environments = [\"production\"]", "");
        assert_snapshot!(problems(&blocks), @"1:22 SW108 `bundle.portal` has no value; nothing can refer to a `bundle`");
    }

    #[test]
    fn nothing_is_rendered_of_a_bundle() {
        let lowered = |blocks: &str| {
            let root = crate::stack::lower::lower(&stack(blocks), "../../modules");
            root.files.keys().copied().collect::<Vec<_>>()
        };
        let without = PORTAL.split("bundle").next().unwrap();
        let with = format!("{without}bundle \"x\" {{ images = [image.portal, image.indexer] }}\n");
        assert_eq!(lowered(&with), lowered(without));
    }
}
