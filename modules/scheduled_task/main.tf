# Rendered by stackwright from its module library; edits are lost. sha256:c09c2dc73ce2427f

locals {
  jobs = {
    task = {
      name                = var.name
      description         = var.description
      schedule            = var.schedule
      retries             = var.retries
      task_definition_arn = module.task.arn
      scheduler           = var.scheduler
    }
  }
}

module "task_role" {
  source = "../task_role"

  name           = var.name
  cluster_arn    = var.cluster.arn
  images         = concat([var.image], values(var.sidecar)[*].image)
  log_group_arns = [module.task.log_group_arn]
  secret_arns    = concat(values(var.secrets), flatten([for sidecar in var.sidecar : values(sidecar.secrets)]))
  kms_key_arns   = var.secrets_kms_key_arns
  statement      = var.statement
}

module "task" {
  source = "../task"

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

module "schedule" {
  source = "../schedule"

  name               = var.name
  cluster            = var.cluster
  network            = var.network
  placement          = var.placement
  security_group_ids = var.security_group_ids
  family             = var.name
  role_arns          = [module.task_role.execution_role_arn, module.task_role.task_role_arn]
  capacity           = var.capacity
  max_age_s          = var.max_age_s
  group              = try(var.scheduler.group, null)
  dead_letter_queue  = var.dead_letter_queue
  jobs               = { for key, job in local.jobs : key => job if var.enabled }

  # Tasks cannot start before their roles may do what they need to.
  depends_on = [module.task_role]
}
