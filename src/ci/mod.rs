//! Continuous integration: the files that GitHub Actions, GitLab CI, Atlantis and HCP Terraform read,
//! rendered from the `ci` blocks of the project file and from what the stacks are.
//!
//! They are part of the tree, with the header line of every rendered file. They stand at fixed
//! places, so that one that is not rendered any more is found there without a search.

pub mod atlantis;
pub mod github;
pub mod gitlab;
pub mod hcp;
mod pin;
mod role;
mod text;

use std::collections::BTreeSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;
use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::print::{is_identifier, print_expr};
use crate::hcl::{Expr, Property};
use crate::program::Program;
use crate::project::{FILE, Project};
use crate::stack::Stack;
use crate::stack::block::Block as _;
use crate::stack::field::{Entry, Field, Type, Variant};
use crate::stack::read::{Reader, SourceBlock};
use crate::tree::Files;
use crate::tree::header::{Ownership, ownership, stamp};

pub use atlantis::Atlantis;
pub use github::Github;
pub use gitlab::Gitlab;
pub use hcp::Hcp;
pub use pin::Pin;
pub use role::RoleArn;
pub use text::{Cron, EnvironmentName, ExactVersion, Install, Pattern, RepositoryPath, TopFolder};

/// The `ci` blocks of a project, each at most once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ci {
    /// `ci "github"`
    pub github: Option<Github>,
    /// `ci "gitlab"`
    pub gitlab: Option<Gitlab>,
    /// `ci "atlantis"`
    pub atlantis: Option<Atlantis>,
    /// `ci "hcp"`
    pub hcp: Option<Hcp>,
}

/// The labels of `ci` blocks.
const SYSTEMS: [&str; 4] = ["github", "gitlab", "atlantis", "hcp"];

const USE: &str = "use `ci \"github\"`, `ci \"gitlab\"`, `ci \"atlantis\"` or `ci \"hcp\"`";

impl Ci {
    /// True without any block.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Field for Ci {
    const IS_BLOCK: bool = true;

    fn ty() -> Type {
        let variant = |label, doc, fields| Variant { label, doc, fields };
        Type::OneOf(vec![
            variant("github", Github::doc(), Github::fields()),
            variant("gitlab", Gitlab::doc(), Gitlab::fields()),
            variant("atlantis", Atlantis::doc(), Atlantis::fields()),
            variant("hcp", Hcp::doc(), Hcp::fields()),
        ])
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        reader.only_blocks(name, entry)?;
        let mut ci = Self::default();
        let mut seen: Vec<(&str, Span)> = Vec::new();
        let mut complete = true;
        for block in &entry.blocks {
            if block.labels.len() != 1 {
                let message = "a `ci` block says for which system it is";
                let diagnostic = Diagnostic::error(codes::BAD_LABEL, message);
                reader.report(diagnostic.at(reader.head(block), "").help(USE));
            }
            let label = Some(block).filter(|block| block.labels.len() == 1);
            let Some((label, span)) = label.and_then(|block| reader.label(block)) else {
                complete = false;
                continue;
            };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == label) {
                reader.duplicate(&format!("`ci` \"{label}\""), span, Some(*first));
                complete = false;
                continue;
            }
            seen.push((label, span));
            complete &= ci.read_system(reader, block, label, span).is_some();
        }
        complete.then_some(ci)
    }

    fn argument(&self) -> Option<Expr> {
        None
    }

    fn value(&self) -> Expr {
        let blocks = [
            ("github", self.github.value()),
            ("gitlab", self.gitlab.value()),
            ("atlantis", self.atlantis.value()),
            ("hcp", self.hcp.value()),
        ];
        Expr::Object(blocks.into_iter().map(|(key, value)| Property::new(key, value)).collect())
    }
}

