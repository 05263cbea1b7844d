//! What an expression depends on, also through `locals`.

use std::collections::BTreeSet;

use hcl::edit::expr::{Expression as Source, ForExpr, FuncCall, Traversal};
use hcl::edit::visit::{Visit, visit_body, visit_for_expr, visit_func_call, visit_traversal};

use super::Stack;
use super::expression;
use crate::hcl::Expr;

/// One of Terraform's names: `["var", "key"]`, `["module", "database_main", "host"]`.
pub type Name = Vec<String>;

impl Stack {
    /// The names that a rendered expression depends on, also those in the `locals` that it names.
    /// What stands in `nonsensitive(…)` is not among them: its author has said that it is no
    /// secret.
    pub fn names(&self, source: &str) -> BTreeSet<Name> {
        let mut names = Names::default();
        let mut followed: BTreeSet<Name> = BTreeSet::new();
        names.read(source);
        while let Some(local) =
            names.found.iter().find(|name| name[0] == "local" && !followed.contains(*name)).cloned()
        {
            let value = local.get(1).and_then(|name| self.locals.get(name));
            if let Some(Expr::Raw(source)) = value.map(|entry| &entry.value.expr) {
                names.read(source);
            }
            followed.insert(local);
        }
        names.found
    }
}

#[derive(Default)]
struct Names {
    found: BTreeSet<Name>,
    /// The variables of the `for` expressions around.
    scopes: Vec<String>,
}

impl Names {
    fn read(&mut self, source: &str) {
        // Most expressions are one path, and need no parser.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        if source.bytes().all(is_plain) && source.starts_with(|c: char| c.is_ascii_alphabetic()) {
            if source.contains('.') {
                self.found.insert(source.split('.').take(3).map(str::to_owned).collect());
            }
            return;
        }
        // What cannot be read here was read before, and told.
        if let Ok(body) = hcl::edit::parser::parse_body(&format!("x = {source}\n")) {
            visit_body(self, &body);
        }
    }
}

impl Visit for Names {
    fn visit_traversal(&mut self, node: &Traversal) {
        let whole = Source::Traversal(Box::new(node.clone()));
        if let Some((path, _)) = expression::path(&whole)
            && !self.scopes.iter().any(|name| name == path[0].0)
        {
            self.found.insert(path.iter().take(3).map(|(name, _)| (*name).to_owned()).collect());
        }
        visit_traversal(self, node);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        let names = node.intro.key_var.iter().chain([&node.intro.value_var]);
        let outer = self.scopes.len();
        self.scopes.extend(names.map(|name| name.as_str().to_owned()));
        visit_for_expr(self, node);
        self.scopes.truncate(outer);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        if !node.name.name.as_str().eq("nonsensitive") {
            visit_func_call(self, node);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::stack;

    #[test]
    fn names_are_found_through_locals_calls_and_templates() {
        let stack = stack(
            r#"
input "key" {}
locals {
  one = "a-${local.two}"
  two = [lower(input.key), local.one]
}
"#,
        );
        let names = stack.names("upper(local.one)");
        let names: Vec<String> = names.iter().map(|name| name.join(".")).collect();
        assert_eq!(names, ["local.one", "local.two", "var.key"]);
    }

    #[test]
    fn what_is_declared_to_be_no_secret_is_none() {
        assert!(stack("").names("nonsensitive(var.key)").is_empty());
    }
}
