# Rendered by stackwright from its module library; edits are lost. sha256:fc18aa7970ab788a

resource "helm_release" "this" {
  name             = var.name
  namespace        = var.namespace
  create_namespace = true
  repository       = var.repository
  chart            = var.chart
  version          = var.chart_version
  timeout          = var.timeout_s
  wait             = true

  # What does not become ready is taken back.
  atomic = true

  values = [yamlencode(var.values)]
  set    = [for name, value in var.set : { name = name, value = value }]
}
