//! Images: which tag and digest a stack runs, where they are kept, and what registries say of them.

mod list;
mod location;
mod lock;
pub mod registry;
pub mod verify;

pub use list::{Running, date, list};
pub use location::address;
pub use lock::{Entry, FILE, Lock, Pin};
