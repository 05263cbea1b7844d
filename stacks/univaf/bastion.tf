# Rendered by stackwright from stack univaf; edits are lost. sha256:e3b14fec07b5d6ff

# The server itself is started by hand when somebody needs it.
module "bastion_main" {
  source = "../../modules/bastion"

  name             = "univaf-main"
  network          = module.network_main
  allowed_cidrs    = var.bastion_cidrs
  access_group_ids = [module.database_main.access_group_id]
}
