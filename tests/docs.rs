//! The pages that are made from the types are not out of date.
//!
//! `STACKWRIGHT_BLESS=1 cargo test --test all docs` writes them.

use std::fs;
use std::path::Path;

use stackwright::component::Vocabulary;
use stackwright::reference;

fn current(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("STACKWRIGHT_BLESS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{name} is stale: STACKWRIGHT_BLESS=1 cargo test --test all docs");
}

#[test]
fn the_page_of_descriptions_follows_from_the_types() {
    current("description.md", &reference::description(&Vocabulary::default()));
}

#[test]
fn the_page_of_codes_follows_from_the_catalogue() {
    current("codes.md", &reference::codes());
}
