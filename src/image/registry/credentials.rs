//! Who we are for a registry: what `docker login` has left in the Docker configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use super::Address;
use crate::plan::Stop;
use crate::plan::process::{self, Failure};
use crate::web::Secret;

/// The configuration's file name.
const FILE: &str = "config.json";

/// The largest configuration that is read.
const MAX_BYTES: u64 = 1 << 20;

/// How long a credential helper may take: it may have to refresh a session over the network.
const HELPER_LIMIT: Duration = Duration::from_secs(60);

/// How much of a helper's complaint is repeated, in characters.
const SAID: usize = 300;

/// The user name that stands for an identity token (`docker-credential-helpers`, README).
const TOKEN_USER: &str = "<token>";

/// What lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Credential {
    /// A user name and a password or access token.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token that is exchanged for others (Docker Registry, "OAuth2 Token Authentication").
    Identity(Secret),
    /// A token that is sent as it is.
    Registry(Secret),
}

impl Credential {
    fn password(user: impl Into<String>, password: impl Into<String>) -> Self {
        let (user, password) = (user.into(), Secret::new(password));
        match user == TOKEN_USER {
            true => Self::Identity(password),
            false => Self::Password { user, password },
        }
    }
}

/// Why there are no credentials where there should be some. What was read is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// The configuration cannot be read.
    #[error("cannot read `{path}`: {why}")]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A credential helper gives no answer.
    #[error("the credential helper `{helper}` {why}")]
    Helper {
        /// The program.
        helper: String,
        /// What it did.
        why: String,
    },
}

/// A Docker configuration, as far as it is about credentials (Docker Docs, "docker login").
#[derive(Debug, Default, Deserialize)]
struct Config {
    #[serde(default)]
    auths: BTreeMap<String, Option<Auth>>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[OMITTED]")
    }
}

/// What a helper prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// The folder of the Docker configuration: `DOCKER_CONFIG`, or `.docker` at home.
pub(super) fn default_folder() -> Option<PathBuf> {
    let named = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty());
    named.map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".docker")))
}

/// The credentials for the registry of a repository. `None` where nobody logged in.
pub(super) fn find(
    folder: Option<&Path>,
    address: &Address,
) -> Result<Option<Credential>, CredentialsError> {
    let Some(folder) = folder else { return Ok(None) };
    let config = read(&folder.join(FILE))?;
    let key = address.credentials_key();
    if let Some(helper) = config.helper(key)
        && let Some(credential) = ask(helper, key)?
    {
        return Ok(Some(credential));
    }
    match config.auth(key) {
        None => Ok(None),
        Some(auth) => auth.credential().map_err(|why| CredentialsError::Config {
            path: folder.join(FILE),
            why: format!("the entry of `{}` {why}", host_of(key)),
        }),
    }
}

fn read(path: &Path) -> Result<Config, CredentialsError> {
    let refuse = |why: String| CredentialsError::Config { path: path.to_owned(), why };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => return Err(refuse(error.to_string())),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| refuse(error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(refuse(format!("it has more than {} MiB", MAX_BYTES >> 20)));
    }
    // The parser's own message would repeat what it read.
    serde_json::from_slice(&bytes).map_err(|error| {
        refuse(format!(
            "line {}, column {} is not as Docker writes it",
            error.line(),
            error.column()
        ))
    })
}

impl Config {
    /// The helper that keeps the credentials of a key.
    fn helper(&self, key: &str) -> Option<&str> {
        let own = self.helpers.get(key).or_else(|| {
            let mut helpers = self.helpers.iter();
            helpers.find(|(other, _)| host_of(other) == host_of(key)).map(|(_, helper)| helper)
        });
        own.or(self.store.as_ref()).map(String::as_str).filter(|helper| !helper.is_empty())
    }

    /// The entry of a key. Older clients wrote keys with scheme and path.
    fn auth(&self, key: &str) -> Option<&Auth> {
        let exact = self.auths.get(key);
        let mut others = self.auths.iter();
        exact
            .or_else(|| {
                others.find(|(other, _)| host_of(other) == host_of(key)).map(|(_, auth)| auth)
            })?
            .as_ref()
    }
}

