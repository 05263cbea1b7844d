# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    ctms = {
      repository = "111122223333.dkr.ecr.us-west-2.amazonaws.com/ctms-api"
      tag        = "stg-91980d9b"
      digest     = null
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
