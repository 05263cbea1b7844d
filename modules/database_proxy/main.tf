# Rendered by stackwright from its module library; edits are lost. sha256:21957986fbcadf1a

locals {
  # A proxy has the engine's usual port.
  port = var.engine_family == "POSTGRESQL" ? 5432 : 3306
}

resource "aws_security_group" "this" {
  name        = "${var.name}-proxy"
  description = "The proxy of the database ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-proxy"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "access" {
  security_group_id            = var.access_group_id
  description                  = "To the proxy"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "From what may connect"
  referenced_security_group_id = var.access_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "To the database"
  referenced_security_group_id = var.database_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = var.database_group_id
  description                  = "From the proxy"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
}

resource "aws_iam_role" "this" {
  # A role's name has 64 characters at most.
  name = "${substr(var.name, 0, 58)}-proxy"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "rds.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "read-password"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = "secretsmanager:GetSecretValue"
          Resource = var.secret_arn
        },
      ],
      # AWS's own key needs no permission.
      [
        for arn in var.kms_key_arn[*] : {
          Effect   = "Allow"
          Action   = "kms:Decrypt"
          Resource = arn
        }
      ],
    )
  })
}

resource "aws_db_proxy" "this" {
  name                   = var.name
  engine_family          = var.engine_family
  role_arn               = aws_iam_role.this.arn
  require_tls            = var.proxy.require_tls
  idle_client_timeout    = var.proxy.idle_client_timeout_s
  vpc_subnet_ids         = var.network.private_subnet_ids
  vpc_security_group_ids = [aws_security_group.this.id]

  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "DISABLED"
    secret_arn  = var.secret_arn
  }

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_db_proxy_default_target_group" "this" {
  db_proxy_name = aws_db_proxy.this.name

  connection_pool_config {
    max_connections_percent      = var.proxy.max_connections_percent
    max_idle_connections_percent = var.proxy.max_idle_connections_percent
    connection_borrow_timeout    = var.proxy.borrow_timeout_s
  }
}

resource "aws_db_proxy_target" "this" {
  db_proxy_name          = aws_db_proxy.this.name
  target_group_name      = aws_db_proxy_default_target_group.this.name
  db_instance_identifier = var.instance_id
  db_cluster_identifier  = var.cluster_id
}
