# Rendered by stackwright from its module library; edits are lost. sha256:d1e9e6b83c3b177a

output "access_group_id" {
  description = "The id of the security group whose members may connect."
  value       = aws_security_group.access.id
}

output "arn" {
  description = "The domain's ARN."
  value       = aws_opensearch_domain.this.arn
}

output "host" {
  description = "The host name to ask, by HTTPS."
  value       = aws_opensearch_domain.this.endpoint
}

output "name" {
  description = "The domain's name."
  value       = aws_opensearch_domain.this.domain_name
}
