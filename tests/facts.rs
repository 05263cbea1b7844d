//! What the project's own trees use is known of their providers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hcl::edit::structure::Body;
use stackwright::plan::facts;

use crate::support::files;

/// The resource types and data sources that the `.tf` files below a folder use.
fn used(folder: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut types, mut data) = (BTreeSet::new(), BTreeSet::new());
    for (path, _) in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
        if !path.ends_with(".tf") {
            continue;
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(path);
        let body: Body = hcl::edit::parser::parse_body(&fs::read_to_string(path).unwrap()).unwrap();
        for block in body.blocks() {
            let first = || block.labels[0].as_str().to_owned();
            match block.ident.as_str() {
                "resource" => _ = types.insert(first()),
                "data" => _ = data.insert(first()),
                _ => {}
            }
        }
    }
    // What Terraform itself provides.
    types.remove("terraform_data");
    data.remove("terraform_remote_state");
    (types, data)
}

fn unknown(types: &BTreeSet<String>, data: &BTreeSet<String>) -> Vec<String> {
    let is_known = |name: &str, data: bool| {
        let provider = name.split('_').next().unwrap();
        let one = BTreeSet::from([name.to_owned()]);
        let none = BTreeSet::new();
        let (types, data) = if data { (&none, &one) } else { (&one, &none) };
        let found = facts::provider(&format!("hashicorp/{provider}"), types, data);
        found.is_some_and(|found| {
            let found = found.unwrap();
            found.resources.len() + found.data_sources.len() == 1
        })
    };
    let types = types.iter().filter(|name| !is_known(name, false)).cloned();
    let data = data.iter().filter(|name| !is_known(name, true)).map(|name| format!("data.{name}"));
    types.chain(data).collect()
}

#[test]
fn every_type_that_the_modules_use_has_facts() {
    let (types, data) = used("modules");
    assert!(types.contains("aws_ecs_service"));
    assert_eq!(unknown(&types, &data), Vec::<String>::new());
}

#[test]
fn every_type_that_the_stacks_use_has_facts() {
    let (types, data) = used("stacks");
    assert!(data.contains("aws_partition"));
    assert_eq!(unknown(&types, &data), Vec::<String>::new());
}

#[test]
fn a_type_that_nobody_knows_is_found_to_be_unknown() {
    let name = BTreeSet::from(["aws_teapot".to_owned(), "teapot_lid".to_owned()]);
    assert_eq!(unknown(&name, &name).len(), 4);
}
