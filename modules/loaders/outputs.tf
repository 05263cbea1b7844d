# Rendered by stackwright from its module library; edits are lost. sha256:93c08e3a60e4a008

output "log_group_names" {
  description = "The names of the log groups, by loader."
  value       = { for label, task in module.task : label => task.log_group_name }
}

output "security_group_id" {
  description = "The id of the security group that the tasks are in."
  value       = module.schedule.security_group_id
}

output "task_definition_arns" {
  description = "The ARNs of the task definitions with their revisions, by loader."
  value       = { for label, task in module.task : label => task.arn }
}

output "task_role_arn" {
  description = "The ARN of the role that the tasks have."
  value       = module.task_role.task_role_arn
}

output "task_role_name" {
  description = "The name of the role that the tasks have, to attach policies to."
  value       = module.task_role.task_role_name
}
