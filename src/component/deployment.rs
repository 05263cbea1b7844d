//! How new tasks take the place of old ones.
//!
//! Requests are shifted by ECS itself, not by CodeDeploy: one service has both sets of tasks, no
//! application and no deployment group stand beside it, and Terraform starts a deployment by
//! changing the task definition, as it does where tasks are replaced one by one.

use super::load_balancer::Rule;
use super::{Alarm, LoadBalancer, Service};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::block::Origin;
use crate::stack::check::Check;
use crate::stack::field::{Literal, Map, Ref, Table};
use crate::stack::value::Value;
use crate::value::{Arn, Whole};
use crate::{block, choice};

block! {
    /// How new tasks take the place of old ones (Amazon ECS Developer Guide, "Amazon ECS service
    /// deployment controllers and strategies").
    ///
    /// A deployment begins when Terraform changes the task definition: a new image is one. ECS goes
    /// on with it after Terraform has ended. One that ECS rolled back shows in the next plan, as the
    /// task definition that does not run.
    pub struct Deployment {
        /// Whether tasks are replaced in place, or requests are shifted to new ones beside them.
        /// All but `rolling` is for services behind a load balancer, one `rule` of which forwards
        /// to the service; ECS then moves that rule's weights, which Terraform leaves alone. Who
        /// comes from `rolling`, or goes back, gives the rule another `priority` in the same change:
        /// the old and the new rule stand beside each other for a moment.
        strategy: Literal<Strategy> = Literal(Strategy::Rolling),
        /// The least number of running tasks meanwhile, in percent of the wanted number: of
        /// `rolling`.
        minimum_healthy_percent: Value<Whole<0, 100>> = Self::default().minimum_healthy_percent,
        /// The greatest number of running tasks meanwhile, in percent of the wanted number: of
        /// `rolling`.
        maximum_percent: Value<Whole<100, 200>> = Self::default().maximum_percent,
        /// How many of the requests are shifted at once, in percent: first by `canary`, each time by
        /// `linear`, which shifts at least 3.
        step_percent: Value<Whole<1, 99>> = Self::default().step_percent,
        /// How many minutes pass until the next ones are: of `canary` and `linear`.
        step_minutes: Value<Whole<0, 1440>> = Self::default().step_minutes,
        /// How many minutes the old tasks are kept after all requests were shifted, to go back at
        /// once. Not of `rolling`.
        bake_minutes: Value<Whole<0, 1440>> = Self::default().bake_minutes,
        /// What is asked on the way whether it may go on. Not of `rolling`.
        hook: Table<Hook>,
        /// Alarms that make a deployment fail. They must not need the service itself: one on its
        /// own metrics names it in text, `ServiceName = "demo-api"`.
        alarms: Vec<Ref<Alarm>>,
        /// False to try for ever to start tasks that do not come up.
        circuit_breaker: Value<bool> = Self::default().circuit_breaker,
        /// False to leave a deployment that failed as it is, instead of going back to the last one
        /// that worked.
        rollback: Value<bool> = Self::default().rollback,
    }
}

block! {
    /// A Lambda function that says whether a deployment may go on: with `hookStatus` it answers
    /// `SUCCEEDED`, `FAILED`, or `IN_PROGRESS` to be asked again (Amazon ECS Developer Guide,
    /// "Lifecycle hooks for Amazon ECS service deployments").
    pub struct Hook {
        /// The function's ARN.
        function_arn: Value<Arn>,
        /// When it is asked.
        stages: Vec<Literal<Stage>>,
        /// What it is told.
        details: Map<Value<String>>,
    }
}

impl Default for Deployment {
    fn default() -> Self {
        Self {
            strategy: Literal(Strategy::Rolling),
            minimum_healthy_percent: Value::Literal(Whole::new(100)),
            maximum_percent: Value::Literal(Whole::new(200)),
            step_percent: Value::Literal(Whole::new(10)),
            step_minutes: Value::Literal(Whole::new(5)),
            bake_minutes: Value::Literal(Whole::new(5)),
            hook: Table::default(),
            alarms: Vec::new(),
            circuit_breaker: Value::Literal(true),
            rollback: Value::Literal(true),
            origin: Origin::default(),
        }
    }
}

