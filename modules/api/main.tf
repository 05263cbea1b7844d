# Rendered by stackwright from its module library; edits are lost. sha256:0586d2c82f9f4dc5

locals {
  # All functions are of the API's account and region.
  function  = split(":", values(var.functions)[0].arn)
  partition = local.function[1]
  functions = join(":", slice(local.function, 0, 6))
  invoke    = "arn:${local.partition}:apigateway:${local.function[3]}:lambda:path/2015-03-31/functions/${local.functions}"

  # A route leads to the function that its stage has a variable for, and so never to another stage's.
  asked = toset(concat(values(var.route)[*].function, values(var.authorizer)[*].function))
  stage_functions = {
    for label, stage in var.stage : label => {
      for function in local.asked : function => var.functions[lookup(stage.functions, function, function)].name
    }
  }
  calls = merge([
    for label, functions in local.stage_functions : {
      for key, name in functions : "${label}/${key}" => { stage = label, key = key, function = name }
    }
  ]...)

  routes = {
    for key, route in var.route : key => merge(route, {
      method = split(" ", key)[0]
      path   = trimprefix(split(" ", key)[1], "/")
    })
  }
  responses = merge([
    for key, route in local.routes : {
      for label, response in route.response : "${key} ${label}" => merge(response, { route = key })
    }
  ]...)

  # Every path, and every path above it: a resource of API Gateway is one segment.
  paths = distinct(flatten([
    for route in local.routes : [
      for depth in range(length(compact(split("/", route.path)))) : join("/", slice(split("/", route.path), 0, depth + 1))
    ]
  ]))
  depth = { for path in local.paths : path => length(split("/", path)) }
  resource_ids = merge(
    { "" = aws_api_gateway_rest_api.this.root_resource_id },
    {
      for path, resource in merge(
        aws_api_gateway_resource.depth_1,
        aws_api_gateway_resource.depth_2,
        aws_api_gateway_resource.depth_3,
        aws_api_gateway_resource.depth_4,
        aws_api_gateway_resource.depth_5,
        aws_api_gateway_resource.depth_6,
        aws_api_gateway_resource.depth_7,
        aws_api_gateway_resource.depth_8,
      ) : path => resource.id
    },
  )

  # What a preflight is answered: of each path its methods, of each stage its origins.
  cors         = { for label, stage in var.stage : stage.name => stage.cors if stage.cors != null }
  cors_origins = flatten(values(local.cors)[*].origins)
  methods      = { for key, route in local.routes : route.path => route.method... }
  cors_routes = {
    for path, methods in local.methods : "OPTIONS /${path}" => {
      path    = path
      methods = contains(methods, "ANY") ? "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT" : join(",", concat(sort(methods), ["OPTIONS"]))
    } if length(local.cors) > 0
  }

  # Browsers take one origin: that of the page that asks, where it is among those of the stage.
  cors_template = join("\n", concat(
    [
      "#set($origin = $input.params().header.get(\"Origin\"))",
      "#if(!$origin || $origin == \"\")",
      "#set($origin = $input.params().header.get(\"origin\"))",
      "#end",
    ],
    flatten([
      for index, name in keys(local.cors) : concat(
        [
          "#${index == 0 ? "if" : "elseif"}($context.stage == \"${name}\")",
          "#set($origins = ${jsonencode(local.cors[name].origins)})",
          "#if($origins.contains($origin))",
          "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)",
          "#else",
          "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origins[0])",
          "#end",
          "#set($context.responseOverride.header.Access-Control-Allow-Headers = \"${join(",", local.cors[name].headers)}\")",
          "#set($context.responseOverride.header.Access-Control-Max-Age = \"${local.cors[name].max_age_s}\")",
        ],
        local.cors[name].credentials ? ["#set($context.responseOverride.header.Access-Control-Allow-Credentials = \"true\")"] : [],
      )
    ]),
    ["#end"],
  ))

  # What the template overrides; an origin that one stage allows is none that all do.
  cors_headers = {
    "Access-Control-Allow-Headers" = join(",", distinct(flatten(values(local.cors)[*].headers)))
    "Access-Control-Allow-Origin"  = try([for origin in local.cors_origins : origin if origin != "*"][0], "*")
    "Access-Control-Max-Age"       = "0"
    "Vary"                         = "Origin"
  }
  cors_declared = concat(keys(local.cors_headers), ["Access-Control-Allow-Credentials", "Access-Control-Allow-Methods"])

  # What API Gateway itself refuses, pages can only read where all have the same origin.
  refusals = length(distinct(local.cors_origins)) == 1 && length(local.cors) == length(var.stage) ? ["DEFAULT_4XX", "DEFAULT_5XX"] : []

  # What a deployment is a snapshot of: another definition is another deployment. It is made of what
  # is written, and so known while planning, and of this file, which says what is made of it.
  definition = sha256(jsonencode([
    var.route,
    var.authorizer,
    var.binary_media_types,
    local.cors,
    filesha256("${path.module}/main.tf"),
  ]))
}

