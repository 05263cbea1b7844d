# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    datadog = {
      repository = "public.ecr.aws/datadog/agent"
      tag        = "7.45.0"
      digest     = null
    }
    loader = {
      repository = module.repository_loader.url
      tag        = "b5735582"
      digest     = null
    }
    server = {
      repository = module.repository_server.url
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
