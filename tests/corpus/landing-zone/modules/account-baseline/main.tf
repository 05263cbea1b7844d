terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.backup]
    }
  }
}

variable "name" {
  type     = string
  nullable = false
}

variable "vpc_id" {
  type = string
}

data "aws_region" "backup" {
  provider = aws.backup
}

resource "aws_kms_key" "this" {
  provider            = aws.backup
  description         = "${var.name} in ${data.aws_region.backup.region}"
  enable_key_rotation = true
  multi_region        = true
}

resource "aws_kms_alias" "this" {
  provider      = aws.backup
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_flow_log" "this" {
  vpc_id               = var.vpc_id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::acme-flow-logs/${var.name}/"
}
