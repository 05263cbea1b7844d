//! Describe an AWS system in a few typed blocks; render, compare and plan the Terraform that a
//! person would have written.

// The macros of this crate name its items by their public paths.
extern crate self as stackwright;

pub mod bump;
pub mod component;
pub mod diagnostic;
pub mod git;
pub mod hcl;
pub mod image;
pub mod init;
pub mod plan;
pub mod project;
pub mod reference;
pub mod report;
pub mod rollout;
pub mod schema;
pub mod stack;
pub mod template;
pub mod tree;
pub mod value;
