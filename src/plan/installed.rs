//! Providers that `terraform init` has installed in a root: their own schema instead of the facts'.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::distill::{self, Options};
use super::error::Error;
use super::facts;
use super::root::Needs;
use super::schema::{Provider, Resource};
use super::terraform::{Surroundings, Terraform};
use super::versions::numbers;

/// Where Terraform puts them, in a root: `<host>/<namespace>/<type>/<version>/<platform>`.
const PROVIDERS: &str = ".terraform/providers";

/// The schemas of the installed providers among those that a root needs, with what our facts add.
/// Nothing in the root is written: Terraform runs in `home`, and takes the root's providers for a
/// mirror that it installs from.
///
/// # Errors
/// When none is installed, or Terraform cannot be asked.
pub(super) fn providers(
    root: &Path,
    shown: &str,
    needs: &Needs,
    terraform: &Terraform,
    home: &Path,
) -> Result<Vec<Provider>, Error> {
    let mirror = root.join(PROVIDERS);
    let needed = needs.names();
    let mut chosen: BTreeMap<String, String> = BTreeMap::new();
    for (address, versions) in installed(&mirror) {
        let name = facts::short_name(&address);
        if !needed.contains(name) {
            continue;
        }
        let locked = needs.versions.get(name).and_then(|wanted| wanted.locked.as_ref());
        let version = locked.filter(|locked| versions.contains(*locked)).or(versions.last());
        if let Some(version) = version {
            chosen.insert(address, version.clone());
        }
    }
    if chosen.is_empty() {
        return Err(Error::NotInstalled { root: shown.to_owned() });
    }
    let folder = home.join("root");
    fs::create_dir_all(&folder).map_err(Error::io("make", "a temporary folder"))?;
    fs::write(folder.join("main.tf"), requirements(&chosen))
        .map_err(Error::io("write", "a temporary file"))?;
    let surroundings = Surroundings::Offline { home, reattach: None };
    let mirror = format!("-plugin-dir={}", mirror.display());
    let init = ["init", "-input=false", "-backend=false", "-no-color", &mirror];
    terraform.run(&folder, &init, &surroundings)?.success()?;
    let schema = terraform.run(&folder, &["providers", "schema", "-json"], &surroundings)?;
    let command = schema.command.clone();
    let schema = String::from_utf8_lossy(&schema.success()?.stdout).into_owned();
    let mut providers = Vec::new();
    for (address, version) in chosen {
        let options = Options { provider: Some(address), version, selection: None };
        let mut provider = distill::distill(&schema, &options)
            .map_err(|error| Error::Answer { command: command.clone(), why: error.to_string() })?;
        keep(&mut provider.resources, &needs.resources);
        keep(&mut provider.data_sources, &needs.data_sources);
        keep(&mut provider.ephemeral, &needs.data_sources);
        if let Some(Ok(facts)) =
            facts::provider(&provider.name, &needs.resources, &needs.data_sources)
        {
            distill::take_over(&mut provider, &facts);
        }
        providers.push(provider);
    }
    Ok(providers)
}

fn keep(resources: &mut BTreeMap<String, Resource>, needed: &BTreeSet<String>) {
    resources.retain(|name, _| needed.contains(name));
}

/// The addresses in a folder of providers, with their versions, the oldest first.
fn installed(mirror: &Path) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for host in names(mirror) {
        for namespace in names(&mirror.join(&host)) {
            for ty in names(&mirror.join(&host).join(&namespace)) {
                let address = format!("{host}/{namespace}/{ty}");
                let mut versions = names(&mirror.join(&address));
                versions.retain(|version| !names(&mirror.join(&address).join(version)).is_empty());
                versions.sort_by_key(|version| numbers(version));
                if !versions.is_empty() {
                    found.insert(address, versions);
                }
            }
        }
    }
    found
}

/// What is in a folder, sorted; what cannot be read is not there.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

fn requirements(chosen: &BTreeMap<String, String>) -> String {
    let mut text = "terraform {\n  required_providers {\n".to_owned();
    for (number, (address, version)) in chosen.iter().enumerate() {
        let (address, version) = (quoted(address), quoted(&format!("= {version}")));
        let _ = writeln!(text, "    p{number} = {{ source = {address}, version = {version} }}");
    }
    text + "  }\n}\n"
}

/// Names of folders hold no `${`, which would be a template.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text.replace("${", "$${")).to_string()
}
