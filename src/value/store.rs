//! What caches and search domains are called and run on.

use super::text::Rules;
use super::{Invalid, either, quote};
use crate::diagnostic::codes;

const fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// The sizes of instances, from the least to the greatest.
fn is_size(size: &str) -> bool {
    let large = size.strip_suffix("xlarge");
    matches!(size, "micro" | "small" | "medium" | "large")
        || large.is_some_and(|times| times.bytes().all(|c| c.is_ascii_digit()))
}

/// A hardware family and its generation, `r7g`, and a size.
fn check_type(hardware: &str, size: &str, families: &[&str], text: &str) -> Result<(), Invalid> {
    if families.contains(&hardware) && is_size(size) {
        return Ok(());
    }
    let message = format!("{} is no type that AWS has", quote(text));
    let help = match families.contains(&hardware) {
        true => {
            "the size is `micro`, `small`, `medium`, `large`, `xlarge` or some `…xlarge`".to_owned()
        }
        false => format!("the hardware is one of {}", either(families)),
    };
    Err(Invalid::new(codes::BAD_VALUE, message).help(help))
}

const CACHE_HARDWARE: &[&str] =
    &["t2", "t3", "t4g", "m4", "m5", "m6g", "m7g", "r4", "r5", "r6g", "r6gd", "r7g", "c7gn"];

const SEARCH_HARDWARE: &[&str] = &[
    "t2", "t3", "m4", "m5", "m6g", "m7g", "m7i", "m8g", "c4", "c5", "c6g", "c7g", "c7i", "c8g",
    "r3", "r4", "r5", "r6g", "r6gd", "r7g", "r7gd", "r7i", "r8g", "r8gd", "i2", "i3", "i4g", "i4i",
    "i7i", "i8g", "im4gn", "or1", "or2", "om2",
];

text! {
    /// A cache's name (Amazon ElastiCache API Reference, "CreateReplicationGroup",
    /// `ReplicationGroupId`). ElastiCache stores it in lower case.
    pub struct CacheName = Rules {
        what: "a cache's name",
        rule: "1 to 40 lower-case letters, digits and single hyphens, a letter first, no hyphen last",
        max: 40,
        chars: |c| lower_or_digit(c) || c == '-',
        first: |c| c.is_ascii_lowercase(),
        last: lower_or_digit,
        apart: &['-'],
        filler: Some('-'),
        ..Rules::ANY
    };

    /// A cache's processors and memory, `cache.t4g.small` (Amazon ElastiCache User Guide,
    /// "Supported node types").
    pub struct CacheNodeType = Rules {
        what: "a cache's node type",
        rule: "`cache.`, its hardware and its size: `cache.t4g.small`",
        code: codes::BAD_VALUE,
        also: |text| match text.split('.').collect::<Vec<_>>()[..] {
            ["cache", hardware, size] => check_type(hardware, size, CACHE_HARDWARE, text),
            _ => Err(Invalid::new(codes::BAD_VALUE, format!("{} is no node type", quote(text)))
                .help("write `cache.`, its hardware and its size: `cache.t4g.small`")),
        },
        ..Rules::ANY
    };

    /// A search domain's name (Amazon OpenSearch Service API Reference, "CreateDomain").
    pub struct SearchName = Rules {
        what: "a search domain's name",
        rule: "3 to 28 lower-case letters, digits and hyphens, a letter first",
        min: 3,
        max: 28,
        chars: |c| lower_or_digit(c) || c == '-',
        first: |c| c.is_ascii_lowercase(),
        filler: Some('-'),
        ..Rules::ANY
    };

    /// A search node's processors, memory and disk, `r7g.large.search` (Amazon OpenSearch Service
    /// Developer Guide, "Supported instance types in Amazon OpenSearch Service").
    pub struct SearchInstanceType = Rules {
        what: "a search domain's instance type",
        rule: "its hardware, its size and `.search`: `r7g.large.search`",
        code: codes::BAD_VALUE,
        also: |text| match text.split('.').collect::<Vec<_>>()[..] {
            [hardware, size, "search"] => check_type(hardware, size, SEARCH_HARDWARE, text),
            _ => Err(Invalid::new(codes::BAD_VALUE, format!("{} is no instance type", quote(text)))
                .help("write its hardware, its size and `.search`: `r7g.large.search`")),
        },
        ..Rules::ANY
    };
}

impl CacheNodeType {
    /// True when it keeps what is used seldom on disks (Amazon ElastiCache User Guide, "Data
    /// tiering").
    pub fn is_tiered(&self) -> bool {
        self.as_str().starts_with("cache.r6gd.")
    }
}

impl SearchInstanceType {
    /// The hardware's family and generation: `r7g`.
    pub fn hardware(&self) -> &str {
        self.as_str().split('.').next().unwrap_or_default()
    }

    /// True when it brings its own disks, in place of EBS volumes.
    pub fn has_disks(&self) -> bool {
        ["i2", "i3", "i4g", "i4i", "i7i", "i8g", "im4gn", "r6gd", "r7gd", "r8gd"]
            .contains(&self.hardware())
    }

    /// True for the small types that earn credits.
    pub fn is_burstable(&self) -> bool {
        self.hardware().starts_with('t')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{bad, sound};

    #[test]
    fn a_type_is_of_hardware_that_aws_has_and_a_size() {
        bad::<CacheNodeType>(&[
            ("t4g.small", "", "is no node type"),
            ("cache.t9g.small", "", "the hardware is one of"),
            ("cache.t4g.tiny", "", "the size is"),
        ]);
        bad::<SearchInstanceType>(&[
            ("r7g.large", "", "is no instance type"),
            ("r7g.large.elasticsearch", "", "is no instance type"),
            ("z7g.large.search", "", "the hardware is one of"),
        ]);
    }

    #[test]
    fn any_text_is_one_or_refused_with_a_reason() {
        sound::<CacheName>(&["shop-cache"]);
        sound::<CacheNodeType>(&["cache.t4g.small", "cache.r7g.16xlarge"]);
        sound::<SearchName>(&["shop"]);
        sound::<SearchInstanceType>(&["t3.small.search", "r7g.2xlarge.search"]);
    }
}
