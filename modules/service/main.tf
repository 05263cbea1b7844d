# Rendered by stackwright from its module library; edits are lost. sha256:c5bab47162f98f85

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

  # The name by which others find it; both ways give the same.
  by_dns     = var.discovery == null ? false : var.discovery.via == "dns"
  by_connect = var.discovery == null ? false : var.discovery.via == "service_connect"
  host       = var.discovery == null ? null : "${var.discovery.name}.${var.cluster.namespace_name}"
  url        = var.discovery == null ? null : "${var.discovery.protocol == "tcp" ? "tcp" : "http"}://${local.host}:${var.port}"

  dimensions = {
    ClusterName = var.cluster.name
    ServiceName = aws_ecs_service.this.name
  }

  shifts = var.deployment.strategy != "rolling"
  hooks  = [for hook in var.deployment.hook : hook.function_arn]
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
  port_name             = local.by_connect ? var.discovery.name : null
  app_protocol          = local.by_connect && try(var.discovery.protocol != "tcp", false) ? var.discovery.protocol : null
  health_check          = var.container_health_check
  sidecar               = var.sidecar
  mount                 = var.mount
  log_retention_days    = var.log_retention_days
  logs_kms_key_arn      = var.logs_kms_key_arn
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

# Whatever is in this group may connect to the service.
resource "aws_security_group" "access" {
  count = var.discovery == null ? 0 : 1

  name        = "${var.name}-service-access"
  description = "May connect to the service ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-service-access"
  }

  # A group cannot be deleted while something is in it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "access" {
  count = var.discovery == null ? 0 : 1

  security_group_id            = aws_security_group.access[0].id
  description                  = "To the service"
  referenced_security_group_id = aws_security_group.this.id
  from_port                    = var.port
  to_port                      = var.port
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "access" {
  count = var.discovery == null ? 0 : 1

  security_group_id            = aws_security_group.this.id
  description                  = "From what may connect to it"
  referenced_security_group_id = aws_security_group.access[0].id
  from_port                    = var.port
  to_port                      = var.port
  ip_protocol                  = "tcp"
}

resource "aws_service_discovery_service" "this" {
  count = local.by_dns ? 1 : 0

  name = var.discovery.name

  # ECS may have left a task of the service behind.
  force_destroy = true

  dns_config {
    namespace_id   = var.cluster.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = var.discovery.ttl_s
    }
  }

  # ECS says which tasks are healthy. It is always 1; left out, the provider would replace the
  # service each time.
  health_check_custom_config {
    failure_threshold = 1
  }
}

# With which ECS shifts requests, and asks functions whether it may.
resource "aws_iam_role" "deployment" {
  count = local.shifts ? 1 : 0

  # A role's name has 64 characters at most.
  name = "${substr(var.name, 0, 53)}-deployment"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "ecs.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "deployment" {
  count = length(aws_iam_role.deployment)

  role = aws_iam_role.deployment[count.index].name
  # AWS's own policies are in the partition of the account, as the role is.
  policy_arn = "arn:${split(":", aws_iam_role.deployment[count.index].arn)[1]}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}

resource "aws_iam_role_policy" "hooks" {
  count = length(local.hooks) == 0 ? 0 : 1

  name = "ask-hooks"
  role = one(aws_iam_role.deployment[*].id)

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = local.hooks
      },
    ]
  })
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
    weight            = var.capacity == "spot" ? var.spot_weight : 1
  }

  # A provider without weight gets only what is below the base, which one alone may have.
  dynamic "capacity_provider_strategy" {
    for_each = var.capacity == "spot" && var.base + var.on_demand_weight > 0 ? ["FARGATE"] : []

    content {
      capacity_provider = capacity_provider_strategy.value
      base              = var.base
      weight            = var.on_demand_weight
    }
  }

  deployment_circuit_breaker {
    enable   = var.deployment.circuit_breaker
    rollback = var.deployment.circuit_breaker && var.deployment.rollback
  }

  # Also where tasks are replaced in place: without it, a service would keep another strategy.
  deployment_configuration {
    strategy             = upper(var.deployment.strategy)
    bake_time_in_minutes = local.shifts ? var.deployment.bake_minutes : null

    dynamic "canary_configuration" {
      for_each = var.deployment.strategy == "canary" ? [var.deployment] : []

      content {
        canary_percent              = canary_configuration.value.step_percent
        canary_bake_time_in_minutes = canary_configuration.value.step_minutes
      }
    }

    dynamic "linear_configuration" {
      for_each = var.deployment.strategy == "linear" ? [var.deployment] : []

      content {
        step_percent              = linear_configuration.value.step_percent
        step_bake_time_in_minutes = linear_configuration.value.step_minutes
      }
    }

    dynamic "lifecycle_hook" {
      for_each = var.deployment.hook

      content {
        hook_target_arn  = lifecycle_hook.value.function_arn
        role_arn         = one(aws_iam_role.deployment[*].arn)
        lifecycle_stages = [for stage in lifecycle_hook.value.stages : upper(stage)]
        hook_details     = length(lifecycle_hook.value.details) == 0 ? null : jsonencode(lifecycle_hook.value.details)
      }
    }
  }

  dynamic "alarms" {
    for_each = length(var.deployment.alarms) == 0 ? [] : [var.deployment]

    content {
      alarm_names = [for alarm in alarms.value.alarms : alarm.name]
      enable      = true
      rollback    = alarms.value.rollback
    }
  }

  dynamic "load_balancer" {
    for_each = var.load_balancer == null ? [] : [var.load_balancer]

    content {
      container_name   = var.name
      container_port   = var.port
      target_group_arn = load_balancer.value.target_group_arn

      dynamic "advanced_configuration" {
        for_each = local.shifts ? [load_balancer.value] : []

        content {
          alternate_target_group_arn = advanced_configuration.value.alternate_target_group_arn
          production_listener_rule   = advanced_configuration.value.production_rule_arn
          test_listener_rule         = advanced_configuration.value.test_rule_arn
          role_arn                   = one(aws_iam_role.deployment[*].arn)
        }
      }
    }
  }

  network_configuration {
    assign_public_ip = var.placement == "public"
    security_groups  = concat([aws_security_group.this.id], var.security_group_ids)
    subnets          = var.placement == "public" ? var.network.public_subnet_ids : var.network.private_subnet_ids
  }

  dynamic "service_connect_configuration" {
    for_each = local.by_connect || var.service_connect ? [var.cluster.namespace_arn] : []

    content {
      enabled   = true
      namespace = service_connect_configuration.value

      log_configuration {
        log_driver = "awslogs"

        options = {
          awslogs-group         = module.task.log_group_name
          awslogs-region        = split(":", var.cluster.arn)[3]
          awslogs-stream-prefix = "service-connect"
        }
      }

      dynamic "service" {
        for_each = local.by_connect ? [var.discovery] : []

        content {
          port_name      = service.value.name
          discovery_name = service.value.name

          client_alias {
            dns_name = local.host
            port     = var.port
          }

          dynamic "timeout" {
            for_each = service.value.request_timeout_s[*]

            content {
              per_request_timeout_seconds = timeout.value
            }
          }
        }
      }
    }
  }

  dynamic "service_registries" {
    for_each = aws_service_discovery_service.this

    content {
      registry_arn = service_registries.value.arn
    }
  }

  # Tasks cannot start before their roles may do what they need to.
  depends_on = [
    aws_iam_role_policy.hooks,
    aws_iam_role_policy_attachment.deployment,
    module.role,
  ]

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
