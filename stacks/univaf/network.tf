# Rendered by stackwright from stack univaf; edits are lost. sha256:3d584f6a15e0c0cd

module "network_main" {
  source = "../../modules/network"

  name  = "univaf-main"
  cidr  = "172.17.0.0/16"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
}
