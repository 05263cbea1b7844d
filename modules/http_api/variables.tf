# Rendered by stackwright from its module library; edits are lost. sha256:201aed8369001968

variable "name" {
  description = "Its name."
  type        = string
}

variable "description" {
  description = "What it is for."
  type        = string
  default     = null
}

variable "route" {
  description = "What is asked and which function answers, by method and path, as in api."

  type = map(object({
    function   = string
    authorizer = optional(string)
    timeout_s  = optional(number, 30)
  }))

  default  = {}
  nullable = false
}

variable "authorizer" {
  description = "Who decides whether a request may come in. Where there is one, each route has it that does not say otherwise."

  type = map(object({
    function  = optional(string)
    issuer    = optional(string)
    audiences = optional(list(string), [])
    headers   = optional(list(string), [])
    cache_s   = optional(number, 0)
    simple    = optional(bool, true)
  }))

  default  = {}
  nullable = false
}

variable "cors" {
  description = "Which pages may call it. API Gateway answers browsers, and sets the headers of every answer."

  type = object({
    origins     = optional(list(string), [])
    headers     = optional(list(string), ["Authorization", "Content-Type"])
    credentials = optional(bool, false)
    max_age_s   = optional(number, 600)
  })

  default = null
}

variable "stage" {
  description = "The name of its stage; with $default URLs do not have it."
  type        = string
  default     = "$default"
  nullable    = false
}

variable "throttle" {
  description = "How many requests it takes."

  type = object({
    rate  = number
    burst = number
  })

  default = null
}

variable "access_logs" {
  description = "One line about each request."

  type = object({
    retention_days = optional(number, 30)
    format         = optional(string)
  })

  default = null
}

variable "metrics" {
  description = "True to count requests, errors and times for each route."
  type        = bool
  default     = false
  nullable    = false
}

variable "domain" {
  description = "A name of its own."

  type = object({
    name        = string
    certificate = string
    stage       = optional(string)
    base_path   = optional(string)
  })

  default = null
}

variable "default_endpoint" {
  description = "False to answer under its own domain only."
  type        = bool
  default     = true
  nullable    = false
}

variable "functions" {
  description = "The functions that routes, authorizers and stages name, by label."

  type = map(object({
    arn        = string
    invoke_arn = string
    name       = string
  }))
}