impl Ci {
    fn read_system(
        &mut self,
        reader: &Reader<'_>,
        block: &SourceBlock,
        label: &str,
        span: Span,
    ) -> Option<()> {
        match label {
            "github" => self.github = Some(Github::read(reader, block)?),
            "gitlab" => self.gitlab = Some(Gitlab::read(reader, block)?),
            "atlantis" => self.atlantis = Some(Atlantis::read(reader, block)?),
            "hcp" => self.hcp = Some(Hcp::read(reader, block)?),
            other => {
                let message = format!("nothing is rendered for `{other}`");
                let diagnostic = Diagnostic::error(codes::BAD_LABEL, message).at(span, "");
                reader.report(
                    diagnostic.did_you_mean(other, SYSTEMS, |diagnostic| diagnostic.help(USE)),
                );
                return None;
            }
        }
        Some(())
    }
}

/// What is known of a root, for those who run Terraform in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Root {
    /// Its name: `shop/production/jobs`.
    pub name: String,
    /// Its folder, relative to the project.
    pub folder: String,
    /// The AWS region, where it is written out.
    pub region: Option<String>,
    /// The folders of the modules that it calls, and of those that these call.
    pub modules: BTreeSet<String>,
    /// The names of the roots whose states it looks things up in: its other layers.
    pub after: Vec<String>,
    /// The organization and the workspace in HCP Terraform that keep its state.
    pub cloud: Option<(String, String)>,
}

impl Root {
    /// What is known of a stack's root that calls these modules.
    pub(crate) fn of<'a>(
        project: &Project,
        stack: &Stack,
        modules: impl Iterator<Item = &'a str>,
    ) -> Self {
        let part = stack.part.as_ref();
        let layer = part.map(|part| part.layer.as_str());
        let takes = part.map(|part| &part.takes).into_iter().flatten();
        Self {
            name: stack.root.clone(),
            folder: format!("{}/{}", project.stacks(), stack.root),
            region: stack.settings.region.literal().map(ToString::to_string),
            modules: modules.map(|name| format!("{}/{name}", project.modules())).collect(),
            after: takes.map(|layer| format!("{}/{layer}", stack.system())).collect(),
            cloud: stack.settings.workspace(stack.system(), layer),
        }
    }

    /// A path of the project, seen from the root's folder.
    fn seen_from_here(&self, path: &str) -> String {
        format!("{}{path}", "../".repeat(self.folder.split('/').count()))
    }
}

/// Renders what the `ci` blocks of a project ask for.
///
/// # Errors
/// Everything in which the blocks and the roots do not agree.
pub fn render(project: &Project, roots: &[Root]) -> Result<Files, Vec<Diagnostic>> {
    let ci = &project.settings.ci;
    let mut files = Files::new();
    let mut problems = Vec::new();
    let mut add = |rendered: Result<Files, Vec<Diagnostic>>| match rendered {
        Ok(rendered) => {
            let stamped = rendered.into_iter().map(|(path, text)| (path, stamp(FILE, &text)));
            files.extend(stamped);
        }
        Err(found) => problems.extend(found),
    };
    if let Some(github) = &ci.github {
        add(github.render(project, roots));
    }
    if let Some(gitlab) = &ci.gitlab {
        add(gitlab.render(project, roots));
    }
    if let Some(atlantis) = &ci.atlantis {
        add(Ok(atlantis.render(roots)));
    }
    if let Some(hcp) = &ci.hcp {
        add(hcp.render(project, roots));
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// Where rendered files of continuous integration can stand in a project: the places that are
/// looked at for those that nothing asks for any more.
pub fn places(project: &Project) -> Vec<String> {
    let fixed = github::FILES.iter().chain(&[gitlab::FILE, atlantis::FILE]);
    let mut places: Vec<String> = fixed.map(|path| (*path).to_owned()).collect();
    let of_stacks = [project.stacks(), project.modules()];
    for folder in project.names("") {
        if folder.starts_with('.') || of_stacks.contains(&folder.as_str()) {
            continue;
        }
        // One look a folder: only a root of workspaces has this file, with our header.
        let is_ours = |bytes: &[u8]| {
            let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let from = format!(" from {FILE}; ");
            ownership(bytes) != Ownership::Foreign
                && line.windows(from.len()).any(|window| window == from.as_bytes())
        };
        let found = project.bytes(&format!("{folder}/{}", hcp::WORKSPACES));
        if found.is_some_and(|bytes| is_ours(&bytes)) {
            places.extend(hcp::FILES.iter().map(|name| format!("{folder}/{name}")));
        }
    }
    places.retain(|path| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        project.inside(folder).is_ok() && project.bytes(path).is_some()
    });
    places
}

/// Warns of a project that is not the top of its repository: nobody looks for workflows there.
pub fn not_top(project: &Project) -> Option<Diagnostic> {
    let ci = &project.settings.ci;
    let sought = [
        ci.github.as_ref().map(|it| (github::FILES[0], it.origin.head)),
        ci.gitlab.as_ref().map(|it| (gitlab::FILE, it.origin.head)),
        ci.atlantis.as_ref().map(|it| (atlantis::FILE, it.origin.head)),
    ];
    let (file, place) = sought.into_iter().flatten().next()?;
    let is_top = |folder: &std::path::Path| folder.join(".git").exists();
    let above = project.root.ancestors().find(|folder| is_top(folder))?;
    (project.commit().is_none() && above != project.root).then(|| {
        let message = format!("`{file}` is sought at the top of the repository");
        Diagnostic::warning(codes::CI_NOT_TOP, message)
            .at(place, "the project is a folder of it")
            .help(format!(
                "move `{FILE}` to the top, and say there where `stacks` and `modules` are"
            ))
    })
}

/// Roots that one job works on, with one role in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Batch {
    /// What it is called: its root, or the first of them and how many more.
    pub name: String,
    /// Its roots, with commas.
    pub stacks: String,
    /// The role to assume.
    pub role: String,
    /// The region.
    pub region: String,
}

