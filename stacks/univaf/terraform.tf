# Rendered by stackwright from stack univaf; edits are lost. sha256:f2ea314d785c715b

# A vaccine-appointment API, its database and the jobs that load data into it.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  cloud {
    organization = "usdr"

    workspaces {
      name = "univaf-infra"
    }
  }
}
