# Rendered by stackwright from its module library; edits are lost. sha256:4da956fe2964c33e

locals {
  # A string of DNS has at most 255 characters; a text has several of them, each in quotes.
  texts = {
    for label, record in var.txt : label => [
      for text in record.values : join("\"\"", regexall(".{1,255}", text))
    ]
  }
}

resource "aws_route53_record" "alias" {
  for_each = var.alias

  zone_id = var.zone_id
  name    = trimprefix(each.value.name, "@")
  type    = "A"

  alias {
    name                   = each.value.domain_name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "alias_ipv6" {
  for_each = { for label, record in var.alias : label => record if record.ipv6 }

  zone_id = var.zone_id
  name    = trimprefix(each.value.name, "@")
  type    = "AAAA"

  alias {
    name                   = each.value.domain_name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "cname" {
  for_each = var.cname

  zone_id = var.zone_id
  name    = each.value.name
  type    = "CNAME"
  ttl     = each.value.ttl_s
  records = [each.value.value]
}

resource "aws_route53_record" "a" {
  for_each = var.a

  zone_id = var.zone_id
  name    = trimprefix(each.value.name, "@")
  type    = "A"
  ttl     = each.value.ttl_s
  records = each.value.values
}

resource "aws_route53_record" "txt" {
  for_each = var.txt

  zone_id = var.zone_id
  name    = trimprefix(each.value.name, "@")
  type    = "TXT"
  ttl     = each.value.ttl_s
  records = local.texts[each.key]
}

resource "aws_route53_record" "mx" {
  for_each = var.mx

  zone_id = var.zone_id
  name    = trimprefix(each.value.name, "@")
  type    = "MX"
  ttl     = each.value.ttl_s
  records = [for host, preference in each.value.hosts : "${preference} ${host}"]
}
