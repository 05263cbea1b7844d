//! Everything that a render produces, in memory, and its meeting with the checkout.

pub mod header;
