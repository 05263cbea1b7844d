# Rendered by stackwright from stack univaf; edits are lost. sha256:da6ddbc969ce15f7

provider "aws" {
  region = "us-west-2"

  default_tags {
    tags = {
      Stack = "univaf"
    }
  }
}
