# Rendered by stackwright from stack univaf; edits are lost. sha256:409a897434c50851

module "cdn_api" {
  source = "../../modules/cdn"

  name        = "univaf-api"
  aliases     = [var.domain_name, "www.${var.domain_name}", "ecs.${var.domain_name}"]
  certificate = var.certificate_arn
  price_class = "PriceClass_100"
  methods     = "all"

  origin = {
    domain_name = local.api_domain
    headers = {
      X-Origin-Verify = var.api_cloudfront_secret
    }
  }

  cache = {
    max_ttl_s     = 3600
    headers       = ["Authorization", "Host", "Origin", "x-api-key"]
    query_strings = ["*"]
  }
}

module "cdn_archives" {
  source = "../../modules/cdn"

  name        = "univaf-archives"
  aliases     = ["archives.${var.domain_name}"]
  certificate = var.certificate_arn
  methods     = "read_and_options"

  origin = {
    bucket = module.bucket_data_snapshots
  }

  cache = {
    default_ttl_s = 604800
  }
}
