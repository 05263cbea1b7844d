# Rendered by stackwright from its module library; edits are lost. sha256:98a65244f5924144

locals {
  cluster   = split(":", var.cluster_arn)
  partition = local.cluster[1]
  region    = local.cluster[3]
  account   = local.cluster[4]

  # Images of other registries need no permission.
  repositories = distinct(compact([
    for image in var.images : try(
      format(
        "arn:%s:ecr:%s:%s:repository/%s",
        local.partition,
        regex("^[0-9]{12}[.]dkr[.]ecr[.]([a-z0-9-]+)[.]", image)[0],
        regex("^([0-9]{12})[.]dkr[.]ecr[.]", image)[0],
        regex("^[^/]+/([^:@]+)", image)[0],
      ),
      "",
    )
  ]))

  # A secret's ARN may end with a key and a version, which is no part of the resource.
  secrets = sort(distinct([
    for arn in var.secret_arns : join(":", slice(split(":", arn), 0, min(7, length(split(":", arn)))))
  ]))

  execution_statements = [
    {
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = length(local.repositories) == 0 ? [] : ["*"]
    },
    {
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = local.repositories
    },
    {
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = [for arn in var.log_group_arns : "${arn}:*"]
    },
    {
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [for arn in local.secrets : arn if split(":", arn)[2] == "secretsmanager"]
    },
    {
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = [for arn in local.secrets : arn if split(":", arn)[2] == "ssm"]
    },
    {
      # AWS's own keys need no permission.
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = var.kms_key_arns
    },
  ]

  # A command in a running container goes through Session Manager.
  exec_actions = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ]
  exec = {
    exec = {
      effect    = "Allow"
      actions   = local.exec_actions
      resources = ["*"]
      condition = []
    }
  }
  statements = merge(var.statement, { for label, statement in local.exec : label => statement if var.enable_exec })
}

# What ECS itself does to start a task: pull images, write logs, read secrets.
resource "aws_iam_role" "execution" {
  name = "${substr(var.name, 0, 54)}-execution"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "execution"
  role = aws_iam_role.execution.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.execution_statements : statement if length(statement.Resource) > 0]
  })
}

# What the task may do itself.
resource "aws_iam_role" "task" {
  name = "${substr(var.name, 0, 59)}-task"

  # Only for tasks of this account and region, so that no other account's ECS can be made to use it.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Condition = {
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account}:*" }
          StringEquals = { "aws:SourceAccount" = local.account }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "task" {
  count = length(local.statements) == 0 ? 0 : 1

  name = "task"
  role = aws_iam_role.task.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.statements : merge(
        {
          Effect   = statement.effect
          Action   = statement.actions
          Resource = statement.resources
        },
        {
          for key, tests in {
            Condition = {
              for test in distinct(statement.condition[*].test) : test => {
                for condition in statement.condition : condition.variable => condition.values
                if condition.test == test
              }
            }
          } : key => tests if length(tests) > 0
        },
      )
    ]
  })
}
