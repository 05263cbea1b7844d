# Rendered by stackwright from its module library; edits are lost. sha256:33781226db179679

output "names" {
  description = "The whole names of its records."
  value = distinct([
    for record in concat(
      values(aws_route53_record.alias),
      values(aws_route53_record.cname),
      values(aws_route53_record.a),
      values(aws_route53_record.txt),
      values(aws_route53_record.mx),
    ) : record.fqdn
  ])
}

output "zone_id" {
  description = "The hosted zone's id."
  value       = var.zone_id
}
