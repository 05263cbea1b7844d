# Rendered by stackwright from its module library; edits are lost. sha256:9397f499eb3bd7e8

output "arn" {
  description = "The project's ARN."
  value       = aws_codebuild_project.this.arn
}

output "name" {
  description = "The project's name."
  value       = aws_codebuild_project.this.name
}

output "role_arn" {
  description = "The ARN of the role that its builds have."
  value       = aws_iam_role.this.arn
}
