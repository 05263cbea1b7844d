# Rendered by stackwright from its module library; edits are lost. sha256:81c748e273c28f6b

locals {
  # What EventBridge rules start, and what EventBridge Scheduler does.
  rules     = { for key, job in var.jobs : key => job if job.scheduler == null }
  schedules = { for key, job in var.jobs : key => job if job.scheduler != null }

  # What must not run twice at a time is started by a state machine that looks first.
  single = { for key, job in local.schedules : key => job if job.scheduler.overlap == "skip" }
  direct = { for key, job in var.jobs : key => job if !contains(keys(local.single), key) }

  # arn:aws:ecs:us-west-2:123456789012:cluster/main
  cluster   = split(":", var.cluster.arn)
  partition = local.cluster[1]
  region    = local.cluster[3]
  account   = local.cluster[4]

  group           = var.group == null ? var.name : var.group
  subnets         = var.placement == "public" ? var.network.public_subnet_ids : var.network.private_subnet_ids
  security_groups = concat([aws_security_group.this.id], var.security_group_ids)

  # Starting these tasks in this cluster, with these roles.
  run_task = [
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

  # Sending to the dead-letter queue, and using its key.
  give_up = [
    for statement in [
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = try(var.dead_letter_queue.arn, null) },
      { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = try(var.dead_letter_queue.kms_key_arn, null) },
    ] : statement if statement.Resource != null
  ]
}

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

# What EventBridge may do: start these tasks, and nothing else.
resource "aws_iam_role" "this" {
  name = "${substr(var.name, 0, 57)}-events"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for service in length(local.rules) > 0 || length(local.schedules) == 0 ? ["events.amazonaws.com"] : [] : {
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = service }
        }
      ],
      [
        # Only for schedules of the group, so that no other account's Scheduler can be made to use it.
        for group in aws_scheduler_schedule_group.this : {
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = "scheduler.amazonaws.com" }
          Condition = {
            ArnEquals    = { "aws:SourceArn" = group.arn }
            StringEquals = { "aws:SourceAccount" = local.account }
          }
        }
      ],
    )
  })
}

resource "aws_iam_role_policy" "this" {
  name = "run-task"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for statement in local.run_task : statement if length(local.direct) > 0 || length(var.jobs) == 0],
      [
        for machines in length(local.single) == 0 ? [] : [values(aws_sfn_state_machine.this)[*].arn] : {
          Effect   = "Allow"
          Action   = "states:StartExecution"
          Resource = machines
        }
      ],
      [for statement in local.give_up : statement if length(local.schedules) > 0],
    )
  })
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name                = each.value.name
  description         = each.value.description
  schedule_expression = each.value.schedule
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

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
      subnets          = local.subnets
      security_groups  = local.security_groups
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

resource "aws_scheduler_schedule_group" "this" {
  count = length(local.schedules) == 0 ? 0 : 1

  name = local.group
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.schedules

  name                         = each.value.name
  group_name                   = aws_scheduler_schedule_group.this[0].name
  description                  = each.value.description
  schedule_expression          = each.value.schedule
  schedule_expression_timezone = each.value.scheduler.time_zone
  start_date                   = each.value.scheduler.start_date
  end_date                     = each.value.scheduler.end_date
  state                        = each.value.scheduler.state

  flexible_time_window {
    mode                      = each.value.scheduler.flexible_window_minutes == null ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = each.value.scheduler.flexible_window_minutes
  }

  target {
    arn      = contains(keys(local.single), each.key) ? aws_sfn_state_machine.this[each.key].arn : var.cluster.arn
    role_arn = aws_iam_role.this.arn
    input    = contains(keys(local.single), each.key) ? jsonencode({}) : null

    dynamic "ecs_parameters" {
      for_each = contains(keys(local.single), each.key) ? [] : [each.value]

      content {
        task_definition_arn     = ecs_parameters.value.task_definition_arn
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
          subnets          = local.subnets
          security_groups  = local.security_groups
          assign_public_ip = var.placement == "public"
        }
      }
    }

    retry_policy {
      maximum_event_age_in_seconds = var.max_age_s
      maximum_retry_attempts       = each.value.retries
    }

    dynamic "dead_letter_config" {
      for_each = var.dead_letter_queue == null ? [] : [var.dead_letter_queue]

      content {
        arn = dead_letter_config.value.arn
      }
    }
  }

  # It may be due at once.
  depends_on = [aws_iam_role_policy.this]
}

