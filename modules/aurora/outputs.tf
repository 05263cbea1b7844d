# Rendered by stackwright from its module library; edits are lost. sha256:ea99ef739947d45c

output "access_group_id" {
  description = "The id of the security group whose members may connect."
  value       = aws_security_group.access.id
}

output "arn" {
  description = "The cluster's ARN."
  value       = aws_rds_cluster.this.arn
}

output "database" {
  description = "The name of the database in it, null where none was named."
  value       = var.database
}

output "host" {
  description = "The host name to connect to, which leads to the instance that writes."
  value       = aws_rds_cluster.this.endpoint
}

output "id" {
  description = "The cluster's identifier."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "password_secret" {
  description = "The password as ECS takes it for a container's secret, null where RDS does not manage it."
  value       = one([for secret in aws_rds_cluster.this.master_user_secret : "${secret.secret_arn}:password::"])
}

output "port" {
  description = "The port to connect to."
  value       = aws_rds_cluster.this.port
}

output "proxy_host" {
  description = "The host name of the proxy, null where there is none."
  value       = one(module.proxy[*].host)
}

output "reader_host" {
  description = "The host name to read from, which leads to the instances that do not write."
  value       = aws_rds_cluster.this.reader_endpoint
}

output "username" {
  description = "The master user's name."
  value       = aws_rds_cluster.this.master_username
}
