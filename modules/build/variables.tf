# Rendered by stackwright from its module library; edits are lost. sha256:fedfacbf8b4f2d90

variable "name" {
  description = "Its name. Changing it makes another project."
  type        = string
}

variable "description" {
  description = "What it is for."
  type        = string
  default     = null
}

variable "github" {
  description = "The repository on GitHub: owner/name."
  type        = string
}

variable "revision" {
  description = "The branch, tag or commit that is built unless a build says otherwise; the repository's default branch."
  type        = string
  default     = null
}

variable "buildspec" {
  description = "The path of the file that says what is done, or its text; buildspec.yml."
  type        = string
  default     = null
}

variable "token" {
  description = "The secret that holds what it signs in to GitHub with; public repositories need none."

  type = object({
    arn  = string
    name = string
  })

  default = null
}

variable "push" {
  description = "The repositories that it pushes images to."

  type = list(object({
    arn  = string
    name = string
    url  = string
  }))

  default  = []
  nullable = false
}

variable "image" {
  description = "The image that builds run in (AWS CodeBuild User Guide, \"Docker images provided by CodeBuild\")."
  type        = string
  default     = "aws/codebuild/standard:7.0"
  nullable    = false
}

variable "architecture" {
  description = "The processor that it runs on; its image must be of the same."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "compute" {
  description = "How much it has."
  type        = string
  default     = "small"
  nullable    = false
}

variable "privileged" {
  description = "True for builds that run Docker, which can do everything on their machine."
  type        = bool
  default     = false
  nullable    = false
}

variable "network" {
  description = "The network in whose private subnets it runs, where it needs something there."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })

  default = null
}

variable "environment" {
  description = "Environment variables. Everybody who can describe the project can read them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeout_minutes" {
  description = "The longest that a build takes, in minutes."
  type        = number
  default     = 60
  nullable    = false
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

variable "token_kms_key_arn" {
  description = "The key that the secret with its token is encrypted with, where it has one."
  type        = string
  default     = null
}
