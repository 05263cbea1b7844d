//! `stackwright rollout`, with an `aws` on the PATH that writes down what it is asked, and fails
//! where it is told to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use crate::support::{Project, Run};

const STACK: &str = r#"stack "demo" {
  region = "us-west-2"
}

network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
image "app" { repository = "example.org/app" }
queue "jobs" {}
secret "app" { keys = ["API_KEY"] }

service "web" {
  cluster = cluster.main
  image   = image.app
}

worker "jobs" {
  cluster    = cluster.main
  image      = image.app
  queue      = queue.jobs
  job_time_s = 20
}

task "load" {
  cluster = cluster.main
  image   = image.app
}

rollout "main" {
  step "configured" { filled = [secret.app] }

  step "services" {
    stable       = [service.web, worker.jobs]
    wait_minutes = 20
  }

  step "load" { run = task.load }
}
"#;

const TOLD: &str = r#"{
  "secrets": { "app": "arn:aws:secretsmanager:us-west-2:1:secret:demo-app" },
  "services": {
    "service_web": { "cluster": "demo-main", "name": "demo-web", "task_definition_arn": "web:8" },
    "worker_jobs": { "cluster": "demo-main", "name": "demo-jobs", "task_definition_arn": "jobs:8" }
  },
  "tasks": {
    "load": {
      "cluster": "arn:aws:ecs:us-west-2:1:cluster/demo-main",
      "taskDefinition": "load:8",
      "capacityProviderStrategy": [{ "capacityProvider": "FARGATE", "weight": 1 }]
    }
  }
}"#;

const SERVICES: &str = r#"{"services": [
  {"serviceName": "demo-web", "status": "ACTIVE", "desiredCount": 1, "runningCount": 1,
   "deployments": [{"taskDefinition": "web:8", "rolloutState": "COMPLETED"}]},
  {"serviceName": "demo-jobs", "status": "ACTIVE", "desiredCount": 2, "runningCount": 2,
   "deployments": [{"taskDefinition": "jobs:8", "rolloutState": "COMPLETED"}]}
]}"#;

const ENDED: &str = r#"{"tasks": [{"stoppedReason": "Essential container in task exited",
  "containers": [{"name": "demo-load", "exitCode": 0}, {"name": "agent", "exitCode": 137}]}]}"#;

/// A project, and programs that answer in place of `aws` and `terraform`. An answer is a file that
/// is called as the call's second and third words; what it is asked is in `asked`.
struct Cloud(Project);

