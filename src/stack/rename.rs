//! `renamed_from`: earlier labels, which every kind of component takes, and the rows of a table
//! whose labels are part of addresses.
//!
//! Terraform knows things by their addresses, and a component's label is part of them. A component
//! that says what it was called before gets `moved` blocks (Terraform language, "Refactor modules"),
//! and keeps the name that followed from its first label: neither the state nor AWS sees that it is
//! called something else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hcl::edit::expr::Expression as Source;
use hcl::edit::structure::Block as SourceBlock;

use super::field::{Field, Type};
use super::read::Reader;
use super::{Id, Stack};
use crate::component::AnyComponent;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::print::print_expr;
use crate::hcl::{Block, Body, Expr, Item, Property};
use crate::value::{Label, Scalar as _, ScalarType};

/// The field's name.
pub const FIELD: &str = "renamed_from";

/// The file of a root in which `moved` blocks stand.
pub const FILE: &str = "moved.tf";

/// What the field is, for the reference.
pub const DOC: &str = "What the component was called before: its earlier label, or all of them, \
     the oldest first. Renders `moved` blocks, so that nothing is destroyed, and lets the default \
     name be the one that followed from the first label.";

/// The earlier labels of a component.
#[derive(Debug, Clone, Default)]
pub struct Renamed {
    /// The labels, the oldest first; never empty when it was read.
    pub from: Vec<String>,
    /// Where each was written; empty for a stack built in Rust.
    pub spans: Vec<Span>,
}

impl PartialEq for Renamed {
    fn eq(&self, other: &Self) -> bool {
        self.from == other.from
    }
}

impl Renamed {
    /// The label that the names of the thing follow: the one that it had first.
    pub fn first_or<'a>(&'a self, label: &'a str) -> &'a str {
        self.from.first().map_or(label, String::as_str)
    }
}

/// As a field of the rows of a table whose labels are part of addresses. What its module makes names
/// by gets the first label; where it makes none, the field is `Unpassed`.
impl Field for Renamed {
    fn ty() -> Type {
        Type::Scalar(ScalarType::String, "")
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        Some(read_labels(reader, source))
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn argument(&self) -> Option<Expr> {
        self.from.first().map(|label| Expr::from(label.as_str()))
    }

    fn renamed(&self) -> Option<&Renamed> {
        Some(self)
    }
}

/// A table of a component whose rows' labels are part of addresses.
#[derive(Debug)]
pub struct RowTable<'a> {
    /// The type of its blocks: `loader`.
    pub name: &'static str,
    /// Its rows, in the order written.
    pub rows: Vec<Row<'a>>,
}

/// A row of such a table.
#[derive(Debug)]
pub struct Row<'a> {
    /// Its label.
    pub label: &'a str,
    /// Its earlier labels.
    pub renamed: &'a Renamed,
    /// What it says.
    pub said: Vec<Property>,
    /// Its block's head.
    pub head: Option<Span>,
}

/// The label that a block had first: what follows from its label follows from this one.
pub(super) fn first_label(block: &SourceBlock) -> Option<&str> {
    let earlier = block.body.get_attribute(FIELD).and_then(|attribute| match &attribute.value {
        Source::Array(labels) => labels.iter().next()?.as_str(),
        label => label.as_str(),
    });
    earlier.or_else(|| Some(block.labels.first()?.as_str()))
}

/// Reads a component's field. Problems go to the reader.
pub(super) fn read(reader: &Reader<'_>, block: &SourceBlock) -> Option<Renamed> {
    let attribute = block.body.get_attribute(FIELD)?;
    Some(read_labels(reader, &attribute.value)).filter(|renamed| !renamed.from.is_empty())
}

fn read_labels(reader: &Reader<'_>, source: &Source) -> Renamed {
    let elements: Vec<&Source> = match source {
        Source::Array(array) => array.iter().collect(),
        one => vec![one],
    };
    let mut renamed = Renamed::default();
    for element in &elements {
        let span = reader.span(element);
        let Source::String(text) = element else {
            reader.report(
                Diagnostic::error(codes::BAD_RENAME, format!("`{FIELD}` is a label"))
                    .at(span, "not a label")
                    .help(format!("write the label that it had, in quotes: `{FIELD} = \"old\"`")),
            );
            continue;
        };
        match Label::parse(text) {
            Ok(_) => {
                renamed.from.push(text.as_str().to_owned());
                renamed.spans.push(span);
            }
            Err(invalid) => {
                let diagnostic = Diagnostic::error(codes::BAD_RENAME, invalid.message).at(span, "");
                reader.report(invalid.help.into_iter().fold(diagnostic, Diagnostic::help));
            }
        }
    }
    if elements.is_empty() {
        reader.report(
            Diagnostic::error(codes::BAD_RENAME, format!("`{FIELD}` names no label"))
                .at(reader.span(source), "")
                .help("take it out, or name what it was called before"),
        );
    }
    renamed
}

