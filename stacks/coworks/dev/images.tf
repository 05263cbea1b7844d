# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    app = {
      repository = "s3://acme-builds/app-test/{digest}.zip"
      tag        = null
      digest     = "sha256:c8509bffde90a9d8d4a1c4553d6f175b024f68af756686b65ac9cd07a26124a9"
    }
    coworks = {
      repository = "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-dev1:{tag}"
      tag        = "14"
      digest     = null
    }
    libraries = {
      repository = "s3://acme-builds/libraries/{digest}.zip"
      tag        = null
      digest     = "sha256:01cfc309bfc026dd4c48b8c92e1fa89ff3ad31e831e1355002d32c7a6cf6d48c"
    }
  }

  image_references = {
    for name, image in local.images : name => join("", [
      image.repository,
      image.tag == null ? "" : ":${image.tag}",
      image.digest == null ? "" : "@${image.digest}",
    ])
  }
}