resource "aws_api_gateway_rest_api" "this" {
  name                         = var.name
  description                  = var.description
  binary_media_types           = var.binary_media_types
  disable_execute_api_endpoint = !var.default_endpoint

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "depth_1" {
  for_each = toset([for path, depth in local.depth : path if depth == 1])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = each.key
}

resource "aws_api_gateway_resource" "depth_2" {
  for_each = toset([for path, depth in local.depth : path if depth == 2])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_1[join("/", slice(split("/", each.key), 0, 1))].id
  path_part   = split("/", each.key)[1]
}

resource "aws_api_gateway_resource" "depth_3" {
  for_each = toset([for path, depth in local.depth : path if depth == 3])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_2[join("/", slice(split("/", each.key), 0, 2))].id
  path_part   = split("/", each.key)[2]
}

resource "aws_api_gateway_resource" "depth_4" {
  for_each = toset([for path, depth in local.depth : path if depth == 4])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_3[join("/", slice(split("/", each.key), 0, 3))].id
  path_part   = split("/", each.key)[3]
}

resource "aws_api_gateway_resource" "depth_5" {
  for_each = toset([for path, depth in local.depth : path if depth == 5])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_4[join("/", slice(split("/", each.key), 0, 4))].id
  path_part   = split("/", each.key)[4]
}

resource "aws_api_gateway_resource" "depth_6" {
  for_each = toset([for path, depth in local.depth : path if depth == 6])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_5[join("/", slice(split("/", each.key), 0, 5))].id
  path_part   = split("/", each.key)[5]
}

resource "aws_api_gateway_resource" "depth_7" {
  for_each = toset([for path, depth in local.depth : path if depth == 7])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_6[join("/", slice(split("/", each.key), 0, 6))].id
  path_part   = split("/", each.key)[6]
}

resource "aws_api_gateway_resource" "depth_8" {
  for_each = toset([for path, depth in local.depth : path if depth == 8])

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth_7[join("/", slice(split("/", each.key), 0, 7))].id
  path_part   = split("/", each.key)[7]
}

resource "aws_api_gateway_authorizer" "this" {
  for_each = var.authorizer

  rest_api_id                      = aws_api_gateway_rest_api.this.id
  name                             = each.key
  type                             = upper(each.value.type)
  authorizer_uri                   = "${local.invoke}:$${stageVariables.${each.value.function}}/invocations"
  authorizer_result_ttl_in_seconds = each.value.cache_s
  identity_validation_expression   = each.value.validation

  identity_source = join(",", formatlist(
    "method.request.header.%s",
    length(each.value.headers) == 0 ? ["Authorization"] : each.value.headers,
  ))
}

resource "aws_api_gateway_method" "this" {
  for_each = local.routes

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = local.resource_ids[each.value.path]
  http_method   = each.value.method
  authorization = each.value.authorizer == null ? "NONE" : "CUSTOM"
  authorizer_id = each.value.authorizer == null ? null : aws_api_gateway_authorizer.this[each.value.authorizer].id

  # What stands in braces must be told to be there.
  request_parameters = {
    for name in flatten(regexall("[{]([^}+]+)[+]?[}]", each.value.path)) : "method.request.path.${name}" => true
  }
}

resource "aws_api_gateway_integration" "this" {
  for_each = local.routes

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = local.resource_ids[each.value.path]
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = length(each.value.templates) == 0 ? "AWS_PROXY" : "AWS"
  integration_http_method = "POST"
  uri                     = "${local.invoke}:$${stageVariables.${each.value.function}}/invocations"
  timeout_milliseconds    = each.value.timeout_s * 1000
  request_templates       = length(each.value.templates) == 0 ? null : each.value.templates
  passthrough_behavior    = length(each.value.templates) == 0 ? "WHEN_NO_MATCH" : "NEVER"
}

resource "aws_api_gateway_method_response" "this" {
  for_each = local.responses

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = local.resource_ids[local.routes[each.value.route].path]
  http_method         = aws_api_gateway_method.this[each.value.route].http_method
  status_code         = each.value.status
  response_parameters = { for header in keys(each.value.headers) : "method.response.header.${header}" => false }
}

resource "aws_api_gateway_integration_response" "this" {
  for_each = local.responses

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = local.resource_ids[local.routes[each.value.route].path]
  http_method         = aws_api_gateway_integration.this[each.value.route].http_method
  status_code         = aws_api_gateway_method_response.this[each.key].status_code
  selection_pattern   = each.value.selection_pattern
  response_templates  = length(each.value.templates) == 0 ? null : each.value.templates
  response_parameters = { for header, value in each.value.headers : "method.response.header.${header}" => value }
}

resource "aws_api_gateway_method" "cors" {
  for_each = local.cors_routes

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = local.resource_ids[each.value.path]
  http_method   = "OPTIONS"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "cors" {
  for_each = local.cors_routes

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = local.resource_ids[each.value.path]
  http_method          = aws_api_gateway_method.cors[each.key].http_method
  type                 = "MOCK"
  request_templates    = { "application/json" = jsonencode({ statusCode = 204 }) }
  passthrough_behavior = "WHEN_NO_MATCH"

  # Where all is bytes, the template would find no text.
  content_handling = "CONVERT_TO_TEXT"
}

# Every header that is set has to be declared.
resource "aws_api_gateway_method_response" "cors" {
  for_each = local.cors_routes

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = local.resource_ids[each.value.path]
  http_method         = aws_api_gateway_method.cors[each.key].http_method
  status_code         = "204"
  response_parameters = { for header in local.cors_declared : "method.response.header.${header}" => false }
}

resource "aws_api_gateway_integration_response" "cors" {
  for_each = local.cors_routes

  rest_api_id        = aws_api_gateway_rest_api.this.id
  resource_id        = local.resource_ids[each.value.path]
  http_method        = aws_api_gateway_integration.cors[each.key].http_method
  status_code        = aws_api_gateway_method_response.cors[each.key].status_code
  response_templates = { "application/json" = local.cors_template }

  response_parameters = {
    for header, value in merge(local.cors_headers, { "Access-Control-Allow-Methods" = each.value.methods }) :
    "method.response.header.${header}" => "'${value}'"
  }
}

resource "aws_api_gateway_gateway_response" "cors" {
  for_each = toset(local.refusals)

  rest_api_id         = aws_api_gateway_rest_api.this.id
  response_type       = each.key
  response_parameters = { "gatewayresponse.header.Access-Control-Allow-Origin" = "'${local.cors_origins[0]}'" }
}

resource "aws_api_gateway_deployment" "this" {
  for_each = var.stage

  rest_api_id = aws_api_gateway_rest_api.this.id
  triggers    = { definition = each.value.revision == null ? local.definition : each.value.revision }

  # A snapshot is taken of what is there.
  depends_on = [
    aws_api_gateway_gateway_response.cors,
    aws_api_gateway_integration.cors,
    aws_api_gateway_integration.this,
    aws_api_gateway_integration_response.cors,
    aws_api_gateway_integration_response.this,
    aws_api_gateway_method.cors,
    aws_api_gateway_method.this,
    aws_api_gateway_method_response.cors,
    aws_api_gateway_method_response.this,
  ]

  # The stage moves to the new one before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "logs" {
  count = var.account_role ? 1 : 0

  name = "${substr(replace(var.name, " ", "-"), 0, 55)}-api-logs"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "apigateway.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  count = var.account_role ? 1 : 0

  role       = aws_iam_role.logs[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  count = var.account_role ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.logs[0].arn

  depends_on = [aws_iam_role_policy_attachment.logs]
}

resource "aws_cloudwatch_log_group" "access" {
  for_each = { for label, stage in var.stage : label => stage if stage.access_logs != null }

  name              = "/aws/apigateway/${var.name}/${each.value.name}"
  retention_in_days = each.value.access_logs.retention_days
}

# First, so that it has its retention: API Gateway would make one that keeps everything.
resource "aws_cloudwatch_log_group" "execution" {
  for_each = { for label, stage in var.stage : label => stage if stage.execution_logs != null }

  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${each.value.name}"
  retention_in_days = each.value.execution_logs.retention_days
}

resource "aws_api_gateway_stage" "this" {
  for_each = var.stage

  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this[each.key].id
  stage_name           = each.value.name
  variables            = merge(each.value.variables, local.stage_functions[each.key])
  xray_tracing_enabled = each.value.tracing

  dynamic "access_log_settings" {
    for_each = each.value.access_logs[*]

    content {
      destination_arn = aws_cloudwatch_log_group.access[each.key].arn
      format = access_log_settings.value.format != null ? access_log_settings.value.format : jsonencode({
        requestId        = "$context.requestId"
        requestTime      = "$context.requestTime"
        ip               = "$context.identity.sourceIp"
        httpMethod       = "$context.httpMethod"
        path             = "$context.path"
        status           = "$context.status"
        responseLength   = "$context.responseLength"
        responseLatency  = "$context.responseLatency"
        integrationError = "$context.integration.error"
        authorizerError  = "$context.authorizer.error"
      })
    }
  }

  depends_on = [
    aws_api_gateway_account.this,
    aws_cloudwatch_log_group.execution,
  ]
}

resource "aws_api_gateway_method_settings" "this" {
  for_each = var.stage

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this[each.key].stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = each.value.metrics
    logging_level          = try(each.value.execution_logs.level, "OFF")
    data_trace_enabled     = try(each.value.execution_logs.data, false)
    throttling_rate_limit  = try(each.value.throttle.rate, -1)
    throttling_burst_limit = try(each.value.throttle.burst, -1)
  }
}

# Only the routes of its own stage call a function.
resource "aws_lambda_permission" "route" {
  for_each = { for key, call in local.calls : key => call if contains(values(var.route)[*].function, call.key) }

  function_name = each.value.function
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage[each.value.stage].name}/*/*"
}

# API Gateway asks an authorizer in the name of the API, whatever the stage.
resource "aws_lambda_permission" "authorizer" {
  for_each = merge([
    for label, authorizer in var.authorizer : {
      for key, call in local.calls : "${call.stage}/${label}" => merge(call, { authorizer = label }) if call.key == authorizer.function
    }
  ]...)

  function_name = each.value.function
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/authorizers/${aws_api_gateway_authorizer.this[each.value.authorizer].id}"
}

resource "aws_api_gateway_domain_name" "this" {
  count = var.domain == null ? 0 : 1

  domain_name              = var.domain.name
  regional_certificate_arn = var.domain.certificate
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  count = var.domain == null ? 0 : 1

  domain_name = aws_api_gateway_domain_name.this[0].domain_name
  api_id      = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this[var.domain.stage].stage_name
  base_path   = var.domain.base_path
}
