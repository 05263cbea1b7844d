# Rendered by stackwright from its module library; edits are lost. sha256:6d204f4810e6cf5b

variable "name" {
  description = "Its name."
  type        = string
}

variable "network" {
  description = "The network that it is in; one of at least two zones."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "internal" {
  description = "True to stand in the private subnets, where only the network reaches it."
  type        = bool
  default     = false
  nullable    = false
}

variable "certificate" {
  description = "Its certificate, of the same region: certificate.main, or an ARN. Without one, say http_only = true."
  type        = string
  default     = null
}

variable "extra_certificates" {
  description = "Certificates for other host names, each under a name of your own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tls_policy" {
  description = "The protocols and ciphers that it speaks."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  nullable    = false
}

variable "http_only" {
  description = "True to have no certificate, and to answer on port 80 in clear text."
  type        = bool
  default     = false
  nullable    = false
}

variable "allowed_cidrs" {
  description = "The IPv4 addresses that reach it."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false
}

variable "idle_timeout_s" {
  description = "How long a connection may be idle, in seconds."
  type        = number
  default     = 60
  nullable    = false
}

variable "deregistration_delay_s" {
  description = "How long a task that is replaced may go on with its requests, in seconds."
  type        = number
  default     = 30
  nullable    = false
}

variable "deletion_protection" {
  description = "False to let Terraform delete it."
  type        = bool
  default     = true
  nullable    = false
}

variable "access_logs" {
  description = "Where it writes down what it was asked for."

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

variable "default" {
  description = "What is answered when no rule applies: 404."

  type = object({
    forward = optional(string)
    redirect = optional(object({
      host   = optional(string)
      path   = optional(string)
      query  = optional(string)
      port   = optional(number)
      status = optional(number, 301)
    }))
    status       = optional(number)
    body         = optional(string)
    content_type = optional(string, "text/plain")
  })

  default = {
    status = 404
  }

  nullable = false
}

variable "rule" {
  description = "What is answered when its conditions hold; the rule of the least priority wins."

  type = map(object({
    priority   = number
    hosts      = optional(list(string), [])
    paths      = optional(list(string), [])
    methods    = optional(list(string), [])
    source_ips = optional(list(string), [])
    query      = optional(map(string), {})
    header = optional(map(object({
      values = optional(list(string), [])
    })), {})
    test_traffic = optional(bool, false)
    forward      = optional(string)
    redirect = optional(object({
      host   = optional(string)
      path   = optional(string)
      query  = optional(string)
      port   = optional(number)
      status = optional(number, 301)
    }))
    status       = optional(number)
    body         = optional(string)
    content_type = optional(string, "text/plain")
  }))

  default  = {}
  nullable = false
}

variable "target_groups" {
  description = "The targets of each service that it forwards to, by the service's label."

  type = map(object({
    name           = string
    alternate_name = optional(string)
    port           = number
    health_check = optional(object({
      path            = optional(string, "/")
      matcher         = optional(string, "200")
      interval_s      = optional(number, 30)
      timeout_s       = optional(number, 5)
      healthy_after   = optional(number, 3)
      unhealthy_after = optional(number, 2)
    }), {})
  }))

  default  = {}
  nullable = false
}

variable "web_acl" {
  description = "A web ACL of AWS WAF, of the same region."

  type = object({
    arn = string
  })

  default = null
}
