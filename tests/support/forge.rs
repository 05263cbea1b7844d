//! GitHub and GitLab, as far as comments, issues and commits go: their pages, limits, errors and
//! answers about rates.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::http::{Reply, Request, Server};

/// The token that may do everything.
pub const TOKEN: &str = "ghs_0123456789abcdefghij0123456789abcdef";

/// Who the token is.
pub const ME: &str = "github-actions[bot]";

/// The longest comment that GitHub takes, in characters.
const LONGEST: usize = 65_536;

/// So many are on a page, however many are asked for.
const PAGE: usize = 2;

/// What the forge has.
#[derive(Default)]
pub struct State {
    /// Comments, as the API shows them.
    pub comments: Vec<Value>,
    /// Issues and pull requests.
    pub issues: Vec<Value>,
    /// What is answered first, whatever is asked; `None` does what is asked and loses the answer.
    pub first: VecDeque<Option<Reply>>,
    /// Somebody else's comment that comes into being just before the next one.
    pub sneaks_in: Option<String>,
    /// Where the commits are.
    pub bare: Option<PathBuf>,
    /// What is written instead of what was asked for.
    pub spoils: bool,
    /// Whether a rule refuses commits.
    pub protected: bool,
    next: u64,
}

/// A forge on loopback.
pub struct Forge {
    server: Server,
    pub state: Arc<Mutex<State>>,
}

fn reply(status: u16, value: &Value) -> Reply {
    Reply::new(status, value.to_string()).with("Content-Type", "application/json")
}

/// An error as GitHub sends it.
pub fn error(status: u16, message: &str) -> Reply {
    reply(status, &json!({"message": message, "documentation_url": "https://docs.github.com/rest"}))
}

