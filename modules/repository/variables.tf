# Rendered by stackwright from its module library; edits are lost. sha256:f8fe943553328b85

variable "name" {
  description = "Its name."
  type        = string
}

variable "mutable_tags" {
  description = "True to let a pushed tag be moved to another image. A locked tag then no longer says what runs."
  type        = bool
  default     = false
  nullable    = false
}

variable "scan_on_push" {
  description = "False to leave images unscanned."
  type        = bool
  default     = true
  nullable    = false
}

variable "keep" {
  description = "How many images are kept; a rollback further back than this is impossible. Untagged images expire after a day."
  type        = number
  default     = 100
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that encrypts images; without it, ECR's own. Who pulls needs no leave to use it: ECR has it. Changing it makes another repository, without images."
  type        = string
  default     = null
}

variable "force_delete" {
  description = "True to let Terraform delete it while it holds images; only with protect = false."
  type        = bool
  default     = false
  nullable    = false
}
