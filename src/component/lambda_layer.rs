//! `lambda_layer`: what several functions have in common.

use super::task::Architecture;
use super::{Artifact, Component, ModuleSource, Outputs, function};
use crate::component::drawn::{Drawn, Family, Meaning};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::Ref;
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{LayerName, Runtime};
use crate::{block, module_source, outputs};

block! {
    /// A layer of Lambda: libraries or data that functions find in `/opt`. Another content of its
    /// artifact is another version of it, which the functions of the stack get in the same run; the
    /// version before stays, for whoever else names it.
    ///
    /// ```hcl
    /// artifact "libraries" {
    ///   bucket = "acme-builds"
    ///   key    = "libraries/{digest}.zip"
    /// }
    ///
    /// lambda_layer "libraries" {
    ///   code     = artifact.libraries
    ///   runtimes = ["python3.13"]
    /// }
    /// ```
    pub struct LambdaLayer {
        /// Its name.
        name: Option<Value<LayerName>>,
        /// What it is for.
        description: Option<Value<String>>,
        /// What it holds.
        code: Ref<Artifact>,
        /// The runtimes that it works with; with any where none is named.
        runtimes: Vec<Value<Runtime>>,
        /// The processors that it works with; with any where none is named.
        architectures: Vec<Value<Architecture>>,
        /// Its licence: an SPDX identifier, or where it is to be read.
        license: Option<Value<String>>,
    }
}

impl Component for LambdaLayer {
    const KIND: &'static str = "lambda_layer";
    const FILE: &'static str = "lambda_layers.tf";
    const DRAWN: Drawn = Drawn::new(Family::Images, Meaning::RUN);
    const MODULE: Option<ModuleSource> = Some(module_source!("lambda_layer"));

    fn outputs() -> Outputs {
        outputs! {
            "The ARN of the version, with its number." arn,
            "The layer's name." name,
            "The number of the version." version,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![function::code("What it holds: an archive, and the digest of its content.")]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        if let Some(artifact) = check.get(&self.code)
            && artifact.layer.is_some()
        {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("`artifact.{}` is a layer already", self.code.label),
                )
                .at(self.code.span, "")
                .help(format!(
                    "let functions have it: `layers = [artifact.{}]`; it needs no `lambda_layer`",
                    self.code.label
                )),
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("layer");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        function::set_code(lower.stack, &mut call, &self.code);
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    #[test]
    fn a_layer_is_published_from_an_artifact() {
        let layers = r#"
artifact "a" { path = "../../build/a.zip" }
artifact "b" {
  bucket = bucket.builds.name
  key    = "{tag}/b.zip"
}
bucket "builds" {}
lambda_layer "a" { code = artifact.a }
lambda_layer "b" {
  name          = "common"
  description   = "What all have"
  code          = artifact.b
  runtimes      = ["nodejs24.x"]
  architectures = ["arm64"]
  license       = "MIT"
}
"#;
        insta::assert_snapshot!(rendered("lambda_layers.tf", layers), @r#"
        module "lambda_layer_a" {
          source = "../../modules/lambda_layer"

          name = "test-a"

          code = {
            filename = "${path.root}/../../build/a.zip"
            hash     = local.images.a.digest
          }
        }

        module "lambda_layer_b" {
          source = "../../modules/lambda_layer"

          name          = "common"
          description   = "What all have"
          runtimes      = ["nodejs24.x"]
          architectures = ["arm64"]
          license       = "MIT"

          code = {
            bucket = module.bucket_builds.name
            key    = "${local.images.b.tag}/b.zip"
            hash   = local.images.b.digest
          }
        }
        "#);
    }

    #[test]
    fn a_layer_that_is_published_already_is_refused() {
        insta::assert_snapshot!(problems(r#"
artifact "a" { layer = "arn:aws:lambda:us-west-2:123456789012:layer:a:{tag}" }
lambda_layer "a" { code = artifact.a }
"#), @"2:27 SW312 `artifact.a` is a layer already; let functions have it: `layers = [artifact.a]`; it needs no `lambda_layer`");
    }

    #[test]
    fn two_layers_of_one_name_are_refused() {
        insta::assert_snapshot!(problems(r#"
artifact "a" { path = "../../build/a.zip" }
lambda_layer "a" {
  name = "common"
  code = artifact.a
}
lambda_layer "b" {
  name = "common"
  code = artifact.a
}
"#), @"7:10 SW313 two components have the layer `common`; give one of them another `name` or label");
    }
}
