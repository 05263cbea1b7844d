# Rendered by stackwright from stack ctms; edits are lost. sha256:a8ea05713af611f2

# What is in the cluster and not in this repository, daily, for a month.
module "bucket_backups" {
  source = "../../../modules/bucket"

  name = "itse-apps-stage-1-velero"
}
