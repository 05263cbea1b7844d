//! What a change will do, before anybody holds a credential.
//!
//! Terraform reattaches to a provider that already runs; `server` is that provider. It knows of
//! the real one what [`schema`] holds, plans as it would as far as that goes (`rules`), and so the
//! real `terraform` plans the real root with no account, no network and no download
//! ([`terraform`]). [`summary`] is what people are told of it.

pub mod affected;
pub mod cache;
pub mod compare;
pub mod conditions;
pub mod deny;
pub mod distill;
mod documents;
mod doubt;
mod error;
pub mod facts;
pub mod group;
mod installed;
pub mod layers;
pub mod leads;
pub mod made_up;
mod message;
mod modules;
mod placeholder;
pub(crate) mod process;
mod protocol;
mod providers;
pub mod revision;
pub mod root;
pub mod roots;
mod rules;
pub mod scan;
pub mod schema;
pub mod server;
mod service;
pub mod summary;
pub mod terraform;
pub mod types;
pub mod value;
pub mod versions;
pub mod wire;

pub use documents::Document;
pub use error::Error;
pub use process::Stop;
