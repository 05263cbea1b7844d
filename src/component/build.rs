//! `build`: images made from source.

use crate::component::drawn::{Drawn, Family, Meaning, Relation};
use std::fmt;

use crate::component::task::{Architecture, check_environment};
use crate::component::{Component, ModuleSource, Network, Outputs, Repository, Secret};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Map, Ref};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{
    GitRef, GithubRepository, Invalid, KmsKeyArn, LogRetention, Scalar, ScalarType, Whole,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A project of CodeBuild that makes images from a repository on GitHub. It starts when somebody
    /// starts it: `aws codebuild start-build --project-name …`.
    ///
    /// What it signs in to GitHub with is a `secret` of the stack, whose value people put there: a
    /// JSON object with `ServerType` (`GITHUB`), `AuthType` (`PERSONAL_ACCESS_TOKEN`) and `Token`
    /// (AWS CodeBuild User Guide, "Create and store a token in a Secrets Manager secret"). No token
    /// stands in a description, a plan or a state.
    ///
    /// ```hcl
    /// build "portal" {
    ///   github     = "acme/portal"
    ///   revision   = "main"
    ///   token      = secret.github
    ///   push       = [repository.portal]
    ///   privileged = true
    /// }
    ///
    /// repository "portal" {}
    ///
    /// secret "github" {
    ///   keys = ["ServerType", "AuthType", "Token"]
    /// }
    /// ```
    pub struct Build {
        /// Its name. Changing it makes another project.
        name: Option<Value<BuildName>>,
        /// What it is for.
        description: Option<Value<String>>,
        /// The repository on GitHub: `owner/name`.
        github: Value<GithubRepository>,
        /// The branch, tag or commit that is built unless a build says otherwise; the repository's
        /// default branch.
        revision: Option<Value<GitRef>>,
        /// The path of the file that says what is done, or its text; `buildspec.yml`.
        buildspec: Option<Value<String>>,
        /// The secret that holds what it signs in to GitHub with; public repositories need none.
        token: Option<Ref<Secret>>,
        /// The repositories that it pushes images to.
        push: Vec<Ref<Repository>>,
        /// The image that builds run in (AWS CodeBuild User Guide, "Docker images provided by
        /// CodeBuild").
        image: Value<String> = Value::Literal("aws/codebuild/standard:7.0".to_owned()),
        /// The processor that it runs on; its `image` must be of the same.
        architecture: Value<Architecture> = Value::Literal(Architecture::X86_64),
        /// How much it has.
        compute: Value<Compute> = Value::Literal(Compute::Small),
        /// True for builds that run Docker, which can do everything on their machine.
        privileged: Value<bool> = Value::Literal(false),
        /// The network in whose private subnets it runs, where it needs something there.
        network: Option<Ref<Network>>,
        /// Environment variables. Everybody who can describe the project can read them.
        environment: Map<Value<String>>,
        /// The longest that a build takes, in minutes.
        timeout_minutes: Value<Whole<5, 2160>> = Value::Literal(Whole::new(60)),
        /// How many days CloudWatch keeps what it logs.
        log_retention_days: Value<LogRetention> = Value::Literal(LogRetention::MONTH),
        /// The key that encrypts it there; without it, CloudWatch's own. Its policy must let
        /// CloudWatch Logs use it: that of a `key` of the stack does.
        logs_kms_key_arn: Option<Value<KmsKeyArn>>,
    }
}

choice! {
    /// The size of the machine that a build runs on (AWS CodeBuild User Guide, "Build environment
    /// compute modes and types").
    pub enum Compute {
        /// 2 virtual CPUs and 3 or 4 GiB.
        Small = "small",
        /// 4 virtual CPUs and 7 or 8 GiB.
        Medium = "medium",
        /// 8 virtual CPUs and 15 or 16 GiB.
        Large = "large",
    }
}

/// The name of a project (AWS CodeBuild API Reference, "CreateProject", `name`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildName(String);

impl fmt::Display for BuildName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for BuildName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "2 to 150 letters, digits and `-_`, a letter or digit first";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let known = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        match text.len() {
            2..=150 if begins && text.chars().all(known) => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new(codes::BAD_NAME, "CodeBuild refuses this name")
                .help(format!("use {}", Self::RULE))),
        }
    }
}

/// What CodeBuild wants to find in the secret with its token.
const TOKEN_KEYS: [&str; 3] = ["ServerType", "AuthType", "Token"];

impl Component for Build {
    const KIND: &'static str = "build";
    const FILE: &'static str = "builds.tf";
    const DRAWN: Drawn = Drawn::new(Family::Images, Meaning::USED)
        .fields(&[("push", Meaning::To(Relation::Images))]);
    const MODULE: Option<ModuleSource> = Some(module_source!("build"));

