# Rendered by stackwright from its module library; edits are lost. sha256:79dd251a86c59250

output "arn" {
  description = "The role's ARN."
  value       = aws_iam_role.this.arn
}

output "name" {
  description = "The role's name, to attach policies to."
  value       = aws_iam_role.this.name
}
