//! A root and the module folders that it reaches, as they stand in some tree of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::documents::Document;
use super::doubt::{Origins, without_conditions};
use super::error::Error;
use super::facts::short_name;
use super::modules::{MODULES, Modules};
use super::placeholder;
use super::scan::{Call, Names, STUBS, Text, add_whole, add_words, state_path};
use super::versions::{LOCK, Wanted, locked};
use crate::stack::transfer;

/// How deep modules may call modules; a module that calls itself ends here.
const MAX_DEPTH: usize = 24;

/// A root that has been read.
#[derive(Debug, Clone, Default)]
pub struct Root {
    /// Its folder, relative to the top of its tree, with `/`; empty for the top itself.
    pub folder: String,
    /// The folders that it reaches, itself among them, by path.
    folders: BTreeMap<String, Folder>,
    /// Files that could not be read as HCL or JSON, by path.
    pub unreadable: Vec<String>,
    /// The versions of providers in its lock file, by provider.
    locked: BTreeMap<String, String>,
    /// The modules that are installed in it.
    modules: Modules,
    /// Module calls that are not looked into, by key, with their source.
    unseen: BTreeMap<String, String>,
    /// Which folder a call leads to: the caller's folder, the call's name, the module's folder.
    calls: BTreeSet<(String, String, String)>,
}

#[derive(Debug, Clone, Default)]
struct Folder {
    names: Names,
    /// Every word that stands in it.
    words: BTreeSet<String>,
    /// What may be types of which it uses an object as a whole.
    whole: BTreeSet<String>,
    /// Files that are planned with other content than they have.
    edited: BTreeMap<String, String>,
}

impl Folder {
    /// Takes conditions out of a file of it. False when there are none.
    fn drop_conditions(&mut self, folder: &Path, file: &str, line: Option<usize>) -> bool {
        let text = match self.edited.get(file) {
            Some(text) => Some(text.clone()),
            None => fs::read_to_string(folder.join(file)).ok(),
        };
        let without = text.and_then(|text| without_conditions(&text, line));
        let is_there = without.is_some();
        self.edited.extend(without.map(|text| (file.to_owned(), text)));
        is_there
    }
}

/// The outputs of other roots' states, as a state holds them, by the names of the data sources that
/// look them up.
pub(super) type States = BTreeMap<String, Value>;

/// What a root wants of providers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Providers by local name, with their source where one is written.
    pub providers: BTreeMap<String, Option<String>>,
    /// The resource types that it manages.
    pub resources: BTreeSet<String>,
    /// The data sources that it reads, and its ephemeral resources.
    pub data_sources: BTreeSet<String>,
    /// Which versions it wants, by provider.
    pub versions: BTreeMap<String, Wanted>,
    /// The secrets and parameters that it reads as JSON.
    pub documents: BTreeSet<Document>,
    /// Every word that stands in it: the arguments and attributes that it names are among them.
    pub words: BTreeSet<String>,
    /// The types of which it uses an object as a whole, and not only attributes that it names.
    pub whole: BTreeSet<String>,
}

impl Needs {
    /// Adds what another wants.
    pub fn add(&mut self, other: Self) {
        for (name, source) in other.providers {
            let known = self.providers.entry(name).or_default();
            *known = known.take().or(source);
        }
        self.resources.extend(other.resources);
        self.data_sources.extend(other.data_sources);
        self.documents.extend(other.documents);
        self.words.extend(other.words);
        self.whole.extend(other.whole);
        for (name, wanted) in other.versions {
            self.versions.entry(name).or_insert(wanted);
        }
    }

    /// The providers by namespace and type, `hashicorp/aws`.
    pub fn names(&self) -> BTreeSet<String> {
        let providers = self.providers.iter().filter(|(name, _)| *name != BUILT_IN);
        providers.map(|(name, source)| provider_name(name, source.as_deref())).collect()
    }
}

/// Terraform has this one in itself.
const BUILT_IN: &str = "terraform";

/// Namespace and type of a provider by its local name and source.
fn provider_name(name: &str, source: Option<&str>) -> String {
    match source {
        Some(source) => short_name(source).to_owned(),
        None => format!("hashicorp/{name}"),
    }
}

impl Root {
    /// Reads a root and what it reaches. `top` is what may be read.
    ///
    /// # Errors
    /// When a file cannot be read; not when it is no HCL.
    pub fn read(top: &Path, folder: &str) -> Result<Self, Error> {
        Self::read_with(top, folder, Modules::read(top, folder))
    }

