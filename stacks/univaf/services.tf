# Rendered by stackwright from stack univaf; edits are lost. sha256:7c47cc973ad635d5

# Database migrations run at start, before the server listens.
module "service_api" {
  source = "../../modules/service"

  name                        = "api"
  cluster                     = module.cluster_main
  network                     = module.network_main
  placement                   = "public"
  image                       = local.image_references.server
  cpu                         = 1024
  memory                      = 2048
  port                        = 3000
  security_group_ids          = [module.database_main.access_group_id]
  health_check_grace_period_s = 120

  environment = {
    API_SUNSET_DATE           = "2023-06-15T00:00:00Z"
    DB_HOST                   = module.database_main.host
    DB_NAME                   = module.database_main.database
    DB_POOL_SIZE_AVAILABILITY = "10"
    DB_POOL_SIZE_DATA         = "20"
    DB_USERNAME               = module.database_main.username
    ENV                       = "production"
    NODE_ENV                  = "production"
    PRIMARY_HOST              = var.domain_name
    RELEASE                   = local.images.server.tag
    SENTRY_ENVIRONMENT        = "ecs"
    SENTRY_TRACES_SAMPLE_RATE = "0.01"
  }

  secrets = {
    API_KEYS    = "${local.parameter_arn}/univaf/api-keys"
    DB_PASSWORD = "${local.parameter_arn}/univaf/db-password"
    SENTRY_DSN  = "${local.parameter_arn}/univaf/api-sentry-dsn"
  }

  sidecar = {
    datadog = {
      image = local.image_references.datadog
      environment = {
        ECS_FARGATE = "true"
      }
      secrets = {
        DD_API_KEY = "${local.parameter_arn}/univaf/datadog-api-key"
      }
    }
  }

  load_balancer = {
    security_group_id = module.load_balancer_api.security_group_id
    target_group_arn  = module.load_balancer_api.target_group_arns["api"]
  }

  scaling = {
    min = 2
    max = 4
    steps = {
      cpu = {
        metric  = "cpu"
        up_at   = 55
        down_at = 15
      }
    }
  }
}
