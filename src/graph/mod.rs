//! Systems as graphs: their components, and how these reach each other.
//!
//! An edge follows from a reference in a field, and what it means from the components:
//! [`Component::DRAWN`](crate::component::Component::DRAWN) of the one that names says it of its
//! fields, that of the named one says the rest. No kind is known here by its name.

mod frame;
mod mark;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::component::drawn::meaning;
use crate::component::task::TASK_DRAWN;
use crate::component::{AnyComponent, Family, Kind, Meaning, Relation};
use crate::hcl::{Expr, Property};
use crate::stack::field::Type;
use crate::stack::value::Reference;
use crate::stack::{Id, Stack};
use crate::value::{Scalar as _, Schedule};

pub use frame::{Frame, Picture};
pub use mark::{Changed, Mark, component_of};

/// Systems, each a graph of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// In the order of their names.
    pub systems: Vec<System>,
}

/// A stack, or one environment of it, with all its layers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct System {
    /// Its stack, and the environment: `shop`, `shop/production`.
    pub name: String,
    /// Its layers, in the order written.
    pub layers: Vec<String>,
    /// Components first, in the order written, then what they name beside components.
    pub nodes: Vec<Node>,
    /// By relation and then in the order of nodes, no two with the same ends.
    pub edges: Vec<Edge>,
    /// True where a placement that no box shows is an edge.
    pub placements: bool,
    /// How many edges a [`Choice`] took out.
    pub left_out: BTreeMap<Relation, usize>,
}

/// A component, or what one names.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is called in the system: `service.api`, `data.aws_vpc.old`.
    pub name: String,
    /// Its kind: `service`, `data`, `schedule`.
    pub kind: String,
    /// The rest of its name, or what it says: `api`, `aws_vpc.old`, `rate(15 minutes)`.
    pub label: String,
    /// The root that it is in: `shop/production/jobs`; the first one of what is in several.
    pub root: Option<String>,
    /// The layer that it is in; none for what is in several.
    pub layer: Option<String>,
    /// What it belongs to.
    pub family: Family,
    /// What it is to the description.
    pub origin: Origin,
    /// What a plan does to it.
    pub mark: Option<Mark>,
    /// More to say of it, a line each.
    pub details: Vec<String>,
}

/// What a node is to the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A component.
    Component,
    /// When something starts, as its component says.
    Schedule,
    /// Something of a hand-written file that a component names.
    Outside,
    /// A component that is described no more, and goes.
    Gone,
}

/// Between two nodes, by their places among the nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Why.
    pub relation: Relation,
    /// The fields that say so, sorted: `access`, `environment`.
    pub fields: BTreeSet<String>,
}

/// Which edges are drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// All but those that lead from almost everywhere to one and the same: keys, inputs, networks.
    Usual,
    /// Those of these relations, and the nodes that they touch.
    Only(BTreeSet<Relation>),
}

impl Choice {
    fn takes(&self, relation: Relation) -> bool {
        let seldom = [Relation::Encryption, Relation::Values, Relation::Placement];
        match self {
            Self::Usual => !seldom.contains(&relation),
            Self::Only(relations) => relations.contains(&relation),
        }
    }
}

impl Graph {
    /// The graphs of stacks, of which layers of one system become one.
    ///
    /// ```
    /// use stackwright::graph::Graph;
    /// use stackwright::prelude::*;
    ///
    /// let mut shop = Draft::new("shop");
    /// shop.settings(|it| it.region("us-west-2"));
    /// let network = shop.add(Network::new("main").cidr("10.0.0.0/16"));
    /// shop.add(Cluster::new("main").network(&network));
    /// let (shop, _) = shop.read(&Vocabulary::default()).map_err(|it| it.to_string())?;
    ///
    /// let graph = Graph::of([&shop]);
    /// assert_eq!(graph.systems[0].nodes[1].name, "cluster.main");
    /// assert_eq!(graph.systems[0].edges[0].relation.name(), "placement");
    /// # Ok::<(), String>(())
    /// ```
    pub fn of<'a>(roots: impl IntoIterator<Item = &'a Stack>) -> Self {
        let mut systems: BTreeMap<&str, Vec<&Stack>> = BTreeMap::new();
        for root in roots {
            systems.entry(root.system()).or_default().push(root);
        }
        Self { systems: systems.into_values().map(|roots| System::of(&roots)).collect() }
    }

    /// The same with the edges that are chosen.
    #[must_use]
    pub fn only(mut self, choice: &Choice) -> Self {
        self.systems.iter_mut().for_each(|system| system.only(choice));
        self
    }
}

