//! Images, and the artifacts of functions: which tag and digest a stack runs, which it should run,
//! where they are kept, and what registries say of them.

pub mod archive;
mod ask;
pub mod candidates;
pub mod deployable;
mod list;
mod location;
mod lock;
pub mod policy;
pub mod registry;
mod resolve;
pub mod verify;

pub use ask::{Asked, ask};
pub use deployable::Deployable;
pub use list::{Running, date, list, unknown};
pub use location::address;
pub use lock::{Entry, FILE, Lock, Pin};
pub use policy::{Candidate, Policy, Resolution};
pub use resolve::{Resolved, Standing, resolve};
