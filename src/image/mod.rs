//! Images: which tag and digest a stack runs.

mod list;
mod lock;

pub use list::{Running, date, list};
pub use lock::{Entry, FILE, Lock, Pin};
