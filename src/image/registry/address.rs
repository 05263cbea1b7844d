//! Where a repository of images is: the registry's host and the name in it.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::diagnostic::codes;
use crate::value::{
    AccountId, Digest, Invalid, Region, RepositoryName, Scalar as _, Tag, check_registry,
    check_repository,
};

/// The registry of names that have no registry (Docker Docs, "docker image pull").
const DOCKER_HUB: &str = "docker.io";

/// The host that answers for Docker Hub.
const DOCKER_HUB_API: &str = "registry-1.docker.io";

/// What credentials for Docker Hub are kept under (Docker CLI, `registry.IndexServer`).
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// A registry's host, with its port where that is not the usual one: `ghcr.io`, `localhost:5000`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

impl Host {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Host {
    type Err = Invalid;

    /// Reads `host` or `host:port`.
    ///
    /// # Errors
    /// What is wrong with it.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_registry(text, 0..text.len()).map(|()| Self(text.to_owned()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The address of a repository, without tag: `nginx`, `ghcr.io/usdigitalresponse/univaf-server`,
/// `localhost:5000/app`.
///
/// ```
/// use stackwright::image::registry::Address;
///
/// let nginx = Address::parse("nginx").unwrap();
/// assert_eq!((nginx.host(), nginx.name()), ("registry-1.docker.io", "library/nginx"));
/// assert_eq!(nginx.to_string(), "nginx");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    written: String,
    host: String,
    name: String,
}

impl Address {
    /// Reads `[registry[:port]/]name`.
    ///
    /// # Errors
    /// What is wrong with it: a scheme, a tag, characters that no name has.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |message: String, at: Range<usize>| {
            Invalid::new(codes::BAD_IMAGE, message)
                .at(at)
                .help("an address has no tag and no digest: the lock says which image it is")
        };
        if let Some(at) = text.find('@') {
            return Err(refuse("the address has a digest".to_owned(), at..text.len()));
        }
        let last = text.rfind('/').map_or(0, |slash| slash + 1);
        if let Some(at) = text[last..].find(':') {
            return Err(refuse("the address has a tag".to_owned(), last + at..text.len()));
        }
        check_repository(text)?;
        let is_host = |word: &str| word.contains(['.', ':']) || word == "localhost";
        let (host, name) = match text.split_once('/') {
            Some((host, name)) if is_host(host) => (host, name),
            _ => (DOCKER_HUB, text),
        };
        let hub = [DOCKER_HUB, "index.docker.io", DOCKER_HUB_API].contains(&host);
        let (host, name) = match hub {
            true if name.contains('/') => (DOCKER_HUB_API, name.to_owned()),
            true => (DOCKER_HUB_API, format!("library/{name}")),
            false => (host, name.to_owned()),
        };
        Ok(Self { written: text.to_owned(), host: host.to_owned(), name })
    }

    /// The address of a private ECR repository (Amazon ECR User Guide, "Amazon ECR private
    /// registries").
    pub fn ecr(account: &AccountId, region: Region, name: &RepositoryName) -> Self {
        // AWS Fault Isolation Boundaries, "Partitions"; the domain of their endpoints.
        let domain = match region.partition() {
            "aws-cn" => "amazonaws.com.cn",
            "aws-eusc" => "amazonaws.eu",
            _ => "amazonaws.com",
        };
        Self::in_registry(&Host(format!("{account}.dkr.ecr.{region}.{domain}")), name)
    }

    /// The address of a repository in the registry of a host.
    pub fn in_registry(host: &Host, name: &RepositoryName) -> Self {
        let (host, name) = (host.to_string(), name.to_string());
        Self { written: format!("{host}/{name}"), host, name }
    }

    /// The host that answers for it, with its port where one is written.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its name there.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its credentials are kept under in a Docker configuration.
    pub(super) fn credentials_key(&self) -> &str {
        match self.host.as_str() {
            DOCKER_HUB_API => DOCKER_HUB_KEY,
            host => host,
        }
    }

    /// The command that logs in to its registry.
    pub(super) fn login(&self) -> String {
        let host = self.host.as_str();
        match (ecr_region(host), host) {
            (Some(region), _) => format!(
                "aws ecr get-login-password --region {region} | docker login --username AWS \
                 --password-stdin {host}"
            ),
            (None, DOCKER_HUB_API) => "docker login".to_owned(),
            (None, "public.ecr.aws") => "aws ecr-public get-login-password --region us-east-1 | \
                                         docker login --username AWS --password-stdin \
                                         public.ecr.aws"
                .to_owned(),
            (None, host) => format!("docker login {host}"),
        }
    }
}

