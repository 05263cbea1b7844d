//! What does not pass the provider's schema does not land: every module, what every component's
//! example renders, and every example in the pages, validated by Terraform with the offline provider.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;
use stackwright::component::{self, ModuleSource, Vocabulary};
use stackwright::diagnostic::Sources;
use stackwright::{hcl as rendering, stack};

use crate::plan::command;
use crate::support::{Project, Run, files, terraform};

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A project with the module library and nothing else. `None` without Terraform.
fn project() -> Option<Project> {
    let project = Project::empty();
    terraform(&project.path(""), &["version"])?;
    for (path, content) in files(&repository("modules")) {
        project.write(&format!("modules/{path}"), content);
    }
    for module in unprotected() {
        for (file, content) in module.contents() {
            project.write(&format!("modules/{}/{file}", module.name), content);
        }
    }
    Some(project)
}

/// The variants that are made where a stack calls one.
fn unprotected() -> impl Iterator<Item = ModuleSource> {
    component::kinds().iter().filter_map(component::Kind::unprotected)
}

fn modules() -> BTreeSet<String> {
    let folders = fs::read_dir(repository("modules")).unwrap();
    folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn validate(project: &Project, args: &[&str]) -> Run {
    project.finish(command(project, &[&["validate"], args].concat()))
}

#[test]
fn every_module_is_valid() {
    let Some(project) = project() else { return };
    let modules = modules();
    assert!(modules.contains("network") && modules.contains("task_role"), "{modules:?}");
    for module in modules.into_iter().chain(unprotected().map(|module| module.name.to_owned())) {
        let run = validate(&project, &["--root", &format!("modules/{module}")]);
        assert_eq!(run, Run { code: Some(0), out: "1 root: valid\n".into(), err: String::new() });
    }
}

/// The texts between `r#"` and `"#` in a source, and how those that have a name are called.
fn raw_texts(source: &str) -> Vec<(Option<&str>, &str)> {
    let mut texts = Vec::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("r#\"") {
        let Some((text, after)) = after.split_once("\"#") else { break };
        let before = before.trim_end();
        let name = before.strip_suffix(": &str =").and_then(|it| it.rsplit(' ').next());
        // Expected output is no example.
        if !before.ends_with('@') {
            texts.push((name, text));
        }
        rest = after;
    }
    texts
}

/// The descriptions among a component's tests that are right: blocks or the fields of one, alone or
/// beside texts that have a name.
fn descriptions(kind: &str, source: &str) -> BTreeSet<String> {
    let texts = raw_texts(source);
    let named: Vec<&str> =
        texts.iter().filter(|(name, _)| name.is_some()).map(|(_, text)| *text).collect();
    let beside: Vec<String> = std::iter::once(String::new())
        .chain(named.iter().map(|text| (*text).to_owned()))
        .chain([named.concat()])
        .collect();
    let head = match kind {
        "dns" => "dns \"main\" {\n  zone = \"example.org\"\n".to_owned(),
        "discovery" | "mount" | "service" => {
            "service \"api\" {\n  cluster = cluster.main\n  image = image.server\n".to_owned()
        }
        kind => format!("{kind} \"main\" {{\n"),
    };
    let descriptions = texts.iter().flat_map(|(_, text)| {
        let forms = [(*text).to_owned(), format!("{head}{text}\n}}\n")];
        let wholes = forms.into_iter().flat_map(|form| {
            beside.iter().map(move |beside| {
                format!("stack \"test\" {{\n  region = \"us-west-2\"\n}}\n{form}\n{beside}")
            })
        });
        wholes.filter(|whole| root(whole).is_some()).take(1).collect::<Vec<_>>()
    });
    descriptions.collect()
}

/// The files of a root that a description becomes; `None` when it is not right.
fn root(description: &str) -> Option<BTreeMap<String, String>> {
    let vocabulary = Vocabulary::default();
    let mut sources = Sources::default();
    let file = sources.add("stack.hcl", description);
    let (stack, _) = match stack::environment::variants(&vocabulary, file, description).ok()? {
        None => stack::read(file, description, "test").ok()?,
        Some((variants, ..)) => {
            let first = variants.first()?;
            let made = sources.add("stack.hcl", first.text.as_str());
            stack::read_root(&vocabulary, made, &first.text, "test", Some(&first.name)).ok()?
        }
    };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut folders = Vec::new();
    for stack in stack.roots() {
        // A layer has a folder of its own.
        let (folder, up) = match stack.root.split_once('/') {
            Some((_, layer)) if stack.part.is_some() => {
                (format!("{}/", layer.rsplit('/').next().unwrap()), "../")
            }
            _ => (String::new(), ""),
        };
        let root = stack::lower::lower(&stack, &format!("{up}../../modules"));
        let text = |(name, body): (&&'static str, _)| {
            (format!("{folder}{name}"), rendering::print::print(body))
        };
        files.extend(root.files.iter().map(text));
        folders.push(folder);
    }
    let body = hcl::edit::parser::parse_body(description).ok()?;
    let locked = body.get_blocks("image").chain(body.get_blocks("artifact"));
    let labels: Vec<&str> =
        locked.filter_map(|block| Some(block.labels.first()?.as_str())).collect();
    let entry = |label: &&str| {
        format!("    {label} = {{ repository = \"r.io/a\", tag = \"1\", digest = \"sha256:0\" }}\n")
    };
    let entries: String = labels.iter().map(entry).collect();
    let reference = |label: &&str| format!("    {label} = \"r.io/a:1\"\n");
    let references: String = labels.iter().map(reference).collect();
    // The lock.
    let lock = format!(
        "locals {{
  images = {{
{entries}  }}
  image_references = {{
{references}  }}
}}
"
    );
    // What stands in files of the user's own, beside it.
    let by_hand = [
        ("aws_sqs_queue.archive.", "resource \"aws_sqs_queue\" \"archive\" {}\n"),
        ("var.offices", "variable \"offices\" { type = list(string) }\n"),
    ];
    let by_hand = by_hand.iter().filter(|(named, _)| description.contains(named));
    let mut by_hand: String = by_hand.map(|(_, block)| *block).collect();
    let named = description.split("var.").skip(1);
    let name = |rest: &str| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()
    };
    let variables: BTreeSet<String> = named.map(name).collect();
    for variable in variables {
        if !by_hand.contains(&format!("\"{variable}\"")) {
            by_hand.push_str(&format!("variable \"{variable}\" {{}}\n"));
        }
    }
    for folder in folders {
        files.insert(format!("{folder}images.tf"), lock.clone());
        files.insert(format!("{folder}by_hand.tf"), by_hand.clone());
    }
    Some(files)
}

