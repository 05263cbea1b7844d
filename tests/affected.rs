//! `stackwright affected`: with real git, on a project in which roots reach each other in every way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use stackwright::plan::root::Root;

use crate::support::git::{Clone, Remote, lock};
use crate::support::{Project, Run, STACK};

/// One stack with a module of the user's own that calls another one, one that reads a file, one of
/// several environments with a template, one in layers, and one that reads a file of another stack.
fn systems() -> Project {
    let project = Project::empty();
    let stack = |name: &str| STACK.replace("demo", name);
    project.write("stacks/alpha/stack.hcl", stack("alpha"));
    project
        .write("stacks/alpha/own.tf", "module \"own\" {\n  source = \"../../shared/outer\"\n}\n");
    project.write("stacks/alpha/extra.json", "{}\n");
    project.write("shared/outer/main.tf", "module \"inner\" {\n  source = \"../inner\"\n}\n");
    project.write("shared/inner/main.tf", "resource \"terraform_data\" \"x\" {}\n");
    project.write("stacks/beta/stack.hcl", stack("beta"));
    project.write(
        "stacks/beta/network.json.tf",
        "locals {\n  data = file(\"${path.module}/../../shared/data.json\")\n}\n",
    );
    project.write("shared/data.json", "{}\n");
    project.write(
        "stacks/gamma/stack.hcl",
        format!(
            "{}\nenvironment \"staging\" {{ cidr = \"10.1.0.0/16\" }}\nenvironment \"production\" {{ cidr = \"10.2.0.0/16\" }}\n",
            stack("gamma").replace("\"10.0.0.0/16\"", "environment.cidr"),
        ),
    );
    project.write("stacks/gamma/note.txt.j2", "{{ stack.name }}\n");
    project.write(
        "stacks/delta/stack.hcl",
        r#"stack "delta" {
  region = "us-west-2"

  backend "s3" { bucket = "states" }
}

layer "foundation" {
  network "main" { cidr = "10.0.0.0/16" }
}

layer "apps" {
  cluster "main" { network = network.main }

  image "web" { repository = "registry.example.org/web" }

  scheduled_task "web" {
    cluster  = cluster.main
    image    = image.web
    schedule = "rate(1 day)"
  }
}
"#,
    );
    project.write("stacks/delta/apps/images.tf", lock(&[("web", "v1")]));
    project.write("stacks/epsilon/stack.hcl", stack("epsilon"));
    project
        .write("stacks/epsilon/other.tf", "locals {\n  extra = file(\"../alpha/extra.json\")\n}\n");
    project.write("docs/readme.md", "Read me\n");
    project.write(".github/workflows/ci.yml", "on: push\n");
    project.write("stackwright.hcl", "# Where things are.\n");
    project.run(&["render"]).success();
    init(&project);
    project
}

fn init(project: &Project) {
    git(project, &["init", "-q", "-b", "main"]);
    commit(project);
}

