//! The page for a review, in a real browser: what a reviewer does with it, what it must never do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use stackwright::report::html::{self, Changed, Data, Parts};
use stackwright::report::json::Check;
use stackwright::report::plan::json::Plan;
use tempfile::TempDir;

use crate::support::browser::{Browser, ENTER, ESCAPE, TAB};

/// A page in a folder of its own.
struct Page {
    folder: TempDir,
}

impl Page {
    fn of(parts: Parts<'_>) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("page.html"), html::page(&Data::of(parts))).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("page.html")
    }
}

fn check(stacks: &[&str], drift: &Value, diagnostics: &Value) -> Check {
    let check = json!({
        "version": 1, "stacks": stacks, "files": 12, "summary": "12 files of 2 stacks",
        "drift": drift, "diagnostics": diagnostics,
    });
    Check::read(&check.to_string()).unwrap()
}

fn plan(roots: &Value) -> Plan {
    let plan = json!({
        "version": 1, "offline": true, "base": "4195f8f", "summary": "", "changes": true,
        "untouched": 0, "note": "planned offline", "roots": roots, "diagnostics": [],
    });
    Plan::read(&plan.to_string()).unwrap()
}

fn root(name: &str, components: &Value) -> Value {
    json!({
        "name": name, "planned": true, "counts": {}, "components": components, "outputs": [],
        "denied": [], "unseen": [], "other_versions": [],
    })
}

fn group(action: &str, ty: &str, addresses: &[&str], attributes: &Value) -> Value {
    let resource = |address: &&str| json!({"address": address, "keys": [], "moved_from": null, "imported": null});
    json!({
        "action": action, "type": ty, "stateful": ty == "aws_db_instance", "protection": null,
        "follows": false, "may_be_replaced": false, "words": "", "reason": null,
        "attributes": attributes,
        "resources": addresses.iter().map(resource).collect::<Vec<_>>(),
    })
}

fn attribute(path: &str, old: &Value, new: &Value, forces: bool) -> Value {
    json!({
        "path": path, "old": {"value": old}, "new": {"value": new}, "forces": forces,
        "may_force": false, "condition": null,
    })
}

fn component(name: &str, groups: &[Value]) -> Value {
    json!({"name": name, "kind": null, "headline": null, "groups": groups})
}

fn problem(severity: &str, message: &str, path: Option<&str>) -> Value {
    let place = path.map(|_| json!({"line": 2, "column": 3}));
    let end = path.map(|_| json!({"line": 2, "column": 9}));
    json!({
        "code": "SW102", "name": "unknown-field", "severity": severity, "message": message,
        "path": path, "start": place, "end": end, "related": [], "help": ["write `network`"],
        "suggestion": null,
    })
}

/// A graph of two components.
const GRAPH: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 300 100\" width=\"300\" \
height=\"100\" role=\"img\"><style>.sw-node rect{fill:var(--sw-panel)}</style>\
<g class=\"sw-node\" data-component=\"service.api\" data-root=\"shop/production\">\
<rect width=\"120\" height=\"40\"/><text y=\"20\">api</text></g>\
<g class=\"sw-node\" data-component=\"network.main\" data-root=\"shop/production\">\
<rect x=\"150\" width=\"120\" height=\"40\"/><text x=\"150\" y=\"20\">main</text></g></svg>";

/// A service that is replaced, a database that goes, a warning, a drift, and a stack at rest.
fn shop() -> Parts<'static> {
    let service = group(
        "replace",
        "aws_ecs_task_definition",
        &["module.service_api.aws_ecs_task_definition.this"],
        &json!([attribute("cpu", &json!("1024"), &json!("512"), true)]),
    );
    let update = group(
        "update",
        "aws_ecs_service",
        &["module.service_api.aws_ecs_service.this"],
        &json!([attribute("desired_count", &json!(2), &json!(3), false)]),
    );
    let database = group(
        "destroy",
        "aws_db_instance",
        &["module.database_main.aws_db_instance.this"],
        &json!([]),
    );
    let plan = plan(&json!([
        root(
            "shop/production",
            &json!([
                component("database.main", &[database]),
                component("service.api", &[service, update])
            ])
        ),
        root("shop/staging", &json!([])),
    ]));
    let drift = json!([{
        "path": "stacks/shop/staging/network.tf", "class": "edited", "code": "SW511",
        "diff": "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n module \"network_main\" {\n-  cidr = 1\n+  cidr = 2\n",
    }]);
    let diagnostics =
        json!([problem("warning", "unknown field `netwrk`", Some("stacks/shop/stack.hcl"))]);
    let old = "module \"service_api\" {\n  cpu    = 1024\n  memory = 2048\n}\n";
    Parts {
        title: "shop".to_owned(),
        stacks: "stacks".to_owned(),
        head: Some("`0123456`".to_owned()),
        checks: vec![check(&["quiet", "shop/production", "shop/staging"], &drift, &diagnostics)],
        plans: vec![plan],
        changed: vec![Changed {
            path: "stacks/shop/production/services.tf".to_owned(),
            old: Some(old.into()),
            new: Some(old.replace("1024", "512").into()),
        }],
        graphs: BTreeMap::from([("shop/production".to_owned(), GRAPH.to_owned())]),
        ..Parts::default()
    }
}

