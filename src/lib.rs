//! Describe an AWS system in a few typed blocks; render, compare and plan the Terraform that a
//! person would have written.
#![warn(missing_docs)]

pub mod diagnostic;
pub mod hcl;
pub mod value;
