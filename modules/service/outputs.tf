# Rendered by stackwright from its module library; edits are lost. sha256:da14a04e40590d7b

output "access_group_id" {
  description = "The id of the security group whose members may connect to it, null without discovery."
  value       = one(aws_security_group.access[*].id)
}

output "host" {
  description = "The name of its host for other tasks, null without discovery."
  value       = local.host

  # A proxy of Service Connect knows the services that are there when its task starts.
  depends_on = [aws_ecs_service.this]
}

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

output "url" {
  description = "Its address for other tasks, null without discovery."
  value       = local.url

  depends_on = [aws_ecs_service.this]
}
