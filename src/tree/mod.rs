//! Everything that a render produces, in memory, and its meeting with the checkout.

mod beside;
pub mod compare;
pub mod header;
mod render;
pub mod write;

use std::collections::BTreeMap;

pub(crate) use render::select;
pub use render::{Rendered, read, render};

/// Rendered files: their content by path, relative to the project, with `/`.
pub type Files = BTreeMap<String, String>;
