//! What the tests of components have in common.

use crate::diagnostic::{Diagnostic, Sources};
use crate::stack::{self, ReadResult, Stack};

/// A description of the stack `test` in `us-west-2` with these blocks.
pub fn description(blocks: &str) -> String {
    format!("stack \"test\" {{\n  region = \"us-west-2\"\n}}\n{blocks}")
}

/// The stack of a description that must be right.
#[track_caller]
pub fn stack(blocks: &str) -> Stack {
    match read(blocks) {
        (_, Ok((stack, _))) => stack,
        (sources, Err(diagnostics)) => panic!("{}", lines(&sources, &diagnostics)),
    }
}

/// The problems of a description, one a line, with its help: `3:10 SW107 message; help`. Lines are
/// counted from the first line of `blocks`.
pub fn problems(blocks: &str) -> String {
    match read(blocks) {
        (sources, Ok((_, warnings))) => lines(&sources, &warnings),
        (sources, Err(diagnostics)) => lines(&sources, &diagnostics),
    }
}

/// One file of the root that a description becomes.
#[track_caller]
pub fn rendered(file: &str, blocks: &str) -> String {
    let root = stack::lower::lower(&stack(blocks), "../../modules");
    let body = root.files.get(file).unwrap_or_else(|| {
        panic!("there is no {file}, only {:?}", root.files.keys().collect::<Vec<_>>())
    });
    crate::hcl::print::print(body)
}

/// What a component of Kubernetes stands on: a cluster, its Flux, and an image.
pub const CLUSTER: &str = r#"
kubernetes_cluster "main" {
  version = "1.33"
  network = network.main
  access "a" {
    principal_arn = "arn:aws:iam::123456789012:role/a"
    policy        = "AmazonEKSClusterAdminPolicy"
  }
  addon "eks-pod-identity-agent" { version = "v1.3.7-eksbuild.2" }
}
network "main" { cidr = "10.0.0.0/16" }
flux "main" {
  cluster = kubernetes_cluster.main
  version = "2.7.5"
  url     = "ssh://git@github.com/acme/infra"
}
image "app" { repository = "example.org/app" }
"#;

/// What Kubernetes reads of a description, where every image is locked to `v1`: one file of it.
#[track_caller]
pub fn manifest(file: &str, blocks: &str) -> String {
    let stack = stack(blocks);
    let tag = crate::value::Scalar::parse("v1").expect("it is a tag");
    let pin = crate::image::Pin { tag: Some(tag), ..crate::image::Pin::default() };
    let images = stack.all::<crate::component::Image>().into_iter();
    let pins = images.map(|(label, _)| (label.to_owned(), pin.clone())).collect();
    let files =
        stack::manifests::manifests(&stack, "stacks/test", &pins).expect("images are known");
    files.get(&format!("kubernetes/{file}")).cloned().unwrap_or_else(|| {
        panic!("there is no {file}, only {:?}", files.keys().collect::<Vec<_>>())
    })
}

fn read(blocks: &str) -> (Sources, ReadResult) {
    let text = description(blocks.trim_start_matches('\n'));
    let mut sources = Sources::default();
    let file = sources.add("stack.hcl", text.as_str());
    (sources, stack::read(file, &text, "test"))
}

fn lines(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |diagnostic: &Diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| {
            let (line, column) = sources.get(label.span.file).line_column(label.span.start);
            format!("{}:{column} ", line.saturating_sub(3))
        });
        let help: String = diagnostic.help.iter().map(|help| format!("; {help}")).collect();
        format!("{}{} {}{help}", place.unwrap_or_default(), diagnostic.code, diagnostic.message)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}
