# Rendered by stackwright from its module library; edits are lost. sha256:4e6ccac43efd5d77

# Whatever is in this group may connect to the domain.
resource "aws_security_group" "access" {
  name        = "${var.name}-search-access"
  description = "May connect to the search domain ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-search-access"
  }

  # A group cannot be deleted while something is in it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "access" {
  security_group_id            = aws_security_group.access.id
  description                  = "To the search domain"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_security_group" "this" {
  name        = "${var.name}-search"
  description = "The search domain ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-search"
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
  from_port                    = 443
  to_port                      = 443
}

# An account has it once.
resource "aws_iam_service_linked_role" "this" {
  count = var.service_linked_role ? 1 : 0

  aws_service_name = "opensearchservice.amazonaws.com"
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(var.log_exports)

  name              = "/aws/opensearch/${var.name}/${lower(replace(each.key, "_", "-"))}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

# OpenSearch writes into groups whose account lets it.
resource "aws_cloudwatch_log_resource_policy" "this" {
  count = length(var.log_exports) == 0 ? 0 : 1

  policy_name = "opensearch-${var.name}"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Principal = {
          Service = "es.amazonaws.com"
        }
        Resource = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
      },
    ]
  })
}

resource "aws_opensearch_domain" "this" {
  domain_name    = var.name
  engine_version = "OpenSearch_${var.engine_version}"

  cluster_config {
    instance_type            = var.instance_type
    instance_count           = var.instances
    zone_awareness_enabled   = var.zones > 1
    dedicated_master_enabled = var.masters != null
    dedicated_master_type    = var.masters == null ? null : var.masters.instance_type
    dedicated_master_count   = var.masters == null ? null : var.masters.instances

    dynamic "zone_awareness_config" {
      for_each = var.zones > 1 ? [var.zones] : []

      content {
        availability_zone_count = zone_awareness_config.value
      }
    }
  }

  ebs_options {
    ebs_enabled = var.storage_gib != null
    volume_size = var.storage_gib
    volume_type = var.storage_gib == null ? null : var.storage_type
    iops        = var.iops
    throughput  = var.throughput_mibps
  }

  vpc_options {
    subnet_ids         = slice(var.network.private_subnet_ids, 0, var.zones)
    security_group_ids = [aws_security_group.this.id]
  }

  encrypt_at_rest {
    enabled    = true
    kms_key_id = var.kms_key_arn
  }

  node_to_node_encryption {
    enabled = true
  }

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = var.tls_policy
  }

  dynamic "advanced_security_options" {
    for_each = var.master_role_arn[*]

    content {
      enabled = true

      master_user_options {
        master_user_arn = advanced_security_options.value
      }
    }
  }

  snapshot_options {
    automated_snapshot_start_hour = var.snapshot_hour
  }

  dynamic "log_publishing_options" {
    for_each = aws_cloudwatch_log_group.this

    content {
      log_type                 = log_publishing_options.key
      cloudwatch_log_group_arn = log_publishing_options.value.arn
    }
  }

  depends_on = [
    aws_cloudwatch_log_resource_policy.this,
    aws_iam_service_linked_role.this,
  ]

  lifecycle {
    prevent_destroy = true
  }
}

# Who is in the network must be known to IAM, too: roles of the account, as far as their own
# policies let them.
resource "aws_opensearch_domain_policy" "this" {
  domain_name = aws_opensearch_domain.this.domain_name

  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "es:ESHttp*"
        Principal = {
          AWS = "arn:${split(":", aws_opensearch_domain.this.arn)[1]}:iam::${split(":", aws_opensearch_domain.this.arn)[4]}:root"
        }
        Resource = "${aws_opensearch_domain.this.arn}/*"
      },
    ]
  })
}
