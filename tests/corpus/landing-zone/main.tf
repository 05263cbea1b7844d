# Several accounts and regions, resources that were renamed, taken over and let go.
terraform {
  required_version = ">= 1.7"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
  cloud {
    organization = "acme"
    workspaces {
      tags = ["landing-zone"]
    }
  }
}

variable "accounts" {
  type = map(string)
  default = {
    dev  = "111111111111"
    prod = "222222222222"
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = [var.accounts[local.environment]]
}

provider "aws" {
  alias  = "prod"
  region = "eu-west-1"
  assume_role {
    role_arn     = "arn:aws:iam::${var.accounts.prod}:role/OrganizationAccountAccessRole"
    session_name = "landing-zone"
  }
  default_tags {
    tags = { account = "prod" }
  }
}

provider "aws" {
  alias  = "backup"
  region = "eu-west-2"
}

locals {
  environment = terraform.workspace == "default" ? "dev" : terraform.workspace
}

data "terraform_remote_state" "network" {
  backend   = "remote"
  workspace = terraform.workspace
  config = {
    organization = "acme"
    workspaces   = { prefix = "network-" }
  }
}

data "terraform_remote_state" "org" {
  backend = "s3"
  config = {
    bucket = "acme-state"
    key    = "org.tfstate"
    region = "eu-west-1"
  }
  defaults = {
    trail_bucket = "acme-trail"
  }
}

module "baseline" {
  source = "./modules/account-baseline"
  providers = {
    aws        = aws.prod
    aws.backup = aws.backup
  }

  name   = "prod"
  vpc_id = data.terraform_remote_state.network.outputs.vpc_id
}

resource "aws_security_group" "shared" {
  name   = "shared"
  vpc_id = data.terraform_remote_state.network.outputs.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "shared" {
  for_each          = toset(data.terraform_remote_state.network.outputs.subnet_ids)
  security_group_id = aws_security_group.shared.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = cidrsubnet("10.0.0.0/8", 16, length(each.key))
}

resource "aws_s3_bucket" "trail" {
  bucket = data.terraform_remote_state.org.outputs.trail_bucket
}

import {
  to = aws_s3_bucket.trail
  id = "acme-trail"
}

import {
  for_each = { alerts = "arn:aws:sns:eu-west-1:111111111111:alerts" }
  to       = aws_sns_topic.topic[each.key]
  id       = each.value
}

resource "aws_sns_topic" "topic" {
  for_each = toset(["alerts", "audit"])
  name     = each.key
}

moved {
  from = aws_sns_topic.alerts
  to   = aws_sns_topic.topic["alerts"]
}

moved {
  from = module.account
  to   = module.baseline
}

removed {
  from = aws_iam_user.legacy
  lifecycle {
    destroy = false
  }
}

check "trail" {
  assert {
    condition     = startswith(aws_s3_bucket.trail.bucket, "acme-")
    error_message = "The trail is in a bucket of ours."
  }
}

output "sensitive" {
  value     = sensitive(aws_sns_topic.topic["audit"].arn)
  sensitive = true
}
