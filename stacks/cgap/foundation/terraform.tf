# Rendered by stackwright from stack cgap; edits are lost. sha256:435e063c35d90a2f

# A genomics portal on Fargate Spot: web, indexing and ingestion from one image, and the pipelines' images.

# What seldom changes: network, key, images, who may push them.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  backend "s3" {
    bucket       = "cgap-terraform-state"
    key          = "cgap/foundation/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
