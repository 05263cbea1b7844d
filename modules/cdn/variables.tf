# Rendered by stackwright from its module library; edits are lost. sha256:d2679b6e2ce82765

variable "name" {
  description = "The name of its policies."
  type        = string
}

variable "origin" {
  description = "Where answers come from: a host or a bucket."

  type = object({
    domain_name = optional(string)
    headers     = optional(map(string), {})
    bucket = optional(object({
      arn                  = string
      id                   = string
      name                 = string
      regional_domain_name = string
    }))
  })
}

variable "aliases" {
  description = "The host names that it is reached by, beside its own; the first label may be *. Each belongs to one CDN only, in all of AWS, and needs a DNS record."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "certificate" {
  description = "A certificate for its aliases, in us-east-1 wherever the stack is: certificate.main, or an ARN."
  type        = string
  default     = null
}

variable "minimum_tls" {
  description = "The oldest TLS that it speaks with viewers."
  type        = string
  default     = "TLSv1.2_2021"
  nullable    = false
}

variable "price_class" {
  description = "Where in the world it answers from; fewer places cost less."
  type        = string
  default     = "PriceClass_All"
  nullable    = false
}

variable "http_version" {
  description = "The versions of HTTP that it speaks with viewers."
  type        = string
  default     = "http2and3"
  nullable    = false
}

variable "ipv6" {
  description = "False to be reached by IPv4 only."
  type        = bool
  default     = true
  nullable    = false
}

variable "methods" {
  description = "The methods that it lets through."
  type        = string
  default     = "read"
  nullable    = false
}

variable "compress" {
  description = "False to send answers as they are: the origin compresses them, or nobody does."
  type        = bool
  default     = true
  nullable    = false
}

variable "cache" {
  description = "What is kept, for how long, and what tells answers apart: by a policy of CloudFront's, or as the other fields say. The list [\"*\"] is all."

  type = object({
    policy        = optional(string)
    min_ttl_s     = optional(number, 0)
    default_ttl_s = optional(number)
    max_ttl_s     = optional(number, 31536000)
    headers       = optional(list(string), [])
    query_strings = optional(list(string), [])
    cookies       = optional(list(string), [])
  })
}

variable "origin_request" {
  description = "What reaches the origin of a request beside what tells answers apart. In front of a load balancer everything does (AllViewer), unless there is a cache block."

  type = object({
    policy        = optional(string)
    headers       = optional(list(string), [])
    query_strings = optional(list(string), [])
    cookies       = optional(list(string), [])
  })

  default = null
}

variable "behavior" {
  description = "What is different for some paths."

  type = map(object({
    path       = string
    precedence = number
    methods    = optional(string)
    cache = optional(object({
      policy        = optional(string)
      min_ttl_s     = optional(number, 0)
      default_ttl_s = optional(number)
      max_ttl_s     = optional(number, 31536000)
      headers       = optional(list(string), [])
      query_strings = optional(list(string), [])
      cookies       = optional(list(string), [])
    }))
    origin_request = optional(object({
      policy        = optional(string)
      headers       = optional(list(string), [])
      query_strings = optional(list(string), [])
      cookies       = optional(list(string), [])
    }))
    renamed_from = optional(string)
  }))

  default  = {}
  nullable = false
}

variable "default_root_object" {
  description = "The object that / stands for: index.html."
  type        = string
  default     = null
}

variable "web_acl_arn" {
  description = "The ARN of a web ACL of AWS WAF, for CloudFront."
  type        = string
  default     = null
}

variable "access_logs" {
  description = "Where it writes down what it was asked for (standard logging, in the format of the W3C)."

  type = object({
    bucket = object({
      arn                  = string
      id                   = string
      name                 = string
      regional_domain_name = string
    })
    prefix = optional(string)
  })

  default = null
}

variable "geo" {
  description = "The countries that it answers to."

  type = object({
    allow = optional(list(string), [])
    deny  = optional(list(string), [])
  })

  default = null
}
