//! Names of hosts and what is asked of them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use super::text::{Rules, pieces};
use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

const fn host_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.')
}

const HOST: Rules = Rules {
    what: "a host name",
    rule: "at most 253 lower-case letters, digits, hyphens and dots, and no dot at its end",
    max: 253,
    chars: host_char,
    last: |c| c != '.',
    ..Rules::ANY
};

text! {
    /// A host's fully qualified name in lower case, without a dot at its end: `api.example.org`
    /// (RFC 1123, "Requirements for Internet Hosts", 2.1; RFC 1035, 2.3.4, sizes).
    pub struct HostName = Rules {
        also: |text| {
            not_an_address(text, "a host name")?;
            labels(text, |c| c != '_', 0)
        },
        ..HOST
    };

    /// A DNS record's name: a host name that may begin with the label `*` and whose labels may hold
    /// underscores, as those that validate certificates do (Amazon Route 53 Developer Guide, "DNS
    /// domain name format").
    pub struct RecordName = Rules {
        what: "a record's name",
        rule: "at most 253 lower-case letters, digits, hyphens, underscores and dots, and no dot at its end; `*` can be its first label",
        chars: |c| host_char(c) || c == '_' || c == '*',
        also: |text| {
            not_an_address(text, "a record's name")?;
            let wildcard = if text.starts_with("*.") { "*.".len() } else { 0 };
            if let Some(at) = text[wildcard..].find('*') {
                let at = wildcard + at;
                return Err(Invalid::new(codes::DNS_RECORD, "`*` stands for whole labels, and only for the first")
                    .at(at..at + 1)
                    .help("begin the name with `*.`, or name each record"));
            }
            labels(text, |_| true, wildcard)
        },
        ..HOST
    };

    /// The host header of a listener rule; `*` stands for any characters and `?` for one: at most
    /// 128 characters, with a dot and only letters after the last one (User Guide for Application
    /// Load Balancers, "Condition types for listener rules", host conditions).
    pub struct HostPattern = Rules {
        what: "a host pattern",
        rule: "at most 128 lower-case letters, digits, `-`, `.`, `*` and `?`, with a dot and only letters after the last one",
        code: codes::BAD_VALUE,
        max: 128,
        chars: |c| host_char(c) || c == '*' || c == '?',
        last: |c| c != '.',
        also: |text| {
            not_an_address(text, "a host pattern")?;
            let (rest, last) = text.rsplit_once('.').ok_or_else(|| {
                Invalid::new(codes::BAD_VALUE, format!("{} has no dot", quote(text)))
                    .help("write the whole host name, with wildcards where it varies: `*.example.org`")
            })?;
            match last.chars().all(|c| c.is_ascii_lowercase()) {
                true => Ok(()),
                false => Err(Invalid::new(codes::BAD_VALUE, format!("{} after the last dot", quote(last)))
                    .at(rest.len() + 1..text.len())
                    .help("only letters can stand there: a wildcard needs a label before the domain")),
            }
        },
        ..Rules::ANY
    };

    /// The path of a listener rule, compared by case; `*` stands for any characters and `?` for one
    /// (User Guide for Application Load Balancers, "Condition types for listener rules", path
    /// conditions).
    pub struct PathPattern = Rules {
        what: "a path pattern",
        rule: "at most 128 letters, digits and ``_-.$/~\"'@:+&*?``, and begins with `/` or `*`",
        code: codes::BAD_VALUE,
        max: 128,
        chars: |c| c.is_ascii_alphanumeric() || "_-.$/~\"'@:+&*?".contains(c),
        first: |c| c == '/' || c == '*',
        ..Rules::ANY
    };

    /// The path, and perhaps query, of a health check (Elastic Load Balancing API Reference,
    /// "CreateTargetGroup", `HealthCheckPath`).
    pub struct UrlPath = Rules {
        what: "a health check's path",
        rule: "at most 1024 printable ASCII characters without spaces, and begins with `/`",
        code: codes::BAD_VALUE,
        max: 1024,
        chars: |c| c.is_ascii_graphic(),
        first: |c| c == '/',
        ..Rules::ANY
    };
}

fn not_an_address(text: &str, what: &str) -> Result<(), Invalid> {
    match text.parse::<IpAddr>() {
        Ok(_) => {
            Err(Invalid::new(codes::DNS_RECORD, format!("`{text}` is an IP address, not {what}"))
                .help("an `A` or `AAAA` record is what gives an address a name"))
        }
        Err(_) => Ok(()),
    }
}

