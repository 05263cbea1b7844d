# Rendered by stackwright from stack ctms; edits are lost. sha256:e90bbd7307d64e2a

# Both environments run images of the one repository that CI pushes to.
module "repository_ctms" {
  source = "../../../modules/repository"

  name = "ctms-api"

  # `latest` moves with every build.
  mutable_tags = true
}
