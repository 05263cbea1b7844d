# Rendered by stackwright from stack coworks; edits are lost. sha256:f5d23cee6f34de95

module "secret_app" {
  source = "../../../modules/secret"

  name        = "coworks-dev-app"
  description = "Keys: API_TOKEN"
}
