//! The tags of one environment never satisfy the policy of another.

use std::collections::BTreeMap;

use super::Policy;
use super::check::common_tag;
use crate::component::{Component as _, Image, ImageRepository, Repository};
use crate::diagnostic::{Diagnostic, codes};
use crate::image::registry::ecr_region;
use crate::stack::Stack;
use crate::value::Environment;

/// An image of an environment, as far as another environment could take the same tags.
#[derive(Debug, Clone)]
pub struct Use {
    environment: Environment,
    repository: Key,
    image: String,
    policy: Policy,
}

/// What tells repositories apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The address, or `ecr/<region>/<name>`.
    Shared(String),
    /// A repository that a stack makes, and so nobody else does: the name, and the stack.
    Own(String, String),
}

impl Key {
    fn shared(&self) -> &str {
        match self {
            Self::Shared(name) | Self::Own(name, _) => name,
        }
    }
}

/// `ecr/<region>/<name>` of an address in ECR: the account cannot be known of a repository that a
/// stack makes.
fn ecr(address: &str) -> Option<String> {
    let (host, name) = address.split_once('/')?;
    Some(format!("ecr/{}/{name}", ecr_region(host)?))
}

/// The images of a stack that others could share tags with: none where it does not say which
/// environment it is.
pub fn uses(stack: &Stack) -> Vec<Use> {
    let Some(environment) = &stack.settings.environment else { return Vec::new() };
    let key = |image: &Image| match &image.repository {
        ImageRepository::Address(address) => {
            let address = address.literal()?;
            Some(Key::Shared(ecr(address).unwrap_or_else(|| address.clone())))
        }
        ImageRepository::Component(reference) => {
            let repository: &Repository = stack.get(reference)?;
            let name = match &repository.name {
                Some(name) => name.literal()?.to_string(),
                None => stack.name_of(Repository::KIND, &reference.label),
            };
            let region = stack.settings.region.literal()?;
            Some(Key::Own(format!("ecr/{region}/{name}"), stack.system().to_owned()))
        }
    };
    let images = stack.deployables().into_iter();
    images
        .filter_map(|(label, deployable)| {
            let repository = match stack.component::<Image>(label) {
                Some(image) => key(image),
                // An order that nobody wrote is no promise of where tags go.
                None => deployable
                    .origin
                    .wrote("policy")
                    .then_some(deployable.address?)
                    .map(Key::Shared),
            };
            Some(Use {
                environment: environment.0.clone(),
                repository: repository?,
                image: format!("`{}.{label}` of `{}`", deployable.kind, stack.root),
                policy: deployable.policy.clone(),
            })
        })
        .collect()
}

/// Complaints about policies of two environments that take the same tag of the same repository.
///
/// A `commit` policy without a pattern takes what its caller names, in whatever environment, and so
/// shares nothing.
pub fn shared_tags(uses: &[Use]) -> Vec<Diagnostic> {
    let mut repositories: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
    for one in uses {
        let known = repositories.entry(one.repository.shared()).or_default();
        // A thousand stacks have a handful of policies.
        let same = |other: &&Use| {
            (&one.environment, &one.policy, &one.repository)
                == (&other.environment, &other.policy, &other.repository)
        };
        if !known.iter().any(same) {
            known.push(one);
        }
    }
    let mut problems = Vec::new();
    for known in repositories.values() {
        for (index, one) in known.iter().enumerate() {
            for other in &known[index + 1..] {
                problems.extend(shared_tag(one, other));
            }
        }
    }
    problems
}

fn shared_tag(one: &Use, other: &Use) -> Option<Diagnostic> {
    let both_own = matches!(
        (&one.repository, &other.repository),
        (Key::Own(_, a), Key::Own(_, b)) if a != b
    );
    if one.environment == other.environment || both_own {
        return None;
    }
    let (first, second) = (&one.environment, &other.environment);
    let message = match common_tag(&one.policy, &other.policy) {
        Ok(None) => return None,
        Ok(Some(tag)) => format!(
            "`{tag}` would be deployed to `{first}` and to `{second}`: {} takes it, and {}",
            one.image, other.image
        ),
        Err(_) => {
            format!("whether `{first}` and `{second}` share tags is too complex to be checked")
        }
    };
    Some(
        Diagnostic::error(codes::SHARED_TAG, message)
            .at(one.policy.place(), format!("takes it for `{first}`"))
            .also(other.policy.place(), format!("takes it for `{second}`"))
            .help(
                "let the tags of each environment begin differently; to promote one image through \
                 environments, use `policy = \"commit\"` in both",
            ),
    )
}
