# Rendered by stackwright from its module library; edits are lost. sha256:b5fc61be6aee36f3

output "arn" {
  description = "The task definition's ARN, with its revision."
  value       = aws_ecs_task_definition.this.arn
}

output "family_arn" {
  description = "The task definition's ARN without its revision."
  value       = aws_ecs_task_definition.this.arn_without_revision
}

output "log_group_arn" {
  description = "The log group's ARN."
  value       = aws_cloudwatch_log_group.this.arn
}

output "log_group_name" {
  description = "The log group's name."
  value       = aws_cloudwatch_log_group.this.name
}
