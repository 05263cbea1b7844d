//! The language server as an editor meets it: the real binary, over its standard input and output.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::plan::{command, commit};
use crate::support::{Project, terraform, univaf};

const UNIVAF: &str = "stacks/univaf/stack.hcl";

/// An editor in which one project is open.
struct Editor<'p> {
    project: &'p Project,
    server: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    /// What was said without being asked for.
    notifications: VecDeque<Value>,
    next_id: i64,
    version: i64,
    initialized: Value,
}

impl<'p> Editor<'p> {
    /// One that can everything.
    fn start(project: &'p Project) -> Self {
        let capabilities = json!({
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": true}},
                "hover": {"contentFormat": ["markdown"]},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            },
            "workspace": {"workspaceEdit": {"documentChanges": true}},
        });
        Self::with(project, &[], capabilities)
    }

    fn with(project: &'p Project, args: &[&str], capabilities: Value) -> Self {
        let mut editor = Self::silent(project, args);
        let folder = json!([{"uri": editor.uri(""), "name": "project"}]);
        let params = json!({"capabilities": capabilities, "workspaceFolders": folder, "processId": null, "rootUri": null});
        editor.initialized = editor.ask("initialize", params);
        editor.tell("initialized", json!({}));
        editor
    }

    /// One that has said nothing yet.
    fn silent(project: &'p Project, args: &[&str]) -> Self {
        let mut command = command(project, &[args, &["lsp"]].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let to = server.stdin.take();
        let from = BufReader::new(server.stdout.take().unwrap());
        let notifications = VecDeque::new();
        Self {
            project,
            server,
            to,
            from,
            notifications,
            next_id: 0,
            version: 0,
            initialized: Value::Null,
        }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.project.path(path).to_str().unwrap().trim_end_matches('/'))
    }

    fn send(&mut self, text: &str) {
        let to = self.to.as_mut().unwrap();
        write!(to, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        to.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the server went away");
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut content = vec![0; length];
        self.from.read_exact(&mut content).unwrap();
        serde_json::from_slice(&content).unwrap()
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// The whole answer to a request.
    fn response(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.send(
            &json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string(),
        );
        loop {
            let message = self.receive();
            if message["id"] == json!(id) {
                return message;
            }
            self.notifications.push_back(message);
        }
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.response(method, params);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    /// The words in which a request is refused.
    #[track_caller]
    fn refused(&mut self, method: &str, params: Value) -> String {
        let response = self.response(method, params);
        format!("{} {}", response["error"]["code"], response["error"]["message"].as_str().unwrap())
    }

    /// The next thing that is said without being asked for.
    fn notification(&mut self) -> Value {
        self.notifications.pop_front().unwrap_or_else(|| self.receive())
    }

    fn open_uri(&mut self, uri: &str, text: &str) {
        self.version += 1;
        self.tell(
            "textDocument/didOpen",
            json!({"textDocument": {
                "uri": uri, "languageId": "hcl", "version": self.version, "text": text,
            }}),
        );
    }

    /// Opens a file as it is on disk, and gives what is wrong with it.
    fn open(&mut self, path: &str) -> Vec<Value> {
        let (uri, text) = (self.uri(path), self.project.read(path));
        self.open_uri(&uri, &text);
        self.diagnostics(path)
    }

    /// Replaces all of a document, and gives what is wrong with it then.
    fn retype(&mut self, path: &str, text: &str) -> Vec<Value> {
        self.version += 1;
        let uri = self.uri(path);
        self.tell("textDocument/didChange", json!({
            "textDocument": {"uri": uri, "version": self.version}, "contentChanges": [{"text": text}],
        }));
        self.diagnostics(path)
    }

    /// What is wrong with the newest version of a document.
    fn diagnostics(&mut self, path: &str) -> Vec<Value> {
        let uri = self.uri(path);
        self.diagnostics_of(&uri)
    }

    fn diagnostics_of(&mut self, uri: &str) -> Vec<Value> {
        loop {
            let Value::Object(mut said) = self.notification() else { panic!("no object") };
            let params = said.remove("params").unwrap_or_default();
            let is_of = said["method"] == "textDocument/publishDiagnostics" && params["uri"] == uri;
            if is_of && params["version"].as_i64().is_none_or(|version| version == self.version) {
                return params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    /// A place of the text on disk, `before|after`, as the parameters of most requests.
    #[track_caller]
    fn at(&self, path: &str, place: &str) -> Value {
        let position = position(&self.project.read(path), place);
        json!({"textDocument": {"uri": self.uri(path)}, "position": position})
    }

    /// Ends the session; gives the exit code and the log.
    fn end(mut self) -> (Option<i32>, String) {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.wait()
    }

    fn wait(mut self) -> (Option<i32>, String) {
        drop(self.to.take());
        let status = self.server.wait().unwrap();
        let mut log = String::new();
        self.server.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), log)
    }
}

impl Drop for Editor<'_> {
    fn drop(&mut self) {
        drop(self.to.take());
        let _ = self.server.wait();
    }
}

/// The position of the `|` of a piece of a text that stands there once.
#[track_caller]
fn position(text: &str, place: &str) -> Value {
    let (before, after) = place.split_once('|').unwrap();
    let piece = format!("{before}{after}");
    let at = text.find(&piece).unwrap_or_else(|| panic!("{piece:?} is nowhere")) + before.len();
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |feed| feed + 1);
    json!({"line": line, "character": text[start..at].encode_utf16().count()})
}

/// A text after an edit of the protocol.
fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let before: usize = lines[..line].iter().map(|line| line.len()).sum();
        let mut units = position["character"].as_u64().unwrap();
        let rest = lines.get(line).copied().unwrap_or("").chars();
        let within = rest.take_while(|c| {
            let goes_on = units > 0;
            units = units.saturating_sub(c.len_utf16() as u64);
            goes_on
        });
        before + within.map(char::len_utf8).sum::<usize>()
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (start, end, with) in edits.into_iter().rev() {
        out.replace_range(start..end, with);
    }
    out
}

