//! A new project, or a new stack of one, that renders and checks clean at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::component::Vocabulary;
use crate::diagnostic::{Diagnostic, FileId, Sources, codes};
use crate::hcl::format::format;
use crate::hcl::{Expr, Property};
use crate::image::{self, Deployable, Lock};
use crate::project::{DESCRIPTION, FILE, Project};
use crate::stack::{self, Stack};
use crate::template::{self, Text};
use crate::tree::compare::{Class, Drift};
use crate::tree::{self, write};
use crate::value::{AccountId, Digest, Label, Region, Scalar as _, Tag};

/// The description's template.
const TEMPLATE: &str = include_str!("stack.hcl.j2");

/// What git has no business with in a project of Terraform's.
const IGNORED: &str = "\
# Terraform's own working files; `.terraform.lock.hcl` belongs into git.
.terraform/

# State and plans hold secrets in clear text.
*.tfstate
*.tfstate.*
*.tfplan
crash.log

# Values that are given from outside, which may be secrets.
*.auto.tfvars
terraform.tfvars
";

/// An account that nobody has: Terraform refuses to work in any other.
pub const NO_ACCOUNT: &str = "000000000000";

/// A tag that nobody pushes.
pub const NO_TAG: &str = "not-pushed-yet";

/// What stands for the hash of an archive that nobody uploaded.
pub const NO_DIGEST: &str =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// What a new stack has, besides the network that it needs. The words are also those of the command
/// line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Part {
    /// A service behind a load balancer.
    Service,
    /// A PostgreSQL database.
    Database,
    /// Jobs on a schedule.
    Loaders,
    /// A queue and a worker for it.
    Worker,
    /// A CDN: in front of the service, or of a bucket of files.
    Cdn,
    /// A Lambda function behind an HTTP API.
    Function,
    /// Kubernetes (EKS), with a program that Flux brings there.
    Kubernetes,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Service,
        Self::Database,
        Self::Loaders,
        Self::Worker,
        Self::Cdn,
        Self::Function,
        Self::Kubernetes,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Database => "database",
            Self::Loaders => "loaders",
            Self::Worker => "worker",
            Self::Cdn => "cdn",
            Self::Function => "function",
            Self::Kubernetes => "kubernetes",
        }
    }
}

/// Where Terraform keeps the new stack's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// In a file.
    Local,
    /// In an S3 bucket.
    S3 {
        /// The bucket's name.
        bucket: String,
    },
    /// In HCP Terraform.
    Cloud {
        /// The organization.
        organization: String,
        /// The workspace; with environments, what their workspaces begin with.
        workspace: String,
    },
    /// In a bucket of Google Cloud Storage.
    Gcs {
        /// The bucket's name.
        bucket: String,
    },
    /// In Azure Blob Storage.
    Azurerm {
        /// The storage account's name.
        storage_account: String,
        /// The container's name.
        container: String,
    },
}

impl Backend {
    fn context(&self) -> Expr {
        let pairs: Vec<(&str, &str)> = match self {
            Self::Local => vec![("kind", "local")],
            Self::S3 { bucket } => vec![("kind", "s3"), ("bucket", bucket)],
            Self::Cloud { organization, workspace } => {
                vec![("kind", "cloud"), ("organization", organization), ("workspace", workspace)]
            }
            Self::Gcs { bucket } => vec![("kind", "gcs"), ("bucket", bucket)],
            Self::Azurerm { storage_account, container } => vec![
                ("kind", "azurerm"),
                ("storage_account", storage_account),
                ("container", container),
            ],
        };
        // It stands inside quotes.
        Expr::object(pairs.into_iter().map(|(key, text)| (key, crate::hcl::print::escaped(text))))
    }
}

/// What a new stack is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// Its name.
    pub name: Label,
    /// Its region.
    pub region: Region,
    /// Its account; where none is given, one that nobody has.
    pub account: Option<AccountId>,
    /// What it has.
    pub parts: BTreeSet<Part>,
    /// Where its state is.
    pub backend: Backend,
    /// Its environments, in their order; none for a stack without.
    pub environments: Vec<Label>,
    /// True for three layers, each with a state of its own: foundation, data and services.
    pub layers: bool,
}

