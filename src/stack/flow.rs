//! Which values may flow into which fields: what is sensitive, and what is unknown while Terraform
//! plans.

use std::cell::RefCell;

use super::Stack;
use super::trace::Name;
use crate::component::{AnyComponent, Input, Output};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::{Expr, Property};

/// The fields that may hold a sensitive value; `*` stands for one step. A task's `environment` has
/// a rule of its own.
const SENSITIVE: &[(&str, &str)] = &[
    ("aurora", "password"),
    ("cache", "password"),
    ("cdn", "origin.secret"),
    ("database", "password"),
    // A rule of its own, too.
    ("function", "environment.*"),
    ("load_balancer", "rule.*.header.*.values"),
    ("loaders", "loader.*.environment.*"),
    (TASKS, "environment.*"),
    (TASKS, "sidecar.*.environment.*"),
];

/// Stands for every component that runs a task.
const TASKS: &str = "";

/// The fields that decide which resources there are. Terraform must know them when it plans
/// (Terraform language, "The `for_each` Meta-Argument", limitations on values).
const STRUCTURAL: &[(&str, &str)] = &[
    ("aurora", "instances"),
    ("aurora", "log_exports"),
    ("aurora", "monitoring_interval_s"),
    ("aurora", "reader_scaling.connections"),
    ("aurora", "reader_scaling.cpu"),
    ("bastion", "allowed_cidrs"),
    ("cache", "parameters"),
    ("cache", "replicas"),
    ("cache", "serverless.*"),
    ("cache", "shards"),
    ("certificate", "domain"),
    ("certificate", "names"),
    ("cluster", "namespace"),
    ("database", "alarms.*"),
    ("database", "instance_class"),
    ("database", "log_exports"),
    ("database", "monitoring_interval_s"),
    ("database", "storage_type"),
    ("function", "max_event_age_s"),
    ("function", "retries"),
    ("function", "url.authorization"),
    ("load_balancer", "allowed_cidrs"),
    ("network", "nat"),
    ("pod_role", "managed_policy_arns"),
    ("role", "managed_policy_arns"),
    ("search", "masters.*"),
    ("search", "zones"),
    ("service", "enable_exec"),
    ("service", "scaling.cpu"),
    ("service", "scaling.memory"),
    ("service", "scaling.requests_per_target"),
    ("topic", "subscription.*.protocol"),
    ("volume", "archive_after_days"),
    ("volume", "back_when_read"),
    ("volume", "infrequent_after_days"),
    ("worker", "enable_exec"),
    ("worker", "scaling.min"),
];

/// What components tell that they were told themselves, so that it is known before they are there.
const TOLD: &[&str] = &["cidr", "name", "port"];

/// Checks every component that has a module, and the outputs.
pub(super) fn check(stack: &Stack, diagnostics: &RefCell<Vec<Diagnostic>>) {
    let sensitive_inputs = stack.all::<Input>().iter().any(|(_, input)| input.sensitive.0);
    for component in stack.components.values() {
        let structural = !component.structural().is_empty()
            || STRUCTURAL.iter().any(|(kind, _)| *kind == component.kind());
        if component.module().is_some() && (sensitive_inputs || structural) {
            let flow = Flow { stack, component: component.as_ref(), diagnostics };
            for Property { key, value, .. } in component.arguments() {
                flow.walk(&mut vec![key], &value);
            }
        }
    }
    for (label, output) in stack.all::<Output>() {
        let Some(secret) = output.shows().and_then(|source| sensitive(stack, source)) else {
            continue;
        };
        diagnostics.borrow_mut().push(
            Diagnostic::error(
                codes::SECRET_IN_CLEAR,
                format!("the output `{label}` would show the sensitive `input.{secret}`"),
            )
            .at(output.origin.field("value"), "")
            .help("add `sensitive = true` to the output, or take it out"),
        );
    }
}

/// The sensitive input that an expression depends on.
fn sensitive(stack: &Stack, source: &str) -> Option<String> {
    if !source.contains("var.") && !source.contains("local.") {
        return None;
    }
    let is_sensitive = |name: &Name| {
        let input = name.get(1).filter(|_| name[0] == "var");
        input.and_then(|label| stack.component::<Input>(label)).is_some_and(|i| i.sensitive.0)
    };
    stack.names(source).into_iter().find(is_sensitive).map(|mut name| name.swap_remove(1))
}

