//! One comment or issue that is kept up to date, whoever else is at it.

use http::Method;
use serde_json::{Value, json};

use super::client::Again;
use super::{Error, Forge, Kind};
use crate::report::comment::Marker;

/// How many pages of a list are read.
const PAGES: usize = 200;

/// What is kept up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A comment on a pull request or merge request with this number.
    Comment(u64),
    /// An issue, with this title when it is opened.
    Issue(String),
}

/// What became of it; with its address where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is new.
    Created(String),
    /// It says something else now.
    Updated(String),
    /// It says that already.
    Unchanged(String),
    /// The issue is closed: there is nothing to tell any more.
    Closed(String),
    /// There is nothing to tell, and never was.
    Nothing,
}

/// A comment or issue of somebody.
#[derive(Debug, Clone)]
struct Entry {
    /// By which it is named in a path.
    id: u64,
    body: String,
    author: String,
    /// True where its author is known to be a program.
    bot: bool,
    url: String,
}

impl Forge {
    /// Says something in the comment or issue that begins with a marker and is our own. Where it is
    /// quiet, there being nothing to tell, an old one is changed to say so, an issue closed, and a
    /// new one made only if `always`.
    ///
    /// # Errors
    /// When the forge refuses, or cannot be asked.
    pub fn tell(
        &self,
        what: &What,
        marker: &Marker,
        text: &str,
        quiet: bool,
        always: bool,
    ) -> Result<Told, Error> {
        let mut attempt = 0;
        loop {
            let mine = self.mine(what, marker)?;
            let (oldest, younger) = match mine.split_first() {
                Some((oldest, younger)) => (oldest, younger),
                None if quiet && !always => return Ok(Told::Nothing),
                None => match self.create(what, text) {
                    Ok(made) => return self.only_one(what, marker, text, made),
                    // It may be there all the same.
                    Err(error) if error.may_pass() => {
                        if !self.client.pause(attempt) {
                            return Err(error);
                        }
                        attempt += 1;
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            for one in younger {
                self.remove(what, one.id)?;
            }
            let close = quiet && matches!(what, What::Issue(_));
            if same(&oldest.body, text) && !close {
                return Ok(Told::Unchanged(oldest.url.clone()));
            }
            self.update(what, oldest.id, text, close)?;
            return Ok(match close {
                true => Told::Closed(oldest.url.clone()),
                false => Told::Updated(oldest.url.clone()),
            });
        }
    }

    /// Looks again after one was made: somebody else may have made one at the same time. The oldest
    /// stays.
    fn only_one(
        &self,
        what: &What,
        marker: &Marker,
        text: &str,
        made: Entry,
    ) -> Result<Told, Error> {
        let mine = self.mine(what, marker)?;
        match mine.first() {
            Some(oldest) if oldest.id < made.id => {
                self.remove(what, made.id)?;
                if !same(&oldest.body, text) {
                    self.update(what, oldest.id, text, false)?;
                }
                Ok(Told::Updated(oldest.url.clone()))
            }
            _ => Ok(Told::Created(made.url)),
        }
    }

    /// Those that begin with a marker and are our own, the oldest first.
    fn mine(&self, what: &What, marker: &Marker) -> Result<Vec<Entry>, Error> {
        let all = self.list(what)?;
        let mut marked: Vec<Entry> = all.into_iter().filter(|it| marker.is_of(&it.body)).collect();
        if !marked.is_empty() {
            let me = self.me()?;
            marked.retain(|it| me.as_ref().map_or(it.bot, |me| *me == it.author));
        }
        marked.sort_by_key(|it| it.id);
        Ok(marked)
    }

    /// Who the token is. GitHub's REST API does not tell that to an app, its GraphQL does.
    fn me(&self) -> Result<Option<String>, Error> {
        let login = match self.kind {
            Kind::Github => match self.graphql("query { viewer { login } }", None, Again::Yes) {
                Ok(answer) => answer["data"]["viewer"]["login"].as_str().map(str::to_owned),
                Err(Error::Forbidden { .. } | Error::NotFound { .. }) => None,
                Err(error) => return Err(error),
            },
            Kind::Gitlab => {
                let answer = self.client.good(self.get("/user")?, "the token's user")?;
                answer.json["username"].as_str().map(str::to_owned)
            }
        };
        Ok(login)
    }

    fn path(&self, what: &What) -> String {
        match (self.kind, what) {
            (Kind::Github, What::Comment(number)) => {
                format!("{}/issues/{number}/comments", self.base())
            }
            (Kind::Gitlab, What::Comment(number)) => {
                format!("{}/merge_requests/{number}/notes", self.base())
            }
            (_, What::Issue(_)) => format!("{}/issues", self.base()),
        }
    }

    /// What it is about, for messages.
    fn about(&self, what: &What) -> String {
        match (self.kind, what) {
            (Kind::Github, What::Comment(number)) => format!("{}#{number}", self.repository),
            (Kind::Gitlab, What::Comment(number)) => format!("{}!{number}", self.repository),
            (_, What::Issue(_)) => self.repository.clone(),
        }
    }

    /// All of them, page after page (GitHub Docs, "Using pagination in the REST API"; GitLab Docs,
    /// "REST API", pagination).
    fn list(&self, what: &What) -> Result<Vec<Entry>, Error> {
        let query = match (self.kind, what) {
            (Kind::Github, What::Comment(_)) => "per_page=100",
            (Kind::Github, What::Issue(_)) => "state=open&sort=created&direction=asc&per_page=100",
            (Kind::Gitlab, What::Comment(_)) => "sort=asc&order_by=created_at&per_page=100",
            (Kind::Gitlab, What::Issue(_)) => {
                "state=opened&order_by=created_at&sort=asc&per_page=100"
            }
        };
        let mut next = Some(format!("{}?{query}", self.path(what)));
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let Some(path) = next else { return Ok(all) };
            let answer = self.client.good(self.get(&path)?, &self.about(what))?;
            next = self.client.next(&answer)?;
            let page = answer.json.as_array();
            let page = page.ok_or_else(|| self.client.odd("its list is none"))?;
            // To GitHub, a pull request is an issue, too.
            let real = page.iter().filter(|it| it["pull_request"].is_null());
            all.extend(real.filter_map(|it| self.entry(what, it)));
        }
        Err(self.client.odd(&format!("its list has more than {PAGES} pages")))
    }

    fn entry(&self, what: &What, it: &Value) -> Option<Entry> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (id, body) = match (self.kind, what) {
            (_, What::Comment(_)) => ("id", "body"),
            (Kind::Github, What::Issue(_)) => ("number", "body"),
            (Kind::Gitlab, What::Issue(_)) => ("iid", "description"),
        };
        let (author, url) = match self.kind {
            Kind::Github => (&it["user"]["login"], &it["html_url"]),
            Kind::Gitlab => (&it["author"]["username"], &it["web_url"]),
        };
        Some(Entry {
            id: it[id].as_u64()?,
            body: text(&it[body]),
            author: text(author),
            bot: it["user"]["type"] == "Bot",
            url: text(url),
        })
    }

    fn create(&self, what: &What, text: &str) -> Result<Entry, Error> {
        let body = match (self.kind, what) {
            (_, What::Comment(_)) => json!({"body": text}),
            (Kind::Github, What::Issue(title)) => json!({"title": title, "body": text}),
            (Kind::Gitlab, What::Issue(title)) => json!({"title": title, "description": text}),
        };
        let path = self.path(what);
        let answer = self.client.ask(Method::POST, &path, Some(&body), Again::Refused)?;
        let answer = self.client.good(answer, &self.about(what))?;
        let made = self.entry(what, &answer.json);
        made.ok_or_else(|| self.client.odd("it does not say what it made"))
    }

    fn one(&self, what: &What, id: u64) -> String {
        match (self.kind, what) {
            (Kind::Github, What::Comment(_)) => format!("{}/issues/comments/{id}", self.base()),
            _ => format!("{}/{id}", self.path(what)),
        }
    }

    fn change(&self, what: &What, id: u64, body: &Value) -> Result<(), Error> {
        let method = match self.kind {
            Kind::Github => Method::PATCH,
            Kind::Gitlab => Method::PUT,
        };
        let answer = self.client.ask(method, &self.one(what, id), Some(body), Again::Yes)?;
        self.client.good(answer, &self.about(what)).map(drop)
    }

    fn update(&self, what: &What, id: u64, text: &str, close: bool) -> Result<(), Error> {
        let mut body = match (self.kind, what) {
            (Kind::Gitlab, What::Issue(_)) => json!({"description": text}),
            _ => json!({"body": text}),
        };
        if close {
            self.closed(&mut body);
        }
        self.change(what, id, &body)
    }

    fn closed(&self, body: &mut Value) {
        match self.kind {
            Kind::Github => body["state"] = "closed".into(),
            Kind::Gitlab => body["state_event"] = "close".into(),
        }
    }

    /// Takes away one that there is twice; nobody can delete an issue, so that is closed.
    fn remove(&self, what: &What, id: u64) -> Result<(), Error> {
        if let What::Issue(_) = what {
            let mut body = json!({});
            self.closed(&mut body);
            return self.change(what, id, &body);
        }
        let answer = self.client.ask(Method::DELETE, &self.one(what, id), None, Again::Yes)?;
        match self.client.good(answer, &self.about(what)) {
            // Whoever was at it, too, was faster.
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Forges keep texts with other ends of lines, or without the last.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(one) == plain(other)
}
