# Rendered by stackwright from stack univaf; edits are lost. sha256:0f074f33637c3b6e

module "repository_db_seed" {
  source = "../../modules/repository"

  name = "univaf-db-seed"
}

module "repository_loader" {
  source = "../../modules/repository"

  name = "univaf-loader"
}

module "repository_server" {
  source = "../../modules/repository"

  name = "univaf-server"
}
