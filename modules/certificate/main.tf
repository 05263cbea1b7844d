# Rendered by stackwright from its module library; edits are lost. sha256:bd160bdbaf4d10b2

locals {
  # A name and its wildcard are proved by one record.
  proved = toset([for name in concat([var.domain], var.names) : trimprefix(name, "*.")])
  proofs = {
    for option in aws_acm_certificate.this.domain_validation_options :
    trimprefix(option.domain_name, "*.") => option...
  }
}

resource "aws_acm_certificate" "this" {
  region                    = var.region
  domain_name               = var.domain
  subject_alternative_names = var.names
  validation_method         = "DNS"
  key_algorithm             = var.key_algorithm

  # What takes the old one must have the new one before.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "this" {
  for_each = local.proved

  # ACM wants the same record for the same name in every region: another certificate may have it.
  allow_overwrite = true

  zone_id = var.zone_id
  name    = local.proofs[each.key][0].resource_record_name
  type    = local.proofs[each.key][0].resource_record_type
  ttl     = 300
  records = [local.proofs[each.key][0].resource_record_value]
}

resource "aws_acm_certificate_validation" "this" {
  region                  = var.region
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.this : record.fqdn]
}
