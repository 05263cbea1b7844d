//! `moved_from_layer`: a component that another layer's state holds.
//!
//! Terraform has no `moved` block between states. The layer that is left forgets the component
//! (Terraform language, "Remove a resource from state"), the one that is entered imports each of its
//! resources ("Import existing resources"). An import wants what AWS calls a thing. That stands in the
//! state that is left, and [`ids`] takes it from there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hcl::edit::expr::Expression as Source;
use hcl::edit::structure::{Block as SourceBlock, Body as SourceBody};
use serde_json::Value;

use super::lower::{Root, lower_one};
use super::read::Reader;
use super::{Id, Stack, layer, rename};
use crate::component::{
    Artifact, Bundle, Component as _, Image, Input, Module, ModuleSource, Output,
};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::comment::Comment;
use crate::hcl::{Block, Expr};

/// The field's name.
pub const FIELD: &str = "moved_from_layer";

/// What the field is, for the reference.
pub const DOC: &str = "The layer whose state still holds the component. Renders `removed` blocks \
     there and `import` blocks here, so that nothing is destroyed; to be taken out when both are \
     applied.";

/// The file of a root in which `removed` blocks stand.
const REMOVED: &str = "removed.tf";

/// The file of a root in which `import` blocks stand, and the variable that they need.
pub const IMPORTS: &str = "imports.tf";

/// The variable that holds what AWS calls the things that enter: by address, by instance key; the
/// key is empty for what has none.
pub const VARIABLE: &str = "moved_ids";

/// Resources that Terraform cannot import. Each only waits for something, so making it anew changes
/// nothing in AWS.
const NOT_IMPORTED: &[&str] = &["aws_acm_certificate_validation"];

/// A component's move from another layer.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The layer whose state holds it.
    pub from: String,
    /// Where that is written; nothing for a stack built in Rust.
    pub span: Option<Span>,
}

impl PartialEq for Transfer {
    fn eq(&self, other: &Self) -> bool {
        self.from == other.from
    }
}

/// What AWS calls things, by address without keys, by instance key.
pub type Ids = BTreeMap<String, BTreeMap<String, String>>;

/// Reads a component's field. Problems go to the reader.
pub(super) fn read(reader: &Reader<'_>, block: &SourceBlock) -> Option<Transfer> {
    let attribute = block.body.get_attribute(FIELD)?;
    let span = reader.span(&attribute.value);
    let Source::String(from) = &attribute.value else {
        reader.report(
            Diagnostic::error(codes::WRONG_TYPE, format!("`{FIELD}` is the name of a layer"))
                .at(span, "")
                .help(format!("write it in quotes: `{FIELD} = \"services\"`")),
        );
        return None;
    };
    Some(Transfer { from: from.as_str().to_owned(), span: Some(span) })
}

/// The layers that something moves from, by the text of a description.
pub(super) fn left(body: &SourceBody) -> BTreeSet<&str> {
    let fields = layer::components(body).filter_map(|block| block.body.get_attribute(FIELD));
    fields.filter_map(|field| field.value.as_str()).collect()
}