/// Who looks at the live state of which roots.
pub(crate) struct Access<'a> {
    /// The role for all roots.
    pub role: &'a RoleArn,
    /// The roles of some stacks or roots.
    pub roles: &'a crate::stack::field::Map<crate::stack::field::Literal<RoleArn>>,
    /// The region for roots whose own is not known.
    pub region: Option<&'a str>,
    /// Where this is said.
    pub place: Option<Span>,
}

impl Access<'_> {
    /// Spreads roots over at most `jobs` jobs, as evenly as their roles and regions allow, in order.
    ///
    /// # Errors
    /// Roles of roots that are not there, roots in no known region, more roles than jobs.
    pub fn batches(&self, roots: &[Root], jobs: usize) -> Result<Vec<Batch>, Vec<Diagnostic>> {
        let mut problems = unknown_roots(self.roles, roots);
        let mut groups: Vec<((String, String), Vec<&Root>)> = Vec::new();
        for root in roots {
            let Some(region) = root.region.as_deref().or(self.region) else {
                let message =
                    format!("the region of `{}` is not known before Terraform runs", root.name);
                problems.push(
                    Diagnostic::error(codes::CI_REGION, message)
                        .at(self.place, "")
                        .help("write `region = \"…\"` here, for roots whose own is an expression"),
                );
                continue;
            };
            let role = role_of(self.roles, &root.name).unwrap_or(self.role);
            let key = (role.to_string(), region.to_owned());
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, group)) => group.push(root),
                None => groups.push((key, vec![root])),
            }
        }
        if groups.len() > jobs {
            let message =
                format!("{} pairs of role and region are more than {jobs} jobs", groups.len());
            problems.push(
                Diagnostic::error(codes::CI_JOBS, message)
                    .at(self.place, "")
                    .help("one matrix has no more: let several roots share a role"),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let most = groups.iter().map(|(_, group)| group.len()).max().unwrap_or(1);
        let jobs_of =
            |size: usize| groups.iter().map(|(_, it)| it.len().div_ceil(size)).sum::<usize>();
        let size = (1..=most).find(|size| jobs_of(*size) <= jobs).unwrap_or(most);
        let batch = |role: &str, region: &str, share: &[&Root]| {
            let names: Vec<&str> = share.iter().map(|root| root.name.as_str()).collect();
            let name = match names.as_slice() {
                [one] => (*one).to_owned(),
                [first, rest @ ..] => format!("{first} and {} more", rest.len()),
                [] => String::new(),
            };
            let (role, region) = (role.to_owned(), region.to_owned());
            Batch { name, stacks: names.join(","), role, region }
        };
        let batches = groups.iter().flat_map(|((role, region), group)| {
            group.chunks(size).map(move |share| batch(role, region, share))
        });
        Ok(batches.collect())
    }
}