impl System {
    /// The graph of one system, of all its roots.
    fn of(roots: &[&Stack]) -> Self {
        let Some(first) = roots.first() else { return Self::default() };
        let mut reading = Reading::default();
        for stack in roots {
            for id in stack.components.keys().filter(|id| stack.is_here(id)) {
                reading.component(stack, id);
            }
        }
        for stack in roots {
            for (id, component) in &stack.components {
                if let (true, Some(kind)) = (stack.is_here(id), stack.vocabulary.kind(id.kind)) {
                    reading.edges_of(stack, id, component.as_ref(), kind);
                }
            }
        }
        let Reading { nodes, edges, .. } = reading;
        let mut edges: Vec<Edge> = edges
            .into_iter()
            .map(|((from, to), (relation, fields))| Edge { from, to, relation, fields })
            .collect();
        edges.sort_by_key(|edge| (edge.relation, edge.from, edge.to));
        Self {
            name: first.system().to_owned(),
            layers: roots
                .iter()
                .filter_map(|root| Some(root.part.as_ref()?.layer.clone()))
                .collect(),
            nodes: nodes.into_values().collect(),
            edges,
            placements: true,
            left_out: BTreeMap::new(),
        }
    }

    fn only(&mut self, choice: &Choice) {
        for edge in &self.edges {
            // What is drawn as a box around it is not left out.
            if !choice.takes(edge.relation) && edge.relation != Relation::Placement {
                *self.left_out.entry(edge.relation).or_default() += 1;
            }
        }
        self.edges
            .retain(|edge| choice.takes(edge.relation) || edge.relation == Relation::Placement);
        let drawn = self.edges.iter().filter(|edge| choice.takes(edge.relation));
        let touched: BTreeSet<usize> = drawn.flat_map(|edge| [edge.from, edge.to]).collect();
        // Around what stays its boxes stay, too.
        let mut stays: BTreeSet<usize> = match choice {
            Choice::Usual => {
                let nodes = self.nodes.iter().enumerate();
                nodes.filter(|(_, it)| it.family != Family::Values).map(|(at, _)| at).collect()
            }
            Choice::Only(_) => touched,
        };
        let marked = self.nodes.iter().enumerate().filter(|(_, node)| node.mark.is_some());
        stays.extend(marked.map(|(at, _)| at));
        let placements = || self.edges.iter().filter(|it| it.relation == Relation::Placement);
        while let Some(box_) =
            placements().find(|it| stays.contains(&it.from) && !stays.contains(&it.to))
        {
            stays.insert(box_.to);
        }
        let places: BTreeMap<usize, usize> =
            stays.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let mut at = 0;
        self.nodes.retain(|_| {
            at += 1;
            stays.contains(&(at - 1))
        });
        self.edges.retain_mut(|edge| match (places.get(&edge.from), places.get(&edge.to)) {
            (Some(from), Some(to)) => {
                (edge.from, edge.to) = (*from, *to);
                true
            }
            _ => false,
        });
        self.placements = choice.takes(Relation::Placement);
    }
}

/// A graph while it is gathered.
#[derive(Default)]
struct Reading {
    nodes: IndexMap<String, Node>,
    edges: IndexMap<(usize, usize), (Relation, BTreeSet<String>)>,
}

