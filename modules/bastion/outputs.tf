# Rendered by stackwright from its module library; edits are lost. sha256:26f33aee3cbea3df

output "security_group_id" {
  description = "The id of its own security group."
  value       = aws_security_group.this.id
}

output "security_group_ids" {
  description = "The ids of all security groups that the server is to be in: its own, and those of what it reaches."
  value       = concat([aws_security_group.this.id], var.access_group_ids)
}