choice! {
    /// How requests come to new tasks (Amazon ECS API Reference, "DeploymentConfiguration").
    pub enum Strategy {
        /// Some tasks are replaced at a time.
        Rolling = "rolling",
        /// As many new tasks are started, and then get all requests at once.
        BlueGreen = "blue_green",
        /// As many new tasks are started, and get some requests first, then all.
        Canary = "canary",
        /// As many new tasks are started, and get more requests step by step.
        Linear = "linear",
    }
}

choice! {
    /// When a hook is asked (Amazon ECS API Reference, "DeploymentLifecycleHook").
    pub enum Stage {
        /// When a deployment begins while another one is under way.
        ReconcileService = "reconcile_service",
        /// Before new tasks are started.
        PreScaleUp = "pre_scale_up",
        /// When they run.
        PostScaleUp = "post_scale_up",
        /// While test requests are shifted.
        TestTrafficShift = "test_traffic_shift",
        /// When test requests come to them.
        PostTestTrafficShift = "post_test_traffic_shift",
        /// Before requests are shifted, at each step.
        PreProductionTrafficShift = "pre_production_traffic_shift",
        /// While requests are shifted, at each step.
        ProductionTrafficShift = "production_traffic_shift",
        /// When all requests come to them.
        PostProductionTrafficShift = "post_production_traffic_shift",
    }
}

impl Deployment {
    /// True where new tasks stand beside old ones.
    pub fn shifts(&self) -> bool {
        self.strategy.0 != Strategy::Rolling
    }

    fn refuse(&self, check: &Check<'_>, field: &str, message: String, help: &str) {
        let problem = Diagnostic::error(codes::CONFLICT, message).help(help);
        check.report(problem.at(self.origin.field(field), ""));
    }

    /// Its rules.
    pub fn check(&self, check: &Check<'_>) {
        let strategy = self.strategy.0;
        let other = match strategy {
            Strategy::Rolling => {
                ["step_percent", "step_minutes", "bake_minutes", "hook"].as_slice()
            }
            Strategy::BlueGreen => {
                &["minimum_healthy_percent", "maximum_percent", "step_percent", "step_minutes"]
            }
            Strategy::Canary | Strategy::Linear => &["minimum_healthy_percent", "maximum_percent"],
        };
        for field in other.iter().filter(|field| self.origin.wrote(field)) {
            let message = format!("a `{strategy}` deployment has no `{field}`");
            self.refuse(check, field, message, "leave it out, or choose another `strategy`");
        }
        let (min, max) = (&self.minimum_healthy_percent, &self.maximum_percent);
        if let (Some(min), Some(max)) = (min.literal(), max.literal())
            && min.get() == 100
            && max.get() == 100
        {
            let message = "no task can be replaced: none may stop, and none may start before";
            let help = "lower `minimum_healthy_percent`, or raise `maximum_percent`";
            self.refuse(check, "maximum_percent", message.to_owned(), help);
        }
        let step = self.step_percent.literal().filter(|step| step.get() < 3);
        if let Some(step) = step.filter(|_| strategy == Strategy::Linear) {
            let message =
                format!("a `linear` deployment does not shift `{step}` percent at a time");
            check.report(
                Diagnostic::error(codes::OUT_OF_RANGE, message)
                    .at(self.origin.field("step_percent"), "")
                    .help("shift at least 3"),
            );
        }
        for (label, hook) in self.hook.iter() {
            hook.check(check, label);
        }
    }

    /// Requests can only be shifted where there are some.
    pub fn check_unshifted(&self, check: &Check<'_>) {
        if self.shifts() {
            let message = "no load balancer sends requests that could be shifted".to_owned();
            let help = "leave `strategy` out; or, in a `service`, set `load_balancer`";
            self.refuse(check, "strategy", message, help);
        }
    }

