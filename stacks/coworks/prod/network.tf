# Rendered by stackwright from stack coworks; edits are lost. sha256:d5a4d96fe6adcd34

module "network_main" {
  source = "../../../modules/network"

  name  = "coworks-prod-main"
  cidr  = "10.21.0.0/16"
  nat   = "one"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
}
