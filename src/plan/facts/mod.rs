//! What is known of providers, as text that people review: `*.facts`.
//!
//! A facts file holds what Terraform's own schema of a provider says, without its prose, and
//! beside it what the schema does not say: which change replaces, what the provider takes when
//! nothing is written, what it refuses. `stackwright provider distill` writes one.
//!
//! ```text
//! facts 1
//! provider hashicorp/aws 6.47.0
//!
//! config
//!   region = string optional
//!   default_tags {} list 0..1
//!     tags = map(string) optional
//!
//! # What a line begins with that is no name is a comment.
//! resource aws_db_instance version=2
//!   backup_retention_period = number optional computed range(0,35)
//!   engine = string optional computed replaces
//!   master_user_secret = list(object({kms_key_id=string,secret_arn=string})) computed
//!   monitoring_interval = number optional default=0 oneof("0","1","5")
//!   password_wo = string optional sensitive write-only
//!   s3_import {} list 0..1
//!     bucket_name = string required replaces
//!   ! conflicts s3_import: snapshot_identifier replicate_source_db
//!   ! may-replace storage_type engine=mysql: "below 100 GiB"
//!
//! resource aws_vpc_security_group_egress_rule version=1 framework
//!   id = string computed keeps
//!   limits = nested(single) optional
//!     memory = number optional
//!   ! exactly-one cidr_ipv4 cidr_ipv6 prefix_list_id
//!
//! data aws_region
//!   name = string optional computed
//!
//! ephemeral aws_kms_secrets framework
//!   plaintext = map(string) computed sensitive
//! ```
//!
//! | word | meaning |
//! | --- | --- |
//! | `required`, `optional`, `computed`, `optional computed` | who writes the attribute |
//! | `sensitive`, `write-only` | hidden; never stored |
//! | `replaces`, `may-replace` | a change replaces the resource; or may, under a condition |
//! | `keeps` | a computed value that an update leaves as it is (only `framework` types need it said) |
//! | `default=…` | what the provider takes when nothing is written: JSON |
//! | `oneof("a","b")`, `oneof-nocase(…)`, `range(0,35)`, `length(1,64)`, `pattern("…")`, `each(…)` | what values it accepts; `inf` for no limit |
//! | `nested(list)` | an attribute whose own attributes follow, indented |
//! | `name {} list 0..1` | a block: `single`, `list`, `set`, `map` or `group`, and how many of them; with `computed`, the provider fills it in |
//! | `! conflicts a: b c`, `! exactly-one a b`, `! at-least-one a b`, `! requires a: b` | relations between attributes, by path |
//! | `! may-replace a: "…"`, `! may-replace a b=c: "…"` | on what it depends whether a change of `a` replaces, in words; and that it cannot unless `b` is `c` |
//! | `version=2`, `framework` | the version of the resource's state; that it is written with terraform-plugin-framework, not with the older SDK |
//!
//! Paths are names with dots between them, without the numbers of list elements:
//! `restore_to_point_in_time.restore_time`. Indentation is two spaces a level. What is not a plain
//! word is a JSON string. The order of lines is free; [`print()`] sorts.

mod parse;
mod print;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use parse::{load, parse};
pub use print::print;

use super::schema::Provider;

/// What is wrong with a facts file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct FactsError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

/// The facts that come with Stackwright, by provider name; of a provider of which several major
/// versions are in use, the newest one first.
const EMBEDDED: [(&str, &str); 12] = [
    ("hashicorp/archive", include_str!("archive.facts")),
    ("hashicorp/aws", include_str!("aws.facts")),
    ("hashicorp/external", include_str!("external.facts")),
    ("hashicorp/helm", include_str!("helm.facts")),
    ("hashicorp/helm", include_str!("helm2.facts")),
    ("hashicorp/http", include_str!("http.facts")),
    ("hashicorp/kubernetes", include_str!("kubernetes.facts")),
    ("hashicorp/local", include_str!("local.facts")),
    ("hashicorp/null", include_str!("null.facts")),
    ("hashicorp/random", include_str!("random.facts")),
    ("hashicorp/time", include_str!("time.facts")),
    ("hashicorp/tls", include_str!("tls.facts")),
];

/// The text of the facts that come with Stackwright.
///
/// The name is that of the provider (`hashicorp/aws`) or its whole address in the registry of
/// Terraform or OpenTofu (`registry.opentofu.org/hashicorp/aws`).
pub fn embedded(name: &str) -> Option<&'static str> {
    versions(name).next()
}

/// The same of each version of the provider that they know, the newest one first.
pub(super) fn versions(name: &str) -> impl DoubleEndedIterator<Item = &'static str> {
    let name = short_name(name).to_owned();
    EMBEDDED.iter().filter(move |(known, _)| *known == name).map(|(_, text)| *text)
}

/// The providers whose facts come with Stackwright.
pub fn names() -> impl Iterator<Item = &'static str> {
    let again = |at: &usize| *at > 0 && EMBEDDED[*at].0 == EMBEDDED[at - 1].0;
    (0..EMBEDDED.len()).filter(move |at| !again(at)).map(|at| EMBEDDED[at].0)
}

/// What is known of these resource types, and of data sources and ephemeral resources, of a provider, from the facts that come
/// with Stackwright. `None` for a provider of which they know nothing; a type that they do not
/// know is left out.
///
/// ```
/// use std::collections::BTreeSet;
///
/// let types = BTreeSet::from(["aws_vpc".to_owned()]);
/// let aws = stackwright::plan::facts::provider("hashicorp/aws", &types, &BTreeSet::new());
/// let aws = aws.expect("they come with it").expect("they are right");
/// assert!(aws.resources["aws_vpc"].block.attributes.contains_key("cidr_block"));
/// assert_eq!(aws.resources.len(), 1);
/// ```
pub fn provider(
    name: &str,
    types: &BTreeSet<String>,
    data: &BTreeSet<String>,
) -> Option<Result<Provider, FactsError>> {
    Some(load(embedded(name)?, types, data))
}

/// A provider's address without the host, if that is one of the two public registries.
pub(crate) fn short_name(address: &str) -> &str {
    address
        .strip_prefix("registry.terraform.io/")
        .or_else(|| address.strip_prefix("registry.opentofu.org/"))
        .unwrap_or(address)
}
