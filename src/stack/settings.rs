//! The `stack` block: what holds for the whole root.

use std::cell::RefCell;
use std::fmt;

use hcl::edit::structure::Block as SourceBlock;

use super::Stack;
use super::block::Block as _;
use super::field::{Field, Literal, Map, Table, Type, Variant};
use super::lower::Root;
use super::read::Reader;
use super::value::{Reference, Value};
use crate::block;
use crate::build::{Give, Given};
use crate::component::helm_release;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::comment::Comment;
use crate::hcl::{Block, Expr, Item, Property};
use crate::value::{
    AccountId, Environment, Invalid, Region, Scalar, ScalarType, VersionConstraint,
};

block! {
    /// What holds for the whole stack: where it runs, which versions it needs, where its state is.
    pub struct Settings {
        /// The AWS region, `us-west-2`.
        region: Value<Region>,
        /// The number of the AWS account, in quotes. A plan with credentials for another account
        /// then fails, and commands that ask registries know where the stack's own repositories
        /// are.
        account: Option<Value<AccountId>>,
        /// Which environment the stack is: `production`. The image policies of one environment
        /// cannot take tags that those of another take, and rules of bundles can be about some.
        environment: Option<Literal<Environment>>,
        /// The Terraform versions that can be used. The S3 backend's lock file needs 1.11.
        terraform_version: Option<Value<VersionConstraint>>,
        /// The versions of the AWS provider that can be used.
        aws_version: Option<Value<VersionConstraint>>,
        /// Tags that every resource gets (the provider's `default_tags`). `Stack` is the stack's
        /// name, and `Environment` its environment's, unless they are set here.
        tags: Map<Value<String>>,
        /// Where Terraform keeps its state: `backend "cloud"`, `backend "s3"`, `backend "gcs"`,
        /// `backend "azurerm"` or `backend "local"`.
        backend: Option<Backend>,
        /// Providers that hand-written files beside the rendered ones need.
        @rows provider: Table<Provider>,
    }
}

block! {
    /// A provider that hand-written files need (Terraform language, "Provider Requirements").
    pub struct Provider {
        /// Its address in the registry, `hashicorp/random`.
        source: Value<String>,
        /// The versions that can be used.
        version: Option<Value<VersionConstraint>>,
    }
}

block! {
    /// State in HCP Terraform (Terraform language, "The `cloud` Block").
    pub struct CloudBackend {
        /// The organization.
        organization: Value<String>,
        /// The workspace.
        workspace: Value<String>,
        /// The host name of a Terraform Enterprise installation.
        hostname: Option<Value<String>>,
    }
}

block! {
    /// State in an S3 bucket, encrypted, with S3's own lock file (Terraform language, "Backend
    /// Type: s3").
    pub struct S3Backend {
        /// The bucket, which exists already.
        bucket: Value<String>,
        /// The object's key; `<stack>/terraform.tfstate` when it is not written, or
        /// `<stack>/<environment>/terraform.tfstate`.
        key: Option<Value<String>>,
        /// The bucket's region; the stack's when it is not written.
        region: Option<Value<Region>>,
        /// The ARN of a KMS key to encrypt with; S3's own encryption when it is not written.
        kms_key_id: Option<Value<String>>,
    }
}

block! {
    /// State in a bucket of Google Cloud Storage, which locks it (Terraform language, "Backend
    /// Type: gcs"). Credentials come from outside.
    pub struct GcsBackend {
        /// The bucket, which exists already.
        bucket: Value<String>,
        /// What the state's object begins with; the stack's name when it is not written. The
        /// object is `<prefix>/default.tfstate`.
        prefix: Option<Value<String>>,
        /// The name of a key of Cloud KMS to encrypt with; Google's own encryption when it is not
        /// written.
        kms_encryption_key: Option<Value<String>>,
    }
}

block! {
    /// State in a container of Azure Blob Storage, which locks it (Terraform language, "Backend
    /// Type: azurerm"). Credentials come from outside, by Microsoft Entra ID.
    pub struct AzurermBackend {
        /// The storage account, which exists already.
        storage_account_name: Value<StorageAccountName>,
        /// The container in it, which exists already.
        container_name: Value<String>,
        /// The blob; `<stack>/terraform.tfstate` when it is not written.
        key: Option<Value<String>>,
        /// The resource group of the storage account, where it has to be looked up.
        resource_group_name: Option<Value<String>>,
    }
}

