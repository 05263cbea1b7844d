# Rendered by stackwright from its module library; edits are lost. sha256:46e7c482ee43f8f6

variable "name" {
  description = "Its name."
  type        = string
}

variable "cluster" {
  description = "The cluster whose pods have it, which has the add-on eks-pod-identity-agent."

  type = object({
    arn               = string
    ca                = string
    endpoint          = string
    name              = string
    oidc_issuer       = string
    oidc_provider_arn = string
    security_group_id = string
  })
}

variable "namespace" {
  description = "The namespace of the service account. Changing it makes another association."
  type        = string
}

variable "service_account" {
  description = "The service account. Changing it makes another association."
  type        = string
}

variable "secrets" {
  description = "The beginnings of the names of secrets that it reads, with / at their ends: [\"/production/\"]. Secrets of other environments are out of its reach."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "secrets_kms_key_arns" {
  description = "The keys that those secrets are encrypted with, where these are not AWS's own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "statement" {
  description = "What else it may do."

  type = map(object({
    effect    = optional(string, "Allow")
    actions   = optional(list(string), [])
    resources = optional(list(string), [])
    condition = optional(list(object({
      test     = string
      variable = string
      values   = optional(list(string), [])
    })), [])
  }))

  default  = {}
  nullable = false
}

variable "managed_policy_arns" {
  description = "Policies of AWS or of the account that it has, too."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "account" {
  description = "The number of the account that the secrets are in."
  type        = string
}

variable "partition" {
  description = "The partition that the account is in: aws."
  type        = string
}

variable "region" {
  description = "The region that the secrets are in."
  type        = string
}
