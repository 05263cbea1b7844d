# Rendered by stackwright from stack cgap; edits are lost. sha256:c9f67db6ff506ca1

module "cluster_main" {
  source = "../../../modules/cluster"

  name = "cgap"
}