/// What a person sees of the page below its bar.
fn text(browser: &Browser) -> String {
    // What is out of sight may not be laid out, and then has no text.
    browser.get("document.querySelectorAll('.root, .tree li').forEach(it => { it.style.contentVisibility = 'visible'; })");
    browser.get("document.querySelector('main').innerText").as_str().unwrap().to_owned()
}

/// The names of the stacks that are shown.
fn shown(browser: &Browser) -> Value {
    browser.get("[...document.querySelectorAll('.root')].map(it => it.dataset.root)")
}

const FOCUS: &str = "document.activeElement.closest('.component')?.dataset.component \
                     ?? document.activeElement.closest('.root')?.dataset.root";

#[test]
fn the_page_says_what_loses_data_first_and_opens_what_is_to_be_looked_at() {
    let Some(browser) = Browser::start() else { return };
    let page = Page::of(shop());
    browser.open(&page.path(), "");
    insta::assert_snapshot!(text(&browser));
    assert_eq!(browser.console(), [""; 0]);
    let own = format!("file://{}", page.path().display());
    let others: Vec<String> = browser
        .requests()
        .into_iter()
        .filter(|url| *url != own && !url.starts_with("data:"))
        .collect();
    assert_eq!(others, [""; 0], "nothing is fetched");
}

#[test]
fn a_chip_shows_only_what_it_names_and_says_how_much_that_is() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    browser.click("[data-kind=replace]");
    assert_eq!(shown(&browser), json!(["shop/production"]));
    assert_eq!(browser.get("document.querySelector('[data-kind=replace]').ariaPressed"), "true");
    assert_eq!(browser.get("document.getElementById('found').textContent"), "1 of 4 stacks");
    let actions = "[...document.querySelectorAll('.group')].filter(it => it.checkVisibility()).map(it => it.dataset.action)";
    assert_eq!(browser.get(actions), json!(["replace"]));
    browser.click("[data-kind=drift]");
    assert_eq!(shown(&browser), json!(["shop/production", "shop/staging"]));
    browser.click("#clear");
    assert_eq!(browser.get("document.querySelectorAll('.root').length"), 4);
}

#[test]
fn search_finds_attributes_addresses_files_and_lines_of_diffs() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    for (query, stack, found) in [
        ("desired_count", "shop/production", "1 match in 1 of 4 stacks"),
        ("module.database_main", "shop/production", "1 match in 1 of 4 stacks"),
        ("services.tf", "shop/production", "1 match in 1 of 4 stacks"),
        ("cidr = 2", "shop/staging", "1 match in 1 of 4 stacks"),
        ("SW102", "shop", "1 match in 1 of 4 stacks"),
        ("QUIET", "quiet", "1 match in 1 of 4 stacks"),
    ] {
        browser.press("/");
        browser.press(query);
        browser.wait("document.getElementById('found').textContent !== ''");
        assert_eq!(shown(&browser), json!([stack]), "{query}");
        assert_eq!(browser.get("document.getElementById('found').textContent"), found, "{query}");
        assert_eq!(browser.get("CSS.highlights.get('found').size > 0"), true, "{query}");
        browser.press(ESCAPE);
        assert_eq!(browser.get("document.getElementById('search').value"), "");
    }
    browser.press("/");
    browser.press("nowhere");
    assert!(text(&browser).contains("Nothing here matches"), "{}", text(&browser));
}

