# Rendered by stackwright from its module library; edits are lost. sha256:b153a1cf32f45314

variable "name" {
  description = "Its name. Changing it makes another dashboard."
  type        = string
}

variable "region" {
  description = "The region that its metrics are in."
  type        = string
}

variable "rows" {
  description = "What it shows, from top to bottom: a service or worker with its cluster's name, a queue with that of its dead-letter queue, a database by its identifier, a load_balancer by its ARN."

  type = list(object({
    kind        = string
    title       = string
    name        = string
    cluster     = optional(string)
    dead_letter = optional(string)
  }))
}
