# Rendered by stackwright from stack cgap; edits are lost. sha256:5e37b1efaaec117d

# A genomics portal on Fargate Spot: web, indexing and ingestion from one image, and the pipelines' images.

# What every deploy changes.
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
    key          = "cgap/services/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
