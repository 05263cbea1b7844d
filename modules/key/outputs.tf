# Rendered by stackwright from its module library; edits are lost. sha256:a6e774e13a8af1de

output "alias" {
  description = "The alias, with alias/."
  value       = aws_kms_alias.this.name
}

output "arn" {
  description = "The key's ARN."
  value       = aws_kms_key.this.arn
}

output "id" {
  description = "The key's id."
  value       = aws_kms_key.this.key_id
}