/// Complains about moves that cannot be.
pub(super) fn check(stack: &Stack, diagnostics: &RefCell<Vec<Diagnostic>>) {
    for (id, Transfer { from, span }) in &stack.transferred {
        let refuse = |message: String| Diagnostic::error(codes::BAD_MOVE, message).at(*span, "");
        let here = stack.layer_of(id);
        let known = stack.layers.keys().map(String::as_str);
        let diagnostic = if stack.layers.is_empty() {
            refuse("the stack has no layers".to_owned()).help(format!("take `{FIELD}` out"))
        } else if !stack.layers.contains_key(from) {
            let diagnostic = refuse(format!("there is no layer `{from}`"));
            diagnostic.did_you_mean(from, known, |diagnostic| {
                diagnostic.help(format!(
                    "a layer that is left stays until it is applied: keep `layer \"{from}\" {{}}`"
                ))
            })
        } else if here == Some(from.as_str()) {
            refuse(format!("`{id}` is in `{from}` already"))
                .help(format!("name the layer that it was in before, or take `{FIELD}` out"))
        } else if [Artifact::KIND, Bundle::KIND, Image::KIND, Input::KIND, Output::KIND]
            .contains(&id.kind)
        {
            refuse(format!("`{id}` needs no move"))
                .help(format!("take `{FIELD}` out: no state holds anything of it"))
        } else if id.kind == Module::KIND {
            refuse(format!("nobody knows what is in `{id}`")).help(format!(
                "take `{FIELD}` out, and move it with `terraform state mv`: see docs/layers.md"
            ))
        } else {
            continue;
        };
        diagnostics.borrow_mut().push(diagnostic);
    }
    let input = Id { kind: Input::KIND, label: VARIABLE.to_owned() };
    if let (Some(component), false) = (stack.components.get(&input), stack.transferred.is_empty()) {
        diagnostics.borrow_mut().push(
            Diagnostic::error(
                codes::NAME_CLASH,
                format!("components that move between layers take the variable `{VARIABLE}`"),
            )
            .at(component.origin().head, "")
            .help("give the input another name"),
        );
    }
}

/// Adds to the root of a layer what components need that leave it or enter it.
pub(super) fn lower(stack: &Stack, root: &mut Root) {
    let Some(part) = &stack.part else { return };
    let left = stack.transferred.iter().filter(|(_, transfer)| transfer.from == part.layer);
    let left: BTreeSet<String> = left.flat_map(|(id, _)| addresses(stack, id)).flatten().collect();
    for from in left {
        let lifecycle = Block::new("lifecycle", [] as [&str; 0]).attribute("destroy", false);
        let block = Block::new("removed", [] as [&str; 0]);
        let block = block.attribute("from", Expr::raw(from)).block(lifecycle);
        root.files.entry(REMOVED).or_default().block(block);
    }
    let entering = entering(stack);
    if entering.is_empty() {
        return;
    }
    let mut always = Vec::new();
    let mut imports = Vec::new();
    for Entering { resources, .. } in &entering {
        let (imported, others): (Vec<&Resource>, Vec<&Resource>) =
            resources.iter().partition(|resource| resource.is_imported());
        let others = others.into_iter().map(|other| {
            let address = other.plain();
            format!("# {address} cannot be imported. Made anew, it changes nothing in AWS.")
        });
        let mut comment = Comment { leading: others.collect(), trailing: None };
        for resource in imported {
            let block = resource.import().comment(std::mem::take(&mut comment));
            imports.push(block);
            if resource.keyed == Keyed::Not {
                always.push(resource.plain());
            }
        }
    }
    let from: BTreeSet<&str> = entering.iter().map(|it| it.from).collect();
    let from = from.into_iter().collect::<Vec<_>>().join(" and ");
    let message = format!(
        "Fill it from the state of {from}: `terraform state pull | stackwright moved-ids --stack {}`.",
        stack.root
    );
    let list: String = always.iter().map(|address| format!("    \"{address}\",\n")).collect();
    let condition = format!(
        "alltrue([\n  for address in [\n{list}  ] : contains(keys(var.{VARIABLE}), address)\n])"
    );
    let validation = Block::new("validation", [] as [&str; 0])
        .attribute("condition", Expr::raw(crate::hcl::format::format_expr(&condition)))
        .attribute("error_message", message);
    let mut variable = Block::new("variable", [VARIABLE])
        .attribute("description", format!("What AWS calls the things that move here from {from}."))
        .attribute("type", Expr::raw("map(map(string))"));
    if !always.is_empty() {
        variable = variable.block(validation);
    }
    // All that is to be taken out again stands in one file.
    let file = root.files.entry(IMPORTS).or_default();
    file.block(variable);
    imports.into_iter().for_each(|block| file.block(block));
}

/// A component that enters a layer.
struct Entering<'a> {
    from: &'a str,
    resources: Vec<Resource>,
    /// What the module was called before, the newest first, and what it is called now.
    earlier: Vec<String>,
    now: String,
}

