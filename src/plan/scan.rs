//! What a folder of Terraform names, read without evaluating it, and what has to be taken out of
//! it before it is planned where nothing may happen.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Attribute, Block, Body};
use serde_json::Value;

use super::documents::Documents;
use super::placeholder;

/// What one folder names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Its module calls.
    pub calls: BTreeMap<String, Call>,
    /// The resource types that it manages.
    pub resources: BTreeSet<String>,
    /// The resources that it declares, `type.name`, and whether Terraform may not destroy them.
    pub guarded: BTreeMap<String, bool>,
    /// The data sources that it reads.
    pub data_sources: BTreeSet<String>,
    /// Providers by local name, with their source where one is written.
    pub providers: BTreeMap<String, Option<String>>,
    /// What the versions of providers are constrained to, by local name.
    pub constraints: BTreeMap<String, String>,
    /// Variables that have no default, with a placeholder each.
    pub variables: BTreeMap<String, Value>,
    /// Outputs of modules that are named: by call, by output.
    pub outputs: BTreeMap<String, BTreeSet<String>>,
    /// Outputs of other roots' states that are named: by data source, by output.
    pub states: BTreeMap<String, BTreeSet<String>>,
    /// What is read as JSON.
    pub(super) documents: Documents,
    /// Paths that lead up and out of the folder.
    pub up: BTreeSet<String>,
    /// True when it asks which files there are.
    pub lists_files: bool,
}

/// What keeps Terraform from destroying a resource, in its `lifecycle` (Terraform language, "The
/// lifecycle Meta-Argument").
const GUARD: &str = "prevent_destroy";

/// A module call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// `./x`, `../x`, or something to be downloaded.
    pub source: String,
    /// What the version is constrained to.
    pub version: Option<String>,
    /// What it is given.
    pub arguments: BTreeSet<String>,
}

impl Call {
    /// True for a folder.
    pub fn is_local(&self) -> bool {
        self.source.starts_with("./")
            || self.source.starts_with("../")
            || self.source == ".."
            || self.source == "."
    }
}

/// Where stubs of what cannot be had are put, in the folder that calls them.
pub(super) const STUBS: &str = ".stackwright";

/// A file as it is planned: the same lines, without what reaches out.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Text {
    /// As it is.
    Same,
    /// With other content.
    Edited(String),
}

impl Names {
    /// Adds what a file names, and says how it is planned. `None` when it cannot be read; Terraform
    /// says why.
    pub(super) fn add(&mut self, file: &str, text: &str) -> Option<Text> {
        if file.ends_with(".json") {
            let mut value: Value = serde_json::from_str(text).ok()?;
            let before = value.clone();
            self.references(text);
            self.json(&mut value);
            return Some(if value == before {
                Text::Same
            } else {
                Text::Edited(format!("{value:#}\n"))
            });
        }
        let body = hcl::edit::parser::parse_body(text).ok()?;
        self.references(text);
        let mut edits = Edits::default();
        for block in body.blocks() {
            self.block(block, &mut edits);
        }
        Some(edits.apply(text))
    }

