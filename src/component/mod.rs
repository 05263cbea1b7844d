//! The vocabulary of descriptions: one file a component.
//!
//! A component is a vertical slice: its typed block, its rules, and how it becomes Terraform. Its
//! Terraform module stands in `modules/<component>/`. To add one, write the file and the folder and
//! add one line to [`kinds`]. A program of one's own has more words: see [`Vocabulary`].

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, LazyLock};

use crate::build::{Builder as _, Parts};
use crate::diagnostic::Code;
use crate::hcl::Property;
use crate::stack::block::{Block, FieldInfo};
use crate::stack::check::Check;
use crate::stack::field::{Ref, Type};
use crate::stack::lower::Lower;
use crate::stack::manifests::Manifests;
use crate::stack::names::AwsName;
use crate::stack::read::Reader;
use crate::stack::rename::RowTable;
use crate::stack::value::Reference;
use crate::tree::header;

pub mod alarm;
pub mod api;
pub mod artifact;
pub mod aurora;
pub mod bastion;
pub mod bucket;
pub mod build;
pub mod bundle;
pub mod cache;
pub mod cdn;
pub mod certificate;
pub mod cluster;
pub mod dashboard;
pub mod database;
pub mod deployment;
pub mod discovery;
pub mod dns;
pub mod drawn;
pub mod flux;
pub mod function;
pub mod helm_release;
pub mod http_api;
pub mod image;
pub mod input;
pub mod key;
pub mod kubernetes_cluster;
pub mod kubernetes_manifest;
pub mod kubernetes_service;
pub mod lambda_layer;
pub mod library;
pub mod load_balancer;
pub mod loaders;
pub mod metric;
pub mod module;
pub mod mount;
pub mod network;
pub mod output;
pub mod parameter;
pub mod pod_role;
pub mod protection;
pub mod proxy;
pub mod queue;
pub mod repository;
pub mod role;
pub mod rollout;
pub mod schedule;
pub mod scheduled_task;
pub mod search;
pub mod secret;
pub mod secret_store;
pub mod serverless;
pub mod service;
pub mod standalone_task;
pub mod task;
#[cfg(test)]
pub(crate) mod testing;
pub mod topic;
mod vocabulary;
pub mod volume;
pub mod worker;

pub use alarm::Alarm;
pub use api::Api;
pub use artifact::Artifact;
pub use aurora::Aurora;
pub use bastion::Bastion;
pub use bucket::{AccessLogs, Bucket};
pub use build::Build;
pub use bundle::Bundle;
pub use cache::Cache;
pub use cdn::Cdn;
pub use certificate::{Certificate, CertificateArn};
pub use cluster::Cluster;
pub use dashboard::Dashboard;
pub use database::Database;
pub use dns::Dns;
pub use drawn::{Drawn, Family, Meaning, Relation};
pub use flux::Flux;
pub use function::Function;
pub use helm_release::HelmRelease;
pub use http_api::HttpApi;
pub use image::{Image, ImageRepository};
pub use input::Input;
pub use key::Key;
pub use kubernetes_cluster::KubernetesCluster;
pub use kubernetes_manifest::KubernetesManifest;
pub use kubernetes_service::KubernetesService;
pub use lambda_layer::LambdaLayer;
pub use load_balancer::LoadBalancer;
pub use loaders::Loaders;
pub use module::Module;
pub use network::Network;
pub use output::Output;
pub use parameter::Parameter;
pub use pod_role::PodRole;
pub use protection::Protect;
pub use queue::Queue;
pub use repository::Repository;
pub use role::Role;
pub use rollout::Rollout;
pub use schedule::Scheduled;
pub use scheduled_task::ScheduledTask;
pub use search::Search;
pub use secret::Secret;
pub use secret_store::SecretStore;
pub use service::Service;
pub use standalone_task::StandaloneTask;
pub use task::Task;
pub use topic::Topic;
pub use vocabulary::Vocabulary;
pub use volume::Volume;
pub use worker::Worker;