/// What an expression depends on that nobody knows before it is created.
fn unknown(stack: &Stack, source: &str) -> Option<String> {
    let is_unknown = |name: &Name| match name[0].as_str() {
        "var" | "local" | "data" | "path" | "terraform" => false,
        // A whole component is a reference, of which the module takes what it needs.
        "module" => name.get(2).is_some_and(|output| !TOLD.contains(&output.as_str())),
        _ => name.len() > 1,
    };
    stack.names(source).into_iter().find(is_unknown).map(|name| name.join("."))
}

/// The arguments of one component.
struct Flow<'a> {
    stack: &'a Stack,
    component: &'a dyn AnyComponent,
    diagnostics: &'a RefCell<Vec<Diagnostic>>,
}

impl Flow<'_> {
    fn walk(&self, path: &mut Vec<String>, value: &Expr) {
        match value {
            Expr::Raw(source) => self.check(path, source),
            Expr::List(values) => values.iter().for_each(|value| self.walk(path, value)),
            Expr::Object(properties) => {
                for Property { key, value, .. } in properties {
                    path.push(key.clone());
                    self.walk(path, value);
                    path.pop();
                }
            }
            Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) => {}
        }
    }

    fn is_in(&self, fields: &[(&str, &str)], own: &[&str], path: &[String]) -> bool {
        let of_its_kind = fields.iter().filter(|(kind, _)| {
            let runs_task = *kind == TASKS && self.component.task().is_some();
            *kind == self.component.kind() || runs_task
        });
        of_its_kind.map(|(_, pattern)| pattern).chain(own).any(|pattern| {
            pattern.split('.').count() == path.len()
                && pattern.split('.').zip(path).all(|(step, name)| step == "*" || step == name)
        })
    }

    fn check(&self, path: &[String], source: &str) {
        let field = path.join(".");
        let place = self.component.origin().field(&path[0]);
        if !self.is_in(SENSITIVE, self.component.sensitive(), path)
            && let Some(secret) = sensitive(self.stack, source)
        {
            self.diagnostics.borrow_mut().push(
                Diagnostic::error(
                    codes::SECRET_IN_CLEAR,
                    format!("`{field}` would show the sensitive `input.{secret}` in clear text"),
                )
                .at(place, "")
                .help(format!(
                    "take `sensitive` out of the input; or write `nonsensitive(input.{secret})`, \
                     where it is no secret"
                )),
            );
        }
        if self.is_in(STRUCTURAL, self.component.structural(), path)
            && let Some(unknown) = unknown(self.stack, source)
        {
            self.diagnostics.borrow_mut().push(
                Diagnostic::error(
                    codes::NOT_LITERAL,
                    format!("`{field}` depends on `{unknown}`, which is created first"),
                )
                .at(place, "")
                .help("Terraform must know it when it plans: write it out, or take an `input`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::problems;

    #[test]
    fn a_sensitive_input_stays_out_of_what_aws_shows() {
        insta::assert_snapshot!(
            problems(
                r#"
input "key" { sensitive = true }
locals { key = upper(input.key) }
topic "a" { display_name = local.key }
topic "b" { display_name = nonsensitive(input.key) }
topic "c" {
  subscription "hook" {
    protocol = "https"
    endpoint = "https://example.org/${input.key}"
  }
}
output "shown" { value = local.key }
output "hidden" {
  value     = local.key
  sensitive = true
}
"#
            ),
            @"
            3:28 SW308 `display_name` would show the sensitive `input.key` in clear text; take `sensitive` out of the input; or write `nonsensitive(input.key)`, where it is no secret
            6:3 SW308 `subscription.hook.endpoint` would show the sensitive `input.key` in clear text; take `sensitive` out of the input; or write `nonsensitive(input.key)`, where it is no secret
            11:26 SW308 the output `shown` would show the sensitive `input.key`; add `sensitive = true` to the output, or take it out
            "
        );
    }

    #[test]
    fn what_decides_on_resources_is_known_when_terraform_plans() {
        insta::assert_snapshot!(
            problems(
                r#"
input "nat" {}
network "main" {
  cidr = "10.0.0.0/16"
  nat  = input.nat
}
network "other" {
  cidr = "10.1.0.0/16"
  nat  = terraform_data.nat.output
}
bastion "main" {
  network       = network.main
  allowed_cidrs = [network.other.cidr, "${aws_eip.office.public_ip}/32"]
}
"#
            ),
            @"
            8:10 SW109 `nat` depends on `terraform_data.nat.output`, which is created first; Terraform must know it when it plans: write it out, or take an `input`
            12:19 SW109 `allowed_cidrs` depends on `aws_eip.office.public_ip`, which is created first; Terraform must know it when it plans: write it out, or take an `input`
            "
        );
    }
}