#[test]
fn a_resource_is_followed_from_the_plan_to_the_graph_and_back() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    browser.click(".component[data-component='service.api'] .addresses button");
    let marked = "document.querySelector('.graph .followed').dataset.component";
    assert_eq!(browser.get(marked), "service.api");
    assert_eq!(browser.get("location.hash"), "#/shop/production/service.api");
    assert_eq!(browser.get("document.activeElement.getAttribute('class')"), "sw-node followed");
    browser.press(ENTER);
    assert_eq!(browser.get(FOCUS), "service.api");
    assert_eq!(browser.get("document.activeElement.localName"), "summary");
    // What the plan does not have is in the files, or only in the graph.
    browser.get("document.querySelector('.sw-node[data-component=\"network.main\"]').focus()");
    browser.press(ENTER);
    assert_eq!(browser.get(marked), "network.main");
}

#[test]
fn a_line_of_a_diff_leads_to_the_graph() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    browser.click(".file[data-path='stacks/shop/production/services.tf'] .hunk button");
    let marked = "document.querySelector('.graph .followed').dataset.component";
    assert_eq!(browser.get(marked), "service.api");
}

#[test]
fn a_link_to_a_component_opens_its_stack_and_goes_there() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "#/shop/production/service.api");
    assert_eq!(browser.get(FOCUS), "service.api");
    assert_eq!(browser.get("document.querySelector('.tree [aria-current]').title !== ''"), true);
    browser.get("location.hash = '#/quiet'");
    browser.wait("document.activeElement.closest('.root')?.dataset.root === 'quiet'");
    browser.get("history.back()");
    browser
        .wait("document.activeElement.closest('.component')?.dataset.component === 'service.api'");
}

#[test]
fn everything_is_done_with_the_keyboard_alone() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    browser.press(TAB);
    assert_eq!(browser.get("document.activeElement.className"), "skip");
    browser.press("j");
    assert_eq!(browser.get(FOCUS), "shop/production");
    let open = "document.activeElement.closest('details').open";
    assert_eq!(browser.get(open), true);
    browser.press("e");
    assert_eq!(browser.get(open), false);
    browser.press("ej");
    assert_eq!(browser.get(FOCUS), "database.main");
    browser.press("j");
    assert_eq!(browser.get(FOCUS), "service.api");
    browser.press("g");
    assert_eq!(browser.get("document.activeElement.dataset.component"), "service.api");
    assert_eq!(browser.get("!!document.activeElement.closest('.graph')"), true);
    browser.press("gk");
    assert_eq!(browser.get(FOCUS), "database.main");
    browser.press("?");
    assert_eq!(browser.get("document.getElementById('keys').open"), true);
    browser.press(ESCAPE);
    assert_eq!(browser.get("document.getElementById('keys').open"), false);
    // Letters are letters where they are typed.
    browser.press("/");
    browser.press("je?");
    assert_eq!(browser.get("document.getElementById('search').value"), "je?");
}

#[test]
fn the_theme_is_the_systems_until_somebody_chooses() {
    let Some(browser) = Browser::start() else { return };
    let page = Page::of(shop());
    browser.open(&page.path(), "");
    let colour = "getComputedStyle(document.body).backgroundColor";
    browser.scheme("light");
    assert_eq!(browser.get(colour), "rgb(255, 255, 255)");
    browser.scheme("dark");
    assert_eq!(browser.get(colour), "rgb(13, 17, 23)");
    browser.click("#theme");
    assert_eq!(browser.get(colour), "rgb(255, 255, 255)");
    browser.scheme("light");
    browser.click("#theme");
    assert_eq!(browser.get(colour), "rgb(13, 17, 23)");
    browser.open(&page.path(), "");
    assert_eq!(browser.get(colour), "rgb(13, 17, 23)", "it is remembered");
    browser.click("#theme");
    assert_eq!(browser.get(colour), "rgb(255, 255, 255)");
}