/// Every kind of component that Stackwright itself has, in alphabetical order.
pub fn kinds() -> &'static [Kind] {
    static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
        vec![
            Kind::of::<Alarm>(),
            Kind::of::<Api>(),
            Kind::of::<Artifact>(),
            Kind::of::<Aurora>(),
            Kind::of::<Bastion>(),
            Kind::of::<Bucket>(),
            Kind::of::<Build>(),
            Kind::of::<Bundle>(),
            Kind::of::<Cache>(),
            Kind::of::<Cdn>(),
            Kind::of::<Certificate>(),
            Kind::of::<Cluster>(),
            Kind::of::<Dashboard>(),
            Kind::of::<Database>(),
            Kind::of::<Dns>(),
            Kind::of::<Flux>(),
            Kind::of::<Function>(),
            Kind::of::<HelmRelease>(),
            Kind::of::<HttpApi>(),
            Kind::of::<Image>(),
            Kind::of::<Input>(),
            Kind::of::<Key>(),
            Kind::of::<KubernetesCluster>(),
            Kind::of::<KubernetesManifest>(),
            Kind::of::<KubernetesService>(),
            Kind::of::<LambdaLayer>(),
            Kind::of::<LoadBalancer>(),
            Kind::of::<Loaders>(),
            Kind::of::<Module>(),
            Kind::of::<Network>(),
            Kind::of::<Output>(),
            Kind::of::<Parameter>(),
            Kind::of::<PodRole>(),
            Kind::of::<Queue>(),
            Kind::of::<Repository>(),
            Kind::of::<Role>(),
            Kind::of::<Rollout>(),
            Kind::of::<ScheduledTask>(),
            Kind::of::<Search>(),
            Kind::of::<Secret>(),
            Kind::of::<SecretStore>(),
            Kind::of::<Service>(),
            Kind::of::<StandaloneTask>(),
            Kind::of::<Topic>(),
            Kind::of::<Volume>(),
            Kind::of::<Worker>(),
        ]
    });
    &KINDS
}

/// One labelled block of a description.
pub trait Component: Block + Clone + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// Its block's type: `database`.
    const KIND: &'static str;

    /// Starts to describe one with this label in Rust ([`crate::build`]).
    #[track_caller]
    #[allow(clippy::new_ret_no_self)]
    fn new(label: impl Into<String>) -> Self::Builder {
        Self::Builder::from_parts(Parts::new(Some(label.into()), Location::caller()))
    }

    /// A reference to the one of this label, which may be added later.
    fn reference(label: impl Into<String>) -> Ref<Self> {
        Ref::new(label)
    }

    /// The file of a root in which it stands.
    const FILE: &'static str;

    /// What it is in a picture of its system, and what it means that it names others there.
    const DRAWN: Drawn = Drawn::OTHER;

    /// Its Terraform module, where it has one.
    const MODULE: Option<ModuleSource> = None;
    /// Modules that some components of this kind call instead.
    const OTHER_MODULES: &'static [ModuleSource] = &[];

    /// The fields that may hold a sensitive value, because AWS does not show it; `*` stands for one
    /// step: `["password", "origin.*.secret"]`.
    const SENSITIVE: &'static [&'static str] = &[];
    /// The fields that decide which resources there are, which Terraform must know when it plans
    /// (Terraform language, "The `for_each` Meta-Argument", limitations on values).
    const STRUCTURAL: &'static [&'static str] = &[];

    /// The codes of its own rules, for `explain`: those made with
    /// [`Code::new`](crate::diagnostic::Code::new).
    const CODES: &'static [Code] = &[];

    /// Whether what it holds is protected; `None` for what holds nothing that would be lost.
    fn protect(&self) -> Option<Protect> {
        None
    }

    /// The module that it becomes, where not each becomes the same.
    fn module(&self) -> Option<ModuleSource> {
        match self.protect() {
            Some(Protect(false)) => Self::MODULE.map(ModuleSource::unprotected),
            Some(Protect(true)) | None => Self::MODULE,
        }
    }

    /// What other components may ask of it: `database.main.host`.
    fn outputs() -> Outputs;

    /// Variables of its module that [`Component::lower`] fills from elsewhere than its fields.
    fn derived() -> Vec<FieldInfo> {
        Vec::new()
    }

    /// Terraform's address of the component with this label.
    fn address(label: &str) -> String {
        module_address(Self::KIND, label)
    }

    /// What stands for the component in front of an attribute.
    fn attribute_address(label: &str) -> String {
        Self::address(label)
    }

    /// The rules that concern several of its fields, or other components.
    fn check(&self, _check: &Check<'_>) {}

    /// The names that its things have in AWS, as far as two of them could be the same.
    fn aws_names(&self, _check: &Check<'_>) -> Vec<AwsName> {
        Vec::new()
    }

    /// The ECS task that it runs, where it runs one.
    fn task(&self) -> Option<&Task> {
        None
    }

    /// What it has started at its times.
    fn scheduled(&self) -> Vec<Scheduled> {
        Vec::new()
    }

    /// Adds its Terraform to a root.
    fn lower(&self, lower: &mut Lower<'_>);

    /// Adds what Kubernetes is to read of it.
    fn manifests(&self, _manifests: &mut Manifests<'_>) {}
}

/// Terraform's address of the module of a component.
pub fn module_address(kind: &str, label: &str) -> String {
    format!("module.{kind}_{label}")
}

/// The attributes of a component that an expression can ask for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outputs {
    /// These.
    Known(Vec<OutputInfo>),
    /// What it has is known to Terraform only.
    Any,
}

/// One output of a component's module.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputInfo {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it is.
    pub doc: &'static str,
}

