# Rendered by stackwright from its module library; edits are lost. sha256:3c59c2820322027a

output "arn" {
  description = "The repository's ARN."
  value       = aws_ecr_repository.this.arn
}

output "name" {
  description = "The repository's name."
  value       = aws_ecr_repository.this.name
}

output "url" {
  description = "The repository's address, to which a tag or digest is added."
  value       = aws_ecr_repository.this.repository_url
}
