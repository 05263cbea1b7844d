//! How findings look: on a terminal, in a log of continuous integration, to another program.

pub mod diagnostics;
pub mod snippet;
