# Rendered by stackwright from its module library; edits are lost. sha256:bcd67170f4bfe495

output "arn" {
  description = "The bucket's ARN."
  value       = aws_s3_bucket.this.arn
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