impl State {
    /// Adds a comment or issue of somebody.
    pub fn add(&mut self, issue: bool, author: &str, body: &str) -> Value {
        self.next += 1;
        let id = self.next;
        let ty = if author.ends_with("[bot]") { "Bot" } else { "User" };
        let entry = json!({
            "id": id, "number": id, "iid": id, "body": body, "description": body, "state": "open",
            "user": {"login": author, "type": ty}, "author": {"username": author},
            "html_url": format!("https://forge.test/{id}"),
            "web_url": format!("https://forge.test/{id}"),
        });
        if issue { &mut self.issues } else { &mut self.comments }.push(entry.clone());
        entry
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let gitlab = request.path.starts_with("/api/v4");
        let token =
            if gitlab { request.header("private-token") } else { request.header("authorization") };
        if token.trim_start_matches("Bearer ") != TOKEN {
            return match gitlab {
                true => reply(401, &json!({"message": "401 Unauthorized"})),
                false => error(401, "Bad credentials"),
            };
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let body: Value = serde_json::from_str(&request.body).unwrap_or(Value::Null);
        let issue = !(path.contains("/comments") || path.contains("/notes"));
        let last: Option<u64> = path.rsplit('/').next().and_then(|id| id.parse().ok());
        match (request.method.as_str(), path) {
            ("POST", "/graphql") => self.graphql(&body),
            ("GET", "/user") => error(403, "Resource not accessible by integration"),
            ("GET", "/api/v4/user") => reply(200, &json!({"username": ME})),
            ("POST", path) if path.ends_with("/git/refs") => self.make_branch(&body),
            ("GET", _) => {
                let all: Vec<&Value> = match issue {
                    true => self.issues.iter().filter(|it| it["state"] == "open").collect(),
                    false => self.comments.iter().collect(),
                };
                let page = query.split('&').find_map(|it| it.strip_prefix("page="));
                let page: usize = page.and_then(|page| page.parse().ok()).unwrap_or(1);
                let shown: Vec<&Value> =
                    all.iter().skip((page - 1) * PAGE).take(PAGE).copied().collect();
                let answer = reply(200, &json!(shown));
                if page * PAGE >= all.len() {
                    return answer;
                }
                let next = format!(
                    "http://{}{path}?per_page=100&page={}",
                    request.header("host"),
                    page + 1
                );
                answer.with("Link", format!("<{next}>; rel=\"next\", <{next}>; rel=\"last\""))
            }
            ("POST", _) => {
                if let Some(refused) = too_long(&body, gitlab, issue) {
                    return refused;
                }
                if let Some(text) = self.sneaks_in.take() {
                    self.add(issue, ME, &text);
                }
                let text = body["body"].as_str().or(body["description"].as_str()).unwrap();
                let mut made = self.add(issue, ME, text);
                made["title"] = body["title"].clone();
                reply(201, &made)
            }
            (method @ ("PATCH" | "PUT"), _) => {
                assert_eq!(method == "PUT", gitlab);
                if let Some(refused) = too_long(&body, gitlab, issue) {
                    return refused;
                }
                let all = if issue { &mut self.issues } else { &mut self.comments };
                let Some(entry) = all.iter_mut().find(|it| it["id"].as_u64() == last) else {
                    return error(404, "Not Found");
                };
                for name in ["body", "description"] {
                    if let Some(text) = body[name].as_str() {
                        entry["body"] = text.into();
                        entry["description"] = text.into();
                    }
                }
                if body["state"] == "closed" || body["state_event"] == "close" {
                    entry["state"] = "closed".into();
                }
                reply(200, entry)
            }
            ("DELETE", _) => {
                let before = self.comments.len();
                self.comments.retain(|it| it["id"].as_u64() != last);
                match self.comments.len() < before {
                    true => Reply::new(204, ""),
                    false => error(404, "Not Found"),
                }
            }
            _ => error(404, "Not Found"),
        }
    }

    fn graphql(&mut self, body: &Value) -> Reply {
        if body["query"].as_str().unwrap().contains("viewer") {
            return reply(200, &json!({"data": {"viewer": {"login": ME}}}));
        }
        let refuse = |ty: &str, message: &str| {
            let errors =
                json!([{"type": ty, "path": ["createCommitOnBranch"], "message": message}]);
            reply(200, &json!({"data": {"createCommitOnBranch": null}, "errors": errors}))
        };
        let input = &body["variables"]["input"];
        let bare = self.bare.clone().unwrap();
        assert_eq!(input["branch"]["repositoryNameWithOwner"], "acme/shop");
        let branch = format!("refs/heads/{}", input["branch"]["branchName"].as_str().unwrap());
        if self.protected {
            return refuse(
                "UNPROCESSABLE",
                "Protected branch update failed: changes must be made through a pull request.",
            );
        }
        let expected = input["expectedHeadOid"].as_str().unwrap();
        let stale = format!(
            "Expected branch to point to \"{expected}\" but it did not. Pull and try again."
        );
        let index = bare.join(format!("index-{}", self.next));
        self.next += 1;
        let git = |args: &[&str], stdin: &[u8]| git(&bare, &index, args, stdin);
        if git(&["rev-parse", &branch], b"").as_deref() != Some(expected) {
            return refuse("STALE_DATA", &stale);
        }
        git(&["read-tree", expected], b"").unwrap();
        for addition in input["fileChanges"]["additions"].as_array().unwrap() {
            use base64::Engine as _;
            let base64 = base64::engine::general_purpose::STANDARD;
            let mut content = base64.decode(addition["contents"].as_str().unwrap()).unwrap();
            if self.spoils {
                content.extend(b"# spoilt\n");
            }
            let blob = git(&["hash-object", "-w", "--stdin"], &content).unwrap();
            // Whatever it was before, it is a plain file now.
            let entry = format!("100644,{blob},{}", addition["path"].as_str().unwrap());
            git(&["update-index", "--add", "--cacheinfo", &entry], b"").unwrap();
        }
        let tree = git(&["write-tree"], b"").unwrap();
        let message = &input["message"];
        let message = format!(
            "{}\n\n{}",
            message["headline"].as_str().unwrap(),
            message["body"].as_str().unwrap()
        );
        let commit =
            git(&["commit-tree", &tree, "-p", expected, "-F", "-"], message.as_bytes()).unwrap();
        // The comparison and the swap are one.
        match git(&["update-ref", &branch, &commit, expected], b"") {
            Some(_) => {
                reply(200, &json!({"data": {"createCommitOnBranch": {"commit": {"oid": commit}}}}))
            }
            None => refuse("STALE_DATA", &stale),
        }
    }

    fn make_branch(&self, body: &Value) -> Reply {
        let bare = self.bare.clone().unwrap();
        let (name, to) = (body["ref"].as_str().unwrap(), body["sha"].as_str().unwrap());
        let none = "0".repeat(40);
        match git(&bare, &bare.join("index"), &["update-ref", name, to, &none], b"") {
            Some(_) => reply(201, &json!({"ref": name})),
            None => error(422, "Reference already exists"),
        }
    }
}

/// One of git's own commands in a bare repository; `None` when it fails.
fn git(
    bare: &std::path::Path,
    index: &std::path::Path,
    args: &[&str],
    stdin: &[u8],
) -> Option<String> {
    use std::io::Write as _;
    let mut child = Command::new("git")
        .arg("--git-dir")
        .arg(bare)
        .args(args)
        .env("GIT_INDEX_FILE", index)
        .env("GIT_AUTHOR_NAME", "Octo")
        .env("GIT_AUTHOR_EMAIL", "octo@users.noreply.github.com")
        .env("GIT_COMMITTER_NAME", "GitHub")
        .env("GIT_COMMITTER_EMAIL", "noreply@github.com")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    output.status.success().then_some(text)
}

fn too_long(body: &Value, gitlab: bool, issue: bool) -> Option<Reply> {
    let text = body["body"].as_str().unwrap_or_default();
    if gitlab || text.chars().count() <= LONGEST {
        return None;
    }
    let resource = if issue { "Issue" } else { "IssueComment" };
    Some(reply(
        422,
        &json!({
            "message": "Validation Failed",
            "errors": [{"resource": resource, "code": "unprocessable", "field": "data",
                "message": "Body is too long (maximum is 65536 characters)"}],
        }),
    ))
}

impl Forge {
    pub fn start() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let inner = Arc::clone(&state);
        let server = Server::start(move |request, _| {
            let mut state = inner.lock().unwrap();
            match state.first.pop_front() {
                Some(Some(reply)) => reply,
                Some(None) => {
                    state.answer(request);
                    error(502, "Server Error")
                }
                None => state.answer(request),
            }
        });
        Self { server, state }
    }

    /// The address of GitHub's API.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.host)
    }

    /// What is answered before anything else.
    pub fn first(&self, replies: impl IntoIterator<Item = Option<Reply>>) {
        self.state.lock().unwrap().first.extend(replies);
    }

    /// What the comments say.
    pub fn comments(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.comments.iter().map(|it| it["body"].as_str().unwrap().to_owned()).collect()
    }

    pub fn add(&self, author: &str, body: &str) {
        self.state.lock().unwrap().add(false, author, body);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Methods and paths of what was asked.
    pub fn asked(&self) -> Vec<String> {
        self.server.asked()
    }
}
