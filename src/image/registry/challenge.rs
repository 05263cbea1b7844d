//! What a registry asks for when it refuses a request (RFC 9110, "HTTP Semantics", 11.6.1).

use std::collections::BTreeMap;

/// One way in which a registry lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User name and password with each request (RFC 7617).
    Basic,
    /// A token from another place (Docker Registry, "Token Authentication Specification").
    Bearer {
        /// Where tokens are given.
        realm: String,
        /// Who they are for.
        service: Option<String>,
        /// What they allow.
        scope: Option<String>,
    },
}

/// The challenges that the values of `WWW-Authenticate` hold; unknown schemes are passed over.
pub(super) fn challenges<'a>(headers: impl IntoIterator<Item = &'a str>) -> Vec<Challenge> {
    let mut found = Vec::new();
    for header in headers {
        for (scheme, mut parameters) in schemes(header) {
            if scheme.eq_ignore_ascii_case("basic") {
                found.push(Challenge::Basic);
            } else if scheme.eq_ignore_ascii_case("bearer")
                && let Some(realm) = parameters.remove("realm")
            {
                let (service, scope) = (parameters.remove("service"), parameters.remove("scope"));
                found.push(Challenge::Bearer { realm, service, scope });
            }
        }
    }
    found
}

/// Each scheme with its parameters, whose names are in lower case.
fn schemes(header: &str) -> Vec<(&str, BTreeMap<String, String>)> {
    let mut schemes: Vec<(&str, BTreeMap<String, String>)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            return schemes;
        }
        match after.trim_start_matches([' ', '\t']).strip_prefix('=') {
            // `name=value` belongs to the scheme before it.
            Some(value) => {
                let (value, after) = read_value(value.trim_start_matches([' ', '\t']));
                if let Some((_, parameters)) = schemes.last_mut() {
                    parameters.entry(word.to_ascii_lowercase()).or_insert(value);
                }
                rest = after;
            }
            None => {
                schemes.push((word, BTreeMap::new()));
                rest = after;
            }
        }
    }
}

/// RFC 9110, 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)
}

/// A token or a quoted string, and what follows.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Challenge::Bearer { realm: realm.to_owned(), service: owned(service), scope: owned(scope) }
    }

    #[test]
    fn what_registries_send_is_understood() {
        assert_eq!(
            challenges([
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#
            ]),
            [bearer(
                "https://auth.docker.io/token",
                Some("registry.docker.io"),
                Some("repository:library/nginx:pull")
            )]
        );
        assert_eq!(
            challenges([
                r#"Basic realm="https://123456789012.dkr.ecr.us-west-2.amazonaws.com/",service="ecr.amazonaws.com""#
            ]),
            [Challenge::Basic]
        );
        assert_eq!(
            challenges([
                r#"Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws""#
            ]),
            [bearer("https://public.ecr.aws/token/", Some("public.ecr.aws"), Some("aws"))]
        );
    }

    #[test]
    fn several_challenges_stand_in_one_header_or_in_several() {
        let both = [bearer("https://a/t", None, Some("a,b")), Challenge::Basic];
        assert_eq!(
            challenges([r#"Bearer realm="https://a/t", scope="a,b", Basic realm="x""#]),
            both
        );
        assert_eq!(challenges([r#"bearer Realm=https://a/t,scope="a,b""#, "BASIC"]), both);
    }

    #[test]
    fn unknown_and_broken_ones_are_passed_over() {
        assert_eq!(challenges(["Negotiate", "Digest realm=\"x\"", "Bearer service=\"x\""]), []);
        assert_eq!(challenges(["", ",,", "=", "\"", "Bearer realm"]), []);
        assert_eq!(
            challenges([r#"Bearer realm="https://a/\"t"#]),
            [bearer("https://a/\"t", None, None)]
        );
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_panic(header in ".*") {
            let _ = challenges([header.as_str()]);
        }
    }
}