/// A storage account's name (Azure, "Naming rules and restrictions for Azure resources",
/// Microsoft.Storage).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageAccountName(String);

impl fmt::Display for StorageAccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for StorageAccountName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "3 to 24 lower-case letters and digits";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let known = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        match text.len() {
            3..=24 if text.bytes().all(known) => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new(codes::BAD_NAME, "Azure has no such storage account")
                .help(format!("its name has {}", Self::RULE))),
        }
    }
}

block! {
    /// State in a file (Terraform language, "Backend Type: local").
    pub struct LocalBackend {
        /// The file; `terraform.tfstate` in the root when it is not written.
        path: Option<Value<String>>,
    }
}

/// Where Terraform keeps a root's state.
#[derive(Debug, Clone, PartialEq)]
pub enum Backend {
    /// `backend "cloud"`
    Cloud(CloudBackend),
    /// `backend "s3"`
    S3(S3Backend),
    /// `backend "gcs"`
    Gcs(GcsBackend),
    /// `backend "azurerm"`
    Azurerm(AzurermBackend),
    /// `backend "local"`
    Local(LocalBackend),
}

const BACKENDS: &[&str] = &["azurerm", "cloud", "gcs", "local", "s3"];

/// A backend is given as its block: `CloudBackend::block().organization("acme")`.
macro_rules! backends {
    ($($builder:ident $label:literal),+ $(,)?) => {
        $(impl Give<Backend> for $builder {
            fn give(self) -> Given {
                Given::block(Some($label), self)
            }
        })+
    };
}

backends! {
    AzurermBackendBuilder "azurerm",
    CloudBackendBuilder "cloud",
    GcsBackendBuilder "gcs",
    LocalBackendBuilder "local",
    S3BackendBuilder "s3",
}

impl Field for Backend {
    const IS_BLOCK: bool = true;

    fn ty() -> Type {
        let variant = |label, doc, fields| Variant { label, doc, fields };
        Type::OneOf(vec![
            variant("cloud", CloudBackend::doc(), CloudBackend::fields()),
            variant("s3", S3Backend::doc(), S3Backend::fields()),
            variant("gcs", GcsBackend::doc(), GcsBackend::fields()),
            variant("azurerm", AzurermBackend::doc(), AzurermBackend::fields()),
            variant("local", LocalBackend::doc(), LocalBackend::fields()),
        ])
    }

    fn read_entry(
        reader: &Reader<'_>,
        name: &str,
        entry: &super::field::Entry<'_>,
    ) -> Option<Self> {
        reader.only_blocks(name, entry)?;
        let (first, rest) = entry.blocks.split_first()?;
        for again in rest {
            reader.duplicate("a `backend` block", reader.head(again), Some(reader.head(first)));
        }
        Self::from_block(reader, first)
    }

    fn from_block(reader: &Reader<'_>, block: &SourceBlock) -> Option<Self> {
        match reader.label(block)? {
            ("cloud", _) => CloudBackend::read(reader, block).map(Self::Cloud),
            ("s3", _) => S3Backend::read(reader, block).map(Self::S3),
            ("gcs", _) => GcsBackend::read(reader, block).map(Self::Gcs),
            ("azurerm", _) => AzurermBackend::read(reader, block).map(Self::Azurerm),
            ("local", _) => LocalBackend::read(reader, block).map(Self::Local),
            (other, span) => {
                reader.report(unknown_backend(other, span));
                None
            }
        }
    }

    fn argument(&self) -> Option<Expr> {
        None
    }

    fn value(&self) -> Expr {
        let (kind, values) = match self {
            Self::Cloud(backend) => ("cloud", backend.values()),
            Self::S3(backend) => ("s3", backend.values()),
            Self::Gcs(backend) => ("gcs", backend.values()),
            Self::Azurerm(backend) => ("azurerm", backend.values()),
            Self::Local(backend) => ("local", backend.values()),
        };
        let kind = Property::new("kind", kind);
        Expr::Object(std::iter::once(kind).chain(values).collect())
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        match self {
            Self::Cloud(backend) => backend.references(out),
            Self::S3(backend) => backend.references(out),
            Self::Gcs(backend) => backend.references(out),
            Self::Azurerm(backend) => backend.references(out),
            Self::Local(backend) => backend.references(out),
        }
    }
}

