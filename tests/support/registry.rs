//! A real registry on loopback: Debian's `docker-registry`, with images that a test pushes.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use ureq::RequestBuilder;

use super::http::{Reply, Request, Server};

/// The user of registries that want to know who is there.
pub const USER: &str = "ada";

/// The user's password.
pub const PASSWORD: &str = "correct horse";

/// What the user's password can be exchanged for.
pub const IDENTITY: &str = "identity-of-ada";

/// A registry that lives as long as this.
pub struct Registry {
    /// Host and port, as they stand in an address.
    pub host: String,
    /// The service that gives its tokens, where it wants some.
    pub tokens: Option<Server>,
    /// The certificate of one that speaks TLS, and whatever else it needs.
    pub folder: TempDir,
    child: Child,
    scheme: &'static str,
}

/// An image to push.
#[derive(Debug, Clone)]
pub struct Image<'a> {
    /// What it runs on; several make an index.
    pub platforms: &'a [&'a str],
    /// The date in its configuration.
    pub created: Option<&'a str>,
    /// The date in the annotations of its manifest or index.
    pub annotated: Option<&'a str>,
    /// True for Docker's own media types instead of those of OCI.
    pub docker: bool,
}

impl Image<'_> {
    fn media_type(&self, oci: &str, docker: &str) -> String {
        match self.docker {
            true => format!("application/vnd.docker.{docker}+json"),
            false => format!("application/vnd.oci.image.{oci}.v1+json"),
        }
    }
}

/// `linux/arm64/v8` as it stands in an index.
fn runs_on(platform: &str) -> Value {
    let words: Vec<&str> = platform.split('/').collect();
    let mut found = json!({"os": words[0], "architecture": words[1]});
    if let Some(variant) = words.get(2) {
        found["variant"] = json!(variant);
    }
    found
}

/// Built on the second day of 2026 for Intel and AMD.
pub const IMAGE: Image<'_> = Image {
    platforms: &["linux/amd64"],
    created: Some("2026-01-02T03:04:05Z"),
    annotated: None,
    docker: false,
};

impl Registry {
    /// One that lets everybody in. `None`, said aloud, where `docker-registry` is not installed;
    /// with `STACKWRIGHT_REQUIRE_REGISTRY=1` that is a failure.
    pub fn open() -> Option<Self> {
        Self::start("http", TempDir::new().unwrap(), &json!({}), None)
    }