/// Complains about what cannot have been: `unread` names the components that are written but could
/// not be read.
pub(super) fn check(
    stack: &Stack,
    unread: &[(String, String)],
    diagnostics: &RefCell<Vec<Diagnostic>>,
) {
    let mut report = |diagnostic| diagnostics.borrow_mut().push(diagnostic);
    let kinds: BTreeSet<&str> = stack.renamed.keys().map(|id| id.kind).collect();
    for kind in kinds {
        let renamed = stack.renamed.iter().filter(|(id, _)| id.kind == kind);
        let renamed = renamed.map(|(id, renamed)| (id.label.as_str(), renamed));
        let there = |label: &str| {
            let is_unread = || unread.iter().any(|(of, other)| of == kind && other == label);
            match stack.components.get(&Id { kind, label: label.to_owned() }) {
                Some(component) => Some(component.origin().head),
                None => is_unread().then_some(None),
            }
        };
        check_labels(kind, renamed, there, &mut report);
    }
    for component in stack.components.values() {
        for RowTable { name, rows } in component.tables() {
            let renamed = rows.iter().map(|row| (row.label, row.renamed));
            let there = |label: &str| Some(rows.iter().find(|row| row.label == label)?.head);
            check_labels(name, renamed, there, &mut report);
        }
    }
    for (id, renamed) in &stack.renamed {
        // Neither Terraform's state nor the lock knows anything of these.
        if matches!(id.kind, "bundle" | "input" | "output") {
            report(
                Diagnostic::error(codes::BAD_RENAME, format!("`{id}` needs no move"))
                    .at(renamed.spans.first().copied(), "")
                    .help(format!("take out `{FIELD}`: nothing is destroyed by its new label")),
            );
        }
    }
}

/// Complains about the earlier labels of things of one kind, or of the rows of one table. `there`
/// says of a label that is in use where that is.
fn check_labels<'a>(
    kind: &str,
    renamed: impl Iterator<Item = (&'a str, &'a Renamed)>,
    there: impl Fn(&str) -> Option<Option<Span>>,
    report: &mut impl FnMut(Diagnostic),
) {
    let mut taken: BTreeMap<&str, (&str, Option<Span>)> = BTreeMap::new();
    for (label, renamed) in renamed {
        for (at, from) in renamed.from.iter().enumerate() {
            let span = renamed.spans.get(at).copied();
            let error =
                |message: String| Diagnostic::error(codes::BAD_RENAME, message).at(span, "");
            if from == label {
                report(
                    error(format!("`{kind}.{label}` is called so already"))
                        .help(format!("name the label that it had before, or take out `{FIELD}`")),
                );
            } else if let Some(head) = there(from) {
                report(
                    error(format!("`{kind}.{from}` is still there"))
                        .also(head, "here")
                        .help("a label that is in use cannot have become another one"),
                );
            } else if let Some((other, first)) = taken.get(from.as_str()) {
                let message = match *other == label {
                    true => format!("`{from}` stands twice"),
                    false => format!("`{kind}.{other}` was `{kind}.{from}` before, too"),
                };
                report(
                    error(message)
                        .also(*first, "first here")
                        .help("one thing becomes one thing: name each label once"),
                );
            } else {
                taken.insert(from, (label, span));
            }
        }
    }
}

/// The addresses of the modules and resources that some rendered files declare, in their order.
pub(super) fn addresses<'a>(files: impl IntoIterator<Item = &'a Body>) -> Vec<String> {
    let blocks = files.into_iter().flat_map(|body| &body.items).filter_map(|item| match item {
        Item::Block(block) => Some(block),
        Item::Attribute(_) | Item::Gap => None,
    });
    blocks
        .filter_map(|block| match (block.kind.as_str(), block.labels.as_slice()) {
            ("module", [name]) => Some(format!("module.{name}")),
            ("resource", [kind, name]) => Some(format!("{kind}.{name}")),
            _ => None,
        })
        .collect()
}

