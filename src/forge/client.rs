//! HTTP as the forges' APIs need it: JSON, asked again with care, within a time limit.

use std::time::{Duration, Instant};

use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use serde_json::Value;

use super::{Error, Kind};
use crate::image::registry::Clock;
use crate::web::{self, Secret};

/// The longest answer that is read: a page of a hundred long comments.
const MAX_BYTES: u64 = 64 << 20;

/// How many redirects are followed: a renamed repository needs one.
const REDIRECTS: usize = 3;

/// How long GitHub wants to be left alone where it does not say (GitHub Docs, "Best practices for
/// using the REST API": at least one minute).
const SECONDARY: Duration = Duration::from_secs(60);

/// How an API is asked.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long one request may take, with its answer.
    pub timeout: Duration,
    /// For how long it is asked again in all, and waited where it wants that.
    pub patience: Duration,
    /// The first pause before something that failed is tried again.
    pub backoff: Duration,
    /// The time, and waiting for it to pass.
    pub clock: Clock,
}

impl Options {
    /// The usual, for so long in all.
    pub fn within(patience: Duration) -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            patience,
            backoff: Duration::from_millis(250),
            clock: Clock { now: jiff::Timestamp::now, sleep: std::thread::sleep },
        }
    }
}

/// What may be asked twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// This: it has the same effect.
    Yes,
    /// Only what was certainly not done.
    Refused,
}

/// What an API answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where it is no JSON.
    pub json: Value,
}

#[derive(Debug)]
pub(super) struct Client {
    kind: Kind,
    api: Uri,
    /// Name and value.
    header: (&'static str, Secret),
    agent: ureq::Agent,
    options: Options,
    end: Instant,
}

impl Client {
    pub fn new(
        kind: Kind,
        api: &str,
        header: (&'static str, Secret),
        options: Options,
    ) -> Result<Self, Error> {
        // A password in it is for nobody to see.
        let shown = web::plain(api.rsplit('@').next().unwrap_or_default());
        let bad = |why: &'static str| Error::BadApi { api: shown.clone(), why };
        let api: Uri = api.trim_end_matches('/').parse().map_err(|_| bad("it is no address"))?;
        if web::host(&api).is_empty() || web::host(&api).contains('@') || api.query().is_some() {
            return Err(bad("it is no address of an API"));
        }
        match api.scheme_str() {
            Some("https") => {}
            Some("http") if web::is_loopback(web::host(&api)) => {}
            _ => return Err(bad("a token is sent by HTTPS only")),
        }
        let agent = web::agent(options.connect_timeout, options.timeout);
        let end = Instant::now() + options.patience;
        Ok(Self { kind, api, header, agent, options, end })
    }

    /// Where GraphQL is beside the REST API (GitHub Enterprise Server Docs, "Forming calls with
    /// GraphQL").
    pub fn graphql(&self) -> String {
        let api = self.api.to_string();
        let api = api.trim_end_matches('/');
        format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(api))
    }

    /// The address of a path of the API.
    fn url(&self, path: &str) -> Result<Uri, Error> {
        let text = match path.starts_with('/') {
            true => format!("{}{path}", self.api.to_string().trim_end_matches('/')),
            false => path.to_owned(),
        };
        text.parse().map_err(|_| self.odd("it names what is no address"))
    }

    pub fn odd(&self, why: &str) -> Error {
        Error::Odd { host: self.host(), why: why.to_owned() }
    }

    fn host(&self) -> String {
        web::host(&self.api).to_owned()
    }

    /// That the API wants to be left alone, without saying for how long.
    pub fn rate_limited(&self) -> Error {
        Error::RateLimited { host: self.host(), wait: SECONDARY }
    }

    /// The next page of a list.
    pub fn next(&self, answer: &Answer) -> Result<Option<String>, Error> {
        let links = answer.headers.get_all(http::header::LINK);
        let next = web::next_link(links.iter().filter_map(|link| link.to_str().ok()));
        let Some(next) = next else { return Ok(None) };
        let url = web::join(&self.api, next).filter(|url| web::same_origin(&self.api, url));
        match url {
            Some(url) => Ok(Some(url.to_string())),
            None => Err(self.odd("its next page is on another host")),
        }
    }

    /// Waits before another attempt; false when there is no time left.
    pub fn pause(&self, attempt: u32) -> bool {
        self.wait(web::backoff(self.options.backoff, attempt))
    }

    fn wait(&self, wait: Duration) -> bool {
        let left = Instant::now() + wait < self.end;
        if left {
            (self.options.clock.sleep)(wait);
        }
        left
    }

    /// Asks until there is an answer that is not about the host's own trouble. `path` is one of the
    /// API, or a whole address.
    pub fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        again: Again,
    ) -> Result<Answer, Error> {
        let mut attempt = 0;
        loop {
            let (error, wait) = match self.follow(&method, path, body) {
                Ok(answer) => {
                    if let Some(wait) = self.rate_limit(&answer) {
                        (Error::RateLimited { host: self.host(), wait }, Some(wait))
                    } else if matches!(answer.status, 500 | 502 | 503 | 504) {
                        let said = self.said(&answer);
                        (Error::Failed { host: self.host(), status: answer.status, said }, None)
                    } else {
                        return Ok(answer);
                    }
                }
                Err(error) => (error, None),
            };
            let refused = matches!(error, Error::RateLimited { .. });
            let passes = again == Again::Yes && error.may_pass();
            if !refused && !passes {
                return Err(error);
            }
            let wait = wait.unwrap_or_else(|| web::backoff(self.options.backoff, attempt));
            if !self.wait(wait) {
                return Err(error);
            }
            attempt += 1;
            tracing::info!(attempt, wait_ms = wait.as_millis(), %error, "trying again");
        }
    }

