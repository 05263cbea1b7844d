# Rendered by stackwright from stacks/coworks/stack.hcl; edits are lost. sha256:e8f2244f618232f6

module "bucket_files" {
  source = "../../../modules/bucket"

  name = "coworks-dev-files"
}
