# A vaccine-appointment API, its database and the jobs that load data into it.
stack "univaf" {
  region = "us-west-2"

  backend "cloud" {
    organization = "usdr"
    workspace    = "univaf-infra"
  }
}

# The domain that the API is served on.
input "domain_name" { default = "getmyvax.org" }

input "db_password" { sensitive = true }

# What CloudFront sends so that the load balancer knows it.
input "api_cloudfront_secret" { sensitive = true }

# Keys of API clients that go around the CDN.
input "api_keys" {
  type      = "list(string)"
  sensitive = true
}

# Where people may reach the bastion from.
input "bastion_cidrs" { type = "list(string)" }

# The certificate of the public domain; CloudFront wants it in us-east-1.
input "certificate_arn" {}

# The certificate of `api.internal` below the domain.
input "certificate_arn_internal" {}

locals {
  api_domain = "api.internal.${input.domain_name}"
  api_url    = "https://${local.api_domain}"
}

network "main" {
  cidr  = "172.17.0.0/16"
  zones = 2
}

# The server itself is started by hand when somebody needs it.
bastion "main" {
  network       = network.main
  allowed_cidrs = input.bastion_cidrs
  access        = [database.main]
}

repository "server" { name = "univaf-server" }
repository "loader" { name = "univaf-loader" }
repository "db_seed" { name = "univaf-db-seed" }

image "server" { repository = repository.server }
image "loader" { repository = repository.loader }
image "datadog" { repository = "public.ecr.aws/datadog/agent" }

cluster "main" {
  name    = "univaf-cluster"
  network = network.main
  # Container Insights is *very* expensive at this number of short tasks.
  container_insights = "disabled"
}

topic "alarms" { name = "aws-db-instance-alarms-topic" }

database "main" {
  name    = "univaf-db"
  network = network.main
  engine  = "postgres"
  # The major version only: RDS upgrades the minor one.
  engine_version = "14"
  instance_class = "db.t4g.small"
  storage_gib    = 48
  database       = "univaf"
  username       = "univaf"
  password       = input.db_password

  backup_retention_days = 5
  backup_window         = "00:00-01:00"
  maintenance_window    = "Mon:01:00-Mon:02:00"

  alarms {
    topic            = topic.alarms
    free_storage_gib = 5
  }
}

load_balancer "api" {
  name        = "api-load-balancer"
  network     = network.main
  certificate = input.certificate_arn_internal

  default {
    status = 403
    body   = "Access Denied"
  }

  rule "www" {
    priority = 10
    hosts    = ["www.${input.domain_name}"]

    redirect { host = input.domain_name }
  }

  rule "cdn" {
    priority         = 20
    only_through_cdn = cdn.api
    forward          = service.api
  }

  rule "api_key" {
    priority = 30
    forward  = service.api

    header "x-api-key" { values = input.api_keys }
  }
}

service "api" {
  name    = "api"
  cluster = cluster.main
  image   = image.server
  cpu     = 1024
  memory  = 2048
  port    = 3000
  # Database migrations run at start, before the server listens.
  health_check {
    path           = "/health"
    timeout_s      = 3
    grace_period_s = 120
  }

  load_balancer = load_balancer.api
  access        = [database.main]

  environment = {
    ENV                       = "production"
    NODE_ENV                  = "production"
    SENTRY_ENVIRONMENT        = "ecs"
    RELEASE                   = image.server.tag
    DB_HOST                   = database.main.host
    DB_NAME                   = database.main.database
    DB_USERNAME               = database.main.username
    DB_POOL_SIZE_DATA         = "20"
    DB_POOL_SIZE_AVAILABILITY = "10"
    SENTRY_TRACES_SAMPLE_RATE = "0.01"
    PRIMARY_HOST              = input.domain_name
    API_SUNSET_DATE           = "2023-06-15T00:00:00Z"
  }

  secrets = {
    API_KEYS    = "ssm:/univaf/api-keys"
    DB_PASSWORD = "ssm:/univaf/db-password"
    SENTRY_DSN  = "ssm:/univaf/api-sentry-dsn"
  }

  sidecar "datadog" {
    image       = image.datadog
    environment = { ECS_FARGATE = "true" }
    secrets     = { DD_API_KEY = "ssm:/univaf/datadog-api-key" }
  }

  scaling {
    min = 2
    max = 4

    steps "cpu" {
      metric  = "cpu"
      up_at   = 55
      down_at = 15
    }
  }
}

