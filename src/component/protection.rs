//! `protect`: what Terraform refuses to destroy, and the modules of what it does not.
//!
//! `prevent_destroy` is a literal, no variable (Terraform language, "The lifecycle Meta-Argument").
//! So a module that protects has a variant that does not, made from its own files: which one a
//! component calls is a matter of the call's `source`, and no address depends on it.

use hcl::edit::expr::Expression as Source;

use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::block::Origin;
use crate::stack::check::Check;
use crate::stack::field::{Field, Literal, Type};
use crate::stack::read::Reader;

/// The field's name.
pub const FIELD: &str = "protect";

/// Whether Terraform, and AWS where it can, refuse to destroy what a component holds; true when
/// nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protect(pub bool);

impl Default for Protect {
    fn default() -> Self {
        Self(true)
    }
}

impl Field for Protect {
    const IS_ARGUMENT: bool = false;

    fn ty() -> Type {
        Literal::<bool>::ty()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        Literal::from_expr(reader, source).map(|Literal(protect)| Self(protect))
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn argument(&self) -> Option<Expr> {
        Some(Expr::Bool(self.0))
    }
}

impl Protect {
    /// Complains about a field that lets a thing be deleted with all that is in it, while this one
    /// says that it stays.
    pub(super) fn check_forced(
        self,
        check: &Check<'_>,
        origin: &Origin,
        field: &str,
        forced: bool,
    ) {
        if self.0 && forced {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("it is protected, so `{field}` is in vain"),
                )
                .at(origin.field(field), "")
                .help(format!("add `{FIELD} = false`, or take out `{field}`")),
            );
        }
    }
}

/// What protects in the files of the library, and what stands in its place where nothing does.
const PARTS: [(&str, &str); 3] = [
    ("\n\n  lifecycle {\n    prevent_destroy = true\n  }", ""),
    ("    prevent_destroy = true\n\n", ""),
    ("    prevent_destroy = true\n", ""),
];

/// A file of a module as it is where nothing is protected.
pub(super) fn without(text: &str) -> String {
    let text =
        PARTS.iter().fold(text.to_owned(), |text, (part, instead)| text.replace(part, instead));
    let lines = text.split_inclusive('\n').map(|line| {
        let is_aws = line.trim_start().starts_with("deletion_protection ");
        if is_aws { line.replace("= true", "= false") } else { line.to_owned() }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const CACHE: &str = "network \"main\" { cidr = \"10.0.0.0/16\" }\ncache \"main\" {\n  network = network.main\n  node_type = \"cache.t4g.small\"\n";

    fn source(file: &str, description: &str) -> String {
        let rendered = rendered(file, description);
        rendered.lines().find(|line| line.contains("source")).unwrap_or_default().trim().to_owned()
    }

    #[test]
    fn what_may_be_destroyed_is_another_module_and_no_argument() {
        let bucket = rendered("buckets.tf", "bucket \"a\" { protect = false }");
        insta::assert_snapshot!(bucket, @r#"
        module "bucket_a" {
          source = "../../modules/bucket_unprotected"

          name = "test-a"
        }
        "#);
    }

    #[test]
    fn a_cache_is_protected_where_it_takes_snapshots() {
        let of = |fields: &str| source("caches.tf", &format!("{CACHE}{fields}\n}}"));
        let (keeps, goes) =
            ("source = \"../../modules/cache\"", "source = \"../../modules/cache_unprotected\"");
        assert_eq!(of(""), keeps);
        assert_eq!(of("snapshot_retention_days = 0"), goes);
        assert_eq!(of("snapshot_retention_days = 0\nprotect = true"), keeps);
        assert_eq!(of("protect = false"), goes);
        assert_eq!(of("snapshot_retention_days = var.days"), keeps);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        insta::assert_snapshot!(problems(
            r#"
bucket "a" { force_destroy = true }
repository "b" {
  protect      = true
  force_delete = true
}
parameter "c" {
  value   = "x"
  protect = true
}
key "d" { protect = var.protect }
"#
        ), @"
        1:30 SW312 it is protected, so `force_destroy` is in vain; add `protect = false`, or take out `force_destroy`
        4:18 SW312 it is protected, so `force_delete` is in vain; add `protect = false`, or take out `force_delete`
        8:13 SW312 the value of a `String` stands in the description; take it out: what can be made again is not protected
        10:21 SW109 an expression cannot stand here; write the value out: what is rendered depends on it
        ");
    }
}
