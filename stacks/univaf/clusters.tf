# Rendered by stackwright from stack univaf; edits are lost. sha256:038c91a072470b34

# Container Insights is *very* expensive at this number of short tasks.
module "cluster_main" {
  source = "../../modules/cluster"

  name = "univaf-cluster"
}
