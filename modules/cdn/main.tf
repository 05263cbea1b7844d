# Rendered by stackwright from its module library; edits are lost. sha256:a333cf9138dd0e0b

locals {
  # AWS gives these policies the same ids in every account (Amazon CloudFront Developer Guide, "Use
  # managed cache policies" and "Use managed origin request policies").
  managed_cache_policies = {
    "Amplify"                                   = "2e54312d-136d-493c-8eb9-b001f22f67d2"
    "CachingDisabled"                           = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    "CachingOptimized"                          = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    "CachingOptimizedForUncompressedObjects"    = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
    "Elemental-MediaPackage"                    = "08627262-05a9-4f76-9ded-b50ca2e3a84f"
    "UseOriginCacheControlHeaders"              = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
    "UseOriginCacheControlHeaders-QueryStrings" = "4cc15a8a-d715-48a4-82b8-cc0b614638fe"
  }
  managed_origin_request_policies = {
    "AllViewer"                                   = "216adef6-5c7f-47e4-b989-5492eafa07d3"
    "AllViewerAndCloudFrontHeaders-2022-06"       = "33f36d7e-f396-46d9-90e0-52428a34d9dc"
    "AllViewerExceptHostHeader"                   = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    "CORS-CustomOrigin"                           = "59781a5b-3903-41f3-afcb-af62929ccde1"
    "CORS-S3Origin"                               = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
    "Elemental-MediaTailor-PersonalizedManifests" = "775133bc-15f2-49f9-abea-afb2e0bf67d2"
    "HostHeaderOnly"                              = "bf0718e1-ba1e-49d1-88b1-f726733018ae"
    "UserAgentRefererHeaders"                     = "acba4595-bd28-49b8-b9fe-13317c0390fa"
  }

  methods = {
    read             = ["GET", "HEAD"]
    read_and_options = ["GET", "HEAD", "OPTIONS"]
    all              = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
  }

  # What the distribution does by itself, and what a behavior does differently, by its label.
  caches = merge(
    { default = var.cache },
    { for label, behavior in var.behavior : label => behavior.cache if behavior.cache != null },
  )
  origin_requests = {
    for label, request in merge(
      { default = var.origin_request },
      { for label, behavior in var.behavior : label => behavior.origin_request },
    ) : label => request if request != null
  }

  policy_names = merge(
    { default = var.name },
    { for label, behavior in var.behavior : label => "${var.name}-${coalesce(behavior.renamed_from, label)}" },
  )

  cache_policy_ids = {
    for label, cache in local.caches :
    label => cache.policy == null ? aws_cloudfront_cache_policy.this[label].id : local.managed_cache_policies[cache.policy]
  }
  origin_request_policy_ids = {
    for label, request in local.origin_requests :
    label => request.policy == null ? aws_cloudfront_origin_request_policy.this[label].id : local.managed_origin_request_policies[request.policy]
  }

  # Labels by precedence.
  behaviors = [
    for key in sort([for label, behavior in var.behavior : format("%04d %s", behavior.precedence, label)]) :
    split(" ", key)[1]
  ]
}

resource "aws_cloudfront_cache_policy" "this" {
  for_each = { for label, cache in local.caches : label => cache if cache.policy == null }

  name        = local.policy_names[each.key]
  min_ttl     = each.value.min_ttl_s
  default_ttl = each.value.default_ttl_s != null ? each.value.default_ttl_s : max(each.value.min_ttl_s, min(86400, each.value.max_ttl_s))
  max_ttl     = each.value.max_ttl_s

  parameters_in_cache_key_and_forwarded_to_origin {
    # CloudFront refuses these where nothing is kept.
    enable_accept_encoding_brotli = var.compress && each.value.max_ttl_s > 0
    enable_accept_encoding_gzip   = var.compress && each.value.max_ttl_s > 0

    cookies_config {
      cookie_behavior = length(each.value.cookies) == 0 ? "none" : contains(each.value.cookies, "*") ? "all" : "whitelist"

      dynamic "cookies" {
        for_each = length(each.value.cookies) == 0 || contains(each.value.cookies, "*") ? [] : [each.value.cookies]

        content {
          items = cookies.value
        }
      }
    }

    headers_config {
      header_behavior = length(each.value.headers) == 0 ? "none" : "whitelist"

      dynamic "headers" {
        for_each = length(each.value.headers) == 0 ? [] : [each.value.headers]

        content {
          items = headers.value
        }
      }
    }

    query_strings_config {
      query_string_behavior = length(each.value.query_strings) == 0 ? "none" : contains(each.value.query_strings, "*") ? "all" : "whitelist"

      dynamic "query_strings" {
        for_each = length(each.value.query_strings) == 0 || contains(each.value.query_strings, "*") ? [] : [each.value.query_strings]

        content {
          items = query_strings.value
        }
      }
    }
  }
}

