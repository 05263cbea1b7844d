//! `ci "hcp"`: a root of its own that makes the workspaces of HCP Terraform, through its `tfe`
//! provider (Terraform Registry, "HCP Terraform and Terraform Enterprise Provider").

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{
    ExactVersion, RepositoryPath, RoleArn, Root, Templates, TopFolder, github, role_of,
    unknown_roots,
};
use crate::block;
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::format::format;
use crate::project::Project;
use crate::stack::field::{Literal, Map};
use crate::tree::Files;
use crate::value::Scalar as _;

/// The names of the files that there can be.
pub const FILES: [&str; 6] =
    ["credentials.tf", "data.tf", "locals.tf", "providers.tf", "terraform.tf", WORKSPACES];

/// The file that is always there.
pub const WORKSPACES: &str = "workspaces.tf";

block! {
    /// A root that makes a workspace of HCP Terraform for each root that keeps its state there:
    /// where it is, what triggers it, in which order layers run, and with which role.
    pub struct Hcp {
        /// The organization.
        organization: Literal<String>,
        /// The folder of the root, at the top of the project.
        folder: Literal<TopFolder> = Literal(default_folder()),
        /// The workspace that keeps the root's own state; in a file when it is not written.
        workspace: Option<Literal<String>>,
        /// The host name of a Terraform Enterprise installation.
        hostname: Option<Literal<String>>,
        /// True for a workspace for each root, also for those whose state is elsewhere: it is called
        /// as the root, with `-`.
        all: Literal<bool> = Literal(false),
        /// The version of Terraform that the workspaces run.
        terraform_version: Literal<ExactVersion> = Literal(github::default_terraform()),
        /// The project that the workspaces are in; the organization's default one when it is not
        /// written.
        project: Option<Literal<String>>,
        /// The repository that runs start from. Without one, runs start from the command line.
        repository: Option<Literal<RepositoryPath>>,
        /// The branch; the repository's default one when it is not written.
        branch: Option<Literal<String>>,
        /// The name of the installation of HCP Terraform's GitHub App that sees the repository.
        github_app: Option<Literal<String>>,
        /// The name of the OAuth client that sees the repository.
        oauth_client: Option<Literal<String>>,
        /// True to apply what was planned without asking.
        auto_apply: Literal<bool> = Literal(false),
        /// The role that HCP Terraform's token is exchanged for, in every workspace.
        role: Option<Literal<RoleArn>>,
        /// The roles of some stacks, environments or roots, by name.
        roles: Map<Literal<RoleArn>>,
    }
}

fn default_folder() -> TopFolder {
    TopFolder::parse("hcp").expect("it is one name")
}

/// A workspace and its root.
struct Workspace<'a> {
    name: String,
    root: &'a Root,
}

impl Hcp {
    /// The files of its root.
    ///
    /// # Errors
    /// When it has no workspace, two of one name, or no way to its repository.
    pub fn render(&self, project: &Project, roots: &[Root]) -> Result<Files, Vec<Diagnostic>> {
        let mut problems = unknown_roots(&self.roles, roots);
        problems.extend(self.wrong_repository());
        let folder = self.folder.as_str();
        if [project.stacks(), project.modules()].contains(&folder) {
            let message = format!("`{folder}` is the folder of stacks or modules");
            problems.push(
                Diagnostic::error(codes::CONFLICT, message)
                    .at(self.origin.field("folder"), "")
                    .help("give it a folder of its own: `folder = \"hcp\"`"),
            );
        }
        let workspaces = self.workspaces(roots);
        problems.extend(self.wrong_workspaces(&workspaces));
        if !problems.is_empty() {
            return Err(problems);
        }
        let values = self.values_for(project, &workspaces);
        let templates = Templates::new(&[
            ("credentials.tf", include_str!("hcp/credentials.tf.j2")),
            ("data.tf", include_str!("hcp/data.tf.j2")),
            ("locals.tf", include_str!("hcp/locals.tf.j2")),
            ("providers.tf", include_str!("hcp/providers.tf.j2")),
            ("terraform.tf", include_str!("hcp/terraform.tf.j2")),
            (WORKSPACES, include_str!("hcp/workspaces.tf.j2")),
        ]);
        let files = FILES.iter().map(|name| {
            let text = templates.fill(name, &values);
            (format!("{folder}/{name}"), format!("{}\n", format(text.trim()).trim_end()))
        });
        Ok(files.filter(|(_, text)| text != "\n").collect())
    }