#[test]
fn on_paper_everything_that_matters_is_open_and_light() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    browser.scheme("dark");
    browser.get("document.querySelectorAll('details').forEach(it => { it.open = false; })");
    browser.get(
        "(() => { window.seen = []; addEventListener('beforeprint', () => seen.push(\
         document.querySelectorAll('.root[data-root^=shop] details:not([open])').length, \
         document.documentElement.dataset.theme)); })()",
    );
    let pdf = browser.print();
    assert!(pdf.starts_with(b"%PDF-"));
    assert_eq!(browser.get("seen"), json!([0, "light"]));
    assert_eq!(
        browser.get("document.querySelectorAll('.root details[open]').length"),
        0,
        "as before"
    );
    browser.devtools("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    assert_eq!(browser.get("document.getElementById('search').checkVisibility()"), false);
    assert_eq!(browser.get("document.querySelector('h1').checkVisibility()"), true);
}

#[test]
fn without_scripts_the_verdict_and_a_table_are_left() {
    let Some(browser) = Browser::start() else { return };
    let page = Page::of(shop());
    browser.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.open_plainly(&page.path());
    insta::assert_snapshot!(text(&browser));
}

/// Texts that would be something else if they were not text.
const HOSTILE: &str = "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>\
<!-- --> \"><svg onload=window.harmed=3> javascript:alert(1) {{ 7 * 7 }} ${7*7} &lt;b&gt; \
</style><style>*{display:none}</style> \u{202e}reversed\u{2028}\u{0007}";

#[test]
fn whatever_descriptions_say_is_text() {
    let Some(browser) = Browser::start() else { return };
    let hostile = json!(HOSTILE);
    let mut group = group(
        "replace",
        HOSTILE,
        &[HOSTILE],
        &json!([attribute(HOSTILE, &hostile, &json!([HOSTILE]), true)]),
    );
    group["words"] = hostile.clone();
    group["reason"] = hostile.clone();
    group["stateful"] = json!(true);
    let mut component = component(HOSTILE, &[group]);
    component["headline"] = hostile.clone();
    let mut problem = problem("error", HOSTILE, Some("stacks/x/<b>.hcl"));
    problem["help"] = json!([HOSTILE]);
    let drift = json!([{
        "path": format!("stacks/x/{HOSTILE}"), "class": "edited", "code": "SW511",
        "diff": format!("@@ -1 +1 @@\n-{0}\n+{0}!\n", HOSTILE.replace(['\n', '\u{2028}'], "")),
    }]);
    let picture = GRAPH
        .replace("<text y", "<script>window.harmed = 4</script><a href=\"javascript:window.harmed=5\"><text onclick=\"window.harmed = 6\" y")
        .replace("api</text>", "api</text></a><foreignObject><img xmlns=\"http://www.w3.org/1999/xhtml\" src=\"x\" onerror=\"window.harmed = 7\"/></foreignObject>")
        .replace("shop/production", "x");
    let parts = Parts {
        title: HOSTILE.to_owned(),
        stacks: "stacks".to_owned(),
        head: Some(HOSTILE.to_owned()),
        checks: vec![check(&["x", HOSTILE], &drift, &json!([problem]))],
        plans: vec![plan(&json!([root("x", &json!([component])), root(HOSTILE, &json!([]))]))],
        changed: vec![Changed {
            path: "stacks/x/a.tf".to_owned(),
            old: None,
            new: Some(HOSTILE.into()),
        }],
        graphs: BTreeMap::from([("x".to_owned(), picture)]),
        ..Parts::default()
    };
    let page = Page::of(parts);
    browser.open(&page.path(), "");
    browser.get("document.querySelectorAll('details').forEach(it => { it.open = true; })");
    browser.wait("document.querySelector('.diff')");
    for element in ["script", "style", "img", "iframe"] {
        let expected = if element == "script" { 2 } else { u8::from(element == "style") };
        let found = browser.get(&format!("document.querySelectorAll('{element}').length"));
        assert_eq!(found, expected, "{element}");
    }
    let others = "document.querySelectorAll('a[href^=javascript], foreignObject, [onclick], [onload], [onerror]').length";
    assert_eq!(browser.get(others), 0);
    assert_eq!(browser.get("document.querySelectorAll('.graph .sw-node').length"), 2);
    browser.click(".graph .sw-node");
    assert_eq!(browser.get("window.harmed ?? null"), Value::Null);
    let text = text(&browser);
    assert!(text.contains("</script><script>window.harmed = 1</script>"), "{text}");
    assert!(text.contains("{{ 7 * 7 }} ${7*7} &lt;b&gt;"), "{text}");
    assert!(
        text.contains("\u{fffd}reversed\u{fffd}\u{2407}") && !text.contains('\u{202e}'),
        "{text}"
    );
    // The same without scripts, where the server's side of it has to escape.
    browser.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.open_plainly(&page.path());
    assert_eq!(
        browser.get("document.querySelectorAll('main img, main script, main svg').length"),
        0
    );
    assert!(
        browser.console().iter().all(|line| !line.contains("Refused")),
        "nothing had to be refused"
    );
}

