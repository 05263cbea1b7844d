//! Hand-written files beside rendered ones: Terraform reads both as one root, so they may not
//! declare the same thing, and what a description names of them must be there.

use std::collections::BTreeMap;
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::structure::{Body as Source, Structure};

use super::header::{Ownership, ownership};
use super::templates::Made;
use crate::component::Input;
use crate::diagnostic::{Diagnostic, Span, codes, did_you_mean};
use crate::hcl::{Body, Item};
use crate::project::Project;
use crate::stack::Stack;
use crate::stack::check::RENDERED_LOCALS;
use crate::stack::lower::Root;
use crate::stack::value::Reference;

/// What files declare, in Terraform's words (`variable "x"`, `local.x`), and where.
type Declared<P> = BTreeMap<String, P>;

/// Complains about what a root and the hand-written files in its folder do not agree on.
pub(super) fn check(
    project: &Project,
    folder: &str,
    stack: &Stack,
    root: &Root,
    made: &[Made],
) -> Vec<Diagnostic> {
    let (mut written, whole) = written(project, folder, root);
    let rendered = rendered(root);
    let mut diagnostics = Vec::new();
    for (what, (path, span)) in &written {
        if let Some(file) = rendered.get(what) {
            diagnostics.push(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("{what} stands in `{file}` and in `{path}`"),
                )
                .at(*span, "written by hand")
                .help("Terraform reads both as one root: give one of them another name"),
            );
        }
    }
    let mut earlier = BTreeMap::new();
    for made in made.iter().filter(|made| made.name.ends_with(".tf") && !overrides(&made.name)) {
        // What is no HCL was complained of.
        let Ok(body) = hcl::edit::parser::parse_body(&made.text) else { continue };
        for (what, range) in declarations(&body) {
            let range = range.unwrap_or(0..0);
            let (other, place) = match (rendered.get(&what), written.get(&what)) {
                (Some(file), _) => ((*file).to_owned(), None),
                (None, Some((path, span))) => {
                    let earlier =
                        earlier.get(&what).map(|(made, range): &(&Made, Range<usize>)| {
                            made.place(project, stack, range.clone())
                        });
                    (path.clone(), earlier.or(Some(*span)))
                }
                (None, None) => {
                    let start = Span::new(made.from.file, 0..0);
                    written.insert(what.clone(), (made.from.path.clone(), start));
                    earlier.insert(what, (made, range));
                    continue;
                }
            };
            let span = made.place(project, stack, range);
            let message = format!("{what} stands in `{other}` and in `{}`", made.from.path);
            diagnostics.push(
                Diagnostic::error(codes::NAME_CLASH, message)
                    .at(span, "made by the template")
                    .also(place, "and here")
                    .help("Terraform reads both as one root: give one of them another name"),
            );
        }
    }
    if whole {
        diagnostics.extend(unknown(stack, &rendered, &written));
    }
    diagnostics
}

/// What the hand-written files declare; and whether they could all be read. What Terraform alone
/// can read is left to it.
fn written(project: &Project, folder: &str, root: &Root) -> (Declared<(String, Span)>, bool) {
    let mut declared = Declared::new();
    let mut whole = true;
    for name in project.names(folder) {
        let rendered = root.files.contains_key(name.as_str()) || name == crate::image::FILE;
        if rendered || name.starts_with('.') || overrides(&name) {
            continue;
        }
        whole &= !name.ends_with(".tf.json");
        if !name.ends_with(".tf") {
            continue;
        }
        let path = format!("{folder}/{name}");
        let Some((file, text)) = project.read(&path).unwrap_or(None) else {
            whole = false;
            continue;
        };
        if ownership(text.as_bytes()) != Ownership::Foreign {
            continue;
        }
        match hcl::edit::parser::parse_body(&text) {
            Err(_) => whole = false,
            Ok(body) => {
                for (what, range) in declarations(&body) {
                    let span = Span::new(file, range.unwrap_or(0..0));
                    declared.entry(what).or_insert((path.clone(), span));
                }
            }
        }
    }
    (declared, whole)
}

/// True for a file that changes what others declare (Terraform language, "Override Files").
fn overrides(name: &str) -> bool {
    name == "override.tf" || name.ends_with("_override.tf")
}

