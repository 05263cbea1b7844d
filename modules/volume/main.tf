# Rendered by stackwright from its module library; edits are lost. sha256:c58f1f58c6d04512

resource "aws_efs_file_system" "this" {
  creation_token                  = var.name
  encrypted                       = true
  kms_key_id                      = var.kms_key_arn
  throughput_mode                 = var.throughput
  provisioned_throughput_in_mibps = var.throughput_mibps

  dynamic "lifecycle_policy" {
    for_each = var.infrequent_after_days[*]

    content {
      transition_to_ia = "AFTER_${lifecycle_policy.value}_DAY${lifecycle_policy.value == 1 ? "" : "S"}"
    }
  }

  dynamic "lifecycle_policy" {
    for_each = var.archive_after_days[*]

    content {
      transition_to_archive = "AFTER_${lifecycle_policy.value}_DAY${lifecycle_policy.value == 1 ? "" : "S"}"
    }
  }

  dynamic "lifecycle_policy" {
    for_each = var.back_when_read ? [1] : []

    content {
      transition_to_primary_storage_class = "AFTER_1_ACCESS"
    }
  }

  tags = {
    Name = var.name
  }

  lifecycle {
    prevent_destroy = true
  }
}

# With a policy, nobody may mount the volume whom neither it nor IAM lets. Who reaches it comes by an
# address of the network, and by TLS.
resource "aws_efs_file_system_policy" "this" {
  file_system_id = aws_efs_file_system.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for allowed in var.iam ? [] : ["AllowThroughMountTargets"] : {
          Sid    = allowed
          Effect = "Allow"
          Action = [
            "elasticfilesystem:ClientMount",
            "elasticfilesystem:ClientRootAccess",
            "elasticfilesystem:ClientWrite",
          ]
          Principal = {
            AWS = "*"
          }
          Resource = aws_efs_file_system.this.arn
          Condition = {
            Bool = {
              "elasticfilesystem:AccessedViaMountTarget" = "true"
            }
          }
        }
      ],
      [
        {
          Sid    = "DenyInsecureTransport"
          Effect = "Deny"
          Action = "*"
          Principal = {
            AWS = "*"
          }
          Resource = aws_efs_file_system.this.arn
          Condition = {
            Bool = {
              "aws:SecureTransport" = "false"
            }
          }
        },
      ],
    )
  })
}

resource "aws_efs_backup_policy" "this" {
  file_system_id = aws_efs_file_system.this.id

  backup_policy {
    status = var.backup ? "ENABLED" : "DISABLED"
  }
}

# Whatever is in this group may mount the volume.
resource "aws_security_group" "access" {
  name        = "${var.name}-volume-access"
  description = "May mount the volume ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-volume-access"
  }

  # A group cannot be deleted while something is in it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "access" {
  security_group_id            = aws_security_group.access.id
  description                  = "To the volume"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_security_group" "this" {
  name        = "${var.name}-volume"
  description = "The volume ${var.name}"
  vpc_id      = var.network.id

  tags = {
    Name = "${var.name}-volume"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "From what may mount it"
  referenced_security_group_id = aws_security_group.access.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

# By number: the ids of subnets are not known before they are there.
resource "aws_efs_mount_target" "this" {
  count = length(var.network.private_subnet_ids)

  file_system_id  = aws_efs_file_system.this.id
  subnet_id       = var.network.private_subnet_ids[count.index]
  security_groups = [aws_security_group.this.id]
}

resource "aws_efs_access_point" "this" {
  for_each = var.access_point

  file_system_id = aws_efs_file_system.this.id

  posix_user {
    uid = each.value.uid
    gid = each.value.gid
  }

  root_directory {
    path = each.value.path

    creation_info {
      owner_uid   = each.value.uid
      owner_gid   = each.value.gid
      permissions = each.value.permissions
    }
  }

  tags = {
    Name = "${var.name}-${coalesce(each.value.renamed_from, each.key)}"
  }
}
