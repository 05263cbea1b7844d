# Rendered by stackwright from its module library; edits are lost. sha256:410a2350e1ef0e3f

locals {
  log_configuration = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this.name
      awslogs-region        = aws_cloudwatch_log_group.this.region
      awslogs-stream-prefix = "ecs"
    }
  }

  port = {
    for key, value in {
      containerPort = var.port
      hostPort      = var.port
      protocol      = "tcp"
      name          = var.port_name
      appProtocol   = var.app_protocol
    } : key => value if value != null
  }

  main = {
    name             = var.name
    image            = var.image
    essential        = true
    command          = length(var.command) == 0 ? null : var.command
    entryPoint       = length(var.entrypoint) == 0 ? null : var.entrypoint
    environment      = length(var.environment) == 0 ? null : [for name, value in var.environment : { name = name, value = value }]
    secrets          = length(var.secrets) == 0 ? null : [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    portMappings     = var.port == null ? null : [local.port]
    stopTimeout      = var.stop_timeout_s
    mountPoints      = length(var.mount) == 0 ? null : [for label, mount in var.mount : { sourceVolume = label, containerPath = mount.path, readOnly = mount.read_only }]
    logConfiguration = local.log_configuration

    healthCheck = var.health_check == null ? null : {
      for key, value in {
        command     = var.health_check.command
        interval    = var.health_check.interval_s
        timeout     = var.health_check.timeout_s
        retries     = var.health_check.retries
        startPeriod = var.health_check.start_period_s
      } : key => value if value != null
    }
  }

  sidecars = {
    for name, sidecar in var.sidecar : name => {
      name             = name
      image            = sidecar.image
      essential        = sidecar.essential
      command          = length(sidecar.command) == 0 ? null : sidecar.command
      environment      = length(sidecar.environment) == 0 ? null : [for name, value in sidecar.environment : { name = name, value = value }]
      secrets          = length(sidecar.secrets) == 0 ? null : [for name, arn in sidecar.secrets : { name = name, valueFrom = arn }]
      cpu              = sidecar.cpu
      memory           = sidecar.memory
      logConfiguration = local.log_configuration
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  cpu                      = var.cpu
  memory                   = var.memory
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  execution_role_arn       = var.execution_role_arn
  task_role_arn            = var.task_role_arn

  # What is replaced may still have to start: on a schedule that moves on in a moment, or when a
  # deployment is rolled back. ECS starts nothing of a definition that is deregistered.
  skip_destroy = true

  # What ECS would fill in is left out or said, maps are sorted: a definition that differs in
  # nothing else would be replaced.
  container_definitions = jsonencode([
    for container in concat([local.main], values(local.sidecars)) :
    { for key, value in container : key => value if value != null }
  ])

  dynamic "ephemeral_storage" {
    for_each = var.ephemeral_storage_gib == null ? [] : [var.ephemeral_storage_gib]

    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  runtime_platform {
    cpu_architecture        = upper(var.architecture)
    operating_system_family = "LINUX"
  }

  dynamic "volume" {
    for_each = var.mount

    content {
      name = volume.key

      efs_volume_configuration {
        file_system_id     = volume.value.file_system_id
        transit_encryption = "ENABLED"

        authorization_config {
          access_point_id = volume.value.access_point_id
          iam             = "ENABLED"
        }
      }
    }
  }
}
