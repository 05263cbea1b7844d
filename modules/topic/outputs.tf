# Rendered by stackwright from its module library; edits are lost. sha256:1aac0bbe3a4f3a17

output "arn" {
  description = "The topic's ARN."
  value       = aws_sns_topic.this.arn
}

output "name" {
  description = "The topic's name."
  value       = aws_sns_topic.this.name
}
