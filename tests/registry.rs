//! The registry client, against a real registry and against one that misbehaves.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use jiff::Timestamp;
use serde_json::json;
use stackwright::image::registry::{
    Address, Clock, CreatedFrom, Error, Host, Options, Registry, Remote, Version,
};
use stackwright::value::{Digest, Scalar as _, Tag};

use crate::support::http::{Reply, Request, Server};
use crate::support::registry::{
    self, IDENTITY, IMAGE, Image, PASSWORD, docker_config, logged_in, sha256,
};

thread_local! {
    /// How long this thread would have waited.
    static WAITED: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

fn waited() -> Vec<Duration> {
    WAITED.take()
}

/// As quick as a test has to be.
fn options(insecure: &[&str]) -> Options {
    let now = || "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
    let sleep = |time| WAITED.with_borrow_mut(|waited| waited.push(time));
    let insecure = insecure.iter().map(|host| host.parse::<Host>().unwrap()).collect();
    Options { insecure, clock: Clock { now, sleep }, ..Options::default() }
}

fn client(host: &str) -> Registry {
    Registry::new(options(&[host]))
}

fn logged_in_client(insecure: &[&str], docker_config: PathBuf) -> Registry {
    Registry::new(Options { docker_config: Some(docker_config), ..options(insecure) })
}

fn address(host: &str, name: &str) -> Address {
    Address::parse(&format!("{host}/{name}")).unwrap()
}

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

fn digest(text: &str) -> Digest {
    Digest::parse(text).unwrap()
}

fn tags(registry: &Registry, address: &Address) -> Vec<String> {
    registry.tags(address).unwrap().iter().map(Tag::to_string).collect()
}

fn platforms(remote: &Remote) -> Vec<String> {
    remote.platforms.iter().map(ToString::to_string).collect()
}

/// What somebody reads.
fn told(error: &Error) -> String {
    format!("{error}\n{}", error.help())
}

#[test]
fn tags_are_listed_sorted() {
    let Some(real) = registry::Registry::open() else { return };
    for tag in ["v10", "v9", "latest", "v1"] {
        real.push("demo/server", tag, &IMAGE);
    }
    let client = client(&real.host);
    assert_eq!(tags(&client, &address(&real.host, "demo/server")), ["latest", "v1", "v10", "v9"]);
    let error = client.tags(&address(&real.host, "demo/none")).unwrap_err();
    assert_eq!(error, Error::NotFound { what: format!("{}/demo/none", real.host) });
}

#[test]
fn an_image_is_what_was_pushed() {
    let Some(real) = registry::Registry::open() else { return };
    let (client, server) = (client(&real.host), address(&real.host, "demo/server"));
    for docker in [false, true] {
        let pushed = real.push("demo/server", "v1", &Image { docker, ..IMAGE });
        let remote = client.image(&server, tag("v1")).unwrap();
        assert_eq!(remote.digest.as_str(), pushed);
        assert_eq!(platforms(&remote), ["linux/amd64"]);
        assert_eq!(remote.created, Some("2026-01-02T03:04:05Z".parse().unwrap()));
        assert_eq!(remote.created_from, CreatedFrom::Config);
        let media_type = match docker {
            true => "application/vnd.docker.distribution.manifest.v2+json",
            false => "application/vnd.oci.image.manifest.v1+json",
        };
        assert_eq!(remote.media_type, media_type);
        assert_eq!(client.image(&server, digest(&pushed)).unwrap(), remote);
        assert_eq!(client.digest(&server, tag("v1")).unwrap().as_str(), pushed);
        assert_eq!(client.digest(&server, digest(&pushed)).unwrap().as_str(), pushed);
    }
}

#[test]
fn an_index_has_the_platforms_of_its_images() {
    let Some(real) = registry::Registry::open() else { return };
    let (client, server) = (client(&real.host), address(&real.host, "demo/server"));
    for docker in [false, true] {
        let image = Image { platforms: &["linux/arm64/v8", "linux/amd64"], docker, ..IMAGE };
        let pushed = real.push("demo/server", "v1", &image);
        let remote = client.image(&server, tag("v1")).unwrap();
        assert_eq!(remote.digest.as_str(), pushed);
        assert_eq!(platforms(&remote), ["linux/amd64", "linux/arm64/v8"]);
        assert_eq!(remote.created_from, CreatedFrom::Config);
        assert!(remote.created.is_some());
    }
}

#[test]
fn an_index_that_does_not_say_what_it_runs_on_is_looked_into() {
    let Some(real) = registry::Registry::open() else { return };
    let one = real.push("demo/server", "one", &IMAGE);
    let two = real.push("demo/server", "two", &Image { platforms: &["linux/arm64"], ..IMAGE });
    let media_type = "application/vnd.oci.image.index.v1+json";
    let entry = |digest: &str| {
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        json!({"mediaType": media_type, "digest": digest, "size": 1})
    };
    let index = json!({
        "schemaVersion": 2, "mediaType": media_type, "manifests": [entry(&one), entry(&two)],
    });
    real.manifest("demo/server", "both", media_type, &index.to_string());
    let remote =
        client(&real.host).image(&address(&real.host, "demo/server"), tag("both")).unwrap();
    assert_eq!(platforms(&remote), ["linux/amd64", "linux/arm64"]);
}

#[test]
fn a_mirror_may_have_some_of_the_images_of_an_index() {
    let Some(real) = registry::Registry::open() else { return };
    let one = real.push("demo/server", "one", &IMAGE);
    let media_type = "application/vnd.oci.image.index.v1+json";
    let platform = json!({"os": "linux", "architecture": "amd64"});
    let entry = json!({
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": one, "size": 1, "platform": platform,
    });
    let index = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": [entry]});
    real.manifest("demo/server", "index", media_type, &index.to_string());
    let (client, server) = (client(&real.host), address(&real.host, "demo/server"));
    let found = || {
        let remote = client.image(&server, tag("index")).unwrap();
        (platforms(&remote), remote.created_from)
    };
    assert_eq!(found(), (vec!["linux/amd64".to_owned()], CreatedFrom::Config));
    real.delete("demo/server", &one);
    assert_eq!(found(), (vec!["linux/amd64".to_owned()], CreatedFrom::Unknown));
}

#[test]
fn the_date_of_an_annotation_comes_before_that_of_the_configuration() {
    let Some(real) = registry::Registry::open() else { return };
    let client = client(&real.host);
    let dated = |image: Image<'_>| {
        real.push("demo/server", "v1", &image);
        let remote = client.image(&address(&real.host, "demo/server"), tag("v1")).unwrap();
        (remote.created.map(|date| date.to_string()), remote.created_from)
    };
    let both: &[&str] = &["linux/amd64", "linux/arm64"];
    let date = Some("2026-05-06T07:08:09Z");
    let found = date.map(str::to_owned);
    for platforms in [IMAGE.platforms, both] {
        let image = Image { platforms, ..IMAGE };
        let annotated = Image { annotated: date, ..image.clone() };
        assert_eq!(dated(annotated), (found.clone(), CreatedFrom::Annotation));
        // Reproducible builds have no date.
        let epoch = Some("1970-01-01T00:00:00Z");
        let later = Image { annotated: epoch, created: date, ..image.clone() };
        assert_eq!(dated(later), (found.clone(), CreatedFrom::Config));
        let never = Image { annotated: epoch, created: epoch, ..image.clone() };
        assert_eq!(dated(never), (None, CreatedFrom::Unknown));
        assert_eq!(dated(Image { created: None, ..image }), (None, CreatedFrom::Unknown));
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let Some(real) = registry::Registry::open() else { return };
    let pushed = real.push("demo/server", "v1", &IMAGE);
    real.delete("demo/server", &pushed);
    let (client, server) = (client(&real.host), address(&real.host, "demo/server"));
    let gone: [Version; 2] = [tag("v1").into(), digest(&pushed).into()];
    for version in gone {
        let error = client.image(&server, version.clone()).unwrap_err();
        let what = version.of(&server);
        assert!(matches!(&error, Error::NotFound { what: found } if *found == what), "{error}");
        assert_eq!(client.digest(&server, version).unwrap_err(), error);
    }
}

#[test]
fn a_password_lets_in_and_nobody_else_comes_in() {
    let Some(real) = registry::Registry::with_password() else { return };
    let pushed = real.push("demo/server", "v1", &IMAGE);
    let server = address(&real.host, "demo/server");
    let config = docker_config(&logged_in(&real.host));
    let ada = logged_in_client(&[&real.host], config.path().to_owned());
    assert_eq!(ada.image(&server, tag("v1")).unwrap().digest.as_str(), pushed);
    assert_eq!(tags(&ada, &server), ["v1"]);
    assert_eq!(
        ada.digest(&server, tag("v2")).unwrap_err(),
        Error::NotFound { what: format!("{server}:v2") }
    );

    let error = client(&real.host).tags(&server).unwrap_err();
    assert_snapshot!(told(&error).replace(&real.host, "<host>"), @"
    `<host>/demo/server` does not exist, or people who are not logged in may not read it
    check the name; where it is right, log in: `docker login <host>`
    ");
    let wrong =
        docker_config(&json!({"auths": {&real.host: {"username": "ada", "password": "hunter2"}}}));
    let wrong = logged_in_client(&[&real.host], wrong.path().to_owned());
    let error = wrong.image(&server, tag("v1")).unwrap_err();
    assert_snapshot!(told(&error).replace(&real.host, "<host>"), @"
    `<host>/demo/server:v1` does not exist, or the user of the Docker configuration may not read it: authentication required
    check the name; where it is right, log in: `docker login <host>`
    ");
    assert!(!format!("{error:?} {wrong:?}").contains("hunter2"));
}

#[test]
fn a_token_service_lets_in() {
    let Some(real) = registry::Registry::with_tokens() else { return };
    let tokens = real.tokens.as_ref().unwrap();
    let insecure = [real.host.as_str(), tokens.host.as_str()];
    real.push("demo/server", "v1", &IMAGE);
    real.push("public/server", "v1", &IMAGE);
    let private = address(&real.host, "demo/server");

    let anybody = Registry::new(options(&insecure));
    assert_eq!(tags(&anybody, &address(&real.host, "public/server")), ["v1"]);
    let error = anybody.tags(&private).unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error}");

    let config = docker_config(&logged_in(&real.host));
    let ada = logged_in_client(&insecure, config.path().to_owned());
    let before = tokens.asked().len();
    assert_eq!(tags(&ada, &private), ["v1"]);
    assert!(ada.image(&private, tag("v1")).is_ok());
    assert_eq!(tokens.asked().len(), before + 1, "a token is used again");
    let asked = tokens.requests().pop().unwrap();
    assert_eq!(
        asked.path,
        "/token?service=test%20registry&scope=repository%3Ademo%2Fserver%3Apull&account=ada"
    );
}

#[test]
fn an_identity_token_is_exchanged_for_another() {
    let Some(real) = registry::Registry::with_tokens() else { return };
    let tokens = real.tokens.as_ref().unwrap();
    let insecure = [real.host.as_str(), tokens.host.as_str()];
    real.push("demo/server", "v1", &IMAGE);
    let server = address(&real.host, "demo/server");
    for auth in [
        json!({"auth": "YWRhOg==", "identitytoken": IDENTITY}),
        json!({"username": "<token>", "password": IDENTITY}),
    ] {
        let config = docker_config(&json!({"auths": {&real.host: auth}}));
        let ada = logged_in_client(&insecure, config.path().to_owned());
        assert_eq!(tags(&ada, &server), ["v1"]);
        let asked = tokens.requests().pop().unwrap();
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/token"));
    }
    let config = docker_config(&json!({"auths": {&real.host: {"identitytoken": "hunter2"}}}));
    let wrong = logged_in_client(&insecure, config.path().to_owned());
    let error = wrong.tags(&server).unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error}");
    assert!(!format!("{error:?} {wrong:?}").contains("hunter2"));
}

#[test]
fn a_token_service_in_plain_http_has_to_be_named_too() {
    let Some(real) = registry::Registry::with_tokens() else { return };
    let tokens = real.tokens.as_ref().unwrap();
    let config = docker_config(&logged_in(&real.host));
    let ada = logged_in_client(&[&real.host], config.path().to_owned());
    let error = ada.tags(&address(&real.host, "demo/server")).unwrap_err();
    let told = told(&error).replace(&real.host, "<host>").replace(&tokens.host, "<tokens>");
    assert_snapshot!(told, @r"
    `<host>` wants credentials to be sent to `http://<tokens>/token`
    that is plain HTTP; where it has to be, name that host with `--insecure-registry`, too
    ");
    assert_eq!(tokens.asked(), [] as [String; 0], "nothing was sent");
}

#[test]
fn a_certificate_that_nobody_trusts_is_refused() {
    let Some(real) = registry::Registry::with_tls() else { return };
    let client = Registry::new(options(&[]));
    let error = client.tags(&address(&real.host, "demo/server")).unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    assert_eq!(waited(), [], "trying again does not help");
}

#[test]
fn plain_http_is_spoken_to_named_hosts_only() {
    let server = Server::start(|_, _| Reply::new(200, "{}"));
    let client = Registry::new(options(&["localhost:1"]));
    let error = client.tags(&address(&server.host, "demo")).unwrap_err();
    assert!(matches!(error, Error::Tls { .. } | Error::Connection { .. }), "{error:?}");
    assert_eq!(server.asked(), [] as [String; 0]);
}

#[test]
fn a_host_that_does_not_listen_is_asked_again() {
    let client = Registry::new(Options { retries: 1, ..options(&["localhost:1"]) });
    let error = client.tags(&address("localhost:1", "demo")).unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error:?}");
    assert_eq!(waited().len(), 1, "it may have been restarting");
}

#[test]
fn pages_of_tags_are_followed() {
    let server = Server::start(|request, _| match request.path.as_str() {
        "/v2/demo/tags/list?n=1000" => Reply::new(200, r#"{"tags":["c","a"]}"#)
            .with("Link", r#"</v2/demo/tags/list?last=c&n=2>; rel="next""#),
        "/v2/demo/tags/list?last=c&n=2" => Reply::new(200, r#"{"tags":["d","not a tag","a"]}"#)
            .with(
                "Link",
                format!("<https://{}/v2/demo/tags/list?last=e>;rel=next", request.header("host")),
            ),
        "/v2/demo/tags/list?last=e" => Reply::new(200, r#"{"tags":null}"#),
        _ => Reply::new(404, ""),
    });
    assert_eq!(tags(&client(&server.host), &address(&server.host, "demo")), ["a", "c", "d"]);
}

#[test]
fn pages_without_an_end_are_given_up() {
    for circle in [true, false] {
        let server = Server::start(move |_, number| {
            let next = if circle { number % 3 } else { number };
            Reply::new(200, r#"{"tags":["a"]}"#)
                .with("Link", format!("</v2/demo/tags/list?last={next}>; rel=next"))
        });
        let error = client(&server.host).tags(&address(&server.host, "demo")).unwrap_err();
        let why = if circle {
            "its pages of tags lead in a circle"
        } else {
            "its tags have more than 1000 pages"
        };
        assert!(
            matches!(&error, Error::NotARegistry { why: found, .. } if found == why),
            "{error}"
        );
    }
}

#[test]
fn a_page_on_another_host_is_refused() {
    let other = Server::start(|_, _| Reply::new(200, r#"{"tags":["evil"]}"#));
    for start in ["http://", "//", "https://"] {
        let link = format!("<{start}{}/v2/demo/tags/list>; rel=next", other.host);
        let server = Server::start(move |_, _| {
            Reply::new(200, r#"{"tags":["a"]}"#).with("Link", link.clone())
        });
        let client = Registry::new(options(&[&server.host, &other.host]));
        let error = client.tags(&address(&server.host, "demo")).unwrap_err();
        assert!(matches!(&error, Error::NotARegistry { .. }), "{error}");
    }
    assert_eq!(other.asked(), [] as [String; 0]);
}

#[test]
fn a_failure_is_tried_again_with_longer_and_longer_pauses() {
    let server = Server::start(|_, number| match number {
        0..=2 => Reply::new(500 + 2 * u16::try_from(number % 2).unwrap(), ""),
        _ => Reply::new(200, r#"{"tags":["a"]}"#),
    });
    let client = client(&server.host);
    assert_eq!(tags(&client, &address(&server.host, "demo")), ["a"]);
    let waited = waited();
    assert_eq!(waited.len(), 3);
    for (pause, longest) in waited.iter().zip([250, 500, 1000].map(Duration::from_millis)) {
        assert!(*pause <= longest && *pause >= longest / 2, "{waited:?}");
    }
}

#[test]
fn a_failure_that_stays_is_told_with_the_registrys_words() {
    let server = Server::start(|_, _| {
        Reply::new(503, r#"{"errors":[{"code":"UNAVAILABLE","message":"we are moving"}]}"#)
    });
    let error = client(&server.host).tags(&address(&server.host, "demo")).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` failed: HTTP 503: we are moving", server.host));
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn a_registry_is_left_alone_for_as_long_as_it_asks() {
    // The clock of the test says 2026-01-01.
    for (header, pause) in
        [("7", 7), ("Thu, 01 Jan 2026 00:00:09 GMT", 9), ("Thu, 01 Jan 2015 00:00:00 GMT", 0)]
    {
        let server = Server::start(move |_, number| match number {
            0 => Reply::new(429, "").with("Retry-After", header),
            _ => Reply::new(200, r#"{"tags":["a"]}"#),
        });
        assert_eq!(tags(&client(&server.host), &address(&server.host, "demo")), ["a"]);
        assert_eq!(waited(), [Duration::from_secs(pause)], "{header}");
    }
}

#[test]
fn a_registry_that_asks_for_too_long_is_not_waited_for() {
    let server = Server::start(|_, _| Reply::new(429, "").with("Retry-After", "3600"));
    let error = client(&server.host).tags(&address(&server.host, "demo")).unwrap_err();
    assert_snapshot!(told(&error).replace(&server.host, "<host>"), @r"
    `<host>` answers no more for now: too many requests
    try again in 3600 s; who is logged in may ask more often: `docker login <host>`
    ");
    assert_eq!((server.asked().len(), waited()), (1, Vec::new()));
}

#[test]
fn a_body_that_breaks_off_is_asked_for_again() {
    let server = Server::start(|_, number| {
        let reply = Reply::new(200, r#"{"tags":["a"]}"#);
        Reply { sent: (number == 0).then_some(5), ..reply }
    });
    assert_eq!(tags(&client(&server.host), &address(&server.host, "demo")), ["a"]);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn an_answer_that_is_too_large_is_not_read() {
    let server = Server::start(|_, _| Reply::new(200, vec![b' '; 5 << 20]));
    let error = client(&server.host).image(&address(&server.host, "demo"), tag("a")).unwrap_err();
    assert_eq!(
        error,
        Error::TooLarge {
            host: server.host.clone(),
            what: "the manifest of an image",
            limit_bytes: 4 << 20
        }
    );
    assert_eq!(waited(), []);
}

#[test]
fn an_answer_that_does_not_come_is_a_timeout() {
    let server = Server::start(|_, _| Reply { silent: true, ..Reply::new(200, "") });
    let limit = Duration::from_millis(100);
    let client = Registry::new(Options { timeout: limit, retries: 1, ..options(&[&server.host]) });
    let error = client.tags(&address(&server.host, "demo")).unwrap_err();
    assert_eq!(error, Error::Timeout { host: server.host.clone(), limit });
    assert_eq!(error.to_string(), format!("`{}` did not answer within 0.1 s", server.host));
    assert_eq!(server.asked().len(), 2);
}

/// A manifest whose configuration is at the digest of `config`.
fn manifest(config: &str) -> String {
    json!({
        "schemaVersion": 2,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 1,
        },
        "layers": [],
    })
    .to_string()
}

const CONFIG: &str = r#"{"os":"linux","architecture":"amd64","created":"2026-01-02T03:04:05Z"}"#;

#[test]
fn bytes_with_another_digest_are_refused() {
    let good = manifest(&sha256(CONFIG.as_bytes()));
    let other = sha256(b"other");
    let (served, lie) = (good.clone(), other.clone());
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/v2/demo/manifests/lied" => {
            Reply::new(200, served.clone()).with("Docker-Content-Digest", lie.clone())
        }
        path if path.starts_with("/v2/demo/manifests/") => Reply::new(200, served.clone()),
        _ => Reply::new(200, "{}"),
    });
    let (client, demo) = (client(&server.host), address(&server.host, "demo"));
    let wrong = |error: Error, expected: &str, found: &str| match error {
        Error::WrongDigest { expected: told, found: really, .. } => {
            assert_eq!((told.as_str(), really.as_str()), (expected, found));
        }
        other => panic!("{other:?}"),
    };
    let own = sha256(good.as_bytes());
    wrong(client.image(&demo, tag("lied")).unwrap_err(), &other, &own);
    wrong(client.image(&demo, digest(&other)).unwrap_err(), &other, &own);
    wrong(client.digest(&demo, digest(&other)).unwrap_err(), &other, &own);
    // The manifest is right, its configuration is not.
    let config = sha256(CONFIG.as_bytes());
    wrong(client.image(&demo, tag("v1")).unwrap_err(), &config, &sha256(b"{}"));
}

#[test]
fn without_a_digest_header_the_bytes_are_hashed() {
    let body = manifest(&sha256(CONFIG.as_bytes()));
    let expected = sha256(body.as_bytes());
    let server = Server::start(move |request, _| match request.method.as_str() {
        "HEAD" => Reply::new(405, ""),
        _ => Reply::new(200, body.clone()),
    });
    let found = client(&server.host).digest(&address(&server.host, "demo"), tag("v1")).unwrap();
    assert_eq!(found.as_str(), expected);
}

#[test]
fn a_page_of_the_web_is_no_registry() {
    for (status, body) in [(200, "<html>"), (404, "<html>"), (418, "{}")] {
        let server = Server::start(move |_, _| Reply::new(status, body));
        let (client, demo) = (client(&server.host), address(&server.host, "demo"));
        let error = client.tags(&demo).unwrap_err();
        assert!(matches!(error, Error::NotARegistry { .. }), "{error:?}");
        let error = client.image(&demo, tag("a")).unwrap_err();
        assert!(matches!(error, Error::NotARegistry { .. } | Error::Unusable { .. }), "{error:?}");
    }
}

#[test]
fn redirects_that_do_not_end_are_given_up() {
    let server = Server::start(|request, _| {
        Reply::new(307, "").with("Location", format!("{}x", request.path))
    });
    let error = client(&server.host).tags(&address(&server.host, "demo")).unwrap_err();
    assert!(error.to_string().ends_with("it redirects without an end"), "{error}");
    assert_eq!(server.asked().len(), 6);
}

#[test]
fn a_redirect_to_plain_http_of_a_host_that_was_not_named_is_refused() {
    let other = Server::start(|_, _| Reply::new(200, "{}"));
    let location = format!("http://{}/", other.host);
    let server = Server::start(move |_, _| Reply::new(302, "").with("Location", location.clone()));
    let error = client(&server.host).tags(&address(&server.host, "demo")).unwrap_err();
    assert!(error.to_string().ends_with("it redirects to plain HTTP"), "{error}");
    assert_eq!(other.asked(), [] as [String; 0]);
}

/// A registry that wants a password, and has its blobs elsewhere.
fn with_blobs_at(elsewhere: &str) -> Server {
    let blobs = format!("http://{elsewhere}/blob?X-Amz-Signature=hunter2");
    Server::start(move |request, _| {
        if request.header("authorization").is_empty() {
            return Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\"");
        }
        match request.path.contains("/blobs/") {
            true => Reply::new(307, "").with("Location", blobs.clone()),
            false => Reply::new(200, manifest(&sha256(CONFIG.as_bytes()))),
        }
    })
}

#[test]
fn credentials_do_not_follow_a_redirect_to_another_host() {
    let elsewhere = Server::start(|_, _| Reply::new(200, CONFIG));
    let server = with_blobs_at(&elsewhere.host);
    let config = docker_config(&logged_in(&server.host));
    let client = logged_in_client(&[&server.host, &elsewhere.host], config.path().to_owned());
    let image = client.image(&address(&server.host, "demo"), tag("v1")).unwrap();
    assert_eq!(platforms(&image), ["linux/amd64"]);
    let asked = elsewhere.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header("authorization"), "");
}

#[test]
fn the_host_of_the_blobs_cannot_ask_for_credentials() {
    let elsewhere = Server::start(|_, _| {
        Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"give me\"")
    });
    let server = with_blobs_at(&elsewhere.host);
    let config = docker_config(&logged_in(&server.host));
    let client = logged_in_client(&[&server.host, &elsewhere.host], config.path().to_owned());
    let error = client.image(&address(&server.host, "demo"), tag("v1")).unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    assert!(!told(&error).contains("hunter2"), "the signature is a secret, too");
    assert!(elsewhere.requests().iter().all(|request| request.header("authorization").is_empty()));
}

#[test]
fn a_secret_that_a_registry_repeats_is_not_repeated_again() {
    let echo = |request: &Request, _| {
        let said = json!({"errors": [{
            "code": "DENIED",
            "message": format!("you sent {} which is {PASSWORD}", request.header("authorization")),
        }]});
        Reply::new(401, said.to_string()).with("WWW-Authenticate", "Basic realm=\"x\"")
    };
    let server = Server::start(echo);
    let config = docker_config(&logged_in(&server.host));
    let client = logged_in_client(&[&server.host], config.path().to_owned());
    let error = client.tags(&address(&server.host, "demo")).unwrap_err();
    let shown = format!("{error} {error:?} {} {client:?}", error.help());
    assert!(server.requests()[1].header("authorization").starts_with("Basic "));
    let sent = server.requests()[1].header("authorization").replace("Basic ", "");
    assert!(!shown.contains(PASSWORD) && !shown.contains(&sent), "{shown}");
}

#[test]
fn tokens_that_cannot_be_used_are_refused() {
    for (body, why) in [
        ("hunter2", "it gives something that is no token"),
        ("{\"token\": \"hunter2\\n\"}", "its token cannot be sent in a header"),
        ("{}", "it gives no token"),
    ] {
        let tokens = Server::start(move |_, _| Reply::new(200, body));
        let realm = format!("Bearer realm=\"http://{}/token\"", tokens.host);
        let server =
            Server::start(move |_, _| Reply::new(401, "").with("WWW-Authenticate", realm.clone()));
        let client = Registry::new(options(&[&server.host, &tokens.host]));
        let error = client.tags(&address(&server.host, "demo")).unwrap_err();
        assert!(error.to_string().ends_with(why), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
        assert_eq!(tokens.asked(), ["GET /token?scope=repository%3Ademo%3Apull"]);
    }
}

#[test]
fn an_expired_token_is_replaced() {
    let tokens = Server::start(|_, number| {
        Reply::new(200, json!({"access_token": format!("t{number}")}).to_string())
    });
    let realm = format!("Bearer realm=\"http://{}/token\",service=\"s\"", tokens.host);
    let server = Server::start(move |request, number| {
        // The first token is good for one request.
        match (number, request.header("authorization")) {
            (1, "Bearer t0") | (3, "Bearer t1") => Reply::new(200, r#"{"tags":["a"]}"#),
            _ => Reply::new(401, "").with("WWW-Authenticate", realm.clone()),
        }
    });
    let client = Registry::new(options(&[&server.host, &tokens.host]));
    for _ in 0..2 {
        assert_eq!(tags(&client, &address(&server.host, "demo")), ["a"]);
    }
}

#[test]
fn many_threads_can_ask_one_client() {
    let Some(real) = registry::Registry::open() else { return };
    let pushed = real.push("demo/server", "v1", &IMAGE);
    let client = Arc::new(client(&real.host));
    let server = address(&real.host, "demo/server");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(client.digest(&server, tag("v1")).unwrap().as_str(), pushed);
                }
            });
        }
    });
}
