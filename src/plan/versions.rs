//! Which version of a provider a root wants (Terraform language, "Dependency Lock File" and
//! "Version Constraints").

use std::collections::BTreeMap;

use super::facts::short_name;

/// Where Terraform notes the versions that it has chosen.
pub(super) const LOCK: &str = ".terraform.lock.hcl";

/// What a root says of a provider's version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The version in its lock file.
    pub locked: Option<String>,
    /// What it is constrained to, `~> 5.0`.
    pub constraint: Option<String>,
}

/// A provider that is planned as another version than a root wants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OtherVersion {
    /// Namespace and type, `hashicorp/aws`.
    pub provider: String,
    /// What the root wants, `5.31.0` or `~> 5.0`.
    pub wanted: String,
    /// What the facts are of.
    pub known: String,
}

impl Wanted {
    /// How well a version fits: better is greater.
    pub fn fit(&self, version: &str) -> Fit {
        match &self.locked {
            Some(locked) if locked == version => Fit::Exact,
            _ if self.is_met_by(version) => Fit::Major,
            _ => Fit::Other,
        }
    }

    /// Whether a version behaves as the root wants it: the locked version's major, or else what the
    /// constraint allows. A version that nobody knows does.
    fn is_met_by(&self, version: &str) -> bool {
        let Some(version) = numbers(version) else { return true };
        if let Some(locked) = self.locked.as_deref().and_then(numbers) {
            return locked[0] == version[0];
        }
        self.constraint.as_deref().is_none_or(|constraint| allows(constraint, version))
    }

    /// As people are told.
    pub fn words(&self) -> Option<&str> {
        self.locked.as_deref().or(self.constraint.as_deref())
    }
}

/// How well a version fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Another major version.
    Other,
    /// Close enough.
    Major,
    /// The very version.
    Exact,
}

/// The versions that a lock file names, by provider.
pub(super) fn locked(text: &str) -> BTreeMap<String, String> {
    let Ok(body) = hcl::edit::parser::parse_body(text) else { return BTreeMap::new() };
    let providers = body.blocks().filter(|block| block.ident.as_str() == "provider");
    let locked = providers.filter_map(|block| {
        let [address] = block.labels.as_slice() else { return None };
        let version = block.body.get_attribute("version")?.value.as_str()?;
        Some((short_name(address.as_str()).to_owned(), version.to_owned()))
    });
    locked.collect()
}

/// `[major, minor, patch]`; what comes before a release is taken as the release.
pub(super) fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let version = version.trim().split(['-', '+']).next()?;
    for (place, part) in version.split('.').enumerate() {
        *numbers.get_mut(place)? = part.parse().ok()?;
    }
    Some(numbers)
}

/// Whether a constraint, if there is one, allows a version.
pub(super) fn is_allowed(constraint: Option<&str>, version: &str) -> bool {
    match (constraint, numbers(version)) {
        (Some(constraint), Some(version)) => allows(constraint, version),
        _ => true,
    }
}

/// Whether a constraint allows a version. What is not understood allows everything.
fn allows(constraint: &str, version: [u64; 3]) -> bool {
    constraint.split(',').all(|part| {
        let part = part.trim();
        let digits = part.find(|c: char| c.is_ascii_digit()).unwrap_or(part.len());
        let (operator, written) = part.split_at(digits);
        let Some(bound) = numbers(written) else { return true };
        match operator.trim() {
            "" | "=" => version == bound,
            "!=" => version != bound,
            ">" => version > bound,
            ">=" => version >= bound,
            "<" => version < bound,
            "<=" => version <= bound,
            "~>" => {
                // All but the last number that is written stay.
                let fixed = written.split('.').count().saturating_sub(1).clamp(1, 2);
                version >= bound && version[..fixed] == bound[..fixed]
            }
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_is_read_as_terraform_reads_it() {
        for constraint in
            ["~> 6.0", "~> 6", ">= 5, < 7", "6.47.0", "!= 6.1", "> 6.46.9", "~> 6.47.0"]
        {
            assert!(allows(constraint, [6, 47, 0]), "{constraint}");
        }
        for constraint in ["~> 5.0", "~> 6.46.0", "< 6", "= 6.47.1", ">= 6, != 6.47.0"] {
            assert!(!allows(constraint, [6, 47, 0]), "{constraint}");
        }
    }

    #[test]
    fn a_lock_counts_before_a_constraint() {
        let wanted = |locked: Option<&str>, constraint: &str| Wanted {
            locked: locked.map(str::to_owned),
            constraint: Some(constraint.to_owned()),
        };
        assert_eq!(wanted(Some("5.31.0"), ">= 5").fit("6.47.0"), Fit::Other);
        assert_eq!(wanted(Some("6.1.0"), "~> 6.1.0").fit("6.47.0"), Fit::Major);
        assert_eq!(wanted(Some("6.47.0"), "").fit("6.47.0"), Fit::Exact);
        assert_eq!(wanted(None, ">= 5").fit("6.47.0"), Fit::Major);
        assert_eq!(wanted(None, "~> 5.0").fit(""), Fit::Major);
    }

    #[test]
    fn a_lock_file_is_read() {
        let text = "provider \"registry.terraform.io/hashicorp/aws\" {\n  version     = \"5.31.0\"\n  constraints = \"~> 5.0\"\n  hashes = [\"h1:x\"]\n}\n";
        assert_eq!(locked(text)["hashicorp/aws"], "5.31.0");
        assert!(locked("provider {").is_empty());
    }
}
