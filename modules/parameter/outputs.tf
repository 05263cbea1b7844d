# Rendered by stackwright from its module library; edits are lost. sha256:23de980443426294

output "arn" {
  description = "The parameter's ARN."
  value       = one(concat(aws_ssm_parameter.this[*].arn, aws_ssm_parameter.secure[*].arn))

  # The first version is the placeholder. A version, not the value, is what nobody knows before the
  # parameter is there: so it can be made.
  precondition {
    condition     = !var.require_value || alltrue([for version in aws_ssm_parameter.secure[*].version : version > 1])
    error_message = "The parameter ${var.name} holds a placeholder: put its value there with aws ssm put-parameter --overwrite --type SecureString, then apply again."
  }
}

output "name" {
  description = "The parameter's name."
  value       = one(concat(aws_ssm_parameter.this[*].name, aws_ssm_parameter.secure[*].name))
}
