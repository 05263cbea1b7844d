//! HTTP as registries need it: bounded in time and size, tried again with care, redirected without
//! giving anything away.

use std::io;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use jiff::Timestamp;
use ureq::tls::{RootCerts, TlsConfig};

use super::credentials::Secret;
use super::{Error, Options};

/// How many redirects are followed: a registry needs one, to where its blobs are.
const REDIRECTS: usize = 5;

/// The longest pause that backing off makes.
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// How much of a host's own words is repeated, in characters.
const SAID: usize = 200;

/// What is asked of a host.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    pub method: Method,
    pub url: Uri,
    pub accept: &'a str,
    /// The value of `Authorization`; it does not leave the host of `url`.
    pub authorization: Option<&'a Secret>,
    /// A form that is sent.
    pub form: Option<&'a Secret>,
    /// What the answer is, for messages.
    pub what: &'static str,
    /// How long the answer may be.
    pub limit_bytes: u64,
    /// The command that logs in, for messages.
    pub login: &'a str,
}

/// What a host answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// False when another host answered than the one that was asked.
    pub same_host: bool,
}

impl Answer {
    /// A header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Talks to hosts.
#[derive(Debug)]
pub(super) struct Client {
    agent: ureq::Agent,
    options: Options,
}

impl Client {
    pub fn new(options: Options) -> Self {
        let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        // The machine's own trust, so that the certificates of company proxies count.
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(ring)
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("stackwright/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_global(Some(options.timeout))
            .build();
        Self { agent: config.new_agent(), options }
    }

    /// True for a host that is spoken to in plain HTTP.
    pub fn is_insecure(&self, host: &str) -> bool {
        self.options.insecure.iter().any(|insecure| insecure.as_str().eq_ignore_ascii_case(host))
    }

    /// A page of a host.
    pub fn url(&self, host: &str, path_and_query: &str) -> Result<Uri, Error> {
        let scheme = if self.is_insecure(host) { "http" } else { "https" };
        format!("{scheme}://{host}{path_and_query}")
            .parse()
            .map_err(|_| Error::Dns { host: host.to_owned() })
    }

    /// Asks until there is an answer that is not about the host's own trouble.
    pub fn ask(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let host = host(&ask.url);
        let mut attempt = 0;
        loop {
            let (error, asked_to_wait) = match self.follow(ask) {
                Ok(answer) => match answer.status {
                    429 => {
                        let wait = self.retry_after(&answer);
                        let login = ask.login.to_owned();
                        (Error::RateLimited { host: host.to_owned(), wait, login }, wait)
                    }
                    status @ (500 | 502 | 503 | 504) => {
                        let said = said(&answer.body, ask);
                        let wait = self.retry_after(&answer);
                        (Error::Failed { host: host.to_owned(), status, said }, wait)
                    }
                    _ => return Ok(answer),
                },
                Err(error @ (Error::Connection { .. } | Error::Timeout { .. })) => (error, None),
                Err(error) => return Err(error),
            };
            let wait = asked_to_wait.unwrap_or_else(|| self.backoff(attempt));
            if attempt >= self.options.retries || wait > self.options.longest_wait {
                return Err(error);
            }
            attempt += 1;
            tracing::info!(host, attempt, wait_ms = wait.as_millis(), %error, "trying again");
            (self.options.clock.sleep)(wait);
        }
    }

    /// Twice as long each time, and not the same for everybody who was refused together.
    fn backoff(&self, attempt: u32) -> Duration {
        let longest =
            self.options.backoff.saturating_mul(1 << attempt.min(16)).min(LONGEST_BACKOFF);
        longest.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// Seconds or a date (RFC 9110, 10.2.3).
    fn retry_after(&self, answer: &Answer) -> Option<Duration> {
        let text = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let then: Timestamp =
            jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        let wait = then.duration_since((self.options.clock.now)());
        Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
    }

    fn follow(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let mut ask = ask.clone();
        let mut same_host = true;
        for _ in 0..=REDIRECTS {
            let mut answer = self.exchange(&ask)?;
            answer.same_host = same_host;
            let moved = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
            let Some(location) = answer.headers.get(LOCATION).filter(|_| moved) else {
                return Ok(answer);
            };
            let refuse = |why: &str| Error::NotARegistry {
                host: host(&ask.url).to_owned(),
                why: why.into(),
            };
            if ask.form.is_some() {
                return Err(refuse("it redirects a request for a token"));
            }
            let location = location.to_str().ok().and_then(|location| join(&ask.url, location));
            let Some(url) = location else {
                return Err(refuse("it redirects to what is no address"));
            };
            let secure = url.scheme_str() == Some("https") || self.is_insecure(host(&url));
            if !secure {
                return Err(refuse("it redirects to plain HTTP"));
            }
            if !same_origin(&ask.url, &url) {
                same_host = false;
                // What lets us in here is not for others to know.
                ask.authorization = None;
            }
            ask.url = url;
        }
        let host = host(&ask.url).to_owned();
        Err(Error::NotARegistry { host, why: "it redirects without an end".to_owned() })
    }

    fn exchange(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let host = host(&ask.url);
        // No query: where blobs are it holds a signature.
        tracing::debug!(method = %ask.method, host, path = ask.url.path(), "asks");
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(ask.url.clone())
            .header(ACCEPT, ask.accept);
        if let Some(authorization) = ask.authorization {
            let value = HeaderValue::from_str(authorization.reveal()).map_err(|_| {
                let why = "its token cannot be sent in a header".to_owned();
                Error::NotARegistry { host: host.to_owned(), why }
            })?;
            request = request.header(AUTHORIZATION, value);
        }
        if ask.form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let failed = |error: ureq::Error| self.failure(ask, error);
        let sent = match ask.form {
            Some(form) => {
                let request = request.body(form.reveal().to_owned()).map_err(ureq::Error::from);
                request.and_then(|request| self.run(request, host))
            }
            None => {
                let request = request.body(()).map_err(ureq::Error::from);
                request.and_then(|request| self.run(request, host))
            }
        };
        let (head, body) = sent.map_err(failed)?.into_parts();
        let body = match ask.method {
            Method::HEAD => Vec::new(),
            _ => body.into_with_config().limit(ask.limit_bytes).read_to_vec().map_err(failed)?,
        };
        let status = head.status.as_u16();
        tracing::debug!(host, status, bytes = body.len(), "is answered");
        Ok(Answer { status, headers: head.headers, body, same_host: true })
    }

    fn run<S: ureq::AsSendBody>(
        &self,
        request: Request<S>,
        host: &str,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        if is_loopback(host) {
            // No proxy can reach this machine's own address.
            let request = self.agent.configure_request(request).proxy(None).build();
            return self.agent.run(request);
        }
        self.agent.run(request)
    }

    fn failure(&self, ask: &Ask<'_>, error: ureq::Error) -> Error {
        const NO_NAME: &str = "failed to lookup address information";
        let host = host(&ask.url).to_owned();
        let connection = |why: &str| Error::Connection { host: host.clone(), why: why.to_owned() };
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                Error::Timeout { host, limit: self.options.connect_timeout }
            }
            ureq::Error::Timeout(_) => Error::Timeout { host, limit: self.options.timeout },
            ureq::Error::BodyExceedsLimit(_) => {
                Error::TooLarge { host, what: ask.what, limit_bytes: ask.limit_bytes }
            }
            ureq::Error::HostNotFound => Error::Dns { host },
            ureq::Error::Rustls(error) => Error::Tls { host, why: error.to_string() },
            ureq::Error::Tls(why) => Error::Tls { host, why: why.to_owned() },
            ureq::Error::Io(error) => match tls(&error) {
                Some(why) => Error::Tls { host, why },
                None if error.to_string().contains("Temporary failure") => {
                    connection("its name cannot be looked up for now")
                }
                None if error.to_string().starts_with(NO_NAME) => Error::Dns { host },
                None => connection(&plain(&error.to_string())),
            },
            ureq::Error::ConnectProxyFailed(_) => connection("the proxy refuses it"),
            ureq::Error::ConnectionFailed => connection("it cannot be made"),
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
                Error::NotARegistry { host, why: "it does not speak HTTP".to_owned() }
            }
            other => connection(&plain(&other.to_string())),
        }
    }
}

