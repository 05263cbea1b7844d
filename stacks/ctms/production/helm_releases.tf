# Rendered by stackwright from stack ctms; edits are lost. sha256:fba4fd8524325873

# The cluster's platform. Terraform makes what Flux itself needs, Flux everything else.
module "helm_release_flux" {
  source = "../../../modules/helm_release"

  name          = "flux"
  namespace     = "flux-system"
  repository    = "https://fluxcd-community.github.io/helm-charts"
  chart         = "flux2"
  chart_version = "2.16.4"
}
