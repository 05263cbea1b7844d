# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    app = {
      repository = "s3://acme-builds/app-test/{digest}.zip"
      tag        = "v1.4.0"
      digest     = "sha256:d9e27fa9e890b82b794768a3442752d66e8b16f1e37f4e77f9e82a9b567ae4c5"
    }
    coworks = {
      repository = "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-{tag}:1"
      tag        = "0.9.4"
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