impl Reading {
    fn component(&mut self, stack: &Stack, id: &Id) {
        let name = id.to_string();
        if let Some(known) = self.nodes.get_mut(&name) {
            // It is in several layers.
            known.layer = None;
            return;
        }
        let drawn = stack.vocabulary.kind(id.kind).map(|kind| kind.drawn);
        let node = Node {
            kind: id.kind.to_owned(),
            label: id.label.clone(),
            root: Some(stack.root.clone()),
            layer: stack.part.as_ref().map(|part| part.layer.clone()),
            family: drawn.map_or(Family::Other, |drawn| drawn.family),
            origin: Origin::Component,
            mark: None,
            details: Vec::new(),
            name: name.clone(),
        };
        self.nodes.insert(name, node);
    }

    fn edges_of(&mut self, stack: &Stack, id: &Id, component: &dyn AnyComponent, kind: &Kind) {
        let Some(own) = self.nodes.get_index_of(&id.to_string()) else { return };
        let said = |path: &str| {
            let of_tasks = || component.task().and_then(|_| meaning(TASK_DRAWN, path));
            kind.drawn.field(path).or_else(of_tasks)
        };
        for reference in component.references() {
            let path = reference.field.join(".");
            self.named(stack, own, &reference, &path, said(&path), &mut BTreeSet::new());
        }
        let values = component.values();
        let mut schedules = Vec::new();
        let fields = (kind.fields)();
        for Property { key, value, .. } in &values {
            let field = fields.iter().find(|field| field.name == key);
            if let Some(field) = field {
                add_schedules(&field.ty, value, "", &mut schedules);
            }
            self.outside(stack, own, &mut vec![key.clone()], value, &said);
        }
        self.schedules(own, &schedules);
    }

    /// An edge for what a component names in a field; through `locals` to what these name.
    fn named(
        &mut self,
        stack: &Stack,
        own: usize,
        reference: &Reference,
        path: &str,
        said: Option<Meaning>,
        followed: &mut BTreeSet<String>,
    ) {
        if reference.kind == "local" {
            if let Some(local) = stack.locals.get(&reference.label)
                && followed.insert(reference.label.clone())
            {
                for inner in &local.value.references {
                    self.named(stack, own, inner, path, said, followed);
                }
            }
            return;
        }
        let name = format!("{}.{}", reference.kind, reference.label);
        let Some(other) = self.nodes.get_index_of(&name) else { return };
        let named = stack.vocabulary.kind(&reference.kind).map(|kind| kind.drawn.named);
        // An input or a key is that, whichever field it stands in.
        let own_way = [Meaning::From(Relation::Values), Meaning::To(Relation::Encryption)];
        let meaning = match named {
            Some(named) if own_way.contains(&named) => named,
            named => said.or(named).unwrap_or(Meaning::USED),
        };
        self.edge(own, other, meaning, path);
    }

    fn edge(&mut self, own: usize, other: usize, meaning: Meaning, path: &str) {
        let (from, to, relation) = match meaning {
            Meaning::To(relation) => (own, other, relation),
            Meaning::From(relation) => (other, own, relation),
            Meaning::In => (own, other, Relation::Placement),
        };
        if from == to {
            return;
        }
        let (known, fields) =
            self.edges.entry((from, to)).or_insert_with(|| (relation, BTreeSet::new()));
        *known = relation.min(*known);
        fields.insert(path.to_owned());
    }

