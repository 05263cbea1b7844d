# Rendered by stackwright from stacks/univaf/stack.hcl; edits are lost. sha256:ea4bf9c7d749941e

module "cdn_api" {
  source = "../../modules/cdn"

  name = "univaf-api"

  origin = {
    domain_name = local.api_domain
    headers = {
      X-Origin-Verify = var.api_cloudfront_secret
    }
  }

  aliases     = [var.domain_name, "www.${var.domain_name}", "ecs.${var.domain_name}"]
  certificate = var.certificate_arn
  price_class = "PriceClass_100"
  methods     = "all"

  cache = {
    max_ttl_s     = 3600
    headers       = ["Authorization", "Host", "Origin", "x-api-key"]
    query_strings = ["*"]
  }
}

module "cdn_archives" {
  source = "../../modules/cdn"

  name = "univaf-archives"

  origin = {
    bucket = module.bucket_data_snapshots
  }

  aliases     = ["archives.${var.domain_name}"]
  certificate = var.certificate_arn
  methods     = "read_and_options"

  cache = {
    default_ttl_s = 604800
  }
}
