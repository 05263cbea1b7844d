//! What scheduled tasks and loaders have in common: EventBridge starts their tasks.
//!
//! A component that has a schedule has the field `@flatten start: Start`, calls
//! [`check_rule_name`], and its module calls [`SCHEDULE`].

use std::fmt;

use crate::component::ModuleSource;
use crate::component::service::Capacity;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::stack::check::Check;
use crate::stack::field::Literal;
use crate::stack::value::Value;
use crate::value::{EventRuleName, Invalid, Scalar, ScalarType, Whole};
use crate::{block, module_source};

/// EventBridge rules that start tasks, the role for it, and the tasks' security group. The modules
/// of components that have a schedule call it.
pub const SCHEDULE: ModuleSource = module_source!("schedule");

block! {
    /// How EventBridge starts tasks.
    @flat pub struct Start {
        /// False to start nothing: there is no rule and no target, all else stays.
        enabled: Literal<bool> = Literal(true),
        /// How often it is tried again when a task cannot be started. EventBridge's own 185 times
        /// in a day would let the tasks of frequent schedules pile up.
        retries: Value<Retries> = Value::Literal(Retries::new(3)),
        /// How old a start may become while it is tried again, in seconds.
        max_age_s: Value<Whole<60, 86_400>> = Value::Literal(Whole::new(3600)),
        /// What the tasks run on. With `spot` a task may find no capacity, and be stopped while it
        /// runs.
        capacity: Value<Capacity> = Value::Literal(Capacity::OnDemand),
    }
}

/// How often a start is tried again (Amazon EventBridge API Reference, "RetryPolicy").
pub type Retries = Whole<0, 185>;

/// What a rule says of itself (Amazon EventBridge API Reference, "PutRule").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDescription(String);

impl fmt::Display for RuleDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for RuleDescription {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "at most 512 characters";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.chars().count() {
            ..=512 => Ok(Self(text.to_owned())),
            length => Err(Invalid::new(
                codes::BAD_VALUE,
                format!("a rule's description of {length} characters"),
            )
            .help("EventBridge takes 512; a comment can be longer")),
        }
    }
}

/// The rule of a job is called like its task definition, whose name may be longer.
pub fn check_rule_name(check: &Check<'_>, name: &str, span: Option<Span>, help: &str) {
    if let Err(invalid) = EventRuleName::parse(name) {
        check.report(Diagnostic::error(invalid.code, invalid.message).at(span, "").help(help));
    }
}
