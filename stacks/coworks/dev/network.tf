# Rendered by stackwright from stack coworks; edits are lost. sha256:8276e12187af2554

module "network_main" {
  source = "../../../modules/network"

  name  = "coworks-dev-main"
  cidr  = "10.20.0.0/16"
  nat   = "one"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
}
