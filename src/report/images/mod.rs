//! What is said of images: what runs, what could, what registries have.

pub mod list;
pub mod resolve;
pub mod verify;
