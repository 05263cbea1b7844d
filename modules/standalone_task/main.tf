# Rendered by stackwright from its module library; edits are lost. sha256:be241bd24db08e5f

module "task_role" {
  source = "../task_role"

  name           = var.name
  cluster_arn    = var.cluster.arn
  images         = concat([var.image], values(var.sidecar)[*].image)
  log_group_arns = module.task[*].log_group_arn
  secret_arns    = concat(values(var.secrets), flatten([for sidecar in var.sidecar : values(sidecar.secrets)]))
  kms_key_arns   = var.secrets_kms_key_arns
  statement      = var.statement
}

module "task" {
  source = "../task"
  count  = var.enabled ? 1 : 0

  name                  = var.name
  image                 = var.image
  cpu                   = var.cpu
  memory                = var.memory
  architecture          = var.architecture
  command               = var.command
  entrypoint            = var.entrypoint
  environment           = var.environment
  secrets               = var.secrets
  sidecar               = var.sidecar
  mount                 = var.mount
  log_retention_days    = var.log_retention_days
  logs_kms_key_arn      = var.logs_kms_key_arn
  stop_timeout_s        = var.stop_timeout_s
  ephemeral_storage_gib = var.ephemeral_storage_gib
  execution_role_arn    = module.task_role.execution_role_arn
  task_role_arn         = module.task_role.task_role_arn
}

# Nothing connects to it: it only reaches out.
resource "aws_security_group" "this" {
  name        = "${var.name}-tasks"
  description = "Tasks of ${var.name}"
  vpc_id      = var.network.id
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  description       = "To anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
