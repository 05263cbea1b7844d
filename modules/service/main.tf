# Rendered by stackwright from its module library; edits are lost. sha256:9dee08ecc3a60eb1

locals {
  # What scaling has when it is not set: nothing moves.
  scaling = var.scaling == null ? { min = var.desired_count, max = var.desired_count } : { min = var.scaling.min, max = var.scaling.max }
  steps   = var.scaling == null ? {} : var.scaling.steps

  metrics = {
    cpu    = "CPUUtilization"
    memory = "MemoryUtilization"
  }
  predefined_metrics = {
    cpu      = "ECSServiceAverageCPUUtilization"
    memory   = "ECSServiceAverageMemoryUtilization"
    requests = "ALBRequestCountPerTarget"
  }
  targets = var.scaling == null ? {} : {
    for metric, target in {
      cpu      = var.scaling.cpu
      memory   = var.scaling.memory
      requests = var.scaling.requests_per_target
    } : metric => target if target != null
  }

  dimensions = {
    ClusterName = var.cluster.name
    ServiceName = aws_ecs_service.this.name
  }
}

module "task" {
  source = "../task"

  name                  = var.name
  image                 = var.image
  cpu                   = var.cpu
  memory                = var.memory
  architecture          = var.architecture
  command               = var.command
  entrypoint            = var.entrypoint
  environment           = var.environment
  secrets               = var.secrets
  port                  = var.port
  health_check          = var.container_health_check
  sidecar               = var.sidecar
  log_retention_days    = var.log_retention_days
  stop_timeout_s        = var.stop_timeout_s
  ephemeral_storage_gib = var.ephemeral_storage_gib
  execution_role_arn    = module.role.execution_role_arn
  task_role_arn         = module.role.task_role_arn
}

module "role" {
  source = "../task_role"

  name           = var.name
  cluster_arn    = var.cluster.arn
  images         = concat([var.image], [for sidecar in var.sidecar : sidecar.image])
  log_group_arns = [module.task.log_group_arn]
  secret_arns    = concat(values(var.secrets), flatten([for sidecar in var.sidecar : values(sidecar.secrets)]))
  kms_key_arns   = var.secrets_kms_key_arns
  statement      = var.statement
  enable_exec    = var.enable_exec
}

resource "aws_security_group" "this" {
  name        = "${var.name}-tasks"
  description = "Tasks of the service ${var.name}"
  vpc_id      = var.network.id
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  description       = "To anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  count = var.load_balancer == null ? 0 : 1

  security_group_id            = aws_security_group.this.id
  description                  = "From the load balancer"
  referenced_security_group_id = var.load_balancer.security_group_id
  from_port                    = var.port
  to_port                      = var.port
  ip_protocol                  = "tcp"
}

resource "aws_ecs_service" "this" {
  name                               = var.name
  cluster                            = var.cluster.arn
  task_definition                    = module.task.arn
  desired_count                      = max(local.scaling.min, min(local.scaling.max, var.desired_count))
  deployment_minimum_healthy_percent = var.deployment.minimum_healthy_percent
  deployment_maximum_percent         = var.deployment.maximum_percent
  health_check_grace_period_seconds  = var.load_balancer == null ? null : var.health_check_grace_period_s
  enable_execute_command             = var.enable_exec
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"

  # Without it, a change of the capacity would replace the service instead of its tasks.
  force_new_deployment = true

  capacity_provider_strategy {
    capacity_provider = var.capacity == "spot" ? "FARGATE_SPOT" : "FARGATE"
    weight            = 1
  }

  # Only what is below the base: a provider without weight gets no other task.
  dynamic "capacity_provider_strategy" {
    for_each = var.capacity == "spot" && var.base > 0 ? ["FARGATE"] : []

    content {
      capacity_provider = capacity_provider_strategy.value
      base              = var.base
      weight            = 0
    }
  }

  deployment_circuit_breaker {
    enable   = var.deployment.circuit_breaker
    rollback = var.deployment.circuit_breaker && var.deployment.rollback
  }

  dynamic "load_balancer" {
    for_each = var.load_balancer == null ? [] : [var.load_balancer]

    content {
      container_name   = var.name
      container_port   = var.port
      target_group_arn = load_balancer.value.target_group_arn
    }
  }

  network_configuration {
    assign_public_ip = var.placement == "public"
    security_groups  = concat([aws_security_group.this.id], var.security_group_ids)
    subnets          = var.placement == "public" ? var.network.public_subnet_ids : var.network.private_subnet_ids
  }

  # Tasks cannot start before their roles may do what they need to.
  depends_on = [module.role]

  lifecycle {
    # The scaling target below has it.
    ignore_changes = [desired_count]
  }
}

# The number of tasks always belongs to autoscaling, also where it does not move: ignore_changes
# cannot depend on a variable, so it is here that a change of desired_count takes effect.
resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = local.scaling.min
  max_capacity       = local.scaling.max
}

resource "aws_appautoscaling_policy" "target" {
  for_each = local.targets

  name               = "${var.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = each.value

    predefined_metric_specification {
      predefined_metric_type = local.predefined_metrics[each.key]
      resource_label = each.key == "requests" ? join("/", [
        split(":loadbalancer/", var.load_balancer.arn)[1],
        split(":", var.load_balancer.target_group_arn)[5],
      ]) : null
    }
  }
}

resource "aws_appautoscaling_policy" "up" {
  for_each = local.steps

  name               = "${var.name}-${coalesce(each.value.renamed_from, each.key)}-up"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = each.value.cooldown_s
    metric_aggregation_type = "Maximum"

    step_adjustment {
      metric_interval_lower_bound = "0"
      scaling_adjustment          = each.value.up_by
    }
  }
}

resource "aws_appautoscaling_policy" "down" {
  for_each = local.steps

  name               = "${var.name}-${coalesce(each.value.renamed_from, each.key)}-down"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = each.value.cooldown_s
    metric_aggregation_type = "Maximum"

    step_adjustment {
      metric_interval_upper_bound = "0"
      scaling_adjustment          = -each.value.down_by
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "up" {
  for_each = local.steps

  alarm_name          = "${var.name}-${coalesce(each.value.renamed_from, each.key)}-up"
  alarm_description   = "Adds tasks to the service ${var.name}"
  namespace           = "AWS/ECS"
  metric_name         = local.metrics[each.value.metric]
  dimensions          = local.dimensions
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = each.value.up_after_minutes
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.up_at
  alarm_actions       = [aws_appautoscaling_policy.up[each.key].arn]
}

resource "aws_cloudwatch_metric_alarm" "down" {
  for_each = local.steps

  alarm_name          = "${var.name}-${coalesce(each.value.renamed_from, each.key)}-down"
  alarm_description   = "Takes tasks away from the service ${var.name}"
  namespace           = "AWS/ECS"
  metric_name         = local.metrics[each.value.metric]
  dimensions          = local.dimensions
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = each.value.down_after_minutes
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = each.value.down_at
  alarm_actions       = [aws_appautoscaling_policy.down[each.key].arn]
}
