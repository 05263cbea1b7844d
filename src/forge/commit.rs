//! Commits that GitHub makes, and signs (GitHub Docs, "Mutations", createCommitOnBranch).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::Method;
use serde_json::{Value, json};

use super::client::Again;
use super::{Error, Forge};

/// A file that a commit writes.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// Its path in the repository.
    pub path: &'a str,
    /// All of its content.
    pub content: &'a [u8],
}

/// A commit on top of a branch.
#[derive(Debug, Clone, Copy)]
pub struct Commit<'a> {
    /// The branch, without `refs/heads/`.
    pub branch: &'a str,
    /// The id of the commit that the branch has to be at.
    pub expected: &'a str,
    /// What it says: the first line, and the rest.
    pub message: &'a str,
    /// What it writes.
    pub additions: &'a [Addition<'a>],
    /// The paths that it deletes.
    pub deletions: &'a [&'a str],
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// The branch is at a commit with this id.
    Done(String),
    /// The branch was somewhere else: somebody was faster.
    Lost,
}

const MUTATION: &str = "mutation ($input: CreateCommitOnBranchInput!) { \
                        createCommitOnBranch(input: $input) { commit { oid } } }";

impl Forge {
    /// Makes a commit where the branch is as expected: a compare-and-swap.
    ///
    /// # Errors
    /// When GitHub refuses, or cannot be asked. Whether it was made is not known where the error may
    /// pass.
    pub fn commit(&self, commit: &Commit<'_>) -> Result<Committed, Error> {
        let (headline, body) = commit.message.split_once('\n').unwrap_or((commit.message, ""));
        let additions: Vec<Value> = commit
            .additions
            .iter()
            .map(|it| json!({"path": it.path, "contents": BASE64.encode(it.content)}))
            .collect();
        let deletions: Vec<Value> =
            commit.deletions.iter().map(|path| json!({"path": path})).collect();
        let input = json!({
            "branch": {"repositoryNameWithOwner": self.repository, "branchName": commit.branch},
            "expectedHeadOid": commit.expected,
            "message": {"headline": headline, "body": body.trim()},
            "fileChanges": {"additions": additions, "deletions": deletions},
        });
        let answer = self.graphql(MUTATION, Some(input), Again::Refused)?;
        let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(error) = errors.first() {
            return self.refused(error);
        }
        match answer["data"]["createCommitOnBranch"]["commit"]["oid"].as_str() {
            Some(oid) => Ok(Committed::Done(oid.to_owned())),
            None => Err(self.client.odd("it does not say which commit it made")),
        }
    }

    /// What an error of GraphQL means: they come with status 200.
    fn refused(&self, error: &Value) -> Result<Committed, Error> {
        let (ty, kind) = (error["type"].as_str().unwrap_or_default(), self.kind);
        let message = error["message"].as_str().unwrap_or_default();
        // `Expected branch to point to "…" but it did not. Pull and try again.`
        if ty == "STALE_DATA" || message.contains("Expected branch to point to") {
            return Ok(Committed::Lost);
        }
        let answer = super::Answer {
            status: 200,
            headers: http::HeaderMap::new(),
            json: json!({"message": message}),
        };
        let said = self.client.said(&answer);
        let what = self.repository.clone();
        Err(match ty {
            "RATE_LIMITED" => self.client.rate_limited(),
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => Error::Forbidden { kind, what, said },
            "NOT_FOUND" => Error::NotFound { kind, what },
            _ => Error::Invalid { kind, said },
        })
    }

    /// Makes a branch, or moves one forward, to a commit that the repository has; false where it is
    /// not as expected.
    ///
    /// # Errors
    /// When GitHub refuses, or cannot be asked.
    pub fn move_branch(&self, branch: &str, there: bool, to: &str) -> Result<bool, Error> {
        let refs = format!("{}/git/refs", self.base());
        let answer = match there {
            false => {
                let body = json!({"ref": format!("refs/heads/{branch}"), "sha": to});
                self.client.ask(Method::POST, &refs, Some(&body), Again::Refused)?
            }
            true => {
                // Without force, it moves forward only: nothing is lost.
                let body = json!({"sha": to, "force": false});
                let one = format!("{refs}/heads/{branch}");
                self.client.ask(Method::PATCH, &one, Some(&body), Again::Yes)?
            }
        };
        let said = answer.json["message"].as_str().unwrap_or_default().to_ascii_lowercase();
        let raced = said.contains("already exists") || said.contains("not a fast forward");
        if answer.status == 422 && raced {
            return Ok(false);
        }
        self.client.good(answer, &self.repository).map(|_| true)
    }
}
