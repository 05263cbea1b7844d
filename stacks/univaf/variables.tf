# Rendered by stackwright from stack univaf; edits are lost. sha256:fccca157e7b0fe28

# What CloudFront sends so that the load balancer knows it.
variable "api_cloudfront_secret" {
  type      = string
  sensitive = true
}

# Keys of API clients that go around the CDN.
variable "api_keys" {
  type      = list(string)
  sensitive = true
}

# Where people may reach the bastion from.
variable "bastion_cidrs" {
  type = list(string)
}

# The certificate of the public domain; CloudFront wants it in us-east-1.
variable "certificate_arn" {
  type = string
}

# The certificate of `api.internal` below the domain.
variable "certificate_arn_internal" {
  type = string
}

variable "db_password" {
  type      = string
  sensitive = true
}

# The domain that the API is served on.
variable "domain_name" {
  type    = string
  default = "getmyvax.org"
}
