# Rendered by stackwright from its module library; edits are lost. sha256:ee2611f5b1e7555d

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
  description = "What is asked and which function answers, by method and path: route \"GET /users/{id}\". {id} stands for one segment of the path, {path+} for all that follow, and ANY for the methods that have no route."

  type = map(object({
    function   = string
    authorizer = optional(string)
    timeout_s  = optional(number, 29)
    templates  = optional(map(string), {})
    response = optional(map(object({
      status            = number
      selection_pattern = optional(string)
      templates         = optional(map(string), {})
      headers           = optional(map(string), {})
    })), {})
  }))

  default  = {}
  nullable = false
}

variable "authorizer" {
  description = "Who decides whether a request may come in. Where there is one, each route has it that does not say otherwise."

  type = map(object({
    function   = string
    type       = optional(string, "token")
    headers    = optional(list(string), [])
    validation = optional(string)
    cache_s    = optional(number, 0)
  }))

  default  = {}
  nullable = false
}

variable "stage" {
  description = "Its stages. Without one it has one, called like the stack's environment, or live."

  type = map(object({
    name      = optional(string)
    functions = optional(map(string), {})
    variables = optional(map(string), {})
    cors = optional(object({
      origins     = optional(list(string), [])
      headers     = optional(list(string), ["Authorization", "Content-Type"])
      credentials = optional(bool, false)
      max_age_s   = optional(number, 600)
    }))
    throttle = optional(object({
      rate  = number
      burst = number
    }))
    access_logs = optional(object({
      retention_days = optional(number, 30)
      format         = optional(string)
    }))
    execution_logs = optional(object({
      level          = optional(string, "ERROR")
      data           = optional(bool, false)
      retention_days = optional(number, 30)
    }))
    metrics  = optional(bool, false)
    tracing  = optional(bool, false)
    revision = optional(string)
  }))

  default  = {}
  nullable = false
}

variable "binary_media_types" {
  description = "What is taken and given as bytes; */* is everything."
  type        = list(string)
  default     = []
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

variable "account_role" {
  description = "True to give API Gateway the role with which it writes logs: one for all APIs of an account and region, without which stages cannot have logs (Amazon API Gateway Developer Guide, \"Set up CloudWatch logging for REST APIs in API Gateway\")."
  type        = bool
  default     = false
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