fn commit(project: &Project) {
    git(project, &["add", "-A"]);
    git(project, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

fn git(project: &Project, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(args);
    command.args([""; 0]).current_dir(project.path("")).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn command(project: &Project, args: &[&str]) -> Command {
    let mut command = project.command(&[&["affected"], args].concat());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}

fn affected(project: &Project, args: &[&str]) -> Run {
    project.finish(command(project, args))
}

/// The names of the roots, between spaces.
#[track_caller]
fn names(project: &Project, args: &[&str]) -> String {
    let run = affected(project, &[&["--format", "names"], args].concat());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{}", run.out);
    run.out.trim_end().replace('\n', " ")
}

/// What is affected by one change, which is then undone.
#[track_caller]
fn by(project: &Project, change: impl FnOnce(&Project)) -> String {
    change(project);
    let names = names(project, &[]);
    git(project, &["checkout", "-q", "."]);
    git(project, &["clean", "-qfd"]);
    names
}

fn append(path: &'static str, text: &'static str) -> impl FnOnce(&Project) {
    move |project| {
        let before = fs::read_to_string(project.path(path)).unwrap_or_default();
        project.write(path, format!("{before}{text}"));
    }
}

#[test]
fn each_root_is_told_with_the_way_that_the_change_takes() {
    let project = systems();
    append("shared/inner/main.tf", "# more\n")(&project);
    append("modules/network/main.tf", "# more\n")(&project);
    append("shared/data.json", "\n")(&project);
    append("stacks/gamma/staging/own.tf", "# new\n")(&project);
    append("stacks/delta/apps/images.tf", "# new\n")(&project);
    project.write("docs/new.md", "new\n");
    assert_snapshot!(affected(&project, &[]), @"
    exit 0
    --- out
    alpha
      module modules/network/main.tf
        modules/network -> stacks/alpha
      module shared/inner/main.tf
        shared/inner -> shared/outer -> stacks/alpha
    beta
      module modules/network/main.tf
        modules/network -> stacks/beta
      named shared/data.json
    delta/apps
      lock stacks/delta/apps/images.tf
      layer modules/network/main.tf
        modules/network -> stacks/delta/foundation -> stacks/delta/apps
    delta/foundation
      module modules/network/main.tf
        modules/network -> stacks/delta/foundation
    epsilon
      module modules/network/main.tf
        modules/network -> stacks/epsilon
    gamma/production
      module modules/network/main.tf
        modules/network -> stacks/gamma/production
    gamma/staging
      file stacks/gamma/staging/own.tf
      module modules/network/main.tf
        modules/network -> stacks/gamma/staging
    7 roots of 5 stacks affected; the change cannot reach 0 roots
    --- err
    ");
}

#[test]
fn what_reaches_no_root_is_not_listed() {
    let project = systems();
    assert_eq!(by(&project, append("docs/readme.md", "more\n")), "");
    assert_eq!(by(&project, append(".github/workflows/ci.yml", "more\n")), "");
    assert_eq!(by(&project, append("modules/unused/main.tf", "# new\n")), "");
    assert_snapshot!(affected(&project, &["--exit-code"]), @"
    exit 0
    --- out
    nothing is affected: the change cannot reach 7 roots
    --- err
    ");
}

#[test]
fn a_change_reaches_what_it_can_and_nothing_else() {
    let project = systems();
    let cases: &[(&str, &str)] = &[
        ("stacks/alpha/stack.hcl", "alpha"),
        ("stacks/alpha/network.tf", "alpha"),
        ("stacks/alpha/files/deep.txt", "alpha"),
        ("stacks/alpha/extra.json", "alpha epsilon"),
        ("shared/outer/main.tf", "alpha"),
        ("shared/inner/new.tf", "alpha"),
        ("shared/data.json", "beta"),
        ("stacks/gamma/stack.hcl", "gamma/production gamma/staging"),
        ("stacks/gamma/note.txt.j2", "gamma/production gamma/staging"),
        ("stacks/gamma/_macros.j2", "gamma/production gamma/staging"),
        ("stacks/gamma/staging/note.txt.j2", "gamma/staging"),
        ("stacks/gamma/production/network.tf", "gamma/production"),
        ("stacks/delta/stack.hcl", "delta/apps delta/foundation"),
        // What a layer tells others does not change with an image that it runs.
        ("stacks/delta/apps/images.tf", "delta/apps"),
        ("stacks/delta/foundation/network.tf", "delta/apps delta/foundation"),
        ("modules/cluster/main.tf", "delta/apps"),
    ];
    for (path, expected) in cases {
        assert_eq!(by(&project, append(path, "# more\n")), *expected, "{path}");
    }
}

#[test]
fn of_the_project_file_only_what_moves_folders_reaches_roots() {
    let project = systems();
    let all = "alpha beta delta/apps delta/foundation epsilon gamma/production gamma/staging";
    let bump = "bump {\n  branch = \"main\"\n}\nvendor = \"all\"\n";
    assert_eq!(by(&project, append("stackwright.hcl", bump)), "");
    assert_eq!(by(&project, append("stackwright.hcl", "modules = \"parts\"\n")), all);
    // The folder of stacks is moved with its stacks.
    let moved = by(&project, |project| {
        append("stackwright.hcl", "stacks = \"infra\"\n")(project);
        git(project, &["mv", "stacks", "infra"]);
    });
    assert_eq!(moved, all);
}

#[test]
fn roots_that_are_gone_or_new_are_told_to_be() {
    let project = systems();
    fs::remove_dir_all(project.path("stacks/beta")).unwrap();
    fs::remove_dir_all(project.path("stacks/gamma/staging")).unwrap();
    project.edit("stacks/gamma/stack.hcl", "\"staging\"", "\"preview\"");
    project.write("stacks/zeta/stack.hcl", STACK.replace("demo", "zeta"));
    assert_snapshot!(affected(&project, &["--exit-code"]), @"
    exit 2
    --- out
    beta (gone)
      file stacks/beta/data.tf, and 4 more
      description stacks/beta/stack.hcl
    gamma/preview (not rendered yet)
      description stacks/gamma/stack.hcl
    gamma/production
      description stacks/gamma/stack.hcl
    gamma/staging (gone)
      file stacks/gamma/staging/data.tf, and 3 more
      description stacks/gamma/stack.hcl
    zeta (not rendered yet)
      description stacks/zeta/stack.hcl
    5 roots of 3 stacks affected; the change cannot reach 4 roots
    --- err
    ");
    let run = affected(&project, &["--format", "json"]).success();
    let json: Value = serde_json::from_str(&run).unwrap();
    let states = json["roots"].as_array().unwrap().iter();
    let states: Vec<String> =
        states.map(|root| format!("{} {}", root["name"], root["state"])).collect();
    assert_snapshot!(states.join("\n"), @r#"
    "beta" "gone"
    "gamma/preview" "new"
    "gamma/production" "present"
    "gamma/staging" "gone"
    "zeta" "new"
    "#);
}

#[test]
fn a_renamed_stack_is_two_changes() {
    let project = systems();
    git(&project, &["mv", "stacks/beta", "stacks/brand new"]);
    assert_eq!(names(&project, &[]), "beta brand new");
}

#[test]
fn a_description_that_cannot_be_read_is_said_and_its_roots_are_affected() {
    let project = systems();
    append("stacks/alpha/stack.hcl", "oops = \n")(&project);
    let now = affected(&project, &["--format", "names", "--base", "HEAD"]).code(0);
    commit(&project);
    git(&project, &["checkout", "-q", "HEAD~1", "--", "stacks/alpha"]);
    let then = affected(&project, &["--format", "names", "--base", "HEAD"]).code(0);
    let commit = git(&project, &["rev-parse", "--short=7", "HEAD"]);
    assert_snapshot!(format!("{now}{then}").replace(commit.trim(), "<commit>"), @"
    exit 0
    --- out
    alpha
    --- err
    warning[SW005]: expected a value
     --> stacks/alpha/stack.hcl:8:8
      |
    8 | oops = 
      |        ^
      |
      = help: write text in quotes, a number, a list or a reference
      = help: its roots count as affected

    exit 0
    --- out
    alpha
    --- err
    warning[SW005]: expected a value
     --> <commit>:stacks/alpha/stack.hcl:8:8
      |
    8 | oops = 
      |        ^
      |
      = help: write text in quotes, a number, a list or a reference
      = help: its roots count as affected
    ");
}

#[test]
fn a_project_file_that_could_not_be_read_counts_for_all() {
    let project = systems();
    append("stackwright.hcl", "oops = \n")(&project);
    commit(&project);
    git(&project, &["checkout", "-q", "HEAD~1", "--", "stackwright.hcl"]);
    let run = affected(&project, &["--format", "names", "--base", "HEAD"]).code(0);
    assert_eq!(run.out.lines().count(), 7, "{run}");
    assert!(run.err.contains("could not be read at the base"), "{run}");
}

#[test]
fn for_programs_and_for_a_matrix_of_jobs() {
    let project = systems();
    append("stacks/gamma/stack.hcl", "# more\n")(&project);
    append("shared/inner/main.tf", "# more\n")(&project);
    let base = git(&project, &["rev-parse", "HEAD"]);
    let json = affected(&project, &["--format", "json"]).success();
    assert_snapshot!(json.replace(base.trim(), "<base>"), @r#"
    {
      "version": 1,
      "base": "<base>",
      "head": null,
      "stacks": [
        "alpha",
        "gamma"
      ],
      "roots": [
        {
          "name": "alpha",
          "stack": "alpha",
          "folder": "stacks/alpha",
          "state": "present",
          "reasons": [
            {
              "path": "shared/inner/main.tf",
              "kind": "module",
              "way": [
                "shared/inner",
                "shared/outer",
                "stacks/alpha"
              ]
            }
          ]
        },
        {
          "name": "gamma/production",
          "stack": "gamma",
          "folder": "stacks/gamma/production",
          "state": "present",
          "reasons": [
            {
              "path": "stacks/gamma/stack.hcl",
              "kind": "description",
              "way": [
                "stacks/gamma/production"
              ]
            }
          ]
        },
        {
          "name": "gamma/staging",
          "stack": "gamma",
          "folder": "stacks/gamma/staging",
          "state": "present",
          "reasons": [
            {
              "path": "stacks/gamma/stack.hcl",
              "kind": "description",
              "way": [
                "stacks/gamma/staging"
              ]
            }
          ]
        }
      ],
      "unaffected": 4,
      "diagnostics": []
    }
    "#);
    let matrix = affected(&project, &["--format", "github-matrix", "--shards", "2"]).success();
    assert_snapshot!(matrix, @r#"{"include":[{"name":"alpha to gamma/production","stacks":"alpha,gamma/production"},{"name":"gamma/staging","stacks":"gamma/staging"}]}"#);
    let run = affected(&project, &["--format", "github-matrix", "--shards", "257"]).code(1);
    assert!(run.err.contains("257 is not in 1..=256"), "{run}");
}

#[test]
fn a_step_of_a_workflow_gets_its_outputs() {
    let project = systems();
    let set = |project: &Project| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut command = command(project, &["--github-output", "--shards", "1"]);
        command.env("GITHUB_OUTPUT", file.path());
        project.finish(command).exits(0);
        fs::read_to_string(file.path()).unwrap()
    };
    let nothing = set(&project);
    append("stacks/gamma/stack.hcl", "# more\n")(&project);
    assert_snapshot!(format!("{nothing}---\n{}", set(&project)), @r#"
    matrix<<EOF
    {"include":[]}
    EOF
    any<<EOF
    false
    EOF
    count<<EOF
    0
    EOF
    ---
    matrix<<EOF
    {"include":[{"name":"gamma/production to gamma/staging","stacks":"gamma/production,gamma/staging"}]}
    EOF
    any<<EOF
    true
    EOF
    count<<EOF
    2
    EOF
    "#);
    assert_snapshot!(affected(&project, &["--github-output"]), @"
    exit 1
    --- out
    --- err
    error[SW941]: the step's outputs cannot be set: `GITHUB_OUTPUT` names no file
     |
     = help: leave `--github-output` out where no GitHub Actions runs
    ");
}

#[test]
fn names_that_are_odd_are_names() {
    let project = systems();
    project.write("stacks/alpha/a \"quoted\" name\n.txt", "x");
    project.write("shared/größe.json", "{}");
    project.write("stacks/beta/more.tf", "locals {\n  x = file(\"../../shared/größe.json\")\n}\n");
    assert_snapshot!(affected(&project, &[]), @r#"
    exit 0
    --- out
    alpha
      file stacks/alpha/a "quoted" name␊.txt
    beta
      file stacks/beta/more.tf
      named shared/größe.json
    2 roots of 2 stacks affected; the change cannot reach 5 roots
    --- err
    "#);
    commit(&project);
    assert_eq!(by_base(&project, append("shared/größe.json", "\n")), "beta");
    project.write("stacks/a,b/stack.hcl", STACK);
    assert_eq!(affected(&project, &["--base", "HEAD"]).code(0).err, "");
    assert_snapshot!(affected(&project, &["--base", "HEAD", "--format", "github-matrix"]), @r#"
    exit 1
    --- out
    --- err
    error[SW942]: "a,b" cannot stand in a list
     |
     = help: give its folder a name without commas and control characters
    "#);
}

fn by_base(project: &Project, change: impl FnOnce(&Project)) -> String {
    change(project);
    names(project, &["--base", "HEAD"])
}

#[test]
fn links_and_repositories_in_repositories_are_followed() {
    use std::os::unix::fs::symlink;
    let project = systems();
    symlink("../../shared/common.tf", project.path("stacks/alpha/common.tf")).unwrap();
    symlink("../../shared/parts", project.path("stacks/beta/parts")).unwrap();
    symlink("../systems/zeta", project.path("stacks/zeta")).unwrap();
    project.write("systems/zeta/stack.hcl", STACK.replace("demo", "zeta"));
    project.write("systems/zeta/main.tf", "# by hand\n");
    project.write("shared/common.tf", "# common\n");
    project
        .write("shared/parts/part/main.tf", "module \"x\" {\n  source = \"../../../../deep\"\n}\n");
    project.write("deep/main.tf", "# deep\n");
    // A repository of its own, as a submodule is.
    project.write("vendor/lib/main.tf", "# lib\n");
    let inner = project.path("vendor/lib");
    let run = |args: &[&str]| {
        let user = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let done = Command::new("git").args(user).args(args).current_dir(&inner).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    run(&["init", "-q"]);
    run(&["add", "-A"]);
    run(&["commit", "-q", "-m", "x"]);
    project
        .write("stacks/epsilon/lib.tf", "module \"lib\" {\n  source = \"../../vendor/lib\"\n}\n");
    commit(&project);
    assert_eq!(by_base(&project, append("shared/common.tf", "# more\n")), "alpha");
    commit(&project);
    assert_eq!(by_base(&project, append("shared/parts/part/x.txt", "more\n")), "beta");
    commit(&project);
    assert_eq!(by_base(&project, append("deep/main.tf", "# more\n")), "beta");
    commit(&project);
    assert_eq!(by_base(&project, append("systems/zeta/main.tf", "# more\n")), "zeta");
    commit(&project);
    project.write("vendor/lib/main.tf", "# another\n");
    run(&["commit", "-q", "-a", "-m", "y"]);
    assert_eq!(names(&project, &["--base", "HEAD"]), "epsilon");
}

#[test]
fn a_named_head_is_read_from_its_commit() {
    let project = systems();
    let cases: &[(&str, &str)] = &[
        ("shared/inner/main.tf", "alpha"),
        ("stacks/gamma/staging/note.txt.j2", "gamma/staging"),
        ("modules/cluster/main.tf", "delta/apps"),
        ("docs/readme.md", ""),
    ];
    for (path, expected) in cases {
        git(&project, &["checkout", "-q", "-B", "work", "main"]);
        append(path, "# more\n")(&project);
        commit(&project);
        git(&project, &["checkout", "-q", "main"]);
        assert_eq!(names(&project, &["--head", "work"]), *expected, "{path}");
        assert_eq!(names(&project, &[]), "", "{path}");
    }
    git(&project, &["rm", "-q", "-r", "stacks", "stackwright.hcl"]);
    commit(&project);
    git(&project, &["checkout", "-q", "HEAD~1"]);
    assert_snapshot!(affected(&project, &["--head", "main"]), @"
    exit 1
    --- out
    --- err
    error[SW001]: there is no project at `main`
     |
     = help: compare a revision that has one
    ");
}

#[test]
fn the_base_is_where_the_branch_left_the_one_it_goes_to() {
    let project = systems();
    git(&project, &["checkout", "-q", "-b", "work"]);
    append("stacks/alpha/stack.hcl", "# more\n")(&project);
    commit(&project);
    git(&project, &["checkout", "-q", "main"]);
    append("stacks/beta/stack.hcl", "# more\n")(&project);
    commit(&project);
    git(&project, &["checkout", "-q", "work"]);
    assert_eq!(names(&project, &[]), "alpha", "what came on `main` since is not its own");
    assert_eq!(names(&project, &["--base", "main"]), "alpha beta");
    // What a pull request goes to is what GitHub says.
    git(&project, &["update-ref", "refs/remotes/origin/release", "HEAD"]);
    let mut command = command(&project, &["--format", "names"]);
    command.env("GITHUB_BASE_REF", "release");
    assert_eq!(project.finish(command).success(), "");
}

#[test]
fn what_there_is_nothing_to_compare_with_is_said() {
    let project = Project::rendered(STACK);
    let alone = affected(&project, &[]);
    init(&project);
    let unknown = affected(&project, &["--base", "nowhere"]);
    let option = affected(&project, &["--base=--all"]);
    assert_snapshot!(format!("{alone}{unknown}{option}"), @"
    exit 1
    --- out
    --- err
    error[SW606]: the project is in no git repository, so there is nothing to compare with
     |
     = help: name what to compare with: `--base <revision>`

    exit 1
    --- out
    --- err
    error[SW606]: there is no revision `nowhere`
     |
     = help: name what to compare with: `--base <revision>`

    exit 1
    --- out
    --- err
    error[SW606]: there is no revision `--all`
     |
     = help: name what to compare with: `--base <revision>`
    ");
}

#[test]
fn a_shallow_clone_is_told_to_fetch_more() {
    let remote = Remote::shop(&[("web", "v1")]);
    let writer = remote.clone_as("writer");
    writer.git(&["checkout", "-q", "-b", "work"]);
    writer.write("stacks/shop/note.md", "note");
    writer.commit_all("Note");
    writer.git(&["push", "-q", "origin", "work"]);
    writer.git(&["checkout", "-q", "main"]);
    writer.write("docs/x.md", "x");
    writer.commit_all("More");
    writer.git(&["push", "-q", "origin", "main"]);
    let options = ["--depth", "1", "--branch", "work", "--no-single-branch"];
    let shallow: Clone = remote.clone_with("shallow", &options);
    assert_snapshot!(shallow.run(&["affected"]), @"
    exit 1
    --- out
    --- err
    error[SW606]: there is no common commit of `HEAD` and `refs/remotes/origin/main`: this is a shallow clone
     |
     = help: fetch more: `fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`
    ");
    let whole = remote.clone_with("whole", &["--branch", "work"]);
    assert_eq!(whole.run(&["affected", "--format", "names"]).success(), "shop\n");
}

#[test]
fn a_project_below_the_top_of_its_repository_is_found_in_it() {
    let project = Project::empty();
    project.write("infra/stacks/demo/stack.hcl", STACK);
    project.write("infra/stacks/demo/own.tf", "locals {\n  x = file(\"../../../app/x.json\")\n}\n");
    project.write("app/x.json", "{}\n");
    project.run(&["-C", "infra", "render"]).success();
    init(&project);
    let of = |path: &'static str| {
        append(path, "\n")(&project);
        let names = names(&project, &["-C", "infra", "--base", "HEAD"]);
        commit(&project);
        names
    };
    assert_eq!(of("app/x.json"), "demo");
    assert_eq!(of("app/y.json"), "");
    assert_eq!(of("infra/stacks/demo/stack.hcl"), "demo");
    assert_eq!(of("infra/modules/network/main.tf"), "demo");
    assert_eq!(of("stacks/demo/stack.hcl"), "");
}

/// What can happen to a file of the project.
#[derive(Debug, Clone)]
enum Edit {
    Append(usize),
    Delete(usize),
    Cidr(usize),
    Add(usize, &'static str),
}

const ADDED: [&str; 6] =
    ["new.tf", "new.txt.j2", "data.json", "sub/part.txt", "_m.j2", "README.md"];

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        any::<usize>().prop_map(Edit::Append),
        any::<usize>().prop_map(Edit::Delete),
        any::<usize>().prop_map(Edit::Cidr),
        (any::<usize>(), 0..ADDED.len()).prop_map(|(at, name)| Edit::Add(at, ADDED[name])),
    ];
    prop::collection::vec(edit, 1..4)
}

impl Edit {
    fn apply(&self, project: &Project, paths: &[String]) {
        let path = |at: &usize| &paths[at % paths.len()];
        let text = |at: &usize| fs::read_to_string(project.path(path(at))).unwrap_or_default();
        match self {
            Self::Append(at) => project.write(path(at), format!("{}\n", text(at))),
            Self::Delete(at) => drop(fs::remove_file(project.path(path(at)))),
            Self::Cidr(at) => project.write(path(at), text(at).replace("10.", "11.")),
            Self::Add(at, name) => {
                let folder = Path::new(path(at)).parent().unwrap().join(name);
                project.write(folder.to_str().unwrap(), "# new\n");
            }
        }
    }
}

/// Everything that a root is planned from, found by parsing it, and the files that its functions
/// read; before and after it is rendered.
fn fingerprints(project: &Project) -> BTreeMap<String, BTreeMap<String, Vec<u8>>> {
    let roots = [
        ("alpha", "stacks/alpha", ""),
        ("beta", "stacks/beta", "shared/data.json"),
        ("delta/apps", "stacks/delta/apps", ""),
        ("delta/foundation", "stacks/delta/foundation", ""),
        ("epsilon", "stacks/epsilon", "stacks/alpha/extra.json"),
        ("gamma/production", "stacks/gamma/production", ""),
        ("gamma/staging", "stacks/gamma/staging", ""),
    ];
    let print = |(name, folder, named): &(&str, &str, &str)| {
        let root = Root::read(&project.path(""), folder).unwrap();
        let mut files = BTreeMap::new();
        for folder in root.folders() {
            for (path, bytes) in crate::support::files(&project.path(folder)) {
                files.insert(format!("{folder}/{path}"), bytes);
            }
        }
        if let Ok(bytes) = fs::read(project.path(named)) {
            files.insert((*named).to_owned(), bytes);
        }
        ((*name).to_owned(), files)
    };
    roots.iter().map(print).collect()
}

#[test]
fn no_root_that_renders_or_plans_otherwise_is_missed() {
    let project = systems();
    let is_ours = |path: &String| !path.starts_with(".git/");
    let paths = project.files().into_iter().map(|(path, _)| path);
    let paths: Vec<String> = paths.filter(is_ours).collect();
    let before = fingerprints(&project);
    // Rendering mends modules, which no root has to be told of.
    let own = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
        let own = files.iter().filter(|(path, _)| !path.starts_with("modules/"));
        own.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
    };
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let checked = TestRunner::new(config).run(&edits(), |edits| {
        edits.iter().for_each(|edit| edit.apply(&project, &paths));
        let run = affected(&project, &["--format", "names"]).code(0);
        let found: BTreeSet<&str> = run.out.lines().collect();
        let edited = fingerprints(&project);
        // Whatever it says to the edits, it renders what it can.
        let _ = project.run(&["render"]);
        let rendered = fingerprints(&project);
        git(&project, &["checkout", "-q", "."]);
        git(&project, &["clean", "-qfd"]);
        for (name, files) in &before {
            let is_same = edited[name] == *files && own(&rendered[name]) == own(files);
            prop_assert!(is_same || found.contains(name.as_str()), "{name} is missed\n{run}");
        }
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn a_file_above_layers_hides_none_of_them() {
    let project = systems();
    project.write("stacks/delta/new.tf", "# new\n");
    append("modules/cluster/main.tf", "\n")(&project);
    let found = names(&project, &[]);
    for root in ["delta ", "delta/apps "] {
        assert!(format!("{found} ").contains(root), "{found}");
    }
}