    fn outputs() -> Outputs {
        outputs! {
            "The project's ARN." arn,
            "The project's name." name,
            "The ARN of the role that its builds have." role_arn,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let doc = "The key that the secret with its token is encrypted with, where it has one.";
        vec![
            FieldInfo::derived("token_kms_key_arn", <Option<Value<KmsKeyArn>>>::ty(), doc)
                .optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        check_environment(check, &self.environment, &Map::default(), &[]);
        if let Some(token) = &self.token
            && let Some(secret) = check.get(token)
        {
            let has = |key: &&str| secret.keys.iter().any(|known| known.0.as_str() == *key);
            if let Some(missing) = TOKEN_KEYS.iter().find(|key| !has(key)) {
                check.report(
                    Diagnostic::error(
                        codes::MISSING_FIELD,
                        format!("`secret.{}` has no key `{missing}`", token.label),
                    )
                    .at(token.span, "")
                    .also(secret.origin.head, "the secret")
                    .help("CodeBuild wants `keys = [\"ServerType\", \"AuthType\", \"Token\"]`"),
                );
            }
        }
        if let Some(reference) = &self.network
            && let Some(network) = check.get(reference)
            && network.private_way_out() == Some(false)
        {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!(
                        "`network.{}` has no NAT gateway: builds cannot reach GitHub",
                        reference.label
                    ),
                )
                .at(reference.span, "")
                .also(network.origin.head, "the network")
                .help("set `nat = \"one\"` there, or leave `network` out here"),
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("build project");
        names.role("-build");
        if let Some(network) = &self.network {
            names.security_group(&network.label, "build");
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        let secret = self.token.as_ref().and_then(|token| lower.stack.get(token));
        if let Some(key) = secret.and_then(|secret| secret.kms_key_arn.as_ref()) {
            call.set("token_kms_key_arn", key.expr());
        }
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn build(fields: &str) -> String {
        format!(
            "build \"portal\" {{\n  github = \"acme/portal\"\n{fields}\n}}\n\
             repository \"portal\" {{}}\n\
             secret \"github\" {{\n  keys = [\"ServerType\", \"AuthType\", \"Token\"]\n  kms_key_arn = key.main.arn\n}}\n\
             secret \"other\" {{ keys = [\"Token\"] }}\n\
             key \"main\" {{}}\n\
             network \"main\" {{\n  cidr = \"10.0.0.0/16\"\n  nat = \"one\"\n}}\n\
             network \"cut_off\" {{ cidr = \"10.1.0.0/16\" }}\n"
        )
    }

    #[test]
    fn a_minimal_build_is_of_a_public_repository() {
        insta::assert_snapshot!(rendered("builds.tf", &build("")), @r#"
        module "build_portal" {
          source = "../../modules/build"

          name   = "test-portal"
          github = "acme/portal"
        }
        "#);
    }

    #[test]
    fn a_full_build_has_its_token_by_reference() {
        let full = build(
            r#"
  name        = "cgap-prod"
  description = "The portal's image"
  revision    = "master"
  buildspec   = "deploy/buildspec.yml"
  token       = secret.github
  push        = [repository.portal]
  image       = "aws/codebuild/standard:6.0"
  compute     = "medium"
  # It runs Docker.
  privileged  = true
  network     = network.main
  environment = { IMAGE_TAG = "latest" }

  timeout_minutes    = 90
  log_retention_days = 365
  logs_kms_key_arn   = key.main.arn
"#,
        );
        insta::assert_snapshot!(rendered("builds.tf", &full), @r#"
        module "build_portal" {
          source = "../../modules/build"

          name        = "cgap-prod"
          description = "The portal's image"
          github      = "acme/portal"
          revision    = "master"
          buildspec   = "deploy/buildspec.yml"
          token       = module.secret_github
          push        = [module.repository_portal]
          image       = "aws/codebuild/standard:6.0"
          compute     = "medium"

          # It runs Docker.
          privileged         = true
          network            = module.network_main
          timeout_minutes    = 90
          log_retention_days = 365
          logs_kms_key_arn   = module.key_main.arn
          token_kms_key_arn  = module.key_main.arn

          environment = {
            IMAGE_TAG = "latest"
          }
        }
        "#);
    }

    #[test]
    fn a_token_is_named_and_not_written() {
        insta::assert_snapshot!(problems(&build("  token = \"ghp_0123456789\"")), @"3:11 SW105 expected a reference, `secret.…`");
    }

    #[test]
    fn a_token_has_the_keys_that_codebuild_reads() {
        insta::assert_snapshot!(problems(&build("  token = secret.other")), @r#"3:11 SW103 `secret.other` has no key `ServerType`; CodeBuild wants `keys = ["ServerType", "AuthType", "Token"]`"#);
    }

    #[test]
    fn a_build_reaches_its_source() {
        insta::assert_snapshot!(problems(&build("  network = network.cut_off")), @r#"3:13 SW312 `network.cut_off` has no NAT gateway: builds cannot reach GitHub; set `nat = "one"` there, or leave `network` out here"#);
    }

    #[test]
    fn a_name_that_codebuild_refuses_is_refused() {
        insta::assert_snapshot!(problems(&build("  name = \"a.b\"")), @"3:10 SW203 CodeBuild refuses this name; use 2 to 150 letters, digits and `-_`, a letter or digit first");
    }

    #[test]
    fn a_secret_is_not_written_into_the_environment() {
        insta::assert_snapshot!(problems(&build("  environment = { GITHUB_TOKEN = \"ghp_0123456789abcdefghijABCDEFGHIJ012345\" }")), @"3:34 SW207 `GITHUB_TOKEN` looks like a secret; store it in Systems Manager or Secrets Manager, and name it in `secrets`");
    }
}
