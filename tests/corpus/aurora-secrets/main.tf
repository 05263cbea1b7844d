# A database whose password nobody ever sees: made when it is needed, and written nowhere.
terraform {
  required_version = "~> 1.11"
  required_providers {
    aws    = { source = "hashicorp/aws" }
    random = { source = "hashicorp/random" }
  }
  backend "azurerm" {
    resource_group_name  = "state"
    storage_account_name = "state"
    container_name       = "tfstate"
    key                  = "aurora.tfstate"
  }
}

provider "aws" {
  region = "us-west-2"
}

variable "instances" {
  type    = number
  default = 2
}

ephemeral "random_password" "master" {
  length           = 32
  override_special = "!#$%&*()-_=+[]{}<>:?"
}

resource "aws_secretsmanager_secret" "master" {
  name                    = "aurora/master"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "master" {
  secret_id                = aws_secretsmanager_secret.master.id
  secret_string_wo         = ephemeral.random_password.master.result
  secret_string_wo_version = 1
}

ephemeral "aws_secretsmanager_secret_version" "master" {
  secret_id = aws_secretsmanager_secret_version.master.secret_id
}

data "aws_secretsmanager_secret_version" "vendor" {
  secret_id = "vendor/credentials"
}

data "aws_ssm_parameter" "subnets" {
  name = "/network/private-subnets"
}

data "aws_ssm_parameter" "settings" {
  name = "/aurora/settings"
}

data "aws_ssm_parameter" "port" {
  name = "/aurora/port"
}

locals {
  vendor   = jsondecode(data.aws_secretsmanager_secret_version.vendor.secret_string)
  settings = jsondecode(nonsensitive(data.aws_ssm_parameter.settings.value))
}

resource "aws_db_subnet_group" "this" {
  name       = "aurora"
  subnet_ids = split(",", data.aws_ssm_parameter.subnets.value)
}

resource "aws_rds_cluster_parameter_group" "this" {
  name   = "aurora-pg16"
  family = "aurora-postgresql16"

  dynamic "parameter" {
    for_each = { "log_min_duration_statement" = "500", "rds.force_ssl" = "1" }
    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }
}

resource "aws_rds_cluster" "this" {
  cluster_identifier              = "orders"
  engine                          = "aurora-postgresql"
  engine_version                  = "16.6"
  database_name                   = "orders"
  master_username                 = "root"
  master_password_wo              = ephemeral.aws_secretsmanager_secret_version.master.secret_string
  master_password_wo_version      = 1
  port                            = data.aws_ssm_parameter.port.value
  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  backup_retention_period         = local.settings.backup_days
  storage_encrypted               = true
  skip_final_snapshot             = false
  final_snapshot_identifier       = "orders-final"

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = local.settings["max_capacity"]
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_rds_cluster_instance" "this" {
  count              = var.instances
  identifier         = format("orders-%02d", count.index)
  cluster_identifier = aws_rds_cluster.this.id
  instance_class     = "db.serverless"
  engine             = aws_rds_cluster.this.engine
  engine_version     = aws_rds_cluster.this.engine_version
}

resource "aws_ssm_parameter" "vendor" {
  for_each = toset(["user", "password"])
  name     = "/vendor/${each.key}"
  type     = "SecureString"
  value    = each.key == "user" ? local.vendor.username : local.vendor["password"]
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "orders-cpu"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
  threshold           = 80
  metric_name         = "CPUUtilization"
  namespace           = "AWS/RDS"
  period              = 60
  statistic           = "Average"
  dimensions          = { DBClusterIdentifier = aws_rds_cluster.this.cluster_identifier }
}

output "reader" {
  value = aws_rds_cluster.this.reader_endpoint
}
