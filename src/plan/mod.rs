//! What a change will do, before anybody holds a credential.
//!
//! Terraform reattaches to a provider that already runs; `server` is that provider. It knows of
//! the real one what [`schema`] holds, plans as it would as far as that goes (`rules`), and so the
//! real `terraform` plans the real root with no account, no network and no download
//! (`terraform`). `summary` is what people are told of it.

pub mod distill;
pub mod facts;
mod protocol;
mod rules;
pub mod schema;
pub mod server;
mod service;
pub mod types;
pub mod value;
pub mod wire;
