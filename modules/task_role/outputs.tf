# Rendered by stackwright from its module library; edits are lost. sha256:5f499925fc70194c

output "execution_role_arn" {
  description = "The ARN of the role that ECS starts tasks with."
  value       = aws_iam_role.execution.arn
}

output "task_role_arn" {
  description = "The ARN of the role that the tasks have."
  value       = aws_iam_role.task.arn
}

output "task_role_name" {
  description = "The name of the role that the tasks have, to attach policies to."
  value       = aws_iam_role.task.name
}
