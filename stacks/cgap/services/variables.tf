# Rendered by stackwright from stack cgap; edits are lost. sha256:22316ff73fa61298

# The certificate of the portal's domain.
variable "certificate_arn" {
  type = string
}