# What state machines may do: see what runs in this cluster, and start these tasks.
resource "aws_iam_role" "states" {
  count = length(local.single) == 0 ? 0 : 1

  name = "${substr(var.name, 0, 57)}-states"

  # Only for state machines of this account and region.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "states.amazonaws.com" }
        Condition = {
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:*" }
          StringEquals = { "aws:SourceAccount" = local.account }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "states" {
  count = length(local.single) == 0 ? 0 : 1

  name = "run-task"
  role = aws_iam_role.states[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # It knows no resources, but the cluster as a condition.
          Effect    = "Allow"
          Action    = "ecs:ListTasks"
          Resource  = "*"
          Condition = { ArnEquals = { "ecs:cluster" = var.cluster.arn } }
        },
      ],
      local.run_task,
      local.give_up,
    )
  })
}

# Starts a task of the definition if none runs. When that fails it looks again a minute later, as
# often as it is to be tried, and then leaves a message in the dead-letter queue.
resource "aws_sfn_state_machine" "this" {
  for_each = local.single

  name     = each.value.name
  role_arn = aws_iam_role.states[0].arn

  definition = jsonencode({
    Comment = "Starts a task of ${each.value.name} unless one runs"
    StartAt = "Begin"
    States = merge(
      {
        Begin = {
          Type   = "Pass"
          Result = { attempt = 0 }
          Next   = "ListTasks"
        }
        ListTasks = {
          Type     = "Task"
          Resource = "arn:${local.partition}:states:::aws-sdk:ecs:listTasks"
          Parameters = {
            Cluster       = var.cluster.arn
            Family        = each.value.name
            DesiredStatus = "RUNNING"
          }
          ResultPath = "$.running"
          Catch      = [{ ErrorEquals = ["States.ALL"], ResultPath = "$.error", Next = "IsToBeTriedAgain" }]
          Next       = "DoesOneRun"
        }
        DoesOneRun = {
          Type    = "Choice"
          Choices = [{ Variable = "$.running.TaskArns[0]", IsPresent = true, Next = "Skipped" }]
          Default = "RunTask"
        }
        Skipped = {
          Type = "Succeed"
        }
        RunTask = {
          Type     = "Task"
          Resource = "arn:${local.partition}:states:::aws-sdk:ecs:runTask"
          Parameters = merge(
            {
              Cluster              = var.cluster.arn
              TaskDefinition       = each.value.task_definition_arn
              PropagateTags        = "TASK_DEFINITION"
              EnableECSManagedTags = true
              NetworkConfiguration = {
                AwsvpcConfiguration = {
                  AssignPublicIp = var.placement == "public" ? "ENABLED" : "DISABLED"
                  SecurityGroups = local.security_groups
                  Subnets        = local.subnets
                }
              }
            },
            {
              for key, value in {
                CapacityProviderStrategy = [{ CapacityProvider = "FARGATE_SPOT", Weight = 1 }]
                LaunchType               = "FARGATE"
              } : key => value if key == (var.capacity == "spot" ? "CapacityProviderStrategy" : "LaunchType")
            },
          )
          ResultPath = "$.started"
          Catch      = [{ ErrorEquals = ["States.ALL"], ResultPath = "$.error", Next = "IsToBeTriedAgain" }]
          Next       = "WasOneStarted"
        }
        # Where there is no capacity, the answer is a failure and no error.
        WasOneStarted = {
          Type    = "Choice"
          Choices = [{ Variable = "$.started.Tasks[0]", IsPresent = true, Next = "Started" }]
          Default = "IsToBeTriedAgain"
        }
        Started = {
          Type = "Succeed"
        }
        IsToBeTriedAgain = {
          Type    = "Choice"
          Choices = [{ Variable = "$.attempt", NumericLessThan = min(each.value.retries, floor(var.max_age_s / 60)), Next = "Wait" }]
          Default = var.dead_letter_queue == null ? "Failed" : "GiveUp"
        }
        Wait = {
          Type    = "Wait"
          Seconds = 60
          Next    = "Count"
        }
        Count = {
          Type       = "Pass"
          Parameters = { "attempt.$" = "States.MathAdd($.attempt, 1)" }
          Next       = "ListTasks"
        }
        Failed = {
          Type  = "Fail"
          Error = "TaskNotStarted"
        }
      },
      {
        for name, queue in { GiveUp = var.dead_letter_queue } : name => {
          Type                      = "Task"
          Resource                  = "arn:${local.partition}:states:::sqs:sendMessage"
          Parameters = {
            QueueUrl = queue.url
            MessageBody = {
              "execution.$"   = "$$.Execution.Id"
              task_definition = each.value.task_definition_arn
              "state.$"       = "$"
            }
          }
          Next = "Failed"
        } if queue != null
      },
    )
  })

  depends_on = [aws_iam_role_policy.states]
}