/// The edits of the one document of a workspace edit.
fn edits(edit: &Value) -> &Value {
    &edit["documentChanges"][0]["edits"]
}

/// `line:column code message` of each, from 1.
fn lines(diagnostics: &[Value]) -> String {
    let line = |it: &Value| {
        let start = &it["range"]["start"];
        let message = it["message"].as_str().unwrap().lines().next().unwrap();
        format!(
            "{}:{} {} {message}",
            start["line"].as_u64().unwrap() + 1,
            start["character"].as_u64().unwrap() + 1,
            it["code"].as_str().unwrap()
        )
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `path:line:column` of each location, from 1.
fn places(editor: &Editor<'_>, locations: &Value) -> String {
    let root = editor.uri("");
    let real = format!("file://{}", editor.project.path("").canonicalize().unwrap().display());
    let all = locations.as_array().cloned().unwrap_or_default();
    let place = |it: &Value| {
        let uri = it["uri"].as_str().unwrap();
        let path = uri.strip_prefix(&root).or_else(|| uri.strip_prefix(&real)).unwrap_or(uri);
        let start = &it["range"]["start"];
        let (line, column) =
            (start["line"].as_u64().unwrap(), start["character"].as_u64().unwrap());
        format!("{}:{}:{}", path.trim_start_matches('/'), line + 1, column + 1)
    };
    all.iter().map(place).collect::<Vec<_>>().join("\n")
}

fn labels(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn a_session_begins_and_ends_as_the_protocol_has_it() {
    let project = univaf::rendered();
    let mut editor = Editor::silent(&project, &[]);
    assert_snapshot!(editor.refused("textDocument/hover", json!({})), @"-32002 `initialize` comes first");
    drop(editor);
    let mut editor = Editor::start(&project);
    assert_snapshot!(format!("{:#}", editor.initialized["capabilities"]), @r#"
    {
      "textDocumentSync": {
        "openClose": true,
        "change": 2,
        "save": {
          "includeText": false
        }
      },
      "hoverProvider": true,
      "completionProvider": {
        "triggerCharacters": [
          ".",
          "\""
        ]
      },
      "definitionProvider": true,
      "referencesProvider": true,
      "documentHighlightProvider": true,
      "documentSymbolProvider": true,
      "workspaceSymbolProvider": true,
      "codeActionProvider": {
        "codeActionKinds": [
          "quickfix"
        ]
      },
      "documentFormattingProvider": true,
      "documentRangeFormattingProvider": true,
      "renameProvider": {
        "prepareProvider": true
      },
      "foldingRangeProvider": true,
      "workspace": {
        "workspaceFolders": {
          "supported": true,
          "changeNotifications": true
        }
      }
    }
    "#);
    assert_eq!(editor.initialized["serverInfo"]["name"], "stackwright");
    assert_snapshot!(editor.refused("initialize", json!({"capabilities": {}})), @"-32600 `initialize` comes once");
    assert_snapshot!(editor.refused("textDocument/declaration", json!({})), @"-32601 there is no `textDocument/declaration`");
    assert_snapshot!(editor.refused("textDocument/hover", json!({"position": "here"})), @"-32602 these are no parameters of `textDocument/hover`");
    editor.tell("$/setTrace", json!({"value": "verbose"}));
    editor.tell("textDocument/didOpen", json!(["nonsense"]));
    editor.send("{\"jsonrpc\": ");
    let said = editor.notification();
    assert_snapshot!(said, @r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON, at line 1, column 12"}}"#);
    assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
    assert_snapshot!(editor.refused("textDocument/hover", json!({})), @"-32600 the session was shut down");
    editor.tell("exit", Value::Null);
    assert_eq!(editor.wait().0, Some(0));
}

#[test]
fn a_session_that_is_not_shut_down_is_exit_1() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.wait(), (Some(1), String::new()));
    let editor = Editor::start(&project);
    assert_eq!(editor.wait(), (Some(1), String::new()), "it went away");
}

#[test]
fn what_is_wrong_is_said_while_typing_and_mended_by_an_action() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    assert_eq!(editor.open(UNIVAF), [Value::Null; 0]);
    let text = project.read(UNIVAF);
    let broken = text.replacen("  network = network.main\n", "  netwrk = network.main\n", 1);
    let found = editor.retype(UNIVAF, &broken);
    let [problem] = &found[..] else { panic!("{found:#?}") };
    assert_snapshot!(format!("{problem:#}"), @r#"
    {
      "range": {
        "start": {
          "line": 60,
          "character": 2
        },
        "end": {
          "line": 60,
          "character": 8
        }
      },
      "severity": 1,
      "code": "SW102",
      "codeDescription": {
        "href": "https://github.com/stackwright/stackwright/blob/main/docs/codes.md"
      },
      "source": "stackwright",
      "message": "a `cluster` block has no field `netwrk`: not known here\ndid you mean `network`?"
    }
    "#);
    let params = json!({
        "textDocument": {"uri": editor.uri(UNIVAF)}, "range": problem["range"],
        "context": {"diagnostics": [problem]},
    });
    let actions = editor.ask("textDocument/codeAction", params.clone());
    assert_eq!(actions[0]["title"], "did you mean `network`?");
    assert_eq!(actions[0]["edit"]["documentChanges"][0]["textDocument"]["version"], editor.version);
    let mended = edited(&broken, edits(&actions[0]["edit"]));
    assert_eq!(mended, text);
    let mut only = params;
    only["context"]["only"] = json!(["refactor"]);
    assert_eq!(editor.ask("textDocument/codeAction", only), Value::Null);
    assert_eq!(editor.retype(UNIVAF, &mended), [Value::Null; 0]);
}

#[test]
fn what_the_help_offers_is_an_action() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let text = project.read(UNIVAF);
    for (right, wrong) in [
        ("cron(0 1 * * ? *)", "cron(0 1 * * *)"),
        ("engine  = \"postgres\"", "engine  = \"postgre\""),
        ("region = \"us-west-2\"", "region = \"us-west2\""),
        (
            "RELEASE                   = image.server.tag",
            "RELEASE                   = image.servr.tag",
        ),
        (
            "DB_NAME                   = database.main.database",
            "DB_NAME                   = database.main.databas",
        ),
        ("organization = \"usdr\"", "organisation = \"usdr\""),
    ] {
        let broken = text.replacen(right, wrong, 1);
        let found = editor.retype(UNIVAF, &broken);
        let actions = editor.ask(
            "textDocument/codeAction",
            json!({
                "textDocument": {"uri": editor.uri(UNIVAF)}, "range": found[0]["range"],
                "context": {"diagnostics": []},
            }),
        );
        assert_eq!(edited(&broken, edits(&actions[0]["edit"])), text, "{found:#?}");
    }
}

#[test]
fn every_problem_is_shown_at_its_place_and_once() {
    let stack = |body: &str| {
        format!(
            "stack \"demo\" {{\n  region = \"us-west-2\"\n}}\nenvironment \"a\" {{ size = 1 }}\nenvironment \"b\" {{ size = 2 }}\n{body}"
        )
    };
    let project = Project::with(&stack(
        "queue \"q\" { name = \"q-${environment.name}-${environment.size}\" }\n",
    ));
    let mut editor = Editor::start(&project);
    let path = "stacks/demo/stack.hcl";
    assert_eq!(editor.open(path), [Value::Null; 0]);
    let both = stack(
        "queue \"q\" {\n  name = \"q-${environment.name}-${environment.size}\"\n  nam = 1\n}\n",
    );
    assert_snapshot!(lines(&editor.retype(path, &both)), @"8:3 SW102 a `queue` block has no field `nam`: not known here");
    let one = stack("queue \"q\" {\n  name = \"q-${environment.name}\"\n  visibility_timeout_s = environment.size * 1\n  delay_s = environment.size\n}\n")
        .replacen("size = 2", "size = 99999", 1);
    assert_snapshot!(lines(&editor.retype(path, &one)), @"9:13 SW202 in `b`: `99999` is out of range");
}

#[test]
fn places_are_utf_16_code_units() {
    let project = Project::with("");
    let mut editor = Editor::start(&project);
    let path = "stacks/demo/stack.hcl";
    editor.open(path);
    let text =
        "stack \"demo\" {\n  region = \"us-west-2\"\n}\n/* 🦀🦀é */ queue \"q\" { nam = \"🦀\" }\n";
    let found = editor.retype(path, text);
    // Two crabs are four code units, and the name that is wrong stands behind them.
    assert_eq!(found[0]["range"]["start"], position(text, "{ |nam ="));
    assert_eq!(found[0]["range"]["start"]["character"], 24);
    let text = text.replace('\n', "\r\n");
    let found = editor.retype(path, &text);
    assert_snapshot!(lines(&found), @"1:15 SW003 `stacks/demo/stack.hcl` has carriage returns");
    // Nothing that is asked stops at the line ends.
    project.write(path, &text);
    let items = editor.ask("textDocument/completion", editor.at(path, "{ |nam"));
    assert!(labels(&items).contains(&"name"), "{items}");
}

#[test]
fn a_change_of_a_part_is_a_change_of_the_text() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let text = project.read(UNIVAF);
    let (start, end) = (position(&text, "zones = |2"), position(&text, "zones = 2|"));
    editor.version += 1;
    let uri = editor.uri(UNIVAF);
    editor.tell("textDocument/didChange", json!({
        "textDocument": {"uri": uri, "version": editor.version},
        "contentChanges": [
            {"range": {"start": start, "end": end}, "text": "\"two\""},
            {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "\n"},
        ],
    }));
    assert_snapshot!(lines(&editor.diagnostics(UNIVAF)), @"42:11 SW105 expected a number of zones, or their names");
}

#[test]
fn what_only_a_render_finds_is_shown_where_it_stands() {
    let project = univaf::rendered();
    project.write("stacks/univaf/alarms.tf.j2", "{{ stack.nam }}\n");
    project.edit(
        UNIVAF,
        "image \"server\" {",
        "image \"web\" { repository = repository.server }\nimage \"server\" {",
    );
    let mut editor = Editor::start(&project);
    let (description, template) = (editor.uri(UNIVAF), editor.uri("stacks/univaf/alarms.tf.j2"));
    let text = project.read(UNIVAF);
    editor.open_uri(&description, &text);
    assert_snapshot!(lines(&editor.diagnostics_of(&description)), @"55:1 SW309 `image.web` has no tag and no digest in `stacks/univaf/images.tf`: nobody can say what this runs");
    let mended = text.replacen("image \"web\" { repository = repository.server }\n", "", 1);
    project.write(UNIVAF, &mended);
    editor.retype(UNIVAF, &mended);
    editor.tell("textDocument/didSave", json!({"textDocument": {"uri": description}}));
    let real = format!(
        "file://{}",
        project.path("stacks/univaf/alarms.tf.j2").canonicalize().unwrap().display()
    );
    assert!(real.ends_with(template.rsplit('/').next().unwrap()));
    assert_snapshot!(lines(&editor.diagnostics_of(&real)), @"1:4 SW902 `stack.nam` is not defined");
    // Mended on disk, by another program.
    project.write("stacks/univaf/alarms.tf.j2", "# {{ stack.name }}\n");
    editor.tell(
        "workspace/didChangeWatchedFiles",
        json!({"changes": [{"uri": template, "type": 2}]}),
    );
    assert_eq!(editor.diagnostics_of(&real), [Value::Null; 0]);
}

#[test]
fn descriptions_that_are_new_or_in_no_project_are_read_too() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    let new = editor.uri("stacks/shop/stack.hcl");
    editor.open_uri(&new, "stack \"shp\" { region = \"us-west-2\" }\nqueue \"q\" {}\n");
    assert_snapshot!(lines(&editor.diagnostics_of(&new)), @"1:7 SW110 the stack is called `shp`, its folder `shop`");
    editor.open_uri(
        "untitled:Untitled-1",
        "stack \"any\" { region = \"us-west-2\" }\nqueue \"q\" { x = 1 }\n",
    );
    assert_snapshot!(lines(&editor.diagnostics_of("untitled:Untitled-1")), @"2:13 SW102 a `queue` block has no field `x`: not known here");
    let alone = editor.uri("examples/shop/stack.hcl");
    editor.open_uri(&alone, "stack \"shop\" { region = \"us-west-2\" }\nqueue \"q\" { y = 1 }\n");
    assert_snapshot!(lines(&editor.diagnostics_of(&alone)), @"2:13 SW102 a `queue` block has no field `y`: not known here");
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": alone}}));
    assert_eq!(editor.diagnostics_of(&alone), [Value::Null; 0]);
    // Files of other tools are none of ours.
    let other = editor.uri("other.hcl");
    editor.open_uri(&other, "what = ");
    let hover = json!({"textDocument": {"uri": other}, "position": {"line": 0, "character": 1}});
    assert_eq!(editor.ask("textDocument/hover", hover), Value::Null);
}