    fn block(&mut self, block: &Block, edits: &mut Edits) {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("terraform", []) => {
                edits.blank_blocks(&block.body, &["backend", "cloud"]);
                edits.blank_attribute(&block.body, "required_version");
                for providers in block.body.get_blocks("required_providers") {
                    for provider in providers.body.attributes() {
                        let name = provider.key.as_str();
                        self.providers
                            .insert(name.to_owned(), member_of(&provider.value, "source"));
                        // Before 0.13, it stood alone.
                        let version = provider.value.as_str().map(str::to_owned);
                        let version = version.or_else(|| member_of(&provider.value, "version"));
                        self.constraints.extend(version.map(|it| (name.to_owned(), it)));
                    }
                }
            }
            ("provider", [name]) => {
                self.providers.entry((*name).to_owned()).or_default();
            }
            ("resource", [ty, name]) => {
                self.resources.insert((*ty).to_owned());
                // With it a plan ends at the first thing that it would destroy, and tells nothing
                // of the rest: the report does.
                let is_guarded = |lifecycle: &&Block| {
                    let guard = lifecycle.body.get_attribute(GUARD);
                    guard.and_then(|guard| guard.value.as_bool()) == Some(true)
                };
                let guard = block.body.get_blocks("lifecycle").find(is_guarded);
                self.guarded.insert(format!("{ty}.{name}"), guard.is_some());
                if let Some(lifecycle) = guard {
                    edits.blank_attribute(&lifecycle.body, GUARD);
                }
                self.provider_of(ty, block.body.get_attribute("provider"));
                // A provisioner would run during the simulation.
                edits.blank_blocks(&block.body, &["provisioner", "connection"]);
            }
            ("data" | "ephemeral", [ty, name]) => {
                self.data_sources.insert((*ty).to_owned());
                self.provider_of(ty, block.body.get_attribute("provider"));
                let named = ["name", "secret_id"];
                let named = named.iter().find_map(|name| block.body.get_attribute(name));
                let named = named.map(|named| match &named.value {
                    Expression::String(text) => text.as_str().to_owned(),
                    other => other.to_string(),
                });
                self.documents.named(ty, name, named.as_deref());
                if *ty == "terraform_remote_state" {
                    self.states.entry((*name).to_owned()).or_default();
                    edits.replace_attribute(&block.body, "backend", "\"local\"");
                    edits.replace_attribute(&block.body, "config", &state_config(name));
                    edits.blank_attribute(&block.body, "workspace");
                }
            }
            ("check", [_]) => {
                for data in block.body.get_blocks("data") {
                    self.block(data, edits);
                }
            }
            ("module", [name]) => {
                let source =
                    block.body.get_attribute("source").and_then(|source| source.value.as_str());
                let version = block.body.get_attribute("version");
                let call = Call {
                    source: source.unwrap_or_default().to_owned(),
                    version: version.and_then(|it| it.value.as_str()).map(str::to_owned),
                    arguments: arguments(
                        block.body.attributes().map(|attribute| attribute.key.as_str()),
                    ),
                };
                if !call.is_local() {
                    edits.replace_attribute(
                        &block.body,
                        "source",
                        &format!("\"./{STUBS}/{name}\""),
                    );
                    edits.blank_attribute(&block.body, "version");
                }
                self.calls.insert((*name).to_owned(), call);
            }
            ("variable", [name]) if !block.body.has_attribute("default") => {
                let ty = block.body.get_attribute("type").map(|ty| &ty.value);
                self.variables.insert((*name).to_owned(), placeholder::of_type(name, ty));
            }
            _ => {}
        }
    }

    fn provider_of(&mut self, ty: &str, written: Option<&Attribute>) {
        let written = written.and_then(|attribute| match &attribute.value {
            Expression::Variable(name) => Some(name.as_str().to_owned()),
            Expression::Traversal(traversal) => match &traversal.expr {
                Expression::Variable(name) => Some(name.as_str().to_owned()),
                _ => None,
            },
            _ => None,
        });
        self.provider(ty, written);
    }

    fn provider(&mut self, ty: &str, written: Option<String>) {
        let implied = ty.split_once('_').map_or(ty, |(prefix, _)| prefix);
        self.providers.entry(written.unwrap_or_else(|| implied.to_owned())).or_default();
    }

    fn json(&mut self, file: &mut Value) {
        for (kind, content) in file.as_object_mut().into_iter().flatten() {
            for content in objects(content) {
                self.json_blocks(kind, content);
            }
        }
    }

    fn json_blocks(&mut self, kind: &str, content: &mut serde_json::Map<String, Value>) {
        match kind {
            "terraform" => {
                for key in ["backend", "cloud", "required_version"] {
                    content.remove(key);
                }
                for providers in content.get_mut("required_providers").into_iter().flat_map(objects)
                {
                    for (name, provider) in providers.iter() {
                        let source = provider.get("source").and_then(Value::as_str);
                        self.providers.insert(name.clone(), source.map(str::to_owned));
                        let version = provider.get("version").unwrap_or(provider).as_str();
                        let version = version.map(|it| (name.clone(), it.to_owned()));
                        self.constraints.extend(version);
                    }
                }
            }
            "provider" => {
                for name in content.keys() {
                    self.providers.entry(name.clone()).or_default();
                }
            }
            "resource" | "data" | "ephemeral" => {
                for (ty, named) in content.iter_mut() {
                    for (name, body) in
                        objects(named).into_iter().flat_map(serde_json::Map::iter_mut)
                    {
                        for body in objects(body) {
                            let written = body.get("provider").and_then(Value::as_str);
                            let written = written
                                .map(|name| name.split('.').next().unwrap_or(name).to_owned());
                            self.provider(ty, written);
                            if kind == "resource" {
                                body.remove("provisioner");
                                body.remove("connection");
                                let mut lifecycles =
                                    body.get_mut("lifecycle").map(objects).unwrap_or_default();
                                let guard = lifecycles.iter_mut().find_map(|it| it.remove(GUARD));
                                let is_guarded = guard == Some(Value::Bool(true));
                                self.guarded.insert(format!("{ty}.{name}"), is_guarded);
                            } else if ty == "terraform_remote_state" {
                                self.states.entry(name.clone()).or_default();
                                body.remove("workspace");
                                body.insert("backend".to_owned(), "local".into());
                                body.insert(
                                    "config".to_owned(),
                                    serde_json::json!({"path": state_path(name)}),
                                );
                            }
                        }
                    }
                    if kind == "resource" {
                        self.resources.insert(ty.clone());
                    } else {
                        self.data_sources.insert(ty.clone());
                    }
                }
            }
            "module" => {
                for (name, body) in content.iter_mut() {
                    for body in objects(body) {
                        let source = body.get("source").and_then(Value::as_str).unwrap_or_default();
                        let version = body.get("version").and_then(Value::as_str);
                        let call = Call {
                            source: source.to_owned(),
                            version: version.map(str::to_owned),
                            arguments: arguments(body.keys().map(String::as_str)),
                        };
                        if !call.is_local() {
                            body.remove("version");
                            body.insert("source".to_owned(), format!("./{STUBS}/{name}").into());
                        }
                        self.calls.insert(name.clone(), call);
                    }
                }
            }
            "variable" => {
                for (name, body) in content.iter_mut() {
                    for body in objects(body) {
                        if !body.contains_key("default") {
                            let ty = body.get("type").and_then(Value::as_str).unwrap_or("any");
                            let parsed = hcl::edit::parser::parse_body(&format!("x = {ty}\n")).ok();
                            let ty = parsed.as_ref().and_then(|body| body.get_attribute("x"));
                            let value = placeholder::of_type(name, ty.map(|ty| &ty.value));
                            self.variables.insert(name.clone(), value);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Finds names in text: also in comments, which does no harm.
    fn references(&mut self, text: &str) {
        self.lists_files |= text.contains("fileset(");
        self.documents.references(text);
        for rest in after(text, "module.") {
            let Some((call, rest)) = name(rest) else { continue };
            let outputs = self.outputs.entry(call.to_owned()).or_default();
            // `values(module.a)[*].b`
            let rest = rest.trim_start_matches(')');
            outputs.extend(member(rest).map(|(output, _)| output.to_owned()));
            let before = &text[..text.len() - rest.len()];
            if let Some(each) = each_of(before, rest) {
                let named = after(rest_of_block(rest), &each).filter_map(name);
                outputs.extend(named.map(|(output, _)| output.to_owned()));
            }
        }
        for rest in after(text, "data.terraform_remote_state.") {
            let Some((state, rest)) = name(rest) else { continue };
            let outputs = self.states.entry(state.to_owned()).or_default();
            let output = member(rest)
                .filter(|(word, _)| *word == "outputs")
                .and_then(|(_, rest)| member(rest));
            outputs.extend(output.map(|(output, _)| output.to_owned()));
        }
        self.up.extend(ups(text).map(|up| text[up].to_owned()));
    }
}

/// Where the paths in a text are that lead up and out of a folder, as far as they are plain.
pub(super) fn ups(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find("../")?;
        at = text[start..].find(|c| !is_of_path(c)).map_or(text.len(), |length| start + length);
        Some(start..at)
    })
}

/// True for what paths are made of, as far as they are plain.
pub(super) fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}

/// What an element is called, with the dot after it, where a text before a reference goes through
/// what it names: `for key, value in module.a`, `for_each = module.a`.
fn each_of(before: &str, rest: &str) -> Option<String> {
    let line = before.rsplit('\n').next()?;
    if rest.starts_with(['.', '[']) {
        return None;
    }
    if let Some((_, binding)) = line.rsplit_once("for ").filter(|(_, tail)| tail.contains(" in ")) {
        let (names, _) = binding.split_once(" in ")?;
        return Some(format!("{}.", names.rsplit(',').next()?.trim()));
    }
    line.contains("for_each").then(|| "each.value.".to_owned())
}

/// Up to the end of the block that a text begins in, as `terraform fmt` leaves it.
fn rest_of_block(text: &str) -> &str {
    &text[..text.find("\n}").unwrap_or(text.len())]
}

/// Adds every word of a text, whatever it means there.
pub(super) fn add_words(words: &mut BTreeSet<String>, text: &str) {
    for word in text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))) {
        if !words.contains(word) {
            words.insert(word.to_owned());
        }
    }
}

