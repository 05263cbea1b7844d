# Rendered by stackwright from its module library; edits are lost. sha256:cdac1ba2120b3bd4

output "arn" {
  description = "The API's ARN."
  value       = aws_apigatewayv2_api.this.arn
}

output "domain_name" {
  description = "The host that its own name is an alias of, null where it has none."
  value       = one(aws_apigatewayv2_domain_name.this[*].domain_name_configuration[0].target_domain_name)
}

output "id" {
  description = "The API's id."
  value       = aws_apigatewayv2_api.this.id
}

output "name" {
  description = "The API's name."
  value       = aws_apigatewayv2_api.this.name
}

output "url" {
  description = "The URL of its stage."
  value       = aws_apigatewayv2_stage.this.invoke_url
}

output "zone_id" {
  description = "The hosted zone of that host, for alias records."
  value       = one(aws_apigatewayv2_domain_name.this[*].domain_name_configuration[0].hosted_zone_id)
}
