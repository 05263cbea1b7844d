# Rendered by stackwright from its module library; edits are lost. sha256:d5e5a1e8eb0785d4

output "arn" {
  description = "The queue's ARN."
  value       = aws_sqs_queue.this.arn
}

output "dead_letter_arn" {
  description = "The ARN of its dead-letter queue, null where it has none."
  value       = one(aws_sqs_queue.dead_letter[*].arn)
}

output "dead_letter_name" {
  description = "The name of its dead-letter queue, null where it has none."
  value       = one(aws_sqs_queue.dead_letter[*].name)
}

output "name" {
  description = "The queue's name."
  value       = aws_sqs_queue.this.name
}

output "url" {
  description = "The queue's URL, which programs that use it want."
  value       = aws_sqs_queue.this.url
}
