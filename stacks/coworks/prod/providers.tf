# Rendered by stackwright from stack coworks; edits are lost. sha256:5ebc3387c53803e0

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      Environment = "prod"
      Product     = "test"
      Stack       = "coworks"
      Stage       = "prod"
    }
  }
}
