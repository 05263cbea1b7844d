# Rendered by stackwright from stack univaf; edits are lost. sha256:34689286d6f10314

module "database_main" {
  source = "../../modules/database"

  name    = "univaf-db"
  network = module.network_main
  engine  = "postgres"

  # The major version only: RDS upgrades the minor one.
  engine_version        = "14"
  instance_class        = "db.t4g.small"
  storage_gib           = 48
  database              = "univaf"
  username              = "univaf"
  password              = var.db_password
  backup_retention_days = 5
  backup_window         = "00:00-01:00"
  maintenance_window    = "mon:01:00-mon:02:00"
  port                  = 5432
  log_exports           = ["postgresql", "upgrade"]

  alarms = {
    topic            = module.topic_alarms
    free_storage_gib = 5
  }
}
