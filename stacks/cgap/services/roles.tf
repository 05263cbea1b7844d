# Rendered by stackwright from stack cgap; edits are lost. sha256:affc076ba641ad61

module "role_ci" {
  source = "../../../modules/role"

  name = "cgap-ci"
  push = [local.foundation.repository_portal]

  github = {
    repository = "dbmi-bgm/cgap-portal"
    branches   = ["master"]
  }

  run = {
    deployment = {
      cluster_arn         = module.cluster_main.arn
      role_arns           = module.task_deployment.role_arns
      task_definition_arn = module.task_deployment.task_definition_arn
    }
  }
}
