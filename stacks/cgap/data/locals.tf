# Rendered by stackwright from stack cgap; edits are lost. sha256:e1f0589f187f9966

locals {
  foundation = data.terraform_remote_state.foundation.outputs
}
