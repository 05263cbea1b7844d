//! A list of diagnostics for programs and for places other than a terminal.
//!
//! One function a format. Lines and columns count from 1, columns count characters, and an end is
//! one past the last character.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::json::{Position, Problem, Related, Suggestion};
use super::snippet::one_line;
use crate::diagnostic::{ALL_CODES, Code, Diagnostic, Label, Sources, Span};
use crate::explain::{Explanation, PAGE};

/// `path:line:column: error[SW102] message`, one a line, as editors and `grep` read it.
pub fn concise(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut lines = String::new();
    for diagnostic in diagnostics {
        if let Some(label) = &diagnostic.primary {
            lines += &one_line(&sources.place(label.span));
            lines += ": ";
        }
        let Diagnostic { code, message, .. } = diagnostic;
        let _ = writeln!(lines, "{}[{code}] {}", diagnostic.severity.name(), one_line(message));
    }
    lines
}

/// Annotations of GitHub Actions (GitHub Docs, "Workflow commands for GitHub Actions").
pub fn github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut lines = String::new();
    for diagnostic in diagnostics {
        let mut properties = Vec::new();
        if let Some(Label { span, .. }) = &diagnostic.primary {
            let [start, end] = ends(*span, sources);
            properties.push(("file", sources.get(span.file).path.clone()));
            properties.push(("line", start.line.to_string()));
            properties.push(("endLine", end.line.to_string()));
            // The runner takes columns only for annotations of one line.
            if start.line == end.line {
                properties.push(("col", start.column.to_string()));
                properties.push(("endColumn", end.column.to_string()));
            }
        }
        properties.push(("title", title(diagnostic.code)));
        let properties: Vec<_> = properties
            .into_iter()
            .map(|(key, value)| format!("{key}={}", github_property(&value)))
            .collect();
        let _ = writeln!(
            lines,
            "::{} {}::{}",
            diagnostic.severity.name(),
            properties.join(","),
            github_data(&with_help(diagnostic)),
        );
    }
    lines
}

/// One object for each diagnostic.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Problem> {
    let place = |span: Span| {
        let [start, end] = ends(span, sources).map(Some);
        (sources.get(span.file).path.clone(), start, end)
    };
    let problem = |diagnostic: &Diagnostic| {
        let primary = diagnostic.primary.as_ref().map(|primary| place(primary.span));
        let (path, start, end) = match primary {
            Some((path, start, end)) => (Some(path), start, end),
            None => (None, None, None),
        };
        let related = diagnostic.related.iter().map(|label| {
            let (path, start, end) = place(label.span);
            Related { path, start, end, message: label.text.clone() }
        });
        let suggestion = diagnostic.suggestion.as_ref().map(|repair| {
            let (path, start, end) = place(repair.span);
            Suggestion { path, start, end, replacement: repair.replacement.clone() }
        });
        Problem {
            code: diagnostic.code.id.to_owned(),
            name: diagnostic.code.name.to_owned(),
            severity: diagnostic.severity.name().to_owned(),
            message: diagnostic.message.clone(),
            path,
            start,
            end,
            related: related.collect(),
            help: diagnostic.help.clone(),
            suggestion,
        }
    };
    diagnostics.iter().map(problem).collect()
}

/// A log for code scanning ("Static Analysis Results Interchange Format (SARIF) Version 2.1.0").
pub fn sarif(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let mut rules: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    rules.sort_unstable();
    rules.dedup();
    let mut seen = BTreeMap::new();
    let results = diagnostics.iter().map(|diagnostic| {
        let fingerprint = fingerprint(diagnostic, sources);
        let nth: &mut u32 = seen.entry(fingerprint.clone()).or_default();
        *nth += 1;
        let mut result = json!({
            "ruleId": diagnostic.code.id,
            "ruleIndex": rules.binary_search(&diagnostic.code).unwrap_or_default(),
            "level": diagnostic.severity.name(),
            "message": sarif_message(&with_help(diagnostic)),
            "locations": sarif_locations(diagnostic.primary.as_slice(), sources),
            "relatedLocations": sarif_locations(&diagnostic.related, sources),
            "partialFingerprints": {"stackwright/v1": format!("{fingerprint}:{nth}")},
        });
        if let Some(repair) = &diagnostic.suggestion {
            result["fixes"] = json!([{"artifactChanges": [{
                "artifactLocation": sarif_artifact(repair.span, sources),
                "replacements": [{
                    "deletedRegion": sarif_region(repair.span, sources),
                    "insertedContent": {"text": repair.replacement},
                }],
            }]}]);
        }
        result
    });
    let results: Vec<_> = results.collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(sarif_rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn title(code: Code) -> String {
    format!("{} {}", code.id, code.name)
}

fn with_help(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.iter().map(|help| format!("\nhelp: {help}"));
    std::iter::once(diagnostic.message.clone()).chain(help).collect()
}

/// Where a span starts and ends.
fn ends(span: Span, sources: &Sources) -> [Position; 2] {
    let source = sources.get(span.file);
    [span.start, span.end.max(span.start)].map(|offset| {
        let (line, column) = source.line_column(offset);
        Position { line, column }
    })
}

/// As `@actions/core` escapes the text of a command.
pub(super) fn github_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `@actions/core` escapes a property of a command.
pub(super) fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

fn sarif_rule(code: &Code) -> Value {
    let explanation = Explanation::of(*code);
    let mut rule = json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": format!("{}.", explanation.summary())},
        "fullDescription": {"text": explanation.rule},
        "help": {"text": explanation.prose(), "markdown": super::explain::body(&explanation)},
    });
    if ALL_CODES.contains(code) {
        let page = format!("{}/blob/main/{PAGE}", env!("CARGO_PKG_REPOSITORY"));
        rule["helpUri"] = json!(format!("{page}#{}", super::explain::anchor(*code)));
    }
    rule
}

