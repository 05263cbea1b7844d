# Rendered by stackwright from its module library; edits are lost. sha256:96dab969c90df0b2

variable "name" {
  description = "What the proxy, its role and its security group are named after."
  type        = string
}

variable "network" {
  description = "The network in whose private subnets it is."
  type = object({
    id                 = string
    private_subnet_ids = list(string)
  })
}

variable "engine_family" {
  description = "What it speaks: POSTGRESQL or MYSQL."
  type        = string
}

variable "access_group_id" {
  description = "The id of the security group whose members may connect."
  type        = string
}

variable "database_group_id" {
  description = "The id of the security group that the database is in."
  type        = string
}

variable "database_port" {
  description = "The port that the database listens on."
  type        = number
}

variable "instance_id" {
  description = "The identifier of the instance that it is in front of, unless that is a cluster."
  type        = string
  default     = null
}

variable "cluster_id" {
  description = "The identifier of the cluster that it is in front of, unless that is an instance."
  type        = string
  default     = null
}

variable "secret_arn" {
  description = "The ARN of the secret that the master user's password is in."
  type        = string
}

variable "kms_key_arn" {
  description = "The ARN of the key that the secret is encrypted with, unless that is AWS's own."
  type        = string
  default     = null
}

variable "proxy" {
  description = "Whether it wants TLS, and how it shares connections: in percent, and in seconds."
  type = object({
    require_tls                  = bool
    max_connections_percent      = number
    max_idle_connections_percent = number
    borrow_timeout_s             = number
    idle_client_timeout_s        = number
  })
}
