# Rendered by stackwright from its module library; edits are lost. sha256:42a0e64b5566164b

output "arn" {
  description = "The function's ARN."
  value       = aws_lambda_function.this.arn
}

output "invoke_arn" {
  description = "The ARN by which API Gateway calls it."
  value       = aws_lambda_function.this.invoke_arn
}

output "log_group_name" {
  description = "The name of its log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "role_arn" {
  description = "The ARN of the role that it has."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "The name of the role that it has, to attach policies to."
  value       = aws_iam_role.this.name
}

output "security_group_id" {
  description = "The id of the security group that it is in, null without a network."
  value       = one(aws_security_group.this[*].id)
}

output "url" {
  description = "Its own URL, null where it has none."
  value       = one(aws_lambda_function_url.this[*].function_url)
}
