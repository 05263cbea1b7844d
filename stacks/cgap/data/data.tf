# Rendered by stackwright from stack cgap; edits are lost. sha256:872c464854798ec2

data "terraform_remote_state" "foundation" {
  backend = "s3"

  config = {
    bucket = "cgap-terraform-state"
    key    = "cgap/foundation/terraform.tfstate"
    region = "us-east-1"
  }
}
