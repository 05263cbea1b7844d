//! From components to what Kubernetes reads: YAML below `kubernetes/` in the root.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::Stack;
use super::field::Ref;
use crate::component::{Flux, Image};
use crate::diagnostic::Diagnostic;
use crate::image::{self, Pin};
use crate::yaml;

/// The folder in a root that holds it.
pub const FOLDER: &str = "kubernetes";

/// What a component needs to say what Kubernetes reads of it.
#[derive(Debug)]
pub struct Manifests<'a> {
    /// The whole stack.
    pub stack: &'a Stack,
    /// The label of the component.
    pub label: &'a str,
    /// The root's folder, from the top of the project.
    pub folder: &'a str,
    pins: &'a BTreeMap<String, Pin>,
    files: &'a mut BTreeMap<String, Vec<Json>>,
    problems: &'a mut Vec<Diagnostic>,
}

/// An image as Kubernetes is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shipped {
    /// The address of its repository.
    pub repository: String,
    /// Its tag, in a line that Flux writes where Flux does.
    pub tag: Option<Json>,
    /// Its digest.
    pub digest: Option<String>,
}

impl Manifests<'_> {
    /// Adds an object to a file below [`FOLDER`].
    pub fn add(&mut self, file: &str, object: Json) {
        self.files.entry(format!("{FOLDER}/{file}")).or_default().push(object);
    }

    /// What an image runs. Where its repository is must be known: nobody but Terraform reads
    /// expressions.
    pub fn image(&mut self, reference: &Ref<Image>) -> Option<Shipped> {
        let image = self.stack.get(reference)?;
        let repository = match image::address(self.stack, image, None) {
            Ok(address) => address.to_string(),
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        // An image without an entry is complained of where the lock is rendered.
        let pin = self.pins.get(&reference.label).cloned().unwrap_or_default();
        let Some(flux) = &image.flux else {
            let tag = pin.tag.map(|tag| json!(tag.to_string()));
            return Some(Shipped { repository, tag, digest: pin.digest.map(|it| it.to_string()) });
        };
        let tag = pin.tag.unwrap_or_else(|| flux.first_tag.0.clone()).to_string();
        let namespace = self.stack.get(&flux.by).map_or("flux-system", Flux::namespace);
        let tag = yaml::by_flux(&tag, namespace, &Image::flux_name(&reference.label));
        Some(Shipped { repository, tag: Some(tag), digest: None })
    }
}

/// The files that Kubernetes reads of a root in a folder, below that folder.
///
/// # Errors
/// Images whose repository only Terraform knows.
pub fn manifests(
    stack: &Stack,
    folder: &str,
    pins: &BTreeMap<String, Pin>,
) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let (mut files, mut problems) = (BTreeMap::new(), Vec::new());
    let here = stack.components.iter().filter(|(id, _)| stack.is_here(id));
    let mut sorted: Vec<_> = here.collect();
    sorted.sort_by_key(|(id, _)| *id);
    for (id, component) in sorted {
        let (files, problems) = (&mut files, &mut problems);
        component.manifests(&mut Manifests {
            stack,
            label: &id.label,
            folder,
            pins,
            files,
            problems,
        });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(files.into_iter().map(|(name, objects)| (name, yaml::print(&objects))).collect())
}

/// An object of Kubernetes, its fields in the order that people write them.
pub fn object(api_version: &str, kind: &str, name: &str, namespace: Option<&str>) -> Json {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!(name));
    if let Some(namespace) = namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})
}

/// The same with one field more, where there is something in it.
pub fn with(mut object: Json, name: &str, value: impl Into<Json>) -> Json {
    let value = value.into();
    let empty = match &value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        _ => false,
    };
    if let (Json::Object(fields), false) = (&mut object, empty) {
        fields.insert(name.to_owned(), value);
    }
    object
}
