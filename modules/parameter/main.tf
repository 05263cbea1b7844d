# Rendered by stackwright from its module library; edits are lost. sha256:a19b23834a88f89e

locals {
  is_secure = var.type == "SecureString"
}

resource "aws_ssm_parameter" "this" {
  count = local.is_secure ? 0 : 1

  name           = var.name
  description    = var.description
  type           = var.type
  insecure_value = var.type == "StringList" ? join(",", var.values) : var.value
}

# People put its value there.
resource "aws_ssm_parameter" "secure" {
  count = local.is_secure ? 1 : 0

  name        = var.name
  description = var.description
  type        = var.type
  key_id      = var.kms_key_arn
  value       = "PLACEHOLDER: put the value here"

  lifecycle {
    prevent_destroy = true

    ignore_changes = [value]
  }
}
