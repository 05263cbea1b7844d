//! `ci "gitlab"`: jobs of GitLab CI, in a file of their own that `.gitlab-ci.yml` includes.

use serde_json::json;

use super::{Access, EnvironmentName, RoleArn, Root, Templates, program_of};
use crate::block;
use crate::diagnostic::Diagnostic;
use crate::project::Project;
use crate::stack::field::{Literal, Map};
use crate::tree::Files;
use crate::value::{Region, Whole};

/// The file. `.gitlab-ci.yml` is its owner's.
pub const FILE: &str = ".gitlab/stackwright.yml";

/// The most jobs of `parallel` (GitLab, "CI/CD YAML syntax reference": "parallel").
const JOBS: i64 = 200;

block! {
    /// Jobs of GitLab CI, in `.gitlab/stackwright.yml`, which your `.gitlab-ci.yml` includes. Merge
    /// requests are checked, validated and planned, and told about in one note.
    pub struct Gitlab {
        /// The image that the jobs run in. It has `stackwright`, `terraform`, `git` and `bash`.
        image: Literal<String>,
        /// The stage of the jobs.
        stage: Literal<String> = Literal("test".to_owned()),
        /// How many jobs share the affected stacks of a merge request.
        shards: Literal<Whole<1, JOBS>> = Literal(Whole::new(4)),
        /// After how many minutes a job is given up.
        timeout_minutes: Literal<Whole<1, 360>> = Literal(Whole::new(30)),
        /// The variable with the token that writes the note: that of a project access token with the
        /// scope `api`. Without a value, the note goes to the job's log.
        token_variable: Literal<EnvironmentName> = Literal(token()),
        /// Jobs that look for drift of what really runs.
        @block drift: Option<GitlabDrift>,
    }
}

block! {
    /// Jobs that plan every root with credentials, in pipelines that a schedule starts with the
    /// variable `STACKWRIGHT_DRIFT` set. They fail as long as what runs is not what the stacks say.
    pub struct GitlabDrift {
        /// The role that GitLab's token is exchanged for. It only has to read.
        role: Literal<RoleArn>,
        /// The roles of some stacks, environments or roots, by name.
        roles: Map<Literal<RoleArn>>,
        /// The region for roots whose own is an expression.
        region: Option<Literal<Region>>,
        /// Whom the token is for, as the identity provider in AWS has it.
        audience: Literal<String> = Literal("sts.amazonaws.com".to_owned()),
    }
}

fn token() -> EnvironmentName {
    use crate::value::Scalar as _;
    EnvironmentName::parse("GITLAB_TOKEN").expect("it is a name")
}

impl Gitlab {
    /// The file.
    ///
    /// # Errors
    /// What the roots and `drift` disagree about.
    pub fn render(&self, project: &Project, roots: &[Root]) -> Result<Files, Vec<Diagnostic>> {
        let drift = match &self.drift {
            Some(drift) => {
                let access = Access {
                    role: &drift.role,
                    roles: &drift.roles,
                    region: drift.region.as_ref().map(|region| region.as_str()),
                    place: drift.origin.head,
                };
                let batches = access.batches(roots, JOBS as usize)?;
                Some(json!({ "audience": drift.audience.0, "batches": batches }))
            }
            None => None,
        };
        let values = json!({
            "program": program_of(&project.program),
            "stacks": project.stacks(),
            "image": self.image.0,
            "stage": self.stage.0,
            "shards": self.shards.get(),
            "timeout_minutes": self.timeout_minutes.get(),
            "token": self.token_variable.as_str(),
            "drift": drift,
        });
        let templates = Templates::new(&[(FILE, include_str!("gitlab.yml.j2"))]);
        Ok(Files::from([(FILE.to_owned(), templates.fill(FILE, &values))]))
    }
}
