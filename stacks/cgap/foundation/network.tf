# Rendered by stackwright from stack cgap; edits are lost. sha256:3e6d6012f04364ed

module "network_main" {
  source = "../../../modules/network"

  name        = "cgap"
  cidr        = "10.0.0.0/16"
  subnet_bits = 4

  # Auth0, GitHub and Sentry are out there.
  nat   = "one"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)

  endpoints = [
    "dynamodb",
    "ebs",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sqs",
    "ssm",
    "states",
  ]

  flow_logs = {
    retention_days = 365
    kms_key_arn    = module.key_main.arn
  }
}
