# Rendered by stackwright from its module library; edits are lost. sha256:56003b118e6a6fea

variable "name" {
  description = "Its name."
  type        = string
}

variable "description" {
  description = "What it does."
  type        = string
  default     = null
}

variable "code" {
  description = "What it runs, where that is an archive: where it is, and the digest of its content."

  type = object({
    bucket   = optional(string)
    key      = optional(string)
    filename = optional(string)
    hash     = string
  })

  default = null
}

variable "handler" {
  description = "The function in the code that is called, app.handler."
  type        = string
  default     = null
}

variable "runtime" {
  description = "What the code runs on."
  type        = string
  default     = null
}

variable "image" {
  description = "What it runs, where that is an image, of a repository in ECR and this region."
  type        = string
  default     = null
}

variable "command" {
  description = "The arguments of the image's entry point, in place of the image's own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "architecture" {
  description = "The processor that the code is built for."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "memory_mib" {
  description = "Its memory in MiB. It has CPU in proportion: one at 1,769."
  type        = number
  default     = 128
  nullable    = false
}

variable "timeout_s" {
  description = "How long a call may take, in seconds."
  type        = number
  default     = 10
  nullable    = false
}

variable "ephemeral_storage_mib" {
  description = "The size of /tmp in MiB."
  type        = number
  default     = 512
  nullable    = false
}

variable "reserved_concurrency" {
  description = "How many calls run at once at most, taken from what the account has for all functions; with 0 none does."
  type        = number
  default     = null
}

variable "layers" {
  description = "Layers below the code, at most five: lambda_layer.x of the stack, an artifact that is a layer, or the ARN of one version."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "environment" {
  description = "Environment variables. Everybody who can describe the function can read them: of secrets they hold the ARN, and the function reads them by access."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that environment variables are encrypted with; without it, Lambda's own."
  type        = string
  default     = null
}

variable "tracing" {
  description = "Whether X-Ray is told of calls: of a part of all, or of those that the caller traces."
  type        = string
  default     = "PassThrough"
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days CloudWatch keeps what it logs."
  type        = number
  default     = 30
  nullable    = false
}

variable "log_format" {
  description = "How it logs: lines as they are, or objects of JSON."
  type        = string
  default     = "Text"
  nullable    = false
}

variable "network" {
  description = "The network in whose private subnets it runs. Without one it reaches the internet and AWS, and nothing private; in one, what the network reaches."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })

  default = null
}

variable "statement" {
  description = "What else it may do: statements of its role's policy."

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

variable "retries" {
  description = "How often a call that nobody waits for is tried again; Lambda does twice."
  type        = number
  default     = null
}

variable "max_event_age_s" {
  description = "How old a call that nobody waits for may become, in seconds; Lambda gives it six hours."
  type        = number
  default     = null
}

variable "schedule" {
  description = "When it runs by itself."

  type = map(object({
    schedule    = string
    input       = optional(string)
    description = optional(string)
    enabled     = optional(bool, true)
  }))

  default  = {}
  nullable = false
}

variable "event_source" {
  description = "The queues that it takes messages from."

  type = map(object({
    queue = object({
      arn              = string
      dead_letter_arn  = string
      dead_letter_name = string
      name             = string
      url              = string
    })
    batch_size        = optional(number, 10)
    batching_window_s = optional(number, 0)
    max_concurrency   = optional(number)
    report_failures   = optional(bool, false)
    enabled           = optional(bool, true)
  }))

  default  = {}
  nullable = false
}

variable "url" {
  description = "A URL of its own."

  type = object({
    authorization = optional(string, "AWS_IAM")
    cors = optional(object({
      origins     = optional(list(string), [])
      headers     = optional(list(string), ["Authorization", "Content-Type"])
      credentials = optional(bool, false)
      max_age_s   = optional(number, 600)
    }))
  })

  default = null
}

variable "dead_letter_arn" {
  description = "The ARN of the queue or topic where calls go that failed."
  type        = string
  default     = null
}

variable "security_group_ids" {
  description = "Security groups that it is in, beyond its own."
  type        = list(string)
  default     = []
  nullable    = false
}
