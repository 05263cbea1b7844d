# Rendered by stackwright from stack coworks; edits are lost. sha256:e8f2244f618232f6

module "bucket_files" {
  source = "../../../modules/bucket"

  name = "coworks-dev-files"
}