/// Checks each label from the byte `start` on: 1 to 63 characters, a hyphen neither first nor last.
fn labels(text: &str, allowed: fn(char) -> bool, start: usize) -> Result<(), Invalid> {
    const LONGEST: usize = 63;
    let refuse = |at: Range<usize>, message: String, help: &str| {
        Invalid::new(codes::BAD_NAME, message).at(start + at.start..start + at.end).help(help)
    };
    for (at, label) in pieces(&text[start..], '.') {
        if label.is_empty() {
            return Err(refuse(
                at,
                "an empty label".to_owned(),
                "write one dot between two labels, and none first",
            ));
        }
        if let Some(c) = label.chars().find(|&c| !allowed(c)) {
            return Err(refuse(
                at,
                format!("`{c}` cannot stand in a host name"),
                "use letters, digits and hyphens",
            ));
        }
        if label.len() > LONGEST {
            let message = format!("a label of {} characters", label.len());
            return Err(refuse(at, message, "a label has at most 63 characters"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(refuse(
                at,
                format!("`{label}` begins or ends with a hyphen"),
                "a label begins and ends with a letter or digit",
            ));
        }
    }
    Ok(())
}

/// An IPv4 address (RFC 791).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ipv4(Ipv4Addr);

impl Ipv4 {
    /// The address.
    pub fn address(self) -> Ipv4Addr {
        self.0
    }
}

impl fmt::Display for Ipv4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for Ipv4 {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "an IPv4 address: `203.0.113.7`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| {
            let help = match text.contains('/') {
                true => "write one address, without a prefix",
                false => "write four numbers from 0 to 255, without leading zeros",
            };
            Invalid::new(codes::BAD_VALUE, format!("{} is not an IPv4 address", quote(text)))
                .help(help)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    #[test]
    fn names_of_a_real_system_are_accepted() {
        good::<HostName>(&["api.internal.getmyvax.org", "localhost", "xn--mller-kva.example"]);
        good::<RecordName>(&["*.getmyvax.org", "_acme-challenge.getmyvax.org"]);
        good::<HostPattern>(&["www.getmyvax.org", "*.getmyvax.org", "www?.example.org"]);
        good::<PathPattern>(&["/api/*", "*.png"]);
        good::<UrlPath>(&["/health", "/health?deep=1"]);
    }

    #[test]
    fn an_ip_address_is_not_a_name() {
        bad::<HostName>(&[("203.0.113.7", "", "is an IP address, not a host name")]);
        bad::<RecordName>(&[("203.0.113.7", "", "is an IP address, not a record's name")]);
        bad::<HostPattern>(&[("203.0.113.7", "", "is an IP address")]);
    }

    #[test]
    fn the_part_of_a_name_that_is_wrong_is_pointed_at() {
        bad::<HostName>(&[
            ("API.example.org", "A", "try `api.example.org`"),
            ("example.org.", ".", "cannot end with `.`"),
            ("*.example.org", "*", "cannot stand in a host name"),
            ("a..b", "", "an empty label"),
            ("a.-b.c", "-b", "begins or ends with a hyphen"),
            ("my_host.example.org", "_", "cannot stand in a host name"),
            ("https://example.org", ":", "cannot stand in a host name"),
            (&format!("a.{}.b", "x".repeat(64)), &"x".repeat(64), "a label of 64 characters"),
        ]);
        bad::<RecordName>(&[
            ("www.*.example.org", "*", "only for the first"),
            ("*", "*", "only for the first"),
        ]);
    }

    #[test]
    fn a_host_pattern_ends_with_letters_after_a_dot() {
        bad::<HostPattern>(&[
            ("example", "", "has no dot"),
            ("www.*", "*", "only letters can stand there"),
            ("www.example.org:443", ":", "cannot stand in a host pattern"),
        ]);
    }

    #[test]
    fn a_path_begins_with_a_slash() {
        bad::<UrlPath>(&[("health", "h", "cannot begin with `h`"), ("/a b", " ", "cannot stand")]);
        bad::<PathPattern>(&[
            ("api/*", "a", "begins with `/` or `*`"),
            ("/a b", " ", "cannot stand"),
        ]);
    }

    #[test]
    fn an_address_is_one_address() {
        good::<Ipv4>(&["203.0.113.7"]);
        bad::<Ipv4>(&[("203.0.113.0/24", "", "without a prefix"), ("1.2.3", "", "four numbers")]);
    }

    #[test]
    fn any_text_is_a_name_or_refused_with_a_reason() {
        sound::<HostName>(&["api.example.org"]);
        sound::<RecordName>(&["*.example.org", "_a.example.org"]);
        sound::<HostPattern>(&["*.example.org"]);
        sound::<PathPattern>(&["/api/*"]);
        sound::<UrlPath>(&["/health"]);
        sound::<Ipv4>(&["203.0.113.7"]);
    }
}