    /// One that wants the password of [`USER`] with each request.
    pub fn with_password() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let script = r#"print "$ARGV[0]:", crypt($ARGV[1], q($2y$05$abcdefghijklmnopqrstuu))"#;
        let line = command(folder.path(), "perl", &["-e", script, USER, PASSWORD]);
        fs::write(folder.path().join("htpasswd"), line).unwrap();
        let file = folder.path().join("htpasswd");
        let auth = json!({"auth": {"htpasswd": {"realm": "test", "path": file}}});
        Self::start("http", folder, &auth, None)
    }

    /// One that wants a token, which a service on another port gives to [`USER`]; to everybody
    /// else for repositories below `public/`.
    pub fn with_tokens() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        certificate(folder.path(), "rsa:2048");
        let keys = folder.path().to_owned();
        let tokens = Server::start(move |request, _| give_token(&keys, request));
        let auth = json!({"auth": {"token": {
            "realm": format!("http://{}/token", tokens.host),
            "service": "test registry",
            "issuer": "test",
            "rootcertbundle": folder.path().join("cert.pem"),
        }}});
        Self::start("http", folder, &auth, Some(tokens))
    }

    /// One that speaks TLS with a certificate that no machine trusts.
    pub fn with_tls() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        certificate(folder.path(), "ec");
        let tls = json!({"http": {"tls": {
            "certificate": folder.path().join("cert.pem"),
            "key": folder.path().join("key.pem"),
        }}});
        Self::start("https", folder, &tls, None)
    }

    fn start(
        scheme: &'static str,
        folder: TempDir,
        config: &Value,
        tokens: Option<Server>,
    ) -> Option<Self> {
        let mut all = json!({
            "version": "0.1",
            "log": {"level": "info", "accesslog": {"disabled": true}},
            "storage": {"inmemory": {}, "delete": {"enabled": true}},
            "http": {"addr": "localhost:0"},
        });
        for (key, value) in config.as_object().unwrap() {
            match (all.get_mut(key).and_then(Value::as_object_mut), value.as_object()) {
                (Some(old), Some(new)) => old.extend(new.clone()),
                _ => all[key] = value.clone(),
            }
        }
        // JSON is YAML.
        fs::write(folder.path().join("config.yml"), all.to_string()).unwrap();
        let child = Command::new("docker-registry")
            .args(["serve", "config.yml"])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => {
                let required =
                    std::env::var_os("STACKWRIGHT_REQUIRE_REGISTRY").is_some_and(|v| v == "1");
                assert!(!required, "docker-registry is required: {error}");
                eprintln!("skipped: docker-registry is not on the PATH");
                return None;
            }
        };
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = String::new();
        let port = lines.by_ref().find_map(|line| {
            let port = line.split_once("listening on ").and_then(|(_, rest)| {
                let host = rest.split(['"', ',']).next()?;
                Some(host.rsplit_once(':')?.1.to_owned())
            });
            said += &line;
            port
        });
        let port = port.unwrap_or_else(|| panic!("docker-registry did not start: {said}"));
        // Whatever else it says is read, so that it can go on.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { host: format!("localhost:{port}"), tokens, folder, child, scheme })
    }

    /// Pushes an image under a tag and returns its digest.
    pub fn push(&self, name: &str, tag: &str, image: &Image<'_>) -> String {
        if let [platform] = image.platforms {
            let manifest = self.one(name, tag, image, platform);
            return self.document(name, Some(tag), manifest, image.annotated);
        }
        let entries = image.platforms.iter().map(|platform| {
            let manifest = self.one(name, tag, image, platform);
            let (media_type, size) = (manifest["mediaType"].clone(), manifest.to_string().len());
            let digest = self.document(name, None, manifest, None);
            let platform = runs_on(platform);
            json!({"mediaType": media_type, "digest": digest, "size": size, "platform": platform})
        });
        let index = json!({
            "schemaVersion": 2,
            "mediaType": image.media_type("index", "distribution.manifest.list.v2"),
            "manifests": entries.collect::<Vec<_>>(),
        });
        self.document(name, Some(tag), index, image.annotated)
    }

    /// The manifest of an image for one platform, whose configuration is pushed.
    fn one(&self, name: &str, tag: &str, image: &Image<'_>, platform: &str) -> Value {
        let mut config = runs_on(platform);
        config["created"] = json!(image.created);
        config["config"] = json!({"Labels": {"pushed-as": tag}});
        config["rootfs"] = json!({"type": "layers", "diff_ids": []});
        let config = config.to_string();
        json!({
            "schemaVersion": 2,
            "mediaType": image.media_type("manifest", "distribution.manifest.v2"),
            "config": {
                "mediaType": image.media_type("config", "container.image.v1"),
                "digest": self.blob(name, config.as_bytes()),
                "size": config.len(),
            },
            "layers": [],
        })
    }

    /// Pushes a manifest or index, under its digest or a tag, and returns its digest.
    fn document(
        &self,
        name: &str,
        tag: Option<&str>,
        mut document: Value,
        date: Option<&str>,
    ) -> String {
        if let Some(date) = date {
            document["annotations"] = json!({"org.opencontainers.image.created": date});
        }
        let text = document.to_string();
        let digest = sha256(text.as_bytes());
        let media_type = document["mediaType"].as_str().unwrap();
        self.manifest(name, tag.unwrap_or(&digest), media_type, &text);
        digest
    }

    /// Deletes what a digest names, and with it its tags.
    pub fn delete(&self, name: &str, digest: &str) {
        let request = self.agent().delete(self.url(&format!("{name}/manifests/{digest}")));
        self.lets_in(name, request).call().unwrap();
    }

    /// Pushes a manifest, or anything that calls itself one.
    pub fn manifest(&self, name: &str, reference: &str, media_type: &str, text: &str) {
        let request = self.agent().put(self.url(&format!("{name}/manifests/{reference}")));
        let request = request.header("Content-Type", media_type);
        self.lets_in(name, request).send(text).unwrap();
    }

    fn blob(&self, name: &str, bytes: &[u8]) -> String {
        let digest = sha256(bytes);
        let started = self.agent().post(self.url(&format!("{name}/blobs/uploads/")));
        let started = self.lets_in(name, started).send_empty().unwrap();
        let location = started.headers()["Location"].to_str().unwrap();
        let request = self.agent().put(format!("{location}&digest={digest}"));
        self.lets_in(name, request).send(bytes).unwrap();
        digest
    }

    fn url(&self, path: &str) -> String {
        format!("{}://{}/v2/{path}", self.scheme, self.host)
    }

    /// The request of somebody who may do everything.
    fn lets_in<B>(&self, name: &str, request: RequestBuilder<B>) -> RequestBuilder<B> {
        if self.tokens.is_some() {
            let token = sign(self.folder.path(), name, &["pull", "push", "delete"]);
            return request.header("Authorization", format!("Bearer {token}"));
        }
        match self.folder.path().join("htpasswd").exists() {
            true => request.header("Authorization", basic()),
            false => request,
        }
    }

    /// Without a proxy, and with trust in the registry's own certificate.
    fn agent(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder().proxy(None);
        if self.scheme == "http" {
            return config.build().into();
        }
        let pem = fs::read(self.folder.path().join("cert.pem")).unwrap();
        let certificate = ureq::tls::Certificate::from_pem(&pem).unwrap();
        let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = ureq::tls::TlsConfig::builder()
            .unversioned_rustls_crypto_provider(ring)
            .root_certs(ureq::tls::RootCerts::new_with_certs(&[certificate]))
            .build();
        config.tls_config(tls).build().into()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `sha256:…` of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A Docker configuration in a folder of its own.
pub fn docker_config(config: &Value) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    folder
}

