# Rendered by stackwright from its module library; edits are lost. sha256:eeb0456d1b3ca132

# Nothing connects to a job: its tasks only reach out.
resource "aws_security_group" "this" {
  name        = "${var.name}-tasks"
  description = "Scheduled tasks of ${var.name}"
  vpc_id      = var.network.id
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  description       = "To anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

# What EventBridge may do: start these tasks in this cluster, with these roles.
resource "aws_iam_role" "this" {
  name = "${substr(var.name, 0, 57)}-events"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "events.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "run-task"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = replace(var.cluster.arn, "/:cluster/.*/", ":task-definition/${var.family}:*")
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster.arn } }
      },
      {
        # A task that takes over its definition's tags cannot be started without it.
        Effect    = "Allow"
        Action    = "ecs:TagResource"
        Resource  = "${replace(var.cluster.arn, ":cluster/", ":task/")}/*"
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = var.role_arns
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.jobs

  name                = each.value.name
  description         = each.value.description
  schedule_expression = each.value.schedule
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.jobs

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = each.value.name
  arn       = var.cluster.arn
  role_arn  = aws_iam_role.this.arn

  ecs_target {
    task_definition_arn     = each.value.task_definition_arn
    task_count              = 1
    launch_type             = var.capacity == "spot" ? null : "FARGATE"
    propagate_tags          = "TASK_DEFINITION"
    enable_ecs_managed_tags = true

    dynamic "capacity_provider_strategy" {
      for_each = var.capacity == "spot" ? ["FARGATE_SPOT"] : []

      content {
        capacity_provider = capacity_provider_strategy.value
        weight            = 1
      }
    }

    network_configuration {
      subnets          = var.placement == "public" ? var.network.public_subnet_ids : var.network.private_subnet_ids
      security_groups  = concat([aws_security_group.this.id], var.security_group_ids)
      assign_public_ip = var.placement == "public"
    }
  }

  retry_policy {
    maximum_event_age_in_seconds = var.max_age_s
    maximum_retry_attempts       = each.value.retries
  }

  # A rate counts from the rule's creation: its first start needs the permission.
  depends_on = [aws_iam_role_policy.this]
}
