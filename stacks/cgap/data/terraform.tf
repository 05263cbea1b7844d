# Rendered by stackwright from stack cgap; edits are lost. sha256:1862cdf47d31c57c

# A genomics portal on Fargate Spot: web, indexing and ingestion from one image, and the pipelines' images.

# What must never be lost.
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
    key          = "cgap/data/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
