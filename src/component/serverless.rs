//! What has things of a class, or is serverless.

use crate::diagnostic::{Diagnostic, codes};
use crate::stack::block::Origin;
use crate::stack::check::Check;

/// A component that is one or the other.
#[derive(Debug)]
pub(super) struct ClassOrServerless<'a> {
    /// Its block.
    pub origin: &'a Origin,
    /// The field that says the class.
    pub field: &'static str,
    /// A class that many begin with.
    pub example: &'static str,
    /// True where a class is written.
    pub has_class: bool,
    /// Its `serverless` block.
    pub serverless: Option<&'a Origin>,
}

impl ClassOrServerless<'_> {
    /// It is one of them, not both: `neither` and `both` say what else it would be.
    pub fn check(&self, check: &Check<'_>, neither: &str, both: &str) {
        let place = self.origin.field(self.field);
        match self.serverless {
            None if !self.has_class => {
                check.report(Diagnostic::error(codes::MISSING_FIELD, neither).at(place, "").help(
                    format!("add `{} = \"{}\"`, or a `serverless` block", self.field, self.example),
                ))
            }
            Some(serverless) if self.has_class => check.report(
                Diagnostic::error(codes::CONFLICT, both)
                    .at(place, "")
                    .also(serverless.head, "serverless")
                    .help("take one of the two out"),
            ),
            _ => {}
        }
    }
}
