//! HCL as text: what Terraform would have written.
//!
//! Parsing is hcl-edit's. What it leaves to us is the layout of `terraform fmt`: [`mod@format`].

pub mod format;
mod lex;
