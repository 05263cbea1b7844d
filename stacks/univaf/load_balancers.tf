# Rendered by stackwright from stack univaf; edits are lost. sha256:2c6ea1f96f639314

module "load_balancer_api" {
  source = "../../modules/load_balancer"

  name        = "api-load-balancer"
  network     = module.network_main
  certificate = var.certificate_arn_internal

  default = {
    status = 403
    body   = "Access Denied"
  }

  rule = {
    api_key = {
      priority = 30
      header = {
        x-api-key = {
          values = var.api_keys
        }
      }
      forward = "api"
    }
    cdn = {
      priority = 20
      header = {
        X-Origin-Verify = {
          values = [var.api_cloudfront_secret]
        }
      }
      forward = "api"
    }
    www = {
      priority = 10
      hosts    = ["www.${var.domain_name}"]
      redirect = {
        host = var.domain_name
      }
    }
  }

  target_groups = {
    api = {
      name = "univaf-api-3000"
      port = 3000
      health_check = {
        path      = "/health"
        timeout_s = 3
      }
    }
  }
}
