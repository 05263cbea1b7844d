# Rendered by stackwright from its module library; edits are lost. sha256:3006df15ad5a82c8

output "host" {
  description = "The host name to connect to."
  value       = aws_db_proxy.this.endpoint
}
