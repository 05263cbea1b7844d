# Rendered by stackwright from stack cgap; edits are lost. sha256:526fa0c85ac9b4a5

module "key_main" {
  source = "../../../modules/key"

  name        = "cgap"
  description = "What the portal keeps."
  services    = ["cloudwatch", "logs"]
  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  region      = "us-east-1"
}
