//! What CI systems say of the jobs that ask for a role.
//!
//! A subject with a wildcard is trusted for more than is written: each type refuses it, and says
//! who else could assume the role.

use super::Invalid;
use super::text::Rules;
use crate::diagnostic::codes;

/// What names are made of, and the wildcards of IAM, for the sake of a better message.
fn path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '*' | '?')
}

fn wildcard(text: &str) -> Option<usize> {
    text.find(['*', '?'])
}

/// A wildcard with those whom it would let in.
fn open(text: &str, at: usize, help: String) -> Invalid {
    Invalid::new(codes::OPEN_TRUST, format!("`{text}` stands for more than one"))
        .at(at..at + 1)
        .help(help)
}

text! {
    /// A repository of GitHub: `owner/name` (GitHub Docs, "OpenID Connect reference").
    pub struct GithubRepository = Rules {
        what: "a repository",
        rule: "`owner/name`",
        max: 140,
        chars: path,
        also: |text| {
            let (owner, name) = text.split_once('/').unwrap_or((text, ""));
            if let Some(at) = wildcard(text) {
                let owner = if wildcard(owner).is_some() { "anybody" } else { owner };
                return Err(open(text, at, format!(
                    "whoever can make a repository could assume the role, as `repo:{owner}/other:ref:refs/heads/main`; write one repository"
                )));
            }
            match owner.is_empty() || name.is_empty() || name.contains('/') {
                true => Err(Invalid::new(codes::BAD_NAME, "this does not name a repository").help("write `owner/name`")),
                false => Ok(()),
            }
        },
        ..Rules::ANY
    };

    /// A project of GitLab, with its groups: `group/project` (GitLab Docs, "OpenID Connect (OIDC)
    /// Authentication Using ID Tokens").
    pub struct GitlabProject = Rules {
        what: "a project",
        rule: "`group/project`",
        max: 255,
        chars: path,
        first: |c| c != '/',
        last: |c| c != '/',
        apart: &['/'],
        also: |text| {
            if let Some(at) = wildcard(text) {
                return Err(open(text, at, format!(
                    "whoever can make a project could assume the role, as `project_path:{}:ref_type:branch:ref:main`; write one project",
                    text.replace(['*', '?'], "other")
                )));
            }
            match text.contains('/') {
                true => Ok(()),
                false => Err(Invalid::new(codes::BAD_NAME, "this does not name a project").help("write `group/project`")),
            }
        },
        ..Rules::ANY
    };

    /// A branch or tag, without `refs/heads/` (Git, "git-check-ref-format").
    pub struct GitRef = Rules {
        what: "a branch or tag",
        rule: "letters, digits and `._-/+@`, without `refs/heads/` or `refs/tags/`",
        max: 244,
        chars: |c| path(c) || matches!(c, '+' | '@' | '#'),
        first: |c| c != '/' && c != '-',
        last: |c| c != '/' && c != '.',
        apart: &['/'],
        also: |text| {
            if let Some(at) = wildcard(text) {
                return Err(open(text, at, format!(
                    "whoever can push could assume the role, from `{}`; write out which ones",
                    text.replace(['*', '?'], "mine")
                )));
            }
            match text.strip_prefix("refs/heads/").or(text.strip_prefix("refs/tags/")) {
                Some(rest) => Err(Invalid::new(codes::BAD_NAME, "`refs/…/` is put before it").help(format!("write `{rest}`"))),
                None => Ok(()),
            }
        },
        ..Rules::ANY
    };

    /// An environment of GitHub, whose rules the repository's settings have (GitHub Docs, "Managing
    /// environments for deployment").
    pub struct GithubEnvironment = Rules {
        what: "an environment",
        rule: "at most 255 characters, no colon and no control character",
        max: 255,
        chars: |c| c != ':' && !c.is_control(),
        also: |text| match wildcard(text) {
            None => Ok(()),
            Some(at) => Err(open(text, at, format!(
                "whoever can run a workflow could assume the role, in an environment of their own: `{}`; write out which ones",
                text.replace(['*', '?'], "mine")
            ))),
        },
        ..Rules::ANY
    };
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    #[test]
    fn a_wildcard_is_refused_with_somebody_whom_it_would_let_in() {
        bad::<GithubRepository>(&[
            ("acme/*", "*", "as `repo:acme/other:ref:refs/heads/main`"),
            ("*/*", "*", "as `repo:anybody/other:ref:refs/heads/main`"),
        ]);
        bad::<GitlabProject>(&[(
            "acme/*",
            "*",
            "`project_path:acme/other:ref_type:branch:ref:main`",
        )]);
        bad::<GitRef>(&[("release/*", "*", "from `release/mine`")]);
        bad::<GithubEnvironment>(&[("prod*", "*", "of their own: `prodmine`")]);
    }

    #[test]
    fn names_are_whole() {
        good::<GithubRepository>(&["usdigitalresponse/univaf"]);
        good::<GitlabProject>(&["group/sub/project"]);
        good::<GitRef>(&["main", "release/1.0", "v1.0+x"]);
        bad::<GithubRepository>(&[
            ("univaf", "", "write `owner/name`"),
            ("a/b/c", "", "owner/name"),
        ]);
        bad::<GitlabProject>(&[
            ("univaf", "", "write `group/project`"),
            ("a//b", "//", "group/project"),
        ]);
        bad::<GitRef>(&[("refs/heads/main", "", "write `main`"), ("a b", " ", "letters, digits")]);
    }

    #[test]
    fn any_text_is_a_name_or_refused_with_a_reason() {
        sound::<GithubRepository>(&["a/b"]);
        sound::<GitlabProject>(&["a/b"]);
        sound::<GitRef>(&["main"]);
        sound::<GithubEnvironment>(&["production"]);
    }
}