    /// What the values of a component name that is no component.
    fn outside(
        &mut self,
        stack: &Stack,
        own: usize,
        path: &mut Vec<String>,
        value: &Expr,
        said: &dyn Fn(&str) -> Option<Meaning>,
    ) {
        match value {
            Expr::Raw(source) => {
                for name in stack.names(source) {
                    let Some((kind, label)) = foreign(stack, &name) else { continue };
                    let path = path.join(".");
                    let node = self.outsider(kind, label);
                    self.edge(own, node, said(&path).unwrap_or(Meaning::USED), &path);
                }
            }
            Expr::List(values) => {
                values.iter().for_each(|value| self.outside(stack, own, path, value, said));
            }
            Expr::Object(properties) => {
                for Property { key, value, .. } in properties {
                    path.push(key.clone());
                    self.outside(stack, own, path, value, said);
                    path.pop();
                }
            }
            Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) => {}
        }
    }

    fn outsider(&mut self, kind: String, label: String) -> usize {
        let name = format!("{kind}.{label}");
        let (kind, family, origin) = (kind, Family::Other, Origin::Outside);
        let details = vec!["not described: a hand-written file has it".to_owned()];
        let node = Node {
            name: name.clone(),
            kind,
            label,
            root: None,
            layer: None,
            family,
            origin,
            mark: None,
            details,
        };
        let entry = self.nodes.entry(name);
        let at = entry.index();
        entry.or_insert(node);
        at
    }

    /// One node for all schedules of a component.
    fn schedules(&mut self, own: usize, schedules: &[(String, String)]) {
        let (label, details) = match schedules {
            [] => return,
            [(_, when)] => (when.clone(), Vec::new()),
            many => {
                let line = |(what, when): &(String, String)| format!("{what}: {when}");
                (format!("{} schedules", many.len()), many.iter().map(line).collect())
            }
        };
        let of = &self.nodes[own];
        let name = format!("schedule of {}", of.name);
        let node = Node {
            name: name.clone(),
            kind: "schedule".to_owned(),
            label,
            root: of.root.clone(),
            layer: of.layer.clone(),
            family: Family::Jobs,
            origin: Origin::Schedule,
            mark: None,
            details,
        };
        let (at, _) = self.nodes.insert_full(name, node);
        self.edge(own, at, Meaning::From(Relation::Schedules), "schedule");
    }
}

/// What of a hand-written file a name is, by its kind and the rest; `None` for what is described,
/// and for values.
fn foreign(stack: &Stack, name: &[String]) -> Option<(String, String)> {
    let [kind, rest @ ..] = name else { return None };
    match (kind.as_str(), rest) {
        ("data", [ty, label, ..]) => Some((kind.clone(), format!("{ty}.{label}"))),
        ("module", [label, ..]) => {
            let address = format!("module.{label}");
            let is_ours = stack.components.keys().any(|id| {
                let kind = stack.vocabulary.kind(id.kind);
                kind.is_some_and(|kind| (kind.address)(&id.label) == address)
            });
            (!is_ours).then(|| (kind.clone(), label.clone()))
        }
        // `aws_sqs_queue.jobs`: a provider's name ends at the first underscore.
        (_, [label, ..]) if kind.contains('_') => Some((kind.clone(), label.clone())),
        _ => None,
    }
}

