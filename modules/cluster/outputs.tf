# Rendered by stackwright from its module library; edits are lost. sha256:279a02941f29b971

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

output "namespace_arn" {
  description = "The ARN of its namespace, null where it has none."
  value       = one(aws_service_discovery_private_dns_namespace.this[*].arn)
}

output "namespace_id" {
  description = "The id of its namespace, null where it has none."
  value       = one(aws_service_discovery_private_dns_namespace.this[*].id)
}

output "namespace_name" {
  description = "The name of its namespace, null where it has none."
  value       = var.namespace
}
