//! Pictures of systems.
//!
//! `STACKWRIGHT_BLESS=1 cargo test --test all graph` draws those of docs/graph.md anew.

use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Project, STACK, univaf};

/// A service behind a load balancer, its database, and a job.
const SHOP: &str = r#"stack "demo" {
  region = "us-west-2"
}

network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
repository "app" {}
image "app" { repository = repository.app }

input "certificate_arn" {}

load_balancer "web" {
  network     = network.main
  certificate = input.certificate_arn

  default { forward = service.web }
}

database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "16"
  instance_class = "db.t4g.small"
  storage_gib    = 20
}

service "web" {
  cluster       = cluster.main
  image         = image.app
  port          = 8000
  load_balancer = load_balancer.web
  access        = [database.main]
  environment   = { QUEUE = aws_sqs_queue.old.url, VPN = data.aws_vpn.office.id }
}

scheduled_task "report" {
  cluster  = cluster.main
  image    = image.app
  schedule = "rate(1 hour)"
  access   = [database.main]
}
"#;

/// The lock of `SHOP`.
const LOCK: &str = crate::examples::LOCK;

fn shop() -> Project {
    let project = Project::with(SHOP);
    project.write("stacks/demo/images.tf", LOCK);
    project
}

fn svg(project: &Project, args: &[&str]) -> String {
    project.run(&[&["graph", "--format", "svg"], args].concat()).success()
}

#[test]
fn a_tree_says_what_is_in_what_and_where_everything_leads() {
    assert_snapshot!(shop().run(&["graph"]));
}

#[test]
fn a_flowchart_for_markdown() {
    assert_snapshot!(shop().run(&["graph", "--format", "mermaid", "--with", "traffic,access"]));
}

#[test]
fn a_digraph_for_graphviz() {
    assert_snapshot!(shop().run(&[
        "graph",
        "--format",
        "dot",
        "--with",
        "traffic",
        "--direction",
        "down"
    ]));
}

