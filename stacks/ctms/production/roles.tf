# Rendered by stackwright from stack ctms; edits are lost. sha256:fb8198847b14a8c0

module "role_ci" {
  source = "../../../modules/role"

  name = "ctms-production-ci"
  push = [module.repository_ctms]

  github = {
    repository = "mozilla-it/ctms"
    branches   = ["main"]
    # Tags are many, and a role is for none that is not written: GitHub lets only `v*` in here.
    environments = ["release"]
  }
}