/// Lists the outputs of a component: `outputs! { "The id." id, … }`, all of them strings unless
/// `[list]`, `[map]` or `[any]` follows the name.
#[macro_export]
macro_rules! outputs {
    ($($doc:literal $name:ident $([$list:ident])?),* $(,)?) => {
        $crate::component::Outputs::Known(vec![$($crate::component::OutputInfo {
            name: stringify!($name),
            ty: $crate::outputs!(@type $($list)?),
            doc: $doc,
        }),*])
    };
    (@type) => {
        $crate::stack::field::Type::Scalar($crate::value::ScalarType::String, "")
    };
    (@type any) => { $crate::stack::field::Type::Any };
    (@type list) => { $crate::stack::field::Type::List(Box::new($crate::outputs!(@type))) };
    (@type map) => { $crate::stack::field::Type::Map(Box::new($crate::outputs!(@type))) };
}

/// A module of the library: its folder and its files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModuleSource {
    /// The folder below `modules/`.
    pub name: &'static str,
    /// File names and contents, sorted by name.
    pub files: &'static [(&'static str, &'static str)],
    /// Modules that it calls.
    pub calls: &'static [&'static ModuleSource],
    /// The folder of its variant that protects nothing ([`protection`]).
    pub unprotected_name: &'static str,
    /// True for that variant.
    pub is_unprotected: bool,
}

impl ModuleSource {
    /// Its variant that protects nothing.
    #[must_use]
    pub fn unprotected(self) -> Self {
        Self { name: self.unprotected_name, is_unprotected: true, ..self }
    }

    /// File names and contents as they are written, each with its header line.
    pub fn contents(self) -> impl Iterator<Item = (&'static str, String)> {
        self.files.iter().map(move |(name, text)| {
            let body = header::body(text);
            let text = match self.is_unprotected.then(|| protection::without(body)) {
                Some(without) if without != body => header::stamp(header::LIBRARY, &without),
                _ => (*text).to_owned(),
            };
            (*name, text)
        })
    }
}

