# Rendered by stackwright from its module library; edits are lost. sha256:a5f5ba677229dc7b

variable "id" {
  description = "The VPC's id."
  type        = string
}

variable "cidr" {
  description = "The VPC's IPv4 addresses."
  type        = string
}

variable "private_subnet_ids" {
  description = "The ids of the private subnets, one a zone."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "public_subnet_ids" {
  description = "The ids of the public subnets, one a zone."
  type        = list(string)
  default     = []
  nullable    = false
}
