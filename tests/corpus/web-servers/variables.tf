variable "aws_region" {
  type    = string
  default = "eu-west-1"
}

variable "environment" {
  type = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "One of dev, staging, prod."
  }
}

variable "ingress_rules" {
  type = list(object({
    name     = string
    port     = number
    protocol = optional(string, "tcp")
    cidrs    = list(string)
    enabled  = optional(bool, true)
  }))
}

variable "extra_volumes" {
  type    = map(number)
  default = { "/dev/sdf" = 20 }
}

variable "bastion_count" {
  default = 2
}

variable "create_load_balancer" {
  type    = bool
  default = true
}
