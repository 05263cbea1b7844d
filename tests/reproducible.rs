//! The same description gives the same bytes.

use proptest::prelude::*;

use crate::support::{Project, STACK, terraform};

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

#[test]
fn one_thread_and_many_give_the_same_bytes() {
    let project = Project::empty();
    for i in 0..50 {
        let name = format!("s{i:02}");
        project.write(&format!("stacks/{name}/stack.hcl"), STACK.replace("demo", &name));
    }
    let out = project.run(&["render"]).success();
    let many = project.files();
    for (path, _) in many.iter().filter(|(path, _)| !path.ends_with("stack.hcl")) {
        std::fs::remove_file(project.path(path)).unwrap();
    }
    // The number of threads is that of the processors that the process may use.
    let mut command = std::process::Command::new("taskset");
    command
        .args(["-c", "0", env!("CARGO_BIN_EXE_stackwright"), "render"])
        .current_dir(project.path(""));
    assert_eq!(project.finish(command).success(), out);
    assert_eq!(project.files(), many);
}

#[test]
fn terraform_fmt_leaves_it_alone() {
    let univaf = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stacks/univaf");
    let project = Project::with(STACK);
    for name in ["stack.hcl", "images.tf"] {
        let content = std::fs::read(univaf.join(name)).unwrap();
        project.write(&format!("stacks/univaf/{name}"), content);
    }
    project.write(
        "stacks/layout/stack.hcl",
        r#"stack "layout" {
  region="eu-west-1" // trailing
  tags={ b="1", "a b"="2" }
}
/* a block
   comment */
locals {
  # one
  a=[ for x in var.list:upper(x)
      if x!="" ] # after
  bb={a=1,
  bcd=2}
  text=<<-EOT
      indented ${ var.x }
    less
  EOT
  cond=var.x?1:2
  "#
        .to_owned()
            + "deep = { a = { b = { c = [1, 2, { d = \"e\" }] } } }\n}\n"
            + r#"
output "w" { value = "${var.z}" }
output "v" { value = - 1 }
output "x" { value = "${ local.a[0] }-%{ if var.y }z%{ endif }" }
module "m" {
  source="./m" # here
  list=[
    "a", # first
    "b"
  ]
  f=merge({a=1},{ b=2 })
}
"#,
    );
    project.write(
        "stacks/layout/variables_by_hand.tf",
        ["list", "x", "y", "z"].map(|name| format!("variable \"{name}\" {{}}\n")).join("\n"),
    );
    project.run(&["render"]).success();
    let Some(output) = terraform(&project.path(""), &["fmt", "-check", "-diff", "-recursive"])
    else {
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
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
