# Rendered by stackwright from its module library; edits are lost. sha256:004fd9e326b71388

variable "name" {
  description = "Its name: /production/app/env. Changing it makes another secret, without a value."
  type        = string
}

variable "description" {
  description = "What it is for, and where its values come from."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "The key that encrypts it; without it, Secrets Manager's own. Tasks that have it in secrets may use the key."
  type        = string
  default     = null
}

variable "recovery_days" {
  description = "For how many days a deleted secret can be had back; 0 deletes it at once."
  type        = number
  default     = 30
  nullable    = false
}
