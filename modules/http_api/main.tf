# Rendered by stackwright from its module library; edits are lost. sha256:3e078bf62914b107

locals {
  routes = { for key, route in var.route : key => merge(route, { method = split(" ", key)[0] }) }

  # Browsers that send cookies take no `*`.
  methods = distinct(flatten([
    for route in local.routes : route.method == "ANY" ? ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] : [route.method]
  ]))

  authorizers = { for label, authorizer in var.authorizer : label => authorizer if authorizer.function != null }
}

resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  description                  = var.description
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = !var.default_endpoint

  dynamic "cors_configuration" {
    for_each = var.cors[*]

    content {
      allow_origins     = cors_configuration.value.origins
      allow_methods     = local.methods
      allow_headers     = cors_configuration.value.headers
      allow_credentials = cors_configuration.value.credentials
      max_age           = cors_configuration.value.max_age_s
    }
  }
}

resource "aws_apigatewayv2_authorizer" "this" {
  for_each = var.authorizer

  api_id          = aws_apigatewayv2_api.this.id
  name            = each.key
  authorizer_type = each.value.function == null ? "JWT" : "REQUEST"

  # An answer that is kept counts for the route that it was about.
  identity_sources = concat(
    formatlist("$request.header.%s", length(each.value.headers) == 0 ? ["Authorization"] : each.value.headers),
    each.value.cache_s > 0 ? ["$context.routeKey"] : [],
  )

  authorizer_uri                    = each.value.function == null ? null : var.functions[each.value.function].invoke_arn
  authorizer_payload_format_version = each.value.function == null ? null : "2.0"
  authorizer_result_ttl_in_seconds  = each.value.function == null ? null : each.value.cache_s
  enable_simple_responses           = each.value.function == null ? null : each.value.simple

  dynamic "jwt_configuration" {
    for_each = each.value.function == null ? [each.value] : []

    content {
      issuer   = jwt_configuration.value.issuer
      audience = jwt_configuration.value.audiences
    }
  }
}

resource "aws_apigatewayv2_integration" "this" {
  for_each = local.routes

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = var.functions[each.value.function].invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = each.value.timeout_s * 1000
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
  authorization_type = each.value.authorizer == null ? "NONE" : contains(keys(local.authorizers), each.value.authorizer) ? "CUSTOM" : "JWT"
  authorizer_id      = each.value.authorizer == null ? null : aws_apigatewayv2_authorizer.this[each.value.authorizer].id
}

resource "aws_cloudwatch_log_group" "access" {
  count = var.access_logs == null ? 0 : 1

  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.access_logs.retention_days
}

# It has what the API says as soon as that is said.
resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = var.stage
  auto_deploy = true

  dynamic "access_log_settings" {
    for_each = var.access_logs[*]

    content {
      destination_arn = aws_cloudwatch_log_group.access[0].arn
      format = access_log_settings.value.format != null ? access_log_settings.value.format : jsonencode({
        requestId        = "$context.requestId"
        requestTime      = "$context.requestTime"
        ip               = "$context.identity.sourceIp"
        httpMethod       = "$context.httpMethod"
        path             = "$context.path"
        status           = "$context.status"
        responseLength   = "$context.responseLength"
        responseLatency  = "$context.responseLatency"
        integrationError = "$context.integrationErrorMessage"
        authorizerError  = "$context.authorizer.error"
      })
    }
  }

  default_route_settings {
    detailed_metrics_enabled = var.metrics
    throttling_rate_limit    = try(var.throttle.rate, null)
    throttling_burst_limit   = try(var.throttle.burst, null)
  }
}

resource "aws_lambda_permission" "route" {
  for_each = toset(values(var.route)[*].function)

  function_name = var.functions[each.key].name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}

resource "aws_lambda_permission" "authorizer" {
  for_each = local.authorizers

  function_name = var.functions[each.value.function].name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this[each.key].id}"
}

resource "aws_apigatewayv2_domain_name" "this" {
  count = var.domain == null ? 0 : 1

  domain_name = var.domain.name

  domain_name_configuration {
    certificate_arn = var.domain.certificate
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  count = var.domain == null ? 0 : 1

  api_id          = aws_apigatewayv2_api.this.id
  domain_name     = aws_apigatewayv2_domain_name.this[0].domain_name
  stage           = aws_apigatewayv2_stage.this.name
  api_mapping_key = var.domain.base_path
}