/// A stack of many, every tenth of which changes.
fn many(stacks: usize) -> Parts<'static> {
    let names: Vec<String> = (0..stacks).map(|number| format!("s{number:04}")).collect();
    let roots: Vec<Value> = names
        .iter()
        .step_by(10)
        .map(|name| {
            let change = json!([attribute("memory", &json!("512"), &json!("1024"), true)]);
            let groups: Vec<Value> = (0..10)
                .map(|number| {
                    let address =
                        format!("module.service_api.aws_ecs_task_definition.{name}x{number}");
                    group("replace", "aws_ecs_task_definition", &[address.as_str()], &change)
                })
                .collect();
            root(name, &json!([component("service.api", &groups)]))
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Parts {
        title: "many".to_owned(),
        stacks: "stacks".to_owned(),
        checks: vec![check(&names, &json!([]), &json!([]))],
        plans: vec![plan(&json!(roots))],
        ..Parts::default()
    }
}

#[test]
fn of_a_thousand_stacks_only_what_is_looked_at_is_built() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(many(1000)).path(), "");
    let nodes = "document.querySelectorAll('*').length";
    let before = browser.get(nodes).as_u64().unwrap();
    assert!(before < 8_000, "{before}");
    assert_eq!(browser.get("document.querySelectorAll('.group').length"), 0);
    browser.press("/");
    browser.press("s0990x7");
    browser.wait("document.getElementById('found').textContent.startsWith('1 match ')");
    assert_eq!(shown(&browser), json!(["s0990"]));
    assert_eq!(browser.get("document.querySelectorAll('.group').length > 0"), true);
    let after = browser.get(nodes).as_u64().unwrap();
    assert!(after < before + 1_500, "{after}");
    // A link to the last of them finds it.
    browser.press(ESCAPE);
    browser.get("location.hash = '#/s0999'");
    browser.wait("document.activeElement.closest('.root')?.dataset.root === 's0999'");
    assert_eq!(browser.console(), [""; 0]);
}

