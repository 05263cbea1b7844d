# Rendered by stackwright from its module library; edits are lost. sha256:685b4019b24b5cde

variable "name" {
  description = "Its name, also that of its task definition and main container."
  type        = string
}

variable "cluster" {
  description = "The cluster that it runs in."

  type = object({
    arn            = string
    name           = string
    namespace_arn  = string
    namespace_id   = string
    namespace_name = string
  })
}

variable "capacity" {
  description = "What it runs on when it is started as run says. On Spot it may be stopped before its end."
  type        = string
  default     = "on_demand"
  nullable    = false
}

variable "image" {
  description = "What the task runs."
  type        = string
}

variable "cpu" {
  description = "Its CPU units; 1024 are one virtual CPU."
  type        = number
  default     = 256
  nullable    = false
}

variable "memory" {
  description = "Its memory in MiB. Which sizes go with which CPU says the Amazon ECS Developer Guide, \"Task definition parameters for Fargate\"."
  type        = number
  default     = 512
  nullable    = false
}

variable "architecture" {
  description = "The processor that the image is built for."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "command" {
  description = "The arguments of the image's entry point, in place of the image's own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "entrypoint" {
  description = "What is started, in place of the image's own entry point."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "environment" {
  description = "Environment variables. Everybody who can describe the task definition can read them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "secrets" {
  description = "Environment variables whose values are read when the task starts: the ARNs of parameters and secrets."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "secrets_kms_key_arns" {
  description = "The keys that its secrets are encrypted with, where these are not of the stack and the keys not AWS's own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "mount" {
  description = "Volumes in the main container: a file system, its access point, and the folder where the container sees it."

  type = map(object({
    file_system_id  = string
    access_point_id = string
    path            = string
    read_only       = optional(bool, false)
  }))

  default  = {}
  nullable = false
}

variable "statement" {
  description = "What else the task may do: statements of its role's policy."

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

variable "log_retention_days" {
  description = "How many days CloudWatch keeps what it logs."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "The key that encrypts it there; without it, CloudWatch's own. Its policy must let CloudWatch Logs use it: that of a key of the stack does."
  type        = string
  default     = null
}

variable "sidecar" {
  description = "Other containers of the task."

  type = map(object({
    image       = string
    essential   = optional(bool, false)
    command     = optional(list(string), [])
    environment = optional(map(string), {})
    secrets     = optional(map(string), {})
    cpu         = optional(number)
    memory      = optional(number)
  }))

  default  = {}
  nullable = false
}

variable "placement" {
  description = "Which of the network's subnets the tasks run in: public or private."
  type        = string
}

variable "stop_timeout_s" {
  description = "How long a container may take to stop before it is killed, in seconds; ECS waits 30."
  type        = number
  default     = null
}

variable "ephemeral_storage_gib" {
  description = "The size of its disk in GiB; Fargate gives 20."
  type        = number
  default     = null
}

variable "network" {
  description = "The network that the tasks run in."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "security_group_ids" {
  description = "Security groups that the tasks are in, beyond their own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "enabled" {
  description = "False to have nothing that could be started."
  type        = bool
  default     = true
  nullable    = false
}
