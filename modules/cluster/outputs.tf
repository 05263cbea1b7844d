# Rendered by stackwright from its module library; edits are lost. sha256:284af31171fb4fe5

output "arn" {
  description = "The cluster's ARN."
  value       = aws_ecs_cluster.this.arn

  # Nothing can run on Fargate before.
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}