/// The role of a root: its own, that of its environment, or that of its stack.
fn role_of<'a>(
    roles: &'a crate::stack::field::Map<crate::stack::field::Literal<RoleArn>>,
    root: &str,
) -> Option<&'a RoleArn> {
    let mut named = Some(root);
    while let Some(name) = named {
        if let Some(role) = roles.get(name) {
            return Some(role);
        }
        named = name.rsplit_once('/').map(|(above, _)| above);
    }
    None
}

/// Complains about roles for what is no root, nor the stack or environment of one.
fn unknown_roots(
    roles: &crate::stack::field::Map<crate::stack::field::Literal<RoleArn>>,
    roots: &[Root],
) -> Vec<Diagnostic> {
    let names = |root: &Root| {
        let ends = root.name.match_indices('/').map(|(at, _)| at).chain([root.name.len()]);
        ends.map(|end| root.name[..end].to_owned()).collect::<Vec<_>>()
    };
    let known: BTreeSet<String> = roots.iter().flat_map(names).collect();
    let unknown = roles.iter().filter(|(name, _)| !known.contains(*name));
    unknown
        .map(|(name, _)| {
            let message = format!("there is no stack or root `{name}`");
            let diagnostic = Diagnostic::error(codes::CI_ROOT, message)
                .at(roles.span(name), "given a role here");
            diagnostic.did_you_mean(name, known.iter().map(String::as_str), |diagnostic| {
                diagnostic
                    .help("name a stack, one of its environments, or a root: `shop/production`")
            })
        })
        .collect()
}

/// What every template can name of the program that workflows run.
pub(crate) fn program_of(program: &Program) -> Json {
    serde_json::json!({
        "name": program.name(),
        "version": env!("CARGO_PKG_VERSION"),
    })
}

/// Templates of files that have braces of their own: `<{ value }>`, `<% block %>`, `<# comment #>`.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// Templates by name, which can include each other.
    pub fn new(texts: &[(&'static str, &'static str)]) -> Self {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .block_delimiters("<%", "%>")
            .variable_delimiters("<{", "}>")
            .comment_delimiters("<#", "#>")
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
            .expect("the delimiters differ");
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.add_filter("yaml", |value: Value| yaml(&value));
        environment.add_filter("hcl", |value: Value| hcl(&value));
        environment.add_filter("key", |name: String| match is_identifier(&name) {
            true => name,
            false => print_expr(&Expr::String(name)),
        });
        for (name, text) in texts {
            environment.add_template(name, text).expect("our own templates are right");
        }
        Self(environment)
    }

    /// Fills one in.
    pub fn fill(&self, name: &str, values: &impl Serialize) -> String {
        let template = self.0.get_template(name).expect("our own templates are there");
        let filled = template.render(Value::from(Serde(values)));
        filled.unwrap_or_else(|error| panic!("`{name}` names what it is given: {error:#}"))
    }
}

/// A scalar as YAML has it on one line.
fn yaml(value: &Value) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    match &json {
        // A block scalar would need its place's indentation.
        Json::String(text) if text.contains(['\n', '\r']) => json.to_string(),
        _ => crate::yaml::print(std::slice::from_ref(&json)).trim_end().to_owned(),
    }
}

