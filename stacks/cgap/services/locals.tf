# Rendered by stackwright from stack cgap; edits are lost. sha256:9cdef44400a6a7ec

locals {
  data       = data.terraform_remote_state.data.outputs
  foundation = data.terraform_remote_state.foundation.outputs
}