    fn workspaces<'a>(&self, roots: &'a [Root]) -> Vec<Workspace<'a>> {
        let workspace = |root: &'a Root| {
            let cloud = root.cloud.as_ref().filter(|(org, _)| *org == self.organization.0);
            let own = || self.all.0.then(|| root.name.replace('/', "-"));
            let name = cloud.map(|(_, name)| name.clone()).or_else(own)?;
            Some(Workspace { name, root })
        };
        let mut workspaces: Vec<Workspace<'a>> = roots.iter().filter_map(workspace).collect();
        workspaces.sort_by(|a, b| a.name.cmp(&b.name));
        workspaces
    }

    fn wrong_workspaces(&self, workspaces: &[Workspace<'_>]) -> Vec<Diagnostic> {
        let place = self.origin.head;
        if workspaces.is_empty() {
            let message =
                format!("no root keeps its state in the organization `{}`", self.organization.0);
            return vec![
                Diagnostic::error(codes::CI_WORKSPACE, message)
                    .at(self.origin.field("organization"), "")
                    .help("give stacks a `backend \"cloud\"` of it, or write `all = true`"),
            ];
        }
        let twice = workspaces.windows(2).filter(|pair| pair[0].name == pair[1].name);
        twice
            .map(|pair| {
                let [one, other] = [&pair[0].root.name, &pair[1].root.name];
                let message =
                    format!("`{one}` and `{other}` would have one workspace, `{}`", pair[0].name);
                Diagnostic::error(codes::CI_WORKSPACE, message)
                    .at(place, "")
                    .help("rename one of them, or give it a `backend \"cloud\"`")
            })
            .collect()
    }

    fn wrong_repository(&self) -> Option<Diagnostic> {
        let at = |field: &str| self.origin.field(field);
        let clients = [("github_app", &self.github_app), ("oauth_client", &self.oauth_client)];
        let given: Vec<&str> =
            clients.iter().filter(|(_, value)| value.is_some()).map(|(name, _)| *name).collect();
        let (field, message, help) = match (&self.repository, given.as_slice()) {
            (None, []) | (Some(_), [_]) => return None,
            (Some(_), []) => (
                "repository",
                "it is not known how HCP Terraform sees the repository",
                "write `github_app = \"…\"` or `oauth_client = \"…\"`",
            ),
            (_, [_, field, ..]) => (
                *field,
                "the repository is seen in one way, by an app or by a client",
                "take one of `github_app` and `oauth_client` out",
            ),
            (None, [field]) => (
                *field,
                "there is no repository to see",
                "write `repository = \"acme/infrastructure\"`",
            ),
        };
        Some(Diagnostic::error(codes::CONFLICT, message).at(at(field), "").help(help))
    }

    fn values_for(&self, project: &Project, workspaces: &[Workspace<'_>]) -> Json {
        let names: BTreeMap<&str, &str> =
            workspaces.iter().map(|it| (it.root.name.as_str(), it.name.as_str())).collect();
        let modules = format!("{}/", project.modules());
        let row = |Workspace { name, root }: &Workspace<'_>| {
            let own_role = role_of(&self.roles, &root.name).map(ToString::to_string);
            json!({
                "name": name,
                "directory": root.folder,
                "modules": root.modules.iter()
                    .map(|folder| folder.strip_prefix(&modules).unwrap_or(folder))
                    .collect::<Vec<_>>(),
                "after": root.after.iter()
                    .filter_map(|name| names.get(name.as_str()))
                    .collect::<Vec<_>>(),
                "role": own_role,
            })
        };
        let text = |value: &Option<Literal<String>>| value.as_ref().map(|it| it.0.clone());
        let rows: Vec<Json> = workspaces.iter().map(row).collect();
        let any = |key: &str| {
            rows.iter().any(|row| match &row[key] {
                Json::Array(items) => !items.is_empty(),
                value => !value.is_null(),
            })
        };
        json!({
            "organization": self.organization.0,
            "workspace": text(&self.workspace),
            "hostname": text(&self.hostname),
            "terraform_version": self.terraform_version.as_str(),
            "project": text(&self.project),
            "repository": self.repository.as_ref().map(|it| it.as_str()),
            "branch": text(&self.branch),
            "github_app": text(&self.github_app),
            "oauth_client": text(&self.oauth_client),
            "auto_apply": self.auto_apply.0,
            "role": self.role.as_ref().map(|it| it.0.to_string()),
            "modules": project.modules(),
            "has_order": any("after"),
            "has_roles": any("role"),
            "workspaces": rows,
        })
    }
}
