terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}

variable "zone_id" { type = string }
variable "name" { type = string }
variable "target" {
  type = object({ domain_name = string, hosted_zone_id = string })
}

resource "aws_route53_record" "this" {
  for_each = toset(["A", "AAAA"])
  zone_id  = var.zone_id
  name     = var.name
  type     = each.key

  alias {
    name                   = var.target.domain_name
    zone_id                = var.target.hosted_zone_id
    evaluate_target_health = false
  }
}

output "names" {
  value = [for record in aws_route53_record.this : record.fqdn]
}
