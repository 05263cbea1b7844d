# Rendered by stackwright from its module library; edits are lost. sha256:c7e3a40e9837d10a

variable "name" {
  description = "Its identifier; its instances have a number after it. Changing it makes another cluster."
  type        = string
}

variable "network" {
  description = "The network, of at least two zones, in whose private subnets it is."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "engine" {
  description = "The engine. Changing it replaces the cluster."
  type        = string
}

variable "engine_version" {
  description = "The engine's version: the major version alone (16, 8.0), so that Aurora may upgrade the rest, or a full one."
  type        = string
}

variable "instance_class" {
  description = "What each instance is. Without it, they are serverless."
  type        = string
  default     = null
}

variable "serverless" {
  description = "Instances that grow and shrink with what is asked of them."

  type = object({
    min_capacity   = number
    max_capacity   = number
    sleeps_after_s = optional(number)
  })

  default = null
}

variable "instances" {
  description = "How many instances there are. The first writes; another one, in another zone, takes over when it fails, and can be read from meanwhile."
  type        = number
  default     = 1
  nullable    = false
}

variable "io_optimized" {
  description = "True for storage whose price includes what is read and written (I/O-Optimized)."
  type        = bool
  default     = false
  nullable    = false
}

variable "database" {
  description = "The name of a database that is made in it. Changing it replaces everything."
  type        = string
  default     = null
}

variable "username" {
  description = "The master user's name. Changing it replaces the cluster."
  type        = string
  default     = "dbadmin"
  nullable    = false
}

variable "password" {
  description = "The master user's password, from an input that is sensitive. Without it RDS makes one and keeps it in Secrets Manager: containers get it by password_secret."
  type        = string
  default     = null
}

variable "port" {
  description = "The port it listens on."
  type        = number
}

variable "parameters" {
  description = "The cluster's parameters that can change while it runs."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "static_parameters" {
  description = "The cluster's parameters that take effect when its instances start."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that encrypts it; without it, RDS's own of the account. Changing it replaces the cluster."
  type        = string
  default     = null
}

variable "backup_retention_days" {
  description = "For how many days backups are kept, to any second of which it can be restored."
  type        = number
  default     = 7
  nullable    = false
}

variable "backup_window" {
  description = "When the daily backup is taken, in UTC; RDS chooses one."
  type        = string
  default     = null
}

variable "maintenance_window" {
  description = "When RDS may patch and restart it, in UTC; RDS chooses one. It must not overlap the backup."
  type        = string
  default     = null
}

variable "performance_insights" {
  description = "Whether RDS measures what queries wait for (Performance Insights)."
  type        = bool
  default     = true
  nullable    = false
}

variable "monitoring_interval_s" {
  description = "The seconds between two points of Enhanced Monitoring, 0 for none: processes and memory as the operating system sees them."
  type        = number
  default     = 0
  nullable    = false
}

variable "log_exports" {
  description = "The logs that go to CloudWatch."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "log_retention_days" {
  description = "For how many days CloudWatch keeps them."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "The key that encrypts them there; without it, CloudWatch's own. Its policy must let CloudWatch Logs use it: that of a key of the stack does."
  type        = string
  default     = null
}

variable "ca_certificate" {
  description = "The authority that signs its certificates."
  type        = string
  default     = "rds-ca-rsa2048-g1"
  nullable    = false
}

variable "final_snapshot" {
  description = "False to delete it without a last snapshot <name>-final."
  type        = bool
  default     = true
  nullable    = false
}

variable "apply_immediately" {
  description = "True to make changes at once instead of in the next maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "auto_minor_version_upgrade" {
  description = "False to keep RDS from upgrading the minor version."
  type        = bool
  default     = true
  nullable    = false
}

variable "allow_major_version_upgrade" {
  description = "True to let a change of engine_version upgrade the major version."
  type        = bool
  default     = false
  nullable    = false
}

variable "reader_scaling" {
  description = "Readers that come and go with what is asked of them, beside the instances."

  type = object({
    min         = optional(number, 0)
    max         = number
    cpu         = optional(number)
    connections = optional(number)
  })

  default = null
}

variable "proxy" {
  description = "What keeps connections open and shares them among many clients (RDS Proxy). It reads the password from Secrets Manager, so there can be no password."

  type = object({
    require_tls                  = optional(bool, true)
    max_connections_percent      = optional(number, 100)
    max_idle_connections_percent = optional(number, 50)
    borrow_timeout_s             = optional(number, 120)
    idle_client_timeout_s        = optional(number, 1800)
  })

  default = null
}

variable "family" {
  description = "The family of parameter groups of the engine's version: aurora-postgresql16."
  type        = string
}
