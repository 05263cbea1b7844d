# Rendered by stackwright from its module library; edits are lost. sha256:6f36d54d83baab3e

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

variable "endpoints" {
  description = "AWS's services that its subnets reach without the internet. s3 and dynamodb cost nothing; each other one costs by the hour in each zone, and answers in the private subnets."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "flow_logs" {
  description = "A record of its traffic."

  type = object({
    bucket = optional(object({
      arn                  = string
      id                   = string
      name                 = string
      regional_domain_name = string
    }))
    retention_days = optional(number, 30)
    kms_key_arn    = optional(string)
    traffic        = optional(string, "ALL")
    interval_s     = optional(number, 600)
  })

  default = null
}
