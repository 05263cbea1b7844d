# Rendered by stackwright from its module library; edits are lost. sha256:1993181fc1f29a4a

output "access_group_id" {
  description = "The id of the security group whose members may mount it."
  value       = aws_security_group.access.id
}

output "access_point_arns" {
  description = "The ARNs of its access points, by label."
  value       = { for label, point in aws_efs_access_point.this : label => point.arn }
}

output "access_point_ids" {
  description = "The ids of its access points, by label."
  value       = { for label, point in aws_efs_access_point.this : label => point.id }
}

output "arn" {
  description = "The volume's ARN."
  value       = aws_efs_file_system.this.arn
}

output "id" {
  description = "The volume's id."
  value       = aws_efs_file_system.this.id

  # It can be mounted from when it has addresses.
  depends_on = [aws_efs_mount_target.this]
}