resource "aws_cloudfront_origin_request_policy" "this" {
  for_each = { for label, request in local.origin_requests : label => request if request.policy == null }

  name = local.policy_names[each.key]

  cookies_config {
    cookie_behavior = length(each.value.cookies) == 0 ? "none" : contains(each.value.cookies, "*") ? "all" : "whitelist"

    dynamic "cookies" {
      for_each = length(each.value.cookies) == 0 || contains(each.value.cookies, "*") ? [] : [each.value.cookies]

      content {
        items = cookies.value
      }
    }
  }

  headers_config {
    header_behavior = length(each.value.headers) == 0 ? "none" : "whitelist"

    dynamic "headers" {
      for_each = length(each.value.headers) == 0 ? [] : [each.value.headers]

      content {
        items = headers.value
      }
    }
  }

  query_strings_config {
    query_string_behavior = length(each.value.query_strings) == 0 ? "none" : contains(each.value.query_strings, "*") ? "all" : "whitelist"

    dynamic "query_strings" {
      for_each = length(each.value.query_strings) == 0 || contains(each.value.query_strings, "*") ? [] : [each.value.query_strings]

      content {
        items = query_strings.value
      }
    }
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  count = var.origin.bucket == null ? 0 : 1

  name                              = var.name
  description                       = "How ${var.name} reads its bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "this" {
  enabled             = true
  comment             = var.name
  aliases             = var.aliases
  default_root_object = var.default_root_object
  http_version        = var.http_version
  is_ipv6_enabled     = var.ipv6
  price_class         = var.price_class
  web_acl_id          = var.web_acl_arn

  origin {
    origin_id                = "origin"
    domain_name              = var.origin.bucket == null ? var.origin.domain_name : var.origin.bucket.regional_domain_name
    origin_access_control_id = one(aws_cloudfront_origin_access_control.this[*].id)

    # Only the names of headers are sure not to be secret.
    dynamic "custom_header" {
      for_each = var.origin.headers

      content {
        name  = custom_header.key
        value = custom_header.value
      }
    }

    dynamic "custom_origin_config" {
      for_each = var.origin.bucket == null ? [1] : []

      content {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
      }
    }
  }

  default_cache_behavior {
    target_origin_id         = "origin"
    viewer_protocol_policy   = "redirect-to-https"
    allowed_methods          = local.methods[var.methods]
    cached_methods           = local.methods["read"]
    compress                 = var.compress
    cache_policy_id          = local.cache_policy_ids["default"]
    origin_request_policy_id = lookup(local.origin_request_policy_ids, "default", null)
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.behaviors

    content {
      path_pattern             = var.behavior[ordered_cache_behavior.value].path
      target_origin_id         = "origin"
      viewer_protocol_policy   = "redirect-to-https"
      allowed_methods          = local.methods[coalesce(var.behavior[ordered_cache_behavior.value].methods, var.methods)]
      cached_methods           = local.methods["read"]
      compress                 = var.compress
      cache_policy_id          = lookup(local.cache_policy_ids, ordered_cache_behavior.value, local.cache_policy_ids["default"])
      origin_request_policy_id = lookup(local.origin_request_policy_ids, ordered_cache_behavior.value, lookup(local.origin_request_policy_ids, "default", null))
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = var.geo == null ? "none" : length(var.geo.allow) > 0 ? "whitelist" : "blacklist"
      locations        = var.geo == null ? [] : concat(var.geo.allow, var.geo.deny)
    }
  }

  viewer_certificate {
    acm_certificate_arn            = var.certificate
    cloudfront_default_certificate = var.certificate == null ? true : null
    minimum_protocol_version       = var.certificate == null ? null : var.minimum_tls
    ssl_support_method             = var.certificate == null ? null : "sni-only"
  }
}

resource "aws_s3_bucket_policy" "this" {
  count = var.origin.bucket == null ? 0 : 1

  bucket = var.origin.bucket.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ReadThroughCloudFront"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "s3:GetObject"
        Resource  = "${var.origin.bucket.arn}/*"
        Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.this.arn } }
      },
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [var.origin.bucket.arn, "${var.origin.bucket.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# What CloudFront delivers is set up where CloudFront itself is, wherever the bucket is.
resource "aws_cloudwatch_log_delivery_source" "this" {
  count = var.access_logs == null ? 0 : 1

  region       = "us-east-1"
  name         = var.name
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
}

resource "aws_cloudwatch_log_delivery_destination" "this" {
  count = var.access_logs == null ? 0 : 1

  region        = "us-east-1"
  name          = var.name
  output_format = "w3c"

  delivery_destination_configuration {
    destination_resource_arn = join("/", compact([var.access_logs.bucket.arn, var.access_logs.prefix]))
  }
}

resource "aws_cloudwatch_log_delivery" "this" {
  count = var.access_logs == null ? 0 : 1

  region                   = "us-east-1"
  delivery_source_name     = aws_cloudwatch_log_delivery_source.this[count.index].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this[count.index].arn
}
