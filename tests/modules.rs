//! The module library: what follows from the components' types is there, and nothing is stale.
//!
//! `STACKWRIGHT_BLESS=1 cargo test --test all modules` writes what these tests expect.

use std::fs;
use std::path::PathBuf;

use stackwright::component::{self, Kind, Outputs, Vocabulary, library};
use stackwright::tree::header;

use crate::support::{fenced, terraform};

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
        let expected =
            header::stamp(header::LIBRARY, &library::variables_tf(&Vocabulary::default(), kind));
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

// The page about it.

const PAGE: &str = include_str!("../docs/modules.md");

fn file(module: &str, name: &str) -> hcl::edit::structure::Body {
    hcl::edit::parser::parse_body(&fs::read_to_string(folder(module).join(name)).unwrap()).unwrap()
}

/// The value of an attribute that holds a text.
fn text<'a>(block: &'a hcl::edit::structure::Block, name: &str) -> Option<&'a str> {
    block.body.get_attribute(name)?.value.as_str()
}

#[test]
fn the_page_lists_every_module_and_what_it_calls() {
    let folders = fs::read_dir(folder("")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut modules: Vec<String> = folders.map(|name| name.into_string().unwrap()).collect();
    modules.sort();
    let expected = modules.iter().map(|name| {
        let main = file(name, "main.tf");
        let calls = main.get_blocks("module").map(|block| text(block, "source").unwrap());
        let mut calls: Vec<_> = calls.map(|source| source.replace("../", "")).collect();
        calls.sort();
        (name.clone(), calls)
    });
    let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (cells[0].replace('`', ""), quoted(cells[2]))
    });
    assert_eq!(rows.collect::<Vec<(_, Vec<_>)>>(), expected.collect::<Vec<_>>());
}

#[test]
fn the_example_gives_its_modules_what_they_want() {
    let example = fenced(PAGE, "hcl", "module ");
    for call in hcl::edit::parser::parse_body(example).unwrap().get_blocks("module") {
        let module = text(call, "source").unwrap().replace("../../modules/", "");
        let variables = file(&module, "variables.tf");
        let names: Vec<&str> = variables.blocks().map(|block| block.labels[0].as_str()).collect();
        for argument in call.body.attributes().map(|argument| argument.key.as_str()) {
            let known = argument == "source" || names.contains(&argument);
            assert!(known, "module {module} has no {argument}");
        }
        for variable in variables.blocks() {
            let name = variable.labels[0].as_str();
            let given = variable.body.has_attribute("default") || call.body.has_attribute(name);
            assert!(given, "module {module} wants {name}");
        }
    }
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("main.tf"), example).unwrap();
    if let Some(output) = terraform(project.path(), &["fmt", "-check", "-diff"]) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn the_library_and_the_stacks_are_laid_out_as_terraform_does() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    for tree in ["modules", "stacks"] {
        let arguments = ["fmt", "-no-color", "-check", "-diff", "-recursive", tree];
        let Some(output) = terraform(&root, &arguments) else { return };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
