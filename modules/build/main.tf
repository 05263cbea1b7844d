# Rendered by stackwright from its module library; edits are lost. sha256:812409042dc26769

locals {
  # The ARN's partition, region and account, for what is inside of the network.
  arn = split(":", aws_cloudwatch_log_group.this.arn)

  logs = [
    {
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
    },
  ]

  push = length(var.push) == 0 ? [] : [
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

  token = [
    for statement in [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [try(var.token.arn, null)]
      },
    ] : statement if var.token != null
  ]

  token_key = [
    for statement in [
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [var.token_kms_key_arn]
      },
    ] : statement if var.token_kms_key_arn != null
  ]

  # CodeBuild puts interfaces into the subnets, and lets its own service use them.
  network = [
    for statement in [
      {
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeDhcpOptions",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
        ]
        Resource = ["*"]
      },
    ] : statement if var.network != null
  ]

  interface = [
    for statement in [
      {
        Effect   = "Allow"
        Action   = ["ec2:CreateNetworkInterfacePermission"]
        Resource = ["arn:${local.arn[1]}:ec2:${local.arn[3]}:${local.arn[4]}:network-interface/*"]
        Condition = {
          StringEquals = {
            "ec2:AuthorizedService" = "codebuild.amazonaws.com"
          }
        }
      },
    ] : statement if var.network != null
  ]
}

# CodeBuild would make it itself, and keep logs for ever.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/codebuild/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_iam_role" "this" {
  # A role's name has 64 characters at most.
  name = "${substr(var.name, 0, 58)}-build"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "codebuild.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "build"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.logs, local.push, local.token, local.token_key, local.network, local.interface)
  })
}

resource "aws_security_group" "this" {
  count = var.network == null ? 0 : 1

  name        = "${var.name}-build"
  description = "Builds of ${var.name}"
  vpc_id      = var.network.id
}

resource "aws_vpc_security_group_egress_rule" "all" {
  count = length(aws_security_group.this)

  security_group_id = aws_security_group.this[count.index].id
  description       = "To anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_codebuild_project" "this" {
  name           = var.name
  description    = var.description
  service_role   = aws_iam_role.this.arn
  source_version = var.revision
  build_timeout  = var.timeout_minutes

  # Images are pushed by the build itself.
  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type            = var.architecture == "arm64" ? "ARM_CONTAINER" : "LINUX_CONTAINER"
    image           = var.image
    compute_type    = "BUILD_GENERAL1_${upper(var.compute)}"
    privileged_mode = var.privileged

    dynamic "environment_variable" {
      for_each = var.environment

      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this.name
    }
  }

  source {
    type            = "GITHUB"
    location        = "https://github.com/${var.github}.git"
    buildspec       = var.buildspec
    git_clone_depth = 1

    # CodeBuild reads the token itself: it is in no state and no plan.
    dynamic "auth" {
      for_each = var.token[*]

      content {
        type     = "SECRETS_MANAGER"
        resource = auth.value.arn
      }
    }
  }

  dynamic "vpc_config" {
    for_each = var.network[*]

    content {
      vpc_id             = vpc_config.value.id
      subnets            = vpc_config.value.private_subnet_ids
      security_group_ids = aws_security_group.this[*].id
    }
  }

  # It looks at once whether its role may use the network.
  depends_on = [aws_iam_role_policy.this]
}
