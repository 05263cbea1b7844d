# Rendered by stackwright from its module library; edits are lost. sha256:3e7dc0dfd4343b86

output "arn" {
  description = "The bucket's ARN."
  value       = aws_s3_bucket.this.arn

  # What writes logs into it is told of it when it may.
  depends_on = [aws_s3_bucket_policy.this]
}

output "id" {
  description = "The bucket's id, which is its name."
  value       = aws_s3_bucket.this.id
}

output "name" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "regional_domain_name" {
  description = "Its host name in its region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
