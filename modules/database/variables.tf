# Rendered by stackwright from its module library; edits are lost. sha256:cfd37dcff86c8b85

variable "name" {
  description = "Its identifier. It also names the subnet group, and RDS moves no instance between subnet groups of a network: choose it once."
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
  description = "The database engine. Changing it replaces the database."
  type        = string
}

variable "engine_version" {
  description = "The engine's version: the major version alone (14, 8.0), so that RDS may upgrade the rest, or a full one."
  type        = string
}

variable "instance_class" {
  description = "Its processors and memory. Changing it takes the database down for some minutes."
  type        = string
}

variable "storage_gib" {
  description = "Its storage in GiB, at least 20, with provisioned IOPS 100. It can grow, never shrink (Amazon RDS User Guide, \"Amazon RDS DB instance storage\")."
  type        = number
}

variable "max_storage_gib" {
  description = "Up to how many GiB RDS may grow its storage by itself: at least a tenth more than it begins with (Amazon RDS User Guide, \"Managing capacity automatically with Amazon RDS storage autoscaling\")."
  type        = number
  default     = null
}

variable "storage_type" {
  description = "How its storage is made."
  type        = string
  default     = "gp3"
  nullable    = false
}

variable "iops" {
  description = "I/O operations a second: for io1 and io2, which need it, and for gp3 from 400 GiB, which has 12000 without it."
  type        = number
  default     = null
}

variable "throughput_mibps" {
  description = "Throughput in MiB a second, for gp3 from 400 GiB, which has 500 without it."
  type        = number
  default     = null
}

variable "database" {
  description = "The name of a database that is made in it; without it PostgreSQL has postgres only, MySQL and MariaDB none. Changing it replaces everything."
  type        = string
  default     = null
}

variable "username" {
  description = "The master user's name. Changing it replaces the database."
  type        = string
  default     = "dbadmin"
  nullable    = false
}

variable "password" {
  description = "The master user's password, from an input that is sensitive. Without it RDS makes one and keeps it in Secrets Manager: containers get it by password_secret. RDS then changes it every seven days, and what reads it only when it starts has to start anew (Amazon RDS User Guide, \"Password management with Amazon RDS and AWS Secrets Manager\")."
  type        = string
  default     = null
}

variable "port" {
  description = "The port it listens on."
  type        = number
}

variable "parameters" {
  description = "The engine's parameters that can change while it runs."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "static_parameters" {
  description = "The engine's parameters that take effect when it starts: RDS changes them at the next reboot."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "encrypted" {
  description = "False to leave its storage and snapshots unencrypted. Changing it replaces the database."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that encrypts them; without it, RDS's own of the account. Changing it replaces the database."
  type        = string
  default     = null
}

variable "multi_az" {
  description = "True for a standby in another zone, which doubles the price."
  type        = bool
  default     = false
  nullable    = false
}

variable "backup_retention_days" {
  description = "For how many days backups are kept, to any second of which it can be restored; 0 for no backups."
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
  description = "The authority that signs its certificate."
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

variable "replica" {
  description = "Copies that can be read from, each an instance of its own, a moment behind. They want backups (Amazon RDS User Guide, \"Working with DB instance read replicas\")."

  type = map(object({
    instance_class = optional(string)
    multi_az       = optional(bool, false)
    renamed_from   = optional(string)
  }))

  default  = {}
  nullable = false
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

variable "alarms" {
  description = "Alarms on what a database runs out of."

  type = object({
    topic = object({
      arn  = string
      name = string
    })
    cpu_percent           = optional(number, 80)
    free_storage_gib      = optional(number)
    freeable_memory_mib   = optional(number, 64)
    disk_queue_depth      = optional(number, 64)
    connections           = optional(number)
    cpu_credits           = optional(number, 20)
    burst_balance_percent = optional(number, 20)
    transaction_ids       = optional(number, 1000000000)
  })

  default = null
}

variable "family" {
  description = "The family of parameter groups of the engine's version, where it has parameters: postgres14."
  type        = string
  default     = null
}
