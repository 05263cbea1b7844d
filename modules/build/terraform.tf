# Rendered by stackwright from its module library; edits are lost. sha256:3d895fe9099af3c5

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}
