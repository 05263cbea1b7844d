# Rendered by stackwright from its module library; edits are lost. sha256:084b06bf8e7d17fd

output "log_group_name" {
  description = "The name of the log group that its tasks write to."
  value       = module.service.log_group_name
}

output "name" {
  description = "The service's name."
  value       = module.service.name
}

output "security_group_id" {
  description = "The id of the security group that its tasks are in."
  value       = module.service.security_group_id
}

output "task_definition_arn" {
  description = "The ARN of its task definition, with its revision."
  value       = module.service.task_definition_arn
}

output "task_role_arn" {
  description = "The ARN of the role that its tasks have."
  value       = module.service.task_role_arn
}

output "task_role_name" {
  description = "The name of the role that its tasks have, to attach policies to."
  value       = module.service.task_role_name
}
