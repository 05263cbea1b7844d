//! Describe an AWS system in a few typed blocks; render, compare and plan the Terraform that a
//! person would have written.

// The macros of this crate name its items by their public paths.
extern crate self as stackwright;

pub mod build;
pub mod bump;
mod cli;
pub mod component;
pub mod diagnostic;
pub mod git;
pub mod hcl;
pub mod image;
pub mod plan;
pub mod prelude;
mod program;
pub mod project;
pub mod reference;
pub mod report;
pub mod schema;
pub mod stack;
pub mod template;
pub mod tree;
pub mod value;

pub use program::Program;