/// The `moved` blocks of moves.
pub(super) fn moved(moves: &BTreeSet<(String, String)>) -> Body {
    let mut body = Body::default();
    for (from, to) in moves {
        body.block(
            Block::new("moved", [] as [&str; 0])
                .attribute("from", Expr::raw(from.clone()))
                .attribute("to", Expr::raw(to.clone())),
        );
    }
    body
}

/// How much of what two components say is the same, of 1000.
fn likeness(one: &dyn AnyComponent, other: &dyn AnyComponent) -> usize {
    let said = |component: &dyn AnyComponent| -> BTreeSet<(String, String)> {
        let arguments = component.arguments().into_iter();
        arguments.map(|argument| (argument.key, print_expr(&argument.value))).collect()
    };
    let (one, other) = (said(one), said(other));
    match one.len() + other.len() {
        0 => 1000,
        both => one.intersection(&other).count() * 2000 / both,
    }
}

/// Components that another one of their kind seems to have become without saying so, as warnings.
pub fn unsaid(before: &Stack, after: &Stack) -> Vec<Diagnostic> {
    /// Below this many fields of 1000 in common, two things are two things.
    const NEARLY: usize = 600;
    let said: BTreeSet<(&str, &str)> = after
        .renamed
        .iter()
        .flat_map(|(id, renamed)| renamed.from.iter().map(|from| (id.kind, from.as_str())))
        .collect();
    let gone = before.components.iter().filter(|(id, _)| {
        !after.components.contains_key(*id) && !said.contains(&(id.kind, id.label.as_str()))
    });
    let mut pairs = Vec::new();
    for (old, was) in gone {
        let new = after.components.iter().filter(|(id, _)| {
            id.kind == old.kind
                && !before.components.contains_key(*id)
                && !after.renamed.contains_key(*id)
        });
        for (new, is) in new {
            let likeness = likeness(was.as_ref(), is.as_ref());
            if likeness >= NEARLY && !matches!(old.kind, "bundle" | "input" | "output" | "image") {
                pairs.push((likeness, old, new, is.origin().head));
            }
        }
    }
    // The most alike first; each of them has become, or was, one thing only.
    pairs.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut used: BTreeSet<&Id> = BTreeSet::new();
    let mut warnings = Vec::new();
    for (_, old, new, head) in pairs {
        if used.contains(old) || used.contains(new) {
            continue;
        }
        used.extend([old, new]);
        warnings.push(
            Diagnostic::warning(
                codes::UNSAID_RENAME,
                format!("`{old}` seems to have become `{new}`, and is destroyed and made anew"),
            )
            .at(head, "")
            .help(format!("`{FIELD} = \"{}\"` keeps it", old.label)),
        );
    }
    warnings.extend(unsaid_rows(before, after));
    warnings
}