/// What rustls says, where it is in an I/O error.
fn tls(error: &io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(plain(&error.to_string()))
}

/// A host's own words on one line.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().chars().take(SAID).collect()
}

/// What a registry says with an error, after a colon (OCI Distribution Specification, "Error
/// Codes"). Not repeated where what was sent to it may be in there.
pub(super) fn said(body: &[u8], ask: &Ask<'_>) -> String {
    let Some((code, message)) = complaint(body).filter(|_| ask.form.is_none()) else {
        return String::new();
    };
    let text = if message.is_empty() { code } else { message };
    let sent = ask.authorization.map(|header| header.reveal()).unwrap_or_default();
    let sent = sent.split_once(' ').map_or(sent, |(_, token)| token);
    let secrets = [sent.to_owned(), super::auth::decoded_password(sent).unwrap_or_default()];
    match secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret.as_str())) {
        true => String::new(),
        false => format!(": {}", plain(&text)),
    }
}

/// Code and message of the first error in a registry's answer.
pub(super) fn complaint(body: &[u8]) -> Option<(String, String)> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let first = body.get("errors")?.get(0)?;
    let text = |name: &str| first.get(name).and_then(|text| text.as_str()).unwrap_or_default();
    Some((text("code").to_owned(), text("message").to_owned()))
}

