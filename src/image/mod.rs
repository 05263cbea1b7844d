//! Images: which tag and digest a stack runs, and which it should run.

pub mod candidates;
mod lock;
pub mod policy;
mod resolve;

pub use lock::{Entry, FILE, Lock};
pub use policy::{Candidate, Policy, Resolution};
pub use resolve::{Resolved, Standing, resolve};
