//! Getting in: from a challenge and credentials to the header that a request carries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{Method, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::challenge::Challenge;
use super::client::{Ask, Client, said};
use super::credentials::Credential;
use super::{Address, Error};
use crate::web::{Secret, host};

/// The largest answer of a token service.
const MAX_BYTES: u64 = 1 << 20;

/// Who we are when tokens are exchanged.
const CLIENT: &str = "stackwright";

/// What a token service answers (Docker Registry, "Token Authentication Specification").
#[derive(Deserialize)]
struct Tokens {
    token: Option<String>,
    access_token: Option<String>,
}

/// Who asks, for messages.
pub(super) fn who(credential: Option<&Credential>) -> &'static str {
    match credential {
        None => "people who are not logged in",
        Some(_) => "the user of the Docker configuration",
    }
}

/// The value of `Authorization` that answers one of the challenges of a registry at `url`.
///
/// # Errors
/// [`Error::Unauthorized`] when there is no way in, [`Error::UnsafeRealm`] when it is not one to
/// take.
pub(super) fn authorize(
    client: &Client,
    address: &Address,
    url: &Uri,
    challenges: &[Challenge],
    credential: Option<&Credential>,
) -> Result<Secret, Error> {
    let bearer = challenges.iter().find_map(|challenge| match challenge {
        Challenge::Bearer { realm, service, scope } => Some((realm, service, scope)),
        Challenge::Basic => None,
    });
    match (bearer, credential) {
        (_, Some(Credential::Registry(token))) => Ok(bearer_header(token.reveal())),
        (Some((realm, service, scope)), credential) => {
            let realm = safe_realm(client, url, realm, credential.is_some())?;
            let scope =
                scope.clone().unwrap_or_else(|| format!("repository:{}:pull", address.name()));
            let service = service.as_deref().unwrap_or_default();
            token(client, address, &realm, service, &scope, credential)
        }
        (None, Some(Credential::Password { user, password }))
            if challenges.contains(&Challenge::Basic) =>
        {
            Ok(basic_header(user, password))
        }
        (None, _) => Err(Error::Unauthorized {
            what: address.to_string(),
            who: who(credential),
            said: String::new(),
            login: address.login(),
        }),
    }
}

fn basic_header(user: &str, password: &Secret) -> Secret {
    let pair = BASE64.encode(format!("{user}:{}", password.reveal()));
    Secret::new(format!("Basic {pair}"))
}

fn bearer_header(token: &str) -> Secret {
    Secret::new(format!("Bearer {token}"))
}

/// The password in what `Basic` carries.
pub(super) fn decoded_password(sent: &str) -> Option<String> {
    let pair = String::from_utf8(BASE64.decode(sent).ok()?).ok()?;
    Some(pair.split_once(':')?.1.to_owned())
}

/// The place where tokens are given, when it is safe to go there.
fn safe_realm(
    client: &Client,
    registry: &Uri,
    realm: &str,
    with_credentials: bool,
) -> Result<Uri, Error> {
    let refuse = |why| Error::UnsafeRealm {
        host: host(registry).to_owned(),
        realm: realm.chars().filter(|c| !c.is_control()).take(200).collect(),
        why,
    };
    let url: Uri = realm.parse().map_err(|_| refuse("that is no address"))?;
    let named = client.is_insecure(host(&url));
    match url.scheme_str() {
        _ if host(&url).is_empty() || host(&url).contains('@') => Err(refuse("that is no address")),
        Some("https") => {
            // In plain HTTP anybody in between can write a realm.
            let forgeable = registry.scheme_str() == Some("http") && !named;
            let elsewhere = registry.host() != url.host();
            match forgeable && elsewhere && with_credentials {
                true => Err(refuse(
                    "the registry was asked in plain HTTP, so that anybody could have written \
                     this; where it is right, name that host with `--insecure-registry`, too",
                )),
                false => Ok(url),
            }
        }
        Some("http") if named => Ok(url),
        Some("http") => Err(refuse(
            "that is plain HTTP; where it has to be, name that host with `--insecure-registry`, \
             too",
        )),
        _ => Err(refuse("that is neither HTTPS nor HTTP")),
    }
}

