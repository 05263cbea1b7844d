# Rendered by stackwright from stack univaf; edits are lost. sha256:e08e4bf7fcbda8c6

module "scheduled_task_daily_data_snapshot" {
  source = "../../modules/scheduled_task"

  name               = "daily-data-snapshot"
  cluster            = module.cluster_main
  network            = module.network_main
  placement          = "public"
  schedule           = "cron(0 1 * * ? *)"
  image              = local.image_references.server
  cpu                = 1024
  memory             = 2048
  command            = ["node", "dist/scripts/availability_dump.js", "--write-to-s3", "--clear-log"]
  security_group_ids = [module.database_main.access_group_id]

  environment = {
    DATA_SNAPSHOT_S3_BUCKET = module.bucket_data_snapshots.name
    DB_HOST                 = module.database_main.host
    DB_NAME                 = module.database_main.database
    DB_USERNAME             = module.database_main.username
    ENV                     = "production"
    NODE_ENV                = "production"
    SENTRY_ENVIRONMENT      = "ecs"
  }

  secrets = {
    DB_PASSWORD = "${local.parameter_arn}/univaf/db-password"
    SENTRY_DSN  = "${local.parameter_arn}/univaf/api-sentry-dsn"
  }

  statement = {
    bucket_data_snapshots = {
      actions   = ["s3:ListBucket"]
      resources = [module.bucket_data_snapshots.arn]
    }
    bucket_data_snapshots_objects = {
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${module.bucket_data_snapshots.arn}/*"]
    }
  }
}
