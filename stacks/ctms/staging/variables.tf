# Rendered by stackwright from stack ctms; edits are lost. sha256:4a4368889f91afa2

# The ARN of the role that people have who look after the cluster.
variable "admin_role_arn" {
  type = string
}
