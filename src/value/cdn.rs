//! What CloudFront speaks and from where.

use super::Invalid;
use crate::choice;
use crate::diagnostic::codes;

choice! {
    /// The edge locations that serve a distribution, fewer for less money (Amazon CloudFront
    /// Developer Guide, "Choose the price class for a CloudFront distribution").
    pub enum PriceClass {
        /// North America, Europe and Israel.
        NorthAmericaAndEurope = "PriceClass_100",
        /// All but South America, Australia and New Zealand.
        Most = "PriceClass_200",
        /// Everywhere.
        All = "PriceClass_All",
    }
}

choice! {
    /// The versions of HTTP for viewers, always with HTTP/1.1 (Amazon CloudFront API Reference,
    /// "DistributionConfig", `HttpVersion`).
    pub enum HttpVersion {
        Http11 = "http1.1",
        Http2 = "http2",
        Http3 = "http3",
        Http2And3 = "http2and3",
    }
}

choice! {
    /// The oldest TLS for viewers and the ciphers with it; needs a certificate of one's own (Amazon
    /// CloudFront Developer Guide, "Supported protocols and ciphers between viewers and
    /// CloudFront").
    pub enum MinimumTls {
        Tls13In2025 = "TLSv1.3_2025",
        Tls12In2025 = "TLSv1.2_2025",
        Tls12In2021 = "TLSv1.2_2021",
        Tls12In2019 = "TLSv1.2_2019",
        Tls12In2018 = "TLSv1.2_2018",
    } else too_old
}

/// The policies that still speak something older than TLS 1.2.
fn too_old(text: &str) -> Option<Invalid> {
    const OLD: [&str; 4] = ["SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016"];
    OLD.contains(&text).then(|| {
        Invalid::new(codes::BAD_VALUE, format!("`{text}` still speaks what TLS 1.2 replaced"))
            .help("SSL 3.0, TLS 1.0 and TLS 1.1 are deprecated (RFC 7568, RFC 8996)")
            .try_this(MinimumTls::Tls12In2021)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, sound};
    use super::*;

    #[test]
    fn an_old_protocol_is_refused_with_its_successor() {
        bad::<MinimumTls>(&[
            ("SSLv3", "", "try `TLSv1.2_2021`"),
            ("TLSv1.1_2016", "", "deprecated (RFC 7568, RFC 8996)"),
            ("TLSv1.2-2021", "", "did you mean `TLSv1.2_2021`?"),
        ]);
    }

    #[test]
    fn a_misspelt_choice_is_refused_with_the_known_ones() {
        bad::<PriceClass>(&[("PriceClass_300", "", "did you mean `PriceClass_100`?")]);
        bad::<HttpVersion>(&[(
            "quic",
            "",
            "is not one of `http1.1`, `http2`, `http3` or `http2and3`",
        )]);
    }

    #[test]
    fn any_text_is_a_choice_or_refused_with_a_reason() {
        sound::<PriceClass>(&["PriceClass_100", "PriceClass_All"]);
        sound::<HttpVersion>(&["http1.1", "http2and3"]);
        sound::<MinimumTls>(&["TLSv1.2_2021"]);
    }
}
