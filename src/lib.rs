//! Describe an AWS system in a few typed blocks; render, compare and plan the Terraform that a
//! person would have written.
#![warn(missing_docs)]

pub mod cli;
pub mod diagnostic;
pub mod report;
pub mod value;
