# Rendered by stackwright from its module library; edits are lost. sha256:077eb6452c5a3c5b

variable "name" {
  description = "Its name, also that of its service, task definition and main container."
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

variable "queue" {
  description = "The queue that it works off."

  type = object({
    arn              = string
    dead_letter_arn  = string
    dead_letter_name = string
    name             = string
    url              = string
  })
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

variable "container_health_check" {
  description = "How ECS sees that the main container is healthy."

  type = object({
    command        = optional(list(string), [])
    interval_s     = optional(number, 30)
    timeout_s      = optional(number, 5)
    retries        = optional(number, 3)
    start_period_s = optional(number)
  })

  default = null
}

variable "scaling" {
  description = "How the number of tasks follows what waits."

  type = object({
    min                  = number
    max                  = number
    messages_per_task    = number
    scale_out_cooldown_s = optional(number, 60)
    scale_in_cooldown_s  = optional(number, 300)
  })

  default = null
}

variable "capacity" {
  description = "Whether AWS may take its tasks away."
  type        = string
  default     = "on_demand"
  nullable    = false
}

variable "base" {
  description = "With capacity = \"spot\": how many of its tasks run on Fargate itself, before others run on Spot."
  type        = number
  default     = 0
  nullable    = false
}

variable "spot_weight" {
  description = "With capacity = \"spot\": how many of the tasks above base run on Spot for each on_demand_weight on Fargate itself (Amazon ECS Developer Guide, \"Amazon ECS capacity providers for the Fargate launch type\")."
  type        = number
  default     = 1
  nullable    = false
}

variable "on_demand_weight" {
  description = "With capacity = \"spot\": how many of the tasks above base run on Fargate itself for each spot_weight on Spot."
  type        = number
  default     = 0
  nullable    = false
}

variable "deployment" {
  description = "How new tasks take the place of old ones."

  type = object({
    strategy                = optional(string, "rolling")
    minimum_healthy_percent = optional(number, 100)
    maximum_percent         = optional(number, 200)
    step_percent            = optional(number, 10)
    step_minutes            = optional(number, 5)
    bake_minutes            = optional(number, 5)
    hook = optional(map(object({
      function_arn = string
      stages       = optional(list(string), [])
      details      = optional(map(string), {})
    })), {})
    alarms = optional(list(object({
      arn  = string
      name = string
    })), [])
    circuit_breaker = optional(bool, true)
    rollback        = optional(bool, true)
  })

  default  = {}
  nullable = false
}

variable "enable_exec" {
  description = "True to allow commands in its running containers (ECS Exec), for those whom IAM allows ecs:ExecuteCommand."
  type        = bool
  default     = false
  nullable    = false
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

variable "service_connect" {
  description = "True to connect to services of the cluster's namespace by Service Connect."
  type        = bool
  default     = false
  nullable    = false
}

variable "desired_count" {
  description = "How many tasks run, or start where scaling is set."
  type        = number
  default     = 1
  nullable    = false
}