    /// How long the forge wants to be left alone, where that is what it says (GitHub Docs, "Rate
    /// limits for the REST API"; GitLab Docs, "User and IP rate limits").
    fn rate_limit(&self, answer: &Answer) -> Option<Duration> {
        if !matches!(answer.status, 403 | 429) {
            return None;
        }
        let now = (self.options.clock.now)();
        let header = |name: &str| answer.headers.get(name)?.to_str().ok()?.trim().parse().ok();
        let reset = || -> Option<Duration> {
            let left = ["x-ratelimit-remaining", "ratelimit-remaining"];
            let used_up = left.iter().filter_map(|name| header(name)).any(|left: u64| left == 0);
            let at = header("x-ratelimit-reset").or_else(|| header("ratelimit-reset"));
            let at: u64 = at.filter(|_| used_up)?;
            let now = u64::try_from(now.as_second()).unwrap_or_default();
            Some(Duration::from_secs(at.saturating_sub(now)))
        };
        let secondary = || {
            let said = answer.json["message"].as_str().unwrap_or_default().to_ascii_lowercase();
            let limited = answer.status == 429 || said.contains("rate limit");
            limited.then_some(SECONDARY)
        };
        web::retry_after(&answer.headers, now).or_else(reset).or_else(secondary)
    }

    fn follow(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Answer, Error> {
        let mut url = self.url(path)?;
        for _ in 0..=REDIRECTS {
            let answer = self.exchange(method, &url, body)?;
            let moved = matches!(answer.status, 301 | 302 | 307 | 308);
            let Some(location) = answer.headers.get(LOCATION).filter(|_| moved) else {
                return Ok(answer);
            };
            let to = location.to_str().ok().and_then(|location| web::join(&url, location));
            // The token is for this host only.
            url = to
                .filter(|to| web::same_origin(&self.api, to))
                .ok_or_else(|| self.odd("it redirects to another host"))?;
        }
        Err(self.odd("it redirects without an end"))
    }

    fn exchange(&self, method: &Method, url: &Uri, body: Option<&Value>) -> Result<Answer, Error> {
        tracing::debug!(%method, host = web::host(url), path = url.path(), "asks");
        let failed = |error: ureq::Error| {
            let host = self.host();
            match web::failure(error) {
                web::Failure::Connect | web::Failure::Timeout => {
                    Error::Connection { host, why: "it did not answer in time".to_owned() }
                }
                web::Failure::Connection(why) => Error::Connection { host, why },
                web::Failure::Tls(why) => Error::Tls { host, why },
                web::Failure::Dns => Error::Dns { host },
                web::Failure::TooLarge => {
                    Error::Odd { host, why: "its answer is too large".to_owned() }
                }
                web::Failure::NoHttp => {
                    Error::Odd { host, why: "it does not speak HTTP".to_owned() }
                }
            }
        };
        let accept = match self.kind {
            Kind::Github => "application/vnd.github+json",
            Kind::Gitlab => "application/json",
        };
        let value = HeaderValue::from_str(self.header.1.reveal())
            .map_err(|_| Error::BadToken { kind: self.kind })?;
        let mut request = Request::builder()
            .method(method.clone())
            .uri(url.clone())
            .header(ACCEPT, accept)
            .header(self.header.0, value);
        if self.kind == Kind::Github {
            // GitHub Docs, "API Versions".
            request = request.header("x-github-api-version", "2022-11-28");
        }
        let sent = match body {
            Some(body) => {
                let request = request.header(CONTENT_TYPE, "application/json");
                let request = request.body(body.to_string()).map_err(ureq::Error::from);
                request.and_then(|request| web::run(&self.agent, request))
            }
            None => {
                let request = request.body(()).map_err(ureq::Error::from);
                request.and_then(|request| web::run(&self.agent, request))
            }
        };
        let (head, body) = sent.map_err(failed)?.into_parts();
        let body = body.into_with_config().limit(MAX_BYTES).read_to_vec().map_err(failed)?;
        let status = head.status.as_u16();
        tracing::debug!(status, bytes = body.len(), "is answered");
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Answer { status, headers: head.headers, json })
    }

    /// What the forge says of an error, after a colon: in one line, and without our token.
    pub fn said(&self, answer: &Answer) -> String {
        let mut words = Vec::new();
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        words.push(text(&answer.json["message"]));
        words.push(text(&answer.json["error"]));
        let errors = answer.json["errors"].as_array();
        words.extend(errors.into_iter().flatten().map(|error| text(&error["message"])));
        words.retain(|word| !word.is_empty());
        let said = web::plain(&words.join(": "));
        let token = self.header.1.reveal().trim_start_matches("Bearer ");
        match said.is_empty() || (!token.is_empty() && said.contains(token)) {
            true => String::new(),
            false => format!(": {said}"),
        }
    }

    /// The answer, where it is a good one.
    pub fn good(&self, answer: Answer, what: &str) -> Result<Answer, Error> {
        let (kind, said, what) = (self.kind, self.said(&answer), what.to_owned());
        match answer.status {
            200..=299 => Ok(answer),
            401 => Err(Error::Unauthorized { kind, said }),
            403 => Err(Error::Forbidden { kind, what, said }),
            404 => Err(Error::NotFound { kind, what }),
            410 => Err(Error::Gone { what, said }),
            400 | 409 | 422 => Err(Error::Invalid { kind, said }),
            status => Err(Error::Failed { host: self.host(), status, said }),
        }
    }
}
