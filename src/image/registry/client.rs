//! HTTP as registries need it: bounded in time and size, tried again with care, redirected without
//! giving anything away.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};

use super::{Error, Options};
use crate::web::{self, Secret, host, join, plain, same_origin};

/// How many redirects are followed: a registry needs one, to where its blobs are.
const REDIRECTS: usize = 5;

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
        let agent = web::agent(options.connect_timeout, options.timeout);
        Self { agent, options }
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
                        let wait = web::retry_after(&answer.headers, (self.options.clock.now)());
                        let login = ask.login.to_owned();
                        (Error::RateLimited { host: host.to_owned(), wait, login }, wait)
                    }
                    status @ (500 | 502 | 503 | 504) => {
                        let said = said(&answer.body, ask);
                        let wait = web::retry_after(&answer.headers, (self.options.clock.now)());
                        (Error::Failed { host: host.to_owned(), status, said }, wait)
                    }
                    _ => return Ok(answer),
                },
                Err(error @ (Error::Connection { .. } | Error::Timeout { .. })) => (error, None),
                Err(error) => return Err(error),
            };
            let wait = asked_to_wait.unwrap_or_else(|| web::backoff(self.options.backoff, attempt));
            if attempt >= self.options.retries || wait > self.options.longest_wait {
                return Err(error);
            }
            attempt += 1;
            tracing::info!(host, attempt, wait_ms = wait.as_millis(), %error, "trying again");
            (self.options.clock.sleep)(wait);
        }
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
                request.and_then(|request| web::run(&self.agent, request))
            }
            None => {
                let request = request.body(()).map_err(ureq::Error::from);
                request.and_then(|request| web::run(&self.agent, request))
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

    fn failure(&self, ask: &Ask<'_>, error: ureq::Error) -> Error {
        let host = host(&ask.url).to_owned();
        match web::failure(error) {
            web::Failure::Connect => Error::Timeout { host, limit: self.options.connect_timeout },
            web::Failure::Timeout => Error::Timeout { host, limit: self.options.timeout },
            web::Failure::TooLarge => {
                Error::TooLarge { host, what: ask.what, limit_bytes: ask.limit_bytes }
            }
            web::Failure::Dns => Error::Dns { host },
            web::Failure::Tls(why) => Error::Tls { host, why },
            web::Failure::Connection(why) => Error::Connection { host, why },
            web::Failure::NoHttp => {
                Error::NotARegistry { host, why: "it does not speak HTTP".to_owned() }
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
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
        assert_eq!(said(body(&"x".repeat(1000)).as_bytes(), &ask).len(), web::SAID + 2);
    }
}
