//! `repository`: where images are kept.

use crate::block;
use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::module_source;
use crate::outputs;
use crate::stack::check::Check;
use crate::stack::field::Literal;
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{KmsKeyArn, RepositoryName, Whole};

block! {
    /// A private ECR repository whose tags cannot be moved, that is scanned on push, and that
    /// keeps the newest images.
    pub struct Repository {
        /// Its name.
        name: Option<Value<RepositoryName>>,
        /// True to let a pushed tag be moved to another image. A locked tag then no longer says
        /// what runs.
        mutable_tags: Value<bool> = Value::Literal(false),
        /// False to leave images unscanned.
        scan_on_push: Value<bool> = Value::Literal(true),
        /// How many images are kept; a rollback further back than this is impossible. Untagged
        /// images expire after a day.
        keep: Value<Whole<1, 10000>> = Value::Literal(Whole::new(100)),
        /// The key that encrypts images; without it, ECR's own. Who pulls needs no leave to use it:
        /// ECR has it. Changing it makes another repository, without images.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// False to let Terraform destroy it: its images are lost, those that run now and those to
        /// roll back to; built anew, they are others. ECR itself refuses as long as there are any.
        protect: Protect,
        /// True to let Terraform delete it while it holds images; only with `protect = false`.
        force_delete: Literal<bool> = Literal(false),
    }
}

impl Component for Repository {
    const KIND: &'static str = "repository";
    const FILE: &'static str = "repositories.tf";
    const DRAWN: Drawn = Drawn::new(Family::Images, Meaning::RUN);
    const MODULE: Option<ModuleSource> = Some(module_source!("repository"));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The repository's ARN." arn,
            "The repository's name." name,
            "The repository's address, to which a tag or digest is added." url,
        }
    }

    fn check(&self, check: &Check<'_>) {
        self.protect.check_forced(check, &self.origin, "force_delete", self.force_delete.0);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("repository");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower.add_call::<Self>(call);
    }
}
