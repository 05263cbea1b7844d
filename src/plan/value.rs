//! Terraform's values, as they travel between Terraform and a provider.

use std::collections::BTreeMap;

/// A value (cty).
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number, exactly as it came: decimal text.
    Number(String),
    /// A text.
    String(String),
    /// A list, set or tuple.
    List(Vec<Value>),
    /// A map or object.
    Map(BTreeMap<String, Value>),
}
