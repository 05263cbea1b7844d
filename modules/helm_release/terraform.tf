# Rendered by stackwright from its module library; edits are lost. sha256:59d8df4ac981bfd9

terraform {
  required_version = ">= 1.5"

  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = ">= 3.0"
    }
  }
}
