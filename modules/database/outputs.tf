# Rendered by stackwright from its module library; edits are lost. sha256:a4114e6436d568a0

output "access_group_id" {
  description = "The id of the security group whose members may connect."
  value       = aws_security_group.access.id
}

output "arn" {
  description = "The instance's ARN."
  value       = aws_db_instance.this.arn
}

output "database" {
  description = "The name of the database in it, null where none was named."
  value       = aws_db_instance.this.db_name
}

output "host" {
  description = "The host name to connect to."
  value       = aws_db_instance.this.address
}

output "id" {
  description = "The instance's identifier."
  value       = aws_db_instance.this.identifier
}

output "password_secret" {
  description = "The password as ECS takes it for a container's secret, null where RDS does not manage it."
  value       = one([for secret in aws_db_instance.this.master_user_secret : "${secret.secret_arn}:password::"])
}

output "port" {
  description = "The port to connect to."
  value       = aws_db_instance.this.port
}

output "proxy_host" {
  description = "The host name of the proxy, null where there is none."
  value       = one(module.proxy[*].host)
}

output "replica_hosts" {
  description = "The host names of the replicas, by label."
  value       = { for label, replica in aws_db_instance.replica : label => replica.address }
}

output "username" {
  description = "The master user's name."
  value       = aws_db_instance.this.username
}
