//! The module library: what follows from the components' types is there, and nothing is stale.
//!
//! `STACKWRIGHT_BLESS=1 cargo test --test all modules` writes what these tests expect.

use std::fs;
use std::path::PathBuf;

use stackwright::component::{self, Kind, Outputs, library};
use stackwright::tree::header;

use crate::support;

const FILES: [&str; 4] = ["main.tf", "outputs.tf", "terraform.tf", "variables.tf"];

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("modules").join(name)
}

fn modules() -> impl Iterator<Item = (&'static Kind, &'static str)> {
    component::kinds().iter().filter_map(|kind| Some((kind, kind.module?.name)))
}

/// Compares a file with what it should be, or writes it.
fn expect(path: &PathBuf, expected: &str) -> Result<(), String> {
    let found = fs::read_to_string(path).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    if std::env::var_os("STACKWRIGHT_BLESS").is_some() {
        fs::write(path, expected).unwrap();
        return Ok(());
    }
    Err(format!("{} is stale", path.display()))
}

#[test]
fn every_module_is_stamped_and_its_variables_follow_from_its_component() {
    let mut stale = Vec::new();
    for (kind, name) in modules() {
        let path = folder(name).join("variables.tf");
        let expected = header::stamp(header::LIBRARY, &library::variables_tf(kind));
        stale.extend(expect(&path, &expected).err());
    }
    for entry in fs::read_dir(folder("")).unwrap() {
        let folder = entry.unwrap().path();
        for file in FILES {
            let path = folder.join(file);
            let found = fs::read_to_string(&path).unwrap();
            let expected = header::stamp(header::LIBRARY, header::body(&found));
            stale.extend(expect(&path, &expected).err());
        }
    }
    assert!(stale.is_empty(), "{stale:#?}\nrun STACKWRIGHT_BLESS=1 cargo test --test all modules");
}

#[test]
fn every_module_has_the_outputs_that_its_component_promises() {
    for (kind, name) in modules() {
        let text = fs::read_to_string(folder(name).join("outputs.tf")).unwrap();
        let body = hcl::edit::parser::parse_body(&text).unwrap();
        let found: Vec<&str> = body.blocks().map(|block| block.labels[0].as_str()).collect();
        let Outputs::Known(promised) = (kind.outputs)() else { panic!("{name} promises anything") };
        let promised: Vec<&str> = promised.iter().map(|output| output.name).collect();
        assert_eq!(found, promised, "outputs of module {name}");
    }
}

#[test]
fn the_library_and_the_stacks_are_laid_out_as_terraform_does() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    for tree in ["modules", "stacks"] {
        let arguments = ["fmt", "-no-color", "-check", "-diff", "-recursive", tree];
        let Some(output) = support::terraform(&root, &arguments) else { return };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
