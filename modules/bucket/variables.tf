# Rendered by stackwright from its module library; edits are lost. sha256:a731f0769e4fe5b4

variable "name" {
  description = "Its name, unique in the whole world. Changing it makes another bucket."
  type        = string
}

variable "versioning" {
  description = "False to keep no old versions. They stay until a lifecycle_rule ends them."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that encrypts what is stored; without it, S3's own."
  type        = string
  default     = null
}

variable "abort_incomplete_uploads_after_days" {
  description = "After how many days the parts of an unfinished upload are deleted."
  type        = number
  default     = 7
  nullable    = false
}

variable "lifecycle_rule" {
  description = "What happens to objects as they grow old."

  type = map(object({
    prefix = optional(string)
    tags   = optional(map(string), {})
    transition = optional(list(object({
      after_days    = number
      storage_class = string
    })), [])
    expire_after_days            = optional(number)
    noncurrent_expire_after_days = optional(number)
    noncurrent_keep              = optional(number)
  }))

  default  = {}
  nullable = false
}

variable "deny_insecure_transport" {
  description = "True to refuse requests without TLS by a bucket policy. AWS has one policy a bucket: not for one that a cdn serves, which brings its own."
  type        = bool
  default     = false
  nullable    = false
}

variable "force_destroy" {
  description = "True to let Terraform delete it with everything in it; only with protect = false."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_services" {
  description = "What writes logs into it: delivery.logs for CloudFront and VPC flow logs, logdelivery.elasticloadbalancing for load balancers."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "account_id" {
  description = "The account whose logs are written, where there are log_services."
  type        = string
  default     = null
}