fn unknown_backend(name: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::BAD_LABEL, format!("there is no backend `{name}`")).at(span, "");
    diagnostic.did_you_mean(name, BACKENDS.iter().copied(), |diagnostic| {
        diagnostic.help("use \"cloud\", \"s3\", \"gcs\", \"azurerm\" or \"local\"")
    })
}

impl Settings {
    /// Settings for a region, with everything else as it is when it is not written.
    pub fn new(region: impl Into<Value<Region>>) -> Self {
        Self {
            region: region.into(),
            account: None,
            environment: None,
            terraform_version: None,
            aws_version: None,
            tags: Map::default(),
            backend: None,
            provider: Table::default(),
            origin: super::block::Origin::default(),
        }
    }

    /// Terraform reads the `terraform` block before it knows any value (Terraform language,
    /// "Terraform Block": only constants).
    pub(super) fn check(&self, diagnostics: &RefCell<Vec<Diagnostic>>) {
        let mut constants: Vec<(&str, Option<Span>)> = Vec::new();
        let mut add = |name, expression: Option<Option<Span>>| {
            constants.extend(expression.map(|span| (name, span)));
        };
        add("terraform_version", self.terraform_version.as_ref().and_then(expression));
        add("aws_version", self.aws_version.as_ref().and_then(expression));
        match &self.backend {
            Some(Backend::Cloud(cloud)) => {
                add("organization", expression(&cloud.organization));
                add("workspace", expression(&cloud.workspace));
                add("hostname", cloud.hostname.as_ref().and_then(expression));
            }
            Some(Backend::S3(s3)) => {
                add("bucket", expression(&s3.bucket));
                add("key", s3.key.as_ref().and_then(expression));
                add("region", s3.region.as_ref().and_then(expression));
                add("kms_key_id", s3.kms_key_id.as_ref().and_then(expression));
            }
            Some(Backend::Gcs(gcs)) => {
                add("bucket", expression(&gcs.bucket));
                add("prefix", gcs.prefix.as_ref().and_then(expression));
                add("kms_encryption_key", gcs.kms_encryption_key.as_ref().and_then(expression));
            }
            Some(Backend::Azurerm(azurerm)) => {
                add("storage_account_name", expression(&azurerm.storage_account_name));
                add("container_name", expression(&azurerm.container_name));
                add("key", azurerm.key.as_ref().and_then(expression));
                add(
                    "resource_group_name",
                    azurerm.resource_group_name.as_ref().and_then(expression),
                );
            }
            Some(Backend::Local(local)) => add("path", local.path.as_ref().and_then(expression)),
            None => {}
        }
        for provider in self.provider.rows.values() {
            add("source", expression(&provider.source));
            add("version", provider.version.as_ref().and_then(expression));
        }
        if let Some(Backend::S3(S3Backend { region: None, origin, .. })) = &self.backend
            && self.region.literal().is_none()
        {
            diagnostics.borrow_mut().push(
                Diagnostic::error(codes::NOT_LITERAL, "the backend's region is not known")
                    .at(origin.head, "")
                    .help("write `region = \"…\"`: the stack's own is an expression"),
            );
        }
        diagnostics.borrow_mut().extend(constants.into_iter().map(|(name, span)| {
            Diagnostic::error(codes::NOT_LITERAL, format!("`{name}` must be written out"))
                .at(span, "an expression")
                .help("Terraform reads its own settings before it knows any value")
        }));
    }

