# Rendered by stackwright from its module library; edits are lost. sha256:eb46680e60f9a3a0

output "arn" {
  description = "The API's ARN."
  value       = aws_api_gateway_rest_api.this.arn
}

output "domain_name" {
  description = "The host that its own name is an alias of, null where it has none."
  value       = one(aws_api_gateway_domain_name.this[*].regional_domain_name)
}

output "execution_arn" {
  description = "What the ARNs of its stages and routes begin with."
  value       = aws_api_gateway_rest_api.this.execution_arn
}

output "id" {
  description = "The API's id."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "The API's name."
  value       = aws_api_gateway_rest_api.this.name
}

output "urls" {
  description = "The URLs of its stages, by label."
  value       = { for label, stage in aws_api_gateway_stage.this : label => stage.invoke_url }
}

output "zone_id" {
  description = "The hosted zone of that host, for alias records."
  value       = one(aws_api_gateway_domain_name.this[*].regional_zone_id)
}
