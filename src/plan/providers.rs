//! The providers that a root names, served for as long as its plan takes.

use std::collections::BTreeSet;

use super::conditions::Conditions;
use super::error::Error;
use super::facts;
use super::root::Needs;
use super::schema::Provider;
use super::server::{Options, Serving, serve as start};

/// Terraform has this one in itself.
const BUILT_IN: &str = "terraform";

/// Serves what a root wants, as far as facts know it; `None` when nothing is to be served. Facts of
/// the user's come before those that we have. What they say of replacements comes with it.
pub(super) fn serve(needs: &Needs, own: &[String]) -> Result<(Option<Serving>, Conditions), Error> {
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
    let conditions = Conditions::of(&providers);
    if providers.is_empty() {
        return Ok((None, conditions));
    }
    let documents = needs.documents.iter().cloned().collect();
    let serving = start(providers, Options { documents, ..Options::default() });
    serving
        .map(|serving| (Some(serving), conditions))
        .map_err(|error| Error::Server(error.to_string()))
}