/// The components that enter the layer that a root is of.
fn entering(stack: &Stack) -> Vec<Entering<'_>> {
    let here = stack.transferred.iter().filter(|(id, _)| stack.is_here(id));
    let mut entering: Vec<Entering<'_>> = here
        .filter_map(|(id, transfer)| {
            let module = stack.components.get(id)?.module()?;
            let mut names = addresses(stack, id).into_iter().flatten();
            let now = names.next()?;
            let mut resources = Vec::new();
            add_resources(&module, &now, Keyed::Not, &mut resources);
            resources.sort();
            Some(Entering { from: &transfer.from, resources, earlier: names.collect(), now })
        })
        .collect();
    entering.sort_by(|a, b| a.now.cmp(&b.now));
    entering
}

/// The addresses of what a component declares, as it is called now and as it was before, the newest
/// first.
fn addresses(stack: &Stack, id: &Id) -> Vec<Vec<String>> {
    let Some(component) = stack.components.get(id) else { return Vec::new() };
    let earlier = stack.renamed.get(id).map(|renamed| renamed.from.as_slice()).unwrap_or_default();
    let labels = earlier.iter().chain([&id.label]).rev();
    labels
        .map(|label| {
            let (mut root, mut locals) = (Root::default(), BTreeMap::new());
            let id = Id { kind: id.kind, label: label.clone() };
            lower_one(stack, &id, component.as_ref(), "", &mut root, &mut locals);
            rename::addresses(root.files.values())
        })
        .collect()
}

/// Which instances a resource has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Keyed {
    /// One.
    Not,
    /// By number.
    Count,
    /// By text.
    Each,
}

/// A resource of a module of the library, in a root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Resource {
    /// The modules that it is in, the outermost first: `module.a.module.b`.
    module: String,
    kind: String,
    name: String,
    keyed: Keyed,
    /// True where it is the module that has the keys.
    by_module: bool,
}

impl Resource {
    /// Its address without keys.
    fn plain(&self) -> String {
        format!("{}.{}.{}", self.module, self.kind, self.name)
    }

    fn is_imported(&self) -> bool {
        !NOT_IMPORTED.contains(&self.kind.as_str())
    }

    fn keyed_address(&self, key: &str) -> String {
        let Self { module, kind, name, .. } = self;
        match self.by_module {
            true => format!("{module}[{key}].{kind}.{name}"),
            false => format!("{module}.{kind}.{name}[{key}]"),
        }
    }

    /// The block that imports it.
    fn import(&self) -> Block {
        let plain = self.plain();
        let block = Block::new("import", [] as [&str; 0]);
        let ids = format!("lookup(var.{VARIABLE}, \"{plain}\", {{}})");
        match self.keyed {
            Keyed::Not => block
                .attribute("to", Expr::raw(plain.clone()))
                .attribute("id", Expr::raw(format!("var.{VARIABLE}[\"{plain}\"][\"\"]"))),
            Keyed::Each => block
                .attribute("for_each", Expr::raw(ids))
                .attribute("to", Expr::raw(self.keyed_address("each.key")))
                .attribute("id", Expr::raw("each.value")),
            // No function may be called in an address.
            Keyed::Count => block
                .attribute(
                    "for_each",
                    Expr::raw(format!(
                        "{{\n  for key, id in {ids} : key => {{ index = tonumber(key), id = id }}\n}}"
                    )),
                )
                .attribute("to", Expr::raw(self.keyed_address("each.value.index")))
                .attribute("id", Expr::raw("each.value.id")),
        }
    }
}