fn declarations(body: &Source) -> Vec<(String, Option<std::ops::Range<usize>>)> {
    let mut found = Vec::new();
    for block in body.blocks() {
        let kind = block.ident.as_str();
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        if kind == "locals" {
            for structure in block.body.iter() {
                if let Structure::Attribute(local) = structure {
                    found.push((format!("`local.{}`", local.key.as_str()), local.key.span()));
                }
            }
        } else if let Some(what) = declaration(kind, &labels, block.body.has_attribute("alias")) {
            found.push((what, block.ident.span()));
        }
        for nested in block.body.blocks().filter(|_| kind == "terraform") {
            let nested_kind = nested.ident.as_str();
            found.extend(settings(nested_kind).map(|what| (what, nested.ident.span())));
        }
    }
    found
}

/// A block that can stand once in a root, in Terraform's words.
fn declaration(kind: &str, labels: &[&str], aliased: bool) -> Option<String> {
    match (kind, labels) {
        ("variable" | "output" | "module", [name]) => Some(format!("`{kind} \"{name}\"`")),
        ("data" | "resource", [ty, name]) => Some(format!("`{kind} \"{ty}\" \"{name}\"`")),
        ("provider", [name]) if !aliased => Some(format!("`provider \"{name}\"`")),
        _ => None,
    }
}

/// A block inside `terraform` that can stand once.
fn settings(kind: &str) -> Option<String> {
    match kind {
        "required_providers" => Some("`required_providers`".to_owned()),
        "backend" | "cloud" => Some("the backend".to_owned()),
        _ => None,
    }
}

/// What the rendered files declare, and in which file.
fn rendered(root: &Root) -> Declared<&'static str> {
    let mut declared = Declared::new();
    for (file, Body { items }) in &root.files {
        for item in items {
            let Item::Block(block) = item else { continue };
            let labels: Vec<&str> = block.labels.iter().map(String::as_str).collect();
            if let Some(what) = declaration(&block.kind, &labels, false) {
                declared.insert(what, *file);
            }
            for item in &block.body.items {
                match (block.kind.as_str(), item) {
                    ("locals", Item::Attribute(local)) => {
                        declared.insert(format!("`local.{}`", local.name), *file);
                    }
                    ("terraform", Item::Block(nested)) => {
                        declared.extend(settings(&nested.kind).map(|what| (what, *file)));
                    }
                    _ => {}
                }
            }
        }
    }
    declared
}

/// Names of variables and locals that nothing declares.
fn unknown(
    stack: &Stack,
    rendered: &Declared<&'static str>,
    written: &Declared<(String, Span)>,
) -> Vec<Diagnostic> {
    let locals = stack.locals.iter().filter(|(name, _)| stack.has_local(name));
    let of_locals = locals.flat_map(|(_, local)| local.value.references.clone());
    let components = stack.components.iter().filter(|(id, _)| stack.is_here(id));
    let references = components.flat_map(|(_, component)| component.references());
    let known = |kind: &str| -> Vec<String> {
        let (start, end) = if kind == "var" { ("`variable \"", "\"`") } else { ("`local.", "`") };
        let mut names: Vec<String> = rendered
            .keys()
            .chain(written.keys())
            .filter_map(|what| Some(what.strip_prefix(start)?.strip_suffix(end)?.to_owned()))
            .collect();
        if kind == "local" {
            names.extend(RENDERED_LOCALS.iter().map(|name| (*name).to_owned()));
        }
        names
    };
    let (variables, locals) = (known("var"), known("local"));
    let mut diagnostics = Vec::new();
    for Reference { kind, label, span, .. } in references.chain(of_locals) {
        let names = match kind.as_str() {
            "var" => &variables,
            "local" => &locals,
            _ => continue,
        };
        if names.contains(&label) {
            continue;
        }
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_REFERENCE,
            format!("nothing declares `{kind}.{label}`"),
        )
        .at(span, "");
        let meant = did_you_mean(&label, names.iter().map(String::as_str));
        diagnostics.push(match (meant, kind.as_str()) {
            (Some(name), "var") if stack.component::<Input>(name).is_some() => {
                diagnostic.help(format!("did you mean `input.{name}`?"))
            }
            (Some(name), kind) => diagnostic.help(format!("did you mean `{kind}.{name}`?")),
            (None, "var") => {
                diagnostic.help(format!("add `input \"{label}\" {{}}`, or declare it by hand"))
            }
            (None, _) => diagnostic.help(format!("add it to `locals {{ {label} = … }}`")),
        });
    }
    diagnostics
}
