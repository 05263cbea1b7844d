//! Where a run of CI is about: which forge, repository and pull request.

use serde_json::Value;

use super::Kind;

/// A repository, and where its API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whose API.
    pub kind: Kind,
    /// The address below which the API is.
    pub api: String,
    /// `owner/name`; of GitLab also the number of a project.
    pub repository: Option<String>,
    /// The number of the pull request or merge request.
    pub pull_request: Option<u64>,
    /// The address of the folder of all files at the newest commit of it, ending with `/`.
    pub files: Option<String>,
    /// The address of the run.
    pub run: Option<String>,
}

/// What the environment of a run says (GitHub Docs, "Variables reference" and "Webhook events and
/// payloads"; GitLab Docs, "Predefined CI/CD variables reference"). `event` is the content of the
/// file that `GITHUB_EVENT_PATH` names.
pub fn environment(
    kind: Option<Kind>,
    variable: &dyn Fn(&str) -> Option<String>,
    event: Option<&str>,
) -> Option<Place> {
    let is_on = |name: &str| variable(name).is_some_and(|value| value == "true");
    let kind = match kind {
        Some(kind) => kind,
        None if is_on("GITHUB_ACTIONS") => Kind::Github,
        None if is_on("GITLAB_CI") => Kind::Gitlab,
        None => return None,
    };
    let number = |name: &str| variable(name)?.parse().ok();
    Some(match kind {
        Kind::Github => {
            let event: Value =
                event.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
            let in_event = [
                &event["pull_request"]["number"],
                // A comment on a pull request starts a run, too.
                &event["issue"]["number"],
                &event["workflow_run"]["pull_requests"][0]["number"],
            ];
            let is_issue = event["issue"].is_object() && event["issue"]["pull_request"].is_null();
            let in_event = in_event.into_iter().find_map(Value::as_u64).filter(|_| !is_issue);
            let by_ref = || {
                variable("GITHUB_REF")?.strip_prefix("refs/pull/")?.split_once('/')?.0.parse().ok()
            };
            let server = variable("GITHUB_SERVER_URL").unwrap_or("https://github.com".to_owned());
            let repository = variable("GITHUB_REPOSITORY");
            let head = event["pull_request"]["head"]["sha"].as_str().map(str::to_owned);
            let head = head.or_else(|| variable("GITHUB_SHA"));
            let at = |what: &str, id: Option<String>| {
                Some(format!("{server}/{}/{what}/{}", repository.as_ref()?, id?))
            };
            Place {
                kind,
                api: variable("GITHUB_API_URL").unwrap_or("https://api.github.com".to_owned()),
                pull_request: in_event.or_else(by_ref),
                files: at("blob", head).map(|url| url + "/"),
                run: at("actions/runs", variable("GITHUB_RUN_ID")),
                repository,
            }
        }
        Kind::Gitlab => {
            let of_source = variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
            let head = of_source.or_else(|| variable("CI_COMMIT_SHA"));
            let project = variable("CI_MERGE_REQUEST_SOURCE_PROJECT_URL");
            let project = project.or_else(|| variable("CI_PROJECT_URL"));
            Place {
                kind,
                api: variable("CI_API_V4_URL").unwrap_or("https://gitlab.com/api/v4".to_owned()),
                repository: variable("CI_PROJECT_ID"),
                pull_request: number("CI_MERGE_REQUEST_IID"),
                files: project.zip(head).map(|(project, head)| format!("{project}/-/blob/{head}/")),
                run: variable("CI_JOB_URL"),
            }
        }
    })
}

/// The address of a folder in a repository, from that of all files.
pub fn files(all: &str, folder: &str) -> String {
    match folder {
        "" => all.to_owned(),
        folder => format!("{all}{}/", crate::web::url_path(folder)),
    }
}

