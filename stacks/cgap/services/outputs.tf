# Rendered by stackwright from stack cgap; edits are lost. sha256:5fb3a4b833887d04

# What follows a deploy: the new mappings are made when everything that reads them is new.
output "rollout_main" {
  description = "What `stackwright rollout` asks AWS about."

  value = {
    secrets = {
      app = local.data.secret_app.arn
    }
    services = {
      service_portal = {
        cluster             = module.cluster_main.name
        name                = module.service_portal.name
        task_definition_arn = module.service_portal.task_definition_arn
      }
      worker_indexer = {
        cluster             = module.cluster_main.name
        name                = module.worker_indexer.name
        task_definition_arn = module.worker_indexer.task_definition_arn
      }
      worker_ingester = {
        cluster             = module.cluster_main.name
        name                = module.worker_ingester.name
        task_definition_arn = module.worker_ingester.task_definition_arn
      }
    }
    tasks = {
      deployment = module.task_deployment.run
    }
  }
}
