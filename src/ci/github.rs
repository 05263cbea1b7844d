//! `ci "github"`: workflows of GitHub Actions.
//!
//! Jobs have the least permissions that they need; every action is pinned to a commit; nothing that
//! a stranger can write reaches a script but through its environment (GitHub, "Secure use
//! reference").

use serde_json::{Value as Json, json};

use super::{
    Access, Cron, EnvironmentName, ExactVersion, Install, Pin, RoleArn, Root, Templates, program_of,
};
use crate::block;
use crate::choice;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::Program;
use crate::project::Project;
use crate::stack::field::{Literal, Map};
use crate::tree::Files;
use crate::value::{Region, Scalar as _, Whole};

/// The workflows that there can be.
pub const FILES: [&str; 3] = [REVIEW, BUMP, DRIFT];

const REVIEW: &str = ".github/workflows/stackwright-review.yml";
const BUMP: &str = ".github/workflows/stackwright-bump.yml";
const DRIFT: &str = ".github/workflows/stackwright-drift.yml";

/// The most jobs of one matrix (GitHub, "Actions limits").
const JOBS: i64 = 256;

/// Each action that a workflow can use, the commit that it is pinned to, and what that is called.
const ACTIONS: [(&str, &str); 6] = [
    ("actions/cache", "668228422ae6a00e4ad889ee87cd7109ec5666a7 # v5.0.4"),
    ("actions/checkout", "de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"),
    ("actions/download-artifact", "37930b1c2abaa49bbe596cd826c3c89aef350131 # v7.0.0"),
    ("actions/upload-artifact", "b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0"),
    ("aws-actions/configure-aws-credentials", "8df5847569e6427dd6c4fb1cf565c83acfa8afa7 # v6.0.0"),
    ("hashicorp/setup-terraform", "dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1"),
];

/// Stackwright's own action. Its commit is not known to itself.
const OWN_ACTION: &str = "stackwright/stackwright";

block! {
    /// Workflows of GitHub Actions. `stackwright-review.yml` checks, validates and plans what a pull
    /// request changes, spread over several runners, and says so in one comment.
    pub struct Github {
        /// The label of the runners.
        runner: Literal<String> = Literal("ubuntu-24.04".to_owned()),
        /// Where `stackwright` comes from: `cargo` is crates.io, in the version that renders the
        /// workflows; `action` is Stackwright's own action, whose commit `actions` then says; a
        /// folder of this repository is installed with `cargo install --path`.
        install: Literal<Install> = Literal(Install::Cargo),
        /// The version of Terraform that validates and plans.
        terraform_version: Literal<ExactVersion> = Literal(default_terraform()),
        /// The most jobs that the affected stacks of a pull request are spread over.
        shards: Literal<Whole<1, JOBS>> = Literal(Whole::new(8)),
        /// After how many minutes a job is given up.
        timeout_minutes: Literal<Whole<1, 360>> = Literal(Whole::new(30)),
        /// Other commits of the actions that are used: `{ "actions/checkout" = "<commit> # v6.0.2" }`.
        actions: Map<Literal<Pin>>,
        /// A workflow that commits new images: `stackwright-bump.yml`.
        @block bump: Option<GithubBump>,
        /// A workflow that looks for drift of what really runs: `stackwright-drift.yml`.
        @block drift: Option<GithubDrift>,
    }
}

block! {
    /// A workflow that commits new images, for others to call after they have built them, to be
    /// started by hand, or by the event `stackwright-bump` of a repository dispatch. It commits to the
    /// branch that it runs on, where the project's own `bump` names none.
    pub struct GithubBump {
        /// How the commit gets to the branch: `git` pushes it; `github` has GitHub make it, which
        /// signs it.
        push_via: Literal<PushVia> = Literal(PushVia::Git),
        /// True to ask the registry whether the images are there, and for their digests. Credentials
        /// are those of the runner.
        resolve: Literal<bool> = Literal(false),
        /// The name of a secret with a token to push with, as that of a GitHub App. What the
        /// workflow's own token pushes starts no other workflow.
        token_secret: Option<Literal<EnvironmentName>>,
    }
}

block! {
    /// A workflow that plans every root with credentials, on a schedule, and keeps one issue open as
    /// long as what runs is not what the stacks say.
    pub struct GithubDrift {
        /// When it runs.
        cron: Literal<Cron>,
        /// The role that GitHub's token is exchanged for. It only has to read.
        role: Literal<RoleArn>,
        /// The roles of some stacks, environments or roots, by name.
        roles: Map<Literal<RoleArn>>,
        /// The region for roots whose own is an expression.
        region: Option<Literal<Region>>,
        /// Environment variables that come from secrets, as the token of a backend or the value of
        /// an input: `{ TF_VAR_db_password = "DB_PASSWORD" }`.
        secrets: Map<Literal<EnvironmentName>>,
        /// The title of the issue.
        issue: Literal<String> = Literal("What runs has drifted".to_owned()),
    }
}

choice! {
    /// How a commit gets to GitHub.
    pub enum PushVia {
        /// By `git push`.
        Git = "git",
        /// By GitHub's API, which signs it.
        Github = "github",
    }
}

/// The version of Terraform that this version of Stackwright is tested with.
pub(super) fn default_terraform() -> ExactVersion {
    ExactVersion::parse("1.11.4").expect("it is one version")
}

