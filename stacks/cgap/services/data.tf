# Rendered by stackwright from stack cgap; edits are lost. sha256:84eff3a9e7cf36ed

data "aws_caller_identity" "current" {}

data "terraform_remote_state" "data" {
  backend = "s3"

  config = {
    bucket = "cgap-terraform-state"
    key    = "cgap/data/terraform.tfstate"
    region = "us-east-1"
  }
}

data "terraform_remote_state" "foundation" {
  backend = "s3"

  config = {
    bucket = "cgap-terraform-state"
    key    = "cgap/foundation/terraform.tfstate"
    region = "us-east-1"
  }
}