#[test]
fn a_project_file_that_is_wrong_is_said_in_it() {
    let project = univaf::rendered();
    project.write("stackwright.hcl", "modules = \"modules\"\n");
    let mut editor = Editor::start(&project);
    assert_eq!(editor.open("stackwright.hcl"), [Value::Null; 0]);
    assert_snapshot!(lines(&editor.retype("stackwright.hcl", "modules = \"../modules\"\nvndor = \"all\"\n")), @"
    1:11 SW201 `../modules` is not a folder of the project
    2:1 SW102 a `project` block has no field `vndor`: not known here
    ");
    let items = editor.ask("textDocument/completion", json!({
        "textDocument": {"uri": editor.uri("stackwright.hcl")}, "position": {"line": 2, "character": 0},
    }));
    assert_eq!(labels(&items), ["stacks", "vendor", "bump", "schedule", "ci"]);
    // Its stacks are still read, as well as that can be.
    editor
        .open_uri(&editor.uri(UNIVAF), &project.read(UNIVAF).replacen("zones = 2", "zone = 2", 1));
    assert_snapshot!(lines(&editor.diagnostics(UNIVAF)), @"41:3 SW102 a `network` block has no field `zone`: not known here");
}

#[test]
fn what_is_too_large_is_said_so_and_nothing_waits_for_it() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    let text = format!("{}{}", project.read(UNIVAF), "# a comment of many\n".repeat(220_000));
    let uri = editor.uri(UNIVAF);
    editor.open_uri(&uri, &text);
    assert_snapshot!(lines(&editor.diagnostics(UNIVAF)), @"1:1 SW004 `stacks/univaf/stack.hcl` has 4 MiB");
    let symbols = editor.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
    assert!(symbols.as_array().unwrap().len() > 20);
}

