# Rendered by stackwright from its module library; edits are lost. sha256:ccb287b856119959

variable "alias" {
  description = "Names of other hosts of AWS: A records, and AAAA records."

  type = map(object({
    name        = string
    domain_name = string
    zone_id     = string
    ipv6        = optional(bool, false)
  }))

  default  = {}
  nullable = false
}

variable "cname" {
  description = "Other names of hosts."

  type = map(object({
    name  = optional(string)
    value = string
    ttl_s = optional(number, 300)
  }))

  default  = {}
  nullable = false
}

variable "a" {
  description = "Names of IPv4 addresses."

  type = map(object({
    name   = optional(string)
    values = optional(list(string), [])
    ttl_s  = optional(number, 300)
  }))

  default  = {}
  nullable = false
}

variable "txt" {
  description = "Texts."

  type = map(object({
    name   = optional(string)
    values = optional(list(string), [])
    ttl_s  = optional(number, 300)
  }))

  default  = {}
  nullable = false
}

variable "mx" {
  description = "Hosts that take mail."

  type = map(object({
    name  = optional(string)
    hosts = optional(map(number), {})
    ttl_s = optional(number, 300)
  }))

  default  = {}
  nullable = false
}

variable "zone_id" {
  description = "The hosted zone's id."
  type        = string
}
