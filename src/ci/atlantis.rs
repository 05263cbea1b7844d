//! `ci "atlantis"`: `atlantis.yaml`, a project for each root (Atlantis, "Repo Level atlantis.yaml
//! Config").

use std::collections::BTreeMap;

use serde_json::json;

use super::{ExactVersion, Pattern, Root, Templates};
use crate::block;
use crate::choice;
use crate::stack::field::Literal;
use crate::tree::Files;

/// Atlantis knows no other name.
pub const FILE: &str = "atlantis.yaml";

block! {
    /// `atlantis.yaml`: a project for each root, planned when its files or the modules that it calls
    /// change, and applied after the layers that it looks things up in.
    pub struct Atlantis {
        /// The version of Terraform that Atlantis gets and runs; its own when it is not written.
        terraform_version: Option<Literal<ExactVersion>>,
        /// Other files in roots that Terraform reads, as patterns: `files/**`.
        when_modified: Vec<Literal<Pattern>>,
        /// True to plan and apply several projects at once.
        parallel: Literal<bool> = Literal(true),
        /// True to merge the pull request when all of it is applied.
        automerge: Literal<bool> = Literal(false),
        /// What has to be before `atlantis apply`. The server has to allow it
        /// (`allowed_overrides`).
        apply_requirements: Vec<Literal<Requirement>>,
        /// A workflow of the server's configuration. The server has to allow it
        /// (`allowed_overrides`).
        workflow: Option<Literal<String>>,
    }
}

choice! {
    /// What has to be before Atlantis applies (Atlantis, "Command Requirements").
    pub enum Requirement {
        /// Somebody has approved.
        Approved = "approved",
        /// The pull request can be merged.
        Mergeable = "mergeable",
        /// The base has not moved on.
        Undiverged = "undiverged",
    }
}

impl Atlantis {
    /// The file.
    pub fn render(&self, roots: &[Root]) -> Files {
        let groups = groups(roots);
        let project = |root: &Root| {
            let own = ["**/*.tf*", ".terraform.lock.hcl"].map(str::to_owned).into_iter();
            let others = self.when_modified.iter().map(|pattern| pattern.to_string());
            let modules = root
                .modules
                .iter()
                .map(|folder| format!("{}/**/*.tf*", root.seen_from_here(folder)));
            json!({
                "name": root.name,
                "dir": root.folder,
                "when_modified": own.chain(others).chain(modules).collect::<Vec<_>>(),
                "group": groups.get(root.name.as_str()).copied().unwrap_or_default(),
                "after": root.after,
            })
        };
        let values = json!({
            "automerge": self.automerge.0,
            "parallel": self.parallel.0,
            "has_order": roots.iter().any(|root| !root.after.is_empty()),
            "terraform_version": self.terraform_version.as_ref().map(|it| it.as_str()),
            "apply_requirements":
                self.apply_requirements.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
            "workflow": self.workflow.as_ref().map(|it| it.0.as_str()),
            "projects": roots.iter().map(project).collect::<Vec<_>>(),
        });
        let templates = Templates::new(&[(FILE, include_str!("atlantis.yaml.j2"))]);
        Files::from([(FILE.to_owned(), templates.fill(FILE, &values))])
    }
}

/// How many others come before each root, one after another. Layers do not need each other in a ring.
fn groups(roots: &[Root]) -> BTreeMap<&str, usize> {
    let mut groups: BTreeMap<&str, usize> = roots.iter().map(|it| (it.name.as_str(), 0)).collect();
    for _ in 0..roots.len() {
        let mut moved = false;
        for root in roots {
            let before = root.after.iter().filter_map(|name| groups.get(name.as_str()));
            let group = before.map(|group| group + 1).max().unwrap_or(0);
            moved |= groups.insert(&root.name, group) != Some(group);
        }
        if !moved {
            break;
        }
    }
    groups
}
