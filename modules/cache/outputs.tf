# Rendered by stackwright from its module library; edits are lost. sha256:98c6efb6a6139e54

output "access_group_id" {
  description = "The id of the security group whose members may connect."
  value       = aws_security_group.access.id
}

output "arn" {
  description = "The cache's ARN."
  value       = local.has_nodes ? aws_elasticache_replication_group.this[0].arn : aws_elasticache_serverless_cache.this[0].arn
}

output "host" {
  description = "The host name to connect to, always by TLS; of a cluster, to learn its shards from."
  value = (
    !local.has_nodes ? aws_elasticache_serverless_cache.this[0].endpoint[0].address :
    local.is_cluster ? aws_elasticache_replication_group.this[0].configuration_endpoint_address :
    aws_elasticache_replication_group.this[0].primary_endpoint_address
  )
}

output "id" {
  description = "The cache's name."
  value       = local.has_nodes ? aws_elasticache_replication_group.this[0].id : aws_elasticache_serverless_cache.this[0].id
}

output "port" {
  description = "The port to connect to."
  value       = local.has_nodes ? aws_elasticache_replication_group.this[0].port : aws_elasticache_serverless_cache.this[0].endpoint[0].port
}

output "reader_host" {
  description = "The host name to read from."
  value = (
    !local.has_nodes ? aws_elasticache_serverless_cache.this[0].reader_endpoint[0].address :
    local.is_cluster ? aws_elasticache_replication_group.this[0].configuration_endpoint_address :
    aws_elasticache_replication_group.this[0].reader_endpoint_address
  )
}

output "user_arn" {
  description = "The ARN of the user that IAM lets connect, null without iam."
  value       = one(aws_elasticache_user.this[*].arn)
}
