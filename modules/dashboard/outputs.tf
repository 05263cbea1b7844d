# Rendered by stackwright from its module library; edits are lost. sha256:e3edc4266ae70361

output "arn" {
  description = "The dashboard's ARN."
  value       = aws_cloudwatch_dashboard.this.dashboard_arn
}

output "name" {
  description = "The dashboard's name."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