/// The contrast of a text with what is behind it ("Web Content Accessibility Guidelines (WCAG) 2.2",
/// contrast ratio), in the page itself; backgrounds that are partly transparent are laid over each
/// other. Lists texts below 4.5.
const CONTRAST: &str = r#"(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const bad = [];
  let seen = 0;
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest('svg, script, noscript, .aside')) continue;
    seen += 1;
    const layers = [];
    for (let it = element; it; it = it.parentElement) layers.push(rgba(getComputedStyle(it).backgroundColor));
    const back = layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    const text = over(rgba(getComputedStyle(element).color), back);
    const [a, b] = [light(text), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(`${element.className} ${element.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return { bad, seen };
})()"#;

#[test]
fn texts_stand_out_from_what_is_behind_them_in_both_themes() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    for scheme in ["light", "dark"] {
        browser.scheme(scheme);
        let found = browser.get(CONTRAST);
        assert_eq!(found["bad"], json!([]), "{scheme}");
        assert!(found["seen"].as_u64() > Some(60), "{found}");
    }
}

#[test]
fn who_cannot_see_the_page_is_told_of_everything_in_it() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    browser.devtools("Accessibility.enable", &json!({}));
    let nodes = browser.devtools("Accessibility.getFullAXTree", &json!({}));
    let nodes = nodes["nodes"].as_array().unwrap();
    let of = |role: &str| -> Vec<&str> {
        let is = |node: &&Value| node["role"]["value"] == role && node["ignored"] == false;
        nodes.iter().filter(is).map(|node| node["name"]["value"].as_str().unwrap_or("")).collect()
    };
    for landmark in ["banner", "main", "search", "navigation"] {
        assert_eq!(of(landmark).len(), 1, "{landmark}");
    }
    for role in ["button", "link", "searchbox", "region", "navigation", "DisclosureTriangle"] {
        let names = of(role);
        assert!(
            !names.is_empty() && names.iter().all(|name| !name.is_empty()),
            "{role}: {names:?}"
        );
    }
    assert_eq!(
        of("button").iter().filter(|name| name.contains("service.api, replaced")).count(),
        1
    );
    // Headings go down one by one.
    let levels = browser.get("[...document.querySelectorAll('h1,h2,h3,h4')].filter(it => it.checkVisibility()).map(it => +it.localName[1])");
    let levels: Vec<u64> = levels.as_array().unwrap().iter().filter_map(Value::as_u64).collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    // Where the focus is can be seen.
    browser.press("j");
    let outline = "getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.get(outline), "solid");
}

/// axe-core, where `STACKWRIGHT_AXE` says where it is.
#[test]
fn axe_finds_nothing_to_complain_about() {
    let Some(axe) = std::env::var_os("STACKWRIGHT_AXE") else {
        eprintln!("skipped: STACKWRIGHT_AXE names no axe-core");
        return;
    };
    let Some(browser) = Browser::start() else { return };
    browser.open(&Page::of(shop()).path(), "");
    let axe = fs::read_to_string(&axe).unwrap();
    for scheme in ["light", "dark"] {
        browser.scheme(scheme);
        let run = format!(
            "(() => {{ {axe}; window.axe.run(document, {{ resultTypes: ['violations'] }}).then((it) => {{ window.found = it; }}); }})()"
        );
        browser.devtools("Runtime.evaluate", &json!({"expression": run}));
        browser.wait("window.found");
        let found = "found.violations.map(it => it.id + ': ' + it.nodes.map(node => node.html.slice(0, 90)).slice(0, 3).join(' | '))";
        assert_eq!(browser.get(found), json!([]), "{scheme}");
        assert_eq!(browser.get("found.passes.length > 10"), true);
        browser.get("delete window.found");
    }
}

#[test]
fn the_script_is_javascript() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/html/page.js");
    match Command::new("node").arg("--check").arg(script).output() {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(_) => eprintln!("skipped: node is not on the PATH"),
    }
}

#[test]
fn nothing_in_the_page_is_to_be_fetched() {
    let page = html::page(&Data::of(shop()));
    assert!(page.contains("content=\"default-src 'none'; script-src 'sha256-"));
    for word in [" src=", "@import", "url(", "fetch(", "http:", "https:", "innerHTML", "eval("] {
        // The namespace of SVG is a name.
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(word), "{word}");
    }
}

/// What their pages say, and how they look: pictures of all in both themes and two widths are below
/// `target`; with `STACKWRIGHT_BLESS` those of docs/report.md are written, too.
#[test]
fn the_pages_of_changes_that_really_happened() {
    let Some(browser) = Browser::start() else { return };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pictures = repository.join("target/report-pictures");
    fs::create_dir_all(&pictures).unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("page.html");
    crate::report::of_changes(|change, _, page| {
        fs::write(&file, page).unwrap();
        browser.open(&file, "");
        assert_eq!(
            browser.get("document.querySelectorAll('.picture svg').length > 0"),
            change.name != "one-zone"
        );
        for (width, height) in [(1400, 1000), (390, 844)] {
            for scheme in ["light", "dark"] {
                let picture = browser.screenshot(width, height, scheme);
                assert!(picture.starts_with(b"\x89PNG"));
                let name = format!("{}-{width}-{scheme}.png", change.name);
                fs::write(pictures.join(name), &picture).unwrap();
                let in_docs = change.name == "smaller-api" && width == 1400;
                if in_docs && std::env::var_os("STACKWRIGHT_BLESS").is_some() {
                    let images = repository.join("docs/img");
                    fs::create_dir_all(&images).unwrap();
                    fs::write(images.join(format!("report-{scheme}.png")), &picture).unwrap();
                }
            }
            let is_wider = browser.get("document.documentElement.scrollWidth > innerWidth");
            assert_eq!(is_wider, false, "{} at {width}", change.name);
        }
        browser.screenshot(1400, 1000, "light");
        // What a screen reader is told beside the pictures is in other tests.
        browser.get("document.querySelectorAll('.picture').forEach(it => it.remove())");
        insta::assert_snapshot!(change.name, text(&browser));
        assert_eq!(browser.console(), [""; 0], "{}", change.name);
    });
}
