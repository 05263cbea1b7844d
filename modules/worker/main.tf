# Rendered by stackwright from its module library; edits are lost. sha256:5642f831c6ff0243

locals {
  resource_id = "service/${var.cluster.name}/${module.service.name}"
  from_zero   = try(var.scaling.min, 1) == 0

  # What ECS tells of a service without Container Insights: each running task gives one sample a
  # minute.
  running = {
    namespace   = "AWS/ECS"
    metric_name = "CPUUtilization"
    stat        = "SampleCount"
    dimensions  = { ClusterName = var.cluster.name, ServiceName = module.service.name }
  }
  messages = {
    for id, state in { visible = "Visible", in_flight = "NotVisible" } : id => {
      namespace                = "AWS/SQS"
      metric_name              = "ApproximateNumberOfMessages${state}"
      stat                     = "Maximum"
      dimensions               = { QueueName = var.queue.name }
    }
  }
}

module "service" {
  source = "../service"

  name                   = var.name
  cluster                = var.cluster
  network                = var.network
  placement              = var.placement
  security_group_ids     = var.security_group_ids
  image                  = var.image
  cpu                    = var.cpu
  memory                 = var.memory
  architecture           = var.architecture
  command                = var.command
  entrypoint             = var.entrypoint
  environment            = var.environment
  secrets                = var.secrets
  secrets_kms_key_arns   = var.secrets_kms_key_arns
  statement              = var.statement
  log_retention_days     = var.log_retention_days
  logs_kms_key_arn       = var.logs_kms_key_arn
  sidecar                = var.sidecar
  mount                  = var.mount
  stop_timeout_s         = var.stop_timeout_s
  ephemeral_storage_gib  = var.ephemeral_storage_gib
  container_health_check = var.container_health_check
  desired_count          = var.desired_count
  scaling                = var.scaling == null ? null : { min = var.scaling.min, max = var.scaling.max }
  capacity               = var.capacity
  base                   = var.base
  spot_weight            = var.spot_weight
  on_demand_weight       = var.on_demand_weight
  deployment             = var.deployment
  enable_exec            = var.enable_exec
  service_connect        = var.service_connect
}

# What is worked on counts, too: while it is, the tasks that do so must not be taken for idle.
resource "aws_appautoscaling_policy" "backlog" {
  count = var.scaling == null ? 0 : 1

  name               = "${var.name}-backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  resource_id        = local.resource_id
  scalable_dimension = "ecs:service:DesiredCount"

  target_tracking_scaling_policy_configuration {
    target_value       = var.scaling.messages_per_task
    scale_in_cooldown  = var.scaling.scale_in_cooldown_s
    scale_out_cooldown = var.scaling.scale_out_cooldown_s

    customized_metric_specification {
      dynamic "metrics" {
        for_each = merge(local.messages, { running = local.running })

        content {
          id          = metrics.key
          return_data = false

          metric_stat {
            stat = metrics.value.stat

            metric {
              namespace   = metrics.value.namespace
              metric_name = metrics.value.metric_name

              dynamic "dimensions" {
                for_each = metrics.value.dimensions

                content {
                  name  = dimensions.key
                  value = dimensions.value
                }
              }
            }
          }
        }
      }

      metrics {
        id          = "backlog"
        label       = "Messages for each task"
        expression  = "(visible + in_flight) / IF(FILL(running, 0) > 0, running, 1)"
        return_data = true
      }
    }
  }

  # The module has the scalable target.
  depends_on = [module.service]
}

# Nothing times anything is nothing: target tracking does not leave zero by itself.
resource "aws_appautoscaling_policy" "wake_up" {
  count = local.from_zero ? 1 : 0

  name               = "${var.name}-wake-up"
  policy_type        = "StepScaling"
  service_namespace  = "ecs"
  resource_id        = local.resource_id
  scalable_dimension = "ecs:service:DesiredCount"

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Maximum"

    # As long as a task takes to start, so that one message does not wake several.
    cooldown = 300

    step_adjustment {
      metric_interval_lower_bound = "0"
      scaling_adjustment          = 1
    }
  }

  depends_on = [module.service]
}

resource "aws_cloudwatch_metric_alarm" "wake_up" {
  count = local.from_zero ? 1 : 0

  alarm_name          = "${var.name}-wake-up"
  alarm_description   = "Starts a task of ${var.name}: messages wait, and none runs"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.wake_up[0].arn]

  dynamic "metric_query" {
    for_each = { visible = local.messages.visible, running = local.running }

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric_name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.stat
        period      = 60
      }
    }
  }

  metric_query {
    id          = "waiting"
    label       = "Messages that no task is there for"
    expression  = "IF(FILL(running, 0) > 0, 0, visible)"
    return_data = true
  }
}
