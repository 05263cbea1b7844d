//! The providers that a root names, served for as long as its plan takes.

use std::collections::BTreeSet;

use super::error::Error;
use super::facts;
use super::root::Needs;
use super::schema::Provider;
use super::server::{Options, Serving, serve as start};

/// Terraform has this one in itself.
const BUILT_IN: &str = "terraform";

/// How much of a type that a root uses is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The arguments and attributes that the root names.
    Named,
    /// All of them, for what Terraform says of one that is not there.
    Whole,
}

/// What a root wants, as far as facts know it. Facts of the user's come before those that we have.
pub(super) fn wanted(
    needs: &Needs,
    extent: Extent,
    own: &[String],
) -> Result<Vec<Provider>, Error> {
    let names: BTreeSet<String> = needs
        .providers
        .iter()
        .filter(|(name, _)| *name != BUILT_IN)
        .map(|(name, source)| match source {
            Some(source) => facts::short_name(source).to_owned(),
            None => format!("hashicorp/{name}"),
        })
        .collect();
    let bad = |error: facts::FactsError| Error::Server(format!("the facts are wrong, {error}"));
    let mut providers: Vec<Provider> = Vec::new();
    for text in own {
        let provider = facts::load(text, &needs.resources, &needs.data_sources).map_err(bad)?;
        if names.contains(&provider.name) {
            providers.retain(|known| known.name != provider.name);
            providers.push(provider);
        }
    }
    for name in &names {
        if providers.iter().any(|provider| provider.name == *name) {
            continue;
        }
        if let Some(provider) = facts::provider(name, &needs.resources, &needs.data_sources) {
            providers.push(provider.map_err(bad)?);
        }
    }
    if extent == Extent::Named {
        providers.iter_mut().for_each(|provider| provider.keep(&needs.words));
    }
    Ok(providers)
}

/// Serves providers; `None` when there are none.
pub(super) fn serve(providers: Vec<Provider>) -> Result<Option<Serving>, Error> {
    if providers.is_empty() {
        return Ok(None);
    }
    let serving = start(providers, Options::default());
    serving.map(Some).map_err(|error| Error::Server(error.to_string()))
}
