# Rendered by stackwright from stack cgap; edits are lost. sha256:288a9ac6241d32e7

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      Environment = "production"
      Stack       = "cgap"
    }
  }
}
