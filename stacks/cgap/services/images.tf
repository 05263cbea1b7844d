# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    portal = {
      repository = local.foundation.repository_portal.url
      tag        = "3fecd2c1"
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