    /// Reads it without these modules, though they may be installed.
    ///
    /// # Errors
    /// As [`Root::read`].
    pub fn read_without<'a>(
        top: &Path,
        folder: &str,
        keys: impl IntoIterator<Item = &'a String>,
    ) -> Result<Self, Error> {
        let mut modules = Modules::read(top, folder);
        keys.into_iter().for_each(|key| modules.remove(key));
        Self::read_with(top, folder, modules)
    }

    fn read_with(top: &Path, folder: &str, modules: Modules) -> Result<Self, Error> {
        let mut root = Self { folder: folder.to_owned(), modules, ..Self::default() };
        if let Ok(lock) = fs::read_to_string(top.join(join(folder, LOCK))) {
            root.locked = locked(&lock);
        }
        let mut seen = BTreeSet::new();
        let mut pending = vec![(folder.to_owned(), String::new(), 0)];
        while let Some((path, key, depth)) = pending.pop() {
            // What is installed differs from call to call, and what is local does not.
            let call = if root.modules.is_empty() { String::new() } else { key.clone() };
            if depth > MAX_DEPTH || !seen.insert((path.clone(), call)) {
                continue;
            }
            if !root.folders.contains_key(&path) {
                let found = root.read_folder(top, &path)?;
                root.folders.insert(path.clone(), found);
            }
            let calls = root.folders[&path].names.calls.iter();
            let (mut unseen, mut led) = (Vec::new(), Vec::new());
            for (name, call) in calls {
                let key = joined_key(&key, name);
                match root.folder_of(&path, &key, call) {
                    Some(folder) => {
                        led.push((path.clone(), name.clone(), folder.clone()));
                        pending.push((folder, key, depth + 1));
                    }
                    None if call.is_local() => {}
                    None => unseen.push((key, call.source.clone())),
                }
            }
            root.unseen.extend(unseen);
            root.calls.extend(led);
        }
        Ok(root)
    }

    /// The folder of the tree that a call in another one leads to.
    fn folder_of(&self, path: &str, key: &str, call: &Call) -> Option<String> {
        match call.is_local() {
            true => joined(path, &call.source),
            false => joined(&self.folder, self.modules.folder(key, call)?),
        }
    }

    fn read_folder(&mut self, top: &Path, path: &str) -> Result<Folder, Error> {
        let mut folder = Folder::default();
        for name in terraform_files(&top.join(path)).map_err(Error::io("read", path))? {
            let file = join(path, &name);
            let text = match fs::read_to_string(top.join(&file)) {
                Ok(text) => text,
                // Terraform says what is wrong with it.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    self.unreadable.push(file);
                    continue;
                }
                Err(error) => return Err(Error::io("read", file)(error)),
            };
            add_words(&mut folder.words, &text);
            add_whole(&mut folder.whole, &text);
            match folder.names.add(&name, &text) {
                Some(Text::Same) => {}
                Some(Text::Edited(text)) => {
                    folder.edited.insert(name, text);
                }
                None => self.unreadable.push(file),
            }
        }
        Ok(folder)
    }

    /// True when there is no Terraform in it.
    pub fn is_empty(&self) -> bool {
        self.folders.get(&self.folder).is_none_or(|folder| folder.names == Names::default())
    }

    /// The folders that it reaches, itself among them, relative to the top.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.keys().map(String::as_str)
    }

    /// True when it is made of what is at a path, or of something below it.
    pub fn reaches(&self, path: &str) -> bool {
        let below = |folder: &str| is_below(path, folder);
        self.folders.iter().any(|(folder, found)| {
            let mut up = found
                .names
                .up
                .iter()
                .filter_map(|up| joined(folder, up.trim_end_matches(['.', '/'])));
            below(folder) || up.any(|up| !up.is_empty() && below(&up))
        })
    }

    /// What it wants of providers.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for Folder { names, words, whole, .. } in self.folders.values() {
            needs.add(Needs {
                providers: names.providers.clone(),
                resources: names.resources.clone(),
                data_sources: names.data_sources.clone(),
                documents: names.documents.all().collect(),
                versions: BTreeMap::new(),
                words: words.clone(),
                whole: whole.clone(),
            });
            for (name, constraint) in &names.constraints {
                let source = names.providers.get(name).and_then(Option::as_deref);
                let wanted = needs.versions.entry(provider_name(name, source)).or_default();
                wanted.constraint.get_or_insert_with(|| constraint.clone());
            }
        }
        for (name, version) in &self.locked {
            needs.versions.entry(name.clone()).or_default().locked = Some(version.clone());
        }
        needs
    }

    /// Every resource that it declares, by its address without keys, and whether Terraform may not
    /// destroy it.
    pub fn guarded(&self) -> BTreeMap<String, bool> {
        let mut guarded = BTreeMap::new();
        self.add_guarded(&self.folder, "", "", 0, &mut guarded);
        guarded
    }

    fn add_guarded(
        &self,
        path: &str,
        key: &str,
        address: &str,
        depth: usize,
        guarded: &mut BTreeMap<String, bool>,
    ) {
        let Some(folder) = self.folders.get(path).filter(|_| depth < MAX_DEPTH) else { return };
        let own = folder.names.guarded.iter();
        guarded.extend(own.map(|(name, is)| (format!("{address}{name}"), *is)));
        for (name, call) in &folder.names.calls {
            let key = joined_key(key, name);
            if let Some(inner) = self.folder_of(path, &key, call) {
                let address = format!("{address}module.{name}.");
                self.add_guarded(&inner, &key, &address, depth + 1, guarded);
            }
        }
    }

    /// Its module calls that are not previewed: they would have to be downloaded.
    pub fn unseen(&self) -> &BTreeMap<String, String> {
        &self.unseen
    }

    /// Plans it without the conditions that end a plan: a tree that was there has met them.
    pub fn drop_conditions(&mut self, top: &Path) {
        for (path, folder) in &mut self.folders {
            for file in terraform_files(&top.join(path)).unwrap_or_default() {
                folder.drop_conditions(&top.join(path), &file, None);
            }
        }
    }

    /// Plans it without the imports of what moves here from another layer: where nothing was before,
    /// nothing is imported.
    pub(super) fn drop_imports(&mut self) {
        if let Some(folder) = self.folders.get_mut(&self.folder)
            && folder.names.variables.remove(transfer::VARIABLE).is_some()
        {
            folder.edited.insert(transfer::IMPORTS.to_owned(), String::new());
        }
    }

    /// True when something moves here from another layer.
    pub(super) fn is_entered(&self) -> bool {
        let own = self.folders.get(&self.folder);
        own.is_some_and(|own| own.names.variables.contains_key(transfer::VARIABLE))
    }

    /// Plans it without a condition, by its file below the top and its line. False when there is
    /// none.
    pub fn drop_condition(&mut self, top: &Path, file: &str, line: usize) -> bool {
        let (path, file) = file.rsplit_once('/').unwrap_or(("", file));
        let folder = self.folders.get_mut(path);
        folder.is_some_and(|folder| folder.drop_conditions(&top.join(path), file, Some(line)))
    }

    /// What its values follow from. `var_files` give values beside its own.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn origins(&self, top: &Path, var_files: &[PathBuf]) -> Result<Origins, Error> {
        let mut placeholders = self.placeholders(top)?;
        for file in var_files {
            // Terraform has read it.
            let text = fs::read_to_string(file).unwrap_or_default();
            retain_unset(&mut placeholders, &file.to_string_lossy(), &text);
        }
        let mut origins = Origins {
            root: self.folder.clone(),
            calls: self.calls.clone(),
            placeholders: placeholders.into_keys().collect(),
            ..Origins::default()
        };
        for path in self.folders.keys() {
            let written = origins.folders.entry(path.clone()).or_default();
            for file in terraform_files(&top.join(path)).map_err(Error::io("read", path))? {
                written.add(&fs::read_to_string(top.join(path).join(file)).unwrap_or_default());
            }
        }
        Ok(origins)
    }

    /// Puts what is planned into a new folder: links to the files, copies of what has to change,
    /// and, in a folder of data, what Terraform would have installed.
    ///
    /// # Errors
    /// When something cannot be written.
    pub(super) fn stage(
        &self,
        top: &Path,
        target: &Path,
        data: &Path,
        states: &States,
    ) -> Result<(), Error> {
        let failed = |error| Error::Io { doing: "stage", path: self.folder.clone(), error };
        let deep = self.folders.values().any(|folder| folder.names.lists_files);
        let mut real: BTreeSet<&str> = BTreeSet::from([""]);
        for folder in self.folders.keys() {
            real.extend(ancestors(folder));
        }
        // Beside a root may stand a thousand others, and only what paths lead to is looked at.
        let led: BTreeSet<String> = self
            .folders
            .iter()
            .flat_map(|(folder, found)| found.names.up.iter().filter_map(|up| joined(folder, up)))
            .collect();
        let is_led_to = |path: &str| led.iter().any(|to| is_below(path, to) || is_below(to, path));
        for path in &real {
            let folder = self.folders.get(*path);
            let source = top.join(path);
            // Terraform's own data stay out of it, but for the modules.
            let is_data = [".terraform", MODULES].iter().any(|data| path.ends_with(data));
            if is_data {
                fs::create_dir_all(target.join(path)).map_err(failed)?;
            // Terraform says that a module's folder is missing.
            } else if source.is_dir() {
                fs::create_dir_all(target.join(path)).map_err(failed)?;
                link(&source, &target.join(path), deep && folder.is_some(), &|name| {
                    let below = join(path, name);
                    real.contains(below.as_str())
                        || match folder {
                            Some(folder) => folder.edited.contains_key(name),
                            None => !is_led_to(&below),
                        }
                })
                .map_err(failed)?;
            }
            for (name, text) in folder.iter().flat_map(|folder| &folder.edited) {
                fs::write(target.join(path).join(name), text).map_err(failed)?;
            }
        }
        self.write_stubs(target).map_err(failed)?;
        self.write_states(target, states).map_err(failed)?;
        self.write_manifest(data).map_err(failed)
    }

    /// Puts only what configures its providers into a folder: what is left of a root that is gone,
    /// since Terraform destroys nothing whose provider it does not know.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub(super) fn stage_providers(&self, top: &Path, target: &Path) -> Result<(), Error> {
        let failed = |error| Error::Io { doing: "stage", path: self.folder.clone(), error };
        let mut text = String::new();
        for name in terraform_files(&top.join(&self.folder)).map_err(failed)? {
            let edited = self.folders.get(&self.folder).and_then(|folder| folder.edited.get(&name));
            let source = match edited {
                Some(text) => text.clone(),
                None => fs::read_to_string(top.join(&self.folder).join(&name)).map_err(failed)?,
            };
            let Ok(body) = hcl::edit::parser::parse_body(&source) else { continue };
            for block in body.blocks().filter(|block| {
                // Values that a provider is configured with cannot come from what is gone.
                matches!(block.ident.as_str(), "terraform" | "provider" | "variable")
            }) {
                if let Some(range) = hcl::edit::Span::span(block) {
                    text.push_str(&source[range]);
                    text.push('\n');
                }
            }
        }
        fs::write(target.join("providers.tf"), text).map_err(failed)
    }

    /// A stub for each module that would have to be downloaded: it takes every argument of its call
    /// and gives every output that is named.
    fn write_stubs(&self, target: &Path) -> io::Result<()> {
        for (path, Folder { names, .. }) in &self.folders {
            for (name, call) in names.calls.iter().filter(|(_, call)| !call.is_local()) {
                let folder = target.join(path).join(STUBS).join(name);
                fs::create_dir_all(&folder)?;
                let outputs = names.outputs.get(name);
                fs::write(folder.join("main.tf.json"), stub(call, outputs).to_string())?;
            }
        }
        Ok(())
    }

    /// The other roots in whose states it looks something up, by the names of its data sources.
    pub(super) fn looks_up(&self) -> impl Iterator<Item = &str> {
        let own = self.folders.get(&self.folder);
        own.into_iter().flat_map(|folder| folder.names.states.keys().map(String::as_str))
    }

    /// A state for each other root whose outputs are read: what is known of them, or else values
    /// that are made up.
    fn write_states(&self, target: &Path, states: &States) -> io::Result<()> {
        let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for folder in self.folders.values() {
            for (name, outputs) in &folder.names.states {
                named.entry(name).or_default().extend(outputs.iter().map(String::as_str));
            }
        }
        for (name, outputs) in named {
            let outputs = states.get(name).cloned().unwrap_or_else(|| {
                let outputs = outputs.into_iter().map(|output| {
                    let value = placeholder::of_output(output);
                    let ty = match &value {
                        Value::Array(items) => json!(["tuple", vec!["string"; items.len()]]),
                        _ => json!("string"),
                    };
                    (output.to_owned(), json!({"value": value, "type": ty}))
                });
                Value::Object(outputs.collect())
            });
            let state = json!({
                "version": 4,
                "terraform_version": "1.5.0",
                "serial": 1,
                "lineage": "stackwright",
                "outputs": outputs,
                "resources": [],
            });
            let path = target.join(&self.folder).join(state_path(name));
            fs::create_dir_all(path.parent().unwrap_or(target))?;
            fs::write(path, state.to_string())?;
        }
        Ok(())
    }

    /// What `terraform init` writes of modules.
    fn write_manifest(&self, data: &Path) -> io::Result<()> {
        let mut modules = vec![json!({"Key": "", "Source": "", "Dir": "."})];
        self.manifest(&self.folder, "", ".", 0, &mut modules);
        let folder = data.join("modules");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("modules.json"), json!({"Modules": modules}).to_string())
    }

    /// `from` is the folder as Terraform names it: relative to the root.
    fn manifest(&self, path: &str, key: &str, from: &str, depth: usize, modules: &mut Vec<Value>) {
        let Some(folder) = self.folders.get(path).filter(|_| depth < MAX_DEPTH) else { return };
        for (name, call) in &folder.names.calls {
            let key = joined_key(key, name);
            let source = match call.is_local() {
                true => cleaned_source(&call.source),
                false => format!("./{STUBS}/{name}"),
            };
            let dir = match self.modules.folder(&key, call) {
                Some(dir) => clean(dir),
                None => clean(&format!("{from}/{source}")),
            };
            modules.push(json!({"Key": key, "Source": source, "Dir": dir}));
            if let Some(inner) = self.folder_of(path, &key, call) {
                self.manifest(&inner, &key, &dir, depth + 1, modules);
            }
        }
    }

    /// Placeholders for variables that have no value.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(super) fn placeholders(&self, top: &Path) -> Result<BTreeMap<String, Value>, Error> {
        let mut values = match self.folders.get(&self.folder) {
            Some(folder) => folder.names.variables.clone(),
            None => return Ok(BTreeMap::new()),
        };
        let folder = top.join(&self.folder);
        if values.is_empty() || !folder.is_dir() {
            return Ok(values);
        }
        let failed = |error| Error::Io { doing: "read", path: self.folder.clone(), error };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let Ok(name) = entry.map_err(failed)?.file_name().into_string() else { continue };
            let stem = name.strip_suffix(".json").unwrap_or(&name);
            if stem != "terraform.tfvars" && !stem.ends_with(".auto.tfvars") {
                continue;
            }
            let text = fs::read_to_string(folder.join(&name)).unwrap_or_default();
            retain_unset(&mut values, &name, &text);
        }
        Ok(values)
    }
}

