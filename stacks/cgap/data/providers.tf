# Rendered by stackwright from stacks/cgap/stack.hcl; edits are lost. sha256:22fcc26014b7a7e1

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      Stack = "cgap"
    }
  }
}