/// Adds the resources of a module, and of those that it calls.
fn add_resources(module: &ModuleSource, address: &str, by: Keyed, all: &mut Vec<Resource>) {
    for (_, text) in module.files {
        let body = hcl::edit::parser::parse_body(text).unwrap_or_default();
        for block in body.blocks() {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            let own = match () {
                () if block.body.has_attribute("count") => Keyed::Count,
                () if block.body.has_attribute("for_each") => Keyed::Each,
                () => Keyed::Not,
            };
            match (block.ident.as_str(), labels.as_slice()) {
                ("resource", [kind, name]) => all.push(Resource {
                    module: address.to_owned(),
                    kind: (*kind).to_owned(),
                    name: (*name).to_owned(),
                    keyed: if own == Keyed::Not { by } else { own },
                    by_module: own == Keyed::Not && by != Keyed::Not,
                }),
                ("module", [name]) => {
                    let source =
                        block.body.get_attribute("source").and_then(|it| it.value.as_str());
                    let folder = source.and_then(|source| source.strip_prefix("../"));
                    let called = module.calls.iter().find(|called| Some(called.name) == folder);
                    if let Some(called) = called {
                        add_resources(called, &format!("{address}.module.{name}"), own, all);
                    }
                }
                _ => {}
            }
        }
    }
}

/// What AWS calls the resources in a state (`terraform state pull`), as imports want it.
pub fn ids(state: &Value) -> Ids {
    let mut ids = Ids::new();
    for Held { address, key, id, .. } in held(state) {
        ids.entry(address).or_default().insert(key, id);
    }
    ids
}

/// A resource that a state holds, and that can be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Its address without keys.
    pub address: String,
    /// Its instance key; empty for none.
    pub key: String,
    /// Its type.
    pub kind: String,
    /// What an import wants.
    pub id: String,
    /// All of its attributes.
    pub attributes: Value,
}

/// The resources in a state that can be imported.
pub fn held(state: &Value) -> Vec<Held> {
    let mut all = Vec::new();
    let list = |value: &Value, name: &str| -> Vec<Value> {
        value.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    for resource in list(state, "resources") {
        let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("mode") != "managed" {
            continue;
        }
        let (module, key) = without_keys(text("module"));
        let kind = text("type");
        let dot = if module.is_empty() { "" } else { "." };
        let address = format!("{module}{dot}{kind}.{}", text("name"));
        for instance in list(&resource, "instances") {
            let key = match instance.get("index_key") {
                Some(Value::String(key)) => key.clone(),
                Some(Value::Number(key)) => key.to_string(),
                _ => key.clone(),
            };
            let attributes = instance.get("attributes").cloned().unwrap_or_default();
            if let Some(id) = import_id(kind, &attributes) {
                let (address, kind) = (address.clone(), kind.to_owned());
                all.push(Held { address, key, kind, id, attributes });
            }
        }
    }
    all
}

/// A module's address without its keys, and the last of them.
fn without_keys(module: &str) -> (String, String) {
    let (mut plain, mut key, mut rest) = (String::new(), String::new(), module);
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let end = match after.strip_prefix('"') {
            Some(quoted) => quoted.find("\"]").map_or(after.len(), |at| at + 2),
            None => after.find(']').unwrap_or(after.len()),
        };
        key = after[..end].trim_matches('"').to_owned();
        rest = after[end..].strip_prefix(']').unwrap_or_default();
    }
    plain.push_str(rest);
    (plain, key)
}

