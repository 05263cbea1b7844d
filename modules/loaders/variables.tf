# Rendered by stackwright from its module library; edits are lost. sha256:e5cbadd13ea07d6f

variable "name" {
  description = "What the names of its loaders begin with: <name>-<label>, at most 64 characters."
  type        = string
}

variable "cluster" {
  description = "The cluster that they run in."

  type = object({
    arn            = string
    name           = string
    namespace_arn  = string
    namespace_id   = string
    namespace_name = string
  })
}

variable "schedule" {
  description = "When those run that have no schedule of their own; in UTC, unless EventBridge Scheduler starts them in another time_zone."
  type        = string
  default     = null
}

variable "enabled" {
  description = "False to start nothing: there is no rule and no schedule, all else stays."
  type        = bool
  default     = true
  nullable    = false
}

variable "retries" {
  description = "How often it is tried again when a task cannot be started. EventBridge's own 185 times in a day would let the tasks of frequent schedules pile up."
  type        = number
  default     = 3
  nullable    = false
}

variable "max_age_s" {
  description = "How old a start may become while it is tried again, in seconds."
  type        = number
  default     = 3600
  nullable    = false
}

variable "capacity" {
  description = "What the tasks run on. With spot a task may find no capacity, and be stopped while it runs."
  type        = string
  default     = "on_demand"
  nullable    = false
}

variable "scheduler" {
  description = "Has EventBridge Scheduler start it, in place of an EventBridge rule."

  type = object({
    time_zone               = optional(string)
    flexible_window_minutes = optional(number)
    start_date              = optional(string)
    end_date                = optional(string)
    state                   = optional(string)
    overlap                 = optional(string)
    group                   = optional(string)
  })

  default = null
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

variable "dead_letter_queue" {
  description = "The queue for starts that were given up, and the key that encrypts it."

  type = object({
    arn         = string
    url         = string
    kms_key_arn = optional(string)
  })

  default = null
}

variable "loaders" {
  description = "The loaders by label: what each does otherwise than the table."

  type = map(object({
    description = optional(string)
    schedule    = optional(string)
    enabled     = optional(bool)
    options     = optional(list(string), [])
    sources     = optional(list(string), [])
    cpu         = optional(number)
    memory      = optional(number)
    environment = optional(map(string), {})
    secrets     = optional(map(string), {})
    retries     = optional(number)
    scheduler = optional(object({
      time_zone               = optional(string)
      flexible_window_minutes = optional(number)
      start_date              = optional(string)
      end_date                = optional(string)
      state                   = optional(string)
      overlap                 = optional(string)
    }))
    renamed_from = optional(string)
  }))
}
