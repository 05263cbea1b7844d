//! `role`: what CI may do.

use crate::component::drawn::{Drawn, Family, Meaning, Relation};
use crate::component::{Cluster, Component, ModuleSource, Outputs, Repository, StandaloneTask};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::block::{FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Ref, Type, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{
    Arn, GitRef, GithubEnvironment, GithubRepository, GitlabProject, HostName, RoleName, Scalar,
    Whole,
};
use crate::{block, module_source, outputs};

block! {
    /// An IAM role that jobs of GitHub Actions or GitLab CI have, without a key that could be lost:
    /// they show a token of their CI system (IAM User Guide, "OIDC federation").
    ///
    /// ```hcl
    /// role "deploy" {
    ///   push = [repository.app]
    ///   run  = [task.migrate]
    ///
    ///   github {
    ///     repository = "acme/shop"
    ///     branches   = ["main"]
    ///   }
    /// }
    /// ```
    pub struct Role {
        /// Its name.
        name: Option<Value<RoleName>>,
        /// What it is for.
        description: Option<Value<String>>,
        /// The jobs of GitHub Actions that have it.
        @block github: Option<Github>,
        /// The jobs of GitLab CI that have it.
        @block gitlab: Option<Gitlab>,
        /// The ARN of the account's OIDC provider for the CI system, of which it has one only. The
        /// first role makes it when none is named here; others name that one's:
        /// `provider_arn = role.push.provider_arn`.
        provider_arn: Option<Value<Arn>>,
        /// The repositories that it pushes images to.
        push: Vec<Ref<Repository>>,
        /// The tasks that it runs, and whose end it waits for. Those that cannot be run in this
        /// environment are left out.
        run: Unpassed<Vec<Ref<StandaloneTask>>>,
        /// Policies of AWS or of the account that it has, too.
        managed_policy_arns: Vec<Value<Arn>>,
        /// How long a job may have it at most, in seconds.
        max_session_s: Value<Whole<3600, 43_200>> = Value::Literal(Whole::new(3600)),
    }
}

block! {
    /// Jobs of GitHub Actions (GitHub Docs, "Configuring OpenID Connect in Amazon Web Services").
    /// Nothing stands for more than one: no wildcards.
    pub struct Github {
        /// The repository: `owner/name`.
        repository: Value<GithubRepository>,
        /// The branches whose jobs have it.
        branches: Vec<Value<GitRef>>,
        /// The tags whose jobs have it.
        tags: Vec<Value<GitRef>>,
        /// The environments whose jobs have it. A job in an environment says nothing of its branch:
        /// the environment's own rules must say which branches may use it.
        environments: Vec<Value<GithubEnvironment>>,
        /// True for the jobs of pull requests: whoever can push a branch can then have it.
        pull_requests: Value<bool> = Value::Literal(false),
    }
}

block! {
    /// Jobs of GitLab CI (GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary
    /// credentials"). Nothing stands for more than one: no wildcards.
    pub struct Gitlab {
        /// The project: `group/project`.
        project: Value<GitlabProject>,
        /// The branches whose jobs have it.
        branches: Vec<Value<GitRef>>,
        /// The tags whose jobs have it.
        tags: Vec<Value<GitRef>>,
        /// The host of GitLab. The jobs' `aud` is `https://<host>`.
        host: Value<HostName> = Value::Literal(HostName::parse("gitlab.com").expect("it is one")),
    }
}

impl Component for Role {
    const KIND: &'static str = "role";
    const FILE: &'static str = "roles.tf";
    const DRAWN: Drawn = Drawn::new(Family::Security, Meaning::USED).fields(&[
        ("push", Meaning::To(Relation::Images)),
        ("run", Meaning::USED),
        ("statement", Meaning::ACCESS),
    ]);
    const MODULE: Option<ModuleSource> = Some(module_source!("role"));

    fn outputs() -> Outputs {
        outputs! {
            "The role's ARN, which the job asks for." arn,
            "The role's name, to attach policies to." name,
            "The ARN of the OIDC provider that it trusts." provider_arn,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo {
                default: Some(Expr::from(true)),
                ..FieldInfo::derived(
                    "create_provider",
                    <Value<bool>>::ty(),
                    "False when the OIDC provider is there already, and its ARN given.",
                )
                .optional()
            },
            FieldInfo::derived(
                "run",
                Type::Map(Box::new(Type::Object(vec![
                    FieldInfo::derived("cluster_arn", <Value<String>>::ty(), ""),
                    FieldInfo::derived("role_arns", <Vec<Value<String>>>::ty(), ""),
                    FieldInfo::derived("task_definition_arn", <Value<String>>::ty(), ""),
                ]))),
                "The tasks that it runs: their definitions, cluster and roles.",
            )
            .optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        let report = |code, span, message: &str, help: &str| {
            check.report(Diagnostic::error(code, message).at(span, "").help(help));
        };
        match (&self.github, &self.gitlab) {
            (None, None) => report(
                codes::MISSING_FIELD,
                self.origin.head,
                "nobody has this role",
                "add `github { repository = \"owner/name\", … }` or `gitlab { … }`, as blocks",
            ),
            (Some(_), Some(second)) => report(
                codes::CONFLICT,
                second.origin.head,
                "a role trusts one provider",
                "write one role for GitHub and one for GitLab",
            ),
            _ => {}
        }
        let anything = "add `branches = [\"main\"]`, or say which jobs else";
        let nothing = "none of its jobs has this role";
        if let Some(Github { branches, tags, environments, pull_requests, origin, .. }) =
            &self.github
            && branches.is_empty()
            && tags.is_empty()
            && environments.is_empty()
            && *pull_requests == Value::Literal(false)
        {
            report(codes::MISSING_FIELD, origin.head, nothing, anything);
        }
        if let Some(Gitlab { branches, tags, origin, .. }) = &self.gitlab
            && branches.is_empty()
            && tags.is_empty()
        {
            report(codes::MISSING_FIELD, origin.head, nothing, anything);
        }
        if self.push.is_empty() && self.run.is_empty() && self.managed_policy_arns.is_empty() {
            report(
                codes::MISSING_FIELD,
                self.origin.head,
                "the role may do nothing",
                "add `push`, `run` or `managed_policy_arns`",
            );
        }
        self.check_provider(check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.role("");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        if self.provider_arn.is_some() {
            call.set("create_provider", false);
        }
        let here = lower.settings();
        let run = self.run.iter().filter_map(|reference| {
            let task = lower.stack.get(reference).filter(|task| task.runs_in(here))?;
            let address = StandaloneTask::address(&reference.label);
            let cluster = Cluster::address(&task.cluster.label);
            let fields = [
                ("cluster_arn", format!("{cluster}.arn")),
                ("role_arns", format!("{address}.role_arns")),
                ("task_definition_arn", format!("{address}.task_definition_arn")),
            ];
            let fields = fields.map(|(name, source)| (name, Expr::raw(source)));
            Some((reference.label.clone(), Expr::object(fields)))
        });
        let run: std::collections::BTreeMap<String, Expr> = run.collect();
        if !run.is_empty() {
            call.set("run", Expr::object(run));
        }
        lower.add_call::<Self>(call);
    }
}

impl Role {
    /// The host whose tokens it trusts, where it makes the provider for it.
    fn provides(&self) -> Option<String> {
        if self.provider_arn.is_some() {
            return None;
        }
        match &self.gitlab {
            Some(gitlab) => Some(gitlab.host.template()),
            None => self.github.as_ref().map(|_| "github".to_owned()),
        }
    }

    /// An account has one provider for a CI system.
    fn check_provider(&self, check: &Check<'_>) {
        let Some(host) = self.provides() else { return };
        let first = check
            .stack
            .all::<Self>()
            .into_iter()
            .find(|(_, other)| other.provides().as_ref() == Some(&host));
        let Some((first, other)) = first.filter(|(label, _)| *label != check.label) else { return };
        let Origin { head, .. } = &self.origin;
        check.report(
            Diagnostic::error(
                codes::NAME_CLASH,
                format!("`role.{first}` makes the account's one provider for this CI system"),
            )
            .at(*head, "would make it again")
            .also(other.origin.head, "makes it")
            .help(format!("add `provider_arn = role.{first}.provider_arn`")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
repository "app" {}
image "app" { repository = repository.app }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
task "migrate" {
  cluster = cluster.main
  image   = image.app
}
"#;

    fn role(fields: &str) -> String {
        format!("role \"deploy\" {{\n{fields}\n}}\n{BASE}")
    }

    const GITHUB: &str =
        "  github {\n    repository = \"acme/app\"\n    branches = [\"main\"]\n  }\n";

    #[test]
    fn a_minimal_role_is_for_one_branch() {
        let minimal = role(&format!("{GITHUB}  push = [repository.app]"));
        insta::assert_snapshot!(rendered("roles.tf", &minimal), @r#"
        module "role_deploy" {
          source = "../../modules/role"

          name = "test-deploy"
          push = [module.repository_app]

          github = {
            repository = "acme/app"
            branches   = ["main"]
          }
        }
        "#);
    }

    #[test]
    fn a_full_role_pushes_and_runs() {
        let full = role(
            r#"
  name         = "deployer"
  description  = "Deploys the app"
  # Made by the platform team.
  provider_arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.example.org"
  push         = [repository.app]
  run          = [task.migrate]

  managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
  max_session_s       = 7200

  gitlab {
    project  = "acme/platform/app"
    host     = "gitlab.example.org"
    branches = ["main"]
    tags     = ["v1"]
  }
"#,
        );
        insta::assert_snapshot!(rendered("roles.tf", &full), @r#"
        module "role_deploy" {
          source = "../../modules/role"

          name        = "deployer"
          description = "Deploys the app"

          # Made by the platform team.
          provider_arn        = "arn:aws:iam::123456789012:oidc-provider/gitlab.example.org"
          push                = [module.repository_app]
          managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
          max_session_s       = 7200
          create_provider     = false

          gitlab = {
            project  = "acme/platform/app"
            branches = ["main"]
            tags     = ["v1"]
            host     = "gitlab.example.org"
          }

          run = {
            migrate = {
              cluster_arn         = module.cluster_main.arn
              role_arns           = module.task_migrate.role_arns
              task_definition_arn = module.task_migrate.task_definition_arn
            }
          }
        }
        "#);
    }

    #[test]
    fn a_role_is_for_somebody_and_something() {
        insta::assert_snapshot!(problems(&role("")), @r#"
        1:1 SW103 nobody has this role; add `github { repository = "owner/name", … }` or `gitlab { … }`, as blocks
        1:1 SW103 the role may do nothing; add `push`, `run` or `managed_policy_arns`
        "#);
        insta::assert_snapshot!(problems(&role("  push = [repository.app]\n  github { repository = \"acme/app\" }\n  gitlab { project = \"acme/app\" }")), @r#"
        3:3 SW103 none of its jobs has this role; add `branches = ["main"]`, or say which jobs else
        4:3 SW312 a role trusts one provider; write one role for GitHub and one for GitLab
        4:3 SW103 none of its jobs has this role; add `branches = ["main"]`, or say which jobs else
        "#);
    }

    #[test]
    fn a_wildcard_is_refused_with_somebody_whom_it_would_let_in() {
        insta::assert_snapshot!(problems(&role("  push = [repository.app]\n  github {\n    repository = \"acme/*\"\n    branches = [\"*\"]\n  }")), @"
        4:24 SW343 `acme/*` stands for more than one; whoever can make a repository could assume the role, as `repo:acme/other:ref:refs/heads/main`; write one repository
        5:18 SW343 `*` stands for more than one; whoever can push could assume the role, from `mine`; write out which ones
        ");
    }

    #[test]
    fn the_account_has_one_provider_for_a_ci_system() {
        let second = "role \"plan\" {\n  push = [repository.app]\n  github {\n    repository = \"acme/app\"\n    pull_requests = true\n  }\n}\n";
        let first = role(&format!("{GITHUB}  push = [repository.app]"));
        insta::assert_snapshot!(problems(&format!("{second}{first}")), @"1:1 SW313 `role.deploy` makes the account's one provider for this CI system; add `provider_arn = role.deploy.provider_arn`");
        let second = second.replace("  push", "  provider_arn = role.deploy.provider_arn\n  push");
        assert_eq!(problems(&format!("{second}{first}")), "");
    }
}
