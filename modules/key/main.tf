# Rendered by stackwright from its module library; edits are lost. sha256:68611c514c97e8a0

locals {
  account = "arn:${var.partition}:iam::${var.account}:root"
  any     = ["kms:Decrypt", "kms:GenerateDataKey*"]

  # As the documentation of each service has it. EventBridge takes no condition on the account; for
  # the others it is the policy of the topic or queue that says who may send.
  services = {
    cloudwatch = { principal = "cloudwatch.amazonaws.com", actions = local.any, condition = {} }
    events     = { principal = "events.amazonaws.com", actions = local.any, condition = {} }
    s3         = { principal = "s3.amazonaws.com", actions = local.any, condition = {} }
    sns        = { principal = "sns.amazonaws.com", actions = local.any, condition = {} }
    logs = {
      principal = "logs.${var.region}.amazonaws.com"
      actions   = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      condition = {
        ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:${var.partition}:logs:${var.region}:${var.account}:*" }
      }
    }
  }
}

resource "aws_kms_key" "this" {
  description             = var.description
  enable_key_rotation     = var.rotation
  rotation_period_in_days = var.rotation_days
  deletion_window_in_days = var.deletion_days

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # Without it, nobody could use or change the key: not even who made it.
          Sid       = "Account"
          Effect    = "Allow"
          Action    = "kms:*"
          Resource  = "*"
          Principal = { AWS = local.account }
        },
      ],
      [
        for name, service in local.services : merge(
          {
            Sid       = name
            Effect    = "Allow"
            Action    = service.actions
            Resource  = "*"
            Principal = { Service = service.principal }
          },
          length(service.condition) == 0 ? {} : { Condition = service.condition },
        ) if contains(var.services, name)
      ],
    )
  })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
