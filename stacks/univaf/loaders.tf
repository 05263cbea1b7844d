# Rendered by stackwright from stack univaf; edits are lost. sha256:6b82699be6053b38

locals {
  loaders_source = {
    albertsonsScraper = {
      schedule = "cron(20/30 * * * ? *)"
    }
    cdcApi = {
      schedule = "cron(0 0,12 * * ? *)"
      # CDC updates are often slow: nothing older than two days counts as stale.
      options = ["--stale-threshold", "172800000"]
    }
    cvsSmart = {
      schedule = "cron(3/15 * * * ? *)"
    }
    heb = {
      schedule = "cron(1/15 * * * ? *)"
    }
    hyvee = {
      schedule = "cron(8/15 * * * ? *)"
    }
    # The source is dead; it is kept as a canary.
    krogerSmart = {
      schedule = "cron(0 1/6 * * ? *)"
    }
    njvss = {
      schedule = "rate(15 minutes)"
      secrets = {
        NJVSS_AWS_KEY_ID     = "${local.parameter_arn}/univaf/njvss-aws-key-id"
        NJVSS_AWS_SECRET_KEY = "${local.parameter_arn}/univaf/njvss-aws-secret-key"
      }
    }
    prepmod = {
      schedule = "cron(9/15 * * * ? *)"
      options  = ["--states", "AK,WA", "--hide-missing-locations"]
    }
    riteAidApi = {
      schedule = "cron(0/15 * * * ? *)"
      secrets = {
        RITE_AID_KEY = "${local.parameter_arn}/univaf/rite-aid-key"
        RITE_AID_URL = "${local.parameter_arn}/univaf/rite-aid-url"
      }
    }
    riteAidScraper = {
      schedule = "cron(5/30 * * * ? *)"
    }
    waDoh = {
      schedule = "cron(3/30 * * * ? *)"
    }
    walgreensSmart = {
      schedule = "cron(2/15 * * * ? *)"
    }
  }
}

# Data loaders: ETL jobs, one task a source, each on its own schedule.
module "loaders_source" {
  source = "../../modules/loaders"

  name      = "univaf-source"
  cluster   = module.cluster_main
  network   = module.network_main
  placement = "public"
  image     = local.image_references.loader
  command   = ["--filter-stale-data"]
  loaders   = local.loaders_source

  environment = {
    API_CONCURRENCY    = "5"
    API_URL            = local.api_url
    ENV                = "production"
    NODE_ENV           = "production"
    SENTRY_ENVIRONMENT = "ecs"
  }

  secrets = {
    API_KEY    = "${local.parameter_arn}/univaf/loader-api-key"
    DD_API_KEY = "${local.parameter_arn}/univaf/datadog-api-key"
    SENTRY_DSN = "${local.parameter_arn}/univaf/loader-sentry-dsn"
  }
}
