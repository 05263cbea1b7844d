# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    api = {
      repository = "registry.example.org/shop/api"
      tag        = "b5735582"
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
