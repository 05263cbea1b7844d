# Rendered by stackwright from its module library; edits are lost. sha256:42b92714fc9dd65d

# Its value is put there by people: Terraform would keep it in the state.
resource "aws_secretsmanager_secret" "this" {
  name                    = var.name
  description             = var.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days

  lifecycle {
    prevent_destroy = true
  }
}