/// The schedules in a value of this type, each with the label of its row.
fn add_schedules(ty: &Type, value: &Expr, row: &str, out: &mut Vec<(String, String)>) {
    match (ty, value) {
        (Type::Scalar(_, rule), Expr::String(when) | Expr::Raw(when))
            if *rule == Schedule::RULE =>
        {
            out.push((row.to_owned(), when.clone()));
        }
        (Type::Map(inner), Expr::Object(rows)) => {
            for Property { key, value, .. } in rows {
                add_schedules(inner, value, key, out);
            }
        }
        (Type::List(inner), Expr::List(items)) => {
            items.iter().for_each(|item| add_schedules(inner, item, row, out));
        }
        (Type::Object(fields), Expr::Object(properties)) => {
            for Property { key, value, .. } in properties {
                if let Some(field) = fields.iter().find(|field| field.name == key) {
                    add_schedules(&field.ty, value, row, out);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
// Nobody builds what is read here.
#[allow(dead_code)]
mod tests {
    use super::*;
    use crate::block;
    use crate::component::{Bucket, Component, Drawn, Outputs, Vocabulary};
    use crate::diagnostic::Sources;
    use crate::stack::field::Ref;
    use crate::stack::lower::Lower;
    use crate::stack::read_root;
    use crate::stack::value::Value;

    block! {
        /// Where books stand, as a program of somebody's has it.
        pub struct Shelf {
            /// What it stands on.
            bucket: Option<Ref<Bucket>>,
            /// What it tells.
            tells: Option<Ref<Bucket>>,
            /// When it is dusted.
            dusted: Option<Value<Schedule>>,
            /// The one below.
            below: Option<Ref<Shelf>>,
        }
    }

    impl Component for Shelf {
        const KIND: &'static str = "shelf";
        const FILE: &'static str = "shelves.tf";
        const DRAWN: Drawn =
            Drawn::new(Family::Data, Meaning::USED).fields(&[("tells", Meaning::TOLD)]);

        fn outputs() -> Outputs {
            Outputs::Any
        }

        fn lower(&self, _lower: &mut Lower<'_>) {}
    }

    fn edges(blocks: &str) -> Vec<String> {
        let text = format!("stack \"test\" {{\n  region = \"us-west-2\"\n}}\n{blocks}");
        let mut sources = Sources::default();
        let file = sources.add("stack.hcl", text.as_str());
        let vocabulary = Vocabulary::default().with::<Shelf>();
        let (stack, _) = read_root(&vocabulary, file, &text, "test", None).expect("a good stack");
        let graph = Graph::of([&stack]);
        let system = &graph.systems[0];
        let line = |edge: &Edge| {
            let (from, to) = (&system.nodes[edge.from].name, &system.nodes[edge.to].name);
            let fields: Vec<&str> = edge.fields.iter().map(String::as_str).collect();
            format!("{from} → {to} {} {}", edge.relation.name(), fields.join(","))
        };
        system.edges.iter().map(line).collect()
    }

    #[test]
    fn a_component_of_ones_own_says_what_its_edges_mean() {
        insta::assert_snapshot!(
            edges(
                r#"
bucket "a" {}
bucket "b" {}
shelf "one" {
  bucket = bucket.a
  tells  = bucket.b
  dusted = "rate(1 day)"
}
shelf "two" { below = shelf.one }
"#
            )
            .join("\n"),
            @r"
        shelf.one → bucket.a access bucket
        shelf.one → bucket.b messages tells
        schedule of shelf.one → shelf.one schedules schedule
        shelf.two → shelf.one uses below
        "
        );
    }

    #[test]
    fn what_leads_in_a_circle_has_an_edge_for_each_way() {
        let both = "shelf \"a\" { tells = bucket.a }\nbucket \"a\" { name = aws_x.y.name }\n";
        insta::assert_snapshot!(edges(both).join("\n"), @r"
        shelf.a → bucket.a messages tells
        bucket.a → aws_x.y uses name
        ");
    }

    #[test]
    fn what_a_local_names_is_named_by_who_takes_the_local() {
        insta::assert_snapshot!(
            edges(
                r#"
locals {
  one = "${local.two}-x"
  two = bucket.a.arn
}
bucket "a" {}
bucket "b" { name = local.one }
"#
            )
            .join("\n"),
            @"bucket.b → bucket.a access name"
        );
    }

    #[test]
    fn an_input_is_a_value_in_every_field() {
        let text = "input \"x\" {}\ntopic \"t\" {\n  subscription \"s\" {\n    \
                    protocol = \"sqs\"\n    endpoint = input.x\n  }\n}\n";
        assert_eq!(edges(text), ["input.x → topic.t values subscription.endpoint"]);
    }

    #[test]
    fn a_variable_of_a_loop_is_nothing_of_a_hand_written_file() {
        let text = "module \"a\" {\n  source = \"./a\"\n  x = [for a_b in var.all : a_b.id]\n}\n";
        assert_eq!(edges(text), Vec::<String>::new());
    }
}
