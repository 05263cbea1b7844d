# Rendered by stackwright from stack univaf; edits are lost. sha256:aabba82c5e0dc621

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_route53_zone" "main" {
  name = var.domain_name
}