/// The region of an ECR registry's host (Amazon ECR User Guide, "Amazon ECR private registry").
pub(crate) fn ecr_region(host: &str) -> Option<&str> {
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let (region, domain) = rest.split_once('.')?;
    (AccountId::parse(account).is_ok() && domain.starts_with("amazonaws.")).then_some(region)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Which image of a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The one that a tag names now.
    Tag(Tag),
    /// The one of a digest.
    Digest(Digest),
}

impl Version {
    /// As it stands in a request.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tag(tag) => tag.as_str(),
            Self::Digest(digest) => digest.as_str(),
        }
    }

    /// The reference of this version in a repository.
    pub fn of(&self, address: &Address) -> String {
        match self {
            Self::Tag(tag) => format!("{address}:{tag}"),
            Self::Digest(digest) => format!("{address}@{digest}"),
        }
    }
}

impl From<Tag> for Version {
    fn from(tag: Tag) -> Self {
        Self::Tag(tag)
    }
}

impl From<&Tag> for Version {
    fn from(tag: &Tag) -> Self {
        Self::Tag(tag.clone())
    }
}

impl From<Digest> for Version {
    fn from(digest: Digest) -> Self {
        Self::Digest(digest)
    }
}

impl From<&Digest> for Version {
    fn from(digest: &Digest) -> Self {
        Self::Digest(digest.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ecr(region: &str) -> Address {
        let account = AccountId::parse("012345678901").unwrap();
        let name = RepositoryName::parse("shop/server").unwrap();
        Address::ecr(&account, Region::parse(region).unwrap(), &name)
    }

    #[test]
    fn names_without_a_registry_are_on_docker_hub() {
        for (text, name) in [
            ("nginx", "library/nginx"),
            ("docker.io/nginx", "library/nginx"),
            ("index.docker.io/library/nginx", "library/nginx"),
            ("registry-1.docker.io/datadog/agent", "datadog/agent"),
            ("datadog/agent", "datadog/agent"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host(), address.name()), ("registry-1.docker.io", name), "{text}");
            assert_eq!(address.credentials_key(), "https://index.docker.io/v1/");
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn other_registries_stand_in_front_of_the_name() {
        for (text, host, name) in [
            ("public.ecr.aws/datadog/agent", "public.ecr.aws", "datadog/agent"),
            ("ghcr.io/a/b", "ghcr.io", "a/b"),
            ("localhost/a", "localhost", "a"),
            ("localhost:5000/a/b", "localhost:5000", "a/b"),
            ("127.0.0.1:5000/a", "127.0.0.1:5000", "a"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host(), address.name()), (host, name), "{text}");
            assert_eq!(address.credentials_key(), host);
        }
    }

    #[test]
    fn an_address_has_no_tag_no_digest_and_no_scheme() {
        for (text, wrong) in [
            ("nginx:1.27", ":1.27"),
            ("localhost:5000/a:1", ":1"),
            ("nginx@sha256:abc", "@sha256:abc"),
            ("https://ghcr.io/a/b", "https://"),
            ("Nginx", "Nginx"),
        ] {
            let invalid = Address::parse(text).unwrap_err();
            assert_eq!(&text[invalid.at.unwrap()], wrong, "{text}");
        }
        assert!(Address::parse("").is_err());
        assert!(Address::parse("localhost:5000").is_err());
    }

    #[test]
    fn an_ecr_repository_has_the_domain_of_its_partition() {
        for (region, host) in [
            ("us-west-2", "012345678901.dkr.ecr.us-west-2.amazonaws.com"),
            ("us-gov-west-1", "012345678901.dkr.ecr.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "012345678901.dkr.ecr.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", "012345678901.dkr.ecr.eusc-de-east-1.amazonaws.eu"),
        ] {
            let address = ecr(region);
            assert_eq!((address.host(), address.name()), (host, "shop/server"));
            assert_eq!(Address::parse(&address.to_string()).unwrap(), address);
        }
    }

    #[test]
    fn the_login_of_a_registry_is_the_one_that_its_maker_documents() {
        assert_eq!(
            ecr("eu-west-1").login(),
            "aws ecr get-login-password --region eu-west-1 | docker login --username AWS \
             --password-stdin 012345678901.dkr.ecr.eu-west-1.amazonaws.com"
        );
        let login = |text| Address::parse(text).unwrap().login();
        assert_eq!(login("nginx"), "docker login");
        assert_eq!(login("ghcr.io/a/b"), "docker login ghcr.io");
        assert_eq!(
            login("evil.dkr.ecr.x.example.com/a"),
            "docker login evil.dkr.ecr.x.example.com"
        );
    }
}
