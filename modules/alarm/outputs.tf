# Rendered by stackwright from its module library; edits are lost. sha256:e1ff468190394927

output "arn" {
  description = "The alarm's ARN."
  value       = aws_cloudwatch_metric_alarm.this.arn
}

output "name" {
  description = "The alarm's name."
  value       = aws_cloudwatch_metric_alarm.this.alarm_name
}
