//! A bare remote, clones of it, and the real `git` between them.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::Run;

/// A remote with a branch `main`, gone when the test ends.
pub struct Remote {
    folder: TempDir,
}

/// A clone of a remote.
pub struct Clone {
    pub path: PathBuf,
    home: PathBuf,
}

impl Remote {
    /// A remote whose `main` holds some stacks, rendered. Each lock is written as it is given.
    pub fn with(stacks: &[(&str, String, String)]) -> Self {
        let remote = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(remote.home()).unwrap();
        run_git(
            remote.folder.path(),
            &remote.home(),
            &["init", "-q", "--bare", "-b", "main", "origin.git"],
        );
        let clone = remote.clone_as("seed");
        clone.git(&["checkout", "-q", "-B", "main"]);
        for (name, description, lock) in stacks {
            clone.write(&format!("stacks/{name}/stack.hcl"), description);
            clone.write(&format!("stacks/{name}/images.tf"), lock);
        }
        clone.run(&["render"]).exits(0);
        clone.commit_all("Describe the stacks");
        clone.git(&["push", "-q", "origin", "main"]);
        remote
    }

    /// One stack `shop` with images of a literal repository.
    pub fn shop(images: &[(&str, &str)]) -> Self {
        Self::with(&[("shop", description("shop", images, ""), lock(images))])
    }

    pub fn url(&self) -> String {
        format!("file://{}", self.folder.path().join("origin.git").display())
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn clone_as(&self, name: &str) -> Clone {
        self.clone_with(name, &[])
    }

    pub fn clone_with(&self, name: &str, options: &[&str]) -> Clone {
        let url = self.url();
        let args = [&["clone", "-q"], options, &[&url, name]].concat();
        run_git(self.folder.path(), &self.home(), &args);
        Clone { path: self.folder.path().join(name), home: self.home() }
    }

    /// A command of git in the bare repository.
    pub fn git(&self, args: &[&str]) -> String {
        run_git(&self.folder.path().join("origin.git"), &self.home(), args)
    }

    /// A file at the tip of `main`.
    pub fn file(&self, path: &str) -> String {
        self.git(&["show", &format!("main:{path}")])
    }

    /// Where `main` is.
    pub fn tip(&self) -> String {
        self.git(&["rev-parse", "main"]).trim().to_owned()
    }
}

impl Clone {
    pub fn git(&self, args: &[&str]) -> String {
        run_git(&self.path, &self.home, args)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path.join(path)).unwrap()
    }

    /// Writes a hook.
    pub fn hook(&self, name: &str, script: &str) {
        let hooks = self.git(&["rev-parse", "--git-path", "hooks"]);
        let path = self.path.join(hooks.trim()).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        executable(&path, script);
    }

    pub fn commit_all(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackwright"));
        command.args(args).current_dir(&self.path);
        environment(&mut command, &self.home);
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args))
    }
}

pub fn finish(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A description with images of a literal repository.
pub fn description(name: &str, images: &[(&str, &str)], more: &str) -> String {
    let mut text = format!("stack \"{name}\" {{\n  region = \"us-west-2\"\n}}\n{more}");
    for (image, _) in images {
        text.push_str(&format!(
            "\nimage \"{image}\" {{\n  repository = \"registry.example.org/{name}/{image}\"\n}}\n"
        ));
    }
    text
}

/// The lock of such a description, before it is rendered for the first time.
pub fn lock(images: &[(&str, &str)]) -> String {
    let mut text = "# Image references: Terraform reads them, stackwright writes them.\n\nlocals {\n  images = {\n".to_owned();
    for (image, tag) in images {
        text.push_str(&format!(
            "    {image} = {{\n      repository = \"\"\n      tag        = \"{tag}\"\n      digest     = null\n    }}\n"
        ));
    }
    text.push_str("  }\n\n  image_references = {\n    for name, image in local.images : name => join(\"\", [\n      image.repository,\n      image.tag == null ? \"\" : \":${image.tag}\",\n      image.digest == null ? \"\" : \"@${image.digest}\",\n    ])\n  }\n}\n");
    text
}

/// The tag that a lock has for an image.
#[track_caller]
pub fn tag(lock: &str, image: &str) -> String {
    let entry = lock.split(&format!("    {image} = {{\n")).nth(1).expect("an entry");
    let line = entry.lines().find(|line| line.trim_start().starts_with("tag")).unwrap();
    line.split('"').nth(1).unwrap_or("null").to_owned()
}

pub fn executable(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn environment(command: &mut Command, home: &Path) {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_TERMINAL_PROMPT", "0");
}

#[track_caller]
fn run_git(folder: &Path, home: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder);
    environment(&mut command, home);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Git's smart HTTP on a port of this machine: `git http-backend` behind a few lines of HTTP, with
/// a name and a password.
pub struct HttpServer {
    pub port: u16,
}

impl HttpServer {
    pub const USER: &'static str = "bot";
    pub const PASSWORD: &'static str = "hunter2-secret";
    /// Both in base64.
    const BASIC: &'static str = "Basic Ym90Omh1bnRlcjItc2VjcmV0";

    /// Serves the repositories of a folder as long as the tests run.
    pub fn start(root: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let root = root.to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let root = root.clone();
                std::thread::spawn(move || serve(stream, &root));
            }
        });
        Self { port }
    }
}

fn serve(stream: TcpStream, root: &Path) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = std::collections::BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut stream = stream;
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    if header("authorization") != HttpServer::BASIC {
        let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return stream.write_all(answer.as_bytes()).ok();
    }
    let mut body = Vec::new();
    if header("transfer-encoding") == "chunked" {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else if let Ok(length) = header("content-length").parse() {
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("REMOTE_USER", HttpServer::USER)
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let writer = std::thread::spawn(move || stdin.write_all(&body));
    let mut answer = Vec::new();
    child.stdout.take()?.read_to_end(&mut answer).ok()?;
    let _ = writer.join();
    let _ = child.wait();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let length = answer.len() - end - 4;
    let start = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n");
    stream.write_all(start.as_bytes()).ok()?;
    stream.write_all(&answer).ok()
}

impl Clone {
    /// A folder beside a remote, as if it were a clone.
    pub fn at(remote: &Remote, path: &str) -> Self {
        Self { path: remote.folder().join(path), home: remote.home() }
    }
}