/// What `docker login` writes for [`USER`].
pub fn logged_in(host: &str) -> Value {
    json!({"auths": {host: {"auth": basic().trim_start_matches("Basic ")}}})
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")))
}

/// The service of Docker Registry's "Token Authentication Specification".
fn give_token(keys: &Path, request: &Request) -> Reply {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let (_, query) = request.path.split_once('?').unwrap_or_default();
    let pairs = if request.method == "POST" { &request.body } else { query };
    let value = |name: &str| {
        let mut pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| decoded(value)).unwrap_or_default()
    };
    let scope = value("scope");
    let name = scope.split(':').nth(1).unwrap_or_default().to_owned();
    let known = match request.method.as_str() {
        "POST" => value("grant_type") == "refresh_token" && value("refresh_token") == IDENTITY,
        _ => request.header("authorization") == basic(),
    };
    let anonymous = request.method == "GET" && request.header("authorization").is_empty();
    if value("service") != "test registry" || !(known || anonymous && name.starts_with("public/")) {
        return Reply::new(401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}"#);
    }
    let key = if request.method == "POST" { "access_token" } else { "token" };
    Reply::new(200, json!({key: sign(keys, &name, &["pull"])}).to_string())
}

/// A JSON Web Token that a registry with this certificate takes.
fn sign(keys: &Path, name: &str, actions: &[&str]) -> String {
    let pem = fs::read_to_string(keys.join("cert.pem")).unwrap();
    let der: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let header = json!({"typ": "JWT", "alg": "RS256", "x5c": [der]});
    let now = jiff::Timestamp::now().as_second();
    let claims = json!({
        "iss": "test", "sub": USER, "aud": "test registry",
        "exp": now + 300, "nbf": now - 60, "iat": now, "jti": "1",
        "access": [{"type": "repository", "name": name, "actions": actions}],
    });
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let text = format!("{}.{}", part(&header), part(&claims));
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &text).unwrap();
    let file = file.path().to_str().unwrap();
    let signature = command(keys, "openssl", &["dgst", "-sha256", "-sign", "key.pem", file]);
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// `cert.pem` and `key.pem` for this machine.
fn certificate(folder: &Path, key: &str) {
    let curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"];
    let args = [
        &["req", "-x509", "-nodes", "-newkey", key][..],
        if key == "ec" { &curve } else { &[] },
        &["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost"],
        &["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        &["-addext", "basicConstraints=critical,CA:FALSE"],
    ];
    command(folder, "openssl", &args.concat());
}

/// What a program prints.
fn command(folder: &Path, program: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
