//! HCL text in, with source spans, and out, as `terraform fmt` leaves it.
//!
//! [`parse`] turns text into hcl-edit's tree, or into diagnostics. [`expr`] and [`mod@print`] are
//! the way out: plain data and the bytes for it. [`mod@format`] lays out HCL text that others wrote.

pub mod comment;
pub mod expr;
pub mod format;
pub(crate) mod lex;
pub mod parse;
pub mod print;

pub use expr::{Attribute, Block, Body, Expr, Item, Property};
