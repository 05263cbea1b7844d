# Rendered by stackwright from its module library; edits are lost. sha256:cc50b730d0381d60

output "security_group_id" {
  description = "The id of the security group that the tasks are in."
  value       = aws_security_group.this.id
}
