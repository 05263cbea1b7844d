//! Lambda and API Gateway: the system in `stacks/coworks`, the defects that its framework had in
//! production, and artifacts that are bumped as images are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::plan::{command, commit};
use crate::support::git::Remote;
use crate::support::{Project, Run, terraform};

const DESCRIPTION: &str = "stacks/coworks/stack.hcl";

/// The stack and its locks, rendered.
fn coworks() -> Project {
    let project = Project::empty();
    for name in ["stack.hcl", "dev/images.tf", "prod/images.tf"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stacks/coworks").join(name);
        project.write(&format!("stacks/coworks/{name}"), fs::read(path).unwrap());
    }
    project.run(&["render"]).success();
    project
}

/// The same, committed. `None` without Terraform.
fn planned() -> Option<Project> {
    let project = coworks();
    terraform(&project.path(""), &["version"])?;
    commit(&project);
    Some(project)
}

fn plan(project: &Project, args: &[&str]) -> Run {
    project.finish(command(project, &[&["plan"], args].concat()))
}

fn report(project: &Project, args: &[&str]) -> Value {
    let run = plan(project, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run}"))
}

/// What the rendered files do against what is committed, one line for each resource, by root.
fn effects(project: &Project) -> BTreeMap<String, String> {
    let report = report(project, &["--base", "HEAD"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut effects = BTreeMap::new();
    for root in report["roots"].as_array().unwrap() {
        assert_eq!(root["planned"], true, "{report:#}");
        let mut lines = Vec::new();
        for component in root["components"].as_array().unwrap() {
            for group in component["groups"].as_array().unwrap() {
                for resource in group["resources"].as_array().unwrap() {
                    lines.push(format!(
                        "{} {}",
                        text(&group["action"]),
                        text(&resource["address"])
                    ));
                }
            }
        }
        lines.sort();
        if !lines.is_empty() {
            effects.insert(text(&root["name"]), lines.join("\n"));
        }
    }
    effects
}

/// The description edited and rendered, and what that does.
#[track_caller]
fn effect(project: &Project, edits: &[(&str, &str)]) -> String {
    for (old, new) in edits {
        project.edit(DESCRIPTION, old, new);
    }
    project.run(&["render"]).success();
    let effects = effects(project).into_iter();
    effects.map(|(root, lines)| format!("{root}\n{lines}")).collect::<Vec<_>>().join("\n")
}

/// How many resources of each type a root creates from nothing.
fn counts(report: &Value, root: &str) -> BTreeMap<String, usize> {
    let roots = report["roots"].as_array().unwrap();
    let root = roots.iter().find(|it| it["name"] == root).unwrap_or_else(|| panic!("{report:#}"));
    let mut counts = BTreeMap::new();
    for component in root["components"].as_array().unwrap() {
        for group in component["groups"].as_array().unwrap() {
            let ty = group["type"].as_str().unwrap().to_owned();
            *counts.entry(ty).or_default() += group["resources"].as_array().unwrap().len();
        }
    }
    counts
}

/// What a render says of a description that must be refused, without where.
#[track_caller]
fn refused(edits: &[(&str, &str)]) -> String {
    let project = coworks();
    for (old, new) in edits {
        project.edit(DESCRIPTION, old, new);
    }
    let before = project.files();
    let run = project.run(&["render"]).code(1);
    assert!(before == project.files(), "nothing is written");
    let said = |line: &&str| line.starts_with("error[") || line.contains("= help:");
    run.err
        .lines()
        .filter(said)
        .map(|line| line.trim_start_matches([' ', '|']))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Two stages of one API in one root, as the framework's first revision had them.
const QUICKSTART: &str = r#"stack "quickstart" {
  region = "eu-west-1"
}

artifact "app" {
  bucket = "acme-builds"
  key    = "quickstart/{digest}.zip"
}

artifact "app_prod" {
  bucket = "acme-builds"
  key    = "quickstart/{digest}.zip"
}

artifact "libraries" {
  bucket = "acme-builds"
  key    = "libraries/{digest}.zip"
}

lambda_layer "libraries" { code = artifact.libraries }

function "app" {
  name    = "test-quickstart3-dev"
  code    = artifact.app
  handler = "app.app"
  runtime = "python3.13"
  layers  = [lambda_layer.libraries]
}

function "app_prod" {
  name    = "test-quickstart3-prod"
  code    = artifact.app_prod
  handler = "app.app"
  runtime = "python3.13"
  layers  = [lambda_layer.libraries]
}

api "quickstart" {
  name = "test-quickstart3"
  authorizer "token" { function = function.app }
  route "GET /" { function = function.app }

  stage "dev" {
    cors { origins = ["*"] }
  }

  stage "prod" {
    functions = { app = function.app_prod }
    cors { origins = ["https://www.mywebsite.com"] }
  }
}
"#;

/// A lock of artifacts: tag and digest.
fn lock(entries: &[(&str, Option<&str>, Option<&str>)]) -> String {
    let value = |value: Option<&str>| value.map_or("null".to_owned(), |it| format!("\"{it}\""));
    let entries: String = entries
        .iter()
        .map(|(label, tag, digest)| {
            format!(
                "    {label} = {{\n      repository = \"\"\n      tag        = {}\n      digest     = {}\n    }}\n",
                value(*tag),
                value(*digest)
            )
        })
        .collect();
    let whole = include_str!("../stacks/coworks/dev/images.tf");
    let (head, rest) = whole.split_once("  images = {\n").unwrap();
    let (_, foot) = rest.split_once("\n  }\n").unwrap();
    format!("{head}  images = {{\n{entries}  }}\n{foot}")
}

const ONE: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const TWO: &str = "sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";

fn quickstart() -> Project {
    let project = Project::empty();
    project.write("stacks/quickstart/stack.hcl", QUICKSTART);
    let entries =
        [("app", None, Some(ONE)), ("app_prod", None, Some(TWO)), ("libraries", None, Some(ONE))];
    project.write("stacks/quickstart/images.tf", lock(&entries));
    project.run(&["render"]).success();
    project
}

#[test]
fn what_is_checked_in_is_what_is_described() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, content) in coworks().files() {
        let checked_in = fs::read(repository.join(&path)).unwrap_or_default();
        assert!(checked_in == content, "{path} is stale: run `stackwright render`");
    }
}