fn token(
    client: &Client,
    address: &Address,
    realm: &Uri,
    service: &str,
    scope: &str,
    credential: Option<&Credential>,
) -> Result<Secret, Error> {
    let mut pairs = vec![("service", service), ("scope", scope)];
    let (mut authorization, mut form) = (None, None);
    match credential {
        Some(Credential::Password { user, password }) => {
            pairs.push(("account", user));
            authorization = Some(basic_header(user, password));
        }
        Some(Credential::Identity(token)) => {
            pairs.extend([
                ("grant_type", "refresh_token"),
                ("client_id", CLIENT),
                ("refresh_token", token.reveal()),
            ]);
            form = Some(Secret::new(query(&pairs)));
        }
        Some(Credential::Registry(_)) | None => {}
    }
    let url = match form {
        Some(_) => realm.clone(),
        None => {
            let mark = if realm.query().is_some() { '&' } else { '?' };
            let refuse = |_| Error::NotARegistry {
                host: host(realm).to_owned(),
                why: "its realm is no address".to_owned(),
            };
            format!("{realm}{mark}{}", query(&pairs)).parse().map_err(refuse)?
        }
    };
    let login = address.login();
    let ask = Ask {
        method: if form.is_some() { Method::POST } else { Method::GET },
        url,
        accept: "application/json",
        authorization: authorization.as_ref(),
        form: form.as_ref(),
        what: "the token",
        limit_bytes: MAX_BYTES,
        login: &login,
    };
    let answer = client.ask(&ask)?;
    let refuse =
        |why: &str| Error::NotARegistry { host: host(realm).to_owned(), why: why.to_owned() };
    match answer.status {
        200 => {}
        400 | 401 | 403 => {
            return Err(Error::Unauthorized {
                what: address.to_string(),
                who: who(credential),
                said: said(&answer.body, &ask),
                login,
            });
        }
        status => return Err(refuse(&format!("it gives no token: HTTP {status}"))),
    }
    // What the parser says could repeat the token.
    let tokens: Tokens = serde_json::from_slice(&answer.body)
        .map_err(|_| refuse("it gives something that is no token"))?;
    let token = tokens.token.or(tokens.access_token).filter(|token| !token.is_empty());
    Ok(bearer_header(&token.ok_or_else(|| refuse("it gives no token"))?))
}

/// `name=value&…`, without empty values.
fn query(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let encoded: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    encoded.join("&")
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

    fn realm(registry: &str, realm: &str, with_credentials: bool) -> Result<String, String> {
        let insecure = ["local.io:5000", "local.io:5001"].map(|host| host.parse().unwrap()).into();
        let client = Client::new(Options { insecure, ..Options::default() });
        match safe_realm(&client, &registry.parse().unwrap(), realm, with_credentials) {
            Ok(url) => Ok(url.to_string()),
            Err(error) => Err(error.help()),
        }
    }

    #[test]
    fn credentials_go_to_a_realm_over_https_only() {
        let https = "https://registry-1.docker.io/v2/";
        for good in ["https://auth.docker.io/token", "https://registry-1.docker.io/t?x=1"] {
            assert_eq!(realm(https, good, true), Ok(good.to_owned()));
        }
        for credentials in [true, false] {
            let plain = realm(https, "http://auth.docker.io/token", credentials).unwrap_err();
            assert!(plain.contains("plain HTTP"), "{plain}");
        }
        for wrong in ["/token", "token", "", "https://me@evil.io/", "ftp://a.io/", "https://"] {
            assert!(realm(https, wrong, true).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_realm_that_came_in_plain_http_gets_no_credentials_elsewhere() {
        let http = "http://local.io:5000/v2/";
        assert!(realm(http, "http://local.io:5001/token", true).is_ok(), "both are named");
        assert!(realm(http, "https://local.io/token", true).is_ok(), "the same host");
        assert!(realm(http, "https://auth.io/token", false).is_ok(), "nothing to lose");
        assert!(realm(http, "https://auth.io/token", true).unwrap_err().contains("plain HTTP"));
        assert!(realm(http, "http://auth.io/token", true).is_err());
    }

    #[test]
    fn a_query_is_encoded_and_has_no_empty_values() {
        assert_eq!(
            query(&[("service", ""), ("scope", "repository:a/b:pull"), ("account", "a&b c")]),
            "scope=repository%3Aa%2Fb%3Apull&account=a%26b%20c"
        );
    }
}
