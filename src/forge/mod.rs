//! GitHub and GitLab through their APIs: one comment or issue that is kept up to date, and commits
//! that the forge makes and signs. The token comes from the environment, leaves only for the API's
//! own host, and is in no message.

mod client;
mod commit;
mod error;
mod place;
mod tell;

use http::Method;
use serde_json::{Value, json};

pub use client::Options;
pub use commit::{Addition, Commit, Committed};
pub use error::Error;
pub use place::{Place, api_of, environment, files};
pub use tell::{Told, What};

use crate::web::Secret;
use client::{Again, Answer, Client};

/// Whose API it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// GitHub, or a GitHub Enterprise Server.
    Github,
    /// GitLab, wherever it runs.
    Gitlab,
}

impl Kind {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "GitHub",
            Self::Gitlab => "GitLab",
        }
    }

    /// The variables of the environment that may hold its token, the first that is set counts.
    pub fn variables(self) -> [&'static str; 2] {
        match self {
            Self::Github => ["GITHUB_TOKEN", "GH_TOKEN"],
            Self::Gitlab => ["GITLAB_TOKEN", "CI_JOB_TOKEN"],
        }
    }
}

/// A repository of a forge, and somebody who may do something there.
#[derive(Debug)]
pub struct Forge {
    kind: Kind,
    /// `owner/name`; of GitLab also the number of a project.
    repository: String,
    client: Client,
}

impl Forge {
    /// Nothing is asked yet. `api` is the address below which the API is; `variable` finds a
    /// variable of the environment.
    ///
    /// # Errors
    /// When there is no token, or it would be sent where everybody can read it.
    pub fn open(
        kind: Kind,
        api: &str,
        repository: &str,
        options: Options,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let tokens = kind.variables();
        let token = tokens.into_iter().find_map(|name| Some((name, variable(name)?)));
        let (name, token) = token.ok_or(Error::NoToken { kind })?;
        let header = match (kind, name) {
            // GitLab Docs, "REST API authentication".
            (Kind::Gitlab, "CI_JOB_TOKEN") => ("job-token", token),
            (Kind::Gitlab, _) => ("private-token", token),
            (Kind::Github, _) => ("authorization", format!("Bearer {token}")),
        };
        let header = (header.0, Secret::new(header.1));
        let client = Client::new(kind, api, header, options)?;
        Ok(Self { kind, repository: repository.to_owned(), client })
    }

    /// The path of the repository in the API.
    fn base(&self) -> String {
        match self.kind {
            Kind::Github => format!("/repos/{}", self.repository),
            // GitLab Docs, "REST API", namespaced paths.
            Kind::Gitlab => {
                let name = crate::web::url_path(&self.repository).replace('/', "%2F");
                format!("/projects/{name}")
            }
        }
    }

    fn get(&self, path: &str) -> Result<Answer, Error> {
        self.client.ask(Method::GET, path, None, Again::Yes)
    }

    /// Asks GitHub's GraphQL.
    fn graphql(&self, query: &str, input: Option<Value>, again: Again) -> Result<Value, Error> {
        let body = match input {
            Some(input) => json!({"query": query, "variables": {"input": input}}),
            None => json!({"query": query}),
        };
        let url = self.client.graphql();
        let answer = self.client.ask(Method::POST, &url, Some(&body), again)?;
        Ok(self.client.good(answer, &self.repository)?.json)
    }
}
