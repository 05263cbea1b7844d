//! What shells, `man` and editors are told.

use serde_json::Value;

use crate::support::Project;

#[test]
fn every_shell_completes_every_command() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = project.run(&["completions", shell]).success();
        for word in ["render", "environments", "release-hold"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let run = project.run(&["completions", "csh"]).code(1);
    assert!(run.err.contains("possible values: bash"), "{run}");
}

#[test]
fn there_is_a_page_for_each_command() {
    let project = Project::empty();
    let page = project.run(&["man"]).success();
    assert!(page.contains(".TH stackwright 1"), "{page}");
    std::fs::create_dir(project.path("man")).unwrap();
    assert_eq!(project.run(&["man", "--out", "man"]).success(), "");
    let pages: Vec<String> = project.files().into_iter().map(|(path, _)| path).collect();
    for page in ["man/stackwright.1", "man/stackwright-bump.1", "man/stackwright-images-verify.1"] {
        assert!(pages.iter().any(|path| path == page), "{pages:?}");
    }
    let run = project.run(&["man", "--out", "nowhere"]).code(1);
    assert!(run.err.contains("cannot write pages to `nowhere`"), "{run}");
}

#[test]
fn the_schema_needs_no_project() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = Project::empty().command(&["schema"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["$defs"]["service"]["properties"]["renamed_from"].is_object());
}