/// Takes the variables out that a file of values sets.
fn retain_unset(values: &mut BTreeMap<String, Value>, file: &str, text: &str) {
    if file.ends_with(".json") {
        let set: serde_json::Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        values.retain(|name, _| !set.contains_key(name));
    } else if let Ok(body) = hcl::edit::parser::parse_body(text) {
        values.retain(|name, _| !body.has_attribute(name));
    }
}

/// A module that cannot be had. Its outputs are known only after apply, as they mostly would be,
/// and of any type.
fn stub(call: &Call, outputs: Option<&BTreeSet<String>>) -> Value {
    let variables: serde_json::Map<String, Value> =
        call.arguments.iter().map(|name| (name.clone(), json!({"default": null}))).collect();
    let resource = |name: &str| format!("{STUB}{name}");
    let empty = BTreeSet::new();
    let outputs = outputs.unwrap_or(&empty);
    let resources: serde_json::Map<String, Value> = outputs
        .iter()
        .map(|name| (resource(name), json!({"input": placeholder::of_output(name)})))
        .collect();
    let outputs: serde_json::Map<String, Value> = outputs
        .iter()
        .map(|name| {
            // An output may carry a secret of the arguments.
            let value = format!("${{terraform_data.{}.output}}", resource(name));
            (name.clone(), json!({"value": value, "sensitive": false}))
        })
        .collect();
    let mut stub = serde_json::Map::new();
    for (kind, content) in [("variable", variables), ("output", outputs)] {
        if !content.is_empty() {
            stub.insert(kind.to_owned(), Value::Object(content));
        }
    }
    if !resources.is_empty() {
        stub.insert("resource".to_owned(), json!({"terraform_data": resources}));
    }
    Value::Object(stub)
}

