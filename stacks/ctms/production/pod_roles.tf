# Rendered by stackwright from stack ctms; edits are lost. sha256:76d550c1ce42cb19

module "pod_role_cert_manager" {
  source = "../../../modules/pod_role"

  name            = "ctms-production-cert_manager"
  cluster         = module.kubernetes_cluster_main
  namespace       = "cert-manager"
  service_account = "cert-manager"
  account         = data.aws_caller_identity.current.account_id
  partition       = data.aws_partition.current.partition
  region          = "us-west-2"

  statement = {
    look = {
      actions   = ["route53:GetChange", "route53:ListHostedZonesByName"]
      resources = ["*"]
    }
    prove = {
      actions   = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"]
      resources = ["arn:aws:route53:::hostedzone/*"]
    }
  }
}

module "pod_role_cluster_autoscaler" {
  source = "../../../modules/pod_role"

  name            = "ctms-production-cluster_autoscaler"
  cluster         = module.kubernetes_cluster_main
  namespace       = "kube-system"
  service_account = "cluster-autoscaler"
  account         = data.aws_caller_identity.current.account_id
  partition       = data.aws_partition.current.partition
  region          = "us-west-2"

  statement = {
    look = {
      actions   = ["autoscaling:Describe*", "ec2:Describe*", "eks:DescribeNodegroup"]
      resources = ["*"]
    }
    scale = {
      actions = [
        "autoscaling:SetDesiredCapacity",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
      ]
      resources = ["*"]
      condition = [
        {
          test     = "StringEquals"
          variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/itse-apps-prod-1"
          values   = ["owned"]
        },
      ]
    }
  }
}

module "pod_role_ebs_csi" {
  source = "../../../modules/pod_role"

  name                = "ctms-production-ebs_csi"
  cluster             = module.kubernetes_cluster_main
  namespace           = "kube-system"
  service_account     = "ebs-csi-controller-sa"
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"]
  account             = data.aws_caller_identity.current.account_id
  partition           = data.aws_partition.current.partition
  region              = "us-west-2"
}

module "pod_role_external_dns" {
  source = "../../../modules/pod_role"

  name            = "ctms-production-external_dns"
  cluster         = module.kubernetes_cluster_main
  namespace       = "external-dns"
  service_account = "external-dns"
  account         = data.aws_caller_identity.current.account_id
  partition       = data.aws_partition.current.partition
  region          = "us-west-2"

  statement = {
    look = {
      actions = [
        "route53:ListHostedZones",
        "route53:ListResourceRecordSets",
        "route53:ListTagsForResources",
      ]
      resources = ["*"]
    }
    write = {
      actions   = ["route53:ChangeResourceRecordSets"]
      resources = ["arn:aws:route53:::hostedzone/*"]
    }
  }
}

module "pod_role_external_secrets" {
  source = "../../../modules/pod_role"

  name            = "ctms-production-external_secrets"
  cluster         = module.kubernetes_cluster_main
  namespace       = "external-secrets"
  service_account = "external-secrets"
  secrets         = ["/prod/"]
  account         = data.aws_caller_identity.current.account_id
  partition       = data.aws_partition.current.partition
  region          = "us-west-2"
}

module "pod_role_velero" {
  source = "../../../modules/pod_role"

  name            = "ctms-production-velero"
  cluster         = module.kubernetes_cluster_main
  namespace       = "velero"
  service_account = "velero-server"
  account         = data.aws_caller_identity.current.account_id
  partition       = data.aws_partition.current.partition
  region          = "us-west-2"

  statement = {
    objects = {
      actions = [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ]
      resources = [module.bucket_backups.arn, "${module.bucket_backups.arn}/*"]
    }
    snapshots = {
      actions = [
        "ec2:CreateSnapshot",
        "ec2:CreateTags",
        "ec2:CreateVolume",
        "ec2:DeleteSnapshot",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
      ]
      resources = ["*"]
    }
  }
}