    pub(super) fn lower(&self, root: &mut Root, stack: &Stack) {
        let version = |version: &Option<Value<VersionConstraint>>, default: &str| match version {
            Some(version) => version.expr(),
            None => Expr::from(default),
        };
        let mut terraform = Block::new("terraform", [] as [&str; 0])
            .attribute("required_version", version(&self.terraform_version, ">= 1.11"));
        let aws = [
            ("source", Expr::from("hashicorp/aws")),
            ("version", version(&self.aws_version, "~> 6.0")),
        ];
        let mut providers = vec![("aws", Expr::object(aws))];
        for (name, provider) in self.provider.iter() {
            let arguments = provider.arguments();
            providers.push((name, Expr::Object(arguments)));
        }
        let helm = helm_release::provider(stack);
        if helm.is_some() && !self.provider.rows.contains_key("helm") {
            let source =
                [("source", Expr::from("hashicorp/helm")), ("version", Expr::from("~> 3.0"))];
            providers.push(("helm", Expr::object(source)));
        }
        providers.sort_by_key(|(name, _)| *name);
        let mut required = Block::new("required_providers", [] as [&str; 0]);
        for (name, provider) in providers {
            required = required.attribute(name, provider);
        }
        terraform = terraform.block(required);
        if let Some(backend) = &self.backend {
            let layer = stack.part.as_ref().map(|part| part.layer.as_str());
            terraform = terraform.block(self.backend_block(&backend.of(stack.system(), layer)));
        }
        let mut comment = self.origin.comment.clone();
        let layer = stack.part.as_ref().and_then(|part| stack.layers.get(&part.layer));
        if let Some(layer) = layer.filter(|layer| !layer.origin.comment.is_empty()) {
            if !comment.is_empty() {
                comment.leading.push(String::new());
            }
            let Comment { leading, trailing } = layer.origin.comment.clone();
            comment.leading.extend(leading.into_iter().chain(trailing));
        }
        root.files.entry("terraform.tf").or_default().block(terraform.comment(comment));

        let mut tags = self.tags.clone();
        let environment = stack.system().split_once('/').map(|(_, environment)| environment);
        let own = [("Environment", environment), ("Stack", Some(stack.name.as_str()))];
        for (name, value) in own {
            let value = value.filter(|_| tags.get(name).is_none());
            let tag = value.map(|value| (name.to_owned(), Value::Literal(value.to_owned())));
            tags.entries.extend(Map::from_iter(tag).entries);
        }
        let mut provider = Block::new("provider", ["aws"]).attribute("region", self.region.expr());
        if let Some(Item::Attribute(region)) = provider.body.items.last_mut() {
            region.comment = self.origin.comments.get("region").cloned().unwrap_or_default();
        }
        if let Some(account) = &self.account {
            let allowed = Expr::List(vec![account.expr()]);
            provider = provider.attribute("allowed_account_ids", allowed);
            if let Some(Item::Attribute(account)) = provider.body.items.last_mut() {
                account.comment = self.origin.comments.get("account").cloned().unwrap_or_default();
            }
        }
        let mut default_tags = Block::new("default_tags", [] as [&str; 0]);
        if let Some(tags) = tags.argument() {
            default_tags = default_tags.attribute("tags", tags);
        }
        let file = root.files.entry("providers.tf").or_default();
        file.block(provider.block(default_tags));
        if let Some(helm) = helm {
            file.block(helm);
        }
    }

    /// The organization and workspace of HCP Terraform that keep a root's state, where they are written
    /// out.
    pub(crate) fn workspace(&self, system: &str, layer: Option<&str>) -> Option<(String, String)> {
        match self.backend.as_ref()?.of(system, layer) {
            Backend::Cloud(cloud) => {
                Some((cloud.organization.literal()?.clone(), cloud.workspace.literal()?.clone()))
            }
            _ => None,
        }
    }

    /// Where the state of a stack or environment is kept, as far as that is written out; `None` where
    /// it is in the root itself.
    pub(super) fn state(&self, system: &str) -> Option<String> {
        let text = |value: &Value<String>| Some(value.literal()?.clone());
        match self.backend.as_ref()?.of(system, None) {
            Backend::Cloud(cloud) => {
                Some(format!("cloud {} {}", text(&cloud.organization)?, text(&cloud.workspace)?))
            }
            Backend::S3(s3) => Some(format!("s3 {} {}", text(&s3.bucket)?, text(&s3.key?)?)),
            // Buckets and accounts have rules of their own, but their names are written the same.
            Backend::Gcs(gcs) => {
                Some(format!("gcs {} {}", gcs.bucket.literal()?, text(&gcs.prefix?)?))
            }
            Backend::Azurerm(azurerm) => {
                let account = azurerm.storage_account_name.literal()?;
                let container = azurerm.container_name.literal()?;
                Some(format!("azurerm {account} {container} {}", text(&azurerm.key?)?))
            }
            Backend::Local(local) => {
                let path = text(&local.path?)?;
                path.starts_with('/').then(|| format!("local {path}"))
            }
        }
    }

