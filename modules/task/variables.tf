# Rendered by stackwright from its module library; edits are lost. sha256:7f76aada9a2edb23

variable "name" {
  description = "The task definition's family, also the name of its main container."
  type        = string
}

variable "image" {
  description = "What the main container runs."
  type        = string
}

variable "cpu" {
  description = "Its CPU units; 1024 are one virtual CPU."
  type        = number
}

variable "memory" {
  description = "Its memory in MiB."
  type        = number
}

variable "architecture" {
  description = "The processor that the images are built for: x86_64 or arm64."
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
  description = "Environment variables."
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

variable "port" {
  description = "The port that the main container listens on."
  type        = number
  default     = null
}

variable "port_name" {
  description = "The port's name, by which Service Connect knows it."
  type        = string
  default     = null
}

variable "app_protocol" {
  description = "What is spoken at the port, where Service Connect understands it: http, http2 or grpc."
  type        = string
  default     = null
}

variable "health_check" {
  description = "How ECS sees that the main container is healthy."
  type = object({
    command        = list(string)
    interval_s     = number
    timeout_s      = number
    retries        = number
    start_period_s = optional(number)
  })
  default = null
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

variable "log_retention_days" {
  description = "How many days CloudWatch keeps what it logs; 0 is for ever."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "The ARN of the key that encrypts it there, unless that is CloudWatch's own."
  type        = string
  default     = null
}

variable "stop_timeout_s" {
  description = "How long the main container may take to stop before it is killed, in seconds."
  type        = number
  default     = null
}

variable "ephemeral_storage_gib" {
  description = "The size of its disk in GiB; Fargate gives 20."
  type        = number
  default     = null
}

variable "execution_role_arn" {
  description = "The role that ECS starts the task with."
  type        = string
}

variable "task_role_arn" {
  description = "The role that the task itself has."
  type        = string
}
