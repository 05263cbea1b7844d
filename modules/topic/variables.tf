# Rendered by stackwright from its module library; edits are lost. sha256:df163245117a8f14

variable "name" {
  description = "Its name. Changing it makes another topic: whoever subscribed by e-mail confirms again."
  type        = string
}

variable "display_name" {
  description = "The sender's name in e-mails and text messages; the latter show its first ten characters."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "The key that messages are encrypted with while SNS has them. Without it they are not: alarms cannot publish to a topic that is encrypted with SNS's own key, since its policy cannot be changed. The policy of a key that is not of the stack must let cloudwatch.amazonaws.com decrypt and generate data keys (Amazon SNS Developer Guide, \"Managing Amazon SNS encryption keys and costs\")."
  type        = string
  default     = null
}

variable "subscription" {
  description = "Who is told."

  type = map(object({
    protocol = string
    endpoint = string
    raw      = optional(bool, false)
  }))

  default  = {}
  nullable = false
}
