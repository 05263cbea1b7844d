//! Conditions that Terraform finds unmet, and that depend on what is made up: the real values may
//! meet them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::structure::{Block, Body};

use super::scan::{Edits, Text, name};

/// The blocks that hold a condition which ends a plan (Terraform language, "Custom Conditions").
const CONDITIONS: [&str; 3] = ["precondition", "postcondition", "validation"];

/// A file without the conditions that end a plan: the one on a line, or all.
pub(super) fn without_conditions(text: &str, line: Option<usize>) -> Option<String> {
    if !CONDITIONS.iter().any(|kind| text.contains(kind)) {
        return None;
    }
    let body = hcl::edit::parser::parse_body(text).ok()?;
    let is_on = |block: &Block| line.is_none_or(|line| stands_on(text, block, line));
    let mut edits = Edits::default();
    for condition in body.blocks().flat_map(conditions).filter(|block| is_on(block)) {
        edits.blank(condition.span()?);
    }
    match edits.apply(text) {
        Text::Same => None,
        Text::Edited(text) => Some(text),
    }
}

/// The conditions of a block.
fn conditions(block: &Block) -> impl Iterator<Item = &Block> {
    let inner = block.body.get_blocks("lifecycle").flat_map(|lifecycle| lifecycle.body.blocks());
    inner.chain(block.body.blocks()).filter(|it| CONDITIONS.contains(&it.ident.as_str()))
}

fn stands_on(text: &str, block: &Block, line: usize) -> bool {
    let at = |byte: usize| text[..byte].matches('\n').count() + 1;
    block.span().is_some_and(|span| (at(span.start)..=at(span.end)).contains(&line))
}

/// How the values of a folder are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    locals: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
    /// The arguments of module calls.
    calls: BTreeMap<String, BTreeMap<String, String>>,
    /// The arguments and blocks of resources, by `type.name`.
    resources: BTreeMap<String, BTreeMap<String, String>>,
}

impl Written {
    /// Adds a file's. What is JSON is not known.
    pub fn add(&mut self, text: &str) {
        let Ok(body) = hcl::edit::parser::parse_body(text) else { return };
        for block in body.blocks() {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            match (block.ident.as_str(), labels.as_slice()) {
                ("locals", []) => self.locals.extend(members(text, &block.body)),
                ("output", [name]) => {
                    let value = members(text, &block.body).remove("value");
                    self.outputs.extend(value.map(|value| ((*name).to_owned(), value)));
                }
                ("module", [name]) => {
                    self.calls.insert((*name).to_owned(), members(text, &block.body));
                }
                ("resource", [ty, name]) => {
                    self.resources.insert(format!("{ty}.{name}"), members(text, &block.body));
                }
                _ => {}
            }
        }
    }
}

/// What stands in a body, by name.
fn members(text: &str, body: &Body) -> BTreeMap<String, String> {
    let mut members: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |name: &str, span: Option<Range<usize>>| {
        let written = span.and_then(|span| text.get(span)).unwrap_or_default();
        members.entry(name.to_owned()).or_default().push_str(written);
    };
    body.attributes().for_each(|it| add(it.key.as_str(), it.value.span()));
    body.blocks().for_each(|it| add(it.ident.as_str(), it.body.span()));
    members
}

/// A root, as far as its values follow from each other.
#[derive(Debug, Default)]
pub(super) struct Origins {
    /// The root's own folder.
    pub root: String,
    /// Its folders.
    pub folders: BTreeMap<String, Written>,
    /// Which folder a call leads to: the caller's folder, the call's name, the module's folder.
    pub calls: BTreeSet<(String, String, String)>,
    /// The variables of the root that nobody has given a value.
    pub placeholders: BTreeSet<String>,
}

impl Origins {
    /// Whether the condition on a line of a file follows from what is made up.
    pub fn doubts(&self, folder: &str, text: &str, line: usize) -> bool {
        let Ok(body) = hcl::edit::parser::parse_body(text) else { return false };
        let on_line = |block: &&Block| stands_on(text, block, line);
        let Some(block) = body.blocks().find(on_line) else { return false };
        let Some(condition) = conditions(block).find(on_line) else { return false };
        let members = members(text, &block.body);
        let condition = condition.body.get_attribute("condition").and_then(|it| it.value.span());
        let condition = condition.and_then(|span| text.get(span)).unwrap_or_default();
        // Of a data source, all is made up.
        let inside = (block.ident.as_str() != "data").then_some(&members);
        self.is_made_up((folder, inside), condition, &mut BTreeSet::new())
    }

    fn is_made_up(&self, at: At<'_>, text: &str, seen: &mut BTreeSet<String>) -> bool {
        references(text).iter().any(|path| {
            // What refers to itself is Terraform's to refuse.
            let own = matches!(path[0], "self" | "each" | "count");
            (own || seen.insert(format!("{}:{}", at.0, path.join("."))))
                && self.is_made_up_at(at, path, seen)
        })
    }

