# Rendered by stackwright from stack ctms; edits are lost. sha256:154b534dc287d30a

# What is in the cluster and not in this repository, daily, for a month.
module "bucket_backups" {
  source = "../../../modules/bucket"

  name = "itse-apps-prod-1-velero"
}
