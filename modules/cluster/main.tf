# Rendered by stackwright from its module library; edits are lost. sha256:fb876bc33e88436e

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
