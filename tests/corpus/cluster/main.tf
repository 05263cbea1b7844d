# A Kubernetes cluster, and what has to be in it before anybody else can use it.
terraform {
  required_providers {
    aws        = { source = "hashicorp/aws", version = ">= 5.0" }
    kubernetes = { source = "hashicorp/kubernetes", version = "~> 2.30" }
    helm       = { source = "hashicorp/helm", version = "~> 2.12" }
    tls        = { source = "hashicorp/tls", version = "~> 4.0" }
  }
  backend "gcs" {
    bucket = "tf-state"
    prefix = "cluster"
  }
}

variable "name" {
  default = "apps"
}

variable "subnet_ids" {
  type = list(string)
}

variable "node_groups" {
  type = map(object({
    instance_types = list(string)
    size           = number
    taints         = optional(list(object({ key = string, effect = string })), [])
  }))
  default = {
    general = { instance_types = ["m7g.large"], size = 2 }
    gpu = {
      instance_types = ["g5.xlarge"]
      size           = 1
      taints         = [{ key = "gpu", effect = "NO_SCHEDULE" }]
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "kubernetes" {
  host                   = aws_eks_cluster.this.endpoint
  cluster_ca_certificate = base64decode(aws_eks_cluster.this.certificate_authority[0].data)
  token                  = data.aws_eks_cluster_auth.this.token
}

provider "helm" {
  kubernetes {
    host                   = aws_eks_cluster.this.endpoint
    cluster_ca_certificate = base64decode(aws_eks_cluster.this.certificate_authority[0].data)

    exec {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = "aws"
      args        = ["eks", "get-token", "--cluster-name", aws_eks_cluster.this.name]
    }
  }
}

data "aws_eks_cluster_auth" "this" {
  name = aws_eks_cluster.this.name
}

resource "aws_kms_key" "secrets" {
  description         = "Secrets of ${var.name}"
  enable_key_rotation = true
}

resource "aws_iam_role" "this" {
  for_each = { control = "eks", nodes = "ec2" }
  name     = "${var.name}-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${each.value}.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"])
  role       = aws_iam_role.this["nodes"].name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_eks_cluster" "this" {
  name     = var.name
  version  = "1.33"
  role_arn = aws_iam_role.this["control"].arn

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.secrets.arn
    }
  }

  access_config {
    authentication_mode = "API"
  }

  enabled_cluster_log_types = ["api", "audit"]
}

resource "aws_eks_node_group" "this" {
  for_each        = var.node_groups
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.this["nodes"].arn
  subnet_ids      = var.subnet_ids
  instance_types  = each.value.instance_types

  scaling_config {
    desired_size = each.value.size
    max_size     = each.value.size + 2
    min_size     = 0
  }

  dynamic "taint" {
    for_each = each.value.taints
    content {
      key    = taint.value.key
      effect = taint.value.effect
    }
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.nodes]
}

data "tls_certificate" "issuer" {
  url = aws_eks_cluster.this.identity[0].oidc[0].issuer
}

resource "aws_iam_openid_connect_provider" "this" {
  url             = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = [data.tls_certificate.issuer.certificates[0].sha1_fingerprint]
}

resource "aws_eks_addon" "this" {
  for_each     = toset(["coredns", "kube-proxy", "vpc-cni"])
  cluster_name = aws_eks_cluster.this.name
  addon_name   = each.value
}

resource "kubernetes_namespace_v1" "team" {
  for_each = toset(["shop", "data"])
  metadata {
    name   = each.key
    labels = { team = each.key }
  }
}

resource "kubernetes_config_map_v1" "settings" {
  metadata {
    name      = "settings"
    namespace = kubernetes_namespace_v1.team["shop"].metadata[0].name
  }
  data = {
    "app.yaml" = yamlencode({ cluster = aws_eks_cluster.this.arn, debug = false })
  }
}

resource "kubernetes_service_account_v1" "shop" {
  metadata {
    name      = "shop"
    namespace = kubernetes_namespace_v1.team["shop"].metadata[0].name
    annotations = {
      "eks.amazonaws.com/role-arn" = aws_iam_role.this["nodes"].arn
    }
  }
}

resource "kubernetes_manifest" "quota" {
  manifest = provider::kubernetes::manifest_decode(<<-EOT
    apiVersion: v1
    kind: ResourceQuota
    metadata:
      name: quota
      namespace: shop
    spec:
      hard:
        pods: "40"
  EOT
  )
}

resource "helm_release" "ingress" {
  name             = "ingress"
  repository       = "https://kubernetes.github.io/ingress-nginx"
  chart            = "ingress-nginx"
  version          = "4.11.3"
  namespace        = "ingress"
  create_namespace = true

  values = [yamlencode({ controller = { replicaCount = 2 } })]

  set {
    name  = "controller.service.type"
    value = "LoadBalancer"
  }
}

output "kubeconfig" {
  sensitive = true
  value     = <<-EOT
    clusters:
      - name: ${aws_eks_cluster.this.name}
        server: ${aws_eks_cluster.this.endpoint}
  EOT
}
