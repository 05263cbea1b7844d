# Rendered by stackwright from its module library; edits are lost. sha256:114ae439bfe4665b

locals {
  # What each loader does: what it says itself, else what the table says.
  loaders = {
    for label, loader in var.loaders : label => {
      name        = "${var.name}-${coalesce(loader.renamed_from, label)}"
      description = loader.description
      schedule    = coalesce(loader.schedule, var.schedule)
      enabled     = coalesce(loader.enabled, var.enabled)
      retries     = coalesce(loader.retries, var.retries)
      cpu         = coalesce(loader.cpu, var.cpu)
      memory      = coalesce(loader.memory, var.memory)
      command     = concat(var.command, loader.options, coalescelist(loader.sources, [coalesce(loader.renamed_from, label)]))
      environment = merge(var.environment, loader.environment)
      secrets     = merge(var.secrets, loader.secrets)
    }
  }

  # EventBridge Scheduler has a loader if the loader says so, or the table.
  timings = {
    for label, loader in var.loaders : label => loader.scheduler == null && var.scheduler == null ? null : {
      for field in ["time_zone", "flexible_window_minutes", "start_date", "end_date", "state", "overlap"] :
      field => try(coalesce(try(loader.scheduler[field], null), try(var.scheduler[field], null)), null)
    }
  }

  # By their names, so that the roles stay as they are when a loader comes or goes.
  families       = "${var.name}-*"
  log_group_arns = replace(var.cluster.arn, "/^arn:([^:]+):ecs:([^:]+):([^:]+):.*/", "arn:$1:logs:$2:$3:log-group:/ecs/${local.families}")
}

module "task_role" {
  source = "../task_role"

  name           = var.name
  cluster_arn    = var.cluster.arn
  images         = concat([var.image], values(var.sidecar)[*].image)
  log_group_arns = [local.log_group_arns]
  secret_arns    = flatten([for container in concat(values(local.loaders), values(var.sidecar)) : values(container.secrets)])
  kms_key_arns   = var.secrets_kms_key_arns
  statement      = var.statement
}

module "task" {
  source   = "../task"
  for_each = local.loaders

  name                  = each.value.name
  image                 = var.image
  cpu                   = each.value.cpu
  memory                = each.value.memory
  architecture          = var.architecture
  command               = each.value.command
  entrypoint            = var.entrypoint
  environment           = each.value.environment
  secrets               = each.value.secrets
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
  family             = local.families
  role_arns          = [module.task_role.execution_role_arn, module.task_role.task_role_arn]
  capacity           = var.capacity
  max_age_s          = var.max_age_s
  group              = try(var.scheduler.group, null)
  dead_letter_queue  = var.dead_letter_queue

  jobs = {
    for label, loader in local.loaders : label => {
      name                = loader.name
      description         = loader.description
      schedule            = loader.schedule
      retries             = loader.retries
      task_definition_arn = module.task[label].arn
      scheduler           = local.timings[label]
    } if loader.enabled
  }

  # Tasks cannot start before their roles may do what they need to.
  depends_on = [module.task_role]
}
