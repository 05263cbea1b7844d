# Rendered by stackwright from its module library; edits are lost. sha256:1c2a8658534b480a

variable "name" {
  description = "Its name. Changing it replaces the group, which nothing may be in then."
  type        = string
}

variable "description" {
  description = "What it is for. Changing it replaces the group, too."
  type        = string
  default     = "A bastion host"
  nullable    = false
}

variable "network" {
  description = "Its network."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "allowed_cidrs" {
  description = "From where it can be reached."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "port" {
  description = "The port of its SSH server."
  type        = number
  default     = 22
  nullable    = false
}

variable "access_group_ids" {
  description = "The security groups whose members reach what is private."
  type        = list(string)
  default     = []
  nullable    = false
}
