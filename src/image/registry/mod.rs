//! Asking registries about images: the read side of the OCI Distribution Specification.
//!
//! What comes back is plain data. Which host answers is said by an [`Address`]; who we are by the
//! Docker configuration. Everything that a host can send is bounded in size, time and number, and
//! no secret leaves for another host than the one that it is for.

mod address;
mod auth;
mod challenge;
mod client;
mod credentials;
mod error;
mod manifest;
mod options;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;

use http::{Method, Uri};
use jiff::Timestamp;

pub(crate) use address::ecr_region;
pub use address::{Address, Host, Version};
pub use credentials::CredentialsError;
pub use error::Error;
pub use manifest::{CreatedFrom, Platform, Remote};
pub use options::{Clock, Options};

use crate::value::{Digest, Scalar as _, Tag};
use crate::web::{self, Secret};
use client::{Answer, Ask, Client};
use credentials::Credential;
use manifest::{Config, Content, Descriptor, Document, Entry};

/// The largest manifest (OCI Distribution Specification, "Pushing Manifests": clients limit them to
/// 4 MiB).
const MAX_MANIFEST_BYTES: u64 = 4 << 20;

/// The largest configuration of an image.
const MAX_CONFIG_BYTES: u64 = 8 << 20;

/// The largest list of tags, all pages together.
const MAX_TAGS_BYTES: u64 = 32 << 20;

/// How many pages a list of tags can have.
const MAX_PAGES: usize = 1000;

/// How many tags are asked for at once; registries give fewer.
const PAGE: usize = 1000;

/// How many images of an index are looked into, where it does not say itself what they run on.
const MAX_LOOKED_INTO: usize = 16;

/// Asks registries. It can be shared by threads.
///
/// ```no_run
/// use stackwright::image::registry::{Address, Options, Registry};
/// use stackwright::value::{Scalar as _, Tag};
///
/// let registry = Registry::new(Options::of_this_user());
/// let agent = Address::parse("public.ecr.aws/datadog/agent").unwrap();
/// let image = registry.image(&agent, Tag::parse("7.50.1").unwrap()).unwrap();
/// println!("{} runs on {:?}", image.digest, image.platforms);
/// ```
#[derive(Debug)]
pub struct Registry {
    client: Client,
    docker_config: Option<PathBuf>,
    /// By the key of a registry.
    credentials: Mutex<BTreeMap<String, Option<Credential>>>,
    /// What let us in, by host and repository.
    authorizations: Mutex<BTreeMap<(String, String), Secret>>,
}

impl Registry {
    /// Nothing is asked yet.
    pub fn new(options: Options) -> Self {
        Self {
            docker_config: options.docker_config.clone(),
            client: Client::new(options),
            credentials: Mutex::default(),
            authorizations: Mutex::default(),
        }
    }

    /// The tags of a repository, sorted by their characters.
    ///
    /// # Errors
    /// When the registry does not list them.
    pub fn tags(&self, address: &Address) -> Result<Vec<Tag>, Error> {
        let what = "the list of tags";
        let wrong = |why: &str| Error::NotARegistry {
            host: address.host().to_owned(),
            why: why.to_owned(),
        };
        let first = format!("/v2/{}/tags/list?n={PAGE}", address.name());
        let mut url = self.client.url(address.host(), &first)?;
        let mut seen = BTreeSet::new();
        let mut tags = BTreeSet::new();
        let mut left = MAX_TAGS_BYTES;
        while seen.insert(url.to_string()) {
            if seen.len() > MAX_PAGES {
                return Err(wrong(&format!("its tags have more than {MAX_PAGES} pages")));
            }
            let request =
                Wanted { url: url.clone(), accept: "application/json", what, limit_bytes: left };
            let answer = self.get(address, &request, &address.to_string())?;
            left = left.saturating_sub(answer.body.len() as u64);
            let page: tags::Page = serde_json::from_slice(&answer.body)
                .map_err(|error| wrong(&format!("its tags are no list (line {})", error.line())))?;
            // What is no tag to the specification cannot be asked for, either.
            tags.extend(page.tags.into_iter().flatten().filter_map(|tag| Tag::parse(&tag).ok()));
            let links = answer.headers.get_all(http::header::LINK);
            let next = web::next_link(links.iter().filter_map(|link| link.to_str().ok()));
            let Some(next) = next else { return Ok(tags.into_iter().collect()) };
            let next = web::join(&url, next);
            // A registry behind a proxy may think that it speaks plain HTTP.
            let next = next.filter(|next| web::host(next).eq_ignore_ascii_case(address.host()));
            let path = next.as_ref().and_then(|next| next.path_and_query());
            let path = path.ok_or_else(|| wrong("its next page of tags is on another host"))?;
            url = self.client.url(address.host(), path.as_str())?;
        }
        Err(wrong("its pages of tags lead in a circle"))
    }