impl Github {
    /// Its workflows.
    ///
    /// # Errors
    /// Actions that are not known or have no commit, and what the roots and `drift` disagree about.
    pub fn render(&self, project: &Project, roots: &[Root]) -> Result<Files, Vec<Diagnostic>> {
        let program = &project.program;
        let mut problems = self.unknown_actions();
        problems.extend(self.uninstallable(program));
        if let Some(drift) = &self.drift {
            problems.extend(wrong_names(&drift.secrets));
        }
        let batches = self.drift.as_ref().map(|drift| drift.access().batches(roots, JOBS as usize));
        let batches = match batches {
            Some(Err(found)) => {
                problems.extend(found);
                None
            }
            Some(Ok(batches)) => Some(batches),
            None => None,
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let templates = Templates::new(&[
            ("checkout", include_str!("github/checkout.yml.j2")),
            ("install", include_str!("github/install.yml.j2")),
            ("terraform", include_str!("github/terraform.yml.j2")),
            ("part", include_str!("github/part.yml.j2")),
            (REVIEW, include_str!("github/review.yml.j2")),
            (BUMP, include_str!("github/bump.yml.j2")),
            (DRIFT, include_str!("github/drift.yml.j2")),
        ]);
        let mut values = self.values_for(project);
        let mut files = Files::from([(REVIEW.to_owned(), templates.fill(REVIEW, &values))]);
        if let Some(bump) = &self.bump {
            let has_branch = project.settings.bump.as_ref().is_some_and(|it| it.branch.is_some());
            values["bump"] = json!({
                "push_via": bump.push_via.as_str(),
                "has_branch": has_branch,
                "resolve": bump.resolve.0,
                "token": bump.token_secret.as_ref().map_or_else(
                    || "${{ github.token }}".to_owned(),
                    |secret| format!("${{{{ secrets.{} }}}}", secret.0),
                ),
            });
            files.insert(BUMP.to_owned(), templates.fill(BUMP, &values));
        }
        if let (Some(drift), Some(batches)) = (&self.drift, batches) {
            let mut secrets: Vec<(&str, &str)> =
                drift.secrets.iter().map(|(name, secret)| (name, secret.as_str())).collect();
            secrets.sort_unstable();
            values["drift"] = json!({
                "cron": drift.cron.as_str(),
                "issue": drift.issue.0,
                "batches": batches,
                "secrets": secrets,
            });
            files.insert(DRIFT.to_owned(), templates.fill(DRIFT, &values));
        }
        Ok(files)
    }

    /// What every template can name.
    fn values_for(&self, project: &Project) -> Json {
        let pin = |name: &str, ours: &str| {
            self.actions.get(name).map_or_else(|| ours.to_owned(), |pin| pin.0.to_string())
        };
        let mut actions: serde_json::Map<String, Json> = ACTIONS
            .iter()
            .map(|(name, ours)| {
                let key = name.rsplit('/').next().unwrap_or(name).replace('-', "_");
                (key, Json::from(format!("{name}@{}", pin(name, ours))))
            })
            .collect();
        let own = self.actions.get(OWN_ACTION).map(|pin| format!("{OWN_ACTION}@{}", pin.0));
        actions.insert("stackwright".to_owned(), own.into());
        let path = match &self.install.0 {
            Install::Path(path) => Some(path.trim_end_matches('/')),
            _ => None,
        };
        json!({
            "program": program_of(&project.program),
            "stacks": project.stacks(),
            "runner": self.runner.0,
            "install": if path.is_some() { "path".to_owned() } else { self.install.to_string() },
            "path": path,
            "terraform_version": self.terraform_version.as_str(),
            "shards": self.shards.get(),
            "timeout_minutes": self.timeout_minutes.get(),
            "actions": actions,
        })
    }

    fn unknown_actions(&self) -> Vec<Diagnostic> {
        let known = || ACTIONS.iter().map(|(name, _)| *name).chain([OWN_ACTION]);
        let unknown = self.actions.iter().filter(|(name, _)| !known().any(|it| it == *name));
        unknown
            .map(|(name, _)| {
                let message = format!("no workflow uses the action `{name}`");
                let diagnostic =
                    Diagnostic::error(codes::CI_PIN, message).at(self.actions.span(name), "");
                diagnostic.did_you_mean(name, known(), |diagnostic| {
                    let list: Vec<String> = known().map(|name| format!("`{name}`")).collect();
                    diagnostic.help(format!("they use {}", list.join(", ")))
                })
            })
            .collect()
    }

    /// Complains about a program that cannot be had in the way that is asked for.
    fn uninstallable(&self, program: &Program) -> Option<Diagnostic> {
        let place = self.origin.field("install");
        let is_ours = program.name() == Program::new().name();
        match &self.install.0 {
            Install::Action if self.actions.get(OWN_ACTION).is_none() => {
                let message = "it is not known which commit of Stackwright's action is meant";
                Some(Diagnostic::error(codes::CI_PIN, message).at(place, "").help(format!(
                    "write `actions = {{ \"{OWN_ACTION}\" = \"<commit> # v{}\" }}`",
                    env!("CARGO_PKG_VERSION")
                )))
            }
            Install::Path(_) => None,
            _ if is_ours => None,
            _ => {
                let message = format!("`{}` is a program of this project's own", program.name());
                Some(
                    Diagnostic::error(codes::CONFLICT, message)
                        .at(place, "")
                        .help("write the folder of its `Cargo.toml`: `install = \"./\"`"),
                )
            }
        }
    }
}

impl GithubDrift {
    fn access(&self) -> Access<'_> {
        Access {
            role: &self.role,
            roles: &self.roles,
            region: self.region.as_ref().map(|region| region.as_str()),
            place: self.origin.head,
        }
    }
}

/// Complains about keys that no environment variable can be called.
pub(super) fn wrong_names(secrets: &Map<Literal<EnvironmentName>>) -> Vec<Diagnostic> {
    let parsed = secrets.iter().map(|(name, _)| (name, EnvironmentName::parse(name)));
    parsed.filter_map(|(name, parsed)| Some(parsed.err()?.diagnostic(secrets.span(name)))).collect()
}