/// Rows that another one of their table seems to have become: it says the same, to the letter. Rows
/// are short and like each other, so no less will do.
fn unsaid_rows(before: &Stack, after: &Stack) -> Vec<Diagnostic> {
    let said = |row: &Row<'_>| -> BTreeSet<(String, String)> {
        let said = row.said.iter().filter(|property| property.key != FIELD);
        said.map(|property| (property.key.clone(), print_expr(&property.value))).collect()
    };
    let mut warnings = Vec::new();
    for (id, component) in &after.components {
        let earlier = after.renamed.get(id).into_iter().flat_map(|renamed| &renamed.from).rev();
        let mut labels = std::iter::once(&id.label).chain(earlier);
        let was = labels
            .find_map(|label| before.components.get(&Id { kind: id.kind, label: label.clone() }));
        let tables = was.map(|was| was.tables()).unwrap_or_default();
        for RowTable { name, rows } in component.tables() {
            let Some(old) = tables.iter().find(|table| table.name == name) else { continue };
            let is_new = |row: &&Row<'_>| {
                row.renamed.from.is_empty() && !old.rows.iter().any(|old| old.label == row.label)
            };
            let mut new: Vec<&Row<'_>> = rows.iter().filter(is_new).collect();
            let is_gone = |old: &&Row<'_>| {
                let is_it = |from: &String| from == old.label;
                !rows.iter().any(|row| row.label == old.label || row.renamed.from.iter().any(is_it))
            };
            for gone in old.rows.iter().filter(is_gone).filter(|row| !said(row).is_empty()) {
                let Some(at) = new.iter().position(|row| said(row) == said(gone)) else { continue };
                let became = new.remove(at);
                warnings.push(
                    Diagnostic::warning(
                        codes::UNSAID_RENAME,
                        format!(
                            "`{name}.{}` of `{id}` seems to have become `{name}.{}`, and is \
                             destroyed and made anew",
                            gone.label, became.label
                        ),
                    )
                    .at(became.head, "")
                    .help(format!("`{FIELD} = \"{}\"` keeps it", gone.label)),
                );
            }
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::unsaid;
    use crate::component::testing::{problems, rendered, stack};

    const NETWORK: &str = "network \"main\" { cidr = \"10.0.0.0/16\" }\n";

    #[test]
    fn a_component_is_moved_and_keeps_the_name_of_its_first_label() {
        let stack = format!(
            "{NETWORK}cluster \"core\" {{\n  renamed_from = [\"old\", \"main\"]\n  network = network.main\n}}"
        );
        insta::assert_snapshot!(rendered("moved.tf", &stack), @"
        moved {
          from = module.cluster_main
          to   = module.cluster_core
        }

        moved {
          from = module.cluster_old
          to   = module.cluster_main
        }
        ");
        insta::assert_snapshot!(rendered("clusters.tf", &stack), @r#"
        module "cluster_core" {
          source = "../../modules/cluster"

          name = "test-old"
        }
        "#);
    }

    #[test]
    fn a_name_that_is_written_stays_as_it_is() {
        let repository =
            "repository \"jobs\" {\n  # Since May.\n  renamed_from = \"app\"\n  name = \"all\"\n}";
        insta::assert_snapshot!(rendered("repositories.tf", repository), @r#"
        # Since May.
        module "repository_jobs" {
          source = "../../modules/repository"

          name = "all"
        }
        "#);
    }

    #[test]
    fn any_module_is_moved_by_its_own_address() {
        let module = "module \"b\" {\n  source = \"./x\"\n  renamed_from = \"a\"\n}";
        insta::assert_snapshot!(rendered("moved.tf", module), @"
        moved {
          from = module.a
          to   = module.b
        }
        ");
        assert!(!rendered("modules.tf", module).contains("renamed"));
    }

    #[test]
    fn a_service_takes_its_target_group_along() {
        let stack = format!(
            r#"{NETWORK}
cluster "main" {{ network = network.main }}
load_balancer "main" {{
  network        = network.main
  http_only      = true
  default {{ forward = service.web }}
}}
image "app" {{ repository = "registry.example.org/app" }}
service "web" {{
  renamed_from  = "server"
  cluster       = cluster.main
  image         = image.app
  port          = 80
  load_balancer = load_balancer.main
}}"#
        );
        insta::assert_snapshot!(rendered("moved.tf", &stack), @r#"
        moved {
          from = module.load_balancer_main.aws_lb_target_group.this["server"]
          to   = module.load_balancer_main.aws_lb_target_group.this["web"]
        }

        moved {
          from = module.service_server
          to   = module.service_web
        }
        "#);
    }

    #[test]
    fn what_cannot_have_been_is_refused() {
        insta::assert_snapshot!(problems(
            r#"
repository "a" { renamed_from = "b" }
repository "b" {}
repository "c" { renamed_from = "c" }
repository "d" { renamed_from = "x" }
repository "e" { renamed_from = ["x", "y", "y"] }
repository "f" { renamed_from = "1 2" }
repository "g" { renamed_from = 3 }
repository "h" { renamed_from = [] }
repository "i" { renamed_form = "z" }
input "j" { renamed_from = "z" }
"#
        ), @r#"
        1:33 SW323 `repository.b` is still there; a label that is in use cannot have become another one
        2:1 SW313 two components have the repository `test-b`; give one of them another `name` or label
        3:33 SW323 `repository.c` is called so already; name the label that it had before, or take out `renamed_from`
        5:1 SW313 two components have the repository `test-x`; give one of them another `name` or label
        5:34 SW323 `repository.d` was `repository.x` before, too; one thing becomes one thing: name each label once
        5:44 SW323 `y` stands twice; one thing becomes one thing: name each label once
        6:33 SW323 ` ` cannot stand in a label; a label has 1 to 64 letters, digits, hyphens and underscores, a letter first
        7:33 SW323 `renamed_from` is a label; write the label that it had, in quotes: `renamed_from = "old"`
        8:33 SW323 `renamed_from` names no label; take it out, or name what it was called before
        9:18 SW102 a `repository` block has no field `renamed_form`; did you mean `renamed_from`?
        10:28 SW323 `input.j` needs no move; take out `renamed_from`: nothing is destroyed by its new label
        "#);
    }

    #[test]
    fn labels_that_change_places_are_refused() {
        insta::assert_snapshot!(problems(
            "repository \"a\" { renamed_from = \"b\" }\nrepository \"b\" { renamed_from = \"a\" }"
        ), @"
        1:33 SW323 `repository.b` is still there; a label that is in use cannot have become another one
        2:33 SW323 `repository.a` is still there; a label that is in use cannot have become another one
        ");
    }

    const LOADERS: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
image "app" { repository = "registry.example.org/app" }
loaders "all" {
  cluster  = cluster.main
  image    = image.app
  schedule = "rate(1 hour)"
"#;

    #[test]
    fn a_row_is_moved_and_keeps_its_names() {
        let stack = format!("{LOADERS}  loader \"c\" {{ renamed_from = [\"a\", \"b\"] }}\n}}");
        insta::assert_snapshot!(rendered("moved.tf", &stack), @r#"
        moved {
          from = module.loaders_all.module.schedule.aws_cloudwatch_event_rule.this["a"]
          to   = module.loaders_all.module.schedule.aws_cloudwatch_event_rule.this["b"]
        }

        moved {
          from = module.loaders_all.module.schedule.aws_cloudwatch_event_rule.this["b"]
          to   = module.loaders_all.module.schedule.aws_cloudwatch_event_rule.this["c"]
        }

        moved {
          from = module.loaders_all.module.schedule.aws_cloudwatch_event_target.this["a"]
          to   = module.loaders_all.module.schedule.aws_cloudwatch_event_target.this["b"]
        }

        moved {
          from = module.loaders_all.module.schedule.aws_cloudwatch_event_target.this["b"]
          to   = module.loaders_all.module.schedule.aws_cloudwatch_event_target.this["c"]
        }

        moved {
          from = module.loaders_all.module.task["a"]
          to   = module.loaders_all.module.task["b"]
        }

        moved {
          from = module.loaders_all.module.task["b"]
          to   = module.loaders_all.module.task["c"]
        }
        "#);
        insta::assert_snapshot!(rendered("loaders.tf", &stack), @r#"
        locals {
          loaders_all = {
            c = {
              renamed_from = "a"
            }
          }
        }

        module "loaders_all" {
          source = "../../modules/loaders"

          name      = "test-all"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          schedule  = "rate(1 hour)"
          image     = local.image_references.app
          loaders   = local.loaders_all
        }
        "#);
    }

    #[test]
    fn a_row_and_its_component_are_moved_together() {
        let stack = r#"
topic "alarms" {
  renamed_from = "old"
  subscription "team" {
    renamed_from = "me"
    protocol     = "email"
    endpoint     = "a@example.org"
  }
}
"#;
        insta::assert_snapshot!(rendered("moved.tf", stack), @r#"
        moved {
          from = module.topic_alarms.aws_sns_topic_subscription.this["me"]
          to   = module.topic_alarms.aws_sns_topic_subscription.this["team"]
        }

        moved {
          from = module.topic_old
          to   = module.topic_alarms
        }
        "#);
    }

    #[test]
    fn a_record_without_a_name_keeps_the_one_that_its_first_label_was() {
        let dns = "dns \"main\" {\n  zone = \"example.org\"\n  a \"web\" {\n    renamed_from = [\"www\", \"site\"]\n    values = [\"192.0.2.1\"]\n  }\n}";
        insta::assert_snapshot!(rendered("dns.tf", dns), @r#"
        module "dns_main" {
          source = "../../modules/dns"

          zone_id = data.aws_route53_zone.main.zone_id

          a = {
            web = {
              name   = "www"
              values = ["192.0.2.1"]
            }
          }
        }
        "#);
    }

    #[test]
    fn what_a_row_cannot_have_been_is_refused() {
        let rows = r#"
  loader "a" { renamed_from = "b" }
  loader "b" {
    renamed_from = "b"
    sources      = ["x"]
  }
  loader "c" { renamed_from = ["x", "y", "y"] }
  loader "d" {
    renamed_from = "x"
    sources      = ["z"]
  }
  loader "e" { renamed_from = "1 2" }
  loader "f" {
    renamed_from = []
    cpu          = 512
  }
}
bucket "a" {
  lifecycle_rule "new" {
    renamed_from      = "old"
    expire_after_days = 1
  }
}
cdn "main" {
  origin { domain_name = "example.org" }
  behavior "a" {
    renamed_from = "default"
    path         = "/a/*"
    precedence   = 1
  }
}
"#;
        insta::assert_snapshot!(problems(&format!("{LOADERS}{rows}")), @"
        4:1 SW313 two components have the task definition `test-all-b`; give one of them another `name` or label
        9:31 SW323 `loader.b` is still there; a label that is in use cannot have become another one
        11:20 SW323 `loader.b` is called so already; name the label that it had before, or take out `renamed_from`
        12:20 SW104 loaders `b` and `c` load the same sources; give one of them other `sources` or `options`, or take it out
        14:42 SW323 `y` stands twice; one thing becomes one thing: name each label once
        16:20 SW323 `loader.c` was `loader.x` before, too; one thing becomes one thing: name each label once
        19:31 SW323 ` ` cannot stand in a label; a label has 1 to 64 letters, digits, hyphens and underscores, a letter first
        21:20 SW323 `renamed_from` names no label; take it out, or name what it was called before
        22:20 SW301 Fargate has no tasks of `512` CPU units with `512` MiB; with `512` CPU units, use `1024` to `4096` MiB in steps of `1024`; the nearest pair: `cpu = 512`, `memory = 1024`
        27:5 SW102 a `lifecycle_rule` block has no field `renamed_from`; it has `expire_after_days`, `noncurrent_expire_after_days`, `noncurrent_keep`, `prefix`, `tags`, `transition`
        28:25 SW312 what expires stays as an old version for ever; add `noncurrent_expire_after_days`, or `versioning = false` to the bucket
        32:3 SW312 a CDN has one origin; say either `load_balancer` or `bucket`
        32:12 SW102 a `origin` block has no field `domain_name`; it has `bucket`, `domain`, `load_balancer`, `secret_header`, `secret`
        34:20 SW106 `default` is how the CDN itself behaves; give it another label
        ");
    }

    #[test]
    fn the_same_row_under_another_label_is_noticed() {
        let of = |rows: &str| stack(&format!("{LOADERS}{rows}\n}}"));
        let before =
            of("  loader \"a\" { options = [\"-v\"] }\n  loader \"b\" { sources = [\"x\"] }");
        let warnings = |rows: &str| -> Vec<String> {
            let warnings = unsaid(&before, &of(rows)).into_iter();
            warnings.map(|it| format!("{}; {}", it.message, it.help[0])).collect()
        };
        insta::assert_snapshot!(
            warnings("  loader \"a\" { options = [\"-v\"] }\n  loader \"c\" { sources = [\"x\"] }").join("\n"),
            @r#"`loader.b` of `loaders.all` seems to have become `loader.c`, and is destroyed and made anew; `renamed_from = "b"` keeps it"#
        );
        // Something else, said, or one more.
        for rows in [
            "  loader \"a\" { options = [\"-v\"] }\n  loader \"c\" { sources = [\"y\"] }",
            "  loader \"a\" { options = [\"-v\"] }\n  loader \"c\" {\n    renamed_from = \"b\"\n    sources = [\"x\"]\n  }",
            "  loader \"a\" { options = [\"-v\"] }\n  loader \"b\" { sources = [\"x\"] }\n  loader \"c\" { sources = [\"x\"] }",
        ] {
            assert_eq!(warnings(rows), [] as [&str; 0], "{rows}");
        }
    }

    #[test]
    fn the_same_thing_under_another_label_is_noticed() {
        let before = stack(&format!(
            "{NETWORK}repository \"one\" {{ keep = 5 }}\nrepository \"two\" {{ keep = 7 }}"
        ));
        let after = stack(&format!(
            "{NETWORK}repository \"three\" {{ keep = 7 }}\nrepository \"one\" {{ keep = 5 }}"
        ));
        let warnings: Vec<String> = unsaid(&before, &after)
            .into_iter()
            .map(|it| format!("{}; {}", it.message, it.help[0]))
            .collect();
        insta::assert_snapshot!(warnings.join("\n"), @r#"`repository.two` seems to have become `repository.three`, and is destroyed and made anew; `renamed_from = "two"` keeps it"#);
        // Something else.
        assert!(
            unsaid(&before, &stack(&format!("{NETWORK}repository \"new\" {{ keep = 9 }}")))
                .is_empty()
        );
        // Said.
        let said = stack(&format!(
            "{NETWORK}repository \"three\" {{\n  keep = 7\n  renamed_from = \"two\"\n}}\nrepository \"one\" {{ keep = 5 }}"
        ));
        assert!(unsaid(&before, &said).is_empty());
    }
}
