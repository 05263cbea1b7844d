//! Requests that ECS shifts to new tasks, and what Terraform makes of it.

use insta::assert_snapshot;

use crate::examples::LOCK;
use crate::plan::{command, commit};
use crate::support::{Project, Run, terraform};

/// A service behind a load balancer; `DEPLOYMENT` and `TEST` stand for what is tried.
const STACK: &str = r#"stack "demo" {
  region = "us-west-2"
}

input "key" { sensitive = true }

repository "app" {}
image "app" {
  repository = repository.app
}
network "main" {
  cidr = "10.0.0.0/16"
}
cluster "main" {
  network = network.main
}

service "api" {
  cluster       = cluster.main
  image         = image.app
  port          = 3000
  load_balancer = load_balancer.api

  deployment {
    strategy = "canary"
  }
}

load_balancer "api" {
  network   = network.main
  http_only = true

  rule "preview" {
    priority     = 10
    forward      = service.api
    test_traffic = true

    header "x-preview" {
      values = [input.key]
    }
  }

  rule "api" {
    priority = 20
    paths    = ["/*"]
    forward  = service.api
  }

  rule "status" {
    priority = 15
    paths    = ["/status"]
    status   = 200
  }
}
"#;

/// The project, rendered and committed. `None` without Terraform.
fn project(description: &str) -> Option<Project> {
    let project = Project::with(description);
    terraform(&project.path(""), &["version"])?;
    project.write("stacks/demo/images.tf", LOCK);
    project.run(&["render"]).success();
    commit(&project);
    Some(project)
}

fn plan(project: &Project) -> Run {
    project.finish(command(project, &["plan", "--base", "HEAD"]))
}

#[test]
fn weights_that_ecs_moved_are_left_as_they_are() {
    let Some(project) = project(STACK) else { return };
    // What is there is not what is written, as after a deployment.
    let module = "modules/load_balancer/main.tf";
    let moved = project.read(module).replace("weight = 100", "weight = 40");
    project.write(module, moved.replace("weight = 0\n", "weight = 60\n"));
    assert_snapshot!(plan(&project), @"
    exit 0
    --- out
    demo: no changes

    1 root against HEAD: no changes
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    --- err
    warning[SW611]: 1 file differs from the description, `modules/load_balancer/main.tf` first: the plan is of the files
     |
     = help: run `stackwright render`, and plan again
    ");
}

#[test]
fn a_new_image_is_a_deployment_and_nothing_else() {
    let Some(project) = project(STACK) else { return };
    project.edit("stacks/demo/images.tf", "\"v1\"", "\"v2\"");
    assert_snapshot!(plan(&project), @r#"
    exit 2
    --- out
    demo: 1 to replace, 1 to update

      service.api: new image v1 to v2
        -/+ 1 task definition replaced
              container_definitions[0].image: "(account).dkr.ecr.us-west-2.amazonaws.com/demo-app:v1" → "(account).dkr.ecr.us-west-2.amazonaws.com/demo-app:v2"  forces the replacement
            module.service_api.module.task.aws_ecs_task_definition.this
          ~ 1 service updated, which follows
            module.service_api.aws_ecs_service.this

    1 root against HEAD: 1 to replace, 1 to update
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    --- err
    "#);
}

#[test]
fn another_port_takes_the_rules_with_it() {
    let Some(project) = project(STACK) else { return };
    project.edit("stacks/demo/stack.hcl", "3000", "4000");
    project.run(&["render"]).success();
    assert_snapshot!(plan(&project), @r#"
    exit 2
    --- out
    demo: 5 to replace, 2 to update

      load_balancer.api
        -/+ 1 target group replaced
              name: "demo-api-3000-alt" → "demo-api-4000-alt"  forces the replacement
              port: 3000 → 4000  forces the replacement
            module.load_balancer_api.aws_lb_target_group.alternate["api"]
        -/+ 1 target group replaced
              name: "demo-api-3000" → "demo-api-4000"  forces the replacement
              port: 3000 → 4000  forces the replacement
            module.load_balancer_api.aws_lb_target_group.this["api"]
        -/+ 2 listener rules replaced, which follows
            module.load_balancer_api.aws_lb_listener_rule.shifted["api"]
            module.load_balancer_api.aws_lb_listener_rule.test["api"]

      service.api
        -/+ 1 task definition replaced
              container_definitions[0].portMappings[0].containerPort: 3000 → 4000  forces the replacement
              container_definitions[0].portMappings[0].hostPort: 3000 → 4000  forces the replacement
            module.service_api.module.task.aws_ecs_task_definition.this
          ~ 1 service updated
              load_balancer[0].container_port: 3000 → 4000
              task_definition: (simulated) → (known after apply)
            module.service_api.aws_ecs_service.this
          ~ 1 vpc security group ingress rule updated
              from_port: 3000 → 4000
              to_port: 3000 → 4000
            module.service_api.aws_vpc_security_group_ingress_rule.load_balancer[0]

    1 root against HEAD: 5 to replace, 2 to update
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    --- err
    "#);
}

#[test]
fn a_service_that_goes_back_to_replacing_tasks_says_so() {
    let Some(project) = project(STACK) else { return };
    project.edit("stacks/demo/stack.hcl", "    strategy = \"canary\"\n", "");
    project.edit("stacks/demo/stack.hcl", "    test_traffic = true\n", "");
    project.edit("stacks/demo/stack.hcl", "priority = 20", "priority = 21");
    project.run(&["render"]).success();
    assert_snapshot!(plan(&project), @r#"
    exit 2
    --- out
    demo: 5 to destroy, 1 to update, 2 to create

      load_balancer.api
          - 2 listener rules destroyed: its key is gone
            module.load_balancer_api.aws_lb_listener_rule.shifted["api"]
            module.load_balancer_api.aws_lb_listener_rule.test["api"]
          - 1 target group destroyed: its key is gone
            module.load_balancer_api.aws_lb_target_group.alternate["api"]
          + 2 listener rules created
            module.load_balancer_api.aws_lb_listener_rule.this["api"]
            module.load_balancer_api.aws_lb_listener_rule.this["preview"]

      service.api
          - 1 role destroyed: `count` is lower
            module.service_api.aws_iam_role.deployment[0]
          - 1 iam role policy attachment destroyed: `count` is lower
            module.service_api.aws_iam_role_policy_attachment.deployment[0]
          ~ 1 service updated
              deployment_configuration[0].strategy: "CANARY" → "ROLLING"
              load_balancer[0].advanced_configuration[-]: {"alternate_target_group_arn":"(simulated)","production_listener_rule":"(simulated)","role_arn":"arn:aws:iam::(account):… → null
            module.service_api.aws_ecs_service.this

    1 root against HEAD: 5 to destroy, 1 to update, 2 to create
    planned offline from the provider's schema and rules: what really runs, quotas, permissions and names that others have are not known
    --- err
    "#);
}