/// The embedded module of a folder below `modules/`, and the modules that it calls.
///
/// `module_source!("table" in "src/table")` is one of one's own, `modules/table` where it is used,
/// from another folder of the crate, which holds `main.tf`, `outputs.tf` and `terraform.tf`, without
/// header lines. Its `variables.tf` follows from the component.
#[macro_export]
macro_rules! module_source {
    ($name:literal in $folder:literal $(, $calls:expr)* $(,)?) => {
        $crate::component::ModuleSource {
            name: $name,
            files: &[
                ("main.tf", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/main.tf"))),
                ("outputs.tf", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/outputs.tf"))),
                ("terraform.tf", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/terraform.tf"))),
            ],
            calls: &[$(&$calls),*],
            unprotected_name: concat!($name, "_unprotected"),
            is_unprotected: false,
        }
    };
    ($name:literal $(, $calls:expr)* $(,)?) => {
        $crate::component::ModuleSource {
            name: $name,
            files: &[
                ("main.tf", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/modules/", $name, "/main.tf"))),
                ("outputs.tf", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/modules/", $name, "/outputs.tf"))),
                ("terraform.tf", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/modules/", $name, "/terraform.tf"))),
                ("variables.tf", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/modules/", $name, "/variables.tf"))),
            ],
            calls: &[$(&$calls),*],
            unprotected_name: concat!($name, "_unprotected"),
            is_unprotected: false,
        }
    };
}

/// A [`Component`] as a value: what the rest of the program needs to know of a kind.
#[derive(Clone)]
pub struct Kind {
    /// Its block's type.
    pub name: &'static str,
    /// The file of a root in which it stands.
    pub file: &'static str,
    /// What it is in a picture.
    pub drawn: Drawn,
    /// What it is.
    pub doc: fn() -> String,
    /// Its fields.
    pub fields: fn() -> Vec<FieldInfo>,
    /// Variables of its module that are no fields.
    pub derived: fn() -> Vec<FieldInfo>,
    /// What can be asked of it.
    pub outputs: fn() -> Outputs,
    /// Its module.
    pub module: Option<ModuleSource>,
    /// Modules that some of its components call instead.
    pub other_modules: &'static [ModuleSource],
    /// The codes of its own rules.
    pub codes: &'static [Code],
    /// Terraform's address of one with this label.
    pub address: fn(&str) -> String,
    /// What stands for it in front of an attribute.
    pub attribute_address: fn(&str) -> String,
    /// Reads one.
    pub read: fn(&Reader<'_>, &hcl::edit::structure::Block) -> Option<Arc<dyn AnyComponent>>,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kind").field(&self.name).finish()
    }
}

impl Kind {
    /// The kind of a component type.
    pub fn of<C: Component>() -> Self {
        Self {
            name: C::KIND,
            file: C::FILE,
            drawn: C::DRAWN,
            doc: C::doc,
            fields: C::fields,
            derived: C::derived,
            outputs: C::outputs,
            module: C::MODULE,
            other_modules: C::OTHER_MODULES,
            codes: C::CODES,
            address: C::address,
            attribute_address: C::attribute_address,
            read: |reader, block| Some(Arc::new(C::read(reader, block)?)),
        }
    }

    /// The variant of its module that protects nothing, where the module protects something.
    pub fn unprotected(&self) -> Option<ModuleSource> {
        let protects = (self.fields)().iter().any(|field| field.name == protection::FIELD);
        self.module.filter(|_| protects).map(ModuleSource::unprotected)
    }
}

/// Any [`Component`], behind a pointer.
pub trait AnyComponent: fmt::Debug + Send + Sync {
    /// Its block's type.
    fn kind(&self) -> &'static str;
    /// Its module.
    fn module(&self) -> Option<ModuleSource>;
    /// Itself, to be cast to its own type.
    fn as_any(&self) -> &dyn Any;
    /// Its block.
    fn origin(&self) -> &crate::stack::block::Origin;
    /// Its fields as arguments.
    fn arguments(&self) -> Vec<Property>;
    /// All its fields with what they say.
    fn values(&self) -> Vec<Property>;
    /// See [`Component::SENSITIVE`].
    fn sensitive(&self) -> &'static [&'static str];
    /// See [`Component::STRUCTURAL`].
    fn structural(&self) -> &'static [&'static str];
    /// Every reference to a component.
    fn references(&self) -> Vec<Reference>;
    /// Its tables whose rows' labels are part of addresses.
    fn tables(&self) -> Vec<RowTable<'_>>;
    /// See [`Component::check`].
    fn check(&self, check: &Check<'_>);
    /// See [`Component::aws_names`].
    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName>;
    /// See [`Component::task`].
    fn task(&self) -> Option<&Task>;
    /// See [`Component::scheduled`].
    fn scheduled(&self) -> Vec<Scheduled>;
    /// See [`Component::lower`].
    fn lower(&self, lower: &mut Lower<'_>);
    /// See [`Component::manifests`].
    fn manifests(&self, manifests: &mut Manifests<'_>);
    /// True when the other one is of the same type and says the same.
    fn same(&self, other: &dyn AnyComponent) -> bool;
}

impl<C: Component> AnyComponent for C {
    fn kind(&self) -> &'static str {
        C::KIND
    }

    fn module(&self) -> Option<ModuleSource> {
        Component::module(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn origin(&self) -> &crate::stack::block::Origin {
        Block::origin(self)
    }

    fn arguments(&self) -> Vec<Property> {
        Block::arguments(self)
    }

    fn values(&self) -> Vec<Property> {
        Block::values(self)
    }

    fn sensitive(&self) -> &'static [&'static str] {
        C::SENSITIVE
    }

    fn structural(&self) -> &'static [&'static str] {
        C::STRUCTURAL
    }

    fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        Block::references(self, &mut references);
        references
    }

    fn tables(&self) -> Vec<RowTable<'_>> {
        let mut tables = Vec::new();
        Block::tables(self, &mut tables);
        tables
    }

    fn check(&self, check: &Check<'_>) {
        Component::check(self, check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        Component::aws_names(self, check)
    }

    fn task(&self) -> Option<&Task> {
        Component::task(self)
    }

    fn scheduled(&self) -> Vec<Scheduled> {
        Component::scheduled(self)
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        Component::lower(self, lower);
    }

    fn manifests(&self, manifests: &mut Manifests<'_>) {
        Component::manifests(self, manifests);
    }

    fn same(&self, other: &dyn AnyComponent) -> bool {
        other.as_any().downcast_ref::<C>() == Some(self)
    }
}