    fn backend_block(&self, backend: &Backend) -> Block {
        match backend {
            Backend::Cloud(cloud) => {
                let mut block = Block::new("cloud", [] as [&str; 0])
                    .attribute("organization", cloud.organization.expr());
                if let Some(hostname) = &cloud.hostname {
                    block = block.attribute("hostname", hostname.expr());
                }
                let workspaces = Block::new("workspaces", [] as [&str; 0])
                    .attribute("name", cloud.workspace.expr());
                block.block(workspaces).comment(cloud.origin.comment.clone())
            }
            Backend::S3(s3) => {
                let region = s3.region.as_ref().unwrap_or(&self.region);
                let mut block = with(Block::new("backend", ["s3"]), "bucket", Some(&s3.bucket));
                block = with(block, "key", s3.key.as_ref());
                block = block.attribute("region", region.expr()).attribute("encrypt", true);
                block = with(block, "kms_key_id", s3.kms_key_id.as_ref());
                block.attribute("use_lockfile", true).comment(s3.origin.comment.clone())
            }
            Backend::Gcs(gcs) => {
                let mut block = with(Block::new("backend", ["gcs"]), "bucket", Some(&gcs.bucket));
                block = with(block, "prefix", gcs.prefix.as_ref());
                block = with(block, "kms_encryption_key", gcs.kms_encryption_key.as_ref());
                block.comment(gcs.origin.comment.clone())
            }
            Backend::Azurerm(azurerm) => {
                let mut block = Block::new("backend", ["azurerm"]);
                block = with(block, "resource_group_name", azurerm.resource_group_name.as_ref());
                block = block
                    .attribute("storage_account_name", azurerm.storage_account_name.expr())
                    .attribute("container_name", azurerm.container_name.expr());
                block = with(block, "key", azurerm.key.as_ref());
                block.attribute("use_azuread_auth", true).comment(azurerm.origin.comment.clone())
            }
            Backend::Local(local) => {
                with(Block::new("backend", ["local"]), "path", local.path.as_ref())
                    .comment(local.origin.comment.clone())
            }
        }
    }

    /// How another root of the same system looks up the state of a layer: the backend's type, and its
    /// configuration (Terraform language, "The `terraform_remote_state` Data Source").
    pub(super) fn remote_state(&self, system: &str, layer: &str) -> (&'static str, Expr) {
        // Without a backend, Terraform keeps the state in the root itself.
        let own =
            || Backend::Local(LocalBackend { path: None, origin: super::block::Origin::default() });
        let backend = self.backend.clone().unwrap_or_else(own).of(system, Some(layer));
        let mut config: Vec<(&str, Option<Expr>)> = Vec::new();
        let ty = match &backend {
            // Its documentation says how the states of `cloud` are looked up: as those of `remote`.
            Backend::Cloud(cloud) => {
                config.push(("organization", Some(cloud.organization.expr())));
                config.push(("hostname", cloud.hostname.as_ref().map(Value::expr)));
                config.push(("workspaces", Some(Expr::object([("name", cloud.workspace.expr())]))));
                "remote"
            }
            Backend::S3(s3) => {
                let region = s3.region.as_ref().unwrap_or(&self.region);
                config.push(("bucket", Some(s3.bucket.expr())));
                config.push(("key", s3.key.as_ref().map(Value::expr)));
                config.push(("region", Some(region.expr())));
                "s3"
            }
            Backend::Gcs(gcs) => {
                config.push(("bucket", Some(gcs.bucket.expr())));
                config.push(("prefix", gcs.prefix.as_ref().map(Value::expr)));
                "gcs"
            }
            Backend::Azurerm(azurerm) => {
                let group = azurerm.resource_group_name.as_ref();
                config.push(("resource_group_name", group.map(Value::expr)));
                config.push(("storage_account_name", Some(azurerm.storage_account_name.expr())));
                config.push(("container_name", Some(azurerm.container_name.expr())));
                config.push(("key", azurerm.key.as_ref().map(Value::expr)));
                config.push(("use_azuread_auth", Some(true.into())));
                "azurerm"
            }
            Backend::Local(local) => {
                let path = local.path.as_ref().and_then(Value::literal);
                let path = path.map_or("terraform.tfstate", String::as_str);
                // It is from the other root's folder, which is beside this one's.
                let path = match path.starts_with('/') || path.starts_with("../") {
                    true => path.to_owned(),
                    false => format!("../{layer}/{path}"),
                };
                config.push(("path", Some(path.into())));
                "local"
            }
        };
        let config = config.into_iter().filter_map(|(name, value)| Some((name, value?)));
        (ty, Expr::object(config))
    }
}

