//! The language server: what editors ask about descriptions, and are told (Language Server Protocol
//! 3.17).
//!
//! [`outline`] finds blocks and fields by their tokens, also in a text that is wrong, and [`grammar`]
//! what the vocabulary has for a place among them. [`complete`], [`navigate`] and [`rename`] answer
//! from that; what a description names is the reader's to say ([`crate::stack`]). [`diagnose`] renders
//! what is open, on a thread of its own. [`server`] keeps the documents, and [`wire`] reads messages.

pub mod complete;
pub mod diagnose;
mod doc;
pub mod document;
pub mod grammar;
pub mod navigate;
pub mod outline;
pub mod rename;
mod server;
pub mod text;
mod wire;

#[cfg(test)]
mod tests;

pub use server::serve;
