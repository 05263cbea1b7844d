# Rendered by stackwright from stack coworks; edits are lost. sha256:eff1f42ed1cd4fde

# A microservice of CoWorks: one function behind an API, a root and a lock for each stage.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "coworks/prod/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
