# Rendered by stackwright from its module library; edits are lost. sha256:aea0358937ad5081

output "arn" {
  description = "The ARN of the version, with its number."
  value       = aws_lambda_layer_version.this.arn
}

output "name" {
  description = "The layer's name."
  value       = aws_lambda_layer_version.this.layer_name
}

output "version" {
  description = "The number of the version."
  value       = aws_lambda_layer_version.this.version
}
