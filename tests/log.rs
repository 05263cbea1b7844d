//! The log on standard error.

use crate::support::{Project, STACK};

#[test]
fn a_good_run_logs_nothing() {
    assert_eq!(Project::with(STACK).run(&["render"]).code(0).err, "");
}

#[test]
fn verbose_says_what_is_done() {
    let run = Project::with(STACK).run(&["render", "-v"]).code(0);
    assert!(run.err.contains("found the project"), "{}", run.err);
    assert!(run.err.contains("rendered"), "{}", run.err);
}

#[test]
fn mozlog_is_one_object_a_line_in_the_order_of_its_specification() {
    let run = Project::with(STACK).run(&["render", "-v", "--log-format", "mozlog"]).code(0);
    for line in run.err.lines() {
        let entry: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        let keys: Vec<&str> = entry.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["Timestamp", "Type", "Logger", "Hostname", "EnvVersion", "Severity", "Pid", "Fields"]
        );
        assert_eq!(entry["Logger"], "stackwright");
        assert_eq!(entry["Severity"], 6);
    }
    assert!(run.err.lines().count() >= 2);
}

#[test]
fn json_is_one_object_a_line() {
    let run = Project::with(STACK).run(&["render", "-v", "--log-format", "json"]).code(0);
    for line in run.err.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}
