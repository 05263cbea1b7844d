# An HTTP interface of functions with a table and a queue.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.47.0"
    }
    archive = {
      source = "hashicorp/archive"
    }
  }
  backend "http" {
    address = "https://state.example.com/serverless"
  }
}

provider "aws" {
  region = "us-east-1"
  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/deploy"
  }
}

data "aws_region" "this" {}
data "aws_partition" "this" {}
data "aws_caller_identity" "this" {}

locals {
  functions = {
    list   = { method = "GET", path = "/items", memory = 128 }
    create = { method = "POST", path = "/items", memory = 256 }
    remove = { method = "DELETE", path = "/items/{id}", memory = 128 }
  }
  table = provider::aws::arn_parse(aws_dynamodb_table.items.arn)
}

data "archive_file" "code" {
  for_each    = local.functions
  type        = "zip"
  source_file = "${path.module}/src/${each.key}.js"
  output_path = "${path.module}/.build/${each.key}.zip"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "access" {
  source_policy_documents = [data.aws_iam_policy_document.logs.json]

  statement {
    sid       = "Table"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
    resources = [aws_dynamodb_table.items.arn, "${aws_dynamodb_table.items.arn}/index/*"]
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "dynamodb:LeadingKeys"
      values   = ["&{aws:PrincipalTag/tenant}"]
    }
  }
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for name, group in aws_cloudwatch_log_group.function : "${group.arn}:*"]
  }
}

resource "aws_iam_role" "function" {
  name               = "items-function"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "function" {
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.access.json
}

resource "aws_cloudwatch_log_group" "function" {
  for_each          = local.functions
  name              = "/aws/lambda/items-${each.key}"
  retention_in_days = 14
}

resource "aws_lambda_function" "function" {
  for_each         = local.functions
  function_name    = "items-${each.key}"
  role             = aws_iam_role.function.arn
  runtime          = "nodejs22.x"
  handler          = "${each.key}.handler"
  filename         = data.archive_file.code[each.key].output_path
  source_code_hash = data.archive_file.code[each.key].output_base64sha256
  memory_size      = each.value.memory

  environment {
    variables = {
      TABLE   = aws_dynamodb_table.items.name
      QUEUE   = aws_sqs_queue.events.url
      ACCOUNT = local.table.account_id
    }
  }

  depends_on = [aws_cloudwatch_log_group.function]
}

resource "aws_dynamodb_table" "items" {
  name         = "items"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "tenant"
  range_key    = "id"

  dynamic "attribute" {
    for_each = toset(["tenant", "id", "created"])
    content {
      name = attribute.value
      type = "S"
    }
  }

  local_secondary_index {
    name            = "created"
    range_key       = "created"
    projection_type = "ALL"
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_sqs_queue" "dead" {
  name = "items-dead"
}

resource "aws_sqs_queue" "events" {
  name = "items-events"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 5
  })
}

resource "aws_lambda_event_source_mapping" "events" {
  event_source_arn = aws_sqs_queue.events.arn
  function_name    = aws_lambda_function.function["create"].arn
  batch_size       = 10
}

resource "aws_apigatewayv2_api" "items" {
  name          = "items"
  protocol_type = "HTTP"

  cors_configuration {
    allow_origins = ["https://example.com"]
    allow_methods = distinct([for f in values(local.functions) : f.method])
  }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each               = aws_lambda_function.function
  api_id                 = aws_apigatewayv2_api.items.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "function" {
  for_each  = local.functions
  api_id    = aws_apigatewayv2_api.items.id
  route_key = "${each.value.method} ${each.value.path}"
  target    = "integrations/${aws_apigatewayv2_integration.function[each.key].id}"
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.items.id
  name        = "$default"
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.function["list"].arn
    format = jsonencode({
      id     = "$context.requestId"
      status = "$context.status"
    })
  }
}

resource "aws_lambda_permission" "api" {
  for_each      = aws_lambda_function.function
  action        = "lambda:InvokeFunction"
  function_name = each.value.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.items.execution_arn}/*/*"
}

output "endpoint" {
  value = aws_apigatewayv2_stage.default.invoke_url
}

output "policy" {
  value = jsondecode(data.aws_iam_policy_document.access.json).Statement[*].Effect
}
