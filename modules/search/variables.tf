# Rendered by stackwright from its module library; edits are lost. sha256:a836d7462d3daceb

variable "name" {
  description = "Its name. Changing it makes another domain."
  type        = string
}

variable "network" {
  description = "The network in whose private subnets it is. Changing it makes another domain."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "engine_version" {
  description = "OpenSearch's version, which only rises."
  type        = string
  default     = "2.19"
  nullable    = false
}

variable "instance_type" {
  description = "What each data node is: r7g.large.search."
  type        = string
}

variable "instances" {
  description = "How many data nodes there are, at least one in each zone; in two zones, an even number."
  type        = number
  default     = 1
  nullable    = false
}

variable "zones" {
  description = "Over how many zones they are spread, one subnet in each."
  type        = number
  default     = 1
  nullable    = false
}

variable "masters" {
  description = "Nodes that only look after the others. With many data nodes, or where a vote must not be lost."

  type = object({
    instance_type = string
    instances     = optional(number, 3)
  })

  default = null
}

variable "storage_gib" {
  description = "The disk of each data node in GiB; not for types that bring their own disks."
  type        = number
  default     = null
}

variable "storage_type" {
  description = "How its disks are made."
  type        = string
  default     = "gp3"
  nullable    = false
}

variable "iops" {
  description = "I/O operations a second of each disk, for gp3, which has 3000 without it."
  type        = number
  default     = null
}

variable "throughput_mibps" {
  description = "Throughput of each disk in MiB a second, for gp3, which has 125 without it."
  type        = number
  default     = null
}

variable "kms_key_arn" {
  description = "The key that encrypts it; without it, OpenSearch's own. Changing it makes another domain."
  type        = string
  default     = null
}

variable "tls_policy" {
  description = "The protocols and ciphers that it speaks."
  type        = string
  default     = "Policy-Min-TLS-1-2-PFS-2023-10"
  nullable    = false
}

variable "master_role_arn" {
  description = "The ARN of the role that gives others access to indices and fields (fine-grained access control). Without it, who may ask may ask for everything. It can be added, never taken out."
  type        = string
  default     = null
}

variable "snapshot_hour" {
  description = "The hour at which a daily snapshot is taken, in UTC; OpenSearch takes one every hour beside."
  type        = number
  default     = 0
  nullable    = false
}

variable "log_exports" {
  description = "The logs that go to CloudWatch."
  type        = list(string)
  default     = ["ES_APPLICATION_LOGS"]
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

variable "service_linked_role" {
  description = "True to make the role by which OpenSearch enters networks. An account has it once: the console made it, or another stack (Amazon OpenSearch Service Developer Guide, \"Using service-linked roles\")."
  type        = bool
  default     = false
  nullable    = false
}