impl Choices {
    /// Its description.
    pub fn description(&self) -> String {
        let mut context = vec![
            Property::new("name", self.name.to_string()),
            Property::new("region", self.region.to_string()),
            Property::new(
                "account",
                self.account.as_ref().map_or(Expr::Null, |account| account.to_string().into()),
            ),
            Property::new("placeholder", NO_ACCOUNT),
            Property::new("no_tag", NO_TAG),
            Property::new("layers", self.layers),
            Property::new("backend", self.backend.context()),
            Property::new(
                "environments",
                Expr::list(self.environments.iter().map(ToString::to_string)),
            ),
        ];
        let has = |part: Part| Property::new(part.name(), self.parts.contains(&part));
        context.extend(Part::ALL.map(has));
        let path = DESCRIPTION.to_owned();
        let file = Sources::default().add("", "");
        let text = Text { path, file, text: TEMPLATE.into() };
        let texts = BTreeMap::from([(DESCRIPTION.to_owned(), text)]);
        let (mut filled, _) = template::fill_all(&texts, &Expr::Object(context));
        let text = filled.remove(DESCRIPTION).unwrap_or_default();
        format(&format!("{}\n", text.trim()))
    }

    /// The lock of each of its roots, by the root's name.
    fn locks(&self, file: FileId, text: &str) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
        let name = self.name.to_string();
        let vocabulary = Vocabulary::default();
        let stacks: Vec<Stack> = match stack::environment::variants(&vocabulary, file, text)? {
            None => vec![stack::read(file, text, &name)?.0],
            Some((variants, ..)) => {
                let read = |variant: &stack::environment::Variant| {
                    stack::read_root(&vocabulary, file, &variant.text, &name, Some(&variant.name))
                        .map(|(stack, _)| stack)
                };
                variants.iter().map(read).collect::<Result<_, _>>()?
            }
        };
        let image = image::Pin { tag: Tag::parse(NO_TAG).ok(), ..image::Pin::default() };
        let artifact =
            image::Pin { digest: Digest::parse(NO_DIGEST).ok(), ..image::Pin::default() };
        let pin = |of: &Deployable<'_>| match of.needs.digest {
            true => artifact.clone(),
            false => image.clone(),
        };
        let locks = stacks.into_iter().flat_map(Stack::roots).filter_map(|root| {
            let pins: BTreeMap<String, image::Pin> = root
                .deployables()
                .iter()
                .map(|(label, it)| ((*label).to_owned(), pin(it)))
                .collect();
            let lock = (!pins.is_empty()).then(|| Lock::pinned(None, &root, &pins))?;
            Some((root.root, lock))
        });
        Ok(locks.collect())
    }
}

/// Sources and everything that is wrong.
pub type Problems = (Sources, Vec<Diagnostic>);

/// Makes a new stack in a folder, which is a project or becomes one: its description and locks, its
/// roots, the modules that they use, and a `.gitignore` where there is none. Gives the paths of
/// what was written, sorted.
///
/// # Errors
/// Whatever is in the way, all of it, or cannot be written; nothing was written.
pub fn init(folder: &Path, choices: &Choices) -> Result<Vec<String>, Problems> {
    let made = make_folders(folder).map_err(|error| {
        let message = format!("cannot make `{}`: {error}", folder.display());
        (Sources::default(), vec![Diagnostic::error(codes::UNWRITABLE, message)])
    })?;
    let written = write_into(folder, choices);
    if written.is_err() {
        made.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }
    written
}

fn write_into(folder: &Path, choices: &Choices) -> Result<Vec<String>, Problems> {
    let folder = fs::canonicalize(folder).map_err(|error| failed(folder, &error))?;
    let project = Project::open(&folder)?;
    let problem = |diagnostic| (Sources::default(), vec![diagnostic]);
    let _guard = write::guard(&project).map_err(problem)?;
    let files = files(&project, choices)?;
    let mut problems = Vec::new();
    let stack = format!("{}/{}", project.stacks(), choices.name);
    if !project.names(&stack).is_empty() {
        problems.push(
            Diagnostic::error(codes::FOREIGN, format!("`{stack}` holds something already"))
                .help("give another `--name`; nothing that is there is changed"),
        );
    }
    let mut drifts = Vec::new();
    for (path, text) in files {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        problems.extend(project.inside(parent).err());
        let there = project.root.join(&path);
        match fs::read(&there) {
            // A module that the project has.
            Ok(found) if found == text.as_bytes() => continue,
            _ if path.starts_with(&format!("{stack}/")) => {}
            _ if fs::symlink_metadata(&there).is_err() => {}
            _ if path == IGNORE => continue,
            _ => problems.push(
                Diagnostic::error(codes::FOREIGN, format!("`{path}` is there already"))
                    .help("run `stackwright render` first where it is a module of another version; else move it"),
            ),
        }
        drifts.push(Drift { path, class: Class::Missing, expected: Some(text), found: None });
    }
    problems.dedup();
    if !problems.is_empty() {
        return Err((Sources::default(), problems));
    }
    write::write(&project, &drifts).map_err(problem)?;
    Ok(drifts.into_iter().map(|drift| drift.path).collect())
}

