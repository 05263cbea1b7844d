//! Modules that `terraform init` has downloaded into a root: `.terraform/modules/modules.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::root::{join, joined};
use super::scan::Call;
use super::versions::is_allowed;

/// Where Terraform puts them, in a root.
pub(super) const MODULES: &str = ".terraform/modules";

/// The modules that are installed in a root, by key: `vpc`, `vpc.endpoints`.
#[derive(Debug, Clone, Default)]
pub(super) struct Modules(BTreeMap<String, Installed>);

#[derive(Debug, Clone, Deserialize)]
struct Installed {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Source", default)]
    source: String,
    #[serde(rename = "Version", default)]
    version: String,
    #[serde(rename = "Dir")]
    dir: String,
}

impl Modules {
    /// Those of the root in a folder of the tree. What cannot be read is not there.
    pub fn read(top: &Path, folder: &str) -> Self {
        #[derive(Deserialize)]
        struct Manifest {
            #[serde(rename = "Modules")]
            modules: Vec<Installed>,
        }
        let file = top.join(folder).join(MODULES).join("modules.json");
        let manifest = fs::read(file).ok().and_then(|json| serde_json::from_slice(&json).ok());
        let modules = manifest.map_or(Vec::new(), |manifest: Manifest| manifest.modules);
        let installed = modules.into_iter().filter(|it| {
            let there = joined(folder, &it.dir).is_some_and(|dir| top.join(dir).is_dir());
            it.dir.starts_with(&join(MODULES, "")) && there
        });
        Self(installed.map(|it| (it.key.clone(), it)).collect())
    }

    /// Where the module of a call is, from the root, if what is installed is what the call names.
    pub fn folder(&self, key: &str, call: &Call) -> Option<&str> {
        let installed = self.0.get(key)?;
        // The registry's host may be left out.
        let same = installed.source == call.source
            || installed.source.strip_suffix(&call.source).is_some_and(|host| host.ends_with('/'));
        let allowed = is_allowed(call.version.as_deref(), &installed.version);
        (same && allowed).then_some(installed.dir.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets a module and what it calls.
    pub fn remove(&mut self, key: &str) {
        let below = format!("{key}.");
        self.0.retain(|known, _| known != key && !known.starts_with(&below));
    }
}
