//! Everything that a render produces, in memory, and its meeting with the checkout.

mod beside;
pub mod compare;
pub mod header;
pub mod layout;
mod render;
mod taken_out;
mod templates;
pub mod write;

use std::collections::BTreeMap;

pub use render::{
    Rendered, contexts, environments, is_in, read, render, roots, roots_of, select, unsaid_renames,
};

/// Rendered files: their content by path, relative to the project, with `/`.
pub type Files = BTreeMap<String, String>;
