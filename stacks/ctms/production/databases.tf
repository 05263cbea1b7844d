# Rendered by stackwright from stack ctms; edits are lost. sha256:0faeee54d54b85a6

module "database_main" {
  source = "../../../modules/database"

  name                  = "ctms-production"
  network               = module.network_main
  engine                = "postgres"
  engine_version        = "16"
  instance_class        = "db.m7g.large"
  storage_gib           = 30
  max_storage_gib       = 100
  database              = "ctms"
  multi_az              = true
  backup_retention_days = 15
  port                  = 5432
  log_exports           = ["postgresql", "upgrade"]
}
