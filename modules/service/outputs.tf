# Rendered by stackwright from its module library; edits are lost. sha256:6b2c5e09cfef03b3

output "log_group_name" {
  description = "The name of the log group that its tasks write to."
  value       = module.task.log_group_name
}

output "name" {
  description = "The service's name."
  value       = aws_ecs_service.this.name
}

output "security_group_id" {
  description = "The id of the security group that its tasks are in."
  value       = aws_security_group.this.id
}

output "task_definition_arn" {
  description = "The ARN of its task definition, with its revision."
  value       = module.task.arn
}

output "task_role_arn" {
  description = "The ARN of the role that its tasks have."
  value       = module.role.task_role_arn
}

output "task_role_name" {
  description = "The name of the role that its tasks have, to attach policies to."
  value       = module.role.task_role_name
}
