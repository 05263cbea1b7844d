//! Images: which tag and digest a stack runs, and which it should run.

mod lock;
pub mod policy;

pub use lock::{Entry, FILE, Lock};
pub use policy::{Candidate, Policy, Resolution};
