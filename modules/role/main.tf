# Rendered by stackwright from its module library; edits are lost. sha256:543ed7372c186f55

locals {
  # A job shows a token of this host, for this audience, about this subject.
  host     = var.gitlab == null ? "token.actions.githubusercontent.com" : var.gitlab.host
  audience = var.gitlab == null ? "sts.amazonaws.com" : "https://${local.host}"
  subjects = concat(
    var.github == null ? [] : concat(
      [for branch in var.github.branches : "repo:${var.github.repository}:ref:refs/heads/${branch}"],
      [for tag in var.github.tags : "repo:${var.github.repository}:ref:refs/tags/${tag}"],
      [for environment in var.github.environments : "repo:${var.github.repository}:environment:${environment}"],
      var.github.pull_requests ? ["repo:${var.github.repository}:pull_request"] : [],
    ),
    var.gitlab == null ? [] : concat(
      [for branch in var.gitlab.branches : "project_path:${var.gitlab.project}:ref_type:branch:ref:${branch}"],
      [for tag in var.gitlab.tags : "project_path:${var.gitlab.project}:ref_type:tag:ref:${tag}"],
    ),
  )

  provider_arn = var.create_provider ? aws_iam_openid_connect_provider.this[0].arn : var.provider_arn

  push = [
    {
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"]
    },
    {
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = [for repository in var.push : repository.arn]
    },
  ]

  run = flatten([
    for task in values(var.run) : [
      {
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [replace(task.task_definition_arn, "/:[0-9]+$/", ":*")]
        Condition = { ArnEquals = { "ecs:cluster" = task.cluster_arn } }
      },
      {
        # A task that takes over its definition's tags cannot be started without it.
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = ["${replace(task.cluster_arn, ":cluster/", ":task/")}/*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks"]
        Resource  = ["${replace(task.cluster_arn, ":cluster/", ":task/")}/*"]
        Condition = { ArnEquals = { "ecs:cluster" = task.cluster_arn } }
      },
      {
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = task.role_arns
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  ])
}

resource "aws_iam_openid_connect_provider" "this" {
  count = var.create_provider ? 1 : 0

  url            = "https://${local.host}"
  client_id_list = [local.audience]
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  max_session_duration = var.max_session_s

  # Equal, not alike: no other repository, branch or environment.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = local.provider_arn }
        Condition = {
          StringEquals = {
            "${local.host}:aud" = local.audience
            "${local.host}:sub" = local.subjects
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "push" {
  count = length(var.push) == 0 ? 0 : 1

  name   = "push"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.push })
}

resource "aws_iam_role_policy" "run" {
  count = length(var.run) == 0 ? 0 : 1

  name   = "run"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.run })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(var.managed_policy_arns)

  role       = aws_iam_role.this.name
  policy_arn = each.value
}
