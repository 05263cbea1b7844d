# Rendered by stackwright from its module library; edits are lost. sha256:f0041a8d20301f2a

output "arn" {
  description = "The secret's ARN."
  value       = aws_secretsmanager_secret.this.arn
}

output "name" {
  description = "The secret's name."
  value       = aws_secretsmanager_secret.this.name
}