impl Backend {
    /// The same with what follows from where it stands: a system (`shop/production`), and perhaps a
    /// layer in it. What is written for the whole system gets the layer's name put into it.
    fn of(&self, system: &str, layer: Option<&str>) -> Self {
        let root = match layer {
            Some(layer) => format!("{system}/{layer}"),
            None => system.to_owned(),
        };
        // `a/b.tfstate` is `a/jobs/b.tfstate`.
        let below = |path: &str| match (layer, path.rsplit_once('/')) {
            (None, _) => path.to_owned(),
            (Some(layer), Some((folder, name))) => format!("{folder}/{layer}/{name}"),
            (Some(layer), None) => format!("{layer}/{path}"),
        };
        let each = |value: &Value<String>, put: &dyn Fn(&str) -> String| match value {
            Value::Literal(text) => Value::Literal(put(text)),
            Value::Expression(_) => value.clone(),
        };
        let file = |key: &Option<Value<String>>| {
            let own = || Value::Literal(format!("{root}/terraform.tfstate"));
            Some(key.as_ref().map_or_else(own, |key| each(key, &below)))
        };
        let after = |separator: char| {
            move |text: &str| match layer {
                Some(layer) => format!("{}{separator}{layer}", text.trim_end_matches('/')),
                None => text.to_owned(),
            }
        };
        match self.clone() {
            Self::Cloud(cloud) => Self::Cloud(CloudBackend {
                workspace: each(&cloud.workspace, &after('-')),
                ..cloud
            }),
            Self::S3(s3) => Self::S3(S3Backend { key: file(&s3.key), ..s3 }),
            Self::Gcs(gcs) => {
                let own = || Value::Literal(root.clone());
                let prefix = gcs.prefix.as_ref();
                let prefix = prefix.map_or_else(own, |prefix| each(prefix, &after('/')));
                Self::Gcs(GcsBackend { prefix: Some(prefix), ..gcs })
            }
            Self::Azurerm(azurerm) => {
                Self::Azurerm(AzurermBackend { key: file(&azurerm.key), ..azurerm })
            }
            // A file in the root is of the root already.
            Self::Local(local) => {
                let outside = |path: &str| match path.starts_with('/') || path.starts_with("../") {
                    true => below(path),
                    false => path.to_owned(),
                };
                let path = local.path.as_ref().map(|path| each(path, &outside));
                Self::Local(LocalBackend { path, ..local })
            }
        }
    }
}

/// With one more attribute, where it has a value.
fn with<T: Scalar>(block: Block, name: &str, value: Option<&Value<T>>) -> Block {
    match value {
        Some(value) => block.attribute(name, value.expr()),
        None => block,
    }
}

