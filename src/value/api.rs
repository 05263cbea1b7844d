//! What API Gateway's APIs are made of.

use std::fmt;

use super::text::Rules;
use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

text! {
    /// An API's name.
    pub struct ApiName = Rules {
        what: "an API's name",
        rule: "1 to 128 letters, digits, spaces and `-_.`",
        max: 128,
        chars: |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '),
        filler: Some('-'),
        ..Rules::ANY
    };

    /// A stage's name, which stands in URLs (Amazon API Gateway API Reference, "CreateStage").
    pub struct StageName = Rules {
        what: "a stage's name",
        rule: "1 to 128 letters, digits, hyphens and underscores",
        max: 128,
        chars: |c| c.is_ascii_alphanumeric() || c == '-' || c == '_',
        filler: Some('_'),
        ..Rules::ANY
    };

    /// The value of a stage variable (Amazon API Gateway API Reference, "CreateStage").
    pub struct StageVariable = Rules {
        what: "a stage variable",
        rule: "up to 512 letters, digits and `-._~:/?#&=,`",
        code: codes::BAD_VALUE,
        min: 0,
        max: 512,
        chars: |c| c.is_ascii_alphanumeric() || "-._~:/?#&=,".contains(c),
        ..Rules::ANY
    };

    /// The name of a header of HTTP (RFC 9110, "HTTP Semantics", 5.1).
    pub struct HeaderName = Rules {
        what: "a header's name",
        rule: "letters, digits, hyphens and underscores; `*` is any",
        code: codes::BAD_VALUE,
        max: 128,
        chars: |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*'),
        ..Rules::ANY
    };

    /// A media type, `image/png`; `*/*` is any (Amazon API Gateway Developer Guide, "Binary media
    /// types for REST APIs in API Gateway").
    pub struct MediaType = Rules {
        what: "a media type",
        rule: "`type/subtype`; `*/*` is any",
        code: codes::BAD_VALUE,
        max: 127,
        chars: |c| c.is_ascii_alphanumeric() || "/!#$&-^_.+*".contains(c),
        also: |text| match text.split_once('/') {
            Some((first, second)) if !first.is_empty() && !second.is_empty() && !second.contains('/') => Ok(()),
            _ => Err(Invalid::new(codes::BAD_VALUE, "a media type is `type/subtype`")),
        },
        ..Rules::ANY
    };
}