/// Adds the types of which an object may be used as a whole: `jsonencode(aws_vpc.main)`, and not
/// `aws_vpc.main.id`. Also what only looks like one, which does no harm.
pub(super) fn add_whole(types: &mut BTreeSet<String>, text: &str) {
    for (at, _) in text.match_indices('.') {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let head = before.trim_end_matches(is_word);
        let ty = &before[head.len()..];
        let is_data = head.ends_with("data.") || head.ends_with("ephemeral.");
        if !ty.contains('_') || (head.ends_with('.') && !is_data) {
            continue;
        }
        if let Some((_, rest)) = name(after)
            && member(rest).is_none()
            && !is_address(head)
            && !types.contains(ty)
        {
            types.insert(ty.to_owned());
        }
    }
}

/// Whether what follows a text names an object, and takes no value of it.
fn is_address(before: &str) -> bool {
    let list = before.rsplit_once('[').filter(|(_, tail)| !tail.contains([']', '(', '{', '}']));
    let of_list = list.map_or(before, |(head, _)| head);
    let argument =
        of_list.trim_end_matches([' ', '\t', '=', ':', '"']).rsplit(['\n', ' ', '"']).next();
    let of_block = ["from", "to", "resource"];
    let of_resource = ["depends_on", "replace_triggered_by", "ignore_changes"];
    argument.is_some_and(|argument| match list {
        Some(_) => of_resource.contains(&argument),
        None => of_block.contains(&argument),
    })
}

