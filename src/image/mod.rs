//! Images: which tag and digest a stack runs, where they are kept, and what registries say of them.

mod location;
mod lock;
pub mod registry;
pub mod verify;

pub use location::address;
pub use lock::{Entry, FILE, Lock};
