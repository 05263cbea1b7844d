# Rendered by stackwright from stack ctms; edits are lost. sha256:e11e116de8022787

module "kubernetes_cluster_main" {
  source = "../../../modules/kubernetes_cluster"

  name               = "itse-apps-prod-1"
  kubernetes_version = "1.33"
  network            = module.network_main
  public_cidrs       = ["192.0.2.0/24"]
  kms_key_arn        = module.key_cluster.arn
  databases          = [module.database_main]
  partition          = data.aws_partition.current.partition

  access = {
    admins = {
      principal_arn = var.admin_role_arn
      policy        = "AmazonEKSClusterAdminPolicy"
    }
  }

  addon = {
    aws-ebs-csi-driver = {
      version = "v1.45.0-eksbuild.2"
    }
    coredns = {
      version = "v1.12.1-eksbuild.2"
    }
    eks-pod-identity-agent = {
      version = "v1.3.7-eksbuild.2"
    }
    kube-proxy = {
      version = "v1.33.0-eksbuild.2"
    }
    vpc-cni = {
      version = "v1.19.5-eksbuild.1"
    }
  }

  node_group = {
    blue = {
      name            = "blue_node_group"
      instance_types  = ["m5.large"]
      disk_gib        = 120
      min             = 5
      max             = 20
      desired         = 10
      release_version = "1.33.5-20251112"
      labels = {
        Node = "managed"
      }
    }
  }
}
