//! The names that things have in AWS, of which no two may be the same.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use super::Stack;
use super::check::Check;
use super::field::Ref;
use crate::component::{AnyComponent, Cluster};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::value::Scalar;

use super::value::Value;

/// What has the names of roles.
const ROLE: &str = "IAM role";

/// The name of one thing in AWS.
#[derive(Debug, Clone, PartialEq)]
pub struct AwsName {
    /// What has it: `log group`.
    pub what: &'static str,
    /// Where it may stand once only: a network's label, or empty for the account and region.
    pub scope: String,
    /// The name, the inside of a quoted template.
    pub name: String,
    /// Where it comes from.
    pub place: Option<Span>,
}

/// The names of one component while they are gathered.
#[derive(Debug)]
pub struct AwsNames {
    stem: String,
    place: Option<Span>,
    /// What was gathered so far.
    pub names: Vec<AwsName>,
}

impl AwsNames {
    /// Those of a component with this name, written or not.
    pub fn of<N: Scalar>(
        check: &Check<'_>,
        name: Option<&Value<N>>,
        origin: &super::block::Origin,
    ) -> Self {
        let stem = name.map_or_else(|| check.name(), Value::template);
        Self { stem, place: origin.field("name"), names: Vec::new() }
    }

    /// The component's own name.
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// A name that is unique in the account and region.
    pub fn add(&mut self, what: &'static str, name: impl Into<String>) {
        self.add_in("", what, name);
    }

    /// A name that is unique in one network or cluster.
    pub fn add_in(&mut self, scope: &str, what: &'static str, name: impl Into<String>) {
        let (scope, name, place) = (scope.to_owned(), name.into(), self.place);
        self.names.push(AwsName { what, scope, name, place });
    }

    /// The component's name itself.
    pub fn own(&mut self, what: &'static str) {
        self.add(what, self.stem.clone());
    }

    /// An IAM role: its module cuts the component's name, so that there is room for the suffix.
    pub fn role(&mut self, suffix: &str) {
        const MAX: usize = 64;
        let stem = match self.stem.contains("${") {
            true => self.stem.clone(),
            false => self.stem.chars().take(MAX - suffix.len()).collect(),
        };
        self.add(ROLE, format!("{stem}{suffix}"));
    }

    /// The two roles of every kind of task.
    pub fn task(&mut self) {
        self.role("-execution");
        self.role("-task");
    }

    /// A security group of a network: its module adds the suffix to the component's name.
    pub fn security_group(&mut self, network: &str, suffix: &str) {
        self.add_in(network, "security group", format!("{}-{suffix}", self.stem));
    }

    /// The security group of every kind of task, in the network of its cluster.
    pub fn tasks_group(&mut self, check: &Check<'_>, cluster: &Ref<Cluster>) {
        if let Some(cluster) = check.get(cluster) {
            self.security_group(&cluster.network.label, "tasks");
        }
    }

    /// The task definition and log group of a name.
    pub fn definition(&mut self, name: &str) {
        self.add("task definition", name);
        self.add("log group", format!("/ecs/{name}"));
    }
}

/// How long a name may be that a module puts together. The others were checked when they were read.
fn longest(what: &str) -> Option<usize> {
    match what {
        // Amazon EC2 API Reference, "CreateSecurityGroup"; Amazon CloudWatch API Reference,
        // "PutMetricAlarm".
        "security group" | "alarm" => Some(255),
        // Amazon CloudFront API Reference, "CachePolicyConfig" and "OriginRequestPolicyConfig".
        "cache policy" | "origin request policy" => Some(128),
        // Amazon CloudWatch Logs API Reference, "PutDeliverySource".
        "log delivery" => Some(60),
        _ => None,
    }
}

/// The names of a stack that are written out and stand once in an account and region, with what has
/// them and where they come from.
pub(super) fn unique(stack: &Stack) -> Vec<AwsName> {
    let ignored = RefCell::default();
    let components = stack.components.iter();
    let all = components.flat_map(|(id, component)| {
        let check = Check::new(stack, id, &ignored);
        let head = component.origin().head;
        component
            .aws_names(&check)
            .into_iter()
            .map(move |name| AwsName { place: name.place.or(head), ..name })
    });
    all.filter(|name| name.scope.is_empty() && !name.name.contains("${")).collect()
}

/// True for what has its name once in all regions of an account, or of all accounts.
pub(super) fn is_global(what: &str) -> bool {
    matches!(
        what,
        ROLE | "bucket" | "cache policy" | "origin request policy" | "origin access control"
    )
}

