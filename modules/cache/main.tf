# Rendered by stackwright from its module library; edits are lost. sha256:343cf912c3ef7473

locals {
  has_nodes     = var.serverless == null
  has_iam       = var.iam
  is_cluster    = var.shards != null
  log_types     = local.has_nodes ? ["engine-log", "slow-log"] : []
  major_version = split(".", var.engine_version)[0]

  # A parameter group of one's own must say what the default one of a cluster says.
  parameters = merge(var.parameters, local.is_cluster ? { cluster-enabled = "yes" } : {})
}

# Whatever is in this group may connect to the cache.
resource "aws_security_group" "access" {
  name        = "${var.name}-cache-access"
  description = "May connect to the cache ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-cache-access"
  }

  # A group cannot be deleted while something is in it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "access" {
  security_group_id            = aws_security_group.access.id
  description                  = "To the cache"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  # A serverless cache is read from at the next port.
  to_port = local.has_nodes ? var.port : var.port + 1
}

resource "aws_security_group" "this" {
  name        = "${var.name}-cache"
  description = "The cache ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-cache"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "From what may connect"
  referenced_security_group_id = aws_security_group.access.id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = local.has_nodes ? var.port : var.port + 1
}

resource "aws_elasticache_user" "this" {
  count = local.has_iam ? 1 : 0

  # IAM wants both to be the same.
  user_id       = var.name
  user_name     = var.name
  engine        = var.engine
  access_string = "on ~* +@all"

  authentication_mode {
    type = "iam"
  }
}

# A group for Redis has a user `default`: this one may do nothing.
resource "aws_elasticache_user" "default" {
  count = local.has_iam && var.engine == "redis" ? 1 : 0

  user_id       = "${trimsuffix(substr(var.name, 0, 32), "-")}-default"
  user_name     = "default"
  engine        = var.engine
  access_string = "off ~keys* -@all +get"

  authentication_mode {
    type = "no-password-required"
  }
}

resource "aws_elasticache_user_group" "this" {
  count = local.has_iam ? 1 : 0

  user_group_id = var.name
  engine        = var.engine
  user_ids      = concat(aws_elasticache_user.this[*].user_id, aws_elasticache_user.default[*].user_id)
}

resource "aws_elasticache_subnet_group" "this" {
  count = local.has_nodes ? 1 : 0

  name        = var.name
  description = "The private subnets of the cache ${var.name}"
  subnet_ids  = var.network.private_subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  count = local.has_nodes && length(var.parameters) > 0 ? 1 : 0

  # Another major version takes another group, which must be there before the upgrade.
  name        = "${var.name}-${replace(var.family, ".", "-")}"
  description = "The parameters of the cache ${var.name}"
  family      = var.family

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(local.log_types)

  name              = "/aws/elasticache/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_elasticache_replication_group" "this" {
  count = local.has_nodes ? 1 : 0

  replication_group_id = var.name
  description          = var.name
  engine               = var.engine
  engine_version       = var.engine_version
  node_type            = var.node_type
  port                 = var.port
  parameter_group_name = try(aws_elasticache_parameter_group.this[0].name, local.is_cluster ? "default.${var.family}.cluster.on" : "default.${var.family}")
  data_tiering_enabled = startswith(var.node_type, "cache.r6gd.") ? true : null

  num_cache_clusters         = local.is_cluster ? null : var.replicas + 1
  num_node_groups            = var.shards
  replicas_per_node_group    = local.is_cluster ? var.replicas : null
  automatic_failover_enabled = local.is_cluster || var.replicas > 0
  multi_az_enabled           = var.replicas > 0

  subnet_group_name  = aws_elasticache_subnet_group.this[count.index].name
  security_group_ids = [aws_security_group.this.id]

  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  transit_encryption_enabled = true
  auth_token                 = var.password
  # A new password alone counts at once.
  auth_token_update_strategy = var.password == null ? null : "SET"
  user_group_ids             = var.iam ? aws_elasticache_user_group.this[*].user_group_id : null

  snapshot_retention_limit   = var.snapshot_retention_days
  snapshot_window            = var.snapshot_window
  maintenance_window         = var.maintenance_window
  final_snapshot_identifier  = var.final_snapshot ? "${var.name}-final" : null
  auto_minor_version_upgrade = var.auto_minor_version_upgrade
  apply_immediately          = var.apply_immediately

  dynamic "log_delivery_configuration" {
    for_each = aws_cloudwatch_log_group.this

    content {
      log_type         = log_delivery_configuration.key
      destination      = log_delivery_configuration.value.name
      destination_type = "cloudwatch-logs"
      log_format       = "json"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_elasticache_serverless_cache" "this" {
  count = local.has_nodes ? 0 : 1

  name                     = var.name
  description              = var.name
  engine                   = var.engine
  major_engine_version     = local.major_version
  subnet_ids               = slice(var.network.private_subnet_ids, 0, min(3, length(var.network.private_subnet_ids)))
  security_group_ids       = [aws_security_group.this.id]
  kms_key_id               = var.kms_key_arn
  user_group_id            = one(aws_elasticache_user_group.this[*].user_group_id)
  snapshot_retention_limit = var.snapshot_retention_days
  daily_snapshot_time      = var.snapshot_window == null ? null : split("-", var.snapshot_window)[0]

  dynamic "cache_usage_limits" {
    for_each = var.serverless.max_storage_gib == null && var.serverless.max_ecpu_per_s == null ? [] : [var.serverless]

    content {
      dynamic "data_storage" {
        for_each = cache_usage_limits.value.max_storage_gib[*]

        content {
          maximum = data_storage.value
          unit    = "GB"
        }
      }

      dynamic "ecpu_per_second" {
        for_each = cache_usage_limits.value.max_ecpu_per_s[*]

        content {
          maximum = ecpu_per_second.value
        }
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
