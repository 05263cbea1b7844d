# Rendered by stackwright from stack cgap; edits are lost. sha256:e2e21abc93dfe245

module "load_balancer_main" {
  source = "../../../modules/load_balancer"

  name        = "cgap"
  network     = local.foundation.network_main
  certificate = var.certificate_arn

  default = {
    forward = "portal"
  }

  target_groups = {
    portal = {
      name = "cgap-portal-8000"
      port = 8000
      health_check = {
        path       = "/health?format=json"
        interval_s = 60
        timeout_s  = 10
      }
    }
  }
}
