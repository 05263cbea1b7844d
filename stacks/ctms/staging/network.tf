# Rendered by stackwright from stack ctms; edits are lost. sha256:0666c10c713ace20

module "network_main" {
  source = "../../../modules/network"

  name  = "ctms-staging-main"
  cidr  = "172.16.0.0/16"
  nat   = "one_per_zone"
  zones = slice(data.aws_availability_zones.available.names, 0, 3)
}