/// Where a page is from that a browser lets call an API: `https://www.example.org`, or `*` for
/// anywhere (Fetch Standard, "`Origin` header").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// The origin as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for `*`.
    pub fn is_any(&self) -> bool {
        self.0 == "*"
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for WebOrigin {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`https://host`, with a port where it is not 443, or `*` for any";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |message: String| {
            Invalid::new(codes::BAD_VALUE, message).help("an origin is a scheme and a host")
        };
        if text == "*" {
            return Ok(Self(text.to_owned()));
        }
        if text.contains(',') || text.contains(char::is_whitespace) {
            return Err(Invalid::new(codes::BAD_VALUE, "this is more than one origin")
                .help("write each as an element of its own: browsers take one at a time"));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(refuse(format!("no browser sends {} as its origin", quote(text)))
                .try_this(format!("https://{text}")));
        };
        if !matches!(scheme, "http" | "https") {
            return Err(refuse(format!("{} is no scheme of pages", quote(scheme))));
        }
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        if let Some((host, _)) = host.split_once('/') {
            return Err(
                refuse("an origin has no path".to_owned()).try_this(format!("{scheme}://{host}"))
            );
        }
        let label = |label: &str| {
            !label.is_empty() && label.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'))
        };
        if !host.split('.').all(label) {
            return Err(refuse(format!("{} is no host as browsers write it", quote(host)))
                .help("write the whole host in lower case; no wildcards but `*` alone"));
        }
        let default = if scheme == "https" { "443" } else { "80" };
        match port {
            Some(port) if port == default => {
                Err(refuse(format!("browsers leave out the port `{port}` of `{scheme}`"))
                    .try_this(format!("{scheme}://{host}")))
            }
            Some(port) if !port.parse::<u16>().is_ok_and(|port| port > 0) => {
                Err(refuse(format!("{} is no port", quote(port))))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// A method and a path: `GET /users/{id}`, `ANY /files/{path+}` (Amazon API Gateway Developer Guide,
/// "API methods in API Gateway"). A `{name}` stands for one segment, `{name+}` for all that follow.
///
/// ```
/// use stackwright::value::{RouteKey, Scalar};
///
/// let route = RouteKey::parse("GET /users/{id}").unwrap();
/// assert_eq!((route.method(), route.path()), ("GET", "/users/{id}"));
/// assert!(RouteKey::parse("get users").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteKey {
    method: String,
    path: String,
}

/// The methods that a route can have; `ANY` stands for all that have no route.
const METHODS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

impl RouteKey {
    /// `GET`, …, or `ANY`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, `/` first.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The segments of the path.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Scalar for RouteKey {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`GET /users/{id}`: a method or `ANY`, and a path";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |message: String| Invalid::new(codes::BAD_VALUE, message);
        let Some((method, path)) = text.split_once(' ') else {
            return Err(refuse(format!("{} is not a method and a path", quote(text)))
                .help("write `GET /users/{id}`"));
        };
        if !METHODS.contains(&method) {
            let invalid = refuse(format!("{} is not a method", quote(method))).at(0..method.len());
            let upper = method.to_ascii_uppercase();
            return Err(match METHODS.contains(&upper.as_str()) {
                true => invalid.try_this(format!("{upper} {path}")),
                false => invalid.help(format!("use one of {}", super::either(&METHODS))),
            });
        }
        let at = |segment: &str| {
            let start = segment.as_ptr() as usize - text.as_ptr() as usize;
            start..start + segment.len()
        };
        if !path.starts_with('/') {
            return Err(refuse("a path begins with `/`".to_owned())
                .at(at(path))
                .try_this(format!("{method} /{path}")));
        }
        if path.len() > 1 && path.ends_with('/') {
            return Err(refuse("a path ends with no `/`".to_owned())
                .at(at(path))
                .try_this(format!("{method} {}", path.trim_end_matches('/'))));
        }
        let segments: Vec<&str> = match path {
            "/" => Vec::new(),
            _ => path[1..].split('/').collect(),
        };
        let mut names: Vec<&str> = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:$@~".contains(c);
            let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let refuse = |message: &str| refuse(message.to_owned()).at(at(segment));
            match name {
                Some(name) => {
                    let (name, greedy) = match name.strip_suffix('+') {
                        Some(name) => (name, true),
                        None => (name, false),
                    };
                    let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                    if name.is_empty() || !name.chars().all(word) {
                        return Err(refuse("this names no part of a path")
                            .help("write `{id}`, or `{path+}` for all that follows"));
                    }
                    if greedy && index + 1 < segments.len() {
                        return Err(refuse("nothing can follow what stands for all that follows")
                            .help("let it be the last segment"));
                    }
                    if names.contains(&name) {
                        return Err(
                            refuse("a path names each part once").help("give one another name")
                        );
                    }
                    names.push(name);
                }
                None if segment.is_empty() || !segment.chars().all(plain) => {
                    return Err(refuse("API Gateway takes no such segment").help(
                        "use letters, digits and `-_.:$@~`, or a part in braces that is the whole \
                         segment",
                    ));
                }
                None => {}
            }
        }
        Ok(Self { method: method.to_owned(), path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: Scalar>(text: &str) -> String {
        let invalid = T::parse(text).unwrap_err();
        format!("{}; {}", invalid.message, invalid.help.unwrap_or_default())
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        for right in ["*", "https://www.mywebsite.com", "http://localhost:3000"] {
            assert_eq!(WebOrigin::parse(right).unwrap().as_str(), right);
        }
        assert_eq!(
            refused::<WebOrigin>("www.mywebsite.com"),
            "no browser sends `www.mywebsite.com` as its origin; an origin is a scheme and a host; \
             try `https://www.mywebsite.com`"
        );
        for wrong in [
            "['https://a.example', 'https://b.example']",
            "https://a.example,https://b.example",
            "https://a.example/",
            "https://a.example:443",
            "https://*.example.org",
            "https://Example.org",
            "ftp://example.org",
            "",
        ] {
            assert!(WebOrigin::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_route_is_a_method_and_a_path() {
        for right in ["GET /", "ANY /{proxy+}", "POST /users/{id}/files/{path+}", "PUT /v1.0/a:b"] {
            assert_eq!(RouteKey::parse(right).unwrap().to_string(), right);
        }
        assert_eq!(refused::<RouteKey>("get /"), "`get` is not a method; try `GET /`");
        assert_eq!(refused::<RouteKey>("GET users"), "a path begins with `/`; try `GET /users`");
        assert_eq!(refused::<RouteKey>("GET /a/"), "a path ends with no `/`; try `GET /a`");
        for wrong in [
            "GET",
            "FETCH /",
            "GET /a//b",
            "GET /a b",
            "GET /u-{id}",
            "GET /{a+}/b",
            "GET /{a}/{a}",
            "GET /{}",
            "GET /é",
        ] {
            assert!(RouteKey::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_stage_variable_has_the_characters_that_api_gateway_takes() {
        assert!(StageVariable::parse("https://a.example/?x=1").is_ok());
        assert!(StageVariable::parse("*").is_err());
        assert!(StageVariable::parse("a b").is_err());
    }

    #[test]
    fn a_media_type_has_two_parts() {
        assert!(MediaType::parse("*/*").is_ok());
        assert!(MediaType::parse("application/octet-stream").is_ok());
        assert!(MediaType::parse("png").is_err());
    }
}
