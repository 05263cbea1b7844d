# Rendered by stackwright from its module library; edits are lost. sha256:c00171858adfce2a

variable "name" {
  description = "Its name."
  type        = string
}

variable "description" {
  description = "What it is for."
  type        = string
  default     = null
}

variable "github" {
  description = "The jobs of GitHub Actions that have it."

  type = object({
    repository    = string
    branches      = optional(list(string), [])
    tags          = optional(list(string), [])
    environments  = optional(list(string), [])
    pull_requests = optional(bool, false)
  })

  default = null
}

variable "gitlab" {
  description = "The jobs of GitLab CI that have it."

  type = object({
    project  = string
    branches = optional(list(string), [])
    tags     = optional(list(string), [])
    host     = optional(string, "gitlab.com")
  })

  default = null
}

variable "provider_arn" {
  description = "The ARN of the account's OIDC provider for the CI system, of which it has one only. The first role makes it when none is named here; others name that one's: provider_arn = role.push.provider_arn."
  type        = string
  default     = null
}

variable "push" {
  description = "The repositories that it pushes images to."

  type = list(object({
    arn  = string
    name = string
    url  = string
  }))

  default  = []
  nullable = false
}

variable "managed_policy_arns" {
  description = "Policies of AWS or of the account that it has, too."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "max_session_s" {
  description = "How long a job may have it at most, in seconds."
  type        = number
  default     = 3600
  nullable    = false
}

variable "create_provider" {
  description = "False when the OIDC provider is there already, and its ARN given."
  type        = bool
  default     = true
  nullable    = false
}

variable "run" {
  description = "The tasks that it runs: their definitions, cluster and roles."

  type = map(object({
    cluster_arn         = string
    role_arns           = list(string)
    task_definition_arn = string
  }))

  default  = {}
  nullable = false
}
