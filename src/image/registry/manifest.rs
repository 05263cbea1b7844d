//! What a registry tells of an image: its manifest or index, and its configuration (OCI Image
//! Format Specification; Docker, "Image Manifest Version 2, Schema 2").

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::value::{Digest, Scalar as _};

/// The media types of manifests that are asked for. Without those of OCI a registry answers 404
/// for an index.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// The media types of an image's configuration.
const CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// OCI Image Format Specification, "Annotations".
const CREATED: &str = "org.opencontainers.image.created";

/// No image is older than Docker's first release. Tools that build reproducibly write 1970, 1980 or
/// the year 1 instead of a date.
const FIRST: &str = "2013-03-01T00:00:00Z";

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// The digest of its manifest or index: the SHA-256 of the bytes that the registry sent.
    pub digest: Digest,
    /// The media type of its manifest or index.
    pub media_type: String,
    /// What it runs on, sorted; empty for what is no container image.
    pub platforms: Vec<Platform>,
    /// When it was made. Registries do not tell when an image was pushed, so this stands for it.
    pub created: Option<Timestamp>,
    /// Where `created` comes from.
    pub created_from: CreatedFrom,
}

/// What an image runs on (OCI Image Format Specification, "Image Index", `platform`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Platform {
    /// The operating system as Go names it: `linux`.
    pub os: String,
    /// The processor as Go names it: `amd64`, `arm64`.
    pub architecture: String,
    /// The processor's version: `v8`.
    #[serde(default)]
    pub variant: Option<String>,
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

/// Where the date of an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CreatedFrom {
    /// The annotation `org.opencontainers.image.created` of its index or manifest.
    Annotation,
    /// `created` in its configuration.
    Config,
    /// Nowhere: there is no date, or one of those that reproducible builds write.
    Unknown,
}

impl fmt::Display for CreatedFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Annotation => "annotation",
            Self::Config => "config",
            Self::Unknown => "unknown",
        })
    }
}

/// The digest of some bytes.
pub(super) fn digest(bytes: &[u8]) -> Digest {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Digest::parse(&format!("sha256:{hex}")).expect("64 hexadecimal digits are a digest")
}

/// A manifest or an index.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(default, rename = "schemaVersion")]
    schema: u32,
    #[serde(default, rename = "mediaType")]
    pub media_type: Option<String>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
    /// What an index lists.
    #[serde(default)]
    manifests: Option<Vec<Entry>>,
    /// What a manifest has.
    #[serde(default)]
    config: Option<Descriptor>,
}

/// An entry of an index.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub descriptor: Descriptor,
    #[serde(default)]
    pub platform: Option<Platform>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// What names other content (OCI Image Format Specification, "OCI Content Descriptors").
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Descriptor {
    #[serde(rename = "mediaType")]
    pub media_type: String,
    pub digest: String,
}

/// What a manifest or an index leads to.
#[derive(Debug)]
pub(super) enum Content {
    /// The images of an index.
    Index(Vec<Entry>),
    /// The configuration of one image.
    Image(Descriptor),
    /// Something else that registries keep: a chart, a signature.
    Other,
}

impl Document {
    /// Reads what a registry sent.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let document: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is no manifest (line {})", error.line()))?;
        match document.schema {
            2 => Ok(document),
            1 => Err("it is of Docker's old schema 1: build and push it again".to_owned()),
            _ => Err("it is no manifest of schema 2".to_owned()),
        }
    }

    /// What it leads to.
    pub fn content(&self) -> Content {
        match (&self.manifests, &self.config) {
            (Some(manifests), _) => {
                Content::Index(manifests.iter().filter(|entry| entry.is_image()).cloned().collect())
            }
            (None, Some(config)) if CONFIGS.contains(&config.media_type.as_str()) => {
                Content::Image(config.clone())
            }
            (None, _) => Content::Other,
        }
    }

    /// The date in its annotations.
    pub fn created(&self) -> Option<Timestamp> {
        annotated(self.annotations.as_ref())
    }
}

impl Entry {
    /// False for what build tools attach to images: provenance, bills of materials (Docker Docs,
    /// "Image attestation storage").
    fn is_image(&self) -> bool {
        let annotations = self.annotations.as_ref();
        let attached = annotations.is_some_and(|all| all.contains_key("vnd.docker.reference.type"));
        let nowhere = self.platform.as_ref().is_some_and(|platform| platform.os == "unknown");
        !attached && !nowhere
    }

    /// The date in its annotations.
    pub fn created(&self) -> Option<Timestamp> {
        annotated(self.annotations.as_ref())
    }
}

/// The configuration of an image, as far as it is needed.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    #[serde(flatten)]
    pub platform: Platform,
    #[serde(default)]
    created: Option<String>,
}

impl Config {
    /// Reads what a registry sent.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes)
            .map_err(|error| format!("its configuration is none (line {})", error.line()))
    }

    /// When it was built.
    pub fn created(&self) -> Option<Timestamp> {
        date(self.created.as_deref()?)
    }
}

fn annotated(annotations: Option<&BTreeMap<String, String>>) -> Option<Timestamp> {
    date(annotations?.get(CREATED)?)
}

/// A date, unless it only stands where one should be.
fn date(text: &str) -> Option<Timestamp> {
    let first: Timestamp = FIRST.parse().expect("a date");
    text.parse().ok().filter(|date| *date >= first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_reproducible_builds_write_are_none() {
        for (text, known) in [
            ("2026-01-02T03:04:05.678Z", true),
            ("2026-01-02T03:04:05+02:00", true),
            ("1970-01-01T00:00:00Z", false),
            ("1970-01-01T00:00:01Z", false), // nix
            ("1980-01-01T00:00:01Z", false), // buildpacks
            ("0001-01-01T00:00:00Z", false),
            ("yesterday", false),
            ("", false),
        ] {
            assert_eq!(date(text).is_some(), known, "{text}");
        }
    }

    #[test]
    fn attestations_are_no_images() {
        let index = r#"{"schemaVersion": 2, "manifests": [
            {"mediaType": "m", "digest": "d1", "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
            {"mediaType": "m", "digest": "d2", "platform": {"os": "unknown", "architecture": "unknown"}},
            {"mediaType": "m", "digest": "d3", "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        ]}"#;
        let Content::Index(entries) = Document::read(index.as_bytes()).unwrap().content() else {
            panic!("an index");
        };
        let platforms: Vec<String> =
            entries.iter().map(|entry| entry.platform.as_ref().unwrap().to_string()).collect();
        assert_eq!(platforms, ["linux/arm64/v8"]);
    }

    #[test]
    fn what_is_no_container_image_has_no_configuration_to_read() {
        let chart = r#"{"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "d"}}"#;
        assert!(matches!(Document::read(chart.as_bytes()).unwrap().content(), Content::Other));
    }

    #[test]
    fn other_bytes_are_refused_with_a_reason() {
        for (bytes, why) in [
            ("<html>", "it is no manifest (line 1)"),
            ("{\"schemaVersion\": 1}", "it is of Docker's old schema 1: build and push it again"),
            ("{}", "it is no manifest of schema 2"),
            ("[]", "it is no manifest of schema 2"),
        ] {
            assert_eq!(Document::read(bytes.as_bytes()).unwrap_err(), why, "{bytes}");
        }
        assert!(Config::read(b"{}").is_err());
    }

    #[test]
    fn a_digest_is_that_of_the_bytes() {
        assert_eq!(
            digest(b"").as_str(),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