#[test]
fn completion_works_while_the_text_is_broken() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let complete = |editor: &mut Editor<'_>, old: &str, new: &str| {
        let text = univaf_text().replacen(old, &new.replacen('|', "", 1), 1);
        editor.retype(UNIVAF, &text);
        let position = position(&text, new);
        let params = json!({"textDocument": {"uri": editor.uri(UNIVAF)}, "position": position});
        editor.ask("textDocument/completion", params)
    };
    let items = complete(
        &mut editor,
        "  image   = image.server\n  cpu     = 1024\n  memory  = 2048\n  port ",
        "  image   = image.|\n  cpu     = 1024\n  memory  = 2048\n  port ",
    );
    assert_eq!(labels(&items), ["server", "loader", "datadog"]);
    let items = complete(
        &mut editor,
        "DB_HOST                   = database.main.host",
        "DB_HOST                   = database.main.|",
    );
    assert!(labels(&items).contains(&"host"), "{items}");
    let items = complete(&mut editor, "  metric  = \"cpu\"\n", "  metric  = \"|\n");
    assert_eq!(labels(&items), ["cpu", "memory"]);
    let items = complete(&mut editor, "  zones = 2\n", "  zo|\n");
    let zones = items.as_array().unwrap().iter().find(|item| item["label"] == "zones").unwrap();
    assert_snapshot!(format!("{zones:#}"), @r#"
    {
      "label": "zones",
      "kind": 5,
      "detail": "list of string",
      "documentation": {
        "kind": "markdown",
        "value": "`zones`: list of string\n\nHow many availability zones it spans (the region's first ones), or which.\n\na region's code and the zone's letter: `us-west-2a`"
      },
      "sortText": "1zones",
      "insertTextFormat": 2,
      "textEdit": {
        "range": {
          "start": {
            "line": 40,
            "character": 2
          },
          "end": {
            "line": 40,
            "character": 4
          }
        },
        "newText": "zones = [$1]"
      }
    }
    "#);
}