/// Host and port as they are written.
pub(super) fn host(url: &Uri) -> &str {
    url.authority().map_or("", |authority| authority.as_str())
}

/// True for two addresses with the same scheme, host and port.
pub(super) fn same_origin(one: &Uri, other: &Uri) -> bool {
    let origin = |url: &Uri| {
        let scheme = url.scheme_str().unwrap_or_default().to_owned();
        let port = url.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        (scheme, url.host().unwrap_or_default().to_ascii_lowercase(), port)
    };
    origin(one) == origin(other)
}

/// Where a reference in an answer leads (RFC 3986, 5.2, as far as registries use it). `None` for
/// what is no address of HTTP, or holds a user name.
pub(super) fn join(base: &Uri, reference: &str) -> Option<Uri> {
    let scheme = base.scheme_str()?;
    let url: Uri = if reference.starts_with("//") {
        format!("{scheme}:{reference}").parse().ok()?
    } else if reference.starts_with('/') {
        format!("{scheme}://{}{reference}", host(base)).parse().ok()?
    } else if reference.starts_with('?') {
        format!("{scheme}://{}{}{reference}", host(base), base.path()).parse().ok()?
    } else {
        reference.parse().ok()?
    };
    let http = matches!(url.scheme_str(), Some("http" | "https"));
    (http && !host(&url).is_empty() && !host(&url).contains('@')).then_some(url)
}

/// True for an address of this machine.
fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = name.trim_matches(['[', ']']);
    name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn references_lead_where_a_browser_would_go() {
        let base = uri("https://a.io/v2/x/tags/list?n=1");
        let joined = |reference| join(&base, reference).map(|url| url.to_string());
        assert_eq!(joined("/v2/y?last=b"), Some("https://a.io/v2/y?last=b".to_owned()));
        assert_eq!(joined("?last=b"), Some("https://a.io/v2/x/tags/list?last=b".to_owned()));
        assert_eq!(joined("//b.io/x"), Some("https://b.io/x".to_owned()));
        assert_eq!(joined("http://b.io/x"), Some("http://b.io/x".to_owned()));
        for refused in ["https://me@b.io/x", "ftp://b.io/x", "b", "", "https://", "/ö\u{7f}"] {
            assert_eq!(joined(refused), None, "{refused}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let same = |one, other| same_origin(&uri(one), &uri(other));
        assert!(same("https://a.io/x", "https://A.io:443/y"));
        for other in ["http://a.io", "https://a.io:444", "https://b.io", "https://a.io.evil.io"] {
            assert!(!same("https://a.io/x", other), "{other}");
        }
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "10.0.0.1:5000", "ghcr.io"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn what_a_registry_says_is_one_line_and_holds_nothing_that_was_sent() {
        let header = Secret::new("Bearer hunter2");
        let ask = Ask {
            method: Method::GET,
            url: uri("https://a.io"),
            accept: "",
            authorization: Some(&header),
            form: None,
            what: "the manifest",
            limit_bytes: 1,
            login: "",
        };
        let body = |message: &str| {
            serde_json::json!({"errors": [{"code": "DENIED", "message": message}]}).to_string()
        };
        assert_eq!(said(body("no\u{1b}[0m\nway").as_bytes(), &ask), ": no [0m way");
        assert_eq!(said(body("").as_bytes(), &ask), ": DENIED");
        assert_eq!(said(body("bad token hunter2").as_bytes(), &ask), "");
        assert_eq!(said(b"<html>", &ask), "");
        assert_eq!(said(body(&"x".repeat(1000)).as_bytes(), &ask).len(), SAID + 2);
    }
}