/// Where the stub of another root's state is, from the root.
pub(super) fn state_path(name: &str) -> String {
    format!("{STUBS}/{name}.tfstate")
}

fn state_config(name: &str) -> String {
    format!("{{ path = \"{}\" }}", state_path(name))
}

/// The arguments of a call that are the module's own.
fn arguments<'a>(keys: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let meta = ["source", "version", "count", "for_each", "providers", "depends_on"];
    keys.filter(|key| !meta.contains(key)).map(str::to_owned).collect()
}

/// `source` or `version` of a required provider.
fn member_of(provider: &Expression, name: &str) -> Option<String> {
    let object = provider.as_object()?;
    object.iter().find_map(|(key, value)| {
        let key = match key {
            hcl::edit::expr::ObjectKey::Ident(key) => key.as_str(),
            hcl::edit::expr::ObjectKey::Expression(Expression::Variable(key)) => key.as_str(),
            hcl::edit::expr::ObjectKey::Expression(key) => key.as_str()?,
        };
        (key == name).then(|| value.expr().as_str().map(str::to_owned)).flatten()
    })
}

/// In JSON a block stands as an object, or as an array of them.
fn objects(value: &mut Value) -> Vec<&mut serde_json::Map<String, Value>> {
    match value {
        Value::Object(object) => vec![object],
        Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).collect(),
        _ => Vec::new(),
    }
}

/// What follows each time that a word begins with this.
fn after<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(start).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        let inside = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        (!inside).then(|| &text[at + start.len()..])
    })
}

/// A name at the start of a text, and what follows it.
pub(super) fn name(text: &str) -> Option<(&str, &str)> {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The next member of a path: `.a`, `["k"].a`, `[0].a`, `[*].a`, `.*.a`.
fn member(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    while rest.starts_with('[') {
        rest = rest[rest.find(']')? + 1..].trim_start_matches('\\');
    }
    rest = rest.strip_prefix(".*").unwrap_or(rest);
    name(rest.strip_prefix('.')?)
}

/// Changes to a text that leave its lines where they are.
#[derive(Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub fn blank(&mut self, range: Range<usize>) {
        self.0.push((range, String::new()));
    }

    fn blank_blocks(&mut self, body: &Body, names: &[&str]) {
        let blocks = body.blocks().filter(|block| names.contains(&block.ident.as_str()));
        self.0.extend(blocks.filter_map(|block| Some((block.span()?, String::new()))));
    }

    fn blank_attribute(&mut self, body: &Body, name: &str) {
        let range = body.get_attribute(name).and_then(|attribute| attribute.span());
        self.0.extend(range.map(|range| (range, String::new())));
    }

    fn replace_attribute(&mut self, body: &Body, name: &str, value: &str) {
        let range = body.get_attribute(name).and_then(|attribute| attribute.value.span());
        self.0.extend(range.map(|range| (range, value.to_owned())));
    }

    pub fn apply(mut self, text: &str) -> Text {
        if self.0.is_empty() {
            return Text::Same;
        }
        self.0.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, new) in self.0 {
            out.push_str(&text[at..range.start]);
            out.push_str(&new);
            out.extend(text[range.clone()].matches('\n'));
            at = range.end;
        }
        out.push_str(&text[at..]);
        Text::Edited(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"terraform {
  required_version = "~> 1.3.2"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
  cloud {
    organization = "x"
  }
}