/// The file that says what git leaves alone.
const IGNORE: &str = ".gitignore";

/// The project of which a folder is among the stacks or modules: no place for another one.
pub fn inside(folder: &Path) -> Option<PathBuf> {
    let project = Project::find(folder).ok()?;
    let parts = [project.stacks(), project.modules()];
    let is_part = parts.iter().any(|part| folder.starts_with(project.root.join(part)));
    is_part.then_some(project.root)
}

/// Everything that a new stack of a project consists of, by path.
///
/// # Errors
/// What is wrong with the description that would be written.
pub fn files(project: &Project, choices: &Choices) -> Result<tree::Files, Problems> {
    let description = choices.description();
    let folder = format!("{}/{}", project.stacks(), choices.name);
    let path = format!("{folder}/{DESCRIPTION}");
    let mut sources = Sources::default();
    let file = sources.add(&path, description.as_str());
    let locks = match choices.locks(file, &description) {
        Ok(locks) => locks,
        Err(problems) => return Err((sources, problems)),
    };
    let mut files = tree::Files::new();
    files.insert(path, description);
    for (root, lock) in locks {
        files.insert(format!("{}/{root}/{}", project.stacks(), image::FILE), lock);
    }
    // Rendered where nothing else is, so that it is whole before anything is written.
    let scratch = tempfile::tempdir().map_err(|error| failed(Path::new("a folder"), &error))?;
    let mut all = files.clone();
    if let Ok(settings) = fs::read_to_string(project.root.join(FILE)) {
        all.insert(FILE.to_owned(), settings);
    }
    for (path, text) in &all {
        let path = scratch.path().join(path);
        let parent = path.parent().unwrap_or(scratch.path());
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| failed(&path, &error))?;
    }
    let root = fs::canonicalize(scratch.path()).map_err(|error| failed(scratch.path(), &error))?;
    let fresh = Project::open(&root)?;
    let rendered = tree::render(&fresh, &[choices.name.to_string()], &|_| {});
    if !rendered.diagnostics.is_empty() {
        let sources = fresh.sources.into_inner().expect("no thread is left");
        return Err((sources, rendered.diagnostics));
    }
    let rendered = rendered.drifts.into_iter();
    files.extend(rendered.filter_map(|drift| Some((drift.path, drift.expected?))));
    files.insert(IGNORE.to_owned(), IGNORED.to_owned());
    Ok(files)
}

fn failed(path: &Path, error: &std::io::Error) -> Problems {
    let message = format!("cannot write `{}`: {error}", path.display());
    (Sources::default(), vec![Diagnostic::error(codes::UNWRITABLE, message)])
}

