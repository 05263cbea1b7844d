//! What load balancers speak and answer.

use std::fmt;

use super::text::pieces;
use super::{Invalid, Scalar, ScalarType, one_of, quote};
use crate::choice;
use crate::diagnostic::codes;

choice! {
    /// The protocols and ciphers of an HTTPS listener, each of them TLS 1.2 or newer (User Guide for
    /// Application Load Balancers, "Security policies"). `PQ` adds post-quantum key exchange, `Res`
    /// leaves out weaker ciphers, `Ext` adds them, `FIPS` uses a FIPS module.
    pub enum TlsPolicy {
        Tls12ResPq = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        Tls12Pq = "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09",
        Tls12Ext1Pq = "ELBSecurityPolicy-TLS13-1-2-Ext1-PQ-2025-09",
        Tls12Ext2Pq = "ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09",
        Tls13Pq = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
        Tls13 = "ELBSecurityPolicy-TLS13-1-3-2021-06",
        Tls12Res = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        Tls12 = "ELBSecurityPolicy-TLS13-1-2-2021-06",
        Tls12Ext1 = "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
        Tls12Ext2 = "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
        Tls13FipsPq = "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
        Tls12FipsPq = "ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09",
        Tls12ResFipsPq = "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
        Tls12Ext0FipsPq = "ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-PQ-2025-09",
        Tls12Ext1FipsPq = "ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-PQ-2025-09",
        Tls12Ext2FipsPq = "ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-PQ-2025-09",
        Tls13Fips = "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
        Tls12Fips = "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
        Tls12ResFips = "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
        Tls12Ext0Fips = "ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-2023-04",
        Tls12Ext1Fips = "ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-2023-04",
        Tls12Ext2Fips = "ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-2023-04",
        /// Without TLS 1.3.
        Fs12Res2020 = "ELBSecurityPolicy-FS-1-2-Res-2020-10",
        /// Without TLS 1.3.
        Fs12Res2019 = "ELBSecurityPolicy-FS-1-2-Res-2019-08",
        /// Without TLS 1.3.
        Fs12 = "ELBSecurityPolicy-FS-1-2-2019-08",
        /// Without TLS 1.3 and forward secrecy.
        Tls12Ext2018 = "ELBSecurityPolicy-TLS-1-2-Ext-2018-06",
        /// Without TLS 1.3 and forward secrecy.
        Tls12Plain2017 = "ELBSecurityPolicy-TLS-1-2-2017-01",
    } else too_old
}