/// Host and `owner/name` of a repository of GitHub, from the address of a remote: the API's address
/// and the name. `None` for what is no such address.
pub fn api_of(remote: &str) -> Option<(String, String)> {
    let (host, path) = match remote.split_once("://") {
        Some(("https" | "http" | "ssh" | "git", rest)) => rest.split_once('/')?,
        Some(_) => return None,
        // `git@github.com:owner/name.git`
        None => remote.split_once(':').filter(|(host, _)| !host.contains('/'))?,
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (owner, name) = path.split_once('/')?;
    if host.is_empty() || owner.is_empty() || name.is_empty() || name.contains('/') {
        return None;
    }
    // GitHub Docs, "Using SSH over the HTTPS port".
    let api = match host.to_ascii_lowercase().as_str() {
        "github.com" | "ssh.github.com" | "www.github.com" => "https://api.github.com".to_owned(),
        host => format!("https://{host}/api/v3"),
    };
    Some((api, format!("{owner}/{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_tells_the_repository_and_its_api() {
        let github = Some(("https://api.github.com".to_owned(), "acme/shop".to_owned()));
        for remote in [
            "https://github.com/acme/shop.git",
            "https://bot:secret@github.com/acme/shop",
            "git@github.com:acme/shop.git",
            "ssh://git@ssh.github.com:443/acme/shop.git",
        ] {
            assert_eq!(api_of(remote), github, "{remote}");
        }
        let own = Some(("https://git.acme.io/api/v3".to_owned(), "a/b.c".to_owned()));
        assert_eq!(api_of("ssh://git@git.acme.io:22/a/b.c/"), own);
        for remote in
            ["file:///srv/a/b.git", "/srv/a/b.git", "../b", "https://github.com/a", "x:y", ""]
        {
            assert_eq!(api_of(remote), None, "{remote}");
        }
    }

    fn place(variables: &[(&str, &str)], event: Option<&str>) -> Option<Place> {
        let find = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        environment(None, &find, event)
    }

    #[test]
    fn a_run_on_github_says_where_it_is() {
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "acme/shop"),
            ("GITHUB_API_URL", "https://git.acme.io/api/v3"),
            ("GITHUB_SERVER_URL", "https://git.acme.io"),
            ("GITHUB_SHA", "merge"),
            ("GITHUB_RUN_ID", "9"),
        ];
        let event = r#"{"pull_request":{"number":7,"head":{"sha":"abc"}}}"#;
        let found = place(&variables, Some(event)).unwrap();
        assert_eq!(found.pull_request, Some(7));
        assert_eq!(found.files.as_deref(), Some("https://git.acme.io/acme/shop/blob/abc/"));
        assert_eq!(found.run.as_deref(), Some("https://git.acme.io/acme/shop/actions/runs/9"));
        let number = |event| place(&variables, Some(event)).unwrap().pull_request;
        assert_eq!(number(r#"{"issue":{"number":8,"pull_request":{"url":"x"}}}"#), Some(8));
        assert_eq!(number(r#"{"issue":{"number":8}}"#), None);
        assert_eq!(number(r#"{"workflow_run":{"pull_requests":[{"number":6}]}}"#), Some(6));
        assert_eq!(number("no JSON"), None);
        let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/pull/5/merge")];
        assert_eq!(place(&variables, None).unwrap().pull_request, Some(5));
        assert_eq!(place(&[], None), None);
    }

    #[test]
    fn a_job_of_gitlab_says_where_it_is() {
        let found = place(
            &[
                ("GITLAB_CI", "true"),
                ("CI_PROJECT_ID", "42"),
                ("CI_MERGE_REQUEST_IID", "3"),
                ("CI_API_V4_URL", "https://gitlab.acme.io/api/v4"),
                ("CI_PROJECT_URL", "https://gitlab.acme.io/acme/shop"),
                ("CI_COMMIT_SHA", "abc"),
            ],
            None,
        )
        .unwrap();
        assert_eq!((found.repository.as_deref(), found.pull_request), (Some("42"), Some(3)));
        let files_of = files(found.files.as_deref().unwrap(), "infra/a b");
        assert_eq!(files_of, "https://gitlab.acme.io/acme/shop/-/blob/abc/infra/a%20b/");
    }
}