#[test]
fn what_the_examples_of_every_component_render_is_valid() {
    let Some(project) = project() else { return };
    let mut found = String::new();
    let mut called = BTreeSet::new();
    for (path, source) in files(&repository("src/component")) {
        let name = path.trim_end_matches(".rs");
        // These are rendered, validated and planned together: see `examples`.
        let source_text = String::from_utf8_lossy(&source);
        if source_text.contains("/// ```hcl") && modules().contains(name) {
            called.insert(name.to_owned());
        }
        let descriptions = descriptions(name, &String::from_utf8(source).unwrap());
        if !descriptions.is_empty() {
            let _ = writeln!(found, "{name} {}", descriptions.len());
        }
        for (number, description) in descriptions.iter().enumerate() {
            let folder = format!("stacks/{}-{number}", name.replace('_', "-"));
            project.write(&format!("{folder}/stack.hcl"), description);
            for (file, text) in root(description).unwrap() {
                project.write(&format!("{folder}/{file}"), &text);
                let modules = text.split("\"../../modules/").skip(1);
                called.extend(modules.map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
    }
    assert_snapshot!(found);
    // Those that nothing renders a call of are called by the others.
    let inner = ["database_proxy", "schedule", "task", "task_role"];
    let mut modules = modules();
    modules.retain(|name| !inner.contains(&name.as_str()));
    called.retain(|name| !unprotected().any(|module| module.name == name));
    assert_eq!(called, modules, "every module is called by an example");
    let run = validate(&project, &[]);
    assert!(run.code == Some(0) && run.out.ends_with(": valid\n"), "{run}");
}

/// What a page leaves out where it shows other blocks.
const STACK: &str = r#"stack "test" {
  region      = "us-west-2"
  environment = "production"
}
"#;

#[test]
fn every_example_in_the_pages_is_valid() {
    let Some(project) = project() else { return };
    let mut pages = vec!["README.md".to_owned()];
    // The examples of the reference are tested together, and those of the codes are wrong, as they say:
    // see `examples` and `explain`.
    let is_read =
        |path: &str| path.ends_with(".md") && !["codes.md", "description.md"].contains(&path);
    let docs = files(&repository("docs")).into_iter().filter(|(path, _)| is_read(path));
    pages.extend(docs.map(|(path, _)| format!("docs/{path}")));
    let mut found = String::new();
    for page in pages {
        let text = fs::read_to_string(repository(&page)).unwrap();
        let blocks: Vec<&str> = text
            .split("\n```hcl\n")
            .skip(1)
            .map(|rest| rest.split_once("\n```").expect("a closed block").0)
            .collect();
        if !blocks.is_empty() {
            let _ = writeln!(found, "{page} {}", blocks.len());
        }
        for (number, block) in blocks.iter().enumerate() {
            let name = page.rsplit('/').next().unwrap().trim_end_matches(".md").to_lowercase();
            let folder = format!("stacks/{name}-{number}");
            let description = match block.starts_with("stack ") {
                true => block.replacen(block.split('"').nth(1).unwrap(), "test", 1),
                false => format!("{STACK}\n{block}"),
            };
            if block.starts_with("bump ") || block.starts_with("ci ") {
                let project = Project::empty();
                project.write("stackwright.hcl", block);
                assert!(stackwright::project::Project::open(&project.path("")).is_ok(), "{block}");
                continue;
            }
            // What is no description is Terraform's, which says so if it is neither.
            let root = root(&description);
            assert!(root.is_some() || !block.starts_with("stack "), "{page}: {block}");
            let root =
                root.unwrap_or_else(|| BTreeMap::from([("main.tf".into(), format!("{block}\n"))]));
            project.write(&format!("{folder}/stack.hcl"), block);
            for (file, text) in root {
                project.write(&format!("{folder}/{file}"), text);
            }
        }
    }
    assert_snapshot!(found);
    let run = validate(&project, &[]);
    assert!(run.code == Some(0) && run.out.ends_with(": valid\n"), "{run}");
}
