# Rendered by stackwright from stack ctms; edits are lost. sha256:aa9da3a5897fbd59

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
    bucket       = "itse-apps-prod-1-state"
    key          = "ctms/production/terraform.tfstate"
    region       = "us-west-2"
    encrypt      = true
    use_lockfile = true
  }
}