#[test]
fn a_picture_names_every_component_and_every_edge_for_a_page() {
    let picture = svg(&shop(), &[]);
    for node in ["load_balancer.web", "service.web", "database.main", "data.aws_vpn.office"] {
        assert!(picture.contains(&format!("data-component=\"{node}\"")), "{node}");
    }
    assert!(
        picture.contains(
            "id=\"sw-demo-service.web\" data-component=\"service.web\" data-root=\"demo\""
        )
    );
    assert!(picture.contains("data-from=\"load_balancer.web\" data-to=\"service.web\""));
    assert!(picture.contains("<title>service.web → database.main: access (access)</title>"));
    assert!(picture.contains("not drawn: values (1)"));
    for forbidden in ["<script", "href", "url(", "import"] {
        assert!(!picture.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_same_system_is_the_same_picture() {
    let project = univaf::project();
    assert_eq!(svg(&project, &[]), svg(&project, &[]));
}

#[test]
fn a_choice_leaves_out_what_it_does_not_touch() {
    let text = shop().run(&["graph", "--format", "json", "--with", "schedules"]).success();
    let graph: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = graph["systems"][0]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["name"].as_str().unwrap())
        .collect();
    // The boxes around the task are there, too.
    let expected = [
        "network.main",
        "cluster.main",
        "scheduled_task.report",
        "schedule of scheduled_task.report",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_wrong_description_is_told_and_nothing_is_drawn() {
    let project =
        Project::with(&SHOP.replace("cluster.main\n  image   ", "cluster.none\n  image   "));
    let run = project.run(&["graph", "--format", "svg"]).code(1);
    assert_eq!(run.out, "");
    assert!(
        run.err.contains("there is no `cluster.none`") || run.err.contains("cluster.none"),
        "{}",
        run.err
    );
}

#[test]
fn a_stack_without_components_is_drawn_as_that() {
    let project = Project::with("stack \"demo\" {\n  region = \"us-west-2\"\n}\n");
    assert!(svg(&project, &[]).contains("nothing to draw"));
    assert_snapshot!(project.run(&["graph"]), @"
    exit 0
    --- out
    demo
      nothing to draw
    --- err
    ");
}

#[test]
fn a_label_that_would_be_markup_is_refused_before_it_is_drawn() {
    let project = Project::with(&format!("{STACK}bucket \"<script>\" {{}}\n"));
    let run = project.run(&["graph", "--format", "svg"]).code(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("`<` cannot stand in a label"), "{}", run.err);
}

#[test]
fn no_name_is_markup_or_syntax() {
    let long = "x".repeat(250);
    let project = Project::with(&format!(
        "{STACK}bucket \"end\" {{}}\nmodule \"graph\" {{\n  source = \"./local\"\n  \
         a = data.aws_x.größe_服务.id\n  b = aws_{long}.y.id\n}}\n"
    ));
    // What goes is named by whoever wrote the plan.
    let strange = "queue.</text><script>alert(1)</script>\"]end`#;&\\ 🚀 %%{init}%%";
    let gone = component(strange, vec![group("destroy", "module.x.a.b")]);
    project.write("plan.json", plan(&[gone]).to_string());
    let draw =
        |format| project.run(&["graph", "--plan", "plan.json", "--format", format]).success();
    let picture = draw("svg");
    assert!(!picture.contains("<script"));
    assert!(picture.contains("&lt;script&gt;"));
    assert!(picture.contains("größe_服务"));
    assert!(picture.contains('…'));
    assert!(picture.contains("data-component=\"bucket.end\""));
    if let Some(drawn) = graphviz(&draw("dot")) {
        assert!(drawn.contains("größe_服务"));
        assert!(!drawn.contains("<script"));
    }
    mermaid(&[draw("mermaid")]);
    well_formed(&picture);
}

/// Asserts that every element is closed, in order.
fn well_formed(picture: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in picture.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a closed tag");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name)),
            (false, true) => {}
            (false, false) => open.push(name),
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn graphviz_takes_every_system_of_this_repository() {
    let project = univaf::project();
    for system in SYSTEMS {
        let digraph = project.run(&["graph", "--format", "dot", "--stack", system]).success();
        let Some(drawn) = graphviz(&digraph) else { return };
        assert!(drawn.contains("</svg>"), "{system}");
    }
}

#[test]
fn mermaid_takes_every_system_of_this_repository() {
    let project = univaf::project();
    let chart =
        |system: &&str| project.run(&["graph", "--format", "mermaid", "--stack", system]).success();
    mermaid(&SYSTEMS.iter().map(chart).collect::<Vec<_>>());
}

#[test]
fn too_many_systems_for_one_picture_are_refused_with_what_to_do() {
    let project = Project::empty();
    let many: String =
        (0..80).map(|at| format!("bucket \"b{at}\" {{ name = \"acme-NAME-{at}\" }}\n")).collect();
    for name in ["a", "b", "c", "d"] {
        let head = format!("stack \"{name}\" {{\n  region = \"us-west-2\"\n}}\n");
        let text = head + &many.replace("NAME", name);
        project.write(&format!("stacks/{name}/stack.hcl"), text);
    }
    assert_snapshot!(project.run(&["graph", "--format", "svg"]), @"
    exit 1
    --- out
    --- err
    error[SW951]: 4 systems with 320 components are too many for one picture
     |
     = help: choose some with `--stack`, such as `--stack a`
     = help: or write a picture of each with `--output <folder>`
    ");
    project.run(&["graph", "--format", "svg", "--stack", "b"]).success();
    project.run(&["graph"]).success();
    let written = project.run(&["graph", "--format", "svg", "--output", "pictures"]).success();
    assert_eq!(written.lines().next(), Some("pictures/a.svg"));
    assert!(project.read("pictures/d.svg").ends_with("</svg>\n"));
}

fn group(action: &str, address: &str) -> Value {
    serde_json::json!({
        "action": action, "type": "aws_ecs_service", "stateful": false, "protection": null,
        "follows": false, "may_be_replaced": false, "words": "", "reason": null, "attributes": [],
        "resources": [{"address": address, "keys": [], "moved_from": null, "imported": null}],
    })
}

fn component(name: &str, groups: Vec<Value>) -> Value {
    serde_json::json!({"name": name, "kind": null, "headline": null, "groups": groups})
}

/// What `stackwright plan --format json` prints for a plan of the root `demo`.
fn plan(components: &[Value]) -> Value {
    serde_json::json!({
        "version": 1, "offline": true, "base": "x", "summary": "", "changes": true,
        "untouched": 0, "note": null, "diagnostics": [],
        "roots": [{
            "name": "demo", "planned": true, "counts": {}, "outputs": [], "denied": [],
            "unseen": [], "other_versions": [], "components": components,
        }],
    })
}

#[test]
fn what_a_plan_changes_is_marked_and_what_goes_is_a_ghost() {
    let project = shop();
    let plan = plan(&[
        component(
            "service.web",
            vec![
                group("update", "module.service_web.a.b"),
                group("replace", "module.service_web.c.d"),
            ],
        ),
        component("cluster.main", vec![group("update", "module.cluster_main.a.b")]),
        component("queue.gone", vec![group("destroy", "module.queue_gone.a.b")]),
        component("", vec![group("create", "aws_x.y")]),
    ]);
    project.write("plan.json", plan.to_string());
    let picture = svg(&project, &["--plan", "plan.json"]);
    assert!(picture.contains("service.web\nreplace: 2 resources"));
    assert!(picture.contains("queue.gone\ndescribed no more\ndestroy: 1 resource"));
    assert!(picture.contains(">~ cluster main</text>"));
    assert!(picture.contains("sw-gone"));
    let tree = project.run(&["graph", "--plan", "plan.json", "--with", "traffic"]).success();
    assert!(tree.contains("± service.web"), "{tree}");
    assert!(tree.contains("− queue.gone (described no more)"), "{tree}");

    project.write("plan.json", "{}");
    let run = project.run(&["graph", "--plan", "plan.json"]).code(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("SW952"), "{}", run.err);
}

#[test]
fn a_plan_is_made_where_none_is_given() {
    let project = shop();
    let outside =
        "  environment   = { QUEUE = aws_sqs_queue.old.url, VPN = data.aws_vpn.office.id }\n";
    project.edit("stacks/demo/stack.hcl", outside, "");
    project.run(&["render"]).success();
    if crate::support::terraform(&project.path("."), &["version"]).is_none() {
        return;
    }
    let mut command = project.command(&["graph", "--plan", "--from-nothing"]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let tree = project.finish(command).code(0).out;
    assert!(tree.contains("+ service.web"), "{tree}");
}

/// The systems of this repository, and what their pictures are called.
const SYSTEMS: [&str; 6] =
    ["univaf", "ctms/staging", "ctms/production", "cgap", "coworks/dev", "coworks/prod"];

/// Those that docs/graph.md shows.
const SHOWN: [&str; 4] = ["univaf", "ctms/production", "cgap", "coworks/prod"];

#[test]
fn the_pictures_of_the_page_are_not_out_of_date() {
    let project = univaf::project();
    let page = include_str!("../docs/graph.md");
    for system in SHOWN {
        let name = format!("img/graph-{}.svg", system.replace('/', "-"));
        assert!(page.contains(&format!("({name})")), "docs/graph.md does not show {name}");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(&name);
        let picture = svg(&project, &["--stack", system]);
        assert!(picture.len() < 150_000, "{name} has {} bytes", picture.len());
        if std::env::var_os("STACKWRIGHT_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &picture).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == picture,
            "{name} is stale: STACKWRIGHT_BLESS=1 cargo test --test all graph"
        );
    }
}

#[test]
fn every_kind_says_what_it_is_in_a_picture() {
    let other = |kind: &&stackwright::component::Kind| {
        kind.drawn.family == stackwright::component::Family::Other
    };
    let others: Vec<&str> =
        stackwright::component::kinds().iter().filter(other).map(|kind| kind.name).collect();
    assert_eq!(others, ["module"]);
}

/// What Graphviz draws of a digraph. `None`, said aloud, where it is not installed; with
/// `STACKWRIGHT_REQUIRE_DOT=1` that is a failure.
fn graphviz(digraph: &str) -> Option<String> {
    let child = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        let required = std::env::var_os("STACKWRIGHT_REQUIRE_DOT").is_some_and(|v| v == "1");
        assert!(!required, "dot is required");
        eprintln!("skipped: dot is not on the PATH");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, digraph.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("rror"), "{said}\n{digraph}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Lets Mermaid draw in Chromium. Skipped, said aloud, unless `STACKWRIGHT_MERMAID` is the path of
/// `mermaid.min.js`, which npm has.
fn mermaid(charts: &[String]) {
    let Some(script) = std::env::var_os("STACKWRIGHT_MERMAID") else {
        eprintln!("skipped: STACKWRIGHT_MERMAID names no mermaid.min.js");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = std::fs::read_to_string(script).unwrap();
    let charts = serde_json::to_string(charts).unwrap().replace('<', "\\u003c");
    let page = format!(
        "<!DOCTYPE html><meta charset=utf-8><script>{}</script><pre id=said></pre><script>\
         mermaid.initialize({{startOnLoad:false}});(async()=>{{const said=[];\
         for(const [at,chart] of {charts}.entries()){{try{{\
         const {{svg}}=await mermaid.render('c'+at,chart);\
         said.push(svg.includes('<script')?'script':'drawn')}}\
         catch(e){{said.push('wrong: '+e)}}}}\
         document.getElementById('said').textContent='['+said.join('|')+']'}})()</script>",
        script.replace("</script", "<\\/script"),
    );
    let path = folder.path().join("page.html");
    std::fs::write(&path, page).unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .args(["--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("STACKWRIGHT_MERMAID needs chromium");
    let text = String::from_utf8_lossy(&output.stdout);
    let said = text.split("<pre id=\"said\">").nth(1).and_then(|it| it.split("</pre>").next());
    let said = said.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let drawn = said.trim_matches(['[', ']']).split('|').all(|it| it == "drawn");
    assert!(drawn, "{said}");
}
