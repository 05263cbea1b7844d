# Rendered by stackwright from stack ctms; edits are lost. sha256:68d4d889a14ce0db

module "key_cluster" {
  source = "../../../modules/key"

  name        = "ctms-staging-cluster"
  description = "The secrets in the cluster."
  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  region      = "us-west-2"
}
