# Rendered by stackwright from its module library; edits are lost. sha256:0399ffc98d853b4f

output "arn" {
  description = "The role's ARN, which the job asks for."
  value       = aws_iam_role.this.arn
}

output "name" {
  description = "The role's name, to attach policies to."
  value       = aws_iam_role.this.name
}

output "provider_arn" {
  description = "The ARN of the OIDC provider that it trusts."
  value       = local.provider_arn
}