    /// The digest that an image has now. Costs no pull where the registry tells it by itself.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the registry gives no answer.
    pub fn digest(&self, address: &Address, version: impl Into<Version>) -> Result<Digest, Error> {
        let version = version.into();
        let request = self.manifest_request(address, version.as_str())?;
        let what = version.of(address);
        let (answer, _) = self.exchange(address, Method::HEAD, &request)?;
        // What is wrong is told by the answer to GET, which has a body.
        if answer.status == 200
            && let Some(digest) = told(&answer)
        {
            return match &version {
                Version::Digest(asked) if *asked != digest => Err(Error::WrongDigest {
                    what,
                    expected: asked.to_string(),
                    found: digest.to_string(),
                }),
                _ => Ok(digest),
            };
        }
        Ok(self.manifest(address, &version)?.digest)
    }

    /// An image: of one platform, or of several.
    ///
    /// Its date is that of its index or manifest, else that of its configuration. For several
    /// platforms without a date of their own it is that of the first.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the registry gives no answer, or one that is no image's.
    pub fn image(&self, address: &Address, version: impl Into<Version>) -> Result<Remote, Error> {
        let version = version.into();
        let manifest = self.manifest(address, &version)?;
        let mut found = Found::default();
        found.date(manifest.document.created(), CreatedFrom::Annotation);
        match manifest.document.content() {
            Content::Other => {}
            Content::Image(config) => {
                let config = self.config(address, &config)?;
                found.date(config.created(), CreatedFrom::Config);
                found.platforms.insert(config.platform);
            }
            Content::Index(entries) => self.look_at_index(address, &entries, &mut found)?,
        }
        Ok(Remote {
            digest: manifest.digest,
            media_type: manifest.media_type,
            platforms: found.platforms.into_iter().collect(),
            created: found.created.map(|(date, _)| date),
            created_from: found.created.map_or(CreatedFrom::Unknown, |(_, from)| from),
        })
    }

    fn look_at_index(
        &self,
        address: &Address,
        entries: &[Entry],
        found: &mut Found,
    ) -> Result<(), Error> {
        found.platforms.extend(entries.iter().filter_map(|entry| entry.platform.clone()));
        found.date(entries.iter().find_map(Entry::created), CreatedFrom::Annotation);
        // Looked into: the first one for its date, and those that do not say what they run on.
        let dated = found.created.is_some();
        let needed = entries
            .iter()
            .enumerate()
            .filter(|(index, entry)| entry.platform.is_none() || (*index == 0 && !dated))
            .take(MAX_LOOKED_INTO);
        for (_, entry) in needed {
            let version = self.content_digest(address, &entry.descriptor)?;
            let manifest = match self.manifest(address, &Version::Digest(version)) {
                Ok(manifest) => manifest,
                // A mirror may have the images of some platforms only.
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            found.date(manifest.document.created(), CreatedFrom::Annotation);
            if found.created.is_some() && entry.platform.is_some() {
                continue;
            }
            if let Content::Image(config) = manifest.document.content() {
                let config = self.config(address, &config)?;
                found.date(config.created(), CreatedFrom::Config);
                // The index says it more exactly.
                if entry.platform.is_none() {
                    found.platforms.insert(config.platform);
                }
            }
        }
        Ok(())
    }

    fn config(&self, address: &Address, descriptor: &Descriptor) -> Result<Config, Error> {
        let digest = self.content_digest(address, descriptor)?;
        let request = Wanted {
            url: self
                .client
                .url(address.host(), &format!("/v2/{}/blobs/{digest}", address.name()))?,
            accept: &descriptor.media_type,
            what: "the configuration of an image",
            limit_bytes: MAX_CONFIG_BYTES,
        };
        let what = format!("{address}@{digest}");
        let answer = self.get(address, &request, &what)?;
        same_digest(&what, &digest, &answer.body)?;
        Config::read(&answer.body).map_err(|why| Error::Unusable { what, why })
    }

    /// The digest that a manifest names.
    fn content_digest(&self, address: &Address, content: &Descriptor) -> Result<Digest, Error> {
        Digest::parse(&content.digest)
            .map_err(|invalid| Error::Unusable { what: address.to_string(), why: invalid.message })
    }

    fn manifest_request(&self, address: &Address, version: &str) -> Result<Wanted<'static>, Error> {
        let path = format!("/v2/{}/manifests/{version}", address.name());
        Ok(Wanted {
            url: self.client.url(address.host(), &path)?,
            accept: manifest::ACCEPT,
            what: "the manifest of an image",
            limit_bytes: MAX_MANIFEST_BYTES,
        })
    }

    fn manifest(&self, address: &Address, version: &Version) -> Result<Manifest, Error> {
        let request = self.manifest_request(address, version.as_str())?;
        let what = version.of(address);
        let answer = self.get(address, &request, &what)?;
        let digest = manifest::digest(&answer.body);
        if let Version::Digest(asked) = version {
            same_digest(&what, asked, &answer.body)?;
        }
        if let Some(told) = told(&answer) {
            same_digest(&what, &told, &answer.body)?;
        }
        let document = Document::read(&answer.body)
            .map_err(|why| Error::Unusable { what: what.clone(), why })?;
        let header = answer.header("content-type").and_then(|text| text.split(';').next());
        let media_type = document.media_type.clone().or(header.map(|text| text.trim().to_owned()));
        Ok(Manifest { digest, media_type: media_type.unwrap_or_default(), document })
    }

