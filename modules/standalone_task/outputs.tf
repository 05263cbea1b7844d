# Rendered by stackwright from its module library; edits are lost. sha256:52be66cdbd89b476

output "log_group_name" {
  description = "The name of the log group."
  value       = one(module.task[*].log_group_name)
}

output "run" {
  description = "What starts it, as aws ecs run-task --cli-input-json takes it: cluster, task definition, capacity and network."
  value = one([
    for task in module.task : {
      cluster              = var.cluster.arn
      taskDefinition       = task.arn
      enableECSManagedTags = true
      propagateTags        = "TASK_DEFINITION"

      capacityProviderStrategy = [
        { capacityProvider = var.capacity == "spot" ? "FARGATE_SPOT" : "FARGATE", weight = 1 },
      ]

      networkConfiguration = {
        awsvpcConfiguration = {
          assignPublicIp = var.placement == "public" ? "ENABLED" : "DISABLED"
          securityGroups = concat([aws_security_group.this.id], var.security_group_ids)
          subnets        = var.placement == "public" ? var.network.public_subnet_ids : var.network.private_subnet_ids
        }
      }
    }
  ])

  # It cannot start before its roles may do what they need to.
  depends_on = [module.task_role]
}

output "role_arns" {
  description = "The ARNs of the roles that whoever starts it passes to it."
  value       = [module.task_role.execution_role_arn, module.task_role.task_role_arn]
}

output "security_group_id" {
  description = "The id of the security group that the task is in."
  value       = aws_security_group.this.id
}

output "task_definition_arn" {
  description = "The task definition's ARN, with its revision."
  value       = one(module.task[*].arn)
}

output "task_role_arn" {
  description = "The ARN of the role that the task has."
  value       = module.task_role.task_role_arn
}

output "task_role_name" {
  description = "The name of the role that the task has, to attach policies to."
  value       = module.task_role.task_role_name
}
