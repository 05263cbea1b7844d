# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    ctms = {
      repository = module.repository_ctms.url
      tag        = "v1.2.3"
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
