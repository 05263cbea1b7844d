//! The tags of a repository, page after page (OCI Distribution Specification, "Listing Tags").

use serde::Deserialize;

/// One page.
#[derive(Deserialize)]
pub(super) struct Page {
    /// Missing or null where there are none.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}

/// The reference with the relation `next` among the values of `Link` (RFC 8288, "Web Linking").
pub(super) fn next<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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
            assert_eq!(next([header]), found, "{header}");
        }
        assert_eq!(next(["</1>; rel=first", "</2>; rel=next"]), Some("/2"));
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_panic(header in ".*") {
            let _ = next([header.as_str()]);
        }
    }
}
