# Rendered by stackwright from stack ctms; edits are lost. sha256:04a3f056361e705d

module "database_main" {
  source = "../../../modules/database"

  name                  = "ctms-staging"
  network               = module.network_main
  engine                = "postgres"
  engine_version        = "16"
  instance_class        = "db.t4g.small"
  storage_gib           = 30
  max_storage_gib       = 100
  database              = "ctms"
  backup_retention_days = 15
  port                  = 5432
  log_exports           = ["postgresql", "upgrade"]
}