fn sarif_locations(labels: &[Label], sources: &Sources) -> Vec<Value> {
    let locations = labels.iter().map(|Label { span, text }| {
        let mut location = json!({"physicalLocation": {
            "artifactLocation": sarif_artifact(*span, sources),
            "region": sarif_region(*span, sources),
        }});
        if !text.is_empty() {
            location["message"] = sarif_message(text);
        }
        location
    });
    locations.collect()
}

fn sarif_artifact(span: Span, sources: &Sources) -> Value {
    json!({"uri": uri(&sources.get(span.file).path), "uriBaseId": "%SRCROOT%"})
}

fn sarif_region(span: Span, sources: &Sources) -> Value {
    let [start, end] = ends(span, sources);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// Single braces would be placeholders (SARIF, 3.11.5).
fn sarif_message(text: &str) -> Value {
    json!({"text": text.replace('{', "{{").replace('}', "}}")})
}

/// What stays the same when lines are added above: the rule, the file and the message.
fn fingerprint(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let path = diagnostic.primary.as_ref().map_or("", |label| &sources.get(label.span.file).path);
    let identity = [diagnostic.code.id, path, &diagnostic.message].join("\0");
    Sha256::digest(identity)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A path as a relative reference (RFC 3986, 2.3: everything but unreserved is encoded).
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::diagnostic::codes;

    /// A usual error, a warning full of traps, one of several lines and one without a place.
    fn fixture() -> (Vec<Diagnostic>, Sources) {
        let mut sources = Sources::default();
        let main = sources.add("shop/main.hcl", "service \"é\" {\n  netwrk = network.main\n}\n");
        let trap = sources.add("a b,c:d|`%\n\u{1b}.hcl", "x = 1\n");
        let diagnostics = vec![
            Diagnostic::error(codes::UNKNOWN_FIELD, "unknown field `netwrk`")
                .at(Span::new(main, 17..23), "not a field of `service`")
                .also(Span::new(main, 0..12), "in this service")
                .help("there is a field `network`")
                .help("see the reference")
                .suggest(Span::new(main, 17..23), "network"),
            Diagnostic::warning(codes::BAD_VALUE, "`a|b` @all <b>5%,\r\n${x}</b> ``")
                .at(Span::new(trap, 4..5), ""),
            Diagnostic::error(codes::NO_STACK, "no `stack` here")
                .at(Span::new(main, 0..43), "")
                .also(Span::new(trap, 0..0), "but `here"),
            Diagnostic::error(codes::UNREADABLE, "cannot read `shop`"),
        ];
        (diagnostics, sources)
    }

    /// One item of an array a line.
    fn lines(array: &Value) -> String {
        let items = array.as_array().unwrap().iter().map(Value::to_string);
        items.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn concise_is_one_line_each() {
        let (diagnostics, sources) = fixture();
        assert_snapshot!(concise(&diagnostics, &sources), @r"
        shop/main.hcl:2:3: error[SW102] unknown field `netwrk`
        a b,c:d|`% ␛.hcl:1:5: warning[SW201] `a|b` @all <b>5%,  ${x}</b> ``
        shop/main.hcl:1:1: error[SW110] no `stack` here
        error[SW001] cannot read `shop`
        ");
    }

    #[test]
    fn github_gets_workflow_commands() {
        let (diagnostics, sources) = fixture();
        assert_snapshot!(github(&diagnostics, &sources), @r"
        ::error file=shop/main.hcl,line=2,endLine=2,col=3,endColumn=9,title=SW102 unknown-field::unknown field `netwrk`%0Ahelp: there is a field `network`%0Ahelp: see the reference
        ::warning file=a b%2Cc%3Ad|`%25%0A.hcl,line=1,endLine=1,col=5,endColumn=6,title=SW201 bad-value::`a|b` @all <b>5%25,%0D%0A${x}</b> ``
        ::error file=shop/main.hcl,line=1,endLine=4,title=SW110 no-stack::no `stack` here
        ::error title=SW001 unreadable::cannot read `shop`
        ");
    }

    #[test]
    fn json_has_every_key_always() {
        let (diagnostics, sources) = fixture();
        assert_snapshot!(lines(&serde_json::to_value(json(&diagnostics, &sources)).unwrap()), @r#"
        {"code":"SW102","name":"unknown-field","severity":"error","message":"unknown field `netwrk`","path":"shop/main.hcl","start":{"line":2,"column":3},"end":{"line":2,"column":9},"related":[{"path":"shop/main.hcl","start":{"line":1,"column":1},"end":{"line":1,"column":12},"message":"in this service"}],"help":["there is a field `network`","see the reference"],"suggestion":{"path":"shop/main.hcl","start":{"line":2,"column":3},"end":{"line":2,"column":9},"replacement":"network"}}
        {"code":"SW201","name":"bad-value","severity":"warning","message":"`a|b` @all <b>5%,\r\n${x}</b> ``","path":"a b,c:d|`%\n\u001b.hcl","start":{"line":1,"column":5},"end":{"line":1,"column":6},"related":[],"help":[],"suggestion":null}
        {"code":"SW110","name":"no-stack","severity":"error","message":"no `stack` here","path":"shop/main.hcl","start":{"line":1,"column":1},"end":{"line":4,"column":1},"related":[{"path":"a b,c:d|`%\n\u001b.hcl","start":{"line":1,"column":1},"end":{"line":1,"column":1},"message":"but `here"}],"help":[],"suggestion":null}
        {"code":"SW001","name":"unreadable","severity":"error","message":"cannot read `shop`","path":null,"start":null,"end":null,"related":[],"help":[],"suggestion":null}
        "#);
    }

    #[test]
    fn sarif_is_one_run() {
        let (diagnostics, sources) = fixture();
        let mut log = sarif(&diagnostics, &sources);
        let results = log["runs"][0]["results"].take();
        let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
        let rest = log.to_string().replace(env!("CARGO_PKG_VERSION"), "[version]");
        assert_snapshot!(rest, @r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"stackwright","version":"[version]","informationUri":"https://github.com/stackwright/stackwright","rules":null}},"columnKind":"unicodeCodePoints","results":null}]}"#);
        assert_snapshot!(lines(&rules), @r#"
        {"id":"SW001","name":"unreadable","shortDescription":{"text":"A file cannot be read: permissions, a folder in its place, an I/O error."},"fullDescription":{"text":"A file cannot be read: permissions, a folder in its place, an I/O error."},"help":{"text":"A file cannot be read: permissions, a folder in its place, an I/O error.\n\nNothing is rendered, since what cannot be read would count as taken out of the description. Look at it with `ls -ld <path>`, and make it a file that you can read.","markdown":"A file cannot be read: permissions, a folder in its place, an I/O error.\n\nNothing is rendered, since what cannot be read would count as taken out of the description. Look at it with `ls -ld <path>`, and make it a file that you can read.\n"},"helpUri":"https://github.com/stackwright/stackwright/blob/main/docs/codes.md#sw001"}
        {"id":"SW102","name":"unknown-field","shortDescription":{"text":"A field that this block does not have."},"fullDescription":{"text":"A field that this block does not have."},"help":{"text":"A field that this block does not have.\n\nA field that was passed over in silence would be a setting that somebody believes in.","markdown":"A field that this block does not have.\n\nA field that was passed over in silence would be a setting that somebody believes in.\n\nWrong:\n\n```hcl\nnetwork \"main\" {\n  cidr  = \"10.0.0.0/16\"\n  zonse = 3\n}\n```\n\nRight:\n\n```hcl\nnetwork \"main\" {\n  cidr  = \"10.0.0.0/16\"\n  zones = 3\n}\n```\n"},"helpUri":"https://github.com/stackwright/stackwright/blob/main/docs/codes.md#sw102"}
        {"id":"SW110","name":"no-stack","shortDescription":{"text":"A description has exactly one `stack` block, named as its folder."},"fullDescription":{"text":"A description has exactly one `stack` block, named as its folder."},"help":{"text":"A description has exactly one `stack` block, named as its folder.\n\nThe name is part of default names and of the state's key. The folder of the examples here is `stacks/shop`.","markdown":"A description has exactly one `stack` block, named as its folder.\n\nThe name is part of default names and of the state's key. The folder of the examples here is `stacks/shop`.\n\nWrong:\n\n```hcl\nstack \"store\" {\n  region = \"us-west-2\"\n}\n```\n\nRight:\n\n```hcl\nstack \"shop\" {\n  region = \"us-west-2\"\n}\n```\n"},"helpUri":"https://github.com/stackwright/stackwright/blob/main/docs/codes.md#sw110"}
        {"id":"SW201","name":"bad-value","shortDescription":{"text":"A value that AWS or Terraform refuses on its own; the message names the rule."},"fullDescription":{"text":"A value that AWS or Terraform refuses on its own; the message names the rule."},"help":{"text":"A value that AWS or Terraform refuses on its own; the message names the rule.","markdown":"A value that AWS or Terraform refuses on its own; the message names the rule.\n\nWrong:\n\n```hcl\ndatabase \"main\" {\n  network            = network.main\n  engine             = \"postgres\"\n  engine_version     = \"17\"\n  instance_class     = \"db.t4g.small\"\n  storage_gib        = 50\n  maintenance_window = \"sunday 3:00\"\n}\n```\n\nRight:\n\n```hcl\ndatabase \"main\" {\n  network            = network.main\n  engine             = \"postgres\"\n  engine_version     = \"17\"\n  instance_class     = \"db.t4g.small\"\n  storage_gib        = 50\n  maintenance_window = \"sun:03:00-sun:04:00\"\n}\n```\n"},"helpUri":"https://github.com/stackwright/stackwright/blob/main/docs/codes.md#sw201"}
        "#);
        assert_snapshot!(lines(&results), @r#"
        {"ruleId":"SW102","ruleIndex":1,"level":"error","message":{"text":"unknown field `netwrk`\nhelp: there is a field `network`\nhelp: see the reference"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"shop/main.hcl","uriBaseId":"%SRCROOT%"},"region":{"startLine":2,"startColumn":3,"endLine":2,"endColumn":9}},"message":{"text":"not a field of `service`"}}],"relatedLocations":[{"physicalLocation":{"artifactLocation":{"uri":"shop/main.hcl","uriBaseId":"%SRCROOT%"},"region":{"startLine":1,"startColumn":1,"endLine":1,"endColumn":12}},"message":{"text":"in this service"}}],"partialFingerprints":{"stackwright/v1":"5f940ee6fbbb73a9e0cb5827d4245727:1"},"fixes":[{"artifactChanges":[{"artifactLocation":{"uri":"shop/main.hcl","uriBaseId":"%SRCROOT%"},"replacements":[{"deletedRegion":{"startLine":2,"startColumn":3,"endLine":2,"endColumn":9},"insertedContent":{"text":"network"}}]}]}]}
        {"ruleId":"SW201","ruleIndex":3,"level":"warning","message":{"text":"`a|b` @all <b>5%,\r\n${{x}}</b> ``"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b%2Cc%3Ad%7C%60%25%0A%1B.hcl","uriBaseId":"%SRCROOT%"},"region":{"startLine":1,"startColumn":5,"endLine":1,"endColumn":6}}}],"relatedLocations":[],"partialFingerprints":{"stackwright/v1":"42d85c504e87bf4f081b7b1b28f5b676:1"}}
        {"ruleId":"SW110","ruleIndex":2,"level":"error","message":{"text":"no `stack` here"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"shop/main.hcl","uriBaseId":"%SRCROOT%"},"region":{"startLine":1,"startColumn":1,"endLine":4,"endColumn":1}}}],"relatedLocations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b%2Cc%3Ad%7C%60%25%0A%1B.hcl","uriBaseId":"%SRCROOT%"},"region":{"startLine":1,"startColumn":1,"endLine":1,"endColumn":1}},"message":{"text":"but `here"}}],"partialFingerprints":{"stackwright/v1":"ad5539fd3e7d20ee4efeb3b2f99fe6a8:1"}}
        {"ruleId":"SW001","ruleIndex":0,"level":"error","message":{"text":"cannot read `shop`"},"locations":[],"relatedLocations":[],"partialFingerprints":{"stackwright/v1":"d086134ac153710444478759cfe33d42:1"}}
        "#);
    }

    #[test]
    fn equal_findings_have_different_fingerprints() {
        let (diagnostics, sources) = fixture();
        let twice = [diagnostics[0].clone(), diagnostics[0].clone()];
        let log = sarif(&twice, &sources);
        let print = |n: usize| &log["runs"][0]["results"][n]["partialFingerprints"];
        assert_ne!(print(0), print(1));
    }
}
