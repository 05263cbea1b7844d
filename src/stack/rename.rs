//! `renamed_from`: a component's earlier labels, which every kind of component takes.
//!
//! Terraform knows things by their addresses, and a component's label is part of them. A component
//! that says what it was called before gets `moved` blocks (Terraform language, "Refactor modules"),
//! and keeps the name that followed from its first label: neither the state nor AWS sees that it is
//! called something else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hcl::edit::Span as _;
use hcl::edit::expr::Expression as Source;
use hcl::edit::structure::Block as SourceBlock;

use super::read::Reader;
use super::{Id, Stack};
use crate::component::AnyComponent;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::print::print_expr;
use crate::hcl::{Block, Body, Expr, Item};
use crate::value::{Label, Scalar as _};

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

/// Reads a component's field. Problems go to the reader.
pub(super) fn read(reader: &Reader<'_>, block: &SourceBlock) -> Option<Renamed> {
    let attribute = block.body.get_attribute(FIELD)?;
    let elements: Vec<&Source> = match &attribute.value {
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
        let span = attribute.value.span().map(|range| Span::new(reader.file(), range));
        reader.report(
            Diagnostic::error(codes::BAD_RENAME, format!("`{FIELD}` names no label"))
                .at(span, "")
                .help("take it out, or name what it was called before"),
        );
    }
    (!renamed.from.is_empty()).then_some(renamed)
}

/// Complains about what cannot have been: `unread` names the components that are written but could
/// not be read.
pub(super) fn check(
    stack: &Stack,
    unread: &[(String, String)],
    diagnostics: &RefCell<Vec<Diagnostic>>,
) {
    let mut taken: BTreeMap<(&str, &str), (&Id, Option<Span>)> = BTreeMap::new();
    for (id, renamed) in &stack.renamed {
        let report = |diagnostic| diagnostics.borrow_mut().push(diagnostic);
        for (at, from) in renamed.from.iter().enumerate() {
            let span = renamed.spans.get(at).copied();
            let error =
                |message: String| Diagnostic::error(codes::BAD_RENAME, message).at(span, "");
            let old = Id { kind: id.kind, label: from.clone() };
            let is_unread = || unread.iter().any(|(kind, label)| kind == id.kind && label == from);
            if *from == id.label {
                report(
                    error(format!("`{id}` is called so already"))
                        .help(format!("name the label that it had before, or take out `{FIELD}`")),
                );
            } else if stack.components.contains_key(&old) || is_unread() {
                let head = stack.components.get(&old).and_then(|other| other.origin().head);
                report(
                    error(format!("`{old}` is still there"))
                        .also(head, "here")
                        .help("a label that is in use cannot have become another one"),
                );
            } else if let Some((other, first)) = taken.get(&(id.kind, from.as_str())) {
                let message = match *other == id {
                    true => format!("`{from}` stands twice"),
                    false => format!("`{other}` was `{old}` before, too"),
                };
                report(
                    error(message)
                        .also(*first, "first here")
                        .help("one thing becomes one thing: name each label once"),
                );
            } else {
                taken.insert((id.kind, from), (id, span));
            }
        }
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
