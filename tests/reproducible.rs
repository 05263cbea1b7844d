//! The same description gives the same bytes.

use proptest::prelude::*;

use crate::support::{Project, STACK};

/// Files without the place of the project in them.
fn tree(description: &str, folder: &str) -> Vec<(String, Vec<u8>)> {
    let project = Project::with(description);
    let mut command = project.command(&["render"]);
    command.current_dir(project.path(folder));
    project.finish(command).success();
    project.files().into_iter().filter(|(path, _)| !path.ends_with("stack.hcl")).collect()
}

#[test]
fn rendering_twice_and_from_another_folder_gives_the_same_bytes() {
    assert_eq!(tree(STACK, ""), tree(STACK, "stacks/demo"));
}

fn shuffled() -> impl Strategy<Value = String> {
    let repository =
        ["  name = \"app\"", "  keep = 7", "  scan_on_push = false", "  mutable_tags = true"];
    let blocks = (
        Just(repository.to_vec()).prop_shuffle(),
        Just(vec!["  a = 1", "  b = \"x\"", "  c = network.main.id"]).prop_shuffle(),
        Just(vec!["  cidr = \"10.0.0.0/16\"", "  zones = 3", "  nat = \"one\""]).prop_shuffle(),
    );
    blocks.prop_flat_map(|(repository, locals, network)| {
        let blocks = vec![
            "stack \"demo\" {\n  region = \"us-west-2\"\n}\n".to_owned(),
            format!("repository \"r\" {{\n{}\n}}\n", repository.join("\n")),
            format!("locals {{\n{}\n}}\n", locals.join("\n")),
            format!("network \"main\" {{\n{}\n}}\n", network.join("\n")),
            "output \"o\" {\n  value = local.c\n}\n".to_owned(),
        ];
        Just(blocks).prop_shuffle().prop_map(|blocks| blocks.join("\n"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_blocks_and_fields_does_not_reach_the_bytes(a in shuffled(), b in shuffled()) {
        prop_assert_eq!(tree(&a, ""), tree(&b, ""));
    }
}
