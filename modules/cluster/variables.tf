# Rendered by stackwright from its module library; edits are lost. sha256:566ba9d798922d07

variable "name" {
  description = "Its name."
  type        = string
}

variable "namespace" {
  description = "The namespace of Cloud Map in which its services have names, shop.internal: a private hosted zone of the network. Changing it makes another one."
  type        = string
  default     = null
}

variable "container_insights" {
  description = "Which metrics of its tasks CloudWatch gathers. They cost money for each task: with many short tasks, more than the tasks themselves."
  type        = string
  default     = "disabled"
  nullable    = false
}

variable "network" {
  description = "The network in which its namespace is known."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })

  default = null
}
