# Rendered by stackwright from stack coworks; edits are lost. sha256:215e8ee9a95bb519

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}
