# A bucket with everything that a bucket can have, behind a distribution.
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = []
    }
  }
  backend "local" {}
}

provider "aws" {
  region = "eu-north-1"
}

provider "aws" {
  alias  = "global"
  region = "us-east-1"
}

variable "domains" {
  type    = list(string)
  default = ["example.org", "www.example.org"]
}

variable "zone" {
  default = "example.org"
}

data "aws_route53_zone" "this" {
  name = "${var.zone}."
}

data "aws_cloudfront_cache_policy" "optimized" {
  name = "Managed-CachingOptimized"
}

resource "aws_s3_bucket" "site" {
  for_each = toset(["content", "logs"])
  bucket   = "${replace(var.zone, ".", "-")}-${each.key}"
}

resource "aws_s3_bucket_public_access_block" "site" {
  for_each                = aws_s3_bucket.site
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.site["logs"].id
  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_acl" "logs" {
  bucket     = aws_s3_bucket.site["logs"].id
  acl        = "log-delivery-write"
  depends_on = [aws_s3_bucket_ownership_controls.logs]
}

resource "aws_s3_bucket_versioning" "content" {
  bucket = aws_s3_bucket.site["content"].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "site" {
  for_each = aws_s3_bucket.site
  bucket   = each.value.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.site["logs"].id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {
      prefix = ""
    }
    expiration {
      days = 90
    }
    noncurrent_version_expiration {
      noncurrent_days = 7
    }
  }
  rule {
    id     = "uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }
}

resource "aws_s3_bucket_logging" "content" {
  bucket        = aws_s3_bucket.site["content"].id
  target_bucket = aws_s3_bucket.site["logs"].id
  target_prefix = "s3/"
}

resource "aws_s3_bucket_cors_configuration" "content" {
  bucket = aws_s3_bucket.site["content"].id
  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = [for domain in var.domains : "https://${domain}"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_website_configuration" "content" {
  bucket = aws_s3_bucket.site["content"].id
  index_document {
    suffix = "index.html"
  }
  error_document {
    key = "404.html"
  }
}

resource "aws_s3_bucket_intelligent_tiering_configuration" "content" {
  bucket = aws_s3_bucket.site["content"].id
  name   = "archive"
  tiering {
    access_tier = "ARCHIVE_ACCESS"
    days        = 125
  }
}

resource "aws_s3_bucket_policy" "content" {
  bucket = aws_s3_bucket.site["content"].id
  policy = data.aws_iam_policy_document.content.json
}

data "aws_iam_policy_document" "content" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.site["content"].arn}/*"]
    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.site.arn]
    }
  }
}

resource "aws_s3_object" "robots" {
  bucket       = aws_s3_bucket.site["content"].id
  key          = "robots.txt"
  content_type = "text/plain"
  content      = <<-EOT
    User-agent: *
    Disallow: /private/
  EOT
}

resource "aws_acm_certificate" "site" {
  provider                  = aws.global
  domain_name               = var.domains[0]
  subject_alternative_names = slice(var.domains, 1, length(var.domains))
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = {
    for option in aws_acm_certificate.site.domain_validation_options : option.domain_name => {
      name  = option.resource_record_name
      type  = option.resource_record_type
      value = option.resource_record_value
    }
  }
  zone_id         = data.aws_route53_zone.this.zone_id
  name            = each.value.name
  type            = each.value.type
  records         = [each.value.value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "site" {
  provider                = aws.global
  certificate_arn         = aws_acm_certificate.site.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_cloudfront_origin_access_control" "site" {
  name                              = "site"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "site" {
  enabled             = true
  aliases             = var.domains
  default_root_object = "index.html"
  price_class         = "PriceClass_100"

  origin {
    origin_id                = "content"
    domain_name              = aws_s3_bucket.site["content"].bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.site.id
  }

  origin {
    origin_id   = "api"
    domain_name = "api.${var.zone}"
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "content"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = data.aws_cloudfront_cache_policy.optimized.id
  }

  dynamic "custom_error_response" {
    for_each = { 403 = "/404.html", 404 = "/404.html" }
    content {
      error_code         = custom_error_response.key
      response_code      = 404
      response_page_path = custom_error_response.value
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.site.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }

  logging_config {
    bucket = aws_s3_bucket.site["logs"].bucket_domain_name
  }
}

module "records" {
  source   = "./modules/zone"
  for_each = toset(var.domains)

  zone_id = data.aws_route53_zone.this.zone_id
  name    = each.key
  target  = aws_cloudfront_distribution.site
}
