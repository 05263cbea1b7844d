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
fn the_page_of_the_project_file_follows_from_the_types() {
    current("project.md", &reference::project());
}

#[test]
fn the_page_of_codes_follows_from_the_catalogue() {
    current("codes.md", &reference::codes());
}

#[test]
fn the_page_of_invariants_names_tests_that_exist() {
    let tests: String = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
        .into_iter()
        .chain(walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")))
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok())
        .collect();
    let page = include_str!("../docs/invariants.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| I")).collect();
    assert_eq!(rows.len(), 22);
    for row in rows {
        let cell = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for test in named {
            assert!(tests.contains(&format!("fn {test}()")), "there is no test `{test}`");
        }
    }
}
