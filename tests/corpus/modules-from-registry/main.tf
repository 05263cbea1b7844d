# A network and buckets from modules that others publish.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "ca-central-1"
}

variable "buckets" {
  type    = set(string)
  default = ["in", "out"]
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 6.0"

  name            = "main"
  cidr            = "10.8.0.0/16"
  azs             = ["ca-central-1a", "ca-central-1b"]
  private_subnets = ["10.8.1.0/24", "10.8.2.0/24"]
}

module "bucket" {
  source   = "git::https://git.example.com/modules/bucket.git?ref=v2.1.0"
  for_each = var.buckets
  name     = "ca-${each.key}"
}

resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = module.vpc.vpc_id
}

resource "aws_lb" "app" {
  name            = "app"
  internal        = true
  security_groups = [aws_security_group.app.id]
  subnets         = module.vpc.private_subnets
}

resource "aws_ssm_parameter" "buckets" {
  name  = "/buckets"
  type  = "StringList"
  value = join(",", [for bucket in module.bucket : bucket.arn])
}

output "subnets" {
  value = { for index, subnet in module.vpc.private_subnets : index => subnet }
}
