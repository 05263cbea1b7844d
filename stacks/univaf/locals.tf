# Rendered by stackwright from stack univaf; edits are lost. sha256:023785551fbc3f8a

locals {
  api_domain    = "api.internal.${var.domain_name}"
  api_url       = "https://${local.api_domain}"
  parameter_arn = "arn:${data.aws_partition.current.partition}:ssm:us-west-2:${data.aws_caller_identity.current.account_id}:parameter"
}
