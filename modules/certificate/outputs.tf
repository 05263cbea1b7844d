# Rendered by stackwright from its module library; edits are lost. sha256:72383255c7e895e4

output "arn" {
  description = "The certificate's ARN, known when it is issued."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "domain" {
  description = "The name that it is for."
  value       = aws_acm_certificate.this.domain_name
}