/// A text, a list of texts, true or false as HCL.
fn hcl(value: &Value) -> String {
    print_expr(&match serde_json::to_value(value).unwrap_or_default() {
        Json::Array(items) => {
            Expr::list(items.iter().map(|item| item.as_str().unwrap_or_default()))
        }
        Json::Bool(value) => Expr::Bool(value),
        json => Expr::from(json.as_str().unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::field::{Literal, Map};
    use crate::value::Scalar as _;

    fn role(name: &str) -> RoleArn {
        RoleArn::parse(&format!("arn:aws:iam::123456789012:role/{name}")).unwrap()
    }

    fn roots(count: usize) -> Vec<Root> {
        let root = |n: usize| Root {
            name: format!("s{n:03}"),
            folder: format!("stacks/s{n:03}"),
            region: Some("us-west-2".into()),
            ..Root::default()
        };
        (0..count).map(root).collect()
    }

    fn batches(roots: &[Root], roles: &Map<Literal<RoleArn>>, jobs: usize) -> Vec<Batch> {
        let role = role("drift");
        Access { role: &role, roles, region: None, place: None }.batches(roots, jobs).unwrap()
    }

    #[test]
    fn roots_are_spread_over_no_more_jobs_than_a_matrix_has() {
        for (count, jobs) in [(0, 0), (1, 1), (256, 256), (257, 129), (700, 234)] {
            let all = roots(count);
            let batches = batches(&all, &Map::default(), 256);
            assert_eq!(batches.len(), jobs, "{count}");
            let names: Vec<&str> =
                batches.iter().flat_map(|batch| batch.stacks.split(',')).collect();
            assert_eq!(names, all.iter().map(|root| root.name.as_str()).collect::<Vec<_>>());
        }
        assert_eq!(batches(&roots(1), &Map::default(), 256)[0].name, "s000");
        assert_eq!(batches(&roots(700), &Map::default(), 256)[0].name, "s000 and 2 more");
    }

    #[test]
    fn a_job_has_one_role_and_one_region() {
        let mut all = roots(4);
        all[1].name = "shop/production".into();
        all[2].name = "shop/production/jobs".into();
        all[3].region = Some("eu-central-1".into());
        let roles = Map::from_iter([
            ("shop".to_owned(), Literal(role("shop"))),
            ("shop/production/jobs".to_owned(), Literal(role("jobs"))),
        ]);
        let batches = batches(&all, &roles, 4);
        let seen: Vec<(&str, &str, &str)> = batches
            .iter()
            .map(|it| (it.stacks.as_str(), it.role.rsplit('/').next().unwrap(), it.region.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("s000", "drift", "us-west-2"),
                ("shop/production", "shop", "us-west-2"),
                ("shop/production/jobs", "jobs", "us-west-2"),
                ("s003", "drift", "eu-central-1"),
            ]
        );
        let role = role("drift");
        let access = Access { role: &role, roles: &roles, region: None, place: None };
        let problems = access.batches(&all, 3).unwrap_err();
        assert_eq!(problems[0].message, "4 pairs of role and region are more than 3 jobs");
        let problems = access.batches(&all[..1], 3).unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_program_of_ones_own_is_installed_from_where_it_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let rendered = |settings: &str| {
            std::fs::write(folder.path().join(FILE), settings).unwrap();
            let project = Project::open(folder.path()).unwrap().of(Program::new().called("acme"));
            render(&project, &roots(1))
        };
        let problems = rendered("ci \"github\" {}\n").unwrap_err();
        assert_eq!(problems[0].message, "`acme` is a program of this project's own");
        let files = rendered("ci \"github\" {\n  install = \"./\"\n}\n").unwrap();
        let review = crate::tree::header::body(&files[github::FILES[0]]);
        assert!(review.contains("run: cargo install --locked --path .\n"), "{review}");
        assert!(review.contains(" acme check --format github\n"), "{review}");
        assert!(!review.contains(" stackwright "), "{review}");
    }

    #[test]
    fn what_stands_in_a_workflow_is_quoted_where_yaml_would_take_it_for_something_else() {
        let quoted = |text: &str| yaml(&Value::from(text));
        assert_eq!(quoted("ubuntu-24.04"), "ubuntu-24.04");
        assert_eq!(quoted("1.10"), "\"1.10\"");
        assert_eq!(quoted("on"), "\"on\"");
        assert_eq!(quoted("a: b # c"), "\"a: b # c\"");
        assert_eq!(quoted("a\nrun: b"), "\"a\\nrun: b\"");
    }
}
