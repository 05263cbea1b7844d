# Rendered by stackwright from its module library; edits are lost. sha256:9089f282e41a6391

variable "name" {
  description = "Its name."
  type        = string
}

variable "description" {
  description = "What it is for."
  type        = string
  default     = null
}

variable "code" {
  description = "What it holds: an archive, and the digest of its content."

  type = object({
    bucket   = optional(string)
    key      = optional(string)
    filename = optional(string)
    hash     = string
  })
}

variable "runtimes" {
  description = "The runtimes that it works with; with any where none is named."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "architectures" {
  description = "The processors that it works with; with any where none is named."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "license" {
  description = "Its licence: an SPDX identifier, or where it is to be read."
  type        = string
  default     = null
}
