# Rendered by stackwright from stack ctms; edits are lost. sha256:78cc049eb04c5023

# Mozilla's contact service: its API and its sync on EKS, brought there by Flux, and its database.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }

    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }

  backend "s3" {
    bucket       = "itse-apps-stage-1-state"
    key          = "ctms/staging/terraform.tfstate"
    region       = "us-west-2"
    encrypt      = true
    use_lockfile = true
  }
}