    /// What is asked of test requests needs some.
    pub fn check_tests(&self, check: &Check<'_>, load_balancer: &Ref<LoadBalancer>) {
        const TESTS: [Stage; 2] = [Stage::TestTrafficShift, Stage::PostTestTrafficShift];
        let Some(balancer) = check.get(load_balancer) else { return };
        if test_rule(balancer, check.label).is_some() {
            return;
        }
        for hook in self.hook.rows.values() {
            let Some(stage) = hook.stages.iter().find(|stage| TESTS.contains(stage)) else {
                continue;
            };
            check.report(
                Diagnostic::warning(
                    codes::LISTENER_RULE,
                    format!("at `{}` there are no test requests", stage.0),
                )
                .at(hook.origin.field("stages"), "")
                .also(balancer.origin.head, "no rule of it is for tests")
                .help(format!(
                    "add a `rule` with `forward = service.{}` and `test_traffic = true`",
                    check.label
                )),
            );
        }
    }
}

impl Hook {
    fn check(&self, check: &Check<'_>, label: &str) {
        if self.stages.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, format!("`{label}` is never asked"))
                    .at(self.origin.field("stages").or(self.origin.head), "")
                    .help("say when: `stages = [\"post_test_traffic_shift\"]`"),
            );
        }
        let arn = self.function_arn.literal().filter(|arn| arn.service() != "lambda");
        if let Some(arn) = arn {
            check.report(
                Diagnostic::error(
                    codes::BAD_VALUE,
                    format!("an ARN of `{}` is no Lambda function", arn.service()),
                )
                .at(self.origin.field("function_arn"), "")
                .help("use the ARN of a function: `arn:aws:lambda:…:function:…`"),
            );
        }
    }
}

/// The rules that forward to a service, with their labels.
pub(super) fn rules<'a>(
    balancer: &'a LoadBalancer,
    service: &str,
    is_test: bool,
) -> Vec<(&'a str, &'a Rule)> {
    let forwards = |rule: &Rule| {
        rule.test_traffic.0 == is_test
            && rule.action.forward.as_ref().is_some_and(|to| to.0.label == service)
    };
    balancer.rule.iter().filter(|(_, rule)| forwards(rule)).collect()
}

/// The rule by which test requests come to a service.
fn test_rule<'a>(balancer: &'a LoadBalancer, service: &str) -> Option<&'a Rule> {
    rules(balancer, service, true).first().map(|(_, rule)| *rule)
}

