# Rendered by stackwright from stack cgap; edits are lost. sha256:7bd8885a6a3f9390

module "database_main" {
  source = "../../../modules/database"

  name    = "cgap"
  network = local.foundation.network_main
  engine  = "postgres"

  # Its parameters follow from the version.
  engine_version        = "14"
  instance_class        = "db.t4g.medium"
  storage_gib           = 50
  database              = "ebdb"
  kms_key_arn           = local.foundation.key_main.arn
  backup_retention_days = 30
  port                  = 5432
  log_exports           = ["postgresql", "upgrade"]
  family                = "postgres14"

  parameters = {
    "rds.force_ssl" = "1"
  }

  alarms = {
    topic            = local.foundation.topic_alarms
    free_storage_gib = 5
  }
}