/// Makes a folder and those that it stands in, and gives the new ones.
fn make_folders(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let above = folder.ancestors().filter(|folder| !folder.as_os_str().is_empty());
    let missing: Vec<&Path> = above.take_while(|folder| !folder.exists()).collect();
    let mut made = Vec::new();
    for folder in missing.into_iter().rev() {
        if let Err(error) = fs::create_dir(folder) {
            made.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
            return Err(error);
        }
        made.push(folder.to_owned());
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backends() -> Vec<Backend> {
        let text = str::to_owned;
        vec![
            Backend::Local,
            Backend::S3 { bucket: text("acme-state") },
            Backend::Cloud { organization: text("acme"), workspace: text("shop") },
            Backend::Gcs { bucket: text("acme-state") },
            Backend::Azurerm { storage_account: text("acme"), container: text("state") },
        ]
    }

    fn choices(parts: &[Part], backend: Backend, environments: &[&str]) -> Choices {
        Choices {
            name: Label::parse("shop").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            account: None,
            parts: parts.iter().copied().collect(),
            backend,
            environments: environments.iter().map(|name| Label::parse(name).unwrap()).collect(),
            layers: false,
        }
    }

    /// Every choice of parts but none.
    fn all_parts() -> Vec<Vec<Part>> {
        let some = |bits: &u32| {
            let has = |part: &Part| bits & (1 << (*part as u32)) != 0;
            Part::ALL.into_iter().filter(has).collect()
        };
        (1_u32..128).collect::<Vec<_>>().iter().map(some).collect()
    }

    #[test]
    fn every_choice_renders_without_a_word_and_checks_clean() {
        let nowhere = tempfile::tempdir().unwrap();
        let nowhere = Project::open(nowhere.path()).unwrap();
        let mut count = 0;
        for parts in all_parts() {
            for layers in [false, true] {
                // Parts and layers meet each other all; the rest is taken in turn.
                let environments = [&[][..], &["staging", "production"]][count / 2 % 2];
                let backend = backends().swap_remove(count % 5);
                let mut choices = Choices { layers, ..choices(&parts, backend, environments) };
                choices.account = AccountId::parse("123456789012").ok().filter(|_| count % 3 == 1);
                let text = choices.description();
                assert_eq!(format(&text), text);
                assert!(!text.contains("\n\n\n") && !text.contains("{\n\n"), "{text}");
                assert!(!text.contains("\n\n}") && !text.contains("\n\n  }"), "{text}");
                assert_eq!(text.contains(NO_ACCOUNT), choices.account.is_none(), "{text}");
                let files = files(&nowhere, &choices);
                let files = files.unwrap_or_else(|(_, wrong)| panic!("{wrong:#?}\n{text}"));
                assert!(files.contains_key("stacks/shop/stack.hcl"));
                if count % 7 == 0 {
                    checks_clean(&choices);
                }
                count += 1;
            }
        }
        assert_eq!(count, 127 * 2);
    }

    fn checks_clean(choices: &Choices) {
        let folder = tempfile::tempdir().unwrap();
        let written = init(folder.path(), choices).unwrap();
        assert!(written.contains(&".gitignore".to_owned()));
        let project = Project::open(&fs::canonicalize(folder.path()).unwrap()).unwrap();
        let rendered = tree::render(&project, &[], &|_| {});
        assert_eq!((rendered.diagnostics, rendered.drifts), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_description_teaches() {
        insta::assert_snapshot!("all", choices(&Part::ALL, Backend::Local, &[]).description());
        let some = [Part::Service, Part::Database];
        let s3 = backends().swap_remove(1);
        let text = choices(&some, s3, &["staging", "production"]).description();
        insta::assert_snapshot!("environments", text);
        let layered = Choices { layers: true, ..choices(&Part::ALL, Backend::Local, &["one"]) };
        insta::assert_snapshot!("layers", layered.description());
    }

    #[test]
    fn whatever_is_in_the_way_is_said_at_once_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "mine\n").unwrap();
        };
        write("stacks/shop/notes.md");
        write("modules/network/main.tf");
        write(".gitignore");
        let all = choices(&Part::ALL, Backend::Local, &[]);
        let (_, problems) = init(folder.path(), &all).unwrap_err();
        let messages: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            messages,
            ["`stacks/shop` holds something already", "`modules/network/main.tf` is there already"]
        );
        assert!(!folder.path().join("stacks/shop/stack.hcl").exists());
        assert!(!folder.path().join("modules/database").exists());
    }

    #[test]
    fn a_second_stack_stands_beside_the_first_and_shares_its_modules() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".gitignore"), "mine\n").unwrap();
        fs::write(folder.path().join(FILE), "stacks = \"infra\"\n").unwrap();
        let first = choices(&Part::ALL, Backend::Local, &[]);
        init(folder.path(), &first).unwrap();
        let second = Choices { name: Label::parse("jobs").unwrap(), ..first };
        let written = init(folder.path(), &second).unwrap();
        assert!(written.iter().all(|path| path.starts_with("infra/jobs/")), "{written:?}");
        assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "mine\n");
        let project = Project::open(&fs::canonicalize(folder.path()).unwrap()).unwrap();
        let rendered = tree::render(&project, &[], &|_| {});
        assert_eq!((rendered.stacks.len(), rendered.drifts.len()), (2, 0));
    }

    #[test]
    fn a_folder_that_cannot_be_filled_is_not_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut wrong = choices(&Part::ALL, Backend::Local, &[]);
        wrong.name = Label::parse("a").unwrap();
        wrong.environments = vec![Label::parse("a").unwrap(), Label::parse("a").unwrap()];
        assert!(init(&folder.path().join("new/project"), &wrong).is_err());
        assert!(!folder.path().join("new").exists());
    }
}
