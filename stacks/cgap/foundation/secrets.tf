# Rendered by stackwright from stack cgap; edits are lost. sha256:c1de62554eb02590

# What CodeBuild signs in to GitHub with.
module "secret_github" {
  source = "../../../modules/secret"

  name        = "cgap/github"
  description = "Keys: ServerType, AuthType, Token"
  kms_key_arn = module.key_main.arn
}
