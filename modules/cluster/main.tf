# Rendered by stackwright from its module library; edits are lost. sha256:433584f9ff6c4388

resource "aws_ecs_cluster" "this" {
  name = var.name

  # Said even when it is disabled: the account's default could be another one.
  setting {
    name  = "containerInsights"
    value = var.container_insights
  }
}

# Services say which of the two they want; the default is for tasks that are started by hand.
resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

# Its services' names, as a private zone of the network: whatever runs there can ask for them.
resource "aws_service_discovery_private_dns_namespace" "this" {
  count = var.namespace == null ? 0 : 1

  name        = var.namespace
  description = "Services of the cluster ${var.name}"
  vpc         = var.network.id
}
