# Rendered by stackwright from its module library; edits are lost. sha256:604614c10acfb49d

variable "name" {
  description = "Its name: /production/app/token. Changing it makes another parameter."
  type        = string
}

variable "description" {
  description = "What it is for, and where its value comes from; at most 1024 characters."
  type        = string
  default     = null
}

variable "type" {
  description = "What it holds."
  type        = string
  default     = "String"
  nullable    = false
}

variable "value" {
  description = "The value of a String, at most 4 KiB."
  type        = string
  default     = null
}

variable "values" {
  description = "The values of a StringList, which have no commas."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that encrypts a SecureString; without it, Systems Manager's own. Tasks that have it in secrets may use the key."
  type        = string
  default     = null
}

variable "require_value" {
  description = "False to tell of a SecureString while it holds the placeholder: tasks then start with it."
  type        = bool
  default     = true
  nullable    = false
}
