# Rendered by stackwright from stack cgap; edits are lost. sha256:da563a601f0856b3

module "search_main" {
  source = "../../../modules/search"

  name          = "cgap"
  network       = local.foundation.network_main
  instance_type = "c6g.large.search"
  storage_gib   = 50
  kms_key_arn   = local.foundation.key_main.arn
}