/// The place of an expression, where a value is one.
fn expression<T>(value: &Value<T>) -> Option<Option<Span>> {
    match value {
        Value::Literal(_) => None,
        Value::Expression(expression) => Some(expression.span),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Sources;
    use crate::stack;

    /// The `terraform.tf` of a stack with this backend, or what is wrong with it.
    fn backend(block: &str) -> String {
        let text = format!("stack \"test\" {{\n  region = \"us-west-2\"\n{block}\n}}");
        let file = Sources::default().add("stack.hcl", text.as_str());
        match stack::read(file, &text, "test") {
            Ok((stack, _)) => {
                let root = stack::lower::lower(&stack, "../../modules");
                crate::hcl::print::print(&root.files["terraform.tf"])
            }
            Err(problems) => {
                let line = |problem: &crate::diagnostic::Diagnostic| {
                    format!("{} {}; {}", problem.code, problem.message, problem.help.join("; "))
                };
                problems.iter().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }

    #[test]
    fn state_can_be_in_google_cloud_storage() {
        insta::assert_snapshot!(backend("  backend \"gcs\" {\n    bucket = \"states\"\n  }"), @r#"
        terraform {
          required_version = ">= 1.11"

          required_providers {
            aws = {
              source  = "hashicorp/aws"
              version = "~> 6.0"
            }
          }

          backend "gcs" {
            bucket = "states"
            prefix = "test"
          }
        }
        "#);
        insta::assert_snapshot!(
            backend("  backend \"gcs\" {\n    bucket = \"states\"\n    prefix = \"shop\"\n    kms_encryption_key = \"projects/p/locations/l/keyRings/r/cryptoKeys/k\"\n  }"),
            @r#"
        terraform {
          required_version = ">= 1.11"

          required_providers {
            aws = {
              source  = "hashicorp/aws"
              version = "~> 6.0"
            }
          }

          backend "gcs" {
            bucket             = "states"
            prefix             = "shop"
            kms_encryption_key = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
          }
        }
        "#
        );
    }

    #[test]
    fn state_can_be_in_azure() {
        insta::assert_snapshot!(
            backend("  backend \"azurerm\" {\n    storage_account_name = \"states\"\n    container_name = \"terraform\"\n    resource_group_name = \"ops\"\n  }"),
            @r#"
        terraform {
          required_version = ">= 1.11"

          required_providers {
            aws = {
              source  = "hashicorp/aws"
              version = "~> 6.0"
            }
          }

          backend "azurerm" {
            resource_group_name  = "ops"
            storage_account_name = "states"
            container_name       = "terraform"
            key                  = "test/terraform.tfstate"
            use_azuread_auth     = true
          }
        }
        "#
        );
    }

    #[test]
    fn a_backend_is_known_and_written_out() {
        insta::assert_snapshot!(backend("  backend \"gsc\" {}"), @"SW106 there is no backend `gsc`; did you mean `gcs`?");
        insta::assert_snapshot!(backend("  backend \"postgres\" {}"), @r#"SW106 there is no backend `postgres`; use "cloud", "s3", "gcs", "azurerm" or "local""#);
        insta::assert_snapshot!(
            backend("  backend \"azurerm\" {\n    storage_account_name = \"My-States\"\n    container_name = \"terraform\"\n  }"),
            @"SW203 Azure has no such storage account; its name has 3 to 24 lower-case letters and digits"
        );
        insta::assert_snapshot!(
            backend("  backend \"gcs\" {\n    bucket = \"states-${var.x}\"\n    prefix = var.y\n  }"),
            @"
        SW109 `bucket` must be written out; Terraform reads its own settings before it knows any value
        SW109 `prefix` must be written out; Terraform reads its own settings before it knows any value
        "
        );
    }

    /// Where the layer `a` keeps its state, and how `b` looks it up.
    fn layers(backend: &str) -> String {
        let layers = "layer \"a\" {\n  topic \"t\" {}\n}\nlayer \"b\" {\n  output \"o\" { value = topic.t.arn }\n}\n";
        let text = format!("stack \"test\" {{\n  region = \"us-west-2\"\n{backend}\n}}\n{layers}");
        let file = Sources::default().add("stack.hcl", text.as_str());
        let roots = stack::read(file, &text, "test").unwrap().0.roots();
        let [a, b] = roots.as_slice() else { panic!("{} roots", roots.len()) };
        let print = |stack, file: &str| {
            let root = stack::lower::lower(stack, "../../../modules");
            crate::hcl::print::print(&root.files[file])
        };
        let terraform = print(a, "terraform.tf");
        let own = terraform.split_once("    }\n  }\n").map_or("", |(_, rest)| rest);
        format!("{own}{}", print(b, "data.tf"))
    }

    #[test]
    fn the_state_of_a_layer_is_beside_the_others_and_is_looked_up_there() {
        insta::assert_snapshot!(layers(""));
        insta::assert_snapshot!(layers(
            "  backend \"local\" {\n    path = \"../../../states/shop.tfstate\"\n  }"
        ));
        insta::assert_snapshot!(layers(
            "  backend \"cloud\" {\n    organization = \"o\"\n    workspace = \"w\"\n    hostname = \"tfe.example.org\"\n  }"
        ));
        insta::assert_snapshot!(layers(
            "  backend \"s3\" {\n    bucket = \"states\"\n    key = \"live/shop.tfstate\"\n    kms_key_id = \"k\"\n  }"
        ));
        insta::assert_snapshot!(layers(
            "  backend \"gcs\" {\n    bucket = \"states\"\n    prefix = \"shop/\"\n  }"
        ));
        insta::assert_snapshot!(layers(
            "  backend \"azurerm\" {\n    storage_account_name = \"states\"\n    container_name = \"terraform\"\n    resource_group_name = \"ops\"\n  }"
        ));
    }
}
