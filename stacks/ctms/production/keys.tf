# Rendered by stackwright from stack ctms; edits are lost. sha256:e0fcb786f6670309

module "key_cluster" {
  source = "../../../modules/key"

  name        = "ctms-production-cluster"
  description = "The secrets in the cluster."
  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  region      = "us-west-2"
}
