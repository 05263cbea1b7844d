# Rendered by stackwright from its module library; edits are lost. sha256:29712c4474e23079

output "arn" {
  description = "The distribution's ARN."
  value       = aws_cloudfront_distribution.this.arn
}

output "domain_name" {
  description = "The distribution's own host name."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "id" {
  description = "The distribution's id, to invalidate what it keeps."
  value       = aws_cloudfront_distribution.this.id
}

output "zone_id" {
  description = "The hosted zone of its host name, for alias records."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}