/// The host in a key of the configuration, as Docker's `ConvertToHostname` finds it.
fn host_of(key: &str) -> &str {
    let host = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    match host.split('/').next().unwrap_or(host) {
        "docker.io" | "registry-1.docker.io" => "index.docker.io",
        host => host,
    }
}

impl Auth {
    /// `None` for an entry that only says that a helper has the credentials.
    fn credential(&self) -> Result<Option<Credential>, &'static str> {
        if !self.identitytoken.is_empty() {
            return Ok(Some(Credential::Identity(Secret::new(&self.identitytoken))));
        }
        if !self.registrytoken.is_empty() {
            return Ok(Some(Credential::Registry(Secret::new(&self.registrytoken))));
        }
        if self.auth.is_empty() {
            return Ok((!self.username.is_empty())
                .then(|| Credential::password(&self.username, &self.password)));
        }
        let decoded = BASE64.decode(self.auth.trim()).map_err(|_| "is not base64")?;
        let text = String::from_utf8(decoded).map_err(|_| "is not UTF-8")?;
        let (user, password) = text.split_once(':').ok_or("is not `user:password`")?;
        // Docker itself pads with NUL.
        Ok(Some(Credential::password(user, password.trim_end_matches('\0'))))
    }
}

/// Asks a credential helper (`docker-credential-helpers`, README, "Development").
fn ask(helper: &str, key: &str) -> Result<Option<Credential>, CredentialsError> {
    let program = format!("docker-credential-{helper}");
    let refuse = |why: String| CredentialsError::Helper { helper: program.clone(), why };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !helper.chars().all(plain) {
        return Err(refuse("is not a program's name".to_owned()));
    }
    let mut command = Command::new(&program);
    command.arg("get");
    let input = key.as_bytes().to_vec();
    let ended = process::run(&mut command, HELPER_LIMIT, &Stop::default(), Some(input)).map_err(
        |failure| {
            refuse(match failure {
                Failure::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    "is not on the PATH".to_owned()
                }
                Failure::Io(error) => format!("cannot be started: {error}"),
                Failure::Timeout => format!("took longer than {} s", HELPER_LIMIT.as_secs()),
                Failure::Stopped => "was interrupted".to_owned(),
            })
        },
    )?;
    if ended.status.success() {
        let answer: Answer = serde_json::from_slice(&ended.stdout)
            .map_err(|_| refuse("printed something that is no credentials".to_owned()))?;
        // Helpers without a keychain answer with nothing.
        let empty = answer.username.is_empty() && answer.secret.is_empty();
        return Ok((!empty).then(|| Credential::password(answer.username, answer.secret)));
    }
    // What a helper prints when it fails is its message.
    let said = [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    const NONE: [&str; 3] =
        ["credentials not found", "no credentials server URL", "no credentials username"];
    if said.iter().any(|text| NONE.iter().any(|none| text.contains(none))) {
        return Ok(None);
    }
    let lines = said.iter().flat_map(|text| text.lines());
    let line = lines.map(str::trim).find(|line| !line.is_empty()).unwrap_or("said nothing");
    let line: String = line.chars().filter(|c| !c.is_control()).take(SAID).collect();
    Err(refuse(format!("failed: {line}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a configuration has for an address.
    fn found(config: &str, address: &str) -> Result<Option<Credential>, String> {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join(FILE), config).unwrap();
        let address = Address::parse(address).unwrap();
        find(Some(folder.path()), &address)
            .map_err(|error| error.to_string().replace(folder.path().to_str().unwrap(), "<folder>"))
    }

    fn password(user: &str, password: &str) -> Option<Credential> {
        Some(Credential::Password { user: user.to_owned(), password: Secret::new(password) })
    }

    #[test]
    fn what_docker_login_writes_is_read() {
        // printf 'ada:pass:word' | base64
        let config = r#"{"auths": {"ghcr.io": {"auth": "YWRhOnBhc3M6d29yZA=="}}, "x": 1}"#;
        assert_eq!(found(config, "ghcr.io/a/b"), Ok(password("ada", "pass:word")));
        assert_eq!(found(config, "quay.io/a/b"), Ok(None));
        assert_eq!(found("{}", "ghcr.io/a/b"), Ok(None));
    }

    #[test]
    fn a_key_may_have_a_scheme_and_a_path() {
        for key in ["https://localhost:5000", "http://localhost:5000/v2/", "localhost:5000/v1/"] {
            let config =
                format!(r#"{{"auths": {{"{key}": {{"username": "ada", "password": "p"}}}}}}"#);
            assert_eq!(found(&config, "localhost:5000/a"), Ok(password("ada", "p")), "{key}");
            assert_eq!(found(&config, "localhost:5001/a"), Ok(None), "{key}");
        }
    }

    #[test]
    fn docker_hub_has_its_own_key() {
        for key in ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io"] {
            let config = format!(r#"{{"auths": {{"{key}": {{"auth": "YWRhOnA="}}}}}}"#);
            assert_eq!(found(&config, "nginx"), Ok(password("ada", "p")), "{key}");
        }
    }

    #[test]
    fn tokens_are_told_from_passwords() {
        let config = r#"{"auths": {
            "a.io": {"auth": "YWRhOnA=", "identitytoken": "i"},
            "b.io": {"registrytoken": "r"},
            "c.io": {"username": "<token>", "password": "i"}
        }}"#;
        let identity = Credential::Identity(Secret::new("i"));
        assert_eq!(found(config, "a.io/a"), Ok(Some(identity.clone())));
        assert_eq!(found(config, "b.io/a"), Ok(Some(Credential::Registry(Secret::new("r")))));
        assert_eq!(found(config, "c.io/a"), Ok(Some(identity)));
    }

    #[test]
    fn a_wrong_configuration_is_named_and_not_repeated() {
        for (config, why) in [
            (
                r#"{"auths": {"ghcr.io": "hunter2"}}"#,
                "line 1, column 31 is not as Docker writes it",
            ),
            (
                r#"{"auths": {"ghcr.io": {"auth": "hunter2!"}}}"#,
                "the entry of `ghcr.io` is not base64",
            ),
            (
                r#"{"auths": {"ghcr.io": {"auth": "aHVudGVyMg=="}}}"#,
                "the entry of `ghcr.io` is not `user:password`",
            ),
            ("hunter2", "line 1, column 1 is not as Docker writes it"),
        ] {
            let error = found(config, "ghcr.io/a").unwrap_err();
            assert_eq!(error, format!("cannot read `<folder>/config.json`: {why}"));
        }
    }

    #[test]
    fn a_configuration_that_is_not_there_is_an_empty_one() {
        let address = Address::parse("nginx").unwrap();
        let folder = tempfile::TempDir::new().unwrap();
        assert_eq!(find(Some(&folder.path().join("none")), &address), Ok(None));
        assert_eq!(find(None, &address), Ok(None));
    }

    #[test]
    fn the_helper_of_a_host_comes_before_the_store() {
        let config: Config = serde_json::from_str(
            r#"{"credsStore": "desktop", "credHelpers": {"https://a.io": "ecr-login", "b.io": ""}}"#,
        )
        .unwrap();
        assert_eq!(config.helper("a.io"), Some("ecr-login"));
        assert_eq!(config.helper("c.io"), Some("desktop"));
        assert_eq!(config.helper("b.io"), None);
    }

    #[test]
    fn a_helper_is_a_program_on_the_path() {
        let config = r#"{"credHelpers": {"a.io": "../../tmp/evil", "b.io": "no-such-helper"}}"#;
        assert_eq!(
            found(config, "a.io/a"),
            Err("the credential helper `docker-credential-../../tmp/evil` is not a program's name"
                .to_owned())
        );
        assert_eq!(
            found(config, "b.io/a"),
            Err("the credential helper `docker-credential-no-such-helper` is not on the PATH"
                .to_owned())
        );
    }

    #[test]
    fn no_secret_is_shown_in_debug() {
        let credential = password("ada", "hunter2");
        let config: Config =
            serde_json::from_str(r#"{"auths": {"a": {"password": "hunter2"}}}"#).unwrap();
        let shown = format!("{credential:?} {config:?}");
        assert!(!shown.contains("hunter2") && shown.contains("ada"), "{shown}");
    }
}
