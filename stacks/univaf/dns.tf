# Rendered by stackwright from stack univaf; edits are lost. sha256:74767c6b523d2edf

module "dns_main" {
  source = "../../modules/dns"

  zone_id = data.aws_route53_zone.main.zone_id

  alias = {
    apex = {
      name        = "@"
      domain_name = module.cdn_api.domain_name
      zone_id     = module.cdn_api.zone_id
      ipv6        = true
    }
    api_internal = {
      name        = "api.internal"
      domain_name = module.load_balancer_api.dns_name
      zone_id     = module.load_balancer_api.zone_id
    }
    archives = {
      name        = "archives"
      domain_name = module.cdn_archives.domain_name
      zone_id     = module.cdn_archives.zone_id
      ipv6        = true
    }
    ecs = {
      name        = "ecs"
      domain_name = module.cdn_api.domain_name
      zone_id     = module.cdn_api.zone_id
      ipv6        = true
    }
    www = {
      name        = "www"
      domain_name = module.cdn_api.domain_name
      zone_id     = module.cdn_api.zone_id
      ipv6        = true
    }
  }
}
