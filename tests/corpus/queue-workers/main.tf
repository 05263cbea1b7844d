# Containers that work off queues, scaled by their length.
variable "workers" {
  type = map(object({
    image    = string
    cpu      = optional(number, 256)
    memory   = optional(number, 512)
    max      = optional(number, 10)
    schedule = optional(string)
    secrets  = optional(map(string), {})
  }))
  default = {
    mail  = { image = "ghcr.io/acme/mail:1.4.0" }
    thumb = { image = "ghcr.io/acme/thumb:2.0.1", cpu = 1024, memory = 2048, secrets = { KEY = "/thumb/key" } }
    sweep = { image = "ghcr.io/acme/sweep:0.3.0", schedule = "rate(1 hour)" }
  }
}

variable "subnets" {
  type = list(string)
}

provider "aws" {
  region                      = "sa-east-1"
  skip_credentials_validation = true
  ignore_tags {
    keys = ["cost-center"]
  }
}

data "aws_caller_identity" "me" {}

locals {
  scheduled = { for name, worker in var.workers : name => worker if worker.schedule != null }
  queued    = { for name, worker in var.workers : name => worker if worker.schedule == null }
}

resource "aws_ecs_cluster" "this" {
  name = "workers"
  setting {
    name  = "containerInsights"
    value = "enhanced"
  }
}

resource "aws_sqs_queue" "work" {
  for_each                   = local.queued
  name_prefix                = "${each.key}-"
  visibility_timeout_seconds = 120
  kms_master_key_id          = "alias/aws/sqs"
}

resource "aws_iam_role" "task" {
  name = "workers"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })

  dynamic "inline_policy" {
    for_each = length(local.queued) > 0 ? ["queues"] : []
    content {
      name = inline_policy.value
      policy = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Effect = "Allow", Action = "sqs:*", Resource = values(aws_sqs_queue.work)[*].arn }]
      })
    }
  }
}

resource "aws_ecs_task_definition" "worker" {
  for_each                 = var.workers
  family                   = each.key
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.task.arn

  container_definitions = jsonencode([{
    name  = each.key
    image = each.value.image
    environment = concat(
      [{ name = "REGION", value = "sa-east-1" }],
      contains(keys(local.queued), each.key) ? [{ name = "QUEUE", value = aws_sqs_queue.work[each.key].url }] : [],
    )
    secrets = [for name, path in each.value.secrets : {
      name      = name
      valueFrom = "arn:aws:ssm:sa-east-1:${data.aws_caller_identity.me.account_id}:parameter${path}"
    }]
  }])
}

resource "aws_ecs_service" "worker" {
  for_each        = local.queued
  name            = each.key
  cluster         = aws_ecs_cluster.this.arn
  task_definition = aws_ecs_task_definition.worker[each.key].arn
  desired_count   = 1
  launch_type     = "FARGATE"

  network_configuration {
    subnets = var.subnets
  }

  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "worker" {
  for_each           = local.queued
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.worker[each.key].name}"
  min_capacity       = 0
  max_capacity       = each.value.max
}

resource "aws_appautoscaling_policy" "worker" {
  for_each           = aws_appautoscaling_target.worker
  name               = "backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  scalable_dimension = each.value.scalable_dimension
  resource_id        = each.value.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = 100
    customized_metric_specification {
      metric_name = "ApproximateNumberOfMessagesVisible"
      namespace   = "AWS/SQS"
      statistic   = "Average"
      dimensions {
        name  = "QueueName"
        value = aws_sqs_queue.work[each.key].name
      }
    }
  }
}

resource "aws_scheduler_schedule" "worker" {
  for_each            = local.scheduled
  name                = each.key
  schedule_expression = each.value.schedule

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_ecs_cluster.this.arn
    role_arn = aws_iam_role.task.arn
    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.worker[each.key].arn
      launch_type         = "FARGATE"
      network_configuration {
        subnets = var.subnets
      }
    }
  }
}

resource "aws_cloudwatch_dashboard" "workers" {
  dashboard_name = "workers"
  dashboard_body = jsonencode({
    widgets = [for name, queue in aws_sqs_queue.work : {
      type       = "metric"
      properties = { title = name, metrics = [["AWS/SQS", "NumberOfMessagesSent", "QueueName", queue.name]] }
    }]
  })
}