impl Cloud {
    fn new() -> Self {
        let project = Project::with(STACK);
        let lock = crate::support::git::lock(&[("app", "v1")]);
        project.write("stacks/demo/images.tf", lock);
        project.run(&["render"]).success();
        let aws = "#!/bin/sh\n\
            echo \"$*\" >> asked\n\
            case $2 in wait) name=$3 ;; *) name=$2 ;; esac\n\
            number=$(/usr/bin/env grep -c \" $name \" asked)\n\
            [ -e answers/$name.$number ] && name=$name.$number\n\
            [ -e answers/$name.err ] && { read code text < answers/$name.err; echo \"$text\" >&2; exit $code; }\n\
            [ -e answers/$name ] && /bin/cat answers/$name\n\
            exit 0\n";
        let terraform = "#!/bin/sh\n[ \"$*\" = 'output -json rollout_main' ] && [ -e stack.hcl ] && exec /bin/cat ../../told\nexit 1\n";
        for (name, text) in [("bin/aws", aws), ("bin/terraform", terraform)] {
            project.write(name, text);
            let path = project.path(name);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        project.write("told", TOLD);
        let cloud = Self(project);
        cloud.answers("get-secret-value", "False\n");
        cloud.answers("describe-services", SERVICES);
        cloud.answers("list-tasks", r#"{"taskArns": ["old-1", "old-2"]}"#);
        cloud.answers("run-task", r#"{"tasks": [{"taskArn": "task-1"}], "failures": []}"#);
        cloud.answers("describe-tasks", ENDED);
        cloud
    }

    fn answers(&self, call: &str, text: &str) {
        self.0.write(&format!("answers/{call}"), text);
    }

    /// A call ends with a code and a line on standard error.
    fn fails(&self, call: &str, code: u8, text: &str) {
        self.0.write(&format!("answers/{call}"), "");
        self.0.write(&format!("answers/{call}.err"), format!("{code} {text}\n"));
    }

    fn run(&self, args: &[&str]) -> Run {
        let mut command = self.0.command(&[&["rollout"], args].concat());
        let path = format!("{}:/usr/bin:/bin", self.0.path("bin").display());
        self.0.finish({
            command.env("PATH", path);
            command
        })
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.0.path("asked")).unwrap_or_default()
    }

    /// The calls by their names.
    fn calls(&self) -> Vec<String> {
        let asked = self.asked();
        let name = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            words[if words[1] == "wait" { 2 } else { 1 }].to_owned()
        };
        asked.lines().map(name).collect()
    }
}

#[test]
fn the_steps_are_done_in_their_order() {
    let cloud = Cloud::new();
    assert_snapshot!(cloud.run(&[]).success(), @"
    configured: secret.app filled
    services: service.web and worker.jobs stable, old tasks gone
    load: task.load ended with 0
    ");
    assert_snapshot!(cloud.asked(), @r#"
    secretsmanager get-secret-value --secret-id arn:aws:secretsmanager:us-west-2:1:secret:demo-app --query contains(SecretString, 'XXX: ENTER VALUE') --output text --region us-west-2
    ecs wait services-stable --cluster demo-main --services demo-web demo-jobs --region us-west-2
    ecs describe-services --cluster demo-main --output json --services demo-web demo-jobs --region us-west-2
    ecs list-tasks --cluster demo-main --service-name demo-web --desired-status STOPPED --output json --region us-west-2
    ecs list-tasks --cluster demo-main --service-name demo-jobs --desired-status STOPPED --output json --region us-west-2
    ecs wait tasks-stopped --cluster demo-main --tasks old-1 old-2 old-1 old-2 --region us-west-2
    ecs run-task --output json --cli-input-json {"cluster":"arn:aws:ecs:us-west-2:1:cluster/demo-main","taskDefinition":"load:8","capacityProviderStrategy":[{"capacityProvider":"FARGATE","weight":1}]} --region us-west-2
    ecs wait tasks-stopped --cluster arn:aws:ecs:us-west-2:1:cluster/demo-main --tasks task-1 --region us-west-2
    ecs describe-tasks --cluster arn:aws:ecs:us-west-2:1:cluster/demo-main --output json --tasks task-1 --region us-west-2
    "#);
}

#[test]
fn a_dry_run_shows_the_calls_and_makes_none() {
    let cloud = Cloud::new();
    assert_snapshot!(cloud.run(&["--dry-run"]).success(), @r"
    # configured: secret.app filled
    aws secretsmanager get-secret-value --secret-id demo-app --query 'contains(SecretString, '\''XXX: ENTER VALUE'\'')' --output text --region us-west-2
    # services: service.web and worker.jobs stable, old tasks gone
    aws ecs wait services-stable --cluster demo-main --services demo-web demo-jobs --region us-west-2
    aws ecs describe-services --cluster demo-main --output json --services demo-web demo-jobs --region us-west-2
    aws ecs list-tasks --cluster demo-main --service-name demo-web --desired-status STOPPED --output json --region us-west-2
    aws ecs list-tasks --cluster demo-main --service-name demo-jobs --desired-status STOPPED --output json --region us-west-2
    aws ecs wait tasks-stopped --cluster demo-main --tasks '<old tasks>' --region us-west-2
    # load: task.load to its end, exit code 0
    aws ecs run-task --output json --cli-input-json '<what starts task.load>' --region us-west-2
    aws ecs wait tasks-stopped --cluster '<its cluster>' --tasks '<the task>' --region us-west-2
    aws ecs describe-tasks --cluster '<its cluster>' --output json --tasks '<the task>' --region us-west-2
    ");
    assert_eq!(cloud.asked(), "");
    // With what was applied, they are whole.
    let whole = cloud.run(&["--dry-run", "--told", "told", "--step", "load"]).success();
    assert_snapshot!(whole, @r#"
    # load: task.load to its end, exit code 0
    aws ecs run-task --output json --cli-input-json '{"cluster":"arn:aws:ecs:us-west-2:1:cluster/demo-main","taskDefinition":"load:8","capacityProviderStrategy":[{"capacityProvider":"FARGATE","weight":1}]}' --region us-west-2
    aws ecs wait tasks-stopped --cluster arn:aws:ecs:us-west-2:1:cluster/demo-main --tasks '<the task>' --region us-west-2
    aws ecs describe-tasks --cluster arn:aws:ecs:us-west-2:1:cluster/demo-main --output json --tasks '<the task>' --region us-west-2
    "#);
}

#[test]
fn a_secret_without_a_value_stops_it() {
    let cloud = Cloud::new();
    cloud.fails("get-secret-value", 254, "An error occurred (ResourceNotFoundException): no value");
    assert_snapshot!(cloud.run(&[]).code(1).err, @r#"
    error[SW751]: the step `configured` failed: `secret.app` has no value
      --> stacks/demo/stack.hcl:29:3
       |
    29 |   step "configured" { filled = [secret.app] }
       |   ^^^^^^^^^^^^^^^^^
       |
       = help: put a value there: `aws secretsmanager put-secret-value`
    "#);
    assert_eq!(cloud.calls(), ["get-secret-value"]);
}

#[test]
fn a_placeholder_stops_it() {
    let cloud = Cloud::new();
    cloud.answers("get-secret-value", "True\n");
    assert_snapshot!(cloud.run(&[]).code(1).err, @r#"
    error[SW751]: the step `configured` failed: `secret.app` holds `XXX: ENTER VALUE`
      --> stacks/demo/stack.hcl:29:3
       |
    29 |   step "configured" { filled = [secret.app] }
       |   ^^^^^^^^^^^^^^^^^
       |
       = help: put a value there: `aws secretsmanager put-secret-value`
    "#);
    assert_eq!(cloud.calls(), ["get-secret-value"]);
}

#[test]
fn a_deployment_that_was_rolled_back_stops_it() {
    let cloud = Cloud::new();
    cloud.answers("describe-services", &SERVICES.replace("jobs:8", "jobs:7"));
    assert_snapshot!(cloud.run(&[]).code(1).err, @r#"
    error[SW751]: the step `services` failed: `worker.jobs` runs `jobs:7`, and not `jobs:8`
      --> stacks/demo/stack.hcl:31:3
       |
    31 |   step "services" {
       |   ^^^^^^^^^^^^^^^
       |
       = help: look at the service's events; what did not come up was rolled back
    "#);
    assert_eq!(cloud.calls(), ["get-secret-value", "services-stable", "describe-services"]);
}

#[test]
fn what_is_not_stable_in_time_stops_it() {
    let cloud = Cloud::new();
    // Twice ten minutes are what the step has.
    cloud.fails("services-stable", 255, "Waiter ServicesStable failed: Max attempts exceeded");
    assert_snapshot!(cloud.run(&[]).code(1).err, @r#"
    error[SW751]: the step `services` failed: it is not done after 20 minutes
      --> stacks/demo/stack.hcl:31:3
       |
    31 |   step "services" {
       |   ^^^^^^^^^^^^^^^
       |
       = help: look what hinders it, or raise `wait_minutes`
    "#);
    assert_eq!(cloud.calls(), ["get-secret-value", "services-stable", "services-stable"]);
}

#[test]
fn what_is_stable_when_it_is_waited_for_again_is_stable() {
    let cloud = Cloud::new();
    cloud.fails("services-stable.1", 255, "Waiter ServicesStable failed: Max attempts exceeded");
    cloud.run(&["--step", "services"]).exits(0);
    assert_eq!(cloud.calls()[..3], ["services-stable", "services-stable", "describe-services"]);
}

#[test]
fn another_failure_of_the_cli_is_not_waited_for_again() {
    let cloud = Cloud::new();
    cloud.fails("services-stable", 255, "Unable to locate credentials");
    assert_snapshot!(cloud.run(&[]).code(1).err, @r#"
    error[SW751]: the step `services` failed: `aws ecs wait services-stable` ended with 255
      --> stacks/demo/stack.hcl:31:3
       |
    31 |   step "services" {
       |   ^^^^^^^^^^^^^^^
       |
       = help: Unable to locate credentials
    "#);
    assert_eq!(cloud.calls(), ["get-secret-value", "services-stable"]);
}

#[test]
fn a_task_that_does_not_start_stops_it() {
    let cloud = Cloud::new();
    cloud.answers(
        "run-task",
        r#"{"tasks": [], "failures": [{"reason": "Capacity is unavailable"}]}"#,
    );
    assert_snapshot!(cloud.run(&["--step", "load"]).code(1).err, @r#"
    error[SW751]: the step `load` failed: `task.load` was not started
      --> stacks/demo/stack.hcl:36:3
       |
    36 |   step "load" { run = task.load }
       |   ^^^^^^^^^^^
       |
       = help: Capacity is unavailable
    "#);
    assert_eq!(cloud.calls(), ["run-task"]);
}

#[test]
fn a_task_that_fails_says_so() {
    let cloud = Cloud::new();
    cloud.answers("describe-tasks", &ENDED.replace("\"exitCode\": 0", "\"exitCode\": 1"));
    assert_snapshot!(cloud.run(&["--step", "load"]).code(1).err, @r#"
    error[SW751]: the step `load` failed: `task.load` ended with 1
      --> stacks/demo/stack.hcl:36:3
       |
    36 |   step "load" { run = task.load }
       |   ^^^^^^^^^^^
       |
       = help: Essential container in task exited; its log says more: task-1
    "#);
    // Killed before it could say anything.
    cloud.answers("describe-tasks", &ENDED.replace(", \"exitCode\": 0", ""));
    assert_snapshot!(cloud.run(&["--step", "load"]).code(1).err, @r#"
    error[SW751]: the step `load` failed: `task.load` ended without an exit code
      --> stacks/demo/stack.hcl:36:3
       |
    36 |   step "load" { run = task.load }
       |   ^^^^^^^^^^^
       |
       = help: Essential container in task exited; its log says more: task-1
    "#);
}

#[test]
fn a_root_that_is_not_applied_tells_nothing() {
    let cloud = Cloud::new();
    fs::remove_file(cloud.0.path("told")).unwrap();
    assert_snapshot!(cloud.run(&[]).code(1).err, @"
    error: `terraform output -json rollout_main` failed; run `terraform init` and `terraform apply` in `stacks/demo` first
    /bin/cat: ../../told: No such file or directory
    ");
    cloud.0.write("told", TOLD.replace("\"load\"", "\"other\""));
    assert_snapshot!(cloud.run(&["--step", "load"]).code(1).err, @r#"
    error[SW751]: the step `load` failed: the root's output says nothing of `task.load`
      --> stacks/demo/stack.hcl:36:3
       |
    36 |   step "load" { run = task.load }
       |   ^^^^^^^^^^^
       |
       = help: apply the root first: `terraform apply`
    "#);
    assert_eq!(cloud.asked(), "");
}

#[test]
fn an_answer_that_is_none_is_told() {
    let cloud = Cloud::new();
    cloud.answers("describe-services", "<html>");
    let said = cloud.run(&["--step", "services"]).code(1).err;
    assert!(said.contains("`aws ecs describe-services` answered no JSON"), "{said}");
}

#[test]
fn without_the_cli_nothing_is_done() {
    let cloud = Cloud::new();
    fs::remove_file(cloud.0.path("bin/aws")).unwrap();
    let mut command = cloud.0.command(&["rollout", "--told", "told"]);
    command.env("PATH", cloud.0.path("bin"));
    assert_snapshot!(cloud.0.finish(command).code(1).err, @r#"
    error[SW751]: the step `configured` failed: `aws` cannot be started: No such file or directory (os error 2)
      --> stacks/demo/stack.hcl:29:3
       |
    29 |   step "configured" { filled = [secret.app] }
       |   ^^^^^^^^^^^^^^^^^
       |
       = help: install the AWS CLI, version 2, and put it on the PATH
    "#);
}

#[test]
fn a_rollout_is_named_where_it_is_not_clear() {
    let cloud = Cloud::new();
    let known = cloud.run(&["--step", "lod"]).code(1).err;
    assert_snapshot!(known, @"
    error[SW752]: the rollout `main` has no step `lod`
     |
     = help: name one of `configured`, `services`, `load`
    ");
    assert_snapshot!(cloud.run(&["other"]).code(1).err, @r#"
    error[SW752]: there is no rollout `other`
     |
     = help: write one: `rollout "main" { step "services" { stable = [service.…] } }`
    "#);
    let second = "\nrollout \"second\" {\n  step \"configured\" { filled = [secret.app] }\n}\n";
    cloud.0.write("stacks/demo/stack.hcl", format!("{STACK}{second}"));
    assert_snapshot!(cloud.run(&["--dry-run"]).code(1).err, @"
    error[SW752]: there are several rollouts
     |
     = help: name one of `main --stack demo`, `second --stack demo`
    ");
    cloud.run(&["second", "--dry-run"]).exits(0);
}

#[test]
fn a_task_of_another_environment_is_left_out() {
    let cloud = Cloud::new();
    let elsewhere = STACK
        .replace("  region =", "  environment = \"production\"\n  region =")
        .replace("task \"load\" {", "task \"load\" {\n  environments = [\"staging\"]");
    cloud.0.write("stacks/demo/stack.hcl", elsewhere);
    assert_snapshot!(cloud.run(&["--step", "load"]).success(), @"load: task.load is not run in this environment");
    assert_eq!(cloud.asked(), "");
}

#[test]
fn a_job_of_github_actions_does_each_step() {
    let cloud = Cloud::new();
    assert_snapshot!(cloud.run(&["--format", "github"]).success(), @r#"
    # Below `jobs:`, after what applies the root. The variable ROLLOUT_ROLE_ARN names the role it has.
    rollout:
      runs-on: ubuntu-latest
      permissions:
        contents: read
        id-token: write
      # One after the other: a task that is run twice at once is nobody's intent.
      concurrency: rollout-demo
      steps:
        - uses: actions/checkout@v4
        - uses: aws-actions/configure-aws-credentials@v4
          with:
            aws-region: us-west-2
            role-to-assume: ${{ vars.ROLLOUT_ROLE_ARN }}
        - uses: hashicorp/setup-terraform@v3
          with:
            terraform_wrapper: false
        - name: Ask what was applied
          run: |
            terraform -chdir=stacks/demo init -input=false
            terraform -chdir=stacks/demo output -json rollout_main > "$RUNNER_TEMP/rollout.json"
        - name: configured
          run: stackwright rollout main --stack demo --step configured --told "$RUNNER_TEMP/rollout.json"
        - name: services
          run: stackwright rollout main --stack demo --step services --told "$RUNNER_TEMP/rollout.json"
        - name: load
          run: stackwright rollout main --stack demo --step load --told "$RUNNER_TEMP/rollout.json"
    "#);
    assert_eq!(cloud.asked(), "");
}