/// How the names of a stub's resources begin.
pub(super) const STUB: &str = "stackwright_stub_";

/// The files of a folder that Terraform reads, sorted.
pub(super) fn terraform_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // Terraform says that a module's folder is missing.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(names);
        }
        Err(error) => return Err(error),
    };
    for entry in entries {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if is_terraform(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// True for the name of a file that Terraform or OpenTofu reads.
pub(super) fn is_terraform(name: &str) -> bool {
    let ours = [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|end| name.ends_with(end));
    ours && !name.starts_with('.') && !name.starts_with('#') && !name.ends_with('~')
}

/// Links what is in a folder into another one.
fn link(from: &Path, to: &Path, deep: bool, skip: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let private = text.starts_with(".terraform")
            || matches!(text.as_ref(), ".git" | STUBS)
            || text.contains(".tfstate");
        if private || skip(&text) {
            continue;
        }
        let target = to.join(&name);
        if deep && entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            link(&entry.path(), &target, true, &|_| false)?;
        } else {
            std::os::unix::fs::symlink(entry.path(), target)?;
        }
    }
    Ok(())
}

/// `vpc.endpoints`: a call in the module that is called by a key.
fn joined_key(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") }
}

/// Whether a path is a folder, or leads into it.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path and everything above it but the top.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}

