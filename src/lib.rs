//! Describe an AWS system in a few typed blocks; render, compare and plan the Terraform that a
//! person would have written.
//!
//! Most people use the command line, `stackwright`, and describe their stacks in HCL. This library
//! is for those who describe them in Rust, or who have components of their own; a [`Program`] of
//! theirs then has the same command line.
//!
//! - [`build`]: stacks in Rust. [`prelude`] has all that is needed for that.
//! - [`component`]: the vocabulary. A component of one's own is a [`block!`] that is a
//!   [`Component`](component::Component), with rules ([`stack::check`], [`diagnostic`]), values
//!   ([`value`]) and what it becomes ([`stack::lower`], [`hcl`]).
//! - [`stack`]: what is described, when it has been read.
//!
//! ```
//! use stackwright::prelude::*;
//!
//! let mut stack = Draft::new("shop");
//! stack.settings(|it| it.region("us-west-2").tags([("Team", "checkout")]));
//! let network = stack.add(Network::new("main").cidr("10.0.0.0/16").zones(2));
//! let cluster = stack.add(Cluster::new("main").network(&network));
//! let image = stack.add(Image::new("web").repository("registry.example.org/shop/web"));
//! let alarms = stack.add(Topic::new("alarms"));
//! stack.add(
//!     Service::new("web")
//!         .cluster(&cluster)
//!         .image(&image)
//!         .cpu(256)
//!         .memory(512)
//!         .environment(map! { "PORT" => "8080", "TOPIC" => alarms.output("arn") }),
//! );
//!
//! // A whole command line: `Program::new().stack(&stack).run()`. Or only what is wrong with it:
//! let (stack, warnings) = stack.read(&Vocabulary::default()).map_err(|it| it.to_string())?;
//! assert_eq!(stack.components.len(), 5);
//! assert!(warnings.is_empty());
//! # Ok::<(), String>(())
//! ```
//!
//! What is not in this documentation is the command line's own, and may change with any version.

// The macros of this crate name its items by their public paths.
extern crate self as stackwright;

pub mod build;
#[doc(hidden)]
pub mod bump;
#[doc(hidden)]
pub mod ci;
mod cli;
pub mod component;
pub mod diagnostic;
#[doc(hidden)]
pub mod explain;
pub mod forge;
#[doc(hidden)]
pub mod git;
#[doc(hidden)]
pub mod graph;
pub mod hcl;
pub mod image;
#[doc(hidden)]
pub mod init;
mod lsp;
#[doc(hidden)]
pub mod plan;
pub mod prelude;
mod program;
#[doc(hidden)]
pub mod project;
#[doc(hidden)]
pub mod reference;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod rollout;
#[doc(hidden)]
pub mod schedule;
#[doc(hidden)]
pub mod schema;
mod secret;
pub mod stack;
#[doc(hidden)]
pub mod template;
#[doc(hidden)]
pub mod tree;
pub mod value;
mod web;
#[doc(hidden)]
pub mod yaml;

pub use program::Program;

/// The code of the page about Rust is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/rust.md")]
struct Page;