#[test]
fn it_is_laid_out_valid_and_planned_from_nothing_and_a_second_plan_is_empty() {
    let Some(project) = planned() else { return };
    let fmt = terraform(&project.path(""), &["fmt", "-check", "-recursive", "stacks"]).unwrap();
    assert!(fmt.status.success(), "{}", String::from_utf8_lossy(&fmt.stdout));
    project.finish(command(&project, &["validate"])).exits(0);
    let run = plan(&project, &["--from-nothing", "--all"]).code(2);
    assert_eq!(run.err, "", "no warning");
    let run = plan(&project, &["--base", "HEAD", "--all"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{}", run.out);
}

// Section 5 of what is known of the system: its defects.

#[test]
fn defect_1_each_stage_has_its_own_function() {
    // Both stages are snapshots of one definition, in which no function is named.
    let project = quickstart();
    let api = project.read("stacks/quickstart/apis.tf");
    assert!(api.contains("functions = {\n        app = \"app_prod\"\n      }"), "{api}");
    let module = project.read("modules/api/main.tf");
    for uri in ["uri                     = ", "authorizer_uri                   = "] {
        let line = module.lines().find(|line| line.trim_start().starts_with(uri)).unwrap();
        assert!(
            line.ends_with(":$${stageVariables.${each.value.function}}/invocations\""),
            "{line}"
        );
    }
    // A stage that would run another one's code is refused.
    project.edit(
        "stacks/quickstart/stack.hcl",
        "    functions = { app = function.app_prod }\n",
        "",
    );
    let run = project.run(&["render"]).code(1);
    assert!(run.err.contains("SW351"), "{run}");
}

#[test]
fn defect_1_only_its_own_stage_may_call_a_function() {
    let project = quickstart();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    commit(&project);
    let counts = counts(&report(&project, &["--from-nothing"]), "quickstart");
    // A route and an authorizer, of two stages each.
    assert_eq!(counts["aws_lambda_permission"], 4);
    let module = project.read("modules/api/main.tf");
    assert!(module.contains("execution_arn}/${var.stage[each.value.stage].name}/*/*\""));
    assert!(!module.contains("execution_arn}/*/*\""));
}

#[test]
fn defect_2_a_deployment_waits_for_the_preflight_and_follows_it() {
    let module = include_str!("../modules/api/main.tf");
    let deployment = module.split("resource \"aws_api_gateway_deployment\"").nth(1).unwrap();
    let deployment = deployment.split("\nresource ").next().unwrap();
    for part in
        ["method.cors", "integration.cors", "method_response.cors", "integration_response.cors"]
    {
        assert!(deployment.contains(&format!("aws_api_gateway_{part},")), "{part}");
    }
    let Some(project) = planned() else { return };
    let effect =
        effect(&project, &[("origins      = [\"*\"]", "origins      = [\"https://dev.example\"]")]);
    assert!(
        effect.contains("replace module.api_app.aws_api_gateway_deployment.this[\"main\"]"),
        "{effect}"
    );
    assert!(effect.starts_with("coworks/dev\n") && !effect.contains("coworks/prod"), "{effect}");
}

#[test]
fn defect_3_a_redeployment_does_not_take_the_stage_away() {
    let module = include_str!("../modules/api/main.tf");
    assert!(
        !module.contains("stage_description") && module.contains("create_before_destroy = true")
    );
    let Some(project) = planned() else { return };
    let route = "  route \"GET /users\" { function = function.app }\n";
    let more = format!("{route}  route \"DELETE /users\" {{ function = function.app }}\n");
    let effect = effect(&project, &[(route, &more)]);
    let stage = "module.api_app.aws_api_gateway_stage.this[\"main\"]";
    assert!(effect.contains(&format!("update {stage}")), "{effect}");
    for action in ["replace", "destroy", "create"] {
        assert!(!effect.contains(&format!("{action} {stage}")), "{effect}");
    }
}

#[test]
fn defect_4_each_stage_has_origins_of_its_own_that_browsers_send() {
    assert_snapshot!(refused(&[("\"https://www.mywebsite.com\", ", "\"www.mywebsite.com\", ")]), @"
    error[SW201]: in `prod`: no browser sends `www.mywebsite.com` as its origin
    = help: an origin is a scheme and a host; try `https://www.mywebsite.com`
    ");
    assert_snapshot!(refused(&[("[\"https://www.mywebsite.com\", \"https://mywebsite.com\"]", "[\"https://www.mywebsite.com,https://mywebsite.com\"]")]), @"
    error[SW201]: in `prod`: this is more than one origin
    = help: write each as an element of its own: browsers take one at a time
    ");
    let project = quickstart();
    let api = project.read("stacks/quickstart/apis.tf");
    assert!(
        api.contains("origins = [\"*\"]")
            && api.contains("origins = [\"https://www.mywebsite.com\"]")
    );
}

/// What the preflight of a path is answered, after an edit of the development stage's origins: the
/// template and the headers.
#[test]
fn defect_4_a_list_of_origins_is_answered_with_the_one_that_asks() {
    let Some(project) = planned() else { return };
    let new = "origins      = [\"https://a.example\", \"https://b.example\"]";
    project.edit(DESCRIPTION, "origins      = [\"*\"]", new);
    project.run(&["render"]).success();
    let report = report(&project, &["--base", "HEAD"]);
    let groups = report["roots"][0]["components"][0]["groups"].as_array().unwrap();
    let responses =
        groups.iter().filter(|group| group["type"] == "aws_api_gateway_integration_response");
    let mut lines: Vec<String> = Vec::new();
    for group in responses {
        for attribute in group["attributes"].as_array().unwrap() {
            lines.push(format!(
                "{}: {}",
                attribute["path"].as_str().unwrap(),
                attribute["new"]["value"].as_str().unwrap_or("-")
            ));
        }
    }
    lines.sort();
    lines.dedup();
    assert_snapshot!(lines.join("\n"), @r#"
    response_parameters["method.response.header.Access-Control-Allow-Origin"]: 'https://a.example'
    response_templates["application/json"]: #set($origin = $input.params().header.get("Origin"))
    #if(!$origin || $origin == "")
    #set($origin = $input.params().header.get("origin"))
    #end
    #if($context.stage == "dev")
    #set($origins = ["https://a.example","https://b.example"])
    #if($origins.contains($origin))
    #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
    #else
    #set($context.responseOverride.header.Access-Control-Allow-Origin = $origins[0])
    #end
    #set($context.responseOverride.header.Access-Control-Allow-Headers = "Authorization,Content-Type")
    #set($context.responseOverride.header.Access-Control-Max-Age = "600")
    #end
    "#);
}

#[test]
fn defect_4_every_header_that_is_set_is_declared() {
    let module = include_str!("../modules/api/main.tf");
    let declared =
        module.lines().find(|line| line.trim_start().starts_with("cors_declared")).unwrap();
    let headers = module.split("cors_headers = {").nth(1).unwrap().split('}').next().unwrap();
    assert!(declared.contains("keys(local.cors_headers)"));
    for piece in module.split("responseOverride.header.").skip(1) {
        let name = piece.split([' ', ')']).next().unwrap();
        assert!(
            headers.contains(name) || declared.contains(name),
            "{name} is set and not declared"
        );
    }
    assert!(declared.contains("Access-Control-Allow-Methods"));
    assert!(
        module.contains("\"Access-Control-Allow-Methods\" = each.value.methods"),
        "and emitted"
    );
}

#[test]
fn defect_5_a_service_whose_name_extends_anothers_keeps_its_files() {
    let project = Project::empty();
    for name in ["app-test", "app-test2"] {
        let description = QUICKSTART.replace("quickstart", name);
        project.write(&format!("stacks/{name}/stack.hcl"), description);
        let entries = [
            ("app", None, Some(ONE)),
            ("app_prod", None, Some(TWO)),
            ("libraries", None, Some(ONE)),
        ];
        project.write(&format!("stacks/{name}/images.tf"), lock(&entries));
    }
    project.edit("stacks/app-test2/stack.hcl", "test-app-test23", "test-app-test2-3");
    project.run(&["render"]).success();
    let other = |project: &Project| -> Vec<_> {
        project
            .files()
            .into_iter()
            .filter(|(path, _)| path.starts_with("stacks/app-test2/"))
            .collect()
    };
    let before = other(&project);
    project.edit(
        "stacks/app-test/stack.hcl",
        "lambda_layer \"libraries\" { code = artifact.libraries }\n",
        "",
    );
    let text = project
        .read("stacks/app-test/stack.hcl")
        .replace("  layers  = [lambda_layer.libraries]\n", "");
    project.write("stacks/app-test/stack.hcl", text);
    let run = project.run(&["render", "--stack", "app-test"]).success();
    assert!(run.contains("deleted stacks/app-test/lambda_layers.tf"), "{run}");
    assert!(before == other(&project));
}

#[test]
fn defect_6_names_may_have_hyphens_and_nothing_is_tainted() {
    let project = coworks();
    let text = project.read(DESCRIPTION).replace("app-test-$", "my-app-with-hyphens-$");
    project.write(DESCRIPTION, text);
    project.run(&["render"]).success();
    for file in ["apis.tf", "functions.tf"] {
        let text = project.read(&format!("stacks/coworks/dev/{file}"));
        assert!(text.contains("\"my-app-with-hyphens-dev\""), "{text}");
    }
}

#[test]
fn defect_7_layers_of_two_services_have_two_names() {
    let project = quickstart();
    let layer = project.read("stacks/quickstart/lambda_layers.tf");
    assert!(layer.contains("name = \"quickstart-libraries\""), "{layer}");
}

#[test]
fn defect_8_a_schedule_calls_the_function_that_has_it() {
    let project = coworks();
    for stage in ["dev", "prod"] {
        let functions = project.read(&format!("stacks/coworks/{stage}/functions.tf"));
        assert!(functions.contains("  schedule = {\n    clean = {\n"), "{functions}");
    }
    let module = include_str!("../modules/function/main.tf");
    let target = module.split("resource \"aws_cloudwatch_event_target\"").nth(1).unwrap();
    assert!(target.split('}').next().unwrap().contains("= aws_lambda_function.this.arn"));
    let Some(project) = planned() else { return };
    let counts = counts(&report(&project, &["--from-nothing", "--all"]), "coworks/prod");
    assert_eq!(
        (counts["aws_cloudwatch_event_rule"], counts["aws_cloudwatch_event_target"]),
        (1, 1)
    );
}

#[test]
fn defect_9_the_same_description_is_the_same_bytes_wherever_and_whenever() {
    let (one, other) = (coworks(), coworks());
    assert!(one.files() == other.files());
    for (path, content) in one.files() {
        let text = String::from_utf8(content).unwrap();
        for word in ["timestamp(", "plantimestamp", "uuid(", "/home/", "/tmp/", "DATETIME"] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}

#[test]
fn defect_10_no_secret_is_a_variable_of_a_function() {
    assert_snapshot!(refused(&[
        ("environment \"dev\"", "input \"token\" { sensitive = true }\n\nenvironment \"dev\""),
        ("    APP_SECRET_ID = secret.app.arn", "    API_TOKEN     = input.token"),
    ]), @"
    error[SW308]: `API_TOKEN` would show the sensitive `input.token` in clear text
    = help: store it in Systems Manager or Secrets Manager, name its ARN here, and add it to `access`
    ");
    // What is rendered holds the secret's address, never its value.
    let functions = coworks().read("stacks/coworks/prod/functions.tf");
    assert!(functions.contains("APP_SECRET_ID = module.secret_app.arn"));
}

#[test]
fn defect_11_an_archive_stays_where_later_plans_find_it() {
    assert_snapshot!(refused(&[("app-test/{digest}.zip", "app-test/archive.zip")]), @"
    error[SW201]: every build would overwrite the one before it
    = help: put `{digest}` into the key, or `{tag}`: what runs can then be had again, and a build for one stage is not that of another
    ");
    // A key that says which content it is: two stages, two objects, none overwritten.
    let project = coworks();
    let key = "key    = \"app-test/${trimprefix(local.images.app.digest, \"sha256:\")}.zip\"";
    for stage in ["dev", "prod"] {
        assert!(project.read(&format!("stacks/coworks/{stage}/functions.tf")).contains(key));
    }
}

#[test]
fn defect_12_what_an_authorizer_says_of_one_route_is_not_kept_for_others() {
    assert_snapshot!(refused(&[(
        "authorizer \"token\" { function = function.app }",
        "authorizer \"token\" {\n    function = function.app\n    cache_s  = 300\n  }",
    )]), @"
    error[SW312]: an answer about one route would count for all others while it is cached
    = help: leave `cache_s` out; or let the function answer with a policy about every route, and write `full_policy = true`
    ");
    // API Gateway's own default is 300.
    let module = include_str!("../modules/api/main.tf");
    assert!(module.contains("authorizer_result_ttl_in_seconds = each.value.cache_s"));
    assert!(
        include_str!("../modules/api/variables.tf").contains("cache_s    = optional(number, 0)")
    );
}

#[test]
fn defect_13_every_path_has_a_preflight_the_root_too() {
    let Some(project) = planned() else { return };
    let report = report(&project, &["--from-nothing", "--all"]);
    let text = report.to_string();
    for path in ["/", "/users", "/users/{id}"] {
        let address = format!("module.api_app.aws_api_gateway_method.cors[\\\"OPTIONS {path}\\\"]");
        assert!(text.contains(&address), "{address}");
    }
    // Without `cors` there is none.
    project.edit(DESCRIPTION, "  cors { origins = environment.origins }\n", "");
    let text = project
        .read(DESCRIPTION)
        .replace("  origins      = [\"*\"]\n", "")
        .replace("  origins = [\"https://www.mywebsite.com\", \"https://mywebsite.com\"]\n", "");
    project.write(DESCRIPTION, text);
    project.run(&["render"]).success();
    let effects = effects(&project);
    assert!(
        effects["coworks/dev"]
            .contains("destroy module.api_app.aws_api_gateway_method.cors[\"OPTIONS /\"]"),
        "{effects:#?}"
    );
}

// Its rules about versions and hashes.

#[test]
fn t1_a_stage_has_one_function_and_its_name_says_so() {
    let project = coworks();
    for stage in ["dev", "prod"] {
        let name = format!("\"app-test-{stage}\"");
        assert!(project.read(&format!("stacks/coworks/{stage}/functions.tf")).contains(&name));
        assert!(project.read(&format!("stacks/coworks/{stage}/apis.tf")).contains(&name));
    }
}

#[test]
fn t4_new_code_in_one_stage_updates_its_function_and_nothing_else() {
    let Some(project) = planned() else { return };
    let path = "stacks/coworks/dev/images.tf";
    let digest = project.read(path).split("sha256:").nth(1).unwrap()[..64].to_owned();
    project.edit(path, &digest, &TWO[7..]);
    assert_snapshot!(effect(&project, &[]), @"
    coworks/dev
    update module.function_app.aws_lambda_function.this
    ");
}

#[test]
fn t4_a_layer_that_is_upgraded_is_published_and_given_to_the_function() {
    let Some(project) = planned() else { return };
    let path = "stacks/coworks/prod/images.tf";
    let digest = project.read(path).rsplit("sha256:").next().unwrap()[..64].to_owned();
    project.edit(path, &digest, &TWO[7..]);
    project.edit(path, "\"0.9.4\"", "\"0.10.0\"");
    assert_snapshot!(effect(&project, &[]), @"
    coworks/prod
    replace module.lambda_layer_libraries.aws_lambda_layer_version.this
    update module.function_app.aws_lambda_function.this
    ");
}

#[test]
fn t5_a_stage_with_a_revision_is_deployed_when_that_changes() {
    let project = quickstart();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    let path = "stacks/quickstart/stack.hcl";
    project.edit(path, "  stage \"prod\" {\n", "  stage \"prod\" {\n    revision  = \"1\"\n");
    project.run(&["render"]).success();
    commit(&project);
    let route = "  route \"GET /\" { function = function.app }\n";
    project.edit(path, route, &format!("{route}  route \"PUT /\" {{ function = function.app }}\n"));
    project.run(&["render"]).success();
    let held = effects(&project)["quickstart"].clone();
    assert!(
        held.contains("replace module.api_quickstart.aws_api_gateway_deployment.this[\"dev\"]"),
        "{held}"
    );
    assert!(!held.contains("aws_api_gateway_deployment.this[\"prod\"]"), "{held}");
    project.edit(path, "revision  = \"1\"", "revision  = \"2\"");
    project.run(&["render"]).success();
    let released = effects(&project)["quickstart"].clone();
    assert!(
        released
            .contains("replace module.api_quickstart.aws_api_gateway_deployment.this[\"prod\"]"),
        "{released}"
    );
}

#[test]
fn t8_a_shared_change_lists_the_stages_that_are_deployed_again() {
    let project = quickstart();
    let Some(_) = terraform(&project.path(""), &["version"]) else { return };
    commit(&project);
    let path = "stacks/quickstart/stack.hcl";
    let route = "  route \"GET /\" { function = function.app }\n";
    project.edit(
        path,
        route,
        &format!("{route}  route \"PUT /users\" {{ function = function.app }}\n"),
    );
    project.run(&["render"]).success();
    assert_snapshot!(effects(&project)["quickstart"], @r#"
    create module.api_quickstart.aws_api_gateway_integration.cors["OPTIONS /users"]
    create module.api_quickstart.aws_api_gateway_integration.this["PUT /users"]
    create module.api_quickstart.aws_api_gateway_integration_response.cors["OPTIONS /users"]
    create module.api_quickstart.aws_api_gateway_method.cors["OPTIONS /users"]
    create module.api_quickstart.aws_api_gateway_method.this["PUT /users"]
    create module.api_quickstart.aws_api_gateway_method_response.cors["OPTIONS /users"]
    create module.api_quickstart.aws_api_gateway_resource.depth_1["users"]
    replace module.api_quickstart.aws_api_gateway_deployment.this["dev"]
    replace module.api_quickstart.aws_api_gateway_deployment.this["prod"]
    update module.api_quickstart.aws_api_gateway_stage.this["dev"]
    update module.api_quickstart.aws_api_gateway_stage.this["prod"]
    "#);
}

#[test]
fn another_stages_settings_deploy_nothing_again() {
    let Some(project) = planned() else { return };
    assert_snapshot!(effect(&project, &[("      rate  = 50\n", "      rate  = 60\n")]), @r#"
    coworks/dev
    update module.api_app.aws_api_gateway_method_settings.this["main"]
    coworks/prod
    update module.api_app.aws_api_gateway_method_settings.this["main"]
    "#);
}

// The page about it.

const PAGE: &str = include_str!("../docs/coworks.md");

/// The cells of the rows of the table whose head begins so.
fn table(head: &str) -> Vec<Vec<String>> {
    let lines = PAGE.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
    })
    .collect()
}

#[test]
fn the_page_counts_what_is_planned() {
    let Some(project) = planned() else { return };
    let report = report(&project, &["--from-nothing", "--all"]);
    let quickstart = quickstart();
    commit(&quickstart);
    let two = counts(&self::report(&quickstart, &["--from-nothing"]), "quickstart");
    let (dev, prod) = (counts(&report, "coworks/dev"), counts(&report, "coworks/prod"));
    let mut told: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for row in table("| type | seed") {
        let number = |cell: usize| row[cell].parse().unwrap_or(0);
        told.insert(row[0].clone(), [number(2), number(4), number(5)]);
    }
    let mut real: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for (at, counts) in [two, dev, prod].iter().enumerate() {
        for (ty, count) in counts {
            real.entry(ty.clone()).or_default()[at] = *count;
        }
    }
    let sum = |all: &BTreeMap<String, [usize; 3]>, at: usize| {
        all.values().map(|it| it[at]).sum::<usize>()
    };
    let all = [sum(&real, 0), sum(&real, 1), sum(&real, 2)];
    assert_eq!(told.remove("all"), Some(all));
    told.retain(|_, counts| *counts != [0, 0, 0]);
    assert_eq!(told, real);
}

#[test]
fn the_page_names_tests_and_codes_that_exist() {
    let here = include_str!("coworks.rs");
    for name in PAGE.split('`').skip(1).step_by(2) {
        if name.starts_with("defect_")
            || name.starts_with("t1_")
            || name.starts_with("t4_")
            || name.starts_with("t5_")
            || name.starts_with("t8_")
        {
            assert!(here.contains(&format!("fn {name}()")), "{name}");
        }
        if name.len() == 5 && name.starts_with("SW") {
            assert!(include_str!("../docs/codes.md").contains(name), "{name}");
        }
    }
    for number in 1..=13 {
        assert!(PAGE.contains(&format!("`defect_{number}_")), "defect {number}");
    }
}

// Bumps.

const FUNCTIONS: &str = r#"stack "shop" {
  region = "eu-west-1"
}

artifact "app" {
  bucket = "acme-builds"
  key    = "app/{digest}.zip"
}

artifact "tagged" {
  bucket = "acme-builds"
  key    = "tagged/{tag}.zip"
  policy "semver" { prefix = "v" }
}

artifact "coworks" { layer = "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-{tag}:1" }
artifact "numbered" { layer = "arn:aws:lambda:eu-west-1:123456789012:layer:tools:{tag}" }

function "app" {
  code    = artifact.app
  handler = "app.handler"
  runtime = "python3.13"
  layers  = [artifact.coworks, artifact.numbered]
}
"#;

fn functions() -> Remote {
    let entries = [
        ("app", None, Some(ONE)),
        ("coworks", Some("0.9.4"), None),
        ("numbered", Some("9"), None),
        ("tagged", Some("v1.9.0"), Some(ONE)),
    ];
    Remote::with(&[("shop", FUNCTIONS.to_owned(), lock(&entries))])
}

const LOCK: &str = "stacks/shop/images.tf";

#[test]
fn new_code_is_one_line_on_the_branch() {
    let remote = functions();
    let clone = remote.clone_as("ci");
    clone.run(&["bump", &format!("app={TWO}"), "--push"]).exits(0);
    assert_snapshot!(remote.git(&["show", "--format=%B", "--unified=1", "main", "--", LOCK]).lines().filter(|line| !line.starts_with("index ")).collect::<Vec<_>>().join("\n"), @r#"
    Deploy app sha256:5feceb66ffc8 to shop

    shop/app: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 -> sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9


    diff --git a/stacks/shop/images.tf b/stacks/shop/images.tf
    --- a/stacks/shop/images.tf
    +++ b/stacks/shop/images.tf
    @@ -7,3 +7,3 @@ locals {
           tag        = null
    -      digest     = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    +      digest     = "sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
         }
    "#);
    clone.git(&["pull", "-q", "--ff-only"]);
    clone.run(&["check"]).exits(0);
}

#[test]
fn an_archive_that_is_hashed_is_bumped_by_its_digest() {
    let remote = functions();
    let clone = remote.clone_as("ci");
    clone.write("../build/app.py", "import os\n");
    let digest = clone.run(&["artifact", "hash", "../build"]).success();
    assert!(digest.starts_with("sha256:") && digest.trim().len() == 71, "{digest}");
    clone.run(&["bump", &format!("app={}", digest.trim()), "--push"]).exits(0);
    assert!(remote.file(LOCK).contains(digest.trim()));
}

#[test]
fn what_does_not_say_which_content_it_is_is_refused() {
    let remote = functions();
    let clone = remote.clone_as("ci");
    let tip = remote.tip();
    for (value, said) in [
        ("app=v2".to_owned(), "`app` needs the digest"),
        ("tagged=v2.0.0".to_owned(), "`tagged` needs the digest"),
        (format!("tagged={TWO}"), "`tagged` needs the tag"),
        (format!("coworks={TWO}"), "`coworks` needs the tag"),
    ] {
        let run = clone.run(&["bump", &value, "--push"]).code(1);
        assert!(run.err.contains(said), "{value}: {run}");
    }
    assert_eq!(remote.tip(), tip);
}

#[test]
fn t7_a_layer_moves_to_the_higher_version_and_not_back() {
    let remote = functions();
    let clone = remote.clone_as("ci");
    clone.run(&["bump", "coworks=0.10.0", "numbered=10", "--push"]).exits(0);
    let lock = remote.file(LOCK);
    assert!(lock.contains("\"0.10.0\"") && lock.contains("\"10\""), "{lock}");
    let tip = remote.tip();
    let run = clone.run(&["bump", "coworks=0.9.9", "numbered=9", "--push"]).success();
    assert!(run.contains("nothing to do") || run.contains("newer"), "{run}");
    assert_eq!(remote.tip(), tip);
    // A development version has no place among releases.
    clone.run(&["bump", "coworks=dev1", "--push"]).exits(1);
    let rendered = clone.run(&["render"]);
    rendered.exits(0);
}

#[test]
fn two_artifacts_that_move_at_once_both_land() {
    let remote = functions();
    let (one, other) = (remote.clone_as("one"), remote.clone_as("other"));
    one.run(&["bump", &format!("app={TWO}"), "--push"]).exits(0);
    other.run(&["bump", "coworks=0.10.0", "--push"]).exits(0);
    let lock = remote.file(LOCK);
    assert!(lock.contains(TWO) && lock.contains("\"0.10.0\""), "{lock}");
    assert_eq!(remote.git(&["rev-list", "--count", "main"]).trim(), "3");
}

#[test]
fn an_artifact_that_is_named_alone_is_none_that_a_registry_knows() {
    let remote = functions();
    let clone = remote.clone_as("ci");
    let run = clone.run(&["bump", "app", "--from-registry", "--push"]).code(1);
    assert!(run.err.contains("no registry tells"), "{run}");
}

// The command.

#[test]
fn the_same_files_packed_again_are_the_same_artifact() {
    let project = Project::empty();
    project.write("build/app.py", "import os\n");
    project.write("build/lib/a.py", "");
    let before = project.run(&["artifact", "hash", "build"]).success();
    // Written again: other times.
    project.write("build/app.py", "import os\n");
    assert_eq!(before, project.run(&["artifact", "hash", "build"]).success());
    project.write("build/app.py", "import sys\n");
    assert_ne!(before, project.run(&["artifact", "hash", "build"]).success());
    let both = project.run(&["artifact", "hash", "build", "build/lib"]).success();
    assert_eq!(both.lines().count(), 2);
    assert_snapshot!(project.run(&["artifact", "hash", "nothing.zip"]).code(1).err, @"error: cannot read `nothing.zip`: No such file or directory (os error 2)");
    project.write("text.zip", "not a zip");
    assert_snapshot!(project.run(&["artifact", "hash", "text.zip"]).code(1).err, @"error: `text.zip` is no zip archive that can be read: invalid Zip archive: Could not find EOCD");
}

// Templates.

#[test]
fn what_is_for_api_gateway_is_left_to_it() {
    let project = quickstart();
    let route = "  route \"GET /\" { function = function.app }\n";
    let templated = r#"  route "GET /" {
    function  = function.app
    templates = {
      "application/json" = <<-EOT
        #set($body = $input.body)
        { "stage": "$${stageVariables.app}", "all": "$body" }
      EOT
      "text/plain" = "{ \"stage\": \"$${stageVariables.app}\" }"
    }
    response "ok" {
      status  = 200
      headers = { Cache-Control = "'no-store'" }
    }
  }
"#;
    project.edit("stacks/quickstart/stack.hcl", route, templated);
    project.run(&["render"]).success();
    let api = project.read("stacks/quickstart/apis.tf");
    assert_eq!(api.matches("$${stageVariables.app}").count(), 2, "{api}");
    let Some(fmt) = terraform(&project.path(""), &["fmt", "-check", "-recursive", "stacks"]) else {
        return;
    };
    assert!(fmt.status.success(), "{api}");
    commit(&project);
    let counts = counts(&report(&project, &["--from-nothing"]), "quickstart");
    assert_eq!(counts["aws_api_gateway_method_response"], 2, "the route's, and the preflight's");
}
