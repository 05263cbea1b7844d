# Rendered by stackwright from its module library; edits are lost. sha256:24452847ec96e6cc

variable "name" {
  description = "Its name."
  type        = string
}
