# Rendered by stackwright from stack cgap; edits are lost. sha256:460c6193dc5411eb

# Optional: take it out, and out of `access`, where sessions stay in the database.
module "cache_main" {
  source = "../../../modules/cache"

  name           = "cgap"
  network        = local.foundation.network_main
  engine         = "redis"
  engine_version = "7.0"
  node_type      = "cache.t4g.small"
  kms_key_arn    = local.foundation.key_main.arn
  family         = "redis7"
}
