# Rendered by stackwright from its module library; edits are lost. sha256:f61ee6910a12aabc

variable "name" {
  description = "Its name."
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

variable "kms_key_arn" {
  description = "The key that encrypts it; without it, EFS's own. Changing it makes another volume."
  type        = string
  default     = null
}

variable "throughput" {
  description = "How fast it reads and writes."
  type        = string
  default     = "elastic"
  nullable    = false
}

variable "throughput_mibps" {
  description = "How fast, in MiB a second, for provisioned."
  type        = number
  default     = null
}

variable "infrequent_after_days" {
  description = "After how many days files that nobody reads move to cheaper storage (Infrequent Access)."
  type        = number
  default     = null
}

variable "archive_after_days" {
  description = "After how many days they move to still cheaper storage (Archive); only with elastic."
  type        = number
  default     = null
}

variable "back_when_read" {
  description = "True to move a file back when somebody reads it."
  type        = bool
  default     = false
  nullable    = false
}

variable "backup" {
  description = "False for no daily backups by AWS Backup, which keeps each for 35 days."
  type        = bool
  default     = true
  nullable    = false
}

variable "iam" {
  description = "False to let everything in its access group mount it and write there, also what does not sign with a role."
  type        = bool
  default     = true
  nullable    = false
}

variable "access_point" {
  description = "The folders that programs see."

  type = map(object({
    path         = string
    uid          = optional(number, 1000)
    gid          = optional(number, 1000)
    permissions  = optional(string, "750")
    renamed_from = optional(string)
  }))

  default  = {}
  nullable = false
}