variable "size" {
  type = number
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  name    = "main"
}

data "terraform_remote_state" "net" {
  backend = "s3"
  config = {
    bucket = "x"
  }
}

resource "aws_instance" "a" {
  subnet_id = module.vpc.private_subnets[0]
  vpc       = data.terraform_remote_state.net.outputs.vpc_id
  user_data = file("${path.module}/../files/init.sh")
  provisioner "local-exec" {
    command = "rm -rf /"
  }
}
"#;

    #[test]
    fn a_root_is_read_and_what_reaches_out_is_taken_out_line_by_line() {
        let mut names = Names::default();
        let Some(Text::Edited(text)) = names.add("main.tf", ROOT) else { panic!() };
        assert_eq!(text.lines().count(), ROOT.lines().count());
        for gone in
            ["cloud", "required_version", "rm -rf", "terraform-aws-modules", "5.0.0", "\"s3\""]
        {
            assert!(!text.contains(gone), "{text}");
        }
        assert!(hcl::edit::parser::parse_body(&text).is_ok(), "{text}");
        assert!(text.contains("source  = \"./.stackwright/vpc\""), "{text}");
        assert_eq!(names.providers["aws"].as_deref(), Some("hashicorp/aws"));
        assert!(names.outputs["vpc"].contains("private_subnets"));
        assert!(names.states["net"].contains("vpc_id"));
        assert_eq!(names.variables["size"], 1);
        assert_eq!(names.up.iter().collect::<Vec<_>>(), ["../files/init.sh"]);
        assert_eq!(names.calls["vpc"].arguments.iter().collect::<Vec<_>>(), ["name"]);
    }

    #[test]
    fn outputs_of_modules_are_found_where_somebody_goes_through_them() {
        let text = r#"a = [for key, it in module.one : it.arn if it.on]
resource "aws_x" "x" {
  for_each = module.two
  b        = each.value.id
}
c = each.value.other
d = values(module.three)[*].name
"#;
        let mut names = Names::default();
        let _ = names.add("main.tf", text);
        let of = |call: &str| names.outputs[call].iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(
            (of("one"), of("two"), of("three")),
            (vec!["arn", "on"], vec!["id"], vec!["name"])
        );
    }

    #[test]
    fn what_is_used_as_a_whole_is_found_and_not_what_is_only_addressed() {
        let text = r#"a = jsonencode(aws_whole.a)
b = aws_index.b["k"]
c = [for it in data.aws_data.c : it]
d = { x = aws_object.d, y = aws_part.d.id }
resource "aws_x" "x" {
  depends_on = [
    aws_part.e,
    aws_part.f,
  ]
  e = aws_part.e[*].id
  f = data.aws_part.f["k"].id
  g = var.some_thing.else_where
  lifecycle {
    replace_triggered_by = [aws_part.g]
  }
}
moved {
  from = aws_part.old
  to   = aws_part.new
}
"#;
        let mut types = BTreeSet::new();
        add_whole(&mut types, text);
        let found: Vec<_> = types.iter().map(String::as_str).collect();
        assert_eq!(found, ["aws_data", "aws_index", "aws_object", "aws_whole"]);
    }

    #[test]
    fn json_is_read_in_the_same_way() {
        let mut names = Names::default();
        let text = r#"{"terraform":{"backend":{"s3":{}}},"resource":{"aws_x":{"a":{"provisioner":[{"local-exec":{}}],"b":"${module.m[\"k\"].out}"}}},"module":{"m":{"source":"a/b/c"}},"variable":{"v":{"type":"list(string)"}}}"#;
        let Some(Text::Edited(text)) = names.add("main.tf.json", text) else { panic!() };
        assert!(!text.contains("local-exec") && !text.contains("s3"), "{text}");
        assert!(names.resources.contains("aws_x"));
        assert!(names.outputs["m"].contains("out"));
        assert!(names.variables.contains_key("v"));
    }
}
