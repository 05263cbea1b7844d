# Rendered by stackwright from stack coworks; edits are lost. sha256:9f4faf89a93e7b69

module "bucket_files" {
  source = "../../../modules/bucket"

  name = "coworks-prod-files"
}
