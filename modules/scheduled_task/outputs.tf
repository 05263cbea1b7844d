# Rendered by stackwright from its module library; edits are lost. sha256:59ab5164d81195f6

output "log_group_name" {
  description = "The name of the log group."
  value       = module.task.log_group_name
}

output "security_group_id" {
  description = "The id of the security group that the task is in."
  value       = module.schedule.security_group_id
}

output "task_definition_arn" {
  description = "The task definition's ARN, with its revision."
  value       = module.task.arn
}

output "task_role_arn" {
  description = "The ARN of the role that the task has."
  value       = module.task_role.task_role_arn
}

output "task_role_name" {
  description = "The name of the role that the task has, to attach policies to."
  value       = module.task_role.task_role_name
}
