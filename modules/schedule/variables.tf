# Rendered by stackwright from its module library; edits are lost. sha256:87281dbee256986f

variable "name" {
  description = "What the role and the security group are named after."
  type        = string
}

variable "cluster" {
  description = "The cluster that the tasks run in."
  type = object({
    arn = string
  })
}

variable "network" {
  description = "The network that the tasks run in."
  type = object({
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "placement" {
  description = "Which of the network's subnets the tasks run in: public or private."
  type        = string
}

variable "security_group_ids" {
  description = "Security groups that the tasks are in, beyond their own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "family" {
  description = "The family of the task definitions that may be run; * in it stands for any text."
  type        = string
}

variable "role_arns" {
  description = "The ARNs of the roles that the tasks are given."
  type        = list(string)
}

variable "capacity" {
  description = "What the tasks run on: on_demand or spot."
  type        = string
  default     = "on_demand"
  nullable    = false
}

variable "max_age_s" {
  description = "How old a start may become while it is tried again, in seconds."
  type        = number
  default     = 3600
  nullable    = false
}

variable "group" {
  description = "The name of the schedule group of what EventBridge Scheduler starts; the name, where it is not said."
  type        = string
  default     = null
}

variable "dead_letter_queue" {
  description = "The queue for starts that were given up, and the key that encrypts it."
  type = object({
    arn         = string
    url         = string
    kms_key_arn = optional(string)
  })
  default = null
}

variable "jobs" {
  description = "What is started, and when. What has a scheduler is EventBridge Scheduler's, else an EventBridge rule is made."
  type = map(object({
    name                = string
    description         = optional(string)
    schedule            = string
    retries             = number
    task_definition_arn = string
    scheduler = optional(object({
      time_zone               = optional(string, "UTC")
      flexible_window_minutes = optional(number)
      start_date              = optional(string)
      end_date                = optional(string)
      state                   = optional(string, "ENABLED")
      overlap                 = optional(string, "allow")
    }))
  }))
}
