# Rendered by stackwright from stack coworks; edits are lost. sha256:bc3d1e746c9680c1

module "lambda_layer_libraries" {
  source = "../../../modules/lambda_layer"

  name     = "app-test-prod-libraries"
  runtimes = ["python3.13"]

  code = {
    bucket = "acme-builds"
    key    = "libraries/${trimprefix(local.images.libraries.digest, "sha256:")}.zip"
    hash   = local.images.libraries.digest
  }
}