cdn "api" {
  origin {
    load_balancer = load_balancer.api
    domain        = local.api_domain
    secret        = input.api_cloudfront_secret
  }

  aliases     = [input.domain_name, "www.${input.domain_name}", "ecs.${input.domain_name}"]
  certificate = input.certificate_arn
  price_class = "PriceClass_100"
  methods     = "all"

  cache {
    max_ttl_s     = 3600
    headers       = ["Authorization", "Host", "Origin", "x-api-key"]
    query_strings = "all"
  }
}

bucket "data_snapshots" {
  name = "univaf-data-snapshots"
  # Delete old incomplete multipart uploads.
  abort_incomplete_uploads_after_days = 1
}

cdn "archives" {
  origin { bucket = bucket.data_snapshots }

  aliases     = ["archives.${input.domain_name}"]
  certificate = input.certificate_arn
  methods     = "read_and_options"

  cache {
    default_ttl_s = 604800
    max_ttl_s     = 31536000
  }
}

dns "main" {
  zone = input.domain_name

  alias "apex" {
    name   = "@"
    target = cdn.api
  }

  alias "api_internal" {
    name   = "api.internal"
    target = load_balancer.api
  }

  alias "archives" { target = cdn.archives }
  alias "ecs" { target = cdn.api }
  alias "www" { target = cdn.api }
}

# Data loaders: ETL jobs, one task a source, each on its own schedule.
loaders "source" {
  cluster = cluster.main
  image   = image.loader
  cpu     = 256
  memory  = 512
  command = ["--filter-stale-data"]

  environment = {
    ENV                = "production"
    NODE_ENV           = "production"
    SENTRY_ENVIRONMENT = "ecs"
    API_URL            = local.api_url
    API_CONCURRENCY    = "5"
  }

  secrets = {
    API_KEY    = "ssm:/univaf/loader-api-key"
    DD_API_KEY = "ssm:/univaf/datadog-api-key"
    SENTRY_DSN = "ssm:/univaf/loader-sentry-dsn"
  }

  loader "njvss" {
    schedule = "rate(15 minutes)"
    secrets = {
      NJVSS_AWS_KEY_ID     = "ssm:/univaf/njvss-aws-key-id"
      NJVSS_AWS_SECRET_KEY = "ssm:/univaf/njvss-aws-secret-key"
    }
  }

  loader "waDoh" { schedule = "cron(3/30 * * * ? *)" }
  loader "cvsSmart" { schedule = "cron(3/15 * * * ? *)" }
  loader "walgreensSmart" { schedule = "cron(2/15 * * * ? *)" }
  loader "albertsonsScraper" { schedule = "cron(20/30 * * * ? *)" }
  loader "hyvee" { schedule = "cron(8/15 * * * ? *)" }
  loader "heb" { schedule = "cron(1/15 * * * ? *)" }

  loader "cdcApi" {
    schedule = "cron(0 0,12 * * ? *)"
    # CDC updates are often slow: nothing older than two days counts as stale.
    options = ["--stale-threshold", "172800000"]
  }

  loader "riteAidScraper" { schedule = "cron(5/30 * * * ? *)" }

  loader "riteAidApi" {
    schedule = "cron(0/15 * * * ? *)"
    secrets = {
      RITE_AID_KEY = "ssm:/univaf/rite-aid-key"
      RITE_AID_URL = "ssm:/univaf/rite-aid-url"
    }
  }

  loader "prepmod" {
    schedule = "cron(9/15 * * * ? *)"
    options  = ["--states", "AK,WA", "--hide-missing-locations"]
  }

  # The source is dead; it is kept as a canary.
  loader "krogerSmart" { schedule = "cron(0 1/6 * * ? *)" }
}

scheduled_task "daily_data_snapshot" {
  name     = "daily-data-snapshot"
  cluster  = cluster.main
  image    = image.server
  cpu      = 1024
  memory   = 2048
  schedule = "cron(0 1 * * ? *)"
  command  = ["node", "dist/scripts/availability_dump.js", "--write-to-s3", "--clear-log"]
  access   = [database.main, bucket.data_snapshots]

  environment = {
    ENV                     = "production"
    NODE_ENV                = "production"
    SENTRY_ENVIRONMENT      = "ecs"
    DB_HOST                 = database.main.host
    DB_NAME                 = database.main.database
    DB_USERNAME             = database.main.username
    DATA_SNAPSHOT_S3_BUCKET = bucket.data_snapshots.name
  }

  secrets = {
    DB_PASSWORD = "ssm:/univaf/db-password"
    SENTRY_DSN  = "ssm:/univaf/api-sentry-dsn"
  }
}

output "api_domain_name" { value = cdn.api.domain_name }
output "db_host" { value = database.main.host }