    /// Asks for something that has to be there.
    fn get(&self, address: &Address, wanted: &Wanted<'_>, what: &str) -> Result<Answer, Error> {
        let (answer, sent) = self.exchange(address, Method::GET, wanted)?;
        let host = address.host().to_owned();
        let complaint = client::complaint(&answer.body);
        let code = complaint.as_ref().map_or("", |(code, _)| code.as_str());
        match answer.status {
            200 => Ok(answer),
            401 | 403 => {
                let credential = self.credential(address)?;
                let ask = ask(wanted, Method::GET, sent.as_ref(), "");
                Err(Error::Unauthorized {
                    what: what.to_owned(),
                    who: auth::who(credential.as_ref()),
                    said: client::said(&answer.body, &ask),
                    login: address.login(),
                })
            }
            404 if complaint.is_some()
                || answer.header("docker-distribution-api-version").is_some() =>
            {
                // `NAME_UNKNOWN` is about the repository, whatever was asked for.
                let address = address.to_string();
                let what = if code == "NAME_UNKNOWN" { address } else { what.to_owned() };
                Err(Error::NotFound { what })
            }
            status => {
                let why = format!("HTTP {status} for {}", wanted.what);
                Err(Error::NotARegistry { host, why })
            }
        }
    }

    /// Asks, and gets in where that takes credentials. Comes with what was sent to get in.
    fn exchange(
        &self,
        address: &Address,
        method: Method,
        wanted: &Wanted<'_>,
    ) -> Result<(Answer, Option<Secret>), Error> {
        let login = address.login();
        let known = self.authorization(address);
        let answer = self.client.ask(&ask(wanted, method.clone(), known.as_ref(), &login))?;
        // Where blobs are, nobody has to know who we are.
        if answer.status != 401 || !answer.same_host {
            return Ok((answer, known));
        }
        let headers = answer.headers.get_all(http::header::WWW_AUTHENTICATE);
        let challenges =
            challenge::challenges(headers.iter().filter_map(|value| value.to_str().ok()));
        let credential = self.credential(address)?;
        let authorization =
            auth::authorize(&self.client, address, &wanted.url, &challenges, credential.as_ref())?;
        let answer = self.client.ask(&ask(wanted, method, Some(&authorization), &login))?;
        if answer.status != 401 {
            let key = (address.host().to_owned(), address.name().to_owned());
            let mut known =
                self.authorizations.lock().expect("no thread panics while it holds this");
            known.insert(key, authorization.clone());
        }
        Ok((answer, Some(authorization)))
    }

    fn authorization(&self, address: &Address) -> Option<Secret> {
        let key = (address.host().to_owned(), address.name().to_owned());
        let known = self.authorizations.lock().expect("no thread panics while it holds this");
        known.get(&key).cloned()
    }

    /// The credentials of a registry, looked for once.
    fn credential(&self, address: &Address) -> Result<Option<Credential>, Error> {
        // Held while a helper runs, so that no two threads ask for the same password.
        let mut known = self.credentials.lock().expect("no thread panics while it holds this");
        if let Some(credential) = known.get(address.host()) {
            return Ok(credential.clone());
        }
        let credential = credentials::find(self.docker_config.as_deref(), address)?;
        known.insert(address.host().to_owned(), credential.clone());
        Ok(credential)
    }
}

/// One thing that is asked for.
#[derive(Debug)]
struct Wanted<'a> {
    url: Uri,
    accept: &'a str,
    what: &'static str,
    limit_bytes: u64,
}

fn ask<'a>(
    wanted: &'a Wanted<'_>,
    method: Method,
    authorization: Option<&'a Secret>,
    login: &'a str,
) -> Ask<'a> {
    Ask {
        method,
        url: wanted.url.clone(),
        accept: wanted.accept,
        authorization,
        form: None,
        what: wanted.what,
        limit_bytes: wanted.limit_bytes,
        login,
    }
}

/// A manifest or index with its digest.
#[derive(Debug)]
struct Manifest {
    digest: Digest,
    media_type: String,
    document: Document,
}

/// What was found out about an image so far.
#[derive(Debug, Default)]
struct Found {
    platforms: BTreeSet<Platform>,
    created: Option<(Timestamp, CreatedFrom)>,
}

impl Found {
    /// The first date counts.
    fn date(&mut self, date: Option<Timestamp>, from: CreatedFrom) {
        self.created = self.created.or(date.map(|date| (date, from)));
    }
}

/// The digest that a registry tells by itself.
fn told(answer: &Answer) -> Option<Digest> {
    Digest::parse(answer.header("docker-content-digest")?.trim()).ok()
}

fn same_digest(what: &str, expected: &Digest, bytes: &[u8]) -> Result<(), Error> {
    let found = manifest::digest(bytes);
    match found == *expected {
        true => Ok(()),
        false => Err(Error::WrongDigest {
            what: what.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        }),
    }
}
