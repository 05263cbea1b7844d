//! What a plan does to the components of a graph.

use super::{Graph, Node, Origin, System};
use crate::component::{self, Family};
use crate::plan::group::title;
use crate::plan::summary::Action;

/// What a plan does to a component.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The worst of all that happens to its resources.
    pub action: Action,
    /// How many of its resources change.
    pub resources: usize,
}

/// What a plan does to resources of one component.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed<'a> {
    /// Their root: `shop/production/jobs`.
    pub root: &'a str,
    /// The component: `service.api`.
    pub component: &'a str,
    /// What happens.
    pub action: Action,
    /// To how many.
    pub resources: usize,
}

/// The component that a resource belongs to, `service.api`, by the name of the module call that it
/// is in; `own` are the kinds that a program has beside Stackwright's. None for what stands in the
/// root itself.
///
/// ```
/// use stackwright::graph::component_of;
///
/// let address = "module.load_balancer_main.aws_lb.this";
/// assert_eq!(component_of(address, &[]), Some("load_balancer.main".to_owned()));
/// assert_eq!(component_of("aws_sqs_queue.old", &[]), None);
/// ```
pub fn component_of(address: &str, own: &[&'static str]) -> Option<String> {
    let label = address.strip_prefix("module.")?;
    let label = label.split(['.', '[']).next()?;
    Some(title(Some(label), own).1)
}

impl Graph {
    /// Marks what a plan changes. What is described no more joins the graph.
    pub fn mark<'a>(&mut self, changes: impl IntoIterator<Item = Changed<'a>>) {
        for change in changes.into_iter().filter(|change| !change.component.is_empty()) {
            let is_of = |system: &&mut System| crate::tree::is_in(change.root, &system.name);
            if let Some(system) = self.systems.iter_mut().find(is_of) {
                system.mark(&change);
            }
        }
    }
}

impl System {
    fn mark(&mut self, change: &Changed<'_>) {
        let name = change.component;
        let node = match self.nodes.iter().position(|node| node.name == name) {
            Some(at) => &mut self.nodes[at],
            None => {
                let layer = change.root.strip_prefix(&self.name);
                let layer = layer.and_then(|rest| rest.strip_prefix('/')).map(str::to_owned);
                let (kind, label) = name.split_once('.').unwrap_or(("", name));
                let known = component::kinds().iter().find(|known| known.name == kind);
                let gone = Node {
                    name: name.to_owned(),
                    kind: kind.to_owned(),
                    label: label.to_owned(),
                    root: Some(change.root.to_owned()),
                    layer,
                    family: known.map_or(Family::Other, |known| known.drawn.family),
                    origin: Origin::Gone,
                    mark: None,
                    details: vec!["described no more".to_owned()],
                };
                self.nodes.push(gone);
                let last = self.nodes.len() - 1;
                &mut self.nodes[last]
            }
        };
        let mark = node.mark.get_or_insert(Mark { action: change.action, resources: 0 });
        mark.action = mark.action.min(change.action);
        mark.resources += change.resources;
    }
}
