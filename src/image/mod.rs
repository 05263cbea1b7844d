//! Images: which tag and digest a stack runs.

mod lock;

pub use lock::{Entry, FILE, Lock, Pin};
