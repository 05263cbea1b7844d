# Rendered by stackwright from its module library; edits are lost. sha256:a2625d3e8e7a2de0

variable "domain" {
  description = "The name that it is for; its first label may be *, which stands for one label. At most 64 characters."
  type        = string
}

variable "names" {
  description = "Other names that it is for, at most 99; ACM allows 10 names in all until the account's quota is raised (AWS Certificate Manager User Guide, \"Quotas\")."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "region" {
  description = "The region that it is in; the stack's when it is not written. A cdn takes one of us-east-1 only."
  type        = string
  default     = null
}

variable "key_algorithm" {
  description = "Its key."
  type        = string
  default     = "RSA_2048"
  nullable    = false
}

variable "zone_id" {
  description = "The id of the hosted zone that its names are in."
  type        = string
}
