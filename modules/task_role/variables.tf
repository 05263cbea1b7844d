# Rendered by stackwright from its module library; edits are lost. sha256:d3fa9bf5105de5f0

variable "name" {
  description = "What the roles are named after."
  type        = string
}

variable "cluster_arn" {
  description = "The ARN of the cluster that the tasks run in."
  type        = string
}

variable "images" {
  description = "The addresses of the images that the tasks run."
  type        = list(string)
}

variable "log_group_arns" {
  description = "The ARNs of the log groups that the tasks write to."
  type        = list(string)
}

variable "secret_arns" {
  description = "The ARNs of the parameters and secrets that the tasks' environment comes from."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arns" {
  description = "The ARNs of the keys that these parameters and secrets are encrypted with, where they are not AWS's own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "statement" {
  description = "What the tasks may do: statements of their role's policy."
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

variable "enable_exec" {
  description = "True to allow commands in running containers (ECS Exec)."
  type        = bool
  default     = false
  nullable    = false
}
