# Rendered by stackwright from stack coworks; edits are lost. sha256:54749c30f527dbe2

module "lambda_layer_libraries" {
  source = "../../../modules/lambda_layer"

  name     = "app-test-dev-libraries"
  runtimes = ["python3.13"]

  code = {
    bucket = "acme-builds"
    key    = "libraries/${trimprefix(local.images.libraries.digest, "sha256:")}.zip"
    hash   = local.images.libraries.digest
  }
}