/// What a service is told of its load balancer, so that ECS can shift requests.
pub(super) fn lower(
    stack: &Stack,
    label: &str,
    service: &Service,
    address: &str,
) -> Vec<(&'static str, Expr)> {
    let Some(load_balancer) = service.load_balancer.as_ref() else { return Vec::new() };
    if !service.running.deployment.shifts() {
        return Vec::new();
    }
    let of = |output: &str| Expr::raw(format!("{address}.{output}[\"{label}\"]"));
    let mut told = vec![
        ("alternate_target_group_arn", of("alternate_target_group_arns")),
        ("production_rule_arn", of("production_rule_arns")),
    ];
    if stack.get(load_balancer).and_then(|balancer| test_rule(balancer, label)).is_some() {
        told.push(("test_rule_arn", of("test_rule_arns")));
    }
    told
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
repository "server" {}
image "server" { repository = repository.server }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
"#;

    const RULE: &str = r#"
  rule "api" {
    priority = 20
    paths    = ["/*"]
    forward  = service.api
  }
"#;

    const TEST: &str = r#"
  rule "preview" {
    priority     = 10
    hosts        = ["preview.example.org"]
    forward      = service.api
    test_traffic = true
  }
"#;

    fn deployed(deployment: &str, rules: &str) -> String {
        format!(
            "service \"api\" {{\n  cluster = cluster.main\n  image = image.server\n  port = 3000\n  load_balancer = load_balancer.api\n  deployment {{\n{}\n  }}\n}}\nload_balancer \"api\" {{\n  network = network.main\n  http_only = true\n{}\n}}\n{BASE}",
            deployment.trim_matches('\n'),
            rules.trim_matches('\n')
        )
    }

    #[test]
    fn a_minimal_shift_has_a_second_group_and_a_rule_of_its_own() {
        let blocks = deployed("    strategy = \"blue_green\"", RULE);
        insta::assert_snapshot!(rendered("services.tf", &blocks), @r#"
        module "service_api" {
          source = "../../modules/service"

          name      = "test-api"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.server
          port      = 3000

          load_balancer = {
            security_group_id          = module.load_balancer_api.security_group_id
            target_group_arn           = module.load_balancer_api.target_group_arns["api"]
            alternate_target_group_arn = module.load_balancer_api.alternate_target_group_arns["api"]
            production_rule_arn        = module.load_balancer_api.production_rule_arns["api"]
          }

          deployment = {
            strategy = "blue_green"
          }
        }
        "#);
        insta::assert_snapshot!(rendered("load_balancers.tf", &blocks), @r#"
        module "load_balancer_api" {
          source = "../../modules/load_balancer"

          name      = "test-api"
          network   = module.network_main
          http_only = true

          rule = {
            api = {
              priority = 20
              paths    = ["/*"]
              forward  = "api"
            }
          }

          target_groups = {
            api = {
              name           = "test-api-3000"
              alternate_name = "test-api-3000-alt"
              port           = 3000
            }
          }
        }
        "#);
    }

    #[test]
    fn a_full_deployment_asks_on_the_way_and_listens_to_alarms() {
        let deployment = r#"
    strategy     = "linear"
    step_percent = 20
    step_minutes = 3
    bake_minutes = 30
    alarms       = [alarm.errors]
    rollback     = true
    hook "smoke" {
      function_arn = "arn:aws:lambda:us-west-2:123456789012:function:smoke"
      stages       = ["post_test_traffic_shift", "production_traffic_shift"]
      details      = { URL = "https://preview.example.org" }
    }
"#;
        let alarm = r#"
alarm "errors" {
  namespace          = "AWS/ApplicationELB"
  metric             = "HTTPCode_ELB_5XX_Count"
  comparison         = "above"
  threshold          = 10
  no_actions_because = "it rolls back"
}
"#;
        let blocks = deployed(deployment, &format!("{TEST}{RULE}")) + alarm;
        insta::assert_snapshot!(rendered("services.tf", &blocks), @r#"
        module "service_api" {
          source = "../../modules/service"

          name      = "test-api"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.server
          port      = 3000

          load_balancer = {
            security_group_id          = module.load_balancer_api.security_group_id
            target_group_arn           = module.load_balancer_api.target_group_arns["api"]
            alternate_target_group_arn = module.load_balancer_api.alternate_target_group_arns["api"]
            production_rule_arn        = module.load_balancer_api.production_rule_arns["api"]
            test_rule_arn              = module.load_balancer_api.test_rule_arns["api"]
          }

          deployment = {
            strategy     = "linear"
            step_percent = 20
            step_minutes = 3
            bake_minutes = 30
            hook = {
              smoke = {
                function_arn = "arn:aws:lambda:us-west-2:123456789012:function:smoke"
                stages       = ["post_test_traffic_shift", "production_traffic_shift"]
                details = {
                  URL = "https://preview.example.org"
                }
              }
            }
            alarms = [module.alarm_errors]
          }
        }
        "#);
        insta::assert_snapshot!(rendered("load_balancers.tf", &blocks), @r#"
        module "load_balancer_api" {
          source = "../../modules/load_balancer"

          name      = "test-api"
          network   = module.network_main
          http_only = true

          rule = {
            api = {
              priority = 20
              paths    = ["/*"]
              forward  = "api"
            }
            preview = {
              priority     = 10
              hosts        = ["preview.example.org"]
              test_traffic = true
              forward      = "api"
            }
          }

          target_groups = {
            api = {
              name           = "test-api-3000"
              alternate_name = "test-api-3000-alt"
              port           = 3000
            }
          }
        }
        "#);
    }

    #[test]
    fn a_strategy_has_its_own_fields() {
        insta::assert_snapshot!(problems(&deployed("    bake_minutes = 5\n    step_percent = 5", RULE)), @"
        7:20 SW312 a `rolling` deployment has no `bake_minutes`; leave it out, or choose another `strategy`
        8:20 SW312 a `rolling` deployment has no `step_percent`; leave it out, or choose another `strategy`
        ");
        insta::assert_snapshot!(problems(&deployed("    strategy = \"blue_green\"\n    step_minutes = 5\n    maximum_percent = 150", RULE)), @"
        8:20 SW312 a `blue_green` deployment has no `step_minutes`; leave it out, or choose another `strategy`
        9:23 SW312 a `blue_green` deployment has no `maximum_percent`; leave it out, or choose another `strategy`
        ");
        insta::assert_snapshot!(problems(&deployed("    strategy = \"canary\"\n    minimum_healthy_percent = 50", RULE)), @"8:31 SW312 a `canary` deployment has no `minimum_healthy_percent`; leave it out, or choose another `strategy`");
        insta::assert_snapshot!(problems(&deployed("    strategy = \"linear\"\n    step_percent = 2", RULE)), @"8:20 SW202 a `linear` deployment does not shift `2` percent at a time; shift at least 3");
        assert_eq!(
            problems(&deployed("    strategy = \"canary\"\n    step_percent = 2", RULE)),
            ""
        );
    }

    #[test]
    fn requests_are_shifted_where_a_load_balancer_sends_some() {
        let service = |fields: &str| {
            format!(
                "service \"api\" {{\n  cluster = cluster.main\n  image = image.server\n{fields}  deployment {{ strategy = \"canary\" }}\n}}\n{BASE}"
            )
        };
        insta::assert_snapshot!(problems(&service("")), @"4:27 SW312 no load balancer sends requests that could be shifted; leave `strategy` out; or, in a `service`, set `load_balancer`");
        let worker = service("  queue = queue.jobs\n  job_time_s = 20\n")
            .replace("service \"api\"", "worker \"api\"")
            + "queue \"jobs\" {}\n";
        insta::assert_snapshot!(problems(&worker), @"6:27 SW312 no load balancer sends requests that could be shifted; leave `strategy` out; or, in a `service`, set `load_balancer`");
    }

    #[test]
    fn requests_are_shifted_by_one_rule_of_their_own() {
        let shifted = |rules: &str| problems(&deployed("    strategy = \"blue_green\"", rules));
        insta::assert_snapshot!(shifted("  default { forward = service.api }"), @r#"13:23 SW306 requests to `service.api` are shifted by a rule, and this is none; write a `rule` with `paths = ["/*"]` and `forward = service.api`"#);
        insta::assert_snapshot!(shifted(TEST), @"10:1 SW306 only tests are forwarded to `service.api`; add a `rule` with `forward = service.api`");
        let other = RULE.replace("\"api\"", "\"other\"").replace("20", "15").replace("/*", "/a");
        insta::assert_snapshot!(shifted(&format!("{RULE}{other}")), @"19:3 SW306 ECS shifts requests by one rule, `api` or `other`; make one rule of them: it may have several `hosts` or `paths`");
        let tests = TEST
            .replace("\"preview\"", "\"other\"")
            .replace("10", "15")
            .replace("preview.", "other.");
        insta::assert_snapshot!(shifted(&format!("{TEST}{tests}{RULE}")), @"20:3 SW306 ECS shifts test requests by one rule, `preview` or `other`; make one rule of them: it may have several `hosts` or `paths`");
    }

    #[test]
    fn tests_are_of_a_service_that_has_new_tasks_beside_the_old_ones() {
        insta::assert_snapshot!(problems(&deployed("", &format!("{TEST}{RULE}"))), @"17:20 SW306 `service.api` has no new tasks beside the old ones; take `test_traffic` out, or set `strategy` in the service's `deployment`");
        let status = TEST.replace("forward      = service.api", "status = 200");
        insta::assert_snapshot!(problems(&deployed("    strategy = \"canary\"", &format!("{status}{RULE}"))), @"17:20 SW312 test requests go to a service; set `forward`, or take `test_traffic` out");
    }

    #[test]
    fn a_hook_is_a_function_that_is_asked_some_time() {
        let hook = |fields: &str| {
            problems(&deployed(
                &format!("    strategy = \"canary\"\n    hook \"smoke\" {{\n{fields}\n    }}"),
                RULE,
            ))
        };
        insta::assert_snapshot!(hook("      function_arn = var.smoke\n      stages = []"), @r#"10:16 SW103 `smoke` is never asked; say when: `stages = ["post_test_traffic_shift"]`"#);
        insta::assert_snapshot!(hook("      function_arn = \"arn:aws:sns:us-west-2:123456789012:smoke\"\n      stages = [\"post_scale_up\"]"), @"9:22 SW201 an ARN of `sns` is no Lambda function; use the ARN of a function: `arn:aws:lambda:…:function:…`");
        insta::assert_snapshot!(hook("      function_arn = var.smoke\n      stages = [\"post_test_traffic_shift\"]"), @"10:16 SW306 at `post_test_traffic_shift` there are no test requests; add a `rule` with `forward = service.api` and `test_traffic = true`");
        insta::assert_snapshot!(hook("      function_arn = var.smoke\n      stages = [\"before\"]"), @"10:17 SW201 `before` is not one of `reconcile_service`, `pre_scale_up`, `post_scale_up`, `test_traffic_shift`, `post_test_traffic_shift`, `pre_production_traffic_shift`, `production_traffic_shift` or `post_production_traffic_shift`");
    }

    #[test]
    fn requests_that_are_shifted_are_not_counted() {
        let blocks = deployed("    strategy = \"canary\"", RULE).replace(
            "  deployment {",
            "  scaling {\n    min = 1\n    max = 2\n    requests_per_target = 100\n  }\n  deployment {",
        );
        insta::assert_snapshot!(problems(&blocks), @"9:27 SW312 requests are counted in one target group, and shifted between two; scale by `cpu` or `memory`");
    }

    #[test]
    fn the_second_group_has_a_name_that_fits() {
        let blocks = deployed("    strategy = \"canary\"", RULE)
            .replace("api\"", "a_label_of_twenty_ch\"")
            .replace("service.api", "service.a_label_of_twenty_ch")
            .replace("load_balancer.api", "load_balancer.a_label_of_twenty_ch");
        insta::assert_snapshot!(problems(&blocks), @"
        5:19 SW203 a target group's name has at most 32 characters, not 34; give the service a shorter label
        10:1 SW203 it would be called `test-a_label_of_twenty_ch`: `_` cannot stand in a load balancer's name; give it a `name`, or another label
        ");
    }

    #[test]
    fn an_alarm_on_the_service_itself_closes_a_circle() {
        let alarm = "alarm \"cpu\" {\n  namespace = \"AWS/ECS\"\n  metric = \"CPUUtilization\"\n  comparison = \"above\"\n  threshold = 90\n  dimensions = { ServiceName = service.api.name }\n  no_actions_because = \"it rolls back\"\n}\n";
        insta::assert_snapshot!(problems(&(deployed("    alarms = [alarm.cpu]", RULE) + alarm)), @"29:32 SW314 components need each other: `service.api` needs `alarm.cpu` needs `service.api`; Terraform could create none of them first; take one reference out");
    }
}
