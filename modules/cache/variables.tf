# Rendered by stackwright from its module library; edits are lost. sha256:ce5f1c209a7abb74

variable "name" {
  description = "Its name. Changing it makes another cache."
  type        = string
}

variable "network" {
  description = "The network in whose private subnets it is."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "engine" {
  description = "What it runs. A change from redis to valkey keeps what is in it; the way back does not."
  type        = string
  default     = "valkey"
  nullable    = false
}

variable "engine_version" {
  description = "The engine's version. A lower one than before makes another cache."
  type        = string
  default     = "8.0"
  nullable    = false
}

variable "node_type" {
  description = "What each node is: cache.t4g.small. Without it, it is serverless."
  type        = string
  default     = null
}

variable "replicas" {
  description = "How many copies of each shard there are, each in another zone than the one that is written to, which one of them replaces when it fails. Without a copy, what is in it is lost with its node."
  type        = number
  default     = 0
  nullable    = false
}

variable "shards" {
  description = "Into how many shards it is split (cluster mode). Programs must know how to ask a cluster. Changing between with and without makes another cache."
  type        = number
  default     = null
}

variable "serverless" {
  description = "No nodes: AWS takes as much as is used, for a price that follows it."

  type = object({
    max_storage_gib = optional(number)
    max_ecpu_per_s  = optional(number)
  })

  default = null
}

variable "port" {
  description = "The port it listens on. Changing it makes another cache; a serverless one has 6379."
  type        = number
  default     = 6379
  nullable    = false
}

variable "parameters" {
  description = "The engine's parameters."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that encrypts it where it stands; without it, ElastiCache's own. Changing it makes another cache."
  type        = string
  default     = null
}

variable "password" {
  description = "A password of 16 to 128 characters that is asked of whoever connects, from an input that is sensitive. Without it, membership in the access group is enough."
  type        = string
  default     = null
}

variable "iam" {
  description = "True to ask for a token of IAM of whoever connects: of a user with the cache's own name, whom tasks with access may become (Amazon ElastiCache User Guide, \"Authenticating with IAM\")."
  type        = bool
  default     = false
  nullable    = false
}

variable "snapshot_retention_days" {
  description = "For how many days daily snapshots are kept; 0 for no snapshots."
  type        = number
  default     = 1
  nullable    = false
}

variable "snapshot_window" {
  description = "When the daily snapshot is taken, in UTC, at least an hour; ElastiCache chooses one."
  type        = string
  default     = null
}

variable "maintenance_window" {
  description = "When ElastiCache may patch and restart it, in UTC, at least an hour; it chooses one."
  type        = string
  default     = null
}

variable "final_snapshot" {
  description = "False to delete it without a last snapshot <name>-final."
  type        = bool
  default     = true
  nullable    = false
}

variable "auto_minor_version_upgrade" {
  description = "True to let ElastiCache upgrade to newer versions. engine_version must then follow: the way back makes another cache."
  type        = bool
  default     = false
  nullable    = false
}

variable "apply_immediately" {
  description = "True to make changes at once instead of in the next maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "For how many days CloudWatch keeps what the engine logs: slow commands, and what happened to it."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "The key that encrypts them there; without it, CloudWatch's own. Its policy must let CloudWatch Logs use it: that of a key of the stack does."
  type        = string
  default     = null
}

variable "family" {
  description = "The family of parameter groups of the engine's version: valkey8."
  type        = string
}