/// What an import of a resource wants (the Import section of each one's page in the AWS provider's
/// documentation): its `id`, but for those named here.
fn import_id(kind: &str, attributes: &Value) -> Option<String> {
    let of = |name: &str| -> Option<String> {
        let value = attributes.get(name)?;
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let joined = |names: &[&str], separator: &str| -> Option<String> {
        let values: Option<Vec<String>> = names.iter().map(|name| of(name)).collect();
        Some(values?.join(separator))
    };
    match kind {
        "aws_appautoscaling_policy" => {
            joined(&["service_namespace", "resource_id", "scalable_dimension", "name"], "/")
        }
        "aws_appautoscaling_target" => {
            joined(&["service_namespace", "resource_id", "scalable_dimension"], "/")
        }
        "aws_cloudwatch_event_target" => joined(&["event_bus_name", "rule", "target_id"], "/")
            .or_else(|| joined(&["rule", "target_id"], "/")),
        "aws_ecs_cluster" => of("name"),
        "aws_ecs_service" => {
            let cluster = of("cluster")?;
            Some(format!("{}/{}", cluster.rsplit('/').next()?, of("name")?))
        }
        "aws_ecs_task_definition" => of("arn"),
        "aws_iam_role_policy_attachment" => joined(&["role", "policy_arn"], "/"),
        "aws_lambda_permission" => joined(&["function_name", "statement_id"], "/"),
        "aws_opensearch_domain" => of("domain_name"),
        "aws_route" => {
            let to = [
                "destination_cidr_block",
                "destination_ipv6_cidr_block",
                "destination_prefix_list_id",
            ];
            Some(format!("{}_{}", of("route_table_id")?, to.iter().find_map(|name| of(name))?))
        }
        "aws_route_table_association" => {
            let at = of("subnet_id").or_else(|| of("gateway_id"))?;
            Some(format!("{at}/{}", of("route_table_id")?))
        }
        "aws_wafv2_web_acl_association" => joined(&["web_acl_arn", "resource_arn"], ","),
        _ => of("id"),
    }
}

/// Takes from states what the components need that enter a layer.
///
/// # Errors
/// Every resource that none of the states has.
pub fn entering_ids(stack: &Stack, states: &[Value]) -> Result<Ids, Vec<Diagnostic>> {
    let known: Vec<Ids> = states.iter().map(ids).collect();
    let mut wanted = Ids::new();
    let mut problems = Vec::new();
    let entering = entering(stack);
    if entering.is_empty() {
        problems.push(
            Diagnostic::error(codes::BAD_MOVE, format!("nothing moves into `{}`", stack.root))
                .help(format!("say what does: `{FIELD} = \"…\"` in a component of it")),
        );
    }
    for Entering { from, resources, earlier, now } in entering {
        for resource in resources.iter().filter(|resource| resource.is_imported()) {
            let plain = resource.plain();
            let below = plain.strip_prefix(&now).unwrap_or_default();
            let names = std::iter::once(&now).chain(&earlier);
            let mut names = names.map(|name| format!("{name}{below}"));
            let found = names.find_map(|name| known.iter().find_map(|ids| ids.get(&name)));
            match found {
                Some(found) => _ = wanted.insert(plain, found.clone()),
                None if resource.keyed == Keyed::Not => problems.push(
                    Diagnostic::error(
                        codes::BAD_MOVE,
                        format!("no state that was given has `{plain}`"),
                    )
                    .help(format!(
                        "give that of `{from}`, as it was before `removed.tf` was applied there"
                    )),
                ),
                // There may be none.
                None => {}
            }
        }
    }
    if problems.is_empty() { Ok(wanted) } else { Err(problems) }
}

/// Components that are in another layer than before without saying so, as warnings.
pub fn unsaid(before: &Stack, after: &Stack) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if before.layers.is_empty() != after.layers.is_empty() {
        let (now, help) = match after.layers.is_empty() {
            false => (
                "is split into layers",
                "let one layer have the state that there was, and move the rest from it",
            ),
            true => ("has no layers any more", "move all into one layer first"),
        };
        return vec![
            Diagnostic::warning(
                codes::UNSAID_MOVE,
                format!("`{}` {now}: its roots begin with other states", after.system()),
            )
            .at(after.settings.origin.head, "")
            .help(format!("{help}: see docs/layers.md")),
        ];
    }
    for (id, component) in &after.components {
        let (Some(was), Some(is)) = (before.layer_of(id), after.layer_of(id)) else { continue };
        let has_state = after.vocabulary.kind(id.kind).is_some_and(|kind| kind.module.is_some());
        let is_own = id.kind == Module::KIND;
        if was == is || after.transferred.contains_key(id) || !(has_state || is_own) {
            continue;
        }
        warnings.push(
            Diagnostic::warning(
                codes::UNSAID_MOVE,
                format!(
                    "`{id}` moves from `{was}` to `{is}`: it is destroyed there and made anew here"
                ),
            )
            .at(component.origin().head, "")
            .help(match is_own {
                true => "move its state with `terraform state mv`: see docs/layers.md".to_owned(),
                false => format!("`{FIELD} = \"{was}\"` keeps it"),
            }),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_resource_of_the_library_has_one_key_at_most() {
        let mut found = 0;
        for kind in crate::component::kinds() {
            for module in kind.module.iter().chain(kind.other_modules) {
                let mut all = Vec::new();
                add_resources(module, "module.x", Keyed::Not, &mut all);
                found += all.len();
                let mut names: Vec<String> = all.iter().map(Resource::plain).collect();
                names.sort();
                names.dedup();
                assert_eq!(names.len(), all.len());
                no_double_keys(module, Keyed::Not);
            }
        }
        assert!(found > 100, "{found}");
    }

    fn no_double_keys(module: &ModuleSource, by: Keyed) {
        let mut own = Vec::new();
        add_resources(&ModuleSource { calls: &[], ..*module }, "module.x", Keyed::Not, &mut own);
        assert!(by == Keyed::Not || own.iter().all(|it| it.keyed == Keyed::Not), "{}", module.name);
        for called in module.calls {
            let text = module.files.iter().map(|(_, text)| *text).collect::<String>();
            let body = hcl::edit::parser::parse_body(&text).unwrap();
            let source = format!("../{}", called.name);
            let calls = body.blocks().filter(|block| {
                let found = block.body.get_attribute("source").and_then(|it| it.value.as_str());
                found == Some(source.as_str())
            });
            for call in calls {
                let keyed = ["count", "for_each"].iter().any(|key| call.body.has_attribute(key));
                assert!(!(keyed && by != Keyed::Not), "{}", module.name);
                no_double_keys(called, if keyed { Keyed::Each } else { by });
            }
        }
    }

    #[test]
    fn ids_are_what_imports_want() {
        let resource = |kind: &str, module: &str, key: Value, attributes: Value| {
            json!({"mode": "managed", "type": kind, "name": "this", "module": module,
                "instances": [{"index_key": key, "attributes": attributes}]})
        };
        let state = json!({"resources": [
            resource("aws_vpc", "module.network_main", Value::Null, json!({"id": "vpc-1"})),
            resource("aws_subnet", "module.network_main", json!("a"), json!({"id": "subnet-1"})),
            resource("aws_sqs_queue", "module.queue_work", json!(0), json!({"id": "https://q"})),
            resource(
                "aws_ecs_task_definition",
                "module.loaders_source.module.task[\"x[0]\"]",
                Value::Null,
                json!({"id": "family", "arn": "arn:1"}),
            ),
            resource(
                "aws_ecs_service",
                "module.service_web",
                Value::Null,
                json!({"id": "arn:2", "cluster": "arn:aws:ecs:r:1:cluster/shop", "name": "web"}),
            ),
            resource(
                "aws_route",
                "module.network_main",
                Value::Null,
                json!({"id": "r-1", "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0",
                    "destination_ipv6_cidr_block": ""}),
            ),
            {"mode": "data", "type": "aws_vpc", "name": "x", "instances": [{"attributes": {"id": "1"}}]},
        ]});
        let found: Vec<String> = ids(&state)
            .iter()
            .flat_map(|(address, ids)| {
                ids.iter().map(move |(key, id)| format!("{address} {key:?} {id}"))
            })
            .collect();
        insta::assert_snapshot!(found.join("\n"), @r#"
        module.loaders_source.module.task.aws_ecs_task_definition.this "x[0]" arn:1
        module.network_main.aws_route.this "" rtb-1_0.0.0.0/0
        module.network_main.aws_subnet.this "a" subnet-1
        module.network_main.aws_vpc.this "" vpc-1
        module.queue_work.aws_sqs_queue.this "0" https://q
        module.service_web.aws_ecs_service.this "" shop/web
        "#);
    }
}
