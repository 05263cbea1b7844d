//! A real browser, without a window, driven as W3C's WebDriver says.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser that lives as long as this, with a profile of its own.
pub struct Browser {
    driver: Child,
    session: String,
    _profile: TempDir,
}

/// What a page may take before a test is told to have failed.
const PATIENCE: Duration = Duration::from_secs(90);

/// Keys that have no letter ("WebDriver", Keyboard actions).
pub const ESCAPE: &str = "\u{e00c}";
pub const ENTER: &str = "\u{e007}";
pub const TAB: &str = "\u{e004}";

impl Browser {
    /// Starts one. `None`, said aloud, where Chromium is not installed; with
    /// `STACKWRIGHT_REQUIRE_BROWSER=1` that is a failure.
    pub fn start() -> Option<Self> {
        Self::with(&[])
    }

    /// The same with more arguments.
    pub fn with(arguments: &[&str]) -> Option<Self> {
        let profile = TempDir::new().unwrap();
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", profile.path())
            .env("TMPDIR", profile.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match driver {
            Ok(driver) => driver,
            Err(error) => {
                let required =
                    std::env::var_os("STACKWRIGHT_REQUIRE_BROWSER").is_some_and(|v| v == "1");
                assert!(!required, "chromedriver is required: {error}");
                eprintln!("skipped: chromedriver is not on the PATH");
                return None;
            }
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.by_ref().find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says its port");
        // Whatever it says later, nobody waits for it.
        std::thread::spawn(move || lines.for_each(drop));
        let usual = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
        ];
        let profile_argument = format!("--user-data-dir={}", profile.path().display());
        let arguments: Vec<&str> =
            usual.iter().chain(arguments).copied().chain([profile_argument.as_str()]).collect();
        let mut browser =
            Self { driver, session: format!("http://127.0.0.1:{port}/session"), _profile: profile };
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let session = browser.post("", &capabilities);
        let id = session["sessionId"].as_str().expect("a session has an id").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        // Whatever it began with is left, and forgotten.
        browser.post("/url", &json!({"url": "about:blank"}));
        browser.requests();
        Some(browser)
    }

    /// Opens a file, with what stands after `#`, and waits until its script is through.
    pub fn open(&self, file: &Path, hash: &str) {
        let url = format!("file://{}{hash}", file.display());
        self.post("/url", &json!({"url": url}));
        self.wait("document.documentElement.dataset.ready === 'true'");
    }

    /// Opens a file without waiting for a script.
    pub fn open_plainly(&self, file: &Path) {
        self.post("/url", &json!({"url": format!("file://{}", file.display())}));
    }

    /// What an expression is in the page.
    #[track_caller]
    pub fn get(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn wait(&self, condition: &str) {
        let end = Instant::now() + PATIENCE;
        while self.get(&format!("!!({condition})")) != true {
            let text = "document.body.innerText.slice(0, 2000)";
            assert!(Instant::now() < end, "never true: {condition}\n{}", self.get(text));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|ty| json!({"type": ty, "value": key})))
            .collect();
        self.post(
            "/actions",
            &json!({"actions": [{"type": "key", "id": "k", "actions": actions}]}),
        );
    }

    /// Clicks the first element of a selector, as a person does: in its middle.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}));
        let id = found.as_object().and_then(|found| found.values().next());
        let id = id.and_then(Value::as_str).unwrap_or_else(|| panic!("{selector}: {found}"));
        self.post(&format!("/element/{id}/click"), &json!({}));
    }

    /// A command of the Chrome DevTools Protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// The page as it looks, as PNG.
    pub fn screenshot(&self, width: u32, height: u32, scheme: &str) -> Vec<u8> {
        self.scheme(scheme);
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
        let shot = self.devtools("Page.captureScreenshot", &json!({"format": "png"}));
        decoded(&shot["data"])
    }

    /// The page as it is printed, as PDF.
    pub fn print(&self) -> Vec<u8> {
        decoded(&self.devtools("Page.printToPDF", &json!({"printBackground": true}))["data"])
    }

    /// Whether the system is `light` or `dark`.
    pub fn scheme(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", &features);
    }

    /// What was written to the console, problems with the page among it.
    pub fn console(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "browser"}));
        let entries = log.as_array().unwrap().iter();
        entries.map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    /// Every address that the page has asked for.
    pub fn requests(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "performance"}));
        let entries = log.as_array().unwrap().iter().filter_map(|entry| {
            let entry: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let sent = entry["message"]["method"] == "Network.requestWillBeSent";
            sent.then(|| entry["message"]["params"]["request"]["url"].as_str().unwrap().to_owned())
        });
        entries.collect()
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = ureq::post(format!("{}{path}", self.session))
            .config()
            .http_status_as_error(false)
            .build()
            .header("Content-Type", "application/json")
            .send(body.to_string())
            .and_then(|mut answer| answer.body_mut().with_config().limit(1 << 28).read_to_string());
        let answer: Value = serde_json::from_str(&answer.unwrap()).unwrap();
        let value = answer["value"].clone();
        assert!(value["error"].is_null(), "{path} {body}: {value}");
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; the driver would leave it behind.
        let _ = ureq::delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn decoded(base64: &Value) -> Vec<u8> {
    base64::prelude::BASE64_STANDARD.decode(base64.as_str().unwrap()).unwrap()
}