/// The policies that still speak TLS 1.0 or 1.1.
fn too_old(text: &str) -> Option<Invalid> {
    const OLD: [(&str, TlsPolicy); 12] = [
        ("ELBSecurityPolicy-2015-05", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-2016-08", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-TLS-1-0-2015-04", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-TLS-1-1-2017-01", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-FS-2018-06", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-FS-1-1-2019-08", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-TLS13-1-0-2021-06", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-TLS13-1-1-2021-06", TlsPolicy::Tls12),
        ("ELBSecurityPolicy-TLS13-1-0-PQ-2025-09", TlsPolicy::Tls12Pq),
        ("ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04", TlsPolicy::Tls12Fips),
        ("ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04", TlsPolicy::Tls12Fips),
        ("ELBSecurityPolicy-TLS13-1-0-FIPS-PQ-2025-09", TlsPolicy::Tls12FipsPq),
    ];
    let (old, modern) = OLD.iter().find(|(old, _)| *old == text)?;
    Some(
        Invalid::new(codes::BAD_VALUE, format!("`{old}` still speaks TLS 1.0 or 1.1"))
            .help("both are deprecated (RFC 8996)")
            .try_this(modern),
    )
}

choice! {
    /// A method of HTTP that load balancers and CloudFront know (RFC 9110, "HTTP Semantics"; RFC
    /// 5789 for `PATCH`).
    pub enum HttpMethod {
        Get = "GET",
        Head = "HEAD",
        Options = "OPTIONS",
        Put = "PUT",
        Post = "POST",
        Patch = "PATCH",
        Delete = "DELETE",
    } else lower_case_method
}

fn lower_case_method(text: &str) -> Option<Invalid> {
    let meant = HttpMethod::ALL.iter().find(|method| method.as_str().eq_ignore_ascii_case(text))?;
    Some(
        Invalid::new(codes::BAD_VALUE, format!("`{text}` is not a method"))
            .help("methods are upper case")
            .try_this(meant),
    )
}

/// The status of a redirect: 301 for ever, 302 for now (Elastic Load Balancing API Reference,
/// "RedirectActionConfig"; RFC 9110, "HTTP Semantics", 15.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedirectStatus(u32);

impl RedirectStatus {
    /// For ever: clients may remember it.
    pub const PERMANENT: Self = Self(301);
    /// For now: clients ask again.
    pub const TEMPORARY: Self = Self(302);

    /// As Elastic Load Balancing writes it: `HTTP_301`.
    pub fn status_code(self) -> String {
        format!("HTTP_{}", self.0)
    }
}

impl fmt::Display for RedirectStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for RedirectStatus {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "301 or 302";

    fn parse(text: &str) -> Result<Self, Invalid> {
        one_of(text, &[301, 302]).map(Self)
    }
}

/// The answers of a healthy target: statuses from 200 to 499, their ranges and lists, such as
/// `200,301-308` (Elastic Load Balancing API Reference, "Matcher").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusMatcher(String);

impl StatusMatcher {
    /// The matcher as Elastic Load Balancing takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StatusMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for StatusMatcher {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "statuses from 200 to 499, ranges and lists of them: `200,301-308`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let status = |text: &str| match text.as_bytes() {
            [b'2'..=b'4', b'0'..=b'9', b'0'..=b'9'] => text.parse::<u16>().ok(),
            _ => None,
        };
        for (at, item) in pieces(text, ',') {
            let (from, to) = item.split_once('-').unwrap_or((item, item));
            let wrong = match (status(from), status(to)) {
                (Some(from), Some(to)) if from <= to => continue,
                (Some(_), Some(_)) => format!("`{item}` runs backwards"),
                _ => format!("{} is not a status or a range of them", quote(item)),
            };
            return Err(Invalid::new(codes::BAD_VALUE, wrong)
                .at(at)
                .help(format!("use {}", Self::RULE)));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    #[test]
    fn an_old_policy_is_refused_with_its_successor() {
        bad::<TlsPolicy>(&[
            ("ELBSecurityPolicy-2016-08", "", "try `ELBSecurityPolicy-TLS13-1-2-2021-06`"),
            (
                "ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04",
                "",
                "try `ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04`",
            ),
            (
                "ELBSecurityPolicy-TLS13-1-2-2021-6",
                "",
                "did you mean `ELBSecurityPolicy-TLS13-1-2-2021-06`?",
            ),
        ]);
    }

    #[test]
    fn a_method_is_upper_case() {
        bad::<HttpMethod>(&[("get", "", "try `GET`"), ("TRACE", "", "is not one of `GET`")]);
    }

    #[test]
    fn a_redirect_is_permanent_or_temporary() {
        assert_eq!(RedirectStatus::parse("301").unwrap().status_code(), "HTTP_301");
        assert_eq!(RedirectStatus::parse("302"), Ok(RedirectStatus::TEMPORARY));
        bad::<RedirectStatus>(&[("308", "", "the nearest: `302`")]);
    }

    #[test]
    fn a_matcher_lists_statuses_and_ranges() {
        good::<StatusMatcher>(&["200", "200-299", "200,301-308,404"]);
        bad::<StatusMatcher>(&[
            ("200, 301", " 301", "is not a status"),
            ("200-500", "200-500", "from 200 to 499"),
            ("299-200", "299-200", "runs backwards"),
            ("", "", "is not a status"),
        ]);
    }

    #[test]
    fn any_text_is_understood_or_refused_with_a_reason() {
        sound::<TlsPolicy>(&["ELBSecurityPolicy-TLS13-1-2-2021-06"]);
        sound::<HttpMethod>(&["GET", "PATCH"]);
        sound::<RedirectStatus>(&["301"]);
        sound::<StatusMatcher>(&["200,301-308"]);
    }
}