/// Names that are too long or stand twice.
pub(super) fn check(stack: &Stack, diagnostics: &RefCell<Vec<Diagnostic>>) {
    let all: Vec<(usize, &dyn AnyComponent, Vec<AwsName>)> = stack
        .components
        .iter()
        .enumerate()
        .map(|(index, (id, component))| {
            let check = Check::new(stack, id, diagnostics);
            (index, component.as_ref(), component.aws_names(&check))
        })
        .collect();
    // Looked up, never walked through.
    let mut seen: HashMap<(&str, &str, Cow<'_, str>), (usize, &AwsName)> = HashMap::new();
    let mut told: Vec<(usize, usize)> = Vec::new();
    for (index, component, names) in &all {
        for name in names {
            let length = name.name.chars().count();
            let Some(max) = longest(name.what).filter(|max| length > *max) else { continue };
            if !name.name.contains("${") {
                diagnostics.borrow_mut().push(
                    Diagnostic::error(
                        codes::BAD_NAME,
                        format!(
                            "its {} would be called `{}`, of {length} characters; it has {max} at most",
                            name.what, name.name
                        ),
                    )
                    .at(name.place, "")
                    .help("give it a shorter `name`"),
                );
                break;
            }
        }
        for name in names {
            // IAM tells no upper case from lower case (AWS Identity and Access Management API
            // Reference, "CreateRole").
            let folded = match name.what {
                ROLE => Cow::Owned(name.name.to_lowercase()),
                _ => Cow::Borrowed(name.name.as_str()),
            };
            let key = (name.what, name.scope.as_str(), folded);
            let Some((first, other)) = seen.get(&key).copied() else {
                seen.insert(key, (*index, name));
                continue;
            };
            if told.contains(&(first, *index)) {
                continue;
            }
            told.push((first, *index));
            diagnostics.borrow_mut().push(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("two components have the {} `{}`", name.what, name.name),
                )
                .at(name.place.or(component.origin().head), "")
                .also(other.place, "the other one")
                .help("give one of them another `name` or label"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::problems;

    const NEEDED: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
repository "app" {}
image "app" { repository = repository.app }
"#;

    fn service(label: &str, fields: &str) -> String {
        format!(
            "service \"{label}\" {{\n  cluster = cluster.main\n  image = image.app\n{fields}\n}}\n"
        )
    }

    fn task(label: &str, fields: &str) -> String {
        format!(
            "scheduled_task \"{label}\" {{\n  cluster = cluster.main\n  image = image.app\n  schedule = \"rate(1 hour)\"\n{fields}\n}}\n"
        )
    }

    #[test]
    fn two_components_with_one_name_are_told_once() {
        insta::assert_snapshot!(
            problems(&(service("api", "") + &task("job", "  name = \"test-api\"") + NEEDED)),
            @"10:10 SW313 two components have the task definition `test-api`; give one of them another `name` or label"
        );
    }

    #[test]
    fn names_that_are_expressions_clash_when_they_say_the_same() {
        let input = "input \"name\" {}\n";
        let name = "  name = input.name";
        insta::assert_snapshot!(
            problems(&(service("a", name) + &service("b", name) + NEEDED + input)),
            @"9:10 SW313 two components have the service `${var.name}`; give one of them another `name` or label"
        );
    }

    #[test]
    fn roles_whose_names_are_cut_may_become_one() {
        let (a, b) = ("x".repeat(60) + "a", "x".repeat(60) + "b");
        insta::assert_snapshot!(
            problems(&(task("a", &format!("  name = \"{a}\"")) + &task("b", &format!("  name = \"{b}\"")) + NEEDED)),
            @"11:10 SW313 two components have the IAM role `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-execution`; give one of them another `name` or label"
        );
    }

    #[test]
    fn groups_of_two_networks_may_have_one_name() {
        assert_eq!(
            problems(
                r#"
network "a" { cidr = "10.0.0.0/16" }
network "b" { cidr = "10.1.0.0/16" }
bastion "a" {
  name          = "way-in"
  network       = network.a
  allowed_cidrs = ["203.0.113.0/24"]
}
bastion "b" {
  name          = "way-in"
  network       = network.b
  allowed_cidrs = ["203.0.113.0/24"]
}
"#
            ),
            ""
        );
    }

    #[test]
    fn what_a_name_is_made_into_is_not_too_long() {
        insta::assert_snapshot!(
            problems(&(service("api", &format!("  name = \"{}\"", "x".repeat(250))) + NEEDED)).replace(&"x".repeat(250), "x…"),
            @"4:10 SW203 its security group would be called `x…-tasks`, of 256 characters; it has 255 at most; give it a shorter `name`"
        );
    }
}