/// A name in a folder of the tree.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Where a relative path leads from a folder of the tree; `None` when out of it.
pub(super) fn joined(folder: &str, path: &str) -> Option<String> {
    let path = clean(&join(folder, path));
    match path.as_str() {
        ".." => None,
        "." => Some(String::new()),
        path if path.starts_with("../") || path.starts_with('/') => None,
        path => Some(path.to_owned()),
    }
}

/// A path without needless parts, as Go's `path.Clean` leaves it.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    match format!("{root}{}", parts.join("/")).as_str() {
        "" => ".".to_owned(),
        path => path.to_owned(),
    }
}

/// A local source as Terraform remembers it.
fn cleaned_source(source: &str) -> String {
    match clean(source).as_str() {
        path if path == ".." || path.starts_with("../") => path.to_owned(),
        "." => "./".to_owned(),
        path => format!("./{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_their_tree() {
        assert_eq!(joined("stacks/a", "../../modules/x").as_deref(), Some("modules/x"));
        assert_eq!(joined("stacks/a", "../..").as_deref(), Some(""));
        assert_eq!(joined("a", "../../x"), None);
        assert_eq!(joined("", "./m").as_deref(), Some("m"));
    }

    #[test]
    fn what_stands_beside_a_root_is_only_there_if_a_path_leads_to_it() {
        let top = tempfile::TempDir::new().unwrap();
        let write = |path: &str, text: &str| {
            let path = top.path().join("from").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("stacks/a/main.tf", "module \"m\" {\n  source = \"../../modules/m\"\n}\n");
        write("stacks/a/more.tf", "locals {\n  x = file(\"${path.root}/../shared/x.txt\")\n}\n");
        for beside in ["stacks/b/main.tf", "stacks/shared/x.txt", "modules/m/main.tf", "README.md"]
        {
            write(beside, "");
        }
        let staged = |name: &str| {
            let to = top.path().join(name);
            let root = Root::read(&top.path().join("from"), "stacks/a").unwrap();
            root.stage(&top.path().join("from"), &to, &top.path().join("data"), &States::new())
                .unwrap();
            ["stacks/a/more.tf", "stacks/shared/x.txt", "modules/m/main.tf", "stacks/b/main.tf"]
                .map(|path| to.join(path).exists())
        };
        assert_eq!(staged("to"), [true, true, true, false]);
        // Where it leads is not known before Terraform runs.
        write("stacks/a/more.tf", "locals {\n  x = file(\"../${var.x}/main.tf\")\n}\n");
        assert_eq!(staged("anywhere"), [true; 4]);
    }

    #[test]
    fn sources_are_as_terraform_remembers_them() {
        assert_eq!(cleaned_source("./a//b/"), "./a/b");
        assert_eq!(cleaned_source("../../modules/x/"), "../../modules/x");
    }
}
