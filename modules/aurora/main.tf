# Rendered by stackwright from its module library; edits are lost. sha256:53e42d05294554b8

# Whatever is in this group may connect to the cluster.
resource "aws_security_group" "access" {
  name        = "${var.name}-aurora-access"
  description = "May connect to the cluster ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-aurora-access"
  }

  # A group cannot be deleted while something is in it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "access" {
  security_group_id            = aws_security_group.access.id
  description                  = "To the cluster"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_security_group" "this" {
  name        = "${var.name}-aurora"
  description = "The cluster ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-aurora"
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
  name        = "${var.name}-aurora"
  description = "The private subnets of the cluster ${var.name}"
  subnet_ids  = var.network.private_subnet_ids
}

resource "aws_rds_cluster_parameter_group" "this" {
  count = length(var.parameters) + length(var.static_parameters) == 0 ? 0 : 1

  # Another major version takes another group, which must be there before the upgrade.
  name        = "${var.name}-${replace(var.family, ".", "-")}"
  description = "The parameters of the cluster ${var.name}"
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

  name              = "/aws/rds/cluster/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_iam_role" "monitoring" {
  count = var.monitoring_interval_s == 0 ? 0 : 1

  # A role's name has 64 characters at most, a cluster's 63.
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

resource "aws_rds_cluster" "this" {
  cluster_identifier = var.name
  engine             = var.engine
  engine_version     = var.engine_version
  storage_type       = var.io_optimized ? "aurora-iopt1" : ""
  storage_encrypted  = true
  kms_key_id         = var.kms_key_arn

  database_name               = var.database
  master_username             = var.username
  master_password             = var.password
  manage_master_user_password = var.password == null ? true : null
  # Only where RDS makes the password is there a secret.
  master_user_secret_kms_key_id = var.password == null ? var.kms_key_arn : null
  port                          = var.port

  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  db_cluster_parameter_group_name = one(aws_rds_cluster_parameter_group.this[*].name)

  backup_retention_period      = var.backup_retention_days
  preferred_backup_window      = var.backup_window
  preferred_maintenance_window = var.maintenance_window
  copy_tags_to_snapshot        = true
  skip_final_snapshot          = !var.final_snapshot
  final_snapshot_identifier    = var.final_snapshot ? "${var.name}-final" : null
  deletion_protection          = true

  apply_immediately           = var.apply_immediately
  allow_major_version_upgrade = var.allow_major_version_upgrade

  enabled_cloudwatch_logs_exports = var.log_exports

  dynamic "serverlessv2_scaling_configuration" {
    for_each = var.serverless[*]

    content {
      min_capacity             = serverlessv2_scaling_configuration.value.min_capacity
      max_capacity             = serverlessv2_scaling_configuration.value.max_capacity
      seconds_until_auto_pause = serverlessv2_scaling_configuration.value.sleeps_after_s
    }
  }

  depends_on = [aws_cloudwatch_log_group.this]

  lifecycle {
    prevent_destroy = true
  }
}

# By number, so that the last one goes first; Aurora itself chooses which one writes.
resource "aws_rds_cluster_instance" "this" {
  count = var.instances

  identifier           = "${var.name}-${count.index + 1}"
  cluster_identifier   = aws_rds_cluster.this.id
  engine               = aws_rds_cluster.this.engine
  instance_class       = var.serverless == null ? var.instance_class : "db.serverless"
  db_subnet_group_name = aws_db_subnet_group.this.name
  publicly_accessible  = false
  ca_cert_identifier   = var.ca_certificate
  # The first in line takes over first.
  promotion_tier = min(count.index, 15)

  apply_immediately            = var.apply_immediately
  auto_minor_version_upgrade   = var.auto_minor_version_upgrade
  preferred_maintenance_window = var.maintenance_window
  copy_tags_to_snapshot        = true

  performance_insights_enabled    = var.performance_insights
  performance_insights_kms_key_id = var.performance_insights ? var.kms_key_arn : null
  monitoring_interval             = var.monitoring_interval_s
  monitoring_role_arn             = one(aws_iam_role.monitoring[*].arn)

  depends_on = [aws_iam_role_policy_attachment.monitoring]
}

# Readers that come and go stand beside the instances above, under names of their own.
resource "aws_appautoscaling_target" "readers" {
  count = var.reader_scaling == null ? 0 : 1

  service_namespace  = "rds"
  resource_id        = "cluster:${aws_rds_cluster.this.cluster_identifier}"
  scalable_dimension = "rds:cluster:ReadReplicaCount"
  min_capacity       = var.reader_scaling.min
  max_capacity       = var.reader_scaling.max

  # What they grow beside.
  depends_on = [aws_rds_cluster_instance.this]
}

resource "aws_appautoscaling_policy" "readers" {
  for_each = {
    for metric, target in {
      RDSReaderAverageCPUUtilization      = try(var.reader_scaling.cpu, null)
      RDSReaderAverageDatabaseConnections = try(var.reader_scaling.connections, null)
    } : metric => target if target != null
  }

  name               = "${var.name}-${each.key == "RDSReaderAverageCPUUtilization" ? "cpu" : "connections"}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.readers[0].service_namespace
  resource_id        = aws_appautoscaling_target.readers[0].resource_id
  scalable_dimension = aws_appautoscaling_target.readers[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = each.value

    predefined_metric_specification {
      predefined_metric_type = each.key
    }
  }
}

module "proxy" {
  source = "../database_proxy"
  count  = var.proxy == null ? 0 : 1

  name              = var.name
  network           = var.network
  engine_family     = var.engine == "aurora-postgresql" ? "POSTGRESQL" : "MYSQL"
  database_port     = var.port
  database_group_id = aws_security_group.this.id
  access_group_id   = aws_security_group.access.id
  cluster_id        = aws_rds_cluster.this.cluster_identifier
  secret_arn        = aws_rds_cluster.this.master_user_secret[0].secret_arn
  kms_key_arn       = var.kms_key_arn
  proxy             = var.proxy

  # A proxy looks for instances when it is told of the cluster.
  depends_on = [aws_rds_cluster_instance.this]
}
