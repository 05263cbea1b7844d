# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    loader = {
      repository = module.repository_loader.url
      tag        = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
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
