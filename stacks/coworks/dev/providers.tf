# Rendered by stackwright from stack coworks; edits are lost. sha256:d2c3f97d8dff7bb1

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      Environment = "dev"
      Product     = "test"
      Stack       = "coworks"
      Stage       = "dev"
    }
  }
}