    fn is_made_up_at(&self, at: At<'_>, path: &[&str], seen: &mut BTreeSet<String>) -> bool {
        let (folder, inside) = at;
        let Some(written) = self.folders.get(folder) else { return false };
        let mut follow = |at: At<'_>, text: Option<&String>| match text {
            Some(text) => self.is_made_up(at, text, seen),
            // The provider's answer, or nothing that is known.
            None => true,
        };
        match *path {
            ["data" | "ephemeral", ..] => true,
            ["local", name, ..] => follow((folder, None), written.locals.get(name)),
            ["var", name, ..] if folder == self.root => self.placeholders.contains(name),
            ["var", name, ..] => {
                let calls = self.calls.iter().filter(|(_, _, to)| to == folder);
                let mut given = calls.filter_map(|(from, call, _)| {
                    Some((from, self.folders.get(from)?.calls.get(call)?.get(name)?))
                });
                given.any(|(from, text)| follow((from, None), Some(text)))
            }
            ["module", call, output, ..] => {
                let to = self.calls.iter().find(|(from, name, _)| from == folder && name == call);
                let Some((_, _, to)) = to else { return true };
                follow((to, None), self.folders.get(to).and_then(|it| it.outputs.get(output)))
            }
            ["module", ..] => true,
            ["self", attribute, ..] => {
                follow(at, inside.and_then(|members| members.get(attribute)))
            }
            ["each" | "count", ..] => {
                let over = inside.and_then(|it| it.get("for_each").or_else(|| it.get("count")));
                over.is_some_and(|text| follow(at, Some(text)))
            }
            [ty, label, ref rest @ ..] if ty.contains('_') => {
                let resource = written.resources.get(&format!("{ty}.{label}"));
                let attribute = rest.first().and_then(|name| resource?.get(*name));
                follow((folder, resource), attribute)
            }
            _ => false,
        }
    }
}

/// A folder, and the block in it that an expression stands in.
type At<'a> = (&'a str, Option<&'a BTreeMap<String, String>>);

/// What an expression refers to: the names of each path, `["var", "size"]`. Also what stands in
/// texts, which does no harm.
fn references(text: &str) -> Vec<Vec<&str>> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let before = rest[..start].chars().next_back();
        let Some((word, mut tail)) = name(&rest[start..]) else { break };
        rest = tail;
        if before == Some('.') {
            continue;
        }
        let mut path = vec![word];
        loop {
            if let Some(inner) = tail.strip_prefix('[') {
                let mut depth = 1_usize;
                let end = inner.find(|c| {
                    match c {
                        '[' => depth += 1,
                        ']' => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                });
                let Some(end) = end else { break };
                tail = &inner[end + 1..];
            } else if let Some(after) = tail.strip_prefix(".*") {
                tail = after;
            } else if let Some((member, after)) = tail.strip_prefix('.').and_then(name) {
                path.push(member);
                tail = after;
            } else {
                break;
            }
        }
        found.push(path);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"
locals {
  known = var.given + 1
  read  = [for it in data.aws_ami.a.tags : it]
}
module "m" {
  source = "./m"
  size   = local.known
  image  = local.read[0]
}
resource "aws_x" "x" {
  for_each = toset(local.read)
  size     = var.given
  inner {
    image = var.missing
  }
  lifecycle {
    postcondition {
      condition     = EXPRESSION
      error_message = "no"
    }
  }
}
"#;

    const MODULE: &str = r#"
variable "size" {}
variable "image" {}
resource "terraform_data" "x" {
  input = var.size
}
output "size" {
  value = terraform_data.x.input
}
output "image" {
  value = var.image
}
"#;

    fn doubts(expression: &str) -> bool {
        let root = ROOT.replace("EXPRESSION", expression);
        let mut origins = Origins {
            placeholders: BTreeSet::from(["missing".to_owned()]),
            calls: BTreeSet::from([(String::new(), "m".to_owned(), "m".to_owned())]),
            ..Origins::default()
        };
        origins.folders.entry(String::new()).or_default().add(&root);
        origins.folders.entry("m".to_owned()).or_default().add(MODULE);
        let line = root.lines().position(|line| line.contains("condition  ")).unwrap() + 1;
        origins.doubts("", &root, line)
    }

    #[test]
    fn a_condition_on_what_is_written_is_not_doubted() {
        for known in [
            "var.given > 1",
            "local.known > 1",
            "self.size > 1",
            "module.m.size > 1",
            "aws_x.x[\"a\"].size > 1",
            "length(path.root) > 1",
            "alltrue([for it in [1, 2] : it > local.known])",
        ] {
            assert!(!doubts(known), "{known}");
        }
    }

    #[test]
    fn a_condition_on_what_follows_from_something_made_up_is_doubted() {
        for made_up in [
            "var.missing > 1",
            "data.aws_ami.a.id == \"x\"",
            "contains(local.read, \"x\")",
            "self.arn != \"\"",
            "self.inner[0].image == \"x\"",
            "each.key == \"x\"",
            "module.m.image == \"x\"",
            "module.m.other == \"x\"",
            "aws_x.x[\"a\"].id == \"x\"",
        ] {
            assert!(doubts(made_up), "{made_up}");
        }
    }

    #[test]
    fn what_refers_to_itself_ends() {
        let mut origins = Origins::default();
        let text = "locals {\n  a = local.b\n  b = local.a\n}\noutput \"x\" {\n  value = 1\n  precondition {\n    condition = local.a\n  }\n}\n";
        origins.folders.entry(String::new()).or_default().add(text);
        assert!(!origins.doubts("", text, 8));
    }

    #[test]
    fn a_condition_is_taken_out_and_the_lines_stay() {
        let text = ROOT.replace("EXPRESSION", "true");
        let line = text.lines().position(|line| line.contains("condition  ")).unwrap() + 1;
        let without = without_conditions(&text, Some(line)).unwrap();
        assert_eq!(without.lines().count(), text.lines().count());
        assert!(!without.contains("condition") && without.contains("lifecycle"), "{without}");
        assert_eq!(without_conditions(&text, None).unwrap(), without);
        assert_eq!(without_conditions(&text, Some(3)), None);
    }
}
