//! HTTP as we speak it to registries and forges: with the machine's own trust, through the user's
//! proxy, and without giving anything away.

use std::fmt;
use std::io;
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, Request, Uri};
use jiff::Timestamp;
use ureq::tls::{RootCerts, TlsConfig};

/// How much of a host's own words is repeated, in characters.
pub(crate) const SAID: usize = 200;

/// The longest pause that backing off makes.
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to be sent and for nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[OMITTED]")
    }
}

/// What asks: it follows no redirect, and no status is an error to it.
pub(crate) fn agent(connect_timeout: Duration, timeout: Duration) -> ureq::Agent {
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
        .timeout_connect(Some(connect_timeout))
        .timeout_global(Some(timeout))
        .build();
    config.new_agent()
}

/// Asks.
///
/// # Errors
/// When there is no answer.
pub(crate) fn run<S: ureq::AsSendBody>(
    agent: &ureq::Agent,
    request: Request<S>,
) -> Result<http::Response<ureq::Body>, ureq::Error> {
    if is_loopback(host(request.uri())) {
        // No proxy can reach this machine's own address.
        let request = agent.configure_request(request).proxy(None).build();
        return agent.run(request);
    }
    agent.run(request)
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No connection was made in time.
    Connect,
    /// The answer took too long.
    Timeout,
    /// The answer is longer than it may be.
    TooLarge,
    /// The host's name leads nowhere.
    Dns,
    /// Its certificate is not trusted, or it does not speak TLS.
    Tls(String),
    /// There is no connection, or it broke.
    Connection(String),
    /// What answers does not speak HTTP.
    NoHttp,
}

/// What an error of ureq means.
pub(crate) fn failure(error: ureq::Error) -> Failure {
    const NO_NAME: &str = "failed to lookup address information";
    let connection = |why: &str| Failure::Connection(why.to_owned());
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => Failure::Connect,
        ureq::Error::Timeout(_) => Failure::Timeout,
        ureq::Error::BodyExceedsLimit(_) => Failure::TooLarge,
        ureq::Error::HostNotFound => Failure::Dns,
        ureq::Error::Rustls(error) => Failure::Tls(error.to_string()),
        ureq::Error::Tls(why) => Failure::Tls(why.to_owned()),
        ureq::Error::Io(error) => match tls(&error) {
            Some(why) => Failure::Tls(why),
            None if error.to_string().contains("Temporary failure") => {
                connection("its name cannot be looked up for now")
            }
            None if error.to_string().starts_with(NO_NAME) => Failure::Dns,
            None => connection(&plain(&error.to_string())),
        },
        ureq::Error::ConnectProxyFailed(_) => connection("the proxy refuses it"),
        ureq::Error::ConnectionFailed => connection("it cannot be made"),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => Failure::NoHttp,
        other => connection(&plain(&other.to_string())),
    }
}

/// What rustls says, where it is in an I/O error.
fn tls(error: &io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(plain(&error.to_string()))
}

/// A host's own words on one line.
pub(crate) fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().chars().take(SAID).collect()
}

/// How long a host wants to be left alone, in seconds or until a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then: Timestamp = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// A pause twice as long each time, and not the same for everybody who was refused together.
pub(crate) fn backoff(first: Duration, attempt: u32) -> Duration {
    let longest = first.saturating_mul(1 << attempt.min(16)).min(LONGEST_BACKOFF);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Host and port as they are written.
pub(crate) fn host(url: &Uri) -> &str {
    url.authority().map_or("", |authority| authority.as_str())
}

/// A path as it stands in an address (RFC 3986, 3.3), with all but unreserved characters encoded.
pub(crate) fn url_path(path: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(path, KEPT).to_string()
}

/// True for two addresses with the same scheme, host and port.
pub(crate) fn same_origin(one: &Uri, other: &Uri) -> bool {
    let origin = |url: &Uri| {
        let scheme = url.scheme_str().unwrap_or_default().to_owned();
        let port = url.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        (scheme, url.host().unwrap_or_default().to_ascii_lowercase(), port)
    };
    origin(one) == origin(other)
}

/// Where a reference in an answer leads (RFC 3986, 5.2, as far as answers use it). `None` for
/// what is no address of HTTP, or holds a user name.
pub(crate) fn join(base: &Uri, reference: &str) -> Option<Uri> {
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
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = name.trim_matches(['[', ']']);
    name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The reference with the relation `next` among the values of `Link` (RFC 8288, "Web Linking").
pub(crate) fn next_link<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    headers.into_iter().find_map(|header| {
        let mut rest = header;
        loop {
            let (_, after) = rest.split_once('<')?;
            let (reference, after) = after.split_once('>')?;
            let end = end_of_parameters(after);
            if after[..end].split(';').any(is_next) {
                return Some(reference);
            }
            rest = &after[end..];
        }
    })
}

/// Where the next link begins: at a comma outside quotes.
fn end_of_parameters(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
    name.trim().eq_ignore_ascii_case("rel") && relations.any(|rel| rel.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn the_next_page_is_found_among_the_links() {
        for (header, found) in [
            (r#"</v2/a/tags/list?last=b&n=1>; rel="next""#, Some("/v2/a/tags/list?last=b&n=1")),
            ("<https://a.io/v2/x>;rel=next", Some("https://a.io/v2/x")),
            (r#"</1>; rel="prev", </2>; title="a, <b>"; REL="last next""#, Some("/2")),
            (r#"</1>; rel="prev""#, None),
            ("</1>", None),
            ("/1; rel=next", None),
            ("", None),
        ] {
            assert_eq!(next_link([header]), found, "{header}");
        }
        assert_eq!(next_link(["</1>; rel=first", "</2>; rel=next"]), Some("/2"));
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_panic(header in ".*") {
            let _ = next_link([header.as_str()]);
        }
    }
}
