# Rendered by stackwright from its module library; edits are lost. sha256:316b238c65d1a9af

locals {
  gib = 1024 * 1024 * 1024
  mib = 1024 * 1024

  # What is no concern of this engine, class or storage has no threshold.
  alarms = var.alarms == null ? {} : {
    cpu = {
      description = "Its processors are busy"
      metric      = "CPUUtilization"
      comparison  = "GreaterThanThreshold"
      threshold   = var.alarms.cpu_percent
    }
    cpu-credits = {
      description = "It runs out of CPU credits"
      metric      = "CPUCreditBalance"
      comparison  = "LessThanThreshold"
      threshold   = startswith(var.instance_class, "db.t") ? var.alarms.cpu_credits : null
    }
    free-storage = {
      description = "Its storage is nearly full"
      metric      = "FreeStorageSpace"
      comparison  = "LessThanThreshold"
      threshold   = floor(coalesce(var.alarms.free_storage_gib, var.storage_gib / 10) * local.gib)
    }
    freeable-memory = {
      description = "It runs out of memory"
      metric      = "FreeableMemory"
      comparison  = "LessThanThreshold"
      threshold   = var.alarms.freeable_memory_mib * local.mib
    }
    disk-queue = {
      description = "Reads and writes wait for its storage"
      metric      = "DiskQueueDepth"
      comparison  = "GreaterThanThreshold"
      threshold   = var.alarms.disk_queue_depth
    }
    burst-balance = {
      description = "Its storage runs out of I/O credits"
      metric      = "BurstBalance"
      comparison  = "LessThanThreshold"
      threshold   = var.storage_type == "gp2" ? var.alarms.burst_balance_percent : null
    }
    connections = {
      description = "It has many connections"
      metric      = "DatabaseConnections"
      comparison  = "GreaterThanThreshold"
      threshold   = var.alarms.connections
    }
    transaction-ids = {
      description = "It runs out of transaction ids: vacuuming does not keep up"
      metric      = "MaximumUsedTransactionIDs"
      comparison  = "GreaterThanThreshold"
      threshold   = var.engine == "postgres" ? var.alarms.transaction_ids : null
    }
  }
}

# Whatever is in this group may connect to the database.
resource "aws_security_group" "access" {
  name        = "${var.name}-access"
  description = "May connect to the database ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-access"
  }

  # A group cannot be deleted while something is in it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "access" {
  security_group_id            = aws_security_group.access.id
  description                  = "To the database"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "The database ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-database"
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
  to_port                      = var.port
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "The private subnets of the database ${var.name}"
  subnet_ids  = var.network.private_subnet_ids
}

resource "aws_db_parameter_group" "this" {
  count = length(var.parameters) + length(var.static_parameters) == 0 ? 0 : 1

  # Another major version takes another group, which must be there before the upgrade.
  name        = "${var.name}-${replace(var.family, ".", "-")}"
  description = "The parameters of the database ${var.name}"
  family      = var.family

  dynamic "parameter" {
    for_each = var.parameters

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  dynamic "parameter" {
    for_each = var.static_parameters

    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# RDS would make these groups itself, and keep what they hold for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(var.log_exports)

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_iam_role" "monitoring" {
  count = var.monitoring_interval_s == 0 ? 0 : 1

  # A role's name has 64 characters at most, a database's 63.
  name = "${substr(var.name, 0, 53)}-monitoring"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "monitoring.rds.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  count = length(aws_iam_role.monitoring)

  role = aws_iam_role.monitoring[count.index].name
  # AWS's own policies are in the partition of the account, as the role is.
  policy_arn = "arn:${split(":", aws_iam_role.monitoring[count.index].arn)[1]}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = var.engine
  engine_version = var.engine_version
  instance_class = var.instance_class
  multi_az       = var.multi_az

  db_name                     = var.database
  username                    = var.username
  password                    = var.password
  manage_master_user_password = var.password == null ? true : null
  # Only where RDS makes the password is there a secret.
  master_user_secret_kms_key_id = var.password == null ? var.kms_key_arn : null
  port                          = var.port

  allocated_storage     = var.storage_gib
  max_allocated_storage = var.max_storage_gib
  storage_type          = var.storage_type
  iops                  = var.iops
  storage_throughput    = var.throughput_mibps
  storage_encrypted     = var.encrypted
  kms_key_id            = var.kms_key_arn

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  ca_cert_identifier     = var.ca_certificate
  parameter_group_name   = one(aws_db_parameter_group.this[*].name)

  backup_retention_period   = var.backup_retention_days
  backup_window             = var.backup_window
  maintenance_window        = var.maintenance_window
  copy_tags_to_snapshot     = true
  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? "${var.name}-final" : null
  deletion_protection       = true

  apply_immediately           = var.apply_immediately
  auto_minor_version_upgrade  = var.auto_minor_version_upgrade
  allow_major_version_upgrade = var.allow_major_version_upgrade

  enabled_cloudwatch_logs_exports = var.log_exports
  performance_insights_enabled    = var.performance_insights
  performance_insights_kms_key_id = var.performance_insights ? var.kms_key_arn : null
  monitoring_interval             = var.monitoring_interval_s
  monitoring_role_arn             = one(aws_iam_role.monitoring[*].arn)

  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_iam_role_policy_attachment.monitoring,
  ]

  lifecycle {
    prevent_destroy = true
  }
}

# A moment behind. They hold nothing of their own, so nothing keeps them.
resource "aws_db_instance" "replica" {
  for_each = var.replica

  identifier          = "${var.name}-${coalesce(each.value.renamed_from, each.key)}"
  replicate_source_db = aws_db_instance.this.identifier
  instance_class      = coalesce(each.value.instance_class, var.instance_class)
  multi_az            = each.value.multi_az

  max_allocated_storage = var.max_storage_gib
  storage_type          = var.storage_type
  iops                  = var.iops
  storage_throughput    = var.throughput_mibps
  storage_encrypted     = var.encrypted
  kms_key_id            = var.kms_key_arn

  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  ca_cert_identifier     = var.ca_certificate
  parameter_group_name   = one(aws_db_parameter_group.this[*].name)

  maintenance_window    = var.maintenance_window
  copy_tags_to_snapshot = true
  skip_final_snapshot   = true

  apply_immediately          = var.apply_immediately
  auto_minor_version_upgrade = var.auto_minor_version_upgrade

  performance_insights_enabled    = var.performance_insights
  performance_insights_kms_key_id = var.performance_insights ? var.kms_key_arn : null
  monitoring_interval             = var.monitoring_interval_s
  monitoring_role_arn             = one(aws_iam_role.monitoring[*].arn)

  depends_on = [aws_iam_role_policy_attachment.monitoring]
}

module "proxy" {
  source = "../database_proxy"
  count  = var.proxy == null ? 0 : 1

  name              = var.name
  network           = var.network
  engine_family     = var.engine == "postgres" ? "POSTGRESQL" : "MYSQL"
  database_port     = var.port
  database_group_id = aws_security_group.this.id
  access_group_id   = aws_security_group.access.id
  instance_id       = aws_db_instance.this.identifier
  secret_arn        = aws_db_instance.this.master_user_secret[0].secret_arn
  kms_key_arn       = var.kms_key_arn
  proxy             = var.proxy
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if alarm.threshold != null }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  statistic           = "Average"
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  # RDS measures credits every five minutes.
  period             = 300
  evaluation_periods = 2
  alarm_actions      = [var.alarms.topic.arn]
  ok_actions         = [var.alarms.topic.arn]

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.this.identifier
  }
}
