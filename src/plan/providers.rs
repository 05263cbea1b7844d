//! The providers that a root names, served for as long as its plan takes.

use super::compare::OwnFacts;
use super::conditions::Conditions;
use super::error::Error;
use super::facts;
use super::root::Needs;
use super::schema::Provider;
use super::server::{Options, Serving, serve as start};
use super::versions::{Fit, OtherVersion, Wanted};

/// What is served, and what is known of it.
#[derive(Debug, Default)]
pub(super) struct Served {
    /// `None` when nothing is to be served.
    pub serving: Option<Serving>,
    /// What may replace resources.
    pub conditions: Conditions,
    /// Providers that the root wants in another version.
    pub others: Vec<OtherVersion>,
}

/// How much of a type that a root uses is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The arguments and attributes that the root names.
    Named,
    /// All of them, for what Terraform says of one that is not there.
    Whole,
}

/// What a root wants of providers, as far as it is known. Installed providers come before the
/// user's own facts, and these before those that we have.
pub(super) fn wanted(
    needs: &Needs,
    extent: Extent,
    own: &[OwnFacts],
    installed: Vec<Provider>,
) -> Result<Vec<Provider>, Error> {
    let mut providers = known(needs, own, installed)?;
    if extent == Extent::Named {
        providers.iter_mut().for_each(|provider| provider.keep(&needs.words, &needs.whole));
    }
    Ok(providers)
}

/// Serves a root what it wants.
pub(super) fn serve(needs: &Needs, providers: Vec<Provider>) -> Result<Served, Error> {
    let conditions = Conditions::of(&providers);
    let others = providers.iter().filter_map(|provider| other_version(needs, provider)).collect();
    if providers.is_empty() {
        return Ok(Served { serving: None, conditions, others });
    }
    let documents = needs.documents.iter().cloned().collect();
    let serving = start(providers, Options { documents, ..Options::default() })
        .map_err(|error| Error::Server(error.to_string()))?;
    Ok(Served { serving: Some(serving), conditions, others })
}

fn known(
    needs: &Needs,
    own: &[OwnFacts],
    mut providers: Vec<Provider>,
) -> Result<Vec<Provider>, Error> {
    let load = |own: &OwnFacts| {
        facts::load(&own.text, &needs.resources, &needs.data_sources)
            .map_err(|error| Error::BadFacts { file: own.file.clone(), error })
    };
    let own: Vec<Provider> = own.iter().map(load).collect::<Result<_, _>>()?;
    for name in needs.names() {
        if providers.iter().any(|provider| provider.name == name) {
            continue;
        }
        // Of several that fit as well, the last.
        let fit = |it: &&Provider| fit(needs, it);
        if let Some(provider) = own.iter().filter(|it| it.name == name).max_by_key(fit) {
            providers.push(provider.clone());
        } else {
            let ours = |error| Error::Server(format!("our own facts are wrong, {error}"));
            let load = |text| facts::load(text, &needs.resources, &needs.data_sources);
            // The newest comes last, and is taken where they fit alike.
            let known: Vec<Provider> =
                facts::versions(&name).rev().map(load).collect::<Result<_, _>>().map_err(ours)?;
            providers.extend(known.into_iter().max_by_key(|provider| fit(&provider)));
        }
    }
    Ok(providers)
}

fn fit(needs: &Needs, provider: &Provider) -> Fit {
    let any = Wanted::default();
    needs.versions.get(&provider.name).unwrap_or(&any).fit(&provider.version)
}

fn other_version(needs: &Needs, provider: &Provider) -> Option<OtherVersion> {
    let wanted = needs.versions.get(&provider.name)?.words()?.to_owned();
    (fit(needs, provider) == Fit::Other).then(|| OtherVersion {
        provider: provider.name.clone(),
        wanted,
        known: provider.version.clone(),
    })
}
