# Rendered by stackwright from its module library; edits are lost. sha256:5b3b2229ed9deb11

locals {
  # What Lambda itself does with the function's role.
  statements = merge(
    {
      logs = {
        effect    = "Allow"
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
        condition = []
      }
    },
    {
      for label, actions in {
        network = [
          "ec2:AssignPrivateIpAddresses",
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:UnassignPrivateIpAddresses",
        ]
        } : label => {
        effect    = "Allow"
        actions   = actions
        resources = ["*"]
        condition = []
      } if var.network != null
    },
    {
      for label, actions in { tracing = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"] } : label => {
        effect                        = "Allow"
        actions                       = actions
        resources                     = ["*"]
        condition                     = []
      } if var.tracing == "Active"
    },
    {
      for label, key in { environment_key = var.kms_key_arn } : label => {
        effect                            = "Allow"
        actions                           = ["kms:Decrypt"]
        resources                         = [key]
        condition                         = []
      } if key != null
    },
    var.statement,
  )
}

# First, so that it has its retention: Lambda would make one that keeps everything.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "this" {
  name = "${substr(var.name, 0, 55)}-function"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "lambda.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "function"
  role = aws_iam_role.this.name

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

# Nothing connects to a function through the network: it only reaches out.
resource "aws_security_group" "this" {
  count = var.network == null ? 0 : 1

  name        = "${var.name}-function"
  description = "The function ${var.name}"
  vpc_id      = var.network.id
}

resource "aws_vpc_security_group_egress_rule" "all" {
  count = var.network == null ? 0 : 1

  security_group_id = aws_security_group.this[0].id
  description       = "To anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_lambda_function" "this" {
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  package_type                   = var.image == null ? "Zip" : "Image"
  s3_bucket                      = one(var.code[*].bucket)
  s3_key                         = one(var.code[*].key)
  filename                       = one(var.code[*].filename)
  source_code_hash               = one(var.code[*].hash)
  handler                        = var.handler
  runtime                        = var.runtime
  layers                         = var.layers
  image_uri                      = var.image
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mib
  timeout                        = var.timeout_s
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.kms_key_arn

  dynamic "image_config" {
    for_each = length(var.command) == 0 ? [] : [var.command]

    content {
      command = image_config.value
    }
  }

  dynamic "environment" {
    for_each = length(var.environment) == 0 ? [] : [var.environment]

    content {
      variables = environment.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.network[*]

    content {
      subnet_ids         = vpc_config.value.private_subnet_ids
      security_group_ids = concat(aws_security_group.this[*].id, var.security_group_ids)
    }
  }

  dynamic "dead_letter_config" {
    for_each = var.dead_letter_arn == null ? [] : [var.dead_letter_arn]

    content {
      target_arn = dead_letter_config.value
    }
  }

  ephemeral_storage {
    size = var.ephemeral_storage_mib
  }

  logging_config {
    log_format = var.log_format
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.tracing
  }

  # Lambda looks at what the role may do when it makes the function.
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.retries == null && var.max_event_age_s == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = var.retries
  maximum_event_age_in_seconds = var.max_event_age_s
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each = var.event_source

  event_source_arn                   = each.value.queue.arn
  function_name                      = aws_lambda_function.this.function_name
  batch_size                         = each.value.batch_size
  maximum_batching_window_in_seconds = each.value.batching_window_s
  function_response_types            = each.value.report_failures ? ["ReportBatchItemFailures"] : null
  enabled                            = each.value.enabled

  dynamic "scaling_config" {
    for_each = each.value.max_concurrency == null ? [] : [each.value.max_concurrency]

    content {
      maximum_concurrency = scaling_config.value
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.schedule

  name                = "${var.name}-${each.key}"
  description         = each.value.description
  schedule_expression = each.value.schedule
  state               = each.value.enabled ? "ENABLED" : "DISABLED"
}

resource "aws_lambda_permission" "schedule" {
  for_each = var.schedule

  function_name = aws_lambda_function.this.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.schedule

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = each.key
  arn       = aws_lambda_function.this.arn
  input     = each.value.input

  # A rate counts from the rule's creation: its first call needs the permission.
  depends_on = [aws_lambda_permission.schedule]
}

resource "aws_lambda_function_url" "this" {
  count = var.url == null ? 0 : 1

  function_name      = aws_lambda_function.this.function_name
  authorization_type = var.url.authorization

  dynamic "cors" {
    for_each = var.url.cors[*]

    content {
      allow_origins     = cors.value.origins
      allow_methods     = ["*"]
      allow_headers     = cors.value.headers
      allow_credentials = cors.value.credentials
      max_age           = cors.value.max_age_s
    }
  }
}

# Without authorization everybody may, which Lambda wants to be said.
resource "aws_lambda_permission" "url" {
  count = try(var.url.authorization, "AWS_IAM") == "NONE" ? 1 : 0

  function_name          = aws_lambda_function.this.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "url_function" {
  count = try(var.url.authorization, "AWS_IAM") == "NONE" ? 1 : 0

  function_name            = aws_lambda_function.this.function_name
  action                   = "lambda:InvokeFunction"
  principal                = "*"
  invoked_via_function_url = true
}
