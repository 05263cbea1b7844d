# Rendered by stackwright from stack coworks; edits are lost. sha256:5a84bb3f1dc759c8

module "secret_app" {
  source = "../../../modules/secret"

  name        = "coworks-prod-app"
  description = "Keys: API_TOKEN"
}
