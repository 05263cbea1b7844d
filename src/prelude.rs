//! What a stack in Rust is described with: `use stackwright::prelude::*;`.

pub use crate::Program;
pub use crate::build::{Builder as _, Draft, Problems};
pub use crate::component::load_balancer::ActionFields as _;
pub use crate::component::schedule::StartFields as _;
pub use crate::component::service::RunningFields as _;
pub use crate::component::task::TaskFields as _;
pub use crate::component::{
    Alarm, Aurora, Bastion, Bucket, Bundle, Cache, Cdn, Certificate, Cluster, Component as _,
    Dashboard, Database, Dns, Image, Input, Key, LoadBalancer, Loaders, Module, Network, Output,
    Parameter, Queue, Repository, Role, ScheduledTask, Search, Secret, Service, StandaloneTask,
    Topic, Vocabulary, Volume, Worker,
};
pub use crate::hcl::Expr;
pub use crate::image::policy;
pub use crate::stack::block::Block as _;
pub use crate::stack::field::Ref;
pub use crate::stack::settings::{
    AzurermBackend, CloudBackend, GcsBackend, LocalBackend, S3Backend,
};
pub use crate::{map, template};
