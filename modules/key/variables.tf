# Rendered by stackwright from its module library; edits are lost. sha256:4ab5b8405da6d45c

variable "name" {
  description = "Its alias, without alias/."
  type        = string
}

variable "description" {
  description = "What it is for."
  type        = string
  default     = null
}

variable "rotation" {
  description = "False to keep the same key material for ever."
  type        = bool
  default     = true
  nullable    = false
}

variable "rotation_days" {
  description = "After how many days KMS makes new key material; a year."
  type        = number
  default     = null
}

variable "deletion_days" {
  description = "How many days lie between deleting it and its end. Then nothing can be read any more that was encrypted with it."
  type        = number
  default     = 30
  nullable    = false
}

variable "services" {
  description = "AWS services that use it by themselves, for nobody of the account. Alarms that publish to a topic of the stack, and topics that deliver to a queue of it, are let in without being named."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "account" {
  description = "The number of the account whose policies decide who may use it."
  type        = string
}

variable "partition" {
  description = "The partition that the account is in: aws."
  type        = string
}

variable "region" {
  description = "The region that it is in."
  type        = string
}
