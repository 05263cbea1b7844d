# Rendered by stackwright from its module library; edits are lost. sha256:129a6e0ed72eb911

locals {
  policies = "arn:${var.partition}:iam::aws:policy"
  issuer   = replace(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://", "")
}

# Made before the cluster, which would make it itself, without retention.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.log_retention_days
}

# What EKS does with the account's resources.
resource "aws_iam_role" "cluster" {
  name = "${substr(var.name, 0, 56)}-cluster"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "eks.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "${local.policies}/AmazonEKSClusterPolicy"
}

resource "aws_eks_cluster" "this" {
  name                          = var.name
  version                       = var.kubernetes_version
  role_arn                      = aws_iam_role.cluster.arn
  deletion_protection           = var.deletion_protection
  enabled_cluster_log_types     = var.logs
  bootstrap_self_managed_addons = false

  # Who made it has no more rights than others: `access` says all.
  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  dynamic "encryption_config" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      resources = ["secrets"]

      provider {
        key_arn = encryption_config.value
      }
    }
  }

  upgrade_policy {
    support_type = var.support
  }

  vpc_config {
    subnet_ids              = var.placement == "public" ? var.network.public_subnet_ids : var.network.private_subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = length(var.public_cidrs) > 0
    public_access_cidrs     = length(var.public_cidrs) > 0 ? var.public_cidrs : null
  }

  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_iam_role_policy_attachment.cluster,
  ]
}

resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_eks_access_entry" "this" {
  for_each = var.access

  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = each.value.principal_arn
  kubernetes_groups = each.value.groups
}

resource "aws_eks_access_policy_association" "this" {
  for_each = { for label, access in var.access : label => access if access.policy != null }

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "arn:${var.partition}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type       = length(each.value.namespaces) == 0 ? "cluster" : "namespace"
    namespaces = length(each.value.namespaces) == 0 ? null : each.value.namespaces
  }
}

# What nodes do: join the cluster, give pods addresses, pull images, let Session Manager in.
resource "aws_iam_role" "nodes" {
  name = "${substr(var.name, 0, 58)}-nodes"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "ec2.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = toset([
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonSSMManagedInstanceCore",
  ])

  role       = aws_iam_role.nodes.name
  policy_arn = "${local.policies}/${each.value}"
}

resource "aws_launch_template" "nodes" {
  for_each = var.node_group

  name = "${var.name}-${coalesce(each.value.name, each.key)}"

  vpc_security_group_ids = concat(
    [aws_eks_cluster.this.vpc_config[0].cluster_security_group_id],
    [for database in var.databases : database.access_group_id],
  )

  block_device_mappings {
    device_name = startswith(each.value.ami_type, "BOTTLEROCKET") ? "/dev/xvdb" : "/dev/xvda"

    ebs {
      encrypted             = true
      volume_size           = each.value.disk_gib
      volume_type           = "gp3"
      delete_on_termination = true
    }
  }

  # Pods do not get the nodes' role: they are one hop further away.
  metadata_options {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${var.name}-${coalesce(each.value.name, each.key)}" }
  }
}

resource "aws_eks_node_group" "this" {
  for_each = var.node_group

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = coalesce(each.value.name, each.key)
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = var.network.private_subnet_ids
  instance_types  = each.value.instance_types
  ami_type        = each.value.ami_type
  capacity_type   = each.value.capacity
  version         = coalesce(each.value.version, aws_eks_cluster.this.version)
  release_version = each.value.release_version
  labels          = each.value.labels

  launch_template {
    id      = aws_launch_template.nodes[each.key].id
    version = aws_launch_template.nodes[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.min
    desired_size = coalesce(each.value.desired, each.value.min)
    max_size     = each.value.max
  }

  dynamic "taint" {
    for_each = each.value.taint

    content {
      key    = taint.key
      value  = taint.value.value
      effect = taint.value.effect
    }
  }

  update_config {
    max_unavailable_percentage = each.value.max_unavailable_percentage
  }

  depends_on = [
    aws_eks_addon.before,
    aws_iam_role_policy_attachment.nodes,
  ]

  lifecycle {
    # The autoscaler says how many there are.
    ignore_changes = [scaling_config[0].desired_size]
  }
}

locals {
  # Nodes become ready with these; the others need nodes.
  before = ["kube-proxy", "vpc-cni"]
}

resource "aws_eks_addon" "before" {
  for_each = { for name, addon in var.addon : name => addon if contains(local.before, name) }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = each.value.configuration
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
}

resource "aws_eks_addon" "this" {
  for_each = { for name, addon in var.addon : name => addon if !contains(local.before, name) }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = each.value.configuration
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  depends_on = [aws_eks_node_group.this]
}
