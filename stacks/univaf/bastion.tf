# Rendered by stackwright from stacks/univaf/stack.hcl; edits are lost. sha256:be7ab24917dafa60

# The server itself is started by hand when somebody needs it.
module "bastion_main" {
  source = "../../modules/bastion"

  name          = "univaf-main"
  network       = module.network_main
  allowed_cidrs = var.bastion_cidrs
}
