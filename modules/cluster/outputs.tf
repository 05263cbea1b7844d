# Rendered by stackwright from its module library; edits are lost. sha256:70ee5db07571e232

output "arn" {
  description = "The cluster's ARN."
  value       = aws_ecs_cluster.this.arn
}

output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}
