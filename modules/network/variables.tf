# Rendered by stackwright from its module library; edits are lost. sha256:82f4b2de34bd4c5d

variable "name" {
  description = "The name that its resources are tagged with."
  type        = string
}

variable "cidr" {
  description = "Its IPv4 addresses."
  type        = string
}

variable "zones" {
  description = "The availability zones it spans."
  type        = list(string)
}

variable "subnet_bits" {
  description = "How many bits a subnet's prefix is longer than the network's: 8 makes /24 subnets of a /16."
  type        = number
  default     = 8
  nullable    = false
}

variable "nat" {
  description = "NAT gateways, for private subnets that must reach the internet: each costs about as much as a small database."
  type        = string
  default     = "none"
  nullable    = false
}