fn univaf_text() -> String {
    include_str!("../stacks/univaf/stack.hcl").to_owned()
}

#[test]
fn hovering_says_what_something_is() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let mut said = |place: &str| {
        let hover = editor.ask("textDocument/hover", editor.at(UNIVAF, place));
        hover["contents"]["value"].as_str().unwrap_or("nothing").to_owned()
    };
    assert_snapshot!(said("storage|_gib    = 48"), @r#"
    `storage_gib`: number, required

    Its storage in GiB, at least 20, with provisioned IOPS 100. It can grow, never shrink
    (Amazon RDS User Guide, "Amazon RDS DB instance storage").
    "#);
    assert_snapshot!(said("engine  = \"post|gres\""), @"
    `engine`: string, required

    The database engine. Changing it replaces the database.

    `postgres`, `mysql`, `mariadb`
    ");
    assert_snapshot!(said("clu|ster \"main\""), @"
    `cluster`

    An ECS cluster on Fargate, and the network that its tasks run in.

    It tells:

    - `arn`: The cluster's ARN.
    - `name`: The cluster's name.
    - `namespace_arn`: The ARN of its namespace, `null` where it has none.
    - `namespace_id`: The id of its namespace, `null` where it has none.
    - `namespace_name`: The name of its namespace, `null` where it has none.
    ");
    assert_snapshot!(said("API_URL            = local.api|_url"), @r#"
    `local.api_url`

    ```hcl
    api_url    = "https://${local.api_domain}"
    ```
    "#);
    assert_snapshot!(said("zone = input.domain|_name"), @"
    `input.domain_name`

    The domain that the API is served on.

    A value that is given from outside: a Terraform variable.
    ");
    assert_snapshot!(said("DB_USERNAME               = database.main.user|name"), @"
    `database.main.username`

    The master user's name.
    ");
    assert_snapshot!(said("image   = image.load|er"), @"
    `image.loader`

    An image that tasks run. Which tag or digest it has is said by the lock, `images.tf` in the
    root, and nowhere else; which it could have is said by its policy.

    ---

    `stacks/univaf/images.tf` says: `b5735582`
    ");
    assert_snapshot!(said("back|end \"cloud\""), @r#"
    `backend`: block, labelled

    Where Terraform keeps its state: `backend "cloud"`, `backend "s3"`, `backend "gcs"`,
    `backend "azurerm"` or `backend "local"`.
    "#);
    assert_eq!(said("# Data load|ers"), "nothing");
    let text = project.read(UNIVAF).replacen("zones = 2", "zone = 2", 1);
    editor.retype(UNIVAF, &text);
    let position = position(&text, "zo|ne = 2");
    let params = json!({"textDocument": {"uri": editor.uri(UNIVAF)}, "position": position});
    assert_snapshot!(editor.ask("textDocument/hover", params)["contents"]["value"].as_str().unwrap(), @r#"
    **SW102 unknown-field**

    A field that this block does not have.

    A field that was passed over in silence would be a setting that somebody believes in.

    Wrong:

    ```hcl
    network "main" {
      cidr  = "10.0.0.0/16"
      zonse = 3
    }
    ```

    Right:

    ```hcl
    network "main" {
      cidr  = "10.0.0.0/16"
      zones = 3
    }
    ```
    "#);
}

#[test]
fn a_name_leads_to_what_it_names_and_back() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let mut definition = |path: &str, place: &str| {
        let found = editor.ask("textDocument/definition", editor.at(path, place));
        places(&editor, &found)
    };
    assert_snapshot!(definition(UNIVAF, "DB_HOST                   = database.ma|in.host"), @"stacks/univaf/stack.hcl:68:11");
    assert_snapshot!(definition(UNIVAF, "password       = input.db_pass|word"), @"stacks/univaf/stack.hcl:14:8");
    assert_snapshot!(definition(UNIVAF, "API_URL            = local.api|_url"), @"stacks/univaf/stack.hcl:36:3");
    // A component's kind is its module, an image's label what the lock says.
    assert_snapshot!(definition(UNIVAF, "data|base \"main\""), @"modules/database/main.tf:1:1");
    assert_snapshot!(definition(UNIVAF, "image \"load|er\""), @"stacks/univaf/images.tf:10:5");
    editor.open("stacks/univaf/images.tf");
    let found =
        editor.ask("textDocument/definition", editor.at("stacks/univaf/images.tf", "load|er "));
    assert_snapshot!(places(&editor, &found), @"stacks/univaf/stack.hcl:56:8");
    let mut params = editor.at(UNIVAF, "image \"load|er\"");
    params["context"] = json!({"includeDeclaration": true});
    let found = editor.ask("textDocument/references", params);
    assert_snapshot!(places(&editor, &found), @"
    stacks/univaf/stack.hcl:56:8
    stacks/univaf/stack.hcl:236:19
    stacks/univaf/images.tf:10:5
    ");
    let found =
        editor.ask("textDocument/documentHighlight", editor.at(UNIVAF, "topic \"al|arms\""));
    let kinds: Vec<&Value> = found.as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, [3, 2], "written, then read");
}

#[test]
fn a_document_and_a_workspace_have_outlines() {
    let project = univaf::rendered();
    project.write("stacks/demo/stack.hcl", crate::support::STACK);
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let uri = editor.uri(UNIVAF);
    let symbols = editor.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
    let names: Vec<&str> =
        symbols.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert!(names.starts_with(&["stack \"univaf\"", "input \"domain_name\""]), "{names:?}");
    let loaders =
        symbols.as_array().unwrap().iter().find(|it| it["name"] == "loaders \"source\"").unwrap();
    assert_eq!(loaders["children"][0]["name"], "loader \"njvss\"");
    let found = editor.ask("workspace/symbol", json!({"query": "network"}));
    let found: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            format!("{} {}", it["containerName"].as_str().unwrap(), it["name"].as_str().unwrap())
        })
        .collect();
    assert_eq!(found, ["demo network.main", "univaf network.main"]);
    let other = Project::with(crate::support::STACK);
    let folder = json!({"uri": format!("file://{}", other.path("").display()), "name": "other"});
    editor.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({"event": {"added": [folder], "removed": []}}),
    );
    let found = editor.ask("workspace/symbol", json!({"query": "network"}));
    assert_eq!(found.as_array().unwrap().len(), 3);
    let folds = editor.ask("textDocument/foldingRange", json!({"textDocument": {"uri": uri}}));
    assert_eq!(folds[0], json!({"startLine": 1, "endLine": 7}));
    let mut flat = Editor::with(&project, &[], json!({}));
    flat.open(UNIVAF);
    let symbols = flat.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
    assert!(
        symbols.as_array().unwrap().iter().any(|it| it["containerName"] == "loaders \"source\"")
    );
    // One that knows no versions gets edits without.
    let mut params = flat.at(UNIVAF, "repository \"load|er\"");
    params["newName"] = json!("jobs");
    let edit = flat.ask("textDocument/rename", params);
    assert_eq!(edit["changes"][&uri].as_array().unwrap().len(), 3, "{edit:#}");
}

#[test]
fn a_database_is_renamed_and_nothing_is_destroyed() {
    let project = univaf::rendered();
    commit(&project);
    project.write("stacks/univaf/extra.tf.j2", "# {{ database.main.name }}\n");
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let place = editor.at(UNIVAF, "access        = [database.ma|in]");
    let prepared = editor.ask("textDocument/prepareRename", place.clone());
    assert_eq!(prepared["placeholder"], "main");
    let mut params = place;
    params["newName"] = json!("primary");
    let edit = editor.ask("textDocument/rename", params);
    let said = editor.notification();
    assert_snapshot!(said["params"]["message"].as_str().unwrap(), @"not edited, and seem to name it: stacks/univaf/extra.tf.j2:1");
    fs::remove_file(project.path("stacks/univaf/extra.tf.j2")).unwrap();
    let before = project.read(UNIVAF);
    let after = edited(&before, edits(&edit));
    let diff = similar::TextDiff::from_lines(before.as_str(), after.as_str());
    assert_snapshot!(diff.unified_diff().context_radius(0), @r#"
    @@ -48 +48 @@
    -  access        = [database.main]
    +  access        = [database.primary]
    @@ -68 +68,2 @@
    -database "main" {
    +database "primary" {
    +  renamed_from = "main"
    @@ -136 +137 @@
    -  access        = [database.main]
    +  access        = [database.primary]
    @@ -143,3 +144,3 @@
    -    DB_HOST                   = database.main.host
    -    DB_NAME                   = database.main.database
    -    DB_USERNAME               = database.main.username
    +    DB_HOST                   = database.primary.host
    +    DB_NAME                   = database.primary.database
    +    DB_USERNAME               = database.primary.username
    @@ -303 +304 @@
    -  access   = [database.main, bucket.data_snapshots]
    +  access   = [database.primary, bucket.data_snapshots]
    @@ -309,3 +310,3 @@
    -    DB_HOST                 = database.main.host
    -    DB_NAME                 = database.main.database
    -    DB_USERNAME             = database.main.username
    +    DB_HOST                 = database.primary.host
    +    DB_NAME                 = database.primary.database
    +    DB_USERNAME             = database.primary.username
    @@ -322 +323 @@
    -output "db_host" { value = database.main.host }
    +output "db_host" { value = database.primary.host }
    "#);
    assert_eq!(editor.retype(UNIVAF, &after), [Value::Null; 0]);
    project.write(UNIVAF, &after);
    assert_snapshot!(project.run(&["render"]).success(), @"
    updated stacks/univaf/bastion.tf
    updated stacks/univaf/databases.tf
    created stacks/univaf/moved.tf
    updated stacks/univaf/outputs.tf
    updated stacks/univaf/scheduled_tasks.tf
    updated stacks/univaf/services.tf
    ");
    assert_snapshot!(project.read("stacks/univaf/moved.tf"), @"
    # Rendered by stackwright from stack univaf; edits are lost. sha256:0598ea9596319b64

    moved {
      from = module.database_main
      to   = module.database_primary
    }
    ");
    if terraform(&project.path(""), &["version"]).is_some() {
        let plan =
            project.finish(command(&project, &["plan", "--base", "HEAD", "--format", "json"]));
        let report: Value = serde_json::from_str(&plan.out).unwrap();
        let counts = &report["roots"][0]["counts"];
        for what in ["create", "update", "replace", "destroy"] {
            assert_eq!(counts[what], 0, "{what}: {report:#}");
        }
    }
    // Again, and back.
    editor.project.write(UNIVAF, &after);
    let rename = |editor: &mut Editor<'_>, place: &str, label: &str| {
        let mut params = editor.at(UNIVAF, place);
        params["newName"] = json!(label);
        let edit = editor.ask("textDocument/rename", params);
        edited(&editor.project.read(UNIVAF), edits(&edit))
    };
    let again = rename(&mut editor, "database \"prim|ary\"", "chief");
    assert!(again.contains("renamed_from = [\"main\", \"primary\"]"), "it was rendered:\n{again}");
    let back = rename(&mut editor, "database \"prim|ary\"", "main");
    assert_eq!(back, before);
}

#[test]
fn what_cannot_be_renamed_is_refused_before_a_name_is_asked_for() {
    let project = univaf::rendered();
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let place = editor.at(UNIVAF, "zo|nes = 2");
    assert_snapshot!(editor.refused("textDocument/prepareRename", place), @"-32803 only labels of components and rows, inputs and named values can be renamed");
    let mut params = editor.at(UNIVAF, "repository \"load|er\"");
    params["newName"] = json!("server");
    assert_snapshot!(editor.refused("textDocument/rename", params), @r#"-32803 there is a `repository` "server" already"#);
    let mut params = editor.at(UNIVAF, "input \"db_pass|word\"");
    params["newName"] = json!("password");
    let edit = editor.ask("textDocument/rename", params);
    assert_eq!(edits(&edit).as_array().unwrap().len(), 2);
    assert_snapshot!(editor.notification()["params"]["message"].as_str().unwrap(), @"`var.db_password` becomes `var.password`: whoever gives it a value (`terraform.tfvars`, `TF_VAR_db_password`, the workspace) has to name it so");
}

#[test]
fn a_description_is_laid_out_with_few_edits() {
    let project = univaf::rendered();
    let ugly =
        project.read(UNIVAF).replacen("  cidr  = \"172.17.0.0/16\"", "cidr=\"172.17.0.0/16\"", 1);
    project.write(UNIVAF, &ugly);
    let mut editor = Editor::start(&project);
    editor.open(UNIVAF);
    let mut params = json!({
        "textDocument": {"uri": editor.uri(UNIVAF)}, "options": {"tabSize": 2, "insertSpaces": true},
    });
    let edits = editor.ask("textDocument/formatting", params.clone());
    let laid_out = edited(&ugly, &edits);
    assert!(laid_out.contains("  cidr  = \"172.17.0.0/16\"\n"), "{edits:#}");
    // Names may move, values stay untouched.
    let is_small = |it: &Value| !it["newText"].as_str().unwrap().contains(['"', '\n']);
    assert!(edits.as_array().unwrap().iter().all(is_small), "{edits:#}");
    params["range"] =
        json!({"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}});
    assert_eq!(editor.ask("textDocument/rangeFormatting", params.clone()), json!([]));
    editor.retype(UNIVAF, &laid_out);
    assert_eq!(editor.ask("textDocument/formatting", params), json!([]));
}

#[test]
fn the_log_is_on_standard_error_and_holds_no_text() {
    let project = univaf::rendered();
    let mut editor = Editor::with(&project, &["-vvv"], json!({}));
    let uri = editor.uri(UNIVAF);
    let secret = "hunter2-on-stage";
    let text = univaf_text().replacen("input.db_password\n", &format!("\"{secret}\"\n"), 1);
    editor.open_uri(&uri, &text);
    let found = editor.diagnostics(UNIVAF);
    assert!(!found.is_empty());
    assert!(!found.iter().any(|it| it.to_string().contains(secret)), "{found:?}");
    editor.tell("textDocument/didOpen", json!({"textDocument": {"text": secret}}));
    editor.refused("textDocument/hover", json!({"textDocument": secret}));
    editor.send(&format!("{{\"{secret}"));
    editor.notification();
    let (code, log) = editor.end();
    assert_eq!(code, Some(0));
    assert!(log.contains("a notification cannot be read"), "{log}");
    assert!(!log.contains(secret), "{log}");
}
