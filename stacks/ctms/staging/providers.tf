# Rendered by stackwright from stack ctms; edits are lost. sha256:bf51bfb039d1ec49

provider "aws" {
  region              = "us-west-2"
  allowed_account_ids = ["111122223333"]

  default_tags {
    tags = {
      Environment = "staging"
      Stack       = "ctms"
    }
  }
}

provider "helm" {
  kubernetes = {
    host                   = module.kubernetes_cluster_main.endpoint
    cluster_ca_certificate = base64decode(module.kubernetes_cluster_main.ca)
    exec = {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = "aws"
      args = [
        "eks",
        "get-token",
        "--cluster-name",
        module.kubernetes_cluster_main.name,
        "--region",
        "us-west-2",
      ]
    }
  }
}
